// Reads across the rooms for what is written of all of them: counts, voices of a thread, what still lacks a record.
import type { Sql } from "../platform/db.ts";
import { keysSubjectOf } from "../records/keys.ts";
import type { KeptPart, KeptRecord } from "../records/queries.ts";
import type { SubjectKind } from "../subjects/subject.ts";
import { type Counts, tallyUri } from "./tally.ts";
import type { ThreadEntry, ThreadPlace, Voice } from "./thread.ts";

/** The counts of these things, of those that have a record of this node and are shown. */
export async function listCounts(sql: Sql, uris: readonly string[]): Promise<Counts[]> {
  return await sql<Counts[]>`
    select subject.uri, record.process_uri, record.publisher_uri, subject.comment_count, subject.like_count,
      subject.share_count, proposal.support_count, process.proposal_count, process.result_count, process.meeting_count
    from subject join record on record.subject_uri = subject.uri and record.is_head and record.origin is null
    left join proposal on proposal.uri = subject.uri
    left join process on process.uri = subject.uri
    where subject.uri = any(${uris as string[]}) and record.standing = 'shown'
    order by subject.uri`;
}

/** Null for a thread of another node, and for one about what has no record. */
export async function placeOfThread(sql: Sql, threadUri: string): Promise<ThreadPlace | null> {
  const [row] = await sql<ThreadPlace[]>`
    select subject_uri as thread_uri, process_uri, publisher_uri from record
    where subject_uri = ${threadUri} and is_head and origin is null and standing <> 'erased'`;
  return row ?? null;
}

/** These comments of a thread, those of blocked servers as hidden, in the order of time. */
export async function listVoices(sql: Sql, threadUri: string, uris: readonly string[]): Promise<Voice[]> {
  return await sql<Voice[]>`
    select subject.uri, subject.url, subject.origin, subject.parent_uri, subject.stance, comment.body, subject.language,
      case when author.type in ('Person', 'Service') then coalesce(nullif(author.name, ''), subject.author_name)
        else subject.author_name end as author_name,
      author.uri as author_uri, author.type as author_type, subject.published_at, subject.updated_at,
      case when subject.deleted_at is not null then 'erased'
        when subject.hidden_at is not null or peer_policy(split_part(subject.origin, '/', 3)) = 'blocked' then 'hidden'
        else 'shown' end as state,
      subject.hidden_at is not null and subject.hidden_reason = '' as is_held
    from subject join comment on comment.uri = subject.uri left join actor author on author.id = subject.author_id
    where subject.thread_uri = ${threadUri} and subject.uri = any(${uris as string[]}) and subject.published_at is not null
    order by subject.id`;
}

export async function listEntries(sql: Sql, commentUris: readonly string[]): Promise<ThreadEntry[]> {
  return await sql<ThreadEntry[]>`
    select place, comment_uri, parent_uri, published_at, state, part_digest from thread_entry
    where comment_uri = any(${commentUris as string[]})`;
}

/** All parts these things ever had. */
export async function listPartsBySubject(sql: Sql, subjectUris: readonly string[]): Promise<KeptPart[]> {
  return await sql<KeptPart[]>`
    select digest, subject_uri, document from record_part where subject_uri = any(${subjectUris as string[]})`;
}

export interface Unrecorded {
  readonly uri: string;
  readonly id: string;
  readonly kind: SubjectKind;
  readonly hiddenReason: string | null;
}

/** Public things of this node that have no record, hidden ones too, the oldest first. @param after an id. */
export async function listUnrecorded(
  sql: Sql,
  { after, limit }: { after: string | null; limit: number },
): Promise<Unrecorded[]> {
  return await sql<Unrecorded[]>`
    select subject.uri, subject.id, subject.kind,
      case when subject.hidden_at is null then null else subject.hidden_reason end as hidden_reason
    from subject
    where subject.origin is null and subject.published_at is not null and subject.deleted_at is null
      and subject.kind in ('process', 'news', 'proposal', 'answer', 'meeting', 'result', 'milestone')
      and not exists (select from record where record.subject_uri = subject.uri)
      and not exists (select from news where news.uri = subject.uri and news.kind = 'digest')
      ${after === null ? sql`` : sql`and subject.id > ${after}`}
    order by subject.id limit ${limit}`;
}

/** A stretch of a thing's chain, the newest first. @param before only what is older than this version. */
export async function listChain(
  sql: Sql,
  subjectUri: string,
  { before, limit }: { before: { epoch: number; version: number } | null; limit: number },
): Promise<KeptRecord[]> {
  const older = before === null ? sql`` : sql`and (epoch, version) < (${before.epoch}, ${before.version})`;
  return await sql<KeptRecord[]>`
    select digest, subject_uri, kind, process_uri, publisher_uri, origin, epoch, version, previous, standing, document,
      part_digest, is_head, trust, vouched_by, recorded_at
    from record where subject_uri = ${subjectUri} ${older} order by epoch desc, version desc limit ${limit}`;
}

const keyVersionsMax = 1_000;

/** The signed history of an institution's keys, the oldest version first, exact bytes. */
export async function listKeyVersions(sql: Sql, publisherUri: string): Promise<string[]> {
  const rows = await sql<{ document: string }[]>`
    select document from record where subject_uri = ${keysSubjectOf(publisherUri)}
    order by epoch, version limit ${keyVersionsMax}`;
  return rows.map((row) => row.document);
}

export interface Refusal {
  readonly digest: string;
  readonly reason: string;
  readonly source: string;
  readonly at: Date;
}

const refusalsShownMax = 50;

/** What was offered as a record of a thing and not taken, the latest first. */
export async function listRefusals(sql: Sql, subjectUri: string): Promise<Refusal[]> {
  return await sql<Refusal[]>`
    select digest, reason, source, at from record_refusal where subject_uri = ${subjectUri}
    order by id desc limit ${refusalsShownMax}`;
}

export interface Companion {
  readonly kind: "tally" | "thread";
  readonly digest: string;
  readonly version: number;
  readonly recordedAt: Date;
  /** Of a thread: which block of its comments, from 1. */
  readonly block: number | null;
}

const companionsShownMax = 50;

/** The newest records of a thing's counts and of its thread. */
export async function listCompanions(sql: Sql, subjectUri: string): Promise<Companion[]> {
  const threads = `${subjectUri}/thread/`;
  return await sql<Companion[]>`
    select kind, digest, version, recorded_at,
      case when kind = 'thread' then (document::jsonb #>> '{data,block}')::int end as block
    from record
    where is_head and (subject_uri = ${tallyUri(subjectUri)}
      or subject_uri in (select ${threads} || number from generate_series(1, ${companionsShownMax}) as number))
    order by kind, block`;
}
