// Archives: what is written is read again, by us and by the system's tar, and damage is noticed.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readTar, TarError, tarEnd, tarHeader, tarPadding } from "../../src/platform/tar.ts";

type Files = { name: string; body: Buffer }[];
const at = new Date("2026-05-04T03:02:01Z");

const archive = (files: Files): Buffer =>
  Buffer.concat([
    ...files.flatMap(({ name, body }) => [tarHeader(name, body.length, at), body, tarPadding(body.length)]),
    tarEnd,
  ]);

async function* inChunksOf(bytes: number, whole: Buffer) {
  for (let start = 0; start < whole.length; start += bytes) yield whole.subarray(start, start + bytes);
}

async function read(chunks: AsyncIterable<Buffer>): Promise<Files> {
  const files: Files = [];
  for await (const { name, sizeBytes, body } of readTar(chunks)) {
    const pieces = [];
    for await (const piece of body) pieces.push(piece);
    files.push({ name, body: Buffer.concat(pieces) });
    expect(files.at(-1)?.body.length).toBe(sizeBytes);
  }
  return files;
}

const someFiles = fc.array(
  fc.record({
    name: fc.oneof(
      fc.stringMatching(/^[a-z0-9/._-]{1,100}$/),
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 300 }).filter((name) => !name.includes("\0")),
    ),
    body: fc.uint8Array({ maxLength: 3000 }).map((bytes) => Buffer.from(bytes)),
  }),
  { maxLength: 6 },
);

test("whatever is written is read again, in chunks of any size", async () => {
  await fc.assert(
    fc.asyncProperty(someFiles, fc.integer({ min: 1, max: 2000 }), async (files, bytes) => {
      expect(await read(inChunksOf(bytes, archive(files)))).toEqual(files);
    }),
  );
});

test("a body that is not read is passed over", async () => {
  const names = [];
  const files = ["a", "b", "c"].map((name) => ({ name, body: Buffer.alloc(1300, name) }));
  for await (const entry of readTar(inChunksOf(700, archive(files)))) names.push(entry.name);
  expect(names).toEqual(["a", "b", "c"]);
});

test("an archive cut anywhere, and one with a damaged header, is not taken for whole", async () => {
  const whole = archive([{ name: "tables/proposal/000001", body: Buffer.from("some rows") }]);
  for (let bytes = 0; bytes < whole.length - 512; bytes += 37) {
    await expect(read(inChunksOf(512, whole.subarray(0, bytes)))).rejects.toMatchObject({ isTruncated: true });
  }
  const damaged = Buffer.from(whole);
  damaged[3] = 0x20;
  await expect(read(inChunksOf(512, damaged))).rejects.toThrow(TarError);
});

test("the system's tar reads it", () => {
  const folder = mkdtempSync(join(tmpdir(), "koinon-tar-"));
  const files = [
    { name: "plain.txt", body: Buffer.from("one") },
    { name: `long/${"x".repeat(90)}/ça és àrab العربية.txt`, body: Buffer.from("two") },
  ];
  writeFileSync(join(folder, "a.tar"), archive(files));
  const tar = spawnSync("tar", ["xf", "a.tar"], { cwd: folder, encoding: "utf8" });
  expect(tar.stderr).toBe("");
  for (const { name, body } of files) expect(readFileSync(join(folder, name))).toEqual(body);
  rmSync(folder, { recursive: true });
});
