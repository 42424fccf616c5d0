// A category that its city calls otherwise: the copies in another city follow, and nobody on the fediverse is disturbed.
import { afterAll, beforeAll, expect, test } from "vitest";
import { follow } from "../../src/actors/actions.ts";
import { findActor } from "../../src/actors/queries.ts";
import { findMeeting } from "../../src/meetings/queries.ts";
import { addCategory } from "../../src/processes/actions.ts";
import { renameCategory } from "../../src/processes/category-actions.ts";
import { findProposal } from "../../src/proposals/queries.ts";
import { findResult } from "../../src/results/queries.ts";
import { aMeeting, aProcess, aProposal, aResult } from "../support/build.ts";
import { type Network, openNetwork } from "../support/network.ts";
import { openStranger } from "../support/stranger.ts";

let net: Network<"bilbao" | "porto">;
beforeAll(async () => {
  net = await openNetwork("bilbao", "porto");
});
afterAll(async () => await net?.[Symbol.asyncDispose]());

test("a new name reaches the copies of another city, and no person's home", async () => {
  const { bilbao, porto } = net.nodes;
  const now = net.clock.now;
  const green = await addCategory(bilbao.sql, bilbao.administrator, { name: { en: "Green" }, parentId: null }, now());
  const process = await aProcess(bilbao, { categoryIds: [green], now: now() });
  const person = openStranger(net, { host: "mastodon.test" });
  await person.post("https://bilbao.test/inbox", person.activity("Follow", process.actorUri!));
  await porto.instance.house.findRemote(process.actorUri!);
  const us = await findActor(porto.sql, porto.organisation.uri);
  const them = await findActor(porto.sql, process.actorUri!);
  await follow(porto.sql, porto.uris, us!, them!, now());
  await net.settle();
  const made = { process, categoryId: green, now: now() };
  const [proposal, meeting, result] = [
    await aProposal(bilbao, made),
    await aMeeting(bilbao, made),
    await aResult(bilbao, made),
  ];
  const inPorto = async () => [
    (await findProposal(porto.sql, proposal.uri))?.categoryName,
    (await findMeeting(porto.sql, meeting.uri))?.categoryName,
    (await findResult(porto.sql, result.uri))?.categoryName,
  ];
  const settle = async () => {
    for (let minutes = 0; minutes < 3; minutes++) {
      net.clock.advance(60_000);
      await net.settle();
    }
  };
  await settle();
  expect(await inPorto()).toEqual(["Green", "Green", "Green"]);
  const heard = () => net.wire.filter((line) => line.startsWith("POST https://mastodon.test")).length;
  const before = heard();
  expect(before).toBeGreaterThan(0);
  await renameCategory(bilbao.sql, bilbao.administrator, { id: green, name: { en: "Parks" } }, now());
  await settle();
  expect(await inPorto()).toEqual(["Parks", "Parks", "Parks"]);
  expect(heard()).toBe(before);
});
