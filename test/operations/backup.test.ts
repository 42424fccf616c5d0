// npm run backup and npm run restore on a city that others follow: it moves to another kind of database and carries on.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { follow } from "../../src/actors/actions.ts";
import { findActor } from "../../src/actors/queries.ts";
import { loadConfig } from "../../src/config.ts";
import { openInstance } from "../../src/instance.ts";
import type { Sql } from "../../src/platform/db.ts";
import { findProposal } from "../../src/proposals/queries.ts";
import { aProcess, aProposal, aResident } from "../support/build.ts";
import { type Node, openNetwork } from "../support/network.ts";

const folder = mkdtempSync(join(tmpdir(), "koinon-move-"));
chmodSync(folder, 0o755);
afterAll(() => rmSync(folder, { recursive: true }));

function runScript(name: "backup" | "restore", env: Record<string, string>, ...args: string[]) {
  const script = join(import.meta.dirname, `../../scripts/${name}.ts`);
  const options = { encoding: "utf8", env: { PATH: process.env.PATH, LOG_LEVEL: "error", ...env } } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], options);
  return { status, stdout, stderr };
}

const allKeys = (sql: Sql) => sql`select id, algorithm, private_jwk from actor_key order by id`;

/** Tables, columns, constraints, indexes, triggers and functions: all that makes up the schema. */
const schemaOf = async (sql: Sql) => [
  ...(await sql`
    select table_name, column_name, data_type, is_nullable, column_default, is_generated, is_identity
    from information_schema.columns where table_schema = 'public' order by 1, 2`),
  ...(await sql`
    select conrelid::regclass::text as table, conname, pg_get_constraintdef(oid) as definition from pg_constraint
    where connamespace = 'public'::regnamespace and contype <> 'n' order by 1, 2`),
  ...(await sql`select indexname, indexdef from pg_indexes where schemaname = 'public' order by 1`),
  ...(await sql`select tgrelid::regclass::text as table, tgname, tgenabled from pg_trigger where not tgisinternal order by 1, 2`),
  ...(await sql`
    select oid::regprocedure::text as name, prosrc from pg_proc
    where pronamespace = 'public'::regnamespace and prolang <> (select oid from pg_language where lanname = 'c') order by 1`),
];

test("a city moves from one server to another, and is believed by those who follow it", async () => {
  await using net = await openNetwork("bilbao", "porto");
  const { bilbao, porto } = net.nodes;
  const now = net.clock.now();
  const process = await aProcess(bilbao, { now });
  const author = await aResident(bilbao, { now });
  const followed = await porto.instance.house.findRemote(`@${process.handle}@bilbao.test`);
  const [us, them] = [await findActor(porto.sql, porto.organisation.uri), await findActor(porto.sql, followed.uri)];
  await follow(porto.sql, porto.uris, us!, them!, now);
  await net.settle();

  // One proposal could not be delivered when the backup was made.
  net.down.add("porto.test");
  const waiting = await aProposal(bilbao, { process, by: author, now });
  await expect(net.settle()).rejects.toThrow("porto.test");
  const picture = Buffer.from([0xff, 0xd8, 0, 10, 13]);
  const pictureName = `${createHash("sha256").update(picture).digest("hex")}-1x1.jpg`;
  mkdirSync(bilbao.config.uploadsDir, { recursive: true });
  writeFileSync(join(bilbao.config.uploadsDir, pictureName), picture);

  const file = join(folder, "bilbao.tar.gz");
  const { origin, secret } = bilbao.config;
  const settings = { ORIGIN: origin, SECRET: secret };
  const before = { ...settings, DATA_DIR: bilbao.config.dataDir, DATABASE_URL: bilbao.config.databaseUrl! };
  const backup = runScript("backup", before, file);
  expect(backup.status, backup.stderr).toBe(0);
  expect(backup.stdout).toMatch(/^Written: .*bilbao\.tar\.gz \(\d+ rows, 1 upload\)/);
  expect(runScript("backup", before, file)).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/exists already/),
  });

  // The new place: no DATABASE_URL, so an embedded server.
  const after = { ...settings, DATA_DIR: join(folder, "data") };
  expect(runScript("restore", after, import.meta.filename)).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/is not a backup of a Koinon node/),
  });
  const restored = runScript("restore", after, file);
  expect(restored.status, restored.stderr).toBe(0);
  expect(restored.stdout).toMatch(/^Restored: .* 1 uploads of .*\nThe node is now in epoch 2\./);
  expect(runScript("restore", after, file)).toMatchObject({ status: 1, stderr: expect.stringMatching(/is not empty/) });

  const config = loadConfig(after);
  expect(readFileSync(join(config.uploadsDir, pictureName))).toEqual(picture);
  const { clock } = net;
  await using instance = await openInstance(config, {
    clock,
    mailer: { send: async () => {} },
    transport: net.deliver,
  });
  expect(await allKeys(instance.sql)).toEqual(await allKeys(bilbao.sql));
  expect(await schemaOf(instance.sql)).toEqual(await schemaOf(bilbao.sql));

  // From here on this is the city: what was under way arrives, and what comes is taken for its own.
  (bilbao as { instance: Node["instance"] }).instance = instance;
  net.down.delete("porto.test");
  net.clock.advance(3_600_000);
  await net.settle();
  expect(await findProposal(porto.sql, waiting.uri)).toMatchObject({ title: waiting.title });
  const moved = { ...bilbao, sql: instance.sql, uris: instance.uris };
  const next = await aProposal(moved, { process, by: author, now: net.clock.now() });
  await net.settle();
  expect(await findProposal(porto.sql, next.uri)).toMatchObject({ title: next.title, origin });
});
