// Sign-ins that have begun and are to come back: from an authenticator, or from another server. Each once, and not for long.
import { randomBytes } from "node:crypto";
import { digestOf, networkDigest, safeReturnPath } from "../accounts/sign-in.ts";
import { type Sql, type Tx, withTransaction } from "../platform/db.ts";
import { newId } from "../platform/ids.ts";
import { refuseUnless } from "../platform/refusal.ts";
import {
  attemptKeptMs,
  attemptLifetimeMs,
  attemptsPerAccountMax,
  attemptsPerNetworkMax,
  attemptWindowMs,
} from "./identity.ts";

export interface NewAttempt {
  /** One word per kind of coming back: `passkey-sign-in`, `passkey-adding`, `fediverse`, `oidc`. */
  readonly kind: string;
  /** What the kind needs to go on. Secrets that the other side must not know stay here and never go to the browser. */
  readonly data: Readonly<Record<string, unknown>>;
  /** Who is signed in and adds a way to sign in; null for a sign-in. */
  readonly accountId: string | null;
  readonly returnTo: string;
  readonly locale: string;
  /** The network address of who asks; null for a request that came from no network. */
  readonly ip: string | null;
  readonly lifetimeMs?: number;
}

export interface Attempt<Data = Readonly<Record<string, unknown>>> {
  readonly id: string;
  readonly data: Data;
  readonly accountId: string | null;
  readonly returnTo: string;
  readonly locale: string;
}

/**
 * Begins an attempt.
 *
 * @returns its state: 256 random bits in base64url, of which the database keeps only the digest. Where it travels through
 *   another server, the browser must hold it too (a signed cookie) and both be compared on return: else someone could
 *   finish in another's browser what they began in their own.
 * @throws Refused `too-many-requests` past the limits in `identity.ts`.
 */
export async function openAttempt(sql: Sql, secret: string, attempt: NewAttempt, now: Date): Promise<string> {
  const state = randomBytes(32).toString("base64url");
  const network = attempt.ip === null ? null : networkDigest(secret, attempt.ip);
  await withTransaction(sql, async (tx) => {
    if (network !== null) await takeTurn(tx, "network_digest", network, attemptsPerNetworkMax, now);
    if (attempt.accountId !== null) await takeTurn(tx, "account_id", attempt.accountId, attemptsPerAccountMax, now);
    await tx`
      insert into sign_in_attempt
        (id, kind, state_digest, data, account_id, return_to, locale, network_digest, created_at, expires_at)
      values (${newId(now)}, ${attempt.kind}, ${digestOf(state)}, ${tx.json(attempt.data as never)}, ${attempt.accountId},
        ${safeReturnPath(attempt.returnTo)}, ${attempt.locale}, ${network}, ${now},
        ${new Date(now.getTime() + (attempt.lifetimeMs ?? attemptLifetimeMs))})`;
  });
  return state;
}

/** Counts the attempts of one source, one request at a time, so that a burst cannot pass together. */
async function takeTurn(
  tx: Tx,
  column: "network_digest" | "account_id",
  source: string | Buffer,
  max: number,
  now: Date,
) {
  const since = new Date(now.getTime() - attemptWindowMs);
  await tx`select pg_advisory_xact_lock(hashtextextended(${`attempt ${column} ${source.toString("base64")}`}, 0))`;
  const [begun] = await tx<{ count: number; first: Date | null }[]>`
    select count(*)::int as count, min(created_at) as first from sign_in_attempt
    where ${tx(column)} = ${source} and created_at > ${since}`;
  const waitMs = (begun?.first?.getTime() ?? 0) - since.getTime();
  refuseUnless((begun?.count ?? 0) < max, "too-many-requests", { seconds: Math.ceil(waitMs / 1000) });
}

/**
 * Uses an attempt up, whatever becomes of it afterwards: so call it with the pool, before the transaction that acts on it.
 *
 * @param attempt.accountId who is signed in now; null for nobody.
 * @throws Refused `attempt-expired` when it is unknown, used or too old; `attempt-elsewhere` when somebody else, or nobody,
 *   was signed in when it began: an account is never switched, and nothing linked, behind a person's back.
 */
export async function useAttempt<Data = Readonly<Record<string, unknown>>>(
  sql: Sql,
  attempt: { kind: string; state: string; accountId: string | null },
  now: Date,
): Promise<Attempt<Data>> {
  const [used] = await sql<Attempt<Data>[]>`
    update sign_in_attempt set used_at = ${now}
    where state_digest = ${digestOf(attempt.state)} and kind = ${attempt.kind} and used_at is null and expires_at > ${now}
    returning id, data, account_id, return_to, locale`;
  refuseUnless(used !== undefined, "attempt-expired");
  refuseUnless(used.accountId === attempt.accountId, "attempt-elsewhere");
  return used;
}

/** Forgets attempts a day after they began. */
export async function sweepAttempts(sql: Sql, now: Date): Promise<void> {
  await sql`delete from sign_in_attempt where created_at <= ${new Date(now.getTime() - attemptKeptMs)}`;
}
