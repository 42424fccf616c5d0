// Reads of meetings, shaped for pages, calendars and the wire.
import type { Sql } from "../platform/db.ts";
import { isId } from "../platform/ids.ts";
import type { PageKey } from "../platform/pagination.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { lengthMaxMs, type Meeting } from "./meeting.ts";

const columns = (sql: Sql) => sql`
  meeting.uri, meeting.id, subject.url, subject.origin, meeting.process_uri, meeting.organisation_id,
  organisation.uri as organisation_uri, coalesce(organisation.name, nullif(subject.author_name, '')) as organisation_name,
  meeting.title, meeting.body, meeting.language, meeting.state, meeting.starts_at, meeting.ends_at, meeting.is_day_only,
  meeting.time_zone, meeting.kind, meeting.address, meeting.latitude, meeting.longitude, meeting.link, meeting.agenda,
  meeting.audience, meeting.category_id, ${categoryName(sql)} as category_name, meeting.district, meeting.cancel_reason,
  meeting.attendee_count, meeting.organisations, meeting.minutes, meeting.source, subject.like_count, subject.share_count,
  subject.comment_count, subject.published_at, subject.updated_at, subject.hidden_at, subject.hidden_reason`;

/** As its own city calls it: told to other nodes, which know nothing of our ids. */
const categoryName = (sql: Sql) => sql`
  coalesce(nullif(meeting.category_name, ''), category.name ->> meeting.language, (select min(value) from jsonb_each_text(category.name)), '')`;

const joined = (sql: Sql) => sql`
  meeting join subject on subject.uri = meeting.uri
  left join actor organisation on organisation.id = meeting.organisation_id
  left join category on category.id = meeting.category_id`;

const visible = (sql: Sql) =>
  sql`subject.published_at is not null and subject.hidden_at is null and subject.deleted_at is null`;

/** Any meeting that was not deleted, hidden and drafts included: the caller decides who may see it. */
export async function findMeeting(sql: Sql, uri: string): Promise<Meeting | null> {
  const [row] = await sql<Meeting[]>`
    select ${columns(sql)} from ${joined(sql)} where meeting.uri = ${uri} and subject.deleted_at is null`;
  return row ?? null;
}

export async function getMeeting(sql: Sql, uri: string): Promise<Meeting> {
  const meeting = await findMeeting(sql, uri);
  refuseUnless(meeting !== null, "not-found");
  return meeting;
}

/** By the id in the address of its page on this node, wherever it lives. */
export async function findMeetingById(sql: Sql, id: string): Promise<Meeting | null> {
  const [row] = await sql<Meeting[]>`
    select ${columns(sql)} from ${joined(sql)} where meeting.id = ${id} and subject.deleted_at is null`;
  return row ?? null;
}

export interface MeetingFilter {
  /** Null: of every process and of none. */
  readonly processUri: string | null;
  readonly when: "upcoming" | "past";
  readonly search?: string;
  /** The key of the last one on the page before; see {@link pageKeyOf}. */
  readonly after: PageKey | null;
  /** The key of the first one on the page after; the rows then come nearest first. */
  readonly before: PageKey | null;
  readonly limit: number;
  readonly now: Date;
}

export const pageKeyOf = (meeting: Meeting): PageKey => [meeting.startsAt.toISOString(), meeting.id];

/**
 * A page of the public meetings, by key: those to come with the next one first, those past with the latest first. One
 * that has begun counts as to come until its end, or until its day is over where no end is known.
 */
export async function listMeetings(sql: Sql, filter: MeetingFilter): Promise<Meeting[]> {
  const search = filter.search?.trim() ?? "";
  const key = readKey(filter.after ?? filter.before);
  const isBackwards = filter.after === null && filter.before !== null;
  const isAscending = (filter.when === "upcoming") !== isBackwards;
  const direction = isAscending ? sql`asc` : sql`desc`;
  const isToCome = sql`coalesce(meeting.ends_at, meeting.starts_at + case when is_day_only then interval '1 day' else interval '3 hours' end) > ${filter.now}`;
  return await sql<Meeting[]>`
    select ${columns(sql)} from ${joined(sql)}
    where meeting.state <> 'draft' and ${visible(sql)}
      and ${filter.when === "upcoming" ? sql`meeting.starts_at > ${new Date(+filter.now - lengthMaxMs)} and ${isToCome}` : sql`not (${isToCome})`}
      ${filter.processUri === null ? sql`` : sql`and meeting.process_uri = ${filter.processUri}`}
      ${search === "" ? sql`` : sql`and meeting.search @@ websearch_to_tsquery('simple', ${search})`}
      ${
        key === null
          ? sql``
          : sql`and (meeting.starts_at, meeting.id) ${isAscending ? sql`>` : sql`<`} (${key.startsAt}::timestamptz, ${key.id}::uuid)`
      }
    order by meeting.starts_at ${direction}, meeting.id ${direction} limit ${filter.limit}`;
}

/** @throws Refused `not-found` for a cursor that is none of {@link pageKeyOf}. */
function readKey(key: PageKey | null): { startsAt: string; id: string } | null {
  if (key === null) return null;
  const [startsAt, id] = key;
  refuseUnless(typeof startsAt === "string" && !Number.isNaN(Date.parse(startsAt)), "not-found");
  refuseUnless(typeof id === "string" && isId(id), "not-found");
  return { startsAt, id };
}

export const calendarMeetingsMax = 500;

/** What a calendar shows: the latest past and those to come, cancelled ones too, since a calendar must learn of that. */
export async function listForCalendar(
  sql: Sql,
  { processUri, since }: { processUri: string | null; since: Date },
): Promise<Meeting[]> {
  return await sql<Meeting[]>`
    select ${columns(sql)} from ${joined(sql)}
    where meeting.state <> 'draft' and ${visible(sql)} and meeting.starts_at >= ${since}
      ${processUri === null ? sql`` : sql`and meeting.process_uri = ${processUri}`}
    order by meeting.starts_at limit ${calendarMeetingsMax}`;
}

/** Drafts of one process, or of the whole node for its desk. */
export async function listDraftMeetings(sql: Sql, processUri: string | null): Promise<Meeting[]> {
  return await sql<Meeting[]>`
    select ${columns(sql)} from ${joined(sql)}
    where meeting.state = 'draft' and subject.deleted_at is null
      ${processUri === null ? sql`` : sql`and meeting.process_uri = ${processUri}`}
    order by meeting.id desc limit 50`;
}

/** The addresses of what a meeting talks about, in their order. */
export async function listMeetingLinks(sql: Sql, meetingUri: string): Promise<string[]> {
  const rows = await sql<{ targetUri: string }[]>`
    select target_uri from meeting_link where meeting_uri = ${meetingUri} order by position`;
  return rows.map((row) => row.targetUri);
}

/** As {@link listMeetingLinks}, of several meetings, by their addresses. */
export async function listMeetingLinksOf(
  sql: Sql,
  meetingUris: readonly string[],
): Promise<ReadonlyMap<string, string[]>> {
  const rows = await sql<{ meetingUri: string; targetUris: string[] }[]>`
    select meeting_uri, array_agg(target_uri order by position) as target_uris from meeting_link
    where meeting_uri = any(${meetingUris as string[]}) group by meeting_uri`;
  return new Map(rows.map((row) => [row.meetingUri, row.targetUris]));
}

/** Meetings of this node that have records: published, hidden ones too. */
export async function listMeetingsToRecord(sql: Sql, uris: readonly string[]): Promise<Meeting[]> {
  return await sql<Meeting[]>`
    select ${columns(sql)} from ${joined(sql)}
    where meeting.uri = any(${uris as string[]}) and subject.origin is null and subject.published_at is not null
      and subject.deleted_at is null order by meeting.id`;
}

/** The public meetings that talk about a thing, the latest first: for the page of a proposal. */
export async function listMeetingsAbout(sql: Sql, targetUri: string, limit: number): Promise<Meeting[]> {
  return await sql<Meeting[]>`
    select ${columns(sql)} from ${joined(sql)} join meeting_link on meeting_link.meeting_uri = meeting.uri
    where meeting_link.target_uri = ${targetUri} and meeting.state <> 'draft' and ${visible(sql)}
    order by meeting.starts_at desc limit ${limit}`;
}

/** Which ids of a source a process already has meetings of. */
export async function listImportedMeetingIds(sql: Sql, processUri: string, sourceName: string): Promise<Set<string>> {
  const rows = await sql<{ sourceId: string }[]>`
    select source ->> 'id' as source_id from meeting where process_uri = ${processUri} and source ->> 'name' = ${sourceName}`;
  return new Set(rows.map((row) => row.sourceId));
}

/** The texts of some meetings, Markdown or HTML as they are stored, for the moderators' desk. */
export async function readMeetingTexts(sql: Sql, uris: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await sql<{ uri: string; body: string; agenda: string; minutes: string }[]>`
    select uri, body, agenda, minutes from meeting where uri = any(${uris as string[]})`;
  return new Map(
    rows.map(({ uri, ...texts }) => [uri, [texts.body, texts.agenda, texts.minutes].filter(Boolean).join("\n\n")]),
  );
}
