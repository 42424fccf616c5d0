// What changes when phases move: which ones, and how later ones go along. Pure: no SQL, no request, no clock.
import { dayMs, fromLocal, minuteMs, toLocal, toLocalDate } from "../platform/time.ts";
import type { PhasePlan } from "./process.ts";

type Dated = Pick<PhasePlan, "startsAt" | "endsAt">;

const isSame = (one: Dated, other: Dated): boolean =>
  minuteOf(one.startsAt) === minuteOf(other.startsAt) && minuteOf(one.endsAt) === minuteOf(other.endsAt);

/** Forms know minutes. */
const minuteOf = (moment: Date): number => Math.floor(+moment / minuteMs);

export interface PlanChange {
  /** New, or at other dates than before. */
  readonly dated: readonly PhasePlan[];
  /** No longer in the plan, though the plan has fewer phases now. */
  readonly dropped: readonly PhasePlan[];
}

/** What followers have to be told when `before` becomes `after`; null when no date changes. */
export function planChange(before: readonly PhasePlan[], after: readonly PhasePlan[]): PlanChange | null {
  const dated = after.filter((phase) => !before.some((old) => isSame(old, phase)));
  const gone = before.filter((phase) => !after.some((now) => isSame(now, phase)));
  if (dated.length === 0 && gone.length === 0) return null;
  return { dated, dropped: gone.slice(0, Math.max(0, gone.length - dated.length)) };
}

/**
 * The plan as typed, with the phases that were left alone moved by as many days as the nearest moved phase before them.
 * @param before as it was stored; compared by place, so plans of another length come back as they are.
 */
export function moveAlong<P extends Dated>(before: readonly Dated[], typed: readonly P[], timeZone: string): P[] {
  if (before.length !== typed.length) return [...typed];
  let days = 0;
  return typed.map((phase, index) => {
    const was = before[index]!;
    if (!isSame(was, phase)) {
      const end = daysBetween(was.endsAt, phase.endsAt, timeZone);
      days = end === 0 ? daysBetween(was.startsAt, phase.startsAt, timeZone) : end;
      return phase;
    }
    if (days === 0) return phase;
    return {
      ...phase,
      startsAt: daysLater(phase.startsAt, days, timeZone),
      endsAt: daysLater(phase.endsAt, days, timeZone),
    };
  });
}

const daysBetween = (from: Date, to: Date, timeZone: string): number =>
  Math.round((Date.parse(toLocalDate(to, timeZone)) - Date.parse(toLocalDate(from, timeZone))) / dayMs);

/** The same hour so many calendar days later, over a change of summer time too. */
function daysLater(moment: Date, days: number, timeZone: string): Date {
  const moved = new Date(Date.parse(`${toLocal(moment, timeZone)}Z`) + days * dayMs).toISOString().slice(0, 16);
  return fromLocal(moved, timeZone) ?? moment;
}

/** Whether a phase that was announced goes on under new dates, so that it is not announced again. */
export const goesOn = (
  before: readonly (Dated & { readonly announcedAt: Date | null })[],
  phase: Dated,
  now: Date,
): boolean =>
  phase.startsAt <= now &&
  before.some((old) => old.announcedAt !== null && old.startsAt < phase.endsAt && phase.startsAt < old.endsAt);
