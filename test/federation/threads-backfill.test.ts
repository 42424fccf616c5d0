// Threads made whole: replies that come too early, copies that begin late, what the owner does not have, endless trees.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { follow } from "../../src/actors/actions.ts";
import { findActor } from "../../src/actors/queries.ts";
import { publishComment } from "../../src/comments/actions.ts";
import { findComment } from "../../src/comments/queries.ts";
import { dayMs } from "../../src/platform/time.ts";
import type { Process } from "../../src/processes/process.ts";
import type { Proposal } from "../../src/proposals/proposal.ts";
import { findSubject } from "../../src/subjects/queries.ts";
import { aPhase, aProcess, aProposal, aResident } from "../support/build.ts";
import { type Network, type Node, openNetwork } from "../support/network.ts";
import { type Json, openStranger, type Stranger } from "../support/stranger.ts";
import { openVisitor } from "../support/visit.ts";

const AS2 = "https://www.w3.org/ns/activitystreams";
let net: Network<"bilbao" | "porto" | "lisboa">;
let process: Process;
let proposal: Proposal;
let ana: Stranger;
let bob: Stranger;

beforeAll(async () => {
  net = await openNetwork("bilbao", "porto", "lisboa");
  const now = net.clock.now();
  process = await aProcess(net.nodes.bilbao, { now, phases: [aPhase(now, { endsInDays: 100 })] });
  proposal = await aProposal(net.nodes.bilbao, { process, now });
  [ana, bob] = [openStranger(net), openStranger(net, { host: "social.test", handle: "bob" })];
  await net.settle();
  await followFrom(net.nodes.porto);
});
afterAll(async () => await net?.[Symbol.asyncDispose]());

async function followFrom(node: Node): Promise<void> {
  await node.instance.house.findRemote(process.actorUri!);
  const [us, them] = [await findActor(node.sql, node.organisation.uri), await findActor(node.sql, process.actorUri!)];
  await follow(node.sql, node.uris, us!, them!, net.clock.now());
  await later();
}

async function later(ms = 60_000): Promise<void> {
  net.clock.advance(ms);
  await net.settle();
}

const page = async (node: Node, on = proposal.uri): Promise<string> => {
  const copy = await findSubject(node.sql, on);
  return (await openVisitor(node.instance.fetch, node.uris.origin).open(`/proposals/${copy!.id}`)).text;
};
const inbox = "https://bilbao.test/inbox";
const waiting = async (node: Node) => await node.sql`select uri, parent_uri from waiting_reply`;
const serve = (from: Stranger, note: Json) => from.serve(String(note.id), { "@context": AS2, ...note });

describe("a reply that comes before what it answers", () => {
  test("waits, and what it answers is fetched from its own server: both stand, in their order", async () => {
    const first = ana.note("<p>The first word.</p>", { inReplyTo: proposal.uri });
    const second = bob.note("<p>The second word.</p>", { inReplyTo: first.id, cc: [process.actorUri] });
    await bob.post(inbox, bob.activity("Create", second));
    expect(await waiting(net.nodes.bilbao)).toEqual([{ uri: second.id, parentUri: first.id }]);
    await later();
    for (const node of [net.nodes.bilbao, net.nodes.porto]) {
      expect(await findComment(node.sql, String(second.id))).toMatchObject({ parentUri: first.id, depth: 1 });
      expect(await page(node)).toMatch(/The first word\..*The second word\./);
    }
    expect(await waiting(net.nodes.bilbao)).toEqual([]);
  });

  test("waits until a silent server is back", async () => {
    const first = ana.note("<p>Said while away.</p>", { inReplyTo: proposal.uri });
    const second = bob.note("<p>Heard it.</p>", { inReplyTo: first.id, cc: [process.actorUri] });
    net.down.add("mastodon.test");
    await bob.post(inbox, bob.activity("Create", second));
    await expect(later()).rejects.toThrow(/no answer|peer-unreachable/);
    expect(await findComment(net.nodes.bilbao.sql, String(second.id))).toBeNull();
    net.down.delete("mastodon.test");
    await later(3_600_000);
    expect(await page(net.nodes.porto)).toMatch(/Said while away\..*Heard it\./);
  });

  test("answers nothing of ours in the end: it is let go, and nothing of it is shown", async () => {
    const root = ana.note("<p>About cats.</p>");
    const reply = bob.note("<p>I like cats.</p>", { inReplyTo: root.id, cc: [process.actorUri] });
    await bob.post(inbox, bob.activity("Create", reply));
    await later();
    expect(await findComment(net.nodes.bilbao.sql, String(reply.id))).toBeNull();
    await later(8 * dayMs);
    expect(await waiting(net.nodes.bilbao)).toEqual([]);
  });

  test("is not fetched for where it does not concern us at all", async () => {
    const root = ana.note("<p>About dogs.</p>");
    const reply = bob.note("<p>I like dogs.</p>", { inReplyTo: root.id });
    net.wire.length = 0;
    await bob.post(inbox, bob.activity("Create", reply));
    await later();
    expect(net.wire.filter((line) => line.includes(String(root.id)))).toEqual([]);
  });

  test("a ring of replies ends, and so does a ladder without a top", async () => {
    const [one, two] = [`https://${ana.host}/ring/1`, `https://${bob.host}/ring/2`];
    const first = ana.note("<p>Round.</p>", { id: one, inReplyTo: two, cc: [process.actorUri] });
    serve(ana, first);
    serve(bob, bob.note("<p>And round.</p>", { id: two, inReplyTo: one, cc: [process.actorUri] }));
    net.wire.length = 0;
    await ana.post(inbox, ana.activity("Create", first));
    await later();
    expect(net.wire.filter((line) => line.includes("/ring/")).length).toBeLessThan(15);

    const step = (at: number) => `https://${at % 2 === 0 ? ana.host : bob.host}/ladder/${at}`;
    for (let at = 0; at < 120; at++) {
      const from = at % 2 === 0 ? ana : bob;
      serve(from, from.note(`<p>Step ${at}</p>`, { id: step(at), inReplyTo: step(at + 1) }));
    }
    const lowest = { ...ana.note("<p>Step 0</p>"), id: step(0), inReplyTo: step(1), cc: [process.actorUri] };
    net.wire.length = 0;
    await ana.post(inbox, ana.activity("Create", lowest));
    await later();
    const asked = net.wire.filter((line) => line.includes("/ladder/"));
    expect(asked.length).toBeGreaterThan(40);
    expect(asked.length).toBeLessThan(60);
  });
});

describe("a copy that begins when much has been said", () => {
  test("has the whole thread on first contact, ours and others', in the same order", async () => {
    const { bilbao, porto, lisboa } = net.nodes;
    const voice = await aResident(bilbao, { now: net.clock.now() });
    for (let at = 0; at < 60; at++) {
      net.clock.advance(1_000);
      const input = { targetUri: proposal.uri, parentUri: null, stance: null, body: `Voice ${at}.`, language: "en" };
      await publishComment(bilbao.sql, bilbao.uris, voice, input, net.clock.now());
    }
    await later();
    net.wire.length = 0;
    await followFrom(lisboa);
    await later();
    const order = (node: Node) => node.sql`
      select uri, parent_uri from subject where thread_uri = ${proposal.uri} and deleted_at is null order by id`;
    expect(await order(lisboa)).toEqual(await order(bilbao));
    expect(await order(porto)).toEqual(await order(bilbao));
    expect(net.wire.filter((line) => line.includes("/context/page/"))).toHaveLength(2);
    expect(await page(lisboa)).toContain("The second word.");
    expect(await page(lisboa)).not.toContain("Not yet taken up");
  });
});

describe("what the owner does not have any more", () => {
  test("leaves our page with the daily reading, but a comment of our own people stays, with a mark", async () => {
    const { bilbao, porto } = net.nodes;
    const other = await aProposal(bilbao, { process, now: net.clock.now() });
    await later();
    const ines = await aResident(porto, { name: "Inês", now: net.clock.now() });
    const input = { targetUri: other.uri, parentUri: null, stance: null, body: "From Porto.", language: "en" };
    const own = await publishComment(porto.sql, porto.uris, ines, input, net.clock.now());
    const note = ana.note("<p>From the fediverse.</p>", { inReplyTo: other.uri });
    await ana.post(inbox, ana.activity("Create", note));
    await later();
    expect(await page(porto, other.uri)).toContain("From the fediverse.");
    // Bilbao comes back from a backup that has neither.
    for (const uri of [own.uri, String(note.id)]) {
      await bilbao.sql`delete from comment where uri = ${uri}`;
      await bilbao.sql`delete from subject where uri = ${uri}`;
    }
    // What Porto offers again is lost on its way, for a day.
    net.weather = async (request, pass) =>
      request.method === "POST" && request.url.startsWith("https://bilbao.test")
        ? new Response(null, { status: 202 })
        : await pass(request);
    await later(dayMs);
    expect(await page(porto, other.uri)).not.toContain("From the fediverse.");
    expect(await page(porto, other.uri)).toContain("From Porto.");
    expect(await page(porto, other.uri)).toContain("Not yet taken up by bilbao.test");
    net.weather = null;
    await later(dayMs);
    expect(await page(bilbao, other.uri)).toContain("From Porto.");
    await later(dayMs);
    expect(await page(porto, other.uri)).not.toContain("Not yet taken up");
  });
});

describe("an owner that has no collection of its threads", () => {
  test("is read reply by reply, on whatever server they are, within the budgets", async () => {
    const { bilbao, porto } = net.nodes;
    const now = net.clock.now();
    const other = await aProposal(bilbao, { process, now });
    await later();
    const page1 = `https://${ana.host}/replies`;
    const first = ana.note("<p>Known to Bilbao only.</p>", { inReplyTo: other.uri, replies: page1 });
    const second = bob.note("<p>Known to Mastodon only.</p>", { inReplyTo: first.id });
    // A collection that names itself as its next page.
    ana.serve(page1, { "@context": AS2, id: page1, type: "CollectionPage", items: [second.id], next: page1 });
    await ana.post(inbox, ana.activity("Create", first));
    net.weather = async (request, pass) => {
      const { pathname, host } = new URL(request.url);
      const isOld = host === "bilbao.test" && pathname.endsWith("/context");
      const isPassing = request.method === "POST" && host === "porto.test";
      if (isOld) return new Response(null, { status: 404 });
      return isPassing ? new Response(null, { status: 202 }) : await pass(request);
    };
    await later();
    expect(await findComment(porto.sql, String(first.id))).toBeNull();
    await later(dayMs);
    net.weather = null;
    for (const note of [first, second]) {
      expect(await findComment(porto.sql, String(note.id))).toMatchObject({ threadUri: other.uri });
    }
  });
});
