// Erasure: what is asked of other servers, what counts as their answer, and what another's word is worth here.
// Pure: no SQL, no request, no clock.
import { type Account, holds } from "../accounts/account.ts";
import { dayMs } from "../platform/time.ts";

/** What was erased: a comment, a proposal, what names a person in a proposal that stays, or an account's public voice. */
export type ErasureKind = "comment" | "proposal" | "personal-data" | "account";

/** For how long Koinon nodes that have not confirmed are asked again, and how often. */
export const askedAgainDays = 30;
export const askedAgainEveryMs = dayMs;

/** How far an erasure has come. Servers that are no Koinon nodes send no receipts: they are asked, and no more is known. */
export interface ErasureState {
  /** Servers the thing was sent to, all of which were asked. */
  readonly askedCount: number;
  /** Of those, the Koinon nodes. */
  readonly nodeCount: number;
  /** Of those, the nodes that have sent a receipt. */
  readonly confirmedCount: number;
}

export interface Erasure extends ErasureState {
  readonly id: string;
  /** All that is kept of the thing. */
  readonly subjectUri: string;
  readonly kind: ErasureKind;
  readonly at: Date;
  readonly toldAt: Date | null;
}

export const isAskedAgain = (toldAt: Date, now: Date): boolean => +now - +toldAt < askedAgainDays * dayMs;

/** `done` once every node has confirmed, `waiting` while they are asked again, `unconfirmed` when that has ended. */
export function progressOf(erasure: ErasureState & { toldAt: Date | null }, now: Date) {
  if (erasure.toldAt === null) return "waiting";
  if (erasure.confirmedCount >= erasure.nodeCount) return "done";
  return isAskedAgain(erasure.toldAt, now) ? "waiting" : "unconfirmed";
}

/**
 * Why something of another server is said to be gone in a way that does not count by itself.
 *
 * `gone`: its server answers 404 or 410, which is all that a lapsed domain would say too. `other-key`: it was said with a
 * key that its actor was not known by, as the new owner of an old domain would.
 */
export type DoubtReason = "gone" | "other-key";

export interface Doubt {
  readonly id: string;
  readonly uri: string;
  readonly origin: string;
  readonly reason: DoubtReason;
  readonly firstAt: Date;
  readonly lastAt: Date;
  readonly times: number;
  readonly standing: "open" | "confirmed" | "kept";
}

/** How often a server is asked again whether it really has a thing no more, and for how long until that is sure. */
export const doubtAskedEveryMs = dayMs / 3;
export const doubtConfirmedAfterMs = dayMs;

export const reasonLengthMax = 2_000;

/** What concerns other servers and copies is the operator's. */
export const mayErase = (by: Account): boolean => holds(by, "administrator");

/** The address of a record's detachable part, which can be deleted by itself; null for any other. */
export function partDigestIn(uri: string): string | null {
  return /^https?:\/\/[^/?#]+\/records\/(sha256-[A-Za-z0-9_-]{43})\/part$/.exec(uri)?.[1] ?? null;
}

/** Each time it is asked again an activity has another id of its own, or it would be taken for a replay. */
export const againId = (activityUri: string, time: number): string => `${activityUri}#again-${time}`;
export const firstId = (activityUri: string): string => activityUri.replace(/#again-\d{1,6}$/, "");
