// Copies kept on purpose: what one is, how it stands, and how often it is compared. Pure: no SQL, no request, no clock.
import { hourMs, minuteMs } from "../platform/time.ts";

export type MirrorKind = "process" | "organisation";

/**
 * `waiting`: asked for, nothing read yet. `copying`: the first copy, or a large difference, is on its way. `kept`: whole,
 * as its source last confirmed. `incomplete`: its source names records that it does not hand out, or that do not hold.
 * `unreachable`: nobody who has it answers. `refused`: what was offered contradicts what is kept, or cannot be checked.
 */
export type MirrorState = "waiting" | "copying" | "kept" | "incomplete" | "unreachable" | "refused";

/** What stands in the way, said in plain words on the page. */
export const mirrorErrors = [
  "no-answer",
  "no-manifest",
  "older-root",
  "two-roots",
  "wrong-key",
  "wrong-manifest",
  "too-much",
  "withheld",
  "blocked",
] as const;
export type MirrorError = (typeof mirrorErrors)[number];

export interface Mirror {
  /** A process's URI, or the URI of an institution's actor. */
  readonly scopeUri: string;
  readonly id: string;
  readonly kind: MirrorKind;
  readonly state: MirrorState;
  /** The origin of the node it is read from: its owner's, or another mirror's. */
  readonly source: string;
  /** Of the manifest that was last followed to its end. */
  readonly rootDigest: string | null;
  /** As the newest manifest says. */
  readonly recordCount: number;
  /** Of those, held here. */
  readonly keptCount: number;
  readonly missingCount: number;
  /** Where the stream of all records was left: a place at that node and no other. */
  readonly archiveSource: string | null;
  readonly archivePlace: number;
  readonly failures: number;
  readonly error: MirrorError | null;
  readonly errorDetail: string;
  readonly since: Date;
  readonly triedAt: Date | null;
  /** When its source last confirmed that the copy is whole. */
  readonly checkedAt: Date | null;
}

export const reconcileEveryMs = hourMs;
const retryFirstMs = 5 * minuteMs;
const retryMaxMs = 6 * hourMs;

/**
 * When a copy is compared next: about every hour, spread so that mirrors of one process do not all ask at once; after
 * tries without an answer at growing distances.
 * @param chance from 0 to 1.
 */
export function nextLookAt(now: Date, failures: number, chance: number): Date {
  const everyMs =
    failures === 0 ? reconcileEveryMs : Math.min(retryMaxMs, retryFirstMs * 2 ** Math.min(failures - 1, 10));
  return new Date(+now + everyMs * (0.75 + 0.5 * chance));
}

/** How much of it is here, from 0 to 1. */
export const shareKept = ({ keptCount, recordCount }: Pick<Mirror, "keptCount" | "recordCount">): number =>
  recordCount === 0 ? 0 : Math.min(1, keptCount / recordCount);

/** Whether whoever reads the copy should be told that its owner does not answer at the moment. */
export const isSilent = (mirror: Pick<Mirror, "state" | "source" | "scopeUri">): boolean =>
  mirror.state === "unreachable" || mirror.source !== ownerOf(mirror);

/** Whose server it is, whoever it is read from. */
export const ownerOf = ({ scopeUri }: Pick<Mirror, "scopeUri">): string => new URL(scopeUri).origin;
