// Promises to read something at its own address. What the jobs do is in remote.ts and threads/backfill.ts.
import { isServerFollowedHere } from "../src/actors/queries.ts";
import type { Sql } from "../src/platform/db.ts";
import { enqueue } from "../src/platform/jobs.ts";
import { refuseUnless } from "../src/platform/refusal.ts";

/** Reads of one server run one at a time, in order. */
const lineOf = (uri: string): string => `refresh:${new URL(uri).host}`;

/** Reads that may wait for one server; of one that is followed here, where a whole discussion can come at once, the second. */
export const waitingReadsMax = { unknown: 200, followed: 20_000 } as const;
const waitMinSeconds = 60;

/**
 * At most one waiting job for each thing; those of one server run one at a time, in order.
 * @throws Refused `too-many-requests` where so many wait for that server that one more is to be asked for later.
 */
export async function promiseRefresh(sql: Sql, uri: string): Promise<void> {
  const key = lineOf(uri);
  if (await isLineLonger(sql, key, waitingReadsMax.unknown)) {
    const isFull =
      !(await isServerFollowedHere(sql, new URL(uri).origin)) ||
      (await isLineLonger(sql, key, waitingReadsMax.followed));
    refuseUnless(!isFull, "too-many-requests", { seconds: waitMinSeconds });
  }
  await enqueue(sql, { kind: "refresh", payload: { uri }, key, uniqueKey: `refresh:${uri}` });
}

/** By the index of the order of keys, past the first `max` of them: what it costs does not grow with what waits. */
async function isLineLonger(sql: Sql, key: string, max: number): Promise<boolean> {
  const rows = await sql`
    select from job where key = ${key} and lease_until is null order by key, id offset ${max - 1} limit 1`;
  return rows.length > 0;
}

/** A comment is said to be gone for good: its own server is asked, and what it does not have any more is erased. */
export const promiseFarewell = (sql: Sql, uri: string): Promise<void> =>
  enqueue(sql, { kind: "farewell", payload: { uri }, key: lineOf(uri), uniqueKey: `farewell:${uri}` });

/** What comes by itself right after a thing is waited for before its thread is read. */
export const firstReadingMs = 30_000;

/** The thread about a thing of another node is compared with its owner's, at `runAt`. */
export const promiseThreadReading = (sql: Sql, uri: string, runAt: Date): Promise<void> =>
  enqueue(sql, { kind: "read-thread", payload: { uri }, key: lineOf(uri), runAt, uniqueKey: `read-thread:${uri}` });

/** What was said in reply to a thing, and to that, where its server has no collection of the whole thread. */
export const promiseRepliesReading = (
  sql: Sql,
  { root, uri, depth }: { root: string; uri: string; depth: number },
  runAt: Date,
): Promise<void> =>
  enqueue(sql, {
    kind: "read-replies",
    payload: { root, uri, depth },
    key: lineOf(uri),
    runAt,
    uniqueKey: `read-replies:${uri}`,
  });
