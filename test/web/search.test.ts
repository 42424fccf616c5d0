// One search over everything public, walked through by its words.
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { deleteComment } from "../../src/comments/actions.ts";
import { searchSubjects } from "../../src/subjects/search-queries.ts";
import { excerpt, searchPages } from "../../src/web/search.ts";
import { aCity, aComment, aProcess, aProposal, aResident, type City } from "../support/build.ts";
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
  expect(reader.all("h3")).toEqual(["Cycling lane 3", "Cycling lane 2", "Cycling lane 1"]);
  expect(reader.all("title")).toEqual([expect.stringMatching(/^Search: cycling, page 2 · /)]);
  expect(reader.text).toContain("Page 2");
  await reader.follow("Previous page");
  expect(reader.all("h3").slice(0, 2)).toEqual(["Cycling in winter", "Cycling lane 22"]);
  expect(reader.all("title")).toEqual([expect.stringMatching(/^Search: cycling · /)]);
  await reader.open("/search?q=cycling&kind=process");
  expect(reader.all("h3")).toEqual(["Cycling in winter"]);
  expect(reader.linkTo("Cycling in winter")).toBe(new URL(process.uri).pathname);
});

test("words that are nowhere get advice, and a cursor that is none gets 404", async () => {
  const reader = visitor();
  await reader.open("/search?q=xyzzy");
  expect(reader.text).toContain("Nothing has these words");
  await reader.open("/search?q=cycling&after=WzFd");
  expect(reader.status).toBe(404);
});

test("finds words of the text in other forms of their language", async () => {
  const process = await aProcess(city, { title: "Neighbourhood streets", now });
  const body = "Children crossing the avenues need **wider** pavements &amp; slower cars.";
  const proposal = await aProposal(city, { process, title: "Safer ways to school", body, now });
  await aProposal(city, {
    process,
    title: "Sombra a les places",
    body: "Plantem arbres caducifolis.",
    language: "ca",
    now,
  });
  expect(await titlesFor("crossings bridge avenue")).toEqual([]);
  expect(await titlesFor("crossed avenue")).toEqual(["Safer ways to school"]);
  expect(await titlesFor("arbre caducifoli")).toEqual(["Sombra a les places"]);
  await aComment(city, { on: proposal, body: "The pelican crossing is broken.", now });
  const reader = visitor();
  await reader.open("/search?q=pelican");
  expect(reader.all("h3")).toEqual(["About: Safer ways to school"]);
  expect(reader.all("mark")).toEqual(["pelican"]);
  await reader.open("/search?q=pelican&lang=ca", { "accept-language": "ca" });
  expect(reader.html).toMatch(/<span lang="en"[^>]*>Safer ways to school<\/span>/);
  await reader.open("/search?q=pavement&language=ca");
  expect(reader.text).toContain("Nothing has these words");
  await reader.open("/search?q=pavement&place=here&kind=proposal&language=en");
  expect(reader.all("h3")).toEqual(["Safer ways to school"]);
});

test("a typing error is forgiven where nothing fits, and says so", async () => {
  await aProcess(city, { title: "Velodrome quarter", now });
  const reader = visitor();
  await reader.open("/search?q=velodrmoe");
  expect(reader.text).toContain("Nothing has exactly these words");
  expect(reader.all("h3")).toEqual(["Velodrome quarter"]);
});

test("what is in several languages is found once, in the reader's", async () => {
  const process = await aProcess(city, { title: "Quiet Saturday", now });
  await db.sql`update process set title = title || '{"ca": "Dissabte tranquil"}' where uri = ${process.uri}`;
  expect(await titlesFor("dissabte")).toEqual(["Dissabte tranquil"]);
  expect(await titlesFor("saturday")).toEqual(["Quiet Saturday"]);
  await db.sql`update process set title = '{"ca": "Dissabte tranquil"}' where uri = ${process.uri}`;
  expect(await titlesFor("saturday")).toEqual([]);
});

test("an erased text can be found no more, and no word of it is kept", async () => {
  const process = await aProcess(city, { title: "Open ears", now });
  const author = await aResident(city, { now });
  const comment = await aComment(city, { on: process, by: author, body: "Xylophone lessons", now });
  expect((await searchSubjects(db.sql, { text: "xylophone", kind: null }, firstPage)).rows).toHaveLength(1);
  await deleteComment(db.sql, author, comment.uri, now);
  expect(await db.sql`select from search_entry where uri = ${comment.uri}`).toEqual([]);
});

test("stays within its indexes", async () => {
  const plans = await db.sql.begin(async (tx) => {
    await tx`set local enable_seqscan = off`;
    return [
      await tx`explain select uri from search_entry where words @@ to_tsquery('english', 'cycling')`,
      await tx`explain select uri from search_entry where title <> '' and folded('cycling') <% folded(title)`,
    ];
  });
  expect(JSON.stringify(plans)).toContain("search_entry_words");
  expect(JSON.stringify(plans)).toContain("search_entry_title");
});

test("a table is quoted in its words, without its lines", () => {
  const body = "Streets | street | shade | | --- | :---: | | Molí | 40 %| Forn | 12 % |";
  expect(excerpt(body, "shade").toString()).toBe("Streets · street · <mark>shade</mark> · Molí · 40 % · Forn · 12 %");
});
