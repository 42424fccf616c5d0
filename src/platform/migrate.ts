// The tables, brought up to date: plain .sql files, applied once each, in the order of their names, never changed after.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Pool, Sql, Tx } from "./db.ts";

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
    await createMigrationTable(session);
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

/** What was applied to a database, in the order of names. */
export interface AppliedMigration {
  readonly name: string;
  /** Of the file's text, in hex. */
  readonly sha256: string;
}

/** Empty where no migration was ever applied. */
export async function appliedMigrations(sql: Sql): Promise<AppliedMigration[]> {
  const [found] = await sql<{ exists: boolean }[]>`select to_regclass('migration') is not null as exists`;
  if (!found?.exists) return [];
  return await sql<AppliedMigration[]>`select name, sha256 from migration order by name collate "C"`;
}

/**
 * Applies what is missing within the caller's transaction, for a restore that is all or nothing. The index builds of
 * files without a transaction are then ordinary ones: nobody else can see the tables yet.
 *
 * @param upTo of what is missing, apply only these, in exactly these texts; without it, everything.
 * @throws Error naming the first of `upTo` that this program has not, or has with another text.
 */
export async function migrateWithin(tx: Tx, dir: string, upTo?: readonly AppliedMigration[]): Promise<void> {
  await tx`select pg_advisory_xact_lock(hashtext('koinon migrations'))`;
  await createMigrationTable(tx);
  const pending = new Map((await pendingFiles(tx, dir)).map((file) => [file.name, file]));
  for (const { name, sha256 } of upTo ?? pending.values()) {
    const file = pending.get(name);
    if (!file) throw new Error(`this program has no ${name}`);
    if (file.sha256 !== sha256) throw new Error(`this program has another ${name}`);
    await run(tx, file, file.text.replace(/\bconcurrently\b/gi, ""));
  }
}

interface MigrationFile extends AppliedMigration {
  readonly text: string;
}

async function pendingFiles(sql: Sql, dir: string): Promise<MigrationFile[]> {
  const files = readMigrations(dir);
  const applied = new Map((await appliedMigrations(sql)).map((migration) => [migration.name, migration.sha256]));
  const known = new Set(files.map((file) => file.name));
  const unknown = [...applied.keys()].filter((name) => !known.has(name)).sort();
  if (unknown.length > 0) {
    throw new Error(`The database is newer than this program, which does not know ${unknown.join(", ")}`);
  }
  const changed = files.find((file) => applied.has(file.name) && applied.get(file.name) !== file.sha256);
  if (changed) throw new Error(`${changed.name} was changed after it was applied: undo that, and add a new file`);
  return files.filter((file) => !applied.has(file.name));
}

const createMigrationTable = (sql: Sql) => sql`
  create table if not exists migration (
    name text primary key, sha256 text not null, applied_at timestamptz not null default now())`;

function readMigrations(dir: string): MigrationFile[] {
  const names = readdirSync(dir).filter((name) => name.endsWith(".sql"));
  return names.sort().map((name) => {
    const text = readFileSync(join(dir, name), "utf8");
    return { name, text, sha256: createHash("sha256").update(text).digest("hex") };
  });
}

async function apply(session: Sql, file: MigrationFile): Promise<void> {
  if (file.text.startsWith(firstLineOutsideTransaction)) return await run(session, file, file.text);
  await session`begin`;
  try {
    await run(session, file, file.text);
    await session`commit`;
  } catch (error) {
    await session`rollback`;
    throw error;
  }
}

async function run(sql: Sql, { name, sha256 }: MigrationFile, text: string): Promise<void> {
  try {
    await sql.unsafe(text);
    await sql`insert into migration (name, sha256) values (${name}, ${sha256})`;
  } catch (error) {
    const { message, position } = error as { message: string; position?: string };
    // PostgreSQL counts characters from 1; a file of several statements runs as one query.
    const line = position ? `:${text.slice(0, Number(position) - 1).split("\n").length}` : "";
    throw new Error(`${name}${line}: ${message}`, { cause: error });
  }
}
