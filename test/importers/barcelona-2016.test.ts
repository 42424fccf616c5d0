// Barcelona's plan of 2016, the real files: every row arrives once, the source's own sums hold, and a wrong file changes nothing.
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findObject } from "../../federation/objects.ts";
import { type Imported, importBarcelona2016, type Progress } from "../../src/importers/barcelona-2016/run.ts";
import { WrongFile } from "../../src/importers/table.ts";
import { listMeetings } from "../../src/meetings/queries.ts";
import { listCategories } from "../../src/processes/queries.ts";
import { changeResult } from "../../src/results/actions.ts";
import { getResult, listResults } from "../../src/results/queries.ts";
import { aCity, aGuest, aResultText, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";

const folder = join(import.meta.dirname, "../../../shared/data/barcelona-2016");
const isThere = existsSync(join(folder, "action_plans.csv")) && existsSync(join(folder, "meetings.csv"));
if (!isThere)
  console.warn("shared data not present: ../shared/data/barcelona-2016; the import of the real files is not tested");

const now = new Date("2026-03-10T10:00:00Z");
const everyRow = 5_000;
let db: TestDatabase;
let city: City;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db, { handle: "barcelona", name: "Barcelona", now });
});
afterAll(async () => await db.drop());

const bring = (from: string, onProgress: (progress: Progress) => void = () => {}, by = city.administrator) =>
  importBarcelona2016(city, by, { folder: from, organisationId: city.organisation.id, now, onProgress });

const resultsOf = ({ process }: Imported) =>
  listResults(db.sql, { processUri: process.uri, before: null, newerThan: null, limit: everyRow });
const meetingsOf = ({ process }: Imported) =>
  listMeetings(db.sql, { processUri: process.uri, when: "past", after: null, before: null, limit: everyRow, now });

/** Everything the node holds, so that "nothing changed" means nothing at all. */
async function digestOf(): Promise<Record<string, string>> {
  const tables = await db.sql<{ name: string }[]>`
    select table_name as name from information_schema.tables where table_schema = 'public' order by 1`;
  const digests: Record<string, string> = {};
  for (const { name } of tables) {
    const [row] = await db.sql.unsafe<{ digest: string }[]>(
      `select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) as digest from "${name}" t`,
    );
    digests[name] = row!.digest;
  }
  return digests;
}

/** A copy of the files with one of them spoilt. */
function spoilt(file: string, spoil: (text: string) => string): string {
  const copy = mkdtempSync(join(tmpdir(), "koinon-import-"));
  spoiltFolders.push(copy);
  cpSync(folder, copy, { recursive: true });
  rmSync(join(copy, file), { force: true });
  writeFileSync(join(copy, file), spoil(readFileSync(join(folder, file), "utf8")));
  return copy;
}
const spoiltFolders: string[] = [];
afterAll(() => {
  for (const copy of spoiltFolders) rmSync(copy, { recursive: true, force: true });
});

describe.runIf(isThere)("the real files", () => {
  const sum = (numbers: readonly (number | null | undefined)[]): number =>
    numbers.reduce<number>((total, number) => total + (number ?? 0), 0);

  test.each([
    [
      "action_plans.csv",
      (text: string) => text.replace("Suports", "Suport"),
      { line: 1, column: "Suports" },
      /column of this name/,
    ],
    [
      "action_plans.csv",
      (text: string) => text.replace(",4,35,2,30,0,", ",4,many,2,30,0,"),
      { line: 2, column: "Suports" },
      /a whole number, found “many”/,
    ],
    [
      "meetings.csv",
      (text: string) => text.replace("11/02/2016", "31/02/2016"),
      { line: 4, column: "Data" },
      /a date as 31\/12\/2016/,
    ],
    [
      "meetings.csv",
      (text: string) => text.replace("\n7,Consells", "\n4,Consells"),
      { line: 4, column: "ID de cita" },
      /line 2 has it/,
    ],
    [
      "meetings.csv",
      (text: string) => text.slice(0, -3).replace(/,[^,]*$/, ""),
      { column: null },
      /quoted where they hold commas/,
    ],
    ["action_plans.csv", () => "", { line: 1, column: null }, /names of the columns/],
  ])("a wrong %s says where and why, and nothing is written", async (file, spoil, place, why) => {
    const before = await digestOf();
    const refused = await bring(spoilt(file, spoil)).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(WrongFile);
    expect(refused).toMatchObject(place);
    expect(String(refused)).toMatch(why);
    expect(String(refused)).toContain(file);
    expect(await digestOf()).toEqual(before);
  });

  test("only an official of the node brings them in", async () => {
    const before = await digestOf();
    const guest = await aGuest(city, { now });
    await expect(bring(folder, () => {}, guest)).rejects.toMatchObject({ code: "not-allowed" });
    expect({ ...(await digestOf()), account: "" }).toEqual({ ...before, account: "" });
  });

  let imported: Imported;
  test("every row arrives, and says how far it is", async () => {
    const seen: Progress[] = [];
    imported = await bring(folder, (progress) => seen.push(progress));
    expect(imported.files).toEqual([
      { file: "action_plans.csv", rows: 1_467, added: 1_467 },
      { file: "meetings.csv", rows: 410, added: 410 },
    ]);
    expect(seen.at(-1)).toEqual({ file: "meetings.csv", done: 410, total: 410 });
    expect(seen.filter(({ file }) => file === "action_plans.csv").map(({ done }) => done)).toEqual([
      250, 500, 750, 1_000, 1_250, 1_467,
    ]);
    expect(imported.process).toMatchObject({
      handle: "pla-municipal-2016",
      origin: null,
      languages: ["ca", "es", "en"],
    });
  });

  test("the sums are those of the files, and none of them is counted as ours", async () => {
    const results = await resultsOf(imported);
    expect(results).toHaveLength(1_467);
    const counted = (name: string) => sum(results.map(({ source }) => source?.counts[name]));
    expect([counted("proposals"), counted("supports"), counted("comments"), counted("participants")]).toEqual([
      8_615, 145_764, 15_828, 158_501,
    ]);
    expect(sum(results.map(({ likeCount, commentCount }) => likeCount + commentCount))).toBe(0);
    const meetings = await meetingsOf(imported);
    expect(meetings).toHaveLength(410);
    expect(sum(meetings.map(({ attendeeCount }) => attendeeCount))).toBe(11_577);
    expect(meetings.filter(({ attendeeCount }) => attendeeCount === null)).toHaveLength(22);
    expect(sum(meetings.map(({ source }) => source?.counts.interventions))).toBe(13_614);
    const [process] =
      await db.sql`select result_count, meeting_count, proposal_count from process where uri = ${imported.process.uri}`;
    expect(process).toEqual({ resultCount: 1_467, meetingCount: 410, proposalCount: 0 });
  });

  test("original ids, addresses, districts and categories are kept, and Catalan is marked as Catalan", async () => {
    const results = await resultsOf(imported);
    const measure = results.find(({ source }) => source?.id === "4790");
    expect(measure).toMatchObject({
      title: "Projecte constructiu de l'Institut Vallcarca",
      language: "ca",
      district: "Gràcia",
      source: {
        url: "https://decidim.barcelona/action_plans/4790",
        counts: { proposals: 9, supports: 605, comments: 60, participants: 161 },
      },
    });
    expect(new Set(results.map(({ language }) => language))).toEqual(new Set(["ca"]));
    expect(results.filter(({ district }) => district === "")).toHaveLength(361);
    const categories = await listCategories(db.sql, imported.process.uri);
    expect(categories.filter(({ parentId }) => parentId === null).map(({ name }) => name.ca)).toEqual([
      "Bon govern",
      "Bon viure",
      "Economia plural",
      "Justícia global",
      "Transició ecològica",
    ]);
    expect(categories).toHaveLength(5 + 29);
    const own = categories.find(({ id }) => id === measure?.categoryId);
    expect(own?.name).toEqual({ ca: "Educació i coneixement" });
    const meeting = (await meetingsOf(imported)).find(({ source }) => source?.id === "4");
    expect(meeting).toMatchObject({
      title: "Consells de barri del Gòtic",
      isDayOnly: true,
      timeZone: "Europe/Madrid",
      language: "ca",
      attendeeCount: 79,
      address: "Carrer del Regomir, 3, 08002 Barcelona, Barcelona, Spain",
    });
    expect(meeting?.startsAt.toISOString()).toBe("2016-02-08T23:00:00.000Z");
  });

  test("no HTML is left in any text, and no paragraph sticks to the one before", async () => {
    const results = await resultsOf(imported);
    expect(results.filter(({ body }) => /<\/?[a-z]|&(amp|lt|nbsp|quot);/i.test(body)).map(({ body }) => body)).toEqual(
      [],
    );
    // Three measures hold nothing but an empty line in the file.
    expect(results.filter(({ body }) => body === "")).toHaveLength(3);
    const schooling = results.find(({ source }) => source?.id === "4790");
    expect(schooling?.body).toMatch(/0 a 18 anys a la zona\.\n\nValorar l'ús/);
  });

  test("another server reads each at its address, and was told of none", async () => {
    const [measure] = (await resultsOf(imported)).filter(({ source }) => source?.id === "3359");
    const object = await findObject(db.sql, city.uris, measure!.uri);
    expect(object).toMatchObject({
      type: "Note",
      attributedTo: city.organisation.uri,
      contentMap: { ca: expect.stringContaining("Millorar els camins escolars") },
      civic: {
        kind: "result",
        status: "planned",
        category: "Mobilitat sostenible",
        source: { id: "3359", counts: { supports: 37 } },
      },
    });
    const [meeting] = await meetingsOf(imported);
    expect(await findObject(db.sql, city.uris, meeting!.uri)).toMatchObject({
      type: "Event",
      timezone: "Europe/Madrid",
      civic: { dayOnly: true },
    });
    const told = await db.sql<{ type: string }[]>`select type from event order by id`;
    expect(told.map(({ type }) => type)).toEqual(["ProcessPublished"]);
  });

  test("a second run changes nothing, not even what was changed here since", async () => {
    const [measure] = await resultsOf(imported);
    await changeResult(db.sql, city.administrator, measure!.uri, aResultText({ title: "As it stands today" }), now);
    const before = await digestOf();
    const again = await bring(folder);
    expect(again.files.map(({ added }) => added)).toEqual([0, 0]);
    expect(await digestOf()).toEqual(before);
    expect((await getResult(db.sql, measure!.uri)).title).toBe("As it stands today");
  });
});
