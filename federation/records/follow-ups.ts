// What came of proposals, from its record: meetings, results and their steps → the plain data that each room keeps.
import { z } from "zod";
import { isPossibleLength, meetingKinds } from "../../src/meetings/meeting.ts";
import type { RemoteMeeting } from "../../src/meetings/remote.ts";
import { refuseUnless } from "../../src/platform/refusal.ts";
import { isTimeZone } from "../../src/platform/time.ts";
import type { Json, RecordDocument } from "../../src/records/record.ts";
import type { RemoteMilestone, RemoteResult } from "../../src/results/remote.ts";
import { resultStatuses } from "../../src/results/result.ts";
import { translationsInCopiedPart } from "../translations.ts";
import {
  address,
  addresses,
  author,
  cost,
  day,
  geometry,
  language,
  line,
  moment,
  point,
  prose,
  shaped,
  source,
  textPart,
  times,
  url,
} from "./shapes.ts";

const meetingData = z
  .object({
    url: address.optional().catch(undefined),
    state: z.enum(["scheduled", "cancelled", "closed"]),
    language,
    startsAt: moment,
    endsAt: moment.nullable().catch(null),
    dayOnly: z.boolean().catch(false),
    timeZone: z.string().refine(isTimeZone),
    form: z.enum(meetingKinds),
    category: line(200),
    district: line(200),
    attendees: z.number().int().min(0).max(1_000_000_000).nullable().catch(null),
    proposals: addresses,
    source,
    ...times,
  })
  .refine(({ startsAt, endsAt }) => endsAt === null || isPossibleLength(startsAt, endsAt));
const meetingPart = z.object({
  title: line(300),
  text: prose,
  agenda: prose,
  minutes: prose,
  cancelReason: line(500),
  audience: line(500),
  organisations: line(2_000),
  address: line(500),
  geometry,
  link: address.catch(""),
  author,
});

export function readMeeting(document: RecordDocument, part: Json): Omit<RemoteMeeting, "organisationId"> {
  const { published, updated, dayOnly, form, category, attendees, proposals, ...said } = shaped(
    meetingData,
    document.data,
  );
  const { author: by, text, geometry: place, ...words } = shaped(meetingPart, part);
  return {
    ...said,
    ...words,
    uri: document.subject,
    url: url(said, document),
    processUri: document.process ?? null,
    organisationName: by.name,
    body: text,
    isDayOnly: dayOnly,
    kind: form,
    categoryName: category,
    attendeeCount: attendees,
    linkedUris: proposals,
    latitude: point(place)?.latitude ?? null,
    longitude: point(place)?.longitude ?? null,
    translations: translationsInCopiedPart("meeting", part),
    publishedAt: published,
    updatedAt: updated ?? published,
  };
}

const resultData = z
  .object({
    url: address.optional().catch(undefined),
    language,
    status: z.enum(resultStatuses),
    progress: z.number().int().min(0).max(100).nullable().catch(null),
    cost,
    startsOn: day.nullable().catch(null),
    endsOn: day.nullable().catch(null),
    category: line(200),
    district: line(200),
    proposals: addresses,
    meetings: addresses,
    source,
    ...times,
  })
  .refine(({ startsOn, endsOn }) => startsOn === null || endsOn === null || startsOn <= endsOn);

export function readResult(document: RecordDocument, part: Json): Omit<RemoteResult, "organisationId"> {
  const {
    published,
    updated,
    cost: amount,
    category,
    proposals,
    meetings,
    ...said
  } = shaped(resultData, document.data);
  const { title, text, author: by } = shaped(textPart, part);
  refuseUnless(document.process !== undefined, "unsupported-object");
  return {
    ...said,
    uri: document.subject,
    url: url(said, document),
    processUri: document.process,
    organisationName: by.name,
    title,
    body: text,
    costAmount: amount?.amount ?? null,
    costCurrency: amount?.currency ?? null,
    categoryName: category,
    proposalUris: proposals,
    meetingUris: meetings,
    translations: translationsInCopiedPart("result", part),
    publishedAt: published,
    updatedAt: updated ?? published,
  };
}

const milestoneData = z.object({
  url: address.optional().catch(undefined),
  result: address,
  reachedOn: day,
  language,
  ...times,
});

export function readMilestone(document: RecordDocument, part: Json): Omit<RemoteMilestone, "organisationId"> {
  const { published, updated, result, ...said } = shaped(milestoneData, document.data);
  const { title, text, author: by } = shaped(textPart, part);
  return {
    ...said,
    uri: document.subject,
    url: url(said, document),
    resultUri: result,
    title,
    body: text,
    organisationName: by.name,
    translations: translationsInCopiedPart("milestone", part),
    publishedAt: published,
    updatedAt: updated ?? published,
  };
}
