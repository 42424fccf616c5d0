// The settings of one node, read from the environment, checked, and decided once. Nothing else reads process.env.
import { randomBytes } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { defaultDataDir } from "./platform/embedded-postgres.ts";
import type { OpenIdSettings } from "./platform/openid.ts";

export interface Config {
  /** The public address of the node, such as `https://city.example`; no trailing slash. Part of every URI it mints. */
  readonly origin: string;
  /** False for a loopback, `.localhost` or `.test` origin: a node for trying out, whose rules are laxer. */
  readonly isPublic: boolean;
  readonly host: string;
  readonly port: number;
  readonly role: Role;
  /** Reverse proxies in front of this node whose `X-Forwarded-For` entry is believed; 0 believes none. */
  readonly trustedProxyCount: number;
  /** Where the embedded database, the uploads and the made secret live; absolute. */
  readonly dataDir: string;
  readonly uploadsDir: string;
  /** An outside PostgreSQL; null: the embedded one in the data folder. */
  readonly databaseUrl: string | null;
  /** The same server past any pooler, for migrations, backup and listening; `databaseUrl` unless set. */
  readonly databaseDirectUrl: string | null;
  /** The name of the node's database in the embedded PostgreSQL. */
  readonly databaseName: string;
  readonly databasePoolSizeMax: number;
  /** False behind PgBouncer in transaction mode. */
  readonly databasePrepare: boolean;
  /** Signs cookies and links; at least 32 characters. The same in every process of the node. */
  readonly secret: string;
  /** Starts the name of every cookie, so that nodes on one host keep their sessions apart. */
  readonly cookiePrefix: string;
  /** Null only on a test origin: mail is then kept in the local mailbox. */
  readonly smtpUrl: string | null;
  readonly mailFrom: string;
  /** Origins reached in spite of the address guard, for a demo or tests; always empty on a public origin. */
  readonly federationTestPeers: readonly string[];
  readonly logLevel: LogLevel;
  /** Where the source of what runs here can be had, linked from every page (AGPL section 13); null: not said. */
  readonly sourceUrl: string | null;
  /** The city's identity provider (OpenID Connect); null: people sign in without one. */
  readonly oidc: OpenIdSettings | null;
}

const roles = ["web", "worker", "both"] as const;
export type Role = (typeof roles)[number];

const logLevels = ["debug", "info", "warning", "error"] as const;
export type LogLevel = (typeof logLevels)[number];

/** Settings a node cannot start with. The message is one line that says what to set. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("; "));
    this.name = "ConfigError";
    this.problems = problems;
  }
}

const secretLengthMin = 32;
const portDefault = 8000;
const projectDir = dirname(import.meta.dirname);

/**
 * Reads, checks and completes the settings. On a test origin without SECRET, one is made and kept in the data folder.
 *
 * @param args Command-line flags that win over the environment: `--role web|worker|both`.
 * @throws ConfigError naming each setting that is wrong or missing.
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>>, args: readonly string[] = []): Config {
  const given = Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== "");
  const flags = readFlags(args);
  const parsed = settings.safeParse({ ...Object.fromEntries(given), ...flags });
  if (!parsed.success)
    throw new ConfigError(parsed.error.issues.map((issue) => `${String(issue.path[0])} ${issue.message}`));
  const set = parsed.data;
  const origin = set.ORIGIN ?? new URL(`http://localhost:${set.PORT ?? portDefault}`);
  const isPublic = !isTestHost(origin.hostname);
  const problems = isPublic ? problemsInPublic(origin, set) : [];
  problems.push(...problemsTogether(origin, set));
  if (problems.length > 0) throw new ConfigError(problems);
  const dataDir = set.DATA_DIR === undefined ? defaultDataDir(projectDir) : resolve(set.DATA_DIR);
  return Object.freeze({
    origin: origin.origin,
    isPublic,
    host: set.HOST,
    port: set.PORT ?? (isPublic ? portDefault : portOf(origin)),
    role: set.ROLE,
    trustedProxyCount: set.TRUST_PROXY,
    dataDir,
    uploadsDir: set.UPLOADS_DIR === undefined ? join(dataDir, "uploads") : resolve(set.UPLOADS_DIR),
    databaseUrl: set.DATABASE_URL ?? null,
    databaseDirectUrl: set.DATABASE_DIRECT_URL ?? set.DATABASE_URL ?? null,
    databaseName: set.DATABASE_NAME,
    databasePoolSizeMax: set.DATABASE_POOL_SIZE,
    databasePrepare: set.DATABASE_PREPARE,
    secret: set.SECRET ?? keptSecret(dataDir),
    cookiePrefix: set.COOKIE_PREFIX ?? cookiePrefixOf(origin),
    smtpUrl: set.SMTP_URL ?? null,
    mailFrom: set.MAIL_FROM ?? `no-reply@${origin.hostname}`,
    federationTestPeers: Object.freeze(set.FEDERATION_TEST_PEERS),
    logLevel: set.LOG_LEVEL,
    sourceUrl: set.SOURCE_URL ?? null,
    oidc: oidcOf(set),
  });
}

/** The settings of the running program: its environment and its flags. */
export const configOfThisProcess = (): Config => loadConfig(process.env, process.argv.slice(2));

const origin = (text: string, context: z.RefinementCtx): URL => {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isOrigin = url !== null && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`;
  if (isOrigin && text.replace(/\/$/, "") === url.origin) return url;
  context.addIssue(`must be an origin such as https://city.example, without a path, not "${text}"`);
  return z.NEVER;
};

const addressOf = (protocols: readonly string[], example: string) =>
  z
    .string()
    .refine(
      (text) => URL.canParse(text) && protocols.includes(new URL(text).protocol) && new URL(text).hostname !== "",
      `must be an address such as ${example}`,
    );

const wholeNumber = (min: number, max: number, meaning: string) =>
  z
    .string()
    .refine((text) => /^\d{1,9}$/.test(text) && Number(text) >= min && Number(text) <= max, {
      error: `must be ${meaning}, from ${min} to ${max}`,
    })
    .transform(Number);

const oneOf = <T extends string>(values: readonly T[]) =>
  z.enum(values, { error: `must be one of ${values.join(", ")}` });

/** OpenID Connect Discovery 1.0 section 3; plain http only on this machine, for trying out. */
function isIssuer(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.search !== "" || url.hash !== "" || url.username !== "") return false;
  return url.protocol === "https:" || (url.protocol === "http:" && isTestHost(url.hostname));
}

function oidcOf(set: Settings): OpenIdSettings | null {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret } = set;
  if (issuer === undefined || clientId === undefined || clientSecret === undefined) return null;
  return { issuer, clientId, clientSecret, name: set.OIDC_NAME ?? new URL(issuer).host, scopes: set.OIDC_SCOPES };
}

const postgresUrl = addressOf(["postgres:", "postgresql:"], "postgres://koinon:password@localhost:5432/koinon");

const settings = z.object({
  ORIGIN: z.string().transform(origin).optional(),
  HOST: z.string().default("127.0.0.1"),
  PORT: wholeNumber(1, 65_535, "a port").optional(),
  ROLE: oneOf(roles).default("both"),
  TRUST_PROXY: wholeNumber(0, 8, "the number of proxies in front of this node").default(0),
  DATA_DIR: z.string().optional(),
  UPLOADS_DIR: z.string().optional(),
  DATABASE_URL: postgresUrl.optional(),
  DATABASE_DIRECT_URL: postgresUrl.optional(),
  DATABASE_NAME: z
    .string()
    .regex(/^[a-z_][a-z0-9_]{0,62}$/, "must be made of small letters, digits and _")
    .default("koinon"),
  DATABASE_POOL_SIZE: wholeNumber(2, 500, "a number of connections").default(10),
  DATABASE_PREPARE: z
    .stringbool({ error: "must be true, or false behind PgBouncer in transaction mode" })
    .default(true),
  SECRET: z
    .string()
    .min(secretLengthMin, `must have at least ${secretLengthMin} characters; make one with: openssl rand -base64 48`)
    .optional(),
  COOKIE_PREFIX: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, "must be made of letters, digits, - and _")
    .optional(),
  SMTP_URL: addressOf(["smtp:", "smtps:"], "smtps://user:password@mail.example:465").optional(),
  MAIL_FROM: z
    .string()
    .regex(
      /^[^<>\r\n]*<[^<>@\s]+@[^<>@\s]+>$|^[^<>@\s]+@[^<>@\s]+$/,
      'must be a mail address such as "City of Example <participation@city.example>"',
    )
    .optional(),
  FEDERATION_TEST_PEERS: z
    .string()
    .default("")
    .transform((text, context) =>
      text
        .split(",")
        .map((one) => one.trim())
        .filter((one) => one !== "")
        .map((one) => origin(one, context)?.origin),
    ),
  LOG_LEVEL: oneOf(logLevels).default("info"),
  SOURCE_URL: addressOf(["https:", "http:"], "https://code.city.example/koinon").optional(),
  OIDC_ISSUER: z
    .string()
    .refine(isIssuer, "must be an https address without query, such as https://id.city.example/realms/city")
    .optional(),
  OIDC_CLIENT_ID: z.string().optional(),
  OIDC_CLIENT_SECRET: z.string().optional(),
  OIDC_NAME: z.string().max(60, "must have at most 60 characters").optional(),
  OIDC_SCOPES: z
    .string()
    .default("openid profile email")
    .refine(
      (text) => text.split(" ").includes("openid"),
      'must have "openid" among them, such as "openid profile email"',
    ),
});
type Settings = z.infer<typeof settings>;

/** All that can be set, by name. */
export const settingNames: readonly string[] = Object.keys(settings.shape);

/** What a node that others can reach must have, and must not. */
function problemsInPublic(origin: URL, set: Settings): string[] {
  const problems: string[] = [];
  if (origin.protocol !== "https:") problems.push(`ORIGIN must start with https:// for a public host (${origin.host})`);
  if (!isDomainName(origin.hostname)) problems.push("ORIGIN must have a domain name, not an address or a bare name");
  if (set.SECRET === undefined) problems.push("SECRET must be set; make one with: openssl rand -base64 48");
  if (set.SMTP_URL === undefined)
    problems.push("SMTP_URL must be set, such as smtps://user:password@mail.example:465, since people sign in by mail");
  if (set.MAIL_FROM === undefined) problems.push("MAIL_FROM must be set to the address that mail is sent from");
  if (set.FEDERATION_TEST_PEERS.length > 0)
    problems.push("FEDERATION_TEST_PEERS must be empty on a public origin: it opens the guard on outgoing requests");
  return problems;
}

/** Settings that are each well formed but do not fit each other. */
function problemsTogether(origin: URL, set: Settings): string[] {
  const problems: string[] = [];
  if (set.SMTP_URL !== undefined && set.MAIL_FROM === undefined && isTestHost(origin.hostname))
    problems.push("MAIL_FROM must be set together with SMTP_URL");
  if (set.DATABASE_DIRECT_URL !== undefined && set.DATABASE_URL === undefined)
    problems.push("DATABASE_URL must be set together with DATABASE_DIRECT_URL");
  const oidc = ["OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"] as const;
  for (const name of oidc)
    if (set[name] === undefined && [...oidc, "OIDC_NAME" as const].some((other) => set[other] !== undefined))
      problems.push(`${name} must be set together with the other settings of the identity provider`);
  if (set.OIDC_ISSUER?.startsWith("http:") && !isTestHost(origin.hostname))
    problems.push("OIDC_ISSUER must start with https:// on a public origin");
  return problems;
}

function readFlags(args: readonly string[]): { ROLE?: string } {
  try {
    const { values } = parseArgs({ args: [...args], options: { role: { type: "string" } } });
    return values.role === undefined ? {} : { ROLE: values.role };
  } catch (error) {
    throw new ConfigError([`${(error as Error).message.split(".")[0]}; the only flag is --role web|worker|both`]);
  }
}

/** Whether a host can only be this machine: RFC 6761 `localhost` and `test`, 127.0.0.0/8 and ::1. */
export function isTestHost(hostname: string): boolean {
  return /^(.+\.)?(localhost|test)$|^127(\.\d{1,3}){3}$|^\[::1\]$/.test(hostname);
}

const isDomainName = (hostname: string): boolean =>
  /^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]([a-z0-9-]*[a-z0-9])?$/.test(hostname);

const portOf = (origin: URL): number =>
  origin.port !== "" ? Number(origin.port) : origin.protocol === "https:" ? portDefault : 80;

/** Browsers keep hosts apart by themselves, but not the ports of one host. */
const cookiePrefixOf = (origin: URL): string => (origin.port === "" ? "koinon" : `koinon_${origin.port}`);

/** The secret of a test origin: made on the first start. Linked into place, so that two starters agree on one. */
function keptSecret(dataDir: string): string {
  const path = join(dataDir, "secret");
  try {
    // Root's database server runs as another user, who has to pass through.
    mkdirSync(dataDir, { recursive: true, mode: process.getuid?.() === 0 ? 0o755 : 0o700 });
    const mine = `${path}.${process.pid}`;
    writeFileSync(mine, randomBytes(48).toString("base64url"), { mode: 0o600 });
    try {
      linkSync(mine, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    } finally {
      rmSync(mine);
    }
    const secret = readFileSync(path, "utf8").trim();
    if (secret.length < secretLengthMin) throw new Error(`${path} is cut short: remove it, or set SECRET`);
    return secret;
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    throw new ConfigError([`DATA_DIR must be a folder this user can write to, not ${dataDir} (${reason})`]);
  }
}
