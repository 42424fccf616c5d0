// Transactions whose connection is lost: the caller is told, nothing half done, and the process and the pool live on.
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { type Pool, type Tx, withTransaction } from "../../src/platform/db.ts";
import { openTestDatabase } from "../support/database.ts";

const lost = /CONNECTION_CLOSED|terminating connection|CONNECT_TIMEOUT|ECONNRESET|EPIPE/;

async function endConnectionOf(tx: Tx, pool: Pool): Promise<void> {
  const [row] = await tx<{ pid: number }[]>`select pg_backend_pid() as pid`;
  await pool`select pg_terminate_backend(${row?.pid ?? 0})`;
}

const works: Record<string, (tx: Tx) => Promise<unknown>> = {
  "asks at once": (tx) => tx`insert into fact values (2)`,
  "asks a little later": async (tx) => {
    await sleep(5);
    return await tx`insert into fact values (2)`;
  },
  "asks much later": async (tx) => {
    await sleep(300);
    return await tx`insert into fact values (2)`;
  },
  "asks again when told no": async (tx) => {
    await tx`insert into fact values (2)`.catch(() => {});
    await sleep(100);
    return await tx.unsafe("insert into fact values (3)");
  },
  "fails by itself meanwhile": async () => {
    await sleep(100);
    throw new Error("of its own");
  },
  "is done meanwhile": () => sleep(100),
  "is within a savepoint": (tx) => tx.savepoint((point) => point`insert into fact values (2)`),
};

test.each(Object.entries(works))("a transaction that loses its connection and %s", async (_, goOn) => {
  await using db = await openTestDatabase({ empty: true });
  await db.sql`create table fact (id int)`;
  const transaction = withTransaction(db.sql, async (tx) => {
    await tx`insert into fact values (1)`;
    await endConnectionOf(tx, db.sql);
    return await goOn(tx);
  });
  await expect(transaction).rejects.toThrow(lost);
  await sleep(400);
  // The connection serves others now, and the work that was left over has not reached them.
  await Promise.all([1, 2, 3, 4, 5].map(() => withTransaction(db.sql, (tx) => tx`select pg_sleep(0.05)`)));
  expect(await db.sql`select id from fact`).toEqual([]);
});

test("commits, rolls back, and joins the caller's own", async () => {
  await using db = await openTestDatabase({ empty: true });
  await db.sql`create table fact (id int)`;
  const add = (sql: Pool | Tx, id: number) =>
    withTransaction(sql, (tx) => tx`insert into fact values (${id}) returning id`);
  expect(await add(db.sql, 1)).toEqual([{ id: 1 }]);
  const failing = withTransaction(db.sql, async (tx) => {
    await add(tx, 2);
    throw new Error("no");
  });
  await expect(failing).rejects.toThrow("no");
  await withTransaction(db.sql, async (tx) => {
    await add(tx, 3);
    await tx
      .savepoint(async (point) => {
        await point`insert into fact values (4)`;
        throw new Error("only this part");
      })
      .catch(() => {});
    await tx.unsafe("insert into fact values (5)");
  });
  expect((await db.sql`select id from fact order by id`).map(({ id }) => id)).toEqual([1, 3, 5]);
  const readOnly = withTransaction(db.sql, (tx) => add(tx, 6), "read only");
  await expect(readOnly).rejects.toThrow(/read-only transaction/);
});

test("a transaction that is over takes no more queries", async () => {
  await using db = await openTestDatabase({ empty: true });
  const tx = await withTransaction(db.sql, async (tx) => ({ tx }));
  expect(() => tx.tx`select 1`).toThrow("The transaction is over");
});

test("a transaction that is asked for when the pipeline fills up is one all the same", async () => {
  await using db = await openTestDatabase({ empty: true });
  await db.sql`create table fact (id int)`;
  for (let reads = 95; reads <= 105; reads++) {
    const around = Array.from({ length: reads }, () => db.sql`select 1`);
    const failing = withTransaction(db.sql, async (tx) => {
      await tx`insert into fact values (${reads})`;
      throw new Error("taken back");
    });
    const after = Array.from({ length: 20 }, () => db.sql`select count(*)::int as count from fact`);
    await expect(failing).rejects.toThrow("taken back");
    await Promise.all([...around, ...after]);
  }
  expect(await db.sql`select id from fact`).toEqual([]);
});
