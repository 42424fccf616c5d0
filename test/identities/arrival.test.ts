// Someone who has shown elsewhere who they are and leaves a shared browser before they have an account: nobody else finishes.
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { issueSignInLink } from "../../src/accounts/sign-in-actions.ts";
import { arrivalLifetimeMs } from "../../src/identities/identity.ts";
import { inviteCoauthor } from "../../src/proposals/coauthor-actions.ts";
import { aProcess, aProposal, aResident } from "../support/build.ts";
import { sentTo, setOffFor } from "../support/elsewhere.ts";
import { type MastodonServer, openMastodon } from "../support/mastodon-server.ts";
import { type Network, openNetwork } from "../support/network.ts";
import { openReader } from "../support/reader.ts";
import { openVisitor, type Visitor } from "../support/visit.ts";

let net: Network<"bilbao">;
let mastodon: MastodonServer;
let made = 0;
beforeAll(async () => {
  net = await openNetwork("bilbao");
});
afterAll(() => net?.[Symbol.asyncDispose]());
beforeEach(async () => {
  const account = { id: String(1000 + ++made), username: `ana${made}`, displayName: `Ana ${made}` };
  mastodon = openMastodon("https://mastodon.test", account);
  net.strangers.set("mastodon.test", mastodon.fetch);
  await sql()`delete from fediverse_client`;
});

const sql = () => net.nodes.bilbao.instance.sql;

const arrived = async (): Promise<Visitor> => {
  const visitor = openVisitor((request) => net.nodes.bilbao.instance.fetch(request), "https://bilbao.test");
  await setOffFor(visitor, `@${mastodon.account.username}@mastodon.test`, "/sign-in");
  await visitor.open((await mastodon.visit(sentTo(visitor))).href);
  return visitor;
};
/** As the button of the page does, when the page is open in another tab. */
const finish = async (visitor: Visitor, cookies = visitor.cookies, page = visitor.html) => {
  const csrf = /name="csrf" value="([^"]+)"/.exec(page)![1]!;
  const cookie = [...cookies].map((pair) => pair.join("=")).join("; ");
  const body = new URLSearchParams({ csrf, name: "Somebody else", locale: "en" });
  const headers = { cookie, "sec-fetch-site": "same-origin" };
  const url = "https://bilbao.test/sign-in/welcome";
  return (await net.nodes.bilbao.instance.fetch(new Request(url, { method: "POST", body, headers }))).status;
};
const accounts = async () =>
  (await sql()`select from identity where issuer = 'mastodon.test' and subject like ${`% ${mastodon.account.id}`}`)
    .length;

test("ends with the button, also for a page that is still open and cookies that were kept", async () => {
  const visitor = await arrived();
  const [cookies, page] = [new Map(visitor.cookies), visitor.html];
  await visitor.press("This is not me");
  expect(visitor.url.pathname).toBe("/sign-in");
  expect(visitor.text).toContain("That sign-in is ended");
  expect(await finish(visitor, cookies, page)).toBe(410);
  expect((await visitor.open("/sign-in/welcome")).hasButton("Open my account")).toBe(false);
  expect(await accounts()).toBe(0);
  const rows = await sql()`select from sign_in_attempt where kind = 'arrival' and used_at is null and data <> '{}'
    and expires_at > ${net.clock.now()}`;
  expect(rows).toHaveLength(0);
});

test("is not finished without a name, and goes on from the page that says so", async () => {
  const visitor = await arrived();
  await visitor.fill("Name shown to others", "").fill("Language", "ca").press("Open my account");
  expect(visitor.status).toBe(422);
  expect(visitor.html).toMatch(/class="error-summary"[\s\S]*<a href="#f-name">Name shown to others/);
  expect(visitor.value("Language")).toBe("ca");
  expect(await accounts()).toBe(0);
  await visitor.fill("Name shown to others", "Ana").press("Open my account");
  expect(await accounts()).toBe(1);
});

test("ends after five minutes", async () => {
  const visitor = await arrived();
  net.clock.advance(arrivalLifetimeMs + 1);
  expect(await finish(visitor)).toBe(410);
  expect(await accounts()).toBe(0);
});

test("ends when somebody signs in or out there", async () => {
  const visitor = await arrived();
  const { clock } = net;
  const kept = new Map(visitor.cookies);
  const to = { email: `next${made}@example.org`, locale: "en", returnTo: "/", lifetimeMs: 600_000 };
  const link = await issueSignInLink(sql(), net.nodes.bilbao.uris, net.nodes.bilbao.config.secret, to, clock.now());
  await visitor.open(link);
  await visitor.fill("Name shown to others", "Next").press("Open my account");
  await visitor.open("/account");
  expect(visitor.text).toContain("Next");
  expect(await finish(visitor)).toBe(409);
  await visitor.press("Sign out");
  await visitor.open("/sign-in/welcome");
  expect(visitor.hasButton("Open my account")).toBe(false);
  await visitor.open("/sign-in");
  // The cookie of the arrival alone is worth nothing in a browser that has been somebody else's since.
  const arrival = [...kept].find(([name]) => name.endsWith("-arrival"))!;
  expect(await finish(visitor, new Map([...visitor.cookies, arrival]))).toBe(410);
  expect(await accounts()).toBe(0);
});

test("opens one account and no more", async () => {
  const visitor = await arrived();
  const [cookies, page] = [new Map(visitor.cookies), visitor.html];
  expect(await finish(visitor, cookies, page)).toBe(303);
  expect(await finish(visitor, cookies, page)).toBe(410);
  expect(await accounts()).toBe(1);
});

test("an invitation that somebody opened is not there for who signs in after them", async () => {
  const { bilbao } = net.nodes;
  const now = net.clock.now();
  const [author, friend, next] = await Promise.all([1, 2, 3].map(() => aResident(bilbao, { now })));
  const process = await aProcess(bilbao, { now });
  const draft = await aProposal(bilbao, { process, by: author!, now, isDraft: true });
  const token = await inviteCoauthor(sql(), bilbao.config.secret, author!, draft.uri, { email: null }, now);
  const browser = await openReader(bilbao, friend!);
  await browser.open(`/account/invitation/${token}`);
  expect(browser.hasButton("Accept")).toBe(true);
  await browser.press("Sign out");
  expect((await browser.open("/account/coauthorship")).status).toBe(410);
  const another = await openReader(bilbao, next!);
  for (const [name, value] of another.cookies) browser.cookies.set(name, value);
  expect((await browser.open("/account/coauthorship")).status).toBe(410);
});
