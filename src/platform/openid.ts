// Signing in at one identity provider by OpenID Connect: discovery, code flow with PKCE, state, nonce, the issuer in the
// answer (RFC 9207), the signature of the id token. Every request goes through the guarded client.
import { getLogger } from "@logtape/logtape";
import * as openid from "openid-client";
import type { GuardedFetch } from "./guarded-fetch.ts";
import { Refused } from "./refusal.ts";
import { hourMs, secondMs } from "./time.ts";

const log = getLogger(["koinon", "sign-in"]);

/** Someone waits. */
const callMs = 8 * secondMs;
/** After this, what the provider says of itself is read again. */
const discoveryKeptMs = hourMs;
/** How far the provider's clock may be from this one. */
const clockToleranceSeconds = 60;

export interface OpenIdSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** As people know it: "Bilbao ID". */
  readonly name: string;
  /** Separated by spaces; `openid` is always among them. */
  readonly scopes: string;
}

/** What the provider has said of the person who signed in, of the id token and of userinfo. `sub` names them for ever. */
export type VerifiedClaims = Readonly<Record<string, unknown>> & { readonly sub: string };

export interface OpenIdAttempt {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

export interface OpenIdProvider {
  readonly issuer: string;
  readonly name: string;
  /** The claims asked for by the scopes this node is set to. */
  readonly scopes: readonly string[];
  /**
   * Where the person is sent to.
   * @throws Refused `peer-unreachable`, `peer-too-slow`, `address-forbidden`, or `provider-mismatch` for another issuer.
   */
  authorizationUrl(attempt: OpenIdAttempt & { readonly redirectUri: string; readonly locale: string }): Promise<string>;
  /**
   * Who came back. The access token is revoked where the provider offers it, and kept nowhere.
   *
   * @param callback the address the person came back to, under this node's public origin.
   * @throws Refused `provider-denied`, `provider-mismatch`, `provider-clock`, `provider-refused`, and the ones above.
   */
  claimsOf(callback: URL, attempt: OpenIdAttempt): Promise<VerifiedClaims>;
}

export const newOpenIdSecrets = (): Omit<OpenIdAttempt, "state"> => ({
  nonce: openid.randomNonce(),
  codeVerifier: openid.randomPKCECodeVerifier(),
});

export function openOpenIdProvider(
  client: Pick<GuardedFetch, "fetch" | "limits">,
  settings: OpenIdSettings,
): OpenIdProvider {
  const { issuer, name, scopes } = settings;
  const { host } = new URL(issuer);
  const discover = keptWhileGood(() => discovery(client, settings));
  const guarded = async <T>(talk: (config: openid.Configuration) => Promise<T>): Promise<T> => {
    try {
      return await talk(await discover());
    } catch (error) {
      throw refusalFor(error, host);
    }
  };
  return {
    issuer,
    name,
    scopes: scopes.split(" ").filter((scope) => scope !== ""),
    authorizationUrl: ({ state, nonce, codeVerifier, redirectUri, locale }) =>
      guarded(async (config) => {
        const url = openid.buildAuthorizationUrl(config, {
          redirect_uri: redirectUri,
          scope: scopes,
          state,
          nonce,
          code_challenge: await openid.calculatePKCECodeChallenge(codeVerifier),
          code_challenge_method: "S256",
          ui_locales: locale,
        });
        return url.href;
      }),
    claimsOf: (callback, { state, nonce, codeVerifier }) =>
      guarded(async (config) => {
        const tokens = await openid.authorizationCodeGrant(config, callback, {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: codeVerifier,
          idTokenExpected: true,
        });
        try {
          const claims = tokens.claims()!;
          const hasUserInfo = config.serverMetadata().userinfo_endpoint !== undefined;
          const more = hasUserInfo ? await openid.fetchUserInfo(config, tokens.access_token, claims.sub) : {};
          return { ...claims, ...more, sub: claims.sub };
        } finally {
          await revoke(config, tokens.access_token, host);
        }
      }),
  };
}

/** Keeps what was found for a while; a failure is never kept. */
function keptWhileGood(find: () => Promise<openid.Configuration>): () => Promise<openid.Configuration> {
  let kept: { config: Promise<openid.Configuration>; at: number } | null = null;
  return () => {
    if (kept === null || performance.now() - kept.at > discoveryKeptMs) {
      const fresh = { config: find(), at: performance.now() };
      fresh.config.catch(() => {
        if (kept === fresh) kept = null;
      });
      kept = fresh;
    }
    return kept.config;
  };
}

function discovery(
  client: Pick<GuardedFetch, "fetch" | "limits">,
  { issuer, clientId, clientSecret }: OpenIdSettings,
): Promise<openid.Configuration> {
  const isPlain = issuer.startsWith("http:");
  return openid.discovery(
    new URL(issuer),
    clientId,
    { client_secret: clientSecret, [openid.clockTolerance]: clockToleranceSeconds },
    openid.ClientSecretBasic(clientSecret),
    {
      // The signature too, not only the connection the token came over.
      execute: [openid.enableNonRepudiationChecks, ...(isPlain ? [openid.allowInsecureRequests] : [])],
      [openid.customFetch]: (address, options) =>
        client.fetch(address, {
          method: options.method,
          headers: options.headers,
          body: bodyOf(options.body),
          redirect: options.redirect === "manual" ? "manual" : "follow",
          totalMs: Math.min(callMs, client.limits.totalMs),
        }),
    },
  );
}

function bodyOf(body: openid.FetchBody): string | Uint8Array | null {
  if (body === undefined || body === null) return null;
  if (typeof body === "string" || body instanceof Uint8Array) return body;
  if (body instanceof URLSearchParams) return body.toString();
  throw new TypeError("no such body is ever sent");
}

async function revoke(config: openid.Configuration, token: string, host: string): Promise<void> {
  if (config.serverMetadata().revocation_endpoint === undefined) return;
  await openid.tokenRevocation(config, token).catch((error: unknown) => {
    log.warning("{host} did not take back a token: {code}", { host, code: codeOf(error) });
  });
}

const codeOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code ?? "");

/** What happened, as something a person can be told. What the provider sent is in no message and no log. */
function refusalFor(error: unknown, host: string): Refused {
  for (let at: unknown = error; at instanceof Error; at = at.cause) if (at instanceof Refused) return at;
  const code = codeOf(error);
  log.warning("Signing in at {host} failed: {code}", { host, code: code || (error as Error).name });
  if (error instanceof openid.AuthorizationResponseError) {
    const isDenied = error.error === "access_denied";
    return new Refused(isDenied ? "provider-denied" : "provider-refused", { host, reason: wordOf(error.error) });
  }
  if (error instanceof openid.ResponseBodyError) {
    return new Refused("provider-refused", { host, reason: wordOf(error.error) });
  }
  switch (code) {
    case "OAUTH_JWT_TIMESTAMP_CHECK_FAILED":
      return new Refused("provider-clock", { host });
    case "OAUTH_TIMEOUT":
    case "OAUTH_ABORT":
      return new Refused("peer-too-slow", { host });
    case "OAUTH_RESPONSE_IS_NOT_CONFORM":
    case "OAUTH_RESPONSE_IS_NOT_JSON":
    case "OAUTH_WWW_AUTHENTICATE_CHALLENGE":
      return new Refused("provider-refused", { host, reason: "" });
    default:
      return new Refused("provider-mismatch", { host }, { cause: error });
  }
}

/** An error code (RFC 6749 section 4.1.2.1) and nothing else that a provider might have written there. */
const wordOf = (text: string): string => (/^[a-z_]{1,60}$/.test(text) ? text : "");
