// A small node of its own, with rows of every type and uploads, to back up and to restore.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { backUp, readPlainly } from "../../src/platform/backup.ts";
import {
  connect,
  type DatabaseOptions,
  identifier,
  type Pool,
  type Tx,
  withTransaction,
} from "../../src/platform/db.ts";
import { migrate } from "../../src/platform/migrate.ts";
import { restore } from "../../src/platform/restore.ts";
import { openTestDatabase } from "./database.ts";

export type Target = DatabaseOptions["target"];

export const migrations = {
  "0001_things.sql": `
    create extension if not exists btree_gist;
    create type mood as enum ('calm', 'lively');
    create table thing (
      id bigint generated always as identity primary key,
      parent_id bigint references thing (id),
      name text not null,
      feeling mood,
      bytes bytea,
      doc jsonb,
      tags text[] not null default '{}',
      grid int[][],
      at timestamptz,
      lasts interval,
      amount numeric(20, 4),
      x double precision,
      during tstzrange,
      search tsvector generated always as (to_tsvector('simple', name)) stored
    );
    create table slot (room int, during tstzrange, exclude using gist (room with =, during with &&));
    create table "Odd ""name""" ("a column" text primary key, thing_id bigint not null references thing (id));
    alter table thing add column odd text references "Odd ""name""" ("a column") deferrable initially deferred;
    create table node_setting (key text primary key, value jsonb not null);
    insert into node_setting values ('epoch', '1'), ('seeded', '"at first"');
    create table session (id uuid primary key, thing_id bigint references thing (id));
    create table counted (n int not null);
    insert into counted values (0);
    create function count_thing() returns trigger language plpgsql as
      'begin update counted set n = n + 1; return new; end';
    create trigger on_thing after insert on thing for each statement execute function count_thing();
  `,
  "0002_index.sql": "-- no transaction\ncreate index concurrently thing_name on thing (name);",
};

const fill = async (sql: Pool, rows: number) => {
  await sql`
    insert into thing (parent_id, name, feeling, bytes, doc, tags, grid, at, lasts, amount, x, during)
    select n % ${rows}::int + 1, 'name ' || n || E'\t\\n\\\\ "ça" العربية 🌱 \\r\n', case when n % 2 = 0 then 'lively'::mood end,
      decode(md5(n::text) || '00ff0a5c', 'hex'), jsonb_build_object('n', n, 'text', E'a\\nb\u2028', 'none', null),
      array['one,two', '{three}', null, 'null', '"', '\\'], array[[n, 1], [2, 3]],
      timestamptz '2016-02-01 00:00:00.123456+01' + n * interval '1 hour 1 microsecond', n * interval '1 month 3 days 1 second',
      n / 7.0, n / 7.0, tstzrange(timestamptz '2016-02-01', case when n % 3 = 0 then null else timestamptz '2017-01-01' end)
    from generate_series(1, ${rows}::int) n`;
  await sql`insert into thing (name, x) values ('specials', 'NaN'), ('specials', '-Infinity'), ('', 5e-324)`;
  await sql`insert into "Odd ""name""" values ('\\N', 1), ('', 2)`;
  await sql`update thing set odd = '\\N' where id = 2`;
  await sql`insert into slot values (1, '[2016-01-01,2016-02-01)'), (1, '[2016-02-01,)'), (2, 'empty')`;
  await sql`insert into session values (gen_random_uuid(), 1)`;
  await sql`update node_setting set value = '"later"' where key = 'seeded'`;
};

export function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "koinon-backup-"));
  chmodSync(folder, 0o755);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function write(folder: string, files: Record<string, string | Buffer>): string {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

export async function aDatabase(): Promise<Target> {
  const db = await openTestDatabase({ empty: true });
  onTestFinished(() => db.drop());
  return db.target;
}

export async function withSql<T>(target: Target, work: (sql: Pool) => Promise<T>): Promise<T> {
  const sql = connect({ target, poolSizeMax: 1, prepare: true });
  try {
    return await work(sql);
  } finally {
    await sql.end();
  }
}

const tablesOf = async (tx: Tx): Promise<string[]> => {
  const rows =
    await tx`select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace`;
  return rows.map(({ name }) => name).filter((name) => name !== "migration");
};

/** Every row of every table as text, the same on any server for the same rows. */
export const contentsOf = (target: Target) =>
  ofEachTable(target, async (tx, table) => {
    const rows = await tx.unsafe(`select t::text as row from ${table} t order by t::text collate "C"`);
    return rows.map(({ row }) => row as string);
  });

/** The same as one digest per table, for many rows. */
export const digestsOf = (target: Target) =>
  ofEachTable(target, async (tx, table) => {
    const digests = `select md5(t::text) as digest from ${table} t`;
    const [row] = await tx.unsafe(
      `select count(*) || ' ' || md5(string_agg(digest, '' order by digest collate "C")) as all from (${digests}) d`,
    );
    return row?.all as string;
  });

const ofEachTable = <T>(target: Target, read: (tx: Tx, table: string) => Promise<T>): Promise<Record<string, T>> =>
  withSql(target, (sql) =>
    withTransaction(sql, async (tx) => {
      await readPlainly(tx);
      const found: Record<string, T> = {};
      for (const name of await tablesOf(tx)) found[name] = await read(tx, identifier(name));
      return found;
    }),
  );

export interface Node {
  readonly target: Target;
  readonly folder: string;
  readonly migrationsDir: string;
  readonly uploadsDir: string;
}

export async function aNode({ rows = 50 } = {}): Promise<Node> {
  const folder = aFolder();
  const migrationsDir = write(join(folder, "migrations"), migrations);
  const uploadsDir = write(join(folder, "uploads"), {
    "ab/image.webp": Buffer.from([0, 255, 10, 13]),
    "empty.txt": "",
    "a name that is longer than a hundred bytes, because people do that, and then they add ç and العربية to it.txt":
      "long",
    ".unfinished": "not yet an upload",
  });
  const target = await aDatabase();
  await withSql(target, async (sql) => {
    await migrate(sql, migrationsDir);
    await fill(sql, rows);
  });
  return { target, folder, migrationsDir, uploadsDir };
}

export const leftOut = { session: "people sign in again" };
export const backUpNode = async (node: Node, name = "backup.tar.gz") => {
  const file = join(node.folder, name);
  await backUp(file, { ...node, productVersion: "1.2.3", leftOut });
  return file;
};

export const restoreInto = (
  target: Target,
  file: string,
  node: Node,
  more: { replace?: boolean; uploadsDir?: string } = {},
) =>
  restore(file, {
    target,
    migrationsDir: node.migrationsDir,
    uploadsDir: more.uploadsDir ?? join(node.folder, "restored"),
    replace: more.replace ?? false,
  });

/** What a restored node must hold: all but what was left out, and the epoch raised. */
export function expected(contents: Record<string, string[]>): Record<string, string[]> {
  const setting = contents.node_setting?.map((row) => (row === "(epoch,1)" ? "(epoch,2)" : row));
  return { ...contents, node_setting: setting ?? [], session: [] };
}
