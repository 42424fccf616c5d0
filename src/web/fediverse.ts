// How a page is taken elsewhere: follow from another account, copy, share, print.
import { attrs, href, html, type Markup, nothing } from "../platform/html.ts";
import type { PageContext } from "./context.ts";
import { icon } from "./icons.ts";

export interface FollowBox {
  /** `@name@host` */
  readonly handle: string;
  /** The actor's or the object's URI, which the reader's server will open. */
  readonly uri: string;
  /** "Follow this process"; says what arrives. */
  readonly title: string;
  readonly text?: string;
  /** What the button says, where it is not "Follow". */
  readonly go?: string;
  readonly followerCount?: number | null;
  /** One of several ways on a page that is about something else: opens at a touch. */
  readonly isFolded?: boolean;
}

/** The handle to copy, and a field that sends the reader to their own server. */
export const followBox = (ctx: PageContext, box: FollowBox): Markup => {
  const { t } = ctx;
  const id = `follow-${box.handle.replace(/[^a-z0-9]/gi, "-")}`;
  const body = html`<p>${box.text ?? t("fediverse.text")}</p>
    ${copyField(ctx, box.handle, t("fediverse.handle"))}
    <form method="get" action="/follow">
      <input type="hidden" name="uri" value="${box.uri}">
      <label for="${id}">${t("fediverse.your-account")}</label>
      <div class="joined"><input id="${id}" type="text" name="account" dir="ltr" placeholder="@you@example.social" autocomplete="off" autocapitalize="none" spellcheck="false" required>
      <button class="button" type="submit">${box.go ?? t("fediverse.go")}</button></div>
    </form>
    ${box.followerCount == null ? nothing : html`<p class="hint">${t("card.followers", { count: box.followerCount })}</p>`}`;
  return box.isFolded === true
    ? html`<details class="follow-box follow-box-folded"><summary><h2>${box.title}</h2></summary>${body}</details>`
    : html`<section class="follow-box"><h2>${box.title}</h2>${body}</section>`;
};

/** A value to take along. Without a script it can still be selected and copied. */
export const copyField = ({ t }: PageContext, value: string, label: string): Markup =>
  html`<div class="joined copy-field"><span class="visually-hidden">${label}</span><code dir="ltr">${value}</code><button class="button button-secondary" type="button" data-copy="${value}" data-done="${t("fediverse.copied")}" hidden>${icon("copy")}<span>${t("fediverse.copy")}</span></button></div>`;

/** Link, mail and paper. */
export const shareBox = (
  ctx: PageContext,
  { url, title }: { readonly url: string; readonly title: string },
): Markup => {
  const { t } = ctx;
  const mail = `mailto:?subject=${encodeURIComponent(title)}&body=${encodeURIComponent(url)}`;
  return html`<ul class="share-box">
    <li><button class="button button-quiet" type="button" data-copy="${url}" data-done="${t("fediverse.copied")}" hidden>${icon("link")}<span>${t("fediverse.copy-link")}</span></button></li>
    <li><a class="button button-quiet" href="${href(mail)}">${icon("share")}<span>${t("fediverse.mail")}</span></a></li>
    <li><button class="button button-quiet" type="button" data-print hidden>${icon("print")}<span>${t("fediverse.print")}</span></button></li>
  </ul>`;
};

const accountPattern = /^@?([\p{L}\p{N}_.-]+)@([\p{L}\p{N}.-]+(?::\d{1,5})?)$/u;

/**
 * Where the server of an account takes up a follow or a reply (`authorize_interaction`, as Mastodon and its kin have it).
 * Takes `@name@host`, `name@host`, or the address of a profile. Null when it is none of these.
 *
 * @param isTrial loopback hosts are reached by plain http.
 */
export function interactionUrl(account: string, uri: string, isTrial: boolean): string | null {
  const text = account.trim();
  const host =
    accountPattern.exec(text)?.[2] ?? (/^https?:\/\//i.test(text) && URL.canParse(text) ? new URL(text).host : null);
  if (host === null) return null;
  const isLoopback = /^(localhost|127\.\d+\.\d+\.\d+|[\p{L}\p{N}.-]+\.localhost)(:\d+)?$/u.test(host);
  const address = `${isTrial && isLoopback ? "http" : "https"}://${host}/authorize_interaction?uri=${encodeURIComponent(uri)}`;
  return URL.canParse(address) ? address : null;
}

/** The step between this page and the reader's own server: it goes on by itself, and says where to. */
export const leavingNotice = ({ t }: PageContext, url: string): Markup => html`<div class="prose">
  <p>${t("fediverse.leaving", { host: new URL(url).host })}</p>
  <p><a class="button" href="${href(url)}"${attrs({ rel: "noopener", "data-focus": true })}>${t("fediverse.continue")}</a></p>
</div>`;
