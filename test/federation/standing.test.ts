// Servers that a city trusts less: what a limited one sends waits for a moderator, a blocked one is not let in and not shown.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findActor } from "../../src/actors/queries.ts";
import { findComment } from "../../src/comments/queries.ts";
import { reinstateSubject } from "../../src/moderation/actions.ts";
import { decideServer } from "../../src/moderation/peer-actions.ts";
import { listReports } from "../../src/moderation/queries.ts";
import { publishNews } from "../../src/processes/news-actions.ts";
import type { Process } from "../../src/processes/process.ts";
import type { Proposal } from "../../src/proposals/proposal.ts";
import { aModerator, anOfficial, aProcess, aProposal } from "../support/build.ts";
import { type Network, type Node, openNetwork } from "../support/network.ts";
import { openStranger } from "../support/stranger.ts";

let net: Network<"bilbao">;
let bilbao: Node;
let process: Process;
let proposal: Proposal;
const shared = "https://bilbao.test/inbox";

beforeAll(async () => {
  net = await openNetwork("bilbao");
  bilbao = net.nodes.bilbao;
  process = await aProcess(bilbao, { now: net.clock.now() });
  proposal = await aProposal(bilbao, { process, now: net.clock.now() });
  await net.settle();
});
afterAll(async () => await net?.[Symbol.asyncDispose]());

const decide = async (host: string, policy: "allowed" | "limited" | "blocked") =>
  await decideServer(bilbao.sql, bilbao.uris, bilbao.administrator, { host, policy, reason: "Spam" }, net.clock.now());

const pageOf = async (url: string) => await (await bilbao.instance.fetch(new Request(url))).text();
const repliesOf = async (uri: string) => {
  const headers = { accept: "application/activity+json" };
  return await (await bilbao.instance.fetch(new Request(`${uri}/replies/page/newest`, { headers }))).text();
};

describe("a limited server", () => {
  test("is heard, but its reply is shown only after a moderator has looked at it", async () => {
    const ana = openStranger(net, { host: "limited.test" });
    await decide("limited.test", "limited");
    const note = ana.note("<p>a word to wait</p>", { inReplyTo: proposal.uri });
    expect((await ana.post(shared, ana.activity("Create", note))).status).toBe(202);
    await net.settle();
    const uri = String(note.id);
    expect((await findComment(bilbao.sql, uri))?.hiddenAt).not.toBeNull();
    expect(await pageOf(proposal.url)).not.toContain("a word to wait");
    expect(await repliesOf(proposal.uri)).not.toContain(uri);

    const moderator = await aModerator(bilbao, { now: net.clock.now() });
    const waiting = await listReports(
      bilbao.sql,
      moderator,
      { state: "open" },
      { after: null, before: null, sizeRows: 10 },
    );
    expect(waiting.rows).toEqual([expect.objectContaining({ category: "held" })]);
    await reinstateSubject(bilbao.sql, moderator, uri, net.clock.now());
    await net.settle();
    expect(await pageOf(proposal.url)).toContain("a word to wait");
    expect(await repliesOf(proposal.uri)).toContain(uri);
  });
});

describe("a blocked server", () => {
  test("is not let in, and what it said leaves pages and collections", async () => {
    const eve = openStranger(net, { host: "blocked.test", handle: "eve" });
    const note = eve.note("<p>words from there</p>", { inReplyTo: proposal.uri });
    await eve.post(shared, eve.activity("Create", note));
    await eve.post(shared, eve.activity("Follow", process.actorUri));
    await net.settle();
    expect(await pageOf(proposal.url)).toContain("words from there");
    expect((await findActor(bilbao.sql, process.actorUri!))?.followersCount).toBe(1);

    await decide("Blocked.test", "blocked");
    expect(await pageOf(proposal.url)).not.toContain("words from there");
    expect(await repliesOf(proposal.uri)).not.toContain(String(note.id));
    expect((await findActor(bilbao.sql, process.actorUri!))?.followersCount).toBe(0);
    const more = eve.note("<p>again</p>", { inReplyTo: proposal.uri });
    expect((await eve.post(shared, eve.activity("Create", more))).status).toBe(403);
    await expect(bilbao.instance.house.findRemote("@eve@blocked.test")).rejects.toThrow("peer-blocked");
    await expect(bilbao.instance.house.findRemote(eve.uri)).rejects.toThrow("peer-blocked");
  });

  test("is sent nothing", async () => {
    const eve = openStranger(net, { host: "silent.test", handle: "eve" });
    await eve.post(shared, eve.activity("Follow", process.actorUri));
    await net.settle();
    const before = eve.inbox.length;
    await decide("silent.test", "blocked");
    const official = await anOfficial(bilbao, { now: net.clock.now() });
    const text = { title: "News", body: "For those who listen.", language: "en" };
    await publishNews(bilbao.sql, bilbao.uris, official, { processUri: process.uri, ...text }, net.clock.now());
    await net.settle();
    expect(eve.inbox.length).toBe(before);
  });

  test("is heard again once the city says so", async () => {
    await decide("blocked.test", "allowed");
    expect(await pageOf(proposal.url)).toContain("words from there");
    const eve = openStranger(net, { host: "blocked.test", handle: "eva" });
    const note = eve.note("<p>and back</p>", { inReplyTo: proposal.uri });
    expect((await eve.post(shared, eve.activity("Create", note))).status).toBe(202);
  });
});
