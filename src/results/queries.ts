// Reads of results and their milestones, shaped for pages and for the wire.
import type { Sql } from "../platform/db.ts";
import { refuseUnless } from "../platform/refusal.ts";
import type { StatusCount } from "./progress.ts";
import type { Milestone, Result, ResultStatus } from "./result.ts";

const columns = (sql: Sql) => sql`
  result.uri, result.id, subject.url, subject.origin, result.process_uri, result.organisation_id,
  organisation.uri as organisation_uri, coalesce(organisation.name, nullif(subject.author_name, '')) as organisation_name,
  result.title, result.body, result.language, result.status, result.progress, result.cost_amount, result.cost_currency,
  result.starts_on::text, result.ends_on::text, result.category_id, ${categoryName(sql)} as category_name, result.district, result.source,
  subject.like_count, subject.share_count, subject.comment_count, subject.published_at, subject.updated_at,
  subject.hidden_at, subject.hidden_reason`;

/** As its own city calls it: told to other nodes, which know nothing of our ids. */
const categoryName = (sql: Sql) => sql`
  coalesce(nullif(result.category_name, ''), category.name ->> result.language, (select min(value) from jsonb_each_text(category.name)), '')`;

const joined = (sql: Sql) => sql`
  result join subject on subject.uri = result.uri left join actor organisation on organisation.id = result.organisation_id
  left join category on category.id = result.category_id`;

const visible = (sql: Sql) =>
  sql`subject.published_at is not null and subject.hidden_at is null and subject.deleted_at is null`;

/** Any result that was not deleted, hidden ones included: the caller decides who may see it. */
export async function findResult(sql: Sql, uri: string): Promise<Result | null> {
  const [row] = await sql<Result[]>`
    select ${columns(sql)} from ${joined(sql)} where result.uri = ${uri} and subject.deleted_at is null`;
  return row ?? null;
}

export async function getResult(sql: Sql, uri: string): Promise<Result> {
  const result = await findResult(sql, uri);
  refuseUnless(result !== null, "not-found");
  return result;
}

/** By the id in the address of its page on this node, wherever it lives. */
export async function findResultById(sql: Sql, id: string): Promise<Result | null> {
  const [row] = await sql<Result[]>`
    select ${columns(sql)} from ${joined(sql)} where result.id = ${id} and subject.deleted_at is null`;
  return row ?? null;
}

export interface ResultFilter {
  /** Null: of every process. */
  readonly processUri: string | null;
  readonly search?: string;
  readonly status?: ResultStatus;
  /** Itself, or a category right below it. */
  readonly categoryId?: string;
  /** Older than this id. */
  readonly before: string | null;
  /** Newer than this id; the rows then come nearest first. */
  readonly newerThan: string | null;
  readonly limit: number;
}

/** A page of the public results, newest first, by key. Search is by whole words, all of them, in the title and the text. */
export async function listResults(sql: Sql, filter: ResultFilter): Promise<Result[]> {
  const search = filter.search?.trim() ?? "";
  const isBackwards = filter.before === null && filter.newerThan !== null;
  return await sql<Result[]>`
    select ${columns(sql)} from ${joined(sql)}
    where ${visible(sql)}
      ${filter.processUri === null ? sql`` : sql`and result.process_uri = ${filter.processUri}`}
      ${search === "" ? sql`` : sql`and result.search @@ websearch_to_tsquery('simple', ${search})`}
      ${filter.status ? sql`and result.status = ${filter.status}` : sql``}
      ${filter.categoryId ? sql`and result.category_id in (select id from category where id = ${filter.categoryId} or parent_id = ${filter.categoryId})` : sql``}
      ${filter.before === null ? sql`` : sql`and result.id < ${filter.before}`}
      ${isBackwards ? sql`and result.id > ${filter.newerThan}` : sql``}
    order by result.id ${isBackwards ? sql`asc` : sql`desc`} limit ${filter.limit}`;
}

/** The newest public results of this node's own processes, for its home page. */
export async function listLatestResults(sql: Sql, limit: number): Promise<Result[]> {
  return await sql<Result[]>`
    select ${columns(sql)} from ${joined(sql)}
    where ${visible(sql)} and subject.origin is null
    order by subject.updated_at desc, result.id desc limit ${limit}`;
}

/** The public results that come from a thing (a proposal, a meeting), the newest first: for that thing's page. */
export async function listResultsOf(sql: Sql, targetUri: string, limit = 20): Promise<Result[]> {
  return await sql<Result[]>`
    select ${columns(sql)} from ${joined(sql)} join result_link on result_link.result_uri = result.uri
    where result_link.target_uri = ${targetUri} and ${visible(sql)}
    order by result.id desc limit ${limit}`;
}

/** The addresses of what a result comes from, in their order. */
export async function listResultLinks(
  sql: Sql,
  resultUri: string,
): Promise<{ proposals: string[]; meetings: string[] }> {
  const rows = await sql<{ targetUri: string; kind: "proposal" | "meeting" }[]>`
    select target_uri, kind from result_link where result_uri = ${resultUri} order by position`;
  const of = (kind: string) => rows.filter((row) => row.kind === kind).map((row) => row.targetUri);
  return { proposals: of("proposal"), meetings: of("meeting") };
}

/** As {@link listResultLinks}, of several results, by their addresses. */
export async function listResultLinksOf(
  sql: Sql,
  resultUris: readonly string[],
): Promise<ReadonlyMap<string, { proposals: string[]; meetings: string[] }>> {
  const rows = await sql<{ resultUri: string; proposals: string[]; meetings: string[] }[]>`
    select result_uri, coalesce(array_agg(target_uri order by position) filter (where kind = 'proposal'), '{}') as proposals,
      coalesce(array_agg(target_uri order by position) filter (where kind = 'meeting'), '{}') as meetings
    from result_link where result_uri = any(${resultUris as string[]}) group by result_uri`;
  return new Map(rows.map(({ resultUri, ...links }) => [resultUri, links]));
}

/** Results of this node that have records: published, hidden ones too. */
export async function listResultsToRecord(sql: Sql, uris: readonly string[]): Promise<Result[]> {
  return await sql<Result[]>`
    select ${columns(sql)} from ${joined(sql)}
    where result.uri = any(${uris as string[]}) and subject.origin is null and subject.published_at is not null
      and subject.deleted_at is null order by result.id`;
}

/** The public results, counted by where they stand and by their upper category. @param processUri null: of every process. */
export async function countByStatus(sql: Sql, processUri: string | null): Promise<StatusCount[]> {
  return await sql<StatusCount[]>`
    select counted.status, category.name, case when category.id is null then counted.category_name else '' end as said,
      sum(counted.count)::int as count
    from (
      select result.status, result.category_id, result.category_name, count(*) as count
      from result join subject on subject.uri = result.uri
      where ${visible(sql)} ${processUri === null ? sql`` : sql`and result.process_uri = ${processUri}`}
      group by 1, 2, 3) counted
    left join category own on own.id = counted.category_id left join category on category.id = coalesce(own.parent_id, own.id)
    group by counted.status, category.id, category.name, said order by counted.status, category.id, said`;
}

/** How many proposals each of these results comes from. */
export async function countLinkedProposals(
  sql: Sql,
  resultUris: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const rows = await sql<{ resultUri: string; count: number }[]>`
    select result_uri, count(*)::int as count from result_link
    where result_uri = any(${resultUris as string[]}) and kind = 'proposal' group by result_uri`;
  return new Map(rows.map((row) => [row.resultUri, row.count]));
}

const milestoneColumns = (sql: Sql) => sql`
  milestone.uri, milestone.id, subject.url, subject.origin, milestone.result_uri, milestone.reached_on::text,
  milestone.title, milestone.body, subject.language, subject.published_at, subject.updated_at`;

export const milestonesShownMax = 200;

/** The public milestones of a result in the order of time. */
export async function listMilestones(sql: Sql, resultUri: string): Promise<Milestone[]> {
  return await sql<Milestone[]>`
    select ${milestoneColumns(sql)} from milestone join subject on subject.uri = milestone.uri
    where milestone.result_uri = ${resultUri} and ${visible(sql)}
    order by reached_on, milestone.id limit ${milestonesShownMax}`;
}

/** A public milestone by the id in its address. */
export async function findMilestone(sql: Sql, id: string): Promise<Milestone | null> {
  const [row] = await sql<Milestone[]>`
    select ${milestoneColumns(sql)} from milestone join subject on subject.uri = milestone.uri
    where milestone.id = ${id} and ${visible(sql)}`;
  return row ?? null;
}

/** A milestone of this node that has a record: published, hidden or not. */
export async function findMilestoneToRecord(sql: Sql, uri: string): Promise<Milestone | null> {
  const [row] = await sql<Milestone[]>`
    select ${milestoneColumns(sql)} from milestone join subject on subject.uri = milestone.uri
    where milestone.uri = ${uri} and subject.origin is null and subject.published_at is not null
      and subject.deleted_at is null`;
  return row ?? null;
}

/** Which ids of a source a process already has results of. */
export async function listImportedResultIds(sql: Sql, processUri: string, sourceName: string): Promise<Set<string>> {
  const rows = await sql<{ sourceId: string }[]>`
    select source ->> 'id' as source_id from result where process_uri = ${processUri} and source ->> 'name' = ${sourceName}`;
  return new Set(rows.map((row) => row.sourceId));
}

/** The texts of some results, Markdown or HTML as they are stored, for the moderators' desk. */
export async function readResultTexts(sql: Sql, uris: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await sql<{ uri: string; body: string }[]>`
    select uri, body from result where uri = any(${uris as string[]})`;
  return new Map(rows.map((row) => [row.uri, row.body]));
}

/** The texts of some milestones, as {@link readResultTexts}. */
export async function readMilestoneTexts(sql: Sql, uris: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await sql<{ uri: string; body: string }[]>`
    select uri, body from milestone where uri = any(${uris as string[]})`;
  return new Map(rows.map((row) => [row.uri, row.body]));
}
