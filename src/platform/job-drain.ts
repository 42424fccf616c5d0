// Runs everything that is due and stops: for tests and scripts, where nothing should happen in the background.
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Pool } from "./db.ts";
import { settle, verdictOn } from "./job-attempt.ts";
import { finishJobs, type Holder, handBack, isAnythingDue, takeJobs } from "./job-table.ts";
import type { Handlers } from "./jobs.ts";

export interface DrainOptions {
  /** A simulated time: what is due by then runs too. */
  readonly now?: Date | undefined;
  /** Lets failed jobs wait for their next try, and the ones given up become dead letters, without throwing. */
  readonly toleratesFailures?: boolean | undefined;
}

const drainLeaseMs = 60_000;
const drainedAtOnceMax = 20;
const drainPauseMs = 5;
/** Jobs that keep making others would drain for ever. */
const drainedMax = 100_000;

/**
 * Runs every job that is due, and what those make, one after the other, until nothing is left: for tests and scripts.
 *
 * @returns how many ran.
 * @throws the first error of a handler, after recording it like a worker would.
 */
export async function drain(pool: Pool, handlers: Handlers, options: DrainOptions = {}): Promise<number> {
  const holder: Holder = {
    id: randomUUID(),
    kinds: Object.keys(handlers),
    leaseMs: drainLeaseMs,
    now: options.now ?? null,
  };
  const { signal } = new AbortController();
  let ranCount = 0;
  for (;;) {
    const jobs = await takeJobs(pool, holder, drainedAtOnceMax);
    if (jobs.length === 0) {
      if (!(await isAnythingDue(pool, holder))) return ranCount;
      await sleep(drainPauseMs);
    }
    for (let job = jobs.shift(); job; job = jobs.shift()) {
      const verdict = await verdictOn(job, handlers, signal);
      ranCount++;
      if (verdict.end === "done") {
        jobs.unshift(...(await finishJobs(pool, holder, [job], true)));
      } else {
        await settle(pool, holder, job, verdict);
      }
      const failure =
        (verdict.end === "failed" || verdict.end === "dead") && !options.toleratesFailures ? verdict : null;
      if (!failure && ranCount < drainedMax) continue;
      await handBack(
        pool,
        holder,
        jobs.map((left) => left.id),
      );
      if (!failure) throw new Error(`Still not drained after ${drainedMax} jobs`);
      throw new Error(`Job ${job.kind} failed: ${failure.error}`, { cause: failure.cause });
    }
  }
}
