// `/actors/:handle` as people see it: what has a page of its own is shown there; a resident who chose a public voice is
// shown here, by what they made public.
import { Hono } from "hono";
import { addressOf } from "../actors/actor.ts";
import { findLocalActor } from "../actors/queries.ts";
import { html, nothing } from "../platform/html.ts";
import { refuseUnless } from "../platform/refusal.ts";
import type { House } from "../ports.ts";
import { findDiscussion } from "../proposals/discussion-queries.ts";
import { proposalCardOf } from "../proposals/list-views.ts";
import { listProposalsBy } from "../proposals/queries.ts";
import type { PageEnv } from "../web/context.ts";
import { followBox } from "../web/fediverse.ts";
import { page } from "../web/layout.ts";
import { cardList, emptyState, section } from "../web/lists.ts";

const shownMax = 20;

export function actorPages({ sql, uris }: House): Hono<PageEnv> {
  return new Hono<PageEnv>().get("/actors/:handle", async (c) => {
    const handle = c.req.param("handle").toLowerCase();
    const found = (await findDiscussion(sql, uris, handle)) ?? (await findLocalActor(sql, handle));
    // A discussion is there as long as its proposal is.
    const actor = found?.kind === "discussion" && !("aboutUri" in found) ? null : found;
    refuseUnless(actor !== null, "not-found");
    refuseUnless(actor.goneAt === null, "gone");
    c.header("vary", "Accept");
    if (actor.url !== null && actor.url !== actor.uri) return c.redirect(actor.url, 303);
    const ctx = c.get("page");
    const { t } = ctx;
    const proposals = await listProposalsBy(sql, actor.id, shownMax);
    const address = addressOf(actor);
    return c.html(
      page({
        ctx,
        title: actor.name,
        kicker: html`<bdi dir="ltr">${address}</bdi>`,
        activityUrl: actor.uri,
        isUnlisted: true,
        main: html`${actor.summary === "" ? nothing : html`<p dir="auto">${actor.summary}</p>`}
          ${section(
            t("actors.proposals"),
            proposals.length === 0
              ? emptyState(t("actors.proposals-none"))
              : cardList(proposals.map((proposal) => proposalCardOf(ctx, proposal))),
          )}`,
        aside: followBox(ctx, {
          handle: address,
          uri: actor.uri,
          title: t("organisations.follow", { name: actor.name }),
        }),
      }),
    );
  });
}
