// How servers with Mastodon's API for signing in differ, as far as it was seen at them: Mastodon's own documents for 4.3, and
// GoToSocial 0.19.2, snac 2.94 and Hollo 0.6.20 as they ran.

export type ShapeName = "mastodon" | "gotosocial" | "snac" | "hollo";

export interface Shape {
  /** As `/api/v1/instance` says it. */
  readonly version: string;
  /** The scopes in its metadata (RFC 8414), which come with PKCE; null where it has none. */
  readonly scopes: readonly string[] | null;
  readonly actorPath: (username: string) => string;
  /** Whether the account that it tells of has `uri`, its actor. */
  readonly hasUri: boolean;
  /** Whether people can say no, and whether the state comes back with that. */
  readonly no: "with state" | "without state" | "not offered";
  /** False: any code is as good as another, and gives a token of whoever agreed last to that registration. */
  readonly comparesCodes: boolean;
  /** Wants `redirect_uri` with every grant. */
  readonly wantsRedirectUri: boolean;
  /** Forgets a registration when a token of it is given back. */
  readonly forgetsWithToken: boolean;
  readonly says: {
    readonly notFound: () => Response;
    /** At the consent page, to a client it does not know. */
    readonly stranger: () => Response;
    /** At the token endpoint. */
    readonly unknownClient: (grantType: string) => Response;
    readonly wrongSecret: () => Response;
    readonly unknownCode: () => Response;
    readonly incomplete: () => Response;
    /** To a token that is none, or nobody's. */
    readonly noToken: () => Response;
    readonly notItsToken: () => Response;
  };
}

const problem = (status: number, error: string, description?: string): Response =>
  Response.json({ error, ...(description ? { error_description: description } : {}) }, { status });
const page = (status: number, text: string): Response =>
  new Response(text, { status, headers: { "content-type": "text/html; charset=utf-8" } });

const scopes = ["read", "write", "write:accounts", "read:accounts", "read:statuses", "profile", "follow", "push"];

const mastodon: Shape = {
  version: "4.3.0",
  scopes,
  actorPath: (username) => `/users/${username}`,
  hasUri: true,
  no: "with state",
  comparesCodes: true,
  wantsRedirectUri: false,
  forgetsWithToken: false,
  says: {
    notFound: () => problem(404, "Not Found"),
    stranger: () => page(401, "Client authentication failed due to unknown client"),
    unknownClient: () => problem(401, "invalid_client", "Client authentication failed due to unknown client."),
    wrongSecret: () => problem(401, "invalid_client", "Client authentication failed due to unknown client."),
    unknownCode: () => problem(400, "invalid_grant"),
    incomplete: () => problem(400, "invalid_request"),
    noToken: () => problem(401, "The access token is invalid"),
    notItsToken: () => problem(403, "unauthorized_client"),
  },
};

/** What its database says is its error, the same for a registration and a code that it does not know. */
const noRows = () => problem(400, "sql: no rows in result set", "Bad Request: could not get access token");

const gotosocial: Shape = {
  ...mastodon,
  version: "0.19.2",
  scopes: null,
  hasUri: false,
  no: "not offered",
  wantsRedirectUri: true,
  says: {
    notFound: () => problem(404, "Not Found"),
    stranger: () => page(500, "Internal Server Error: db error getting app for clientID"),
    unknownClient: (grantType) =>
      grantType === "client_credentials" ? problem(400, "5: no application found with client id") : noRows(),
    wrongSecret: () => problem(400, "invalid_client", "Bad Request: could not get access token: invalid_client"),
    unknownCode: noRows,
    incomplete: () => problem(400, "invalid_request", "Bad Request: redirect_uri was not set"),
    noToken: () => problem(401, "Unauthorized: token not supplied"),
    notItsToken: () => Response.json({}),
  },
};

const badRequest = () => page(400, "<h1>400 Bad Request (snac/2.94)</h1>");

const snac: Shape = {
  ...mastodon,
  version: "4.0.0 (not true; really snac/2.94)",
  scopes: null,
  actorPath: (username) => `/${username}`,
  no: "not offered",
  comparesCodes: false,
  wantsRedirectUri: true,
  forgetsWithToken: true,
  says: {
    notFound: () => page(404, "<h1>404 Not Found (snac/2.94)</h1>"),
    stranger: badRequest,
    unknownClient: () => page(401, ""),
    wrongSecret: () => page(401, ""),
    unknownCode: badRequest,
    incomplete: badRequest,
    noToken: () => page(422, ""),
    notItsToken: () => Response.json({}, { status: 403 }),
  },
};

const hollo: Shape = {
  ...mastodon,
  version: "0.6.20",
  actorPath: (username) => `/@${username}`,
  hasUri: false,
  no: "without state",
  says: {
    ...mastodon.says,
    stranger: () => problem(400, "invalid_client_id"),
    noToken: () => problem(401, "invalid_token"),
    notItsToken: () => Response.json({}),
  },
};

export const shapes: Readonly<Record<ShapeName, Shape>> = { mastodon, gotosocial, snac, hollo };
export const shapeNames = Object.keys(shapes) as ShapeName[];
