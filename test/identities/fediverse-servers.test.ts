// The servers of fediverse accounts: older ones, ones with a domain for handles, ones that forget, lie, are out of order or
// compare no codes.
import { beforeEach, describe, expect, test } from "vitest";
import { decidePeer, forgetPeer } from "../../src/actors/actions.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { openGuardedFetch } from "../../src/platform/guarded-fetch.ts";
import { openSignInServers } from "../../src/platform/mastodon-api.ts";
import { sentTo } from "../support/elsewhere.ts";
import { type FediverseWalk, fediverseOrigin, walkAtServers } from "../support/fediverse-walk.ts";
import { shapeNames, shapes } from "../support/mastodon-shapes.ts";

const go = "Continue at my server";
const servers = walkAtServers();
let walk: FediverseWalk;

describe("a server", () => {
  beforeEach(() => {
    walk = servers.at("mastodon");
  });

  test("from before Mastodon 4.3 is asked for the next narrowest permission", async () => {
    walk.mastodon.oddities.isOld = true;
    walk.mastodon.account = { ...walk.mastodon.account, language: "es" };
    const visitor = walk.someone();
    const consent = new URL(await walk.leaves(visitor));
    expect(consent.searchParams.get("scope")).toBe("read:accounts");
    expect(consent.searchParams.has("code_challenge")).toBe(false);
    await walk.comesBack(visitor);
    expect(visitor.value("Language")).toBe("es");
    await visitor.press("Open my account");
    expect(visitor.status).toBe(200);
  });

  test("without metadata may still say who answers, if it is itself", async () => {
    walk.mastodon.oddities.isOld = true;
    for (const [issuer, status] of [
      ["https://other.test", 502],
      [fediverseOrigin, 200],
    ] as const) {
      const visitor = walk.someone();
      await walk.leaves(visitor);
      const back = await walk.mastodon.visit(sentTo(visitor));
      back.searchParams.set("iss", issuer);
      await visitor.open(back.href);
      expect(visitor.status).toBe(status);
    }
  });

  test("whose answers name no actor is asked by WebFinger", async () => {
    walk.mastodon.oddities.hasNoUri = true;
    await walk.signedIn();
    const rows =
      await walk.sql`select from identity where subject = ${`${fediverseOrigin}/users/${walk.mastodon.account.username} ${walk.mastodon.account.id}`}`;
    expect(rows).toHaveLength(1);
  });

  test("is found by the handle's domain where that is another one", async () => {
    walk.mastodon.oddities.accountDomain = "ana.test";
    walk.net.strangers.set("ana.test", async (request) => {
      const { pathname } = new URL(request.url);
      return pathname === "/.well-known/webfinger"
        ? await walk.mastodon.fetch(request)
        : new Response(null, { status: 404 });
    });
    const visitor = await walk.signedIn(`@${walk.mastodon.account.username}@ana.test`);
    await visitor.open("/account/sign-in");
    expect(visitor.text).toContain(`@${walk.mastodon.account.username}@ana.test`);
  });

  test("cannot say that someone is an account of another server", async () => {
    walk.mastodon.oddities.actorUri = "https://other.test/users/mayor";
    const visitor = walk.someone();
    await walk.leaves(visitor);
    await walk.comesBack(visitor);
    expect(visitor.status).toBe(502);
    expect(visitor.text).toContain("The answer does not fit what mastodon.test was asked");
    expect(await walk.sql`select from identity where subject like '%mayor%'`).toHaveLength(0);
    expect(walk.mastodon.tokens.size).toBe(0);
  });

  test("that the city has blocked brings nobody new, and locks nobody out", async () => {
    await walk.signedIn();
    const known = walk.mastodon.account;
    const decision = { host: "mastodon.test", policy: "blocked", reason: "" } as const;
    await withTransaction(walk.sql, (tx) => decidePeer(tx, decision, walk.net.clock.now()));
    walk.mastodon.account = { id: "9", username: "eve", displayName: "Eve" };
    const eve = walk.someone();
    await walk.leaves(eve, "@eve@mastodon.test");
    await walk.comesBack(eve);
    expect(eve.status).toBe(403);
    expect(eve.text).toContain("does not exchange anything with that server");
    walk.mastodon.account = known;
    const visitor = walk.someone();
    await walk.leaves(visitor);
    await walk.comesBack(visitor);
    expect(visitor.url.pathname).toBe("/");
    await withTransaction(walk.sql, (tx) => forgetPeer(tx, "mastodon.test"));
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
});

describe.each(shapeNames)("a server like %s", (as) => {
  const shape = shapes[as];
  beforeEach(() => {
    walk = servers.at(as);
  });

  test("that has forgotten this node is introduced to it again before anyone is sent there", async () => {
    await walk.signedIn();
    walk.mastodon.apps.clear();
    walk.net.clock.advance(11 * 60_000);
    await walk.signedIn();
    expect(walk.mastodon.apps.size).toBe(shape.forgetsWithToken ? 0 : 1);
  });

  test("that still knows this node is not introduced to it again", async () => {
    await walk.signedIn();
    walk.net.clock.advance(11 * 60_000);
    await walk.signedIn();
    const introductions = walk.mastodon.log.filter((line) => line === "POST /api/v1/apps");
    // Two for each where no codes are compared: the first is used up by the question.
    expect(introductions).toHaveLength(shape.comparesCodes ? 1 : 4);
    expect([...walk.mastodon.tokens.keys()]).toEqual([]);
  });

  test("that forgets this node while a person agrees: they are told to try again, and the next time it works", async () => {
    const visitor = walk.someone();
    await walk.leaves(visitor);
    const back = await walk.mastodon.visit(sentTo(visitor));
    walk.mastodon.apps.clear();
    await visitor.open(back.href);
    expect(visitor.status).toBe(502);
    // GoToSocial says of a registration what it says of a code.
    const said = as === "gotosocial" ? "did not complete the sign-in" : "no longer knew this site";
    expect(visitor.text).toContain(`mastodon.test ${said}`);
    await visitor.press(go);
    await walk.comesBack(visitor);
    expect(visitor.url.pathname).toBe("/sign-in/welcome");
  });

  test("lets nobody in as who agreed last: an invented code opens nothing", async () => {
    const victim = walk.someone();
    await walk.leaves(victim);
    const back = await walk.mastodon.visit(sentTo(victim));
    const attacker = walk.someone();
    await walk.leaves(attacker);
    const state = new URL(sentTo(attacker)).searchParams.get("state");
    await attacker.open(`/sign-in/fediverse/return/mastodon.test?code=invented&state=${state}`);
    expect(attacker.status).toBe(502);
    await attacker.open("/account");
    expect(attacker.url.pathname).toBe("/sign-in");
    await victim.open(back.href);
    expect(victim.text).toContain(`You come as ${walk.address}`);
  });

  test("does not mix up two people who come at the same time", async () => {
    const ana = walk.mastodon.account;
    const bea = { id: `${ana.id}0`, username: `bea${walk.made}`, displayName: "Bea" };
    const people = [ana, bea].map((account) => ({ account, visitor: walk.someone(), back: "" }));
    for (const { account, visitor } of people) await walk.leaves(visitor, `@${account.username}@mastodon.test`);
    for (const one of people) {
      walk.mastodon.account = one.account;
      one.back = (await walk.mastodon.visit(sentTo(one.visitor))).href;
    }
    for (const { account, visitor, back } of people) {
      await visitor.open(back);
      expect(visitor.text).toContain(`You come as @${account.username}@mastodon.test`);
    }
  });

  test("that was out of order when it was asked about its codes is not taken to compare them", async () => {
    let failures = 0;
    walk.net.strangers.set("mastodon.test", async (request) =>
      new URL(request.url).pathname === "/oauth/token" && failures++ === 0
        ? new Response("busy", { status: 503 })
        : await walk.mastodon.fetch(request),
    );
    await walk.signedIn();
    expect(failures).toBeGreaterThan(1);
    expect(await walk.sql`select from fediverse_client`).toHaveLength(0);
  });
});
