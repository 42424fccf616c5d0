// One thread, one owner: Bilbao has the proposal, Porto and Lisboa have copies, and people of a Mastodon server answer.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Account } from "../../src/accounts/account.ts";
import { follow } from "../../src/actors/actions.ts";
import { findActor } from "../../src/actors/queries.ts";
import { deleteComment, editComment, publishComment } from "../../src/comments/actions.ts";
import type { Comment } from "../../src/comments/comment.ts";
import { findComment, getComment } from "../../src/comments/queries.ts";
import { hideSubject, reinstateSubject } from "../../src/moderation/actions.ts";
import { dayMs } from "../../src/platform/time.ts";
import type { Process } from "../../src/processes/process.ts";
import type { Proposal } from "../../src/proposals/proposal.ts";
import { findSubject } from "../../src/subjects/queries.ts";
import { aModerator, aProcess, aProposal, aResident } from "../support/build.ts";
import { type Network, type Node, openNetwork } from "../support/network.ts";
import { type Json, openStranger, type Stranger } from "../support/stranger.ts";
import { openVisitor } from "../support/visit.ts";

let net: Network<"bilbao" | "porto" | "lisboa">;
let process: Process;
let proposal: Proposal;
let ana: Stranger;
let moderator: Account;

beforeAll(async () => {
  net = await openNetwork("bilbao", "porto", "lisboa");
  const { bilbao, porto, lisboa } = net.nodes;
  const now = net.clock.now();
  process = await aProcess(bilbao, { now });
  proposal = await aProposal(bilbao, { process, now });
  moderator = await aModerator(bilbao, { now });
  ana = openStranger(net);
  await net.settle();
  for (const node of [porto, lisboa]) await followFrom(node, process.actorUri!);
});
afterAll(async () => await net?.[Symbol.asyncDispose]());

async function followFrom(node: Node, uri: string): Promise<void> {
  await node.instance.house.findRemote(uri);
  const [us, them] = [await findActor(node.sql, node.organisation.uri), await findActor(node.sql, uri)];
  await follow(node.sql, node.uris, us!, them!, net.clock.now());
  await later();
}

async function later(ms = 60_000): Promise<void> {
  net.clock.advance(ms);
  await net.settle();
}

/** What a reader of a node sees of the thread. */
async function page(node: Node): Promise<string> {
  const copy = await findSubject(node.sql, proposal.uri);
  return (await openVisitor(node.instance.fetch, node.uris.origin).open(`/proposals/${copy!.id}`)).text;
}

const say = async (node: Node, by: Account, body: string, on: { uri: string } | null = null): Promise<Comment> =>
  await publishComment(
    node.sql,
    node.uris,
    by,
    { targetUri: proposal.uri, parentUri: on?.uri ?? null, stance: null, body, language: "en" },
    net.clock.now(),
  );

const json = async (uri: string, headers: Record<string, string> = {}) =>
  await net.deliver(new Request(uri, { headers: { accept: "application/activity+json", ...headers } }));

const read = async (uri: string) => (await (await json(uri)).json()) as Json;

describe("a reply from Mastodon to a proposal of Bilbao", () => {
  let note: Json;

  test("stands on all three nodes, under its own address, once", async () => {
    note = ana.note("<p>Seen from afar, it is a fine lane.</p>", { inReplyTo: proposal.uri });
    expect((await ana.post("https://bilbao.test/inbox", ana.activity("Create", note))).status).toBe(202);
    await later();
    for (const node of Object.values(net.nodes)) {
      expect(await findComment(node.sql, String(note.id))).toMatchObject({
        threadUri: proposal.uri,
        authorUri: ana.uri,
      });
      expect((await page(node)).split("a fine lane").length).toBe(2);
    }
    expect(await page(net.nodes.porto)).not.toContain("Not yet taken up");
  });

  test("people who follow the process are told nothing of it: only institutions are", async () => {
    const bob = openStranger(net, { host: "social.test", handle: "bob" });
    await bob.post("https://bilbao.test/inbox", bob.activity("Follow", process.actorUri!));
    await later();
    const second = ana.note("<p>And wide.</p>", { inReplyTo: proposal.uri });
    await ana.post("https://bilbao.test/inbox", ana.activity("Create", second));
    await later();
    expect(await page(net.nodes.lisboa)).toContain("And wide.");
    expect(bob.inbox.map(({ type }) => type)).toEqual(["Accept"]);
  });

  test("changed by its author, it is changed everywhere", async () => {
    net.clock.advance(60_000);
    const changed = {
      ...note,
      content: "<p>Seen again, it is a narrow lane.</p>",
      updated: net.clock.now().toISOString(),
    };
    ana.serve(String(note.id), { "@context": "https://www.w3.org/ns/activitystreams", ...changed });
    await ana.post("https://bilbao.test/inbox", ana.activity("Update", changed));
    await later();
    for (const node of Object.values(net.nodes)) {
      expect(await page(node)).toContain("a narrow lane");
      expect(await page(node)).not.toContain("a fine lane");
    }
  });

  test("hidden by Bilbao's moderator, its words are off every page and the reason is on each; then they are back", async () => {
    const { bilbao } = net.nodes;
    await hideSubject(bilbao.sql, moderator, String(note.id), "Not about lanes", net.clock.now());
    await later();
    for (const node of Object.values(net.nodes)) {
      const text = await page(node);
      expect(text).toContain("Not about lanes");
      expect(text).not.toContain("a narrow lane");
    }
    await reinstateSubject(bilbao.sql, moderator, String(note.id), net.clock.now());
    await later();
    for (const node of Object.values(net.nodes)) expect(await page(node)).toContain("a narrow lane");
  });

  test("taken back by its author, it is erased everywhere, and nothing that was passed on still has its words", async () => {
    ana.serve(String(note.id), null);
    await ana.post("https://bilbao.test/inbox", ana.activity("Delete", { id: note.id, type: "Tombstone" }));
    await later();
    for (const { sql } of Object.values(net.nodes)) {
      expect(await findComment(sql, String(note.id))).toMatchObject({ body: "", deletedAt: expect.any(Date) });
    }
    const sent = await net.nodes.bilbao.sql`select activity from outgoing_activity`;
    expect(JSON.stringify(sent)).not.toContain("narrow lane");
  });
});

describe("a resident of Porto in Bilbao's thread", () => {
  let ines: Account;
  let said: Comment;

  test("is marked as waiting at home until Bilbao has taken it, and then stands in Lisboa too", async () => {
    const { porto, lisboa } = net.nodes;
    ines = await aResident(porto, { name: "Inês", now: net.clock.now() });
    said = await say(porto, ines, "We tried it in Porto.");
    expect(await page(porto)).toContain("Not yet taken up by bilbao.test");
    await later();
    expect(await page(porto)).not.toContain("Not yet taken up");
    expect(await page(lisboa)).toContain("We tried it in Porto.");
    expect(await findComment(lisboa.sql, said.uri)).toMatchObject({ authorName: "Inês", threadUri: proposal.uri });
  });

  test("is answered from Mastodon, which tells Porto only; the answer finds its place at Bilbao and Lisboa", async () => {
    const { porto } = net.nodes;
    const note = ana.note("<p>Did it rain?</p>", { inReplyTo: said.uri });
    await ana.post("https://porto.test/inbox", ana.activity("Create", note));
    const second = ana.note("<p>I mean a lot.</p>", { inReplyTo: note.id, cc: [said.authorUri] });
    await ana.post("https://porto.test/inbox", ana.activity("Create", second));
    expect(await findComment(porto.sql, String(second.id))).toMatchObject({ depth: 2 });
    await later();
    for (const node of Object.values(net.nodes)) {
      expect(await findComment(node.sql, String(note.id))).toMatchObject({
        parentUri: said.uri,
        threadUri: proposal.uri,
      });
      expect(await findComment(node.sql, String(second.id))).toMatchObject({ parentUri: note.id, depth: 2 });
      expect(await page(node)).not.toContain("Not yet taken up");
    }
  });

  test("is changed, and the change is read on all nodes", async () => {
    const { porto, lisboa } = net.nodes;
    const input = { body: "We tried it twice in Porto.", version: said.version };
    await editComment(porto.sql, ines, said.uri, input, net.clock.now());
    await later();
    expect(await page(lisboa)).toContain("twice in Porto");
  });

  test("is hidden by Bilbao: with its reason at home too, where the comment itself is still served; then it is back", async () => {
    const { bilbao, porto } = net.nodes;
    await hideSubject(bilbao.sql, moderator, said.uri, "An advertisement", net.clock.now());
    await later();
    for (const node of Object.values(net.nodes)) {
      expect(await page(node)).toContain("An advertisement");
      expect(await page(node)).not.toContain("twice in Porto");
    }
    expect((await json(said.uri)).status).toBe(200);
    expect(await getComment(porto.sql, said.uri)).toMatchObject({ hiddenBy: "owner" });
    await reinstateSubject(bilbao.sql, moderator, said.uri, net.clock.now());
    await later();
    for (const node of Object.values(net.nodes)) expect(await page(node)).toContain("twice in Porto");
  });

  test("is hidden at home, and comes back everywhere when home shows it again", async () => {
    const { porto } = net.nodes;
    const own = await aModerator(porto, { now: net.clock.now() });
    await hideSubject(porto.sql, own, said.uri, "Looked at again", net.clock.now());
    await later();
    for (const node of Object.values(net.nodes)) expect(await page(node)).not.toContain("twice in Porto");
    await reinstateSubject(porto.sql, own, said.uri, net.clock.now());
    await later();
    for (const node of Object.values(net.nodes)) expect(await page(node)).toContain("twice in Porto");
  });

  test("takes it back: erased on all three nodes, and the answers keep their place", async () => {
    const { porto } = net.nodes;
    await deleteComment(porto.sql, ines, said.uri, net.clock.now());
    await later();
    for (const node of Object.values(net.nodes)) {
      expect(await findComment(node.sql, said.uri)).toMatchObject({ body: "", deletedAt: expect.any(Date) });
      expect(await page(node)).toContain("Did it rain?");
    }
  });
});

describe("a moderator of Porto", () => {
  test("hides at home what Bilbao shows, and that is Porto's own affair", async () => {
    const { bilbao, porto } = net.nodes;
    const note = ana.note("<p>Rude in Portuguese.</p>", { inReplyTo: proposal.uri });
    await ana.post("https://bilbao.test/inbox", ana.activity("Create", note));
    await later();
    const own = await aModerator(porto, { now: net.clock.now() });
    await hideSubject(porto.sql, own, String(note.id), "Rude", net.clock.now());
    await later(dayMs);
    expect(await page(porto)).not.toContain("Rude in Portuguese.");
    expect(await page(bilbao)).toContain("Rude in Portuguese.");
  });
});

describe("the collection of the thread", () => {
  test("is named in each object as context and conversation, belongs to the process, and lists all that is shown", async () => {
    const note = ana.note("<p>One more.</p>", { inReplyTo: proposal.uri });
    await ana.post("https://bilbao.test/inbox", ana.activity("Create", note));
    const reply = await say(net.nodes.bilbao, await aResident(net.nodes.bilbao, { now: net.clock.now() }), "Thanks.", {
      uri: String(note.id),
    });
    await later();
    const context = `${proposal.uri}/context`;
    expect(await read(proposal.uri)).toMatchObject({ context, conversation: context });
    expect(await read(reply.uri)).toMatchObject({ context, conversation: context });
    const root = await read(context);
    expect(root).toMatchObject({ type: "OrderedCollection", attributedTo: process.actorUri });
    const items = (await read(String(root.first))).orderedItems as string[];
    expect(items.slice(0, 2)).toEqual([reply.uri, note.id]);
    expect(items.at(-1)).toBe(proposal.uri);
    expect(root.totalItems).toBe(items.length);
    expect((await json(`${reply.uri}/context`)).status).toBe(404);
  });

  test("answers 304 to who has it, also to who has computed the digest from the items alone", async () => {
    const context = `${proposal.uri}/context`;
    const etag = (await json(context)).headers.get("etag")!;
    expect((await json(context, { "if-none-match": etag })).status).toBe(304);
    expect((await json(context, { "if-none-match": `${etag.slice(0, 65)}"` })).status).toBe(304);
    const note = ana.note("<p>Later.</p>", { inReplyTo: proposal.uri });
    await ana.post("https://bilbao.test/inbox", ana.activity("Create", note));
    expect((await json(context, { "if-none-match": etag })).status).toBe(200);
    await hideSubject(net.nodes.bilbao.sql, moderator, String(note.id), "No", net.clock.now());
    expect((await json(context, { "if-none-match": etag })).status).toBe(304);
    await later();
  });

  test("an equal copy costs its mirror one request a day, answered 304", async () => {
    await later(dayMs);
    net.wire.length = 0;
    await later(dayMs);
    const asked = net.wire.filter((line) => line.startsWith(`GET ${proposal.uri}`));
    expect(asked).toEqual(Array(2).fill(`GET ${proposal.uri}/context 304`));
  });
});
