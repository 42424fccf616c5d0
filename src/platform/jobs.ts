// Jobs: work promised in the transaction of a fact and done after it, at least once. Promise it here; what runs it is
// job-worker.ts, what was given up is in dead-letters.ts.
import { type Sql, withTransaction } from "./db.ts";

export interface Job {
  /** Names the handler. A kind no running worker knows waits: it may be another version's. */
  readonly kind: string;
  /** JSON. No secrets: rows are read by operators and are part of every backup. */
  readonly payload: unknown;
  /**
   * Jobs of one key run one at a time in the order they were enqueued, also when the first of them waits to be tried
   * again. One with a later `runAt` joins the line when that comes.
   */
  readonly key?: string | undefined;
  /** At once when absent. */
  readonly runAt?: Date | undefined;
  /**
   * At most one waiting job has it; while one waits, enqueueing again only brings an earlier `runAt` to it. The waiting
   * job does not start before the transaction that enqueued again has ended, so it sees what that one wrote.
   */
  readonly uniqueKey?: string | undefined;
}

/** The channel workers listen on. Only a hint: they also look by themselves. */
export const jobChannel = "job";

/**
 * PostgreSQL lets transactions that notify commit only one after the other, each waiting for the disk: a quarter of the
 * writes per second, measured. So not each of them does, and a worker that was woken looks again for a while.
 */
const hintEveryMs = 50;
let hintedAtMs = Number.NEGATIVE_INFINITY;

const rowsPerInsertMax = 1_000;

/** Promises jobs, in the caller's transaction when it is in one. Several given together keep their order. */
export async function enqueue(sql: Sql, jobs: Job | readonly Job[]): Promise<void> {
  const all = withoutTwins(Array.isArray(jobs) ? jobs : [jobs as Job]);
  if (all.length <= rowsPerInsertMax) return await insert(sql, all);
  await withTransaction(sql, async (tx) => {
    for (let at = 0; at < all.length; at += rowsPerInsertMax) await insert(tx, all.slice(at, at + rowsPerInsertMax));
  });
}

/** One INSERT can meet a unique key only once. */
function withoutTwins(jobs: readonly Job[]): readonly Job[] {
  const seen = new Set<string>();
  return jobs.filter(({ uniqueKey }) => uniqueKey === undefined || (!seen.has(uniqueKey) && seen.add(uniqueKey)));
}

async function insert(sql: Sql, jobs: readonly Job[]): Promise<void> {
  if (jobs.length === 0) return;
  const rows = jobs.map(({ kind, payload, key, runAt, uniqueKey }) => ({
    kind,
    payload,
    key,
    run_at: runAt,
    unique_key: uniqueKey,
  }));
  // The update that changes nothing still locks the waiting job until this transaction ends, which no worker looks past.
  await sql`
    with added as (
      insert into job (kind, payload, key, run_at, unique_key)
      select kind, coalesce(payload, 'null'), key, coalesce(run_at, now()), unique_key
      from rows from (jsonb_to_recordset(${sql.json(rows as never)})
        as (kind text, payload jsonb, key text, run_at timestamptz, unique_key text))
        with ordinality as given(kind, payload, key, run_at, unique_key, place)
      order by place
      on conflict (unique_key) where unique_key is not null and lease_until is null
      do update set run_at = excluded.run_at where job.attempts = 0 and excluded.run_at < job.run_at
      returning 1)
    select ${isHintDue() ? sql`pg_notify(${jobChannel}, '')` : sql`1`} from added limit 1`;
}

function isHintDue(): boolean {
  const nowMs = performance.now();
  if (nowMs - hintedAtMs < hintEveryMs) return false;
  hintedAtMs = nowMs;
  return true;
}

/**
 * Promises the next run of recurring work, once however often it is asked for: call it at start, and first thing in the
 * handler for the run after. A failed run then gives way to the next one, which does the same work at its time.
 */
export const schedule = (sql: Sql, kind: string, nextRunAt: Date): Promise<void> =>
  enqueue(sql, { kind, payload: null, runAt: nextRunAt, uniqueKey: `schedule ${kind}` });

export interface Attempt {
  readonly id: string;
  /** 1 the first time. */
  readonly attempt: number;
  /** Aborted when the job is no longer the worker's: at the end of the grace period, or when its lease was lost. */
  readonly signal: AbortSignal;
}

/** Does a job's work. It can be called again for the same job, so its effect has to be one that can be repeated. */
export type Handler = (payload: unknown, attempt: Attempt) => unknown;

/** How long a failing job is tried: waits double from the first to the longest, each ± 20 %. */
export interface RetryPolicy {
  readonly firstDelayMs: number;
  readonly delayMsMax: number;
  readonly attemptsMax: number;
}

/** 28 tries over about 3 days (15 s, 30 s, … 4 h, 4 h): about as long as Mastodon tries to reach a server that is down. */
export const patientRetry: RetryPolicy = { firstDelayMs: 15_000, delayMsMax: 4 * 3_600_000, attemptsMax: 28 };

/** A handler per kind; with a policy of its own where three days are not right. */
export type Handlers = Readonly<Record<string, Handler | { readonly run: Handler; readonly retry: RetryPolicy }>>;

/** Thrown by a handler: not now, but after this time. Counts as a try. */
export class Retry extends Error {
  override readonly name = "Retry";
  readonly afterMs: number;

  constructor(afterMs: number, reason = "asked to be tried later", options?: ErrorOptions) {
    super(reason, options);
    this.afterMs = afterMs;
  }
}

/**
 * Thrown by a handler: nothing went wrong, but the job is to go on after this time, in its place before the later ones of
 * its key. Does not count as a try, so the handler has to see to it that it ends.
 */
export class Later extends Error {
  override readonly name = "Later";
  readonly afterMs: number;
  /** The payload to go on with; the same when absent. */
  readonly payload: unknown;

  constructor(afterMs: number, payload?: unknown) {
    super("to go on later");
    this.afterMs = afterMs;
    this.payload = payload;
  }
}

/** Thrown by a handler: trying again will not help. The job becomes a dead letter at once. */
export class GiveUp extends Error {
  override readonly name = "GiveUp";
}

export interface JobDepth {
  /** Due, and free to be taken. */
  readonly ready: number;
  /** For a later time, a first or another try. */
  readonly delayed: number;
  /** Behind an earlier job of their key. */
  readonly behind: number;
  readonly running: number;
  readonly deadLetters: number;
}

/** How much waits, for `kinds` or for all. Counts rows: for operators, not for the request path. */
export async function jobDepth(sql: Sql, kinds: readonly string[] | null = null): Promise<JobDepth> {
  const wanted = kinds ? sql`kind = any(${kinds as string[]}::text[])` : sql`true`;
  const [row] = await sql<[JobDepth]>`
    select
      (count(*) filter (where lease_until is null and not is_behind and run_at <= now()))::int as ready,
      (count(*) filter (where lease_until is null and not is_behind and run_at > now()))::int as delayed,
      (count(*) filter (where is_behind))::int as behind,
      (count(*) filter (where lease_until is not null))::int as running,
      (select count(*)::int from dead_letter where ${wanted}) as dead_letters
    from job where ${wanted}`;
  return row;
}
