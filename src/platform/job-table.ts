// The statements on the job table: how a worker takes jobs, keeps them, and lets go of them. When it does so is in
// job-worker.ts.
//
// A taken row keeps its place with a lease and goes away only after its handler has finished, so a job is done at least
// once. How order is kept, and how a poll stays short, is told where the functions are: migrations/0001_jobs.sql.
import { type Pool, type Sql, violatedUnique, withTransaction } from "./db.ts";

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

const heldKey = "job_key_held";
const waitingTwin = "job_unique_waiting";

const after = (sql: Sql, ms: number) => sql`${Math.round(ms)} * interval '1 ms'`;

/** Takes up to `limit` jobs that are due, those of dead workers first. Looks at a bounded number of rows. */
export async function takeJobs(sql: Sql, { id, kinds, leaseMs, now }: Holder, limit: number): Promise<LeasedJob[]> {
  try {
    return await sql<LeasedJob[]>`
      select id, kind, payload, key, attempts
      from take_jobs(${kinds as string[]}, ${id}, ${after(sql, leaseMs)}, ${limit}, ${now})`;
  } catch (error) {
    // Another worker reached for the same key at the same moment.
    if (violatedUnique(error) === heldKey) return [];
    throw error;
  }
}

/** Milliseconds until the next job is due or the next lease runs out, negative when that is past; null without either. */
export async function nextDueMs(sql: Sql, { kinds }: Holder): Promise<number | null> {
  const [row] = await sql<[{ ms: number | null }]>`
    select (extract(epoch from next_job_at(${kinds as string[]}) - now()) * 1000)::float8 as ms`;
  return row.ms;
}

/** Whether there is something to take, even if another worker is just reaching for it. */
export async function isAnythingDue(sql: Sql, { kinds, now }: Holder): Promise<boolean> {
  const rows = await sql`
    select from job where kind = any(${kinds as string[]}) and lease_until is null and not is_behind
      and job_is_due(job, ${now}) limit 1`;
  return rows.length > 0;
}

/**
 * Removes finished jobs; the ones the holder has lost meanwhile stay. Where they had a key, the next job of each key is
 * taken in their place and returned, unless the holder is about to stop.
 */
export async function finishJobs(
  sql: Sql,
  { id, kinds, leaseMs, now }: Holder,
  jobs: readonly LeasedJob[],
  takesNext: boolean,
): Promise<LeasedJob[]> {
  const ids = jobs.map((job) => job.id);
  return await sql<LeasedJob[]>`
    select id, kind, payload, key, attempts
    from finish_jobs(${ids}, ${id}, ${takesNext}, ${kinds as string[]}, ${after(sql, leaseMs)}, ${now})`;
}

/** Prolongs the leases of `ids`. @returns the ones the holder still has. */
export async function renewLeases(sql: Sql, { id, leaseMs }: Holder, ids: string[]): Promise<Set<string>> {
  const rows = await sql<{ id: string }[]>`
    update job set lease_until = now() + ${after(sql, leaseMs)}
    where id in (select id from job where id = any(${ids}::bigint[]) and holder = ${id} order by id for no key update)
    returning id`;
  return new Set(rows.map((row) => row.id));
}

/**
 * Gives jobs back untouched: another worker can take them at once, and the start does not count. One whose unique key another
 * waiting job has by now goes away instead, so that it does not keep that one waiting to the end of its lease.
 */
export async function handBack(sql: Sql, holder: Holder, ids: string[]): Promise<void> {
  for (const id of ids) {
    try {
      await sql`
        update job set lease_until = null, holder = null, attempts = attempts - 1
        where id = ${id} and holder = ${holder.id}`;
    } catch (error) {
      if (violatedUnique(error) !== waitingTwin) throw error;
      await sql`select from finish_jobs(${[id]}, ${holder.id}, false, ${holder.kinds as string[]}, interval '0', null)`;
    }
  }
}

/** What a job waits for: another try after an error, or to go on, perhaps with other words, which is no try. */
export interface Wait {
  readonly delayMs: number;
  readonly error: string | null;
  /** Takes the place of the payload when given. */
  readonly payload?: unknown;
}

/**
 * Lets a job wait, in front of the later ones of its key. When another waiting job has its unique key by now, this one goes
 * away instead: the other does the same work.
 */
export async function putBack(pool: Pool, holder: Holder, job: LeasedJob, wait: Wait): Promise<void> {
  const from = holder.now ? pool`${holder.now}::timestamptz` : pool`now()`;
  const { delayMs, error, payload } = wait;
  try {
    await pool`
      update job set lease_until = null, holder = null, is_behind = false, run_at = ${from} + ${after(pool, delayMs)},
        last_error = coalesce(${error}, last_error), attempts = attempts - ${error === null ? 1 : 0},
        payload = ${payload === undefined ? pool`payload` : pool.json(payload as never)}
      where id = ${job.id} and holder = ${holder.id}`;
  } catch (violation) {
    if (violatedUnique(violation) !== waitingTwin) throw violation;
    await finishJobs(pool, holder, [job], false);
  }
}

/** Moves a job that was given up to the dead letters, and brings the next one of its key forward. */
export async function bury(pool: Pool, holder: Holder, job: LeasedJob, error: string): Promise<void> {
  await withTransaction(pool, async (tx) => {
    await tx`
      with gone as (delete from job where id = ${job.id} and holder = ${holder.id} returning *)
      insert into dead_letter (id, kind, payload, key, unique_key, created_at, attempts, last_error)
      select id, kind, payload, key, unique_key, created_at, attempts, ${error} from gone`;
    await tx`select from bring_forward(array_remove(array[${job.key}::text], null), null, null, null, null)`;
  });
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
