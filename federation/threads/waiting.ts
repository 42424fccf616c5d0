// Replies that have come before what they answer. They wait as addresses only, and are read at their own server when what
// they answer is here; that is fetched meanwhile, so a thread is climbed one step per job, within a budget.

import { isServerFollowedHere } from "../../src/actors/queries.ts";
import type { Tx } from "../../src/platform/db.ts";
import { dayMs } from "../../src/platform/time.ts";
import { findSubject } from "../../src/subjects/queries.ts";
import type { WirePost } from "../reading.ts";
import { firstReadingMs, promiseRefresh, promiseThreadReading } from "../refresh-jobs.ts";

/** Steps up from the first reply that had to wait. A ring of replies ends earlier: each waits once. */
export const waitingDepthMax = 50;
/** Replies of one server that wait at the same time. */
export const waitingPerHostMax = 500;
export const waitingKeptMs = 7 * dayMs;

/**
 * Whether a reply to something unknown concerns this node: what it answers is being looked for already, a thread's owner
 * has told of it, it says that it stands in a thread that is here or on a server followed here, or it is addressed to an
 * actor of ours.
 */
export async function isOfConcern(tx: Tx, post: WirePost, addressees: readonly string[] = []): Promise<boolean> {
  const { contextUri } = post;
  const thread = contextUri?.endsWith("/context") ? contextUri.slice(0, -"/context".length) : null;
  const [row] = await tx<{ isExpected: boolean }[]>`
    select exists (select from waiting_reply where parent_uri = ${post.id})
      or exists (select from owner_word where comment_uri = ${post.id})
      or exists (select from subject where uri = ${thread})
      or exists (select from actor where uri = any(${addressees as string[]}) and origin is null) as is_expected`;
  return row!.isExpected || (thread !== null && (await isServerFollowedHere(tx, new URL(thread).origin)));
}

/**
 * Lets a reply wait for what it answers, and promises to fetch that. A full queue or the end of the budget lets it go: the
 * daily reading of the thread finds it again.
 * @returns whether it waits.
 */
export async function waitForParent(
  tx: Tx,
  reply: { uri: string; parentUri: string; contextUri: string | null },
  now: Date,
): Promise<boolean> {
  const { uri, parentUri } = reply;
  const host = new URL(uri).host;
  const [row] = await tx<{ depth: number; waiting: number }[]>`
    select (select coalesce(max(depth) + 1, 0) from waiting_reply where parent_uri = ${uri})::int as depth,
      (select count(*)::int from (select from waiting_reply where host = ${host} limit ${waitingPerHostMax}) of_host) as waiting`;
  const { depth, waiting } = row!;
  if (depth > waitingDepthMax || waiting >= waitingPerHostMax) return false;
  const isNew = await tx`
    insert into waiting_reply ${tx({ uri, parentUri, host, depth, since: now })} on conflict do nothing returning 1`;
  if (isNew.length === 0) return true;
  await promiseRefresh(tx, parentUri);
  // What it answers may be hidden or gone: then the owner of the thread knows its place.
  const threadUri = reply.contextUri?.replace(/\/context$/, "") ?? null;
  const thread = threadUri === null ? null : await findSubject(tx, threadUri);
  if (thread !== null && thread.origin !== null) {
    await promiseThreadReading(tx, thread.uri, new Date(+now + firstReadingMs));
  }
  return true;
}

/** Some have found their place: what waited for them is read again. */
export async function releaseWaiting(tx: Tx, ...parentUris: readonly string[]): Promise<void> {
  const released = await tx<{ uri: string }[]>`
    delete from waiting_reply where parent_uri = any(${parentUris as string[]}) or uri = any(${parentUris as string[]})
    returning uri`;
  for (const { uri } of released) if (!parentUris.includes(uri)) await promiseRefresh(tx, uri);
}
