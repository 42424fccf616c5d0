// A node that was restored from a backup lacks what it published since, and has back what people took back since. Before it
// opens it asks the nodes that keep copies of it: what it signed itself is put back, and what it erased is erased again.
import { getLogger } from "@logtape/logtape";
import { isDatabaseAway, type Sql, type Tx, withTransaction } from "../../src/platform/db.ts";
import { enqueue, Retry } from "../../src/platform/jobs.ts";
import { minuteMs } from "../../src/platform/time.ts";
import type { Uris } from "../../src/platform/uris.ts";
import { purgePartsNamed } from "../../src/records/actions.ts";
import { type ManifestRoot, pagesThatDiffer, readManifest, readPage } from "../../src/records/manifest.ts";
import { findManifest } from "../../src/records/manifest-queries.ts";
import { currentEpoch, findHead } from "../../src/records/queries.ts";
import { type Json, type RecordDocument, RecordRefused, readPart, readRecord } from "../../src/records/record.ts";
import type { OfferedRecord } from "../../src/records/recovery.ts";
import { recordAct, setHidden } from "../../src/subjects/actions.ts";
import { findSubject } from "../../src/subjects/queries.ts";
import { findKeysInArchive } from "../mirrors/intake.ts";
import { type FetchedRecord, fetchPage, fetchRecord, fetchRoot, type Read } from "../mirrors/reading.ts";
import { type OwnKeys, openOwnKeys } from "./own-keys.ts";
import { eraseSubject, takeBackThings } from "./taking-back.ts";

const log = getLogger(["koinon", "recovery"]);

const mirrorsAskedMax = 50;
/** Of one scope; a node that lost more than this is not a day old. */
const recordsReadMax = 20_000;
const fetchesAtOnceMax = 8;
const askedAgainMs = 10 * minuteMs;
/** A city does not stay shut because nodes elsewhere are slow: those are asked again while it is open. */
const openingMsMax = 2 * minuteMs;
const kind = "recover-erasures";

export interface Recovering extends Read {
  readonly sql: Sql;
  readonly uris: Uris;
  readonly now: () => Date;
}

/**
 * Called before a node opens. After a restore it asks every known mirror once, and promises to ask those again that were
 * silent. Nothing happens in an epoch in which that has been done.
 */
export async function recoverBeforeOpening(at: Recovering): Promise<void> {
  const { sql, now } = at;
  const epoch = await currentEpoch(sql);
  const [row] = await sql<{ value: number }[]>`select value from node_setting where key = 'recovered-epoch'`;
  if (epoch <= Number(row?.value ?? 1)) return;
  const silent = await recover({ ...at, signal: AbortSignal.timeout(openingMsMax) });
  const raised = await currentEpoch(sql);
  await withTransaction(sql, async (tx) => {
    await tx`
      insert into node_setting (key, value) values ('recovered-epoch', to_jsonb(${raised}::int))
      on conflict (key) do update set value = excluded.value`;
    if (silent.length === 0) return;
    await enqueue(tx, { kind, payload: null, runAt: new Date(+now() + askedAgainMs), uniqueKey: kind });
  });
}

export const recoveryHandlers = (at: Recovering) => ({
  [kind]: async () => {
    const silent = await recover(at);
    if (silent.length > 0) throw new Retry(askedAgainMs, `${silent.join(", ")} did not answer`);
  },
});

/** @returns the origins that did not answer. */
async function recover(at: Recovering): Promise<string[]> {
  const keys = await openOwnKeys(at.sql);
  const scopes = await at.sql<{ scopeUri: string }[]>`
    select scope_uri from manifest where origin is null and is_current
    union select uri from actor where origin is null and kind in ('organisation', 'node') order by scope_uri`;
  const offered = new Map<string, OfferedRecord>();
  const silent: string[] = [];
  const mirrors = await knownMirrors(at.sql);
  for (const origin of mirrors) {
    const before = offered.size;
    try {
      for (const { scopeUri } of scopes) await gather(at, { origin, scopeUri, keys }, offered);
    } catch (error) {
      if (isDatabaseAway(error)) throw error;
      silent.push(origin);
      log.warn("{origin} did not say all that was published since the backup", { origin });
    }
    log.info("{origin} has {found} records of ours from after the backup", { origin, found: offered.size - before });
  }
  // Asked again once all have been heard: a history that one of them withheld may say that a key was stolen.
  const ours = [...offered.values()].filter(({ document }) => keys.signed(document));
  await putBack(at, keys, ours, { asked: mirrors.length, silent: silent.length });
  return silent;
}

/** What the copies have of ours: the newest of each thing put back, what was erased erased, and the administrators told. */
async function putBack(
  at: Recovering,
  keys: OwnKeys,
  offered: readonly OfferedRecord[],
  mirrors: { readonly asked: number; readonly silent: number },
): Promise<void> {
  if (offered.length === 0) return;
  const now = at.now();
  await withTransaction(at.sql, (tx) => raiseEpochAbove(tx, offered));
  // A history that retires the key we have would leave us without one to sign with: it served to know our words again.
  const outlived = new Set(offered.map(({ document }) => document.publisher).filter((uri) => keys.isOutlived(uri)));
  for (const uri of outlived) log.warn("The newest key of {uri} was made after the backup, and is lost", { uri });
  const taken = await takeBackThings(
    at,
    offered.filter(({ document }) => document.type !== "KeyRecord" || !outlived.has(document.publisher)),
  );
  let erased = taken.erased;
  for (const { document } of offered) {
    if (taken.subjects.has(document.subject)) continue;
    erased += await withTransaction(at.sql, (tx) => eraseAgain(tx, document, now));
  }
  const { subjects: _subjects, ...counts } = taken;
  const numbers = { ...counts, erased, mirrors: mirrors.asked, silent: mirrors.silent };
  log.info("Taken back from {mirrors} mirrors: {entered} things entered, {changed} changed, {erased} erased", numbers);
  if (taken.records + erased === 0) return;
  await withTransaction(at.sql, (tx) => recordAct(tx, null, "taken-back", null, numbers, now));
}

/** Above every epoch in which this node has signed: a backup may be restored twice, and each time begins its own. */
async function raiseEpochAbove(tx: Tx, offered: readonly OfferedRecord[]): Promise<void> {
  const highest = Math.max(...offered.map(({ document }) => document.epoch));
  await tx`
    update node_setting set value = to_jsonb(${highest + 1}::int)
    where key = 'epoch' and (value #>> '{}')::int <= ${highest}`;
}

/** Where copies may be: at nodes of institutions that follow something here, and at any that is known to be a Koinon node. */
async function knownMirrors(sql: Sql): Promise<string[]> {
  const rows = await sql<{ origin: string }[]>`
    with mirror as (
      select actor.origin from follow join actor on actor.id = follow.follower_id
        join actor us on us.id = follow.followed_id
      where us.origin is null and actor.origin is not null and actor.gone_at is null and actor.type <> 'Person'
        and follow.state = 'accepted'
      union select substring(inbox_uri from '^https?://[^/]+') from known_server where is_koinon)
    select origin from mirror
    where peer_policy(split_part(origin, '/', 3)) is distinct from 'blocked'
    order by origin limit ${mirrorsAskedMax}`;
  return rows.map((row) => row.origin);
}

interface Asked {
  readonly origin: string;
  readonly scopeUri: string;
  readonly keys: OwnKeys;
}

/** Reads what a node has of ours, and keeps of it what we signed. What we did not sign tells us nothing. */
async function gather(at: Recovering, asked: Asked, offered: Map<string, OfferedRecord>): Promise<void> {
  const { origin, scopeUri, keys } = asked;
  const answer = await fetchRoot(at, origin, scopeUri, null);
  if (answer.kind !== "root") return;
  const root = orNull(() => readManifest(answer.text, scopeUri));
  if (root === null) return;
  if (!keys.signed(root)) keys.learn(await findKeysInArchive(at, origin, root));
  if (!keys.signed(root)) {
    log.warn("{origin} offers a manifest of {scopeUri} that is not ours", { origin, scopeUri });
    return;
  }
  const own = await findManifest(at.sql, scopeUri);
  const unknown = await unknownDigests(at, origin, root, own && (JSON.parse(own.document) as ManifestRoot));
  const missing = unknown.filter((digest) => !isWhole(offered.get(digest)));
  const fetched: FetchedRecord[] = [];
  const work = async () => {
    for (let digest = missing.shift(); digest !== undefined; digest = missing.shift()) {
      const record = await fetchRecord(at, origin, digest);
      if (record !== null) fetched.push(record);
    }
  };
  await Promise.all(Array.from({ length: fetchesAtOnceMax }, work));
  keys.learn(fetched.flatMap(({ text }) => (text.includes('"KeyRecord"') ? [text] : [])));
  let refused = 0;
  for (const { name, text, part } of fetched) {
    const document = orNull(() => readRecord(text, name));
    if (document === null || !keys.signed(document)) refused += 1;
    else offered.set(name, { digest: name, text, document, part: partOf(document, part) });
  }
  if (refused > 0) log.warn("{origin} offers {refused} records that are not ours", { origin, refused });
}

/** Where one node withholds the words, another may have them. */
const isWhole = (one: OfferedRecord | undefined): boolean =>
  one !== undefined && (one.part !== null || one.document.part === undefined);

function partOf(document: RecordDocument, part: string | null): string | null {
  if (part === null || document.part === undefined) return null;
  return orNull(() => readPart(part, document)) === null ? null : part;
}

async function unknownDigests(
  at: Recovering,
  origin: string,
  root: ManifestRoot,
  own: ManifestRoot | null,
): Promise<string[]> {
  const unknown: string[] = [];
  const differing = own?.prefixLength === root.prefixLength ? pagesThatDiffer(root, own) : Object.keys(root.pages);
  for (const prefix of differing) {
    const text = await fetchPage(at, origin, root, prefix);
    const page = text && orNull(() => readPage(text, root, prefix));
    if (!page) continue;
    const digests = page.digests as string[];
    const here = await at.sql<{ digest: string }[]>`select digest from record where digest = any(${digests})`;
    const known = new Set(here.map((row) => row.digest));
    unknown.push(...digests.filter((digest) => !known.has(digest)));
  }
  return unknown.slice(0, recordsReadMax);
}

/** What one of our own later records says was taken back. @returns how many things. */
async function eraseAgain(tx: Tx, record: RecordDocument, now: Date): Promise<number> {
  const { subject, standing, purges = [], data } = record;
  let count = 0;
  if (standing === "erased") count += await eraseSubject(tx, subject, now);
  for (const comment of commentsIn(data)) {
    if (comment.state === "erased") count += await eraseSubject(tx, String(comment.id), now);
  }
  if (standing === "erased" || purges.length === 0) return count;
  const head = await findHead(tx, subject);
  const wasNamed = head?.partDigest != null && purges.includes(head.partDigest);
  await purgePartsNamed(tx, subject, purges, now);
  // Its author's name or words stand here again, and only a person can tell which of them were taken back.
  if (wasNamed && (await findSubject(tx, subject))?.hiddenAt === null) {
    await setHidden(tx, subject, "Restored from a backup; parts of it were taken back since.", now);
    count += 1;
  }
  return count;
}

const commentsIn = ({ comments }: Json): Json[] =>
  Array.isArray(comments) ? comments.filter((one): one is Json => typeof one === "object" && one !== null) : [];

function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof RecordRefused) return null;
    throw error;
  }
}
