// Reads about threads as a whole: who hears of them from us, what stands in one, a digest two nodes can compare.
import type { Sql } from "../platform/db.ts";
import type { Subject } from "../subjects/subject.ts";

/** How far up a reply is followed to a voice of this node. */
const depthMax = 50;

/**
 * A voice of another server, where it is to be told of by us; null where it is not. In a thread of ours: if institutions
 * follow its process, or anyone its discussion. In another node's thread: if it answers, at whatever depth, one of our
 * people, since then only we may have been told. One question, since it is asked of each voice that arrives.
 */
export async function findHeardElsewhere(sql: Sql, commentUri: string): Promise<{ authorUri: string | null } | null> {
  const [row] = await sql<{ origin: string; ownerOrigin: string | null; authorUri: string | null; isHeard: boolean }[]>`
    select voice.origin, thing.origin as owner_origin, author.uri as author_uri, ${isThreadHeard(sql)} as is_heard
    from subject voice join subject thing on thing.uri = voice.thread_uri
      left join subject process on process.uri = thing.process_uri left join actor author on author.id = voice.author_id
    where voice.uri = ${commentUri} and voice.origin is not null`;
  if (row === undefined) return null;
  const { origin, ownerOrigin, authorUri, isHeard } = row;
  if (ownerOrigin === null) return isHeard ? { authorUri } : null;
  return origin !== ownerOrigin && (await answersOurPeople(sql, commentUri)) ? { authorUri } : null;
}

/** Part of a question, of `thing` and its `process`: whether institutions follow the process, or anyone the discussion. */
const isThreadHeard = (sql: Sql) => sql`(
  exists (select from follow where follow.followed_id = coalesce(process.author_id, thing.author_id)
      and follow.is_institution and follow.state = 'accepted')
    or exists (select from actor where about_uri = thing.uri and followers_count > 0))`;

/** Of some threads of ours, those in which each voice of another server is to be told of by us. */
export async function listHeardThreads(sql: Sql, threadUris: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await sql<{ uri: string }[]>`
    select thing.uri from subject thing left join subject process on process.uri = thing.process_uri
    where thing.uri = any(${threadUris as string[]}) and thing.origin is null and ${isThreadHeard(sql)}`;
  return new Set(rows.map(({ uri }) => uri));
}

async function answersOurPeople(sql: Sql, commentUri: string): Promise<boolean> {
  const rows = await sql`
    with recursive above (uri, origin, parent_uri, steps) as (
      select uri, origin, parent_uri, 0 from subject where uri = ${commentUri}
      union all
      select subject.uri, subject.origin, subject.parent_uri, steps + 1 from above
      join subject on subject.uri = above.parent_uri where steps < ${depthMax} and above.origin is not null)
    select from above where origin is null`;
  return rows.length > 0;
}

const shownIn = (sql: Sql, threadUri: string) => sql`
  subject where thread_uri = ${threadUri} and hidden_at is null and deleted_at is null
    and peer_policy(split_part(subject.origin, '/', 3)) is distinct from 'blocked'`;

/** Of our copy of a thread, what its owner has in it: also what only this node does not show. */
const takenIn = (sql: Sql, threadUri: string, origin: string) => sql`
  subject where thread_uri = ${threadUri} and deleted_at is null
    and (hidden_at is null or (hidden_by is null and subject.origin is not null))
    and (subject.origin = ${origin} or exists (select from owner_word
      where comment_uri = subject.uri and owner_word.origin = ${origin} and state = 'listed'))`;

/** A comment as a thread lists it for other servers. */
export interface Listed {
  readonly id: string;
  readonly uri: string;
  readonly updatedAt: Date;
}

/** What stands in a thread, the newest first, by key. */
export async function listThreadItems(
  sql: Sql,
  threadUri: string,
  { before, limit }: { before: string | null; limit: number },
): Promise<Listed[]> {
  return await sql<Listed[]>`
    select id, uri, updated_at from ${shownIn(sql, threadUri)} ${before === null ? sql`` : sql`and id < ${before}`}
    order by id desc limit ${limit}`;
}

export interface ThreadDigest {
  /** Comments; the thing itself not counted. */
  readonly count: number;
  /** XOR of the SHA-256 of the URIs of all that stands in it, the thing among them; 64 hexadecimal digits. */
  readonly items: string;
  /** The same over each URI with the time of its last change: equal only where texts are too. */
  readonly states: string;
}

/**
 * What two nodes compare to know that they show the same thread, whatever the order in which it came to each. Of a thread
 * of another node, voices that its owner has not taken are left out: the digest is of what both could have.
 */
export async function digestOfThread(sql: Sql, thread: Pick<Subject, "uri" | "origin">): Promise<ThreadDigest> {
  const [row] = await sql<{ count: number; items: string; states: string }[]>`
    with item (uri, updated_at) as (
      select ${thread.uri}, null::timestamptz
      union all
      select uri, updated_at from ${thread.origin === null ? shownIn(sql, thread.uri) : takenIn(sql, thread.uri, thread.origin)}), hashed (item, state) as (
      select sha256(convert_to(uri, 'UTF8')),
        sha256(convert_to(uri || ' ' || coalesce(floor(extract(epoch from updated_at) * 1000)::text, ''), 'UTF8')) from item)
    select (count(*) - 1)::int as count, bit_xor(('x' || encode(item, 'hex'))::bit(256))::text as items,
      bit_xor(('x' || encode(state, 'hex'))::bit(256))::text as states
    from hashed`;
  return { count: row!.count, items: hexOf(row!.items), states: hexOf(row!.states) };
}

const hexOf = (bits: string): string => BigInt(`0b${bits}`).toString(16).padStart(64, "0");

/** A place in a thread of ours whose comment nobody can read. */
export interface EmptyPlace {
  readonly uri: string;
  readonly parentUri: string | null;
  readonly publishedAt: Date;
  readonly isDeleted: boolean;
  /** Not hidden here: its own server did not show it when it was last asked. */
  readonly isAside: boolean;
  readonly reason: string;
}

/**
 * What is hidden in a thread, with the reason, and what is gone but was replied to, the latest first: mirrors show the same
 * places, also where they never had what stood there.
 */
export async function listEmptyPlaces(sql: Sql, threadUri: string, limit: number): Promise<EmptyPlace[]> {
  return await sql<EmptyPlace[]>`
    select uri, parent_uri, published_at, deleted_at is not null as is_deleted,
      deleted_at is null and hidden_by is not distinct from 'origin' as is_aside,
      case when deleted_at is null then hidden_reason else '' end as reason
    from subject where thread_uri = ${threadUri} and published_at is not null
      and ((deleted_at is null and hidden_at is not null and hidden_reason <> '')
        or (deleted_at is not null and exists (select from subject reply where reply.parent_uri = subject.uri)))
    order by id desc limit ${limit}`;
}
