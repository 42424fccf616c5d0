// A fediverse account added to an account that one has: on purpose, by its owner, and never taken over.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { sentTo, setOffFor, signInByLink } from "../support/elsewhere.ts";
import { type MastodonServer, openMastodon } from "../support/mastodon-server.ts";
import { type Network, openNetwork } from "../support/network.ts";
import { openVisitor, type Visitor } from "../support/visit.ts";

let net: Network<"bilbao">;
let mastodon: MastodonServer;
let made = 0;

beforeAll(async () => {
  net = await openNetwork("bilbao");
  mastodon = openMastodon("https://mastodon.test", { id: "0", username: "nobody", displayName: "" });
  net.strangers.set("mastodon.test", mastodon.fetch);
});
afterAll(() => net[Symbol.asyncDispose]());
beforeEach(() => {
  mastodon.account = { id: String(1000 + ++made), username: `ana${made}`, displayName: `Ana ${made}` };
});

const sql = () => net.nodes.bilbao.instance.sql;
const address = () => `@${mastodon.account.username}@mastodon.test`;
const someone = () => openVisitor((request) => net.nodes.bilbao.instance.fetch(request), "https://bilbao.test");
const leaves = (visitor: Visitor, typed = address(), from = "/sign-in") => setOffFor(visitor, typed, from);
const comesBack = async (visitor: Visitor) => await visitor.open((await mastodon.visit(sentTo(visitor))).href);

async function signedIn(): Promise<void> {
  const visitor = someone();
  await leaves(visitor);
  await comesBack(visitor);
  await visitor.press("Open my account");
}

describe("from the account page", () => {
  test("a fediverse account is added, and is a way in from then on", async () => {
    const ona = await signInByLink(net.nodes.bilbao, "ona@example.org", net.clock.now());
    await leaves(ona, address(), "/account/sign-in");
    await comesBack(ona);
    expect(ona.url.pathname).toBe("/account/sign-in");
    expect(ona.text).toContain("you can sign in this way from now on");
    const visitor = someone();
    await leaves(visitor);
    await comesBack(visitor);
    await visitor.open("/account");
    expect(visitor.text).toContain("ona@example.org");
  });

  test("one that leads into another account is not taken over", async () => {
    await signedIn();
    const bea = await signInByLink(net.nodes.bilbao, "bea@example.org", net.clock.now());
    await leaves(bea, address(), "/account/sign-in");
    await comesBack(bea);
    expect(bea.status).toBe(409);
    expect(bea.text).toContain("already belongs to another account here");
  });

  test("signing out on the way links nothing and opens nothing", async () => {
    const carla = await signInByLink(net.nodes.bilbao, "carla@example.org", net.clock.now());
    await leaves(carla, address(), "/account/sign-in");
    const back = await mastodon.visit(sentTo(carla));
    for (const name of [...carla.cookies.keys()]) if (name.endsWith("session")) carla.cookies.delete(name);
    await carla.open(back.href);
    expect(carla.status).toBe(409);
    expect(carla.text).toContain("You signed in or out meanwhile");
    expect(await sql()`select from identity where subject like ${`% ${mastodon.account.id}`}`).toHaveLength(0);
  });
});
