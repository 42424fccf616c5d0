// What the desk does with a process, through its forms; and everything wrong that can be typed into them.
import sharp from "sharp";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Account } from "../../src/accounts/account.ts";
import { processPages } from "../../src/processes/pages.ts";
import { findProcessByPath, listDocuments } from "../../src/processes/queries.ts";
import { aCity, aGuest, anOfficial, aProcess, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";
import { openRooms, type Rooms } from "../support/room.ts";
import type { Visitor } from "../support/visit.ts";

const now = new Date("2026-03-10T10:00:00Z");
let db: TestDatabase;
let city: City;
let rooms: Rooms;
let official: Account;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db);
  rooms = await openRooms(db, city, [processPages]);
  official = await anOfficial(city);
});
afterAll(async () => {
  expect(rooms.faults).toEqual([]);
  await rooms[Symbol.asyncDispose]();
  await db.drop();
});
beforeEach(() => rooms.setNow(now));

async function newForm(title: string): Promise<Visitor> {
  const visitor = await rooms.visitor(official);
  await visitor.open("/processes/new/one-page");
  visitor.fill("Title (English)", title).fill("Name of phase 1 (English)", "Ideas");
  return visitor.fill("Phase 1 starts", "2026-03-01T00:00").fill("Phase 1 ends", "2026-04-01T00:00");
}

const countProcesses = async () => (await db.sql`select from process`).length;

test("an official opens a process: a draft, a look at it, publication", async () => {
  const visitor = await newForm("Vélos & rues, 2026");
  visitor.fill("Summary (English)", "Where should bicycles go?").fill("Title (Arabic)", "درّاجات وشوارع");
  visitor.check("propose").check("comment");
  await visitor.press("Add a phase");
  expect(visitor.status).toBe(200);
  expect(visitor.value("Title (English)")).toBe("Vélos & rues, 2026");
  visitor.fill("Name of phase 2 (English)", "Answers");
  visitor.fill("Phase 2 starts", "2026-04-01T00:00").fill("Phase 2 ends", "2026-05-01T00:00");
  await visitor.press("Save the draft");
  expect(visitor.url.pathname).toBe("/processes/velos-rues-2026");
  expect(visitor.text).toContain("This is a draft");
  const stranger = await rooms.visitor();
  await stranger.open("/processes/velos-rues-2026");
  expect(stranger.status).toBe(404);
  await visitor.follow("Publish");
  expect(visitor.text).toContain("@velos-rues-2026@bilbao.test");
  expect(visitor.text).toContain("can never be changed or used again");
  expect(visitor.text).toContain("Everyone who follows Bilbao is told.");
  await visitor.press("Publish now");
  expect(visitor.text).toContain("The process is public");
  await stranger.open("/processes/velos-rues-2026", { "accept-language": "ar" });
  expect(stranger.all("h1")).toEqual(["درّاجات وشوارع"]);
  const process = await findProcessByPath(db.sql, "velos-rues-2026");
  expect(process).toMatchObject({ languages: ["en", "ar"], editWindowMinutes: 1440, supportLimit: null });
  expect(process!.phases.map(({ startsAt, permits }) => [startsAt.toISOString(), permits])).toEqual([
    ["2026-02-28T23:00:00.000Z", ["propose", "comment"]],
    ["2026-03-31T22:00:00.000Z", []],
  ]);
});

describe("what is wrong is said at its field, with all that was typed, and nothing is kept", () => {
  const wrong: readonly [string, (visitor: Visitor) => unknown, string, string][] = [
    ["no title", (form) => form.fill("Title (English)", " "), "This is needed.", "f-title-en"],
    [
      "a phase that ends before it starts",
      (form) => form.fill("Phase 1 ends", "2026-02-01T00:00"),
      "A phase ends before it starts",
      "f-phase-0-ends",
    ],
    [
      "a day that does not exist",
      (form) => form.fill("Phase 1 ends", "2026-02-31T00:00"),
      "Give a day",
      "f-phase-0-ends",
    ],
    [
      "a phase without a name",
      (form) => form.fill("Name of phase 1 (English)", ""),
      "This is needed.",
      "f-phase-0-title-en",
    ],
    ["a handle with spaces", (form) => form.fill("Handle", "my process"), "An address has at most 30", "f-handle"],
    ["a handle that is a page of ours", (form) => form.fill("Handle", "new"), "This name is taken", "f-handle"],
    ["a handle of someone", (form) => form.fill("Handle", "bilbao"), "This name is taken", "f-handle"],
    [
      "a text of 1 MB",
      (form) => form.fill("Description (English)", "x".repeat(1_000_000)),
      "Write at most 20,000 characters",
      "f-description-en",
    ],
    ["a limit of none", (form) => form.fill("Supports per resident", "0"), "The smallest value is 1", "f-supportLimit"],
    [
      "a limit in words",
      (form) => form.fill("Supports per resident", "three"),
      "This is not a number",
      "f-supportLimit",
    ],
    ["a target in words", (form) => form.fill("Target", "many"), "This is not a number", "f-indicatorTarget"],
    [
      "an outline that is none",
      (form) => form.fill("Outline of the area (GeoJSON)", '{"type":"Polygon","coordinates":"all"}'),
      "This is not the GeoJSON",
      "f-pilotGeojson",
    ],
    [
      "a picture that is none",
      (form) =>
        form.attach("A picture", new File(["<svg onload=alert(1)></svg>"], "photo.jpg", { type: "image/jpeg" })),
      "not a picture that can be read",
      "f-image",
    ],
  ];
  test.each(wrong)("%s", async (_what, mistake, said, field) => {
    const before = await countProcesses();
    const visitor = await newForm(`Mistaken ${field}`);
    visitor.fill("Who is meant (English)", "Everyone, as typed");
    mistake(visitor);
    await visitor.press("Save the draft");
    expect(visitor.status).toBeGreaterThanOrEqual(400);
    expect(visitor.status).toBeLessThan(500);
    expect(visitor.text).toContain("There is a problem");
    expect(visitor.text).toContain(said);
    expect(visitor.html).toContain(`href="#${field}"`);
    expect(visitor.value("Who is meant (English)")).toBe("Everyone, as typed");
    expect(await countProcesses()).toBe(before);
  });

  test("phases that overlap", async () => {
    const before = await countProcesses();
    const visitor = await newForm("Overlapping");
    await visitor.press("Add a phase");
    visitor.fill("Name of phase 2 (English)", "Answers");
    visitor.fill("Phase 2 starts", "2026-03-31T23:00").fill("Phase 2 ends", "2026-05-01T00:00");
    await visitor.press("Save the draft");
    expect(visitor.status).toBe(422);
    expect(visitor.text).toContain("Two phases overlap.");
    expect(visitor.html).toContain('href="#f-phase-1-starts"');
    expect(visitor.value("Phase 2 starts")).toBe("2026-03-31T23:00");
    expect(await countProcesses()).toBe(before);
    await visitor.press("Remove phase 1");
    expect(visitor.value("Name of phase 1 (English)")).toBe("Answers");
    expect(visitor.value("Title (English)")).toBe("Overlapping");
  });

  test("a handle that was given meanwhile", async () => {
    await aProcess(city, { handle: "given-away", now });
    const visitor = await newForm("Given away");
    await visitor.press("Save the draft");
    expect(visitor.status).toBe(409);
    expect(visitor.text).toContain("This name is taken");
    visitor.fill("Handle", "given-away-2");
    await visitor.press("Save the draft");
    expect(visitor.url.pathname).toBe("/processes/given-away-2");
  });
});

test("a picture is kept upright, small and without what the camera wrote, also when something else was wrong", async () => {
  const photo = await sharp({ create: { width: 2000, height: 1000, channels: 3, background: "#3a6" } })
    .withExif({ IFD0: { Make: "Spy" }, IFD3: { GPSLatitude: "43/1 15/1 0/1" } })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer();
  expect(await sharp(photo).metadata()).toMatchObject({ width: 2000, orientation: 6, exif: expect.anything() });
  const visitor = await newForm("");
  visitor.attach("A picture", new File([new Uint8Array(photo)], "holiday.png", { type: "image/png" }));
  visitor.fill("What the picture shows", "A meadow");
  await visitor.press("Save the draft");
  expect(visitor.text).toContain("This is needed.");
  visitor.fill("Title (English)", "With a picture");
  await visitor.press("Save the draft");
  const process = await findProcessByPath(db.sql, "with-a-picture");
  expect(process).toMatchObject({ imageAlt: "A meadow" });
  const response = await rooms.app.fetch(new Request(process!.image!));
  expect(response.headers.get("content-type")).toBe("image/jpeg");
  expect(response.headers.get("content-security-policy")).toBe("default-src 'none'; sandbox");
  expect(response.headers.get("cache-control")).toContain("immutable");
  const metadata = await sharp(await response.arrayBuffer()).metadata();
  expect(metadata).toMatchObject({ format: "jpeg", width: 800, height: 1600 });
  expect(metadata.exif).toBeUndefined();
  await visitor.open("/processes/with-a-picture/edit");
  visitor.check("Take the picture away");
  await visitor.press("Save the draft");
  expect((await findProcessByPath(db.sql, "with-a-picture"))!.image).toBeNull();
});

test("uploads answer only for what was kept", async () => {
  for (const name of ["..%2F..%2Fpackage.json", "x.jpg", `${"0".repeat(32)}-1x1.jpg`]) {
    expect((await rooms.app.fetch(new Request(`${city.uris.origin}/uploads/${name}`))).status).toBe(404);
  }
});

test("changes keep what was not touched, and only those who may make them", async () => {
  const process = await aProcess(city, { title: "Before", handle: "changing", supportLimit: 4, now });
  const visitor = await rooms.visitor(await anOfficial(city, { process }));
  await visitor.open("/processes/changing");
  await visitor.follow("Edit the process");
  expect(visitor.value("Supports per resident")).toBe("4");
  visitor.fill("Title (English)", "After").fill("How long authors may change a published text", "One hour");
  await visitor.press("Save and publish the changes");
  expect(visitor.all("h1")).toEqual(["After"]);
  const changed = await findProcessByPath(db.sql, "changing");
  expect(changed).toMatchObject({ supportLimit: 4, editWindowMinutes: 60, summary: process.summary });
  expect(changed!.phases[0]!.startsAt.getTime()).toBe(
    Math.floor(process.phases[0]!.startsAt.getTime() / 60_000) * 60_000,
  );
  const guest = await rooms.visitor(await aGuest(city));
  await guest.open("/processes/changing/edit");
  expect(guest.status).toBe(403);
});

test("categories, documents, news and the end of a pilot", async () => {
  const visitor = await rooms.visitor(official);
  await visitor.open("/admin/categories");
  visitor.fill("Name (English)", "Mobility");
  await visitor.press("Add a category");
  visitor.fill("Name (English)", "Cycling").fill("Part of", "Mobility");
  await visitor.press("Add a category");
  expect(visitor.all("li")).toContain("Mobility Cycling");
  await visitor.press("Add a category");
  expect(visitor.status).toBe(422);

  const process = await aProcess(city, { handle: "pilot", isPilot: true, pilotArea: "Rekalde", now });
  await visitor.open("/processes/pilot/documents");
  visitor.fill("Title", "The plan").attach("File", new File(["%PDF-1.7 plan"], "plan.html", { type: "text/html" }));
  await visitor.press("Add a document");
  visitor.fill("Title", "The law").fill("Or a web address", "https://law.example/3");
  await visitor.press("Add a document");
  const [plan] = await listDocuments(db.sql, process.uri);
  const response = await rooms.app.fetch(new Request(plan!.url));
  expect(response.headers.get("content-type")).toBe("application/pdf");
  expect(response.headers.get("content-disposition")).toContain("attachment");
  visitor.fill("Title", "A program").attach("File", new File([new Uint8Array([0x4d, 0x5a, 0, 1])], "plan.pdf"));
  await visitor.press("Add a document");
  expect(visitor.status).toBe(422);
  expect(visitor.text).toContain("not a document this site keeps");
  visitor.fill("Or a web address", "javascript:alert(1)");
  await visitor.press("Add a document");
  expect(visitor.text).toContain("This is not a web address.");
  await visitor.press("Remove", { near: "The plan" });
  expect((await listDocuments(db.sql, process.uri)).map(({ title }) => title)).toEqual(["The law"]);

  await visitor.open("/processes/pilot");
  await visitor.follow("Write news");
  visitor.fill("Title", "We begin").fill("Text", "On **Monday**.");
  await visitor.press("Publish the news");
  expect(visitor.text).toContain("On Monday.");
  await visitor.open("/processes/pilot/pilot-decision");
  visitor.check("Scale up");
  await visitor.press("Publish the decision");
  expect(visitor.status).toBe(422);
  visitor.fill("Reasons", "It worked.");
  await visitor.press("Publish the decision");
  expect(visitor.text).toContain("Decision Scale up");
  expect(visitor.text).toContain("It worked.");
});
