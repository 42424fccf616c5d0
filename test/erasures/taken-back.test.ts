// What others take back: a Delete counts when its author is known to have signed it. Anything less is looked into, hidden,
// and put before the operator; and what is erased does not come back.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findActor } from "../../src/actors/queries.ts";
import { findComment } from "../../src/comments/queries.ts";
import { addressKeptDays, sweepErased } from "../../src/erasures/actions.ts";
import { eraseHere, keepDoubtful } from "../../src/erasures/doubt-actions.ts";
import { findDoubt } from "../../src/erasures/queries.ts";
import { copyErasers } from "../../src/front/copy-erasers.ts";
import { withTransaction } from "../../src/platform/db.ts";
import type { Process } from "../../src/processes/process.ts";
import type { Proposal } from "../../src/proposals/proposal.ts";
import { enterSubject } from "../../src/subjects/actions.ts";
import { findSubject, isErasedHere } from "../../src/subjects/queries.ts";
import * as build from "../support/build.ts";
import { type Network, type Node, openNetwork } from "../support/network.ts";
import { type Json, openStranger, type Stranger } from "../support/stranger.ts";

const inbox = "https://bilbao.test/inbox";
const dayMs = 86_400_000;
let net: Network<"bilbao">;
let bilbao: Node;
let process: Process;
let proposal: Proposal;
let made = 0;

const now = () => net.clock.now();
const later = async (ms = 60_000) => {
  net.clock.advance(ms);
  await net.settle();
};

beforeAll(async () => {
  net = await openNetwork("bilbao");
  bilbao = net.nodes.bilbao;
  process = await build.aProcess(bilbao, { now: now(), phases: [build.aPhase(now(), { endsInDays: 300 })] });
  proposal = await build.aProposal(bilbao, { process, now: now() });
  await later();
});
afterAll(async () => await net?.[Symbol.asyncDispose]());

/** Someone of a server of their own, and what they have said here. */
async function aVoice(text = "A word of theirs"): Promise<{ from: Stranger; note: Json; uri: string }> {
  const from = openStranger(net, { host: `voice${++made}.test` });
  const note = from.note(`<p>${text}</p>`, { inReplyTo: proposal.uri });
  await from.post(inbox, from.activity("Create", note));
  await later();
  const uri = String(note.id);
  expect((await findComment(bilbao.sql, uri))?.body).toContain(text);
  return { from, note, uri };
}
const page = async (): Promise<string> =>
  await (await bilbao.instance.fetch(new Request(proposal.url, { headers: { accept: "text/html" } }))).text();
const doubtOf = (uri: string) => findDoubt(bilbao.sql, uri);

describe("signed by a key its author is known by", () => {
  test("a Delete is taken as it is, without asking anyone", async () => {
    const { from, note, uri } = await aVoice("Planted-Elder of theirs");
    net.wire.length = 0;
    await from.post(inbox, from.activity("Delete", { id: uri, type: "Tombstone" }));
    await later();
    expect(net.wire.filter((line) => line.startsWith("GET"))).toEqual([]);
    expect((await findComment(bilbao.sql, uri))?.body).toBe("");
    expect(await isErasedHere(bilbao.sql, uri)).toBe(true);
    expect(await page()).not.toContain("Planted-Elder");
    // A late Create, a replayed one under another id, an Update: nothing brings it back.
    for (const type of ["Create", "Update", "Create"]) await from.post(inbox, from.activity(type, note));
    await later();
    expect((await findComment(bilbao.sql, uri))?.body).toBe("");
  });

  test("after a month not even its address is kept, only a keyed digest of it, and still it does not come back", async () => {
    const { from, note, uri } = await aVoice();
    const { from: answered, uri: answeredUri } = await aVoice();
    const reply = from.note("<p>I answer</p>", { inReplyTo: answeredUri });
    await from.post(inbox, from.activity("Create", reply));
    await answered.post(inbox, answered.activity("Delete", answeredUri));
    await from.post(inbox, from.activity("Delete", uri));
    await later();
    net.clock.advance(addressKeptDays * dayMs + 1);
    expect(await sweepErased(bilbao.sql, now())).toBeGreaterThan(0);
    expect(await findSubject(bilbao.sql, uri)).toBeNull();
    // What others have answered keeps an empty place.
    expect((await findComment(bilbao.sql, answeredUri))?.body).toBe("");
    const tables = ["subject", "comment", "event", "outgoing_activity", "erased_thing", "erasure_doubt"];
    for (const table of tables) {
      const rows = await bilbao.sql.unsafe(`select from ${table} as t where position($1 in t::text) > 0`, [uri]);
      expect(rows.length, table).toBe(0);
    }
    await from.post(inbox, from.activity("Create", note));
    await later();
    expect(await findComment(bilbao.sql, uri)).toBeNull();
    const again = { uri, id: crypto.randomUUID(), kind: "comment", origin: new URL(uri).origin, url: uri } as const;
    const entered = { ...again, authorId: null, authorName: "", processUri: null, title: "", language: null };
    const enter = withTransaction(bilbao.sql, (tx) => enterSubject(tx, { ...entered, publishedAt: now() }));
    await expect(enter).rejects.toMatchObject({ code: "gone" });
  });

  test("an actor that is gone already takes its words along by its last signature", async () => {
    const { from, uri } = await aVoice();
    from.serve(from.uri, null);
    await from.post(inbox, from.activity("Delete", from.uri));
    await later();
    expect((await findComment(bilbao.sql, uri))?.body).toBe("");
    expect(await findActor(bilbao.sql, from.uri)).toBeNull();
  });
});

describe("a forged Delete changes nothing", () => {
  test("by someone of another server, or with a key that is not its author's", async () => {
    const { from, uri } = await aVoice();
    const eve = openStranger(net, { host: "eve.test", handle: "eve" });
    await eve.post(inbox, eve.activity("Delete", uri));
    const status = (await eve.post(inbox, { ...from.activity("Delete", uri) }, { keyId: `${from.uri}#main-key` }))
      .status;
    expect(status).toBe(401);
    await later();
    expect((await findComment(bilbao.sql, uri))?.body).toContain("A word of theirs");
    expect(await doubtOf(uri)).toBeNull();
  });

  // Test 22 of the list: while the origin says 200 it is kept; once it says 410, and is still in the same hands, it goes.
  test("by someone else of its own server, unless that has it no more", async () => {
    const { from, uri } = await aVoice();
    const first = net.strangers.get(from.host)!;
    const mallory = openStranger(net, { host: from.host, handle: "mallory" });
    const second = net.strangers.get(from.host)!;
    let isGone = false;
    net.strangers.set(from.host, async (request) => {
      if (isGone && request.url === uri) return new Response(null, { status: 410 });
      const answer = await first(request.clone());
      return answer.status === 404 ? await second(request) : answer;
    });
    await mallory.post(inbox, mallory.activity("Delete", uri));
    await later();
    expect((await findComment(bilbao.sql, uri))?.deletedAt).toBeNull();
    expect(await page()).toContain("A word of theirs");
    isGone = true;
    await mallory.post(inbox, mallory.activity("Delete", uri));
    await later();
    expect((await findComment(bilbao.sql, uri))?.body).toBe("");
  });
});

describe("a server that does not have it any more", () => {
  test("is no word of its author: it is hidden, asked for again over a day, and put before the operator", async () => {
    const { from, uri } = await aVoice("Planted-Birch hidden");
    from.serve(uri, null);
    await ask(uri);
    expect(await findSubject(bilbao.sql, uri)).toMatchObject({ hiddenBy: "origin", deletedAt: null });
    expect(await page()).not.toContain("Planted-Birch");
    expect(await doubtOf(uri)).toMatchObject({ reason: "gone", standing: "open", times: 1 });
    for (let times = 0; times < 4; times += 1) await later(dayMs / 3);
    expect(await doubtOf(uri)).toMatchObject({ standing: "confirmed", times: 4 });
    expect((await findComment(bilbao.sql, uri))?.body).toContain("Planted-Birch");

    await eraseHere(bilbao.sql, bilbao.administrator, copyErasers, { uri, reason: "It is gone at home" }, now());
    expect((await findComment(bilbao.sql, uri))?.body).toBe("");
    expect(await doubtOf(uri)).toBeNull();
    const [act] = await bilbao.sql<{ subjectUri: string; detail: Json }[]>`
      select subject_uri, detail from audit where act = 'copy-erased' order by id desc limit 1`;
    expect(act).toEqual({ subjectUri: `https://${from.host}/`, detail: { reason: "It is gone at home", count: 1 } });
  });

  test("shows it again when it was only away for a while", async () => {
    const { from, note, uri } = await aVoice();
    from.serve(uri, null);
    await ask(uri);
    expect((await findSubject(bilbao.sql, uri))?.hiddenAt).not.toBeNull();
    from.serve(uri, { "@context": "https://www.w3.org/ns/activitystreams", ...note });
    await later(dayMs / 3);
    expect((await findSubject(bilbao.sql, uri))?.hiddenAt).toBeNull();
    expect(await doubtOf(uri)).toBeNull();
  });

  test("the operator may keep it, and is not asked again", async () => {
    const { from, uri } = await aVoice();
    from.serve(uri, null);
    await ask(uri);
    const by = bilbao.administrator;
    const resident = await build.aResident(bilbao, { now: now() });
    const { id } = (await doubtOf(uri))!;
    await expect(keepDoubtful(bilbao.sql, resident, id, now())).rejects.toMatchObject({ code: "not-allowed" });
    await keepDoubtful(bilbao.sql, by, id, now());
    expect((await findSubject(bilbao.sql, uri))?.hiddenAt).toBeNull();
    await ask(uri);
    await later(2 * dayMs);
    expect((await findSubject(bilbao.sql, uri))?.hiddenAt).toBeNull();
    expect(await doubtOf(uri)).toMatchObject({ standing: "kept" });
  });

  /** Reads it anew at its own address, as a notification about it would. */
  async function ask(uri: string): Promise<void> {
    const { promiseRefresh } = await import("../../federation/refresh-jobs.ts");
    await promiseRefresh(bilbao.sql, uri);
    await later();
  }
});

describe("a domain that has changed hands", () => {
  test("erases nothing by itself: its Delete is good, and by a key its author was never known by", async () => {
    const { from, uri } = await aVoice();
    from.rotateKey();
    await later(2 * dayMs);
    await from.post(inbox, from.activity("Delete", uri));
    await from.post(inbox, from.activity("Delete", from.uri));
    await later();
    expect((await findComment(bilbao.sql, uri))?.body).toContain("A word of theirs");
    expect(await page()).toContain("A word of theirs");
    expect(await doubtOf(uri)).toMatchObject({ reason: "other-key" });
    expect(await doubtOf(from.uri)).toMatchObject({ reason: "other-key" });
    // What the new owner says from now on is heard, and does not make their key the old one's.
    const later2 = from.note("<p>New here</p>", { inReplyTo: proposal.uri });
    await from.post(inbox, from.activity("Create", later2));
    await later(2 * dayMs);
    await from.post(inbox, from.activity("Delete", uri));
    await later();
    expect((await findComment(bilbao.sql, uri))?.body).toContain("A word of theirs");

    await eraseHere(bilbao.sql, bilbao.administrator, copyErasers, { uri: from.uri, reason: "Asked by post" }, now());
    expect((await findComment(bilbao.sql, uri))?.body).toBe("");
    expect(await findActor(bilbao.sql, from.uri)).toBeNull();
  });
});

test("nothing of our own can be erased as a copy, and nobody but the operator may erase one", async () => {
  const { uri } = await aVoice();
  const erase = (by: typeof bilbao.administrator, what: string, reason = "for a reason") =>
    eraseHere(bilbao.sql, by, copyErasers, { uri: what, reason }, now());
  const resident = await build.aResident(bilbao, { now: now() });
  await expect(erase(resident, uri)).rejects.toMatchObject({ code: "not-allowed" });
  await expect(erase(bilbao.administrator, proposal.uri)).rejects.toMatchObject({ code: "not-found" });
  await expect(erase(bilbao.administrator, uri, " ")).rejects.toMatchObject({ code: "invalid-input" });
  expect((await findSubject(bilbao.sql, proposal.uri))?.deletedAt).toBeNull();
});
