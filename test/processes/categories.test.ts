// A form names categories by their ids; one that is none of this city's is refused, and the field is said.
import { afterAll, beforeAll, expect, test } from "vitest";
import { draftMeeting } from "../../src/meetings/actions.ts";
import { addCategory } from "../../src/processes/actions.ts";
import { aCity, aMeetingText, aProcess, aProposal, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";

const now = new Date("2026-03-01T12:00:00Z");
let db: TestDatabase;
let city: City;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db, { now });
});
afterAll(() => db.drop());

const unknown = ["01a204a4-4d99-7000-a681-ba25eac6c545", "no id at all", ""];
const field = (name: string) => ({ code: "invalid-input", params: { field: name } });

test.each(unknown)("%j is a category of no proposal, meeting, process or category", async (id) => {
  const process = await aProcess(city, { now });
  await expect(aProposal(city, { process, categoryId: id, now })).rejects.toMatchObject(field("category"));
  const meeting = { ...aMeetingText(now, { categoryId: id }), processUri: process.uri };
  const organisationId = city.organisation.id;
  await expect(
    draftMeeting(db.sql, city.uris, city.administrator, { ...meeting, organisationId }, now),
  ).rejects.toMatchObject(field("category"));
  await expect(aProcess(city, { categoryIds: [id], now })).rejects.toMatchObject(field("categories"));
  const under = { name: { en: "Trees" }, parentId: id };
  await expect(addCategory(db.sql, city.administrator, under, now)).rejects.toMatchObject(field("parent"));
});

test("one of the city's is taken, at both levels", async () => {
  const green = await addCategory(db.sql, city.administrator, { name: { en: "Green" }, parentId: null }, now);
  const trees = await addCategory(db.sql, city.administrator, { name: { en: "Trees" }, parentId: green }, now);
  const process = await aProcess(city, { categoryIds: [green, trees], now });
  expect((await aProposal(city, { process, categoryId: trees, now })).categoryId).toBe(trees);
});
