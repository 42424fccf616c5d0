// The ids of activities that have had their effect are kept only as long as one could come again.
import type { Sql } from "../src/platform/db.ts";
import { type Handlers, schedule } from "../src/platform/jobs.ts";
import { readRetention } from "../src/subjects/retention-queries.ts";

const dayMs = 86_400_000;
const sweptAtOnce = 5_000;
const sweepKind = "sweep-received";

/** Promises the next sweep, once however often it is asked for. */
export const scheduleReceivedSweep = (sql: Sql, now: Date): Promise<void> =>
  schedule(sql, sweepKind, new Date(+now + dayMs));

export const receivedSweepHandlers = (sql: Sql, now: () => Date): Handlers => ({
  [sweepKind]: async () => {
    await scheduleReceivedSweep(sql, now());
    const before = new Date(+now() - (await readRetention(sql)).receivedDays * dayMs);
    for (let gone = sweptAtOnce; gone === sweptAtOnce; ) {
      const swept = await sql`
        delete from received_activity where uri = any(array(
          select uri from received_activity where received_at < ${before} order by received_at limit ${sweptAtOnce}))`;
      gone = swept.count;
    }
    await sql`delete from tombstone where created_at < ${before}`;
  },
});
