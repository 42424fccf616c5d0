// One search over everything public, walked through by its words.
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { searchSubjects } from "../../src/subjects/search-queries.ts";
import { searchPages } from "../../src/web/search.ts";
import { aCity, aProcess, aProposal, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";
import { openVisitor } from "../support/visit.ts";
import { sampleOrigin } from "./sample-city.ts";
import { openSampleShell, type SampleShell } from "./sample-shell.ts";

const now = new Date("2026-03-01T12:00:00Z");
let db: TestDatabase;
let city: City;
let sample: SampleShell;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db, { now });
  sample = openSampleShell();
  sample.app.route("/", searchPages({ sql: db.sql }));
});
afterAll(() => db.drop());
afterEach(() => expect(sample.faults).toEqual([]));

const visitor = () => openVisitor((request) => sample.app.fetch(request), sampleOrigin);
const firstPage = { sizeRows: 20, after: null, before: null };
const titlesFor = async (text: string) =>
  (await searchSubjects(db.sql, { text, kind: null }, firstPage)).rows.map(({ title }) => title);

test("finds titles by the beginnings of words, without regard to accents and order", async () => {
  await aProcess(city, { title: "Pla d’Habitatge de Núria", now });
  await aProcess(city, { title: "مسار السَّكَن الاجتماعي", now });
  expect(await titlesFor("nuria habit")).toEqual(["Pla d’Habitatge de Núria"]);
  expect(await titlesFor("NÚRIA")).toEqual(["Pla d’Habitatge de Núria"]);
  expect(await titlesFor("السكن")).toEqual(["مسار السَّكَن الاجتماعي"]);
  expect(await titlesFor("nuria nowhere")).toEqual([]);
});

test.each(["", "   ", "& | !", "':*", "a:*b", "\\", "%", "(", "<->", "\u0301"])("%j is no fault", async (text) => {
  expect(Array.isArray(await titlesFor(text))).toBe(true);
});

test("what is a draft or hidden is not found", async () => {
  const process = await aProcess(city, { title: "Zeppelin harbour", now });
  await aProcess(city, { title: "Zeppelin drafts", isDraft: true, now });
  expect(await titlesFor("zeppelin")).toEqual(["Zeppelin harbour"]);
  await db.sql`update subject set hidden_at = now() where uri = ${process.uri}`;
  expect(await titlesFor("zeppelin")).toEqual([]);
});

test("a reader searches, narrows by kind, and turns the page there and back", async () => {
  const process = await aProcess(city, { title: "Cycling in winter", now });
  for (let made = 1; made <= 22; made += 1) await aProposal(city, { process, title: `Cycling lane ${made}`, now });
  const reader = visitor();
  await reader.open("/search");
  await reader.fill("Search", "cycling").press("Search", { near: "Search" });
  expect(reader.all("h1")).toEqual(["Search: cycling"]);
  expect(reader.all("h3")).toHaveLength(20);
  await reader.follow("Next page");
  expect(reader.all("h3")).toEqual(["Cycling lane 2", "Cycling lane 1", "Cycling in winter"]);
  await reader.follow("Previous page");
  expect(reader.all("h3")[0]).toBe("Cycling lane 22");
  await reader.open("/search?q=cycling&kind=process");
  expect(reader.all("h3")).toEqual(["Cycling in winter"]);
  expect(reader.linkTo("Cycling in winter")).toBe(new URL(process.uri).pathname);
});

test("words that are nowhere get advice, and a cursor that is none gets 404", async () => {
  const reader = visitor();
  await reader.open("/search?q=xyzzy");
  expect(reader.text).toContain("Nothing has these words in its title");
  await reader.open("/search?q=cycling&after=WzFd");
  expect(reader.status).toBe(404);
});

test("stays within its index", async () => {
  const plan = await db.sql.begin(async (tx) => {
    await tx`set local enable_seqscan = off`;
    return await tx`explain select id from subject
      where title <> '' and published_at is not null and hidden_at is null and deleted_at is null
        and to_tsvector('simple', folded(title)) @@ to_tsquery('simple', 'cycling')`;
  });
  expect(JSON.stringify(plan)).toContain("subject_words");
});
