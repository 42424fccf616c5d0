// The law of meetings: where each state leads, what an invitation needs, and when one is over.
import { describe, expect, test } from "vitest";
import { factsOf, newsOf } from "../../src/meetings/announcement.ts";
import { calendarOf } from "../../src/meetings/calendar.ts";
import type { Meeting } from "../../src/meetings/meeting.ts";
import {
  checkInvitation,
  checkLimits,
  endOf,
  isMoved,
  isOver,
  mayBecome,
  meetingStates,
  titleLengthMax,
} from "../../src/meetings/meeting.ts";
import { hourMs } from "../../src/platform/time.ts";
import { aMeetingText } from "../support/build.ts";

const now = new Date("2026-03-10T17:00:00Z");

test("nothing leads out of a cancelled meeting, and only a draft can become public", () => {
  expect(meetingStates.filter((state) => mayBecome("cancelled", state))).toEqual([]);
  expect(meetingStates.filter((state) => mayBecome(state, "draft"))).toEqual([]);
  expect(meetingStates.filter((state) => mayBecome("draft", state))).toEqual(["scheduled"]);
});

describe("an invitation", () => {
  const refusal = (text: Parameters<typeof aMeetingText>[1], check = checkInvitation) => {
    try {
      check(aMeetingText(now, text));
      return null;
    } catch (error) {
      const { code, params } = error as { code: string; params: { field: string } };
      return `${code} ${params.field}`;
    }
  };
  test("says where one gets in, in the room or online", () => {
    expect(refusal({})).toBeNull();
    expect(refusal({ address: " " })).toBe("invalid-input address");
    expect(refusal({ address: "\u200e" })).toBe("invalid-input address");
    expect(refusal({ title: "\u200e" })).toBe("invalid-input title");
    expect(refusal({ kind: "online", address: "" })).toBe("invalid-input link");
    expect(refusal({ kind: "online", address: "", link: "https://meet.example/1" })).toBeNull();
    expect(refusal({ kind: "hybrid" })).toBe("invalid-input link");
    expect(refusal({ link: "javascript:alert(1)" })).toBe("invalid-input link");
  });
  test("does not end before it starts, and stands on a clock that exists", () => {
    expect(refusal({ endsAt: now }, checkLimits)).toBe("invalid-input ends");
    expect(refusal({ timeZone: "Europe/Atlantis" }, checkLimits)).toBe("invalid-input timeZone");
    expect(refusal({ title: "x".repeat(titleLengthMax + 1) }, checkLimits)).toBe("too-large title");
    expect(refusal({ latitude: 43 }, checkLimits)).toBe("invalid-input latitude");
  });
});

test("without an end a meeting lasts three hours, and one of which only the day is known its day", () => {
  const open = { startsAt: now, endsAt: null, isDayOnly: false };
  expect(+endOf(open) - +now).toBe(3 * hourMs);
  expect(+endOf({ ...open, isDayOnly: true }) - +now).toBe(24 * hourMs);
  expect(isOver(open, new Date(+now + 3 * hourMs - 1))).toBe(false);
  expect(isOver(open, new Date(+now + 3 * hourMs))).toBe(true);
});

test("a meeting has moved when time, place or way changes, and not when its text does", () => {
  const before = aMeetingText(now);
  expect(isMoved(before, { ...before, body: "Other words", agenda: "1. More" })).toBe(false);
  expect(isMoved(before, { ...before, startsAt: new Date(+before.startsAt + 1) })).toBe(true);
  expect(isMoved(before, { ...before, endsAt: null })).toBe(true);
  expect(isMoved(before, { ...before, address: "Elsewhere" })).toBe(true);
  expect(isMoved(before, { ...before, kind: "hybrid", link: "https://meet.example" })).toBe(true);
});

const meeting = (text: Partial<Meeting> = {}): Meeting =>
  ({
    ...aMeetingText(now),
    uri: "https://bilbao.test/meetings/1",
    url: "https://bilbao.test/meetings/1",
    id: "1",
    origin: null,
    state: "scheduled",
    title: "Trobada",
    startsAt: new Date("2026-03-11T18:00:00Z"),
    endsAt: new Date("2026-03-11T20:00:00Z"),
    attendeeCount: null,
    cancelReason: "",
    minutes: "",
    publishedAt: now,
    updatedAt: now,
    ...text,
  }) as Meeting;

test("its facts are told in its own language, on the clock of its place", () => {
  const facts = factsOf(meeting({ language: "ca" })).join("\n");
  expect(facts).toContain("Quan:");
  expect(facts).toContain("19:00");
  expect(facts).toContain("Europe/Madrid");
  expect(facts).toContain("Carrer del Regomir 3");
  const tunis = factsOf(meeting({ language: "ar", timeZone: "Asia/Tokyo" })).join("\n");
  expect(tunis).toContain("Asia/Tokyo");
  expect(tunis).toContain("الموعد");
  const cancelled = newsOf(meeting({ state: "cancelled", cancelReason: "Storm *warning*" }), "cancelled");
  expect(cancelled.title).toBe("Cancelled: Trobada");
  expect(cancelled.body).toContain("Storm \\*warning\\*");
});

test("a calendar holds the moment, the place, and what was called off; a day without an hour is that day everywhere", () => {
  const meetings = [
    meeting({ address: "Plaça, 1; baixos", latitude: 41.4, longitude: 2.2 }),
    meeting({ uri: "https://bilbao.test/meetings/2", state: "cancelled" }),
    meeting({
      uri: "https://bilbao.test/meetings/3",
      isDayOnly: true,
      endsAt: null,
      startsAt: new Date("2016-02-08T23:00:00Z"),
    }),
  ];
  const text = calendarOf({ name: "Bilbao", timeZone: "UTC", meetings });
  const lines = text.replace(/\r\n[ \t]/g, "").split("\r\n");
  expect(lines[0]).toBe("BEGIN:VCALENDAR");
  expect(lines.filter((line) => line === "BEGIN:VEVENT")).toHaveLength(3);
  expect(lines).toContain("UID:https://bilbao.test/meetings/1");
  expect(lines).toContain("DTSTART:20260311T180000Z");
  expect(lines).toContain("DTEND:20260311T200000Z");
  expect(lines).toContain("LOCATION:Plaça\\, 1\\; baixos");
  expect(lines).toContain("GEO:41.4;2.2");
  expect(lines).toContain("STATUS:CANCELLED");
  expect(lines).toContain("DTSTART;VALUE=DATE:20160209");
  expect(text).not.toMatch(/[^\r]\n/);
});
