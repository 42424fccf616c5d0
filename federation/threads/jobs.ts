// The jobs of threads: reading one, and the daily round through all copies.
import type { Sql } from "../../src/platform/db.ts";
import { enqueue, type Handlers, schedule } from "../../src/platform/jobs.ts";
import { dayMs } from "../../src/platform/time.ts";
import { bidFarewell } from "../erasures/erasures.ts";
import { promiseThreadReading } from "../refresh-jobs.ts";
import { type Remote, readAt } from "../remote.ts";
import { readReplies, readThread, type ThreadReading } from "./backfill.ts";
import { waitingKeptMs } from "./waiting.ts";

const roundKind = "thread-round";
/** Threads promised at once, and the pause before the next: a round through many is spread over hours, not sent at once. */
const threadsPerBatch = 200;
const batchPauseMs = 60_000;
/** A thread without a voice is compared daily while the thing is young, then once a week. */
const youngDays = 30;
/** What an owner said of a comment that never came. */
const wordsKeptDays = 90;

/** Promises the next round, once however often it is asked for. */
export const scheduleThreadRounds = (sql: Sql, now: Date): Promise<void> =>
  schedule(sql, roundKind, new Date(+now + dayMs));

type On = <Payload>(run: (payload: Payload) => Promise<unknown>) => (payload: unknown) => Promise<void>;

/** @param on makes a handler: it tries again where a server was silent. */
export function threadHandlers(remote: Remote, now: () => Date, on: On): Handlers {
  const { sql, documents } = remote;
  const reading: ThreadReading = { sql, documents, find: (uri) => readAt(remote, uri) };
  return {
    farewell: on(({ uri }: { uri: string }) => bidFarewell(remote, uri, now())),
    "read-thread": on(({ uri }: { uri: string }) => readThread(reading, uri, now())),
    "read-replies": on((step: { root: string; uri: string; depth: number }) => readReplies(reading, step, now())),
    [roundKind]: async (payload) => {
      const { after = "" } = (payload ?? {}) as { after?: string };
      if (after === "") await startRound(sql, now());
      await goRound(sql, after, now());
    },
  };
}

async function startRound(sql: Sql, now: Date): Promise<void> {
  await scheduleThreadRounds(sql, now);
  await sql`delete from waiting_reply where since < ${new Date(+now - waitingKeptMs)}`;
  await sql`
    delete from owner_word where at < ${new Date(+now - wordsKeptDays * dayMs)}
      and not exists (select from subject where uri = comment_uri)`;
}

/** One batch of the copies of other nodes' threads, by key. */
async function goRound(sql: Sql, after: string, now: Date): Promise<void> {
  const young = new Date(+now - youngDays * dayMs);
  const weekday = Math.floor(+now / dayMs) % 7;
  const rows = await sql<{ uri: string; isDue: boolean }[]>`
    select uri, comment_count > 0 or published_at > ${young} or abs(hashtext(uri)) % 7 = ${weekday} as is_due
    from subject where origin is not null and thread_uri is null and kind not in ('comment', 'process')
      and deleted_at is null and hidden_at is null and uri > ${after}
    order by uri limit ${threadsPerBatch}`;
  for (const { uri, isDue } of rows) if (isDue) await promiseThreadReading(sql, uri, now);
  const last = rows.at(-1);
  if (rows.length < threadsPerBatch || last === undefined) return;
  const runAt = new Date(+now + batchPauseMs);
  await enqueue(sql, { kind: roundKind, payload: { after: last.uri }, runAt, uniqueKey: `${roundKind} ${last.uri}` });
}
