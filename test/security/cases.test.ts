// The list of attacks this node is tested against, by number, and where: each case has tests that are named after it.
// What each follows (advisories, real cases) stands beside the tests.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const testDir = join(import.meta.dirname, "..");

const cases: readonly (readonly [number: number, name: string, files: readonly string[]])[] = [
  [1, "key ↔ actor", ["federation/trust/guard", "federation/trust/forgeries", "federation/trust/verify"]],
  [2, "origin of fetched object", ["federation/trust/documents", "federation/trust/forgeries"]],
  [3, "content-type", ["federation/trust/documents", "security/objects"]],
  [4, "activity id vs actor", ["federation/trust/guard", "federation/trust/forgeries"]],
  [5, "Update and Delete by others", ["security/objects", "security/records"]],
  [6, "redirects", ["platform/guarded-fetch", "federation/trust/documents", "federation/trust/forgeries"]],
  [7, "SSRF addresses", ["platform/guarded-fetch", "federation/posting", "security/records"]],
  [8, "DNS rebinding", ["platform/guarded-fetch"]],
  [9, "request splitting and URL parsing", ["platform/guarded-fetch", "security/addresses"]],
  [10, "missing checks in HTTP signature", ["federation/trust/verify", "federation/trust/guard"]],
  [11, "JSON-LD restructuring", ["federation/trust/guard", "federation/trust/contexts", "federation/trust/forgeries"]],
  [12, "proof options", ["federation/trust/forgeries"]],
  [13, "body and limits", ["federation/trust/guard", "platform/guarded-fetch", "security/fuzz"]],
  [14, "slow peers", ["platform/guarded-fetch", "federation/trust/guard"]],
  [15, "ReDoS and HTML", ["platform/rich-text"]],
  [16, "reply trees", ["security/conduct"]],
  [17, "quote stamps", ["security/objects"]],
  [18, "private to public", ["security/objects"]],
  [19, "media proxy", ["security/objects"]],
  [20, "inbound actor validation", ["security/objects"]],
  [21, "information leak by errors", ["security/objects"]],
  [22, "deletion forgery", ["security/objects", "federation/trust/verify"]],
  [23, "spam waves and vote stuffing", ["security/conduct"]],
  [24, "replay and double count", ["security/conduct"]],
  [25, "storage growth by hosts", ["security/conduct", "federation/trust/documents"]],
  [26, "crash on malformed", ["federation/trust/guard", "security/addresses", "security/fuzz"]],
];

test("there are 26", () =>
  expect(cases.map(([number]) => number)).toEqual(Array.from({ length: 26 }, (_, n) => n + 1)));

describe.each(cases)("%i %s", (number, name, files) => {
  test.each(files)("is tested in %s", (file) => {
    const titles = [
      ...readFileSync(join(testDir, `${file}.test.ts`), "utf8").matchAll(
        /(?:describe|it|test)(?:\.\w+)*\(\s*"([^"]+)"/g,
      ),
    ];
    expect(titles.map(([, title]) => title).filter((title) => title?.includes(`${number} ${name}`))).not.toEqual([]);
  });
});
