// A migrated database of one's own, one per test file: `await using db = await openTestDatabase()`.
import { randomBytes } from "node:crypto";
import { inject } from "vitest";
import { databaseOn, dropDatabase, ensureDatabase } from "../../src/platform/databases.ts";
import { connect, type DatabaseOptions, type Pool } from "../../src/platform/db.ts";

export interface TestDatabase extends AsyncDisposable {
  readonly sql: Pool;
  /** For code that connects by itself, another process for instance. */
  readonly target: DatabaseOptions["target"];
  /** Closes `sql` and drops the database; the same as disposing of it. */
  drop(): Promise<void>;
}

/** @param options.empty without any table, for tests about migrations and the like. */
export async function openTestDatabase({ empty = false } = {}): Promise<TestDatabase> {
  const server = inject("testServer");
  const name = `${server.prefix}_${randomBytes(5).toString("hex")}`;
  await asAdmin((admin) => ensureDatabase(admin, name, empty ? "template0" : server.template));
  const target = databaseOn(server.target, name);
  const sql = connect({ target, poolSizeMax: 5, prepare: true });
  const drop = async () => {
    await sql.end({ timeout: 5 });
    await asAdmin((admin) => dropDatabase(admin, name));
  };
  return { sql, target, drop, [Symbol.asyncDispose]: drop };
}

async function asAdmin<T>(work: (admin: Pool) => Promise<T>): Promise<T> {
  const admin = connect({ target: inject("testServer").target, poolSizeMax: 1, prepare: true });
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}
