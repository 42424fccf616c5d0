// Records on their way from another node into ours: in batches, each with its effect on the pages and the note of how far
// the copy is in one transaction.
import { getLogger } from "@logtape/logtape";
import { describeMirrored, noteProgress } from "../../src/mirrors/actions.ts";
import { digestOf } from "../../src/platform/canonical.ts";
import { type Sql, withTransaction } from "../../src/platform/db.ts";
import { Refused } from "../../src/platform/refusal.ts";
import {
  type CheckedBatch,
  type CopyEntry,
  type CopySource,
  checkRecords,
  discounted,
  takeChecked,
} from "../../src/records/copy-actions.ts";
import type { TrustedKey } from "../../src/records/known-key.ts";
import type { ManifestRoot } from "../../src/records/manifest.ts";
import { recordLengthMax } from "../../src/records/record.ts";
import { commentPartsWanted } from "../records/counts.ts";
import { applyRecords } from "../records/records.ts";
import {
  type FetchedRecord,
  fetchCommentPart,
  fetchRecord,
  mirrorLimits,
  previousOf,
  type Read,
  readArchive,
} from "./reading.ts";

const log = getLogger(["koinon", "mirrors"]);

export interface Intake extends Read {
  readonly sql: Sql;
  readonly ownOrigin: string;
  readonly now: () => Date;
  /** The origin of the node that is read. */
  readonly source: string;
  readonly keys: ReadonlyMap<string, TrustedKey>;
  readonly scope: { readonly uri: string; readonly publisher: string };
  /** Of records, as the manifest says. */
  readonly count: number;
}

const batchRecordsMax = 500;
/** Characters of a batch: memory stays as it is however large the records are. */
const batchCharsMax = 8_000_000;
const fetchesAtOnceMax = 8;
/** Records that wait for the one before them; more than this is no disorder but a gap. */
const waitingMax = 2_000;
/** Asked for one by one in one look; the next look asks for the rest. */
const singlyPerLookMax = 2_000;
/** Characters of the key records that are read from a stranger's archive. */
const keyCharsMax = 8_000_000;
/** Streams begun again in one look, each after at least one batch of the one before. */
const streamsMax = 50;

/** What came of a record: the entry, and the parts of the comments of a thread. */
interface Arrived extends CopyEntry {
  readonly place: number | null;
  readonly parts: readonly string[];
}

/**
 * Takes a batch. @returns those that came before what they follow, to be offered again.
 * @param isWhole whether nothing more is to come: a missing past is then a refusal.
 */
async function take(intake: Intake, batch: readonly Arrived[], isWhole: boolean): Promise<Arrived[]> {
  return await takeInto(intake, batch, await checkRecords(sourceOf(intake, isWhole), batch), isWhole);
}

const sourceOf = ({ source, ownOrigin, keys, scope }: Intake, isWhole: boolean): CopySource => ({
  from: source,
  ownOrigin,
  keys,
  scope,
  isWhole,
});

async function takeInto(
  intake: Intake,
  batch: readonly Arrived[],
  checked: CheckedBatch,
  isWhole: boolean,
): Promise<Arrived[]> {
  const { sql, now, source, scope } = intake;
  return await withTransaction(sql, async (tx) => {
    const taken = await takeChecked(tx, sourceOf(intake, isWhole), checked, now());
    const parts = new Map(batch.flatMap((one) => one.parts.map((text) => [digestOf(text), text] as const)));
    const unfit = await applyRecords(
      tx,
      taken.heads.map((head) => ({ ...head, parts })),
      now(),
    );
    for (const [subject, reason] of unfit)
      log.debug("{subject} from {source} cannot be shown: {reason}", { subject, source, reason });
    const place = batch.at(-1)?.place ?? null;
    await noteProgress(tx, scope.uri, { taken: taken.fresh, source, place }, now());
    const early = new Set(taken.refused.filter(({ code }) => code === "gap").map(({ digest }) => digest));
    return early.size === 0 ? [] : batch.filter(({ text, name }) => early.has(name ?? digestOf(text)));
  });
}

/** The whole archive, from after a place: the first copy, and large differences. Begun again where it breaks off. */
export async function copyArchive(intake: Intake, after: number): Promise<void> {
  let [place, isEnded] = [after, false];
  for (let stream = 0; !isEnded && stream < streamsMax; stream += 1) {
    const before = place;
    const batch = openBatch(intake);
    try {
      isEnded = await readArchive(
        intake,
        intake.source,
        { scope: intake.scope.uri, count: intake.count },
        place,
        async (line) => {
          if (line.kind !== "record") return;
          const { document, part, parts } = line;
          await batch.add({ text: document, part, parts, place: line.place });
          place = batch.place ?? place;
        },
      );
      await batch.flush();
      place = batch.place ?? place;
    } catch (error) {
      // What came until it broke off is whole lines, and is taken.
      await batch.flush();
      if (!(error instanceof Refused)) throw error;
      place = batch.place ?? place;
      if (place === before) throw error;
    }
    if (place === before) return;
  }
}

interface Batch {
  /** After this one everything has been taken. */
  readonly place: number | null;
  add(one: Arrived): Promise<void>;
  flush(): Promise<void>;
}

function openBatch(intake: Intake): Batch {
  let [batch, chars]: [Arrived[], number] = [[], 0];
  let waiting: Arrived[] = [];
  let place: number | null = null;
  let underWay: Promise<void> = Promise.resolve();
  /** Checks a batch while the one before is written; never more than these two are in memory. */
  const begin = async () => {
    const some = batch;
    [batch, chars] = [[], 0];
    const checked = await checkRecords(sourceOf(intake, false), some);
    await underWay;
    underWay = (async () => {
      const early = waiting.length === 0 ? [] : await take(intake, waiting, false);
      waiting = [...early, ...(await takeInto(intake, some, checked, false))].slice(0, waitingMax);
      place = some.at(-1)!.place;
    })();
    // Whoever awaits it next hears of a failure; until then it is nobody's.
    underWay.catch(() => {});
  };
  const flush = async () => {
    if (batch.length > 0) await begin();
    await underWay;
  };
  return {
    get place() {
      return place;
    },
    async add(one) {
      batch.push(one);
      chars += one.text.length + (one.part?.length ?? 0) + one.parts.reduce((sum, { length }) => sum + length, 0);
      if (batch.length >= batchRecordsMax || chars >= batchCharsMax) await begin();
    },
    flush,
  };
}

/**
 * Reads records by their names, a few at once, the oldest of each chain first as far as the order can be known.
 * @returns how many of them could not be had, or did not hold; what an invalid key signed is nobody's loss.
 */
export async function fetchMissing(intake: Intake, missing: readonly string[]): Promise<number> {
  const asked = missing.slice(0, singlyPerLookMax);
  let waiting: Arrived[] = [];
  for (let from = 0; from < asked.length; from += batchRecordsMax) {
    const arrived = await fetchSome(intake, asked.slice(from, from + batchRecordsMax));
    waiting = (await take(intake, [...waiting, ...arrived], false)).slice(0, waitingMax);
  }
  if (waiting.length > 0) await take(intake, waiting, true);
  if (missing.length === 0) return 0;
  const [row] = await intake.sql<{ count: number }[]>`
    select count(*)::int from unnest(${missing as string[]}::text[]) as named(digest)
    where exists (select from record where record.digest = named.digest)
      or exists (select from record_refusal as refusal where refusal.digest = named.digest
        and refusal.source = ${intake.source} and refusal.reason = ${`wrong-key: ${discounted}`})`;
  return missing.length - (row?.count ?? 0);
}

async function fetchSome(intake: Intake, digests: readonly string[]): Promise<Arrived[]> {
  const arrived: Arrived[] = [];
  const queue = [...digests];
  const work = async () => {
    for (let digest = queue.shift(); digest !== undefined; digest = queue.shift()) {
      const record = await fetchRecord(intake, intake.source, digest);
      if (record !== null) arrived.push({ ...record, place: null, parts: await partsOf(intake, record) });
    }
  };
  await Promise.all(Array.from({ length: fetchesAtOnceMax }, work));
  return arrived;
}

/** The parts of the comments a thread's record names and that are not here. */
async function partsOf(intake: Intake, { text }: FetchedRecord): Promise<string[]> {
  const parts: string[] = [];
  for (const digest of await commentPartsWanted(intake.sql, text)) {
    const part = await fetchCommentPart(intake, intake.source, digest);
    if (part !== null) parts.push(part);
  }
  return parts;
}

/** One record, as it was fetched, and what it follows, as far as that is not here yet: after a notification. */
export async function takeLinked(intake: Intake, newest: FetchedRecord, backMax: number): Promise<void> {
  const arrived: Arrived[] = [];
  for (let record: FetchedRecord | null = newest; record !== null && arrived.length < backMax; ) {
    arrived.push({ ...record, place: null, parts: await partsOf(intake, record) });
    const digest = previousOf(record.text);
    const isHere = digest === null || (await intake.sql`select from record where digest = ${digest}`).length > 0;
    record = isHere ? null : await fetchRecord(intake, intake.source, digest);
  }
  await take(intake, arrived, false);
  await describe(intake);
}

/** What the processes that were read are about, for the list of the network: once, when all of it is here. */
export async function describe({ sql, scope }: Pick<Intake, "sql" | "scope">): Promise<void> {
  const rows = await sql<{ subjectUri: string }[]>`
    select subject_uri from record
    where kind = 'process' and is_head and (subject_uri = ${scope.uri} or publisher_uri = ${scope.uri})`;
  for (const { subjectUri } of rows) await withTransaction(sql, (tx) => describeMirrored(tx, [subjectUri]));
}

/**
 * Key records in an archive, for whom nobody's keys are known: the owner is silent, and another node has its history.
 * Reads until the key that signed the manifest has been named.
 */
export async function findKeysInArchive(read: Read, source: string, root: ManifestRoot): Promise<string[]> {
  const texts: string[] = [];
  let chars = 0;
  const found = new Error("found");
  try {
    await readArchive(read, source, root, 0, async (line) => {
      if (line.kind !== "record" || !line.document.includes('"type":"KeyRecord"')) return;
      if (line.document.length > recordLengthMax) return;
      texts.push(line.document);
      chars += line.document.length;
      if (line.document.includes(JSON.stringify(root.proof.verificationMethod))) throw found;
      // Nobody has signed for any of this yet.
      if (texts.length >= mirrorLimits.keyVersionsMax || chars > keyCharsMax) throw found;
    });
  } catch (error) {
    if (error !== found) throw error;
  }
  return texts;
}
