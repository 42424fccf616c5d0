// Threads and strangers: what is passed on proves nothing, and no one moderates a thread that is not theirs.
import { afterAll, beforeAll, expect, test } from "vitest";
import { follow } from "../../src/actors/actions.ts";
import { findActor } from "../../src/actors/queries.ts";
import { findComment } from "../../src/comments/queries.ts";
import type { Process } from "../../src/processes/process.ts";
import type { Proposal } from "../../src/proposals/proposal.ts";
import { aComment, aProcess, aProposal } from "../support/build.ts";
import { type Network, type Node, openNetwork } from "../support/network.ts";
import { type Json, openStranger, type Stranger } from "../support/stranger.ts";

const inboxOf = (node: Node) => `${node.uris.origin}/inbox`;
let net: Network<"bilbao" | "porto">;
let process: Process;
let proposal: Proposal;
let ana: Stranger;
let group: Stranger;
let comment: { uri: string };

beforeAll(async () => {
  net = await openNetwork("bilbao", "porto");
  const { bilbao, porto } = net.nodes;
  const now = net.clock.now();
  process = await aProcess(bilbao, { now });
  proposal = await aProposal(bilbao, { process, now });
  ana = openStranger(net);
  group = openStranger(net, { host: "forum.test", handle: "lanes", type: "Group" });
  await net.settle();
  for (const uri of [process.actorUri!, group.uri]) {
    await porto.instance.house.findRemote(uri);
    const [us, them] = [await findActor(porto.sql, porto.organisation.uri), await findActor(porto.sql, uri)];
    await follow(porto.sql, porto.uris, us!, them!, now);
  }
  await net.settle();
  const accept = { type: "Follow", actor: porto.organisation.uri, object: group.uri };
  await group.post(inboxOf(porto), group.activity("Accept", accept));
  comment = await aComment(bilbao, { on: proposal, now });
  await later();
});
afterAll(async () => await net?.[Symbol.asyncDispose]());

async function later(): Promise<void> {
  net.clock.advance(60_000);
  await net.settle();
}

const wrapped = (type: string, actor: string, object: unknown, more: Json = {}): Json => ({
  id: `${actor}#${type}`,
  type,
  actor,
  object,
  ...more,
});

test("someone who is followed hides nothing in a thread of another node", async () => {
  const { porto } = net.nodes;
  const del = wrapped("Delete", group.uri, comment.uri, { summary: "I do not like it" });
  await group.post(inboxOf(porto), group.activity("Announce", del));
  await later();
  expect(await findComment(porto.sql, comment.uri)).toMatchObject({ hiddenAt: null, deletedAt: null });
});

test("a Delete that is said to be its author's erases nothing while its own server has the comment", async () => {
  const { bilbao, porto } = net.nodes;
  const note = ana.note("<p>Still here.</p>", { inReplyTo: proposal.uri });
  await ana.post(inboxOf(bilbao), ana.activity("Create", note));
  await later();
  await group.post(inboxOf(porto), group.activity("Announce", wrapped("Delete", ana.uri, note.id)));
  await later();
  expect(await findComment(porto.sql, String(note.id))).toMatchObject({ hiddenAt: null, deletedAt: null });
});

test("the words in a wrapper are never shown: those at the comment's own address are", async () => {
  const { porto } = net.nodes;
  const note = ana.note("<p>As it is.</p>", { inReplyTo: proposal.uri });
  const forged = { ...note, content: "<p>As the forum would have it.</p>" };
  await group.post(inboxOf(porto), group.activity("Announce", wrapped("Create", ana.uri, forged)));
  await later();
  const kept = await findComment(porto.sql, String(note.id));
  expect(kept?.body).toContain("As it is.");
  // Bilbao has not taken it: the forum's word is not Bilbao's.
  expect(kept).toMatchObject({ ownerState: null, threadOrigin: "https://bilbao.test" });
});

test("nobody but a mirror makes the owner of a thread look, and only at what belongs to it", async () => {
  const { bilbao } = net.nodes;
  const note = ana.note("<p>Look at me.</p>", { inReplyTo: proposal.uri });
  const asked = () => net.wire.filter((line) => line.startsWith(`GET ${note.id}`)).length;
  await group.post(inboxOf(bilbao), group.activity("Announce", wrapped("Create", ana.uri, note)));
  await later();
  expect(asked()).toBe(0);
  await group.post(inboxOf(bilbao), group.activity("Follow", process.actorUri!));
  await later();
  const unrelated = { ...note, inReplyTo: "https://elsewhere.test/notes/1" };
  await group.post(inboxOf(bilbao), group.activity("Announce", wrapped("Create", ana.uri, unrelated)));
  await later();
  expect(asked()).toBe(0);
  await group.post(inboxOf(bilbao), group.activity("Announce", wrapped("Create", ana.uri, note)));
  await later();
  expect(await findComment(bilbao.sql, String(note.id))).toMatchObject({ threadUri: proposal.uri });
});

test("a private reply is neither taken nor passed on, however it is brought", async () => {
  const { bilbao, porto } = net.nodes;
  const secret = ana.note("<p>Between us.</p>", { inReplyTo: proposal.uri, to: [process.actorUri], cc: [] });
  await ana.post(inboxOf(bilbao), ana.activity("Create", secret, { to: [process.actorUri] }));
  await group.post(inboxOf(bilbao), group.activity("Announce", wrapped("Create", ana.uri, secret)));
  await later();
  for (const { sql } of [bilbao, porto]) expect(await findComment(sql, String(secret.id))).toBeNull();
  const sent = await bilbao.sql`select activity from outgoing_activity`;
  expect(JSON.stringify(sent)).not.toContain("Between us");
});

test("early replies of one server do not fill the queue", async () => {
  const { bilbao } = net.nodes;
  const many = openStranger(net, { host: "many.test", handle: "many" });
  const rows = Array.from({ length: 500 }, (_, at) => ({
    uri: `https://many.test/early/${at}`,
    parentUri: `https://many.test/never/${at}`,
    host: "many.test",
    depth: 0,
    since: net.clock.now(),
  }));
  await bilbao.sql`insert into waiting_reply ${bilbao.sql(rows)}`;
  const note = many.note("<p>One too many.</p>", { inReplyTo: "https://many.test/never/x", cc: [process.actorUri] });
  expect((await many.post(inboxOf(bilbao), many.activity("Create", note))).status).toBe(202);
  const [row] = await bilbao.sql`select count(*)::int as waiting from waiting_reply`;
  expect(row).toEqual({ waiting: 500 });
});
