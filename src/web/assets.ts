// Stylesheet, scripts and icons under addresses that change with their content, so browsers may keep them for ever.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { Hono } from "hono";

const types = { css: "text/css; charset=utf-8", js: "text/javascript; charset=utf-8", svg: "image/svg+xml" } as const;
const names = ["koinon.css", "enhance.js", "icon.svg"] as const;
export type AssetName = (typeof names)[number];

interface Asset {
  readonly body: string;
  readonly type: string;
  readonly url: string;
}

const assets = new Map<string, Asset>(names.map((name) => [name, load(name)]));

function load(name: AssetName): Asset {
  const body = readFileSync(new URL(`assets/${name}`, import.meta.url), "utf8");
  return {
    body,
    type: types[name.split(".").at(-1) as keyof typeof types],
    url: `/assets/${contentHash(body)}/${name}`,
  };
}

export const assetUrl = (name: AssetName): string => assets.get(name)!.url;

/** The first 48 bits of a text's SHA-256: enough to name a version of a file. */
export function contentHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}

export const immutable = "public, max-age=31536000, immutable";

/** `GET /assets/<hash>/<name>`. An old hash gets today's file, uncached: a page kept open over an update still looks right. */
export const assetRoutes = new Hono().get("/assets/:hash/:name", (c) => {
  const asset = assets.get(c.req.param("name"));
  if (asset === undefined) return c.notFound();
  const isCurrent = asset.url === c.req.path;
  return c.body(asset.body, 200, {
    "content-type": asset.type,
    "cache-control": isCurrent ? immutable : "no-cache",
  });
});
