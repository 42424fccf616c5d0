// The few calls of the Mastodon API with which a person's own server says who they are. Nothing is kept here: whoever
// calls keeps the registration, and the token (mastodon-tokens.ts) lives no longer than one call.
import * as z from "zod";
import type { GuardedFetch } from "./guarded-fetch.ts";
import { type Ask, comparesCodes, exchange, jsonOf, knows, post, revoke } from "./mastodon-tokens.ts";
import { refuseUnless } from "./refusal.ts";
import { secondMs } from "./time.ts";

/** Someone waits. */
const callMs = 8 * secondMs;
const answerBytesMax = 300_000;

/** A server that can say who someone is, and where it does. */
export interface SignInServer {
  /** `https://mastodon.example`: every endpoint is on it, and it speaks for no actor of another origin. */
  readonly origin: string;
  readonly host: string;
  /** As its metadata (RFC 8414) names it; null where it has none. */
  readonly issuer: string | null;
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  readonly revocationEndpoint: string;
  readonly registrationEndpoint: string;
  /** The narrowest scope it offers with which an account can be read: `profile` since Mastodon 4.3. */
  readonly scope: "profile" | "read:accounts";
  /** Whether it takes PKCE with S256 (RFC 7636). */
  readonly hasPkce: boolean;
}

export interface ClientCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface RegisteredClient extends ClientCredentials {
  /** Said again with every request for a token: GoToSocial answers none without. */
  readonly redirectUri: string;
}

/** All that is taken from what a server says of an account. */
export interface ServerAccount {
  /** The id it has in that server's database. */
  readonly id: string;
  readonly username: string;
  readonly displayName: string;
  /** The actor's URI, on the server's own origin. */
  readonly actorUri: string;
  /** The language the person writes in, where the server says it: `ca`. */
  readonly language: string | null;
}

export interface FoundServer {
  readonly server: SignInServer;
  /** The actor that the typed handle names; null where only a server was named, or it has no WebFinger. */
  readonly actorUri: string | null;
}

/** The conversation with servers that speak the Mastodon API. Every call goes through the guarded client. */
export interface SignInServers {
  /**
   * The server of an account: by WebFinger where the handle's domain is not its server's, then by what it says of itself.
   * @throws Refused `no-sign-in-api` where there is no such API, `peer-unreachable` where only its proxy answers, and what {@link GuardedFetch.fetch} throws.
   */
  find(address: { readonly name: string | null; readonly host: string }): Promise<FoundServer>;
  /** @throws Refused `no-sign-in-api` where it takes no registrations. */
  register(
    server: SignInServer,
    app: { readonly name: string; readonly website: string; readonly redirectUri: string },
  ): Promise<ClientCredentials>;
  /** Whether the server still knows the registration. Some forget them; a person would only see an error there. */
  knows(server: SignInServer, client: RegisteredClient): Promise<boolean>;
  /**
   * Whether the server compares the code that comes back with the one it gave: it is asked with an invented one. Where it
   * does not (snac 2.94), whoever has a registration gets a token of whoever agreed to it last.
   */
  comparesCodes(server: SignInServer, client: RegisteredClient): Promise<boolean>;
  /**
   * Trades the code for a token, reads the account with it, and revokes it, whatever came of the reading.
   * @throws Refused `client-forgotten`, `provider-refused`, `provider-mismatch`.
   */
  readAccount(
    server: SignInServer,
    client: RegisteredClient,
    grant: { readonly code: string; readonly codeVerifier: string | null },
  ): Promise<ServerAccount>;
}

export function openSignInServers(options: {
  readonly client: Pick<GuardedFetch, "fetch" | "limits">;
  /** Origins of a demo or a test that are reached by plain http. */
  readonly permittedOrigins: readonly string[];
}): SignInServers {
  const { client, permittedOrigins } = options;
  const ask: Ask = (address, init = {}) =>
    client.fetch(address, {
      bytesMax: answerBytesMax,
      totalMs: Math.min(callMs, client.limits.totalMs),
      ...init,
      headers: { accept: "application/json", ...(init.headers as Record<string, string> | undefined) },
    });
  const originOf = (host: string) =>
    permittedOrigins.includes(`http://${host}`) ? `http://${host}` : `https://${host}`;
  return {
    find: async ({ name, host }) => {
      const actorUri = name === null ? null : await webFinger(ask, originOf(host), `${name}@${host}`);
      const origin = actorUri === null ? originOf(host) : new URL(actorUri).origin;
      return { server: await readServer(ask, origin), actorUri };
    },
    register: (server, app) => register(ask, server, app),
    knows: (server, registered) => knows(ask, server, registered),
    comparesCodes: (server, registered) => comparesCodes(ask, server, registered),
    async readAccount(server, registered, grant) {
      const token = await exchange(ask, server, registered, grant);
      try {
        return await verifyCredentials(ask, server, token);
      } finally {
        await revoke(ask, server, registered, token);
      }
    },
  };
}

const jrd = z.object({
  links: z.array(
    z.object({ rel: z.string(), type: z.string().default(""), href: z.string().default("") }).catch(none()),
  ),
});
function none() {
  return { rel: "", type: "", href: "" };
}

/** The actor a handle names (RFC 7033), or null where the host answers no such question. */
async function webFinger(ask: Ask, origin: string, handle: string): Promise<string | null> {
  const address = new URL("/.well-known/webfinger", origin);
  address.searchParams.set("resource", `acct:${handle}`);
  const response = await ask(address, { headers: { accept: "application/jrd+json, application/json" } });
  refuseUnless(!isOutOfOrder(response), "peer-unreachable", { host: address.host });
  const read = response.ok ? jrd.safeParse(await jsonOf(response)) : null;
  const self = read?.data?.links.find(
    ({ rel, type }) =>
      rel === "self" && (type === "application/activity+json" || type.startsWith("application/ld+json")),
  );
  return self !== undefined && /^https?:/.test(self.href) && URL.canParse(self.href) ? new URL(self.href).href : null;
}

const metadata = z.object({
  issuer: z.string().max(500),
  authorization_endpoint: z.string().optional(),
  token_endpoint: z.string().optional(),
  revocation_endpoint: z.string().optional(),
  app_registration_endpoint: z.string().optional(),
  scopes_supported: z.array(z.string()).catch([]),
  code_challenge_methods_supported: z.array(z.string()).catch([]),
});
type Metadata = z.infer<typeof metadata>;

/** RFC 8414 where the server has it; before Mastodon 4.3 and on some others, the paths every one of them has. */
async function readServer(ask: Ask, origin: string): Promise<SignInServer> {
  const response = await ask(`${origin}/.well-known/oauth-authorization-server`);
  const said = response.ok ? (metadata.safeParse(await jsonOf(response)).data ?? null) : null;
  if (said !== null && isSameOrigin(said.issuer, new URL(response.url || origin).origin)) {
    return describe(new URL(response.url || origin).origin, said);
  }
  const instance = await ask(`${origin}/api/v1/instance`);
  refuseUnless(!isOutOfOrder(instance), "peer-unreachable", { host: new URL(origin).host });
  const hasApi = instance.ok && z.object({ version: z.string() }).safeParse(await jsonOf(instance)).success;
  refuseUnless(hasApi, "no-sign-in-api", { host: new URL(origin).host });
  return describe(new URL(instance.url || origin).origin, null);
}

/** What the proxy before a server says while that does not answer: nothing about what it offers. */
const isOutOfOrder = ({ status }: Response): boolean => status >= 500;

const isSameOrigin = (address: string, origin: string): boolean =>
  URL.canParse(address) && new URL(address).origin === origin;

/** An endpoint elsewhere is not believed: what a server says is only about itself. */
function describe(origin: string, said: Metadata | null): SignInServer {
  const at = (endpoint: string | undefined, path: string) =>
    endpoint !== undefined && isSameOrigin(endpoint, origin) ? endpoint : `${origin}${path}`;
  return {
    origin,
    host: new URL(origin).host,
    issuer: said?.issuer ?? null,
    authorizationEndpoint: at(said?.authorization_endpoint, "/oauth/authorize"),
    tokenEndpoint: at(said?.token_endpoint, "/oauth/token"),
    revocationEndpoint: at(said?.revocation_endpoint, "/oauth/revoke"),
    registrationEndpoint: at(said?.app_registration_endpoint, "/api/v1/apps"),
    scope: said?.scopes_supported.includes("profile") ? "profile" : "read:accounts",
    hasPkce: said?.code_challenge_methods_supported.includes("S256") ?? false,
  };
}

const registration = z.object({ client_id: z.string().min(1).max(2000), client_secret: z.string().min(1).max(2000) });

async function register(
  ask: Ask,
  server: SignInServer,
  app: { name: string; website: string; redirectUri: string },
): Promise<ClientCredentials> {
  const response = await post(ask, server.registrationEndpoint, {
    client_name: app.name,
    redirect_uris: app.redirectUri,
    scopes: server.scope,
    website: app.website,
  });
  const read = registration.safeParse(await jsonOf(response));
  refuseUnless(!isOutOfOrder(response), "peer-unreachable", { host: server.host });
  refuseUnless(response.status !== 429, "provider-refused", { host: server.host, reason: "429" });
  refuseUnless(response.ok && read.success, "no-sign-in-api", { host: server.host });
  return { clientId: read.data.client_id, clientSecret: read.data.client_secret };
}

const credentialAccount = z.object({
  id: z.union([z.string().min(1).max(100), z.number().int()]).transform(String),
  username: z.string().regex(/^[\p{L}\p{N}_.-]{1,100}$/u),
  display_name: z.string().catch(""),
  // Since Mastodon 4.2; others have only the address of the profile.
  uri: z.string().max(1000).optional().catch(undefined),
  source: z.object({ language: z.string().nullish() }).optional().catch(undefined),
});

async function verifyCredentials(ask: Ask, server: SignInServer, token: string): Promise<ServerAccount> {
  const response = await ask(`${server.origin}/api/v1/accounts/verify_credentials`, {
    headers: { authorization: `Bearer ${token}` },
    redirect: "manual",
  });
  refuseUnless(response.ok, "provider-refused", { host: server.host, reason: String(response.status) });
  const read = credentialAccount.safeParse(await jsonOf(response));
  refuseUnless(read.success, "provider-mismatch", { host: server.host });
  const { id, username, display_name, uri, source } = read.data;
  const actorUri = uri ?? (await webFinger(ask, server.origin, `${username}@${server.host}`));
  // A server vouches for its own accounts only, whatever it says.
  refuseUnless(actorUri !== null && isSameOrigin(actorUri, server.origin), "provider-mismatch", { host: server.host });
  const language = /^[a-z]{2}/.exec(source?.language ?? "")?.[0] ?? null;
  return { id, username, displayName: display_name.slice(0, 500), actorUri, language };
}
