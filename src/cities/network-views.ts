// The network page's markup: plain data in, markup out.
import { holds } from "../accounts/account.ts";
import type { FollowState } from "../actors/actor.ts";
import { href, html, type Markup, nothing, type Renderable } from "../platform/html.ts";
import { plainText } from "../platform/rich-text.ts";
import { clip } from "../platform/text.ts";
import type { RemoteThing } from "../ports.ts";
import type { PageContext } from "../web/context.ts";
import { followBox } from "../web/fediverse.ts";
import { buttonForm, buttonLink, confirmForm, openFields } from "../web/fields.ts";
import type { FormState } from "../web/forms.ts";
import { cardList, emptyState, section } from "../web/lists.ts";
import { ago, avatar, statusPill } from "../web/marks.ts";

export interface NetworkRow {
  readonly uri: string;
  readonly name: string;
  readonly handle: string;
  readonly url: string;
  readonly iconUrl: string | null;
  readonly summary: string;
  readonly state: FollowState;
  readonly since: Date;
  /** The actor of ours at the other end. */
  readonly ours: string;
  readonly isPerson: boolean;
  readonly host: string;
}

export interface NetworkProps {
  readonly following: readonly NetworkRow[];
  readonly followers: readonly NetworkRow[];
  readonly state: FormState;
  readonly found: Markup;
  /** The processes of which copies are kept. */
  readonly mirrored?: Renderable;
}

export function networkView(ctx: PageContext, props: NetworkProps): Markup {
  const { t, city, account } = ctx;
  const isOfficial = holds(account, "official");
  const followers = byActor(props.followers);
  const people = followers.filter((row) => row.isPerson).length;
  const institutions = followers.filter((row) => !row.isPerson);
  return html`
    ${isOfficial ? lookUp(ctx, props) : nothing}
    ${props.mirrored}
    ${section(
      t("network.following"),
      props.following.length === 0
        ? emptyState(t("network.following-none"), t("network.following-none-hint"))
        : cardList(byActor(props.following).map((row) => followedRow(ctx, row, isOfficial))),
    )}
    ${section(
      t("network.followers"),
      html`${followers.length === 0 ? emptyState(t("network.followers-none")) : nothing}${institutions.length === 0 ? nothing : cardList(institutions.map((row) => followerRow(ctx, row)))}
        ${people === 0 ? nothing : html`<p>${t("network.people", { count: people })}</p>`}
        ${followBox(ctx, { handle: city.handle, uri: city.origin, title: t("network.follow-us") })}`,
    )}
    ${holds(account, "administrator") ? html`<p>${buttonLink("/network/peers", t("peers.title"), "secondary")}</p>` : nothing}`;
}

function lookUp(ctx: PageContext, { state, found }: NetworkProps): Markup {
  const { t } = ctx;
  const fields = openFields(ctx, state);
  return html`<section class="section">
    <form class="form" method="get" action="/network" novalidate>
      ${fields.text("address", { label: t("network.address"), hint: t("network.address-hint"), charsMax: 500, spellcheck: false })}
      <div class="form-actions"><button class="button" type="submit">${t("network.look-up")}</button></div>
    </form>
    ${found}
  </section>`;
}

/** What a look-up found, with the button to follow it. */
export function foundCard(ctx: PageContext, thing: RemoteThing, isFollowed: boolean): Markup {
  const { t } = ctx;
  return html`<article class="card card-actor" aria-live="polite"><div class="card-body">
    <div class="byline">${avatar({ name: thing.name, handle: thing.handle, iconUrl: thing.iconUrl })}<div>
      <h2 class="card-title"><a href="${href(thing.url ?? thing.uri)}" rel="noopener">${thing.name}</a></h2>
      <p class="byline-more"><bdi dir="ltr">${thing.handle ?? thing.uri}</bdi></p></div></div>
    <p class="card-text" dir="auto">${clip(plainText(thing.summary), 300)}</p>
    ${
      !thing.isActor
        ? html`<p>${t("network.not-followable")}</p>`
        : isFollowed
          ? statusPill(t("network.state-accepted"), "good")
          : buttonForm(ctx, {
              action: "/network/following",
              label: t("network.follow"),
              values: { uri: thing.uri },
              about: thing.name,
            })
    }
  </div></article>`;
}

interface ActorRow extends NetworkRow {
  /** The names of ours that this actor has to do with. */
  readonly ourNames: readonly string[];
}

/** One row for each actor, however many of ours it follows: the latest follow speaks for it. */
function byActor(rows: readonly NetworkRow[]): ActorRow[] {
  const groups = Map.groupBy(rows, ({ uri }) => uri);
  return [...groups.values()].map((group) => ({ ...group[0]!, ourNames: group.map(({ ours }) => ours) }));
}

function followedRow(ctx: PageContext, row: ActorRow, mayLeave: boolean): Markup {
  const { t } = ctx;
  const tone = row.state === "accepted" ? "good" : row.state === "rejected" ? "bad" : "waiting";
  return actorRow(
    ctx,
    row,
    html`<div class="card-foot">
      ${statusPill(t(`network.state-${row.state}`), tone)}
      ${
        mayLeave
          ? confirmForm(ctx, {
              action: "/network/unfollowing",
              label: t("network.unfollow"),
              ask: t("network.unfollow-ask", { name: row.name }),
              submit: t("network.unfollow"),
              body: html`<input type="hidden" name="uri" value="${row.uri}">`,
            })
          : nothing
      }
    </div>`,
  );
}

const followerRow = (ctx: PageContext, row: ActorRow): Markup =>
  actorRow(
    ctx,
    row,
    html`<p class="card-marks"><span>${ctx.t("network.follows")}</span>${row.ourNames.map((name) => html`<bdi class="pill">${name}</bdi>`)}</p>`,
  );

const actorRow = (
  ctx: PageContext,
  row: NetworkRow,
  foot: Markup,
): Markup => html`<article class="card card-actor"><div class="card-body">
    <div class="byline">${avatar(row)}<div>
      <h3 class="card-title"><a href="${href(row.url)}" rel="noopener"><bdi>${row.name}</bdi></a></h3>
      <p class="byline-more"><bdi dir="ltr">${row.handle}</bdi> <span>${ago(ctx.t, row.since, ctx.now)}</span></p></div></div>
    ${row.summary === "" ? nothing : html`<p class="card-text" dir="auto">${row.summary}</p>`}
    ${foot}
  </div></article>`;
