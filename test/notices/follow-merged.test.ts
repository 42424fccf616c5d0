// Following a category that goes into another, or is offered no more: nobody loses what they asked for, nobody is asked again.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Account } from "../../src/accounts/account.ts";
import { categoryHandlers } from "../../src/desk/category-jobs.ts";
import { whatArrived, whatIsTold } from "../../src/front/told-queries.ts";
import { follow, setRhythmOf, unfollow } from "../../src/notices/following-actions.ts";
import { isFollowing, listFollowings } from "../../src/notices/following-queries.ts";
import { noticeHandlers } from "../../src/notices/jobs.ts";
import { askToFollowByMail, confirmMailFollowing } from "../../src/notices/mail-following-actions.ts";
import { drain } from "../../src/platform/job-drain.ts";
import { openMailbox } from "../../src/platform/mail.ts";
import { addCategory } from "../../src/processes/actions.ts";
import { categoryUri } from "../../src/processes/category.ts";
import { mergeCategories, retireCategory } from "../../src/processes/category-actions.ts";
import type { Process } from "../../src/processes/process.ts";
import { aCity, aGuest, aMeeting, aProcess, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";

let db: TestDatabase;
let city: City;
let process: Process;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db);
  process = await aProcess(city);
});
afterAll(() => db.drop());

const mailbox = openMailbox(() => new Date());
const clock = { now: () => new Date() };
const settle = () =>
  drain(db.sql, {
    ...categoryHandlers({ sql: db.sql, clock }),
    ...noticeHandlers({
      ...city,
      clock,
      mailer: mailbox,
      secret: "s".repeat(40),
      findCity: () => Promise.resolve({ name: "Bilbao", timeZone: "Europe/Madrid" }),
      whatIsTold,
      whatArrived,
    }),
  });

/** Two categories, with the addresses by which they are followed in the process. */
async function two() {
  const add = (name: string) =>
    addCategory(db.sql, city.administrator, { name: { en: name }, parentId: null }, new Date());
  const [id, intoId] = [await add("Trees"), await add("Parks")];
  const merge = async () => {
    await mergeCategories(db.sql, city.administrator, { id, intoId, moves: {} }, new Date());
    await settle();
  };
  return { id, intoId, trees: categoryUri(process.uri, id), parks: categoryUri(process.uri, intoId), merge };
}

const byMail = async (email: string, subjectUri: string, isConfirmed: boolean): Promise<string> => {
  await askToFollowByMail(db.sql, { email, subjectUri, locale: "en" }, new Date());
  const [row] = await db.sql<{ id: string }[]>`
    select id from mail_following where email = ${email} and subject_uri = ${subjectUri}`;
  if (isConfirmed) await confirmMailFollowing(db.sql, row!.id, new Date());
  return row!.id;
};
const waitingOf = async ({ id }: Account) =>
  await db.sql<{ followedUri: string; mail: string }[]>`
    select followed_uri, mail from notice where account_id = ${id} and mailed_at is null`;

test("who follows one of two that become one follows it, also when they had left the other", async () => {
  const { trees, parks, merge } = await two();
  const [left, leftTheOther, neither] = [await aGuest(city), await aGuest(city), await aGuest(city)];
  await follow(db.sql, left, parks, new Date());
  await unfollow(db.sql, left.id, parks, new Date());
  await follow(db.sql, left, trees, new Date());
  await setRhythmOf(db.sql, left, trees, "weekly");
  await follow(db.sql, leftTheOther, trees, new Date());
  await unfollow(db.sql, leftTheOther.id, trees, new Date());
  await follow(db.sql, leftTheOther, parks, new Date());
  await follow(db.sql, neither, trees, new Date());
  await unfollow(db.sql, neither.id, trees, new Date());
  await merge();
  expect(await isFollowing(db.sql, left.id, parks)).toBe(true);
  expect(await db.sql`select mail from following where account_id = ${left.id}`).toEqual([{ mail: "weekly" }]);
  expect(await isFollowing(db.sql, leftTheOther.id, parks)).toBe(true);
  expect(await isFollowing(db.sql, neither.id, parks)).toBe(false);
});

test("what waits to be mailed goes by what is followed from now on", async () => {
  const { id, trees, parks, merge } = await two();
  const [ends, seldom] = [await aGuest(city), await aGuest(city)];
  for (const reader of [ends, seldom]) await follow(db.sql, reader, trees, new Date());
  await aMeeting(city, { process, categoryId: id, title: "A walk under trees" });
  await settle();
  await merge();
  for (const reader of [ends, seldom])
    expect((await waitingOf(reader)).map(({ followedUri }) => followedUri)).toEqual([parks]);
  await unfollow(db.sql, ends.id, parks, new Date());
  expect((await waitingOf(ends)).map(({ mail }) => mail)).toEqual(["never"]);
  await setRhythmOf(db.sql, seldom, parks, "weekly");
  expect((await waitingOf(seldom)).map(({ mail }) => mail)).toEqual(["weekly"]);
});

test("an address that was confirmed for one of them stays so, with its links and with what waits for it", async () => {
  const { id, trees, parks, merge } = await two();
  await byMail("first@example.org", trees, true);
  await byMail("first@example.org", parks, false);
  await byMail("second@example.org", trees, false);
  const second = await byMail("second@example.org", parks, true);
  await byMail("both@example.org", trees, true);
  const both = await byMail("both@example.org", parks, true);
  const alone = await byMail("alone@example.org", trees, true);
  const [first] = await db.sql<{ id: string }[]>`
    select id from mail_following where email = 'first@example.org' and subject_uri = ${trees}`;
  await aMeeting(city, { process, categoryId: id, title: "Another walk" });
  await settle();
  await merge();
  const rows = await db.sql<{ email: string; id: string; waits: number }[]>`
    select email, id, (select count(*)::int from mail_following_notice where mail_following_id = mail_following.id) as waits
    from mail_following where subject_uri in (${trees}, ${parks}) and confirmed_at is not null order by email`;
  expect(rows).toEqual([
    { email: "alone@example.org", id: alone, waits: 1 },
    { email: "both@example.org", id: both, waits: 1 },
    { email: "first@example.org", id: first!.id, waits: 1 },
    { email: "second@example.org", id: second, waits: 0 },
  ]);
  expect(await db.sql`select from mail_following where subject_uri in (${trees}, ${parks})`).toHaveLength(4);
});

test("a category that is offered no more is not followed anew; who follows it may end it", async () => {
  const { id, trees } = await two();
  const [reader, late] = [await aGuest(city), await aGuest(city)];
  await follow(db.sql, reader, trees, new Date());
  await retireCategory(db.sql, city.administrator, id, new Date());
  const over = { code: "category-over" };
  await expect(follow(db.sql, late, trees, new Date())).rejects.toMatchObject(over);
  await expect(byMail("late@example.org", trees, false)).rejects.toMatchObject(over);
  const first = { sizeRows: 9, after: null, before: null };
  expect((await listFollowings(db.sql, reader.id, first)).rows.map(({ uri }) => uri)).toEqual([trees]);
  await unfollow(db.sql, reader.id, trees, new Date());
  expect(await isFollowing(db.sql, reader.id, trees)).toBe(false);
});

test("by the address of a category that went into another that one is followed, and ended", async () => {
  const { trees, parks, merge } = await two();
  await merge();
  const reader = await aGuest(city);
  await follow(db.sql, reader, trees, new Date());
  expect(await isFollowing(db.sql, reader.id, parks)).toBe(true);
  await unfollow(db.sql, reader.id, trees, new Date());
  expect(await isFollowing(db.sql, reader.id, parks)).toBe(false);
});

test("a category is followed in a process that offers it alone", async () => {
  const { id, intoId } = await two();
  const own = await aProcess(city, { categoryIds: [id] });
  const reader = await aGuest(city);
  await expect(follow(db.sql, reader, categoryUri(own.uri, intoId), new Date())).rejects.toMatchObject({
    code: "not-found",
  });
  await follow(db.sql, reader, categoryUri(own.uri, id), new Date());
  expect(await isFollowing(db.sql, reader.id, categoryUri(own.uri, id))).toBe(true);
});
