// What this node serves for copying: records by their digest, their parts, manifests, archives, and our JSON-LD context.
// Own records and copies alike, so that what a node has kept can be had though its origin is gone.
import { policyFor } from "../../src/actors/queries.ts";
import { isDigest } from "../../src/platform/canonical.ts";
import type { Sql } from "../../src/platform/db.ts";
import {
  findManifestByName,
  findPage,
  findPageByDigest,
  type KeptManifest,
} from "../../src/records/manifest-queries.ts";
import { findRecord } from "../../src/records/queries.ts";
import { RECORD_JSON } from "../vocabulary.ts";
import { archiveOf, mayBeHanded } from "./archive.ts";
import { recordContextDocument } from "./context.ts";

/** The same bytes for ever. */
const forEver = "public, max-age=31536000, immutable";
/** Asked again each time, and answered 304. */
const askAgain = "public, max-age=0, must-revalidate";
/** What a person wrote can be taken back, and no cache in between would hear of it. */
const never = "no-store";

interface Found {
  readonly body: string;
  readonly etag: string | null;
  readonly caching: string;
}

/**
 * @returns the server of these addresses: null for a request that is not for it.
 */
export function openRecordServing(sql: Sql): (request: Request) => Promise<Response | null> {
  return async (request) => {
    const { pathname } = new URL(request.url);
    const [area = "", name = "", ...rest] = pathname.split("/").slice(1);
    if (request.method !== "GET" && request.method !== "HEAD") return null;
    if (area === "ns" && name === "v1" && rest.length === 0) {
      return respond(
        request,
        { body: contextBody, etag: null, caching: "public, max-age=86400" },
        "application/ld+json",
      );
    }
    // The history of a thing is a page.
    if (area === "records" && name === "of") return null;
    if (area === "records") return await serveRecord(sql, request, name, rest);
    if (area === "manifests") return await serveManifest(sql, request, name, rest);
    return null;
  };
}

const contextBody = JSON.stringify(recordContextDocument);

async function serveRecord(sql: Sql, request: Request, digest: string, rest: string[]): Promise<Response> {
  const [area, ...more] = rest;
  if (!isDigest(digest) || more.length > 0) return nothing(404);
  if (area === "part") return await servePart(sql, request, digest);
  if (area !== undefined) return nothing(404);
  const record = await findRecord(sql, digest);
  if (record === null || (await isBarred(sql, record.origin))) return nothing(404);
  return respond(request, { body: record.document, etag: record.digest, caching: forEver });
}

/** @param name the digest of a record or of the part itself: that of a comment has no record of its own. */
async function servePart(sql: Sql, request: Request, name: string): Promise<Response> {
  const [part] = await sql<{ document: string | null; origin: string | null; mayBeRead: boolean }[]>`
    select record_part.document, ${mayBeHanded(sql)} as may_be_read,
      (select origin from record where record.part_digest = record_part.digest limit 1) as origin
    from record_part where record_part.digest = coalesce(
      (select part_digest from record where record.digest = ${name}), ${name})`;
  if (part === undefined || (await isBarred(sql, part.origin))) return nothing(404, never);
  if (part.document === null) return nothing(410, never);
  if (!part.mayBeRead) return nothing(404, never);
  return respond(request, { body: part.document, etag: null, caching: never });
}

async function serveManifest(sql: Sql, request: Request, name: string, rest: string[]): Promise<Response> {
  const manifest = isDigest(name) ? await findManifestByName(sql, name) : null;
  if (manifest === null || (await isBarred(sql, manifest.origin))) return nothing(404);
  const [area, key, ...more] = rest;
  if (area === undefined) {
    return respond(request, { body: manifest.document, etag: manifest.digest, caching: askAgain });
  }
  if (area === "pages" && more.length === 0) return await servePage(sql, request, manifest, key ?? "");
  if (area === "archive" && key === undefined) return serveArchive(sql, request, manifest, 0);
  const [place = "", ...beyond] = more;
  if (area === "archive" && key === "after" && /^\d{1,15}$/.test(place) && beyond.length === 0) {
    return serveArchive(sql, request, manifest, Number(place));
  }
  return nothing(404);
}

/** By its prefix the page as it is now; by its digest those very bytes, for whom read an older root. */
async function servePage(sql: Sql, request: Request, manifest: KeptManifest, key: string): Promise<Response> {
  const page = isDigest(key)
    ? await findPageByDigest(sql, manifest.scopeUri, key)
    : await findPage(sql, manifest.scopeUri, key);
  if (page === null) return nothing(404);
  return respond(request, { body: page.document, etag: page.digest, caching: isDigest(key) ? forEver : askAgain });
}

function serveArchive(sql: Sql, request: Request, manifest: KeptManifest, after: number): Response {
  const isPacked = /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/.test(request.headers.get("accept-encoding") ?? "");
  const headers = {
    ...common,
    "content-type": "application/x-ndjson; charset=utf-8",
    "cache-control": never,
    vary: "Accept-Encoding",
    ...(isPacked ? { "content-encoding": "gzip" } : {}),
  };
  if (request.method === "HEAD") return new Response(null, { headers });
  const lines = ReadableStream.from(archiveOf(sql, manifest, after)).pipeThrough(new TextEncoderStream());
  return new Response(isPacked ? lines.pipeThrough(new CompressionStream("gzip")) : lines, { headers });
}

/** Copies from a server that is blocked here are not handed on. */
async function isBarred(sql: Sql, origin: string | null): Promise<boolean> {
  return origin !== null && (await policyFor(sql, new URL(origin).host)) === "blocked";
}

/** Anyone may read these from anywhere, a page of another site included: nothing here depends on who asks. */
const common = { "access-control-allow-origin": "*", "x-content-type-options": "nosniff" };

function respond(request: Request, { body, etag, caching }: Found, type: string = RECORD_JSON): Response {
  const headers = {
    ...common,
    "content-type": type,
    "cache-control": caching,
    ...(etag === null ? {} : { etag: `"${etag}"` }),
  };
  if (etag !== null && request.headers.get("if-none-match")?.includes(`"${etag}"`)) {
    return new Response(null, { status: 304, headers });
  }
  return new Response(request.method === "HEAD" ? null : body, { headers });
}

const nothing = (status: 404 | 410, caching: string = "no-cache"): Response =>
  new Response(null, { status, headers: { ...common, "cache-control": caching } });
