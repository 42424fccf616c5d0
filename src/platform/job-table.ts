// The statements on the job table: how a worker takes jobs, keeps them, and lets go of them. When it does so is in
// job-worker.ts.
//
// A taken row keeps its place with a lease and goes away only after its handler has finished, so a job is done at least
// once. Of each key only the foremost row can be taken; the ones behind it are marked so, and leave the index the poll
// reads. The mark is given under a lock on a row in front, and whoever removes a row looks for the next one of the key in
// a later statement of the same transaction, so no row stays marked with nothing in front of it.
import postgres from "postgres";
import { type Pool, type Sql, violatedUnique } from "./db.ts";

/** A job in a worker's hands. */
export interface LeasedJob {
  readonly id: string;
  readonly kind: string;
  readonly payload: unknown;
  readonly key: string | null;
  /** 1 the first time. Counts starts, so a job whose worker died counts too. */
  readonly attempts: number;
}

/** Who takes jobs, and which. */
export interface Holder {
  readonly id: string;
  readonly kinds: readonly string[];
  readonly leaseMs: number;
  /** A simulated time; the database's own when absent. */
  readonly now: Date | null;
}

/** Rows of the ready index one poll looks at: the ones behind an earlier job of their key are marked and passed over. */
const examinedMax = 200;

/** What the index on leased rows by key says when two workers reach for the same key at once. */
const heldKey = "job_key_held";
const waitingTwin = "job_unique_waiting";

/** A job without a time of its own is due whatever a simulated clock says. */
const due = (sql: Sql, now: Date | null) =>
  now ? sql`(run_at <= ${now} or run_at = created_at)` : sql`run_at <= now()`;

/** A job that waits for its first run at a later time lets the ones after it pass; one that failed does not. */
const inLine = (sql: Sql, now: Date | null) => sql`(attempts > 0 or ${due(sql, now)})`;

const after = (sql: Sql, ms: number) => sql`${Math.round(ms)} * interval '1 ms'`;

const taken = (sql: Sql) => sql`job.id, job.kind, job.payload, job.key, job.attempts`;

/** Takes up to `limit` jobs that are due, those of dead workers first. Looks at a bounded number of rows. */
export async function takeJobs(sql: Sql, holder: Holder, limit: number): Promise<LeasedJob[]> {
  const { id, kinds, leaseMs, now } = holder;
  const examined = Math.max(examinedMax, limit);
  try {
    return await sql<LeasedJob[]>`
      with lost as materialized (
        select id from job where lease_until < now() and kind = any(${kinds as string[]}::text[])
        order by lease_until limit ${limit} for no key update skip locked
      ), seen as materialized (
        select ready.* from unnest(${kinds as string[]}::text[]) as wanted(kind) cross join lateral (
          select id, key, run_at from job
          where kind = wanted.kind and lease_until is null and not is_behind and ${due(sql, now)}
          order by run_at, id limit ${examined} for no key update skip locked) ready
        order by run_at, id limit ${examined}
      ), free as materialized (
        select seen.id from seen where key is null or not exists (
          select from job other where other.key = seen.key and other.lease_until is not null
        ) and not exists (
          select from job other where other.key = seen.key and other.id < seen.id and ${inLine(sql, now)})
        order by run_at, id limit ${limit}
      ), after_held as materialized (
        select seen.id from seen cross join lateral (
          select from job other where other.key = seen.key and other.lease_until is not null
          limit 1 for key share skip locked) held
      ), after_earlier as materialized (
        select seen.id from seen cross join lateral (
          select from job other where other.key = seen.key and other.id < seen.id and ${inLine(sql, now)}
          order by other.id limit 1 for key share skip locked) earlier
      ), marked as (
        update job set is_behind = true
        where id = any(array(select id from after_held union select id from after_earlier))
      )
      update job set lease_until = now() + ${after(sql, leaseMs)}, holder = ${id}, attempts = attempts + 1
      where id = any(array(select id from lost union all select id from free limit ${limit}))
      returning ${taken(sql)}`;
  } catch (error) {
    if (violatedUnique(error) === heldKey) return [];
    throw error;
  }
}

/** Milliseconds until the next job is due or the next lease runs out; 0 when that is past, null when there is neither. */
export async function nextDueMs(sql: Sql, { kinds, now }: Holder): Promise<number | null> {
  const waiting = sql`kind = wanted.kind and lease_until is null and not is_behind`;
  const first = now
    ? sql`select case when run_at = created_at then 0 else extract(epoch from run_at - ${now}) end as wait_s
          from job where ${waiting} order by 1 limit 1`
    : sql`select extract(epoch from run_at - now()) as wait_s from job where ${waiting} order by run_at, id limit 1`;
  const [row] = await sql<[{ ms: number | null }]>`
    select (1000 * least(
      (select min(wait_s) from unnest(${kinds as string[]}::text[]) as wanted(kind) cross join lateral (${first}) ready),
      (select extract(epoch from min(lease_until) - now()) from job where lease_until is not null)))::float8 as ms`;
  return row.ms === null ? null : Math.max(0, row.ms);
}

/**
 * Removes finished jobs. Where they had a key, the next job of each key is taken in their place, so that a long line does
 * not wait for a poll between any two.
 *
 * @param takesNext false when the holder is about to stop.
 * @returns the jobs taken over, and how many of `jobs` the holder had lost meanwhile.
 */
export async function finishJobs(
  pool: Pool,
  holder: Holder,
  jobs: readonly LeasedJob[],
  takesNext: boolean,
): Promise<{ next: LeasedJob[]; lostCount: number }> {
  const ids = jobs.map((job) => job.id);
  const keys = keysOf(jobs);
  if (keys.length === 0) {
    const gone = await remove(pool, holder.id, ids);
    return { next: [], lostCount: ids.length - gone.length };
  }
  const [gone, next] = await pool.begin((tx) => [
    remove(tx, holder.id, ids),
    bringForward(tx, keys, takesNext ? holder : null),
  ]);
  return { next: next.filter((row) => row.isTaken), lostCount: ids.length - gone.length };
}

const keysOf = (jobs: readonly { key: string | null }[]) => [
  ...new Set(jobs.flatMap((job) => (job.key === null ? [] : [job.key]))),
];

/** Locks in the order of ids, as {@link renewLeases} does, so that the two cannot wait for each other. */
const remove = (sql: Sql, holderId: string, ids: string[]) => sql<{ id: string }[]>`
  delete from job where id in (
    select id from job where id = any(${ids}::bigint[]) and holder = ${holderId} order by id for update)
  returning id`;

/**
 * Brings the next job of each key forward and, when a holder is given, takes it if it is due and of a kind it handles.
 * To run in the transaction that removed a job of the key, as a statement after that.
 */
const bringForward = (sql: Sql, keys: string[], holder: Holder | null) => {
  const now = holder?.now ?? null;
  const takes = holder ? sql`(${due(sql, now)} and kind = any(${holder.kinds as string[]}::text[]))` : sql`false`;
  return sql<(LeasedJob & { isTaken: boolean })[]>`
    update job set is_behind = false, attempts = attempts + ${takes}::int,
      lease_until = case when ${takes} then now() + ${after(sql, holder?.leaseMs ?? 0)} end,
      holder = case when ${takes} then ${holder?.id ?? null}::uuid end
    from (select (
        select id from job where key = freed.key and lease_until is null and ${inLine(sql, now)} order by id limit 1) as id
      from unnest(${keys}::text[]) as freed(key)) foremost
    where job.id = foremost.id and job.lease_until is null
    returning ${taken(sql)}, lease_until is not null as is_taken`;
};

/** Prolongs the leases of `ids`. @returns the ones the holder still has. */
export async function renewLeases(sql: Sql, { id, leaseMs }: Holder, ids: string[]): Promise<Set<string>> {
  const rows = await sql<{ id: string }[]>`
    update job set lease_until = now() + ${after(sql, leaseMs)}
    where id in (select id from job where id = any(${ids}::bigint[]) and holder = ${id} order by id for no key update)
    returning id`;
  return new Set(rows.map((row) => row.id));
}

/** Gives jobs back untouched: another worker can take them at once, and the start does not count. */
export async function handBack(sql: Sql, holder: Holder, ids: string[]): Promise<void> {
  for (const id of ids) {
    try {
      await sql`
        update job set lease_until = null, holder = null, attempts = attempts - 1
        where id = ${id} and holder = ${holder.id}`;
    } catch (error) {
      // Its twin has been asked for since and waits already; this one is left to the end of its lease.
      if (violatedUnique(error) !== waitingTwin) throw error;
    }
  }
}

/**
 * Lets a failed job wait for `delayMs`, in front of the later ones of its key. When another waiting job has its unique
 * key by now, the failed one goes away instead: the other does the same work.
 *
 * @returns whether it will be tried again itself.
 */
export async function putBack(
  pool: Pool,
  holder: Holder,
  job: LeasedJob,
  delayMs: number,
  error: string,
): Promise<boolean> {
  const from = holder.now ? pool`${holder.now}::timestamptz` : pool`now()`;
  try {
    await pool`
      update job set lease_until = null, holder = null, is_behind = false, last_error = ${error},
        run_at = ${from} + ${after(pool, delayMs)}
      where id = ${job.id} and holder = ${holder.id}`;
    return true;
  } catch (violation) {
    if (violatedUnique(violation) !== waitingTwin) throw violation;
    await finishJobs(pool, holder, [job], false);
    return false;
  }
}

/** Moves a job that was given up to the dead letters, and brings the next one of its key forward. */
export async function bury(pool: Pool, holder: Holder, job: LeasedJob, error: string): Promise<void> {
  await pool.begin((tx) => [
    tx`
      with gone as (delete from job where id = ${job.id} and holder = ${holder.id} returning *)
      insert into dead_letter (id, kind, payload, key, unique_key, created_at, attempts, last_error)
      select id, kind, payload, key, unique_key, created_at, attempts, ${error} from gone`,
    bringForward(tx, keysOf([job]), null),
  ]);
}

/** The kinds that wait in the table, by skipping through its index: as many steps as there are kinds. */
export async function waitingKinds(sql: Sql): Promise<string[]> {
  const rows = await sql<{ kind: string }[]>`
    with recursive found(kind) as (
      (select kind from job where lease_until is null and not is_behind order by kind limit 1)
      union all
      select (select job.kind from job where lease_until is null and not is_behind and job.kind > found.kind
              order by job.kind limit 1)
      from found where found.kind is not null)
    select kind from found where kind is not null`;
  return rows.map((row) => row.kind);
}

/** Whether an error says that the database is away, rather than that a statement was wrong. */
export const isOutage = (error: unknown): boolean =>
  !(error instanceof postgres.PostgresError) || /^(08|53|57P|58)/.test(error.code);
