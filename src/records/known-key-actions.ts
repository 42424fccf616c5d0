// Keys of other nodes' institutions as they were seen, kept for good: an old signature is checked with an old key.
import { listKnownKeys } from "../actors/queries.ts";
import { verifyDocument } from "../platform/data-integrity.ts";
import type { Sql } from "../platform/db.ts";
import { countsAt, openKey, type SeenKey, type TrustedKey, trustedKeys } from "./known-key.ts";
import type { RecordDocument } from "./record.ts";

const historyMax = 1_000;
/** Keys one institution can have been seen with; more than a lifetime of rotations, and less than a flood. */
const keysSeenMax = 500;
const confirmedAtOnce = 500;

/** Remembers keys as their owner's own document names them. A key never changes under its URI: what was seen first stays. */
export async function rememberKeys(sql: Sql, publisherUri: string, keys: readonly SeenKey[], now: Date): Promise<void> {
  const [known] = await sql<{ count: number }[]>`
    select count(*)::int as count from known_key where publisher_uri = ${publisherUri}`;
  const rows = keys
    .slice(0, Math.max(0, keysSeenMax - known!.count))
    .filter(({ multibase }) => openKey(multibase) !== null)
    .map((key) => ({ ...key, publisherUri, seenAt: now }));
  if (rows.length > 0) await sql`insert into known_key ${sql(rows as never)} on conflict (uri) do nothing`;
}

/** Every key that may have signed for a publisher, by what was seen and by its history: as kept here, and as `offered`. */
export async function keysOfPublisher(
  sql: Sql,
  publisherUri: string,
  offered: readonly string[],
): Promise<Map<string, TrustedKey>> {
  const seen = await keysSeen(sql, publisherUri);
  const rows = await sql<{ document: string }[]>`
    select document from record where publisher_uri = ${publisherUri} and kind = 'keys' order by place limit ${historyMax}`;
  const kept = rows.map(({ document }) => document);
  const more = trustedKeys(publisherUri, [...new Set([...kept, ...offered])], seen);
  const before = trustedKeys(publisherUri, kept, seen);
  // Versions that do not fit what is kept take nothing away from it: no key, and not the end of one either.
  for (const [uri, key] of before) if ((more.get(uri)?.named ?? null) === null) more.set(uri, key);
  return more;
}

/** What its own server has shown: when its keys were asked for, and when its actor was read for any other reason. */
async function keysSeen(sql: Sql, publisherUri: string): Promise<SeenKey[]> {
  const seen = await sql<SeenKey[]>`select uri, multibase from known_key where publisher_uri = ${publisherUri}`;
  const known = (await listKnownKeys(sql, publisherUri)).flatMap(({ id, key }) =>
    key.startsWith("z") && id.startsWith(`${publisherUri}#`) && seen.every(({ uri }) => uri !== id)
      ? [{ uri: id, multibase: key }]
      : [],
  );
  return [...seen, ...known];
}

/**
 * The keys that follow on some that were known before, by the signed history that is kept here, and still count.
 * @param seen only those that anchor it: what was seen since may be a new owner's.
 */
export async function keysFollowing(
  sql: Sql,
  publisherUri: string,
  seen: readonly SeenKey[],
  now: Date,
): Promise<readonly SeenKey[]> {
  const rows = await sql<{ document: string }[]>`
    select document from record where publisher_uri = ${publisherUri} and kind = 'keys' order by place limit ${historyMax}`;
  const texts = rows.map(({ document }) => document);
  return [...trustedKeys(publisherUri, texts, seen)].flatMap(([uri, key]) =>
    key.trust === "chained" && key.named !== null && countsAt(key, now)
      ? [{ uri, multibase: key.named.publicKeyMultibase }]
      : [],
  );
}

/**
 * Checks again what was only vouched for, now that keys of its publisher are known for certain. What they did not sign
 * stays vouched for by the node it came from.
 */
export async function confirmVouched(
  sql: Sql,
  publisherUri: string,
  keys: ReadonlyMap<string, TrustedKey>,
): Promise<void> {
  for (let after = "0"; ; ) {
    const rows = await sql<{ digest: string; place: string; document: string }[]>`
      select digest, place, document from record
      where publisher_uri = ${publisherUri} and trust = 'vouched' and place > ${after} order by place limit ${confirmedAtOnce}`;
    const signed = rows.filter(({ document }) => isSigned(JSON.parse(document) as RecordDocument, keys));
    if (signed.length > 0) {
      await sql`
        update record set trust = 'verified', vouched_by = null
        where digest = any(${signed.map(({ digest }) => digest)}) and trust = 'vouched'`;
    }
    if (rows.length < confirmedAtOnce) return;
    after = rows.at(-1)!.place;
  }
}

function isSigned(document: RecordDocument, keys: ReadonlyMap<string, TrustedKey>): boolean {
  const known = keys.get(document.proof.verificationMethod);
  if (known === undefined || known.trust === "claimed") return false;
  if (document.type !== "KeyRecord" && !countsAt(known, new Date(document.recorded))) return false;
  return verifyDocument({ ...document }, known.key);
}
