// What was said under a proposal that is hidden or erased: no door answers for it, and all do again once it is shown.
import { afterAll, beforeAll, expect, test } from "vitest";
import { hideSubject, reinstateSubject } from "../../src/moderation/actions.ts";
import { minuteMs } from "../../src/platform/time.ts";
import { findSubject } from "../../src/subjects/queries.ts";
import { searchSubjects } from "../../src/subjects/search-queries.ts";
import { aComment, aProcess, aProposal, aResident } from "../support/build.ts";
import { type Network, openNetwork } from "../support/network.ts";

const words = "A kumquat tree beside the slandered neighbour";
let net: Network<"bilbao">;
beforeAll(async () => {
  net = await openNetwork("bilbao");
});
afterAll(() => net?.[Symbol.asyncDispose]());

const ask = async (url: string, accept = "application/activity+json") => {
  const response = await net.nodes.bilbao.instance.fetch(new Request(url, { headers: { accept } }));
  const body = await response.text();
  return { status: response.status, saysIt: body.includes("kumquat"), body };
};

async function aThread() {
  const { bilbao } = net.nodes;
  const now = net.clock.now();
  const by = await aResident(bilbao, { now, handle: `ane${Math.random().toString(36).slice(2, 8)}`, name: "Ane" });
  const process = await aProcess(bilbao, { now });
  const proposal = await aProposal(bilbao, { process, now, title: "Slander of a neighbour" });
  const comment = await aComment(bilbao, { on: proposal, by, now, body: words });
  await net.settle();
  // The record of a thread is written for several voices at once.
  net.clock.advance(15 * minuteMs);
  await net.settle();
  const [activity] = await bilbao.sql<{ uri: string }[]>`
    select uri from outgoing_activity where subject_uri = ${comment.uri} and kind <> 'private' limit 1`;
  const [part] = await bilbao.sql<{ digest: string }[]>`
    select digest from record_part where subject_uri = ${comment.uri} limit 1`;
  const { authorUri } = (await findSubject(bilbao.sql, comment.uri))!;
  const outbox = `${authorUri}/outbox/page/newest`;
  const addresses = {
    object: comment.uri,
    replies: `${comment.uri}/replies`,
    repliesPage: `${comment.uri}/replies/page/newest`,
    likes: `${comment.uri}/likes`,
    activity: activity!.uri,
    part: `${bilbao.uris.origin}/records/${part!.digest}/part`,
    thread: `${proposal.uri}/context/page/newest`,
    proposalReplies: `${proposal.uri}/replies/page/newest`,
    feed: `${bilbao.uris.origin}/discussions/${proposal.id}.atom`,
  };
  const doors = async () => {
    const answers: Record<string, unknown> = {};
    for (const [name, url] of Object.entries(addresses)) answers[name] = (await ask(url)).status;
    answers.outbox = (await ask(outbox)).saysIt;
    answers.page = (await ask(comment.url, "text/html")).status;
    const request = { sizeRows: 10, after: null, before: null };
    answers.search = (await searchSubjects(bilbao.sql, { text: "kumquat", kind: null }, request)).rows.some(
      ({ uri }) => uri === comment.uri,
    );
    return answers;
  };
  return { proposal, comment, doors };
}

test("of a hidden proposal nothing answers, and everything does again once it is shown", async () => {
  const { bilbao } = net.nodes;
  const { proposal, doors } = await aThread();
  const open = await doors();
  expect(open).toMatchObject({
    object: 200,
    replies: 200,
    likes: 200,
    activity: 200,
    outbox: true,
    page: 200,
    search: true,
  });
  await hideSubject(bilbao.sql, bilbao.administrator, proposal.uri, "Slander", net.clock.now());
  await net.settle();
  for (const [door, answer] of Object.entries(await doors()))
    expect([door, answer]).toEqual([door, typeof answer === "boolean" ? false : 404]);
  await reinstateSubject(bilbao.sql, bilbao.administrator, proposal.uri, net.clock.now());
  await net.settle();
  expect(await doors()).toEqual(open);
});

test("of a proposal that is gone nothing answers either", async () => {
  const { bilbao } = net.nodes;
  const { proposal, doors } = await aThread();
  await bilbao.sql`update subject set deleted_at = ${net.clock.now()} where uri = ${proposal.uri}`;
  for (const [door, answer] of Object.entries(await doors())) {
    // What the thing itself says of its going is its own: 404 or 410, and nothing of what was said there.
    expect([door, answer === false || answer === 404 || answer === 410]).toEqual([door, true]);
  }
});
