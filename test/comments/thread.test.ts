// Threads as pages show them: every voice once, in order, by key, bounded; and what stands where one is gone.
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Account } from "../../src/accounts/account.ts";
import { deleteComment } from "../../src/comments/actions.ts";
import { type Comment, standingOf } from "../../src/comments/comment.ts";
import {
  type Branch,
  findCommentById,
  listReplies,
  listReplyUris,
  listThread,
  repliesShownMax,
  type ThreadOrder,
} from "../../src/comments/queries.ts";
import { hideSubject } from "../../src/moderation/actions.ts";
import { decodeKey, type Page } from "../../src/platform/pagination.ts";
import { findSubject } from "../../src/subjects/queries.ts";
import { type Stance, stances } from "../../src/subjects/subject.ts";
import { aCity, aComment, aProposal, aResident, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";

const now = new Date("2026-03-01T12:00:00Z");
const at = (seconds: number) => new Date(+now + seconds * 1_000);
let db: TestDatabase;
let city: City;
let by: Account;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db, { now });
  by = await aResident(city, { now });
});
afterAll(() => db.drop());

const firstPage = { after: null, before: null };

/** Walks a list by its cursors to the last page, then back to the first: both ways must show the same. */
async function walk<Row>(
  load: (key: { after: Page<Row>["older"]; before: Page<Row>["newer"] }) => Promise<Page<Row>>,
): Promise<{ there: Row[][]; back: Row[][] }> {
  const there: Row[][] = [];
  const back: Row[][] = [];
  let page = await load(firstPage);
  for (there.push([...page.rows]); page.older !== null; there.push([...page.rows])) {
    page = await load({ after: page.older, before: null });
  }
  for (back.unshift([...page.rows]); page.newer !== null; back.unshift([...page.rows])) {
    page = await load({ after: null, before: page.newer });
  }
  return { there, back };
}

const pages = (uri: string, order: ThreadOrder, stance: Stance | null, sizeRows: number) =>
  walk<Branch>(({ after, before }) =>
    listThread(db.sql, uri, {
      order,
      stance,
      sizeRows,
      after: after === null ? null : decodeKey(after),
      before: before === null ? null : decodeKey(before),
    }),
  );

test("pages show each voice once, in order, there and back, whatever their size", async () => {
  const on = await aProposal(city, { by, now });
  const said: Comment[] = [];
  for (let n = 0; n < 11; n += 1) {
    said.push(await aComment(city, { on, by, stance: stances[n % 3]!, now: at(Math.floor(n / 2)) }));
  }
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom<ThreadOrder>("oldest", "newest"),
      fc.constantFrom(null, ...stances),
      fc.integer({ min: 1, max: 13 }),
      async (order, stance, sizeRows) => {
        const expected = said
          .filter((comment) => stance === null || comment.stance === stance)
          .map((comment) => comment.uri);
        if (order === "newest") expected.reverse();
        const { there, back } = await pages(on.uri, order, stance, sizeRows);
        expect(there.flat().map((branch) => branch.root.uri)).toEqual(expected);
        expect(back).toEqual(there);
        expect(there.every((page) => page.length <= sizeRows)).toBe(true);
      },
    ),
    { numRuns: 40 },
  );
});

test("a cursor that is none of ours names no page", async () => {
  const on = await aProposal(city, { by, now });
  const request = { order: "oldest", sizeRows: 5, before: null, after: ["'; drop table comment"] } as const;
  await expect(listThread(db.sql, on.uri, request)).rejects.toMatchObject({ code: "not-found" });
});

test("a branch shows its first replies, and its own page all of them", async () => {
  const on = await aProposal(city, { by, now });
  const root = await aComment(city, { on, by, now });
  const replies = [await aComment(city, { on: root, by, now: at(1) })];
  for (let n = 2; n <= repliesShownMax + 3; n += 1) {
    replies.push(await aComment(city, { on: replies[n % replies.length]!, by, now: at(n) }));
  }
  await aComment(city, { on: await aComment(city, { on, by, now: at(1) }), by, now: at(2) });
  const [branch, other] = (await listThread(db.sql, on.uri, { order: "oldest", sizeRows: 20, ...firstPage })).rows;
  const uris = replies.map((reply) => reply.uri);
  expect(branch!.replies.map((reply) => reply.uri)).toEqual(uris.slice(0, repliesShownMax));
  expect(branch!.hasMoreReplies).toBe(true);
  expect(other).toMatchObject({ replies: [{ depth: 1 }], hasMoreReplies: false });

  const all = await walk<Comment>(({ after, before }) =>
    listReplies(db.sql, root, {
      sizeRows: 4,
      after: after === null ? null : decodeKey(after),
      before: before === null ? null : decodeKey(before),
    }),
  );
  expect(all.there.flat().map((reply) => reply.uri)).toEqual(uris);
  expect(all.back).toEqual(all.there);
  const direct = await listReplies(db.sql, replies[0]!, { sizeRows: 50, ...firstPage });
  expect(direct.rows.map((reply) => reply.uri)).toEqual(
    replies.filter((reply) => reply.parentUri === replies[0]!.uri).map((reply) => reply.uri),
  );
});

test("what is deleted keeps its place only where someone replied; what is hidden says so", async () => {
  const on = await aProposal(city, { by, now });
  const [answered, alone, hidden] = [
    await aComment(city, { on, by, now }),
    await aComment(city, { on, by, now }),
    await aComment(city, { on, by, now }),
  ];
  await aComment(city, { on: answered!, by, now });
  await deleteComment(db.sql, by, answered!.uri, now);
  await deleteComment(db.sql, by, alone!.uri, now);
  await hideSubject(db.sql, city.administrator, hidden!.uri, "Insults", now);
  const { rows } = await listThread(db.sql, on.uri, { order: "oldest", sizeRows: 20, ...firstPage });
  expect(rows.map(({ root }) => [root.uri, standingOf(root), root.hiddenReason])).toEqual([
    [answered!.uri, "deleted", ""],
    [hidden!.uri, "hidden", "Insults"],
  ]);
  expect((await findCommentById(db.sql, alone!.id))!.deletedAt).not.toBeNull();
  expect(await findCommentById(db.sql, "not-an-id")).toBeNull();
});

test("the collection other servers read has as many voices as it says", async () => {
  const on = await aProposal(city, { by, now });
  const comment = await aComment(city, { on, by, now });
  const reply = await aComment(city, { on: comment, by, now: at(1) });
  const hidden = await aComment(city, { on: comment, by, now: at(2) });
  await hideSubject(db.sql, city.administrator, hidden.uri, "Insults", now);
  for (const subject of [on, comment]) {
    const listed = await listReplyUris(db.sql, subject.uri, { before: null, limit: 50 });
    expect(listed).toHaveLength((await findSubject(db.sql, subject.uri))!.commentCount);
  }
  const [newest] = await listReplyUris(db.sql, on.uri, { before: null, limit: 1 });
  expect(newest!.uri).toBe(reply.uri);
  const rest = await listReplyUris(db.sql, on.uri, { before: newest!.id, limit: 50 });
  expect(rest.map((row) => row.uri)).toEqual([comment.uri]);
});
