// Phases as days after a first day: how a plan travels to another city, into a template file, or to another year.
// Pure: no SQL, no request, no clock.
import { dayMs, fromLocal } from "../platform/time.ts";
import type { PhasePlan } from "./process.ts";

/** A phase by its distance from the first day of the plan, in whole days of the calendar. */
export interface RelativePhase {
  readonly afterDays: number;
  readonly lastsDays: number;
}

/**
 * Phases as distances from the start of the first, in its order. Their hours are another city's, so whole days are kept;
 * each lasts one at least, and none begins before the one before it ends.
 */
export function relativePlan(phases: readonly Pick<PhasePlan, "startsAt" | "endsAt">[]): RelativePhase[] {
  const sorted = [...phases].sort((a, b) => +a.startsAt - +b.startsAt);
  const first = sorted[0]?.startsAt;
  if (first === undefined) return [];
  const days = (at: Date) => Math.round((+at - +first) / dayMs);
  let free = 0;
  return sorted.map(({ startsAt, endsAt }) => {
    const afterDays = Math.max(free, days(startsAt));
    const lastsDays = Math.max(1, days(endsAt) - afterDays);
    free = afterDays + lastsDays;
    return { afterDays, lastsDays };
  });
}

/**
 * The real dates of a relative phase: from the first moment of its day in the city's time zone to that of the day after its last.
 * @param start a calendar day, `2026-03-01`. Null when it is none.
 */
export function datesOf(
  start: string,
  { afterDays, lastsDays }: RelativePhase,
  timeZone: string,
): Pick<PhasePlan, "startsAt" | "endsAt"> | null {
  const [from, until] = [dayAfter(start, afterDays), dayAfter(start, afterDays + lastsDays)];
  const startsAt = from === null ? null : fromLocal(from, timeZone);
  const endsAt = until === null ? null : fromLocal(until, timeZone);
  return startsAt === null || endsAt === null ? null : { startsAt, endsAt };
}

/** A calendar day so many days after another; null where that is no day. */
function dayAfter(day: string, days: number): string | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day) || Number.isNaN(Date.parse(day))) return null;
  const moved = new Date(Date.parse(day) + days * dayMs);
  return Number.isNaN(+moved) ? null : moved.toISOString().slice(0, 10);
}
