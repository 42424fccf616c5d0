// One category after the other goes into the next: nothing stays on one that is offered no more.
import { afterAll, beforeAll, expect, test } from "vitest";
import { categoryHandlers } from "../../src/desk/category-jobs.ts";
import { countUse } from "../../src/desk/category-queries.ts";
import { follow } from "../../src/notices/following-actions.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { drain } from "../../src/platform/job-drain.ts";
import { Later } from "../../src/platform/jobs.ts";
import { addCategory } from "../../src/processes/actions.ts";
import { categoryUri } from "../../src/processes/category.ts";
import { bringBackCategory, mergeCategories, renameCategory } from "../../src/processes/category-actions.ts";
import { checkCategories, listProcessCategories } from "../../src/processes/queries.ts";
import { aCity, aGuest, aMeeting, aProcess, aProposal, aResident, aResult, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";

const now = new Date("2026-03-01T12:00:00Z");
let db: TestDatabase;
let city: City;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db, { now });
});
afterAll(() => db.drop());

const add = (name: string) => addCategory(db.sql, city.administrator, { name: { en: name }, parentId: null }, now);
const merge = (id: string, intoId: string) =>
  mergeCategories(db.sql, city.administrator, { id, intoId, moves: {} }, now);
const handlers = () => categoryHandlers({ sql: db.sql, clock: { now: () => now } });
const settle = () => drain(db.sql, handlers(), { now });
const nothing = { processes: 0, proposals: 0, meetings: 0, results: 0 };

/** Does one job to its end, whatever is in line before it. */
async function carryAlone(payload: unknown): Promise<void> {
  const run = handlers()["category-changed"] as (payload: unknown) => Promise<void>;
  try {
    await run(payload);
  } catch (error) {
    if (!(error instanceof Later)) throw error;
    await carryAlone(error.payload);
  }
}

test("what is promised for categories is done in one line, in the order it was decided", async () => {
  const [one, two, three] = [await add("One"), await add("Two"), await add("Three")];
  await renameCategory(db.sql, city.administrator, { id: one, name: { en: "First" } }, now);
  await merge(one, two);
  await merge(two, three);
  const jobs = await db.sql<{ key: string }[]>`select key from job where kind = 'category-changed'`;
  expect(jobs.map(({ key }) => key)).toEqual(["categories", "categories", "categories"]);
  await settle();
});

test("two mergers one after the other leave nothing on the category between, in whatever order they are carried", async () => {
  const [trees, parks, green] = [await add("Trees"), await add("Parks"), await add("Green")];
  const process = await aProcess(city, { categoryIds: [trees], now });
  const by = await aResident(city, { now });
  for (let made = 0; made < 2; made++) await aProposal(city, { process, by, categoryId: trees, now });
  await aMeeting(city, { process, categoryId: trees, now });
  await aResult(city, { process, categoryId: trees, now });
  const reader = await aGuest(city, { now });
  await follow(db.sql, reader, categoryUri(process.uri, trees), now);
  await merge(trees, parks);
  await merge(parks, green);
  const jobs = await db.sql<{ payload: unknown }[]>`
    select payload from job where kind = 'category-changed' order by id desc`;
  expect(jobs).toHaveLength(2);
  for (const { payload } of jobs) await carryAlone(payload);
  for (const id of [trees, parks]) expect(await countUse(db.sql, id)).toEqual(nothing);
  expect(await countUse(db.sql, green)).toEqual({ processes: 1, proposals: 2, meetings: 1, results: 1 });
  expect((await listProcessCategories(db.sql, process.uri)).map(({ id }) => id)).toEqual([green]);
  const followed = await db.sql<{ subjectUri: string }[]>`
    select subject_uri from following where account_id = ${reader.id}`;
  expect(followed.map(({ subjectUri }) => subjectUri)).toEqual([categoryUri(process.uri, green)]);
  await settle();
  expect(await countUse(db.sql, green)).toEqual({ processes: 1, proposals: 2, meetings: 1, results: 1 });
});

test("one that is brought back, and into which the other goes, keeps what it has", async () => {
  const [water, rivers] = [await add("Water"), await add("Rivers")];
  const process = await aProcess(city, { categoryIds: [water, rivers], now });
  await aProposal(city, { process, categoryId: water, now });
  await aProposal(city, { process, categoryId: rivers, now });
  await merge(water, rivers);
  await bringBackCategory(db.sql, city.administrator, water, now);
  await merge(rivers, water);
  await settle();
  expect(await countUse(db.sql, rivers)).toEqual(nothing);
  expect(await countUse(db.sql, water)).toEqual({ processes: 1, proposals: 2, meetings: 0, results: 0 });
});

test("a category that is being written on something goes into another only after that", async () => {
  const noise = await add("Noise");
  await withTransaction(db.sql, async (tx) => {
    await checkCategories(tx, [noise]);
    await expect(db.sql`select from category where id = ${noise} for update nowait`).rejects.toMatchObject({
      code: "55P03",
    });
  });
});
