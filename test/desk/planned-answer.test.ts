// A planned answer between two cities: nothing of it leaves before its time, and then it arrives as one given by hand does.
import { afterAll, beforeAll, expect, test } from "vitest";
import { follow } from "../../src/actors/actions.ts";
import { findActor } from "../../src/actors/queries.ts";
import { hourMs } from "../../src/platform/time.ts";
import { answerAlike, planAnswer } from "../../src/proposals/answer-work-actions.ts";
import { findAnswer, findProposal } from "../../src/proposals/queries.ts";
import * as build from "../support/build.ts";
import { type Network, openNetwork } from "../support/network.ts";

let net: Network<"bilbao" | "porto">;
beforeAll(async () => {
  net = await openNetwork("bilbao", "porto");
});
afterAll(async () => await net?.[Symbol.asyncDispose]());

const now = () => net.clock.now();

test("a planned answer arrives on the other node at its time; several alike arrive once each", async () => {
  const { bilbao, porto } = net.nodes;
  const process = await build.aProcess(bilbao, { now: now() });
  const proposals = [
    await build.aProposal(bilbao, { process, now: now() }),
    await build.aProposal(bilbao, { process, now: now() }),
    await build.aProposal(bilbao, { process, now: now() }),
  ];
  await net.settle();
  await porto.instance.house.findRemote(process.actorUri!);
  const [us, them] = [
    await findActor(porto.sql, porto.organisation.uri),
    await findActor(porto.sql, process.actorUri!),
  ];
  await follow(porto.sql, porto.uris, us!, them!, now());
  await net.settle();
  const [planned, ...alike] = proposals as [(typeof proposals)[0], ...typeof proposals];
  expect(await findProposal(porto.sql, planned.uri)).toMatchObject({ state: "published" });

  const official = await build.anOfficial(bilbao, { process, now: now() });
  const answer = { outcome: "accepted", term: "June", costAmount: null, costCurrency: null, language: "en" } as const;
  const publishAt = new Date(+now() + 3 * hourMs);
  const words = { ...answer, reasons: "At three, not before." };
  await planAnswer(bilbao.sql, official, planned.uri, { ...words, version: 0, publishAt }, now());
  net.clock.advance(2 * hourMs);
  await net.settle();
  expect(await findAnswer(porto.sql, planned.uri)).toBeNull();
  expect(await findAnswer(bilbao.sql, planned.uri)).toBeNull();
  net.clock.advance(2 * hourMs);
  await net.settle();
  expect(await findAnswer(bilbao.sql, planned.uri)).toMatchObject({ outcome: "accepted" });
  const arrived = await findAnswer(porto.sql, planned.uri);
  expect(arrived).toMatchObject({ outcome: "accepted", term: "June" });
  expect(arrived?.reasons).toContain("At three, not before.");
  expect(await findProposal(porto.sql, planned.uri)).toMatchObject({ state: "accepted" });

  const uris = alike.map(({ uri }) => uri);
  await answerAlike(bilbao.sql, bilbao.uris, official, uris, { ...answer, reasons: "Both at once." }, now());
  net.clock.advance(60_000);
  await net.settle();
  for (const uri of uris) {
    expect((await findAnswer(porto.sql, uri))?.reasons).toContain("Both at once.");
    const told = await bilbao.sql`
      select from event where subject_uri = ${uri} and type = 'ProposalAnswered'`;
    expect(told.length).toBe(1);
  }
});
