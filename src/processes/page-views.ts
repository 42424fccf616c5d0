// The page of one process, for everyone: what it is about, what is open now, who decides, and how to follow it.
import { href, html, type Markup, nothing, type Renderable } from "../platform/html.ts";
import type { Translator } from "../platform/i18n.ts";
import { markdownToHtml, plainText } from "../platform/rich-text.ts";
import type { LanguageMap } from "../platform/text.ts";
import type { KeptRecord } from "../records/queries.ts";
import { recordPanel } from "../records/views.ts";
import { articleBody } from "../web/cards.ts";
import type { PageContext } from "../web/context.ts";
import { shareBox } from "../web/fediverse.ts";
import { feedLinks } from "../web/feeds.ts";
import { buttonLink } from "../web/fields.ts";
import { hero } from "../web/hero.ts";
import { icon } from "../web/icons.ts";
import { page } from "../web/layout.ts";
import { factList, section } from "../web/lists.ts";
import { placeMap } from "../web/map.ts";
import { badge, inItsLanguage, langAttrs, languageNote, statusPill, when } from "../web/marks.ts";
import { phaseLine, timeLeft } from "../web/phases.ts";
import { originOf, ownPicture, processState, textOf } from "./list-views.ts";
import { activePhase, type Phase, type Process, permits, processPath } from "./process.ts";
import type { Category, News, ProcessDocument } from "./queries.ts";
import { readInLanguage, translationsNote } from "./reading-views.ts";
import { addressOfProcess, copyNote, feedsOf, followProcess, newsTimeline, processTabs } from "./views.ts";

export interface ProcessPageProps {
  readonly process: Process;
  readonly categories: readonly Category[];
  readonly documents: readonly ProcessDocument[];
  readonly news: readonly News[];
  readonly mayEdit: boolean;
  /** What rooms above show of it. */
  readonly related?: Renderable;
  /** How a reader follows it here. */
  readonly follow?: Renderable;
  /** What is said about the process as a whole. */
  readonly thread?: Renderable;
  /** Its newest record. */
  readonly record: KeptRecord | null;
  /** What stands above everything, such as that this is a preview. */
  readonly notice?: Renderable;
  /** The language the reader asked to read it in; null: their own. */
  readonly readIn?: string | null;
  /** The address of this page where it is not the process's own. */
  readonly path?: string;
  readonly isPreview?: boolean;
}

export function processPage(ctx: PageContext, props: ProcessPageProps): Markup {
  const { t } = ctx;
  const process = readInLanguage(props.process, props.readIn ?? null);
  const title = textOf(t, process, process.title);
  const summary = textOf(t, process, process.summary);
  const picture = ownPicture(ctx, process.image);
  const isDraft = process.publishedAt === null;
  return page({
    ctx,
    title: title.text,
    ...(props.isPreview === true ? { tab: `${t("processes.preview")}: ${title.text}` } : {}),
    description: plainText(summary.text),
    section: "processes",
    crumbs: [{ href: "/processes", label: t("processes.title") }],
    canonical: process.origin === null ? processPath(process) : process.url,
    activityUrl: process.uri,
    feeds: feedsOf(t, process),
    ...(picture ? { image: picture } : {}),
    isUnlisted: isDraft || props.isPreview === true,
    hero: hero(t, {
      title,
      lead: summary,
      kicker: kicker(ctx, process),
      imageUrl: picture,
      imageAlt: process.imageAlt,
      seed: process.uri,
      actions: actions(ctx, { ...props, process }),
    }),
    main: html`
      ${props.notice ?? nothing}
      ${isDraft ? draftNote(ctx, process) : nothing}
      ${translationsNote(ctx, props)}
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
      ${newsSection(ctx, { ...props, process })}
      ${props.related}
      ${props.thread}`,
    aside: html`
      ${props.mayEdit ? deskPanel(ctx, process) : nothing}
      ${isDraft ? nothing : html`${props.follow}${followProcess(ctx, process)}`}
      ${facts(t, { ...props, process })}
      ${isDraft ? nothing : shareBox(ctx, { url: process.url, title: title.text })}
      ${recordPanel(ctx, props.record, process.id)}
      ${feedLinks(feedsOf(t, process))}`,
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
    return html`${buttonLink(`${path}/publication`, t("processes.publish"))}${buttonLink(`${path}/steps`, t("processes.go-on"), "secondary")}`;
  }
  const mayPropose = process.origin === null && permits(process.phases, "propose", ctx.now);
  const propose = mayPropose ? buttonLink(`${path}/proposals/new`, callOf(t, process)) : nothing;
  const maySupport = process.origin === null && permits(process.phases, "support", ctx.now);
  const see =
    process.proposalCount > 0
      ? buttonLink(
          `${path}/proposals`,
          t(maySupport ? "processes.support-proposals" : "processes.see-proposals", { count: process.proposalCount }),
          mayPropose ? "secondary" : "primary",
        )
      : nothing;
  const today = phaseOfToday(ctx, process);
  const original = process.origin === null ? nothing : buttonLink(process.url, whereItLives(ctx, process), "secondary");
  return html`${today}${propose}${see}${original}`;
}

/** Which phase it is in and how long that lasts: said where the buttons are. */
function phaseOfToday({ t, now }: PageContext, process: Process): Renderable {
  const phase = activePhase(process.phases, now);
  if (phase === null) return nothing;
  const title = textOf(t, process, phase.title);
  return html`<p class="hero-now"><strong${langAttrs(t, title.lang)}>${title.text}</strong> ${timeLeft(t, phase.endsAt, now)}</p>`;
}

/** Of a copy nothing is done here: while people can propose, its own words lead to where they do. */
function whereItLives({ t, now }: PageContext, process: Process): Renderable {
  const call = textOf(t, process, process.callToAction);
  if (call.text === "" || !permits(process.phases, "propose", now)) return t("processes.open-original");
  return html`<span>${t.rich("processes.call-elsewhere", {
    call: html`<bdi>${inItsLanguage(t, call)}</bdi>`,
    host: html`<bdi>${new URL(process.url).host}</bdi>`,
  })}</span>`;
}

/** The process's own words for taking part, in their own language, else those of the interface. */
function callOf(t: Translator, process: Process): Renderable {
  const call = textOf(t, process, process.callToAction);
  return call.text === "" ? t("proposals.new") : inItsLanguage(t, call);
}

/** What an official can do here. */
function deskPanel({ t }: PageContext, process: Process): Markup {
  const path = processPath(process);
  const isDraft = process.publishedAt === null;
  const links = [
    ...(isDraft ? [] : [[`${path}/steps/phases`, t("processes.step.phases")] as const]),
    [`${path}/edit`, t("processes.edit")],
    [`${path}/texts`, t("processes.texts")],
    ...(isDraft ? [] : [[`${path}/languages`, t("translations.lacking")] as const]),
    [`${path}/documents`, t("processes.documents-edit")],
    ...(isDraft ? [[`${path}/preview`, t("processes.preview")] as const] : []),
    [`${path}/template.json`, t("processes.template-export")],
    ...(isDraft ? [[`${path}/deletion`, t("processes.delete-draft")] as const] : []),
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
              <p class="indicator-way"><span><span class="stat-label">${t("processes.baseline")}</span> <strong>${indicator.baseline || "–"}</strong></span> <span class="indicator-arrow" aria-hidden="true"></span> <span><span class="stat-label">${t("processes.target")}</span> <strong>${indicator.target || "–"}</strong> ${indicator.unit}</span></p>
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
    ? placeMap(ctx, { label: t("processes.pilot-map"), points: [], territory: process.pilotGeojson })
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
