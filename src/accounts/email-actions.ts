// The verbs of changing one's e-mail address, or giving a first one: confirmed at the new address, told to the old one.
// The only writers of email_change.
import { createHmac } from "node:crypto";
import { type Sql, type Tx, withTransaction } from "../platform/db.ts";
import { newId } from "../platform/ids.ts";
import { enqueue } from "../platform/jobs.ts";
import { Refused, refuseUnless } from "../platform/refusal.ts";
import type { Account } from "./account.ts";
import { findAccountByEmail } from "./queries.ts";
import {
  digestOf,
  emailChangeLifetimeMs,
  linkKeptMs,
  linksPerAddressMax,
  linksPerNetworkMax,
  networkDigest,
  readEmail,
  requestWindowMs,
} from "./sign-in.ts";

/** As the token of a sign-in link is made, for another purpose. */
export const emailChangeToken = (secret: string, changeId: string): string =>
  createHmac("sha256", secret).update(`e-mail change ${changeId}`).digest("base64url");

export const emailChangePath = (token: string): string => `/account/email/${token}`;

/**
 * Promises a mail to the new address. Does the same whether or not another account has it: only who reads its mail learns that.
 * @throws Refused `invalid-input` for what is no address, `too-many-requests` past the limits of sign-in links.
 */
export async function requestEmailChange(
  sql: Sql,
  secret: string,
  by: Account,
  request: { email: string; ip: string | null },
  now: Date,
): Promise<void> {
  const email = readEmail(request.email);
  const network = request.ip === null ? null : networkDigest(secret, request.ip);
  const id = newId(now);
  await withTransaction(sql, async (tx) => {
    if (network !== null) await takeTurn(tx, "network_digest", network, linksPerNetworkMax, now);
    await takeTurn(tx, "account_id", by.id, linksPerAddressMax, now);
    await tx`
      insert into email_change (id, token_digest, account_id, email, network_digest, created_at, expires_at)
      values (${id}, ${digestOf(emailChangeToken(secret, id))}, ${by.id}, ${email}, ${network}, ${now},
        ${new Date(now.getTime() + emailChangeLifetimeMs)})`;
    await enqueue(tx, { kind: "mail", payload: { mail: "email-change", changeId: id } });
  });
}

async function takeTurn(
  tx: Tx,
  column: "account_id" | "network_digest",
  source: string | Buffer,
  max: number,
  now: Date,
) {
  const since = new Date(now.getTime() - requestWindowMs);
  await tx`select pg_advisory_xact_lock(hashtextextended(${`e-mail change ${column} ${source.toString("base64")}`}, 0))`;
  const [asked] = await tx<{ count: number; first: Date | null }[]>`
    select count(*)::int as count, min(created_at) as first from email_change
    where ${tx(column)} = ${source} and created_at > ${since}`;
  const waitMs = (asked?.first?.getTime() ?? 0) - since.getTime();
  refuseUnless((asked?.count ?? 0) < max, "too-many-requests", { seconds: Math.ceil(waitMs / 1000) });
}

/**
 * The address a link would give to the account of who opened it.
 * @throws Refused `email-link-expired` when it is unknown, used, too old, or someone else's.
 */
export async function readEmailChange(sql: Sql, by: Account, token: string, now: Date): Promise<string> {
  const [change] = await sql<{ email: string }[]>`
    select email from email_change
    where token_digest = ${digestOf(token)} and account_id = ${by.id} and used_at is null and expires_at > ${now}`;
  refuseUnless(change !== undefined, "email-link-expired");
  return change.email;
}

/**
 * Uses the link up and gives the account its new address. Links that are on their way to the old one stop working, and
 * the old one is told.
 *
 * @param by who is signed in: else someone could have an address confirmed for their account by whoever reads its mail.
 * @throws Refused `email-link-expired`, `email-taken`: then the link still works, should the address become free.
 */
export async function confirmEmailChange(sql: Sql, by: Account, token: string, now: Date): Promise<string> {
  try {
    return await withTransaction(sql, (tx) => takeNewEmail(tx, by, token, now));
  } catch (error) {
    // Someone opened an account with it in this very moment.
    if ((error as { constraint_name?: string }).constraint_name === "account_email") throw new Refused("email-taken");
    throw error;
  }
}

async function takeNewEmail(tx: Tx, by: Account, token: string, now: Date): Promise<string> {
  const [account] = await tx<{ email: string | null }[]>`
    select email from account where id = ${by.id} and closed_at is null for no key update`;
  refuseUnless(account !== undefined, "not-found");
  const [change] = await tx<{ id: string; email: string }[]>`
    update email_change set used_at = ${now}, old_email = ${account.email}
    where token_digest = ${digestOf(token)} and account_id = ${by.id} and used_at is null and expires_at > ${now}
    returning id, email`;
  refuseUnless(change !== undefined, "email-link-expired");
  const owner = await findAccountByEmail(tx, change.email);
  refuseUnless(owner === null || owner.id === by.id, "email-taken");
  await tx`update account set email = ${change.email} where id = ${by.id}`;
  await tx`update email_change set used_at = ${now} where account_id = ${by.id} and used_at is null`;
  await tx`update sign_in_link set used_at = ${now} where email = ${account.email} and used_at is null`;
  if (account.email !== null && account.email !== change.email)
    await enqueue(tx, { kind: "mail", payload: { mail: "email-changed", changeId: change.id } });
  return change.email;
}

/**
 * Gives an address to an account that has none, where it was confirmed in another way than by a link. Links that were on their
 * way to the address stop working: they were asked for before it was anybody's.
 * @throws the violation of `account_email` where another account has it.
 */
export async function giveFirstEmail(tx: Tx, accountId: string, email: string, now: Date): Promise<void> {
  const rows = await tx`
    update account set email = ${email} where id = ${accountId} and email is null and closed_at is null returning 1`;
  refuseUnless(rows.length > 0, "changed-meanwhile");
  await tx`update sign_in_link set used_at = ${now} where email = ${email} and used_at is null`;
}

/** Forgets changes, and with them old addresses, a day after they were asked for. */
export async function sweepEmailChanges(sql: Sql, now: Date): Promise<void> {
  await sql`
    delete from email_change where created_at <= ${new Date(now.getTime() - linkKeptMs)} and expires_at <= ${now}`;
}
