// The lines of an archive: all records of a process or an institution in one stream, with its manifest, so that a copy
// made of it alone can be checked whole. Pure: no SQL, no request, no clock, and nothing of the rest of the program.
import { parseJson } from "../platform/canonical.ts";
import { canonicalOf, type Json, RecordRefused } from "./record.ts";

/**
 * First the root of the manifest, then records in the order in which this node got them, then the manifest's pages, then
 * the end. A copy that broke off goes on after the last `place` it has, at `<archive>/after/<place>`.
 */
export type ArchiveLine =
  | { readonly kind: "manifest"; readonly document: string }
  | {
      readonly kind: "record";
      /** Of the node that was asked, and of no other. */
      readonly place: number;
      readonly document: string;
      /** The detachable part; null where there is none, or it is hidden or purged. */
      readonly part: string | null;
      /** Of a thread: the parts of its comments. */
      readonly parts: readonly string[];
    }
  | { readonly kind: "page"; readonly document: string }
  | { readonly kind: "end" };

/** How long a line may be, in characters: a record, and the parts of a whole block of comments. */
export const archiveLineLengthMax = 4_000_000;

/** A line, with its `\n`. Documents are canonical, so they stand in it as they are. */
export function writeLine(line: ArchiveLine): string {
  switch (line.kind) {
    case "manifest":
    case "page":
      return `{"${line.kind}":${line.document}}\n`;
    case "end":
      return '{"end":true}\n';
    case "record": {
      const part = line.part === null ? "" : `,"part":${line.part}`;
      const parts = line.parts.length === 0 ? "" : `,"parts":[${line.parts.join(",")}]`;
      return `{"place":${line.place},"record":${line.document}${part}${parts}}\n`;
    }
  }
}

/** @throws RecordRefused `not-json`, `wrong-shape`, `too-large`. What the documents say is checked by their own readers. */
export function readLine(text: string): ArchiveLine {
  if (text.length > archiveLineLengthMax) throw new RecordRefused("too-large", "a line is too long");
  let value: unknown;
  try {
    value = parseJson(text);
  } catch {
    throw new RecordRefused("not-json", "not JSON");
  }
  if (typeof value !== "object" || value === null) throw new RecordRefused("wrong-shape", "no line of an archive");
  const { manifest, record, page, end, part, parts, place } = value as Json;
  if (isObject(manifest)) return { kind: "manifest", document: canonicalOf(manifest) };
  if (isObject(page)) return { kind: "page", document: canonicalOf(page) };
  if (end === true) return { kind: "end" };
  if (!isObject(record)) throw new RecordRefused("wrong-shape", "no line of an archive");
  return {
    kind: "record",
    place: Number.isSafeInteger(place) ? (place as number) : 0,
    document: canonicalOf(record),
    part: isObject(part) ? canonicalOf(part) : null,
    parts: Array.isArray(parts) ? parts.filter(isObject).map(canonicalOf) : [],
  };
}

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);
