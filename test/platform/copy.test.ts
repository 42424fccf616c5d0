// Rows in and out by COPY: the errors that come at the end, and how much memory it takes.
import { expect, test } from "vitest";
import { copyIn, copyOut, listTables } from "../../src/platform/copy.ts";
import { type Tx, withTransaction } from "../../src/platform/db.ts";
import { openTestDatabase } from "../support/database.ts";

test("what goes out comes in again", async () => {
  await using db = await openTestDatabase({ empty: true });
  await db.sql`create table "from here" as select n, 'tab\tline\nback\\slash ' || n as "a text" from generate_series(1, 5000) n`;
  await db.sql`create table "to there" (like "from here")`;
  const pieces: Buffer[] = [];
  await withTransaction(db.sql, async (tx) => {
    for await (const piece of copyOut(tx, 'select n, "a text" from "from here"')) pieces.push(piece);
  });
  const count = await withTransaction(db.sql, async (tx) => {
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
  const loaded = withTransaction(db.sql, async (tx) => {
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
  await expect(withTransaction(db.sql, (tx) => copyIn(tx, "nowhere", ["n"]))).rejects.toThrow(
    /"nowhere" does not exist/,
  );
  await expect(withTransaction(db.sql, (tx) => copyOut(tx, "select 1 from nowhere").next())).rejects.toThrow(
    /"nowhere" does not exist/,
  );
});

test("a transaction in which loading or reading was given up can be rolled back at once", async () => {
  await using db = await openTestDatabase({ empty: true });
  await db.sql`create table number as select n from generate_series(1, 300000) n`;
  const givenUp = withTransaction(db.sql, async (tx) => {
    const loading = await copyIn(tx, "number", ["n"]);
    await loading.write(Buffer.from("1\n"));
    await loading.abort();
    throw new Error("enough");
  });
  await expect(givenUp).rejects.toThrow("enough");
  const leftEarly = withTransaction(db.sql, async (tx) => {
    for await (const _ of copyOut(tx, "select n from number")) throw new Error("enough");
  });
  await expect(leftEarly).rejects.toThrow("enough");
  const inOrder = withTransaction(db.sql, async (tx) => {
    for await (const _ of copyOut(tx, "select n from number")) break;
    return (await tx`select count(*)::int as count from number`)[0]?.count;
  });
  expect(await inOrder).toBe(300_000);
});

test("a connection that is lost half way ends it with an error", async () => {
  await using db = await openTestDatabase({ empty: true });
  await db.sql`create table number as select n from generate_series(1, 3000000) n`;
  const loseConnection = async (tx: Tx) => {
    const [row] = await tx<{ pid: number }[]>`select pg_backend_pid() as pid`;
    return () => db.sql`select pg_terminate_backend(${row?.pid ?? 0})`;
  };
  const loading = withTransaction(db.sql, async (tx) => {
    const lose = await loseConnection(tx);
    const loading = await copyIn(tx, "number", ["n"]);
    try {
      await loading.write(Buffer.from("1\n"));
      await lose();
      for (let piece = 0; piece < 1000; piece++) await loading.write(Buffer.alloc(100_000, "1\n"));
      return await loading.end();
    } catch (error) {
      await loading.abort();
      throw error;
    }
  });
  await expect(loading).rejects.toThrow(/CONNECTION_CLOSED|terminating connection|ECONNRESET|EPIPE/);
  const reading = withTransaction(db.sql, async (tx) => {
    const lose = await loseConnection(tx);
    let bytes = 0;
    for await (const chunk of copyOut(tx, "select n from number")) {
      if (bytes === 0) await lose();
      bytes += chunk.length;
    }
    return bytes;
  });
  await expect(reading).rejects.toThrow(/CONNECTION_CLOSED|terminating connection|ECONNRESET|EPIPE/);
});
