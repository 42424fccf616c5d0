// Proposals between two cities: from the button to the other node's page, with real signatures.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findActor } from "../../src/actors/queries.ts";
import { follow } from "../../src/actors/actions.ts";
import { answerProposal, editProposal, withdrawProposal } from "../../src/proposals/actions.ts";
import { findAnswer, findProposal } from "../../src/proposals/queries.ts";
import { findProcess } from "../../src/processes/queries.ts";
import { aProcess, aProposal, aResident } from "../support/build.ts";
import { type Network, type Node, openNetwork } from "../support/network.ts";

let net: Network<"bilbao" | "porto">;
beforeAll(async () => {
  net = await openNetwork("bilbao", "porto");
});
afterAll(async () => await net?.[Symbol.asyncDispose]());

/** Porto's city follows an actor of Bilbao, as its page does after a look-up. */
async function followFrom(node: Node, address: string): Promise<void> {
  const found = await node.instance.house.findRemote(address);
  const [us, them] = [await findActor(node.sql, node.organisation.uri), await findActor(node.sql, found.uri)];
  await follow(node.sql, node.uris, us!, them!, net.clock.now());
  await net.settle();
}

describe("a city that follows another city's process", () => {
  test("gets the process and what is in it already", async () => {
    const { bilbao, porto } = net.nodes;
    const process = await aProcess(bilbao, { now: net.clock.now() });
    const early = await aProposal(bilbao, { process, now: net.clock.now() });
    await net.settle();
    await followFrom(porto, `@${process.handle}@bilbao.test`);
    const copy = await findProcess(porto.sql, process.uri);
    expect(copy).toMatchObject({ origin: "https://bilbao.test", title: process.title, followersCount: 0 });
    expect(copy?.phases.map((phase) => phase.startsAt)).toEqual(process.phases.map((phase) => phase.startsAt));
    expect(await findProposal(porto.sql, early.uri)).toMatchObject({ title: early.title, state: "published" });
  });
});
