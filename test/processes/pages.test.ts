// The pages of processes, walked through by the text of labels, links and buttons.
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { processPages } from "../../src/processes/pages.ts";
import { findProcessByPath } from "../../src/processes/queries.ts";
import { aCity, anOfficial, aProcess, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";
import { openRooms, type Rooms } from "../support/room.ts";

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
beforeEach(() => rooms.setNow(new Date("2026-03-10T10:00:00Z")));

test("an official opens a process: a draft, a look at it, publication", async () => {
  const official = await anOfficial(city);
  const visitor = await rooms.visitor(official);
  await visitor.open("/processes");
  await visitor.follow("Open a process");
  visitor.fill("Title (English)", "Vélos & rues, 2026");
  visitor.fill("Summary (English)", "Where should bicycles go?");
  visitor.fill("Name of phase 1 (English)", "Ideas");
  visitor.fill("Phase 1 starts", "2026-03-01T00:00");
  visitor.fill("Phase 1 ends", "2026-04-01T00:00");
  visitor.check("propose").check("comment");
  await visitor.press("Add a phase");
  expect(visitor.status).toBe(200);
  expect(visitor.value("Title (English)")).toBe("Vélos & rues, 2026");
  visitor.fill("Name of phase 2 (English)", "Answers");
  visitor.fill("Phase 2 starts", "2026-04-01T00:00");
  visitor.fill("Phase 2 ends", "2026-05-01T00:00");
  await visitor.press("Save the draft");
  expect(visitor.url.pathname).toBe("/processes/velos-rues-2026");
  expect(visitor.text).toContain("This is a draft");
  const stranger = await rooms.visitor();
  await stranger.open("/processes/velos-rues-2026");
  expect(stranger.status).toBe(404);
  await visitor.follow("Publish");
  expect(visitor.text).toContain("can never be changed or used again");
  await visitor.press("Publish now");
  expect(visitor.text).toContain("The process is public");
  await stranger.open("/processes/velos-rues-2026");
  expect(stranger.status).toBe(200);
  expect(stranger.text).toContain("Open to: propose and comment.");
  const process = await findProcessByPath(db.sql, "velos-rues-2026");
  expect(process!.phases.map((phase) => phase.startsAt.toISOString())).toEqual([
    "2026-02-28T23:00:00.000Z",
    "2026-03-31T22:00:00.000Z",
  ]);
});

test("the list is searched, filtered and paged by key", async () => {
  for (let index = 0; index < 25; index += 1) await aProcess(city, { title: `Bridges number ${index}` });
  const visitor = await rooms.visitor();
  await visitor.open("/processes?q=bridges+number");
  expect(visitor.all("h3")).toHaveLength(24);
  await visitor.follow("Next page");
  expect(visitor.all("h3")).toEqual(["Bridges number 0"]);
  await visitor.follow("Previous page");
  expect(visitor.all("h3")[0]).toBe("Bridges number 24");
  await visitor.open("/processes?q=nothing+like+this");
  expect(visitor.text).toContain("No process matches");
});
