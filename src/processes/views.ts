// What every page about a process shows of it, in whatever room: crumbs, tabs, how to follow it, whose copy it is. And its news.
import { href, html, type Markup, nothing, type Renderable } from "../platform/html.ts";
import type { Translator } from "../platform/i18n.ts";
import { timeOf } from "../platform/ids.ts";
import type { Page } from "../platform/pagination.ts";
import { cleanRemoteHtml, markdownToHtml, plainText } from "../platform/rich-text.ts";
import { languageOfText, type Read } from "../translations/translation.ts";
import { languageNotes, readingNote } from "../translations/views.ts";
import { articleBody } from "../web/cards.ts";
import type { PageContext } from "../web/context.ts";
import { followBox, shareBox } from "../web/fediverse.ts";
import { buttonLink } from "../web/fields.ts";
import { icon } from "../web/icons.ts";
import { type Crumb, page } from "../web/layout.ts";
import { emptyState, pager, tabs } from "../web/lists.ts";
import { ago, langAttrs, languageNote, when } from "../web/marks.ts";
import { timeline } from "../web/phases.ts";
import { textOf } from "./list-views.ts";
import { type Process, processPath } from "./process.ts";
import type { News } from "./queries.ts";

/** From the home page down to a process, for the pages below it. */
export const processCrumbs = (ctx: PageContext, process: Process): Crumb[] => {
  const { text, lang } = textOf(ctx.t, process, process.title);
  return [
    { href: "/processes", label: ctx.t("processes.title") },
    { href: processPath(process), label: text, lang },
  ];
};

export type ProcessTab = "about" | "proposals" | "meetings" | "results" | "news" | "numbers";

/** The sibling pages of one process, for every room that shows a part of it. */
export function processTabs(ctx: PageContext, process: Process, current: ProcessTab): Markup {
  const { t } = ctx;
  const path = processPath(process);
  const tab = (name: ProcessTab, to: string, count?: number) => ({
    href: to,
    label: t(`processes.tab.${name}`),
    isCurrent: name === current,
    ...(count === undefined ? {} : { count }),
  });
  return tabs(t, t("processes.tabs"), [
    tab("about", path),
    tab("proposals", `${path}/proposals`, process.proposalCount),
    tab("meetings", `${path}/meetings`, process.meetingCount),
    tab("results", `${path}/results`, process.resultCount),
    tab("news", `${path}/news`),
    tab("numbers", `${path}/numbers`),
  ]);
}

/** `@handle@host` of a process, here or elsewhere. */
export const addressOfProcess = (process: Process): string => `@${process.handle}@${new URL(process.uri).host}`;

/** Its followers hear everything it opens, says and decides. */
export const followProcess = (ctx: PageContext, process: Process): Markup =>
  followBox(ctx, {
    handle: addressOfProcess(process),
    uri: process.actorUri ?? process.uri,
    title: ctx.t("processes.follow"),
    text: ctx.t("processes.follow-text"),
    followerCount: process.origin === null ? process.followersCount : null,
  });

/** News of this node are Markdown; those of others are HTML, cleaned when they arrived and cleaned again. */
export const bodyOf = (origin: string | null, text: string): Markup =>
  origin === null ? markdownToHtml(text) : cleanRemoteHtml(text);

/** Whose it is, how old our copy is, and where the original stands. */
export function copyNote(ctx: PageContext, process: Process): Markup {
  const { t } = ctx;
  const host = new URL(process.uri).host;
  return html`<div class="note note-info" role="note"><p>${icon("network")}<span>${t.rich("processes.copy-note", {
    host: html`<bdi>${host}</bdi>`,
    since: when(t, timeOf(process.id)),
    updated: process.updatedAt ? ago(t, process.updatedAt, ctx.now) : "–",
    original: html`<a href="${href(process.url)}">${t("processes.open-original")}</a>`,
  })}</span></p></div>`;
}

export const newsTimeline = (t: Translator, news: readonly News[], heading?: string): Markup =>
  timeline(
    t,
    news.map((one) => ({
      at: one.publishedAt,
      title: { text: one.title || t("processes.news"), lang: one.language },
      body: html`<div${langAttrs(t, one.language)}>${bodyOf(one.origin, one.body)}</div><p class="moment-more"><a href="${href(`/news/${one.id}`)}">${t("processes.news-open")}<span class="visually-hidden">: ${one.title}</span></a> ${languageNote(t, one.language)}</p>`,
    })),
    heading,
  );

export const feedsOf = (t: Translator, process: Process) =>
  process.publishedAt === null
    ? []
    : [
        {
          href: `${processPath(process)}/feed.atom`,
          title: t("processes.feed-news"),
          type: "application/atom+xml",
        },
        { href: `${processPath(process)}/answers.atom`, title: t("feeds.answers"), type: "application/atom+xml" },
        { href: `${processPath(process)}/phases.ics`, title: t("feeds.phases"), type: "text/calendar" },
      ];

export function newsListPage(
  ctx: PageContext,
  props: { readonly process: Process; readonly news: Page<News>; readonly mayEdit: boolean },
): Markup {
  const { t } = ctx;
  const { process, news } = props;
  return page({
    ctx,
    title: t("processes.news"),
    section: "processes",
    crumbs: processCrumbs(ctx, process),
    feeds: feedsOf(t, process),
    actions: props.mayEdit ? buttonLink(`${processPath(process)}/news/new`, t("processes.write-news")) : nothing,
    main: html`${processTabs(ctx, process, "news")}
      ${news.rows.length > 0 ? newsTimeline(t, news.rows, t("processes.news")) : emptyState(t("processes.news-none"), t("processes.news-none-hint"))}
      ${pager(ctx, news)}`,
    aside: followProcess(ctx, process),
  });
}

export function newsPage(
  ctx: PageContext,
  props: { process: Process; news: Read<News>; mayEdit?: boolean; thread?: Renderable },
): Markup {
  const { t } = ctx;
  const { process, news, thread } = props;
  const path = `/news/${news.id}`;
  return page({
    ctx,
    title: news.title || t("processes.news"),
    titleLang: news.reading.language ?? news.language,
    description: plainText(bodyOf(news.origin, news.body).toString()),
    section: "processes",
    crumbs: processCrumbs(ctx, process),
    kicker: html`<span>${t("processes.news")}</span>${when(t, news.publishedAt)}${languageNotes(t, "news", news)}`,
    activityUrl: news.uri,
    canonical: news.url,
    main: html`${readingNote(ctx, news.reading, path)}${articleBody(t, bodyOf(news.origin, news.body), languageOfText(news, "body"))}${props.mayEdit === true ? html`<p>${buttonLink(`${path}/languages`, t("translations.title"), "secondary")}</p>` : nothing}${shareBox(ctx, { url: news.url, title: news.title })}${thread}`,
    aside: followProcess(ctx, process),
  });
}
