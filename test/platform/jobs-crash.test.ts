// Workers and databases that die: what was promised is done all the same, in order, and no more often than it has to be.
import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { databaseOn, ensureDatabase } from "../../src/platform/databases.ts";
import { connect, type Pool } from "../../src/platform/db.ts";
import { startEmbeddedPostgres } from "../../src/platform/embedded-postgres.ts";
import { runJobs } from "../../src/platform/job-worker.ts";
import { enqueue } from "../../src/platform/jobs.ts";
import { migrate } from "../../src/platform/migrate.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";

/** Long enough that a worker on a busy machine renews it in time. */
const leaseMs = 4_000;

let db: TestDatabase;
let children: ChildProcess[];
beforeEach(async () => {
  children = [];
  db = await openTestDatabase();
  await createSteps(db.sql);
});
afterEach(async () => {
  for (const child of children) child.kill("SIGKILL");
  await db.drop();
});

/** What the workers write down: one row per start of a job. */
const createSteps = (sql: Pool) => sql`
  create table step (id bigint generated always as identity, key text, n int, pid int,
    began_at timestamptz not null default clock_timestamp(), ended_at timestamptz)`;

function startWorker(options: object = {}): ChildProcess {
  const script = join(import.meta.dirname, "../support/job-process.ts");
  const settings = JSON.stringify({ concurrency: 10, leaseMs, ...options });
  const child = spawn(process.execPath, [script, JSON.stringify(db.target), settings], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  children.push(child);
  return child;
}

const ended = (child: ChildProcess) => new Promise((resolve) => child.once("exit", (code) => resolve(code)));
const stepsOf = (key: string, n: number) => db.sql`select from step where key = ${key} and n = ${n}`;
const jobsLeft = async () => (await db.sql`select count(*)::int as count from job`)[0]!.count as number;
const patience = { timeout: 60_000, interval: 50 };

test("the jobs of a worker that is killed run again, once, before the later ones of their key", async () => {
  const longMs = 60_000;
  await enqueue(db.sql, [
    { kind: "step", payload: { key: "a", n: 1, ms: 0 }, key: "a" },
    { kind: "step", payload: { key: "a", n: 2, ms: longMs }, key: "a" },
    { kind: "step", payload: { key: "a", n: 3, ms: 0 }, key: "a" },
    { kind: "step", payload: { key: "free", n: 1, ms: longMs } },
  ]);
  const first = startWorker();
  await expect.poll(async () => (await stepsOf("a", 2)).length + (await stepsOf("free", 1)).length, patience).toBe(2);
  await sleep(2 * leaseMs);
  expect(await stepsOf("a", 2), "a living worker keeps its lease").toHaveLength(1);
  first.kill("SIGKILL");
  await ended(first);
  await db.sql`update job set payload = jsonb_set(payload, '{ms}', '10')`;
  startWorker();
  await expect.poll(jobsLeft, patience).toBe(0);

  const steps = await db.sql`select key, n, ended_at is not null as is_done from step order by id`;
  expect(steps.filter((row) => row.key === "a")).toEqual([
    { key: "a", n: 1, isDone: true },
    { key: "a", n: 2, isDone: false },
    { key: "a", n: 2, isDone: true },
    { key: "a", n: 3, isDone: true },
  ]);
  expect(steps.filter((row) => row.key === "free").map((row) => row.isDone)).toEqual([false, true]);
});

test("a worker that is asked to stop hands back at once what it cannot finish in time", async () => {
  await enqueue(db.sql, [
    { kind: "step", payload: { key: "short", n: 1, ms: 300 } },
    { kind: "step", payload: { key: "long", n: 1, ms: 600_000 } },
  ]);
  const first = startWorker({ leaseMs: 60_000, graceMs: 5_000 });
  await expect
    .poll(async () => (await stepsOf("short", 1)).length + (await stepsOf("long", 1)).length, patience)
    .toBe(2);
  first.kill("SIGTERM");
  await expect
    .poll(async () => (await db.sql`select from job where lease_until is null and attempts = 0`).length, patience)
    .toBe(1);
  first.kill("SIGKILL");
  await db.sql`update job set payload = jsonb_set(payload, '{ms}', '0')`;
  startWorker({ leaseMs: 60_000 });
  await expect.poll(jobsLeft, patience).toBe(0);
  expect(await stepsOf("short", 1)).toHaveLength(1);
  expect(await stepsOf("long", 1)).toHaveLength(2);
});

test("three workers share the work: nothing twice, nothing out of order, nothing of one key at the same time", async () => {
  const keyed = Array.from({ length: 600 }, (_, n) => ({ key: `k${n % 20}`, n, ms: n % 7 === 0 ? 8 : 0 }));
  const free = Array.from({ length: 400 }, (_, n) => ({ key: null, n: 1_000 + n, ms: n % 5 }));
  const workers = [startWorker(), startWorker({ prepare: false, notify: false, pollMs: 20 }), startWorker()];
  // Work for all until each has had some: they start at their own pace.
  const workersSeen = async () =>
    (await db.sql`select count(distinct pid)::int as count from step`)[0]!.count as number;
  while ((await workersSeen()) < 3) {
    await enqueue(
      db.sql,
      Array.from({ length: 30 }, () => ({ kind: "step", payload: { key: null, n: 0, ms: 100 } })),
    );
    await sleep(100);
  }
  await expect.poll(jobsLeft, patience).toBe(0);
  await db.sql`truncate step`;
  const all = [
    ...keyed.map((payload) => ({ kind: "step", payload, key: payload.key })),
    ...free.map((payload) => ({ kind: "step", payload })),
  ];
  for (let at = 0; at < all.length; at += 50) {
    await enqueue(db.sql, all.slice(at, at + 50));
    await sleep(5);
  }
  await expect.poll(jobsLeft, { timeout: 60_000, interval: 100 }).toBe(0);
  for (const worker of workers) worker.kill("SIGTERM");
  expect(await Promise.all(workers.map(ended))).toEqual([0, 0, 0]);

  const [sums] = await db.sql`
    select count(*)::int as starts, count(distinct n)::int as jobs from step`;
  expect(sums).toEqual({ starts: 1_000, jobs: 1_000 });
  const [wrong] = await db.sql`
    select (count(*) filter (where n < before_n))::int as disordered, (count(*) filter (where began_at < before_end))::int as overlapping
    from (select n, began_at, lag(n) over line as before_n, lag(ended_at) over line as before_end
          from step where key is not null window line as (partition by key order by id)) seen`;
  expect(wrong).toEqual({ disordered: 0, overlapping: 0 });
});

test("a worker outlives ten seconds without its database", async () => {
  const outageMs = 10_000;
  const folder = mkdtempSync(join(tmpdir(), `koinon-test-${process.pid}-`));
  chmodSync(folder, 0o755);
  const server = await startEmbeddedPostgres(folder, { durable: true });
  const admin = connect({ target: server.target, poolSizeMax: 1, prepare: true });
  await ensureDatabase(admin, "crash");
  await admin.end();
  const sql = connect({ target: databaseOn(server.target, "crash"), poolSizeMax: 5, prepare: true });
  await migrate(sql, join(import.meta.dirname, "../../migrations"));
  const told: string[] = [];
  const tell = (message: string) => void told.push(message);
  const stop = new AbortController();
  const ran: number[] = [];
  const handlers = {
    step: async (payload: unknown) => {
      ran.push(payload as number);
      await sleep(200);
    },
  };
  const running = runJobs(sql, handlers, {
    signal: stop.signal,
    concurrency: 2,
    leaseMs: 5_000,
    log: { info: tell, warn: tell, error: tell },
  });
  await enqueue(
    sql,
    Array.from({ length: 40 }, (_, n) => ({ kind: "step", payload: n, key: `k${n % 2}` })),
  );
  await expect.poll(() => ran.length, patience).toBeGreaterThan(5);

  process.kill(Number(readFileSync(join(folder, "postgres-18/data/postmaster.pid"), "utf8").split("\n")[0]), "SIGKILL");
  await sleep(outageMs);
  const ranBefore = ran.length;
  expect(ranBefore).toBeLessThan(40);
  const again = await startEmbeddedPostgres(folder, { durable: true });
  await expect.poll(async () => (await sql`select from job`.catch(() => [1])).length, patience).toBe(0);
  stop.abort();
  await running;
  await sql.end({ timeout: 1 });
  await again.stop();
  rmSync(folder, { recursive: true, force: true });

  expect(new Set(ran).size).toBe(40);
  for (const parity of [0, 1]) {
    const firsts = [...new Set(ran.filter((n) => n % 2 === parity))];
    expect(firsts).toEqual(firsts.toSorted((a, b) => a - b));
  }
  // What was in hand or just done when the database died may run again: at most two at once, and a second's worth before.
  expect(ran.length - 40).toBeLessThanOrEqual(12);
  expect(told.filter((message) => message.startsWith("Jobs cannot reach"))).toHaveLength(1);
  expect(told).toContain("Jobs reach the database again");
});
