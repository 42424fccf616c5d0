// The pages of processes that everyone reads, walked through by the text of labels, links and buttons.
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { withTransaction } from "../../src/platform/db.ts";
import { dayMs } from "../../src/platform/time.ts";
import { publishNews } from "../../src/processes/news-actions.ts";
import { processPages } from "../../src/processes/pages.ts";
import { keepRemoteProcess } from "../../src/processes/remote.ts";
import { aCity, aGuest, anOfficial, aPhase, aProcess, aStranger, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";
import { openRooms, type Rooms } from "../support/room.ts";

const now = new Date("2026-03-10T10:00:00Z");
let db: TestDatabase;
let city: City;
let rooms: Rooms;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db);
  rooms = await openRooms(db, city, [processPages]);
});
afterAll(async () => {
  expect(rooms.faults).toEqual([]);
  await rooms[Symbol.asyncDispose]();
  await db.drop();
});
beforeEach(() => rooms.setNow(now));

test("the list is searched, filtered by where a process stands, and paged by key", async () => {
  for (let index = 0; index < 25; index += 1) await aProcess(city, { title: `Bridges number ${index}`, now });
  await aProcess(city, { title: "Bridges of tomorrow", phases: [aPhase(now, { startsInDays: 5 })], now });
  await aProcess(city, {
    title: "Bridges of old",
    phases: [aPhase(now, { startsInDays: -20, endsInDays: -5 })],
    now,
  });
  const visitor = await rooms.visitor();
  await visitor.open("/processes?q=bridges+number");
  expect(visitor.all("h3")).toHaveLength(24);
  await visitor.follow("Next page");
  expect(visitor.all("h3")).toEqual(["Bridges number 0"]);
  await visitor.follow("Previous page");
  expect(visitor.all("h3")[0]).toBe("Bridges number 24");
  expect(visitor.all("h3")).toHaveLength(24);
  await visitor.open("/processes");
  visitor.fill("Search", "bridges of").fill("Where it stands", "To come");
  await visitor.press("Show");
  expect(visitor.all("h3")).toEqual(["Bridges of tomorrow"]);
  expect(visitor.text).toMatch(/opens on Mar 15/);
  visitor.fill("Where it stands", "Closed");
  await visitor.press("Show");
  expect(visitor.all("h3")).toEqual(["Bridges of old"]);
  visitor.fill("From", "Other cities");
  await visitor.press("Show");
  expect(visitor.text).toContain("No process matches");
  await visitor.open("/processes?after=nonsense");
  expect(visitor.status).toBe(404);
});

test("a page says what is open now, what is decided, by whom, and how success will be known", async () => {
  const process = await aProcess(city, {
    title: "Squares",
    handle: "squares",
    now,
    description: { en: "With **water**.\n\n<img src=x onerror=alert(1)>" },
    decides: { en: "Which twelve crossings" },
    promoter: { en: "Public space" },
    audience: { en: "Everyone" },
    goals: { en: "Shade for every child" },
    indicator: { code: "11.7.1", name: "Homes near green", unit: "%", baseline: "41", target: "70" },
    phases: [
      aPhase(now, { title: "Ideas", startsInDays: -20, endsInDays: -1, permits: ["propose"] }),
      aPhase(now, { title: "Support", startsInDays: -1, endsInDays: 12, permits: ["support", "comment"] }),
      aPhase(now, { title: "Building", startsInDays: 12, endsInDays: 90, permits: [] }),
    ],
  });
  const visitor = await rooms.visitor();
  await visitor.open(`/processes/${process.handle}`);
  for (const said of [
    "open now · 12 days left",
    "Open to: support proposals and comment.",
    "Nothing to fill in",
    "Which twelve crossings",
    "Public space",
    "Everyone",
    "Shade for every child",
    "Homes near green Today 41 Target 70 %",
    "@squares@bilbao.test",
  ]) {
    expect(visitor.text).toContain(said);
  }
  expect(visitor.html).not.toContain("<img src=x");
  expect(visitor.all("strong")).toContain("water");
  expect(visitor.linkTo("Proposals 0")).toBe("/processes/squares/proposals");
  const arabic = await (await rooms.visitor()).open("/processes/squares", { "accept-language": "ar" });
  expect(arabic.html).toContain('<html lang="ar" dir="rtl"');
  expect(arabic.html).toContain('<h1 lang="en" dir="ltr">Squares</h1>');
});

test("a copy of another city's process says whose it is, how old, and where the original stands", async () => {
  const actor = await aStranger({ sql: db.sql }, { host: "vila.example", handle: "platja", type: "Group" });
  const remote = {
    ...{ uri: "https://vila.example/processes/platja", url: "https://vila.example/processes/platja" },
    ...{ handle: "platja", languages: ["ca"], title: { ca: "La platja" }, summary: { ca: "Què en fem?" } },
    ...{ description: {}, promoter: {}, audience: {}, decides: {}, goals: {}, indicator: null, isPilot: false },
    ...{ pilotArea: "", pilotDecision: null, pilotReasons: "", actorId: actor.id, organisationUri: null },
    phases: [{ ...aPhase(now), title: { ca: "Propostes" } }],
    publishedAt: now,
    updatedAt: now,
  };
  await withTransaction(db.sql, (tx) => keepRemoteProcess(tx, remote, now));
  rooms.setNow(new Date(now.getTime() + 3 * dayMs));
  const visitor = await rooms.visitor();
  await visitor.open("/processes?from=elsewhere");
  await visitor.follow("La platja");
  expect(visitor.text).toContain("From vila.example, kept here since March 10, 2026");
  expect(visitor.text).toContain("last changed there 3 days ago");
  expect(visitor.text).toContain("in Catalan");
  expect(visitor.text).toContain("@platja@vila.example");
  expect(visitor.html).toContain('href="https://vila.example/processes/platja"');
  const official = await rooms.visitor(await anOfficial(city));
  await official.open(visitor.url.pathname);
  expect(official.linkTo("Edit the process")).toBeNull();
  await official.open(`${visitor.url.pathname}/edit`);
  expect(official.status).toBe(404);
});

test("news have a list, pages and a feed", async () => {
  const process = await aProcess(city, { handle: "trees", title: "Trees", now });
  const news = { processUri: process.uri, title: "The first <tree>", body: "It is **here** & grows.", language: "en" };
  await publishNews(db.sql, city.uris, city.administrator, news, now);
  const visitor = await rooms.visitor();
  await visitor.open("/processes/trees");
  await visitor.follow("All news");
  await visitor.follow("Read on its own page: The first <tree>");
  expect(visitor.all("h1")).toEqual(["The first <tree>"]);
  expect(visitor.all("strong")).toContain("here");
  await visitor.open("/processes/trees/feed.atom");
  expect(visitor.headers.get("content-type")).toBe("application/atom+xml; charset=utf-8");
  expect(visitor.html).toContain("<title>The first &lt;tree&gt;</title>");
  expect(visitor.html).toContain("&lt;strong&gt;here&lt;/strong&gt; &amp;amp; grows.");
  await visitor.open("/news/00000000-0000-7000-8000-000000000000");
  expect(visitor.status).toBe(404);
});

test("what does not exist, is a draft, or is not for one is not there", async () => {
  const draft = await aProcess(city, { handle: "secret", isDraft: true, now });
  const [stranger, guest] = [await rooms.visitor(), await rooms.visitor(await aGuest(city))];
  for (const visitor of [stranger, guest]) {
    for (const path of ["/processes/nothing", "/processes/secret", "/processes/secret/news", "/processes/x'--"]) {
      await visitor.open(path);
      expect([path, visitor.status]).toEqual([path, 404]);
    }
  }
  await guest.open("/processes/secret/edit");
  expect(guest.status).toBe(403);
  const official = await rooms.visitor(await anOfficial(city, { process: draft }));
  await official.open("/processes/secret");
  expect(official.text).toContain("This is a draft");
  await official.open("/processes/secret/feed.atom");
  expect(official.status).toBe(404);
});
