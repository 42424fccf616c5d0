// Vitest's global setup: one PostgreSQL for the whole run and one migrated template; see database.ts for how tests use it.
// TEST_DATABASE_URL names an outside server instead, on which only databases of this run are made and dropped.
import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { databaseOn, dropDatabase, ensureDatabase } from "../../src/platform/databases.ts";
import { connect, type DatabaseOptions, type Pool } from "../../src/platform/db.ts";
import { startEmbeddedPostgres } from "../../src/platform/embedded-postgres.ts";
import { migrate } from "../../src/platform/migrate.ts";

export interface TestServer {
  /** Its maintenance database, and the right to make others. */
  readonly target: DatabaseOptions["target"];
  /** A database with every migration applied, that nobody is connected to. */
  readonly template: string;
  /** How the names of this run's databases begin. */
  readonly prefix: string;
}

declare module "vitest" {
  export interface ProvidedContext {
    testServer: TestServer;
  }
}

const migrationsDir = join(import.meta.dirname, "../../migrations");

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const url = process.env.TEST_DATABASE_URL;
  const server = url ? { target: url, stop: async () => {} } : await startInTemporaryFolder();
  const prefix = `koinon_test_${process.pid}_${Date.now().toString(36)}`;
  const template = `${prefix}_template`;
  const admin = connect({ target: server.target, poolSizeMax: 1, prepare: true });
  const dropAll = async () => {
    const rows = await admin<{ name: string }[]>`
      select datname as name from pg_database where starts_with(datname, ${prefix})`;
    for (const { name } of rows) await dropDatabase(admin, name);
    await admin.end();
  };
  try {
    if (url) await dropLeftovers(admin);
    await ensureDatabase(admin, template);
    const pool = connect({ target: databaseOn(server.target, template), poolSizeMax: 2, prepare: true });
    await migrate(pool, migrationsDir).finally(() => pool.end());
  } catch (error) {
    await dropAll();
    await server.stop();
    throw error;
  }
  project.provide("testServer", { target: server.target, template, prefix });
  return async () => {
    await dropAll();
    await server.stop();
  };
}

async function startInTemporaryFolder(): Promise<{ target: DatabaseOptions["target"]; stop(): Promise<void> }> {
  removeLeftovers();
  const folder = mkdtempSync(join(tmpdir(), `koinon-test-${process.pid}-`));
  chmodSync(folder, 0o755); // when root runs the tests, the server's user passes through
  const server = await startEmbeddedPostgres(folder, { durable: false });
  return {
    target: server.target,
    stop: async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** On an outside server, which may serve other machines too: what is a day old belongs to a run that was killed. */
async function dropLeftovers(admin: Pool): Promise<void> {
  const rows = await admin<{ name: string }[]>`
    select datname as name from pg_database where datname ~ '^koinon_test_[0-9]+_[0-9a-z]+_'`;
  for (const { name } of rows) {
    const startedAt = Number.parseInt(name.split("_")[3] ?? "", 36);
    if (Date.now() - startedAt > 24 * 3_600_000) await dropDatabase(admin, name);
  }
}

/** A run that was killed could not remove its folder: the next one does. */
function removeLeftovers(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = /^koinon-test-(\d+)-/.exec(name)?.[1];
    if (!pid) continue;
    try {
      process.kill(Number(pid), 0);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") continue;
      rmSync(join(tmpdir(), name), { recursive: true, force: true });
    }
  }
}
