// Reads of the register of subjects.
import type { Sql } from "../platform/db.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { isPublic, type Subject } from "./subject.ts";

const columns = (sql: Sql) => sql`
  subject.uri, subject.id, subject.kind, subject.origin, subject.url, subject.author_id, author.uri as author_uri,
  subject.author_name, subject.process_uri, subject.thread_uri, subject.parent_uri, subject.stance, subject.title,
  subject.language, subject.published_at, subject.updated_at, subject.hidden_at, subject.hidden_reason,
  subject.deleted_at, subject.like_count, subject.share_count, subject.comment_count`;

export async function findSubject(sql: Sql, uri: string): Promise<Subject | null> {
  const [row] = await sql<Subject[]>`
    select ${columns(sql)} from subject left join actor author on author.id = subject.author_id where subject.uri = ${uri}`;
  return row ?? null;
}

/** As it is once everyone who held it has let go. Its thread and what it replies to are locked before it. */
export async function lockSubject(sql: Sql, uri: string): Promise<Subject | null> {
  const [row] = await sql<Subject[]>`
    select ${columns(sql)} from subject left join actor author on author.id = subject.author_id
    where subject.uri = ${uri} for no key update of subject`;
  return row ?? null;
}

/** By the id in its address on this node, which every subject has, wherever it lives. */
export async function findSubjectById(sql: Sql, id: string): Promise<Subject | null> {
  const [row] = await sql<Subject[]>`
    select ${columns(sql)} from subject left join actor author on author.id = subject.author_id where subject.id = ${id}`;
  return row ?? null;
}

/** @throws Refused `not-found` also for what is hidden, unpublished or deleted: a stranger learns no difference. */
export async function getPublicSubject(sql: Sql, uri: string): Promise<Subject> {
  const subject = await findSubject(sql, uri);
  refuseUnless(subject !== null && isPublic(subject), "not-found");
  return subject;
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
