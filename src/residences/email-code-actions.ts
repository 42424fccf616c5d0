// The verbs of an e-mail address given at the desk: mail a code to it, take the code, give it up. The only writers of email_code.
import { type Account, mayWorkAtDesk } from "../accounts/account.ts";
import { giveFirstEmail } from "../accounts/email-actions.ts";
import { accountUri, getAccount } from "../accounts/queries.ts";
import { readEmail } from "../accounts/sign-in.ts";
import { type Sql, type Tx, withTransaction } from "../platform/db.ts";
import { isId, newId } from "../platform/ids.ts";
import { enqueue } from "../platform/jobs.ts";
import { Refused, refuseUnless } from "../platform/refusal.ts";
import { minuteMs } from "../platform/time.ts";
import { recordAct } from "../subjects/actions.ts";
import {
  emailCodeAttemptsMax,
  emailCodeLifetimeMs,
  emailCodesPerAccountMax,
  emailCodesPerAddressMax,
  emailCodesPerOfficialMax,
  emailCodeWindowMs,
  emailDigest,
  isEmailCode,
} from "./email-code.ts";
import { takesEmailAtDesk } from "./email-code-queries.ts";

export const emailCodeMailKind = "mail-email-code";
export const emailCodeEndKind = "end-email-code";

/**
 * Promises a mail with a code to an address that a person at the desk says is theirs. Does the same whether or not an account
 * has the address: what the mail says is decided when it is written, and read by its owner alone. A code that was on its
 * way for this person is given up for the new one.
 *
 * @throws Refused `not-allowed` for anyone but an official, and for an account that has an address or another way in;
 * `invalid-input`, `too-many-requests`.
 */
export async function askEmailCode(
  sql: Sql,
  secret: string,
  by: Account,
  person: { accountId: string; email: string },
  now: Date,
): Promise<void> {
  const email = readEmail(person.email);
  await withTransaction(sql, async (tx) => {
    const { id: accountId } = await getTaker(tx, by, person.accountId);
    const digest = emailDigest(secret, email);
    await takeTurn(tx, "account_id", accountId, emailCodesPerAccountMax, now);
    await takeTurn(tx, "email_digest", digest, emailCodesPerAddressMax, now);
    await takeTurn(tx, "asked_by", by.id, emailCodesPerOfficialMax, now);
    await endEmailCode(tx, accountId, now);
    const id = newId(now);
    const expiresAt = new Date(now.getTime() + emailCodeLifetimeMs);
    await tx`
      insert into email_code (id, account_id, email, email_digest, asked_by, asked_at, expires_at)
      values (${id}, ${accountId}, ${email}, ${digest}, ${by.id}, ${now}, ${expiresAt})`;
    await enqueue(tx, { kind: emailCodeMailKind, payload: { id } });
    await enqueue(tx, { kind: emailCodeEndKind, payload: { id }, runAt: expiresAt });
    await recordAct(tx, by, "EmailCodeSent", accountUri(accountId), { minutes: emailCodeLifetimeMs / minuteMs }, now);
  });
}

/** The person is there, and takes an address here. Locks the account. */
async function getTaker(tx: Tx, by: Account, accountId: string): Promise<Account> {
  refuseUnless(mayWorkAtDesk(by), "not-allowed");
  refuseUnless(isId(accountId), "not-found");
  await tx`select from account where id = ${accountId} for no key update`;
  const account = await getAccount(tx, accountId);
  refuseUnless(await takesEmailAtDesk(tx, by, account), "not-allowed");
  return account;
}

async function takeTurn(
  tx: Tx,
  column: "account_id" | "email_digest" | "asked_by",
  source: string | Buffer,
  max: number,
  now: Date,
): Promise<void> {
  const since = new Date(now.getTime() - emailCodeWindowMs);
  await tx`select pg_advisory_xact_lock(hashtextextended(${`e-mail code ${column} ${source.toString("base64")}`}, 0))`;
  const [asked] = await tx<{ count: number; first: Date | null }[]>`
    select count(*)::int as count, min(asked_at) as first from email_code
    where ${tx(column)} = ${source} and asked_at > ${since}`;
  const waitMs = (asked?.first?.getTime() ?? 0) - since.getTime();
  const seconds = Math.ceil(waitMs / 1000);
  refuseUnless((asked?.count ?? 0) < max, "too-many-requests", { seconds, field: "email" });
}

/** The same again, while the first still waits. @throws Refused as {@link askEmailCode}; `email-code-over`. */
export async function askEmailCodeAgain(sql: Sql, secret: string, by: Account, accountId: string, now: Date) {
  refuseUnless(mayWorkAtDesk(by), "not-allowed");
  refuseUnless(isId(accountId), "not-found");
  const [open] = await sql<{ email: string }[]>`
    select email from email_code where account_id = ${accountId} and ended_at is null and expires_at > ${now}`;
  refuseUnless(open !== undefined, "email-code-over", { field: "email" });
  await askEmailCode(sql, secret, by, { accountId, email: open.email }, now);
}

/**
 * Gives the account its address, by the code that the person read out of its mailbox. For an address that an account has
 * already there was no code, and none fits.
 *
 * @throws Refused `email-code-wrong` with how many tries are left, `email-code-over`; `not-allowed` as {@link askEmailCode}.
 */
export async function confirmEmailCode(
  sql: Sql,
  secret: string,
  by: Account,
  person: { accountId: string; code: string },
  now: Date,
): Promise<void> {
  const over = () => new Refused("email-code-over", { field: "email" });
  try {
    const left = await withTransaction(sql, (tx) => tryCode(tx, secret, by, person, now));
    if (left === "confirmed") return;
    if (left === 0) throw over();
    throw new Refused("email-code-wrong", { field: "code", left });
  } catch (error) {
    // Somebody opened an account with it meanwhile. The official learns no more than of a code that is too old.
    if ((error as { constraint_name?: string }).constraint_name !== "account_email") throw error;
    await withTransaction(sql, (tx) => endEmailCode(tx, person.accountId, now));
    throw over();
  }
}

/** @returns how many tries are left. */
async function tryCode(
  tx: Tx,
  secret: string,
  by: Account,
  { accountId, code }: { accountId: string; code: string },
  now: Date,
): Promise<"confirmed" | number> {
  await getTaker(tx, by, accountId);
  const [open] = await tx<{ id: string; email: string; attempts: number }[]>`
    select id, email, attempts from email_code
    where account_id = ${accountId} and ended_at is null and expires_at > ${now} for update`;
  if (open === undefined) return 0;
  if (!isEmailCode(secret, open.id, code)) {
    const left = emailCodeAttemptsMax - open.attempts - 1;
    await tx`update email_code set attempts = attempts + 1 where id = ${open.id}`;
    if (left <= 0) await endEmailCode(tx, accountId, now);
    return Math.max(0, left);
  }
  await giveFirstEmail(tx, accountId, open.email, now);
  await endEmailCode(tx, accountId, now);
  // Never which: the audit log is read by others than the desk.
  const change = { before: { hasEmail: false }, after: { hasEmail: true } };
  await recordAct(tx, by, "EmailConfirmedAtDesk", accountUri(accountId), {}, now, change);
  return "confirmed";
}

/** The person goes without an address, for now. Nothing happens where none waits. */
export async function giveUpEmailCode(sql: Sql, by: Account, accountId: string, now: Date): Promise<void> {
  refuseUnless(mayWorkAtDesk(by), "not-allowed");
  refuseUnless(isId(accountId), "not-found");
  await withTransaction(sql, (tx) => endEmailCode(tx, accountId, now));
}

/** Gives up a code that is on its way: its address is forgotten, and that it was asked for still counts. */
export const endEmailCode = (tx: Tx, accountId: string, now: Date) =>
  tx`update email_code set ended_at = ${now}, email = '' where account_id = ${accountId} and ended_at is null`;

/** For the job that was promised for the end of its time: the address is forgotten. */
export async function endEmailCodeWhenOver(sql: Sql, id: string, now: Date): Promise<void> {
  await sql`
    update email_code set ended_at = ${now}, email = '' where id = ${id} and ended_at is null and expires_at <= ${now}`;
}

/** Forgets that codes were asked for, once no limit counts them any more. */
export async function sweepEmailCodes(sql: Sql, before: Date): Promise<void> {
  await sql`delete from email_code where asked_at <= ${before} and ended_at is not null`;
}
