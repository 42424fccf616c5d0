// What a hostile server does rather than says: floods, repeats, sends in circles, brings more hosts than there are. At a whole
// node, through the door.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PostgresKvStore } from "../../federation/kv.ts";
import { waitingReadsMax } from "../../federation/refresh-jobs.ts";
import { KeyMemory, keyMemoryLimits } from "../../federation/trust/key-memory.ts";
import { openQuotas, quotaLimits } from "../../federation/trust/quotas.ts";
import { follow } from "../../src/actors/actions.ts";
import { findActor } from "../../src/actors/queries.ts";
import { findComment } from "../../src/comments/queries.ts";
import { decideServer } from "../../src/moderation/peer-actions.ts";
import type { Proposal } from "../../src/proposals/proposal.ts";
import { findSubject } from "../../src/subjects/queries.ts";
import { aProcess, aProposal } from "../support/build.ts";
import { type Network, type Node, openNetwork } from "../support/network.ts";
import { type Json, openStranger, type Stranger } from "../support/stranger.ts";

let net: Network<"bilbao">;
let bilbao: Node;
let proposal: Proposal;
const shared = "https://bilbao.test/inbox";
const as2 = "https://www.w3.org/ns/activitystreams";
const toAll = { to: [`${as2}#Public`] };

beforeAll(async () => {
  net = await openNetwork("bilbao");
  bilbao = net.nodes.bilbao;
  const now = net.clock.now();
  proposal = await aProposal(bilbao, { process: await aProcess(bilbao, { now }), now });
  await net.settle();
});
afterAll(async () => await net?.[Symbol.asyncDispose]());

const send = async (from: Stranger, activity: Json): Promise<number> => {
  net.clock.advance(1_000);
  const { status } = await from.post(shared, activity);
  await net.settle();
  return status;
};
const counts = async () => {
  const { likeCount, shareCount, supportCount, commentCount } = (await findSubject(bilbao.sql, proposal.uri)) as never;
  return { likeCount, shareCount, supportCount, commentCount } as Record<string, number>;
};
const followed = async (from: Stranger): Promise<void> => {
  await bilbao.instance.house.findRemote(from.uri);
  const them = (await findActor(bilbao.sql, from.uri))!;
  await follow(bilbao.sql, bilbao.uris, bilbao.organisation, them, net.clock.now());
  await net.settle();
};

// PeerTube CVE-2025-32947.
describe("16 reply trees", () => {
  test("replies in a ring, and pages that name themselves as the next, are read a bounded number of times", async () => {
    const eve = openStranger(net, { host: "rings.test", handle: "eve" });
    await followed(eve);
    const ids = Array.from({ length: 40 }, (_, n) => `https://rings.test/notes/ring-${n}`);
    for (const [n, id] of ids.entries()) {
      const note = eve.note("<p>ring</p>", { id, inReplyTo: ids[(n + 1) % ids.length] });
      eve.serve(id, { "@context": as2, ...note, replies: `${id}/replies`, context: "https://rings.test/context" });
      const page = {
        "@context": as2,
        id: `${id}/replies`,
        type: "OrderedCollectionPage",
        orderedItems: ids,
        next: `${id}/replies`,
      };
      eve.serve(`${id}/replies`, page);
    }
    eve.serve("https://rings.test/context", {
      "@context": as2,
      id: "https://rings.test/context",
      type: "OrderedCollection",
      totalItems: 1_000_000,
      orderedItems: ids,
      first: "https://rings.test/context",
      next: "https://rings.test/context",
    });
    const before = net.wire.length;
    await send(eve, eve.activity("Create", ids[0], toAll));
    await send(eve, eve.activity("Announce", ids[1], toAll));
    expect(net.wire.length - before).toBeLessThan(500);
    expect(await findComment(bilbao.sql, ids[0]!)).toBeNull();
  });
});

// Mastodon's wave of mention spam, February 2024.
describe("23 spam waves and vote stuffing", () => {
  test("more than a server's share of an hour is answered 429, and comes in when it is sent again later", async () => {
    const eve = openStranger(net, { host: "flood.test", handle: "eve" });
    const like = () => eve.activity("Flag", [proposal.uri], { content: "again" });
    for (let n = 0; n < quotaLimits.reportsPerHour; n++) expect((await eve.post(shared, like())).status).toBe(202);
    const over = like();
    const answer = await eve.post(shared, over);
    expect(answer.status).toBe(429);
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
    const received = async () => await bilbao.sql`select from received_activity where uri = ${String(over.id)}`;
    expect(await received()).toHaveLength(0);
    // Other kinds and other servers have their own share.
    expect((await eve.post(shared, eve.activity("Like", proposal.uri))).status).toBe(202);
    net.clock.advance(3_600_000);
    expect(await send(eve, over)).toBe(202);
    expect(await received()).toHaveLength(1);
  });

  test("a server that is followed brings more", async () => {
    const quotas = openQuotas(bilbao.sql, []);
    const known = openStranger(net, { host: "twin.test" });
    await followed(known);
    const now = net.clock.now();
    const turns = async (actor: string) => {
      let taken = 0;
      while (taken < 2 * quotaLimits.reportsPerHour && (await quotas.take(new URL(actor), "Flag", now)) === null)
        taken++;
      return taken;
    };
    expect(await turns("https://nobody.test/u/1")).toBe(quotaLimits.reportsPerHour);
    expect(await turns(known.uri)).toBe(2 * quotaLimits.reportsPerHour);
  });

  test("a server cannot fill the queue with things to read: past a number it is told to come back", async () => {
    const eve = openStranger(net, { host: "queue.test", handle: "eve" });
    const statuses = new Set<number>();
    for (let n = 0; n < waitingReadsMax.unknown + 5; n++) {
      net.clock.advance(10_000);
      const { status } = await eve.post(shared, eve.activity("Create", `https://queue.test/notes/${n}`, toAll));
      statuses.add(status);
    }
    expect([...statuses].sort()).toEqual([202, 429]);
    const [waiting] = await bilbao.sql`select count(*)::int as n from job where key = 'refresh:queue.test'`;
    expect(waiting?.n).toBe(waitingReadsMax.unknown);
    await net.settle();
    expect(await send(eve, eve.activity("Create", "https://queue.test/notes/last", toAll))).toBe(202);
  });

  test("likes, however many, and votes in polls move no support and no order", async () => {
    const before = await counts();
    for (let n = 0; n < 20; n++) {
      const voter = openStranger(net, { host: "likes.test", handle: `v${n}` });
      expect(await send(voter, voter.activity("Like", proposal.uri))).toBe(202);
      const vote = voter.note("<br>", { name: "Yes", inReplyTo: proposal.uri });
      expect(await send(voter, voter.activity("Create", vote))).toBe(202);
      net.strangers.delete("likes.test");
    }
    const { supportCount, commentCount } = await counts();
    expect([supportCount, commentCount]).toEqual([before.supportCount, before.commentCount]);
  });

  test("one decision takes a server's wave off the pages, and what was promised about it is not done", async () => {
    const eve = openStranger(net, { host: "wave.test", handle: "eve" });
    const note = eve.note("<p>buy this</p>", { inReplyTo: proposal.uri });
    await send(eve, eve.activity("Create", note));
    const before = await counts();
    net.clock.advance(1_000);
    await eve.post(shared, eve.activity("Update", eve.uri, toAll));
    const asked = () => net.wire.filter((line) => line.startsWith("GET https://wave.test/")).length;
    const reads = asked();
    const decision = { host: "wave.test", policy: "blocked", reason: "Adverts" } as const;
    await decideServer(bilbao.sql, bilbao.uris, bilbao.administrator, decision, net.clock.now());
    await net.settle();
    expect(asked()).toBe(reads);
    expect(await counts()).toEqual({ ...before, commentCount: before.commentCount! - 1 });
    expect((await eve.post(shared, eve.activity("Like", proposal.uri))).status).toBe(403);
  });
});

describe("24 replay and double count", () => {
  test("the same Like and Undo again, all at once and in any order, are counted once", async () => {
    const ana = openStranger(net, { host: "again.test" });
    const before = (await counts()).likeCount!;
    const like = ana.activity("Like", proposal.uri);
    const undo = ana.activity("Undo", like);
    const many = await Promise.all([like, like, like].map((activity) => ana.post(shared, activity)));
    expect(many.map(({ status }) => status)).toEqual([202, 202, 202]);
    expect((await counts()).likeCount).toBe(before + 1);
    for (const activity of [undo, undo, undo]) expect(await send(ana, activity)).toBe(202);
    expect((await counts()).likeCount).toBe(before);
    expect(await send(ana, ana.activity("Like", proposal.uri))).toBe(202);
    expect((await counts()).likeCount).toBe(before + 1);
  });

  test("a like or boost that has one id however often it is given (snac, NodeBB) counts while it is given, once", async () => {
    const ben = openStranger(net, { host: "forum.test" });
    const toAll = { to: ["https://www.w3.org/ns/activitystreams#Public"] };
    for (const [type, count] of [
      ["Like", "likeCount"],
      ["Announce", "shareCount"],
    ] as const) {
      const before = (await counts())[count]!;
      const given = { ...ben.activity(type, proposal.uri, toAll), id: `${ben.uri}/${type}/0f3a` };
      const taken = () => ben.activity("Undo", given);
      const seen: unknown[] = [];
      for (const activity of [given, given, taken(), taken(), given, given, taken(), given]) {
        expect(await send(ben, activity)).toBe(202);
        seen.push((await counts())[count]! - before);
      }
      expect(seen).toEqual([1, 1, 0, 0, 1, 1, 0, 1]);
    }
    // What was addressed to nobody in particular is no boost, also the second time.
    const quiet = ben.activity("Announce", proposal.uri, { to: [ben.uri] });
    const before = (await counts()).shareCount;
    for (const activity of [quiet, quiet]) expect(await send(ben, activity)).toBe(202);
    expect((await counts()).shareCount).toBe(before);
  });

  test("a like that its actor signed and took back is not given again by whoever kept it", async () => {
    const kim = openStranger(net, { host: "signs.test", handle: "kim" });
    const eve = openStranger(net, { host: "keeps.test", handle: "eve" });
    const before = (await counts()).likeCount!;
    const like = kim.activity("Like", proposal.uri);
    const signed = await kim.signed(like);
    const seen: number[] = [];
    for (const [by, activity] of [
      [eve, signed],
      [kim, kim.activity("Undo", like)],
      [eve, signed],
      [kim, signed],
    ] as const) {
      expect(await send(by, activity)).toBe(202);
      seen.push((await counts()).likeCount! - before);
    }
    expect(seen).toEqual([1, 0, 0, 1]);
  });
});

// Fedify CVE-2026-69132.
describe("25 storage growth by hosts", () => {
  test("keys looked up for strangers stay in memory, bounded in number and in size", async () => {
    const memory = new KeyMemory(new PostgresKvStore(bilbao.instance.sql));
    for (let n = 0; n < 100_000; n++) await memory.set(["_fedify", "publicKey", "2", `https://h${n}.test/k`], { n });
    expect(memory.size).toBe(keyMemoryLimits.entriesMax);
    await memory.set(["_fedify", "publicKey", "2", "https://long.test/k"], "x".repeat(keyMemoryLimits.bytesMax));
    expect(await memory.get(["_fedify", "publicKey", "2", "https://long.test/k"])).toBeUndefined();
    expect(await memory.get(["_fedify", "publicKey", "2", "https://h99999.test/k"])).toEqual({ n: 99_999 });
    expect(await bilbao.sql`select from key_value where key[2] = 'publicKey'`).toHaveLength(0);
  });

  test("activities that 500 hosts sign wrongly leave no row", async () => {
    const rows = async () =>
      await bilbao.sql`
      select (select count(*)::int from actor) as actors, (select count(*)::int from key_value) as kept,
        (select count(*)::int from job) as jobs, (select count(*)::int from received_activity) as received`;
    const signer = openStranger(net, { host: "signer.test" });
    const before = await rows();
    for (let n = 0; n < 500; n++) {
      const actor = `https://h${n}.test/users/x`;
      const activity = { ...signer.activity("Like", proposal.uri), id: `https://h${n}.test/1`, actor };
      expect((await signer.post(shared, activity)).status).toBe(401);
    }
    expect(await rows()).toEqual(before);
  });
});
