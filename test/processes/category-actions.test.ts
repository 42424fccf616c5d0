// What the desk does with the city's categories, and what becomes of the things that carry them.
import { afterAll, beforeAll, expect, test } from "vitest";
import { categoryHandlers } from "../../src/desk/category-jobs.ts";
import { countUse } from "../../src/desk/category-queries.ts";
import { getEvent } from "../../src/events.ts";
import { whatIsTold } from "../../src/front/told-queries.ts";
import { changeMeeting } from "../../src/meetings/actions.ts";
import { follow } from "../../src/notices/following-actions.ts";
import { listFollowings } from "../../src/notices/following-queries.ts";
import { drain } from "../../src/platform/job-drain.ts";
import { addCategory } from "../../src/processes/actions.ts";
import { categoryUri } from "../../src/processes/category.ts";
import {
  bringBackCategory,
  mergeCategories,
  moveCategory,
  renameCategory,
  retireCategory,
} from "../../src/processes/category-actions.ts";
import { listCategories, listProcessCategories } from "../../src/processes/queries.ts";
import { editProposal } from "../../src/proposals/actions.ts";
import { getProposal } from "../../src/proposals/queries.ts";
import { findHead } from "../../src/records/queries.ts";
import { getResult } from "../../src/results/queries.ts";
import {
  aCity,
  aGuest,
  aMeeting,
  aMeetingText,
  anOfficial,
  aProcess,
  aProposal,
  aProposalText,
  aResident,
  aResult,
  type City,
} from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";

const now = new Date("2026-03-01T12:00:00Z");
let db: TestDatabase;
let city: City;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db, { now });
});
afterAll(() => db.drop());

const add = (name: string, parentId: string | null = null) =>
  addCategory(db.sql, city.administrator, { name: { en: name }, parentId }, now);
const settle = () => drain(db.sql, categoryHandlers({ sql: db.sql, clock: { now: () => now } }), { now });
const names = async () => (await listCategories(db.sql)).map(({ name }) => name.en);
const acts = async () =>
  await db.sql<{ act: string; before: unknown; after: unknown }[]>`
    select act, before, after from audit where act like 'category-%' and act <> 'category-added' order by id`;
const dataOf = async (uri: string) =>
  JSON.parse((await findHead(db.sql, uri))?.document ?? "{}").data as Record<string, unknown>;

test("a new name reaches what carries it and its records, is logged with both, and told to nobody", async () => {
  const green = await add("Green");
  const process = await aProcess(city, { categoryIds: [green], now });
  const proposal = await aProposal(city, { process, categoryId: green, now });
  const draft = await aProposal(city, { process, categoryId: green, isDraft: true, now });
  const meeting = await aMeeting(city, { process: null, categoryId: green, now });
  const result = await aResult(city, { process, categoryId: green, now });
  await db.sql`delete from event`;
  await renameCategory(db.sql, city.administrator, { id: green, name: { en: "Parks", es: "Parques" } }, now);
  await settle();
  expect((await getProposal(db.sql, proposal.uri)).categoryName).toBe("Parks");
  expect((await dataOf(proposal.uri)).category).toBe("Parks");
  expect((await dataOf(meeting.uri)).category).toBe("Parks");
  expect((await dataOf(result.uri)).category).toBe("Parks");
  expect((await dataOf(process.uri)).categories).toEqual([{ en: "Parks", es: "Parques" }]);
  expect(await findHead(db.sql, draft.uri)).toBeNull();
  const events = await db.sql<{ id: string; type: string }[]>`select id, type from event order by type`;
  expect(events.map(({ type }) => type)).toEqual(["MeetingChanged", "ProposalChanged", "ResultChanged"]);
  for (const { id } of events) expect(await whatIsTold(db.sql, await getEvent(db.sql, id))).toEqual([]);
  expect(await acts()).toEqual([
    { act: "category-renamed", before: { name: { en: "Green" } }, after: { name: { en: "Parks", es: "Parques" } } },
  ]);
  await renameCategory(db.sql, city.administrator, { id: green, name: { es: "Parques", en: "Parks" } }, now);
  expect(await settle()).toBe(0);
});

test("only officials of the node do any of it", async () => {
  const id = await add("Guarded");
  const process = await aProcess(city, { now });
  for (const by of [await aResident(city, { now }), await anOfficial(city, { process, now })]) {
    const refused = { code: "not-allowed" };
    await expect(renameCategory(db.sql, by, { id, name: { en: "X" } }, now)).rejects.toMatchObject(refused);
    await expect(moveCategory(db.sql, by, { id, direction: "up" }, now)).rejects.toMatchObject(refused);
    await expect(retireCategory(db.sql, by, id, now)).rejects.toMatchObject(refused);
    await expect(bringBackCategory(db.sql, by, id, now)).rejects.toMatchObject(refused);
    const merger = { id, intoId: await add("Other"), moves: {} };
    await expect(mergeCategories(db.sql, by, merger, now)).rejects.toMatchObject(refused);
  }
  await expect(renameCategory(db.sql, city.administrator, { id, name: {} }, now)).rejects.toMatchObject({
    code: "invalid-input",
  });
  await db.sql`update category set retired_at = ${now}`;
});

test("they stand in the order the desk gives them, and the first goes no further up", async () => {
  const [one, two, three] = [await add("One"), await add("Two"), await add("Three")];
  const move = (id: string, direction: "up" | "down") =>
    moveCategory(db.sql, city.administrator, { id, direction }, now);
  expect(await names()).toEqual(["One", "Two", "Three"]);
  await move(three, "up");
  expect(await names()).toEqual(["One", "Three", "Two"]);
  await move(one, "up");
  expect(await names()).toEqual(["One", "Three", "Two"]);
  await move(one, "down");
  expect(await names()).toEqual(["Three", "One", "Two"]);
  await retireCategory(db.sql, city.administrator, one, now);
  await move(two, "up");
  expect(await names()).toEqual(["Two", "Three"]);
  await bringBackCategory(db.sql, city.administrator, one, now);
  expect(await names()).toEqual(["Two", "Three", "One"]);
});

test("a retired one stays on what has it, may be kept there, and is given to nothing else", async () => {
  const old = await add("Old");
  const author = await aResident(city, { now });
  const process = await aProcess(city, { now });
  const proposal = await aProposal(city, { process, by: author, categoryId: old, now });
  const meeting = await aMeeting(city, { process, categoryId: old, now });
  await retireCategory(db.sql, city.administrator, old, now);
  expect(await names()).not.toContain("Old");
  expect((await getProposal(db.sql, proposal.uri)).categoryName).toBe("Old");
  const text = aProposalText({ categoryId: old });
  const { version } = proposal;
  expect((await editProposal(db.sql, author, proposal.uri, { ...text, version }, now)).categoryId).toBe(old);
  const input = aMeetingText(now, { categoryId: old });
  expect((await changeMeeting(db.sql, city.uris, city.administrator, meeting.uri, input, now)).categoryId).toBe(old);
  const refused = { code: "invalid-input" };
  await expect(aProposal(city, { process, categoryId: old, now })).rejects.toMatchObject(refused);
  await expect(aMeeting(city, { process, categoryId: old, now })).rejects.toMatchObject(refused);
  await expect(aResult(city, { process, categoryId: old, now })).rejects.toMatchObject(refused);
  await expect(aProcess(city, { categoryIds: [old], now })).rejects.toMatchObject(refused);
  await bringBackCategory(db.sql, city.administrator, old, now);
  expect((await aProposal(city, { process, categoryId: old, now })).categoryId).toBe(old);
});

test("one goes into another with all that carries it, and who followed it follows the other", async () => {
  const [trees, parks] = [await add("Trees"), await add("Parks too")];
  const small = await add("Small trees", trees);
  const process = await aProcess(city, { categoryIds: [trees, parks], now });
  const only = await aProcess(city, { categoryIds: [trees], now });
  const proposal = await aProposal(city, { process, categoryId: trees, now });
  const result = await aResult(city, { process, categoryId: trees, now });
  const [reader, both] = [await aGuest(city, { now }), await aGuest(city, { now })];
  for (const id of [trees, parks]) await follow(db.sql, both, categoryUri(process.uri, id), now);
  await follow(db.sql, reader, categoryUri(process.uri, trees), now);
  const use = await countUse(db.sql, trees);
  expect(use).toEqual({ processes: 2, proposals: 1, meetings: 0, results: 1 });
  await mergeCategories(db.sql, city.administrator, { id: trees, intoId: parks, moves: { ...use } }, now);
  await expect(aProposal(city, { process, categoryId: trees, now })).rejects.toMatchObject({ code: "invalid-input" });
  await settle();
  expect((await getProposal(db.sql, proposal.uri)).categoryId).toBe(parks);
  expect((await getResult(db.sql, result.uri)).categoryId).toBe(parks);
  expect((await dataOf(proposal.uri)).category).toBe("Parks too");
  for (const { uri } of [process, only])
    expect((await listProcessCategories(db.sql, uri)).map(({ id }) => id)).toEqual([parks]);
  expect((await dataOf(only.uri)).categories).toEqual([{ en: "Parks too" }]);
  expect((await listCategories(db.sql)).find(({ id }) => id === small)?.parentId).toBe(parks);
  expect(await countUse(db.sql, trees)).toEqual({ processes: 0, proposals: 0, meetings: 0, results: 0 });
  for (const { id } of [reader, both]) {
    const { rows } = await listFollowings(db.sql, id, { sizeRows: 9, after: null, before: null });
    expect(rows.map(({ uri }) => uri)).toEqual([categoryUri(process.uri, parks)]);
  }
  expect((await acts()).at(-1)).toEqual({
    act: "category-merged",
    before: { name: { en: "Trees" } },
    after: { name: { en: "Parks too" }, ...use },
  });
  const again = { id: parks, intoId: trees, moves: {} };
  await expect(mergeCategories(db.sql, city.administrator, again, now)).rejects.toMatchObject({
    code: "invalid-input",
  });
});

test("more things than one batch follow too", async () => {
  const many = await add("Many");
  const process = await aProcess(city, { now });
  const by = await aResident(city, { now });
  for (let made = 0; made < 52; made++) await aProposal(city, { process, by, categoryId: many, now });
  await renameCategory(db.sql, city.administrator, { id: many, name: { en: "More" } }, now);
  await settle();
  const rows = await db.sql<{ category: string }[]>`
    select distinct record.document::jsonb -> 'data' ->> 'category' as category from record
    join proposal on proposal.uri = record.subject_uri where is_head and category_id = ${many}`;
  expect(rows.map(({ category }) => category)).toEqual(["More"]);
});
