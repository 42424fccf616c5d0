// A server with Mastodon's API for signing in elsewhere, as Mastodon has it or as others do (mastodon-shapes.ts):
// registration of clients, the consent page, tokens, verify_credentials, revocation. At the consent page as strict as Mastodon.
import { createHash, randomBytes } from "node:crypto";
import { type Shape, type ShapeName, shapes } from "./mastodon-shapes.ts";
import type { Json } from "./stranger.ts";

export interface MastodonAccount {
  readonly id: string;
  readonly username: string;
  readonly displayName: string;
  readonly language?: string | null;
}

export interface MastodonServer {
  readonly origin: string;
  readonly shape: Shape;
  fetch(request: Request): Promise<Response>;
  /** Who is logged in there, in the browser that comes. */
  account: MastodonAccount;
  /** The names of all who were logged in so far. */
  readonly members: Set<string>;
  readonly apps: Map<string, App>;
  /** Tokens that are still good, and whose they are: null for a client's own. */
  readonly tokens: Map<string, { clientId: string; scopes: string[]; account: MastodonAccount | null }>;
  /** Requests it got: `POST /oauth/token`. */
  readonly log: string[];
  /** What it has been before, or is not; all false for Mastodon 4.3 and later. */
  readonly oddities: {
    /** Before 4.3: no metadata, no `profile`, no PKCE. */
    isOld?: boolean;
    /** Only its proxy answers. */
    isOutOfOrder?: boolean;
    /** No such API at all. */
    isOther?: boolean;
    /** Says no at the token endpoint. */
    tokenError?: string;
    /** Claims to be an account of another server. */
    actorUri?: string;
    /** Before 4.2 and on others: the answer has no `uri`. */
    hasNoUri?: boolean;
    /** Handles are of this domain, which only has WebFinger. */
    accountDomain?: string;
  };
  /** A browser on its own: opens the consent page, presses a button, and says where it was sent back to. */
  visit(url: string, press?: "Authorize" | "Deny"): Promise<URL>;
}

interface App {
  readonly secret: string;
  readonly redirectUri: string;
  readonly scopes: string[];
  readonly name: string;
  /** Who agreed last. */
  account: MastodonAccount | null;
}

interface Grant {
  clientId: string;
  redirectUri: string;
  scopes: string[];
  challenge: string | null;
  account: MastodonAccount;
}

export function openMastodon(origin: string, account: MastodonAccount, as: ShapeName = "mastodon"): MastodonServer {
  const grants = new Map<string, Grant>();
  const server: MastodonServer = {
    origin,
    shape: shapes[as],
    account,
    members: new Set(),
    apps: new Map(),
    tokens: new Map(),
    log: [],
    oddities: {},
    async fetch(request) {
      const url = new URL(request.url);
      server.log.push(`${request.method} ${url.pathname}`);
      server.members.add(server.account.username);
      return await answer(server, grants, request, url);
    },
    async visit(url, press = "Authorize") {
      const page = await server.fetch(new Request(url, { headers: { accept: "text/html" } }));
      if (page.status !== 200) throw new Error(`the server answered ${page.status}: ${await page.text()}`);
      const body = new URLSearchParams({ press });
      const back = await server.fetch(new Request(url, { method: "POST", body }));
      return new URL(back.headers.get("location")!);
    },
  };
  return server;
}

async function answer(
  server: MastodonServer,
  grants: Map<string, Grant>,
  request: Request,
  url: URL,
): Promise<Response> {
  const { origin, oddities, shape } = server;
  if (oddities.isOutOfOrder) return new Response("<h1>502 Bad Gateway</h1>", { status: 502 });
  if (oddities.isOther) return new Response("<h1>Not here</h1>", { status: 404 });
  const fields = request.method === "POST" ? new URLSearchParams(await request.text()) : new URLSearchParams();
  switch (`${request.method} ${url.pathname}`) {
    case "GET /.well-known/webfinger":
      return webFinger(server, url);
    case "GET /.well-known/oauth-authorization-server":
      return oddities.isOld || shape.scopes === null
        ? shape.says.notFound()
        : Response.json(metadata(origin, shape.scopes));
    case "GET /api/v1/instance":
      return Response.json({
        uri: new URL(origin).host,
        title: "A server",
        version: oddities.isOld ? "4.1.2" : shape.version,
      });
    case "POST /api/v1/apps":
      return registerApp(server, fields);
    case "GET /oauth/authorize":
    case "POST /oauth/authorize":
      return consent(server, grants, url.searchParams, fields.get("press"));
    case "POST /oauth/token":
      return token(server, grants, fields);
    case "GET /api/v1/accounts/verify_credentials":
      return verifyCredentials(server, request.headers.get("authorization") ?? "");
    case "POST /oauth/revoke":
      return revoke(server, fields);
    default:
      return problem(404, "Record not found");
  }
}

const problem = (status: number, error: string, description?: string): Response =>
  Response.json({ error, ...(description ? { error_description: description } : {}) }, { status });

const metadata = (origin: string, scopes: readonly string[]): Json => ({
  issuer: `${origin}/`,
  authorization_endpoint: `${origin}/oauth/authorize`,
  token_endpoint: `${origin}/oauth/token`,
  revocation_endpoint: `${origin}/oauth/revoke`,
  userinfo_endpoint: `${origin}/oauth/userinfo`,
  scopes_supported: [...scopes],
  response_types_supported: ["code"],
  response_modes_supported: ["query", "fragment", "form_post"],
  grant_types_supported: ["authorization_code", "client_credentials"],
  token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"],
  code_challenge_methods_supported: ["S256"],
  service_documentation: "https://docs.joinmastodon.org/",
  app_registration_endpoint: `${origin}/api/v1/apps`,
});

function webFinger({ origin, oddities, shape, members }: MastodonServer, url: URL): Response {
  const { host } = new URL(origin);
  const hosts = [host, oddities.accountDomain ?? host];
  const [, username = "", domain = ""] = /^acct:(.+)@(.+)$/.exec(url.searchParams.get("resource") ?? "") ?? [];
  if (!members.has(username) || !hosts.includes(domain)) return problem(404, "Not Found");
  const actor = `${origin}${shape.actorPath(username)}`;
  const links = [
    { rel: "http://webfinger.net/rel/profile-page", type: "text/html", href: `${origin}/@${username}` },
    { rel: "self", type: "application/activity+json", href: actor },
    { rel: "http://ostatus.org/schema/1.0/subscribe", template: `${origin}/authorize_interaction?uri={uri}` },
  ];
  return Response.json({ subject: `acct:${username}@${hosts[1]}`, aliases: [actor], links });
}

function registerApp({ apps, oddities }: MastodonServer, fields: URLSearchParams): Response {
  const redirectUri = fields.get("redirect_uris") ?? "";
  const scopes = (fields.get("scopes") ?? "read").split(" ");
  if (!URL.canParse(redirectUri)) return problem(422, "Validation failed: Redirect URI must be an absolute URI.");
  if (oddities.isOld && scopes.includes("profile"))
    return problem(422, "Validation failed: Scopes doesn't match configured on the server.");
  const [clientId, secret] = [random(), random()];
  const name = fields.get("client_name") ?? "";
  apps.set(clientId, { secret, redirectUri, scopes, name, account: null });
  return Response.json({
    ...{ id: String(apps.size), name, website: fields.get("website"), scopes },
    ...{ redirect_uri: redirectUri, redirect_uris: [redirectUri], client_id: clientId, client_secret: secret },
    ...{ client_secret_expires_at: 0, vapid_key: "BCk-QqERU0q-CfYZjcuB6lnyyOYfJ2AifKqfeGIm7Z" },
  });
}

const random = (): string => randomBytes(32).toString("base64url");

/** The page a person sees; an error page that leads nowhere, where the client is unknown. */
function consent(
  { apps, account, shape }: MastodonServer,
  grants: Map<string, Grant>,
  asked: URLSearchParams,
  press: string | null,
): Response {
  const clientId = asked.get("client_id") ?? "";
  const app = apps.get(clientId);
  const redirectUri = asked.get("redirect_uri") ?? "";
  if (app === undefined) return shape.says.stranger();
  if (redirectUri !== app.redirectUri) return new Response("The redirect uri included is not valid.", { status: 400 });
  const scopes = (asked.get("scope") ?? "read").split(" ");
  const back = new URL(redirectUri);
  if (press !== "Deny" || shape.no === "with state") back.searchParams.set("state", asked.get("state") ?? "");
  if (!scopes.every((scope) => app.scopes.includes(scope))) {
    back.searchParams.set("error", "invalid_scope");
    return Response.redirect(back.href, 302);
  }
  if (press === null) return consentPage(app, scopes, shape);
  if (press === "Deny") {
    back.searchParams.set("error", "access_denied");
    back.searchParams.set("error_description", "The resource owner or authorization server denied the request.");
    return Response.redirect(back.href, 302);
  }
  const code = random();
  const challenge = shape.scopes === null ? null : asked.get("code_challenge");
  grants.set(code, { clientId, redirectUri, scopes, challenge, account });
  app.account = account;
  back.searchParams.set("code", code);
  return Response.redirect(back.href, 302);
}

function consentPage({ name }: App, scopes: readonly string[], shape: Shape): Response {
  const deny = `<button name="press" value="Deny">Deny</button>`;
  const page = `<!doctype html><html lang="en"><title>Authorization required</title><h1>Authorization required</h1>
    <p><strong>${name}</strong> would like permission to access your account.</p><p>${scopes.join(" ")}</p>
    <form method="post"><button name="press" value="Authorize">Authorize</button>
    ${shape.no === "not offered" ? "" : deny}</form></html>`;
  return new Response(page, { headers: { "content-type": "text/html; charset=utf-8" } });
}

function token(server: MastodonServer, grants: Map<string, Grant>, fields: URLSearchParams): Response {
  const { apps, tokens, oddities, shape } = server;
  const clientId = fields.get("client_id") ?? "";
  const grantType = fields.get("grant_type") ?? "";
  if (shape.wantsRedirectUri && !fields.has("redirect_uri")) return shape.says.incomplete();
  const app = apps.get(clientId);
  if (app === undefined) return shape.says.unknownClient(grantType);
  if (app.secret !== fields.get("client_secret")) return shape.says.wrongSecret();
  const isPersonal = grantType === "authorization_code";
  if (oddities.tokenError && isPersonal) return problem(400, oddities.tokenError);
  let scopes = (fields.get("scope") ?? "read").split(" ");
  let account = shape.comparesCodes ? null : app.account;
  if (isPersonal && shape.comparesCodes) {
    const grant = grants.get(fields.get("code") ?? "");
    grants.delete(fields.get("code") ?? "");
    if (!isGood(grant, clientId, fields)) return shape.says.unknownCode();
    ({ scopes, account } = grant);
  }
  const accessToken = random();
  tokens.set(accessToken, { clientId, scopes, account });
  const created_at = 1_573_979_017;
  return Response.json({ access_token: accessToken, token_type: "Bearer", scope: scopes.join(" "), created_at });
}

function isGood(grant: Grant | undefined, clientId: string, fields: URLSearchParams): grant is Grant {
  const verifier = createHash("sha256")
    .update(fields.get("code_verifier") ?? "")
    .digest("base64url");
  return (
    grant?.clientId === clientId &&
    grant.redirectUri === fields.get("redirect_uri") &&
    (grant.challenge === null || grant.challenge === verifier)
  );
}

function revoke({ apps, tokens, shape }: MastodonServer, fields: URLSearchParams): Response {
  const clientId = fields.get("client_id") ?? "";
  if (tokens.get(fields.get("token") ?? "")?.clientId !== clientId) return shape.says.notItsToken();
  tokens.delete(fields.get("token")!);
  if (shape.forgetsWithToken) apps.delete(clientId);
  return Response.json({});
}

function verifyCredentials(server: MastodonServer, authorization: string): Response {
  const known = server.tokens.get(authorization.replace(/^Bearer /, ""));
  if (known === undefined || known.account === null) return server.shape.says.noToken();
  if (!known.scopes.some((scope) => ["read", "read:accounts", "profile"].includes(scope))) {
    return problem(403, "This action is outside the authorized scopes");
  }
  const { origin, oddities, shape } = server;
  const { id, username, displayName, language } = known.account;
  const picture = `${origin}/avatars/original/missing.png`;
  return Response.json({
    ...{ id, username, acct: username, display_name: displayName, locked: false, bot: false, discoverable: null },
    ...{ indexable: false, group: false, created_at: "2023-11-04T00:00:00.000Z", note: "<p>Neighbour.</p>" },
    url: `${origin}/@${username}`,
    ...(oddities.actorUri ? { uri: oddities.actorUri } : {}),
    ...(oddities.hasNoUri || oddities.actorUri || !shape.hasUri
      ? {}
      : { uri: `${origin}${shape.actorPath(username)}` }),
    ...{ avatar: picture, avatar_static: picture, header: picture, header_static: picture },
    ...{ followers_count: 12, following_count: 34, statuses_count: 56, last_status_at: "2026-05-03" },
    ...{ hide_collections: null, noindex: false, emojis: [], roles: [], fields: [] },
    // `profile` alone reads the public account only.
    ...(known.scopes.includes("profile")
      ? {}
      : { source: { privacy: "public", sensitive: false, language: language ?? null, note: "", fields: [] } }),
  });
}
