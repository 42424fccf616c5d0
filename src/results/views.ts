// The page of a result: what became of it, how far it is, step by step, and where it came from.

import { linkedList } from "../meetings/views.ts";
import { href, html, type Markup, nothing, type Renderable } from "../platform/html.ts";
import type { Translator } from "../platform/i18n.ts";
import { plainText } from "../platform/rich-text.ts";
import { type Process, processPath } from "../processes/process.ts";
import { followProcess, processCrumbs } from "../processes/views.ts";
import type { KeptRecord } from "../records/queries.ts";
import { recordPanel } from "../records/views.ts";
import type { Linked } from "../subjects/linked-queries.ts";
import { languageOfText, type Read } from "../translations/translation.ts";
import { languageNotes, languagesShown, readingNote } from "../translations/views.ts";
import { articleBody } from "../web/cards.ts";
import type { PageContext } from "../web/context.ts";
import { shareBox } from "../web/fediverse.ts";
import { buttonLink } from "../web/fields.ts";
import { icon } from "../web/icons.ts";
import { page } from "../web/layout.ts";
import { factList, section } from "../web/lists.ts";
import { ago, badge, langAttrs, stat, stats, statusPill, when } from "../web/marks.ts";
import { progressBar, timeline } from "../web/phases.ts";
import { costOf, statusOf, textShown } from "./list-views.ts";
import { type Milestone, type Result, resultPath } from "./result.ts";

export interface ResultPageProps {
  readonly result: Read<Result>;
  readonly process: Process;
  readonly categoryName: string | null;
  readonly milestones: readonly Read<Milestone>[];
  readonly proposals: readonly Linked[];
  readonly meetings: readonly Linked[];
  readonly mayEdit: boolean;
  /** What rooms above show of it. */
  readonly related?: Renderable;
  /** How a reader follows it here. */
  readonly follow?: Renderable;
  readonly thread: Renderable;
  /** Its newest record. */
  readonly record: KeptRecord | null;
}

export function resultPage(ctx: PageContext, props: ResultPageProps): Markup {
  const { t } = ctx;
  const { result, process } = props;
  const status = statusOf(t, result.status);
  return page({
    ctx,
    title: result.title,
    titleLang: result.reading.language ?? result.language,
    description: `${status.label}. ${plainText(textShown(result, result.body).toString())}`,
    section: "processes",
    crumbs: [...processCrumbs(ctx, process), { href: `${processPath(process)}/results`, label: t("results.title") }],
    canonical: result.origin === null ? resultPath(result) : result.url,
    activityUrl: result.uri,
    isUnlisted: result.hiddenAt !== null,
    kicker: html`<span>${t("results.one")}</span>${statusPill(status.label, status.tone)}${props.categoryName ? badge(props.categoryName) : nothing}${languageNotes(t, "result", result)}`,
    main: html`
      ${notes(ctx, result)}
      ${readingNote(ctx, result.reading, resultPath(result))}
      ${result.progress === null ? nothing : progressBar(t, result.progress / 100, t("card.progress-of", { title: result.title }), result.status === "dropped")}
      <div class="section-small facts-across">${facts(t, result)}</div>
      ${result.body ? html`<div class="section-small">${articleBody(t, textShown(result, result.body), languageOfText(result, "body"))}</div>` : nothing}
      ${milestones(ctx, props)}
      ${linkedList(t, t("results.from-proposals"), props.proposals)}
      ${linkedList(t, t("results.from-meetings"), props.meetings)}
      ${sourceCounts(t, result)}
      ${props.related}
      ${props.thread}`,
    aside: html`
      ${props.mayEdit ? desk(t, result) : nothing}
      ${props.follow}
      ${followProcess(ctx, process)}
      ${shareBox(ctx, { url: result.url, title: result.title })}
      ${recordPanel(ctx, props.record, result.id)}`,
  });
}

function notes(ctx: PageContext, result: Result): Renderable {
  const { t } = ctx;
  if (result.hiddenAt !== null) {
    return html`<div class="note note-bad" role="note"><p>${icon("warning")}<span>${t("results.hidden")} <q>${result.hiddenReason}</q></span></p></div>`;
  }
  if (result.origin === null) return nothing;
  return html`<div class="note note-info" role="note"><p>${icon("network")}<span>${t.rich("results.copy-note", {
    host: html`<bdi>${new URL(result.origin).host}</bdi>`,
    updated: ago(t, result.updatedAt, ctx.now),
    original: html`<a href="${href(result.url)}">${t("processes.open-original")}</a>`,
  })}</span></p></div>`;
}

/** A calendar day is the same day in every time zone. */
const dayOf = (t: Translator, day: string): string =>
  new Intl.DateTimeFormat(t.lang, { dateStyle: "long", timeZone: "UTC" }).format(new Date(`${day}T00:00:00Z`));

const facts = (t: Translator, result: Result): Markup =>
  factList([
    [t("card.cost"), costOf(t, result)],
    [
      t("results.term"),
      result.startsOn && result.endsOn
        ? t("results.term-between", { from: dayOf(t, result.startsOn), until: dayOf(t, result.endsOn) })
        : result.endsOn
          ? t("results.term-until", { until: dayOf(t, result.endsOn) })
          : result.startsOn
            ? t("results.term-from", { from: dayOf(t, result.startsOn) })
            : null,
    ],
    [t("results.district"), result.district ? html`<bdi>${result.district}</bdi>` : null],
    [t("results.organisation"), result.organisationName ? html`<bdi>${result.organisationName}</bdi>` : null],
    [t("results.updated"), when(t, result.updatedAt)],
  ]);

const milestones = (ctx: PageContext, { result, milestones: steps, mayEdit }: ResultPageProps): Markup =>
  steps.length === 0
    ? nothing
    : section(
        ctx.t("results.milestones"),
        timeline(
          ctx.t,
          steps.map((step) => ({
            at: new Date(`${step.reachedOn}T12:00:00Z`),
            id: `milestone-${step.id}`,
            title: { text: step.title, lang: languageOfText(step, "title") ?? ctx.t.lang },
            ...stepBody(ctx, result, step, mayEdit),
          })),
        ),
        undefined,
        "milestones",
      );

/** Its text, in how many languages it stands, and for the desk where that is changed. */
function stepBody(ctx: PageContext, result: Read<Result>, step: Read<Milestone>, mayEdit: boolean): { body?: Markup } {
  const { t } = ctx;
  const isWritten = step.body !== "";
  // What the note above the result says, and where its links lead, holds for a step in the same languages.
  const isAlike = step.reading.original === result.reading.original && !step.reading.isOlder;
  const isSaid = isAlike && step.reading.languages.every((lang) => result.reading.languages.includes(lang));
  const shown = languagesShown("result", result);
  const isInThese = languagesShown("milestone", step).every((lang) => shown.includes(lang));
  if (!isWritten && !mayEdit && isSaid && isInThese) return {};
  const notes = languageNotes(t, "milestone", step, shown);
  const text = isWritten
    ? html`<div${langAttrs(t, languageOfText(step, "body"))}>${textShown(step, step.body)}</div>`
    : nothing;
  const note = isSaid ? nothing : readingNote(ctx, step.reading, `${resultPath(result)}#milestone-${step.id}`);
  const languages = mayEdit
    ? html`<p><a href="${href(`/milestones/${step.id}/languages`)}">${t("translations.title")}<span class="visually-hidden">: ${step.title}</span></a></p>`
    : nothing;
  return { body: html`${text}${notes}${note}${languages}` };
}

const countLabels = {
  proposals: "results.count.proposals",
  supports: "results.count.supports",
  comments: "results.count.comments",
  participants: "results.count.participants",
  interventions: "results.count.interventions",
} as const;

/** What its source counted, set apart: these voices were never given here. */
function sourceCounts(t: Translator, { source }: Result): Markup {
  if (source === null) return nothing;
  const figures = Object.entries(countLabels).flatMap(([name, label]) => {
    const count = source.counts[name];
    return count === undefined ? [] : [stat(t, count, t(label))];
  });
  return section(
    t("results.source-title"),
    html`<p class="hint">${t("results.source-means")}</p>
      ${figures.length === 0 ? nothing : stats(figures)}
      <p class="hint section-small"><a href="${href(source.url)}" rel="noopener">${source.name}</a> · ${t("meetings.source-id", { id: source.id })}</p>`,
    undefined,
    "source",
  );
}

const desk = (t: Translator, result: Result): Markup =>
  html`<section class="panel" aria-labelledby="result-desk"><h2 id="result-desk">${t("results.desk")}</h2>
    <p class="row">${buttonLink(`${resultPath(result)}/milestones/new`, t("results.reach"), "secondary")}${buttonLink(`${resultPath(result)}/edit`, t("results.edit"), "secondary")}${result.hiddenAt === null ? buttonLink(`${resultPath(result)}/languages`, t("translations.title"), "quiet") : nothing}</p>
  </section>`;
