import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { databaseOn } from "../../src/platform/databases.ts";
import { type DatabaseSettings, openNodeDatabase } from "../../src/platform/node-database.ts";

const outside: DatabaseSettings = {
  dataDir: "/nonexistent",
  databaseUrl: "postgres://nobody@127.0.0.1:9/city",
  databaseDirectUrl: null,
  databaseName: "koinon",
  databasePoolSizeMax: 2,
  databasePrepare: true,
};

test("the embedded database is made, kept, and its own in a shared server", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "koinon-database-"));
  chmodSync(dataDir, 0o755);
  const embedded = { ...outside, dataDir, databaseUrl: null };
  try {
    {
      await using first = await openNodeDatabase(embedded);
      await first.sql`create table kept ()`;
      await using second = await openNodeDatabase({ ...embedded, databaseName: "porto" });
      expect(first.isEmbedded).toBe(true);
      expect(await second.sql`select to_regclass('kept') as found`).toEqual([{ found: null }]);
    }
    await using again = await openNodeDatabase(embedded);
    expect(await again.sql`select to_regclass('kept')::text as found`).toEqual([{ found: "kept" }]);
  } finally {
    rmSync(dataDir, { recursive: true });
  }
});

test("a server that does not answer is named, with what to set", async () => {
  await expect(openNodeDatabase(outside)).rejects.toThrow(
    "No database answers at 127.0.0.1, port 9 (ECONNREFUSED): start it, or set another DATABASE_URL",
  );
});

const server = inject("testServer").target;

test.skipIf(typeof server !== "string")("a database that is not there is named", async () => {
  const databaseUrl = databaseOn(server, "koinon_that_is_not_there") as string;
  await expect(openNodeDatabase({ ...outside, databaseUrl })).rejects.toThrow(/no database koinon_that_is_not_there/);
});

test.skipIf(typeof server !== "string")("an outside server is opened past the pooler for what needs it", async () => {
  const databaseUrl = server as string;
  await using database = await openNodeDatabase({
    ...outside,
    databaseUrl,
    databaseDirectUrl: `${databaseUrl}?direct`,
  });
  expect(database).toMatchObject({ isEmbedded: false, directTarget: `${databaseUrl}?direct` });
  expect(await database.sql`select 1 as one`).toEqual([{ one: 1 }]);
});
