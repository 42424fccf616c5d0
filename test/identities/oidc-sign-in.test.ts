// Signing in at the city's identity provider: a whole node, and a real OpenID provider on a port of this machine.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openAccount } from "../../src/accounts/sign-in-actions.ts";
import { type Config, loadConfig } from "../../src/config.ts";
import { signInWith } from "../../src/identities/actions.ts";
import { admitArrival, type Entered, type OnClaims } from "../../src/identities/arrival-actions.ts";
import { beginOidc, finishOidc } from "../../src/identities/oidc-actions.ts";
import { type Instance, openInstance } from "../../src/instance.ts";
import { databaseAddress } from "../../src/platform/databases.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { openGuardedFetch } from "../../src/platform/guarded-fetch.ts";
import { openOpenIdProvider, type VerifiedClaims } from "../../src/platform/openid.ts";
import { setMethod } from "../../src/residences/method-actions.ts";
import { aCity } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";
import { sentTo, signInByLink } from "../support/elsewhere.ts";
import { foundTestCity } from "../support/listening.ts";
import { openTestProvider, type TestProvider } from "../support/openid-provider.ts";
import { openVisitor, type Visitor } from "../support/visit.ts";

const origin = "http://bilbao.localhost:8123";
const go = "Continue with Bilbao ID";

let db: TestDatabase;
let provider: TestProvider;
let config: Config;
let node: Instance;
let made = 0;

beforeAll(async () => {
  [db, provider] = await Promise.all([
    openTestDatabase(),
    openTestProvider({ redirectUris: [`${origin}/sign-in/oidc/return`] }),
  ]);
  config = loadConfig({
    ORIGIN: origin,
    DATA_DIR: mkdtempSync(join(tmpdir(), "koinon-oidc-")),
    DATABASE_URL: databaseAddress(db.target),
    SECRET: "s".repeat(40),
    FEDERATION_TEST_PEERS: provider.issuer,
    OIDC_ISSUER: provider.issuer,
    OIDC_CLIENT_ID: provider.clientId,
    OIDC_CLIENT_SECRET: provider.clientSecret,
    OIDC_NAME: "Bilbao ID",
    OIDC_SCOPES: "openid profile email residence",
  });
  node = await openInstance(config, { fetchLimits: { totalMs: 10_000 } });
  await foundTestCity(node, "Bilbao");
});
afterAll(async () => {
  await node[Symbol.asyncDispose]();
  await Promise.all([provider[Symbol.asyncDispose](), db.drop()]);
  rmSync(config.dataDir, { recursive: true, force: true });
});
beforeEach(() => {
  const n = ++made;
  const claims = { name: `Ane ${n}`, locale: "es-ES", email: `ane${n}@example.org`, email_verified: true };
  provider.person = { sub: `person-${n}-8f1e`, claims };
  provider.bending = {};
});

const someone = () => openVisitor((request) => node.fetch(request), origin);
async function leaves(visitor: Visitor, from = "/sign-in"): Promise<URL> {
  await visitor.open(from);
  await visitor.press(go);
  return new URL(sentTo(visitor));
}

async function comesBack(visitor: Visitor, press?: "Agree" | "Deny"): Promise<URL> {
  const back = await provider.visit(sentTo(visitor), press);
  await visitor.open(back.href);
  return back;
}

async function signedIn(): Promise<Visitor> {
  const visitor = someone();
  await leaves(visitor);
  await comesBack(visitor);
  if (visitor.hasButton("Open my account")) await visitor.press("Open my account");
  return visitor;
}

const someoneWithEmail = (email: string) => signInByLink({ instance: node, config }, email, new Date());

const identities = () =>
  db.sql<{ accountId: string }[]>`select account_id from identity where subject = ${provider.person.sub}`;

describe("someone who comes for the first time", () => {
  test("is told what is used, goes to the provider, chooses name and language, and is signed in", async () => {
    const visitor = someone();
    await visitor.open("/sign-in");
    expect(visitor.text).toContain("your name, your language, and your e-mail address if it has verified it");
    const asked = await leaves(visitor);
    expect(asked.origin).toBe(provider.issuer);
    expect(asked.searchParams.get("scope")).toBe("openid profile email residence");
    expect(asked.searchParams.get("code_challenge_method")).toBe("S256");
    expect(asked.searchParams.get("nonce")).toMatch(/^.{43}$/);

    const back = await comesBack(visitor);
    expect(back.searchParams.get("iss")).toBe(provider.issuer);
    expect(visitor.url.href).toBe(`${origin}/sign-in/welcome`);
    expect(visitor.value("Name shown to others")).toBe(`Ane ${made}`);
    expect(visitor.value("Language")).toBe("es");
    expect(visitor.text).toContain(`ane${made}@example.org, which was verified there`);
    expect(visitor.html).not.toContain(provider.person.sub);
    expect(await identities()).toHaveLength(0);

    await visitor.press("Open my account");
    await visitor.open("/account");
    expect(visitor.text).toContain(`ane${made}@example.org`);
    expect(visitor.html).not.toContain(provider.person.sub);
    // The access token was given back.
    expect(provider.log).toContain("POST /token/revocation");
  });

  test("comes back into the same account, with another name and address at the provider", async () => {
    await signedIn();
    provider.person = {
      ...provider.person,
      claims: { name: "Renamed", email: "new@example.org", email_verified: true },
    };
    const visitor = await signedIn();
    await visitor.open("/account");
    expect(visitor.text).toContain(`ane${made}@example.org`);
    expect(await identities()).toHaveLength(1);
  });

  test("has no e-mail address here when the provider has not verified it", async () => {
    provider.person = { ...provider.person, claims: { email: `ane${made}@example.org`, email_verified: false } };
    const visitor = someone();
    await leaves(visitor);
    await comesBack(visitor);
    expect(visitor.text).toContain("Your account has no e-mail address then");
    await visitor.fill("Name shown to others", "Ane").press("Open my account");
    await visitor.open("/account");
    expect(visitor.text).not.toContain(`ane${made}@example.org`);
  });
});

describe("an e-mail address that an account here has already", () => {
  test("does not hand that account over: the person is told to sign in as before, and to add this way", async () => {
    await openAccount(db.sql, { email: `ane${made}@example.org`, name: "Ane", locale: "en" }, new Date());
    const visitor = someone();
    await leaves(visitor);
    await comesBack(visitor);
    expect(visitor.status).toBe(409);
    expect(visitor.text).toContain("You already have an account here with this e-mail address");
    expect(await identities()).toHaveLength(0);

    const ane = await someoneWithEmail(`ane${made}@example.org`);
    await leaves(ane, "/account/sign-in");
    await comesBack(ane);
    expect(ane.url.pathname).toBe("/account/sign-in");
    expect(ane.text).toContain("you can sign in this way from now on");
    const again = await signedIn();
    await again.open("/account");
    expect(again.text).toContain(`ane${made}@example.org`);
  });

  test("nor when the account was opened while the person was choosing their name", async () => {
    const visitor = someone();
    await leaves(visitor);
    await comesBack(visitor);
    await openAccount(db.sql, { email: `ane${made}@example.org`, name: "Other", locale: "en" }, new Date());
    visitor.fill("Name shown to others", "Ane");
    await visitor.press("Open my account");
    expect(visitor.status).toBe(409);
    expect(visitor.value("Name shown to others")).toBe("Ane");
    expect(await identities()).toHaveLength(0);
  });
});

test("nor in the very moment in which somebody else opens an account under it", async () => {
  const email = `ane${made}@example.org`;
  const identity = { kind: "oidc", issuer: provider.issuer, subject: provider.person.sub, label: "Bilbao ID" } as const;
  const newcomer = { name: "Ane", fallbackName: "Bilbao ID", locale: "en", verifiedEmail: email };
  const session = { device: "", previousSessionToken: null };
  const both = db.sql.begin(async (other) => {
    await openAccount(other as never, { email, name: "Other", locale: "en" }, new Date());
    const entering = withTransaction(db.sql, (tx) => signInWith(tx, identity, newcomer, session, new Date()));
    // It waits for the other one to be done, and must then not find its account.
    await Promise.race([entering.catch(() => null), new Promise((done) => setTimeout(done, 200))]);
    return { entering };
  });
  await expect(both.then(({ entering }) => entering)).rejects.toMatchObject({ code: "email-known" });
});

test("an identity that leads into one account is not taken into another", async () => {
  await signedIn();
  await openAccount(db.sql, { email: "jon@example.org", name: "Jon", locale: "en" }, new Date());
  const jon = await someoneWithEmail("jon@example.org");
  await leaves(jon, "/account/sign-in");
  await comesBack(jon);
  expect(jon.status).toBe(409);
  expect(jon.text).toContain("already belongs to another account here");
});

describe("when something goes wrong, it is said, nothing changes, and one can try again:", () => {
  async function fails(status: number, said: string, press?: "Deny"): Promise<void> {
    const visitor = someone();
    await leaves(visitor, "/sign-in?back=%2Fprocesses");
    await comesBack(visitor, press);
    expect(visitor.status).toBe(status);
    expect(visitor.text).toContain(said);
    expect(visitor.linkTo("Sign in another way")).toBe("/sign-in?back=%2Fprocesses");
    expect(await identities()).toHaveLength(0);
    provider.bending = {};
    await visitor.press(go);
    await comesBack(visitor);
    expect(visitor.url.pathname).toBe("/sign-in/welcome");
  }
  const unfitting = "The answer does not fit what localhost";

  test("the person says no there", () => fails(403, "You did not allow it at localhost", "Deny"));

  test("the id token is for another node", () => {
    provider.bending = { idToken: (claims) => ({ ...claims, aud: "another-client" }) };
    return fails(502, unfitting);
  });

  test("the id token has another nonce", () => {
    provider.bending = { idToken: (claims) => ({ ...claims, nonce: "another" }) };
    return fails(502, unfitting);
  });

  test("the id token names another issuer", () => {
    provider.bending = { idToken: (claims) => ({ ...claims, iss: "https://id.elsewhere.example" }) };
    return fails(502, unfitting);
  });

  test("the id token is signed with another key", () => {
    provider.bending = { isSignedByAnother: true };
    return fails(502, unfitting);
  });

  test("the id token has run out, as with a clock that is ten minutes slow", () => {
    provider.bending = { idToken: (claims) => ({ ...claims, iat: claims.iat! - 4200, exp: claims.exp! - 4200 }) };
    return fails(502, "are too far apart");
  });

  test("a clock that is half a minute off is no trouble", async () => {
    provider.bending = { idToken: (claims) => ({ ...claims, iat: claims.iat! + 30, exp: claims.iat! - 30 }) };
    const visitor = someone();
    await leaves(visitor);
    await comesBack(visitor);
    expect(visitor.url.pathname).toBe("/sign-in/welcome");
  });

  test("the token endpoint answers with an error", () => {
    provider.bending = { tokenError: "server_error" };
    return fails(502, "did not complete the sign-in");
  });

  test("userinfo is about somebody else", () => {
    provider.bending = { userInfo: (claims) => ({ ...claims, sub: "somebody-else" }) };
    return fails(502, unfitting);
  });

  test("the provider does not answer in time", async () => {
    const visitor = someone();
    await leaves(visitor);
    const back = await provider.visit(sentTo(visitor));
    provider.bending = { isAsleep: true };
    await visitor.open(back.href);
    expect(visitor.status).toBe(504);
    expect(visitor.text).toContain("took too long to answer");
  });

  test("the answer says that it is from another issuer, or does not say from whom", async () => {
    for (const issuer of ["https://id.elsewhere.example", null]) {
      const visitor = someone();
      await leaves(visitor);
      const back = await provider.visit(sentTo(visitor));
      if (issuer === null) back.searchParams.delete("iss");
      else back.searchParams.set("iss", issuer);
      await visitor.open(back.href);
      expect(visitor.status).toBe(502);
      expect(visitor.text).toContain(unfitting);
    }
  });

  test("another state, an answer come back to twice, another browser's", async () => {
    const visitor = someone();
    await leaves(visitor);
    const back = await provider.visit(sentTo(visitor));
    const other = someone();
    await other.open(back.href);
    expect(other.status).toBe(410);
    const bent = new URL(back);
    bent.searchParams.set("state", "another");
    const third = someone();
    await leaves(third);
    await third.open(bent.href);
    expect(third.status).toBe(410);
    await visitor.open(back.href);
    await visitor.open(back.href);
    expect(visitor.status).toBe(410);
    expect(visitor.text).toContain("has been used already or took too long");
  });
});

test("a provider that is down when somebody sets off: they are told on the page", async () => {
  const elsewhere = { ...config, oidc: { ...config.oidc!, issuer: "http://localhost:1" } };
  const federationTestPeers = ["http://localhost:1"];
  await using other = await openInstance({ ...elsewhere, federationTestPeers });
  const visitor = openVisitor((request) => other.fetch(request), origin);
  await visitor.open("/sign-in");
  await visitor.press(go);
  expect(visitor.status).toBe(502);
  expect(visitor.text).toContain("The other server does not answer");
  expect(visitor.hasButton(go)).toBe(true);
});

test("where the city wants it, the provider's word that someone lives here verifies their residence", async () => {
  const { administrator } = await aCity(node);
  const method = { validMonths: null, explanation: {}, settings: { claim: "resident_of", values: ["Bilbao"] } };
  await setMethod(db.sql, administrator, "claim", { ...method, isOn: true }, new Date());
  provider.person = { sub: "person-resident", claims: { name: "Ane", resident_of: "Bilbao" } };
  const visitor = await signedIn();
  expect(visitor.text).toContain("Your account is open. Welcome! Your residence is verified.");
  const verified = () => db.sql`
    select from account join identity on identity.account_id = account.id
    where subject = ${provider.person.sub} and residence_verified_at is not null`;
  expect(await verified()).toHaveLength(1);
  provider.person = { sub: "person-elsewhere", claims: { name: "Rui", resident_of: "Porto" } };
  const rui = await signedIn();
  expect(rui.text).toContain("Bilbao ID does not say that you live here");
  expect(await identities()).toHaveLength(1);
  expect(await verified()).toHaveLength(0);
  await setMethod(db.sql, administrator, "claim", { ...method, isOn: false }, new Date());
});

test("whoever asks is told of the claims, in the transaction that signs the person in", async () => {
  const told: { accountId: string; claims: VerifiedClaims }[] = [];
  const onClaims: OnClaims = async (tx, account, claims) => {
    // It stands already: the account is there for the same transaction.
    expect(await tx`select from account where id = ${account.id}`).toHaveLength(1);
    told.push({ accountId: account.id, claims });
    return null;
  };
  await using client = openGuardedFetch({ permittedOrigins: [provider.issuer], userAgent: "test" });
  const scopes = "openid profile residence";
  const door = {
    ...{ sql: node.sql, secret: config.secret, origin, onClaims },
    provider: openOpenIdProvider(client, { ...config.oidc!, scopes }),
  };
  provider.person = { sub: "person-told", claims: { name: "Ane", resident_of: "Bilbao", email: "x@example.org" } };
  const session = { device: "", previousSessionToken: null };
  const comes = async (): Promise<Entered> => {
    const asker = { returnTo: "/", locale: "en", ip: null, by: null };
    const { url, state } = await beginOidc(door, asker, new Date());
    const { search } = await provider.visit(url);
    return await finishOidc(door, { state, query: search, by: null, session }, new Date());
  };
  const entered = await comes();
  expect(entered.way).toBe("new");
  expect(told).toEqual([]);
  // What waits is sealed.
  expect(await db.sql`select from sign_in_attempt where data::text like '%Bilbao%'`).toHaveLength(0);
  const { state } = entered as Extract<Entered, { way: "new" }>;
  await admitArrival(door, { state, name: "Ane", locale: "en" }, session, new Date());
  expect(told).toHaveLength(1);
  expect(told[0]!.claims).toMatchObject({ sub: "person-told", resident_of: "Bilbao" });
  expect(told[0]!.claims).not.toHaveProperty("email");
  expect((await comes()).way).toBe("in");
  expect(told).toHaveLength(2);
  expect(told[1]!.accountId).toBe(told[0]!.accountId);
});
