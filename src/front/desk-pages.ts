// `/desk`: what waits for the participation team, in one place.
import { Hono } from "hono";
import { holds } from "../accounts/account.ts";
import { requireRole } from "../accounts/viewer.ts";
import { waitingAdoptions } from "../adoptions/views.ts";
import { listWaiting } from "../adoptions/waiting-queries.ts";
import { listDeadLetters, retryDeadLetter } from "../platform/dead-letters.ts";
import { html, nothing } from "../platform/html.ts";
import { jobDepth } from "../platform/jobs.ts";
import type { House } from "../ports.ts";
import { processCardOf } from "../processes/list-views.ts";
import { listCategories, listProcesses } from "../processes/queries.ts";
import { proposalCardOf } from "../proposals/list-views.ts";
import { listUnanswered } from "../proposals/queries.ts";
import type { PageEnv } from "../web/context.ts";
import { buttonForm, buttonLink } from "../web/fields.ts";
import { setFlash } from "../web/forms.ts";
import { page } from "../web/layout.ts";
import { cardGrid, cardList, emptyState, section } from "../web/lists.ts";
import { ago, stat, stats } from "../web/marks.ts";

const shownMax = 20;

export function workDeskPages({ sql, clock }: House): Hono<PageEnv> {
  const routes = new Hono<PageEnv>();

  routes.get("/desk", async (c) => {
    const by = requireRole(c, "official");
    const ctx = c.get("page");
    const { t } = ctx;
    const isOperator = holds(by, "administrator");
    const [drafts, waiting, categories, depth, adoptions, letters] = await Promise.all([
      listProcesses(sql, { drafts: true, limit: shownMax, now: clock.now() }),
      listUnanswered(sql, shownMax),
      listCategories(sql),
      jobDepth(sql),
      listWaiting(sql, { lang: t.lang, now: ctx.now, limit: shownMax }),
      isOperator ? listDeadLetters(sql, { limit: shownMax }) : [],
    ]);
    const main = html`
      ${section(
        t("desk.unanswered"),
        waiting.length === 0
          ? emptyState(t("desk.unanswered-none"))
          : cardList(waiting.map((proposal) => proposalCardOf(ctx, proposal, { categories }))),
      )}
      ${adoptions.length === 0 ? nothing : section(t("adoptions.waiting"), waitingAdoptions(ctx, adoptions), undefined, "adoptions")}
      ${section(
        t("desk.drafts"),
        drafts.length === 0
          ? emptyState(t("desk.drafts-none"), nothing, buttonLink("/processes/new", t("desk.new-process")))
          : cardGrid(drafts.map((process) => processCardOf(ctx, process))),
      )}
      ${
        isOperator
          ? section(
              t("desk.deliveries"),
              html`${stats([
                stat(t, depth.ready + depth.running + depth.behind, t("desk.jobs-now")),
                stat(t, depth.delayed, t("desk.jobs-later")),
                stat(t, depth.deadLetters, t("desk.jobs-given-up"), t("desk.jobs-given-up-method")),
              ])}
              ${
                letters.length === 0
                  ? nothing
                  : html`<ul class="plain-list">${letters.map(
                      (letter) =>
                        html`<li><code>${letter.kind}</code> · ${ago(t, letter.diedAt, ctx.now)} · <bdi dir="ltr">${letter.lastError}</bdi> ${buttonForm(ctx, { action: "/desk/retries", label: t("desk.retry"), values: { id: letter.id }, kind: "quiet", about: letter.kind })}</li>`,
                    )}</ul>`
              }`,
            )
          : nothing
      }`;
    const actions = isOperator ? buttonLink("/desk/erasures", t("desk.erasures"), "secondary") : nothing;
    return c.html(page({ ctx, title: t("desk.title"), section: "desk", width: "wide", actions, main }));
  });

  routes.post("/desk/retries", async (c) => {
    requireRole(c, "administrator");
    const { id } = await c.req.parseBody();
    if (typeof id === "string" && (await retryDeadLetter(sql, id)))
      setFlash(c, { tone: "good", text: c.get("page").t("desk.retried") });
    return c.redirect("/desk", 303);
  });
  return routes;
}
