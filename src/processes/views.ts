// The page of a process, for everyone: what it is about, what is open now, and how to follow it. News have their page too.
import { attrs, href, html, type Markup, nothing, type Renderable } from "../platform/html.ts";
import type { Translator } from "../platform/i18n.ts";
import { timeOf } from "../platform/ids.ts";
import type { Page } from "../platform/pagination.ts";
import { cleanRemoteHtml, markdownToHtml, plainText } from "../platform/rich-text.ts";
import type { LanguageMap } from "../platform/text.ts";
import { articleBody } from "../web/cards.ts";
import type { PageContext } from "../web/context.ts";
import { followBox, shareBox } from "../web/fediverse.ts";
import { buttonLink } from "../web/fields.ts";
import { hero } from "../web/hero.ts";
import { icon } from "../web/icons.ts";
import { type Crumb, page } from "../web/layout.ts";
import { emptyState, factList, pager, section, tabs } from "../web/lists.ts";
import { placeMap } from "../web/map.ts";
import { ago, badge, inItsLanguage, langAttrs, languageNote, statusPill, when } from "../web/marks.ts";
import { phaseLine, timeline } from "../web/phases.ts";
import { originOf, ownPicture, processState, textOf } from "./list-views.ts";
import { type Phase, type Process, processPath } from "./process.ts";
import type { Category, News, ProcessDocument } from "./queries.ts";

/** From the home page down to a process, for the pages below it. */
export const processCrumbs = (ctx: PageContext, process: Process): Crumb[] => [
  { href: "/processes", label: ctx.t("processes.title") },
  { href: processPath(process), label: textOf(ctx.t, process, process.title).text },
];

export type ProcessTab = "about" | "proposals" | "meetings" | "results" | "news";

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

export interface ProcessPageProps {
  readonly process: Process;
  readonly categories: readonly Category[];
  readonly documents: readonly ProcessDocument[];
  readonly news: readonly News[];
  readonly mayEdit: boolean;
  /** What is said about the process as a whole. */
  readonly thread?: Renderable;
}

export function processPage(ctx: PageContext, props: ProcessPageProps): Markup {
  const { t } = ctx;
  const { process } = props;
  const title = textOf(t, process, process.title);
  const summary = textOf(t, process, process.summary);
  const picture = ownPicture(ctx, process.image);
  const isDraft = process.publishedAt === null;
  return page({
    ctx,
    title: title.text,
    description: plainText(summary.text),
    section: "processes",
    crumbs: [{ href: "/processes", label: t("processes.title") }],
    canonical: process.origin === null ? processPath(process) : process.url,
    activityUrl: process.uri,
    feeds: feedsOf(t, process),
    ...(picture ? { image: picture } : {}),
    isUnlisted: isDraft,
    hero: hero(t, {
      title,
      lead: summary,
      kicker: kicker(ctx, process),
      imageUrl: picture,
      imageAlt: process.imageAlt,
      seed: process.uri,
      actions: actions(ctx, props),
    }),
    main: html`
      ${isDraft ? draftNote(ctx, process) : nothing}
      ${process.origin === null ? nothing : copyNote(ctx, process)}
      ${isDraft ? nothing : processTabs(ctx, process, "about")}
      ${
        process.phases.length > 0
          ? section(
              t("processes.phases"),
              phaseLine(
                t,
                process.phases.map((phase) => shownPhase(t, process, phase)),
                ctx.now,
              ),
              undefined,
              "phases",
            )
          : nothing
      }
      ${about(t, process)}
      ${goals(t, process)}
      ${process.isPilot ? pilot(ctx, process) : nothing}
      ${documents(t, props.documents)}
      ${newsSection(ctx, props)}
      ${props.thread}`,
    aside: html`
      ${props.mayEdit ? deskPanel(ctx, process) : nothing}
      ${isDraft ? nothing : followProcess(ctx, process)}
      ${facts(t, props)}
      ${isDraft ? nothing : shareBox(ctx, { url: process.url, title: title.text })}
      ${feedLinks(t, process)}`,
  });
}

function kicker(ctx: PageContext, process: Process): Markup {
  const { t } = ctx;
  const status = processState(ctx, process);
  const from = originOf(process);
  return html`${statusPill(status.label, status.tone)}${process.isPilot ? statusPill(t("processes.pilot"), "accent") : nothing}<span><bdi>${from?.name ?? process.organisationName ?? ctx.city.name}</bdi></span>${languageNote(t, textOf(t, process, process.title).lang)}`;
}

function actions(ctx: PageContext, { process }: ProcessPageProps): Renderable {
  const { t } = ctx;
  const path = processPath(process);
  if (process.publishedAt === null) {
    return html`${buttonLink(`${path}/publication`, t("processes.publish"))}${buttonLink(`${path}/edit`, t("processes.edit"), "secondary")}`;
  }
  return html`${buttonLink(`${path}/proposals`, t("processes.see-proposals", { count: process.proposalCount }))}
    ${process.origin === null ? nothing : buttonLink(process.url, t("processes.open-original"), "secondary")}
`;
}

/** What an official can do here. */
function deskPanel({ t }: PageContext, process: Process): Markup {
  const path = processPath(process);
  const links = [
    [`${path}/edit`, t("processes.edit")],
    [`${path}/documents`, t("processes.documents-edit")],
    ...(process.publishedAt === null ? [] : [[`${path}/news/new`, t("processes.write-news")] as const]),
    ...(process.publishedAt !== null && process.isPilot
      ? [[`${path}/pilot-decision`, t("processes.pilot-decide")] as const]
      : []),
  ];
  return html`<nav class="panel" aria-labelledby="desk-title"><h2 id="desk-title">${t("processes.desk")}</h2>
    <ul class="link-list">${links.map(([to, label]) => html`<li><a href="${href(to)}">${label}</a></li>`)}</ul></nav>`;
}

const draftNote = (ctx: PageContext, process: Process): Markup =>
  html`<div class="note note-info" role="note"><p>${icon("eye")}<span>${ctx.t("processes.draft-note")} ${ctx.t("processes.draft-handle", { handle: addressOfProcess(process) })}</span></p></div>`;

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

function shownPhase(t: Translator, process: Process, phase: Phase) {
  const text = textOf(t, process, phase.description);
  return {
    title: textOf(t, process, phase.title),
    startsAt: phase.startsAt,
    endsAt: phase.endsAt,
    description: html`${text.text ? html`<p${langAttrs(t, text.lang)}>${text.text}</p>` : nothing}${
      phase.permits.length > 0
        ? html`<p>${t("processes.permits", { what: t.list(phase.permits.map((one) => t(`processes.permits.${one}`))) })}</p>`
        : html`<p>${t("processes.permits-nothing")}</p>`
    }`,
  };
}

function about(t: Translator, process: Process): Markup {
  const description = textOf(t, process, process.description);
  const told: readonly (readonly [string, LanguageMap])[] = [
    [t("processes.decides"), process.decides],
    [t("processes.promoter"), process.promoter],
    [t("processes.audience"), process.audience],
  ];
  const facts = told
    .map(([label, texts]) => [label, textOf(t, process, texts)] as const)
    .filter(([, { text }]) => text !== "")
    .map(([label, text]) => [label, html`<span class="text-lines">${inItsLanguage(t, text)}</span>`] as const);
  if (description.text === "" && facts.length === 0) return nothing;
  return section(
    t("processes.about"),
    html`${description.text ? articleBody(t, markdownToHtml(description.text), description.lang) : nothing}
      ${facts.length > 0 ? html`<div class="facts-block">${factList(facts)}</div>` : nothing}`,
    undefined,
    "about",
  );
}

function goals(t: Translator, process: Process): Markup {
  const text = textOf(t, process, process.goals);
  const { indicator } = process;
  if (text.text === "" && indicator === null) return nothing;
  return section(
    t("processes.goals"),
    html`${text.text ? articleBody(t, markdownToHtml(text.text), text.lang) : nothing}
      ${
        indicator === null
          ? nothing
          : html`<div class="panel indicator"><h3>${indicator.name}</h3>
              <p class="indicator-way"><span><span class="stat-label">${t("processes.baseline")}</span> <strong>${indicator.baseline || "–"}</strong></span> <span class="indicator-arrow" aria-hidden="true"></span> <span><span class="stat-label">${t("processes.target")}</span> <strong>${indicator.target || "–"}</strong></span> <span>${indicator.unit}</span></p>
              ${indicator.code ? html`<p class="hint">${t("processes.indicator-code", { code: indicator.code })}</p>` : nothing}</div>`
      }`,
    undefined,
    "goals",
  );
}

/** Where the experiment takes place, and what was decided about it in the end. */
function pilot(ctx: PageContext, process: Process): Markup {
  const { t } = ctx;
  const map = process.pilotGeojson
    ? placeMap(t, { label: t("processes.pilot-map"), points: [], territory: process.pilotGeojson })
    : nothing;
  const tone = { stop: "bad", adjust: "waiting", scale: "good" } as const;
  return section(
    t("processes.pilot-title"),
    html`<div class="stack"><p>${t("processes.pilot-means")}</p>
      ${process.pilotArea ? factList([[t("processes.pilot-area"), html`<bdi>${process.pilotArea}</bdi>`]]) : nothing}
      ${map}
      ${
        process.pilotDecision === null
          ? html`<p class="hint">${t("processes.pilot-open")}</p>`
          : html`<section class="answer" id="pilot-decision">
              <div class="answer-title"><h3>${t("processes.pilot-decision")}</h3>${statusPill(t(`processes.pilot.${process.pilotDecision}`), tone[process.pilotDecision])}</div>
              ${process.pilotDecidedAt ? html`<p class="answer-by">${when(t, process.pilotDecidedAt)}</p>` : nothing}
              ${articleBody(t, markdownToHtml(process.pilotReasons), process.languages[0] ?? null)}</section>`
      }</div>`,
    undefined,
    "pilot",
  );
}

function documents(t: Translator, list: readonly ProcessDocument[]): Markup {
  if (list.length === 0) return nothing;
  return section(
    t("processes.documents"),
    html`<ul class="link-list">${list.map(
      (document) =>
        html`<li><a href="${href(document.url)}"${langAttrs(t, document.language)}>${document.title}</a> <span class="hint">${documentKind(t, document)}</span> ${languageNote(t, document.language)}</li>`,
    )}</ul>`,
    undefined,
    "documents",
  );
}

const shortTypes: Readonly<Record<string, string>> = { jpeg: "JPEG", webp: "WebP", pdf: "PDF" };

/** "PDF · 1.2 MB", or the host of a link. */
function documentKind(t: Translator, { mediaType, sizeBytes, url }: ProcessDocument): string {
  const subtype = mediaType.split(";")[0]?.split("/")[1] ?? "";
  const kind = subtype === "" ? new URL(url).host : (shortTypes[subtype] ?? subtype.split(".").at(-1) ?? subtype);
  if (sizeBytes === null) return kind;
  const megabytes = Math.max(0.1, Math.round(Number(sizeBytes) / 100_000) / 10);
  return `${kind} · ${t("processes.megabytes", { size: megabytes })}`;
}

function newsSection(ctx: PageContext, { process, news }: ProcessPageProps): Markup {
  if (news.length === 0) return nothing;
  const { t } = ctx;
  return section(
    t("processes.news"),
    newsTimeline(t, news),
    { href: `${processPath(process)}/news`, label: t("processes.all-news") },
    "news",
  );
}

const newsTimeline = (t: Translator, news: readonly News[], heading?: string): Markup =>
  timeline(
    t,
    news.map((one) => ({
      at: one.publishedAt,
      title: { text: one.title || t("processes.news"), lang: one.language },
      body: html`<div${langAttrs(t, one.language)}>${bodyOf(one.origin, one.body)}</div><p><a href="${href(`/news/${one.id}`)}">${t("processes.news-open")}<span class="visually-hidden">: ${one.title}</span></a></p>`,
    })),
    heading,
  );

function facts(t: Translator, { process, categories }: ProcessPageProps): Markup {
  const names = categories.map((category) => textOf(t, process, category.name));
  const rows = factList([
    [t("processes.organisation"), process.organisationName ? html`<bdi>${process.organisationName}</bdi>` : null],
    [t("processes.category"), names.length > 0 ? names.map((name) => html`${badge(inItsLanguage(t, name))} `) : null],
    [
      t("processes.support-limit"),
      process.supportLimit === null ? null : t("processes.support-limit-of", { count: process.supportLimit }),
    ],
    [t("processes.published"), process.publishedAt ? when(t, process.publishedAt) : null],
    [
      t("processes.source"),
      process.source ? html`<a href="${href(process.source.url)}">${process.source.name}</a>` : null,
    ],
  ]);
  return html`<section class="panel" aria-label="${t("processes.facts")}">${rows}</section>`;
}

export const feedsOf = (t: Translator, process: Process) =>
  process.publishedAt === null
    ? []
    : [
        {
          href: `${processPath(process)}/feed.atom`,
          title: t("processes.feed-news"),
          type: "application/atom+xml",
        },
      ];

const feedLinks = (t: Translator, process: Process): Markup =>
  html`${feedsOf(t, process).map((feed) => html`<p class="hint feed-link"><a href="${href(feed.href)}"${attrs({ type: feed.type })}>${icon("link")} ${feed.title}</a></p>`)}`;

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
  { process, news, thread }: { process: Process; news: News; thread?: Renderable },
): Markup {
  const { t } = ctx;
  return page({
    ctx,
    title: news.title || t("processes.news"),
    titleLang: news.language,
    description: plainText(bodyOf(news.origin, news.body).toString()),
    section: "processes",
    crumbs: processCrumbs(ctx, process),
    kicker: html`<span>${t("processes.news")}</span>${when(t, news.publishedAt)}${languageNote(t, news.language)}`,
    activityUrl: news.uri,
    canonical: news.url,
    main: html`${articleBody(t, bodyOf(news.origin, news.body), news.language)}${shareBox(ctx, { url: news.url, title: news.title })}${thread}`,
    aside: followProcess(ctx, process),
  });
}
