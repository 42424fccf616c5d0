// Collections on the wire: a root with the total, and pages by path (a signed GET must not need a query string).
import type { PendingQuery, Row } from "postgres";
import type { Actor } from "../src/actors/actor.ts";
import { listFollows } from "../src/actors/queries.ts";
import { countAcceptedAdoptions, listAcceptedAdoptions } from "../src/adoptions/queries.ts";
import { listReplyUris } from "../src/comments/queries.ts";
import type { Sql } from "../src/platform/db.ts";
import { isId } from "../src/platform/ids.ts";
import { Refused } from "../src/platform/refusal.ts";
import { isInTheOpen } from "../src/subjects/queries.ts";
import type { Subject } from "../src/subjects/subject.ts";
import { AS2, type Json } from "./vocabulary.ts";

export const collectionPageSize = 50;

/** `first` is the newest page; each page names the key of the one after it. */
const firstKey = "newest";

export interface Page {
  readonly items: readonly unknown[];
  /** The key the next page starts after; null on the last. */
  readonly nextKey: string | null;
}

export const root = (id: string, totalItems: number, hasPages: boolean): Json => ({
  "@context": AS2,
  id,
  type: "OrderedCollection",
  totalItems,
  ...(hasPages ? { first: `${id}/page/${firstKey}` } : {}),
});

export const pageOf = (id: string, key: string, { items, nextKey }: Page): Json => ({
  "@context": AS2,
  id: `${id}/page/${key}`,
  type: "OrderedCollectionPage",
  partOf: id,
  orderedItems: items,
  ...(nextKey === null ? {} : { next: `${id}/page/${nextKey}` }),
});

export const keyOf = (segment: string): string | null => {
  if (segment === firstKey) return null;
  if (!isId(segment)) throw new Refused("not-found");
  return segment;
};

export const pageFrom = <Row extends { id: string }>(rows: Row[], item: (row: Row) => unknown): Page => ({
  items: rows.slice(0, collectionPageSize).map(item),
  nextKey: rows.length > collectionPageSize ? rows[collectionPageSize - 1]!.id : null,
});

/**
 * A collection of an actor: `outbox`, `followers`, `following`, `featured`. Who follows is told as a number only: it is
 * the followers' own business.
 */
export async function actorCollection(sql: Sql, actor: Actor, name: string, page: string | null): Promise<Json> {
  const id = `${actor.uri}/${name}`;
  switch (name) {
    case "followers":
      return root(id, actor.followersCount, false);
    case "featured":
      return { ...root(id, 0, false), orderedItems: [] };
    case "following": {
      if (page === null)
        return root(id, await countOf(sql, sql`follow where follower_id = ${actor.id} and state = 'accepted'`), true);
      const query = {
        actorId: actor.id,
        direction: "following",
        before: keyOf(page),
        limit: collectionPageSize + 1,
      } as const;
      return pageOf(
        id,
        page,
        pageFrom(await listFollows(sql, query), (row) => row.uri),
      );
    }
    case "outbox": {
      const listed = sql`outgoing_activity where actor_id = ${actor.id} and ${mayBeRead(sql)}`;
      if (page === null) return root(id, await countOf(sql, listed), true);
      const before = keyOf(page);
      const rows = await sql<{ id: string; activity: Json }[]>`
        select id, activity from ${listed} ${before === null ? sql`` : sql`and id < ${before}`}
        order by id desc limit ${collectionPageSize + 1}`;
      return pageOf(
        id,
        page,
        pageFrom(rows, (row) => withoutContext(row.activity)),
      );
    }
    default:
      throw new Refused("not-found");
  }
}

/** Of the activities sent: not what was between two, and nothing of what has been hidden or taken back since, or stands in that. */
export const mayBeRead = (sql: Sql) => sql`outgoing_activity.kind <> 'private' and not exists (
  select from subject where subject.uri = outgoing_activity.subject_uri
    and (hidden_at is not null or deleted_at is not null or not ${isInTheOpen(sql, "subject")}))`;

async function countOf(sql: Sql, rows: PendingQuery<Row[]>): Promise<number> {
  const [row] = await sql<{ total: number }[]>`select count(*)::int as total from ${rows}`;
  return row!.total;
}

const withoutContext = ({ "@context": _context, ...rest }: Json): Json => rest;

/** What was made from a thing, by the address of each, as an official here has accepted it. */
async function adoptionsOf(sql: Sql, uri: string, id: string, page: string | null): Promise<Json> {
  if (page === null) return root(id, await countAcceptedAdoptions(sql, uri), true);
  const rows = await listAcceptedAdoptions(sql, uri, { before: keyOf(page), limit: collectionPageSize + 1 });
  return pageOf(
    id,
    page,
    pageFrom(rows, (row) => row.subjectUri),
  );
}

/** A collection of a thing: `replies` with every accepted comment, ours or not; `likes` and `shares` as numbers. */
export async function subjectCollection(sql: Sql, subject: Subject, name: string, page: string | null): Promise<Json> {
  const id = `${subject.uri}/${name}`;
  if (name === "likes" || name === "shares") {
    return {
      "@context": AS2,
      id,
      type: "Collection",
      totalItems: name === "likes" ? subject.likeCount : subject.shareCount,
    };
  }
  if (name === "adoptions") return await adoptionsOf(sql, subject.uri, id, page);
  if (name !== "replies") throw new Refused("not-found");
  if (page === null) return root(id, subject.commentCount, true);
  const rows = await listReplyUris(sql, subject.uri, { before: keyOf(page), limit: collectionPageSize + 1 });
  return pageOf(
    id,
    page,
    pageFrom(rows, (row) => row.uri),
  );
}

/**
 * An object as it is read at its address: its newest replies come along, since GoToSocial looks for a thread there and
 * nowhere else. As a plain collection, the oldest first: what is read before what it answers finds no place there.
 * Without any, and for what has none, the object stays as it is.
 */
export async function withNewestReplies(sql: Sql, subject: Subject | null, object: Json): Promise<Json> {
  if (subject === null || typeof object.replies !== "string") return object;
  const page = withoutContext(await subjectCollection(sql, subject, "replies", firstKey));
  const { orderedItems, ...first } = page as Json & { orderedItems: string[] };
  if (orderedItems.length === 0) return object;
  const replies = withoutContext(await subjectCollection(sql, subject, "replies", null));
  const items = orderedItems.toReversed();
  return { ...object, replies: { ...replies, type: "Collection", first: { ...first, type: "CollectionPage", items } } };
}
