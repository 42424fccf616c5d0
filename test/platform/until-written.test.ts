// An answer is kept for nobody whose question came after a commit, wherever that was made.
import { afterAll, beforeAll, expect, test } from "vitest";
import { connect, type Pool } from "../../src/platform/db.ts";
import { openUntilWritten } from "../../src/platform/until-written.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";

let db: TestDatabase;
let elsewhere: Pool;
beforeAll(async () => {
  db = await openTestDatabase({ empty: true });
  elsewhere = connect({ target: db.target, poolSizeMax: 2, prepare: true });
  await db.sql`create table thing (name text primary key, size integer not null)`;
  await db.sql`insert into thing values ('one', 1), ('two', 2)`;
});
afterAll(async () => {
  await elsewhere?.end();
  await db.drop();
});

const sizeOf = async (name: string) =>
  (await db.sql<{ size: number }[]>`select size from thing where name = ${name}`)[0]!.size;

/** What was found in a moment in which nobody wrote anything, in no database of this server: other tests do. */
async function whileNobodyWrites<T>(find: () => Promise<T>): Promise<T> {
  const look = async () => (await db.sql`select pg_current_snapshot()::text as now`)[0]!.now;
  for (;;) {
    const before = await look();
    const found = await find();
    if ((await look()) === before) return found;
  }
}

test("is made once while nothing is written, for however many ask", async () => {
  const timesMade = await whileNobodyWrites(async () => {
    const ask = openUntilWritten<number>(db.sql);
    let made = 0;
    const make = async () => {
      made++;
      return await sizeOf("one");
    };
    expect(new Set(await Promise.all(Array.from({ length: 20 }, () => ask("one", make))))).toEqual(new Set([1]));
    for (let again = 0; again < 5; again++) await ask("one", make);
    expect(await ask("two", () => sizeOf("two"))).toBe(2);
    return made;
  });
  expect(timesMade).toBe(1);
});

test("is made anew after any commit, of this process or another", async () => {
  const ask = openUntilWritten<number>(db.sql);
  for (let size = 10; size < 40; size++) {
    const sql = size % 2 === 0 ? db.sql : elsewhere;
    await sql`update thing set size = ${size} where name = 'one'`;
    expect(await ask("one", () => sizeOf("one"))).toBe(size);
  }
  // A transaction that was open before and after is seen when it ends.
  await elsewhere.begin(async (tx) => {
    await tx`update thing set size = 99 where name = 'one'`;
    expect(await ask("one", () => sizeOf("one"))).toBe(39);
    expect(await ask("one", () => sizeOf("one"))).toBe(39);
  });
  expect(await ask("one", () => sizeOf("one"))).toBe(99);
});

test("a commit while it is made leaves nothing old behind", async () => {
  const ask = openUntilWritten<number>(db.sql);
  const read = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const slow = ask("two", async () => {
    const size = await sizeOf("two");
    read.resolve();
    await goOn.promise;
    return size;
  });
  await read.promise;
  await elsewhere`update thing set size = 7 where name = 'two'`;
  const later = await ask("two", () => sizeOf("two"));
  goOn.resolve();
  expect([await slow, later]).toEqual([2, 7]);
  expect(await ask("two", () => sizeOf("two"))).toBe(7);
});

test("what fails is not kept, nor what is ten seconds old", async () => {
  const answers = await whileNobodyWrites(async () => {
    let nowMs = 0;
    const ask = openUntilWritten<number>(db.sql, () => nowMs);
    await expect(ask("one", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    const [first, kept] = [await ask("one", () => Promise.resolve(1)), await ask("one", () => Promise.resolve(2))];
    nowMs = 10_000;
    return [first, kept, await ask("one", () => Promise.resolve(3))];
  });
  expect(answers).toEqual([1, 1, 3]);
});
