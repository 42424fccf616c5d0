// A fediverse account that is no Koinon node follows a process, answers, likes, boosts, undoes, reports and leaves.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Account } from "../../src/accounts/account.ts";
import { describeActor } from "../../src/actors/actions.ts";
import { findActor } from "../../src/actors/queries.ts";
import { publishComment } from "../../src/comments/actions.ts";
import { findComment } from "../../src/comments/queries.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { enqueue } from "../../src/platform/jobs.ts";
import { publishNews } from "../../src/processes/news-actions.ts";
import type { Process } from "../../src/processes/process.ts";
import { answerProposal } from "../../src/proposals/answer-actions.ts";
import type { Proposal } from "../../src/proposals/proposal.ts";
import { findSubject } from "../../src/subjects/queries.ts";
import { anOfficial, aProcess, aProposal, aResident } from "../support/build.ts";
import { type Network, type Node, openNetwork } from "../support/network.ts";
import { type Json, openStranger, type Stranger } from "../support/stranger.ts";

let net: Network<"bilbao">;
let bilbao: Node;
let ana: Stranger;
let process: Process;
let proposal: Proposal;
let resident: Account;
const shared = "https://bilbao.test/inbox";

beforeAll(async () => {
  net = await openNetwork("bilbao");
  bilbao = net.nodes.bilbao;
  ana = openStranger(net);
  const now = net.clock.now();
  process = await aProcess(bilbao, { now });
  resident = await aResident(bilbao, { now });
  proposal = await aProposal(bilbao, { process, by: resident, now });
  await net.settle();
});
afterAll(async () => await net?.[Symbol.asyncDispose]());

const send = async (type: string, object: unknown, more: Json = {}) => {
  net.clock.advance(1_000);
  const activity = ana.activity(type, object, more);
  const response = await ana.post(shared, activity);
  await net.settle();
  return { response, activity };
};
const subjectOf = async (uri: string) => (await findSubject(bilbao.sql, uri))!;
const received = (type: string) => ana.inbox.filter((activity) => activity.type === type);

describe("a stranger's account", () => {
  test("follows a process and is answered, also when it asks again", async () => {
    const { response, activity } = await send("Follow", process.actorUri);
    expect(response.status).toBe(202);
    await send("Follow", process.actorUri, { id: activity.id });
    expect(received("Accept").map((accept) => (accept.object as Json).id)).toEqual([activity.id, activity.id]);
    expect((await findActor(bilbao.sql, process.actorUri!))?.followersCount).toBe(1);
  });

  test("gets news, a proposal and an official answer in full", async () => {
    const official = await anOfficial(bilbao, { now: net.clock.now() });
    const text = { title: "The squares open in May", body: "All **three** of them.", language: "en" };
    await publishNews(bilbao.sql, bilbao.uris, official, { processUri: process.uri, ...text }, net.clock.now());
    const answer = {
      outcome: "accepted",
      reasons: "Yes, in June.",
      costAmount: "900.00",
      costCurrency: "EUR",
      term: "June",
      language: "en",
    } as const;
    await answerProposal(bilbao.sql, bilbao.uris, official, proposal.uri, answer, net.clock.now());
    await net.settle();
    const notes = received("Create").map((create) => create.object as Json);
    expect(notes.map((note) => note.type)).toEqual(["Note", "Note"]);
    expect(notes[0]?.content).toContain("<strong>three</strong>");
    expect(notes[1]).toMatchObject({ inReplyTo: proposal.uri, attributedTo: bilbao.organisation.uri });
    expect(notes[1]?.content).toContain("Yes, in June.");
    // A reply by someone one does not follow is kept from a Mastodon home, unless whom one follows boosts it.
    expect(received("Announce")).toEqual([expect.objectContaining({ actor: process.actorUri, object: notes[1]?.id })]);
    for (const note of notes) expect(note).not.toHaveProperty("summary");
    expect(JSON.stringify(ana.inbox)).not.toContain(resident.email);
  });

  test("gets what was handed over twice under one id and with one content; only how it was signed may differ", async () => {
    const official = await anOfficial(bilbao, { now: net.clock.now() });
    const text = { title: "Twice", body: "Said once.", language: "en" };
    const uri = await publishNews(
      bilbao.sql,
      bilbao.uris,
      official,
      { processUri: process.uri, ...text },
      net.clock.now(),
    );
    await net.settle();
    const about = (activity: Json) => (activity.object as Json).id === uri;
    const [first] = ana.inbox.filter(about);
    // As after a crash between the handing over and its end.
    await enqueue(bilbao.sql, { kind: "deliver", payload: { activityUri: first!.id as string, after: "" } });
    await net.settle();
    const both = ana.inbox.filter(about);
    expect(both).toHaveLength(2);
    const [said, again] = both.map(({ proof, signature, ...content }) => ({
      content,
      isSigned: [!!proof, !!signature],
    }));
    expect(again).toEqual(said);
    expect(said?.isSigned).toEqual([true, true]);
  });

  test("hears of a changed profile, whole, with its key", async () => {
    const before = received("Update").length;
    const actor = (await findActor(bilbao.sql, process.actorUri!))!;
    const profile = { name: "Open squares", summary: "Where?" };
    await withTransaction(bilbao.sql, (tx) => describeActor(tx, actor.id, profile, net.clock.now()));
    await net.settle();
    const update = received("Update")
      .slice(before)
      .map(({ object }) => object as Json)[0];
    expect(update).toMatchObject({
      id: process.actorUri,
      type: "Group",
      name: "Open squares",
      preferredUsername: process.handle,
    });
    expect(update?.publicKey).toMatchObject({
      id: `${process.actorUri}#main-key`,
      publicKeyPem: expect.stringContaining("PUBLIC KEY"),
    });
    expect(update?.attachment).toHaveLength(2);
    expect(update?.featured).toBe(`${process.actorUri}/featured`);
  });

  test("replies, edits the reply and takes it back", async () => {
    const note = ana.note("<p>What a <b>good</b> idea<script>alert(1)</script></p>", { inReplyTo: proposal.uri });
    await send("Create", note);
    const kept = await findComment(bilbao.sql, note.id as string);
    expect(kept).toMatchObject({ authorUri: ana.uri, threadUri: proposal.uri, origin: "https://mastodon.test" });
    expect(kept?.body).toContain("good");
    expect(kept?.body).not.toContain("alert");
    expect((await subjectOf(proposal.uri)).commentCount).toBe(1);
    const updated = net.clock.now().toISOString();
    await send("Update", { ...note, content: "<p>On second thought, no</p>", updated });
    expect((await findComment(bilbao.sql, note.id as string))?.body).toContain("second thought");
    await send("Delete", { id: note.id, type: "Tombstone" });
    expect((await findComment(bilbao.sql, note.id as string))?.body).toBe("");
    expect((await subjectOf(proposal.uri)).commentCount).toBe(0);
  });

  test("names a reply without bringing it along, and it is read at its address", async () => {
    const to = { to: ["https://www.w3.org/ns/activitystreams#Public"] };
    const note = ana.note("<p>come and get it</p>", { inReplyTo: proposal.uri });
    const uri = String(note.id);
    await send("Create", uri, to);
    expect((await findComment(bilbao.sql, uri))?.body).toContain("come and get it");
    net.clock.advance(60_000);
    const context = { "@context": "https://www.w3.org/ns/activitystreams" };
    ana.serve(uri, { ...context, ...note, content: "<p>changed there</p>", updated: net.clock.now().toISOString() });
    await send("Update", { id: uri }, to);
    expect((await findComment(bilbao.sql, uri))?.body).toContain("changed there");
    const vote = ana.note("<br>", { inReplyTo: proposal.uri, name: "Yes" });
    await send("Create", vote.id, to);
    expect(await findComment(bilbao.sql, String(vote.id))).toBeNull();
    await send("Delete", uri);
  });

  test("is told when someone of the city answers its reply", async () => {
    const note = ana.note("<p>When?</p>", { inReplyTo: proposal.uri });
    await send("Create", note);
    const reply = {
      targetUri: proposal.uri,
      parentUri: note.id as string,
      stance: null,
      body: "In June.",
      language: "en",
    };
    await publishComment(bilbao.sql, bilbao.uris, resident, reply, net.clock.now());
    await net.settle();
    const answer = received("Create")
      .map((create) => create.object as Json)
      .find((each) => each.inReplyTo === note.id);
    expect(answer).toMatchObject({ attributedTo: process.actorUri });
    expect(answer?.content).toContain(resident.publicName);
    expect(answer?.cc).toContain(ana.uri);
  });

  test("likes and boosts once, however often it says so, and undoes both", async () => {
    const before = await subjectOf(proposal.uri);
    const { activity: like } = await send("Like", proposal.uri);
    await ana.post(shared, like);
    const { activity: newest } = await send("Like", proposal.uri);
    const { activity: boost } = await send("Announce", proposal.uri, {
      to: ["https://www.w3.org/ns/activitystreams#Public"],
    });
    const after = await subjectOf(proposal.uri);
    expect([after.likeCount, after.shareCount]).toEqual([before.likeCount + 1, before.shareCount + 1]);
    // The end of a like that another has taken the place of may come late: it is not the end of that one.
    await send("Undo", like);
    expect((await subjectOf(proposal.uri)).likeCount).toBe(before.likeCount + 1);
    await send("Undo", newest);
    await send("Undo", boost);
    const undone = await subjectOf(proposal.uri);
    expect([undone.likeCount, undone.shareCount]).toEqual([before.likeCount, before.shareCount]);
  });

  test("a private message never becomes a comment, a vote in a poll decides nothing", async () => {
    const before = (await subjectOf(proposal.uri)).commentCount;
    const whisper = ana.note("<p>between us</p>", { inReplyTo: proposal.uri, to: [process.actorUri], cc: [] });
    expect((await send("Create", whisper)).response.status).toBe(202);
    const vote = ana.note("<br>", { inReplyTo: proposal.uri, name: "Yes" });
    expect((await send("Create", vote)).response.status).toBe(202);
    expect((await subjectOf(proposal.uri)).commentCount).toBe(before);
    expect(await findComment(bilbao.sql, whisper.id as string)).toBeNull();
  });

  test("an unknown type of activity is acknowledged and leaves no trace", async () => {
    const rows = async () => Number((await bilbao.sql`select count(*) as n from received_activity`)[0]!.n);
    const before = await rows();
    expect((await send("Lock", proposal.uri)).response.status).toBe(202);
    expect(await rows()).toBe(before);
  });

  test("signs with a new key, and is read again", async () => {
    net.clock.advance(120_000);
    ana.rotateKey();
    const note = ana.note("<p>with a new key</p>", { inReplyTo: proposal.uri });
    expect((await send("Create", note)).response.status).toBe(202);
    expect(await findComment(bilbao.sql, note.id as string)).not.toBeNull();
  });

  test("cannot speak for another actor, nor change what another wrote", async () => {
    const eve = openStranger(net, { host: "evil.test", handle: "eve" });
    const note = ana.note("<p>mine</p>", { inReplyTo: proposal.uri });
    await send("Create", note);
    const forged = { ...ana.activity("Delete", note.id), id: "https://evil.test/1" };
    expect((await eve.post(shared, forged)).status).toBe(401);
    expect((await eve.post(shared, eve.activity("Update", { ...note, content: "<p>hers</p>" }))).status).toBe(202);
    expect((await eve.post(shared, eve.activity("Delete", note.id))).status).toBe(202);
    await net.settle();
    expect((await findComment(bilbao.sql, note.id as string))?.body).toContain("mine");
  });

  test("leaves, and nothing is sent any more", async () => {
    await send("Undo", ana.activity("Follow", process.actorUri));
    expect((await findActor(bilbao.sql, process.actorUri!))?.followersCount).toBe(0);
    const before = ana.inbox.length;
    const official = await anOfficial(bilbao, { now: net.clock.now() });
    const text = { title: "After", body: "Nobody hears.", language: "en" };
    await publishNews(bilbao.sql, bilbao.uris, official, { processUri: process.uri, ...text }, net.clock.now());
    await net.settle();
    expect(ana.inbox.length).toBe(before);
  });

  test("deletes its account, and what it wrote is erased here", async () => {
    const leaving = openStranger(net, { host: "leaving.test" });
    const note = leaving.note("<p>remember me</p>", { inReplyTo: proposal.uri });
    await leaving.post("https://bilbao.test/inbox", leaving.activity("Create", note));
    await net.settle();
    expect((await findComment(bilbao.sql, note.id as string))?.body).toContain("remember me");
    await leaving.post("https://bilbao.test/inbox", leaving.activity("Delete", leaving.uri));
    await net.settle();
    expect((await findComment(bilbao.sql, note.id as string))?.body).toBe("");
    // Not even its address is kept.
    expect(await findActor(bilbao.sql, leaving.uri)).toBeNull();
  });
});
