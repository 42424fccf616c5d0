// What becomes of someone who comes back from another server: known, they are signed in; signed in already, the way is
// linked; new here, they are asked for a name and a language before there is an account.
import type { Account } from "../accounts/account.ts";
import { findAccountByEmail } from "../accounts/queries.ts";
import { digestOf } from "../accounts/sign-in.ts";
import type { NewSession } from "../accounts/sign-in-actions.ts";
import { type Sql, type Tx, withTransaction } from "../platform/db.ts";
import type { MessageKey } from "../platform/i18n.ts";
import type { VerifiedClaims } from "../platform/openid.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { seal } from "../platform/sealing.ts";
import { linkIdentity, lockIdentity, signInWith } from "./actions.ts";
import type { Arrival } from "./arrival.ts";
import { arrivalKind, arrivalSeal, openArrival } from "./arrival-queries.ts";
import { type Attempt, openAttempt, useAttempt } from "./attempt-actions.ts";
import { arrivalLifetimeMs } from "./identity.ts";
import { findIdentity } from "./queries.ts";

/**
 * Told of what the city's identity provider said of a person who has just signed in there, in the transaction that signs
 * them in or links the provider to their account. Given by the composition root, since this room knows none that use it.
 */
export type OnClaims = (tx: Tx, account: Account, claims: VerifiedClaims, now: Date) => Promise<ClaimsSaid>;

/** What the person is told of it, when they are new or have just added the provider; null: nothing. */
export type ClaimsSaid = { readonly tone: "good" | "info"; readonly key: MessageKey } | null;

export type Entered =
  | { readonly way: "in"; readonly sessionToken: string; readonly returnTo: string }
  | { readonly way: "linked"; readonly returnTo: string; readonly said: ClaimsSaid }
  /** `state` is for the browser alone: the name and the language are still to be asked. */
  | { readonly way: "new"; readonly state: string };

export interface Door {
  readonly sql: Sql;
  /** The node's. */
  readonly secret: string;
  readonly onClaims?: OnClaims | undefined;
}

/**
 * Lets an arrival in, as far as it goes.
 *
 * @param by who is signed in, and was when the attempt began.
 * @throws Refused `identity-elsewhere`, `identity-limit`, or `email-known` where an account has the verified e-mail already.
 */
export async function receiveArrival(
  { sql, secret, onClaims }: Door,
  arrival: Arrival,
  attempt: Pick<Attempt, "returnTo" | "locale">,
  by: Account | null,
  session: NewSession,
  now: Date,
): Promise<Entered> {
  const proven = { ...arrival.identity, label: arrival.label };
  const { returnTo, locale } = attempt;
  const tell = (tx: Tx, account: Account) => tellClaims(onClaims, tx, account, arrival, now);
  if (by !== null) {
    return await withTransaction(sql, async (tx) => {
      // What is said of the person first: it locks more than their own account, in an order of its own.
      await lockIdentity(tx, proven);
      const said = await tell(tx, by);
      await linkIdentity(tx, by, proven, now);
      return { way: "linked", returnTo, said };
    });
  }
  if ((await findIdentity(sql, arrival.identity)) !== null) {
    return await withTransaction(sql, async (tx) => {
      const signedIn = await signInWith(tx, proven, newcomerFrom(arrival, arrival.name, locale), session, now);
      await tell(tx, signedIn.account);
      return { way: "in", sessionToken: signedIn.sessionToken, returnTo };
    });
  }
  const { verifiedEmail } = arrival;
  const isTaken = verifiedEmail !== null && (await findAccountByEmail(sql, verifiedEmail)) !== null;
  refuseUnless(!isTaken, "email-known");
  const data = { sealed: seal(arrivalSeal(secret), arrival).toString("base64") };
  const lifetimeMs = arrivalLifetimeMs;
  const waiting = { kind: arrivalKind, data, accountId: null, returnTo, locale, ip: null, lifetimeMs };
  return { way: "new", state: await openAttempt(sql, secret, waiting, now) };
}

async function tellClaims(
  onClaims: OnClaims | undefined,
  tx: Tx,
  account: Account,
  { claims }: Arrival,
  now: Date,
): Promise<ClaimsSaid> {
  return claims === null ? null : ((await onClaims?.(tx, account, claims, now)) ?? null);
}

const newcomerFrom = ({ label, verifiedEmail }: Arrival, name: string, locale: string) => ({
  name,
  fallbackName: label,
  locale,
  verifiedEmail,
});

/**
 * Opens the account of someone who waits, under the name and in the language they have chosen.
 * @throws Refused `attempt-expired`; `email-known`, and then they may still go back and choose another way.
 */
export async function admitArrival(
  { sql, secret, onClaims }: Door,
  chosen: { readonly state: string; readonly name: string; readonly locale: string },
  session: NewSession,
  now: Date,
): Promise<{ sessionToken: string; returnTo: string; said: ClaimsSaid }> {
  return await withTransaction(sql, async (tx) => {
    const attempt = await useAttempt<{ sealed?: string }>(
      tx,
      { kind: arrivalKind, state: chosen.state, accountId: null },
      now,
    );
    const arrival = openArrival(secret, attempt.data);
    refuseUnless(arrival !== null, "attempt-expired");
    await tx`update sign_in_attempt set data = '{}' where id = ${attempt.id}`;
    const proven = { ...arrival.identity, label: arrival.label };
    const newcomer = newcomerFrom(arrival, chosen.name, chosen.locale);
    const { account, sessionToken } = await signInWith(tx, proven, newcomer, session, now);
    return { sessionToken, returnTo: attempt.returnTo, said: await tellClaims(onClaims, tx, account, arrival, now) };
  });
}

/** Someone who waits is not coming in, and what was learnt of them goes. One that is over changes nothing. */
export async function endArrival(sql: Sql, state: string, now: Date): Promise<void> {
  await sql`
    update sign_in_attempt set used_at = ${now}, data = '{}'
    where state_digest = ${digestOf(state)} and kind = ${arrivalKind} and used_at is null`;
}
