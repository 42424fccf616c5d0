// Meetings as iCalendar (RFC 5545), for calendars of people. Pure.
import ical, { ICalEventStatus } from "ical-generator";
import { cleanRemoteHtml, markdownToHtml, plainText } from "../platform/rich-text.ts";
import { toLocalDate } from "../platform/time.ts";
import { endOf, type Meeting } from "./meeting.ts";

export const calendarType = "text/calendar; charset=utf-8";

/** One calendar of these meetings. Times are in UTC, which every calendar shows on its owner's clock. */
export function calendarOf(name: string, meetings: readonly Meeting[]): string {
  const calendar = ical({ name, prodId: { company: "Koinon", product: "Koinon" } });
  for (const meeting of meetings) {
    const event = calendar.createEvent({
      id: meeting.uri,
      ...timesOf(meeting),
      stamp: meeting.updatedAt ?? meeting.publishedAt ?? meeting.startsAt,
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

/** A day without an hour is an all-day entry, in the calendar of its own place. */
const timesOf = (meeting: Meeting) =>
  meeting.isDayOnly
    ? { start: noonOf(toLocalDate(meeting.startsAt, meeting.timeZone)), allDay: true }
    : { start: meeting.startsAt, end: endOf(meeting) };

/** ical-generator writes the day a Date has in UTC. */
const noonOf = (date: string): Date => new Date(`${date}T12:00:00Z`);

function descriptionOf(meeting: Meeting): string {
  const shown = (text: string) =>
    plainText((meeting.origin === null ? markdownToHtml(text) : cleanRemoteHtml(text)).toString());
  const parts = [shown(meeting.body), shown(meeting.agenda), meeting.address === "" ? "" : meeting.link, meeting.url];
  return parts.filter((part) => part !== "").join("\n\n");
}
