// Copies of other nodes' records: each is checked alone and against its chain before anything of it is kept. What does not
// hold is refused, and the refusal is kept to be shown. The only writer of copies.
import { digestOf } from "../platform/canonical.ts";
import { verifyDocumentApart } from "../platform/data-integrity.ts";
import type { Tx } from "../platform/db.ts";
import { newId } from "../platform/ids.ts";
import { originOf } from "../platform/uris.ts";
import { type Chain, type CheckedCopy, type CopyHead, changedHead, openChain, placeInChain } from "./copy.ts";
import { followKeys } from "./keys.ts";
import { countsAt, type TrustedKey } from "./known-key.ts";
import { listParts } from "./queries.ts";
import {
  kindOfType,
  type RecordDocument,
  type RecordRefusalCode,
  RecordRefused,
  readPart,
  readRecord,
} from "./record.ts";

/** A record as it came, and its detachable part where that came with it. Exact bytes, as text. */
export interface CopyEntry {
  readonly text: string;
  /** The digest it was asked for by; absent where it came in an archive. */
  readonly name?: string;
  readonly part?: string | null;
}

export interface CopySource {
  /** The origin of the node it was read from: the owner's, or a mirror's. */
  readonly from: string;
  /** This node's: nothing of its own is ever taken back from a stranger. */
  readonly ownOrigin: string;
  /** Every key that may have signed, by its URI. */
  readonly keys: ReadonlyMap<string, TrustedKey>;
  /** What it was read for: a process, or an institution. Whatever else it sends is none of it. */
  readonly scope: { readonly uri: string; readonly publisher: string };
  /** Whether the node is known to have no more: a missing past is then a refusal, not a matter of order. */
  readonly isWhole?: boolean;
}

export interface TakenRecord {
  readonly digest: string;
  readonly document: RecordDocument;
  /** The part's exact bytes; null where it was withheld, purged, or there is none. */
  readonly part: string | null;
}

export interface RefusedCopy {
  readonly subject: string;
  readonly digest: string;
  readonly code: RecordRefusalCode;
  readonly reason: string;
  readonly text: string;
}

export interface Taken {
  /** The newest of each thing that changed: what the rooms are to show. */
  readonly heads: readonly TakenRecord[];
  /** Records written now. */
  readonly fresh: number;
  /** Records that were here already. */
  readonly known: number;
  readonly refused: readonly RefusedCopy[];
}

const rowsPerInsertMax = 500;
/** Kept of one node's refusals; what comes after has nothing new to show. */
const refusalsPerSourceMax = 500;
const refusedTextMax = 20_000;

/**
 * Takes a batch of records of other nodes, in any order. Each is kept if its bytes, its name, its shape, its owner, its
 * proof and its place in its chain hold; of any other nothing is kept but the refusal. Taking again changes nothing.
 */
export async function takeRecords(
  tx: Tx,
  source: CopySource,
  entries: readonly CopyEntry[],
  now: Date,
): Promise<Taken> {
  return await takeChecked(tx, source, await checkRecords(source, entries), now);
}

/** A batch as far as it can be judged without the database: what holds by itself, and what does not. */
export interface CheckedBatch {
  readonly copies: ReadonlyMap<string, CheckedCopy>;
  readonly refused: readonly RefusedCopy[];
}

/** Checks each record of a batch by itself. Signatures are checked on other threads, while the database is at work. */
export async function checkRecords(source: CopySource, entries: readonly CopyEntry[]): Promise<CheckedBatch> {
  const refused: RefusedCopy[] = [];
  const copies = new Map<string, CheckedCopy>();
  const seen = new Set<string>();
  // Said again in one batch, it is neither checked nor refused again.
  const once = entries.filter(({ text }) => !seen.has(text) && seen.add(text));
  for (const result of await Promise.all(once.map((entry) => checkAlone(entry, source)))) {
    if ("code" in result) refused.push(result);
    else copies.set(result.digest, result);
  }
  return { copies, refused };
}

/** Takes what was checked into its chains. */
export async function takeChecked(tx: Tx, source: CopySource, batch: CheckedBatch, now: Date): Promise<Taken> {
  // A notification and a comparison may bring the same record at once: the second waits, and finds it here.
  await tx`select pg_advisory_xact_lock(hashtextextended(${`copies of ${source.scope.publisher}`}, 0))`;
  const refused = [...batch.refused];
  const checked = batch.copies;
  const kept = await knownAmong(tx, [...checked.keys()]);
  const all = [...checked.values()];
  // The oldest first, so that a chain that came in disorder is taken as one.
  const fresh = all
    .filter(({ digest }) => !kept.has(digest))
    .sort(({ document: one }, { document: other }) => one.epoch - other.epoch || one.version - other.version);
  const chains = await chainsOf(tx, fresh);
  const histories = await keyHistoriesOf(tx, fresh);
  for (const copy of fresh) {
    try {
      const chain = chains.get(copy.document.subject)!;
      if (copy.document.type === "KeyRecord") goOnWith(histories, chain, copy);
      placeInChain(chain, copy);
    } catch (error) {
      if (!(error instanceof RecordRefused)) throw error;
      refused.push(refusalOf(copy.text, copy.document.subject, copy.digest, error));
    }
  }
  const placed = [...chains.values()].flatMap((chain) => chain.fresh);
  await upgradeTrust(
    tx,
    all.filter(({ digest, trust }) => kept.get(digest) === "vouched" && trust === "verified"),
    chains,
  );
  await writeCopies(tx, source, chains, now);
  await purge(tx, placed, now);
  await keepParts(tx, all);
  await keepRefusals(tx, source, refused, now);
  return { heads: await headsOf(tx, chains), fresh: placed.length, known: kept.size, refused };
}

/** Said of what a key signed when it was not valid: such records stay in a manifest, and nobody needs them. */
export const discounted = "signed with a key that was not valid then";

/** Everything that can be said of a record without looking at others. */
async function checkAlone(entry: CopyEntry, source: CopySource): Promise<CheckedCopy | RefusedCopy> {
  const { text } = entry;
  const digest = entry.name ?? digestOf(text);
  let subject = "";
  try {
    const document = readRecord(text, entry.name);
    subject = document.subject;
    const isOurs = originOf(document.publisher) === source.ownOrigin;
    if (isOurs) throw new RecordRefused("foreign-subject", "it claims to be of this node");
    if (!isWithin(document, source.scope)) throw new RecordRefused("foreign-subject", "it was not asked for");
    const known = source.keys.get(document.proof.verificationMethod);
    if (known === undefined) throw new RecordRefused("wrong-key", "signed with a key that is not known to be its own");
    if (document.type !== "KeyRecord" && !countsAt(known, new Date(document.recorded))) {
      throw new RecordRefused("wrong-key", discounted);
    }
    const isSigned = await verifyDocumentApart(document as never, known.key);
    if (!isSigned) throw new RecordRefused("wrong-proof", "its proof does not fit what it says");
    const trust = known.trust === "claimed" ? "vouched" : "verified";
    return { text, digest, document, trust, part: partOf(entry, document) };
  } catch (error) {
    if (!(error instanceof RecordRefused)) throw error;
    return refusalOf(text, subject, digest, error);
  }
}

/** The records of a manifest: of the process, or of all the institution signs, and always its keys. */
const isWithin = (document: RecordDocument, { uri, publisher }: CopySource["scope"]): boolean =>
  document.process === uri ||
  document.publisher === uri ||
  (document.type === "KeyRecord" && document.publisher === publisher);

/** A part that is not the record's own is as good as none: the record says which bytes it must have. */
function partOf({ part }: CopyEntry, document: RecordDocument): string | null {
  if (part === undefined || part === null || document.part === undefined || document.standing !== "shown") return null;
  try {
    readPart(part, document);
    return part;
  } catch (error) {
    if (error instanceof RecordRefused) return null;
    throw error;
  }
}

const refusalOf = (text: string, subject: string, digest: string, error: RecordRefused): RefusedCopy => ({
  subject,
  digest,
  code: error.code,
  reason: error.message,
  text,
});

async function knownAmong(tx: Tx, digests: readonly string[]): Promise<Map<string, string>> {
  if (digests.length === 0) return new Map();
  const rows = await tx<{ digest: string; trust: string }[]>`
    select digest, trust from record where digest = any(${digests as string[]})`;
  return new Map(rows.map(({ digest, trust }) => [digest, trust]));
}

/** The chain of each thing a batch is about, its head locked, with the older versions that the batch names. */
async function chainsOf(tx: Tx, fresh: readonly CheckedCopy[]): Promise<Map<string, Chain>> {
  const subjects = [...new Set(fresh.map(({ document }) => document.subject))];
  const chains = new Map(subjects.map((subject) => [subject, openChain(null)]));
  if (subjects.length === 0) return chains;
  const heads = await tx<(CopyHead & { subjectUri: string })[]>`
    select subject_uri, digest, epoch, version, standing, trust from record
    where subject_uri = any(${subjects}) and is_head order by subject_uri for no key update`;
  for (const { subjectUri, ...head } of heads) chains.set(subjectUri, openChain(head));
  const named = fresh.flatMap(({ document }) => document.previous ?? []);
  const earlier = await tx<{ subjectUri: string; digest: string; version: number }[]>`
    select subject_uri, digest, version from record where digest = any(${named})`;
  for (const { subjectUri, digest, version } of earlier) chains.get(subjectUri)?.versions.set(digest, version);
  return chains;
}

/** Versions of one institution's keys that are kept: as many as a hundred rotations make, each checked with all before it. */
const keyVersionsMax = 200;

type KeyVersion = Pick<CheckedCopy, "document" | "trust">;

/** The versions of key histories that are kept, by their subject, where a batch brings more of them. */
async function keyHistoriesOf(tx: Tx, fresh: readonly CheckedCopy[]): Promise<Map<string, KeyVersion[]>> {
  const subjects = fresh.flatMap(({ document }) => (document.type === "KeyRecord" ? [document.subject] : []));
  const histories = new Map<string, KeyVersion[]>(subjects.map((subject) => [subject, []]));
  if (histories.size === 0) return histories;
  const rows = await tx<{ subjectUri: string; document: string; trust: CheckedCopy["trust"] }[]>`
    select subject_uri, document, trust from record where subject_uri = any(${[...histories.keys()]}) and kind = 'keys'
    order by epoch, version limit ${histories.size * keyVersionsMax}`;
  for (const { subjectUri, document, trust } of rows) {
    histories.get(subjectUri)!.push({ document: JSON.parse(document) as RecordDocument, trust });
  }
  return histories;
}

/**
 * A record of keys has to go on with the whole history that is kept, or that history would hold no more, and a key that was
 * stolen would count again.
 * @throws RecordRefused `wrong-key`, `wrong-proof`, `wrong-shape`, `too-large`.
 */
function goOnWith(histories: Map<string, KeyVersion[]>, chain: Chain, copy: CheckedCopy): void {
  const { subject, previous, version } = copy.document;
  // It waits for the one before it.
  if (previous !== undefined && chain.versions.get(previous) !== version - 1) return;
  const kept = histories
    .get(subject)!
    .filter((one) => one.trust === "verified" || copy.trust === "vouched" || one.document.version < version);
  if (kept.length >= keyVersionsMax)
    throw new RecordRefused("too-large", `more than ${keyVersionsMax} versions of keys`);
  followKeys([...kept.map((one) => one.document), copy.document]);
  histories.set(subject, [...kept, copy]);
}

/** What was vouched for is verified once its key, or a later record of its chain, could be checked. */
async function upgradeTrust(tx: Tx, proven: readonly CheckedCopy[], chains: ReadonlyMap<string, Chain>): Promise<void> {
  const chained = [...chains].flatMap(([subject, chain]) => (chain.isUpgraded ? [subject] : []));
  if (proven.length === 0 && chained.length === 0) return;
  await tx`
    update record set trust = 'verified', vouched_by = null where trust = 'vouched'
      and (digest = any(${proven.map(({ digest }) => digest)}) or subject_uri = any(${chained}))`;
}

async function writeCopies(tx: Tx, source: CopySource, chains: ReadonlyMap<string, Chain>, now: Date): Promise<void> {
  for (const [subject, { droppedFrom }] of chains) {
    if (droppedFrom === null) continue;
    await tx`delete from record where subject_uri = ${subject} and trust <> 'own' and version >= ${droppedFrom}`;
  }
  const changed = [...chains].flatMap(([subject, chain]) => (chain.fresh.length > 0 ? [subject] : []));
  if (changed.length === 0) return;
  await tx`update record set is_head = false where subject_uri = any(${changed}) and is_head`;
  const rows = [...chains.values()].flatMap((chain) =>
    chain.fresh.map((copy) => rowOf(source, copy, copy === changedHead(chain), now)),
  );
  for (const some of inPortions(rows)) await tx`insert into record ${tx(some as never)}`;
}

function rowOf(source: CopySource, { digest, text, document, trust }: CheckedCopy, isHead: boolean, now: Date) {
  return {
    digest,
    subjectUri: document.subject,
    kind: kindOfType(document.type),
    processUri: document.process ?? null,
    publisherUri: document.publisher,
    origin: originOf(document.publisher),
    epoch: document.epoch,
    version: document.version,
    previous: document.previous ?? null,
    standing: document.standing,
    document: text,
    partDigest: document.part ?? null,
    isHead,
    trust,
    vouchedBy: trust === "vouched" ? source.from : null,
    recordedAt: new Date(document.recorded),
    keptAt: now,
  };
}

/**
 * Empties the parts that signed records say are to be purged, here and before they come. A record can purge only what is
 * its own thing's, or, of a thread, what stands in it.
 */
async function purge(tx: Tx, placed: readonly CheckedCopy[], now: Date): Promise<void> {
  const named = placed.flatMap(({ document }) =>
    (document.purges ?? []).map((digest) => ({ digest, subjectUri: document.subject, document: null, purgedAt: now })),
  );
  const erased = placed
    .filter(({ document }) => document.standing === "erased")
    .map(({ document }) => document.subject);
  if (erased.length > 0) {
    await tx`
      update record_part set document = null, purged_at = ${now}
      where subject_uri = any(${erased}) and document is not null`;
  }
  const rows = [...new Map(named.map((row) => [row.digest, row])).values()];
  for (const some of inPortions(rows)) {
    await tx`
      insert into record_part ${tx(some)} on conflict (digest) do update
      set document = null, purged_at = excluded.purged_at
      where record_part.document is not null and ${purgeableBy(tx)}`;
  }
}

const purgeableBy = (tx: Tx) => tx`(
  record_part.subject_uri = excluded.subject_uri
  or excluded.subject_uri like '%/thread/%'
    and record_part.subject_uri in (
      select uri from subject where thread_uri = split_part(excluded.subject_uri, '/thread/', 1)))`;

async function keepParts(tx: Tx, copies: readonly CheckedCopy[]): Promise<void> {
  const rows = copies.flatMap(({ part, document }) =>
    part === null ? [] : [{ digest: document.part!, subjectUri: document.subject, document: part }],
  );
  const unique = [...new Map(rows.map((row) => [row.digest, row])).values()];
  for (const some of inPortions(unique)) {
    // Purged before it came it stays purged, where its own thing's record said so; another's says nothing of it.
    await tx`
      insert into record_part ${tx(some)} on conflict (digest) do update
      set subject_uri = excluded.subject_uri, document = excluded.document, purged_at = null
      where record_part.document is null and record_part.subject_uri <> excluded.subject_uri`;
  }
}

async function headsOf(tx: Tx, chains: ReadonlyMap<string, Chain>): Promise<TakenRecord[]> {
  const heads = [...chains.values()].flatMap((chain) => changedHead(chain) ?? []);
  const wanted = heads
    .filter(({ document }) => document.standing === "shown")
    .flatMap(({ document }) => document.part ?? []);
  const parts = new Map((await listParts(tx, wanted)).map((part) => [part.digest, part.document]));
  return heads.map(({ digest, document }) => ({
    digest,
    document,
    part: document.part === undefined ? null : (parts.get(document.part) ?? null),
  }));
}

async function keepRefusals(tx: Tx, source: CopySource, refused: readonly RefusedCopy[], now: Date): Promise<void> {
  const shown = refused.filter(({ code }) => code !== "gap" || source.isWhole === true).slice(0, refusalsPerSourceMax);
  if (shown.length === 0) return;
  const [{ count } = { count: 0 }] = await tx<{ count: number }[]>`
    select count(*)::int from record_refusal where source = ${source.from}`;
  const rows = shown
    .slice(0, Math.max(0, refusalsPerSourceMax - count))
    .map(({ subject, digest, reason, code, text }) => ({
      id: newId(now),
      subjectUri: subject,
      digest: digest.slice(0, 100),
      reason: `${code}: ${reason}`.slice(0, 500).replaceAll("\0", ""),
      source: source.from,
      document: text.slice(0, refusedTextMax).replaceAll("\0", ""),
      at: now,
    }));
  if (rows.length > 0) await tx`insert into record_refusal ${tx(rows)} on conflict (digest, source) do nothing`;
}

function* inPortions<Row>(rows: readonly Row[]): Generator<Row[]> {
  for (let at = 0; at < rows.length; at += rowsPerInsertMax) yield rows.slice(at, at + rowsPerInsertMax);
}
