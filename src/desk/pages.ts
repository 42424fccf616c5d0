// `/desk`: what waits for the participation team, how much of it, and since when. The work itself is behind the links.
import { Hono } from "hono";
import { type Account, holds, holdsSomewhere, mayWorkAtDesk } from "../accounts/account.ts";
import { requireRole, requireViewer } from "../accounts/viewer.ts";
import { waitingAdoptions } from "../adoptions/views.ts";
import { listWaiting } from "../adoptions/waiting-queries.ts";
import { countUnconfirmed } from "../erasures/queries.ts";
import { countOpenReports, countUndecidedServers } from "../moderation/queue-queries.ts";
import { countAppealsWaiting } from "../moderation/statement-queries.ts";
import { withTransaction } from "../platform/db.ts";
import { html, nothing } from "../platform/html.ts";
import { jobDepth } from "../platform/jobs.ts";
import { writeSetting } from "../platform/node-settings.ts";
import { refuseUnless } from "../platform/refusal.ts";
import type { House } from "../ports.ts";
import { processCardOf } from "../processes/list-views.ts";
import { listProcesses } from "../processes/queries.ts";
import { countAnswerQueues, type QueueDepth } from "../proposals/answer-work-queries.ts";
import { listConflicts, listWaitingLetters } from "../residences/queries.ts";
import type { PageEnv } from "../web/context.ts";
import { buttonLink } from "../web/fields.ts";
import { page } from "../web/layout.ts";
import { cardGrid, emptyState, section } from "../web/lists.ts";
import { stat, stats } from "../web/marks.ts";
import { alikePages } from "./alike-pages.ts";
import { answerDeskPages } from "./answer-pages.ts";
import { auditPages } from "./audit-pages.ts";
import { categoryDeskPages } from "./category-pages.ts";
import { deliveryPages } from "./delivery-pages.ts";
import { countFailures } from "./delivery-queries.ts";
import { awayKey, findFirstSteps } from "./first-steps-queries.ts";
import { firstStepsList, firstStepsPath } from "./first-steps-views.ts";
import { languagePages } from "./language-pages.ts";
import { listScopes } from "./scope-queries.ts";
import { teamPages } from "./team-pages.ts";
import { deskPlaces, type QueueLine, queueTable, teamLinks } from "./views.ts";

const shownMax = 20;

export function workDeskPages(house: House): Hono<PageEnv> {
  const { sql, clock } = house;
  const routes = new Hono<PageEnv>();

  routes.get("/desk", async (c) => {
    const by = requireViewer(c);
    refuseUnless(holdsSomewhere(by, "evaluator") || holdsSomewhere(by, "moderator"), "not-allowed");
    const ctx = c.get("page");
    const { t } = ctx;
    const isOfficial = holds(by, "official");
    const [lines, teams, drafts, adoptions, depth, steps] = await Promise.all([
      listQueues(house, by),
      holdsSomewhere(by, "official") ? listScopes(sql, by, "official") : [],
      isOfficial ? listProcesses(sql, { drafts: true, limit: shownMax, now: clock.now() }) : [],
      isOfficial ? listWaiting(sql, { lang: t.lang, now: ctx.now, limit: shownMax }) : [],
      holds(by, "administrator") ? jobDepth(sql) : null,
      holds(by, "administrator") ? findFirstSteps(sql) : null,
    ]);
    const main = html`
      ${steps === null ? nothing : firstStepsList(ctx, steps)}
      ${steps === null ? queueTable(ctx, lines) : html`<div class="section">${queueTable(ctx, lines)}</div>`}
      ${adoptions.length === 0 ? nothing : section(t("adoptions.waiting"), waitingAdoptions(ctx, adoptions), undefined, "adoptions")}
      ${
        isOfficial
          ? section(
              t("desk.drafts"),
              drafts.length === 0
                ? emptyState(t("desk.drafts-none"), nothing, buttonLink("/processes/new", t("desk.new-process")))
                : cardGrid(drafts.map((process) => processCardOf(ctx, process))),
            )
          : nothing
      }
      ${teams.length === 0 ? nothing : section(t("team.teams"), teamLinks(teams.slice(0, shownMax)))}
      ${
        depth === null
          ? nothing
          : section(
              t("desk.deliveries"),
              stats([
                stat(t, depth.ready + depth.running + depth.behind, t("desk.jobs-now")),
                stat(t, depth.delayed, t("desk.jobs-later")),
                stat(t, depth.deadLetters, t("desk.jobs-given-up"), t("desk.jobs-given-up-method")),
              ]),
            )
      }`;
    const actions = isOfficial ? buttonLink("/processes/new", t("desk.new-process")) : nothing;
    const shown = { title: t("desk.title"), section: "desk", width: "wide", isUnlisted: true } as const;
    return c.html(page({ ctx, ...shown, actions, main, aside: deskPlaces(ctx, by), scripts: ["desk-keys.js"] }));
  });

  routes.post(firstStepsPath, async (c) => {
    requireRole(c, "administrator");
    await withTransaction(sql, (tx) => writeSetting(tx, awayKey, true));
    return c.redirect("/desk", 303);
  });

  answerDeskPages(routes, house);
  alikePages(routes, house);
  deliveryPages(routes, house);
  auditPages(routes, house);
  teamPages(routes, house);
  routes.route("/", languagePages(house));
  routes.route("/", categoryDeskPages(house));
  return routes;
}

/** The queues a person may work on, in the order in which people wait. */
async function listQueues({ sql }: House, by: Account): Promise<QueueLine[]> {
  const isOperator = holds(by, "administrator");
  const answers = holdsSomewhere(by, "evaluator") ? await countAnswerQueues(sql, by) : null;
  const wanted: readonly [QueueLine["name"], string, Promise<QueueDepth> | QueueDepth | undefined | null][] = [
    ["answers-mine", "/desk/answers?assigned=me", answers?.mine],
    ["answers", "/desk/answers", answers?.waiting],
    ["answer-drafts", "/desk/answers?queue=drafts", answers?.drafts],
    ["answers-planned", "/desk/answers?queue=planned", answers?.planned],
    ["reports", "/moderation", holdsSomewhere(by, "moderator") ? countOpenReports(sql, by) : null],
    ["appeals", "/moderation/appeals", mayHearAppeals(by) ? countAppealsWaiting(sql, by) : null],
    ["verifications", "/desk/residence", mayWorkAtDesk(by) ? countVerifications(sql) : null],
    ["peers", "/network/peers", isOperator ? countUndecidedServers(sql) : null],
    ["deliveries", "/desk/deliveries", isOperator ? countFailures(sql) : null],
    ["erasures", "/desk/erasures", isOperator ? countUnconfirmed(sql) : null],
  ];
  const lines: QueueLine[] = [];
  for (const [name, path, asked] of wanted) {
    const depth = await asked;
    if (depth != null) lines.push({ name, path, ...depth });
  }
  return lines;
}

const mayHearAppeals = (by: Account): boolean => holdsSomewhere(by, "moderator") || holdsSomewhere(by, "official");

/** Letters to be sent, and people who came with one number. */
async function countVerifications(sql: House["sql"]): Promise<QueueDepth> {
  const [letters, conflicts] = await Promise.all([listWaitingLetters(sql), listConflicts(sql)]);
  const since = [...letters.map(({ askedAt }) => +askedAt), ...conflicts.map(({ at }) => +at)];
  return { count: since.length, oldest: since.length === 0 ? null : new Date(Math.min(...since)) };
}
