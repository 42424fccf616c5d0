// What a city decides about other servers, at either door: what leaves the pages and counts, what comes back, and what
// everyone can read of it.
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { networkPages } from "../../src/cities/network-pages.ts";
import { countStances, listThread } from "../../src/comments/queries.ts";
import { receiveCommentDelete } from "../../src/comments/remote.ts";
import { hideSubject, reinstateSubject } from "../../src/moderation/actions.ts";
import { decideFirstComments, decideServer } from "../../src/moderation/peer-actions.ts";
import { type Tx, withTransaction } from "../../src/platform/db.ts";
import { newId } from "../../src/platform/ids.ts";
import { countContribution } from "../../src/processes/count-actions.ts";
import { findProcess } from "../../src/processes/queries.ts";
import { addReaction, enterSubject, removeReaction } from "../../src/subjects/actions.ts";
import { findSubject } from "../../src/subjects/queries.ts";
import { searchSubjects } from "../../src/subjects/search-queries.ts";
import {
  aComment,
  aModerator,
  aProcess,
  aProposal,
  aRemoteComment,
  aResident,
  aStranger,
  type City,
} from "../support/build.ts";
import type { TestDatabase } from "../support/database.ts";
import type { Rooms } from "../support/room.ts";
import { closeModeratedCity, openModeratedCity } from "./moderated-city.ts";

const now = new Date("2026-03-01T12:00:00Z");
let db: TestDatabase;
let city: City;
let room: Rooms;
beforeAll(async () => {
  ({ db, city, room } = await openModeratedCity(now, networkPages));
});
afterAll(() => closeModeratedCity({ db, room }));
afterEach(() => expect(room.faults).toEqual([]));

const decide = (host: string, policy: "allowed" | "limited" | "blocked", reason = "") =>
  decideServer(db.sql, city.uris, city.administrator, { host, policy, reason }, now);
const inTransaction = <T>(work: (tx: Tx) => Promise<T>) => withTransaction(db.sql, work);
const countsOf = async (uri: string) => {
  const { commentCount, likeCount, shareCount } = (await findSubject(db.sql, uri))!;
  return [commentCount, likeCount, shareCount];
};
const threadOf = async (uri: string) => {
  const page = await listThread(db.sql, uri, { after: null, before: null, sizeRows: 50, order: "oldest" });
  return page.rows.flatMap(({ root, replies }) => [root.uri, ...replies.map((reply) => reply.uri)]);
};

test("what a blocked server said leaves pages and counts, and comes back as it was", async () => {
  const proposal = await aProposal(city, { now });
  const eve = await aStranger(city, { host: "counted.example", now });
  const ours = await aComment(city, { on: proposal, by: await aResident(city, { now }), now });
  const theirs = await aRemoteComment(city, { on: proposal, by: eve, stance: "for", now });
  const answer = await aRemoteComment(city, { on: theirs, by: eve, now });
  const reply = await aRemoteComment(city, { on: ours, by: eve, now });
  const hidden = await aRemoteComment(city, { on: proposal, by: eve, now });
  const moderator = await aModerator(city, { now });
  await hideSubject(db.sql, moderator, hidden.uri, "Insults", now);
  const like = { subjectUri: proposal.uri, voice: { actorId: eve.id }, kind: "like", activityUri: null } as const;
  await inTransaction((tx) => addReaction(tx, like, now));
  await inTransaction((tx) => addReaction(tx, { ...like, kind: "share" }, now));
  const before = [await countsOf(proposal.uri), await countsOf(ours.uri), await countsOf(theirs.uri)];
  expect(before).toEqual([
    [4, 1, 1],
    [1, 0, 0],
    [1, 0, 0],
  ]);
  expect((await countStances(db.sql, proposal.uri)).for.remote).toBe(1);
  const thread = await threadOf(proposal.uri);

  for (let times = 0; times < 2; times++) await decide("counted.example", "blocked");
  expect([await countsOf(proposal.uri), await countsOf(ours.uri)]).toEqual([
    [1, 0, 0],
    [0, 0, 0],
  ]);
  expect((await countStances(db.sql, proposal.uri)).for.remote).toBe(0);
  expect(await threadOf(proposal.uri)).toEqual([ours.uri]);
  await expect(reinstateSubject(db.sql, moderator, reply.uri, now)).rejects.toThrow("peer-blocked");
  // What they take back meanwhile is not counted twice, nor is it missed.
  await inTransaction((tx) => receiveCommentDelete(tx, answer.uri, eve.uri, now));
  await inTransaction((tx) => removeReaction(tx, { ...like, kind: "share" }));
  await hideSubject(db.sql, moderator, reply.uri, "Off topic", now);

  for (let times = 0; times < 2; times++) await decide("counted.example", "allowed");
  expect([await countsOf(proposal.uri), await countsOf(ours.uri), await countsOf(theirs.uri)]).toEqual([
    [2, 1, 0],
    [0, 0, 0],
    [0, 0, 0],
  ]);
  expect((await countStances(db.sql, proposal.uri)).for.remote).toBe(1);
  expect(await threadOf(proposal.uri)).toEqual(thread.filter((uri) => uri !== answer.uri));
  expect((await findSubject(db.sql, hidden.uri))?.hiddenReason).toBe("Insults");
  expect((await findSubject(db.sql, reply.uri))?.hiddenReason).toBe("Off topic");
});

test("its proposals leave searches and the counts of their process too", async () => {
  const process = await aProcess(city, { now });
  const [id, uri] = [newId(now), "https://things.example/proposals/1"];
  const proposal = {
    uri,
    id,
    kind: "proposal",
    origin: "https://things.example",
    url: uri,
    processUri: process.uri,
  } as const;
  const words = { authorId: null, authorName: "", title: "Zeppelin moorings", language: "en", publishedAt: now };
  await inTransaction(async (tx) => {
    await enterSubject(tx, { ...proposal, ...words });
    await tx`select index_text(${uri}, ${words.language}, ${words.title}, '')`;
    await countContribution(tx, proposal, 1);
  });
  const found = async () => {
    const request = { after: null, before: null, sizeRows: 10 };
    return await searchSubjects(db.sql, { text: "Zeppelin", kind: null }, request);
  };
  const count = async () => (await findProcess(db.sql, process.uri))?.proposalCount;
  expect([JSON.stringify(await found()).includes(uri), await count()]).toEqual([true, 1]);
  await decide("things.example", "blocked");
  expect([JSON.stringify(await found()).includes(uri), await count()]).toEqual([false, 0]);
  await decide("things.example", "limited");
  expect([JSON.stringify(await found()).includes(uri), await count()]).toEqual([true, 1]);
});

test("the page of servers explains each standing, decides, undoes, and never decides about this node", async () => {
  const visitor = await room.visitor(city.administrator);
  await visitor.open("/network");
  await visitor.follow("Other servers");
  for (const meaning of ["appears at once", "until a moderator has looked", "leaves the pages"]) {
    expect(visitor.text).toContain(meaning);
  }
  visitor.fill("Server", "Bilbao.test").check("Blocked");
  await visitor.press("Decide");
  expect(visitor.status).toBe(422);
  visitor.fill("Server", " Page.Example ").fill("Why", "A wave of spam").check("Blocked");
  await visitor.press("Decide");
  expect(visitor.text).toContain("page.example");
  expect(visitor.text).toContain("A wave of spam");
  const policyOf = async () => (await db.sql`select policy from peer where host = 'page.example'`)[0]?.policy;
  expect(await policyOf()).toBe("blocked");
  await visitor.press("Allow again page.example");
  expect(await policyOf()).toBe("allowed");

  const guest = await room.visitor(await aModerator(city, { now }));
  await guest.open("/network/peers");
  expect(guest.status).toBe(403);
  await guest.open("/network");
  expect(guest.linkTo("Other servers")).toBeNull();
});

test("first comments of unknown servers wait for a moderator where the city wants it", async () => {
  const proposal = await aProposal(city, { now });
  const isHeld = async (uri: string) => (await findSubject(db.sql, uri))?.hiddenAt !== null;
  const spam = await aStranger(city, { host: "unknown.example", now });
  const known = await aStranger(city, { host: "known.example", now });
  await aRemoteComment(city, { on: proposal, by: known, now });
  const visitor = await room.visitor(city.administrator);
  await visitor.open("/network/peers");
  await visitor.press("Let them wait for a moderator");
  expect(visitor.text).toContain("First comments wait for a moderator.");
  const first = await aRemoteComment(city, { on: proposal, by: spam, now });
  const second = await aRemoteComment(city, { on: proposal, by: spam, now });
  expect([await isHeld(first.uri), await isHeld(second.uri)]).toEqual([true, true]);
  expect(await isHeld((await aRemoteComment(city, { on: proposal, by: known, now })).uri)).toBe(false);
  await reinstateSubject(db.sql, await aModerator(city, { now }), first.uri, now);
  expect(await isHeld((await aRemoteComment(city, { on: proposal, by: spam, now })).uri)).toBe(false);
  await decideFirstComments(db.sql, city.administrator, false, now);
  const newcomer = await aStranger(city, { host: "newcomer.example", now });
  expect(await isHeld((await aRemoteComment(city, { on: proposal, by: newcomer, now })).uri)).toBe(false);
  await expect(decideFirstComments(db.sql, await aModerator(city, { now }), true, now)).rejects.toThrow("not-allowed");
});

test("everyone can read what was decided, with reasons and numbers, and no one's name", async () => {
  const moderator = await aModerator(city, { name: "Mertxe Moderator", now });
  const author = await aResident(city, { name: "Aitor Author", now });
  const proposal = await aProposal(city, { title: "A loud proposal", now });
  const comment = await aComment(city, { on: proposal, by: author, body: "Rude words", now });
  await hideSubject(db.sql, moderator, comment.uri, "It insults a neighbour", now);
  await decide("logged.example", "blocked", "A flood of adverts");
  const visitor = await room.visitor();
  await visitor.open("/moderation/log");
  for (const shown of [
    "It insults a neighbour",
    "Comment",
    "logged.example",
    "Server blocked",
    "A flood of adverts",
    "March 2026",
  ]) {
    expect(visitor.text).toContain(shown);
  }
  for (const name of ["Mertxe", "Aitor", "Amaia", "Rude words", "A loud proposal"])
    expect(visitor.text).not.toContain(name);
  const isLinked = () => visitor.linkTo("Read it (Comment)") === `/comments/${comment.id}`;
  expect(isLinked()).toBe(false);
  await reinstateSubject(db.sql, moderator, comment.uri, now);
  await visitor.open("/moderation/log");
  expect(visitor.text).toContain("Shown again");
  expect(isLinked()).toBe(true);
  await visitor.open("/moderation/log?after=nonsense");
  expect(visitor.status).toBe(404);
});
