// A server that nobody here follows tries to put civic things of its own on our pages, and to keep our workers busy.
import { afterAll, beforeAll, expect, test } from "vitest";
import { follow } from "../../src/actors/actions.ts";
import { findActor } from "../../src/actors/queries.ts";
import { findProcess } from "../../src/processes/queries.ts";
import { findProposal } from "../../src/proposals/queries.ts";
import { findSubject } from "../../src/subjects/queries.ts";
import { type Network, openNetwork } from "../support/network.ts";
import { type Json, openStranger, type Stranger } from "../support/stranger.ts";

const shared = "https://bilbao.test/inbox";
const toAll = { to: ["https://www.w3.org/ns/activitystreams#Public"] };
const host = "https://eve.test";

let net: Network<"bilbao">;
let eve: Stranger;
beforeAll(async () => {
  net = await openNetwork("bilbao");
  eve = openStranger(net, { host: "eve.test", handle: "eve", type: "Group" });
});
afterAll(async () => await net?.[Symbol.asyncDispose]());

const civicProcess = {
  kind: "process",
  process: `${host}/processes/fake`,
  organisation: null,
  languages: ["en"],
  ...{ title: { en: "A process nobody asked for" }, summary: {}, description: {}, promoter: {} },
  ...{ audience: {}, decides: {}, goals: {}, indicator: null, pilot: null },
  phases: [],
  publishedAt: "2026-05-01T09:00:00Z",
  updatedAt: "2026-05-01T09:00:00Z",
};

/** Serves its own actor again as one of a process. */
async function becomeProcess() {
  const served = await net.deliver(new Request(eve.uri));
  eve.serve(eve.uri, { ...((await served.json()) as Json), civic: civicProcess });
}

test("a proposal of a node that is not followed is not kept, whoever names it", async () => {
  const civic = { kind: "proposal", process: civicProcess.process, title: "Buy this", state: "published", body: "Now" };
  const note = eve.note("<p>Buy this</p>", { civic, audience: eve.uri });
  await becomeProcess();
  await eve.post(shared, eve.activity("Create", note.id, toAll));
  await net.settle();
  expect(net.wire).toContain(`GET ${String(note.id)} 200`);
  expect(await findProposal(net.nodes.bilbao.sql, String(note.id))).toBeNull();
  expect(await findProcess(net.nodes.bilbao.sql, civicProcess.process)).toBeNull();
});

test("nor is a process that tells of itself", async () => {
  await becomeProcess();
  await eve.post(shared, eve.activity("Update", eve.uri, toAll));
  await net.settle();
  expect(await findProcess(net.nodes.bilbao.sql, civicProcess.process)).toBeNull();
  expect(await findSubject(net.nodes.bilbao.sql, civicProcess.process)).toBeNull();
});

test("things that name each other as their process are read a few times, and no more, even of a followed server", async () => {
  const { sql, uris, organisation } = net.nodes.bilbao;
  await follow(sql, uris, organisation, (await findActor(sql, eve.uri))!, net.clock.now());
  const [one, other] = [`${host}/notes/one`, `${host}/notes/other`];
  const civic = { kind: "proposal", process: `${host}/processes/none`, title: "A ring", state: "published" };
  for (const [id, audience] of [
    [one, other],
    [other, one],
  ] as const) {
    eve.serve(id, {
      "@context": "https://www.w3.org/ns/activitystreams",
      ...eve.note("<p>ring</p>", { id, civic, audience }),
    });
  }
  const before = net.wire.length;
  let isOver = false;
  await eve.post(shared, eve.activity("Create", one, toAll));
  // A ring would be read for ever: its server falls silent after a while, so that the test ends.
  const answer = net.strangers.get("eve.test")!;
  let asked = 0;
  net.strangers.set("eve.test", (request) => {
    isOver = ++asked > 20;
    return isOver ? new Response(null, { status: 404 }) : answer(request);
  });
  await net.settle();
  net.strangers.set("eve.test", answer);
  expect(isOver).toBe(false);
  expect(net.wire.length).toBeGreaterThan(before);
});
