// The jobs of the chronicle: tallies and threads every ten minutes, and what still lacks a record when a node opens.
import type { Sql } from "../platform/db.ts";
import { enqueue, type Handlers, Later, schedule } from "../platform/jobs.ts";
import { minuteMs } from "../platform/time.ts";
import { backfillRecords } from "./backfill-actions.ts";
import { writeTallies } from "./tally-actions.ts";
import { writeThreads } from "./thread-actions.ts";

/** No thing has two tallies, and no thread two records, nearer to each other than this; but at the end of a phase. */
export const chronicleEveryMs = 10 * minuteMs;

const promiseNext = (sql: Sql, kind: "tally" | "thread", now: Date): Promise<void> =>
  schedule(sql, kind, new Date(+now + chronicleEveryMs));

/** Called when a node opens. */
export async function scheduleChronicle(sql: Sql, now: Date): Promise<void> {
  await promiseNext(sql, "tally", now);
  await promiseNext(sql, "thread", now);
  await enqueue(sql, { kind: "records-backfill", payload: { after: null }, uniqueKey: "records-backfill" });
}

export function chronicleHandlers(sql: Sql, now: () => Date): Handlers {
  return {
    tally: async (payload) => {
      // A run at the end of a phase promises nothing: the one every ten minutes goes on beside it.
      if (payload === null) await promiseNext(sql, "tally", now());
      await writeTallies(sql, now());
    },
    thread: async () => {
      await promiseNext(sql, "thread", now());
      await writeThreads(sql, now());
    },
    "records-backfill": async (payload) => {
      const { after } = payload as { after: string | null };
      const next = await backfillRecords(sql, after, now());
      if (next !== null) throw new Later(0, { after: next });
    },
  };
}
