// The tables, brought up to date: plain .sql files, applied once each, in the order of their names, never changed after.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Pool, Sql } from "./db.ts";

const lockPollMs = 100;
const firstLineOutsideTransaction = "-- no transaction";

/**
 * Applies what is missing, each file in a transaction of its own, under one lock: processes that start together wait for
 * the one that is faster. A file whose first line is `-- no transaction` runs bare (for `create index concurrently`).
 *
 * @param pool a direct connection: the lock belongs to a session, which PgBouncer would share.
 * @returns the names of the files applied now.
 * @throws Error naming file and line when one fails (it and what follows are then not applied), when an applied file was
 *   changed, or when the database is newer than this program.
 */
export async function migrate(pool: Pool, dir: string): Promise<string[]> {
  const session = await pool.reserve();
  try {
    // Asked again and again, since a session that waits inside the query would block `create index concurrently`.
    while (!(await session`select pg_try_advisory_lock(hashtext('koinon migrations')) as taken`)[0]?.taken) {
      await sleep(lockPollMs);
    }
    await session`create table if not exists migration (
      name text primary key, sha256 text not null, applied_at timestamptz not null default now())`;
    const pending = await pendingFiles(session, dir);
    for (const file of pending) await apply(session, file);
    return pending.map((file) => file.name);
  } finally {
    await session`select pg_advisory_unlock(hashtext('koinon migrations'))`.catch(() => {});
    session.release();
  }
}

/** The names of the files that {@link migrate} would apply. Writes nothing. */
export async function pendingMigrations(sql: Sql, dir: string): Promise<string[]> {
  return (await pendingFiles(sql, dir)).map((file) => file.name);
}

interface MigrationFile {
  readonly name: string;
  readonly text: string;
  readonly sha256: string;
}

async function pendingFiles(sql: Sql, dir: string): Promise<MigrationFile[]> {
  const files = readMigrations(dir);
  const [{ exists }] = (await sql`select to_regclass('migration') is not null as exists`) as unknown as [Exists];
  if (!exists) return files;
  const applied = new Map(
    (await sql<{ name: string; sha256: string }[]>`select name, sha256 from migration`).map((row) => [
      row.name,
      row.sha256,
    ]),
  );
  const known = new Set(files.map((file) => file.name));
  const unknown = [...applied.keys()].filter((name) => !known.has(name)).sort();
  if (unknown.length > 0) {
    throw new Error(`The database is newer than this program, which does not know ${unknown.join(", ")}`);
  }
  const changed = files.find((file) => applied.has(file.name) && applied.get(file.name) !== file.sha256);
  if (changed) throw new Error(`${changed.name} was changed after it was applied: undo that, and add a new file`);
  return files.filter((file) => !applied.has(file.name));
}

type Exists = { exists: boolean };

function readMigrations(dir: string): MigrationFile[] {
  const names = readdirSync(dir).filter((name) => name.endsWith(".sql"));
  return names.sort().map((name) => {
    const text = readFileSync(join(dir, name), "utf8");
    return { name, text, sha256: createHash("sha256").update(text).digest("hex") };
  });
}

async function apply(session: Sql, { name, text, sha256 }: MigrationFile): Promise<void> {
  const isTransaction = !text.startsWith(firstLineOutsideTransaction);
  try {
    if (isTransaction) await session`begin`;
    await session.unsafe(text);
    await session`insert into migration (name, sha256) values (${name}, ${sha256})`;
    if (isTransaction) await session`commit`;
  } catch (error) {
    if (isTransaction) await session`rollback`;
    const { message, position } = error as { message: string; position?: string };
    // PostgreSQL counts characters from 1; a file of several statements runs as one query.
    const line = position ? `:${text.slice(0, Number(position) - 1).split("\n").length}` : "";
    throw new Error(`${name}${line}: ${message}`, { cause: error });
  }
}
