// Reads of the register of subjects.
import type { Sql } from "../platform/db.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { isPublic, type Subject } from "./subject.ts";

const columns = (sql: Sql) => sql`
  subject.uri, subject.id, subject.kind, subject.origin, subject.url, subject.author_id, author.uri as author_uri,
  subject.author_name, subject.process_uri, subject.thread_uri, subject.parent_uri, subject.stance, subject.title,
  subject.language, subject.published_at, subject.updated_at, subject.hidden_at, subject.hidden_reason,
  subject.hidden_by, subject.deleted_at, subject.like_count, subject.share_count, subject.comment_count`;

/**
 * The name of a process in all its languages, as a column: {@link NameIn}, or null where there is none of that address.
 * @param uri a column of the query it stands in, such as `subject.process_uri`.
 */
export const processNameOf = (sql: Sql, uri: string) => sql`(
  select json_build_object('texts', named.title, 'lang', named.languages[1]) from process named where named.uri = ${sql(uri)})`;

export async function findSubject(sql: Sql, uri: string): Promise<Subject | null> {
  const [row] = await sql<Subject[]>`
    select ${columns(sql)} from subject left join actor author on author.id = subject.author_id where subject.uri = ${uri}`;
  return row ?? null;
}

export async function listSubjects(sql: Sql, uris: readonly string[]): Promise<readonly Subject[]> {
  return await sql<Subject[]>`
    select ${columns(sql)} from subject left join actor author on author.id = subject.author_id
    where subject.uri = any(${uris as string[]})`;
}

/** As it is once everyone who held it has let go. Its thread and what it replies to are locked before it. */
export async function lockSubject(sql: Sql, uri: string): Promise<Subject | null> {
  const [row] = await sql<Subject[]>`
    select ${columns(sql)} from subject left join actor author on author.id = subject.author_id
    where subject.uri = ${uri} for no key update of subject`;
  return row ?? null;
}

/** Some of them, locked; without those that somebody else holds, which are not waited for. */
export async function lockSubjectsAtOnce(sql: Sql, uris: readonly string[]): Promise<ReadonlyMap<string, Subject>> {
  const rows = await sql<Subject[]>`
    select ${columns(sql)} from subject left join actor author on author.id = subject.author_id
    where subject.uri = any(${uris as string[]}) for no key update of subject skip locked`;
  return new Map(rows.map((row) => [row.uri, row]));
}

/** What is locked before a subject: the thing whose thread it stands in and the comment it replies to, where it is one. */
export interface Above {
  readonly threadUri: string | null;
  readonly parentUri: string | null;
}

export async function findAbove(sql: Sql, uri: string): Promise<Above | null> {
  const [above] = await sql<Above[]>`select thread_uri, parent_uri from subject where uri = ${uri}`;
  return above ?? null;
}

/** By the id in its address on this node, which every subject has, wherever it lives. */
export async function findSubjectById(sql: Sql, id: string): Promise<Subject | null> {
  const [row] = await sql<Subject[]>`
    select ${columns(sql)} from subject left join actor author on author.id = subject.author_id where subject.id = ${id}`;
  return row ?? null;
}

/** @throws Refused `not-found` also for what is hidden, unpublished or deleted, or stands in such a thing: a stranger learns no difference. */
export async function getPublicSubject(sql: Sql, uri: string): Promise<Subject> {
  const subject = await findSubject(sql, uri);
  refuseUnless(subject !== null && isPublic(subject) && (await standsOpen(sql, uri)), "not-found");
  return subject;
}

/**
 * Part of a question: whether what the subject of that name in the query stands in can be read. What was said of a thing
 * that is hidden here, erased or a draft would give its words away. What another server hides of its own is its business:
 * what our people said of it is still theirs.
 */
export const isInTheOpen = (sql: Sql, subject: string) => sql`not exists (
  select from subject place
  where place.uri in (${sql(subject)}.thread_uri, ${sql(subject)}.process_uri,
      (select proposal_uri from answer where answer.uri = ${sql(subject)}.uri))
    and (place.deleted_at is not null or (place.hidden_at is not null and place.hidden_by is null)
      or (place.origin is null and place.published_at is null)))`;

/** The same of one thing. */
export async function standsOpen(sql: Sql, uri: string): Promise<boolean> {
  return (await sql`select from subject where uri = ${uri} and ${isInTheOpen(sql, "subject")}`).length > 0;
}

/** Whether a person of this node likes a subject, by their own actor or without one. */
export async function isLikedBy(
  sql: Sql,
  subjectUri: string,
  account: { id: string; actorId: string | null },
): Promise<boolean> {
  const rows = await sql`
    select from reaction where subject_uri = ${subjectUri} and kind = 'like'
      and (account_id = ${account.id} or actor_id = ${account.actorId})`;
  return rows.length > 0;
}

/** Whether `actorUri`, who now sends this thing, had already deleted it. What others said of it does not count. */
export async function isTombstoned(sql: Sql, uri: string, actorUri: string): Promise<boolean> {
  return (await sql`select from tombstone where uri = ${uri} and actor_uri = ${actorUri}`).length > 0;
}

/** Whether a thing of another server was erased here for good. Only a keyed digest of its address is kept. */
export async function isErasedHere(sql: Sql, uri: string): Promise<boolean> {
  return (await sql`select from erased_thing where digest = erased_digest(${uri})`).length > 0;
}
