// A real OpenID provider (oidc-provider) on a port of this machine, with a login page of two buttons. Its answers can be
// bent on their way out, to see what a node makes of a provider that errs.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { exportJWK, generateKeyPair, importJWK, type JWK, type JWTPayload, SignJWT } from "jose";
// @ts-expect-error it ships no types
import Provider from "oidc-provider";

export interface ProviderPerson {
  readonly sub: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** What may go wrong at the provider; nothing at first. */
export interface Bending {
  /** Changes the claims of the id token, which is signed again with the provider's own key. */
  idToken?: (claims: JWTPayload) => JWTPayload;
  /** Signs the id token with a key that the provider does not publish. */
  isSignedByAnother?: boolean;
  /** Changes what it says of itself. */
  metadata?: (metadata: Record<string, unknown>) => Record<string, unknown>;
  /** Changes what it answers at userinfo. */
  userInfo?: (claims: Record<string, unknown>) => Record<string, unknown>;
  /** Answers the token endpoint with an error. */
  tokenError?: string;
  /** Never answers. */
  isAsleep?: boolean;
}

export interface TestProvider extends AsyncDisposable {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Who sits before the browser, and is logged in there with one button. */
  person: ProviderPerson;
  bending: Bending;
  /** Requests it got: `POST /token`. */
  readonly log: string[];
  /** A browser on its own: follows an authorization address, presses a button, and says where it was sent back to. */
  visit(url: string, press?: "Agree" | "Deny"): Promise<URL>;
}

export async function openTestProvider(options: { readonly redirectUris: readonly string[] }): Promise<TestProvider> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const issuer = `http://localhost:${port}`;
  const [clientId, clientSecret] = ["koinon", "a secret that only these two know, and long enough"];
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  const key: JWK = { ...(await exportJWK(privateKey)), kid: "one", alg: "RS256", use: "sig" };
  const log: string[] = [];

  const state: { person: ProviderPerson; bending: Bending } = {
    person: { sub: "person-1", claims: {} },
    bending: {},
  };
  const people = new Map<string, ProviderPerson>();
  const provider = new Provider(issuer, {
    clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: [...options.redirectUris] }],
    jwks: { keys: [key] },
    cookies: { keys: ["a key of this test alone"] },
    claims: {
      openid: ["sub"],
      profile: ["name", "given_name", "family_name", "locale"],
      email: ["email", "email_verified"],
      residence: ["resident_of"],
    },
    // Said here, since the provider warns of each that is not.
    ttl: { Interaction: 600, Grant: 600, Session: 600, AccessToken: 600, IdToken: 600, AuthorizationCode: 60 },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false }, revocation: { enabled: true, allowedPolicy: () => true } },
    interactions: { url: (_: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    findAccount: (_: unknown, sub: string) => ({
      accountId: sub,
      claims: () => ({ ...people.get(sub)?.claims, sub }),
    }),
    // Nobody is asked twice: agreeing to log in is agreeing.
    async loadExistingGrant(ctx: { oidc: Record<string, Record<string, string>> }) {
      const { client, account, params } = ctx.oidc;
      const grant = new provider.Grant({ clientId: client!.clientId, accountId: account!.accountId });
      grant.addOIDCScope(params!.scope);
      await grant.save();
      return grant;
    },
  });
  provider.use((ctx: never, next: () => Promise<void>) => bend(ctx, next, state.bending, key));
  const answer = provider.callback() as (request: IncomingMessage, response: ServerResponse) => void;

  server.on("request", async (request: IncomingMessage, response: ServerResponse) => {
    const { pathname } = new URL(request.url ?? "/", issuer);
    log.push(`${request.method} ${pathname}`);
    if (state.bending.isAsleep) return;
    if (!pathname.startsWith("/interaction/")) return answer(request, response);
    try {
      if (request.method === "GET") {
        response.setHeader("content-type", "text/html; charset=utf-8");
        response.end(loginPage(pathname));
        return;
      }
      const isDenied = (await bodyOf(request)).get("press") === "Deny";
      people.set(state.person.sub, state.person);
      const result = isDenied ? { error: "access_denied" } : { login: { accountId: state.person.sub } };
      await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
    } catch (error) {
      response.statusCode = 500;
      response.end(String(error));
    }
  });

  return {
    issuer,
    clientId,
    clientSecret,
    log,
    get person() {
      return state.person;
    },
    set person(person) {
      state.person = person;
    },
    get bending() {
      return state.bending;
    },
    set bending(bending) {
      state.bending = bending;
    },
    visit: (url, press = "Agree") => visit(issuer, url, press),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

const loginPage = (action: string): string => `<!doctype html><html lang="en"><title>City ID</title><h1>City ID</h1>
<form method="post" action="${action}"><button name="press" value="Agree">Agree</button>
<button name="press" value="Deny">Deny</button></form></html>`;

async function bodyOf(request: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return new URLSearchParams(Buffer.concat(chunks).toString());
}

interface KoaContext {
  readonly path: string;
  status: number;
  body: unknown;
}

async function bend(ctx: KoaContext, next: () => Promise<void>, bending: Bending, key: JWK): Promise<void> {
  if (ctx.path === "/token" && bending.tokenError !== undefined) {
    ctx.status = 400;
    ctx.body = { error: bending.tokenError };
    return;
  }
  await next();
  if (ctx.path === "/.well-known/openid-configuration" && bending.metadata) {
    ctx.body = bending.metadata(ctx.body as Record<string, unknown>);
  }
  if (ctx.path === "/me" && bending.userInfo) ctx.body = bending.userInfo(ctx.body as Record<string, unknown>);
  const answer = ctx.body as { id_token?: string };
  if (ctx.path !== "/token" || answer.id_token === undefined) return;
  if (bending.idToken === undefined && !bending.isSignedByAnother) return;
  const claims = JSON.parse(Buffer.from(answer.id_token.split(".")[1]!, "base64url").toString()) as JWTPayload;
  const signer = bending.isSignedByAnother
    ? (await generateKeyPair("RS256")).privateKey
    : await importJWK(key, "RS256");
  const bent = new SignJWT(bending.idToken?.(claims) ?? claims).setProtectedHeader({ alg: "RS256", kid: "one" });
  ctx.body = { ...answer, id_token: await bent.sign(signer) };
}

/** Follows redirects with the provider's cookies until it sends the browser away. */
async function visit(issuer: string, start: string, press: string): Promise<URL> {
  const cookies = new Map<string, string>();
  let [url, init]: [URL, RequestInit] = [new URL(start), {}];
  for (let hop = 0; hop < 12; hop += 1) {
    const headers = { cookie: [...cookies].map((pair) => pair.join("=")).join("; ") };
    const response = await fetch(url, { ...init, headers: { ...headers, ...init.headers }, redirect: "manual" });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      cookies.set(name, value);
    }
    const location = response.headers.get("location");
    if (location !== null) {
      url = new URL(location, url);
      init = {};
      if (url.origin !== issuer) return url;
    } else if (url.pathname.startsWith("/interaction/")) {
      init = { method: "POST", body: new URLSearchParams({ press }) };
    } else {
      throw new Error(`the provider answered ${response.status}: ${await response.text()}`);
    }
  }
  throw new Error("the provider sends the browser in circles");
}
