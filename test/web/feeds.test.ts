// Feeds and calendars: escaped, linked from their pages, cheap to ask again, and silent about what is hidden.
import { afterAll, beforeAll, expect, test } from "vitest";
import { feedPages } from "../../src/front/feed-pages.ts";
import { changeMeeting } from "../../src/meetings/actions.ts";
import { meetingPages } from "../../src/meetings/pages.ts";
import { hideSubject } from "../../src/moderation/actions.ts";
import { peerPages } from "../../src/moderation/peer-pages.ts";
import { minuteMs } from "../../src/platform/time.ts";
import { processPages } from "../../src/processes/pages.ts";
import { proposalPages } from "../../src/proposals/pages.ts";
import { resultPages } from "../../src/results/pages.ts";
import { aCity, aComment, aMeeting, aMeetingText, aProcess, aProposal, aResult, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";
import { openRooms, type Rooms } from "../support/room.ts";

const now = new Date("2026-03-10T10:00:00Z");
let [db, city, rooms]: [TestDatabase, City, Rooms] = [] as never;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db, { now });
  const all = [
    feedPages,
    (house: Rooms["house"]) => processPages(house),
    (house: Rooms["house"]) => proposalPages(house),
    peerPages,
  ];
  rooms = await openRooms(db, city, [...all, (house) => meetingPages(house), (house) => resultPages(house)], { now });
});
afterAll(async () => {
  expect(rooms.faults).toEqual([]);
  await rooms[Symbol.asyncDispose]();
  await db.drop();
});

const at = (path: string, headers: Record<string, string> = {}) =>
  rooms.app.fetch(new Request(`https://bilbao.test${path}`, { headers }));

test("every list has a feed that its page names, with what is public and nothing that is hidden", async () => {
  const process = await aProcess(city, { title: "Squares & <trees>", now });
  const proposal = await aProposal(city, { process, now });
  const shown = await aResult(city, { title: "Ten <b>trees</b>", process, now });
  const hidden = await aResult(city, { title: "A secret result", process, now });
  await aMeeting(city, { title: "An evening", process, now });
  await aComment(city, { on: proposal, body: "I **agree**", now });
  await hideSubject(db.sql, city.administrator, hidden.uri, "Wrong", now);
  const own = `/processes/${process.handle}`;
  const pages: [string, string, string][] = [
    ["/processes", "/processes.atom", "Squares &amp; &lt;trees&gt;"],
    ["/results", "/results.atom", "Ten &lt;b&gt;trees&lt;/b&gt;"],
    [`${own}/results`, `${own}/results.atom`, shown.uri],
    ["/meetings", "/meetings.atom", "An evening"],
    [new URL(proposal.url).pathname, `/discussions/${proposal.id}.atom`, "&lt;strong&gt;agree&lt;/strong&gt;"],
    [own, `${own}/feed.atom`, "Squares"],
    ["/processes", "/news.atom", "Squares"],
    ["/processes", "/answers.atom", "Official answers"],
    ["/moderation/log", "/moderation/log.atom", "Reason: Wrong"],
  ];
  for (const [page, feed, text] of pages) {
    const html = await (await at(page)).text();
    expect(html, page).toContain(`type="application/atom+xml" title=`);
    expect(html.split(`href="${feed}"`).length - 1, `${page} → ${feed}`).toBe(2); // In the head, and to be seen.
    const response = await at(feed);
    expect([feed, response.status, response.headers.get("content-type")]).toEqual([
      feed,
      200,
      "application/atom+xml; charset=utf-8",
    ]);
    const body = await response.text();
    expect(body, feed).toContain(text);
    expect(body).toContain(`<link rel="self" type="application/atom+xml" href="https://bilbao.test${feed}"/>`);
    expect(body).not.toContain("A secret result");
    const again = await at(feed, { "if-none-match": response.headers.get("etag") ?? "" });
    expect([feed, again.status, await again.text()]).toEqual([feed, 304, ""]);
  }
});

test("one calendar has the meetings and the phases; what moves keeps its name and says that it is newer", async () => {
  const process = await aProcess(city, { title: "Streets", now });
  const meeting = await aMeeting(city, { title: "The street party", process, now });
  const eventIn = (calendar: string, uid: string) =>
    calendar
      .replace(/\r\n /g, "")
      .split("BEGIN:VEVENT")
      .find((event) => event.includes(`UID:${uid}`)) ?? "";
  const sequence = (event: string) => Number(/SEQUENCE:(\d+)/.exec(event)?.[1]);
  const before = await (await at("/calendar.ics")).text();
  expect(eventIn(before, `${process.uri}#phase-1`)).toContain("SUMMARY:Streets: Open");
  expect(eventIn(before, meeting.uri)).toContain("SUMMARY:The street party");
  const later = new Date(+now + 5 * minuteMs);
  const changed = aMeetingText(later, { title: "The street party" });
  await changeMeeting(db.sql, city.uris, city.administrator, meeting.uri, changed, later);
  const after = await (await at("/calendar.ics")).text();
  expect(sequence(eventIn(after, meeting.uri))).toBeGreaterThan(sequence(eventIn(before, meeting.uri)));
  const phases = await at(`/processes/${process.handle}/phases.ics`);
  expect(phases.headers.get("content-type")).toBe("text/calendar; charset=utf-8");
  expect(await phases.text()).toContain("Streets: Open");
});
