// Backups: of one moment, of everything but what is left out, on real servers from one to the other.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { backUp } from "../../src/platform/backup.ts";
import { databaseOn, dropDatabase, ensureDatabase } from "../../src/platform/databases.ts";
import { connect, withTransaction } from "../../src/platform/db.ts";
import {
  aDatabase,
  aNode,
  backUpNode,
  contentsOf,
  digestsOf,
  expected,
  leftOut,
  migrations,
  restoreInto,
  type Target,
  withSql,
  write,
} from "../support/backed-up-node.ts";

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
        withTransaction(sql, async (tx) => {
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
          withTransaction(sql, async (tx) => {
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

const outsideUrl = "postgres://postgres@127.0.0.1:5432/postgres";
const outside = connect({ target: outsideUrl, poolSizeMax: 1, prepare: true });
const outsideVersion = await outside`select current_setting('server_version_num')::int as version`.then(
  ([row]) => row?.version as number,
  () => 0,
);
await outside.end();

test.runIf(outsideVersion >= 150_000)("20,000 rows go to another server as an ordinary user, and back", async () => {
  const node = await aNode({ rows: 20_000 });
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
  const rowsAt = async (target: Target) => {
    const { node_setting: _, session: __, ...others } = await digestsOf(target);
    return others;
  };
  const rows = await rowsAt(node.target);
  expect(rows.thing).toMatch(/^20003 [0-9a-f]{32}$/);
  expect(await rowsAt(owner)).toEqual(rows);

  const away = { ...node, target: owner, uploadsDir: join(node.folder, "restored") };
  const back = await aDatabase();
  await restoreInto(back, await backUpNode(away, "second.tar.gz"), node, { uploadsDir: join(node.folder, "back") });
  expect(await rowsAt(back)).toEqual(rows);
  expect(await withSql(back, (sql) => sql`select value from node_setting where key = 'epoch'`)).toEqual([{ value: 3 }]);
});
