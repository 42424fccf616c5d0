// Several databases on one server: naming, making and dropping them.
import assert from "node:assert/strict";
import { type DatabaseOptions, identifier, type Sql, violatedUnique } from "./db.ts";

type Target = DatabaseOptions["target"];

/** The same server and user, another database. Its name is of letters, digits and underscores, which no address has to escape. */
export function databaseOn(target: Target, database: string): Target {
  assert.match(database, /^\w+$/);
  if (typeof target !== "string") return { ...target, database };
  const url = new URL(target);
  url.pathname = `/${database}`;
  return url.href;
}

/** The target as an address, to hand to another process as DATABASE_URL. */
export function databaseAddress(target: Target): string {
  if (typeof target === "string") return target;
  const { host, port, username, database } = target;
  return `postgres://${encodeURIComponent(username)}@${encodeURIComponent(host)}:${port}/${database}`;
}

/**
 * Makes a database unless it is there; several processes may ask at once. Not within a transaction.
 *
 * @param template an existing database that nobody is connected to, copied whole.
 * @returns whether it was made now.
 */
export async function ensureDatabase(sql: Sql, name: string, template = "template0"): Promise<boolean> {
  const found = await sql`select 1 from pg_database where datname = ${name}`;
  if (found.length > 0) return false;
  try {
    await sql.unsafe(`create database ${identifier(name)} template ${identifier(template)} encoding 'UTF8'`);
    return true;
  } catch (error) {
    // 42P04: made meanwhile and committed; a unique violation: made at the same moment.
    if ((error as { code?: string }).code === "42P04" || violatedUnique(error) !== null) return false;
    throw error;
  }
}

/** Drops a database, whoever is still connected to it. */
export async function dropDatabase(sql: Sql, name: string): Promise<void> {
  await sql.unsafe(`drop database if exists ${identifier(name)} with (force)`);
}
