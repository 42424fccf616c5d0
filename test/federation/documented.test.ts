// FEDERATION.md names every activity the two tables handle: what is true today, no more and no less.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..", "..");
const read = (path: string) => readFileSync(join(root, path), "utf8");
const section = (text: string, title: string) => text.split(`\n## ${title}\n`)[1]?.split("\n## ")[0] ?? "";
const named = (text: string) => new Set([...text.matchAll(/`([A-Z][A-Za-z]+)`/g)].map(([, name]) => name));

test("every type in the table of incoming activities is documented", () => {
  const table = /const table[^=]*= \{([\s\S]*?)\n\};/.exec(read("federation/inbox.ts"))?.[1] ?? "";
  const types = [...table.matchAll(/^ {2}(\w+):/gm)].map(([, type]) => type);
  expect(types.length).toBeGreaterThan(8);
  const documented = named(section(read("FEDERATION.md"), "Activities we understand"));
  expect(types.filter((type) => !documented.has(type))).toEqual([]);
});

test("every type that is sent is documented", () => {
  const types =
    /readonly type:((?:\s*\|?\s*"\w+")+)/.exec(read("federation/sending/telling.ts"))?.[1]?.match(/\w+/g) ?? [];
  expect(types.length).toBeGreaterThan(6);
  const documented = named(section(read("FEDERATION.md"), "Activities we send"));
  expect(types.filter((type) => !documented.has(type))).toEqual([]);
});
