// Reads of residence: methods, a person's own standing, what waits at the desk.
import type { Sql } from "../platform/db.ts";
import { isId } from "../platform/ids.ts";
import { refuseUnless } from "../platform/refusal.ts";
import {
  attemptWindowMs,
  type CensusFact,
  type Method,
  type MethodRow,
  methods,
  provesOnePerson,
} from "./residence.ts";

const methodColumns = (sql: Sql) => sql`method, is_on, valid_months, explanation, settings`;

export async function getMethod(sql: Sql, method: Method): Promise<MethodRow> {
  const [row] = await sql<MethodRow[]>`select ${methodColumns(sql)} from residence_method where method = ${method}`;
  refuseUnless(row !== undefined, "not-found");
  return row;
}

/** All methods, in the order in which pages show them. */
export async function listMethods(sql: Sql): Promise<MethodRow[]> {
  const rows = await sql<MethodRow[]>`select ${methodColumns(sql)} from residence_method`;
  return methods.flatMap((method) => rows.filter((row) => row.method === method));
}

/** How one becomes a resident here; a list without a current census is no way. */
export async function listOpenMethods(sql: Sql): Promise<MethodRow[]> {
  const rows = (await listMethods(sql)).filter((row) => row.isOn);
  if (!rows.some(({ method }) => method === "census")) return rows;
  const census = await findCurrentCensus(sql);
  return rows.filter(({ method }) => method !== "census" || census !== null);
}

/**
 * Whether what counts here counts people: by the ways that are open, and by how those were verified who are residents now.
 * Else it counts accounts. What accounts that have ended supported before is not looked at.
 */
export async function countsPeople(sql: Sql): Promise<boolean> {
  if (!provesOnePerson(await listOpenMethods(sql))) return false;
  const untied = await sql`
    select from residence
    where ended_at is null and subject_hash is null and (number_hash is null or not is_number_proven) limit 1`;
  return untied.length === 0;
}

export interface OwnResidence {
  readonly method: Method;
  readonly verifiedAt: Date;
  readonly expiresAt: Date | null;
}

export async function findOwnResidence(sql: Sql, accountId: string): Promise<OwnResidence | null> {
  const [row] = await sql<OwnResidence[]>`
    select method, verified_at, expires_at from residence where account_id = ${accountId} and ended_at is null`;
  return row ?? null;
}

export interface Suspension {
  readonly at: Date;
  /** What the desk has found: `moved`, both accounts are one person's; `kept`, two people's. Null before. */
  readonly decided: "moved" | "kept" | null;
}

/** Of a residence that rested on a number which somebody else has proven; null where the person has been verified since. */
export async function findSuspension(sql: Sql, accountId: string): Promise<Suspension | null> {
  const [row] = await sql<Suspension[]>`
    select ended_at as at,
      (select resolution from residence_conflict
       where other_account_id = ${accountId} and kind = 'suspended' order by at desc, id desc limit 1) as decided
    from residence
    where account_id = ${accountId} and end_reason is not null
      and not exists (select from residence later
        where later.account_id = ${accountId} and later.id <> residence.id and later.verified_at >= residence.ended_at)
    order by ended_at desc limit 1`;
  return row ?? null;
}

/** A letter is not enough until the desk has looked. */
export async function isSuspended(sql: Sql, accountId: string): Promise<boolean> {
  const rows = await sql`
    select from residence_conflict where other_account_id = ${accountId} and kind = 'suspended' and resolved_at is null`;
  return rows.length > 0;
}

/**
 * Accounts that were once verified with the number this account is verified with, and that may be the same person or another:
 * of what both support, one counts, and it is this account's.
 */
export async function listYielding(sql: Sql, accountId: string): Promise<string[]> {
  const rows = await sql<{ accountId: string }[]>`
    select distinct former.account_id from residence own join residence former on former.number_hash = own.number_hash
    where own.account_id = ${accountId} and own.ended_at is null and former.ended_at is not null
      and former.account_id <> ${accountId}
      and not exists (select from residence open where open.account_id = former.account_id and open.ended_at is null)`;
  return rows.map((row) => row.accountId);
}

export interface OwnLetter {
  readonly id: string;
  readonly askedAt: Date;
  readonly sentAt: Date | null;
  readonly expiresAt: Date | null;
  readonly attempts: number;
}

export async function findOwnLetter(sql: Sql, accountId: string): Promise<OwnLetter | null> {
  const [row] = await sql<OwnLetter[]>`
    select id, asked_at, sent_at, expires_at, attempts from residence_letter
    where account_id = ${accountId} and ended_at is null`;
  return row ?? null;
}

export interface WaitingLetter {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly locale: string;
  readonly askedAt: Date;
}

export const lettersPerBatchMax = 200;

/** Letters that nobody has sent yet, the oldest first. For the desk. */
export async function listWaitingLetters(sql: Sql): Promise<WaitingLetter[]> {
  return await sql<WaitingLetter[]>`
    select residence_letter.id, account.name, address, account.locale, asked_at
    from residence_letter join account on account.id = residence_letter.account_id
    where sent_at is null and ended_at is null order by residence_letter.id limit ${lettersPerBatchMax}`;
}

export interface Conflict {
  readonly id: string;
  /** `number`: the first came with a number that the other has. `suspended`: the first has proven it, the other never had. */
  readonly kind: "number" | "suspended";
  readonly method: Method;
  readonly at: Date;
  readonly accountId: string;
  readonly name: string;
  readonly otherAccountId: string;
  readonly otherName: string;
}

const conflictsShownMax = 100;

/** Pairs of accounts that came with one number, the oldest first. For the desk. */
export async function listConflicts(sql: Sql): Promise<Conflict[]> {
  return await sql<Conflict[]>`
    select conflict.id, kind, method, at, conflict.account_id, asker.name, other_account_id, other.name as other_name
    from residence_conflict conflict join account asker on asker.id = conflict.account_id
    join account other on other.id = other_account_id
    where resolved_at is null order by at, conflict.id limit ${conflictsShownMax}`;
}

export interface CensusList {
  readonly id: string;
  readonly state: "reading" | "waiting" | "current" | "refused";
  readonly asks: readonly CensusFact[];
  readonly personCount: number;
  readonly bytesRead: number;
  readonly sizeBytes: number;
  readonly refusal: string | null;
  readonly refusalParams: Readonly<Record<string, string | number>>;
  readonly addedCount: number | null;
  readonly goneCount: number | null;
  readonly keptCount: number | null;
  readonly uploadedAt: Date;
  readonly confirmedAt: Date | null;
}

const censusColumns = (sql: Sql) => sql`
  id, state, asks, person_count, bytes_read::float8 as bytes_read, size_bytes::float8 as size_bytes, refusal, refusal_params,
  added_count, gone_count, kept_count, uploaded_at, confirmed_at`;

export async function getCensusList(sql: Sql, id: string): Promise<CensusList> {
  refuseUnless(isId(id), "not-found");
  const [row] = await sql<CensusList[]>`select ${censusColumns(sql)} from census_list where id = ${id}`;
  refuseUnless(row !== undefined, "not-found");
  return row;
}

export async function findCurrentCensus(sql: Sql): Promise<CensusList | null> {
  const [row] = await sql<CensusList[]>`select ${censusColumns(sql)} from census_list where state = 'current'`;
  return row ?? null;
}

/** A list that is being read, or waits for a yes. */
export async function findComingCensus(sql: Sql): Promise<CensusList | null> {
  const [row] = await sql<CensusList[]>`
    select ${censusColumns(sql)} from census_list where state in ('reading', 'waiting') order by id desc limit 1`;
  return row ?? null;
}

/** How often the list was asked lately and did not know who asked: by account, from a network, and about a number. */
export async function countAttempts(
  sql: Sql,
  { accountId, network, number }: { accountId: string; network: Buffer | null; number: Buffer },
  now: Date,
): Promise<{ byAccount: number; byNetwork: number; aboutNumber: number }> {
  const since = new Date(now.getTime() - attemptWindowMs);
  const [row] = await sql<[{ byAccount: number; byNetwork: number; aboutNumber: number }]>`
    select (select count(*)::int from residence_attempt where account_id = ${accountId} and at > ${since}) as by_account,
      (select count(*)::int from residence_attempt where network_digest = ${network} and at > ${since}) as by_network,
      (select count(*)::int from residence_attempt where number_hash = ${number} and at > ${since}) as about_number`;
  return row;
}
