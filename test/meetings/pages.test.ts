// The pages of meetings, walked through by labels, links and buttons: planned, invited to, moved, called off, written up.
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { commentPages } from "../../src/comments/pages.ts";
import { meetingPages } from "../../src/meetings/pages.ts";
import { listMeetingsAbout } from "../../src/meetings/queries.ts";
import { hideSubject } from "../../src/moderation/actions.ts";
import { dayMs } from "../../src/platform/time.ts";
import { listNews } from "../../src/processes/queries.ts";
import { aCity, aGuest, aMeeting, aModerator, anOfficial, aProcess, aProposal, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";
import { openRooms, type Rooms } from "../support/room.ts";

const now = new Date("2026-03-10T10:00:00Z");
const inDays = (days: number) => new Date(+now + days * dayMs);
let db: TestDatabase;
let city: City;
let rooms: Rooms;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db, { now });
  rooms = await openRooms(db, city, [meetingPages, commentPages], { now });
});
afterAll(async () => {
  expect(rooms.faults).toEqual([]);
  await rooms[Symbol.asyncDispose]();
  await db.drop();
});
beforeEach(() => rooms.setNow(now));

const eventsOf = async (uri: string): Promise<string[]> =>
  (await db.sql<{ type: string }[]>`select type from event where subject_uri = ${uri} order by id`).map(
    ({ type }) => type,
  );

test("an official plans a meeting, invites, and those who follow the process read of it in its news", async () => {
  const process = await aProcess(city, { title: "Squares", now });
  const proposal = await aProposal(city, { process, title: "Benches for all of us", now });
  const desk = await rooms.visitor(await anOfficial(city, { process, now }));
  await desk.open(`/processes/${process.handle}/meetings`);
  await desk.follow("Plan a meeting");
  desk.fill("What is it about?", "The benches").fill("Starts", "2026-03-12T18:00").fill("Ends", "2026-03-12T17:00");
  desk.fill("Place", "");
  await desk.press("Keep the draft");
  expect(desk.status).toBe(422);
  expect(desk.text).toContain("Ends: The end is before the start.");
  expect(desk.text).toContain("Place: This is needed.");
  desk.fill("Ends", "2026-03-12T20:00").fill("Place", "Plaça Nova 1");
  desk.fill("Proposals it talks about", "https://bilbao.test/proposals/nothing");
  await desk.press("Keep the draft");
  expect(desk.text).toContain("Nothing is known here at one of these addresses");
  desk.fill("Proposals it talks about", proposal.url).fill("Agenda", "1. Where\n2. When");
  await desk.press("Keep the draft");
  expect(desk.text).toContain("This is a draft");
  expect(desk.text).toContain("March 12, 2026");
  expect(desk.text).toMatch(/6:00.*8:00\sPM \(Europe\/Madrid\)/);
  const path = desk.url.pathname;

  const reader = await rooms.visitor();
  await reader.open(path);
  expect(reader.status).toBe(404);
  await desk.press("Invite now");
  expect(desk.text).toContain("The invitation is out");
  await reader.open(path);
  expect(reader.status).toBe(200);
  expect(reader.linkTo("Benches for all of us")).toBe(`/proposals/${proposal.id}`);
  expect(reader.text).toContain("Where");
  const uri = `https://bilbao.test${path}`;
  expect(await eventsOf(uri)).toEqual(["MeetingPublished"]);
  const [news] = await listNews(db.sql, { processUri: process.uri, before: null, limit: 1 });
  expect(news).toMatchObject({ title: "Meeting: The benches", body: expect.stringContaining("Plaça Nova 1") });
  expect((await listMeetingsAbout(db.sql, proposal.uri, 5)).map((meeting) => meeting.uri)).toEqual([uri]);
  const [row] = await db.sql`select meeting_count from process where uri = ${process.uri}`;
  expect(row).toEqual({ meetingCount: 1 });
});

test("a change of words is quiet, a change of place is news, and calling it off says why", async () => {
  const process = await aProcess(city, { now });
  const meeting = await aMeeting(city, { process, title: "The walk", startsAt: inDays(2), now });
  const newsCount = async () => (await listNews(db.sql, { processUri: process.uri, before: null, limit: 20 })).length;
  const before = await newsCount();
  const desk = await rooms.visitor(city.administrator);
  await desk.open(`/meetings/${meeting.id}/edit`);
  desk.fill("What people should know", "Bring a hat.");
  await desk.press("Save the change");
  expect(await newsCount()).toBe(before);
  await desk.open(`/meetings/${meeting.id}/edit`);
  desk.fill("Place", "By the river");
  await desk.press("Save the change");
  expect(await newsCount()).toBe(before + 1);
  await desk.follow("Call it off");
  desk.fill("Why?", "A storm is coming");
  await desk.press("Call it off now");
  expect(desk.text).toContain("This meeting does not take place. A storm is coming");
  const [news] = await listNews(db.sql, { processUri: process.uri, before: null, limit: 1 });
  expect(news).toMatchObject({ title: "Cancelled: The walk" });
  expect(await eventsOf(meeting.uri)).toEqual([
    "MeetingPublished",
    "MeetingChanged",
    "MeetingChanged",
    "MeetingChanged",
  ]);
  await desk.open(`/meetings/${meeting.id}/cancellation`);
  desk.fill("Why?", "Again");
  await desk.press("Call it off now");
  expect(desk.status).toBe(409);
});

test("afterwards the desk writes up what was said and how many came, and not before", async () => {
  const meeting = await aMeeting(city, { title: "The evening", startsAt: inDays(1), now });
  const desk = await rooms.visitor(await anOfficial(city, { now }));
  await desk.open(`/meetings/${meeting.id}`);
  expect(desk.linkTo("Write up what was said")).toBeNull();
  await desk.open(`/meetings/${meeting.id}/minutes`);
  desk.fill("Minutes", "Too early");
  await desk.press("Publish the minutes");
  expect(desk.status).toBe(409);
  rooms.setNow(inDays(2));
  await desk.open(`/meetings/${meeting.id}`);
  await desk.follow("Write up what was said");
  desk.fill("Attendance", "-3").fill("Minutes", "We **agreed** on twelve benches.");
  await desk.press("Publish the minutes");
  expect(desk.status).toBe(422);
  desk.fill("Attendance", "42").fill("Organisations that came", "Bizi Auzoa");
  await desk.press("Publish the minutes");
  expect(desk.text).toContain("42 Attendance counted by those who called it");
  expect(desk.text).toContain("We agreed on twelve benches.");
  expect(desk.html).toContain("<strong>agreed</strong>");
});

test("what is to come stands under its months, the next one first; what is past the other way; both by key", async () => {
  const process = await aProcess(city, { title: "Calendar", now });
  for (let index = 1; index <= 26; index += 1)
    await aMeeting(city, { process, title: `Future ${index}`, startsAt: inDays(index), now });
  for (const days of [40, 10]) await aMeeting(city, { process, title: `Past ${days}`, startsAt: inDays(-days), now });
  await aMeeting(city, { process, title: "Under way", startsAt: new Date(+now - 3_600_000), now });
  const visitor = await rooms.visitor();
  await visitor.open(`/processes/${process.handle}/meetings`);
  expect(visitor.all("h3").slice(0, 2)).toEqual(["Under way", "Future 1"]);
  expect(visitor.all("h2").filter((text) => /2026/.test(text))).toEqual(["March 2026", "April 2026"]);
  await visitor.follow("Next page");
  expect(visitor.all("h3")).toEqual(["Future 24", "Future 25", "Future 26"]);
  await visitor.follow("Previous page");
  expect(visitor.all("h3")[0]).toBe("Under way");
  expect(visitor.all("h3")).toHaveLength(24);
  await visitor.follow("Past");
  expect(visitor.all("h3")).toEqual(["Past 10", "Past 40"]);
  await visitor.open(`/meetings?q=${encodeURIComponent("future 26")}&process=${process.handle}`);
  expect(visitor.all("h3")).toEqual(["Future 26"]);
  await visitor.open("/meetings?after=bm9uc2Vuc2U");
  expect(visitor.status).toBe(404);
});

test("a calendar of one meeting, of a process and of the city", async () => {
  const process = await aProcess(city, { now });
  const meeting = await aMeeting(city, { process, title: "In the calendar", startsAt: inDays(3), now });
  await aMeeting(city, { process: null, title: "Of the city", startsAt: inDays(4), now });
  const visitor = await rooms.visitor();
  await visitor.open(`/meetings/${meeting.id}`);
  await visitor.follow("Add to my calendar");
  expect(visitor.headers.get("content-type")).toBe("text/calendar; charset=utf-8");
  expect(visitor.html).toContain("SUMMARY:In the calendar");
  await visitor.open(`/processes/${process.handle}/meetings.ics`);
  expect(visitor.html.match(/BEGIN:VEVENT/g)).toHaveLength(1);
  await visitor.open("/meetings.ics");
  expect(visitor.html).toContain("SUMMARY:Of the city");
  expect(visitor.html).toContain("SUMMARY:In the calendar");
});

test("a meeting of the city stands in no process and is called by an organisation", async () => {
  const desk = await rooms.visitor(city.administrator);
  await desk.open("/meetings");
  await desk.follow("Plan a meeting");
  desk.fill("What is it about?", "Open town hall").fill("Starts", "2026-03-20T18:00").fill("Place", "Town hall");
  await desk.press("Keep the draft");
  await desk.press("Invite now");
  expect(desk.text).toContain("Called by Bilbao");
  await desk.open(`/meetings/${desk.url.pathname.split("/")[2]}/edit`);
  await desk.open("/meetings/new");
  desk.fill("What is it about?", "Thrown away").fill("Starts", "2026-03-21T18:00").fill("Place", "Town hall");
  await desk.press("Keep the draft");
  const path = desk.url.pathname;
  await desk.press("Discard it");
  expect(desk.url.pathname).toBe("/meetings");
  await desk.open(path);
  expect(desk.status).toBe(404);
});

test("only officials plan; what a moderator hides is gone for everyone else, and comes off the count", async () => {
  const process = await aProcess(city, { now });
  const meeting = await aMeeting(city, { process, now });
  const guest = await rooms.visitor(await aGuest(city, { now }));
  await guest.open("/meetings/new");
  expect(guest.status).toBe(403);
  await guest.open(`/meetings/${meeting.id}/edit`);
  expect(guest.status).toBe(403);
  await hideSubject(db.sql, await aModerator(city, { now }), meeting.uri, "Spam", now);
  await guest.open(`/meetings/${meeting.id}`);
  expect(guest.text).toContain("Spam");
  expect(guest.html).not.toContain(meeting.title);
  await guest.open(`/meetings/${meeting.id}/calendar.ics`);
  expect(guest.status).toBe(404);
  const [row] = await db.sql`select meeting_count from process where uri = ${process.uri}`;
  expect(row).toEqual({ meetingCount: 0 });
});

test("people talk about a meeting below it", async () => {
  const meeting = await aMeeting(city, { now });
  const visitor = await rooms.visitor(await aGuest(city, { now }));
  await visitor.open(`/meetings/${meeting.id}`);
  visitor.fill("Your comment", "I will be there.");
  await visitor.press("Publish the comment");
  await visitor.open(`/meetings/${meeting.id}`);
  expect(visitor.text).toContain("I will be there.");
});
