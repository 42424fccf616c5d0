// The numbers of a process: which stretches of time they are told by, whom they must not point at, and the lines of the open
// data. Pure: no SQL, no request, no clock.
//
// What people may read is counted as it is, since everyone could count it. How many people it comes from is not shown where they
// are few: of the two who supported something, each would know the other.
import { csvLine } from "../platform/csv.ts";
import { foldGroups } from "../platform/groups.ts";
import type { LanguageMap } from "../platform/text.ts";
import { toLocalDate } from "../platform/time.ts";
import type { Process } from "../processes/process.ts";
import type { ProposalState } from "../proposals/proposal.ts";

export interface DayCount {
  /** `2026-03-01`, in the city's time zone. */
  readonly day: string;
  readonly proposals: number;
  readonly supports: number;
  /** Written on the pages of the node that owns the process. */
  readonly commentsHere: number;
  readonly commentsElsewhere: number;
}

export interface CategoryCount {
  readonly id: string | null;
  readonly name: LanguageMap | null;
  /** Of a copy: as its own city calls it. */
  readonly said: string;
  readonly count: number;
}

export interface People {
  /** Of this node, whatever they did. */
  readonly here: number;
  readonly proposed: number;
  readonly supported: number;
  readonly commented: number;
  /** Accounts of other servers that commented. */
  readonly elsewhere: number;
}

export interface Counted {
  /** Days on which anything happened, the first one first. */
  readonly days: readonly DayCount[];
  readonly states: readonly { readonly state: ProposalState; readonly count: number }[];
  readonly categories: readonly CategoryCount[];
  readonly supportTotal: number;
  /** Not of a copy, whose own city tells totals alone. */
  readonly areSupportsDated: boolean;
  readonly answers: { readonly count: number; readonly medianHours: number | null };
  /** Null of a copy: its people are known to its own city alone. */
  readonly people: People | null;
}

/** Fewer people than this are not told apart from none but zero: the rule for open data of few. */
export const peopleShownMin = 10;

/** Null: there are some, and too few to say how many. */
export const shownPeople = (count: number): number | null => (count === 0 || count >= peopleShownMin ? count : null);

export type Unit = "day" | "week" | "month" | "year";

export interface Period extends Omit<DayCount, "day"> {
  /** Its first and its last day. */
  readonly from: string;
  readonly to: string;
}

const dayMs = 86_400_000;
const msOf = (day: string): number => Date.parse(`${day}T00:00:00Z`);
const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
const later = (day: string, days: number): string => dayOf(msOf(day) + days * dayMs);
const daysBetween = (from: string, to: string): number => Math.round((msOf(to) - msOf(from)) / dayMs);

/** Another server may say any date. */
const firstDay = "1970-01-01";
const daysMax = 35;
const weeksMax = 53;
const monthsMax = 60;

export function unitFor(from: string, to: string): Unit {
  const days = daysBetween(from, to) + 1;
  if (days <= daysMax) return "day";
  if (days <= weeksMax * 7) return "week";
  return days <= monthsMax * 30 ? "month" : "year";
}

/** The first day of the period a day is in. Weeks begin on Monday, as ISO 8601 has it. */
function startOf(day: string, unit: Unit): string {
  if (unit === "year") return `${day.slice(0, 4)}-01-01`;
  if (unit === "month") return `${day.slice(0, 7)}-01`;
  return unit === "week" ? later(day, -((new Date(msOf(day)).getUTCDay() + 6) % 7)) : day;
}

function startAfter(start: string, unit: Unit): string {
  if (unit === "day" || unit === "week") return later(start, unit === "day" ? 1 : 7);
  const [year, month] = start.split("-").map(Number) as [number, number];
  return dayOf(unit === "month" ? Date.UTC(year, month, 1) : Date.UTC(year + 1, 0, 1));
}

export interface Span {
  /** When the process was opened, as a day. */
  readonly opened: string;
  /** When its last phase ended; null where it has none. */
  readonly ended: string | null;
  readonly today: string;
}

export function spanOf(
  { publishedAt, phases }: Pick<Process, "publishedAt" | "phases">,
  now: Date,
  timeZone: string,
): Span {
  const last = phases.at(-1)?.endsAt ?? null;
  return {
    opened: toLocalDate(publishedAt ?? now, timeZone),
    ended: last === null || last > now ? null : toLocalDate(last, timeZone),
    today: toLocalDate(now, timeZone),
  };
}

export interface Timeline {
  readonly unit: Unit;
  readonly from: string;
  /** The last day that is counted. */
  readonly to: string;
  readonly periods: readonly Period[];
}

/**
 * All periods from the opening (or what came before it) until today, or until the end of a process that is over, also those in
 * which nothing happened. Every count is in one of them.
 */
export function periodsOf(days: readonly DayCount[], span: Span): Timeline {
  const within = (day: string): string => (day < firstDay ? firstDay : day > span.today ? span.today : day);
  const acts = days.map(({ day }) => within(day));
  const from = [within(span.opened), ...acts].sort()[0]!;
  const to = [from, within(span.ended ?? span.today), ...acts].sort().at(-1)!;
  const unit = unitFor(from, to);
  const periods: Period[] = [];
  for (let start = startOf(from, unit); start <= to; start = startAfter(start, unit)) {
    const empty = { proposals: 0, supports: 0, commentsHere: 0, commentsElsewhere: 0 };
    periods.push({ from: start, to: later(startAfter(start, unit), -1), ...empty });
  }
  const places = new Map(periods.map((period, index) => [period.from, index]));
  for (const count of days) {
    const index = places.get(startOf(within(count.day), unit))!;
    const period = periods[index]!;
    periods[index] = {
      ...period,
      proposals: period.proposals + count.proposals,
      supports: period.supports + count.supports,
      commentsHere: period.commentsHere + count.commentsHere,
      commentsElsewhere: period.commentsElsewhere + count.commentsElsewhere,
    };
  }
  return { unit, from, to, periods };
}

/** Where a day stands among the periods, from 0 to 1; before and after them, at their ends. */
export function placeOf(day: string, periods: readonly Period[]): number {
  const index = periods.findIndex((period) => day <= period.to);
  if (index < 0) return 1;
  const { from, to } = periods[index]!;
  const within = day < from ? 0 : daysBetween(from, day) / (daysBetween(from, to) + 1);
  return (index + within) / periods.length;
}

/** Those of one name together, the largest first, what has none last. */
export function byName(
  categories: readonly CategoryCount[],
  nameOf: (category: CategoryCount) => { readonly text: string; readonly lang: string },
): { readonly name: { readonly text: string; readonly lang: string } | null; readonly count: number }[] {
  const named = new Map<string, { name: { text: string; lang: string } | null; count: number }>();
  for (const category of categories) {
    const name = nameOf(category);
    const before = named.get(name.text);
    named.set(name.text, {
      name: name.text === "" ? null : (before?.name ?? name),
      count: (before?.count ?? 0) + category.count,
    });
  }
  const isLast = (one: { name: unknown }) => (one.name === null ? 1 : 0);
  return [...named.values()].sort((a, b) => isLast(a) - isLast(b) || b.count - a.count);
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

export const totalsOf = ({ days, states, supportTotal, areSupportsDated }: Counted) => ({
  proposals: sum(states.map(({ count }) => count)),
  supports: areSupportsDated ? sum(days.map(({ supports }) => supports)) : supportTotal,
  commentsHere: sum(days.map(({ commentsHere }) => commentsHere)),
  commentsElsewhere: sum(days.map(({ commentsElsewhere }) => commentsElsewhere)),
});

const csvHead = ["figure", "part", "from", "to", "value", "unit", "counted_at"];

/**
 * The same numbers as open data, one figure to a line, tidy. Days are those of the city's calendar.
 * @param nameOf of a category, in the first language of the process.
 */
export function numbersCsv(
  counted: Counted,
  periods: readonly Period[],
  { process, countedAt, nameOf }: { process: string; countedAt: Date; nameOf: (category: CategoryCount) => string },
): string {
  const at = countedAt.toISOString();
  const [since, until] = [periods[0]?.from ?? "", periods.at(-1)?.to ?? ""];
  const line = (figure: string, part: string, value: string | number, unit: string, from = since, to = until) =>
    csvLine([figure, part, from, to, String(value), unit, at]);
  const totals = totalsOf(counted);
  const { people, answers } = counted;
  const of = (count: number) => shownPeople(count) ?? `<${peopleShownMin}`;
  const { shown, left } = foldGroups(byName(counted.categories, (one) => ({ text: nameOf(one), lang: "" })));
  const others = sum(left.map(({ count }) => count));
  return [
    `\ufeff${csvLine(csvHead)}`,
    line("process", process, "", "address"),
    line("proposals", "all", totals.proposals, "proposals"),
    line("supports", "all", totals.supports, "supports"),
    line("comments", "own-server", totals.commentsHere, "comments"),
    line("comments", "other-servers", totals.commentsElsewhere, "comments"),
    ...counted.states.map(({ state, count }) => line("proposals-by-state", state, count, "proposals")),
    ...shown.map(({ name, count }) => line("proposals-by-category", name?.text ?? "", count, "proposals")),
    ...(left.length === 0 ? [] : [line("proposals-by-category", "other-categories", others, "proposals")]),
    ...(people === null
      ? []
      : [
          line("people", "took-part-here", of(people.here), "people"),
          line("people", "proposed", of(people.proposed), "people"),
          line("people", "supported", of(people.supported), "people"),
          line("people", "commented", of(people.commented), "people"),
          line("people", "commented-elsewhere", of(people.elsewhere), "accounts"),
        ]),
    line("answers", "all", answers.count, "answers"),
    ...(answers.medianHours === null
      ? []
      : [line("time-to-first-answer", "median", answers.medianHours.toFixed(1), "hours")]),
    ...periods.flatMap(({ from, to, ...counts }) => [
      line("proposals-over-time", "all", counts.proposals, "proposals", from, to),
      ...(counted.areSupportsDated ? [line("supports-over-time", "all", counts.supports, "supports", from, to)] : []),
      line("comments-over-time", "own-server", counts.commentsHere, "comments", from, to),
      line("comments-over-time", "other-servers", counts.commentsElsewhere, "comments", from, to),
    ]),
  ].join("");
}
