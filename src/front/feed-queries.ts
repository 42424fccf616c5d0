// What is newest of each kind, for feeds: of the whole node, of one process, of one discussion.
import type { Sql } from "../platform/db.ts";
import type { Subject, SubjectKind } from "../subjects/subject.ts";

export type FeedThing = Pick<
  Subject,
  "uri" | "id" | "kind" | "origin" | "url" | "authorName" | "title" | "language" | "publishedAt" | "updatedAt"
> & {
  /** Its own text; Markdown of ours, cleaned HTML of others. */
  readonly body: string;
};

/** The table of each kind that has a feed, and the column of its text. */
const rooms = {
  process: { table: "process", body: "''" },
  news: { table: "news", body: "room.body" },
  answer: { table: "answer", body: "room.reasons" },
  result: { table: "result", body: "room.body" },
  meeting: { table: "meeting", body: "room.body" },
} as const satisfies Partial<Record<SubjectKind, { table: string; body: string }>>;
export type FeedKind = keyof typeof rooms;

const columns = (sql: Sql) => sql`
  subject.uri, subject.id, subject.kind, subject.origin, subject.url, subject.language, subject.published_at,
  subject.updated_at, coalesce(nullif(subject.author_name, ''), author.name, '') as author_name`;

/** Public, and so is what it stands in. */
const visible = (sql: Sql) => sql`
  subject.published_at is not null and subject.hidden_at is null and subject.deleted_at is null
  and process.hidden_at is null and process.deleted_at is null
  and not exists (select from answer join subject asked on asked.uri = answer.proposal_uri
    where answer.uri = subject.uri and (asked.hidden_at is not null or asked.deleted_at is not null))`;

/** The newest of a kind that anyone may read. @param processUri null: of the whole node, copies of others not among them. */
export async function listNewest(
  sql: Sql,
  kind: FeedKind,
  { processUri, limit }: { processUri: string | null; limit: number },
): Promise<FeedThing[]> {
  const { table, body } = rooms[kind];
  return await sql<FeedThing[]>`
    select ${columns(sql)}, subject.title, ${sql.unsafe(body)} as body
    from ${sql(table)} room join subject on subject.uri = room.uri
    left join actor author on author.id = subject.author_id left join subject process on process.uri = subject.process_uri
    where ${visible(sql)} and ${processUri === null ? sql`subject.origin is null` : sql`subject.process_uri = ${processUri}`}
      ${kind === "news" ? sql`and room.kind <> 'digest'` : sql``}
    order by subject.id desc limit ${limit}`;
}

/** The newest comments of a discussion, each under the title of what it is about. */
export async function listNewestComments(sql: Sql, threadUri: string, limit: number): Promise<FeedThing[]> {
  return await sql<FeedThing[]>`
    select ${columns(sql)}, thread.title, comment.body
    from subject join comment on comment.uri = subject.uri join subject thread on thread.uri = subject.thread_uri
    left join actor author on author.id = subject.author_id left join subject process on process.uri = subject.process_uri
    where subject.thread_uri = ${threadUri} and ${visible(sql)}
    order by subject.id desc limit ${limit}`;
}
