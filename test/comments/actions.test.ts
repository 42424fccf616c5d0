// Comments on the real database: where one may speak, through whom, once per form, and what is left when it is taken back.
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { deleteComment, editComment, forgetCommenter, publishComment } from "../../src/comments/actions.ts";
import { bodyLengthMax, standingOf } from "../../src/comments/comment.ts";
import { findComment, getComment, listCommentVersions } from "../../src/comments/queries.ts";
import { hideSubject } from "../../src/moderation/actions.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { minuteMs } from "../../src/platform/time.ts";
import { publishNews } from "../../src/processes/news-actions.ts";
import { enterSubject } from "../../src/subjects/actions.ts";
import { likeSubject, unlikeSubject } from "../../src/subjects/like-actions.ts";
import { findSubject } from "../../src/subjects/queries.ts";
import { aCity, aComment, aProcess, aProposal, aResident, aStranger, type City } from "../support/build.ts";
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

const eventsOf = async (uri: string): Promise<string[]> =>
  (await db.sql<{ type: string }[]>`select type from event where subject_uri = ${uri} order by id`).map(
    (row) => row.type,
  );

const commentsUnder = async (uri: string): Promise<number> => (await findSubject(db.sql, uri))!.commentCount;

/** A thing of another city that is kept here, in a process of its own. */
async function aRemoteThing(): Promise<{ uri: string }> {
  const author = await aStranger(city, { host: "porto.test", type: "Group", now });
  const id = randomUUID();
  const uri = `https://porto.test/proposals/${id}`;
  await withTransaction(db.sql, (tx) =>
    enterSubject(tx, {
      uri,
      id,
      kind: "proposal",
      origin: "https://porto.test",
      url: uri,
      authorId: author.id,
      authorName: "",
      processUri: null,
      title: "Um banco",
      language: "pt",
      publishedAt: now,
    }),
  );
  return { uri };
}

test("a comment stands under anything public: a process, its news, a proposal, another comment", async () => {
  const process = await aProcess(city, { now });
  const proposal = await aProposal(city, { process, now });
  const newsUri = await publishNews(
    db.sql,
    city.uris,
    city.administrator,
    { processUri: process.uri, title: "We begin", body: "Come.", language: "en" },
    now,
  );
  for (const on of [process, proposal, { uri: newsUri }]) {
    const comment = await aComment(city, { on, now });
    const reply = await aComment(city, { on: comment, now });
    const deeper = await aComment(city, { on: reply, now });
    expect(comment).toMatchObject({ threadUri: on.uri, parentUri: null, branchUri: null, depth: 0 });
    expect(deeper).toMatchObject({ threadUri: on.uri, parentUri: reply.uri, branchUri: comment.uri, depth: 2 });
    expect(comment.uri).toBe(city.uris.comment(comment.id));
    expect(await commentsUnder(on.uri)).toBe(3);
    expect(await commentsUnder(comment.uri)).toBe(1);
    expect(await commentsUnder(reply.uri)).toBe(1);
    expect(await eventsOf(deeper.uri)).toEqual(["CommentPublished"]);
  }
});

test("it speaks through the person's own actor, else the process, and elsewhere the residents of this city", async () => {
  const proposal = await aProposal(city, { now });
  const process = (await findSubject(db.sql, proposal.processUri))!;
  const withVoice = await aResident(city, { name: "Ane", handle: "ane", now });
  const without = await aResident(city, { name: "Jon", now });
  const elsewhere = await aRemoteThing();

  expect(await aComment(city, { on: proposal, by: withVoice, now })).toMatchObject({
    authorUri: city.uris.actor("ane"),
    authorName: "Ane",
  });
  expect(await aComment(city, { on: proposal, by: without, now })).toMatchObject({
    authorUri: process.authorUri,
    authorName: "Jon",
    isByResident: true,
  });
  const abroad = await aComment(city, { on: elsewhere, by: without, now });
  expect(abroad).toMatchObject({ authorUri: city.uris.actor("bilbao-residents"), authorName: "Jon", origin: null });
  expect(await eventsOf(abroad.uri)).toEqual(["CommentPublished"]);
});

test("the same form sent twice is one comment, also at the same moment", async () => {
  const proposal = await aProposal(city, { now });
  const by = await aResident(city, { now });
  const form = {
    targetUri: proposal.uri,
    parentUri: null,
    stance: "for",
    body: "Yes",
    language: "en",
    once: randomUUID(),
  } as const;
  const published = await Promise.all(
    Array.from({ length: 8 }, () => publishComment(db.sql, city.uris, by, form, now)),
  );
  expect(new Set(published.map((comment) => comment.uri)).size).toBe(1);
  expect(await commentsUnder(proposal.uri)).toBe(1);
  expect(await eventsOf(published[0]!.uri)).toEqual(["CommentPublished"]);
  // The same token from someone else is someone else's comment.
  const other = await publishComment(db.sql, city.uris, await aResident(city, { now }), form, now);
  expect(other.uri).not.toBe(published[0]!.uri);
  // What was taken back does not return when the browser sends its form again.
  await deleteComment(db.sql, by, published[0]!.uri, now);
  expect((await publishComment(db.sql, city.uris, by, form, now)).deletedAt).not.toBeNull();
  expect(await commentsUnder(proposal.uri)).toBe(1);
});

test("nobody speaks where the phase does not let them, nor to what is hidden, gone or unknown", async () => {
  const by = await aResident(city, { now });
  const closed = await aProcess(city, { permits: ["propose", "support"], now });
  await expect(aComment(city, { on: closed, by, now })).rejects.toMatchObject({ code: "phase-closed" });
  await expect(aComment(city, { on: await aProposal(city, { process: closed, now }), by, now })).rejects.toMatchObject({
    code: "phase-closed",
  });
  const proposal = await aProposal(city, { now });
  const draft = await aProposal(city, { isDraft: true, now });
  await expect(aComment(city, { on: draft, by, now })).rejects.toMatchObject({ code: "not-found" });
  await expect(aComment(city, { on: { uri: "https://nowhere.test/x" }, by, now })).rejects.toMatchObject({
    code: "not-found",
  });
  const comment = await aComment(city, { on: proposal, by, now });
  await deleteComment(db.sql, by, comment.uri, now);
  await expect(aComment(city, { on: comment, by, now })).rejects.toMatchObject({ code: "gone" });
  const reply = await aComment(city, { on: await aComment(city, { on: proposal, now }), by, now });
  await hideSubject(db.sql, city.administrator, proposal.uri, "Insults", now);
  await expect(aComment(city, { on: proposal, by, now })).rejects.toMatchObject({ code: "not-found" });
  await expect(aComment(city, { on: reply, by, now })).rejects.toMatchObject({ code: "not-found" });
});

test.each([
  ["no text", { body: " \n\u200b " }, "invalid-input", "body"],
  ["too much text", { body: "a".repeat(bodyLengthMax + 1) }, "too-large", "body"],
  ["no language", { language: "English, please" }, "invalid-input", "language"],
  ["a token that is none", { once: "1; drop table comment" }, "invalid-input", "once"],
])("refuses %s, and says which field", async (_case, wrong, code, field) => {
  const on = await aProposal(city, { now });
  await expect(aComment(city, { on, now, ...wrong })).rejects.toMatchObject({ code, params: { field } });
  expect(await commentsUnder(on.uri)).toBe(0);
});

test("a reply stays in its own thread and takes no side", async () => {
  const [here, there] = [await aProposal(city, { now }), await aProposal(city, { now })];
  const comment = await aComment(city, { on: there, now });
  const by = await aResident(city, { now });
  const reply = { targetUri: here.uri, parentUri: comment.uri, stance: null, body: "No", language: "en" } as const;
  await expect(publishComment(db.sql, city.uris, by, reply, now)).rejects.toMatchObject({ code: "invalid-input" });
  const unseen = { ...reply, parentUri: null, body: "\u200e\u00ad" };
  await expect(publishComment(db.sql, city.uris, by, unseen, now)).rejects.toMatchObject({ params: { field: "body" } });
  await expect(aComment(city, { on: comment, stance: "for", by, now })).rejects.toMatchObject({
    params: { field: "stance" },
  });
});

test("its author changes it within the window; the texts before stay readable", async () => {
  const process = await aProcess(city, { editWindowMinutes: 30, now });
  const by = await aResident(city, { now });
  const comment = await aComment(city, { on: process, by, body: "First", now });
  const edited = await editComment(db.sql, by, comment.uri, { body: "Second", version: 1 }, later(30));
  expect(edited).toMatchObject({ body: "Second", version: 2, editedAt: later(30), updatedAt: later(30) });
  expect((await listCommentVersions(db.sql, comment.uri)).map((text) => text.body)).toEqual(["Second", "First"]);
  expect(await eventsOf(comment.uri)).toEqual(["CommentPublished", "CommentChanged"]);

  await editComment(db.sql, by, comment.uri, { body: "Second", version: 1 }, later(30));
  expect(await eventsOf(comment.uri)).toHaveLength(2);
  const edit = (account: typeof by, version: number, at: Date) =>
    editComment(db.sql, account, comment.uri, { body: "Third", version }, at);
  await expect(edit(by, 1, later(30))).rejects.toMatchObject({ code: "changed-meanwhile" });
  await expect(edit(by, 2, new Date(+later(30) + 1))).rejects.toMatchObject({ code: "edit-window-over" });
  await expect(edit(city.administrator, 2, later(1))).rejects.toMatchObject({ code: "not-allowed" });
  await hideSubject(db.sql, city.administrator, comment.uri, "Off topic", later(1));
  await expect(edit(by, 2, later(2))).rejects.toMatchObject({ code: "edit-window-over" });
});

test("on another node's thing the window is a day", async () => {
  const by = await aResident(city, { now });
  const comment = await aComment(city, { on: await aRemoteThing(), by, now });
  await editComment(db.sql, by, comment.uri, { body: "Better", version: 1 }, later(1_440));
  await expect(editComment(db.sql, by, comment.uri, { body: "Late", version: 2 }, later(1_441))).rejects.toMatchObject({
    code: "edit-window-over",
  });
});

test("its author takes it back for good, hidden or not; what was replied keeps its place", async () => {
  const proposal = await aProposal(city, { now });
  const by = await aResident(city, { now });
  const comment = await aComment(city, { on: proposal, by, stance: "against", body: "Ring the blue door", now });
  await editComment(db.sql, by, comment.uri, { body: "Knock at the blue door", version: 1 }, now);
  const reply = await aComment(city, { on: comment, now });
  await expect(deleteComment(db.sql, city.administrator, comment.uri, now)).rejects.toMatchObject({
    code: "not-allowed",
  });
  await deleteComment(db.sql, by, comment.uri, later(1));
  await deleteComment(db.sql, by, comment.uri, later(2));

  const left = await getComment(db.sql, comment.uri);
  expect(left).toMatchObject({ body: "", deletedAt: later(1) });
  expect(standingOf(left)).toBe("deleted");
  expect(await listCommentVersions(db.sql, comment.uri)).toEqual([]);
  const rows =
    await db.sql`select to_jsonb(c)::text || to_jsonb(s)::text as row from comment c join subject s using (uri) where c.uri = ${comment.uri}`;
  expect(rows[0]!.row).not.toContain("blue door");
  expect(rows[0]!.row).not.toContain(by.name);
  expect(await eventsOf(comment.uri)).toEqual(["CommentPublished", "CommentChanged", "CommentDeleted"]);
  expect(await commentsUnder(proposal.uri)).toBe(1);
  expect((await findComment(db.sql, reply.uri))!.parentUri).toBe(comment.uri);

  const other = await aComment(city, { on: proposal, by, now });
  await hideSubject(db.sql, city.administrator, other.uri, "Spam", now);
  await deleteComment(db.sql, by, other.uri, now);
  expect(await commentsUnder(proposal.uri)).toBe(1);
});

test("a closed account leaves its words and not its name", async () => {
  const proposal = await aProposal(city, { now });
  const by = await aResident(city, { name: "Miren Etxebarria", now });
  const comment = await aComment(city, { on: proposal, by, body: "Good", now });
  await withTransaction(db.sql, (tx) => forgetCommenter(tx, by.id, now));
  const left = await getComment(db.sql, comment.uri);
  expect(left).toMatchObject({ body: "Good", accountId: null });
  expect(left.authorName).toBe("");
  expect(await eventsOf(comment.uri)).toEqual(["CommentPublished", "CommentChanged"]);
});

test("a like counts once per person, also for one who gets an actor of their own in between", async () => {
  const comment = await aComment(city, { on: await aProposal(city, { now }), now });
  const by = await aResident(city, { now });
  const likes = async () => (await findSubject(db.sql, comment.uri))!.likeCount;
  await Promise.all(Array.from({ length: 5 }, () => likeSubject(db.sql, city.uris, by, comment.uri, now)));
  expect(await likes()).toBe(1);
  const withVoice = { ...by, actorId: (await aResident(city, { handle: "leire", now })).actorId };
  await likeSubject(db.sql, city.uris, withVoice, comment.uri, now);
  expect(await likes()).toBe(1);
  await unlikeSubject(db.sql, withVoice, comment.uri, now);
  await unlikeSubject(db.sql, withVoice, comment.uri, now);
  expect(await likes()).toBe(0);
});
