// Signing in at the city's identity provider: off, and back. No request runs inside a transaction.
import type { Account } from "../accounts/account.ts";
import type { NewSession } from "../accounts/sign-in-actions.ts";
import { newOpenIdSecrets, type OpenIdAttempt, type OpenIdProvider } from "../platform/openid.ts";
import { type Door, type Entered, receiveArrival } from "./arrival-actions.ts";
import { openAttempt, useAttempt } from "./attempt-actions.ts";
import type { Leaving } from "./fediverse-actions.ts";
import { oidcIdentity, personFrom } from "./oidc.ts";

const attemptKind = "oidc";

export interface OidcDoor extends Door {
  readonly provider: OpenIdProvider;
  /** This node's. */
  readonly origin: string;
}

/** @throws Refused `too-many-requests`, and what {@link OpenIdProvider.authorizationUrl} throws. */
export async function beginOidc(
  { sql, secret, provider, origin }: OidcDoor,
  request: {
    readonly returnTo: string;
    readonly locale: string;
    readonly ip: string | null;
    readonly by: Account | null;
  },
  now: Date,
): Promise<Leaving> {
  const { returnTo, locale, ip } = request;
  const data = newOpenIdSecrets();
  const attempt = { kind: attemptKind, data: { ...data }, accountId: request.by?.id ?? null, returnTo, locale, ip };
  const state = await openAttempt(sql, secret, attempt, now);
  return {
    state,
    url: await provider.authorizationUrl({ ...data, state, locale, redirectUri: returnAddress(origin) }),
  };
}

const returnAddress = (origin: string): string => `${origin}/sign-in/oidc/return`;

/**
 * Lets in who came back from the identity provider. The attempt is used up whatever happens.
 *
 * @param back.query what the provider sent along, unread.
 * @throws Refused `attempt-expired`, `attempt-elsewhere`, what {@link OpenIdProvider.claimsOf} and {@link receiveArrival} throw.
 */
export async function finishOidc(
  door: OidcDoor,
  back: { readonly state: string; readonly query: string; readonly by: Account | null; readonly session: NewSession },
  now: Date,
): Promise<Entered> {
  const { sql, provider, origin } = door;
  const used = { kind: attemptKind, state: back.state, accountId: back.by?.id ?? null };
  const attempt = await useAttempt<Omit<OpenIdAttempt, "state">>(sql, used, now);
  // The public address, whatever a proxy has made of the one that was asked for.
  const callback = new URL(returnAddress(origin));
  callback.search = back.query;
  const claims = await provider.claimsOf(callback, { ...attempt.data, state: back.state });
  const identity = oidcIdentity(provider.issuer, claims);
  const { host } = new URL(provider.issuer);
  const arrival = { identity, label: provider.name, host, ...personFrom(claims), claims };
  return await receiveArrival(door, arrival, attempt, back.by, back.session, now);
}
