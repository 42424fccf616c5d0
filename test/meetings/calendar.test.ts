// Calendars as another program reads them: the right moment on both sides of a change of the clocks, what moved, what was
// called off, and lines that fit.
import fc from "fast-check";
import ICAL from "ical.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { feedPages } from "../../src/front/feed-pages.ts";
import { cancelMeeting, changeMeeting } from "../../src/meetings/actions.ts";
import { calendarOf } from "../../src/meetings/calendar.ts";
import { findZone } from "../../src/meetings/calendar-zone.ts";
import type { Meeting } from "../../src/meetings/meeting.ts";
import { meetingPages } from "../../src/meetings/pages.ts";
import { findMeeting } from "../../src/meetings/queries.ts";
import { dayMs, hourMs, zoned } from "../../src/platform/time.ts";
import { aCity, aMeeting, aMeetingText, aPhase, aProcess, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";
import { openRooms, type Rooms } from "../support/room.ts";

const now = new Date("2026-10-01T08:00:00Z");
let [db, city, rooms]: [TestDatabase, City, Rooms] = [] as never;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db, { now });
  rooms = await openRooms(db, city, [feedPages, meetingPages], { now });
});
afterAll(async () => {
  expect(rooms.faults).toEqual([]);
  await rooms[Symbol.asyncDispose]();
  await db.drop();
});

/** As a calendar program reads it: with the rules that stand in it, and no other knowledge of places. */
function read(text: string) {
  ICAL.TimezoneService.reset();
  const calendar = new ICAL.Component(ICAL.parse(text));
  for (const zone of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);
  return calendar.getAllSubcomponents("vevent").map((component) => new ICAL.Event(component));
}
const read1 = (text: string) => read(text)[0]!;
const page = async (path: string): Promise<string> => {
  const response = await rooms.app.fetch(new Request(`https://bilbao.test${path}`));
  expect([path, response.status, response.headers.get("content-type")]).toEqual([
    path,
    200,
    "text/calendar; charset=utf-8",
  ]);
  return await response.text();
};

const base: Meeting = {
  ...({} as Meeting),
  ...aMeetingText(now),
  ...{ uri: "https://bilbao.test/meetings/1", url: "https://bilbao.test/meetings/1", origin: null, state: "scheduled" },
  ...{ publishedAt: now, updatedAt: now, isDayOnly: false, body: "", agenda: "", address: "", link: "" },
  ...{ latitude: null, longitude: null, timeZone: "Europe/Madrid" },
};
const at = (startsAt: Date, more: Partial<Meeting> = {}): Meeting => ({
  ...base,
  startsAt,
  endsAt: new Date(+startsAt + 2 * hourMs),
  ...more,
});

describe("a moment is the same in another program", () => {
  const places = [
    "Europe/Madrid",
    "Europe/Kiev",
    "America/New_York",
    "Africa/Casablanca",
    "Asia/Kolkata",
    "Asia/Tehran",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
    "UTC",
  ];
  test.each(places)("in %s, whenever it is", (timeZone) => {
    const from = Date.parse("2025-01-01T00:00:00Z");
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3 * 365 * 24 * 4 }), (quarters) => {
        const startsAt = new Date(from + quarters * 900_000);
        const event = read1(calendarOf({ name: "x", timeZone, meetings: [at(startsAt)] }));
        expect(event.startDate.toJSDate()).toEqual(startsAt);
        expect(event.endDate.toJSDate()).toEqual(new Date(+startsAt + 2 * hourMs));
      }),
      { numRuns: 150 },
    );
  });

  test.each(places)("in %s, each quarter of an hour around each change of the clocks", (timeZone) => {
    const [from, to] = [Date.parse("2025-01-01T00:00:00Z"), Date.parse("2028-01-01T00:00:00Z")];
    const offsetAt = (moment: number) => zoned(new Date(moment), timeZone).offset;
    const changes: number[] = [];
    for (let moment = from; moment < to; moment += hourMs) {
      if (offsetAt(moment) !== offsetAt(moment + hourMs)) changes.push(moment);
    }
    expect(changes.length > 0).toBe(!["Asia/Kolkata", "Asia/Tehran", "UTC"].includes(timeZone));
    const around = changes.flatMap((change) =>
      Array.from({ length: 33 }, (_, quarter) => change + (quarter - 16) * (hourMs / 4)),
    );
    const meetings = around.map((start) => at(new Date(start), { uri: `https://bilbao.test/meetings/${start}` }));
    const events = read(calendarOf({ name: "x", timeZone, meetings }));
    expect(events.map(({ startDate, endDate }) => [+startDate.toJSDate(), +endDate.toJSDate()])).toEqual(
      around.map((start) => [start, start + 2 * hourMs]),
    );
  });

  test("it stands on the clocks of the place, with their rules, whose name is the one they have now", () => {
    const text = calendarOf({ name: "x", timeZone: "Europe/Madrid", meetings: [at(new Date("2026-10-26T18:00:00Z"))] });
    expect(text).toContain("DTSTART;TZID=Europe/Madrid:20261026T190000\r\n");
    expect(text).toContain("BEGIN:VTIMEZONE\r\nTZID:Europe/Madrid\r\n");
    expect(text.match(/BEGIN:VTIMEZONE/g)).toHaveLength(1);
    // What says when it was written is in UTC.
    expect(text).toMatch(/\r\nDTSTAMP:\d{8}T\d{6}Z\r\n/);
    expect(calendarOf({ name: "x", timeZone: "Europe/Kiev", meetings: [at(now)] })).toContain("TZID=Europe/Kyiv:");
    expect([findZone("UTC"), findZone("Nowhere/Land")]).toEqual([null, null]);
    const utc = calendarOf({ name: "x", timeZone: "UTC", meetings: [at(now)] });
    expect(utc).toContain("DTSTART:20261001T080000Z");
    expect(utc).not.toContain("VTIMEZONE");
  });
});

test("a meeting keeps its name through changes; each is newer than the last, and calling off says so", async () => {
  const startsAt = new Date("2026-10-24T17:00:00Z");
  const process = await aProcess(city, { now });
  const meeting = await aMeeting(city, { process, now, startsAt, title: "لقاء في الساحة" });
  const path = `/meetings/${meeting.id}/calendar.ics`;
  const first = read1(await page(path));
  expect([first.uid, first.summary, first.startDate.toJSDate()]).toEqual([meeting.uri, "لقاء في الساحة", startsAt]);
  expect(String(first.startDate)).toBe("2026-10-24T19:00:00");

  // A day later the clocks have changed: seven in the evening is another hour in UTC.
  const moved = new Date("2026-10-25T18:00:00Z");
  const kept = (await findMeeting(db.sql, meeting.uri))!;
  const then = new Date(+now + dayMs);
  await changeMeeting(
    db.sql,
    city.uris,
    city.administrator,
    meeting.uri,
    { ...kept, linkedUris: [], startsAt: moved, endsAt: null },
    then,
  );
  rooms.setNow(then);
  const second = read1(await page(path));
  expect([second.uid, second.startDate.toJSDate(), String(second.startDate)]).toEqual([
    meeting.uri,
    moved,
    "2026-10-25T19:00:00",
  ]);
  expect(second.sequence).toBeGreaterThan(first.sequence);

  const last = new Date(+now + 2 * dayMs);
  await cancelMeeting(db.sql, city.uris, city.administrator, meeting.uri, "Storm", last);
  rooms.setNow(last);
  for (const where of [path, "/calendar.ics", "/meetings.ics"]) {
    const event = read(await page(where)).find(({ uid }) => uid === meeting.uri);
    expect(event?.component.getFirstPropertyValue("status")).toBe("CANCELLED");
    expect(event?.sequence).toBeGreaterThan(second.sequence);
  }
});

test("phases are right on both sides of the change of the clocks, and keep nobody busy", async () => {
  const from = new Date("2026-10-05T22:00:00Z");
  const process = await aProcess(city, {
    now,
    title: "Shade",
    phases: [{ ...aPhase(now), title: { en: "Proposals" }, startsAt: from, endsAt: new Date("2026-11-15T23:00:00Z") }],
  });
  const [phase] = read(await page(`/processes/${new URL(process.url).pathname.split("/").at(-1)}/phases.ics`));
  expect([phase?.startDate.toJSDate(), phase?.endDate.toJSDate()]).toEqual([from, new Date("2026-11-15T23:00:00Z")]);
  expect([String(phase?.startDate), String(phase?.endDate)]).toEqual(["2026-10-06T00:00:00", "2026-11-16T00:00:00"]);
  expect(phase?.uid).toBe(`${process.uri}#phase-1`);
  expect(phase?.component.getFirstPropertyValue("transp")).toBe("TRANSPARENT");
});

test("no line is longer than 75 octets, none is cut within a letter, and unfolded it is what was written", () => {
  const letters = fc.constantFrom("ش", "جرة", " ", "a", ",", ";", "\\", "\n", "é", "🌳", "漢", "‏");
  fc.assert(
    fc.property(fc.array(letters, { minLength: 1, maxLength: 300 }), (parts) => {
      const title = parts.join("").trim();
      const text = calendarOf({ name: title, timeZone: "Europe/Madrid", meetings: [at(now, { title })] });
      for (const line of text.split("\r\n")) {
        const bytes = Buffer.from(line);
        expect(bytes.length).toBeLessThanOrEqual(75);
        expect(bytes.toString()).not.toContain("\uFFFD");
      }
      expect(read1(text).summary ?? "").toBe(title);
      const name = new ICAL.Component(ICAL.parse(text)).getFirstPropertyValue("x-wr-calname") ?? "";
      expect(name).toBe(title.replace(/\s+/g, " "));
    }),
    { numRuns: 200 },
  );
});
