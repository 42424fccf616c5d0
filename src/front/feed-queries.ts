// What is newest of each kind, for feeds: of the whole node, of a process, an organisation, a discussion, of other cities.
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
  proposal: { table: "proposal", body: "room.body" },
  milestone: { table: "milestone", body: "room.body" },
} as const satisfies Partial<Record<SubjectKind, { table: string; body: string }>>;
export type FeedKind = keyof typeof rooms;
const kinds = Object.keys(rooms) as FeedKind[];
const kindsInCategories: readonly FeedKind[] = ["proposal", "meeting", "result"];

/** What a feed is about: of the processes of other cities only those of which copies are kept, as on their page. */
export type FeedPlace =
  | "node"
  | "copies"
  | { readonly processUri: string }
  /** Only of the kinds in {@link kindsInCategories}. */
  | { readonly processUri: string; readonly categoryId: string }
  /** The actor's id: what it has opened, what stands there in the city's voice, and what was proposed in its name. */
  | { readonly organisationId: string };

const columns = (sql: Sql) => sql`
  subject.uri, subject.id, subject.kind, subject.origin, subject.url, subject.language, subject.published_at,
  subject.updated_at, coalesce(nullif(subject.author_name, ''), author.name, '') as author_name`;

/** Public, and so is what it stands in. */
const visible = (sql: Sql) => sql`
  subject.published_at is not null and subject.hidden_at is null and subject.deleted_at is null
  and process.hidden_at is null and process.deleted_at is null and (process.uri is null or process.published_at is not null)
  and not exists (select from answer join subject asked on asked.uri = answer.proposal_uri
    where answer.uri = subject.uri and (asked.hidden_at is not null or asked.deleted_at is not null))
  and not exists (select from milestone join subject result on result.uri = milestone.result_uri
    where milestone.uri = subject.uri and (result.hidden_at is not null or result.deleted_at is not null))`;

/** Copies of others are in no list of the whole node, and those of a blocked server in none. */
function within(sql: Sql, kind: FeedKind, place: FeedPlace) {
  if (place === "node") return sql`subject.origin is null`;
  if (place === "copies") {
    return sql`exists (select from mirrored_process where process_uri = subject.uri)
      and peer_policy(split_part(subject.origin, '/', 3)) is distinct from 'blocked'`;
  }
  if ("categoryId" in place)
    return sql`subject.process_uri = ${place.processUri} and room.category_id = ${place.categoryId}`;
  if ("processUri" in place) return sql`subject.process_uri = ${place.processUri}`;
  const { organisationId } = place;
  // The city speaks for people too, who have no voice of their own: what they propose is not what it has said.
  if (kind === "proposal") return sql`subject.origin is null and room.organisation_id = ${organisationId}`;
  return sql`subject.origin is null and (subject.author_id = ${organisationId} or coalesce(subject.process_uri, subject.uri)
    in (select uri from process where organisation_id = ${organisationId}))`;
}

/** The newest of a kind that anyone may read. */
export async function listNewest(sql: Sql, kind: FeedKind, place: FeedPlace, limit: number): Promise<FeedThing[]> {
  const { table, body } = rooms[kind];
  return await sql<FeedThing[]>`
    select ${columns(sql)}, subject.title, ${sql.unsafe(body)} as body
    from ${sql(table)} room join subject on subject.uri = room.uri
    left join actor author on author.id = subject.author_id left join subject process on process.uri = subject.process_uri
    where ${visible(sql)} and ${within(sql, kind, place)}
      ${kind === "news" ? sql`and room.kind <> 'digest'` : sql``}
    order by subject.id desc limit ${limit}`;
}

/** The newest of every kind that the place has, in one list. */
export async function listNewestOfAll(
  sql: Sql,
  place: Exclude<FeedPlace, string>,
  limit: number,
): Promise<FeedThing[]> {
  const asked = "categoryId" in place ? kindsInCategories : kinds;
  const lists = await Promise.all(asked.map((kind) => listNewest(sql, kind, place, limit)));
  return lists
    .flat()
    .sort((one, other) => (one.id < other.id ? 1 : -1))
    .slice(0, limit);
}

/** The newest comments of a discussion, each under the title of what it is about. */
export async function listNewestComments(sql: Sql, threadUri: string, limit: number): Promise<FeedThing[]> {
  return await sql<FeedThing[]>`
    select ${columns(sql)}, thread.title, comment.body
    from subject join comment on comment.uri = subject.uri join subject thread on thread.uri = subject.thread_uri
    left join actor author on author.id = subject.author_id left join subject process on process.uri = subject.process_uri
    where subject.thread_uri = ${threadUri} and ${visible(sql)} and thread.hidden_at is null and thread.deleted_at is null
    order by subject.id desc limit ${limit}`;
}
