// A process of another city is followed here like our own: its news, answers and results are told once, and so are replies.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Account } from "../../src/accounts/account.ts";
import { follow as followActor } from "../../src/actors/actions.ts";
import { findActor } from "../../src/actors/queries.ts";
import { follow } from "../../src/notices/following-actions.ts";
import { listNotices } from "../../src/notices/queries.ts";
import { dayMs } from "../../src/platform/time.ts";
import { publishNews } from "../../src/processes/news-actions.ts";
import { answerProposal } from "../../src/proposals/answer-actions.ts";
import { aComment, aGuest, aMeeting, aProcess, aProposal, aResident, aResult } from "../support/build.ts";
import { type Network, type Node, openNetwork } from "../support/network.ts";

let net: Network<"bilbao" | "porto">;
beforeAll(async () => {
  net = await openNetwork("bilbao", "porto");
});
afterAll(async () => await net?.[Symbol.asyncDispose]());

const later = async () => {
  for (let minutes = 0; minutes < 3; minutes++) {
    net.clock.advance(60_000);
    await net.settle();
  }
};
const toldTo = async (node: Node, account: Account) =>
  (await listNotices(node.sql, account.id, { sizeRows: 50, after: null, before: null })).rows.map(
    ({ kind, title }) => `${kind}: ${title}`,
  );

test("what happens in a process of another city is told here once, and only what is new", async () => {
  const { bilbao, porto } = net.nodes;
  const now = net.clock.now;
  const process = await aProcess(bilbao, { title: "Green squares", now: now() });
  const proposal = await aProposal(bilbao, { title: "Shade for the square", process, now: now() });
  const news = { processUri: process.uri, body: "Text", language: "en" };
  await publishNews(bilbao.sql, bilbao.uris, bilbao.administrator, { ...news, title: "Old news" }, now());
  net.clock.advance(10 * dayMs - 60_000 * 60);
  await porto.instance.house.findRemote(process.actorUri!);
  const [us, them] = [
    await findActor(porto.sql, porto.organisation.uri),
    await findActor(porto.sql, process.actorUri!),
  ];
  await followActor(porto.sql, porto.uris, us!, them!, now());
  await later();
  const [reader, speaker] = [await aGuest(porto, { now: now() }), await aResident(porto, { now: now() })];
  for (const uri of [process.uri, proposal.uri]) await follow(porto.sql, reader, uri, now());

  await publishNews(bilbao.sql, bilbao.uris, bilbao.administrator, { ...news, title: "New news" }, now());
  await aResult(bilbao, { title: "Ten trees", process, proposalUris: [proposal.uri], now: now() });
  await aMeeting(bilbao, { title: "An evening", process, now: now() });
  const said = await aComment(porto, { by: speaker, on: proposal, now: now() });
  await later();
  const given = {
    outcome: "accepted",
    reasons: "Yes.",
    costAmount: null,
    costCurrency: null,
    term: "",
    language: "en",
  } as const;
  await answerProposal(bilbao.sql, bilbao.uris, bilbao.administrator, proposal.uri, given, now());
  await aComment(bilbao, { on: { uri: said.uri, threadUri: proposal.uri }, now: now() });
  await later();
  await later();

  expect((await toldTo(porto, reader)).toSorted()).toEqual([
    "answer: Shade for the square",
    expect.stringMatching(/^news: .*An evening/),
    "news: New news",
    "result: Ten trees",
  ]);
  expect(await toldTo(porto, speaker)).toEqual(["reply-to-mine: Shade for the square"]);
});
