// Reads of assisted participation: the session an official acts in, and what was done in those that were.
import type { Account } from "../accounts/account.ts";
import { getAccount } from "../accounts/queries.ts";
import { digestOf } from "../accounts/sign-in.ts";
import type { Sql } from "../platform/db.ts";

export interface OpenAssist {
  readonly id: string;
  readonly officerId: string;
  readonly officerName: string;
  readonly officerLocale: string;
  /** For whom, without any role: nobody borrows one. */
  readonly account: Account;
  readonly endsAt: Date;
}

/** The open session of these two tokens together; null when either is over, or the official is none any more. */
export async function findOpenAssist(
  sql: Sql,
  tokens: { assist: string; officer: string },
  now: Date,
): Promise<OpenAssist | null> {
  const [row] = await sql<(Omit<OpenAssist, "account"> & { accountId: string })[]>`
    select assist.id, assist.officer_id, officer.name as officer_name, officer.locale as officer_locale, assist.account_id, assist.ends_at
    from session join assist on assist.id = session.assist_id
    join session own on own.token_digest = session.officer_digest join account officer on officer.id = assist.officer_id
    join account person on person.id = assist.account_id
    where session.token_digest = ${digestOf(tokens.assist)} and session.officer_digest = ${digestOf(tokens.officer)}
      and session.expires_at > ${now} and own.expires_at > ${now} and assist.ended_at is null
      and own.account_id = officer.id and officer.closed_at is null and person.closed_at is null
      and exists (select from role_grant where account_id = officer.id and process_uri = ''
        and role in ('official', 'administrator'))`;
  if (row === undefined) return null;
  const { accountId, ...assist } = row;
  return { ...assist, account: { ...(await getAccount(sql, accountId)), grants: [], memberOf: [] } };
}

export interface PastAssist {
  readonly id: string;
  readonly officerName: string;
  readonly personName: string;
  readonly accountId: string;
  readonly reason: string;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
  readonly acts: readonly { readonly path: string; readonly at: string }[];
}

const assistsShownMax = 50;

/** What was done at the desk, newest first: for one person, or all of it for administrators. */
export async function listAssists(sql: Sql, accountId: string | null): Promise<PastAssist[]> {
  return await sql<PastAssist[]>`
    select assist.id, officer.name as officer_name, person.name as person_name, assist.account_id, reason, started_at, ended_at,
      coalesce((select json_agg(json_build_object('path', path, 'at', at) order by assist_act.id)
                from assist_act where assist_id = assist.id and is_done), '[]') as acts
    from assist join account officer on officer.id = officer_id join account person on person.id = assist.account_id
    where ${accountId === null ? sql`true` : sql`assist.account_id = ${accountId}`}
    order by assist.id desc limit ${assistsShownMax}`;
}
