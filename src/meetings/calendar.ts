// Meetings, and phases of processes, as iCalendar (RFC 5545), for calendars of people. Pure.
import ical, { ICalCalendarMethod, ICalEventStatus, ICalEventTransparency } from "ical-generator";
import { cleanRemoteHtml, markdownToHtml, plainText } from "../platform/rich-text.ts";
import { pickText } from "../platform/text.ts";
import { toLocalDate, zoned } from "../platform/time.ts";
import type { Process } from "../processes/process.ts";
import { type CalendarZone, findZone, isToldRight } from "./calendar-zone.ts";
import { endOf, type Meeting } from "./meeting.ts";

export const calendarType = "text/calendar; charset=utf-8";

/** A phase of a process, as a calendar shows it. */
export interface PhaseEvent {
  /** Stays the same while the phase moves. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly url: string;
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly publishedAt: Date;
  readonly updatedAt: Date;
}

/** The phases of a public process in a language, each named by its place in the process: copies know no other name. */
export function phasesAsEvents(lang: string, process: Process): PhaseEvent[] {
  const { publishedAt, updatedAt, languages } = process;
  if (publishedAt === null) return [];
  const said = (text: Process["title"]) => pickText(text, lang, ...languages).text;
  return process.phases.map((phase, index) => ({
    uid: `${process.uri}#phase-${index + 1}`,
    title: `${said(process.title)}: ${said(phase.title)}`,
    description: said(phase.description),
    url: process.url,
    startsAt: phase.startsAt,
    endsAt: phase.endsAt,
    publishedAt,
    updatedAt: updatedAt ?? publishedAt,
  }));
}

/** Grows with each change (RFC 5545 section 3.8.7.4), so that calendars take what moved: the seconds since it was published. */
const sequenceOf = (publishedAt: Date | null, updatedAt: Date | null): number =>
  publishedAt === null || updatedAt === null ? 0 : Math.max(0, Math.floor((+updatedAt - +publishedAt) / 1_000));

export interface CalendarProps {
  readonly name: string;
  /** IANA, of the node: an evening at seven stays one when the clocks are changed, also where a calendar repeats or moves it. */
  readonly timeZone: string;
  readonly meetings?: readonly Meeting[];
  readonly phases?: readonly PhaseEvent[];
}

/** One calendar of these, on the clocks of its place, whose rules it brings along. */
export function calendarOf({ name, timeZone, meetings = [], phases = [] }: CalendarProps): string {
  const zone = findZone(timeZone);
  const calendar = ical({
    name: oneLine(name),
    prodId: { company: "Koinon", product: "Koinon" },
    method: ICalCalendarMethod.PUBLISH,
  });
  // Without a name of its own: what says when something was written is in UTC (RFC 5545 section 3.8.7.2).
  if (zone !== null) calendar.timezone({ name: null, generator: () => zone.block });
  for (const phase of phases) {
    calendar.createEvent({
      id: phase.uid,
      ...onClocks(zone, phase.startsAt, phase.endsAt),
      stamp: phase.updatedAt,
      lastModified: phase.updatedAt,
      sequence: sequenceOf(phase.publishedAt, phase.updatedAt),
      summary: phase.title,
      description: phase.description,
      url: phase.url,
      // It says when something is open, and keeps nobody busy.
      transparency: ICalEventTransparency.TRANSPARENT,
    });
  }
  for (const meeting of meetings) {
    const event = calendar.createEvent({
      id: meeting.uri,
      ...timesOf(zone, meeting),
      stamp: meeting.updatedAt ?? meeting.publishedAt ?? meeting.startsAt,
      sequence: sequenceOf(meeting.publishedAt, meeting.updatedAt),
      summary: meeting.title,
      description: descriptionOf(meeting),
      url: meeting.url,
      status: meeting.state === "cancelled" ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
    });
    const place = meeting.address || meeting.link;
    if (place !== "") {
      const { latitude, longitude } = meeting;
      const geo = latitude === null || longitude === null ? {} : { geo: { lat: latitude, lon: longitude } };
      event.location({ title: place, ...geo });
    }
  }
  return calendar.toString();
}

/** ical-generator writes the name of a calendar as it is: a line break in the title of a copy would begin another property. */
const oneLine = (text: string): string => text.replace(/\s+/g, " ");

/** A day without an hour is an all-day entry, in the calendar of its own place. */
const timesOf = (zone: CalendarZone | null, meeting: Meeting) =>
  meeting.isDayOnly
    ? { start: noonOf(toLocalDate(meeting.startsAt, meeting.timeZone)), allDay: true }
    : onClocks(zone, meeting.startsAt, endOf(meeting));

function onClocks(zone: CalendarZone | null, start: Date, end: Date) {
  if (zone === null || !isToldRight(zone, start) || !isToldRight(zone, end)) return { start, end };
  return { start: zoned(start, zone.name), end: zoned(end, zone.name), timezone: zone.name };
}

/** ical-generator writes the day a Date has in UTC. */
const noonOf = (date: string): Date => new Date(`${date}T12:00:00Z`);

function descriptionOf(meeting: Meeting): string {
  const shown = (text: string) =>
    plainText((meeting.origin === null ? markdownToHtml(text) : cleanRemoteHtml(text)).toString());
  const parts = [shown(meeting.body), shown(meeting.agenda), meeting.address === "" ? "" : meeting.link, meeting.url];
  return parts.filter((part) => part !== "").join("\n\n");
}
