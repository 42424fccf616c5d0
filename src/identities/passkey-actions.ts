// The verbs of passkeys: add one, sign in with one, and block one that somebody may have a copy of.
import { randomBytes } from "node:crypto";
import { getLogger } from "@logtape/logtape";
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from "@simplewebauthn/server";
import type { Account } from "../accounts/account.ts";
import { getAccount } from "../accounts/queries.ts";
import { type NewSession, openSession } from "../accounts/sign-in-actions.ts";
import { type Sql, type Tx, withTransaction } from "../platform/db.ts";
import { enqueue } from "../platform/jobs.ts";
import { Refused, refuseUnless } from "../platform/refusal.ts";
import { linkIdentity } from "./actions.ts";
import { openAttempt, useAttempt } from "./attempt-actions.ts";
import {
  assertionSchema,
  challengeOf,
  decoyKey,
  isCopied,
  type RelyingParty,
  readJson,
  registrationSchema,
} from "./passkey.ts";
import { findPasskey, listCredentials, type StoredPasskey } from "./queries.ts";

const log = getLogger(["koinon", "identities"]);

const adding = "passkey-adding";
const signingIn = "passkey-sign-in";
/** What a browser is asked to wait for a person. */
const patienceMs = 5 * 60_000;
/** EdDSA, ES256, RS256 (RFC 9053, RFC 8812): what authenticators have. */
const algorithms = [-8, -7, -257];

/** Who asks to begin. */
export interface Asker {
  readonly locale: string;
  readonly ip: string | null;
  readonly returnTo: string;
}

/**
 * Begins the adding of a passkey.
 * @returns the options for `navigator.credentials.create`, as JSON.
 * @throws Refused `too-many-requests`.
 */
export async function beginAddingPasskey(
  sql: Sql,
  secret: string,
  rp: RelyingParty & { readonly name: string },
  by: Account,
  asker: Asker,
  now: Date,
) {
  const credentials = await listCredentials(sql, by.id, rp.id);
  // One for all passkeys of an account, so that a device keeps them under one entry. Random: it says nothing of who it is.
  const userHandle = credentials[0]?.userHandle ?? randomBytes(32).toString("base64url");
  const challenge = await openAttempt(
    sql,
    secret,
    { ...asker, kind: adding, data: { userHandle }, accountId: by.id },
    now,
  );
  return await generateRegistrationOptions({
    rpName: rp.name,
    rpID: rp.id,
    userID: Buffer.from(userHandle, "base64url"),
    userName: by.email ?? by.name,
    userDisplayName: by.name,
    challenge: Buffer.from(challenge, "base64url"),
    timeout: patienceMs,
    attestationType: "none",
    supportedAlgorithmIDs: algorithms,
    excludeCredentials: credentials.map(({ subject, transports }) => ({ id: subject, transports: [...transports] })),
    authenticatorSelection: { residentKey: "required", userVerification: verificationFor(by) },
  });
}

/** Holding the device is enough for a resident. Whoever acts for the city also shows that it is they who hold it. */
const verificationFor = (account: Account): "required" | "preferred" =>
  account.grants.length > 0 ? "required" : "preferred";

/**
 * Adds a passkey to an account.
 * @param answer what the browser made of the options, as JSON.
 * @throws Refused `attempt-expired`, `attempt-elsewhere`, `passkey-refused`, `passkey-unverified`, `identity-elsewhere`,
 *   `identity-limit`.
 */
export async function addPasskey(
  sql: Sql,
  rp: RelyingParty,
  by: Account,
  { answer, label }: { answer: string; label: string },
  now: Date,
): Promise<void> {
  const response = readJson(registrationSchema, answer);
  const state = response && challengeOf(response.response.clientDataJSON);
  refuseUnless(response && state, "passkey-refused");
  const attempt = await useAttempt<{ userHandle: string }>(sql, { kind: adding, state, accountId: by.id }, now);
  const made = await verified(() =>
    verifyRegistrationResponse({
      response: { ...response, clientExtensionResults: {} } as never,
      expectedChallenge: state,
      expectedOrigin: rp.origin,
      expectedRPID: rp.id,
      requireUserVerification: false,
      supportedAlgorithmIDs: algorithms,
    }),
  );
  const info = made?.registrationInfo;
  refuseUnless(info, "passkey-refused");
  refuseUnless(info.userVerified || verificationFor(by) === "preferred", "passkey-unverified");
  const { credential } = info;
  await withTransaction(sql, async (tx) => {
    const proven = { kind: "passkey", issuer: rp.id, subject: credential.id, label } as const;
    const identityId = await linkIdentity(tx, by, proven, now);
    await tx`
      insert into passkey (identity_id, public_key, counter, transports, user_handle, is_backed_up)
      values (${identityId}, ${Buffer.from(credential.publicKey)}, ${credential.counter},
        ${response.response.transports ?? []}, ${attempt.data.userHandle}, ${info.credentialBackedUp})
      on conflict (identity_id) do nothing`;
  });
}

/**
 * Begins a sign-in with a passkey that the browser or device offers by itself: nobody says who they are, so nothing tells
 * whether they have an account.
 *
 * @returns the options for `navigator.credentials.get`, as JSON.
 * @throws Refused `too-many-requests`.
 */
export async function beginPasskeySignIn(sql: Sql, secret: string, rp: RelyingParty, asker: Asker, now: Date) {
  const challenge = await openAttempt(sql, secret, { ...asker, kind: signingIn, data: {}, accountId: null }, now);
  return await generateAuthenticationOptions({
    rpID: rp.id,
    challenge: Buffer.from(challenge, "base64url"),
    timeout: patienceMs,
    userVerification: "preferred",
  });
}

/**
 * Signs in with a passkey.
 *
 * @param entry.viewerId who is signed in already; null for nobody, as it should be.
 * @throws Refused `attempt-expired`, `attempt-elsewhere`, `passkey-blocked`, `passkey-unverified`; `passkey-refused` alike
 *   for one that nobody has, a bad signature and a page of another origin.
 */
export async function signInWithPasskey(
  sql: Sql,
  rp: RelyingParty,
  entry: { answer: string; viewerId: string | null; session: NewSession },
  now: Date,
): Promise<{ account: Account; sessionToken: string; returnTo: string }> {
  const response = readJson(assertionSchema, entry.answer);
  const state = response && challengeOf(response.response.clientDataJSON);
  refuseUnless(response && state, "passkey-refused");
  const attempt = await useAttempt(sql, { kind: signingIn, state, accountId: entry.viewerId }, now);
  const stored = await findPasskey(sql, rp.id, response.id);
  const result = await verified(() =>
    verifyAuthenticationResponse({
      response: { ...response, clientExtensionResults: {} } as never,
      expectedChallenge: state,
      expectedOrigin: rp.origin,
      expectedRPID: rp.id,
      requireUserVerification: false,
      // The counter is ours to judge: a passkey that is copied is blocked, not only refused.
      credential: { id: response.id, publicKey: new Uint8Array(stored?.publicKey ?? decoyKey), counter: 0 },
    }),
  );
  const { userHandle } = response.response;
  const isTheirs = stored !== null && (userHandle === undefined || userHandle === stored.userHandle);
  refuseUnless(result?.verified && isTheirs, "passkey-refused");
  const { newCounter, userVerified, credentialBackedUp } = result.authenticationInfo;
  const use = { counter: newCounter, isVerified: userVerified, isBackedUp: credentialBackedUp };
  const signedIn = await withTransaction(sql, (tx) => takeUse(tx, stored, use, entry.session, now));
  // Only now: the block, and the mail about it, are to stay.
  if (signedIn === null) throw new Refused("passkey-blocked");
  return { ...signedIn, returnTo: attempt.returnTo };
}

/** Null for a passkey that is blocked, or is from now on. */
async function takeUse(
  tx: Tx,
  { identityId, accountId }: StoredPasskey,
  use: { counter: number; isVerified: boolean; isBackedUp: boolean },
  session: NewSession,
  now: Date,
): Promise<{ account: Account; sessionToken: string } | null> {
  // Two sign-ins at once with one counter: the second is the copy.
  const [kept] = await tx<{ counter: string; blockedAt: Date | null }[]>`
    select counter, blocked_at from passkey where identity_id = ${identityId} for update`;
  refuseUnless(kept !== undefined, "passkey-refused");
  if (kept.blockedAt !== null) return null;
  if (isCopied(Number(kept.counter), use.counter)) {
    await tx`update passkey set blocked_at = ${now} where identity_id = ${identityId}`;
    await enqueue(tx, { kind: "identity-mail", payload: { mail: "passkey-blocked", identityId } });
    return null;
  }
  const account = await getAccount(tx, accountId);
  refuseUnless(use.isVerified || verificationFor(account) === "preferred", "passkey-unverified");
  await tx`update passkey set counter = ${use.counter}, is_backed_up = ${use.isBackedUp} where identity_id = ${identityId}`;
  await tx`update identity set last_used_at = ${now} where id = ${identityId}`;
  return { account, sessionToken: await openSession(tx, accountId, session, now) };
}

/** The library throws for everything that is not as it should be. Which, is for the operator and not for who tries. */
async function verified<T>(check: () => Promise<T>): Promise<T | null> {
  try {
    return await check();
  } catch (error) {
    log.info("A passkey was refused: {reason}", { reason: error instanceof Error ? error.message : String(error) });
    return null;
  }
}
