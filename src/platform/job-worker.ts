// What runs jobs: a worker that takes as many as it may at once, keeps their leases alive, and records how each ended.
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Pool } from "./db.ts";
import { settle, type Verdict, verdictOn } from "./job-attempt.ts";
import {
  finishJobs,
  type Holder,
  handBack,
  type LeasedJob,
  nextDueMs,
  renewLeases,
  takeJobs,
  waitingKinds,
} from "./job-table.ts";
import { type Handlers, jobChannel } from "./jobs.ts";

/** Where a worker says what an operator should know. A LogTape logger is one. */
export interface JobLog {
  info(message: string, properties: Record<string, unknown>): void;
  warn(message: string, properties: Record<string, unknown>): void;
  error(message: string, properties: Record<string, unknown>): void;
}

export interface WorkerOptions {
  /** Aborted to stop: nothing new is taken, and what runs may end within the grace period. */
  readonly signal: AbortSignal;
  /** Jobs at once. The pool should have a connection or two for each one that uses it. */
  readonly concurrency: number;
  readonly log: JobLog;
  /** A simulated time for what is due; the database's own when absent. */
  readonly clock?: (() => Date) | undefined;
  /** False where LISTEN does not work (PgBouncer in transaction mode): new jobs are then met by the poll. */
  readonly notify?: boolean | undefined;
  /** Kinds other workers look after, so that they are not reported as unknown; "any" reports none. */
  readonly otherKinds?: readonly string[] | "any" | undefined;
  /** A worker that died holds its jobs for at most this long. */
  readonly leaseMs?: number | undefined;
  /** The longest time between two looks at the table. */
  readonly pollMs?: number | undefined;
  readonly graceMs?: number | undefined;
}

const leaseMsDefault = 30_000;
const pollMsDefault = 1_000;
const graceMsDefault = 10_000;
/** Between two looks when the first found due jobs that another worker was just reaching for. */
const pauseMsMin = 5;
/** After the last sign of work it looks again after this time, then after twice as long, up to the poll. */
const quietMsMin = 10;
const outagePauseMs = 500;
const unknownKindsEveryMs = 600_000;

/**
 * Runs jobs until the signal is aborted, through outages of the database. Resolves when the jobs in hand have ended, or,
 * at the end of the grace period, when they were handed back for another worker to take at once. Never rejects.
 */
export function runJobs(pool: Pool, handlers: Handlers, options: WorkerOptions): Promise<void> {
  return new Worker(pool, handlers, options).run();
}

interface Held {
  readonly job: LeasedJob;
  readonly control: AbortController;
  /** Waiting: for one of the others to end. Ended: its handler has, and what is left is to record that. */
  phase: "waiting" | "running" | "ended";
}

class Worker {
  readonly #pool: Pool;
  readonly #handlers: Handlers;
  readonly #options: WorkerOptions;
  readonly #holder: { id: string; kinds: string[]; leaseMs: number };
  readonly #held = new Map<string, Held>();
  readonly #waiting: Held[] = [];
  #runningCount = 0;
  readonly #reported = new Set<string>();
  #finished: LeasedJob[] = [];
  #finishing: Promise<void> | null = null;
  #isDatabaseAway = false;
  #isWoken = false;
  #waitsForJobs = false;
  #quietMs = quietMsMin;
  #wake = () => {};

  constructor(pool: Pool, handlers: Handlers, options: WorkerOptions) {
    this.#pool = pool;
    this.#handlers = handlers;
    this.#options = options;
    this.#holder = { id: randomUUID(), kinds: Object.keys(handlers), leaseMs: options.leaseMs ?? leaseMsDefault };
  }

  async run(): Promise<void> {
    const { signal, notify = true } = this.#options;
    const wake = () => this.#wakeUp();
    signal.addEventListener("abort", wake);
    const unlisten = notify ? this.#listen() : async () => {};
    const heartbeat = setInterval(() => this.#renew(), this.#holder.leaseMs / 3);
    const watch = setInterval(() => this.#reportUnknownKinds(), unknownKindsEveryMs);
    this.#reportUnknownKinds();
    while (!signal.aborted) await this.#look();
    await this.#stop();
    clearInterval(heartbeat);
    clearInterval(watch);
    signal.removeEventListener("abort", wake);
    await unlisten();
  }

  #holderNow(): Holder {
    return { ...this.#holder, now: this.#options.clock?.() ?? null };
  }

  /**
   * One look at the table, and the wait for the next. New jobs are taken while ended ones are being recorded, as long as
   * those do not pile up.
   */
  async #look(): Promise<void> {
    const { concurrency, pollMs = pollMsDefault } = this.#options;
    const roomCount = 3 * concurrency - this.#held.size;
    const freeCount = Math.min(roomCount, concurrency - this.#runningCount - this.#waiting.length);
    this.#isWoken = false;
    if (freeCount <= 0) return await this.#sleepUntilOneEnds(pollMs);
    try {
      const holder = this.#holderNow();
      const jobs = await takeJobs(this.#pool, holder, freeCount);
      this.#backAgain();
      for (const job of jobs) this.#start(job);
      if (jobs.length === freeCount || this.#isWoken) return;
      this.#quietMs = jobs.length > 0 ? quietMsMin : Math.min(pollMs, 2 * this.#quietMs);
      const waitMs = (holder.now ? null : await nextDueMs(this.#pool, holder)) ?? pollMs;
      await this.#sleep(Math.min(this.#quietMs, Math.max(pauseMsMin, Math.ceil(waitMs))));
    } catch (error) {
      this.#away(error);
      await this.#sleep(outagePauseMs);
    }
  }

  #sleep(ms: number): Promise<void> {
    if (this.#isWoken) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #sleepUntilOneEnds(ms: number): Promise<void> {
    this.#waitsForJobs = true;
    await this.#sleep(ms);
    this.#waitsForJobs = false;
  }

  #wakeUp(): void {
    this.#isWoken = true;
    this.#quietMs = quietMsMin;
    this.#wake();
  }

  #start(job: LeasedJob): void {
    const held: Held = { job, control: new AbortController(), phase: "waiting" };
    this.#held.set(job.id, held);
    if (this.#runningCount < this.#options.concurrency && !this.#options.signal.aborted) void this.#work(held);
    else this.#waiting.push(held);
  }

  async #work(held: Held): Promise<void> {
    const { job, control } = held;
    held.phase = "running";
    this.#runningCount++;
    const verdict = await verdictOn(job, this.#handlers, control.signal);
    this.#runningCount--;
    held.phase = "ended";
    const next = this.#options.signal.aborted ? undefined : this.#waiting.shift();
    if (next) void this.#work(next);
    else if (this.#waitsForJobs) this.#wakeUp();
    await this.#untilRecorded(held, () => this.#record(job, verdict));
    this.#held.delete(job.id);
    if (this.#waitsForJobs) this.#wakeUp();
  }

  async #record(job: LeasedJob, verdict: Verdict): Promise<void> {
    if (verdict.end === "done") await this.#finish(job);
    else await settle(this.#pool, this.#holderNow(), job, verdict);
    this.#tell(job, verdict);
  }

  #tell({ kind, id, attempts: attempt }: LeasedJob, verdict: Verdict): void {
    const { log } = this.#options;
    const about = { kind, id, attempt };
    if (verdict.end === "done" && verdict.refusal) {
      log.info("Job {kind} {id} was refused: {refusal}", { ...about, refusal: verdict.refusal });
    } else if (verdict.end === "failed") {
      log.warn("Job {kind} {id} failed (try {attempt}): {error}", { ...about, error: verdict.error });
    } else if (verdict.end === "dead") {
      log.error("Job {kind} {id} was given up (try {attempt}): {error}", { ...about, error: verdict.error });
    }
  }

  /** Jobs that end in the same turn leave in one statement. */
  #finish(job: LeasedJob): Promise<void> {
    this.#finished.push(job);
    this.#finishing ??= new Promise((resolve) => setImmediate(resolve)).then(async () => {
      const jobs = this.#finished;
      this.#finished = [];
      this.#finishing = null;
      for (const job of await finishJobs(this.#pool, this.#holderNow(), jobs, !this.#options.signal.aborted)) {
        this.#start(job);
      }
    });
    return this.#finishing;
  }

  /** What a handler did is recorded as long as the job is the worker's, also when the database comes back only later. */
  async #untilRecorded(held: Held, record: () => Promise<void>): Promise<void> {
    while (!held.control.signal.aborted) {
      try {
        return await record();
      } catch (error) {
        this.#away(error);
        await sleep(outagePauseMs);
      }
    }
  }

  async #renew(): Promise<void> {
    const running = [...this.#held.values()].filter((held) => held.phase !== "ended");
    if (running.length === 0) return;
    try {
      const kept = await renewLeases(
        this.#pool,
        this.#holderNow(),
        running.map((held) => held.job.id),
      );
      for (const held of running) {
        if (kept.has(held.job.id) || held.phase === "ended") continue;
        held.control.abort(new Error("The lease was lost"));
        this.#options.log.warn("Job {kind} {id} was taken by another worker meanwhile", {
          kind: held.job.kind,
          id: held.job.id,
        });
      }
    } catch (error) {
      this.#away(error);
    }
  }

  async #stop(): Promise<void> {
    const endMs = Date.now() + (this.#options.graceMs ?? graceMsDefault);
    await this.#giveBack("waiting");
    while (this.#held.size > 0 && Date.now() < endMs) {
      this.#isWoken = false;
      await this.#sleepUntilOneEnds(endMs - Date.now());
      await this.#giveBack("waiting");
    }
    await this.#giveBack("running");
    // What has ended and could not be recorded runs again when its lease is over.
    for (const { control } of this.#held.values()) control.abort(new Error("The worker stops"));
  }

  async #giveBack(phase: Held["phase"]): Promise<void> {
    const left = [...this.#held.values()].filter((held) => held.phase === phase);
    for (const { job, control } of left) {
      control.abort(new Error("The worker stops"));
      this.#held.delete(job.id);
    }
    const ids = left.map((held) => held.job.id);
    if (ids.length > 0) await handBack(this.#pool, this.#holderNow(), ids).catch((error) => this.#away(error));
  }

  /** Starts listening, through outages; the function returned ends it. */
  #listen(): () => Promise<void> {
    const { signal } = this.#options;
    const wake = () => this.#wakeUp();
    const listening = (async () => {
      while (!signal.aborted) {
        try {
          return await this.#pool.listen(jobChannel, wake, wake);
        } catch {
          await sleep(outagePauseMs);
        }
      }
      return null;
    })();
    return async () => {
      const subscription = await listening;
      await subscription?.unlisten().catch(() => {});
    };
  }

  async #reportUnknownKinds(): Promise<void> {
    const { otherKinds = [] } = this.#options;
    if (otherKinds === "any") return;
    const known = new Set([...this.#holder.kinds, ...otherKinds, ...this.#reported]);
    const kinds = await waitingKinds(this.#pool).catch(() => []);
    for (const kind of kinds) {
      if (known.has(kind)) continue;
      this.#reported.add(kind);
      this.#options.log.warn("Jobs of kind {kind} wait, which this worker does not know", { kind });
    }
  }

  #away(error: unknown): void {
    if (!this.#isDatabaseAway)
      this.#options.log.error("Jobs cannot reach the database: {error}", { error: String(error) });
    this.#isDatabaseAway = true;
  }

  #backAgain(): void {
    if (this.#isDatabaseAway) this.#options.log.info("Jobs reach the database again", {});
    this.#isDatabaseAway = false;
  }
}
