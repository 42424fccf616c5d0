// The document of who is told of what leaves out nothing that can happen.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { kindsAlwaysMailed } from "../../src/notices/notice.ts";

const projectDir = join(import.meta.dirname, "../..");
const read = (path: string) => readFileSync(join(projectDir, path), "utf8");

test("every event is in one of the two tables", () => {
  const union = /export type EventType =([^;]+);/.exec(read("src/events.ts"))?.[1] ?? "";
  const types = [...union.matchAll(/"(\w+)"/g)].map(([, name]) => name ?? "");
  expect(types.length).toBeGreaterThan(30);
  const text = read("docs/notices.md");
  expect(types.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
});

test("the settings page says in English what is mailed in any case", () => {
  const { "notices.always-hint": hint } = JSON.parse(read("src/web/locales/en.json")) as Record<string, string>;
  const words: Record<string, string> = {
    statement: "hidden",
    held: "wait",
    appeal: "appeal",
    residence: "residence",
    assisted: "acted",
  };
  for (const kind of kindsAlwaysMailed)
    expect([kind, hint]).toEqual([kind, expect.stringContaining(words[kind.split("-")[0]!]!)]);
});
