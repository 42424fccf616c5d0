// What a person sees of what they follow: the button, the list of notices, the settings, and the pages behind links in mails.
import { attrs, href, html, type Markup, nothing, type Renderable } from "../platform/html.ts";
import type { Page } from "../platform/pagination.ts";
import { toLocalDate } from "../platform/time.ts";
import { pagePathOf } from "../subjects/subject.ts";
import type { PageContext } from "../web/context.ts";
import { buttonClass, buttonForm, buttonLink, csrfField, form, openFields } from "../web/fields.ts";
import { emptyForm, type FormState } from "../web/forms.ts";
import { icon } from "../web/icons.ts";
import { page } from "../web/layout.ts";
import { emptyState, pager, section } from "../web/lists.ts";
import { ago, langAttrs, languageNote, nameIn } from "../web/marks.ts";
import type { Followable, Following } from "./following-queries.ts";
import { mailRhythms, type NoticeData, type NoticeSettings, noticeText, type ShownNotice } from "./notice.ts";
import { type PushState, pushSection } from "./push-views.ts";
import { dataSaid, explainNotice, followedTitle } from "./wording.ts";

/** What the panel says of what is followed, where it is not the thing that the page is about. */
export interface FollowWords {
  readonly title: string;
  readonly text: string;
}

/** The button on the page of a thing, and without an account the ways to follow it here. */
export function followPanel(ctx: PageContext, uri: string, isFollowing: boolean, words?: FollowWords): Markup {
  const { t, account, path } = ctx;
  const text = words?.text ?? t("notices.follow-text");
  const id = "follow-here";
  const body =
    account === null
      ? html`<p class="hint">${text}</p>
        ${buttonLink(`/sign-in?back=${encodeURIComponent(path)}`, t("notices.follow-sign-in"), "secondary")}
        <details class="section-small"><summary>${t("notices.follow-by-mail")}</summary>${byMailForm(ctx, uri, emptyForm)}</details>`
      : html`${isFollowing ? html`<p>${icon("check")} ${t("notices.you-follow")}</p>` : html`<p class="hint">${text}</p>`}
        ${buttonForm(ctx, {
          action: isFollowing ? "/followings/end" : "/followings",
          label: html`${icon("bell")}${t(isFollowing ? "notices.unfollow" : "notices.follow")}`,
          values: { uri, back: path },
          kind: "secondary",
        })}
        <p class="hint"><a href="/notices/settings">${t("notices.how-often")}</a></p>`;
  return html`<section class="panel" aria-labelledby="${id}"><h2 id="${id}">${words?.title ?? t("notices.follow-title")}</h2>${body}</section>`;
}

export function byMailForm(ctx: PageContext, uri: string, state: FormState): Markup {
  const { t } = ctx;
  const fields = openFields(ctx, state);
  return form(ctx, {
    action: "/follow-by-mail",
    submit: t("notices.by-mail-send"),
    body: html`${fields.summary()}${fields.hidden("uri", uri)}
      ${fields.text("email", { label: t("notices.by-mail-address"), hint: t("notices.by-mail-hint"), type: "email", autocomplete: "email", charsMax: 254, spellcheck: false })}`,
  });
}

export const byMailPage = (ctx: PageContext, thing: Followable, state: FormState): Markup =>
  page({
    ctx,
    title: ctx.t("notices.by-mail-title"),
    lead: followedName(ctx, thing),
    isUnlisted: true,
    main: byMailForm(ctx, thing.uri, state),
  });

export const askedPage = (ctx: PageContext): Markup =>
  page({
    ctx,
    title: ctx.t("notices.asked-title"),
    isUnlisted: true,
    main: html`<p class="prose">${ctx.t("notices.asked-text")}</p>`,
  });

/** The notices of one person, by the days of the city's calendar. */
export function noticesPage(ctx: PageContext, notices: Page<ShownNotice>): Markup {
  const { t, city } = ctx;
  const days = Map.groupBy(notices.rows, (notice) => toLocalDate(notice.createdAt, city.timeZone));
  const first = notices.rows[0];
  const readAll =
    first === undefined || notices.rows.every(({ readAt }) => readAt !== null)
      ? nothing
      : buttonForm(ctx, {
          action: "/notices/reading",
          label: t("notices.read-all"),
          values: { until: first.id },
          kind: "secondary",
        });
  return page({
    ctx,
    title: t("notices.title"),
    section: "account",
    isUnlisted: true,
    actions: html`${readAll}${buttonLink("/notices/settings", t("notices.settings"), "quiet")}`,
    main:
      notices.rows.length === 0
        ? emptyState(
            t("notices.none"),
            t("notices.none-text"),
            html`<p class="row">${buttonLink("/processes", t("notices.see-processes"))}</p>`,
          )
        : html`${[...days.values()].map((rows) => section(dayName(ctx, rows[0]!.createdAt), html`<ul class="plain-list">${rows.map((notice) => noticeRow(ctx, notice))}</ul>`))}
          ${pager(ctx, notices)}`,
  });
}

function dayName({ t, now, city }: PageContext, day: Date): string {
  const isToday = toLocalDate(day, city.timeZone) === toLocalDate(now, city.timeZone);
  return isToday ? t("notices.today") : t.date(day, "weekday");
}

function noticeRow(ctx: PageContext, notice: ShownNotice): Markup {
  const { t, now } = ctx;
  const isUnread = notice.readAt === null;
  const title = html`<bdi${langAttrs(t, notice.language)}>${notice.title || t("notices.untitled")}</bdi>`;
  const said = t.rich(noticeText(notice.kind), { ...isolated(dataSaid(t, notice.kind, notice.data)), title });
  return html`<li class="${isUnread ? "notice notice-unread" : "notice"}">
    <p><a href="${href(`/notices/${notice.id}`)}">${said}</a>${isUnread ? html` <span class="badge">${t("notices.new")}</span>` : nothing}</p>
    ${explainNotice(t, notice).map((line) => html`<p dir="auto">${line}</p>`)}
    <p class="hint">${ago(t, notice.createdAt, now)}${notice.processName === null ? nothing : html` · ${nameIn(t, notice.processName)}`}</p>
    ${
      isUnread
        ? buttonForm(ctx, {
            action: `/notices/${notice.id}/reading`,
            label: html`${icon("check")}<span class="notice-done">${t("notices.mark-read")}</span>`,
            about: notice.title,
            kind: "quiet",
          })
        : nothing
    }</li>`;
}

/** A name in another script turns no sentence around. */
const isolated = (data: NoticeData): Record<string, Renderable> =>
  Object.fromEntries(
    Object.entries(data).map(([name, value]) => [name, typeof value === "string" ? html`<bdi>${value}</bdi>` : value]),
  );

export function settingsPage(
  ctx: PageContext,
  {
    settings,
    followings,
    push,
    state,
  }: { settings: NoticeSettings; followings: Page<Following>; push: PushState; state: FormState },
): Markup {
  const { t } = ctx;
  const fields = openFields(ctx, state);
  return page({
    ctx,
    title: t("notices.settings"),
    section: "account",
    isUnlisted: true,
    crumbs: [{ href: "/notices", label: t("notices.title") }],
    scripts: ["push.js"],
    main: html`
      ${form(ctx, {
        action: "/notices/settings",
        submit: t("notices.save"),
        body: html`${fields.summary()}
          ${fields.radios("mail", { label: t("notices.rhythm"), hint: t("notices.always-hint"), value: settings.mail, options: mailRhythms.map((rhythm) => ({ value: rhythm, label: t(`notices.rhythm.${rhythm}`) })) })}
          ${fields.check("followsOwn", { label: t("notices.follows-own"), hint: t("notices.follows-own-hint"), isChecked: settings.followsOwn })}`,
      })}
      ${pushSection(ctx, push)}
      ${section(
        t("notices.followed"),
        followings.rows.length === 0
          ? emptyState(t("notices.follow-none"), t("notices.none-text"))
          : html`<ul class="plain-list">${followings.rows.map((following) => followingRow(ctx, following))}</ul>${pager(ctx, followings)}`,
        undefined,
        "followed",
      )}`,
  });
}

function followingRow(ctx: PageContext, following: Following): Markup {
  const { t, path } = ctx;
  const id = `rhythm-${following.id}`;
  const title = followedTitle(t, following, ctx.city.name);
  return html`<li><p><a href="${href(pathOf(following))}">${followedName(ctx, following)}</a>
      <span class="badge">${t(`notices.kind.${following.kind}`)}</span> ${languageNote(t, following.language)}</p>
    <div class="row">
    <form class="row" method="post" action="/followings/rhythm">${csrfField(ctx)}
      <input type="hidden" name="uri" value="${following.uri}"><input type="hidden" name="back" value="${path}">
      <label class="visually-hidden" for="${id}">${t("notices.rhythm-of", { title })}</label>
      <select id="${id}" name="mail">
        <option value="">${t("notices.rhythm.as-usual")}</option>
        ${mailRhythms.map((rhythm) => html`<option${attrs({ value: rhythm, selected: rhythm === following.mail })}>${t(`notices.rhythm.${rhythm}`)}</option>`)}
      </select>
      <button class="${buttonClass("quiet")}" type="submit">${t("notices.save")}<span class="visually-hidden"> ${title}</span></button>
    </form>
    ${buttonForm(ctx, { action: "/followings/end", label: t("notices.unfollow"), about: title, values: { uri: following.uri, back: path }, kind: "quiet" })}
    </div></li>`;
}

/** Only what is a text of its own is in the language of its author. */
const followedName = (ctx: PageContext, thing: Followable): Markup => {
  const isOurWords = thing.kind === "category" || thing.kind === "node";
  return html`<bdi${isOurWords ? nothing : langAttrs(ctx.t, thing.language)}>${followedTitle(ctx.t, thing, ctx.city.name)}</bdi>`;
};

/** Where it is read: organisations and persons of this node under their handle, the last part of their address. */
export function pathOf({ kind, ...thing }: Followable): string {
  switch (kind) {
    case "organisation":
      return thing.origin === null ? `/organisations/${thing.uri.split("/").at(-1)}` : thing.url;
    case "person":
      return thing.origin === null ? new URL(thing.uri).pathname : `/actors/${thing.id}`;
    case "category":
      return new URL(thing.uri).pathname;
    case "node":
      return "/processes";
    default:
      return pagePathOf({ ...thing, kind });
  }
}

/** A page behind a link in a mail: says what it does, and does it only when asked to, since programs open links too. */
export function mailLinkPage(
  ctx: PageContext,
  props: { title: string; text: string; action: string; submit: string },
): Markup {
  return page({
    ctx,
    title: props.title,
    isUnlisted: true,
    main: html`<p class="prose">${props.text}</p>${form(ctx, { action: props.action, submit: props.submit, body: nothing })}`,
  });
}

export const mailLinkDonePage = (ctx: PageContext, title: string, text: string, more: Renderable = nothing): Markup =>
  page({ ctx, title, isUnlisted: true, main: html`<p class="prose">${text}</p>${more}` });
