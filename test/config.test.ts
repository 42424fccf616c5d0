import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import { ConfigError, loadConfig, settingNames } from "../src/config.ts";

const folder = mkdtempSync(join(tmpdir(), "koinon-config-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const trial = { DATA_DIR: folder };
const city = {
  ORIGIN: "https://city.example",
  DATA_DIR: folder,
  SECRET: "a secret that is long enough to sign with",
  SMTP_URL: "smtps://user:password@mail.city.example:465",
  MAIL_FROM: "City <participation@city.example>",
};

/** What the start is stopped with. */
function problemsOf(env: Record<string, string | undefined>, args: string[] = []): readonly string[] {
  try {
    loadConfig(env, args);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as ConfigError).message).not.toContain("\n");
    return (error as ConfigError).problems;
  }
  throw new Error("the settings were accepted");
}

describe("a node for trying out", () => {
  test("needs no setting at all", () => {
    expect(loadConfig(trial)).toMatchObject({
      origin: "http://localhost:8000",
      isPublic: false,
      host: "127.0.0.1",
      port: 8000,
      role: "both",
      databaseUrl: null,
      uploadsDir: join(folder, "uploads"),
      smtpUrl: null,
      federationTestPeers: [],
    });
  });

  test("listens where its origin says, unless told otherwise", () => {
    expect(loadConfig({ ...trial, ORIGIN: "http://localhost:8102" }).port).toBe(8102);
    expect(loadConfig({ ...trial, ORIGIN: "http://localhost:8102", PORT: "9000" }).port).toBe(9000);
    expect(loadConfig({ ...trial, PORT: "9000" }).origin).toBe("http://localhost:9000");
  });

  test("keeps the secret it makes, for its owner only", () => {
    const first = loadConfig(trial).secret;
    expect(first.length).toBeGreaterThanOrEqual(32);
    expect(loadConfig(trial).secret).toBe(first);
    expect(readFileSync(join(folder, "secret"), "utf8")).toBe(first);
    expect(statSync(join(folder, "secret")).mode & 0o077).toBe(0);
  });

  test("refuses a kept secret that was cut short", () => {
    const broken = mkdtempSync(join(folder, "broken-"));
    writeFileSync(join(broken, "secret"), "abc");
    expect(problemsOf({ DATA_DIR: broken })[0]).toContain("cut short");
  });

  test("may reach the test peers it names", () => {
    const peers = "http://localhost:8002, https://stranger.test";
    expect(loadConfig({ ...trial, FEDERATION_TEST_PEERS: peers }).federationTestPeers).toEqual([
      "http://localhost:8002",
      "https://stranger.test",
    ]);
  });

  test("keeps its cookies apart from the nodes beside it", () => {
    const prefixes = ["http://localhost:8001", "http://localhost:8002", "http://localhost"].map(
      (ORIGIN) => loadConfig({ ...trial, ORIGIN }).cookiePrefix,
    );
    expect(new Set(prefixes).size).toBe(3);
    expect(loadConfig(city).cookiePrefix).toBe("koinon");
  });
});

describe("a public node", () => {
  test("starts with its five settings", () => {
    expect(loadConfig(city)).toMatchObject({ origin: "https://city.example", isPublic: true, port: 8000 });
  });

  test.each([
    ["SECRET", undefined],
    ["SECRET", "short"],
    ["SMTP_URL", undefined],
    ["SMTP_URL", ""],
    ["SMTP_URL", "https://mail.city.example"],
    ["MAIL_FROM", undefined],
    ["MAIL_FROM", "City\r\nBcc: all@city.example"],
    ["ORIGIN", "http://city.example"],
    ["ORIGIN", "https://192.168.1.4"],
    ["ORIGIN", "https://[2001:db8::1]"],
    ["ORIGIN", "https://townhall"],
    ["ORIGIN", "https://city.example/participate"],
    ["ORIGIN", "https://user@city.example"],
    ["ORIGIN", "city.example"],
    ["ORIGIN", "ftp://city.example"],
    ["FEDERATION_TEST_PEERS", "http://localhost:8001"],
    ["FEDERATION_TEST_PEERS", "localhost"],
    ["PORT", "0"],
    ["PORT", "65536"],
    ["PORT", "8000.5"],
    ["ROLE", "boss"],
    ["TRUST_PROXY", "yes"],
    ["LOG_LEVEL", "loud"],
    ["DATABASE_URL", "mysql://localhost/city"],
    ["DATABASE_POOL_SIZE", "1"],
    ["DATABASE_PREPARE", "maybe"],
    ["DATABASE_NAME", "Barcelona; drop"],
    ["COOKIE_PREFIX", "a;b"],
    ["COOKIE_PREFIX", "__Host-city"],
    ["SOURCE_URL", "javascript:alert(1)"],
  ])("is stopped by %s=%s with a line that names it", (name, value) => {
    const problems = problemsOf({ ...city, [name]: value });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^${name} must `));
  });

  test("names everything that is missing at once, in one line", () => {
    expect(problemsOf({ ORIGIN: "https://city.example", DATA_DIR: folder })).toHaveLength(3);
  });

  test.each([
    ["a loopback address in disguise", "https://127.0.0.1.nip.example"],
    ["a name that only ends like a test name", "https://mytest.example"],
    ["a name with a trailing dot", "https://localhost."],
  ])("is what %s is taken for", (_, ORIGIN) => {
    expect(problemsOf({ ...city, ORIGIN, SECRET: undefined }).join()).toContain("SECRET must be set");
  });
});

test("settings that need each other are asked for together", () => {
  expect(problemsOf({ ...trial, SMTP_URL: "smtp://localhost:1025" })).toEqual([
    "MAIL_FROM must be set together with SMTP_URL",
  ]);
  expect(problemsOf({ ...trial, DATABASE_DIRECT_URL: "postgres://localhost/city" })[0]).toMatch(/^DATABASE_URL/);
});

test("a direct database address defaults to the database itself", () => {
  const config = loadConfig({ ...city, DATABASE_URL: "postgres://pooler/city" });
  expect(config.databaseDirectUrl).toBe("postgres://pooler/city");
  const direct = loadConfig({
    ...city,
    DATABASE_URL: "postgres://pooler/city",
    DATABASE_DIRECT_URL: "postgres://server/city",
    DATABASE_PREPARE: "false",
  });
  expect(direct).toMatchObject({ databaseDirectUrl: "postgres://server/city", databasePrepare: false });
});

test("the flag wins over the environment, and an unknown flag is named", () => {
  expect(loadConfig({ ...trial, ROLE: "web" }, ["--role", "worker"]).role).toBe("worker");
  expect(problemsOf(trial, ["--role", "boss"])[0]).toMatch(/^ROLE must be one of/);
  expect(problemsOf(trial, ["--rule", "web"])[0]).toContain("--rule");
});

test("a data folder that cannot be written to is named", () => {
  writeFileSync(join(folder, "a-file"), "");
  expect(problemsOf({ DATA_DIR: join(folder, "a-file", "below") })[0]).toMatch(/^DATA_DIR must be a folder/);
});

test("the settings cannot be changed after they are read", () => {
  expect(() => Object.assign(loadConfig(trial), { role: "web" })).toThrow(TypeError);
});

test(".env.example names every setting there is, and none that is not", () => {
  const example = readFileSync(join(import.meta.dirname, "../.env.example"), "utf8");
  const named = [...example.matchAll(/^#?([A-Z_]+)=/gm)].map((match) => match[1] as string);
  // DATABASE_PASSWORD is read by compose.yaml alone.
  expect(named.filter((name) => name !== "DATABASE_PASSWORD").sort()).toEqual([...settingNames].sort());
});

test(".env.example starts a public node once its secret is filled in", () => {
  const example = parseEnv(readFileSync(join(import.meta.dirname, "../.env.example"), "utf8"));
  expect(problemsOf({ ...example })).toEqual(["SECRET must be set; make one with: openssl rand -base64 48"]);
  expect(loadConfig({ ...example, SECRET: city.SECRET })).toMatchObject({
    isPublic: true,
    mailFrom: "City of Example <participation@city.example>",
    trustedProxyCount: 1,
  });
});

test("an identity provider is set with its client, and named by its host unless a name is given", () => {
  const provider = {
    OIDC_ISSUER: "https://id.city.example/realms/city",
    OIDC_CLIENT_ID: "koinon",
    OIDC_CLIENT_SECRET: "a secret of the provider",
  };
  expect(loadConfig(city).oidc).toBe(null);
  expect(loadConfig({ ...city, ...provider }).oidc).toEqual({
    issuer: "https://id.city.example/realms/city",
    clientId: "koinon",
    clientSecret: "a secret of the provider",
    name: "id.city.example",
    scopes: "openid profile email",
  });
  expect(loadConfig({ ...city, ...provider, OIDC_NAME: "City ID" }).oidc?.name).toBe("City ID");
});

test.each([
  [{ OIDC_ISSUER: "https://id.city.example" }, "OIDC_CLIENT_ID must be set together"],
  [{ OIDC_NAME: "City ID" }, "OIDC_ISSUER must be set together"],
  [{ OIDC_ISSUER: "id.city.example" }, "OIDC_ISSUER must be an https address"],
  [{ OIDC_ISSUER: "http://id.city.example" }, "OIDC_ISSUER must be an https address"],
  [{ OIDC_ISSUER: "https://id.city.example/?realm=city" }, "OIDC_ISSUER must be an https address"],
  [
    { OIDC_ISSUER: "http://localhost:8080", OIDC_CLIENT_ID: "k", OIDC_CLIENT_SECRET: "s" },
    "OIDC_ISSUER must start with https://",
  ],
  [{ OIDC_SCOPES: "profile" }, 'OIDC_SCOPES must have "openid"'],
])("half an identity provider stops the start: %j", (env, problem) => {
  expect(problemsOf({ ...city, ...env }).join("; ")).toContain(problem);
});
