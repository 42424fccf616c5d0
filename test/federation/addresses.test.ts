// One address for people and servers: what `/actors/…` shows to a browser.
import { afterAll, beforeAll, expect, test } from "vitest";
import { closePublicVoice } from "../../src/accounts/actions.ts";
import { aProcess, aProposal, aResident } from "../support/build.ts";
import { type Network, openNetwork } from "../support/network.ts";

let net: Network<"bilbao">;
beforeAll(async () => {
  net = await openNetwork("bilbao");
});
afterAll(async () => await net?.[Symbol.asyncDispose]());

const open = async (uri: string) =>
  await net.nodes.bilbao.instance.fetch(new Request(uri, { headers: { accept: "text/html" } }));

test("a process is shown on its page, a resident with a public voice on their own, and one who left not at all", async () => {
  const { bilbao } = net.nodes;
  const now = net.clock.now();
  const process = await aProcess(bilbao, { now });
  const moved = await open(process.actorUri!);
  expect([moved.status, moved.headers.get("location")]).toEqual([303, process.url]);

  const nerea = await aResident(bilbao, { name: "Nerea", handle: "nerea", now });
  const proposal = await aProposal(bilbao, { process, by: nerea, now });
  const shown = await open("https://bilbao.test/actors/nerea");
  expect(shown.headers.get("vary")).toContain("Accept");
  const text = await shown.text();
  expect(text).toContain("@nerea@bilbao.test");
  expect(text).toContain(proposal.title);
  expect(text).not.toContain(nerea.email);

  await closePublicVoice(bilbao.sql, nerea, now);
  expect((await open("https://bilbao.test/actors/nerea")).status).toBe(410);
  expect((await open("https://bilbao.test/actors/nobody")).status).toBe(404);
});
