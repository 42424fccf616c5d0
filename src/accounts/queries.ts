// Reads of accounts, sessions and who may do what. E-mail addresses leave here only for their owner and the desk.
import type { Sql } from "../platform/db.ts";
import { isId } from "../platform/ids.ts";
import { type Page, type PageRequest, toPage } from "../platform/pagination.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { type Account, fold, type GrantableRole, type ReachableAccount, type RoleGrant } from "./account.ts";
import { digestOf } from "./sign-in.ts";

const columns = (sql: Sql) => sql`
  account.id, account.email, account.name, coalesce(actor.name, account.name) as public_name,
  account.locale, account.actor_id, actor.handle, account.residence_verified_at, account.residence_expires_at,
  coalesce((select json_agg(json_build_object('role', role, 'processUri', nullif(process_uri, '')) order by role, process_uri)
            from role_grant where account_id = account.id), '[]') as grants,
  coalesce((select json_agg(membership.actor_id) from membership where account_id = account.id), '[]') as member_of`;

/** Who is behind a session cookie; null when it names no open session. One indexed query, asked on every request. */
export async function loadViewer(sql: Sql, sessionToken: string | null, now: Date): Promise<Account | null> {
  if (sessionToken === null) return null;
  const [account] = await sql<Account[]>`
    select ${columns(sql)}
    from session join account on account.id = session.account_id left join actor on actor.id = account.actor_id
    where session.token_digest = ${digestOf(sessionToken)} and session.expires_at > ${now} and account.closed_at is null
      and session.assist_id is null`;
  return account ?? null;
}

/** @throws Refused `not-found` also for a closed account. */
export async function getAccount(sql: Sql, id: string): Promise<Account> {
  refuseUnless(isId(id), "not-found");
  const [account] = await sql<Account[]>`
    select ${columns(sql)} from account left join actor on actor.id = account.actor_id
    where account.id = ${id} and account.closed_at is null`;
  refuseUnless(account !== undefined, "not-found");
  return account;
}

/** @param email as {@link readEmail} writes it. */
export async function findAccountByEmail(sql: Sql, email: string): Promise<ReachableAccount | null> {
  const [account] = await sql<ReachableAccount[]>`
    select ${columns(sql)} from account left join actor on actor.id = account.actor_id
    where account.email = ${email} and account.closed_at is null`;
  return account ?? null;
}

export interface KnowHow {
  readonly knowHow: string;
  readonly isKnowHowPublic: boolean;
}

export async function getKnowHow(sql: Sql, accountId: string): Promise<KnowHow> {
  const [row] = await sql<KnowHow[]>`select know_how, is_know_how_public from account where id = ${accountId}`;
  refuseUnless(row !== undefined, "not-found");
  return row;
}

export interface OpenSession {
  readonly id: string;
  readonly device: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly isThisOne: boolean;
}

/** The open sessions of an account, newest first. */
export async function listSessions(
  sql: Sql,
  accountId: string,
  sessionToken: string | null,
  now: Date,
): Promise<OpenSession[]> {
  return await sql<OpenSession[]>`
    select id, device, created_at, expires_at, token_digest = ${digestOf(sessionToken ?? "")} as is_this_one
    from session where account_id = ${accountId} and expires_at > ${now} order by id desc`;
}

/** Who has administered the node for longest, in whose name its console acts; null before anyone does. */
export async function findFirstAdministrator(sql: Sql): Promise<Account | null> {
  const [account] = await sql<Account[]>`
    select ${columns(sql)} from account left join actor on actor.id = account.actor_id
    where account.closed_at is null
      and exists (select from role_grant where account_id = account.id and role = 'administrator' and process_uri = '')
    order by account.id limit 1`;
  return account ?? null;
}

export interface Person {
  readonly id: string;
  readonly email: string | null;
  readonly name: string;
  readonly residenceVerifiedAt: Date | null;
  readonly residenceExpiresAt: Date | null;
  readonly grants: readonly RoleGrant[];
}

const wordsMax = 6;

/**
 * People with an account, newest first. `search` is the beginning of an e-mail address, or words of a name by their
 * beginnings, accents or not. For the desk only: ask {@link mayWorkAtDesk} first.
 */
export async function listPeople(sql: Sql, search: string, request: PageRequest): Promise<Page<Person>> {
  const { after, before, sizeRows } = request;
  const key = String((after ?? before)?.[0] ?? "");
  refuseUnless(key === "" || isId(key), "not-found");
  const found = await sql<Person[]>`
    select account.id, account.email, account.name, account.residence_verified_at, account.residence_expires_at,
      coalesce((select json_agg(json_build_object('role', role, 'processUri', nullif(process_uri, '')) order by role, process_uri)
                from role_grant where account_id = account.id), '[]') as grants
    from account
    where closed_at is null ${matching(sql, search)}
      ${after ? sql`and id < ${key}` : before ? sql`and id > ${key}` : sql``}
    order by ${before ? sql`id` : sql`id desc`} limit ${sizeRows + 1}`;
  return toPage(found, request, (person) => [person.id]);
}

function matching(sql: Sql, search: string) {
  const words =
    fold(search)
      .match(/[\p{L}\p{N}]+/gu)
      ?.slice(0, wordsMax) ?? [];
  const email = search.trim().toLowerCase();
  if (email === "") return sql``;
  const byEmail = sql`email like ${`${email.replace(/[\\%_]/g, "\\$&")}%`}`;
  if (words.length === 0 || email.includes("@")) return sql`and ${byEmail}`;
  // The words hold letters and digits only, so they cannot be read as operators of the query language.
  const byName = sql`to_tsvector('simple', name_folded) @@ to_tsquery('simple', ${words.map((word) => `${word}:*`).join(" & ")})`;
  return sql`and (${byEmail} or ${byName})`;
}

export interface MembershipRow {
  readonly actorId: string;
  readonly name: string;
  readonly handle: string;
}

/** The organisations of this node an account may speak for. */
export async function listMemberships(sql: Sql, accountId: string): Promise<MembershipRow[]> {
  return await sql<MembershipRow[]>`
    select actor.id as actor_id, actor.name, actor.handle from membership join actor on actor.id = membership.actor_id
    where membership.account_id = ${accountId} order by actor.name, actor.id`;
}

export interface ProcessChoice {
  readonly uri: string;
  readonly title: string;
}

const processChoicesMax = 500;

/** Processes of this node that a role can be limited to, drafts included, newest first. */
export async function listProcessChoices(sql: Sql): Promise<ProcessChoice[]> {
  return await sql<ProcessChoice[]>`
    select uri, title from subject where kind = 'process' and origin is null and deleted_at is null
    order by id desc limit ${processChoicesMax}`;
}

export interface RecordedAct {
  readonly id: string;
  readonly act: string;
  /** Who did it; empty for the node itself, or where that account is closed. */
  readonly byName: string;
  readonly detail: { readonly role?: GrantableRole; readonly processUri?: string | null; readonly actorId?: string };
  readonly at: Date;
}

/** The name an account has in the audit log, which speaks of URIs. RFC 9562: it says nothing but the id. */
export const accountUri = (accountId: string): string => `urn:uuid:${accountId}`;

const actsShownMax = 50;

/** The newest official acts about an account. */
export async function listActsAbout(sql: Sql, accountId: string): Promise<RecordedAct[]> {
  return await sql<RecordedAct[]>`
    select audit.id, act, coalesce(account.name, '') as by_name, detail, at
    from audit left join account on account.id = audit.account_id
    where subject_uri = ${accountUri(accountId)} order by audit.id desc limit ${actsShownMax}`;
}
