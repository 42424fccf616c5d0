// `/actors/:handle` as people see it: what has a page of its own is shown there; a resident who chose a public voice is
// shown here, by what they made public. So is a person of another server, under their id here, by what is kept of theirs.
import { Hono } from "hono";
import { type Actor, addressOf, isLocal } from "../actors/actor.ts";
import { findActorById, findLocalActor } from "../actors/queries.ts";
import { findFollowable } from "../notices/following-queries.ts";
import type { FollowWords } from "../notices/views.ts";
import { href, html, nothing, type Renderable } from "../platform/html.ts";
import { isId } from "../platform/ids.ts";
import { refuseUnless } from "../platform/refusal.ts";
import type { House } from "../ports.ts";
import { findDiscussion } from "../proposals/discussion-queries.ts";
import { proposalCardOf } from "../proposals/list-views.ts";
import { listProposalsBy } from "../proposals/queries.ts";
import type { PageContext, PageEnv } from "../web/context.ts";
import { followBox } from "../web/fediverse.ts";
import { page } from "../web/layout.ts";
import { cardList, emptyState, section } from "../web/lists.ts";

const shownMax = 20;

/** How a person is followed here. */
type ShowFollow = (ctx: PageContext, uri: string, words: FollowWords) => Promise<Renderable>;

export function actorPages({ sql, uris }: House, showFollow: ShowFollow = async () => null): Hono<PageEnv> {
  const personPage = async (ctx: PageContext, actor: Actor) => {
    const { t } = ctx;
    const { name, url } = actor;
    const address = addressOf(actor);
    const proposals = await listProposalsBy(sql, actor.id, shownMax);
    const words = { title: t("notices.follow-person", { name }), text: t("notices.follow-person-text") };
    return page({
      ctx,
      title: name || address,
      kicker: html`<bdi dir="ltr">${address}</bdi>`,
      activityUrl: actor.uri,
      isUnlisted: true,
      main: html`${isLocal(actor) && actor.summary !== "" && html`<p dir="auto">${actor.summary}</p>`}
        ${isLocal(actor) ? nothing : html`<p><a href="${href(url ?? actor.uri)}" rel="noopener nofollow">${t("actors.elsewhere", { host: actor.host })}</a></p>`}
        ${section(
          t("actors.proposals"),
          proposals.length === 0
            ? emptyState(t("actors.proposals-none"))
            : cardList(proposals.map((proposal) => proposalCardOf(ctx, proposal))),
        )}`,
      aside: html`${await showFollow(ctx, actor.uri, words)}${followBox(ctx, { handle: address, uri: actor.uri, title: t("organisations.follow", { name }) })}`,
    });
  };

  return new Hono<PageEnv>().get("/actors/:handle", async (c) => {
    const handle = c.req.param("handle").toLowerCase();
    if (isId(handle)) {
      const person = await findActorById(sql, handle);
      const isShown = person !== null && !isLocal(person) && (await findFollowable(sql, person.uri))?.kind === "person";
      refuseUnless(isShown, "not-found");
      return c.html(await personPage(c.get("page"), person));
    }
    const found = (await findDiscussion(sql, uris, handle)) ?? (await findLocalActor(sql, handle));
    // A discussion is there as long as its proposal is.
    const actor = found?.kind === "discussion" && !("aboutUri" in found) ? null : found;
    refuseUnless(actor !== null, "not-found");
    refuseUnless(actor.goneAt === null, "gone");
    c.header("vary", "Accept");
    if (actor.url !== null && actor.url !== actor.uri) return c.redirect(actor.url, 303);
    return c.html(await personPage(c.get("page"), actor));
  });
}
