// Reads of e-mail addresses that wait for their code: for the page at the desk, and for the mail.
import type { Account } from "../accounts/account.ts";
import { mayWorkAtDesk } from "../accounts/account.ts";
import type { Sql } from "../platform/db.ts";

export interface OpenEmailCode {
  readonly id: string;
  readonly email: string;
  readonly expiresAt: Date;
  readonly attempts: number;
}

export async function findOpenEmailCode(sql: Sql, accountId: string, now: Date): Promise<OpenEmailCode | null> {
  const [row] = await sql<OpenEmailCode[]>`
    select id, email, expires_at, attempts from email_code
    where account_id = ${accountId} and ended_at is null and expires_at > ${now}`;
  return row ?? null;
}

/**
 * Whether an official may type an address for somebody: only for a person who has none and no other way in. Whoever comes
 * in by themself gives and changes their address by themself.
 */
export async function takesEmailAtDesk(sql: Sql, by: Account, person: Account): Promise<boolean> {
  const isTheirs = mayWorkAtDesk(by) && by.id !== person.id && person.grants.length === 0 && person.email === null;
  if (!isTheirs) return false;
  const ways = await sql`select from identity where account_id = ${person.id} limit 1`;
  return ways.length === 0;
}

export interface EmailCodeMail {
  readonly email: string;
  readonly locale: string;
  /** Of the account that has this address already; null where none has. */
  readonly ownerLocale: string | null;
}

/** What is to be mailed; null for a code that is not needed any more. */
export async function findEmailCodeMail(sql: Sql, id: string, now: Date): Promise<EmailCodeMail | null> {
  const [row] = await sql<EmailCodeMail[]>`
    select email_code.email, person.locale, owner.locale as owner_locale
    from email_code join account person on person.id = email_code.account_id
    left join account owner on owner.email = email_code.email and owner.closed_at is null
    where email_code.id = ${id} and ended_at is null and expires_at > ${now}`;
  return row ?? null;
}
