// The stylesheet and the templates know each other: no rule that nothing wears, no class that has no rule; and a page is light.
import { globSync, readFileSync } from "node:fs";
import { brotliCompressSync } from "node:zlib";
import { expect, test } from "vitest";
import { samplePages } from "./sample-city.ts";
import { openSampleShell } from "./sample-shell.ts";

const css = readFileSync("src/web/assets/koinon.css", "utf8").replace(/\/\*[\s\S]*?\*\//g, "");
/** The archive that a person takes away has a sheet of its own inside. */
const paths = globSync("src/**/*.{ts,js}").filter((path) => !path.endsWith("own-data-archive.ts"));
const sources = paths.map((path) => readFileSync(path, "utf8"));
const everything = sources.join("\n");

const styled = new Set(
  [...css.matchAll(/([^{}]*)\{/g)].flatMap(([, selector]) =>
    [...selector!.matchAll(/\.([a-z][\w-]*)/gi)].map(([, name]) => name!),
  ),
);

/** Written as `pill-${tone}` and the like. */
const families = ["avatar-", "lineage-", "note-", "phase-", "pill-", "share-", "tile-"];

/** Names that scripts and tests find things by, and that look like nothing of their own. */
const hooks = new Set(["card-plain", "card-result", "drafts", "residence-needed", "stat"]);

test("every rule of the stylesheet has something to wear it", () => {
  const unworn = [...styled].filter(
    (name) =>
      !families.some((family) => name.startsWith(family)) &&
      !new RegExp(`(?<![\\w-])${name}(?![\\w-])`).test(everything),
  );
  expect(unworn).toEqual([]);
});

test("every class of a template has a rule", () => {
  const worn = [...everything.matchAll(/class="([^"$]*)"/g)].flatMap(([, names]) => names!.split(/\s+/));
  const bare = [...new Set(worn)].filter((name) => /^[a-z][\w-]*$/.test(name) && !styled.has(name) && !hooks.has(name));
  expect(bare).toEqual([]);
});

test("the stylesheet names logical sides only, so that a page turns around whole", () => {
  const physical = css.match(
    /(?:^|[\s;{])(?:(?:margin|padding|border|inset)-(?:left|right|top|bottom)|left|right|top|bottom|float: (?:left|right))\s*:/g,
  );
  expect(physical ?? []).toEqual([]);
});

const firstLoadBytesMax = 60_000;

test.each(Object.keys(samplePages))("%s weighs less than 60 kB on the first visit, as it is sent", async (path) => {
  const { app } = openSampleShell();
  const fetched = async (address: string, accepted: string) =>
    await app.fetch(new Request(`http://vilanova.test${address}`, { headers: { "accept-encoding": accepted } }));
  const answer = await fetched(path, "gzip");
  expect(answer.headers.get("content-encoding")).toBe("gzip");
  const squeezed = Buffer.from(await answer.arrayBuffer());
  const html = await (await fetched(path, "identity")).text();
  const parts = [...html.matchAll(/(?:href|src)="(\/assets\/[^"]+\.(?:css|js))"/g)].map(([, address]) => address!);
  expect(parts.length).toBeGreaterThanOrEqual(3);
  let bytes = squeezed.byteLength;
  for (const address of parts) {
    const asset = await fetched(address, "br");
    expect(asset.headers.get("content-encoding")).toBe("br");
    bytes += (await asset.arrayBuffer()).byteLength;
  }
  expect(bytes).toBeLessThan(firstLoadBytesMax);
});

test("a browser that has a file is not sent it again, and one that cannot unpack gets it plain", async () => {
  const { app } = openSampleShell();
  const html = await (await app.fetch(new Request("http://vilanova.test/"))).text();
  const sheet = /href="(\/assets\/[0-9a-f]+\/koinon\.css)"/.exec(html)![1]!;
  const ask = async (headers: Record<string, string>) =>
    await app.fetch(new Request(`http://vilanova.test${sheet}`, { headers }));
  const plain = await ask({});
  expect(plain.headers.get("content-encoding")).toBeNull();
  expect(plain.headers.get("cache-control")).toContain("immutable");
  const text = await plain.text();
  expect(text).toContain("@font-face");
  const squeezed = await ask({ "accept-encoding": "gzip, br" });
  expect(squeezed.headers.get("content-encoding")).toBe("br");
  expect((await squeezed.arrayBuffer()).byteLength).toBe(brotliCompressSync(text).byteLength);
  expect((await ask({ "accept-encoding": "gzip" })).headers.get("etag")).not.toBe(squeezed.headers.get("etag"));
  const again = await ask({ "accept-encoding": "br", "if-none-match": squeezed.headers.get("etag")! });
  expect(again.status).toBe(304);
});

test("a page asks at once for the letters of its language, from this node, and for no others", async () => {
  const { app } = openSampleShell();
  const lettersFor = async (lang: string) => {
    const request = new Request("http://vilanova.test/", { headers: { "accept-language": lang } });
    const html = await (await app.fetch(request)).text();
    return [...html.matchAll(/rel="preload" as="font"[^>]* href="(\/assets\/[0-9a-f]+\/([^"]+))"/g)];
  };
  expect((await lettersFor("fr")).map(([, , name]) => name)).toEqual(["source-sans-3-latin-wght-normal.woff2"]);
  const arabic = await lettersFor("ar");
  expect(arabic.map(([, , name]) => name)).toContain("vazirmatn-arabic-wght-normal.woff2");
  const font = await app.fetch(new Request(`http://vilanova.test${arabic[0]![1]}`));
  expect(font.headers.get("content-type")).toBe("font/woff2");
  expect(
    Buffer.from(await font.arrayBuffer())
      .subarray(0, 4)
      .toString(),
  ).toBe("wOF2");
});
