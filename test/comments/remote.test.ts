// What other servers send of comments: the same law as for our people, in any order, by nobody but who may.
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { decidePeer, rememberRemoteActor } from "../../src/actors/actions.ts";
import { deleteComment } from "../../src/comments/actions.ts";
import { provenanceOf, standingOf } from "../../src/comments/comment.ts";
import { findComment, getComment, listThread } from "../../src/comments/queries.ts";
import { receiveComment, receiveCommentDelete, receiveCommentUpdate } from "../../src/comments/remote.ts";
import { reinstateSubject } from "../../src/moderation/actions.ts";
import { listReports } from "../../src/moderation/queries.ts";
import { type Tx, withTransaction } from "../../src/platform/db.ts";
import { enterSubject } from "../../src/subjects/actions.ts";
import { findSubject } from "../../src/subjects/queries.ts";
import {
  aCity,
  aComment,
  aProcess,
  aProposal,
  aRemoteComment,
  aRemoteText,
  aResident,
  aStranger,
  type City,
} from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";

const now = new Date("2026-03-01T12:00:00Z");
const at = (seconds: number) => new Date(+now + seconds * 1_000);
let db: TestDatabase;
let city: City;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db, { now });
});
afterAll(() => db.drop());

const inTransaction = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => withTransaction(db.sql, work);
const commentsUnder = async (uri: string) => (await findSubject(db.sql, uri))!.commentCount;

test("a reply from elsewhere stands in the thread, says where it comes from, and tells no one", async () => {
  const proposal = await aProposal(city, { now });
  const comment = await aRemoteComment(city, { on: proposal, by: await aStranger(city, { handle: "eva", now }), now });
  expect(comment).toMatchObject({
    threadUri: proposal.uri,
    authorHandle: "eva",
    authorHost: "mastodon.example",
    depth: 0,
  });
  expect(provenanceOf(comment)).toEqual({ from: "fediverse", host: "mastodon.example" });
  const ours = await aComment(city, { on: comment, now });
  const answer = await aRemoteComment(city, { on: ours, now });
  expect(answer).toMatchObject({ threadUri: proposal.uri, parentUri: ours.uri, branchUri: comment.uri, depth: 2 });
  expect(await commentsUnder(proposal.uri)).toBe(3);
  expect(await db.sql`select from event where subject_uri = ${comment.uri}`).toHaveLength(0);
});

test("another city's resident speaks through that city, by the name it gives", async () => {
  const residents = await aStranger(city, { host: "porto.test", type: "Group", name: "Residentes do Porto", now });
  const comment = await aRemoteComment(city, {
    on: await aProposal(city, { now }),
    by: residents,
    authorName: "Rui",
    stance: "for",
    now,
  });
  expect(comment).toMatchObject({ authorName: "Rui", stance: "for" });
  expect(provenanceOf(comment)).toEqual({ from: "city", host: "porto.test" });
});

test("arriving twice is once, also at the same moment; a newer state changes it, an older one does not", async () => {
  const proposal = await aProposal(city, { now });
  const author = await aStranger(city, { now });
  const said = aRemoteText(author, proposal, { html: "<p>One</p>", now });
  await Promise.all(Array.from({ length: 5 }, () => inTransaction((tx) => receiveComment(tx, said, now))));
  expect(await commentsUnder(proposal.uri)).toBe(1);

  const told = (html: string, seconds: number) =>
    inTransaction((tx) => receiveComment(tx, { ...said, html, updatedAt: at(seconds) }, at(100)));
  expect(await told("<p>Three</p>", 30)).toBe("changed");
  expect(await told("<p>Two</p>", 20)).toBe("unchanged");
  expect(await getComment(db.sql, said.uri)).toMatchObject({ body: "<p>Three</p>", editedAt: at(30) });
  // A clock that runs ahead must not shut out what comes after.
  expect(await told("<p>From the future</p>", 1_000_000)).toBe("changed");
  expect((await getComment(db.sql, said.uri)).updatedAt).toEqual(at(100));
});

test("only its author changes it", async () => {
  const comment = await aRemoteComment(city, { on: await aProposal(city, { now }), now });
  const neighbour = await aStranger(city, { now });
  const update = { uri: comment.uri, html: "<p>Forged</p>", language: null, updatedAt: at(5) };
  await expect(
    inTransaction((tx) => receiveCommentUpdate(tx, { ...update, authorUri: neighbour.uri }, at(5))),
  ).rejects.toMatchObject({ code: "not-allowed" });
  await expect(
    inTransaction((tx) =>
      receiveCommentUpdate(tx, { ...update, uri: "https://x.example/1", authorUri: neighbour.uri }, at(5)),
    ),
  ).rejects.toMatchObject({ code: "not-found" });
  const ours = await aComment(city, { on: comment, by: await aResident(city, { handle: "nerea", now }), now });
  await expect(
    inTransaction((tx) => receiveCommentUpdate(tx, { ...update, uri: ours.uri, authorUri: ours.authorUri! }, at(5))),
  ).rejects.toMatchObject({ code: "not-found" });
});

test("its author takes it back and nothing of it stays; a neighbour on the same server does not", async () => {
  const proposal = await aProposal(city, { now });
  const comment = await aRemoteComment(city, { on: proposal, html: "<p>Regret</p>", now });
  await aComment(city, { on: comment, now });
  const neighbour = await aStranger(city, { now });
  await expect(inTransaction((tx) => receiveCommentDelete(tx, comment.uri, neighbour.uri, now))).rejects.toMatchObject({
    code: "not-allowed",
  });
  await inTransaction((tx) => receiveCommentDelete(tx, comment.uri, comment.authorUri!, at(1)));
  await inTransaction((tx) => receiveCommentDelete(tx, comment.uri, comment.authorUri!, at(2)));
  expect(await getComment(db.sql, comment.uri)).toMatchObject({ body: "", deletedAt: at(1) });
  expect(await commentsUnder(proposal.uri)).toBe(1);
  const author = await aStranger(city, { handle: comment.authorHandle!, now });
  const again = aRemoteText(author, proposal, { uri: comment.uri, now });
  await expect(inTransaction((tx) => receiveComment(tx, again, at(3)))).rejects.toMatchObject({ code: "gone" });
});

test("what was deleted before it arrived has no effect, and only for who deleted it", async () => {
  const proposal = await aProposal(city, { now });
  const author = await aStranger(city, { now });
  const neighbour = await aStranger(city, { now });
  const said = aRemoteText(author, proposal, { now });
  await expect(
    inTransaction((tx) => receiveCommentDelete(tx, said.uri, "https://evil.example/users/x", now)),
  ).rejects.toMatchObject({ code: "not-allowed" });
  await inTransaction((tx) => receiveCommentDelete(tx, said.uri, neighbour.uri, now));
  const other = aRemoteText(author, proposal, { now });
  await inTransaction((tx) => receiveCommentDelete(tx, other.uri, neighbour.uri, now));
  await inTransaction((tx) => receiveCommentDelete(tx, other.uri, author.uri, now));
  expect(await inTransaction((tx) => receiveComment(tx, said, now))).toBe("published");
  await expect(inTransaction((tx) => receiveComment(tx, other, now))).rejects.toMatchObject({ code: "gone" });
  expect(await findComment(db.sql, other.uri)).toBeNull();
});

test("nobody speaks to what is unknown, closed, hidden or deleted here", async () => {
  const author = await aStranger(city, { now });
  const receive = (on: { uri: string }) =>
    inTransaction((tx) => receiveComment(tx, aRemoteText(author, on, { now }), now));
  const closed = await aProposal(city, { process: await aProcess(city, { permits: ["propose"], now }), now });
  const by = await aResident(city, { now });
  const deleted = await aComment(city, { on: await aProposal(city, { now }), by, now });
  await deleteComment(db.sql, by, deleted.uri, now);
  await expect(receive({ uri: "https://bilbao.test/comments/none" })).rejects.toMatchObject({ code: "not-found" });
  await expect(receive(closed)).rejects.toMatchObject({ code: "phase-closed" });
  await expect(receive(deleted)).rejects.toMatchObject({ code: "gone" });
});

test("nobody speaks under an address of another server, nor of ours", async () => {
  const proposal = await aProposal(city, { now });
  const author = await aStranger(city, { now });
  for (const uri of ["https://other.example/notes/1", city.uris.comment(randomUUID())]) {
    const said = aRemoteText(author, proposal, { uri, now });
    await expect(inTransaction((tx) => receiveComment(tx, said, now))).rejects.toMatchObject({ code: "forged" });
  }
  const ours = await aComment(city, { on: proposal, now });
  await expect(inTransaction((tx) => receiveCommentDelete(tx, ours.uri, ours.authorUri!, now))).rejects.toMatchObject({
    code: "not-allowed",
  });
});

test("what a limited server sends waits for a moderator; a blocked one is refused and leaves the page", async () => {
  const proposal = await aProposal(city, { now });
  const limited = await aStranger(city, { host: "limited.example", now });
  const blocked = await aStranger(city, { host: "blocked.example", now });
  await aRemoteComment(city, { on: proposal, by: blocked, now });
  await inTransaction((tx) => decidePeer(tx, { host: "limited.example", policy: "limited", reason: "" }, now));
  await inTransaction((tx) => decidePeer(tx, { host: "blocked.example", policy: "blocked", reason: "" }, now));

  const held = await aRemoteComment(city, { on: proposal, by: limited, now });
  expect(standingOf(held)).toBe("held");
  const request = { order: "oldest", sizeRows: 20, after: null, before: null } as const;
  expect((await listThread(db.sql, proposal.uri, request)).rows).toEqual([]);
  const { rows } = await listReports(db.sql, city.administrator, { state: "open" }, request);
  expect(rows[0]).toMatchObject({ category: "held", things: [{ uri: held.uri }] });

  await reinstateSubject(db.sql, city.administrator, held.uri, now);
  expect((await listThread(db.sql, proposal.uri, request)).rows.map((branch) => branch.root.uri)).toEqual([held.uri]);
  const said = aRemoteText(blocked, proposal, { now });
  await expect(inTransaction((tx) => receiveComment(tx, said, now))).rejects.toMatchObject({ code: "peer-blocked" });
});

test("the city whose thread it is takes a voice off it here too, and nobody else's city does", async () => {
  const porto = await aStranger(city, { handle: "ruas", host: "porto.test", type: "Group", now });
  const uri = "https://porto.test/processes/ruas";
  const id = randomUUID();
  await inTransaction(async (tx) => {
    const subject = { uri, id, kind: "process", origin: "https://porto.test", url: uri, authorId: porto.id } as const;
    await enterSubject(tx, {
      ...subject,
      authorName: "",
      processUri: uri,
      title: "Ruas",
      language: "pt",
      publishedAt: now,
    });
    await tx`
      insert into process (uri, id, handle, actor_id, languages, title)
      values (${uri}, ${id}, 'ruas', ${porto.id}, ${["pt"]}, ${tx.json({ pt: "Ruas" })})`;
  });
  const comment = await aRemoteComment(city, { on: { uri }, now });
  const ours = await aComment(city, { on: { uri }, now });
  await expect(
    inTransaction((tx) => receiveCommentDelete(tx, comment.uri, "https://porto.test/users/someone", now)),
  ).rejects.toMatchObject({ code: "not-allowed" });
  await inTransaction((tx) => receiveCommentDelete(tx, comment.uri, porto.uri, now));
  expect(await getComment(db.sql, comment.uri)).toMatchObject({ hiddenReason: "porto.test", deletedAt: null });
  await expect(inTransaction((tx) => receiveCommentDelete(tx, ours.uri, porto.uri, now))).rejects.toMatchObject({
    code: "not-allowed",
  });
  expect(await commentsUnder(uri)).toBe(1);
});

test("a clock that runs behind does not put a reply before what it answers", async () => {
  const proposal = await aProposal(city, { now });
  const first = await aComment(city, { on: proposal, now });
  const reply = await aRemoteComment(city, { on: first, publishedAt: at(-3_600), now });
  expect(reply.publishedAt).toEqual(at(-3_600));
  expect(reply.id > first.id).toBe(true);
});

test("a renamed actor is shown by its new name", async () => {
  const author = await aStranger(city, { now });
  const comment = await aRemoteComment(city, { on: await aProposal(city, { now }), by: author, now });
  const {
    id: _id,
    origin: _origin,
    kind: _kind,
    followersCount: _count,
    goneAt: _gone,
    processUri: _uri,
    ...said
  } = author;
  await rememberRemoteActor(db.sql, { ...said, name: "New Name" }, now);
  expect((await getComment(db.sql, comment.uri)).authorName).toBe("New Name");
});
