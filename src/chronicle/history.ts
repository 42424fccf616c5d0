// A thing's chain of records as a reader sees it: what was checked of each version, and what changed from one to the next.
// Pure: no SQL, no request, no clock.
import type { KeyObject } from "node:crypto";
import { canonicalText, digestOf } from "../platform/canonical.ts";
import { verifyDocument } from "../platform/data-integrity.ts";
import {
  checkFollows,
  type Json,
  type RecordDocument,
  RecordRefused,
  readPart,
  readRecord,
} from "../records/record.ts";

/** What can be wrong with a version that is kept. */
export type Fault = "bytes" | "chain" | "signature" | "key-unknown" | "part";

export interface Change {
  /** From the outside in: `phases`, `1`, `title`, `es`. */
  readonly path: readonly string[];
  /** Null where it was not there. */
  readonly before: string | null;
  readonly after: string | null;
}

/** A record as it is kept. */
export interface Kept {
  readonly digest: string;
  readonly epoch: number;
  readonly version: number;
  readonly document: string;
}

export interface Version<Record extends Kept = Kept> {
  readonly record: Record;
  readonly document: RecordDocument;
  readonly faults: readonly Fault[];
  /** The words: shown, taken back (purged), withheld while hidden, or not copied; `none` where the kind has none. */
  readonly words: "shown" | "purged" | "withheld" | "none";
  /** To the version before; of the first, everything. */
  readonly changes: readonly Change[];
  readonly isFirst: boolean;
}

export interface Words {
  /** By digest; a null document was purged, one that is not there was never copied. */
  readonly parts: ReadonlyMap<string, string | null>;
  readonly areShown: boolean;
}

/**
 * Reads a stretch of a chain.
 * @param chain the newest first; the last is the one before the stretch, or the first of all.
 * @param hasOlder whether `chain` ends with one that is only there to compare with.
 */
export function readChain<Record extends Kept>(
  chain: readonly Record[],
  { parts, areShown }: Words,
  keyFor: (document: RecordDocument) => KeyObject | null,
  hasOlder: boolean,
): Version<Record>[] {
  const read = chain.map((record) => ({ record, document: JSON.parse(record.document) as RecordDocument }));
  return read.slice(0, hasOlder ? -1 : undefined).map(({ record, document }, at): Version<Record> => {
    const before = read[at + 1] ?? null;
    const wordsOf = (one: RecordDocument | null): Json => {
      const text = one?.part === undefined || !areShown ? null : (parts.get(one.part) ?? null);
      return text === null ? {} : withoutSeal(JSON.parse(text) as Json);
    };
    const kept = document.part === undefined ? undefined : parts.get(document.part);
    return {
      record,
      document,
      faults: faultsOf(record, document, before?.record ?? null, { part: kept ?? null, keyFor }),
      words: document.part === undefined ? "none" : kept === null ? "purged" : areShown && kept ? "shown" : "withheld",
      changes: [
        ...changesBetween(wordsOf(before?.document ?? null), wordsOf(document)),
        // Of a process the words are its institution's, and stand in the data.
        ...(areShown ? changesBetween(before?.document.data ?? {}, document.data) : []),
      ],
      isFirst: before === null,
    };
  });
}

function faultsOf(
  record: Kept,
  document: RecordDocument,
  before: Kept | null,
  { part, keyFor }: { part: string | null; keyFor: (document: RecordDocument) => KeyObject | null },
): Fault[] {
  const key = keyFor(document);
  return [
    ...(fits(() => readRecord(record.document, record.digest)) && digestOf(record.document) === record.digest
      ? []
      : (["bytes"] as const)),
    ...(fits(() => checkFollows(document, before)) ? [] : (["chain"] as const)),
    ...(key === null
      ? (["key-unknown"] as const)
      : verifyDocument(document as unknown as Json, key)
        ? []
        : (["signature"] as const)),
    ...(part === null || fits(() => readPart(part, document)) ? [] : (["part"] as const)),
  ];
}

function fits(check: () => unknown): boolean {
  try {
    check();
    return true;
  } catch (error) {
    if (error instanceof RecordRefused) return false;
    throw error;
  }
}

/** What programs alone have use for is left out. */
function withoutSeal(part: Json): Json {
  const { salt: _salt, type: _type, subject: _subject, ...words } = part;
  const { coauthors } = words;
  return Array.isArray(coauthors)
    ? { ...words, coauthors: coauthors.map((one) => (one as Json | null)?.name ?? "") }
    : words;
}

/** What differs between two values, leaf by leaf, in the order of the second; what went last. */
export function changesBetween(before: Json, after: Json): Change[] {
  const [was, is] = [leavesOf(before), leavesOf(after)];
  return [...new Set([...is.keys(), ...was.keys()])].flatMap((name) => {
    const [old, fresh] = [was.get(name) ?? null, is.get(name) ?? null];
    return old === fresh ? [] : [{ path: JSON.parse(name) as string[], before: old, after: fresh }];
  });
}

/** Every value that is not empty, by its path. Points and shapes are one value each. */
function leavesOf(value: Json): Map<string, string> {
  const leaves = new Map<string, string>();
  const visit = (one: unknown, path: readonly string[]): void => {
    if (one === null || one === undefined || one === "") return;
    if (typeof one !== "object" || path.at(-1) === "geometry") {
      leaves.set(JSON.stringify(path), typeof one === "object" ? canonicalText(one) : String(one));
    } else if (Array.isArray(one) && one.every((item) => typeof item === "string")) {
      if (one.length > 0) leaves.set(JSON.stringify(path), one.join("\n"));
    } else if (Array.isArray(one)) {
      for (const [at, item] of one.entries()) visit(item, [...path, String(at + 1)]);
    } else for (const [name, item] of Object.entries(one)) visit(item, [...path, name]);
  };
  visit(value, []);
  return leaves;
}
