// Adoptions: what one city made from what another did. Their nouns and their law. Pure: no SQL, no request, no clock.
import { dayMs, fromLocal } from "../platform/time.ts";
import type { PhasePlan } from "../processes/process.ts";
import type { SubjectKind } from "../subjects/subject.ts";

/** What can be adopted, and what can come of it: a process of a process, a proposal of a proposal or a result. */
export const adoptableKinds = ["process", "proposal", "result"] as const;
export type AdoptableKind = (typeof adoptableKinds)[number];

export const isAdoptable = (kind: SubjectKind): kind is AdoptableKind =>
  (adoptableKinds as readonly SubjectKind[]).includes(kind);

/**
 * `unread`: claimed by the other side, and not yet read at its own address. `offered`: waits for an answer. `accepted`
 * and `declined`: by an official of the origin.
 */
export type AdoptionState = "unread" | "offered" | "accepted" | "declined";

export interface Adoption {
  readonly id: string;
  readonly offerUri: string;
  readonly subjectUri: string;
  readonly objectUri: string;
  /** Whether this node made the thing and offered it; else the thing it was made from is this node's. */
  readonly isOurs: boolean;
  readonly counterpartUri: string;
  readonly host: string;
  readonly processActorUri: string | null;
  readonly state: AdoptionState;
  readonly at: Date;
  readonly decidedAt: Date | null;
}

/** Offers of one server that wait for an answer here; further ones are refused until some are answered. */
export const offersWaitingPerHostMax = 50;
/** Of all servers together. */
export const offersWaitingMax = 1_000;
/** Things of other nodes read for the sake of one tree, and how far from where it was begun. */
export const lineageNodesMax = 200;
export const lineageDepthMax = 10;
/** A thing elsewhere is read again after this. */
export const lineageKeptMs = dayMs;

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
