// What is vouched for of a meeting. Pure: no SQL, no request, no clock.
import { geometryOf, timeOf } from "../records/draft.ts";
import type { RecordDraft } from "../records/record.ts";
import { translationsInPart } from "../translations/record.ts";
import type { Translation } from "../translations/translation.ts";
import type { Meeting } from "./meeting.ts";

/** @param proposals what it talks about, by address, in order. */
export function meetingDraft(
  meeting: Meeting,
  proposals: readonly string[],
  publisher: string,
  translations: readonly Translation[] = [],
): RecordDraft {
  return {
    kind: "meeting",
    subject: meeting.uri,
    process: meeting.processUri,
    publisher,
    license: meeting.source?.license,
    data: {
      url: meeting.url,
      organisation: meeting.organisationUri,
      state: meeting.state,
      language: meeting.language,
      startsAt: timeOf(meeting.startsAt),
      endsAt: timeOf(meeting.endsAt),
      dayOnly: meeting.isDayOnly,
      timeZone: meeting.timeZone,
      form: meeting.kind,
      category: meeting.categoryName,
      district: meeting.district,
      attendees: meeting.attendeeCount,
      proposals,
      source: meeting.source,
      published: timeOf(meeting.publishedAt),
      updated: timeOf(meeting.updatedAt),
    },
    part: {
      title: meeting.title,
      text: meeting.body,
      agenda: meeting.agenda,
      minutes: meeting.minutes,
      cancelReason: meeting.cancelReason,
      audience: meeting.audience,
      organisations: meeting.organisations,
      address: meeting.address,
      ...geometryOf(meeting),
      link: meeting.link,
      author: authorOf(meeting),
      ...translationsInPart("meeting", translations),
    },
  };
}

/** An institution, under the name it had then. */
export const authorOf = (thing: { organisationUri: string | null; organisationName: string | null }) => ({
  name: thing.organisationName ?? "",
  ...(thing.organisationUri === null ? {} : { uri: thing.organisationUri }),
});
