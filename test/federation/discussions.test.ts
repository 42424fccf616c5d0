// The discussion of one proposal, followed from a fediverse account: an actor that exists when it is asked for.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Account } from "../../src/accounts/account.ts";
import { deleteComment, editComment } from "../../src/comments/actions.ts";
import type { Comment } from "../../src/comments/comment.ts";
import { hideSubject, reinstateSubject } from "../../src/moderation/actions.ts";
import type { Process } from "../../src/processes/process.ts";
import type { Proposal } from "../../src/proposals/proposal.ts";
import { aComment, aModerator, aProcess, aProposal, aResident } from "../support/build.ts";
import { type Network, openNetwork } from "../support/network.ts";
import { type Json, openStranger, type Stranger } from "../support/stranger.ts";
import { openVisitor } from "../support/visit.ts";

let net: Network<"bilbao" | "porto">;
let process: Process;
let proposal: Proposal;
let ana: Stranger;
let bob: Stranger;
let handle: string;
let uri: string;

beforeAll(async () => {
  net = await openNetwork("bilbao", "porto");
  const now = net.clock.now();
  process = await aProcess(net.nodes.bilbao, { now });
  proposal = await aProposal(net.nodes.bilbao, { process, now });
  [ana, bob] = [openStranger(net), openStranger(net, { host: "social.test", handle: "bob" })];
  await net.settle();
  handle = `discussion-${proposal.id.replaceAll("-", "").slice(16)}`;
  uri = `https://bilbao.test/actors/${handle}`;
});
afterAll(async () => await net?.[Symbol.asyncDispose]());

async function later(): Promise<void> {
  net.clock.advance(60_000);
  await net.settle();
}
const get = async (address: string, accept = "application/activity+json") =>
  await net.deliver(new Request(address, { headers: { accept } }));
const rows = async () =>
  await net.nodes.bilbao
    .sql`select (select count(*)::int from actor) as actors, (select count(*)::int from handle) as handles`;
const webFinger = (name: string) =>
  get(`https://bilbao.test/.well-known/webfinger?resource=acct:${name}@bilbao.test`, "application/jrd+json");
const told = (to: Stranger, type: string) => to.inbox.filter((activity) => activity.type === type);

describe("before anyone follows it", () => {
  test("it is found by handle and by address, and nothing is written", async () => {
    const before = await rows();
    const jrd = (await (await webFinger(handle)).json()) as { links: Json[] };
    expect(jrd.links.find((link) => link.rel === "self")?.href).toBe(uri);
    const actor = (await (await get(uri)).json()) as Json;
    expect(actor).toMatchObject({
      id: uri,
      type: "Group",
      preferredUsername: handle,
      name: proposal.title,
      attributedTo: process.organisationUri,
      publicKey: { id: `${uri}#main-key`, owner: uri },
    });
    expect(handle.length).toBeLessThanOrEqual(30);
    expect(handle).toMatch(/^[a-z0-9_]+([.-]+[a-z0-9_]+)*$/);
    const city = (await (await get(process.organisationUri!)).json()) as { publicKey: Json };
    expect((actor.publicKey as Json).publicKeyPem).toBe(city.publicKey.publicKeyPem);
    for (const name of ["followers", "outbox"])
      expect(await (await get(`${uri}/${name}`)).json()).toMatchObject({ totalItems: 0 });
    expect(await rows()).toEqual(before);
  });

  test("another Koinon node finds it too, and people who open its address come to the proposal", async () => {
    const found = await net.nodes.porto.instance.house.findRemote(`@${handle}@bilbao.test`);
    expect(found).toMatchObject({ uri, name: proposal.title, isActor: true });
    const page = await get(uri, "text/html");
    expect([page.status, page.headers.get("location")]).toEqual([303, `${proposal.url}#comments`]);
  });

  test("unknown ones are absent", async () => {
    const other = `discussion-${"0".repeat(16)}`;
    expect((await webFinger(other)).status).toBe(404);
    expect((await get(`https://bilbao.test/actors/${other}`)).status).toBe(404);
    const follow = ana.activity("Follow", `https://bilbao.test/actors/${other}`);
    expect((await ana.post("https://bilbao.test/inbox", follow)).status).toBe(202);
    await later();
    expect(told(ana, "Accept")).toEqual([]);
  });

  test("nobody else can have such a handle", async () => {
    const { bilbao } = net.nodes;
    await expect(
      aProcess(bilbao, { handle: "discussion-0123456789abcdef", now: net.clock.now() }),
    ).rejects.toMatchObject({
      code: "handle-taken",
    });
  });
});

describe("someone who follows it from Mastodon", () => {
  let author: Account;
  let comment: Comment;

  test("is accepted, by the discussion itself", async () => {
    await ana.post("https://bilbao.test/inbox", ana.activity("Follow", uri));
    await later();
    expect(told(ana, "Accept")).toMatchObject([{ actor: uri }]);
    expect(await (await get(`${uri}/followers`)).json()).toMatchObject({ totalItems: 1 });
  });

  test("gets each comment as a boost, of people here and of others, and not those of other proposals", async () => {
    const { bilbao } = net.nodes;
    const now = net.clock.now();
    author = await aResident(bilbao, { now });
    comment = await aComment(bilbao, { on: proposal, by: author, now });
    const elsewhere = await aComment(bilbao, { on: await aProposal(bilbao, { process, now }), now });
    const note = bob.note("<p>From another server.</p>", { inReplyTo: proposal.uri });
    await bob.post("https://bilbao.test/inbox", bob.activity("Create", note));
    await later();
    const boosted = told(ana, "Announce").map(({ actor, object }) => ({ actor, object }));
    expect(boosted).toContainEqual({ actor: uri, object: comment.uri });
    expect(boosted).toContainEqual({ actor: uri, object: note.id });
    expect(boosted).toHaveLength(2);
    expect(JSON.stringify(ana.inbox)).not.toContain(elsewhere.uri);
    const outbox = (await (await get(`${uri}/outbox/page/newest`)).json()) as Json;
    expect(outbox.orderedItems).toHaveLength(2);
  });

  test("is told of its changes, though it was sent to them as a boost only", async () => {
    const { bilbao } = net.nodes;
    const better = { body: "Said better.", version: comment.version };
    await editComment(bilbao.sql, author, comment.uri, better, net.clock.now());
    await later();
    expect(told(ana, "Update").map(({ object }) => (object as Json).id)).toEqual([comment.uri]);
  });

  test("is told when a moderator hides one, and when it is back", async () => {
    const { bilbao } = net.nodes;
    const moderator = await aModerator(bilbao, { now: net.clock.now() });
    const [first] = told(ana, "Announce").filter(({ object }) => object === comment.uri);
    await hideSubject(bilbao.sql, moderator, comment.uri, "Off topic", net.clock.now());
    await later();
    // Whole: GoToSocial refuses an Announce without a time and without addressees, also inside an Undo.
    const { id, type, actor, object, published, to, cc } = first!;
    expect(published).toEqual(expect.any(String));
    expect(told(ana, "Undo")).toMatchObject([{ actor: uri, object: { id, type, actor, object, published, to, cc } }]);
    expect(told(ana, "Delete")).toMatchObject([{ summary: "Off topic", object: { id: comment.uri } }]);
    await reinstateSubject(bilbao.sql, moderator, comment.uri, net.clock.now());
    await later();
    expect(told(ana, "Announce").filter(({ object }) => object === comment.uri)).toHaveLength(2);
  });

  test("is told when its author takes one back", async () => {
    const { bilbao } = net.nodes;
    await deleteComment(bilbao.sql, author, comment.uri, net.clock.now());
    await later();
    expect(told(ana, "Delete").filter(({ summary }) => summary === undefined)).toMatchObject([
      { object: { id: comment.uri, type: "Tombstone" } },
    ]);
  });

  test("finds the newest replies in the proposal itself, where GoToSocial looks for a thread", async () => {
    const answer = await aComment(net.nodes.bilbao, { on: proposal, now: net.clock.now() });
    const { replies } = (await (await get(proposal.uri)).json()) as { replies: { first: { items: string[] } } };
    expect(replies).toMatchObject({ id: `${proposal.uri}/replies`, type: "Collection" });
    expect(replies.first).toMatchObject({ type: "CollectionPage", partOf: `${proposal.uri}/replies` });
    expect(replies.first.items).toHaveLength(2);
    expect(replies.first.items.at(-1)).toBe(answer.uri);
    expect(replies.first).not.toHaveProperty("@context");
  });

  test("leaves again, and hears no more", async () => {
    const before = told(ana, "Announce").length;
    await ana.post("https://bilbao.test/inbox", ana.activity("Undo", { type: "Follow", actor: ana.uri, object: uri }));
    await later();
    await aComment(net.nodes.bilbao, { on: proposal, now: net.clock.now() });
    await later();
    expect(told(ana, "Announce")).toHaveLength(before);
  });
});

describe("the page of the proposal", () => {
  test("says how to follow its discussion", async () => {
    const { bilbao } = net.nodes;
    const page = await openVisitor(bilbao.instance.fetch, bilbao.uris.origin).open(new URL(proposal.url).pathname);
    expect(page.text).toContain("Follow this discussion");
    expect(page.text).toContain(`@${handle}@bilbao.test`);
  });
});

test("a hidden proposal has no discussion, also where it had followers", async () => {
  const { bilbao } = net.nodes;
  await bob.post("https://bilbao.test/inbox", bob.activity("Follow", uri));
  await later();
  const moderator = await aModerator(bilbao, { now: net.clock.now() });
  await hideSubject(bilbao.sql, moderator, proposal.uri, "Personal data", net.clock.now());
  await later();
  expect((await get(uri)).status).toBe(404);
  expect((await webFinger(handle)).status).toBe(404);
  expect((await get(`${uri}/outbox`)).status).toBe(404);
  expect((await get(uri, "text/html")).status).toBe(404);
  await ana.post("https://bilbao.test/inbox", ana.activity("Follow", uri));
  const before = told(ana, "Accept").length;
  await later();
  expect(told(ana, "Accept")).toHaveLength(before);
});
