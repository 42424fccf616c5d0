import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connect } from "../../src/platform/db.ts";
import { enqueue } from "../../src/platform/jobs.ts";
import { healthPages } from "../../src/web/health.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";

const migrationsDir = join(import.meta.dirname, "../../migrations");
let db: TestDatabase;
beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(() => db.drop());

const ask = async (path: string, options: Partial<Parameters<typeof healthPages>[0]> = {}) => {
  const response = await healthPages({ sql: db.sql, migrationsDir, doesJobs: true, ...options }).request(path);
  expect(response.headers.get("Cache-Control")).toBe("no-store");
  return { status: response.status, body: await response.json() };
};

test("a node whose database answers is ready", async () => {
  expect(await ask("/readyz")).toEqual({
    status: 200,
    body: { status: "ready", database: "ok", migrations: "ok", jobs: "ok" },
  });
});

test("a node whose database is away is alive and not ready, and says so in time", async () => {
  const sql = connect({ target: "postgres://nobody@127.0.0.1:9/nothing", poolSizeMax: 1, prepare: true });
  const startedAt = performance.now();
  expect(await ask("/readyz", { sql })).toMatchObject({ status: 503, body: { database: "away" } });
  expect(performance.now() - startedAt).toBeLessThan(30_000);
  expect((await ask("/healthz", { sql })).status).toBe(200);
  await sql.end({ timeout: 0 });
});

test("a node is not ready for a database that lacks a migration, or has one it does not know", async () => {
  const folder = mkdtempSync(join(tmpdir(), "koinon-migrations-"));
  expect(await ask("/readyz", { migrationsDir: folder })).toMatchObject({
    status: 503,
    body: { migrations: "newer-or-changed" },
  });
  cpSync(migrationsDir, folder, { recursive: true });
  writeFileSync(join(folder, "9999_later.sql"), "-- One more.\ncreate table later ();\n");
  expect(await ask("/readyz", { migrationsDir: folder })).toMatchObject({
    status: 503,
    body: { migrations: "missing" },
  });
  rmSync(folder, { recursive: true });
});

test("jobs that nobody does make a worker not ready, and leave a web process ready", async () => {
  const tenMinutesAgo = new Date(Date.now() - 10 * 60_000);
  await enqueue(db.sql, { kind: "left-alone", payload: null, runAt: tenMinutesAgo });
  expect(await ask("/readyz")).toMatchObject({ status: 503, body: { jobs: "no-worker" } });
  expect(await ask("/readyz", { doesJobs: false })).toMatchObject({ status: 200, body: { jobs: "no-worker" } });

  await enqueue(db.sql, { kind: "busy", payload: null });
  await db.sql`
    update job set lease_until = now() + interval '1 minute', holder = gen_random_uuid() where kind = 'busy'`;
  expect((await ask("/readyz")).status).toBe(200);
});
