// Reads of processes, phases, categories, documents and news.
import type { Sql } from "../platform/db.ts";
import { isId } from "../platform/ids.ts";
import { refuseUnless } from "../platform/refusal.ts";
import type { Category, DeskCategory } from "./category.ts";
import type { Phase, Process } from "./process.ts";

const columns = (sql: Sql) => sql`
  process.uri, process.id, subject.origin, subject.url, process.handle, actor.uri as actor_uri, process.organisation_id,
  organisation.uri as organisation_uri, organisation.name as organisation_name, process.languages, process.title,
  process.summary, process.description, process.promoter, process.audience, process.decides, process.goals, process.call_to_action,
  process.indicator, process.is_pilot, process.pilot_area, process.pilot_geojson, process.pilot_decision,
  process.pilot_reasons, process.pilot_decided_at, process.support_limit, process.edit_window_minutes, process.image,
  process.image_alt, process.source, process.proposal_count, process.result_count, process.meeting_count,
  subject.published_at, subject.updated_at, subject.hidden_at, coalesce(actor.followers_count, 0) as followers_count`;

const joined = (sql: Sql) => sql`
  process join subject on subject.uri = process.uri
  left join actor on actor.id = process.actor_id
  left join actor organisation on organisation.id = process.organisation_id`;

async function withPhases(sql: Sql, rows: Omit<Process, "phases">[]): Promise<Process[]> {
  if (rows.length === 0) return [];
  const phases = await sql<(Phase & { processUri: string })[]>`
    select id, process_uri, title, description, starts_at, ends_at, permits from phase
    where process_uri = any(${rows.map((row) => row.uri)}) order by starts_at`;
  return rows.map((row) => ({ ...row, phases: phases.filter((phase) => phase.processUri === row.uri) }));
}

export async function findProcess(sql: Sql, uri: string): Promise<Process | null> {
  const rows = await sql<Omit<Process, "phases">[]>`
    select ${columns(sql)} from ${joined(sql)} where process.uri = ${uri} and subject.deleted_at is null`;
  return (await withPhases(sql, rows))[0] ?? null;
}

export async function getProcess(sql: Sql, uri: string): Promise<Process> {
  const process = await findProcess(sql, uri);
  refuseUnless(process !== null, "not-found");
  return process;
}

/** By the last part of its page's address: a handle of this node, or the id of a remote process kept here. */
export async function findProcessByPath(sql: Sql, segment: string): Promise<Process | null> {
  const rows = await sql<Omit<Process, "phases">[]>`
    select ${columns(sql)} from ${joined(sql)}
    where subject.deleted_at is null
      and ${isId(segment) ? sql`process.id = ${segment}` : sql`process.handle = ${segment} and subject.origin is null`}`;
  return (await withPhases(sql, rows))[0] ?? null;
}

/** The phases of a process, locked with it, for an action that asks what is permitted now. */
export async function phasesOf(sql: Sql, processUri: string): Promise<Phase[]> {
  return await sql<Phase[]>`
    select id, title, description, starts_at, ends_at, permits from phase where process_uri = ${processUri} order by starts_at`;
}

export interface ProcessFilter {
  readonly search?: string;
  readonly state?: "open" | "upcoming" | "closed";
  readonly organisationId?: string;
  readonly from?: "here" | "elsewhere";
  readonly drafts?: boolean;
  /** Older than this id. */
  readonly before?: string | null;
  /** Newer than this id; the rows then come nearest first, oldest on top. */
  readonly newerThan?: string | null;
  readonly limit: number;
  readonly now: Date;
}

/** Processes a reader may see, newest first, by key. Drafts only where asked for, for the desk. */
export async function listProcesses(sql: Sql, filter: ProcessFilter): Promise<Process[]> {
  const { now } = filter;
  const words = filter.search?.trim() ? `%${filter.search.trim().replace(/[\\%_]/g, "\\$&")}%` : null;
  const during = sql`exists (select from phase where phase.process_uri = process.uri and starts_at <= ${now} and ${now} < ends_at)`;
  const later = sql`exists (select from phase where phase.process_uri = process.uri and starts_at > ${now})`;
  const state =
    filter.state === "open"
      ? sql`and ${during}`
      : filter.state === "upcoming"
        ? sql`and not ${during} and ${later}`
        : filter.state === "closed"
          ? sql`and not ${during} and not ${later}`
          : sql``;
  const rows = await sql<Omit<Process, "phases">[]>`
    select ${columns(sql)} from ${joined(sql)}
    where subject.deleted_at is null and subject.hidden_at is null
      ${filter.drafts ? sql`and subject.published_at is null` : sql`and subject.published_at is not null`}
      ${words === null ? sql`` : sql`and (process.title::text ilike ${words} or process.summary::text ilike ${words})`}
      ${filter.organisationId ? sql`and process.organisation_id = ${filter.organisationId}` : sql``}
      ${filter.from === "here" ? sql`and subject.origin is null` : filter.from === "elsewhere" ? sql`and subject.origin is not null` : sql``}
      ${filter.before ? sql`and process.id < ${filter.before}` : filter.newerThan ? sql`and process.id > ${filter.newerThan}` : sql``}
      ${state}
    order by ${filter.newerThan ? sql`process.id` : sql`process.id desc`} limit ${filter.limit}`;
  return await withPhases(sql, rows);
}

export type { Category } from "./category.ts";

/**
 * The taxonomy of the city as it is offered, or only the part a process uses where it names one. Parents before children.
 * @param also of those that are offered no more, these: what has one keeps it.
 */
export async function listCategories(
  sql: Sql,
  processUri: string | null = null,
  also: readonly (string | null | undefined)[] = [],
): Promise<Category[]> {
  const limited =
    processUri !== null &&
    (await sql`select from process_category where process_uri = ${processUri} limit 1`).length > 0;
  const kept = also.filter((id) => id != null);
  return await sql<Category[]>`
    select id, parent_id, name from category
    where (retired_at is null
      ${limited ? sql`and id in (select category_id from process_category where process_uri = ${processUri})` : sql``})
      or id::text = any(${kept})
    order by parent_id nulls first, position, id`;
}

/** All of them, also those that are offered no more, for the desk. */
export async function listAllCategories(sql: Sql): Promise<DeskCategory[]> {
  return await sql<DeskCategory[]>`
    select id, parent_id, name, retired_at, position from category order by parent_id nulls first, position, id`;
}

/** The category that what carries this one is to have: the one it went into, or itself. */
export async function findCategoryAfter(sql: Sql, id: string): Promise<string> {
  const [row] = await sql<
    { after: string }[]
  >`select coalesce(merged_into, id) as after from category where id = ${id}`;
  return row?.after ?? id;
}

/**
 * In the transaction that writes them: one that goes into another waits for it, and finds what it wrote.
 * @param kept what the thing has already: that one may stay though it is offered no more.
 * @throws Refused `invalid-input` where one of these, as a form gave them, is no category that this city offers.
 */
export async function checkCategories(
  sql: Sql,
  ids: readonly (string | null | undefined)[],
  { field = "category", kept = [] }: { field?: string; kept?: readonly (string | null)[] } = {},
): Promise<void> {
  const named = [...new Set(ids.filter((id) => id != null))];
  if (named.length === 0) return;
  const stay = kept.filter((id) => id !== null);
  const known = await sql`
    select from category where id::text = any(${named}) and (retired_at is null or id::text = any(${stay}))
    order by id for key share`;
  refuseUnless(known.length === named.length, "invalid-input", { field });
}

/** The categories a process names as its own; none where all of the city's are. */
export async function listProcessCategories(sql: Sql, processUri: string): Promise<Category[]> {
  return await sql<Category[]>`
    select category.id, parent_id, name from process_category join category on category.id = category_id
    where process_uri = ${processUri} order by position, category.id`;
}

export interface ProcessDocument {
  readonly id: string;
  readonly title: string;
  readonly language: string;
  readonly url: string;
  readonly mediaType: string;
  readonly sizeBytes: string | null;
}

export async function listDocuments(sql: Sql, processUri: string): Promise<ProcessDocument[]> {
  return await sql<ProcessDocument[]>`
    select id, title, language, url, media_type, size_bytes from process_document
    where process_uri = ${processUri} order by position, id`;
}

export interface News {
  readonly uri: string;
  readonly id: string;
  readonly url: string;
  readonly origin: string | null;
  readonly title: string;
  readonly language: string;
  /** `phase`: announced by itself; `digest`: rolls up contributions for followers elsewhere. */
  readonly kind: "news" | "phase" | "digest";
  readonly body: string;
  readonly publishedAt: Date;
  readonly updatedAt: Date;
}

export async function listNews(
  sql: Sql,
  {
    processUri,
    before,
    newerThan = null,
    limit,
  }: { processUri: string; before: string | null; newerThan?: string | null; limit: number },
): Promise<News[]> {
  return await sql<News[]>`
    select news.uri, subject.id, subject.url, subject.origin, subject.title, subject.language, news.kind, news.body, subject.published_at, subject.updated_at
    from news join subject on subject.uri = news.uri
    where news.process_uri = ${processUri} and news.kind <> 'digest' and subject.published_at is not null and subject.hidden_at is null
      and subject.deleted_at is null ${before === null ? (newerThan === null ? sql`` : sql`and subject.id > ${newerThan}`) : sql`and subject.id < ${before}`}
    order by ${newerThan === null ? sql`subject.id desc` : sql`subject.id`} limit ${limit}`;
}

export async function findNews(sql: Sql, id: string): Promise<(News & { processUri: string }) | null> {
  const [row] = await sql<(News & { processUri: string })[]>`
    select news.uri, subject.id, subject.url, subject.origin, subject.title, subject.language, news.kind, news.body, subject.published_at,
      subject.updated_at, news.process_uri
    from news join subject on subject.uri = news.uri
    where subject.id = ${id} and subject.published_at is not null and subject.hidden_at is null and subject.deleted_at is null`;
  return row ?? null;
}

/** News of this node, hidden ones too, that have records: digests have none. */
export async function listNewsToRecord(sql: Sql, uris: readonly string[]): Promise<(News & { processUri: string })[]> {
  return await sql<(News & { processUri: string })[]>`
    select news.uri, subject.id, subject.url, subject.origin, subject.title, subject.language, news.kind, news.body,
      subject.published_at, subject.updated_at, news.process_uri
    from news join subject on subject.uri = news.uri
    where news.uri = any(${uris as string[]}) and news.kind <> 'digest' and subject.origin is null
      and subject.published_at is not null and subject.deleted_at is null`;
}

/** The texts of some news, Markdown or HTML as they are stored, for the moderators' desk. */
export async function readNewsTexts(sql: Sql, uris: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await sql<{ uri: string; body: string }[]>`
    select uri, body from news where uri = any(${uris as string[]})`;
  return new Map(rows.map((row) => [row.uri, row.body]));
}
