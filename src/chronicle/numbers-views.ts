// The numbers of a process as people read them: figures that say how they were counted, drawings, and tables.
import { foldGroups } from "../platform/groups.ts";
import { html, type Markup, nothing, type Renderable } from "../platform/html.ts";
import type { Translator } from "../platform/i18n.ts";
import { pickText } from "../platform/text.ts";
import { fromLocal, lastMomentBefore, toLocalDate } from "../platform/time.ts";
import { textOf } from "../processes/list-views.ts";
import { type Process, processPath } from "../processes/process.ts";
import { copyNote, processCrumbs, processTabs } from "../processes/views.ts";
import { barChart, columnChart, figure, figureTable, type TimeMark } from "../web/chart.ts";
import type { PageContext } from "../web/context.ts";
import { buttonLink } from "../web/fields.ts";
import { page } from "../web/layout.ts";
import { emptyState, section } from "../web/lists.ts";
import { inItsLanguage, langAttrs, stat, stats, when } from "../web/marks.ts";
import {
  byName,
  type CategoryCount,
  type Counted,
  type Period,
  peopleShownMin,
  periodsOf,
  placeOf,
  shownPeople,
  spanOf,
  totalsOf,
  type Unit,
} from "./numbers.ts";

export interface NumbersProps {
  readonly process: Process;
  readonly counted: Counted;
  readonly countedAt: Date;
}

export function numbersPage(ctx: PageContext, props: NumbersProps): Markup {
  const { t } = ctx;
  const { process, counted, countedAt } = props;
  const totals = totalsOf(counted);
  const isEmpty = Object.values(totals).every((total) => total === 0);
  const title = textOf(t, process, process.title);
  const csvPath = `${processPath(process)}/numbers.csv`;
  return page({
    ctx,
    title: t("numbers.title"),
    description: t("numbers.description", { process: title.text }),
    section: "processes",
    crumbs: processCrumbs(ctx, process),
    width: "wide",
    main: html`${process.origin === null ? nothing : copyNote(ctx, process)}
      ${processTabs(ctx, process, "numbers")}
      <div class="prose"><p>${t.rich("numbers.counted", { when: when(t, countedAt, "dateTime") })}</p>
      ${process.origin === null ? nothing : html`<p>${t.rich("numbers.copy", { host: html`<bdi>${new URL(process.uri).host}</bdi>` })}</p>`}</div>
      ${
        isEmpty
          ? section(t("numbers.glance"), emptyState(t("numbers.nothing"), t("numbers.nothing-hint")))
          : html`${section(t("numbers.glance"), glance(t, totals, counted))}
            ${overTime(ctx, props)}
            ${totals.proposals === 0 ? nothing : html`${byState(t, counted)}${byCategory(t, props)}${answers(t, counted)}`}
            ${people(t, counted)}
            <p>${buttonLink(csvPath, t("numbers.csv"), "secondary")}</p>`
      }`,
  });
}

const glance = (t: Translator, totals: ReturnType<typeof totalsOf>, { areSupportsDated }: Counted): Markup =>
  stats([
    stat(t, totals.proposals, t("numbers.proposals"), t("numbers.proposals-how")),
    stat(
      t,
      totals.supports,
      t("numbers.supports"),
      t(areSupportsDated ? "numbers.supports-how" : "numbers.supports-copied"),
    ),
    stat(t, totals.commentsHere, t("numbers.comments-here"), t("numbers.comments-here-how")),
    stat(t, totals.commentsElsewhere, t("numbers.comments-elsewhere"), t("numbers.comments-elsewhere-how")),
  ]);

const noon = (day: string, timeZone: string): Date => fromLocal(`${day}T12:00`, timeZone)!;

/** Below a column. */
const shortName = (t: Translator, unit: Unit, { from }: Period): string =>
  t.date(
    noon(from, t.timeZone),
    ({ day: "dayMonth", week: "dayMonth", month: "monthShort", year: "year" } as const)[unit],
  );

const fullName = (t: Translator, unit: Unit, { from, to }: Period): string => {
  const [first, last] = [noon(from, t.timeZone), noon(to, t.timeZone)];
  if (unit === "week") return t.dateRange(first, last, "short");
  return t.date(first, ({ day: "short", month: "month", year: "year" } as const)[unit]);
};

function overTime(ctx: PageContext, { process, counted }: NumbersProps): Markup {
  const { t } = ctx;
  const dayOf = (moment: Date) => toLocalDate(moment, t.timeZone);
  const { unit, from, to, periods } = periodsOf(counted.days, spanOf(process, ctx.now, t.timeZone));
  const phases = process.phases
    .map((phase) => ({
      phase,
      from: placeOf(dayOf(phase.startsAt), periods),
      to: placeOf(dayOf(phase.endsAt), periods),
    }))
    .filter(({ from, to }) => from < to);
  const marks = phases.map(({ from, to }, index): TimeMark => ({ label: t.number(index + 1), from, to }));
  const labels = periods.map((period) => shortName(t, unit, period));
  const columns = (name: string, title: string, none: string, counts: number[][], series?: string[]): Markup => {
    const sums = counts.map((parts) => parts.reduce((sum, count) => sum + count, 0));
    const most = Math.max(...sums);
    if (most === 0) return html`<div><p class="chart-title">${title}</p><p class="hint">${none}</p></div>`;
    const total = t.number(sums.reduce((sum, count) => sum + count, 0));
    const said = t("numbers.most", {
      total,
      most: t.number(most),
      period: fullName(t, unit, periods[sums.indexOf(most)]!),
    });
    return columnChart(t, { id: `time-${name}`, title, said, labels, counts, marks, ...(series ? { series } : {}) });
  };
  const [here, elsewhere] = [t("numbers.comments-here"), t("numbers.comments-elsewhere")];
  const voices = periods.map((period) => [period.commentsHere, period.commentsElsewhere]);
  const title = t("numbers.over-time");
  const dated = counted.areSupportsDated;
  return section(
    title,
    figure({
      id: "over-time",
      caption: html`<p>${t(`numbers.each-${unit}`, { from: t.date(noon(from, t.timeZone), "short"), to: t.date(noon(to, t.timeZone), "short") })}</p>
        ${phases.length === 0 ? nothing : html`<p>${t("numbers.phases")}</p><ol class="chart-phases">${phases.map(({ phase }) => phaseItem(t, process, phase))}</ol>`}`,
      drawing: html`${columns(
        "proposals",
        t("numbers.proposals"),
        t("numbers.proposals-none"),
        periods.map(({ proposals }) => [proposals]),
      )}
      ${
        dated
          ? columns(
              "supports",
              t("numbers.supports"),
              t("numbers.supports-none"),
              periods.map(({ supports }) => [supports]),
            )
          : nothing
      }
      ${columns("comments", t("numbers.comments"), t("numbers.comments-none"), voices, [here, elsewhere])}`,
      table: figureTable(t, {
        title,
        head: [
          t(`numbers.unit-${unit}`),
          t("numbers.proposals"),
          ...(dated ? [t("numbers.supports")] : []),
          here,
          elsewhere,
        ],
        rows: periods.map((period) => [
          fullName(t, unit, period),
          t.number(period.proposals),
          ...(dated ? [t.number(period.supports)] : []),
          t.number(period.commentsHere),
          t.number(period.commentsElsewhere),
        ]),
      }),
    }),
  );
}

function phaseItem(t: Translator, process: Process, { title, startsAt, endsAt }: Process["phases"][number]): Markup {
  const name = textOf(t, process, title);
  return html`<li><span${langAttrs(t, name.lang)}>${name.text}</span> · ${t.dateRange(startsAt, lastMomentBefore(endsAt), "short")}</li>`;
}

interface Group {
  readonly label: Renderable;
  /** As plain text. */
  readonly name: string;
  readonly count: number;
}

/** Things of one kind in groups, each in one of them. @param rest what is too small to be told apart, as one. */
function groups(
  t: Translator,
  { id, title, how, head }: { id: string; title: string; how: string; head: string },
  each: readonly Group[],
  rest: readonly Group[] = [],
): Markup {
  const rows = [...each, ...rest];
  const total = rows.reduce((sum, { count }) => sum + count, 0);
  const largest = each.reduce((most, row) => (row.count > most.count ? row : most));
  const said = t("numbers.largest", { name: largest.name, count: t.number(largest.count), total: t.number(total) });
  return section(
    title,
    figure({
      id,
      caption: how,
      drawing: barChart(t, {
        ...{ id: `${id}-bars`, title: t("numbers.proposals"), said },
        rows: rows.map(({ label, count }) => ({ label, counts: [count] })),
      }),
      table: figureTable(t, {
        title,
        head: [head, t("numbers.proposals"), t("numbers.share")],
        rows: rows.map(({ label, count }) => [label, t.number(count), t.percent(count / total)]),
      }),
    }),
  );
}

const statesInOrder = ["published", "evaluating", "accepted", "rejected", "withdrawn"] as const;

function byState(t: Translator, { states }: Counted): Markup {
  const rows = statesInOrder.map((state): Group => {
    const name = state === "published" ? t("numbers.state-waiting") : t(`proposals.state.${state}`);
    return { label: name, name, count: states.find((one) => one.state === state)?.count ?? 0 };
  });
  const words = { title: t("numbers.by-state"), how: t("numbers.by-state-how"), head: t("proposals.state") };
  return groups(t, { id: "by-state", ...words }, rows);
}

const nameOf = (t: Translator, { languages }: Process, { name, said }: CategoryCount) =>
  name === null ? { text: said, lang: languages[0] ?? t.lang } : pickText(name, t.lang, ...languages);

function byCategory(t: Translator, { process, counted }: NumbersProps): Markup {
  const named = byName(counted.categories, (category) => nameOf(t, process, category));
  if (named.every(({ name }) => name === null)) return nothing;
  const { shown, left } = foldGroups(named);
  const rows = shown.map(({ name, count }): Group => {
    const text = name?.text ?? t("numbers.no-category");
    return { label: name === null ? text : inItsLanguage(t, name), name: text, count };
  });
  const words = { title: t("numbers.by-category"), how: t("numbers.by-category-how"), head: t("proposals.category") };
  const others = t("results.other-categories", { count: left.length });
  const rest = { label: others, name: others, count: left.reduce((sum, { count }) => sum + count, 0) };
  return groups(t, { id: "by-category", ...words }, rows, left.length === 0 ? [] : [rest]);
}

/** "12 days", or hours where it was quick. */
const lasting = (t: Translator, hours: number): string =>
  hours < 48
    ? t("numbers.hours", { count: Math.max(1, Math.round(hours)) })
    : t("numbers.days", { count: Math.round(hours / 24) });

function answers(t: Translator, { answers: { count, medianHours }, states }: Counted): Markup {
  const waiting = states.find(({ state }) => state === "published")?.count ?? 0;
  return section(
    t("numbers.answers"),
    medianHours === null
      ? html`<p>${t("numbers.answers-none")}</p>`
      : stats([
          stat(t, lasting(t, medianHours), t("numbers.median"), t("numbers.median-how")),
          stat(t, count, t("numbers.answered"), t("numbers.answered-how")),
          stat(t, waiting, t("numbers.state-waiting"), t("numbers.waiting-how")),
        ]),
  );
}

function people(t: Translator, { people: counts }: Counted): Markup {
  if (counts === null) return nothing;
  const few = t("numbers.few", { count: peopleShownMin });
  const one = (count: number, label: string) => stat(t, shownPeople(count) ?? few, label);
  return section(
    t("numbers.people"),
    html`<p class="chart-caption">${t("numbers.people-how", { count: peopleShownMin })}</p>${stats([
      one(counts.here, t("numbers.people-here")),
      one(counts.proposed, t("numbers.people-proposed")),
      one(counts.supported, t("numbers.people-supported")),
      one(counts.commented, t("numbers.people-commented")),
      one(counts.elsewhere, t("numbers.people-elsewhere")),
    ])}`,
  );
}
