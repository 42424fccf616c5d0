// The document of a thing is kept only as long as nothing is written: no server is ever told what is not so any more.
import { afterAll, beforeAll, expect, test } from "vitest";
import { openServing } from "../../federation/serving.ts";
import { decidePeer } from "../../src/actors/actions.ts";
import { deleteComment } from "../../src/comments/actions.ts";
import { hideSubject, reinstateSubject } from "../../src/moderation/actions.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { editProposal } from "../../src/proposals/actions.ts";
import { addReaction, deleteSubject, removeReaction } from "../../src/subjects/actions.ts";
import {
  aComment,
  aModerator,
  aProcess,
  aProposal,
  aProposalText,
  aRemoteComment,
  aResident,
  aStranger,
} from "../support/build.ts";
import { type Network, type Node, openNetwork } from "../support/network.ts";

let net: Network<"bilbao">;
let bilbao: Node;
beforeAll(async () => {
  net = await openNetwork("bilbao");
  bilbao = net.nodes.bilbao;
});
afterAll(async () => await net?.[Symbol.asyncDispose]());

const request = (address: string) => new Request(address, { headers: { accept: "application/activity+json" } });
const said = async (response: Response | null) => ({ status: response?.status, body: await response?.text() });
const served = async (address: string) => said(await bilbao.instance.fetch(request(address)));
/** As a server says it that has kept nothing. */
const anew = async (address: string) => said(await openServing(bilbao.sql, bilbao.uris, net.clock)(request(address)));

test("a thing and its collections, after each change of it, of what it stands in and of who is heard", async () => {
  const { sql } = bilbao;
  const now = () => net.clock.now();
  const [moderator, author] = [await aModerator(bilbao, { now: now() }), await aResident(bilbao, { now: now() })];
  const process = await aProcess(bilbao, { now: now() });
  const proposal = await aProposal(bilbao, { process, by: author, now: now() });
  const other = await aProposal(bilbao, { process, now: now() });
  const comment = await aComment(bilbao, { on: proposal, by: author, now: now() });
  const stranger = await aStranger(bilbao, { host: "loud.example", now: now() });
  const heard = { subjectUri: proposal.uri, voice: { actorId: stranger.id }, kind: "like" as const };
  const inTransaction = (work: Parameters<typeof withTransaction<unknown>>[1]) => withTransaction(sql, work);
  const addresses = [proposal.uri, `${proposal.uri}/replies`, `${proposal.uri}/likes`, comment.uri, other.uri];
  const state = () => Promise.all(addresses.map(served));
  const changes: Record<string, () => Promise<unknown>> = {
    liked: () => inTransaction((tx) => addReaction(tx, { ...heard, activityUri: null }, now())),
    "not liked": () => inTransaction((tx) => removeReaction(tx, heard)),
    "replied to from elsewhere": () => aRemoteComment(bilbao, { on: proposal, by: stranger, now: now() }),
    "without those of a server that is blocked": () =>
      inTransaction((tx) => decidePeer(tx, { host: "loud.example", policy: "blocked", reason: "" }, now())),
    edited: () => {
      const text = { ...aProposalText({ title: "Another bench" }), version: proposal.version };
      return editProposal(sql, author, proposal.uri, text, now());
    },
    hidden: () => hideSubject(sql, moderator, proposal.uri, "Rude", now()),
    "shown again": () => reinstateSubject(sql, moderator, proposal.uri, now()),
    "without a comment that was taken back": () => deleteComment(sql, author, comment.uri, now()),
    "of a process that is hidden": () => hideSubject(sql, moderator, process.uri, "Rude", now()),
    "of a process that is shown": () => reinstateSubject(sql, moderator, process.uri, now()),
    erased: () => inTransaction((tx) => deleteSubject(tx, proposal.uri, now())),
  };
  let before = await state();
  expect(before.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  for (const [name, change] of Object.entries(changes)) {
    net.clock.advance(1_000);
    await change();
    const after = await state();
    expect([name, after]).toEqual([name, await Promise.all(addresses.map(anew))]);
    expect([name, after]).not.toEqual([name, before]);
    before = after;
  }
  expect(before[0]!.status).toBe(410);
});
