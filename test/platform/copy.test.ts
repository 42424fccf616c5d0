// Rows in and out by COPY: the errors that come at the end, and how much memory it takes.
import { expect, test } from "vitest";
import { copyIn, copyOut, listTables } from "../../src/platform/copy.ts";
import { openTestDatabase } from "../support/database.ts";

test("what goes out comes in again", async () => {
  await using db = await openTestDatabase({ empty: true });
  await db.sql`create table "from here" as select n, 'tab\tline\nback\\slash ' || n as "a text" from generate_series(1, 5000) n`;
  await db.sql`create table "to there" (like "from here")`;
  const pieces: Buffer[] = [];
  await db.sql.begin(async (tx) => {
    for await (const piece of await copyOut(tx, 'select n, "a text" from "from here"')) pieces.push(piece);
  });
  const count = await db.sql.begin(async (tx) => {
    const loading = await copyIn(tx, "to there", ["n", "a text"]);
    for (const byte of Buffer.concat(pieces).subarray(0, 100)) await loading.write(Buffer.from([byte]));
    await loading.write(Buffer.concat(pieces).subarray(100));
    return await loading.end();
  });
  expect(count).toBe(5000);
  expect(await db.sql`select * from "from here" except select * from "to there"`).toEqual([]);
  expect(await listTables(db.sql)).toEqual([
    { name: "from here", columns: ["n", "a text"] },
    { name: "to there", columns: ["n", "a text"] },
  ]);
});

test.each([
  ["in the middle", "not a number\n".repeat(200_000)],
  ["at the end", "1\n1\n"],
  ["at once", "x\n"],
])("rows that are refused %s say why, and the connection lives on", async (_, rows) => {
  await using db = await openTestDatabase({ empty: true });
  await db.sql`create table number (n int primary key)`;
  const loaded = db.sql.begin(async (tx) => {
    const loading = await copyIn(tx, "number", ["n"]);
    const whole = Buffer.from(rows);
    for (let at = 0; at < whole.length; at += 10_000) await loading.write(whole.subarray(at, at + 10_000));
    return await loading.end();
  });
  await expect(loaded).rejects.toThrow(/invalid input syntax for type integer|duplicate key value/);
  expect((await db.sql`select count(*)::int as count from number`)[0]?.count).toBe(0);
});

test("a table that is not there", async () => {
  await using db = await openTestDatabase({ empty: true });
  await expect(db.sql.begin((tx) => copyIn(tx, "nowhere", ["n"]))).rejects.toThrow(/"nowhere" does not exist/);
  await expect(db.sql.begin((tx) => copyOut(tx, "select 1 from nowhere"))).rejects.toThrow(/"nowhere" does not exist/);
});
