// Tallies and threads on the real database: what moved, how often, in what order, and what is taken back.
import { afterAll, beforeAll, expect, test } from "vitest";
import { backfillRecords } from "../../src/chronicle/backfill-actions.ts";
import { writeTallies } from "../../src/chronicle/tally-actions.ts";
import { commentsPerBlock } from "../../src/chronicle/thread.ts";
import { writeThreads } from "../../src/chronicle/thread-actions.ts";
import { deleteComment, editComment, forgetCommenter } from "../../src/comments/actions.ts";
import { hideSubject, reinstateSubject } from "../../src/moderation/actions.ts";
import { decideServer } from "../../src/moderation/peer-actions.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { minuteMs } from "../../src/platform/time.ts";
import { supportProposal, withdrawSupport } from "../../src/proposals/support-actions.ts";
import { findHead, findPart, listVersions } from "../../src/records/queries.ts";
import { readPart, readRecord } from "../../src/records/record.ts";
import { likeSubject } from "../../src/subjects/like-actions.ts";
import {
  aCity,
  aComment,
  aMeeting,
  aModerator,
  aProcess,
  aProposal,
  aRemoteComment,
  aResident,
  aResult,
  aStranger,
  type City,
} from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";

const now = new Date("2026-03-01T12:00:00Z");
const later = (minutes: number) => new Date(+now + minutes * minuteMs);
let db: TestDatabase;
let city: City;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db, { now });
});
afterAll(() => db.drop());

interface ThreadData {
  readonly of: string;
  readonly block: number;
  readonly comments: readonly {
    readonly id: string;
    readonly inReplyTo: string;
    readonly state: string;
    readonly part?: string;
  }[];
}

const dataOf = async (subject: string) => readRecord((await findHead(db.sql, subject))!.document).data;
const threadOf = async (uri: string, block = 1) => (await dataOf(`${uri}/thread/${block}`)) as unknown as ThreadData;

test("a tally says what was counted, how and when; nothing new where nothing moved", async () => {
  const process = await aProcess(city, { now });
  const proposal = await aProposal(city, { process, by: await aResident(city, { now }), now });
  const [miren, jon] = [await aResident(city, { now }), await aResident(city, { now })];
  await supportProposal(db.sql, miren, proposal.uri, now);
  await supportProposal(db.sql, jon, proposal.uri, now);
  await likeSubject(db.sql, city.uris, miren, proposal.uri, now);
  await aComment(city, { on: proposal, now });
  await writeTallies(db.sql, later(10));
  const tally = `${proposal.uri}/tally`;
  expect(await dataOf(tally)).toEqual({
    of: proposal.uri,
    counted: later(10).toISOString(),
    comments: 1,
    likes: 1,
    shares: 0,
    supports: { count: 2, method: "one per verified resident of this node" },
  });
  expect(await dataOf(`${process.uri}/tally`)).toMatchObject({ proposals: 1, results: 0, meetings: 0 });
  // Two changes that undo each other, and none at all.
  await withdrawSupport(db.sql, jon, proposal.uri, later(11));
  await supportProposal(db.sql, jon, proposal.uri, later(12));
  await writeTallies(db.sql, later(20));
  await writeTallies(db.sql, later(30));
  expect(await findHead(db.sql, tally)).toMatchObject({ version: 1 });
  await withdrawSupport(db.sql, jon, proposal.uri, later(31));
  await writeTallies(db.sql, later(40));
  expect(await findHead(db.sql, tally)).toMatchObject({ version: 2 });
  expect(await dataOf(tally)).toMatchObject({ supports: { count: 1 } });
  const [versions] = [await listVersions(db.sql, tally, 10)];
  for (const { document } of versions) for (const who of [miren, jon]) expect(document).not.toContain(who.id);
});

test("a process ends its phase with a tally of its own", async () => {
  const process = await aProcess(city, { now });
  const [job] = await db.sql<{ runAt: Date }[]>`
    select run_at from job where kind = 'tally' and payload ->> 'phaseId' = ${process.phases[0]!.id}`;
  expect(job?.runAt).toEqual(process.phases[0]!.endsAt);
});

test("a thread says who said what in what order, by the digest of the words; edits, hiding and erasure follow", async () => {
  const process = await aProcess(city, { now });
  const proposal = await aProposal(city, { process, by: await aResident(city, { now }), now });
  const miren = await aResident(city, { now, name: "Miren" });
  const first = await aComment(city, { on: proposal, by: miren, body: "A **bench** for Miren", now: later(1) });
  const reply = await aComment(city, { on: first, now: later(2) });
  const remote = await aRemoteComment(city, { on: proposal, html: "<p>From afar</p>", now: later(3) });
  await writeThreads(db.sql, later(10));
  const thread = await threadOf(proposal.uri);
  expect(thread).toMatchObject({ of: proposal.uri, block: 1 });
  expect(thread.comments.map(({ id, inReplyTo, state }) => [id, inReplyTo, state])).toEqual([
    [first.uri, proposal.uri, "shown"],
    [reply.uri, first.uri, "shown"],
    [remote.uri, proposal.uri, "shown"],
  ]);
  const wordsOf = async (digest: string, subject: string) =>
    readPart((await findPart(db.sql, digest))!.document!, { part: digest, subject });
  expect(await wordsOf(thread.comments[0]!.part!, first.uri)).toMatchObject({
    text: "A **bench** for Miren",
    author: { name: "Miren" },
  });
  expect(await wordsOf(thread.comments[2]!.part!, remote.uri)).toMatchObject({ html: "<p>From afar</p>" });
  expect((await findHead(db.sql, `${proposal.uri}/thread/1`))!.document).not.toMatch(/bench|Miren|afar/);

  await editComment(db.sql, miren, first.uri, { body: "Two benches", version: 1 }, later(11));
  const moderator = await aModerator(city, { now });
  await hideSubject(db.sql, moderator, reply.uri, "Names a neighbour.", later(12));
  await writeThreads(db.sql, later(20));
  const second = await threadOf(proposal.uri);
  expect(second.comments.map(({ state }) => state)).toEqual(["shown", "hidden", "shown"]);
  expect(second.comments[0]!.part).not.toBe(thread.comments[0]!.part);
  expect(second.comments[2]!.part).toBe(thread.comments[2]!.part);

  await reinstateSubject(db.sql, moderator, reply.uri, later(21));
  await deleteComment(db.sql, miren, first.uri, later(22));
  // At once, before any record says so.
  for (const digest of [thread.comments[0]!.part!, second.comments[0]!.part!]) {
    expect((await findPart(db.sql, digest))!.document).toBeNull();
  }
  await writeThreads(db.sql, later(30));
  const third = readRecord((await findHead(db.sql, `${proposal.uri}/thread/1`))!.document);
  const { comments } = third.data as unknown as ThreadData;
  expect(comments.map(({ state }) => state)).toEqual(["erased", "shown", "shown"]);
  expect(comments[0]!.part).toBeUndefined();
  expect(third.purges).toEqual([thread.comments[0]!.part, second.comments[0]!.part].sort());
  await writeThreads(db.sql, later(40));
  expect(await findHead(db.sql, `${proposal.uri}/thread/1`)).toMatchObject({ version: 3 });
});

test("a name that is forgotten leaves the words of a comment, also while it is hidden", async () => {
  const process = await aProcess(city, { now });
  const proposal = await aProposal(city, { process, by: await aResident(city, { now }), now });
  const by = await aResident(city, { now, name: "Leire Etxebarria" });
  const open = await aComment(city, { on: proposal, by, now: later(1) });
  const hidden = await aComment(city, { on: proposal, by, now: later(2) });
  await writeThreads(db.sql, later(10));
  const moderator = await aModerator(city, { now });
  await hideSubject(db.sql, moderator, hidden.uri, "Off the subject.", later(11));
  await withTransaction(db.sql, (tx) => forgetCommenter(tx, by.id, later(12)));
  const named = await db.sql`
    select from record_part where document like '%Leire%' and subject_uri in (${open.uri}, ${hidden.uri})`;
  expect(named).toHaveLength(0);
  await writeThreads(db.sql, later(20));
  const { comments } = await threadOf(proposal.uri);
  for (const comment of comments) {
    expect(
      readPart((await findPart(db.sql, comment.part!))!.document!, { part: comment.part, subject: comment.id }),
    ).toMatchObject({ author: { name: "" } });
  }
});

test("what a blocked server said is hidden in the thread, and comes back when the block ends", async () => {
  const process = await aProcess(city, { now });
  const proposal = await aProposal(city, { process, by: await aResident(city, { now }), now });
  const by = await aStranger(city, { host: "loud.example", now });
  await aRemoteComment(city, { on: proposal, by, now: later(1) });
  await writeThreads(db.sql, later(10));
  await writeTallies(db.sql, later(10));
  const stateOf = async () => (await threadOf(proposal.uri)).comments.map(({ state }) => state);
  const decide = (policy: "blocked" | "allowed", at: Date) =>
    decideServer(db.sql, city.uris, city.administrator, { host: "loud.example", policy, reason: "" }, at);
  await decide("blocked", later(11));
  await writeThreads(db.sql, later(20));
  await writeTallies(db.sql, later(20));
  expect(await stateOf()).toEqual(["hidden"]);
  expect(await dataOf(`${proposal.uri}/tally`)).toMatchObject({ comments: 0 });
  await decide("allowed", later(21));
  await writeThreads(db.sql, later(30));
  expect(await stateOf()).toEqual(["shown"]);
});

test("a long thread is recorded in blocks, and a late voice changes only the last", async () => {
  const process = await aProcess(city, { now });
  const proposal = await aProposal(city, { process, by: await aResident(city, { now }), now });
  const by = await aResident(city, { now });
  for (let at = 0; at < commentsPerBlock + 3; at += 1) await aComment(city, { on: proposal, by, now: later(1) });
  await writeThreads(db.sql, later(10));
  expect((await threadOf(proposal.uri, 1)).comments).toHaveLength(commentsPerBlock);
  expect((await threadOf(proposal.uri, 2)).comments).toHaveLength(3);
  const late = await aRemoteComment(city, { on: proposal, publishedAt: later(-60), now: later(11) });
  await writeThreads(db.sql, later(20));
  expect(await findHead(db.sql, `${proposal.uri}/thread/1`)).toMatchObject({ version: 1 });
  expect((await threadOf(proposal.uri, 2)).comments.at(-1)!.id).toBe(late.uri);
});

test("what was public before there were records gets them, and what is hidden is hidden in them", async () => {
  const process = await aProcess(city, { now });
  const proposal = await aProposal(city, { process, by: await aResident(city, { now }), now });
  const comment = await aComment(city, { on: proposal, now });
  const meeting = await aMeeting(city, { process, now });
  const result = await aResult(city, { process, now });
  await hideSubject(db.sql, await aModerator(city, { now }), result.uri, "A mistake.", later(1));
  const before = await db.sql<
    { uri: string }[]
  >`select uri from subject where process_uri = ${process.uri} and kind <> 'comment'`;
  await db.sql`delete from record`;
  await db.sql`delete from record_part`;
  await db.sql`delete from tally_change`;
  await db.sql`delete from thread_change`;
  for (let after: string | null = null; ; ) {
    after = await backfillRecords(db.sql, after, later(2));
    if (after === null) break;
  }
  for (const { uri } of before) expect(await findHead(db.sql, uri), uri).not.toBeNull();
  expect(await findHead(db.sql, result.uri)).toMatchObject({ standing: "hidden", version: 2 });
  expect((await dataOf(meeting.uri)).startsAt).toBe(meeting.startsAt.toISOString());
  await writeTallies(db.sql, later(10));
  await writeThreads(db.sql, later(10));
  expect(await dataOf(`${proposal.uri}/tally`)).toMatchObject({ comments: 1 });
  expect((await threadOf(proposal.uri)).comments.map(({ id }) => id)).toEqual([comment.uri]);
  expect(await backfillRecords(db.sql, null, later(11))).toBeNull();
  expect(await findHead(db.sql, proposal.uri)).toMatchObject({ version: 1 });
});
