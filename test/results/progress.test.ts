// How far results are: from an act to the bars and the table above the list's end, and the real plan of 1,467 measures.
import { existsSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { importBarcelona2016 } from "../../src/importers/barcelona-2016/run.ts";
import { hideSubject } from "../../src/moderation/actions.ts";
import { openTranslator } from "../../src/platform/i18n.ts";
import { newId } from "../../src/platform/ids.ts";
import { resultPages } from "../../src/results/pages.ts";
import { progressByCategory, sumOf } from "../../src/results/progress.ts";
import { progressSection } from "../../src/results/progress-views.ts";
import { resultStatuses } from "../../src/results/result.ts";
import type { PageContext } from "../../src/web/context.ts";
import { aCity, aProcess, aResult, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";
import { openRooms, type Rooms } from "../support/room.ts";
import type { Visitor } from "../support/visit.ts";

const folder = join(import.meta.dirname, "../../../shared/data/barcelona-2016");
const isThere = existsSync(join(folder, "action_plans.csv")) && existsSync(join(folder, "meetings.csv"));
const now = new Date("2026-03-10T12:00:00Z");
let db: TestDatabase;
let city: City;
let rooms: Rooms;
let reader: Visitor;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity({ sql: db.sql }, { now });
  rooms = await openRooms(db, city, [resultPages], { now });
  reader = await rooms.visitor();
});
afterAll(async () => {
  await rooms?.[Symbol.asyncDispose]();
  await db?.drop();
});

test("every result is in one category and one place, however they are mixed", () => {
  const row = fc.record({
    status: fc.constantFrom(...resultStatuses),
    name: fc.constant(null),
    said: fc.constantFrom("", "Water", "Trees", "Lamps"),
    count: fc.nat(50),
  });
  fc.assert(
    fc.property(fc.array(row), (rows) => {
      const groups = progressByCategory(rows, ({ said }) => ({ text: said, lang: "en" }));
      const total = rows.reduce((sum, { count }) => sum + count, 0);
      expect(sumOf(groups).total).toBe(total);
      expect(sumOf(groups).counts.reduce((sum, count) => sum + count, 0)).toBe(total);
      expect(new Set(groups.map(({ name }) => name?.text)).size).toBe(groups.length);
      const named = groups.filter(({ name }) => name !== null).map((group) => group.total);
      expect(named).toEqual(named.toSorted((a, b) => b - a));
    }),
  );
});

test("however many categories a copy names, the table has 200 and one row for the rest, and adds up", () => {
  const row = { status: "done", name: null, count: 1 } as const;
  const rows = [...Array.from({ length: 203 }, (_, n) => ({ ...row, said: `Area ${n}` })), { ...row, said: "" }];
  const ctx = { t: openTranslator("en", "UTC") } as PageContext;
  const shown = String(progressSection(ctx, rows, ["en"]));
  const table = shown.slice(shown.indexOf("<table"));
  expect(table.match(/Area \d+/g)).toHaveLength(200);
  expect(table.replace(/<[^>]+>/g, " ").replace(/\s+/g, " ")).toMatch(
    /No category 1 0 0 0 1 3 more categories 3 0 0 0 3 All together 204 0 0 0 204/,
  );
});

test("a result that is published, done or hidden moves the bars; a filtered list has none", async () => {
  const process = await aProcess(city, { now });
  const path = `/processes/${process.handle}/results`;
  expect((await reader.open(path)).text).not.toContain("How far they are");
  const [upper, lower] = [newId(now), newId(now)];
  await city.sql`insert into category (id, name, parent_id) values (${upper}, ${city.sql.json({ en: "Water" })}, null), (${lower}, ${city.sql.json({ en: "Fountains" })}, ${upper})`;
  await aResult(city, { process, now, status: "done", progress: 100, categoryId: lower });
  await aResult(city, { process, now, status: "planned", progress: null, categoryId: upper });
  const rude = await aResult(city, { process, now, status: "dropped", progress: null });
  await reader.open(path);
  expect(reader.text).toContain("1 of 3 are done (33.3%).");
  // What belongs to a lower category is counted under the upper one.
  expect(reader.text).toContain("Water 1 0 1 0 2");
  expect(reader.text).toContain("No category 0 0 0 1 1");
  expect(reader.text).toContain("All together 1 0 1 1 3");
  expect(reader.linkTo("How far they are, all together")).toBe("#progress");
  expect((await reader.open(`${path}?status=done`)).text).not.toContain("are done (");
  await hideSubject(city.sql, city.administrator, rude.uri, "A mistake.", now);
  expect((await reader.open(path)).text).toContain("All together 1 0 1 0 2");
  expect(rooms.faults).toEqual([]);
});

describe.runIf(isThere)("the real plan of Barcelona", () => {
  test("is told in its own categories, and adds up to 1,467", async () => {
    const options = { folder, organisationId: city.organisation.id, now, onProgress: () => {} };
    const { process } = await importBarcelona2016(city, city.administrator, options);
    await reader.open(`/processes/${process.handle}/results`, { "accept-language": "ca" });
    expect(reader.text).toMatch(/0 de 1\.467 estan fets \(0\s%\)\./);
    expect(reader.text).toContain("En total 0 0 1.467 0 1.467");
    const [upper] = await city.sql<{ count: number }[]>`
      select count(distinct coalesce(category.parent_id, category.id))::int as count
      from result join category on category.id = result.category_id where process_uri = ${process.uri}`;
    expect(upper!.count).toBeGreaterThan(3);
    const table = reader.all("table").find((text) => text.includes("En total"))!;
    expect(table.match(/ 0 0 [\d.]+ 0 /g)).toHaveLength(upper!.count + 1);
  });
});
