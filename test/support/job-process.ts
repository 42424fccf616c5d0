// A worker as a process of its own, for tests that kill it: does jobs of kind `step` and writes down when each began and
// ended. Arguments: the database's target as JSON, and the worker's options as JSON.
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "../../src/platform/db.ts";
import { runJobs } from "../../src/platform/job-worker.ts";

const [target, options] = process.argv.slice(2).map((argument) => JSON.parse(argument));
const sql = connect({ target, poolSizeMax: 5, prepare: options.prepare ?? true });
const stop = new AbortController();
process.once("SIGTERM", () => stop.abort());
const log = { info: () => {}, warn: () => {}, error: console.error };

const step = async (payload: unknown) => {
  const { key, n, ms } = payload as { key: string | null; n: number; ms: number };
  const [row] = await sql`insert into step (key, n, pid) values (${key}, ${n}, ${process.pid}) returning id`;
  await sleep(ms);
  await sql`update step set ended_at = clock_timestamp() where id = ${row!.id}`;
};

await runJobs(sql, { step }, { ...options, signal: stop.signal, log });
await sql.end();
