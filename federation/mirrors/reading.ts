// What is read from a node that has records, its owner or another mirror: roots, pages, records, archives, keys. The same
// paths everywhere. All of it is bounded, and none of it is believed here.
import { FetchError } from "@fedify/vocab-runtime";
import { isDigest } from "../../src/platform/canonical.ts";
import type { GuardedFetch } from "../../src/platform/guarded-fetch.ts";
import { Refused } from "../../src/platform/refusal.ts";
import { type ArchiveLine, archiveLineLengthMax, readLine } from "../../src/records/archive.ts";
import type { SeenKey } from "../../src/records/known-key.ts";
import { type ManifestRoot, manifestLimits, manifestPaths } from "../../src/records/manifest.ts";
import { RecordRefused, recordLengthMax } from "../../src/records/record.ts";
import { isObject, listOf, textOf, typeOf, uriOf } from "../reading.ts";
import type { Documents } from "../trust/documents.ts";
import { type Json, NS, RECORD_JSON } from "../vocabulary.ts";

export const mirrorLimits = {
  /** Records of one scope; what claims more is not begun. */
  recordsMax: 5_000_000,
  /** An archive may hold so many lines more than its manifest says: what was written while it was read. */
  archiveLinesSpare: 5_000,
  /** Bytes of an archive, for each record of the manifest. */
  archiveBytesPerRecordMax: 20_000,
  archiveBytesSpare: 64_000_000,
  /** One stream is read no longer than this, then begun again where it was left. */
  archiveMs: 15 * 60_000,
  keyVersionsMax: 200,
} as const;

/** Characters can take four bytes. */
const bytesFor = (charsMax: number): number => charsMax * 4;

export interface Read {
  readonly client: GuardedFetch;
  readonly documents: Documents;
  readonly signal?: AbortSignal | undefined;
}

async function get({ client, signal }: Read, url: string, bytesMax: number, headers: Record<string, string> = {}) {
  return await client.fetch(url, { headers: { accept: RECORD_JSON, ...headers }, bytesMax, signal });
}

export type RootAnswer =
  | { readonly kind: "root"; readonly text: string }
  | { readonly kind: "unchanged" }
  /** It answers, and has none. */
  | { readonly kind: "none" };

/** @throws Refused where it does not answer. */
export async function fetchRoot(
  read: Read,
  source: string,
  scopeUri: string,
  known: string | null,
): Promise<RootAnswer> {
  const headers = known === null ? {} : { "if-none-match": `"${known}"` };
  const url = `${source}${manifestPaths(scopeUri).root}`;
  const response = await get(read, url, bytesFor(manifestLimits.rootLengthMax), headers);
  if (response.status === 304) return { kind: "unchanged" };
  if (response.status === 404 || response.status === 410) return { kind: "none" };
  if (!response.ok) throw new Refused("peer-unreachable", { host: new URL(source).host, status: response.status });
  return { kind: "root", text: await response.text() };
}

/** The page with these very bytes, where the node still has it, else the one it has now. Null where it has neither. */
export async function fetchPage(
  read: Read,
  source: string,
  root: ManifestRoot,
  prefix: string,
): Promise<string | null> {
  const paths = manifestPaths(root.scope);
  for (const key of [root.pages[prefix]!, prefix]) {
    const response = await get(read, `${source}${paths.page(key)}`, bytesFor(manifestLimits.pageLengthMax));
    if (response.ok) return await response.text();
    if (response.status >= 500) throw new Refused("peer-unreachable", { host: new URL(source).host });
  }
  return null;
}

export interface FetchedRecord {
  readonly text: string;
  readonly name: string;
  readonly part: string | null;
}

/** A record and its part, by the record's digest. Null where the node does not hand it out. */
export async function fetchRecord(read: Read, source: string, digest: string): Promise<FetchedRecord | null> {
  const url = `${source}/records/${digest}`;
  const response = await get(read, url, bytesFor(recordLengthMax));
  if (response.status >= 500) throw new Refused("peer-unreachable", { host: new URL(source).host });
  if (!response.ok) return null;
  const text = await response.text();
  return { text, name: digest, part: hasPart(text) ? await fetchPart(read, url) : null };
}

/** Saves asking for what the record does not name; whether the part fits is checked where it is taken. */
function hasPart(text: string): boolean {
  try {
    return isDigest((JSON.parse(text) as { part?: unknown } | null)?.part);
  } catch {
    return false;
  }
}

async function fetchPart(read: Read, recordUrl: string): Promise<string | null> {
  const response = await get(read, `${recordUrl}/part`, bytesFor(recordLengthMax));
  if (response.status >= 500) throw new Refused("peer-unreachable", { host: new URL(recordUrl).host });
  return response.ok ? await response.text() : null;
}

/** The part of a comment, by its own digest. */
export async function fetchCommentPart(read: Read, source: string, digest: string): Promise<string | null> {
  return await fetchPart(read, `${source}/records/${digest}`);
}

/**
 * Reads an archive line by line as it comes, from after a place of that node's.
 * @param take is waited for before more is read, so memory stays as it is however much there is.
 * @returns whether the archive was read to its end.
 * @throws RecordRefused `too-large` for lines without end, or more of them than the manifest allows.
 */
export async function readArchive(
  read: Read,
  source: string,
  { scope, count }: Pick<ManifestRoot, "scope" | "count">,
  after: number,
  take: (line: ArchiveLine) => Promise<void>,
): Promise<boolean> {
  const paths = manifestPaths(scope);
  const url = `${source}${after === 0 ? paths.archive : paths.archiveAfter(after)}`;
  const linesMax = count + mirrorLimits.archiveLinesSpare;
  let [lines, isEnded] = [0, false];
  const response = await read.client.fetch(url, {
    headers: { accept: "application/x-ndjson" },
    signal: read.signal,
    totalMs: mirrorLimits.archiveMs,
    bytesMax: count * mirrorLimits.archiveBytesPerRecordMax + mirrorLimits.archiveBytesSpare,
    take: async (body) => {
      for await (const text of linesOf(body)) {
        lines += 1;
        if (lines > linesMax) throw new RecordRefused("too-large", `more than ${linesMax} lines`);
        const line = readLine(text);
        isEnded = line.kind === "end";
        await take(line);
      }
    },
  });
  if (response.status >= 500) throw new Refused("peer-unreachable", { host: new URL(source).host });
  return isEnded;
}

/** @throws RecordRefused `too-large` before a line is longer than any may be. */
async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > archiveLineLengthMax) throw new RecordRefused("too-large", "a line without end");
    for (const line of lines) if (line !== "") yield line;
  }
  if (rest !== "") throw new Refused("peer-unreachable", { reason: "the archive broke off" });
}

/** What an institution's own document says: its keys, and where the history of its keys begins. Null where it is silent. */
export async function fetchLiveKeys(
  { documents }: Read,
  publisherUri: string,
): Promise<{ readonly keys: SeenKey[]; readonly history: string | null } | null> {
  documents.forget(publisherUri);
  let json: Json;
  try {
    json = (await documents.loader(publisherUri)).document as Json;
  } catch (error) {
    if (error instanceof Refused || error instanceof FetchError) return null;
    throw error;
  }
  if (uriOf(json) !== publisherUri) return null;
  const keys = listOf(json.assertionMethod).flatMap((key): SeenKey[] => {
    if (!isObject(key) || typeOf(key) !== "Multikey" || uriOf(key.controller) !== publisherUri) return [];
    const [uri, multibase] = [uriOf(key), textOf(key.publicKeyMultibase, 200)];
    return uri?.startsWith(`${publisherUri}#`) ? [{ uri, multibase }] : [];
  });
  return { keys, history: linkedRecord(json, "keys") };
}

/** The digest a `Link` tag of an object names, where the record is at the object's own origin. */
export function linkedRecord(object: Json, rel: "record" | "keys"): string | null {
  const link = listOf(object.tag).find((tag) => isObject(tag) && typeOf(tag) === "Link" && tag.rel === `${NS}${rel}`);
  const href = isObject(link) ? uriOf(link.href) : null;
  const own = uriOf(object);
  if (href === null || own === null || new URL(href).origin !== new URL(own).origin) return null;
  const digest = /^\/records\/([^/]+)$/.exec(new URL(href).pathname)?.[1];
  return isDigest(digest) ? digest : null;
}

/** The versions of a key history from the newest back, as far as they can be had. */
export async function fetchKeyHistory(read: Read, source: string, newest: string): Promise<string[]> {
  const texts: string[] = [];
  const seen = new Set<string>();
  for (let digest: string | null = newest; digest !== null && texts.length < mirrorLimits.keyVersionsMax; ) {
    if (seen.has(digest)) break;
    seen.add(digest);
    const record: FetchedRecord | null = await fetchRecord(read, source, digest);
    if (record === null) break;
    texts.push(record.text);
    digest = previousOf(record.text);
  }
  return texts;
}

export function previousOf(text: string): string | null {
  try {
    const { previous } = JSON.parse(text) as { previous?: unknown };
    return isDigest(previous) ? previous : null;
  } catch {
    return null;
  }
}
