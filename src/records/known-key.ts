// Whose a key of another node is: seen live in its owner's own document, or in a signed history that one seen key anchors.
// Pure: no SQL, no request, no clock.
import type { KeyObject } from "node:crypto";
import { fromMultibase } from "../platform/data-integrity.ts";
import { followKeys, isAnchored, isValidAt, type KeyHistory, keysSubjectOf, type NamedKey } from "./keys.ts";
import { type RecordDocument, RecordRefused, readRecord } from "./record.ts";

/** A public key by its URI, as Multikey writes it. */
export interface SeenKey {
  readonly uri: string;
  readonly multibase: string;
}

/** `live` and `chained` keys are their owner's for certain; `claimed` ones are only said to be, by the node that was read. */
export interface TrustedKey {
  readonly key: KeyObject;
  readonly trust: "live" | "chained" | "claimed";
  /** When it was valid, where a history says so. */
  readonly named: NamedKey | null;
}

/** The key of that name and no other, ready to verify with; null for what is no Ed25519 key. */
export function openKey(multibase: string): KeyObject | null {
  try {
    return fromMultibase(multibase);
  } catch {
    return null;
  }
}

/** Whether what a key signed at that time counts. Without a history there is nothing to say against it. */
export const countsAt = ({ named }: TrustedKey, at: Date): boolean => named === null || isValidAt(named, at);

/**
 * The keys that may have signed for a publisher.
 * @param texts versions of its key history, in any order; those that are none are left out.
 * @param seen keys that stood in its own document when its own server was asked.
 */
export function trustedKeys(
  publisherUri: string,
  texts: readonly string[],
  seen: readonly SeenKey[],
): Map<string, TrustedKey> {
  const history = historyOf(publisherUri, texts);
  const anchors = new Map(seen.map(({ uri, multibase }) => [uri, multibase]));
  const isCertain = history !== null && isAnchored(history, anchors);
  const keys = new Map<string, TrustedKey>();
  // Once a key of an institution was seen, a history that it does not anchor is somebody else's.
  for (const named of isCertain || seen.length === 0 ? (history?.keys.values() ?? []) : []) {
    const key = openKey(named.publicKeyMultibase);
    if (key !== null) keys.set(named.id, { key, named, trust: isCertain ? "chained" : "claimed" });
  }
  for (const { uri, multibase } of seen) {
    const key = openKey(multibase);
    if (key === null || (keys.has(uri) && keys.get(uri)!.named?.publicKeyMultibase !== multibase)) continue;
    keys.set(uri, { key, trust: "live", named: keys.get(uri)?.named ?? null });
  }
  return keys;
}

/** Null where the texts make no history that holds. */
function historyOf(publisherUri: string, texts: readonly string[]): KeyHistory | null {
  const versions = texts.flatMap((text): RecordDocument[] => {
    try {
      const document = readRecord(text);
      const isIt = document.subject === keysSubjectOf(publisherUri) && document.publisher === publisherUri;
      return isIt && document.type === "KeyRecord" ? [document] : [];
    } catch (error) {
      if (error instanceof RecordRefused) return [];
      throw error;
    }
  });
  versions.sort((one, other) => one.epoch - other.epoch || one.version - other.version);
  try {
    return versions.length === 0 ? null : followKeys(versions);
  } catch (error) {
    if (error instanceof RecordRefused) return null;
    throw error;
  }
}
