// Restores: all or nothing, and a bad file changes nothing.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { readBackup } from "../../src/platform/backup-file.ts";
import { BackupError } from "../../src/platform/backup-format.ts";
import {
  aDatabase,
  aFolder,
  aNode,
  backUpNode,
  contentsOf,
  expected,
  restoreInto,
  withSql,
  write,
} from "../support/backed-up-node.ts";

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
    // The deferred check of what this migration does fails in the commit itself, after the uploads have changed places.
    write(node.migrationsDir, { "0003_wrong.sql": "update thing set odd = 'nowhere' where id = 1;" });
    const failing = restoreInto(other.target, file, node, { replace: true, uploadsDir: other.uploadsDir });
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
