// Reads of residence: methods, a person's own standing, what waits at the desk.
import type { Sql } from "../platform/db.ts";
import { isId } from "../platform/ids.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { attemptWindowMs, type CensusFact, type Method, type MethodRow, methods } from "./residence.ts";

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
    select conflict.id, method, at, conflict.account_id, asker.name, other_account_id, other.name as other_name
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

/** How often the list was asked lately, by this account and about this number. */
export async function countAttempts(
  sql: Sql,
  accountId: string,
  number: Buffer,
  now: Date,
): Promise<{ byAccount: number; aboutNumber: number }> {
  const since = new Date(now.getTime() - attemptWindowMs);
  const [row] = await sql<[{ byAccount: number; aboutNumber: number }]>`
    select (select count(*)::int from residence_attempt where account_id = ${accountId} and at > ${since}) as by_account,
      (select count(*)::int from residence_attempt where number_hash = ${number} and at > ${since}) as about_number`;
  return row;
}
