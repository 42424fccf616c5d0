// Our job table against pg-boss, on one PostgreSQL and in one run: node bench/queue.ts [--jobs=10000] [--pg-boss=FOLDER]
// pg-boss is no dependency: FOLDER is where `npm install pg-boss@12.38.0` was run. Without it only ours is measured.
// BENCH_DATABASE_URL names an outside server; else an embedded one is started for the run.
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { databaseOn, dropDatabase, ensureDatabase } from "../src/platform/databases.ts";
import { connect, type DatabaseOptions, type Pool } from "../src/platform/db.ts";
import { startEmbeddedPostgres } from "../src/platform/embedded-postgres.ts";
import { runJobs } from "../src/platform/job-worker.ts";
import { enqueue } from "../src/platform/jobs.ts";
import { migrate } from "../src/platform/migrate.ts";
import { cpuMsOf } from "./measure.ts";

/** About what a delivery with its activity takes once Fedify's envelope is compressed. */
const payload = { text: "x".repeat(1_500) };
const batchSize = 100;
const concurrency = 10;
const queues = ["free", "keyed"];
const emptyPauseMs = 20;
const latencySamples = 50;
/** A drain that takes longer is measured over this time. */
const drainMsMax = 20_000;

interface Message {
  readonly key?: string | undefined;
}

interface Engine {
  readonly name: string;
  enqueue(messages: Message[]): Promise<void>;
  /** Handles messages until `stop` is called, which resolves when it has stopped. */
  work(handler: () => void, isIdle?: boolean): Promise<{ stop(): Promise<void> }>;
  clear(): Promise<void>;
  close(): Promise<void>;
}

async function openOurs(target: DatabaseOptions["target"]): Promise<Engine> {
  const sql = connect({ target, poolSizeMax: concurrency, prepare: true });
  await migrate(sql, join(import.meta.dirname, "../migrations"));
  const log = { info: () => {}, warn: console.warn, error: console.error };
  return {
    name: "ours",
    enqueue: (messages) =>
      enqueue(
        sql,
        messages.map(({ key }) => ({ kind: "bench", payload, key })),
      ),
    async work(handler) {
      const control = new AbortController();
      const running = runJobs(sql, { bench: handler }, { signal: control.signal, concurrency, log });
      return {
        async stop() {
          control.abort();
          await running;
        },
      };
    },
    async clear() {
      await sql`truncate job`;
    },
    close: () => sql.end(),
  };
}

/** The little of pg-boss that is used here. */
interface PgBoss {
  start(): Promise<unknown>;
  stop(options: object): Promise<void>;
  on(event: "error", listener: (error: Error) => void): void;
  createQueue(name: string, options: object): Promise<void>;
  send(name: string, data: object, options: object): Promise<unknown>;
  insert(name: string, jobs: object[]): Promise<unknown>;
  fetch(name: string, options: object): Promise<{ id: string }[]>;
  complete(name: string, ids: string[]): Promise<unknown>;
  work(name: string, options: object, handler: () => Promise<void>): Promise<string>;
  offWork(name: string, options: object): Promise<void>;
  deleteAllJobs(name: string): Promise<void>;
}

/** Set up as it is fastest: jobs in batches of 50, waking by NOTIFY, a queue for each kind of order. */
async function openPgBoss(folder: string, sql: Pool, target: DatabaseOptions["target"]): Promise<Engine> {
  const file = createRequire(`${resolve(folder)}/`).resolve("pg-boss");
  const { PgBoss: Boss } = (await import(pathToFileURL(file).href)) as { PgBoss: new (options: object) => PgBoss };
  const connection = typeof target === "string" ? { connectionString: target } : { ...target, user: target.username };
  const boss = new Boss({ ...connection, max: concurrency, useListenNotify: true, supervise: false, schedule: false });
  boss.on("error", console.error);
  await boss.start();
  await boss.createQueue("free", { notify: true });
  await boss.createQueue("keyed", { policy: "key_strict_fifo", notify: true });
  await sql`analyze`;
  const queueOf = ({ key }: Message) => (key === undefined ? "free" : "keyed");
  return {
    name: "pg-boss 12.38",
    async enqueue(messages) {
      const [first] = messages;
      if (messages.length === 1)
        await boss.send(queueOf(first!), payload, first!.key ? { singletonKey: first!.key } : {});
      else
        await boss.insert(
          queueOf(first!),
          messages.map(({ key }) => ({ data: payload, ...(key ? { singletonKey: key } : {}) })),
        );
    },
    // A loop of its own for what is drained, since its `work` waits between batches; `work` for how soon it wakes.
    async work(handler, isIdle) {
      if (isIdle) {
        const options = { batchSize: 1, pollingIntervalSeconds: 0.5 };
        await boss.work("free", options, async () => handler());
        return { stop: () => boss.offWork("free", { wait: true }) };
      }
      let isStopped = false;
      const loop = async (queue: string) => {
        while (!isStopped) {
          const jobs = await boss.fetch(queue, { batchSize: 50 });
          for (const _ of jobs) handler();
          if (jobs.length > 0)
            await boss.complete(
              queue,
              jobs.map((job) => job.id),
            );
          else await sleep(emptyPauseMs);
        }
      };
      const loops = Promise.all(queues.map(loop));
      return {
        async stop() {
          isStopped = true;
          await loops;
        },
      };
    },
    async clear() {
      for (const queue of queues) await boss.deleteAllJobs(queue);
    },
    close: () => boss.stop({ graceful: true, timeout: 5_000 }),
  };
}

/** Messages per second since then, and what each cost in CPU time of this process and the server it started. */
function stopwatch(): (count: number) => string {
  const start = performance.now();
  const cpuMs = cpuMsOf(process.pid);
  return (count) => {
    const perSecond = Math.round((count / (performance.now() - start)) * 1_000);
    return `${perSecond} (${((cpuMsOf(process.pid) - cpuMs) / count).toFixed(2)} ms)`;
  };
}

async function enqueueAll(engine: Engine, messages: Message[]): Promise<void> {
  for (let at = 0; at < messages.length; at += batchSize) await engine.enqueue(messages.slice(at, at + batchSize));
}

/** Messages per second that are handled from the moment the worker starts on a full queue. */
async function drainRate(engine: Engine, messages: Message[]): Promise<string> {
  await enqueueAll(engine, messages);
  let done = 0;
  const all = Promise.withResolvers<boolean>();
  const sinceThen = stopwatch();
  const worker = await engine.work(() => {
    if (++done === messages.length) all.resolve(true);
  });
  const isAll = await Promise.race([all.promise, sleep(drainMsMax, false, { ref: false })]);
  const rate = sinceThen(done);
  await worker.stop();
  await engine.clear();
  return isAll ? rate : `${rate} in the first ${drainMsMax / 1_000} s`;
}

async function singleRate(engine: Engine, count: number): Promise<string> {
  let done = 0;
  const all = Promise.withResolvers<void>();
  const worker = await engine.work(() => {
    if (++done === count) all.resolve();
  });
  const sinceThen = stopwatch();
  let left = count;
  const producer = async () => {
    while (left-- > 0) await engine.enqueue([{}]);
  };
  await Promise.all(Array.from({ length: concurrency }, producer));
  await all.promise;
  const rate = sinceThen(count);
  await worker.stop();
  return rate;
}

/** From the call that enqueues to the handler, in an idle queue. */
async function latency(engine: Engine): Promise<string> {
  let arrived = () => {};
  const worker = await engine.work(() => arrived(), true);
  await sleep(1_500);
  const times: number[] = [];
  for (let sample = 0; sample < latencySamples; sample++) {
    const start = performance.now();
    const seen = new Promise<void>((done) => {
      arrived = done;
    });
    await Promise.all([engine.enqueue([{}]), seen]);
    times.push(performance.now() - start);
    await sleep(20);
  }
  await worker.stop();
  times.sort((a, b) => a - b);
  return `${times[latencySamples / 2]!.toFixed(1)} / ${times.at(-1)!.toFixed(1)}`;
}

async function measure(engine: Engine, jobs: number): Promise<Record<string, string>> {
  const keyed = (keys: number, count = jobs) => Array.from({ length: count }, (_, n) => ({ key: `k${n % keys}` }));
  const free: Message[] = Array.from({ length: jobs }, () => ({}));
  const steps: Record<string, () => Promise<string>> = {
    "enqueued by 100": async () => {
      const sinceThen = stopwatch();
      await enqueueAll(engine, free);
      const rate = sinceThen(jobs);
      await engine.clear();
      return rate;
    },
    "enqueued one by one, ten at a time, and handled": () => singleRate(engine, jobs / 5),
    "drained, without keys": () => drainRate(engine, free),
    "drained, one key": () => drainRate(engine, keyed(1, jobs / 2)),
    "drained, 100 keys": () => drainRate(engine, keyed(100)),
    "drained, a key for every two": () => drainRate(engine, keyed(jobs / 2)),
    "from enqueue to handler when idle, ms (median / most)": () => latency(engine),
  };
  const results: Record<string, string> = {};
  for (const [what, step] of Object.entries(steps)) {
    results[what] = await step();
    console.error(`${engine.name}: ${what}: ${results[what]}`);
  }
  return results;
}

async function openServer(): Promise<{ target: DatabaseOptions["target"]; stop(): Promise<void> }> {
  if (process.env.BENCH_DATABASE_URL) return { target: process.env.BENCH_DATABASE_URL, stop: async () => {} };
  const folder = mkdtempSync(join(tmpdir(), "koinon-bench-"));
  chmodSync(folder, 0o755);
  const server = await startEmbeddedPostgres(folder, { durable: true });
  return {
    target: server.target,
    async stop() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const { values } = parseArgs({
  options: { jobs: { type: "string", default: "10000" }, "pg-boss": { type: "string" } },
});
const jobs = Number(values.jobs);
const server = await openServer();
const admin = connect({ target: server.target, poolSizeMax: 1, prepare: true });
const database = `koinon_bench_queue_${process.pid}`;
const results: Record<string, Record<string, string>> = {};
try {
  const target = databaseOn(server.target, database);
  const openers = [() => openOurs(target)];
  if (values["pg-boss"]) openers.push(() => openPgBoss(values["pg-boss"]!, admin, target));
  else console.log("pg-boss is not measured: install it in a folder of its own and name that with --pg-boss=FOLDER.");
  for (const open of openers) {
    await ensureDatabase(admin, database);
    const engine = await open();
    try {
      results[engine.name] = await measure(engine, jobs);
    } finally {
      await engine.close();
      await dropDatabase(admin, database);
    }
  }
  const names = Object.keys(results);
  console.log(
    `| ${jobs} messages of 1.5 kB, per second (CPU time of each) | ${names.join(" | ")} |\n|---|${names.map(() => "---|").join("")}`,
  );
  for (const row of Object.keys(results[names[0]!]!)) {
    console.log(`| ${row} | ${names.map((name) => results[name]![row]).join(" | ")} |`);
  }
} finally {
  await admin.end();
  await server.stop();
}
