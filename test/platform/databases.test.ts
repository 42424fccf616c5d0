// Databases by name on one server, and the one each test file gets.
import { expect, test } from "vitest";
import { databaseAddress, databaseOn, dropDatabase, ensureDatabase } from "../../src/platform/databases.ts";
import { connect } from "../../src/platform/db.ts";
import { openTestDatabase } from "../support/database.ts";

test("the same server by address or by options, another database", () => {
  expect(databaseOn("postgres://me:pw@db.example:6543/postgres?sslmode=require", "bilbao")).toBe(
    "postgres://me:pw@db.example:6543/bilbao?sslmode=require",
  );
  const embedded = { host: "/run/pg", port: 5432, username: "postgres", database: "postgres" };
  expect(databaseOn(embedded, "porto")).toEqual({ ...embedded, database: "porto" });
  expect(() => databaseOn(embedded, "a/b?ssl=false")).toThrow();
});

test("a database asked for by several at once is made once, and dropped under those who use it", async () => {
  await using db = await openTestDatabase({ empty: true });
  const name = `${(await db.sql`select current_database() as name`)[0]?.name}_second`;
  const made = await Promise.all([1, 2, 3, 4].map(() => ensureDatabase(db.sql, name)));
  expect(made.filter(Boolean)).toHaveLength(1);
  const second = connect({ target: databaseOn(db.target, name), poolSizeMax: 1, prepare: true });
  expect((await second`select current_database() as name`)[0]?.name).toBe(name);
  await dropDatabase(db.sql, name);
  await expect(second`select 1`).rejects.toThrow();
  await second.end();
});

test("a target as an address leads to the same database, on a unix socket too", async () => {
  await using db = await openTestDatabase();
  await db.sql`create table here as select 1 as one`;
  const sql = connect({ target: databaseAddress(db.target), poolSizeMax: 1, prepare: true });
  expect(await sql`select one from here`).toHaveLength(1);
  await sql.end();
});

test("two test databases do not see each other", async () => {
  await using one = await openTestDatabase();
  await using two = await openTestDatabase();
  await one.sql`create table only_in_one (id int)`;
  expect((await two.sql`select to_regclass('only_in_one') as found`)[0]?.found).toBeNull();
  expect((await one.sql`select to_regclass('migration') is not null as found`)[0]?.found).toBe(true);
});
