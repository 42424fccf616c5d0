// Proposals between two cities: from the button to the other node's page, with real signatures.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { contributionsPerHourMax } from "../../federation/sending/quiet.ts";
import type { Account } from "../../src/accounts/account.ts";
import { follow } from "../../src/actors/actions.ts";
import { findActor } from "../../src/actors/queries.ts";
import type { Process } from "../../src/processes/process.ts";
import { findProcess } from "../../src/processes/queries.ts";
import { editProposal, withdrawProposal } from "../../src/proposals/actions.ts";
import { answerProposal } from "../../src/proposals/answer-actions.ts";
import type { Proposal } from "../../src/proposals/proposal.ts";
import { findAnswer, findProposal } from "../../src/proposals/queries.ts";
import { anOfficial, aProcess, aProposal, aProposalText, aResident } from "../support/build.ts";
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

const inAMinute = () => net.clock.advance(60_000);

describe("a city that follows another city's process", () => {
  let process: Process;
  let proposal: Proposal;
  let author: Account;

  test("gets the process and what is in it already", async () => {
    const { bilbao, porto } = net.nodes;
    const now = net.clock.now();
    process = await aProcess(bilbao, { now });
    author = await aResident(bilbao, { now });
    proposal = await aProposal(bilbao, { process, by: author, now });
    await net.settle();
    await followFrom(porto, `@${process.handle}@bilbao.test`);
    const copy = await findProcess(porto.sql, process.uri);
    expect(copy).toMatchObject({ origin: "https://bilbao.test", title: process.title });
    expect(copy?.phases.map((phase) => phase.startsAt)).toEqual(process.phases.map((phase) => phase.startsAt));
    expect(await findProposal(porto.sql, proposal.uri)).toMatchObject({
      title: proposal.title,
      state: "published",
      authorName: author.publicName,
      origin: "https://bilbao.test",
    });
    expect((await findProcess(bilbao.sql, process.uri))?.followersCount).toBe(1);
  });

  test("sees a new proposal, its edit and its withdrawal", async () => {
    const { bilbao, porto } = net.nodes;
    inAMinute();
    const fresh = await aProposal(bilbao, { process, by: author, now: net.clock.now() });
    await net.settle();
    expect(await findProposal(porto.sql, fresh.uri)).toMatchObject({ title: fresh.title, version: 1 });
    inAMinute();
    const text = { ...aProposalText({ title: "A bench and a fountain" }), version: fresh.version };
    await editProposal(bilbao.sql, author, fresh.uri, text, net.clock.now());
    await net.settle();
    expect(await findProposal(porto.sql, fresh.uri)).toMatchObject({ title: "A bench and a fountain" });
    inAMinute();
    await withdrawProposal(bilbao.sql, author, fresh.uri, net.clock.now());
    await net.settle();
    expect(await findProposal(porto.sql, fresh.uri)).toMatchObject({ state: "withdrawn" });
  });

  test("sees the official answer, with cost and term, and then its revision", async () => {
    const { bilbao, porto } = net.nodes;
    inAMinute();
    const official = await anOfficial(bilbao, { now: net.clock.now() });
    const answer = {
      reasons: "We will **build** it.",
      costAmount: "12000.50",
      costCurrency: "EUR",
      term: "2027",
      language: "en",
    };
    const give = (outcome: "accepted" | "evaluating") =>
      answerProposal(bilbao.sql, bilbao.uris, official, proposal.uri, { ...answer, outcome }, net.clock.now());
    await give("evaluating");
    await net.settle();
    expect(await findAnswer(porto.sql, proposal.uri)).toMatchObject({ outcome: "evaluating" });
    inAMinute();
    await give("accepted");
    await net.settle();
    expect(await findAnswer(porto.sql, proposal.uri)).toMatchObject({
      outcome: "accepted",
      costAmount: "12000.50",
      term: "2027",
    });
    expect(await findProposal(porto.sql, proposal.uri)).toMatchObject({ state: "accepted" });
  });

  test("keeps what it has while the origin is down, and catches up when it is back", async () => {
    const { bilbao, porto } = net.nodes;
    net.down.add("porto.test");
    inAMinute();
    const late = await aProposal(bilbao, { process, by: author, now: net.clock.now() });
    await expect(net.settle()).rejects.toThrow("porto.test");
    expect(await findProposal(porto.sql, late.uri)).toBeNull();
    net.down.delete("porto.test");
    net.clock.advance(3_600_000);
    await net.settle();
    expect(await findProposal(porto.sql, late.uri)).toMatchObject({ title: late.title });
  });

  test("an activity that arrives twice has one effect", async () => {
    const { bilbao, porto } = net.nodes;
    inAMinute();
    await aProposal(bilbao, { process, by: author, now: net.clock.now() });
    await net.settle();
    const before = (await findProcess(porto.sql, process.uri))?.proposalCount;
    await bilbao.sql`
      insert into job (kind, payload, run_at) select 'deliver', jsonb_build_object('activityUri', uri, 'after', ''), now()
      from outgoing_activity`;
    await net.settle();
    expect((await findProcess(porto.sql, process.uri))?.proposalCount).toBe(before);
  });
});

describe("quiet by default", () => {
  test("people get a handful of contributions an hour and the rest in a digest; institutions get each one", async () => {
    const { bilbao } = net.nodes;
    const now = net.clock.now();
    const process = await aProcess(bilbao, { now });
    await net.settle();
    const by = await aResident(bilbao, { now });
    for (let count = 0; count < contributionsPerHourMax + 3; count++) await aProposal(bilbao, { process, by, now });
    await net.settle();
    const sent = async () =>
      await bilbao.sql<
        { type: string; kind: string; followersOf: string[]; institutionsOf: string[]; content: string }[]
      >`
        select activity->>'type' as type, kind, followers_of, institutions_of, activity->'object'->>'content' as content
        from outgoing_activity where actor_id = (select id from actor where uri = ${process.actorUri}) order by id`;
    const contributions = (await sent()).filter((row) => row.kind === "contribution");
    expect(contributions.filter((row) => row.followersOf.length > 0)).toHaveLength(contributionsPerHourMax);
    expect(contributions.filter((row) => row.institutionsOf.length > 0)).toHaveLength(contributionsPerHourMax + 3);
    net.clock.advance(3_700_000);
    await net.settle();
    const digests = (await sent()).filter((row) => row.kind === "official" && row.content?.includes("<li>"));
    expect(digests).toHaveLength(1);
    expect(digests[0]?.content.match(/<li>/g)).toHaveLength(3);
    net.clock.advance(3_700_000);
    await net.settle();
    expect((await sent()).filter((row) => row.content?.includes("<li>"))).toHaveLength(1);
  });
});
