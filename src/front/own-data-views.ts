// "My data": what is kept, what others see, what closing the account would change.
import type { Account } from "../accounts/account.ts";
import type { Actor } from "../actors/actor.ts";
import { addressOf } from "../actors/actor.ts";
import { href, html, type Markup, nothing } from "../platform/html.ts";
import type { PageContext } from "../web/context.ts";
import { buttonLink } from "../web/fields.ts";
import { page } from "../web/layout.ts";
import { factList, section } from "../web/lists.ts";
import type { LeftBehind, PublicTraces } from "./own-data.ts";

export interface OwnDataProps {
  readonly account: Account;
  readonly voice: Actor | null;
  readonly host: string;
  readonly traces: PublicTraces & { readonly hostCount: number };
  readonly left: LeftBehind;
  /** Of the archive. */
  readonly fileName: string;
}

export function ownDataPage(ctx: PageContext, props: OwnDataProps): Markup {
  const { t } = ctx;
  return page({
    ctx,
    title: t("own-data.title"),
    section: "account",
    isUnlisted: true,
    crumbs: [{ href: "/account", label: t("accounts.account-title") }],
    lead: t("own-data.lead"),
    main: html`
      ${section(
        t("own-data.download"),
        html`<div class="stack"><p>${t("own-data.download-what")}</p>
        <p>${buttonLink(`/account/data/${props.fileName}`, t("own-data.download-button"))}</p></div>`,
        undefined,
        "download",
      )}
      ${section(t("own-data.seen"), seen(ctx, props), undefined, "seen")}
      ${section(t("own-data.closing"), closing(ctx, props.left), undefined, "closing")}`,
  });
}

function seen({ t }: PageContext, { account, voice, host, traces }: OwnDataProps): Markup {
  const { proposals, comments, underOwnVoice, followers, hosts, hostCount } = traces;
  return html`<div class="stack">
    <p>${voice === null ? t("own-data.no-voice", { name: account.publicName }) : t("own-data.voice")} ${
      voice === null
        ? nothing
        : html`<a class="handle" dir="ltr" href="${href(voice.url ?? voice.uri)}">${addressOf(voice)}</a>`
    }</p>
    ${factList([
      [t("own-data.name-shown"), html`<bdi>${account.publicName}</bdi>`],
      [t("own-data.proposals-public"), t.number(proposals)],
      [t("own-data.comments-public"), t.number(comments)],
      ...(voice === null
        ? []
        : ([
            [t("own-data.under-voice"), t.number(underOwnVoice)],
            [t("own-data.followers"), t.number(followers)],
          ] as const)),
      [t("own-data.servers"), t.number(hostCount)],
    ])}
    ${
      hosts.length === 0
        ? html`<p>${t("own-data.servers-none")}</p>`
        : html`<details class="disclosure"><summary>${t("own-data.servers-which")}</summary><ul class="plain-list">${hosts.map(
            (one) => html`<li><bdi dir="ltr">${one}</bdi></li>`,
          )}</ul>${hostCount > hosts.length ? html`<p>${t("own-data.servers-more", { count: hostCount - hosts.length })}</p>` : nothing}</details>`
    }
    <p>${t("own-data.never-seen", { host })}</p>
    <p>${voice === null ? nothing : html`<a href="${href(voice.uri)}" type="application/activity+json">${t("own-data.as-servers-see")}</a> · `}<a href="/account/erasures">${t("own-data.erasures")}</a></p>
  </div>`;
}

/** In numbers, before anyone decides. */
export const closingInNumbers = (ctx: PageContext, left: LeftBehind): Markup =>
  html`<h2>${ctx.t("own-data.closing-yours")}</h2>${leftBehind(ctx, left)}`;

function leftBehind({ t }: PageContext, left: LeftBehind): Markup {
  const { drafts, proposals, comments, supports, likes } = left;
  return html`<ul>
    <li>${t("own-data.closing-drafts", { count: drafts })}</li>
    <li>${t("own-data.closing-proposals", { count: proposals })}</li>
    <li>${t("own-data.closing-comments", { count: comments })}</li>
    <li>${t("own-data.closing-supports", { count: supports })}</li>
    <li>${t("own-data.closing-likes", { count: likes })}</li>
  </ul>`;
}

const closing = (ctx: PageContext, left: LeftBehind): Markup =>
  html`<div class="stack"><div class="prose"><p>${ctx.t("own-data.closing-lead")}</p>${leftBehind(ctx, left)}</div>
  <p>${buttonLink("/account/closing", ctx.t("own-data.closing-link"), "secondary")}</p></div>`;
