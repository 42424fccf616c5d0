// Signing in with a fediverse account, as a person sees it: a node, and a server with Mastodon's API that is as strict.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { decidePeer, forgetPeer } from "../../src/actors/actions.ts";
import { findClient } from "../../src/identities/fediverse-queries.ts";
import { attemptLifetimeMs } from "../../src/identities/identity.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { openGuardedFetch } from "../../src/platform/guarded-fetch.ts";
import { openSignInServers } from "../../src/platform/mastodon-api.ts";
import { sentTo, setOffFor } from "../support/elsewhere.ts";
import { type MastodonServer, openMastodon } from "../support/mastodon-server.ts";
import { type Network, openNetwork } from "../support/network.ts";
import { openVisitor, type Visitor } from "../support/visit.ts";

const origin = "https://mastodon.test";
const addressLabel = "Your fediverse address";
const go = "Continue at my server";

let net: Network<"bilbao">;
let mastodon: MastodonServer;
let made = 0;

beforeAll(async () => {
  net = await openNetwork("bilbao");
});
afterAll(() => net[Symbol.asyncDispose]());

beforeEach(async () => {
  // A server that nobody has been at, and a person nobody has seen.
  mastodon = openMastodon(origin, {
    id: String(1000 + ++made),
    username: `ana${made}`,
    displayName: `Ana ${made} :cat:`,
  });
  net.strangers.clear();
  net.strangers.set("mastodon.test", mastodon.fetch);
  net.down.clear();
  await sql()`delete from fediverse_client`;
});

const sql = () => net.nodes.bilbao.instance.sql;
const address = () => `@${mastodon.account.username}@mastodon.test`;
const someone = () => openVisitor((request) => net.nodes.bilbao.instance.fetch(request), "https://bilbao.test");

const leaves = (visitor: Visitor, typed = address(), from = "/sign-in") => setOffFor(visitor, typed, from);

async function comesBack(visitor: Visitor, press?: "Authorize" | "Deny"): Promise<URL> {
  const back = await mastodon.visit(sentTo(visitor), press);
  expect(back.origin).toBe("https://bilbao.test");
  await visitor.open(back.href);
  return back;
}

async function signedIn(typed?: string): Promise<Visitor> {
  const visitor = someone();
  await leaves(visitor, typed);
  await comesBack(visitor);
  if (visitor.hasButton("Open my account")) await visitor.press("Open my account");
  return visitor;
}

describe("someone who comes for the first time", () => {
  test("goes to their own server, is asked for a name and a language, and is signed in", async () => {
    const visitor = someone();
    const consent = new URL(await leaves(visitor));
    expect(visitor.text).toContain("You are on your way to mastodon.test");
    expect(visitor.linkTo("Continue")).toBe(consent.href);
    expect(visitor.headers.get("referrer-policy")).toBe("no-referrer");
    expect(consent.origin + consent.pathname).toBe(`${origin}/oauth/authorize`);
    expect(consent.searchParams.get("scope")).toBe("profile");
    expect(consent.searchParams.get("code_challenge_method")).toBe("S256");

    await comesBack(visitor);
    expect(visitor.url.pathname).toBe("/sign-in/welcome");
    expect(visitor.url.search).toBe("");
    expect(visitor.text).toContain(`You come as ${address()}`);
    expect(visitor.text).toContain("the name, the address and the number of your account");
    expect(visitor.value("Name shown to others")).toBe(`Ana ${made}`);
    // Nobody has an account before they have said how they would like to appear.
    expect(
      await sql()`select from identity where issuer = 'mastodon.test' and subject like ${`% ${1000 + made}`}`,
    ).toHaveLength(0);

    visitor.fill("Name shown to others", "Ana of the bridge").fill("Language", "ca");
    await visitor.press("Open my account");
    expect(visitor.status).toBe(200);
    expect(visitor.html).toContain('lang="ca"');
    await visitor.open("/account");
    expect(visitor.text).toContain("Ana of the bridge");
  });

  test("has given the permission back by then, and nothing of it is kept", async () => {
    await signedIn();
    expect([...mastodon.tokens.values()]).toEqual([]);
    expect(mastodon.log).toContain("POST /oauth/revoke");
    const rows =
      await sql()`select data::text as data from sign_in_attempt where kind = 'arrival' and used_at is not null`;
    expect(rows.every(({ data }) => data === "{}")).toBe(true);
  });

  test("chooses another name when the one they typed cannot be one, and nothing is lost", async () => {
    const visitor = someone();
    await leaves(visitor);
    await comesBack(visitor);
    visitor.fill("Name shown to others", "\u200b").fill("Language", "fr");
    await visitor.press("Open my account");
    expect(visitor.status).toBe(422);
    expect(visitor.value("Language")).toBe("fr");
    await visitor.fill("Name shown to others", "Ana").press("Open my account");
    expect(visitor.status).toBe(200);
  });

  test("goes on to where they were", async () => {
    const visitor = someone();
    await leaves(visitor, address(), "/sign-in?back=%2Fprocesses");
    await comesBack(visitor);
    await visitor.press("Open my account");
    expect(visitor.url.pathname).toBe("/processes");
  });
});

describe("someone who has come before", () => {
  test("is signed in at once, in the same account", async () => {
    await signedIn();
    const visitor = someone();
    await leaves(visitor);
    await comesBack(visitor);
    expect(visitor.url.pathname).toBe("/");
    await visitor.open("/account/sign-in");
    expect(visitor.text).toContain(address());
    const rows = await sql()`select from identity where subject like ${`% ${mastodon.account.id}`}`;
    expect(rows).toHaveLength(1);
  });

  test("the node registers once at a server, and its credentials are not readable in the database", async () => {
    await signedIn();
    await signedIn();
    const [app] = [...mastodon.apps.values()];
    expect(mastodon.apps.size).toBe(1);
    expect(app).toMatchObject({ name: "bilbao.test", scopes: ["profile"] });
    expect(app!.redirectUri).toBe("https://bilbao.test/sign-in/fediverse/return/mastodon.test");
    const [row] = await sql()<{ sealed: Buffer }[]>`select sealed from fediverse_client where origin = ${origin}`;
    expect(row!.sealed.includes(app!.secret)).toBe(false);
    expect(await findClient(sql(), net.nodes.bilbao.config.secret, origin)).toMatchObject({
      clientSecret: app!.secret,
    });
    expect(await findClient(sql(), "another secret", origin)).toBe(null);
  });

  test("whose name was given to somebody else by a server that began anew, does not lose their account to them", async () => {
    await signedIn();
    const { username, displayName } = mastodon.account;
    mastodon.account = { id: "1", username, displayName };
    const visitor = someone();
    await leaves(visitor);
    await comesBack(visitor);
    expect(visitor.status).toBe(409);
    expect(visitor.text).toContain("another account than the one that signed in here before");
  });
});

describe("a server", () => {
  test("from before Mastodon 4.3 is asked for the next narrowest permission", async () => {
    mastodon.oddities.isOld = true;
    mastodon.account = { ...mastodon.account, language: "es" };
    const visitor = someone();
    const consent = new URL(await leaves(visitor));
    expect(consent.searchParams.get("scope")).toBe("read:accounts");
    expect(consent.searchParams.has("code_challenge")).toBe(false);
    await comesBack(visitor);
    expect(visitor.value("Language")).toBe("es");
    await visitor.press("Open my account");
    expect(visitor.status).toBe(200);
  });

  test("without metadata may still say who answers, if it is itself", async () => {
    mastodon.oddities.isOld = true;
    for (const [issuer, status] of [
      ["https://other.test", 502],
      [origin, 200],
    ] as const) {
      const visitor = someone();
      await leaves(visitor);
      const back = await mastodon.visit(sentTo(visitor));
      back.searchParams.set("iss", issuer);
      await visitor.open(back.href);
      expect(visitor.status).toBe(status);
    }
  });

  test("whose answers name no actor is asked by WebFinger", async () => {
    mastodon.oddities.hasNoUri = true;
    await signedIn();
    const rows =
      await sql()`select from identity where subject = ${`${origin}/users/${mastodon.account.username} ${mastodon.account.id}`}`;
    expect(rows).toHaveLength(1);
  });

  test("is found by the handle's domain where that is another one", async () => {
    mastodon.oddities.accountDomain = "ana.test";
    net.strangers.set("ana.test", async (request) => {
      const { pathname } = new URL(request.url);
      return pathname === "/.well-known/webfinger"
        ? await mastodon.fetch(request)
        : new Response(null, { status: 404 });
    });
    const visitor = await signedIn(`@${mastodon.account.username}@ana.test`);
    await visitor.open("/account/sign-in");
    expect(visitor.text).toContain(`@${mastodon.account.username}@ana.test`);
  });

  test("cannot say that someone is an account of another server", async () => {
    mastodon.oddities.actorUri = "https://other.test/users/mayor";
    const visitor = someone();
    await leaves(visitor);
    await comesBack(visitor);
    expect(visitor.status).toBe(502);
    expect(visitor.text).toContain("The answer does not fit what mastodon.test was asked");
    expect(await sql()`select from identity where subject like '%mayor%'`).toHaveLength(0);
    expect(mastodon.tokens.size).toBe(0);
  });

  test("that the city has blocked brings nobody new, and locks nobody out", async () => {
    await signedIn();
    const known = mastodon.account;
    const decision = { host: "mastodon.test", policy: "blocked", reason: "" } as const;
    await withTransaction(sql(), (tx) => decidePeer(tx, decision, net.clock.now()));
    mastodon.account = { id: "9", username: "eve", displayName: "Eve" };
    const eve = someone();
    await leaves(eve, "@eve@mastodon.test");
    await comesBack(eve);
    expect(eve.status).toBe(403);
    expect(eve.text).toContain("does not exchange anything with that server");
    mastodon.account = known;
    const visitor = someone();
    await leaves(visitor);
    await comesBack(visitor);
    expect(visitor.url.pathname).toBe("/");
    await withTransaction(sql(), (tx) => forgetPeer(tx, "mastodon.test"));
  });

  test("that has forgotten this node is introduced to it again before anyone is sent there", async () => {
    await signedIn();
    mastodon.apps.clear();
    net.clock.advance(11 * 60_000);
    await signedIn();
    expect(mastodon.apps.size).toBe(1);
  });

  test("that forgets this node while a person agrees: they are told to try again, and the next time it works", async () => {
    const visitor = someone();
    await leaves(visitor);
    const back = await mastodon.visit(sentTo(visitor));
    mastodon.apps.clear();
    await visitor.open(back.href);
    expect(visitor.status).toBe(502);
    expect(visitor.text).toContain("mastodon.test no longer knew this site");
    await visitor.press(go);
    await comesBack(visitor);
    expect(visitor.url.pathname).toBe("/sign-in/welcome");
  });
});

describe("when something goes wrong, it is said, and what was typed is kept:", () => {
  async function refused(typed: string): Promise<Visitor> {
    const visitor = someone();
    await leaves(visitor, typed, "/sign-in?back=%2Fprocesses");
    expect(visitor.value(addressLabel)).toBe(typed);
    return visitor;
  }

  test.each([
    ["ana", 422, "Write your address like @ana@example.social"],
    ["@ana@127.0.0.1", 422, "Write your address like @ana@example.social"],
    ["@ana@nowhere.test", 502, "The other server does not answer"],
  ])("%s", async (typed, status, said) => {
    const visitor = await refused(typed);
    expect(visitor.status).toBe(status);
    expect(visitor.text).toContain(said);
  });

  test("a name that leads to a private address", async () => {
    const lookup = (
      _: string,
      __: unknown,
      done: (error: null, found: { address: string; family: number }[]) => void,
    ) => done(null, [{ address: "10.0.0.1", family: 4 }]);
    await using client = openGuardedFetch({ permittedOrigins: [], userAgent: "test", lookup: lookup as never });
    const servers = openSignInServers({ client, permittedOrigins: [] });
    await expect(servers.find({ name: "ana", host: "inside.example" })).rejects.toMatchObject({
      code: "address-forbidden",
    });
  });

  test("a server without the API", async () => {
    mastodon.oddities.isOther = true;
    const visitor = await refused("@ana@mastodon.test");
    expect(visitor.status).toBe(422);
    expect(visitor.text).toContain("mastodon.test does not let its accounts sign in elsewhere");
  });

  test("a server that is down when the person comes back", async () => {
    const visitor = someone();
    await leaves(visitor);
    const back = await mastodon.visit(sentTo(visitor));
    net.down.add("mastodon.test");
    await visitor.open(back.href);
    expect(visitor.status).toBe(502);
    expect(visitor.value(addressLabel)).toBe(address());
    net.down.clear();
    await visitor.press(go);
    await comesBack(visitor);
    expect(visitor.url.pathname).toBe("/sign-in/welcome");
  });

  test("the person says no at their server", async () => {
    const visitor = someone();
    await leaves(visitor, address(), "/sign-in?back=%2Fprocesses");
    await comesBack(visitor, "Deny");
    expect(visitor.status).toBe(403);
    expect(visitor.text).toContain("You did not allow it at mastodon.test, so nothing was read");
    expect(visitor.value(addressLabel)).toBe(address());
    expect(visitor.linkTo("Sign in another way")).toBe("/sign-in?back=%2Fprocesses");
  });

  test("the server says no at the token endpoint", async () => {
    const visitor = someone();
    await leaves(visitor);
    const back = await mastodon.visit(sentTo(visitor));
    mastodon.oddities.tokenError = "invalid_grant";
    await visitor.open(back.href);
    expect(visitor.status).toBe(502);
    expect(visitor.text).toContain("mastodon.test did not complete the sign-in");
  });

  test("an address that was come back to twice", async () => {
    const visitor = someone();
    await leaves(visitor);
    const back = await comesBack(visitor);
    await visitor.open(back.href);
    expect(visitor.status).toBe(410);
    expect(visitor.text).toContain("This sign-in has been used already or took too long");
  });

  test("a sign-in that took too long", async () => {
    const visitor = someone();
    await leaves(visitor);
    net.clock.advance(attemptLifetimeMs + 1);
    await comesBack(visitor);
    expect(visitor.status).toBe(410);
    expect(visitor.value(addressLabel)).toBe(address());
  });

  test("an answer that another browser began, or with another state", async () => {
    const attacker = someone();
    await leaves(attacker);
    const back = await mastodon.visit(sentTo(attacker));
    const victim = someone();
    await victim.open(back.href);
    expect(victim.status).toBe(410);
    await leaves(victim);
    await victim.open(back.href);
    expect(victim.status).toBe(410);
    expect(mastodon.log.filter((line) => line.includes("verify_credentials"))).toEqual([]);
  });

  test("an answer that comes back as another server's, or with another issuer", async () => {
    const visitor = someone();
    await leaves(visitor);
    const back = await mastodon.visit(sentTo(visitor));
    await visitor.open(back.href.replace("/return/mastodon.test", "/return/honest.test"));
    expect(visitor.status).toBe(502);
    const other = someone();
    await leaves(other);
    const again = await mastodon.visit(sentTo(other));
    again.searchParams.set("iss", "https://honest.test/");
    await other.open(again.href);
    expect(other.status).toBe(502);
    expect(mastodon.tokens.size).toBe(0);
  });
});
