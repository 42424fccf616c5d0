// Signing in with a fediverse account: off to the person's own server, and back. No request runs inside a transaction.
import { createHash, randomBytes } from "node:crypto";
import type { Account } from "../accounts/account.ts";
import { digestOf } from "../accounts/sign-in.ts";
import type { NewSession } from "../accounts/sign-in-actions.ts";
import { policyFor } from "../actors/queries.ts";
import type { Sql } from "../platform/db.ts";
import type { RegisteredClient, SignInServer, SignInServers } from "../platform/mastodon-api.ts";
import { type RefusalCode, Refused, refuseUnless } from "../platform/refusal.ts";
import { seal } from "../platform/sealing.ts";
import { minuteMs } from "../platform/time.ts";
import { type Door, type Entered, receiveArrival } from "./arrival-actions.ts";
import { openAttempt, useAttempt } from "./attempt-actions.ts";
import { type FediverseAddress, fediverseIdentity, handleOf, languageOf, nameFrom, readAddress } from "./fediverse.ts";
import { clientSeal, findClient, isActorKnown, openOwnClient, ownClientSeal } from "./fediverse-queries.ts";
import { findIdentity } from "./queries.ts";

const attemptKind = "fediverse";
/** How long a server is believed to remember this node: if it has forgotten, the person would see an error there. */
const recheckAfterMs = 10 * minuteMs;

export interface FediverseDoor extends Door {
  readonly servers: SignInServers;
  /** This node's. */
  readonly origin: string;
}

interface AttemptData {
  readonly server: SignInServer;
  readonly typed: FediverseAddress & { readonly actorUri: string | null };
  readonly codeVerifier: string | null;
  /** A registration for this attempt alone, sealed; null where the server's one for everybody is used. */
  readonly ownClient: string | null;
}

export interface Leaving {
  /** The consent page of the person's own server. */
  readonly url: string;
  /** To be held by the browser, and compared on return. */
  readonly state: string;
}

/**
 * Finds the server of an account, makes this node known to it, and begins an attempt there.
 *
 * @param request.appName what the server calls this node when it asks for consent.
 * @throws Refused with field `address`: `invalid-input`, `no-sign-in-api`, `peer-unreachable`, `peer-too-slow`,
 *   `address-forbidden`, `provider-refused`; and `too-many-requests`.
 */
export async function beginFediverse(
  door: FediverseDoor,
  request: {
    readonly address: string;
    readonly returnTo: string;
    readonly locale: string;
    readonly ip: string | null;
    readonly by: Account | null;
    readonly appName: string;
  },
  now: Date,
): Promise<Leaving> {
  const { sql, secret, servers } = door;
  const typed = readAddress(request.address);
  refuseUnless(typed !== null, "invalid-input", { field: "address" });
  // Counted before anything is asked of anyone.
  const { returnTo, locale, ip } = request;
  const attempt = { kind: attemptKind, data: {}, accountId: request.by?.id ?? null, returnTo, locale, ip };
  const state = await openAttempt(sql, secret, attempt, now);
  try {
    const { server, actorUri } = await servers.find(typed);
    const { client, isOwn } = await clientAt(door, server, request.appName, now);
    const codeVerifier = server.hasPkce ? randomBytes(32).toString("base64url") : null;
    const ownClient = isOwn ? seal(ownClientSeal(secret, server.origin), client).toString("base64") : null;
    const data: AttemptData = { server, typed: { ...typed, actorUri }, codeVerifier, ownClient };
    await sql`
      update sign_in_attempt set data = ${sql.json(data as never)}
      where state_digest = ${digestOf(state)} and used_at is null`;
    return { url: consentUrl(door, server, client, { state, codeVerifier, locale }), state };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    throw new Refused(error.code, { host: typed.host, ...error.params, field: "address" }, { cause: error });
  }
}

/** One per server, so that an answer cannot be passed off as another server's (RFC 9700 section 4.4.2.2). */
const redirectUriFor = (origin: string, server: SignInServer): string =>
  `${origin}/sign-in/fediverse/return/${server.host}`;

function consentUrl(
  { origin }: FediverseDoor,
  server: SignInServer,
  { clientId }: RegisteredClient,
  { state, codeVerifier, locale }: { state: string; codeVerifier: string | null; locale: string },
): string {
  const url = new URL(server.authorizationEndpoint);
  const fields: Record<string, string> = {
    response_type: "code",
    client_id: clientId,
    redirect_uri: redirectUriFor(origin, server),
    scope: server.scope,
    state,
    lang: locale,
  };
  if (codeVerifier !== null) {
    fields.code_challenge = createHash("sha256").update(codeVerifier).digest("base64url");
    fields.code_challenge_method = "S256";
  }
  for (const [name, value] of Object.entries(fields)) url.searchParams.set(name, value);
  return url.href;
}

/**
 * What the server knows this node by: one registration for everybody, kept while the server knows it. A server that takes
 * any code would let whoever comes first in as whoever agreed last, so there each attempt has its own.
 */
async function clientAt(
  { sql, secret, servers, origin }: FediverseDoor,
  server: SignInServer,
  appName: string,
  now: Date,
): Promise<{ client: RegisteredClient; isOwn: boolean }> {
  const redirectUri = redirectUriFor(origin, server);
  const kept = await findClient(sql, secret, server.origin);
  if (kept !== null && kept.redirectUri === redirectUri && kept.scope === server.scope) {
    if (now.getTime() - kept.checkedAt.getTime() < recheckAfterMs) return { client: kept, isOwn: false };
    if (await servers.knows(server, kept)) {
      await sql`update fediverse_client set checked_at = ${now} where origin = ${server.origin}`;
      return { client: kept, isOwn: false };
    }
  }
  const register = async (): Promise<RegisteredClient> => {
    const made = await servers.register(server, { name: appName, website: origin, redirectUri });
    return { ...made, redirectUri };
  };
  const client = await register();
  // A new one after the question: snac takes a registration back together with a token.
  if (!(await servers.comparesCodes(server, client))) return { client: await register(), isOwn: true };
  await keepClient(sql, secret, server, client, now);
  return { client, isOwn: false };
}

async function keepClient(sql: Sql, secret: string, server: SignInServer, client: RegisteredClient, now: Date) {
  const { redirectUri, clientId, clientSecret } = client;
  const sealed = seal(clientSeal(secret, server.origin), { clientId, clientSecret });
  await sql`
    insert into fediverse_client (origin, redirect_uri, scope, sealed, registered_at, checked_at)
    values (${server.origin}, ${redirectUri}, ${server.scope}, ${sealed}, ${now}, ${now})
    on conflict (origin) do update set redirect_uri = excluded.redirect_uri, scope = excluded.scope,
      sealed = excluded.sealed, registered_at = excluded.registered_at, checked_at = excluded.checked_at`;
}

/** What a person's server sends along when they come back. */
export interface Answer {
  readonly state: string;
  readonly code: string | null;
  readonly error: string | null;
  /** RFC 9207, where the server says it. */
  readonly issuer: string | null;
}

/**
 * Lets in who came back from their server. The attempt is used up whatever happens.
 *
 * @param host the server that the address says they came back from.
 * @throws Refused `attempt-expired`, `attempt-elsewhere`, `provider-denied`, `provider-refused`, `provider-mismatch`,
 *   `client-forgotten`, `identity-changed`, `peer-blocked` for who is new, what {@link receiveArrival} throws, and what happens on the way to the server.
 */
export async function finishFediverse(
  door: FediverseDoor,
  back: { readonly host: string; readonly answer: Answer; readonly by: Account | null; readonly session: NewSession },
  now: Date,
): Promise<Entered> {
  const { sql } = door;
  const { answer, by } = back;
  const used = { kind: attemptKind, state: answer.state, accountId: by?.id ?? null };
  const attempt = await useAttempt<Partial<AttemptData>>(sql, used, now);
  const { server, typed, codeVerifier = null, ownClient = null } = attempt.data;
  refuseUnless(server !== undefined && typed !== undefined, "attempt-expired");
  const { host } = server;
  refuseUnless(back.host === host, "provider-mismatch", { host });
  refuseUnless(answer.issuer === null || isIssuer(answer.issuer, server), "provider-mismatch", { host });
  if (answer.error !== null)
    throw new Refused(answer.error === "access_denied" ? "provider-denied" : "provider-refused", { host });
  refuseUnless(answer.code !== null, "provider-mismatch", { host });
  const account = await readAccount(door, server, ownClient, { code: answer.code, codeVerifier });
  const identity = fediverseIdentity(host, account);
  if ((await findIdentity(sql, identity)) === null) {
    // Whoever came in this way before a server was blocked keeps their account.
    refuseUnless((await policyFor(sql, host)) !== "blocked", "peer-blocked", { host });
    const isChanged = by === null && (await isActorKnown(sql, host, account.actorUri));
    refuseUnless(!isChanged, "identity-changed", { host });
  }
  const arrival = {
    ...{ identity, host, label: handleOf(account, host, typed), name: nameFrom(account) },
    ...{ language: languageOf(account), verifiedEmail: null, claims: null },
  };
  return await receiveArrival(door, arrival, attempt, by, back.session, now);
}

/** The very issuer of its metadata (RFC 9207 section 2.4); where there is none, at least an address of its own. */
const isIssuer = (issuer: string, server: SignInServer): boolean =>
  server.issuer === null ? URL.parse(issuer)?.origin === server.origin : issuer === server.issuer;

async function readAccount(
  { sql, secret, servers }: FediverseDoor,
  server: SignInServer,
  ownClient: string | null,
  grant: { code: string; codeVerifier: string | null },
) {
  const client =
    ownClient === null ? await findClient(sql, secret, server.origin) : openOwnClient(secret, server.origin, ownClient);
  refuseUnless(client !== null, "client-forgotten", { host: server.host });
  try {
    return await servers.readAccount(server, client, grant);
  } catch (error) {
    if (ownClient === null && error instanceof Refused) await doubtClient(sql, server.origin, error.code);
    throw error;
  }
}

/** The next sign-in at that server asks whether it still knows this node, or registers anew. */
async function doubtClient(sql: Sql, origin: string, code: RefusalCode): Promise<void> {
  if (code === "client-forgotten") await sql`delete from fediverse_client where origin = ${origin}`;
  // GoToSocial says the same of a registration as of a code that it does not know.
  if (code === "provider-refused") await sql`update fediverse_client set checked_at = 'epoch' where origin = ${origin}`;
}
