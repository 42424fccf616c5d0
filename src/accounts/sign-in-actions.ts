// The verbs of signing in and out. The only writers of sign_in_link and session, and the place where accounts begin.
import { type Sql, type Tx, withTransaction } from "../platform/db.ts";
import { newId } from "../platform/ids.ts";
import { enqueue } from "../platform/jobs.ts";
import { refuseUnless } from "../platform/refusal.ts";
import type { Uris } from "../platform/uris.ts";
import { type Account, cleanName, fold, type ReachableAccount } from "./account.ts";
import { refuseOfficialName } from "./official-names.ts";
import { findAccountByEmail, getAccount } from "./queries.ts";
import {
  digestOf,
  linkKeptMs,
  linkLifetimeMs,
  linksPerAddressMax,
  linksPerNetworkMax,
  linkToken,
  networkDigest,
  newSessionToken,
  readEmail,
  requestWindowMs,
  safeReturnPath,
  sessionLifetimeMs,
} from "./sign-in.ts";
import { agreeToTerms } from "./terms-actions.ts";

export interface SignInRequest {
  readonly email: string;
  readonly locale: string;
  /** Where to go on afterwards; anything but a path of this node becomes the start page. */
  readonly returnTo: string;
  /** The network address of who asks; null for a request that came from no network. */
  readonly ip: string | null;
}

/**
 * Promises a mail with a link to sign in. Does exactly the same whether or not the address has an account,
 * so neither the answer nor its time tells. The job carries the id of the link, never the link.
 *
 * @throws Refused `invalid-input` for what is no address, `too-many-requests` past the limits in `sign-in.ts`.
 */
export async function requestSignIn(sql: Sql, secret: string, request: SignInRequest, now: Date): Promise<void> {
  const email = readEmail(request.email);
  const network = request.ip === null ? null : networkDigest(secret, request.ip);
  await withTransaction(sql, async (tx) => {
    if (network !== null) await takeTurn(tx, "network_digest", network, linksPerNetworkMax, now);
    await takeTurn(tx, "email", email, linksPerAddressMax, now);
    const { id } = await insertLink(tx, secret, { ...request, email, network, lifetimeMs: linkLifetimeMs }, now);
    await enqueue(tx, { kind: "mail", payload: { mail: "sign-in", linkId: id } });
  });
}

/** Counts the links asked for by one source, one request at a time, so that a burst cannot pass together. */
async function takeTurn(tx: Tx, column: "email" | "network_digest", source: string | Buffer, max: number, now: Date) {
  const since = new Date(now.getTime() - requestWindowMs);
  const lockName = `sign-in ${column} ${source.toString("base64")}`;
  await tx`select pg_advisory_xact_lock(hashtextextended(${lockName}, 0))`;
  const [asked] = await tx<{ count: number; first: Date | null }[]>`
    select count(*)::int as count, min(created_at) as first from sign_in_link
    where ${tx(column)} = ${source} and created_at > ${since}`;
  const waitMs = (asked?.first?.getTime() ?? 0) - since.getTime();
  refuseUnless((asked?.count ?? 0) < max, "too-many-requests", { seconds: Math.ceil(waitMs / 1000) });
}

/**
 * A link that signs in whoever opens it first, handed out on the console: for the demo and for the first administrator.
 * @returns its full address.
 */
export async function issueSignInLink(
  sql: Sql,
  uris: Uris,
  secret: string,
  link: { email: string; locale: string; returnTo: string; lifetimeMs: number },
  now: Date,
): Promise<string> {
  const { id } = await insertLink(sql, secret, { ...link, email: readEmail(link.email), network: null }, now);
  return uris.at(signInPath(linkToken(secret, id)));
}

export const signInPath = (token: string): string => `/sign-in/${token}`;

async function insertLink(
  sql: Sql,
  secret: string,
  link: { email: string; locale: string; returnTo: string; network: Buffer | null; lifetimeMs: number },
  now: Date,
): Promise<{ id: string }> {
  const id = newId(now);
  await sql`
    insert into sign_in_link (id, token_digest, email, locale, return_to, network_digest, created_at, expires_at)
    values (${id}, ${digestOf(linkToken(secret, id))}, ${link.email}, ${link.locale}, ${safeReturnPath(link.returnTo)},
      ${link.network}, ${now}, ${new Date(now.getTime() + link.lifetimeMs)})`;
  return { id };
}

export interface OpenLink {
  readonly email: string;
  /** No account has this address yet: signing in opens one, and asks for a name. */
  readonly isNew: boolean;
}

/**
 * What a link is for. Reading it does not use it up: mail scanners open every link they see.
 * @throws Refused `link-expired` when it is unknown, used or too old: a stranger learns no difference.
 */
export async function readSignInLink(sql: Sql, token: string, now: Date): Promise<OpenLink> {
  const [link] = await sql<{ email: string }[]>`
    select email from sign_in_link
    where token_digest = ${digestOf(token)} and used_at is null and expires_at > ${now}`;
  refuseUnless(link !== undefined, "link-expired");
  return { email: link.email, isNew: (await findAccountByEmail(sql, link.email)) === null };
}

export interface SignedIn {
  readonly account: Account;
  /** For the cookie; the database keeps only its digest. */
  readonly sessionToken: string;
  readonly returnTo: string;
}

/**
 * Uses a link up and opens a session. Always a new session: one that was in the browser before ends here, so that nobody
 * can prepare a browser for someone else. Other links for the same address stop working.
 *
 * @param entry.name for a first sign-in, which opens the account as a guest; ignored otherwise.
 * @throws Refused `link-expired`, or `invalid-input` for the name: then the link still works.
 */
export async function signIn(
  sql: Sql,
  entry: { token: string; name: string; device: string; previousSessionToken: string | null },
  now: Date,
): Promise<SignedIn> {
  return await withTransaction(sql, async (tx) => {
    const [link] = await tx<{ email: string; locale: string; returnTo: string }[]>`
      update sign_in_link set used_at = ${now}
      where token_digest = ${digestOf(entry.token)} and used_at is null and expires_at > ${now}
      returning email, locale, return_to`;
    refuseUnless(link !== undefined, "link-expired");
    await tx`update sign_in_link set used_at = ${now} where email = ${link.email} and used_at is null`;
    const account =
      (await findAccountByEmail(tx, link.email)) ??
      (await openAccount(tx, { email: link.email, name: entry.name, locale: link.locale }, now));
    const sessionToken = await openSession(tx, account.id, entry, now);
    return { account, sessionToken, returnTo: link.returnTo };
  });
}

/** The browser that signs in. */
export interface NewSession {
  /** As {@link deviceOf} names it. */
  readonly device: string;
  /** Of a session that is open in this browser: it ends. */
  readonly previousSessionToken: string | null;
}

/**
 * Opens a session for an account, whatever way the person came: the one place where sessions begin. Whoever calls it has
 * made sure that it is their account.
 *
 * @returns the token for the cookie; the database keeps only its digest.
 */
export async function openSession(tx: Tx, accountId: string, session: NewSession, now: Date): Promise<string> {
  if (session.previousSessionToken !== null) await signOut(tx, session.previousSessionToken);
  const sessionToken = newSessionToken();
  await tx`
    insert into session (token_digest, id, account_id, device, created_at, expires_at)
    values (${digestOf(sessionToken)}, ${newId(now)}, ${accountId}, ${session.device}, ${now},
      ${new Date(now.getTime() + sessionLifetimeMs)})`;
  return sessionToken;
}

/**
 * Opens an account as a guest, or returns the one the address already has, whatever name is given then.
 * @throws Refused `invalid-input` for an address or a name that cannot be one, `name-official`.
 */
export async function openAccount(
  sql: Sql,
  person: { email: string; name: string; locale: string },
  now: Date,
): Promise<ReachableAccount> {
  const email = readEmail(person.email);
  const known = await findAccountByEmail(sql, email);
  if (known !== null) return known;
  await refuseOfficialName(sql, cleanName(person.name));
  const id = await insertAccount(sql, { ...person, email }, now);
  const account = await findAccountByEmail(sql, email);
  if (account === null) throw new Error("an account that was just opened is gone");
  if (account.id === id) await agreeToTerms(sql, id, now);
  return account;
}

/**
 * Opens an account as a guest under an address that someone else has verified. Null where an account has it already, also
 * one that was opened in the same moment: it is nobody's to be handed over. Whether the name is an institution's is for the
 * caller to ask: nobody is sent back to a server that would not know what to do about it.
 *
 * @throws Refused `invalid-input` for an address or a name that cannot be one.
 */
export async function openNewAccount(
  tx: Tx,
  person: { email: string; name: string; locale: string },
  now: Date,
): Promise<Account | null> {
  const email = readEmail(person.email);
  const id = await insertAccount(tx, { ...person, email }, now);
  const account = await findAccountByEmail(tx, email);
  if (account?.id !== id) return null;
  await agreeToTerms(tx, id, now);
  return account;
}

/**
 * Opens an account as a guest for someone who came by another way than a link in an e-mail, and has given no address.
 *
 * @param person.isNameAsked whether the caller has seen to it that the name is no institution's.
 * @throws Refused `invalid-input` for a name that cannot be one, `name-official`.
 */
export async function openAccountWithoutEmail(
  sql: Sql,
  person: { name: string; locale: string; isNameAsked?: boolean },
  now: Date,
): Promise<Account> {
  if (person.isNameAsked !== true) await refuseOfficialName(sql, cleanName(person.name));
  return await getAccount(sql, await insertAccount(sql, { ...person, email: null }, now));
}

async function insertAccount(
  sql: Sql,
  person: { email: string | null; name: string; locale: string },
  now: Date,
): Promise<string> {
  const name = cleanName(person.name);
  const id = newId(now);
  await sql`
    insert into account (id, email, name, name_folded, locale, created_at)
    values (${id}, ${person.email}, ${name}, ${fold(name)}, ${person.locale}, ${now})
    on conflict (email) where closed_at is null do nothing`;
  return id;
}

/** Ends the session of this browser. Ending one that is not open is no fault. */
export async function signOut(sql: Sql, sessionToken: string): Promise<void> {
  await sql`delete from session where token_digest = ${digestOf(sessionToken)}`;
}

/** Ends one of the person's own sessions. @throws Refused `not-found` for anyone else's. */
export async function endSession(sql: Sql, by: Account, sessionId: string): Promise<void> {
  const rows = await sql`delete from session where id = ${sessionId} and account_id = ${by.id} returning 1`;
  refuseUnless(rows.length > 0, "not-found");
}

/** Ends every session of the person, this one too, and every link still on its way to them. */
export async function signOutEverywhere(sql: Sql, by: Account, now: Date): Promise<void> {
  await withTransaction(sql, async (tx) => {
    await tx`delete from session where account_id = ${by.id}`;
    await tx`update sign_in_link set used_at = ${now} where email = ${by.email} and used_at is null`;
  });
}

/** Forgets what is no longer needed: ended sessions, and links a day after they were asked for. */
export async function sweepSignIns(sql: Sql, now: Date): Promise<void> {
  await sql`delete from session where expires_at <= ${now}`;
  await sql`
    delete from sign_in_link where created_at <= ${new Date(now.getTime() - linkKeptMs)} and expires_at <= ${now}`;
}
