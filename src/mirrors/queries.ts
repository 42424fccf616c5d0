// Reads of mirrors, and of the processes they hold.
import type { Sql } from "../platform/db.ts";
import type { Mirror } from "./mirror.ts";

const columns = (sql: Sql) => sql`
  mirror.scope_uri, mirror.id, mirror.kind, mirror.state, mirror.source, mirror.root_digest, mirror.record_count,
  mirror.kept_count, mirror.missing_count, mirror.archive_source, coalesce(mirror.archive_place, '0')::float8 as archive_place,
  mirror.failures, mirror.error, mirror.error_detail, mirror.since, mirror.tried_at, mirror.checked_at`;

export async function findMirror(sql: Sql, scopeUri: string): Promise<Mirror | null> {
  const [row] = await sql<Mirror[]>`select ${columns(sql)} from mirror where scope_uri = ${scopeUri}`;
  return row ?? null;
}

/** A mirror with the name people know what it copies by. */
export type NamedMirror = Mirror & { readonly name: string; readonly processId: string | null };

const named = (sql: Sql) => sql`
  select ${columns(sql)}, coalesce(nullif(subject.title, ''), nullif(actor.name, ''), mirror.scope_uri) as name,
    process.id as process_id
  from mirror left join subject on subject.uri = mirror.scope_uri left join process on process.uri = mirror.scope_uri
    left join actor on actor.uri = mirror.scope_uri`;

/** What is kept here, the latest first, by key. */
export async function listMirrors(
  sql: Sql,
  { before, newerThan, limit }: { before: string | null; newerThan: string | null; limit: number },
): Promise<NamedMirror[]> {
  return await sql<NamedMirror[]>`
    ${named(sql)} where true ${before === null ? sql`` : sql`and mirror.id < ${before}`}
      ${newerThan === null ? sql`` : sql`and mirror.id > ${newerThan}`}
    order by ${newerThan === null ? sql`mirror.id desc` : sql`mirror.id`} limit ${limit}`;
}

export async function findNamedMirror(sql: Sql, id: string): Promise<NamedMirror | null> {
  const [row] = await sql<NamedMirror[]>`${named(sql)} where mirror.id = ${id}`;
  return row ?? null;
}

/** The mirror a process of another node stands in: its own, or its institution's. */
export async function mirrorOfProcess(sql: Sql, processUri: string): Promise<Mirror | null> {
  const [row] = await sql<Mirror[]>`
    select ${columns(sql)} from mirror
    where scope_uri = ${processUri} or scope_uri in (
      select publisher_uri from record where subject_uri = ${processUri} and is_head)
    order by (scope_uri = ${processUri}) desc limit 1`;
  return row ?? null;
}

/** Which of these processes and institutions are mirrored. */
export async function mirroredAmong(sql: Sql, scopeUris: readonly string[]): Promise<string[]> {
  const rows = await sql<{ scopeUri: string }[]>`
    select scope_uri from mirror where scope_uri = any(${scopeUris as string[]})`;
  return rows.map(({ scopeUri }) => scopeUri);
}

/**
 * Who may have a copy of what its owner does not hand out: servers this node follows or mirrors from, the latest first.
 * Blocked ones and the owner itself are left out.
 */
export async function listOtherSources(sql: Sql, ownerOrigin: string, limit: number): Promise<string[]> {
  const rows = await sql<{ origin: string }[]>`
    select origin from (
      select actor.origin, max(follow.created_at) as at from follow join actor on actor.id = follow.followed_id
        join actor us on us.id = follow.follower_id
        where us.origin is null and actor.origin is not null and follow.state <> 'rejected' group by 1
      union all select source, max(since) from mirror group by 1) as known
    where origin <> ${ownerOrigin}
      and peer_policy(split_part(origin, '/', 3)) is distinct from 'blocked'
    group by origin order by max(at) desc limit ${limit}`;
  return rows.map(({ origin }) => origin);
}

export interface Refusal {
  readonly id: string;
  readonly subjectUri: string;
  readonly digest: string;
  readonly reason: string;
  readonly source: string;
  readonly at: Date;
}

/** What was offered from a server and not taken, the latest first. */
export async function listRefusals(sql: Sql, sources: readonly string[], limit: number): Promise<Refusal[]> {
  return await sql<Refusal[]>`
    select id, subject_uri, digest, reason, source, at from record_refusal where source = any(${sources as string[]})
    order by id desc limit ${limit}`;
}

/** How many of the records kept of something are only vouched for by somebody else than their owner. */
export async function listVouchers(sql: Sql, scopeUri: string): Promise<string[]> {
  const rows = await sql<{ vouchedBy: string }[]>`
    select distinct vouched_by from record
    where (process_uri = ${scopeUri} or publisher_uri = ${scopeUri}) and trust = 'vouched' limit 20`;
  return rows.map(({ vouchedBy }) => vouchedBy);
}

/** What is kept of one server: usually nothing, or a handful. */
export async function listMirrorsOf(sql: Sql, origin: string): Promise<string[]> {
  const rows = await sql<{ scopeUri: string }[]>`
    select scope_uri from mirror where starts_with(scope_uri, ${`${origin}/`}) limit 100`;
  return rows.map(({ scopeUri }) => scopeUri);
}

export const costBands = {
  small: [0, 10_000],
  middle: [10_000, 100_000],
  large: [100_000, 1_000_000],
  huge: [1_000_000, null],
} as const;
export type CostBand = keyof typeof costBands;

export interface MirroredFilter {
  readonly search?: string;
  readonly theme?: string;
  readonly place?: string;
  readonly state?: "open" | "upcoming" | "closed";
  readonly cost?: CostBand;
  readonly result?: string;
  readonly before: string | null;
  readonly newerThan: string | null;
  readonly limit: number;
  readonly now: Date;
}

export interface MirroredProcess {
  readonly processUri: string;
  readonly id: string;
  readonly costAmount: string | null;
  readonly costCurrency: string | null;
  readonly resultCount: number;
  readonly resultStatus: string | null;
  readonly themes: readonly string[];
}

/** Mirrored processes, the latest first, by key. */
export async function listMirrored(sql: Sql, filter: MirroredFilter): Promise<MirroredProcess[]> {
  const { now, search = "", theme, place, state, cost, result, before, newerThan, limit } = filter;
  const during = sql`exists (select from phase where phase.process_uri = subject.uri and starts_at <= ${now} and ${now} < ends_at)`;
  const later = sql`exists (select from phase where phase.process_uri = subject.uri and starts_at > ${now})`;
  const standing = {
    open: sql`and ${during}`,
    upcoming: sql`and not ${during} and ${later}`,
    closed: sql`and not ${during} and not ${later}`,
  };
  const [from, to] = cost === undefined ? [null, null] : costBands[cost];
  const words = search.trim().replace(/[\\%_]/g, "\\$&");
  return await sql<MirroredProcess[]>`
    select mirrored_process.process_uri, mirrored_process.id, cost_amount, cost_currency, result_count, result_status, themes
    from mirrored_process join subject on subject.uri = mirrored_process.process_uri
    where subject.published_at is not null and subject.hidden_at is null and subject.deleted_at is null
      and peer_policy(split_part(mirrored_process.origin, '/', 3)) is distinct from 'blocked'
      ${words === "" ? sql`` : sql`and words like '%' || folded(${words}) || '%'`}
      ${theme === undefined ? sql`` : sql`and themes @> ${[theme]}::text[]`}
      ${place === undefined ? sql`` : sql`and places @> ${[place]}::text[]`}
      ${state === undefined ? sql`` : standing[state]}
      ${from === null ? sql`` : sql`and cost_amount >= ${from}`} ${to === null ? sql`` : sql`and cost_amount < ${to}`}
      ${result === undefined ? sql`` : sql`and result_status = ${result}`}
      ${before === null ? sql`` : sql`and mirrored_process.id < ${before}`}
      ${newerThan === null ? sql`` : sql`and mirrored_process.id > ${newerThan}`}
    order by ${newerThan === null ? sql`mirrored_process.id desc` : sql`mirrored_process.id`} limit ${limit}`;
}

/** Processes of other nodes that are followed from here, they or their city, or copied: the latest, and which are kept whole. */
export async function listAbroad(sql: Sql, limit: number): Promise<(MirroredProcess & { readonly isKept: boolean })[]> {
  return await sql<(MirroredProcess & { isKept: boolean })[]>`
    select process.uri as process_uri, process.id, cost_amount, cost_currency, process.result_count, result_status,
      coalesce(themes, '{}') as themes, exists (select from mirror
        where scope_uri in (process.uri, organisation.uri) and mirror.state = 'kept') as is_kept
    from process join subject on subject.uri = process.uri
      left join mirrored_process on mirrored_process.process_uri = process.uri
      left join actor organisation on organisation.id = process.organisation_id
    where subject.origin is not null and subject.published_at is not null and subject.hidden_at is null
      and subject.deleted_at is null and peer_policy(split_part(subject.origin, '/', 3)) is distinct from 'blocked'
      and (mirrored_process.process_uri is not null or exists (select from follow join actor us on us.id = follower_id
        where us.origin is null and state = 'accepted' and followed_id in (process.actor_id, process.organisation_id)))
    order by process.id desc limit ${limit}`;
}

/** What a list of mirrored processes can be narrowed by: the themes and places most of them name. */
export async function listFacets(sql: Sql): Promise<{ readonly themes: string[]; readonly places: string[] }> {
  const of = async (column: "themes" | "places") => {
    const rows = await sql<{ word: string }[]>`
      select word from mirrored_process, unnest(${sql(column)}) as word group by 1 order by count(*) desc, 1 limit 60`;
    return rows.map(({ word }) => word).sort((one, other) => one.localeCompare(other));
  };
  return { themes: await of("themes"), places: await of("places") };
}

/** Processes and institutions of other nodes that are followed from here and of which no copy is kept. */
export async function listKeepable(
  sql: Sql,
  limit: number,
): Promise<{ scopeUri: string; name: string; host: string }[]> {
  return await sql<{ scopeUri: string; name: string; host: string }[]>`
    select distinct on (scope_uri) scope_uri, name, host from (
      select coalesce(actor.process_uri, actor.uri) as scope_uri, actor.name, actor.host
      from follow join actor on actor.id = follow.followed_id join actor us on us.id = follow.follower_id
      where us.origin is null and actor.origin is not null and actor.gone_at is null and follow.state = 'accepted'
        and (actor.process_uri is not null or actor.type = 'Organization')) as followed
    where not exists (select from mirror where mirror.scope_uri = followed.scope_uri) order by scope_uri limit ${limit}`;
}

/** What a scope is, of which a copy may be kept: a process known here, or an institution's actor. Null for anything else. */
export async function kindOfScope(sql: Sql, scopeUri: string): Promise<"process" | "organisation" | null> {
  const [row] = await sql<{ isProcess: boolean; isInstitution: boolean }[]>`
    select exists (select from process join subject using (uri) where uri = ${scopeUri} and origin is not null) as is_process,
      exists (select from actor where uri = ${scopeUri} and origin is not null and type in ('Organization', 'Application'))
        as is_institution`;
  return row?.isProcess ? "process" : row?.isInstitution ? "organisation" : null;
}
