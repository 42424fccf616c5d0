// The embedded server on its own, as a node meets it: first start, second process, end.
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { connect } from "../../src/platform/db.ts";
import { startEmbeddedPostgres } from "../../src/platform/embedded-postgres.ts";

function aDataFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "koinon-embedded-"));
  chmodSync(folder, 0o755);
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

test("starts, is found by who comes second, keeps its data over a restart", async () => {
  const folder = aDataFolder();
  const first = await startEmbeddedPostgres(folder, { durable: false });
  expect(first.owned).toBe(true);
  const sql = connect({ target: first.target, poolSizeMax: 1, prepare: true });
  await sql`create table kept as select 'ça és així' as text`;
  const second = await startEmbeddedPostgres(folder, { durable: false });
  expect(second).toMatchObject({ owned: false, target: first.target });
  await second.stop();
  expect((await sql`select 1 as one`)[0]?.one).toBe(1);
  await sql.end();
  await first.stop();
  await first.stop();

  await using third = await startEmbeddedPostgres(folder, { durable: false });
  expect(third.owned).toBe(true);
  const again = connect({ target: third.target, poolSizeMax: 1, prepare: true });
  expect((await again`select text, upper(text) as upper from kept`)[0]).toEqual({
    text: "ça és així",
    upper: "ÇA ÉS AIXÍ",
  });
  await again.end();
  expect(readFileSync(join(folder, "README.txt"), "utf8")).toContain("Do not delete");
});

test("a folder whose path is too long for a socket is refused before anything is made", async () => {
  const folder = join(aDataFolder(), "x".repeat(100));
  await expect(startEmbeddedPostgres(folder, { durable: false })).rejects.toThrow(/choose a shorter DATA_DIR/);
  expect(existsSync(folder)).toBe(false);
});
