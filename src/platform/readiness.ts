// Whether a process can do its work now: the database answers, its tables are those of this program, jobs are being done.
import { setTimeout as sleep } from "node:timers/promises";
import type { Sql } from "./db.ts";
import { pendingMigrations } from "./migrate.ts";

/** Longer than any supervisor waits for an answer is as good as away. */
const databaseTimeoutMs = 3_000;
/** A job that nobody took for this long after its time, while nobody works on any other, waits for a worker that is not there. */
const overdueSeconds = 300;

export interface Readiness {
  readonly database: "ok" | "away";
  /** Null while the database is away. */
  readonly migrations: "ok" | "missing" | "newer-or-changed" | null;
  readonly jobs: "ok" | "no-worker" | null;
}

export async function readiness(sql: Sql, migrationsDir: string): Promise<Readiness> {
  const timeout = sleep(databaseTimeoutMs, null, { ref: false });
  const isThere = sql`select 1`.then(
    () => true,
    () => false,
  );
  if ((await Promise.race([isThere, timeout])) !== true) return { database: "away", migrations: null, jobs: null };
  const migrations = await migrationState(sql, migrationsDir);
  return { database: "ok", migrations, jobs: migrations === "ok" ? await jobState(sql) : null };
}

async function migrationState(sql: Sql, migrationsDir: string): Promise<Readiness["migrations"]> {
  try {
    return (await pendingMigrations(sql, migrationsDir)).length === 0 ? "ok" : "missing";
  } catch {
    return "newer-or-changed";
  }
}

async function jobState(sql: Sql): Promise<Readiness["jobs"]> {
  const [row] = await sql<[{ isLeftAlone: boolean }]>`
    select not exists (select from job where lease_until > now())
      and exists (
        select from job where lease_until is null and not is_behind
          and run_at < now() - ${overdueSeconds} * interval '1 second') as is_left_alone`;
  return row.isLeftAlone ? "no-worker" : "ok";
}
