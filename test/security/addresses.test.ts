// Addresses and names that read one way to one program and another way to the next, and words that a program takes for its own.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { uriOf } from "../../federation/reading.ts";
import type { Proposal } from "../../src/proposals/proposal.ts";
import { findSubject } from "../../src/subjects/queries.ts";
import { aProcess, aProposal } from "../support/build.ts";
import { type Network, openNetwork } from "../support/network.ts";
import { openStranger, type Stranger } from "../support/stranger.ts";

let net: Network<"bilbao">;
let proposal: Proposal;
let eve: Stranger;
const shared = "https://bilbao.test/inbox";
beforeAll(async () => {
  net = await openNetwork("bilbao");
  const now = net.clock.now();
  proposal = await aProposal(net.nodes.bilbao, { process: await aProcess(net.nodes.bilbao, { now }), now });
  eve = openStranger(net, { host: "evil.test", handle: "eve" });
  await net.settle();
});
afterAll(async () => await net?.[Symbol.asyncDispose]());

const spellings = [
  "https://user:pass@evil.test/n/1",
  "https://bilbao.test@evil.test/n/1",
  "https://evil.test./n/1",
  "https://EVIL.test/n/1",
  "https://evil.test:443/n/1",
  "HTTPS://evil.test/n/1",
  "https:\\\\evil.test/n/1",
  "https:/evil.test/n/1",
  " https://evil.test/n/1",
  "https://e\tvil.test/n/1",
  "https://ev\u00adil.test/n/1",
  "https://e\uff56il.test/n/1",
];

// Mastodon GHSA-hcqf-fw2r-52g4, CVE-2023-42451.
describe("9 request splitting and URL parsing", () => {
  test.each(spellings)("%j is no second name of a thing", async (id) => {
    expect(uriOf(id)).toBeNull();
    const note = { ...eve.note("<p>under another name</p>", { inReplyTo: proposal.uri }), id };
    await eve.post(shared, eve.activity("Create", note));
    await eve.post(shared, eve.activity("Create", note, { id: `${id}/activity` }));
    await net.settle();
    expect(await findSubject(net.nodes.bilbao.sql, id)).toBeNull();
  });

  test.each([
    "@eve@evil.test/../x",
    "@eve@evil.test#x",
    "@eve/x@evil.test",
    "@eve@evil.test?x=1",
    "@eve@user@evil.test",
    "eve\r\nx: y@evil.test",
  ])("the handle %j is not looked up", async (handle) => {
    const before = net.wire.length;
    await expect(net.nodes.bilbao.instance.house.findRemote(handle)).rejects.toThrow(/not-an-actor|address-forbidden/);
    expect(net.wire.length).toBe(before);
  });
});

describe("26 crash on malformed", () => {
  const words = ["constructor", "__proto__", "toString", "hasOwnProperty", "valueOf"];

  test.each(words)("a type, a kind and a digest called %s are unknown, and nothing more", async (word) => {
    net.clock.advance(1_000);
    // The one that leads to what all objects inherit does not come in at all.
    const status = word === "__proto__" ? 400 : 202;
    expect((await eve.post(shared, eve.activity(word, proposal.uri))).status).toBe(status);
    const note = eve.note("<p>kind</p>", { inReplyTo: proposal.uri, civic: { kind: word }, type: word });
    expect((await eve.post(shared, eve.activity("Create", note))).status).toBe(status);
    await net.settle();
    const activity = JSON.stringify(eve.activity("Like", proposal.uri));
    const names = "(request-target) host date digest";
    const signature = `keyId="${eve.uri}#main-key",algorithm="${word}",headers="${names}",signature="AAAA"`;
    const headers = { date: net.clock.now().toUTCString(), digest: `${word}=AAAA,SHA-256=AAAA`, signature };
    const request = new Request(shared, { method: "POST", headers, body: activity });
    expect((await net.deliver(request)).status).toBe(401);
  });
});
