// What this node serves to other servers: actors, objects, collections and activities, as ActivityStreams JSON at the same
// addresses as the pages. Everything here is public; drafts, hidden things and private activities look absent.
import { createHash } from "node:crypto";
import type { Sql } from "../src/platform/db.ts";
import { isId } from "../src/platform/ids.ts";
import { Refused } from "../src/platform/refusal.ts";
import { openUntilWritten } from "../src/platform/until-written.ts";
import type { Uris } from "../src/platform/uris.ts";
import type { Clock } from "../src/ports.ts";
import { findSubject, standsOpen } from "../src/subjects/queries.ts";
import { isPublic } from "../src/subjects/subject.ts";
import { actorToObject } from "./actors.ts";
import { actorCollection, mayBeRead, subjectCollection, withNewestReplies } from "./collections.ts";
import { findSpeaker } from "./discussions.ts";
import { findObject } from "./objects.ts";
import { threadCollection } from "./threads/threads.ts";
import { ACTIVITY_JSON, type Json } from "./vocabulary.ts";

/** Actor documents are asked for with every activity we send; they may be this old. */
const actorKeptMs = 10_000;
const actorsKeptMax = 1_000;

interface Served {
  readonly body: string;
  readonly etag: string;
  /** Another tag that stands for the same to whoever sends it. */
  readonly alsoMatches?: string | null;
  readonly status: 200 | 410;
  readonly at: number;
}

/**
 * Whether a request wants ActivityStreams rather than a page: it names one of the two types and does not like HTML better.
 */
export function wantsActivity(request: Request): boolean {
  const accept = request.headers.get("accept") ?? "";
  const activity = qualityOf(accept, /^application\/(activity\+json|ld\+json)/);
  return activity > 0 && activity >= qualityOf(accept, /^text\/html/);
}

function qualityOf(accept: string, type: RegExp): number {
  let best = 0;
  for (const range of accept.toLowerCase().split(",")) {
    const [name = "", ...parameters] = range.split(";").map((part) => part.trim());
    if (!type.test(name)) continue;
    const q = parameters.find((parameter) => parameter.startsWith("q="));
    best = Math.max(best, q === undefined ? 1 : Number(q.slice(2)) || 0);
  }
  return best;
}

const subjectPaths = new Set(["proposals", "answers", "news", "comments", "meetings", "results", "milestones"]);

/**
 * @returns the server of ActivityStreams documents: null for a request that is not for it (another method, another type,
 * an address that has only a page).
 */
export function openServing(sql: Sql, uris: Uris, clock: Clock): (request: Request) => Promise<Response | null> {
  const actors = new Map<string, Served>();
  const untilWritten = openUntilWritten<Served | null>(sql);

  async function actorDocument(handle: string): Promise<Served> {
    const now = clock.now();
    const kept = actors.get(handle);
    if (kept !== undefined && +now - kept.at < actorKeptMs) return kept;
    const actor = await findSpeaker(sql, uris, handle);
    if (actor === null) throw new Refused("not-found");
    const served = serve(await actorToObject(sql, uris, actor, now), now);
    if (actors.size >= actorsKeptMax) actors.delete(actors.keys().next().value!);
    actors.set(handle, served);
    return served;
  }

  async function find(segments: string[]): Promise<Served | null> {
    const [area = "", name = "", collection, page, key] = segments;
    const isPaged = page === "page" && key !== undefined;
    if (segments.length > 5 || (page !== undefined && !isPaged)) return null;
    if (area === "processes" && collection === undefined) return name === "" ? null : await actorDocument(name);
    if (area === "processes" && collection === "adoptions")
      return await subjectDocument(uris.process(name), collection, key ?? null);
    if (area === "actors") {
      if (collection === undefined) return await actorDocument(name);
      const actor = await findSpeaker(sql, uris, name);
      if (actor === null || actor.goneAt !== null) throw new Refused("not-found");
      return serve(await actorCollection(sql, actor, collection, key ?? null), clock.now());
    }
    if (area === "activities" && collection === undefined) return await activityDocument(name);
    if (!subjectPaths.has(area) || !isId(name)) return null;
    const uri = uris.at(`/${area}/${name}`);
    // Made of a dozen tables, any of which may say that it must not be shown any more.
    return await untilWritten(segments.join("/"), () => subjectDocument(uri, collection, key ?? null));
  }

  async function subjectDocument(
    uri: string,
    collection: string | undefined,
    key: string | null,
  ): Promise<Served | null> {
    if (collection === undefined) {
      const object = await findObject(sql, uris, uri);
      if (object === null) throw new Refused("not-found");
      return serve(await withNewestReplies(sql, await findSubject(sql, uri), object), clock.now());
    }
    const subject = await findSubject(sql, uri);
    if (subject === null || subject.origin !== null || !isPublic(subject)) throw new Refused("not-found");
    if (!(await standsOpen(sql, uri))) throw new Refused("not-found");
    if (collection === "context" && subject.threadUri === null) {
      const { object, etag, alsoMatches } = await threadCollection(sql, subject, key);
      const served = serve(object, clock.now());
      return { ...served, etag: etag ?? served.etag, alsoMatches };
    }
    if (!["replies", "likes", "shares", "adoptions"].includes(collection)) return null;
    return serve(await subjectCollection(sql, subject, collection, key), clock.now());
  }

  async function activityDocument(id: string): Promise<Served> {
    const [row] = await sql<{ activity: Json }[]>`
      select activity from outgoing_activity where uri = ${uris.activity(id)} and ${mayBeRead(sql)}`;
    if (row === undefined) throw new Refused("not-found");
    return serve(row.activity, clock.now());
  }

  return async (request) => {
    if (request.method !== "GET" && request.method !== "HEAD") return null;
    if (!wantsActivity(request)) return null;
    const segments = new URL(request.url).pathname.split("/").slice(1);
    try {
      const served = await find(segments);
      return served === null ? null : respond(request, served);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return new Response(null, { status: error.status, headers: { vary: "Accept" } });
    }
  };
}

/** Where handles are looked up (RFC 6415): some servers still ask for it before they ask WebFinger. */
export function hostMeta(uris: Uris): Response {
  const template = `${uris.at("/.well-known/webfinger")}?resource={uri}`;
  const xrd = `<?xml version="1.0" encoding="UTF-8"?>
<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">
  <Link rel="lrdd" type="application/jrd+json" template="${template}"/>
</XRD>
`;
  const headers = { "content-type": "application/xrd+xml; charset=utf-8", "cache-control": "public, max-age=86400" };
  return new Response(xrd, { headers });
}

/** Where NodeInfo stands, and the actor that speaks for the whole node (FEP-2677). */
export function nodeInfoLinks(uris: Uris): Response {
  const links = [
    { rel: "http://nodeinfo.diaspora.software/ns/schema/2.1", href: uris.at("/nodeinfo/2.1") },
    { rel: "https://www.w3.org/ns/activitystreams#Application", href: uris.actor(uris.host) },
  ];
  return Response.json(
    { links },
    { headers: { "cache-control": "public, max-age=3600", "access-control-allow-origin": "*" } },
  );
}

function serve(object: Json, now: Date): Served {
  const body = JSON.stringify(object);
  const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
  return { body, etag, status: object.type === "Tombstone" ? 410 : 200, at: +now };
}

function respond(request: Request, { body, etag, alsoMatches = null, status }: Served): Response {
  const headers = {
    "content-type": `${ACTIVITY_JSON}; charset=utf-8`,
    "cache-control": "public, max-age=0, must-revalidate",
    vary: "Accept",
    etag,
    "x-content-type-options": "nosniff",
  };
  const known = request.headers.get("if-none-match") ?? "";
  if (status === 200 && (known.includes(etag) || (alsoMatches !== null && known.includes(alsoMatches))))
    return new Response(null, { status: 304, headers });
  return new Response(request.method === "HEAD" ? null : body, { status, headers });
}
