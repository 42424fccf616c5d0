// A city that is lost and restored from its backup, and another that keeps a copy of what it published.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { openInstance } from "../../src/instance.ts";
import { keepCopy } from "../../src/mirrors/actions.ts";
import type { MirrorKind } from "../../src/mirrors/mirror.ts";
import { backUp } from "../../src/platform/backup.ts";
import { databaseAddress } from "../../src/platform/databases.ts";
import type { Sql } from "../../src/platform/db.ts";
import { restore } from "../../src/platform/restore.ts";
import { hourMs, minuteMs } from "../../src/platform/time.ts";
import { anOfficial } from "./build.ts";
import { openTestDatabase } from "./database.ts";
import { type Node, openNetwork } from "./network.ts";

const rounds = 3;

/** Bilbao, and Porto that keeps a copy of what it is told to; a backup can be made, and Bilbao lost and restored from it. */
export async function twoCities() {
  const net = await openNetwork("bilbao", "porto");
  const empty = await openTestDatabase({ empty: true });
  const { bilbao, porto } = net.nodes;
  const folder = mkdtempSync(join(tmpdir(), "koinon-restored-"));
  const file = join(folder, "backup.tar.gz");
  const now = () => net.clock.now();
  const later = async (ms: number) => {
    net.clock.advance(ms);
    await net.settle();
  };
  const hours = async () => {
    for (let round = 0; round < rounds; round += 1) await later(hourMs);
  };
  return {
    net,
    bilbao,
    porto,
    now,
    later,
    hours,
    async keep(scopeUri: string, kind: MirrorKind = "process") {
      const copier = await anOfficial(porto, { now: now() });
      await later(15 * minuteMs);
      await keepCopy(porto.sql, copier, { scopeUri, kind, ownOrigin: porto.uris.origin }, now());
      await knowsMirror(bilbao.sql, "porto.test");
      await later(15 * minuteMs);
    },
    async backUp() {
      const [{ current } = { current: "" }] = await bilbao.sql<
        { current: string }[]
      >`select current_database() as current`;
      const target = { ...(empty.target as object), database: current } as typeof empty.target;
      const common = { uploadsDir: bilbao.config.uploadsDir, productVersion: "1.0.0" };
      await backUp(file, { ...common, target, leftOut: { session: "no longer signed in" } });
    },
    async loseAndRestore(): Promise<Node> {
      await net.nodes.bilbao.instance[Symbol.asyncDispose]();
      await empty.sql.end({ timeout: 5 });
      const { epoch } = await restore(file, {
        target: empty.target,
        uploadsDir: join(folder, "uploads"),
        migrationsDir: join(import.meta.dirname, "../../migrations"),
        replace: false,
      });
      expect(epoch).toBe(2);
      const config = loadConfig({
        ORIGIN: "https://bilbao.test",
        DATA_DIR: folder,
        DATABASE_URL: databaseAddress(empty.target),
        SECRET: "s".repeat(40),
        DATABASE_POOL_SIZE: "4",
      });
      const instance = await openInstance(config, { clock: net.clock, transport: net.deliver });
      Object.assign(net.nodes.bilbao, { instance, sql: instance.sql });
      return net.nodes.bilbao;
    },
    async [Symbol.asyncDispose]() {
      await net[Symbol.asyncDispose]();
      await empty[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A node that may keep copies, as it is known to the city. */
export const knowsMirror = (sql: Sql, host: string) => sql`
  insert into known_server (host, inbox_uri, is_koinon) values (${host}, ${`https://${host}/inbox`}, true)
  on conflict (host) do update set is_koinon = true`;

/** The newest records of all that has one by itself, by subject. */
export async function headsOf(sql: Sql): Promise<Record<string, string>> {
  const rows = await sql<{ subjectUri: string; digest: string }[]>`
    select subject_uri, digest from record
    where is_head and publisher_uri like 'https://bilbao.test/%' and kind not in ('tally', 'thread') order by subject_uri`;
  return Object.fromEntries(rows.map(({ subjectUri, digest }) => [subjectUri, digest]));
}

export const actsOf = async (sql: Sql) =>
  await sql<{ detail: Record<string, number> }[]>`select detail from audit where act = 'taken-back' order by id`;
