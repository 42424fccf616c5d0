// A whole discussion as one collection, owned by the node that has the thing it is about (FEP-7888, f228, 11dd): what
// stands in it, the thing itself among it, and a digest by which a copy knows that it is whole.
import { findActorById } from "../../src/actors/queries.ts";
import {
  digestOfThread,
  listEmptyPlaces,
  listThreadItems,
  type ThreadDigest,
} from "../../src/comments/owner-queries.ts";
import type { Sql } from "../../src/platform/db.ts";
import { findSubject } from "../../src/subjects/queries.ts";
import type { Subject } from "../../src/subjects/subject.ts";
import { collectionPageSize, keyOf, pageFrom, pageOf, root } from "../collections.ts";
import { type Json, objectContext } from "../vocabulary.ts";

/** Of the places whose comment is hidden or gone, so many of the latest are told. */
const placesToldMax = 500;

export interface ThreadDocument {
  readonly object: Json;
  /** Quoted; null for a page. */
  readonly etag: string | null;
  /** Who knows the items only has the same thread by this: what servers send that compute it themselves. */
  readonly alsoMatches: string | null;
}

/** What a thread's `ETag` says: what stands in it, and in which state. */
export const etagOf = ({ items, states }: ThreadDigest): string => `"${items}-${states.slice(0, 32)}"`;

/** The collection of a thread of this node, or one of its pages, the newest first. */
export async function threadCollection(sql: Sql, thread: Subject, page: string | null): Promise<ThreadDocument> {
  const id = `${thread.uri}/context`;
  if (page !== null) return { object: await threadPage(sql, thread, page), etag: null, alsoMatches: null };
  const digest = await digestOfThread(sql, thread);
  const places = await listEmptyPlaces(sql, thread.uri, placesToldMax);
  const object = {
    ...root(id, digest.count + 1, true),
    "@context": objectContext,
    attributedTo: await voiceOf(sql, thread),
    civic: { items: digest.items, states: digest.states, places },
  };
  return { object, etag: etagOf(digest), alsoMatches: `"${digest.items}"` };
}

/** The thing itself is the oldest of all. Beside each comment, for another Koinon node, when it last changed. */
async function threadPage(sql: Sql, thread: Subject, page: string): Promise<Json> {
  const rows = await listThreadItems(sql, thread.uri, { before: keyOf(page), limit: collectionPageSize + 1 });
  const { items, nextKey } = pageFrom(rows, (row) => row);
  const uris = (items as typeof rows).map(({ uri }) => uri);
  const updated = Object.fromEntries(
    (items as typeof rows).map(({ uri, updatedAt }) => [uri, updatedAt.toISOString()]),
  );
  const listed = { items: nextKey === null ? [...uris, thread.uri] : uris, nextKey };
  return { ...pageOf(`${thread.uri}/context`, page, listed), "@context": objectContext, civic: { updated } };
}

/** The Group that answers for the thread: its process, else who speaks for the thing. */
async function voiceOf(sql: Sql, thread: Subject): Promise<string | null> {
  const process = thread.processUri === null ? null : await findSubject(sql, thread.processUri);
  const actor = process?.authorId == null ? null : await findActorById(sql, process.authorId);
  return actor?.uri ?? thread.authorUri;
}
