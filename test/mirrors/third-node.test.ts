// The owner is gone for good: the copy says so and stays, and a third node takes it from the copy.
import { afterAll, beforeAll, expect, test } from "vitest";
import { follow } from "../../src/actors/actions.ts";
import { findActor } from "../../src/actors/queries.ts";
import { keepCopy } from "../../src/mirrors/actions.ts";
import { findMirror, listVouchers } from "../../src/mirrors/queries.ts";
import { hourMs, minuteMs } from "../../src/platform/time.ts";
import type { Process } from "../../src/processes/process.ts";
import { findProcess } from "../../src/processes/queries.ts";
import type { Proposal } from "../../src/proposals/proposal.ts";
import { findProposal } from "../../src/proposals/queries.ts";
import { anOfficial, aProcess, aProposal, aResident } from "../support/build.ts";
import { type Network, type Node, openNetwork } from "../support/network.ts";
import { openVisitor } from "../support/visit.ts";

let net: Network<"bilbao" | "porto" | "lisboa">;
let process: Process;
let proposal: Proposal;

beforeAll(async () => {
  net = await openNetwork("bilbao", "porto", "lisboa");
  const now = net.clock.now();
  const { bilbao, porto, lisboa } = net.nodes;
  process = await aProcess(bilbao, { now });
  proposal = await aProposal(bilbao, { process, now, by: await aResident(bilbao, { now, name: "Miren" }) });
  await later();
  await keep(porto);
  await lisboa.instance.house.findRemote(porto.organisation.uri);
  const [us, them] = [
    await findActor(lisboa.sql, lisboa.organisation.uri),
    await findActor(lisboa.sql, porto.organisation.uri),
  ];
  await follow(lisboa.sql, lisboa.uris, us!, them!, now);
  await later();
  net.down.add("bilbao.test");
});
afterAll(async () => await net?.[Symbol.asyncDispose]());

async function later(ms = minuteMs): Promise<void> {
  net.clock.advance(ms);
  await net.settle();
}

async function keep(node: Node): Promise<void> {
  const by = await anOfficial(node, { now: net.clock.now() });
  const wanted = { scopeUri: process.uri, kind: "process", ownOrigin: node.uris.origin } as const;
  await keepCopy(node.sql, by, wanted, net.clock.now());
  await net.settle();
}

const pageOf = async (node: Node): Promise<string> => {
  const copy = await findProcess(node.sql, process.uri);
  const { text } = await openVisitor(node.instance.fetch, node.uris.origin).open(`/processes/${copy!.id}`);
  return text.replaceAll(/\s+/g, " ");
};

test("the copy says that its owner does not answer, and carries on, without asking anyone to show a page", async () => {
  const { porto } = net.nodes;
  await later(2 * hourMs);
  expect(await findMirror(porto.sql, process.uri)).toMatchObject({ state: "unreachable", error: "no-answer" });
  const before = net.wire.length;
  expect(await pageOf(porto)).toContain("bilbao.test does not answer at the moment");
  expect(net.wire.length).toBe(before);
});

test("a third node takes the copy from the copy, and says who vouches for it", async () => {
  const { lisboa } = net.nodes;
  await keep(lisboa);
  expect(await findMirror(lisboa.sql, process.uri)).toMatchObject({
    state: "kept",
    source: "https://porto.test",
    missingCount: 0,
  });
  expect(await findProposal(lisboa.sql, proposal.uri)).toMatchObject({
    origin: "https://bilbao.test",
    title: proposal.title,
    authorName: "Miren",
  });
  expect(await listVouchers(lisboa.sql, process.uri)).toEqual(["https://porto.test"]);
  expect(await pageOf(lisboa)).toContain("bilbao.test does not answer at the moment");
});

test("what was vouched for is verified once the owner's key can be seen", async () => {
  const { lisboa } = net.nodes;
  net.down.delete("bilbao.test");
  await later(3 * hourMs);
  expect(await listVouchers(lisboa.sql, process.uri)).toEqual([]);
  expect(await findMirror(lisboa.sql, process.uri)).toMatchObject({ state: "kept", source: "https://bilbao.test" });
});

test("keys that were seen once verify a copy from anyone", async () => {
  const { bilbao, porto, lisboa } = net.nodes;
  const more = await aProposal(bilbao, { process, now: net.clock.now() });
  await net.settle();
  net.clock.advance(2 * hourMs);
  await porto.instance.drain();
  net.down.add("bilbao.test");
  await later(3 * hourMs);
  expect(await findProposal(porto.sql, more.uri)).not.toBeNull();
  expect(await findProposal(lisboa.sql, more.uri)).toMatchObject({ title: more.title });
  const trusts = await lisboa.sql<{ trust: string; subjectUri: string }[]>`
    select trust, subject_uri from record where subject_uri = ${more.uri}`;
  expect(trusts).toEqual([{ trust: "verified", subjectUri: more.uri }]);
});
