// Backup and restore on real servers: what comes back is what was there, and a bad file changes nothing.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, onTestFinished, test } from "vitest";
import { backUp, readPlainly } from "../../src/platform/backup.ts";
import { readBackup } from "../../src/platform/backup-file.ts";
import { BackupError } from "../../src/platform/backup-format.ts";
import { databaseOn, dropDatabase, ensureDatabase } from "../../src/platform/databases.ts";
import { connect, type DatabaseOptions, identifier, type Pool } from "../../src/platform/db.ts";
import { migrate } from "../../src/platform/migrate.ts";
import { restore } from "../../src/platform/restore.ts";
import { openTestDatabase } from "../support/database.ts";

type Target = DatabaseOptions["target"];

const migrations = {
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
    create table setting (key text primary key, value jsonb not null);
    insert into setting values ('epoch', '1'), ('seeded', '"at first"');
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
    insert into thing (name, feeling, bytes, doc, tags, grid, at, lasts, amount, x, during)
    select 'name ' || n || E'\t\\n\\\\ "ça" العربية 🌱 \\r\n', case when n % 2 = 0 then 'lively'::mood end,
      decode(md5(n::text) || '00ff0a5c', 'hex'), jsonb_build_object('n', n, 'text', E'a\\nb\u2028', 'none', null),
      array['one,two', '{three}', null, 'null', '"', '\\'], array[[n, 1], [2, 3]],
      timestamptz '2016-02-01 00:00:00.123456+01' + n * interval '1 hour 1 microsecond', n * interval '1 month 3 days 1 second',
      n / 7.0, n / 7.0, tstzrange(timestamptz '2016-02-01', case when n % 3 = 0 then null else timestamptz '2017-01-01' end)
    from generate_series(1, ${rows}::int) n`;
  await sql`update thing set parent_id = id % ${rows} + 1`;
  await sql`insert into thing (name, x) values ('specials', 'NaN'), ('specials', '-Infinity'), ('', 5e-324)`;
  await sql`insert into "Odd ""name""" values ('\\N', 1), ('', 2)`;
  await sql`update thing set odd = '\\N' where id = 2`;
  await sql`insert into slot values (1, '[2016-01-01,2016-02-01)'), (1, '[2016-02-01,)'), (2, 'empty')`;
  await sql`insert into session values (gen_random_uuid(), 1)`;
  await sql`update setting set value = '"later"' where key = 'seeded'`;
};

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "koinon-backup-"));
  chmodSync(folder, 0o755);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function write(folder: string, files: Record<string, string | Buffer>): string {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

async function aDatabase(): Promise<Target> {
  const db = await openTestDatabase({ empty: true });
  onTestFinished(() => db.drop());
  return db.target;
}

async function withSql<T>(target: Target, work: (sql: Pool) => Promise<T>): Promise<T> {
  const sql = connect({ target, poolSizeMax: 1, prepare: true });
  try {
    return await work(sql);
  } finally {
    await sql.end();
  }
}

/** Every row of every table as text, the same on any server for the same rows. */
const contentsOf = (target: Target) =>
  withSql(target, (sql) =>
    sql.begin(async (tx) => {
      await readPlainly(tx);
      const found: Record<string, string[]> = {};
      const tables =
        await tx`select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace`;
      for (const { name } of tables) {
        if (name === "migration") continue;
        const rows = await tx.unsafe(`select t::text as row from ${identifier(name)} t order by t::text collate "C"`);
        found[name] = rows.map(({ row }) => row);
      }
      return found;
    }),
  );

interface Node {
  readonly target: Target;
  readonly folder: string;
  readonly migrationsDir: string;
  readonly uploadsDir: string;
}

async function aNode({ rows = 50 } = {}): Promise<Node> {
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

const leftOut = { session: "people sign in again" };
const backUpNode = async (node: Node, name = "backup.tar.gz") => {
  const file = join(node.folder, name);
  await backUp(file, { ...node, productVersion: "1.2.3", leftOut });
  return file;
};

const restoreInto = (target: Target, file: string, node: Node, more: { replace?: boolean; uploadsDir?: string } = {}) =>
  restore(file, {
    target,
    migrationsDir: node.migrationsDir,
    uploadsDir: more.uploadsDir ?? join(node.folder, "restored"),
    replace: more.replace ?? false,
    finish: async (tx) => {
      await tx`update setting set value = to_jsonb((value #>> '{}')::int + 1) where key = 'epoch'`;
    },
  });

/** What a restored node must hold: all but what was left out, and the epoch raised. */
function expected(contents: Record<string, string[]>): Record<string, string[]> {
  const setting = contents.setting?.map((row) => (row === "(epoch,1)" ? "(epoch,2)" : row));
  return { ...contents, setting: setting ?? [], session: [] };
}

describe("a backup", () => {
  test("brings back rows of every type, sequences, circles, uploads; not what was left out", async () => {
    const node = await aNode();
    const file = await backUpNode(node);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const target = await aDatabase();
    const report = await restoreInto(target, file, node);
    expect(await contentsOf(target)).toEqual(expected(await contentsOf(node.target)));
    expect(report).toMatchObject({ header: { productVersion: "1.2.3" }, uploads: 3 });

    const restored = join(node.folder, "restored");
    expect(readdirSync(restored, { recursive: true }).sort()).toEqual(
      (readdirSync(node.uploadsDir, { recursive: true }) as string[]).filter((name) => !name.startsWith(".")).sort(),
    );
    expect(readFileSync(join(restored, "ab/image.webp"))).toEqual(readFileSync(join(node.uploadsDir, "ab/image.webp")));

    await withSql(target, async (sql) => {
      const [added] = await sql`insert into thing (name) values ('next') returning id`;
      expect(added?.id).toBe("54");
      expect((await sql`select n from counted`)[0]?.n).toBe(3); // the trigger counts again, and did not count the restore
      await expect(sql`insert into thing (name, parent_id) values ('orphan', 999)`).rejects.toThrow(/foreign key/);
      await expect(sql`insert into slot values (1, '[2016-01-15,2016-01-16)')`).rejects.toThrow(/exclusion/);
      expect(await sql`select 1 from pg_indexes where indexname = 'thing_name'`).toHaveLength(1);
      await expect(
        sql.begin(async (tx) => {
          await tx`update thing set odd = 'nowhere' where id = 1`;
          await tx`select 1 as still_fine`;
        }),
      ).rejects.toThrow(/foreign key/);
    });
  });

  test("takes one moment of a node that goes on writing", async () => {
    const node = await aNode({ rows: 20_000 });
    let writes: Promise<unknown> | undefined;
    await backUp(join(node.folder, "b"), {
      ...node,
      productVersion: "1",
      leftOut,
      onProgress: () => {
        writes ??= withSql(node.target, (sql) =>
          sql.begin(async (tx) => {
            await tx`update thing set name = 'changed', during = null`;
            await tx`insert into thing (name) values ('added')`;
          }),
        );
      },
    });
    await writes;
    const target = await aDatabase();
    await restoreInto(target, join(node.folder, "b"), node);
    await withSql(target, async (sql) => {
      expect((await sql`select count(*)::int as count from thing`)[0]?.count).toBe(20_003);
      expect(await sql`select 1 from thing where name in ('changed', 'added')`).toHaveLength(0);
    });
  });

  test("is never written over, and leaves nothing behind when it fails", async () => {
    const node = await aNode();
    const file = await backUpNode(node);
    await expect(backUpNode(node)).rejects.toThrow(/exists already/);
    await withSql(node.target, (sql) => sql`alter table thing rename to moved`);
    const failing = backUp(join(node.folder, "other"), {
      ...node,
      productVersion: "1",
      leftOut,
      onProgress: () => {
        throw new Error("disk full");
      },
    });
    await expect(failing).rejects.toThrow("disk full");
    expect(readdirSync(node.folder).sort()).toEqual(["backup.tar.gz", "migrations", "uploads"]);
    expect(statSync(file).size).toBeGreaterThan(0);
    await expect(
      backUp(join(node.folder, "x"), { ...node, target: await aDatabase(), productVersion: "1", leftOut }),
    ).rejects.toThrow(/nothing to back up/);
  });

  test("of an older program is loaded into its own tables and then migrated; of a newer one it is refused", async () => {
    const node = await aNode();
    const file = await backUpNode(node);
    const older = {
      ...node,
      migrationsDir: write(join(node.folder, "older"), { "0001_things.sql": migrations["0001_things.sql"] }),
    };
    write(node.migrationsDir, {
      "0003_more.sql": "alter table thing add column more text; update thing set more = upper(name);",
    });
    const target = await aDatabase();
    await restoreInto(target, file, node);
    await withSql(target, async (sql) => {
      expect(await sql`select 1 from thing where more is distinct from upper(name)`).toHaveLength(0);
      expect((await sql`select count(*)::int as count from thing`)[0]?.count).toBe(53);
    });
    const untouched = await aDatabase();
    await expect(restoreInto(untouched, file, older, { uploadsDir: join(node.folder, "u2") })).rejects.toThrow(
      /made by Koinon 1\.2\.3, but this program has no 0002_index\.sql/,
    );
    write(older.migrationsDir, { "0002_index.sql": "select 1" });
    await expect(restoreInto(untouched, file, older, { uploadsDir: join(node.folder, "u2") })).rejects.toThrow(
      /another 0002_index\.sql/,
    );
    expect(await contentsOf(untouched)).toEqual({});
    expect(existsSync(join(node.folder, "u2"))).toBe(false);
  });
});

describe("a restore", () => {
  test("refuses what is not empty, unless told to replace it", async () => {
    const node = await aNode();
    const other = await aNode({ rows: 3 });
    const file = await backUpNode(node);
    await expect(restoreInto(other.target, file, node)).rejects.toThrow(/The database is not empty.*--force/);
    const before = await contentsOf(other.target);
    await expect(restoreInto(await aDatabase(), file, node, { uploadsDir: other.uploadsDir })).rejects.toThrow(
      /uploads is not empty.*--force/,
    );
    expect(await contentsOf(other.target)).toEqual(before);

    write(other.uploadsDir, { "theirs.txt": "to go" });
    await restoreInto(other.target, file, node, { replace: true, uploadsDir: other.uploadsDir });
    expect(await contentsOf(other.target)).toEqual(expected(await contentsOf(node.target)));
    expect(existsSync(join(other.uploadsDir, "theirs.txt"))).toBe(false);
    expect(existsSync(join(other.uploadsDir, "ab/image.webp"))).toBe(true);
  });

  test("that fails at the very end leaves rows and uploads as they were", async () => {
    const node = await aNode();
    const other = await aNode({ rows: 3 });
    const file = await backUpNode(node);
    const before = await contentsOf(other.target);
    write(other.uploadsDir, { "theirs.txt": "to stay" });
    // The deferred check fails in the commit itself, after the uploads have changed places.
    const failing = restore(file, {
      ...other,
      replace: true,
      finish: async (tx) => {
        await tx`update thing set odd = 'nowhere' where id = 1`;
      },
    });
    await expect(failing).rejects.toThrow(/foreign key/);
    expect(await contentsOf(other.target)).toEqual(before);
    expect(readFileSync(join(other.uploadsDir, "theirs.txt"), "utf8")).toBe("to stay");
    expect(readdirSync(other.uploadsDir).filter((name) => name.startsWith(".re"))).toEqual([]);
  });

  test("refuses a database that a node still uses", async () => {
    const node = await aNode();
    const file = await backUpNode(node);
    const target = await aDatabase();
    await withSql(target, async (sql) => {
      await sql`select 1`;
      await expect(restoreInto(target, file, node)).rejects.toThrow(/in use by 1 other connection.*stop the node/);
    });
  });
});

describe("a bad file", () => {
  test("cut short anywhere is told apart from a whole one", async () => {
    const whole = readFileSync(await backUpNode(await aNode({ rows: 500 })));
    const file = join(aFolder(), "cut");
    for (const share of [0.2, 0.5, 0.8, 0.999]) {
      writeFileSync(file, whole.subarray(0, Math.floor(whole.length * share)));
      await expect(readBackup(file)).rejects.toThrow(/is incomplete: it stops before its end$/);
    }
    for (const missing of [1, 4, 8, 9, 30]) {
      writeFileSync(file, whole.subarray(0, whole.length - missing));
      await expect(readBackup(file)).rejects.toThrow(/is incomplete/);
    }
    // Whole as an archive, but the closing part was never written.
    const text = gunzipSync(whole);
    const end = text.indexOf("end.json\0");
    writeFileSync(file, gzipSync(Buffer.concat([text.subarray(0, end), Buffer.alloc(1024)])));
    await expect(readBackup(file)).rejects.toThrow(/is incomplete: its closing part is missing/);
  });

  test("with any byte flipped is refused, unless it unpacks to the very same", async () => {
    const file = await backUpNode(await aNode({ rows: 20 }));
    const whole = readFileSync(file);
    const contents = await readBackup(file);
    let refused = 0;
    for (let at = 10; at < whole.length; at += at < whole.length - 20 ? Math.ceil(whole.length / 150) : 1) {
      const flipped = Buffer.from(whole);
      flipped[at]! ^= 1 << (at % 8);
      writeFileSync(file, flipped);
      const outcome = await readBackup(file).catch((error) => error);
      if (outcome instanceof BackupError) refused++;
      else expect(outcome, `byte ${at}`).toEqual(contents); // such as a repeated run of zeros taken from elsewhere
    }
    expect(refused).toBeGreaterThan(130);
  });

  test("that was changed and packed again is refused, with the place", async () => {
    const whole = gunzipSync(readFileSync(await backUpNode(await aNode())));
    const file = join(aFolder(), "changed");
    const changed = (from: string, to: string) => {
      const at = whole.indexOf(from);
      expect(at).toBeGreaterThan(0);
      writeFileSync(
        file,
        gzipSync(Buffer.concat([whole.subarray(0, at), Buffer.from(to), whole.subarray(at + from.length)])),
      );
      return readBackup(file);
    };
    await expect(changed("name 7", "name 8")).rejects.toThrow(/is damaged: the rows of thing are not those/);
    await expect(changed("long", "gone")).rejects.toThrow(/is damaged: /);
    await expect(changed('"formatVersion": 1', '"formatVersion": 9')).rejects.toThrow(/has format 9.*newer Koinon/);
  });

  test("that is something else says so, and nothing is written", async () => {
    const node = await aNode();
    const folder = aFolder();
    const target = await aDatabase();
    write(folder, { text: "a text", empty: "", gzip: gzipSync("a text"), tar: gzipSync(Buffer.alloc(2048)) });
    for (const name of ["text", "empty", "gzip", "tar"]) {
      await expect(restoreInto(target, join(folder, name), node), name).rejects.toThrow(
        /is not a backup of a Koinon node$/,
      );
    }
    await expect(restoreInto(target, join(folder, "absent"), node)).rejects.toThrow(/cannot be read/);
    expect(await contentsOf(target)).toEqual({});
    expect(existsSync(join(node.folder, "restored"))).toBe(false);
  });
});

const outsideUrl = "postgres://postgres@127.0.0.1:5432/postgres";
const outside = connect({ target: outsideUrl, poolSizeMax: 1, prepare: true });
const outsideVersion = await outside`select current_setting('server_version_num')::int as version`.then(
  ([row]) => row?.version as number,
  () => 0,
);
await outside.end();

test.runIf(outsideVersion >= 150_000)(
  "100,000 rows go to another server as an ordinary user, and back",
  { timeout: 120_000 },
  async () => {
    const node = await aNode({ rows: 100_000 });
    const name = `koinon_test_backup_${process.pid}`;
    const owner = databaseOn(outsideUrl.replace("postgres@", `${name}@`), name);
    await withSql(outsideUrl, async (sql) => {
      await sql.unsafe(`create role ${name} login`);
      await ensureDatabase(sql, name);
      await sql.unsafe(`alter database ${name} owner to ${name}`);
    });
    onTestFinished(() =>
      withSql(outsideUrl, async (sql) => {
        await dropDatabase(sql, name);
        await sql.unsafe(`drop role ${name}`);
      }),
    );
    await restoreInto(owner, await backUpNode(node), node);
    const there = await contentsOf(owner);
    expect(there).toEqual(expected(await contentsOf(node.target)));

    const away = { ...node, target: owner, uploadsDir: join(node.folder, "restored") };
    const back = await aDatabase();
    await restoreInto(back, await backUpNode(away, "second.tar.gz"), node, { uploadsDir: join(node.folder, "back") });
    expect((await contentsOf(back)).thing).toEqual(there.thing);
    expect((await contentsOf(back)).setting).toContain("(epoch,3)");
  },
);
