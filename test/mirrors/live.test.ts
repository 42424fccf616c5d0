// A copy between two comparisons: what is told is taken at once; a whole city is kept as one; kept no longer, it stays readable.
import { afterAll, beforeAll, expect, test } from "vitest";
import { follow } from "../../src/actors/actions.ts";
import { findActor } from "../../src/actors/queries.ts";
import { keepCopy, stopCopy } from "../../src/mirrors/actions.ts";
import { findMirror } from "../../src/mirrors/queries.ts";
import { digestOf } from "../../src/platform/canonical.ts";
import { hourMs, minuteMs } from "../../src/platform/time.ts";
import { editProposal } from "../../src/proposals/actions.ts";
import { findProposal } from "../../src/proposals/queries.ts";
import { findHead } from "../../src/records/queries.ts";
import { findSubject } from "../../src/subjects/queries.ts";
import { aMeeting, anOfficial, aProcess, aProposal, aProposalText, aResident } from "../support/build.ts";
import { type Network, openNetwork } from "../support/network.ts";

let net: Network<"bilbao" | "porto">;
beforeAll(async () => {
  net = await openNetwork("bilbao", "porto");
});
afterAll(async () => await net?.[Symbol.asyncDispose]());

const now = () => net.clock.now();
async function later(ms: number): Promise<void> {
  net.clock.advance(ms);
  await net.settle();
}

async function keepCity() {
  const { bilbao, porto } = net.nodes;
  const scopeUri = bilbao.organisation.uri;
  await porto.instance.house.findRemote(scopeUri);
  const by = await anOfficial(porto, { now: now() });
  await keepCopy(porto.sql, by, { scopeUri, kind: "organisation", ownOrigin: porto.uris.origin }, now());
  await later(minuteMs);
  return { scopeUri, by };
}

const digestsAt = async (name: "bilbao" | "porto", publisher: string) =>
  (await net.nodes[name].sql`select digest from record where publisher_uri = ${publisher} order by digest`).map(
    (row) => row.digest,
  );

test("everything a city publishes is kept as one: its processes, and meetings that belong to none", async () => {
  const { bilbao, porto } = net.nodes;
  const first = await aProcess(bilbao, { now: now() });
  const second = await aProcess(bilbao, { now: now(), title: "Lamps in the old town" });
  const proposal = await aProposal(bilbao, { process: first, now: now() });
  const meeting = await aMeeting(bilbao, { process: null, now: now() });
  await later(minuteMs);
  const { scopeUri } = await keepCity();
  expect(await findMirror(porto.sql, scopeUri)).toMatchObject({ state: "kept", missingCount: 0 });
  expect(await digestsAt("porto", scopeUri)).toEqual(await digestsAt("bilbao", scopeUri));
  for (const { uri } of [first, second, proposal, meeting]) {
    expect((await findSubject(porto.sql, uri))?.origin, uri).toBe("https://bilbao.test");
  }
});

test("what is told of a followed process is taken at once, with its record, and nothing else is asked for", async () => {
  const { bilbao, porto } = net.nodes;
  const scopeUri = bilbao.organisation.uri;
  const process = await aProcess(bilbao, { now: now(), title: "Benches by the river" });
  await later(2 * hourMs);
  await porto.instance.house.findRemote(process.actorUri!);
  const [us, them] = [
    await findActor(porto.sql, porto.organisation.uri),
    await findActor(porto.sql, process.actorUri!),
  ];
  await follow(porto.sql, porto.uris, us!, them!, now());
  await later(minuteMs);
  const by = await aResident(bilbao, { now: now() });
  const proposal = await aProposal(bilbao, { process, by, now: now() });
  await later(1_000);
  const head = await findHead(porto.sql, proposal.uri);
  expect(head).toMatchObject({ trust: "verified", version: 1 });
  const wireAt = net.wire.length;
  const text = aProposalText({ title: "Benches, and a lamp beside each" });
  await editProposal(bilbao.sql, by, proposal.uri, { ...text, images: [], organisationId: null, version: 1 }, now());
  await later(1_000);
  expect(await findHead(porto.sql, proposal.uri)).toMatchObject({ version: 2, previous: head!.digest });
  expect(await findProposal(porto.sql, proposal.uri)).toMatchObject({ title: "Benches, and a lamp beside each" });
  const asked = net.wire.slice(wireAt).filter((line) => line.startsWith("GET https://bilbao.test/"));
  expect(asked.filter((line) => line.includes("/archive"))).toEqual([]);
  expect(asked.filter((line) => line.includes("/records/")).length).toBeLessThanOrEqual(2);
  expect(asked.filter((line) => line.includes(`/manifests/${digestOf(scopeUri)}`))).toEqual([]);
});

test("kept no longer, it is compared and handed on no longer, and what was read stays readable", async () => {
  const { bilbao, porto } = net.nodes;
  const scopeUri = bilbao.organisation.uri;
  const manifest = () => porto.instance.fetch(new Request(porto.uris.at(`/manifests/${digestOf(scopeUri)}`)));
  expect((await manifest()).status).toBe(200);
  const by = await anOfficial(porto, { now: now() });
  const [one] = await porto.sql<{ uri: string; id: string }[]>`
    select uri, id from subject where kind = 'proposal' and origin = 'https://bilbao.test' limit 1`;
  await stopCopy(porto.sql, by, scopeUri, now());
  await later(minuteMs);
  expect(await findMirror(porto.sql, scopeUri)).toBeNull();
  expect((await manifest()).status).toBe(404);
  expect((await porto.instance.fetch(new Request(porto.uris.at(`/proposals/${one!.id}`)))).status).toBe(200);
  const wireAt = net.wire.length;
  await later(3 * hourMs);
  expect(net.wire.slice(wireAt).filter((line) => line.includes("/manifests/"))).toEqual([]);
});
