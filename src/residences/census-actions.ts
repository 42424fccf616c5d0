// The verbs of the census list: read a file into hashes, put it in the place of the old one, and look a person up in it.
import { type Account, mayGrantRoles } from "../accounts/account.ts";
import { type Sql, type Tx, withTransaction } from "../platform/db.ts";
import { isId, newId } from "../platform/ids.ts";
import { Refused, refuseUnless } from "../platform/refusal.ts";
import { hourMs, minuteMs } from "../platform/time.ts";
import { recordAct } from "../subjects/actions.ts";
import { openVerification, refuseUnlessVerified } from "./actions.ts";
import { censusBytesMax, readCensus } from "./census.ts";
import { countAttempts, findCurrentCensus, getCensusList, getMethod } from "./queries.ts";
import {
  attemptWindowMs,
  birthDateFrom,
  type CensusPerson,
  censusAttemptsMax,
  censusAttemptsPerNetworkMax,
  censusAttemptsPerNumberMax,
  censusHashes,
  numberHash,
  postCodeFrom,
  readDocumentNumber,
} from "./residence.ts";

const rowsPerInsert = 2_000;
/** A reading that has not ended by then never will: its process is gone. */
export const readingMsMax = 30 * minuteMs;

/**
 * Begins to read a list: makes its row, which shows how far it is. One at a time.
 * @throws Refused `not-allowed` for anyone but an administrator, `method-off`, `too-large`, `census-busy`.
 */
export async function beginCensus(sql: Sql, by: Account, sizeBytes: number, now: Date): Promise<string> {
  refuseUnless(mayGrantRoles(by), "not-allowed");
  refuseUnless(sizeBytes <= censusBytesMax, "too-large", { field: "list", megabytes: censusBytesMax / 1_000_000 });
  return await withTransaction(sql, async (tx) => {
    await tx`select pg_advisory_xact_lock(hashtextextended('census', 0))`;
    const { settings } = await getMethod(tx, "census");
    const asks = settings.asks ?? [];
    refuseUnless(asks.length > 0, "census-asks-nothing", { field: "list" });
    const busySince = new Date(now.getTime() - readingMsMax);
    const busy = await tx`select from census_list where state = 'reading' and uploaded_at > ${busySince}`;
    refuseUnless(busy.length === 0, "census-busy", { field: "list" });
    await tx`delete from census_list where state <> 'current'`;
    const id = newId(now);
    await tx`
      insert into census_list (id, state, asks, size_bytes, uploaded_by, uploaded_at)
      values (${id}, 'reading', ${asks as string[]}, ${sizeBytes}, ${by.id}, ${now})`;
    return id;
  });
}

/**
 * Reads the file of a list that was begun, all or nothing: what was taken before a wrong line is deleted, and the list says
 * why. Only keyed hashes reach the database, and the file reaches no disk.
 *
 * @returns the refusal, or null when the list waits for a yes.
 */
export async function readCensusList(
  sql: Sql,
  key: Buffer,
  listId: string,
  chunks: AsyncIterable<Uint8Array>,
): Promise<Refused | null> {
  const list = await getCensusList(sql, listId);
  // Which line a person stood in: 16 of the 32 bytes tell half a million apart.
  const lines = new Map<string, number>();
  try {
    for await (const { people, firstLine, bytes } of readCensus(chunks, list.asks)) {
      const entries = people.map((person, at) => {
        const hashes = censusHashes(key, person);
        noteLine(lines, hashes.numberHash, firstLine + at);
        return hashes;
      });
      for (let at = 0; at < entries.length; at += rowsPerInsert) {
        await insertEntries(sql, listId, entries.slice(at, at + rowsPerInsert));
      }
      await sql`update census_list set bytes_read = ${bytes}, person_count = person_count + ${entries.length} where id = ${listId}`;
    }
    await summarise(sql, listId);
    return null;
  } catch (error) {
    await sql`delete from census_entry where list_id = ${listId}`;
    const refusal = error instanceof Refused ? error : new Refused("census-interrupted");
    await sql`
      update census_list set state = 'refused', refusal = ${refusal.code}, refusal_params = ${sql.json(refusal.params)}
      where id = ${listId}`;
    if (!(error instanceof Refused)) throw error;
    return refusal;
  }
}

/** @throws Refused `census-twice` naming both lines. */
function noteLine(lines: Map<string, number>, hash: Buffer, line: number): void {
  const name = hash.toString("latin1", 0, 16);
  const first = lines.get(name);
  refuseUnless(first === undefined, "census-twice", { line, first: first ?? 0 });
  lines.set(name, line);
}

async function insertEntries(sql: Sql, listId: string, entries: readonly { numberHash: Buffer; factsHash: Buffer }[]) {
  const hex = (of: "numberHash" | "factsHash") => entries.map((entry) => entry[of].toString("hex"));
  await sql`
    insert into census_entry (list_id, number_hash, facts_hash)
    select ${listId}, decode(number, 'hex'), decode(facts, 'hex')
    from unnest(${hex("numberHash")}::text[], ${hex("factsHash")}::text[]) as given (number, facts)`;
}

/** Who is new and who is gone, by number, beside the list in use. */
async function summarise(sql: Sql, listId: string): Promise<void> {
  await sql`
    with current as (
      select number_hash from census_entry where list_id = (select id from census_list where state = 'current')),
    coming as (select number_hash from census_entry where list_id = ${listId}),
    counted as (
      select count(*) filter (where current.number_hash is null) as added,
        count(*) filter (where coming.number_hash is null) as gone,
        count(*) filter (where current.number_hash is not null and coming.number_hash is not null) as kept
      from current full join coming using (number_hash))
    update census_list set state = 'waiting', added_count = added, gone_count = gone, kept_count = kept
    from counted where id = ${listId}`;
}

/** Puts a list that was read in the place of the old one, which is deleted. Verifications stay until they end. */
export async function confirmCensus(sql: Sql, by: Account, listId: string, now: Date): Promise<void> {
  refuseUnless(mayGrantRoles(by), "not-allowed");
  refuseUnless(isId(listId), "not-found");
  await withTransaction(sql, async (tx) => {
    await tx`select pg_advisory_xact_lock(hashtextextended('census', 0))`;
    const list = await getCensusList(tx, listId);
    refuseUnless(list.state === "waiting", "changed-meanwhile");
    await tx`delete from census_list where state = 'current'`;
    await tx`update census_list set state = 'current', confirmed_at = ${now} where id = ${listId}`;
    const { personCount, addedCount, goneCount, keptCount, asks } = list;
    const detail = { people: personCount, added: addedCount, gone: goneCount, kept: keptCount, asks };
    await recordAct(tx, by, "CensusListReplaced", null, detail, now);
  });
}

/** Puts away a list that was read or refused; the one in use stays. */
export async function discardCensus(sql: Sql, by: Account, listId: string): Promise<void> {
  refuseUnless(mayGrantRoles(by), "not-allowed");
  refuseUnless(isId(listId), "not-found");
  await sql`delete from census_list where id = ${listId} and state in ('waiting', 'refused')`;
}

/** What a person types; what the list does not ask for is ignored. */
export interface CensusAnswer {
  readonly number: string;
  readonly birthDate: string;
  readonly postCode: string;
}

/**
 * Verifies a person who stands on the list with exactly this. What does not match is not told apart. Wrong answers are
 * counted: by account, by network, and, far higher, about one number.
 *
 * @param network keyed digest of where it is asked from; null at the desk, where an official sits beside the person.
 * @throws Refused `number-invalid`, `invalid-input` with its field, `not-on-list`, `census-attempts`, `census-number-busy`,
 * `number-taken`, `number-differs`, `method-off`.
 */
export async function verifyByCensus(
  sql: Sql,
  key: Buffer,
  by: Account,
  { network, ...answer }: CensusAnswer & { readonly network: Buffer | null },
  now: Date,
): Promise<void> {
  const list = await findCurrentCensus(sql);
  refuseUnless(list !== null && (await getMethod(sql, "census")).isOn, "method-off");
  const number = readDocumentNumber(answer.number);
  const birthDate = list.asks.includes("birth-date") ? birthDateFrom(answer.birthDate) : "";
  refuseUnless(birthDate !== null, "invalid-input", { field: "birthDate" });
  const postCode = list.asks.includes("post-code") ? postCodeFrom(answer.postCode) : "";
  refuseUnless(postCode !== null, "invalid-input", { field: "postCode" });
  const hash = numberHash(key, number);
  const attemptId = await takeAttempt(sql, { accountId: by.id, network, number: hash }, now);
  const outcome = await withTransaction(sql, async (tx) => {
    refuseUnless(await isListed(tx, key, { number, birthDate, postCode }), "not-on-list");
    const verified = await openVerification(tx, by.id, { method: "census", numberHash: hash, by: null }, now);
    // Only what was wrong counts: neighbours in one library do not use up each other's tries.
    if (verified === "verified") await tx`delete from residence_attempt where id = ${attemptId}`;
    return verified;
  });
  refuseUnlessVerified(outcome, "number");
}

interface Attempt {
  readonly accountId: string;
  readonly network: Buffer | null;
  readonly number: Buffer;
}

/** Counted before it is answered, in a transaction of its own: a refusal must not take the count back. @returns its id. */
async function takeAttempt(sql: Sql, attempt: Attempt, now: Date): Promise<string> {
  const { accountId, network, number } = attempt;
  return await withTransaction(sql, async (tx) => {
    // One after the other, so that a burst cannot pass together.
    await tx`select from account where id = ${accountId} for no key update`;
    for (const source of [network, number]) {
      if (source === null) continue;
      await tx`select pg_advisory_xact_lock(hashtextextended(${`residence attempt ${source.toString("base64")}`}, 0))`;
    }
    const { byAccount, byNetwork, aboutNumber } = await countAttempts(tx, attempt, now);
    const hours = Math.round(attemptWindowMs / hourMs);
    const isFree = byAccount < censusAttemptsMax && byNetwork < censusAttemptsPerNetworkMax;
    refuseUnless(isFree, "census-attempts", { hours });
    refuseUnless(aboutNumber < censusAttemptsPerNumberMax, "census-number-busy", { hours });
    const id = newId(now);
    await tx`
      insert into residence_attempt (id, account_id, network_digest, number_hash, at)
      values (${id}, ${accountId}, ${network}, ${number}, ${now})`;
    return id;
  });
}

async function isListed(tx: Tx, key: Buffer, person: CensusPerson): Promise<boolean> {
  const hashes = censusHashes(key, person);
  const rows = await tx`
    select from census_entry
    where list_id = (select id from census_list where state = 'current')
      and number_hash = ${hashes.numberHash} and facts_hash = ${hashes.factsHash}`;
  return rows.length > 0;
}
