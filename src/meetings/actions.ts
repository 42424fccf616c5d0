// The verbs of meetings: draft, change, publish, cancel, close. The only writer of these tables but for copies and imports.
// Each: load → ask meeting.ts → write → recordEvent, in one transaction.
import { type Account, holds } from "../accounts/account.ts";
import { findActorById } from "../actors/queries.ts";
import { recordEvent } from "../events.ts";
import { type Sql, type Tx, withTransaction } from "../platform/db.ts";
import { newId } from "../platform/ids.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { seenIn, tidyLine, withoutOverrides } from "../platform/text.ts";
import type { Uris } from "../platform/uris.ts";
import { countContribution } from "../processes/count-actions.ts";
import { enterNews } from "../processes/news-actions.ts";
import type { Process } from "../processes/process.ts";
import { checkCategories, getProcess } from "../processes/queries.ts";
import { deleteSubject, enterSubject, recordAct, touchSubject } from "../subjects/actions.ts";
import { changeOf } from "../subjects/change.ts";
import { type MeetingNews, newsOf } from "./announcement.ts";
import {
  checkInvitation,
  checkLimits,
  isMoved,
  isOver,
  linkedMax,
  type Meeting,
  type MeetingText,
  mayBecome,
  minutesLengthMax,
} from "./meeting.ts";
import { getMeeting } from "./queries.ts";
import { vouchForMeetings } from "./vouch.ts";

export interface MeetingInput extends MeetingText {
  /** What it talks about: addresses of proposals. */
  readonly linkedUris: readonly string[];
}

/**
 * Keeps a draft, which only the desk sees. A meeting of a process is called by the process's organisation.
 * @throws Refused `not-allowed`, `too-large`, `invalid-input`.
 */
export async function draftMeeting(
  sql: Sql,
  uris: Uris,
  by: Account,
  input: MeetingInput & { processUri: string | null; organisationId: string },
  now: Date,
): Promise<Meeting> {
  refuseUnless(holds(by, "official", input.processUri), "not-allowed");
  checkLimits(input);
  const id = newId(now);
  const uri = uris.meeting(id);
  return await withTransaction(sql, async (tx) => {
    const process = input.processUri === null ? null : await getProcess(tx, input.processUri);
    refuseUnless(process === null || process.origin === null, "not-allowed");
    const organisationId = process?.organisationId ?? input.organisationId;
    const organisation = await findActorById(tx, organisationId);
    refuseUnless(organisation?.kind === "organisation", "invalid-input", { field: "organisation" });
    await checkCategories(tx, [input.categoryId]);
    await enterSubject(tx, {
      uri,
      id,
      kind: "meeting",
      origin: null,
      url: uri,
      authorId: organisation.id,
      authorName: organisation.name,
      processUri: input.processUri,
      title: tidyLine(input.title),
      language: input.language,
      publishedAt: null,
    });
    const place = {
      uri,
      id,
      processUri: input.processUri,
      organisationId,
      state: "draft",
      createdBy: by.id,
      createdAt: now,
    };
    await tx`insert into meeting ${tx({ ...place, ...columnsOf(input) })}`;
    await replaceMeetingLinks(tx, uri, input.linkedUris);
    await recordAct(tx, by, "meeting-drafted", uri, {}, now, { after: { title: tidyLine(input.title) } });
    return await getMeeting(tx, uri);
  });
}

/** What the audit log says of a change. */
const loggedFields = ["title", "body", "agenda", "startsAt", "endsAt", "kind", "address", "link"] as const;

/**
 * Changes a meeting. Once it is public, its copies elsewhere change too; and where time or place moved, everyone who
 * follows the process hears of it.
 */
export async function changeMeeting(
  sql: Sql,
  uris: Uris,
  by: Account,
  uri: string,
  input: MeetingInput,
  now: Date,
): Promise<Meeting> {
  checkLimits(input);
  return await withTransaction(sql, async (tx) => {
    const before = await ownMeetingForUpdate(tx, by, uri);
    refuseUnless(before.state === "draft" || mayBecome(before.state, "scheduled"), "not-in-this-state");
    if (before.state !== "draft") checkInvitation(input);
    await checkCategories(tx, [input.categoryId], { kept: [before.categoryId] });
    await tx`update meeting set ${tx(columnsOf(input))} where uri = ${uri}`;
    await replaceMeetingLinks(tx, uri, input.linkedUris);
    const shown = { title: tidyLine(input.title), language: input.language };
    await recordAct(tx, by, "meeting-changed", uri, {}, now, changeOf(before, input, loggedFields));
    if (before.state === "draft") {
      await tx`update subject set ${tx(shown)} where uri = ${uri}`;
      return await getMeeting(tx, uri);
    }
    await touchSubject(tx, uri, shown, now);
    const meeting = await getMeeting(tx, uri);
    await tell(
      tx,
      uris,
      "MeetingChanged",
      meeting,
      isMoved(before, input) && !isOver(meeting, now) ? "moved" : null,
      by,
      now,
    );
    return meeting;
  });
}

/**
 * Invites: from now on anyone can read it, and all who follow the process hear of it. Publishing twice changes nothing.
 * @throws Refused `invalid-input` naming what is missing, `not-in-this-state` while its process is a draft.
 */
export async function publishMeeting(sql: Sql, uris: Uris, by: Account, uri: string, now: Date): Promise<Meeting> {
  return await withTransaction(sql, async (tx) => {
    const meeting = await ownMeetingForUpdate(tx, by, uri);
    if (meeting.state === "scheduled") return meeting;
    refuseUnless(mayBecome(meeting.state, "scheduled"), "not-in-this-state");
    checkInvitation(meeting);
    const process = meeting.processUri === null ? null : await getProcess(tx, meeting.processUri);
    refuseUnless(process === null || process.publishedAt !== null, "not-in-this-state");
    await tx`update meeting set state = 'scheduled' where uri = ${uri}`;
    await touchSubject(tx, uri, { publishedAt: now }, now);
    await countContribution(tx, { kind: "meeting", processUri: meeting.processUri }, 1);
    await recordAct(tx, by, "meeting-published", uri, {}, now, {
      before: { state: "draft" },
      after: { state: "scheduled" },
    });
    const published = await getMeeting(tx, uri);
    await tell(tx, uris, "MeetingPublished", published, isOver(published, now) ? null : "invited", by, now);
    return published;
  });
}

/** Calls it off, with a reason that is told. It stays readable, marked as cancelled. */
export async function cancelMeeting(
  sql: Sql,
  uris: Uris,
  by: Account,
  uri: string,
  reason: string,
  now: Date,
): Promise<void> {
  refuseUnless(seenIn(reason) !== "", "invalid-input", { field: "reason" });
  await withTransaction(sql, async (tx) => {
    const meeting = await ownMeetingForUpdate(tx, by, uri);
    refuseUnless(mayBecome(meeting.state, "cancelled"), "not-in-this-state");
    await tx`update meeting set state = 'cancelled', cancel_reason = ${reason.trim()} where uri = ${uri}`;
    await touchSubject(tx, uri, {}, now);
    const change = { before: { state: meeting.state }, after: { state: "cancelled", reason: reason.trim() } };
    await recordAct(tx, by, "meeting-cancelled", uri, {}, now, change);
    await tell(tx, uris, "MeetingChanged", await getMeeting(tx, uri), "cancelled", by, now);
  });
}

/**
 * Writes up what was said and who came, or writes it up again. Attendance is a number and names of organisations, never
 * of persons.
 * @throws Refused `not-in-this-state` before it has begun.
 */
export async function closeMeeting(
  sql: Sql,
  uris: Uris,
  by: Account,
  uri: string,
  input: { attendeeCount: number | null; organisations: string; minutes: string },
  now: Date,
): Promise<void> {
  refuseUnless(seenIn(input.minutes) !== "", "invalid-input", { field: "minutes" });
  refuseUnless(input.minutes.length <= minutesLengthMax, "too-large", { field: "minutes", max: minutesLengthMax });
  await withTransaction(sql, async (tx) => {
    const meeting = await ownMeetingForUpdate(tx, by, uri);
    refuseUnless(mayBecome(meeting.state, "closed") && meeting.startsAt <= now, "not-in-this-state");
    await tx`update meeting set ${tx({ ...input, state: "closed" })} where uri = ${uri}`;
    await touchSubject(tx, uri, {}, now);
    const change = changeOf(meeting, { ...input, state: "closed" }, [
      "state",
      "attendeeCount",
      "organisations",
      "minutes",
    ]);
    await recordAct(tx, by, "meeting-closed", uri, { attendeeCount: input.attendeeCount }, now, change);
    const news = meeting.state === "closed" ? null : "closed";
    await tell(tx, uris, "MeetingChanged", await getMeeting(tx, uri), news, by, now);
  });
}

/** Throws a draft away for good. */
export async function discardMeeting(sql: Sql, by: Account, uri: string, now: Date): Promise<void> {
  await withTransaction(sql, async (tx) => {
    const meeting = await ownMeetingForUpdate(tx, by, uri);
    refuseUnless(meeting.state === "draft", "not-in-this-state");
    await tx`update meeting set title = '', body = '', agenda = '', address = '', link = '' where uri = ${uri}`;
    await deleteSubject(tx, uri, now);
    await recordAct(tx, by, "meeting-discarded", uri, {}, now, { before: { title: meeting.title } });
  });
}

/** The record, the event, and the process's news of it where people should hear. A meeting in no process speaks for itself. */
async function tell(
  tx: Tx,
  uris: Uris,
  type: "MeetingPublished" | "MeetingChanged",
  meeting: Meeting,
  news: MeetingNews | null,
  by: Account,
  now: Date,
): Promise<void> {
  await vouchForMeetings(tx, [meeting.uri], now);
  const process: Process | null = meeting.processUri === null ? null : await getProcess(tx, meeting.processUri);
  const newsUri =
    process === null || news === null
      ? null
      : await enterNews(
          tx,
          uris,
          process,
          { kind: "news", by: by.id, language: meeting.language, ...newsOf(meeting, news) },
          now,
        );
  await recordEvent(tx, { type, subjectUri: meeting.uri, data: { newsUri } }, now);
}

const columnsOf = ({ linkedUris: _, ...text }: MeetingInput) => ({
  title: tidyLine(text.title),
  body: withoutOverrides(text.body),
  language: text.language,
  startsAt: text.startsAt,
  endsAt: text.endsAt,
  isDayOnly: text.isDayOnly,
  timeZone: text.timeZone,
  kind: text.kind,
  address: tidyLine(text.address),
  latitude: text.latitude,
  longitude: text.longitude,
  link: text.link.trim(),
  agenda: withoutOverrides(text.agenda),
  audience: tidyLine(text.audience),
  categoryId: text.categoryId,
});

/** Locked, and of this node; what another may not change does not open for them. */
async function ownMeetingForUpdate(tx: Tx, by: Account, uri: string): Promise<Meeting> {
  await tx`select from meeting where uri = ${uri} for update`;
  const meeting = await getMeeting(tx, uri);
  refuseUnless(meeting.origin === null && holds(by, "official", meeting.processUri), "not-allowed");
  return meeting;
}

/** Sets what a meeting talks about, in that order. */
export async function replaceMeetingLinks(tx: Tx, uri: string, linkedUris: readonly string[]): Promise<void> {
  refuseUnless(linkedUris.length <= linkedMax, "too-large", { field: "linked", max: linkedMax });
  await tx`delete from meeting_link where meeting_uri = ${uri}`;
  for (const [position, targetUri] of [...new Set(linkedUris)].entries()) {
    await tx`insert into meeting_link ${tx({ meetingUri: uri, targetUri, position })}`;
  }
}
