// The signed history of an institution's keys: who may have signed what, and when. Pure: no SQL, no request, no clock, and
// nothing of the rest of the program, so that a stranger can check a history with this file alone.
import type { KeyObject } from "node:crypto";
import { z } from "zod";
import { fromMultibase, verifyDocument } from "../platform/data-integrity.ts";
import { type RecordDocument, RecordRefused, refuseRecordUnless } from "./record.ts";

/** One key, as a history names it. */
export interface NamedKey {
  /** Its URI, which proofs name. */
  readonly id: string;
  /** Ed25519, as Multikey writes it: `z6Mk…`. */
  readonly publicKeyMultibase: string;
  readonly from: string;
  /** When it was replaced; what it signed before stays good. */
  readonly until?: string | undefined;
  /** When it fell into other hands: what it signed from then on counts for nothing. */
  readonly revoked?: string | undefined;
}

/** The subject of an institution's key records. */
export const keysSubjectOf = (publisherUri: string): string => `${publisherUri}#keys`;

/** What was being signed while a key was replaced is taken from either. */
const overlapMs = 10 * 60 * 1_000;

const time = z.iso.datetime();
const keysShape = z.strictObject({
  keys: z
    .array(
      z.strictObject({
        id: z.string().max(2_048),
        publicKeyMultibase: z.string().max(100),
        from: time,
        until: time.optional(),
        revoked: time.optional(),
      }),
    )
    .min(1)
    .max(1_000),
});

/** The keys a record of them names. @throws RecordRefused `wrong-shape`. */
export function readKeys(record: RecordDocument): NamedKey[] {
  refuseRecordUnless(record.type === "KeyRecord", "wrong-shape", "it is no record of keys");
  const read = keysShape.safeParse(record.data);
  refuseRecordUnless(read.success, "wrong-shape", read.success ? "" : `its keys: ${read.error.issues[0]?.message}`);
  const { keys } = read.data;
  const isOwn = keys.every(({ id }) => id.startsWith(`${record.publisher}#`));
  refuseRecordUnless(isOwn, "wrong-key", "it names keys that are not its publisher's");
  refuseRecordUnless(new Set(keys.map(({ id }) => id)).size === keys.length, "wrong-shape", "it names a key twice");
  return keys;
}

export interface KeyHistory {
  readonly publisher: string;
  /** By URI, as the newest version says. */
  readonly keys: ReadonlyMap<string, NamedKey>;
  /** The URIs of keys that signed a version of it: whoever trusts one of them can trust the history up to there. */
  readonly signedBy: ReadonlySet<string>;
}

/**
 * Follows the key records of an institution, the oldest first, each already read and in its chain. The first is signed by
 * a key that it names itself; each later one by a key of the versions before it that was valid then, and at no earlier
 * time than those. No key is ever renamed or left out.
 * @throws RecordRefused `wrong-key`, `wrong-proof`, `wrong-shape`.
 */
export function followKeys(versions: readonly RecordDocument[]): KeyHistory {
  const [first] = versions;
  if (first === undefined) throw new RecordRefused("gap", "no record of keys");
  let known: ReadonlyMap<string, NamedKey> | null = null;
  let latest: string | null = null;
  const signedBy = new Set<string>();
  for (const version of versions) {
    refuseRecordUnless(version.publisher === first.publisher, "wrong-key", "it is of another publisher");
    // Or whoever stole a key would write what they please into the time before it was stolen.
    const isLater = latest === null || Date.parse(version.recorded) >= Date.parse(latest);
    refuseRecordUnless(isLater, "wrong-key", "it was recorded before the version it follows");
    latest = version.recorded;
    const named = new Map(readKeys(version).map((key) => [key.id, key]));
    const signer = findKey(known ?? named, version.proof.verificationMethod, new Date(version.recorded));
    refuseRecordUnless(signer !== null, "wrong-key", "signed with a key that the versions before do not name as valid");
    refuseRecordUnless(verifyDocument({ ...version }, signer), "wrong-proof", "its proof does not fit what it says");
    for (const key of known?.values() ?? []) checkKept(key, named.get(key.id));
    signedBy.add(version.proof.verificationMethod);
    known = named;
  }
  return { publisher: first.publisher, keys: known ?? new Map(), signedBy };
}

/** A date that has been set stays, so that nobody can make a stolen key good again. */
function checkKept(before: NamedKey, after: NamedKey | undefined): void {
  const isKept =
    after !== undefined &&
    after.publicKeyMultibase === before.publicKeyMultibase &&
    after.from === before.from &&
    (before.until === undefined || after.until === before.until) &&
    (before.revoked === undefined || (after.revoked !== undefined && after.revoked <= before.revoked));
  refuseRecordUnless(isKept, "wrong-key", `it changes or leaves out ${before.id}`);
}

/**
 * The key by which a record of that time is to be checked; null where the history knows none that was valid then.
 * Not for the records of keys themselves: those are checked by {@link followKeys}, each by the versions before it.
 */
export const keyFor = (history: KeyHistory, verificationMethod: string, recordedAt: Date): KeyObject | null =>
  findKey(history.keys, verificationMethod, recordedAt);

function findKey(keys: ReadonlyMap<string, NamedKey>, id: string, at: Date): KeyObject | null {
  const key = keys.get(id);
  if (key === undefined || !isValidAt(key, at)) return null;
  try {
    return fromMultibase(key.publicKeyMultibase);
  } catch {
    return null;
  }
}

/** Whether what a key signed at that time counts. */
export function isValidAt({ from, until, revoked }: NamedKey, at: Date): boolean {
  if (+at < Date.parse(from) - overlapMs) return false;
  if (revoked !== undefined && +at >= Date.parse(revoked)) return false;
  return until === undefined || +at <= Date.parse(until) + overlapMs;
}

/**
 * Whether a history is its owner's for certain: a version of it was signed by a key that was seen at the owner's own
 * address, or is known from before. All versions up to there are named by that one's digest; later ones follow from it.
 * @param trusted Multikeys by the URI of the key.
 */
export function isAnchored(history: KeyHistory, trusted: ReadonlyMap<string, string>): boolean {
  return [...history.signedBy].some(
    (id) => trusted.has(id) && trusted.get(id) === history.keys.get(id)?.publicKeyMultibase,
  );
}
