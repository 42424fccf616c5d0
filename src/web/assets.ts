// Stylesheet, scripts, icons and letters under addresses that change with their content, so browsers may keep them for ever.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { type Context, Hono } from "hono";
import { parseAccept } from "hono/utils/accept";
import { type FontName, fontFaces, fontNames, readFont } from "./fonts.ts";

const types = {
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
  woff2: "font/woff2",
} as const;
/** Of packages, under names of our own. */
const fromPackages: Partial<Record<AssetName, string>> = {
  // A script, not a module: one request instead of twenty. What imports it finds `SimpleWebAuthnBrowser`.
  "simplewebauthn.js": "../../node_modules/@simplewebauthn/browser/dist/bundle/index.umd.min.js",
};
const names = [
  "koinon.css",
  "enhance.js",
  "phase-drag.js",
  "passkeys.js",
  "writing.js",
  "desk-keys.js",
  "place-picker.js",
  "colours.js",
  "push.js",
  "push-worker.js",
  "simplewebauthn.js",
  "icon.svg",
] as const;
export type AssetName = (typeof names)[number];

interface Asset {
  readonly body: string | Buffer;
  readonly type: string;
  readonly hash: string;
  readonly url: string;
}

const assets = new Map<string, Asset>();
for (const name of fontNames) keep(name, readFont(name));
for (const name of names) keep(name, textOf(name));

function keep(name: AssetName | FontName, body: string | Buffer): void {
  const hash = contentHash(body);
  const type = types[name.split(".").at(-1) as keyof typeof types];
  assets.set(name, { body, type, hash, url: `/assets/${hash}/${name}` });
}

function textOf(name: AssetName): string {
  const text = readFileSync(new URL(fromPackages[name] ?? `assets/${name}`, import.meta.url), "utf8");
  return name === "koinon.css" ? `${fontFaces(assetUrl)}${slim(text)}` : text;
}

/** A stylesheet without what only its authors read. */
function slim(css: string): string {
  return css
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/\s+/g, " ")
    .replace(/ ?([{};,]) ?/g, "$1");
}

export function assetUrl(name: AssetName | FontName): string {
  return assets.get(name)!.url;
}

/** The first 48 bits of a content's SHA-256: enough to name a version of a file. */
export function contentHash(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex").slice(0, 12);
}

export const immutable = "public, max-age=31536000, immutable";

/** `GET /assets/<hash>/<name>`. An old hash gets today's file, uncached: a page kept open over an update still looks right. */
export const assetRoutes = new Hono().get("/assets/:hash/:name", (c) => {
  const asset = assets.get(c.req.param("name"));
  if (asset === undefined) return c.notFound();
  return answerFile(c, asset, asset.url === c.req.path ? immutable : "no-cache");
});

/** A file of ours under an address that does not change with it. */
export const answerAsset = (c: Context, name: AssetName, cacheControl: string): Response =>
  answerFile(c, assets.get(name)!, cacheControl);

/** A file as the reader's browser takes it: not at all if it has it, squeezed if it can unpack. */
export function answerFile(
  c: Context,
  { body, type, hash }: Pick<Asset, "body" | "type" | "hash">,
  cacheControl: string,
): Response {
  const encoding = typeof body === "string" ? acceptedEncoding(c.req.header("accept-encoding")) : null;
  const etag = `"${hash}${encoding === null ? "" : `-${encoding}`}"`;
  const headers = { "cache-control": cacheControl, etag, vary: "Accept-Encoding" };
  if (c.req.header("if-none-match") === etag) return c.body(null, 304, headers);
  if (encoding === null)
    return c.body(body as string | Uint8Array<ArrayBuffer>, 200, { ...headers, "content-type": type });
  return c.body(squeezed(body as string, hash, encoding), 200, {
    ...headers,
    "content-type": type,
    "content-encoding": encoding,
  });
}

type Encoding = "br" | "gzip";

function acceptedEncoding(header: string | undefined): Encoding | null {
  const accepted = header === undefined ? [] : parseAccept(header).filter(({ q }) => q > 0);
  return (["br", "gzip"] as const).find((name) => accepted.some(({ type }) => type === name)) ?? null;
}

/** As small as they get, once: these are few, and each is sent many times. */
const squeezedOnce = new Map<string, Uint8Array<ArrayBuffer>>();

function squeezed(body: string, hash: string, encoding: Encoding): Uint8Array<ArrayBuffer> {
  const known = squeezedOnce.get(`${hash} ${encoding}`);
  if (known !== undefined) return known;
  const bytes =
    encoding === "br"
      ? brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: Buffer.byteLength(body) } })
      : gzipSync(body, { level: 9 });
  const kept = new Uint8Array(bytes);
  squeezedOnce.set(`${hash} ${encoding}`, kept);
  return kept;
}
