// Tokens of servers with Mastodon's API, in all the ways these servers say no: asking for one, and giving it back.
import { randomBytes } from "node:crypto";
import { getLogger } from "@logtape/logtape";
import * as z from "zod";
import type { GuardedInit } from "./guarded-fetch.ts";
import type { ClientCredentials, RegisteredClient, SignInServer } from "./mastodon-api.ts";
import { Refused } from "./refusal.ts";

const log = getLogger(["koinon", "sign-in"]);

export type Ask = (address: string | URL, init?: GuardedInit) => Promise<Response>;

export const post = (ask: Ask, address: string, fields: Readonly<Record<string, string>>): Promise<Response> =>
  ask(address, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(fields).toString(),
  });

export const jsonOf = (response: Response): Promise<unknown> => response.json().catch(() => null);

interface Grant {
  readonly code: string;
  readonly codeVerifier: string | null;
}

/** Trades a code for a token. @throws Refused `client-forgotten`, `provider-refused`. */
export async function exchange(
  ask: Ask,
  server: SignInServer,
  client: RegisteredClient,
  grant: Grant,
): Promise<string> {
  const { token, status, error } = await askForToken(ask, server, client, codeFields(grant));
  if (token !== null) return token;
  const isForgotten = error === "invalid_client" || status === 401;
  const reason = error || String(status);
  throw new Refused(isForgotten ? "client-forgotten" : "provider-refused", { host: server.host, reason });
}

/** A refusal of these kinds (RFC 6749 section 5.2) is made to a client that the server knows. */
const saidToTheKnown: readonly string[] = [
  "invalid_request",
  "invalid_grant",
  "invalid_scope",
  "unauthorized_client",
  "unsupported_grant_type",
];

/** Asks for a token of the client's own, which opens nothing, and gives it back. */
export async function knows(ask: Ask, server: SignInServer, client: RegisteredClient): Promise<boolean> {
  const { token, status, error } = await askForToken(ask, server, client, { grant_type: "client_credentials" });
  if (token !== null) {
    await revoke(ask, server, client, token);
    return true;
  }
  // snac says nothing but 401, and GoToSocial says "no application found" in words of its own.
  return !isPlainNo(status) || saidToTheKnown.includes(error);
}

/** Only a plain no to an invented code is one: a server that is out of order for a moment has not said that it compares. */
export async function comparesCodes(ask: Ask, server: SignInServer, client: RegisteredClient): Promise<boolean> {
  const invented = randomBytes(32).toString("base64url");
  const fields = codeFields({ code: invented, codeVerifier: server.hasPkce ? invented : null });
  const { token, status } = await askForToken(ask, server, client, fields);
  if (token !== null) await revoke(ask, server, client, token);
  return token === null && isPlainNo(status);
}

const isPlainNo = (status: number): boolean => status >= 400 && status < 500 && status !== 429;

const codeFields = ({ code, codeVerifier }: Grant): Record<string, string> => ({
  grant_type: "authorization_code",
  code,
  ...(codeVerifier === null ? {} : { code_verifier: codeVerifier }),
});

const tokenAnswer = z.object({ access_token: z.string().min(1).max(5000), token_type: z.string() });
const tokenError = z.object({ error: z.string().regex(/^[a-z_]{1,60}$/) });

async function askForToken(
  ask: Ask,
  server: SignInServer,
  client: RegisteredClient,
  fields: Readonly<Record<string, string>>,
): Promise<{ token: string | null; status: number; error: string }> {
  const response = await post(ask, server.tokenEndpoint, {
    ...fields,
    redirect_uri: client.redirectUri,
    scope: server.scope,
    ...clientFields(client),
  });
  const answer = await jsonOf(response);
  return {
    token: response.ok ? (tokenAnswer.safeParse(answer).data?.access_token ?? null) : null,
    status: response.status,
    error: tokenError.safeParse(answer).data?.error ?? "",
  };
}

const clientFields = ({ clientId, clientSecret }: ClientCredentials) => ({
  client_id: clientId,
  client_secret: clientSecret,
});

/** RFC 7009. A server that fails here does not fail the person, and the token is forgotten on this side anyway. */
export async function revoke(ask: Ask, server: SignInServer, client: ClientCredentials, token: string): Promise<void> {
  try {
    const response = await post(ask, server.revocationEndpoint, { token, ...clientFields(client) });
    if (!response.ok)
      log.warning("{host} did not take back a token: {status}", { host: server.host, status: response.status });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    log.warning("{host} did not take back a token: {code}", { host: server.host, code: error.code });
  }
}
