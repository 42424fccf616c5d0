// Migrations on a real database: once each, in order, together or not at all.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { connect, type Pool } from "../../src/platform/db.ts";
import { migrate, pendingMigrations } from "../../src/platform/migrate.ts";
import { openTestDatabase } from "../support/database.ts";

async function anEmptyDatabase() {
  const db = await openTestDatabase({ empty: true });
  onTestFinished(() => db.drop());
  return db;
}

function aFolder(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), "koinon-migrations-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  write(folder, files);
  return folder;
}

function write(folder: string, files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}

const tables = async (sql: Pool) =>
  (await sql`select tablename from pg_tables where schemaname = 'public' order by 1`).map((row) => row.tablename);

describe("migrate", () => {
  test("applies each file once, in the order of names", async () => {
    const { sql } = await anEmptyDatabase();
    const folder = aFolder({
      "0002_b.sql": "alter table a add column n int;",
      "0001_a.sql": "create table a (id int);",
    });
    expect(await pendingMigrations(sql, folder)).toEqual(["0001_a.sql", "0002_b.sql"]);
    expect(await tables(sql)).toEqual([]);
    expect(await migrate(sql, folder)).toEqual(["0001_a.sql", "0002_b.sql"]);
    expect(await migrate(sql, folder)).toEqual([]);
    expect(await pendingMigrations(sql, folder)).toEqual([]);
    expect(await tables(sql)).toEqual(["a", "migration"]);
  });

  test("a file that fails leaves nothing of itself, and says where", async () => {
    const { sql } = await anEmptyDatabase();
    const folder = aFolder({
      "0001_a.sql": "create table a (id int);",
      "0002_b.sql": "create table b (id int);\n\ncreate tible c (id int);\n",
    });
    await expect(migrate(sql, folder)).rejects.toThrow(/^0002_b\.sql:3: syntax error at or near "tible"/);
    expect(await tables(sql)).toEqual(["a", "migration"]);
    write(folder, { "0002_b.sql": "create table b (id int);" });
    expect(await migrate(sql, folder)).toEqual(["0002_b.sql"]);
  });

  test("a file changed after it was applied, or unknown to this program, stops it", async () => {
    const { sql } = await anEmptyDatabase();
    const folder = aFolder({ "0001_a.sql": "create table a (id int);", "0002_b.sql": "create table b (id int);" });
    await migrate(sql, folder);
    write(folder, { "0001_a.sql": "create table a (id bigint);" });
    await expect(migrate(sql, folder)).rejects.toThrow(/0001_a\.sql was changed after it was applied/);
    write(folder, { "0001_a.sql": "create table a (id int);" });
    rmSync(join(folder, "0002_b.sql"));
    await expect(migrate(sql, folder)).rejects.toThrow(/newer than this program, which does not know 0002_b\.sql/);
  });

  test("processes that start together apply everything once, an index built concurrently included", async () => {
    const { sql, target } = await anEmptyDatabase();
    const folder = aFolder({
      "0001_a.sql": "create table a (id int); insert into a select generate_series(1, 20000);",
      "0002_b.sql": "-- no transaction\ncreate index concurrently a_id on a (id);",
      "0003_c.sql": "insert into a values (0);",
    });
    const others = [1, 2, 3].map(() => connect({ target, poolSizeMax: 1, prepare: true }));
    const applied = await Promise.all([sql, ...others].map((pool) => migrate(pool, folder)));
    await Promise.all(others.map((pool) => pool.end()));
    expect(applied.flat().sort()).toEqual(["0001_a.sql", "0002_b.sql", "0003_c.sql"]);
    expect((await sql`select count(*)::int as count from a`)[0]?.count).toBe(20_001);
    expect((await sql`select indisvalid from pg_index where indexrelid = 'a_id'::regclass`)[0]?.indisvalid).toBe(true);
  });
});
