// How a worker behaves while it lives: when it looks, what it says, when it lets go, and how little it reads.
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { connect } from "../../src/platform/db.ts";
import { listDeadLetters } from "../../src/platform/dead-letters.ts";
import { finishJobs, type Holder, takeJobs } from "../../src/platform/job-table.ts";
import { runJobs, type WorkerOptions } from "../../src/platform/job-worker.ts";
import { enqueue, GiveUp, type Handlers, Later } from "../../src/platform/jobs.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";

/** So long that what is done sooner was not met by a poll, however busy the machine is. */
const pollMs = 120_000;

let db: TestDatabase;
let stop: AbortController;
let running: Promise<void>;
let told: string[];
beforeEach(async () => {
  db = await openTestDatabase();
  stop = new AbortController();
  running = Promise.resolve();
  told = [];
});
afterEach(async () => {
  stop.abort();
  await running;
  await db.drop();
});

function startWorker(handlers: Handlers, options: Partial<WorkerOptions> = {}, sql = db.sql): void {
  const tell = (message: string, properties: Record<string, unknown>) =>
    void told.push(message + JSON.stringify(properties));
  const log = { info: tell, warn: tell, error: tell };
  running = runJobs(sql, handlers, { signal: stop.signal, concurrency: 5, log, pollMs, ...options });
}

/** Starts a worker and waits until it has done a first job: from then on it sleeps. */
async function startAndSettle(handlers: Handlers, options?: Partial<WorkerOptions>): Promise<void> {
  const settled = Promise.withResolvers<void>();
  await enqueue(db.sql, { kind: "settle", payload: null });
  startWorker({ ...handlers, settle: () => settled.resolve() }, options);
  await settled.promise;
  await sleep(200);
}

test("a sleeping worker is woken by a new job", async () => {
  const seen = Promise.withResolvers<number>();
  await startAndSettle({ now: () => seen.resolve(Date.now()) });
  const promisedAt = Date.now();
  await enqueue(db.sql, { kind: "now", payload: null });
  expect((await seen.promise) - promisedAt).toBeLessThan(pollMs / 2);
});

test("a delayed job starts at its time, not at the next poll", async () => {
  const seen = Promise.withResolvers<number>();
  await startAndSettle({ later: () => seen.resolve(Date.now()) });
  const runAt = new Date(Date.now() + 700);
  await enqueue(db.sql, { kind: "later", payload: null, runAt });
  const lateMs = (await seen.promise) - runAt.getTime();
  expect(lateMs).toBeGreaterThanOrEqual(-5);
  expect(lateMs).toBeLessThan(pollMs / 2);
});

test("without LISTEN and prepared statements new jobs are met by the poll", async () => {
  const seen = Promise.withResolvers<unknown>();
  const sql = connect({ target: db.target, poolSizeMax: 3, prepare: false });
  startWorker({ polled: (payload) => seen.resolve(payload) }, { notify: false, pollMs: 100 }, sql);
  await sleep(300);
  await enqueue(sql, { kind: "polled", payload: { by: "poll" }, key: "k" });
  expect(await seen.promise).toEqual({ by: "poll" });
  stop.abort();
  await running;
  await sql.end();
});

test("no more jobs run at once than it may have", async () => {
  let atOnce = 0;
  let most = 0;
  let done = 0;
  await enqueue(
    db.sql,
    Array.from({ length: 60 }, (_, n) => ({ kind: "wide", payload: n, key: n % 3 ? `k${n % 7}` : undefined })),
  );
  startWorker({
    wide: async () => {
      most = Math.max(most, ++atOnce);
      await sleep(3);
      atOnce--;
      done++;
    },
  });
  await expect.poll(() => done).toBe(60);
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThanOrEqual(5);
});

test("a kind it does not know is named once and left alone", async () => {
  await enqueue(
    db.sql,
    [1, 2].map((payload) => ({ kind: "newer", payload })),
  );
  await startAndSettle({}, { otherKinds: ["elsewhere"] });
  expect(told.filter((line) => line.includes("newer"))).toHaveLength(1);
  expect(await db.sql`select from job where kind = 'newer' and attempts = 0`).toHaveLength(2);
});

test("a handler is told when its lease is lost, and its end then changes nothing", async () => {
  const lost = Promise.withResolvers<void>();
  await enqueue(db.sql, { kind: "slow", payload: null });
  const handler = async (_: unknown, { signal }: { signal: AbortSignal }) => {
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    lost.resolve();
  };
  startWorker({ slow: handler }, { leaseMs: 600 });
  await expect.poll(() => db.sql`select from job where holder is not null`).toHaveLength(1);
  await db.sql`update job set holder = gen_random_uuid(), lease_until = now() + interval '1 hour'`;
  await lost.promise;
  stop.abort();
  await running;
  expect(await db.sql`select from job where holder is not null`).toHaveLength(1);
  expect(told.some((line) => line.includes("taken by another worker"))).toBe(true);
});

test("at the end of the grace period its jobs are free for others", async () => {
  const signals: AbortSignal[] = [];
  await enqueue(
    db.sql,
    [1, 2].map((payload) => ({ kind: "endless", payload, key: `${payload}` })),
  );
  const endless = (_: unknown, { signal }: { signal: AbortSignal }) => {
    signals.push(signal);
    return new Promise(() => {});
  };
  startWorker({ endless }, { graceMs: 200 });
  await expect.poll(() => signals.length).toBe(2);
  stop.abort();
  await running;
  expect(signals.every((signal) => signal.aborted)).toBe(true);
  expect(await db.sql`select from job where lease_until is null and attempts = 0 and not is_behind`).toHaveLength(2);
});

test("a job that goes on later keeps its new payload and does not use up its tries", async () => {
  const seen: unknown[] = [];
  const counting = {
    retry: { firstDelayMs: 1, delayMsMax: 1, attemptsMax: 2 },
    run: (payload: unknown, { attempt }: { attempt: number }) => {
      seen.push([payload, attempt]);
      if ((payload as number) < 5) throw new Later(1, (payload as number) + 1);
    },
  };
  await enqueue(db.sql, { kind: "count", payload: 1 });
  startWorker({ count: counting });
  await expect.poll(() => db.sql`select from job`).toHaveLength(0);
  expect(seen).toEqual([1, 2, 3, 4, 5].map((n) => [n, 1]));
});

test("what is logged and kept of a failure names the error, not what the job was about", async () => {
  const payload = { token: "tell-nobody" };
  await enqueue(db.sql, [
    { kind: "fails", payload },
    { kind: "dies", payload },
  ]);
  const fault = () => Object.assign(new Error(`x${"y".repeat(5_000)}`), { parameters: [payload] });
  startWorker({
    fails: () => {
      throw fault();
    },
    dies: () => {
      throw new GiveUp("for good", { cause: fault() });
    },
  });
  await expect.poll(() => told.length).toBe(2);
  const kept = await db.sql`select last_error from job union all select last_error from dead_letter`;
  expect(kept).toHaveLength(2);
  for (const text of [...told, ...kept.map((row) => row.lastError as string)]) {
    expect(text).not.toContain("tell-nobody");
    expect(text.length).toBeLessThan(1_200);
  }
  expect((await listDeadLetters(db.sql))[0]!.payload).toEqual(payload);
});

test("a job whose workers keep dying is given up", async () => {
  await enqueue(db.sql, { kind: "poison", payload: null });
  const ran: number[] = [];
  await db.sql`
    update job set attempts = 28, has_started = true, lease_until = now() - interval '1 s', holder = gen_random_uuid()`;
  startWorker({ poison: () => void ran.push(1) });
  await expect
    .poll(() => listDeadLetters(db.sql))
    .toMatchObject([{ lastError: "Its workers died in the middle of it" }]);
  expect(ran).toEqual([]);
});

test("the next of a key comes forward also when it was enqueued after the finishing transaction began", async () => {
  const holder: Holder = { id: "00000000-0000-4000-8000-000000000001", kinds: ["k"], leaseMs: 60_000, now: null };
  await enqueue(db.sql, { kind: "k", payload: 1, key: "a" });
  const [first] = await takeJobs(db.sql, holder, 5);
  await db.sql.begin(async (tx) => {
    await tx`select now()`;
    await enqueue(db.sql, { kind: "k", payload: 2, key: "a" });
    expect(await takeJobs(db.sql, holder, 5)).toEqual([]);
    expect(await db.sql`select from job where is_behind`).toHaveLength(1);
    expect(await finishJobs(tx, holder, [first!], true)).toMatchObject([{ payload: 2, key: "a" }]);
  });
});

test("whatever fails, waits or comes meanwhile, keys keep their order and nothing is left", async () => {
  const perKey = 60;
  const keys = Array.from({ length: 20 }, (_, n) => `k${n}`);
  const done = new Map<string, number[]>(keys.map((key) => [key, []]));
  const inHand = new Set<string>();
  let overlaps = 0;
  const run = async (payload: unknown) => {
    const { key, n } = payload as { key: string; n: number };
    if (inHand.has(key)) overlaps++;
    inHand.add(key);
    try {
      const chance = Math.random();
      if (chance < 0.3) await sleep(3 * Math.random());
      if (chance > 0.97) throw new Error("by chance");
      if (chance > 0.94) throw new Later(5 * Math.random());
      done.get(key)!.push(n);
    } finally {
      inHand.delete(key);
    }
  };
  const retry = { firstDelayMs: 1, delayMsMax: 2, attemptsMax: 1_000 };
  const step = { run, retry };
  const pools = [1, 2, 3].map(() => connect({ target: db.target, poolSizeMax: 4, prepare: true }));
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const workers = pools.map((pool, n) =>
    runJobs(pool, n === 0 ? { a: step } : { a: step, b: step }, {
      signal: stop.signal,
      concurrency: 1 + 4 * n,
      log,
      pollMs: 200,
      notify: n !== 1,
      otherKinds: "any",
    }),
  );
  await Promise.all(
    keys.map(async (key) => {
      for (let n = 0; n < perKey; n++) {
        await enqueue(db.sql, { kind: n % 7 ? "a" : "b", payload: { key, n }, key });
        if (n % 10 === 0) await sleep(20 * Math.random());
      }
    }),
  );
  await expect.poll(() => db.sql`select from job`).toHaveLength(0);
  stop.abort();
  await Promise.all(workers);
  await Promise.all(pools.map((pool) => pool.end()));
  expect(overlaps).toBe(0);
  const inOrder = Array.from({ length: perKey }, (_, n) => n);
  for (const key of keys) expect(done.get(key)).toEqual(inOrder);
});

test.each([
  ["statistics of an empty table", false],
  ["statistics of the full one", true],
])("one look reads few rows however many wait: %s", async (_, isAnalyzedFull) => {
  const sql = db.sql;
  await sql`analyze job`;
  await sql`
    insert into job (kind, payload, key, run_at, created_at, attempts, has_started, is_behind)
    select 'k', '{}', 'stuck', now() + case when n = 1 then interval '1 hour' else '-1 s' end, now(), least(1, 2 / n), n = 1, n between 2 and 15000
    from generate_series(1, 20000) n`;
  await sql`
    insert into job (kind, payload, key, run_at) select 'k', '{}', 'later' || n % 100, now() + interval '1 hour' from generate_series(1, 10000) n`;
  await sql`insert into job (kind, payload, run_at) select 'unknown', '{}', now() - interval '1 day' from generate_series(1, 10000) n`;
  await sql`insert into job (kind, payload) select 'k', '{}' from generate_series(1, 10000) n`;
  if (isAnalyzedFull) await sql`analyze job`;
  const holder: Holder = {
    id: "00000000-0000-4000-8000-000000000001",
    kinds: ["k", "other"],
    leaseMs: 60_000,
    now: null,
  };
  const read: number[] = [];
  let taken = 0;
  for (let look = 0; look < 110; look++) {
    await sql.begin(async (tx) => {
      const rowsRead = async () =>
        (
          await tx`select (seq_tup_read + idx_tup_fetch)::int as count from pg_stat_xact_user_tables where relname = 'job'`
        )[0]!.count;
      const before = await rowsRead();
      taken += (await takeJobs(tx, holder, 10)).length;
      read.push((await rowsRead()) - before);
    });
  }
  expect(Math.max(...read)).toBeLessThan(400);
  // The 5000 not yet marked are met and passed over 50 at a time; then the free ones come.
  expect(taken).toBeGreaterThan(50);
});
