// An account of another server moves: what it followed here goes along, if both ends say that they are one person.
import { afterAll, beforeAll, expect, test } from "vitest";
import { follow } from "../../src/actors/actions.ts";
import { findActor } from "../../src/actors/queries.ts";
import type { Process } from "../../src/processes/process.ts";
import { aPhase, aProcess } from "../support/build.ts";
import { type Network, openNetwork } from "../support/network.ts";
import { openStranger, type Stranger } from "../support/stranger.ts";

let net: Network<"bilbao">;
let process: Process;
beforeAll(async () => {
  net = await openNetwork("bilbao");
  const now = net.clock.now();
  process = await aProcess(net.nodes.bilbao, { now, phases: [aPhase(now, { endsInDays: 30 })] });
  await net.settle();
});
afterAll(async () => await net?.[Symbol.asyncDispose]());

const shared = "https://bilbao.test/inbox";
let pairs = 0;

/** A person on one server, and an account on another that may say it was known under the first address. */
async function aPair({ knows = true } = {}): Promise<{ old: Stranger; young: Stranger }> {
  pairs++;
  const old = openStranger(net, { host: `old${pairs}.test` });
  const young = openStranger(net, { host: `young${pairs}.test` });
  const answer = net.strangers.get(young.host)!;
  net.strangers.set(young.host, async (request) => {
    const response = await answer(request);
    if (request.url !== young.uri || !knows) return response;
    const document = (await response.json()) as object;
    const headers = { "content-type": "application/activity+json" };
    return Response.json({ ...document, alsoKnownAs: [old.uri] }, { headers });
  });
  await old.post(shared, old.activity("Follow", process.actorUri));
  await net.settle();
  return { old, young };
}

const followers = async () => {
  const rows = await net.nodes.bilbao.sql<{ uri: string }[]>`
    select follower.uri from follow join actor follower on follower.id = follower_id
    join actor followed on followed.id = followed_id where followed.uri = ${process.actorUri} order by follow.id`;
  return rows.map(({ uri }) => uri);
};
const count = async () => (await findActor(net.nodes.bilbao.sql, process.actorUri!))!.followersCount;
const move = (from: Stranger, to: string) => from.post(shared, from.activity("Move", from.uri, { target: to }));

test("the new account follows what the old one followed, and is counted once", async () => {
  const { old, young } = await aPair();
  const before = await count();
  expect((await move(old, young.uri)).status).toBe(202);
  await net.settle();
  expect(await followers()).toContain(young.uri);
  expect(await followers()).not.toContain(old.uri);
  expect(await count()).toBe(before);
  await move(old, young.uri);
  await net.settle();
  expect(await count()).toBe(before);
});

test("where the new account follows already, the two become one", async () => {
  const { old, young } = await aPair();
  await young.post(shared, young.activity("Follow", process.actorUri));
  await net.settle();
  const before = await count();
  await move(old, young.uri);
  await net.settle();
  expect(await followers()).not.toContain(old.uri);
  expect(await count()).toBe(before - 1);
});

test("an account that does not say it was the old one gets nothing", async () => {
  const { old, young } = await aPair({ knows: false });
  await move(old, young.uri);
  await net.settle();
  expect(await followers()).toContain(old.uri);
  expect(await followers()).not.toContain(young.uri);
});

test("nobody moves somebody else, to nowhere, or to this node", async () => {
  const { old, young } = await aPair();
  await young.post(shared, young.activity("Move", old.uri, { target: young.uri }));
  await old.post(shared, old.activity("Move", old.uri));
  await old.post(shared, old.activity("Move", old.uri, { target: "not an address" }));
  await old.post(shared, old.activity("Move", old.uri, { target: process.actorUri! }));
  await old.post(shared, old.activity("Move", old.uri, { target: "https://10.0.0.1/users/ana" }));
  await net.settle({ inOutage: true });
  expect(await followers()).toContain(old.uri);
  expect(await followers()).not.toContain(young.uri);
});

test("what this node followed it asks to follow at its new address", async () => {
  const { old, young } = await aPair();
  const { bilbao } = net.nodes;
  await follow(bilbao.sql, bilbao.uris, bilbao.organisation, (await findActor(bilbao.sql, old.uri))!, net.clock.now());
  await net.settle();
  await move(old, young.uri);
  await net.settle();
  expect(young.inbox.some(({ type, object }) => type === "Follow" && object === young.uri)).toBe(true);
});
