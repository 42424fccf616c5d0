// What a hostile server says of things: of others' things, of private ones, of ones that are gone, of none. Each case of the
// list at a whole node, through the door; what the door itself refuses is tested where cases.test.ts says.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findActor } from "../../src/actors/queries.ts";
import { findComment } from "../../src/comments/queries.ts";
import { hideSubject } from "../../src/moderation/actions.ts";
import { keepDocument, keepImage } from "../../src/platform/uploads.ts";
import type { Process } from "../../src/processes/process.ts";
import type { Proposal } from "../../src/proposals/proposal.ts";
import { findSubject } from "../../src/subjects/queries.ts";
import { aComment, aModerator, aProcess, aProposal, aResident } from "../support/build.ts";
import { type Network, type Node, openNetwork } from "../support/network.ts";
import { type Json, openStranger, type Stranger } from "../support/stranger.ts";

let net: Network<"bilbao">;
let bilbao: Node;
let process: Process;
let proposal: Proposal;
let ana: Stranger;
let eve: Stranger;
const shared = "https://bilbao.test/inbox";
const as2 = "https://www.w3.org/ns/activitystreams";
const toAll = { to: [`${as2}#Public`] };

beforeAll(async () => {
  net = await openNetwork("bilbao");
  bilbao = net.nodes.bilbao;
  const now = net.clock.now();
  process = await aProcess(bilbao, { now });
  proposal = await aProposal(bilbao, { process, now });
  ana = openStranger(net, { host: "honest.test" });
  eve = openStranger(net, { host: "evil.test", handle: "eve" });
  await net.settle();
});
afterAll(async () => await net?.[Symbol.asyncDispose]());

const send = async (from: Stranger, activity: Json): Promise<number> => {
  net.clock.advance(1_000);
  const { status } = await from.post(shared, activity);
  await net.settle();
  return status;
};
const aNote = async (content: string, more: Json = {}): Promise<Json> => {
  const note = ana.note(content, { inReplyTo: proposal.uri, ...more });
  expect(await send(ana, ana.activity("Create", note))).toBe(202);
  return note;
};
const textOf = async (note: Json) => (await findComment(bilbao.sql, String(note.id)))?.body ?? null;
const get = async (uri: string, accept = "application/activity+json") =>
  await bilbao.instance.fetch(new Request(uri, { headers: { accept } }));
const allText = async () =>
  JSON.stringify([await bilbao.sql`select body from comment`, await bilbao.sql`select title from subject`]);

// Mastodon CVE-2024-25623; Pleroma.
describe("3 content-type", () => {
  test("what a person uploads is saved as text, and never served as an activity, whatever it says of itself", async () => {
    const forged = { "@context": as2, id: "https://bilbao.test/actors/mayor", type: "Person" };
    const { name } = await keepDocument(bilbao.config.uploadsDir, new Blob([JSON.stringify(forged)]), "document");
    const { status, headers } = await get(`https://bilbao.test/uploads/${name}`);
    expect([status, headers.get("content-type")]).toEqual([200, "text/plain; charset=utf-8"]);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("content-disposition")).toContain("attachment");
    expect(headers.get("content-security-policy")).toContain("sandbox");
  });
});

// Lemmy CVE-2026-29178. There is no media proxy: no address makes this node fetch a picture.
describe("19 media proxy", () => {
  test("nothing is fetched for whoever asks with an address, and no picture of another server passes through us", async () => {
    const before = net.wire.filter((line) => line.startsWith("GET https://evil.test/")).length;
    const picture = "https://evil.test/picture.svg";
    for (const path of ["/uploads/", "/proxy/", "/media/", "/image?url=", "/uploads?url="]) {
      const answer = await get(`https://bilbao.test${path}${encodeURIComponent(picture)}`);
      expect(answer.status).toBeGreaterThanOrEqual(400);
    }
    const note = await aNote(`<p>look <img src="${picture}" onerror="alert(1)"></p>`);
    expect(await textOf(note)).not.toContain("<img");
    expect(net.wire.filter((line) => line.startsWith("GET https://evil.test/")).length).toBe(before);
  });

  test("a picture is what it is, not what it is called: SVG, HTML and too many pixels are refused", async () => {
    const { uploadsDir } = bilbao.config;
    for (const text of [
      "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
      "<html><script>alert(1)</script>",
      "",
    ]) {
      const file = new Blob([text], { type: "image/png" });
      await expect(keepImage(uploadsDir, file, "image")).rejects.toThrow("image-unreadable");
    }
    // A PNG whose header claims 100,000 × 100,000 pixels.
    const bomb = Buffer.from("89504e470d0a1a0a0000000d49484452000186a0000186a00806000000", "hex");
    await expect(keepImage(uploadsDir, new Blob([bomb]), "image")).rejects.toThrow(/image-unreadable|too-large/);
  });
});

// PeerTube CVE-2026-73090.
describe("5 Update and Delete by others", () => {
  test("change nothing: not the text, not the actor, not inside an Announce", async () => {
    const note = await aNote("<p>mine</p>");
    const actor = (await (await net.deliver(new Request(ana.uri))).json()) as Json;
    const forged = { ...note, content: "<p>hers</p>", updated: net.clock.now().toISOString() };
    for (const activity of [
      eve.activity("Update", forged, toAll),
      eve.activity("Update", { ...actor, name: "Eve was here" }, toAll),
      eve.activity("Delete", note.id, toAll),
      eve.activity("Delete", { type: "Tombstone", id: note.id }, toAll),
      eve.activity("Delete", ana.uri, toAll),
      eve.activity("Announce", ana.activity("Update", forged), toAll),
      eve.activity("Announce", ana.activity("Delete", note.id), toAll),
      eve.activity("Undo", ana.activity("Create", note)),
    ]) {
      expect(await send(eve, activity)).toBe(202);
      expect(await textOf(note)).toBe("<p>mine</p>");
    }
    expect((await findActor(bilbao.sql, ana.uri))?.name).toBe("Ana of honest.test");
    expect(await allText()).not.toContain("hers");
  });

  test("nor of what is ours", async () => {
    const before = await findSubject(bilbao.sql, proposal.uri);
    for (const type of ["Update", "Delete"]) {
      expect(await send(eve, eve.activity(type, proposal.uri, toAll))).toBe(202);
      await send(
        eve,
        eve.activity(type, { id: proposal.uri, type: "Note", attributedTo: eve.uri, content: "x" }, toAll),
      );
      await send(eve, eve.activity(type, bilbao.organisation.uri, toAll));
    }
    expect(await findSubject(bilbao.sql, proposal.uri)).toEqual(before);
    expect((await findActor(bilbao.sql, bilbao.organisation.uri))?.goneAt).toBeNull();
  });
});

// Mastodon GHSA-8h43, GHSA-q4g8-82c5-9h33, CVE-2026-33869.
describe("17 quote stamps", () => {
  test("none is honoured, and none stands in the way of a comment", async () => {
    const quoting = await aNote("<p>as they say</p>", {
      quote: proposal.uri,
      quoteAuthorization: "https://evil.test/stamps/1",
      _misskey_quote: "https://evil.test/notes/1",
    });
    expect(await textOf(quoting)).toContain("as they say");
    const stamp = {
      type: "QuoteAuthorization",
      id: "https://evil.test/stamps/1",
      attributedTo: bilbao.organisation.uri,
    };
    const before = await bilbao.sql`select count(*)::int as n from outgoing_activity`;
    for (const type of ["QuoteRequest", "Accept"]) {
      expect(await send(eve, eve.activity(type, proposal.uri, { instrument: quoting, result: stamp }))).toBe(202);
    }
    expect(await allText()).not.toContain("stamps/1");
    expect(before).toHaveLength(1);
  });
});

// Pixelfed CVE-2025-30741.
describe("18 private to public", () => {
  test("what is not for everyone is not shown, counted, passed on, nor learnt from a boost", async () => {
    const before = (await findSubject(bilbao.sql, proposal.uri))!.commentCount;
    for (const [to, cc] of [
      [[process.actorUri], []],
      [[`${ana.uri}/followers`], []],
      [[], [bilbao.organisation.uri]],
    ]) {
      const whisper = ana.note("<p>a secret</p>", { inReplyTo: proposal.uri, to, cc });
      expect(await send(ana, ana.activity("Create", whisper, { to, cc }))).toBe(202);
      // The wrapping says everyone, what is in it does not.
      expect(await send(ana, ana.activity("Create", whisper, toAll))).toBe(202);
      expect(await send(eve, eve.activity("Announce", { ...whisper }, toAll))).toBe(202);
      expect(await send(ana, ana.activity("Announce", whisper.id, toAll))).toBe(202);
      expect(await textOf(whisper)).toBeNull();
    }
    expect((await findSubject(bilbao.sql, proposal.uri))!.commentCount).toBe(before);
    expect(await allText()).not.toContain("a secret");
  });

  test("a Follow of ours stands only after its real Accept", async () => {
    const us = bilbao.organisation.uri;
    for (const from of [eve, ana]) {
      const invented = { type: "Follow", id: `${us}#follows/1`, actor: us, object: ana.uri };
      expect(await send(from, from.activity("Accept", invented))).toBe(202);
    }
    expect(
      await bilbao.sql`select from follow join actor on actor.id = follower_id where actor.uri = ${us}`,
    ).toHaveLength(0);
  });
});

// Discourse CVE-2026-55103.
describe("20 inbound actor validation", () => {
  test("an actor whose inbox, outbox, key or handle is another server's is refused", async () => {
    const document = (await (await net.deliver(new Request(eve.uri))).json()) as Json;
    for (const change of [
      { inbox: "https://honest.test/users/ana/inbox" },
      { endpoints: { sharedInbox: "https://honest.test/inbox" } },
      { outbox: "https://honest.test/users/ana/outbox" },
      { id: ana.uri },
      { publicKey: { ...(document.publicKey as Json), owner: ana.uri } },
    ]) {
      const mallory = openStranger(net, { host: "mallory.test", handle: `m${Object.keys(change)[0]!.toLowerCase()}` });
      const own = (await (await net.deliver(new Request(mallory.uri))).json()) as Json;
      mallory.serve(mallory.uri, { ...own, ...change });
      const status = await send(mallory, mallory.activity("Like", proposal.uri));
      const kept = await findActor(bilbao.sql, mallory.uri);
      for (const uri of [kept?.inboxUri, kept?.sharedInboxUri]) {
        if (uri != null) expect(new URL(uri).host).toBe("mallory.test");
      }
      if ("id" in change || "publicKey" in change || "inbox" in change) expect([status, kept]).not.toContain(202);
    }
  });
});

// Mastodon GHSA-gwhw-gcjx-72v8.
describe("21 information leak by errors", () => {
  test("a draft, a hidden thing and nothing at all are the same to who asks", async () => {
    const now = net.clock.now();
    const draft = await aProposal(bilbao, { process, isDraft: true, now });
    const comment = await aComment(bilbao, { on: proposal, by: await aResident(bilbao, { now }), now });
    await hideSubject(bilbao.sql, await aModerator(bilbao, { now }), comment.uri, "Rude", now);
    const nothing = "https://bilbao.test/proposals/01a204a4-4d99-7000-a681-ba25eac6c545";
    const absent = await get(nothing);
    for (const uri of [draft.uri, comment.uri]) {
      const answer = await get(uri);
      expect([answer.status, await answer.text()]).toEqual([absent.status, await absent.clone().text()]);
    }
    expect(absent.status).toBe(404);
    for (const type of ["Like", "Announce"]) {
      expect(await send(eve, eve.activity(type, draft.uri, toAll))).toBe(202);
      expect(await send(eve, eve.activity(type, nothing, toAll))).toBe(202);
    }
    expect((await findSubject(bilbao.sql, draft.uri))?.likeCount).toBe(0);
  });
});

// FEP-4f05.
describe("22 deletion forgery", () => {
  test("said by another, it is kept while its own server has it", async () => {
    const note = await aNote("<p>still there</p>");
    await send(eve, eve.activity("Delete", note.id, toAll));
    await send(eve, eve.activity("Announce", ana.activity("Delete", note.id), toAll));
    expect(await textOf(note)).toContain("still there");
  });

  test("a Delete of an actor that cannot be verified asks its server, and counts only if that says so", async () => {
    const bea = openStranger(net, { host: "leaving.test", handle: "bea" });
    const note = bea.note("<p>of bea</p>", { inReplyTo: proposal.uri });
    await send(bea, bea.activity("Create", note));
    const forged = { ...bea.activity("Delete", bea.uri, toAll) };
    expect((await eve.post(shared, forged, { keyId: `${bea.uri}#main-key` })).status).toBe(401);
    await net.settle();
    expect(await textOf(note)).toContain("of bea");
  });
});
