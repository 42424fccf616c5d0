// Reading other servers: an actor, a thing, a handle. Everything comes through the guarded documents, and only jobs and
// people who look something up make us ask.
import { setTimeout as sleep } from "node:timers/promises";
import { FetchError } from "@fedify/vocab-runtime";
import { rememberRemoteActor } from "../src/actors/actions.ts";
import { type Actor, addressOf } from "../src/actors/actor.ts";
import {
  findRemoteActor,
  isFollowedHere,
  isServerFollowedHere,
  policyFor,
  type RememberedActor,
} from "../src/actors/queries.ts";
import { noteNode } from "../src/erasures/ledger-actions.ts";
import { type Sql, withTransaction } from "../src/platform/db.ts";
import type { GuardedFetch } from "../src/platform/guarded-fetch.ts";
import { enqueue } from "../src/platform/jobs.ts";
import { Refused, refuseUnless } from "../src/platform/refusal.ts";
import type { FindRemote, RemoteThing } from "../src/ports.ts";
import { findSubject, isErasedHere } from "../src/subjects/queries.ts";
import { keepSubject, kindOf } from "./copies.ts";
import { findGone } from "./gone.ts";
import { promiseLinked } from "./mirrors/live.ts";
import { keepProcess } from "./processes.ts";
import { isObject, isPostType, listOf, readPost, textOf, typeOf, uriOf, type WirePost } from "./reading.ts";
import { readActor, type WireActor } from "./reading-actors.ts";
import { promiseRefresh } from "./refresh-jobs.ts";
import { promiseThreadWhereDifferent } from "./threads/backfill.ts";
import { isOfConcern, releaseWaiting, waitForParent } from "./threads/waiting.ts";
import type { Document, Documents } from "./trust/documents.ts";
import { ACTIVITY_JSON, type Json } from "./vocabulary.ts";

export { promiseRefresh } from "./refresh-jobs.ts";

export interface Remote {
  readonly sql: Sql;
  readonly documents: Documents;
  readonly client: GuardedFetch;
  /** Origins of a demo or a test that are reached over http. */
  readonly permittedOrigins: readonly string[];
}

export const actorRefreshMs = 24 * 3_600_000;
export const backfillPagesMax = 50;
/** How far up a thread is read for the sake of one comment in it. */
const answeredReadMax = 10;
/** Between two pages of one server: Mastodon lets 300 unsigned page requests through in 15 minutes. */
const backfillPauseMs = 3_000;

/**
 * The actor at a URI, as remembered (which the caller may have asked already), or read anew when it is unknown or was
 * last read over a day ago.
 * @throws Refused, FetchError where its server does not answer for it.
 */
export async function actorAt(
  remote: Remote,
  uri: string,
  now: Date,
  remembered?: RememberedActor | null,
): Promise<Actor> {
  const known = remembered === undefined ? await findRemoteActor(remote.sql, uri) : remembered;
  if (known !== null && +now - +known.fetchedAt < actorRefreshMs) return known;
  const { document } = await remote.documents.loader(uri);
  return await keepActor(remote, document as Json, uri, now);
}

async function keepActor(remote: Remote, document: Json, uri: string, now: Date): Promise<Actor> {
  const actor = readActor(document);
  refuseUnless(actor.uri === uri, "forged", { uri });
  return await rememberRemoteActor(remote.sql, withoutExtras(actor), now, actor.keys);
}

const withoutExtras = ({ civic: _c, followersCount: _count, outboxUri: _outbox, keys: _keys, ...actor }: WireActor) =>
  actor;

/**
 * Reads a remote thing anew and keeps what it says now: the job behind every notification from a followed node.
 * What its own server does not have any more is hidden here (erasures.ts).
 */
export async function refresh(remote: Remote, uri: string, now: Date, depth = 0): Promise<void> {
  if (await isErasedHere(remote.sql, uri)) return;
  const found = await readOrWhyNot(remote, uri);
  if (typeof found === "string") {
    await promiseLinked(remote.sql, uri, null, now);
    return await findGone(remote.sql, uri, now);
  }
  refuseUnless(found.url.href === new URL(uri).href, "forged", { uri });
  const json = found.json as Json;
  if (isPostType(typeOf(json))) await keepThing(remote, json, now, depth);
  else await refreshActor(remote, json, uri, now);
  await promiseLinked(remote.sql, uri, json, now);
}

async function readOrGone(remote: Remote, uri: string): Promise<Document | null> {
  const found = await readOrWhyNot(remote, uri);
  return typeof found === "string" ? null : found;
}

/** Gone for good (410, a Tombstone), or absent (404), which may end. */
export async function readOrWhyNot(remote: Remote, uri: string): Promise<Document | "gone" | "absent"> {
  try {
    const found = await remote.documents.find(new URL(uri));
    return typeOf(found.json as Json) === "Tombstone" ? "gone" : found;
  } catch (error) {
    const status = error instanceof FetchError ? error.response?.status : null;
    if (status === 404) return "absent";
    if (status === 410) return "gone";
    throw error;
  }
}

/** The document at an address, for the readers of threads; null where its server says that it is gone. */
export const readAt = async (remote: Remote, uri: string): Promise<Json | null> =>
  ((await readOrGone(remote, uri))?.json as Json | undefined) ?? null;

async function refreshActor(remote: Remote, json: Json, uri: string, now: Date): Promise<void> {
  const actor = await keepActor(remote, json, uri, now);
  const wire = readActor(json);
  // Anyone may tell of themselves; whose processes stand on our pages is decided by whom we follow.
  if (wire.civic?.kind !== "process" || !(await isServerFollowedHere(remote.sql, new URL(uri).origin))) return;
  if (typeof wire.civic.organisation === "string" && URL.canParse(wire.civic.organisation)) {
    refuseUnless(new URL(wire.civic.organisation).origin === new URL(uri).origin, "forged", { uri });
    await actorAt(remote, wire.civic.organisation, now);
  }
  await withTransaction(remote.sql, async (tx) => await keepProcess(tx, { ...wire, uri: actor.uri }, now));
}

/** @throws Refused `gone` for one whose server says that it is: what it left behind is nobody's to show. */
async function authorAt(remote: Remote, uri: string, now: Date): Promise<Actor> {
  try {
    return await actorAt(remote, uri, now);
  } catch (error) {
    const status = error instanceof FetchError ? error.response?.status : null;
    if (status === 404 || status === 410) throw new Refused("gone", { uri }, { cause: error });
    throw error;
  }
}

/**
 * Keeps a thing read from its own server, with its author. Its process comes first where that is not known yet, and so
 * does what it answers: an outbox is read newest first.
 */
async function keepThing(remote: Remote, json: Json, now: Date, depth: number): Promise<void> {
  const post = readPost(json);
  refuseUnless(post.isPublic, "not-found");
  refuseUnless(new URL(post.authorUri).origin === new URL(post.id).origin, "forged", { uri: post.id });
  const origin = new URL(post.id).origin;
  const isAccepted = kindOf(post) === "comment" || (await isServerFollowedHere(remote.sql, origin));
  refuseUnless(isAccepted, "not-found", { uri: post.id });
  const author = await authorAt(remote, post.authorUri, now);
  await keepProcessOf(remote, post, uriOf(json.audience), now);
  const answered = post.inReplyTo;
  const isTheirs = answered !== null && new URL(answered).origin === origin;
  if (isTheirs && depth < answeredReadMax && (await findSubject(remote.sql, answered)) === null) {
    await refresh(remote, answered, now, depth + 1);
  }
  await withTransaction(remote.sql, async (tx) => {
    const isEarly = answered !== null && kindOf(post) === "comment" && (await findSubject(tx, answered)) === null;
    if (isEarly && (await isOfConcern(tx, post))) {
      await waitForParent(tx, { uri: post.id, parentUri: answered, contextUri: post.contextUri }, now);
      return;
    }
    await keepSubject(tx, post, author, now);
    if (post.civic !== null) await noteNode(tx, author.sharedInboxUri ?? author.inboxUri);
    await releaseWaiting(tx, post.id);
  });
  if (kindOf(post) !== "comment") await promiseThreadWhereDifferent(remote.sql, post, now);
}

/**
 * Reads the process a thing belongs to where it is not known yet. What it names must be an actor of its own server: two
 * things that named each other would be read for ever, and one that names another server would make us ask there.
 */
async function keepProcessOf(remote: Remote, post: WirePost, audience: string | null, now: Date): Promise<void> {
  const process = typeof post.civic?.process === "string" ? post.civic.process : null;
  if (process === null || audience === null || new URL(audience).origin !== new URL(post.id).origin) return;
  if ((await remote.sql`select from process where uri = ${process}`).length > 0) return;
  const found = await readOrGone(remote, audience);
  if (found === null || isPostType(typeOf(found.json as Json))) return;
  refuseUnless(found.url.href === new URL(audience).href, "forged", { uri: audience });
  await refreshActor(remote, found.json as Json, audience, now);
}

/** After a follow was accepted: the actor itself, then what it has published so far, page by page, the newest first. */
export async function startBackfill(remote: Remote, actorUri: string, now: Date): Promise<void> {
  await refresh(remote, actorUri, now);
  const { json } = await remote.documents.find(new URL(actorUri));
  const { outboxUri } = readActor(json as Json);
  if (outboxUri === null) return;
  const outbox = await readOrGone(remote, outboxUri);
  const first = outbox === null ? null : uriOf((outbox.json as Json).first);
  if (first !== null) await enqueuePage(remote.sql, actorUri, first, 1, now);
}

const enqueuePage = (sql: Sql, actorUri: string, page: string, count: number, runAt: Date) =>
  enqueue(sql, { kind: "backfill", payload: { actorUri, page, count }, runAt, uniqueKey: `backfill:${page}` });

/** One page of an outbox: each public thing on it that belongs to the same server is read at its own address. */
export async function backfillPage(
  remote: Remote,
  { actorUri, page, count }: { actorUri: string; page: string; count: number },
  now: Date,
): Promise<void> {
  if (!(await isFollowedHere(remote.sql, actorUri))) return;
  const found = await readOrGone(remote, page);
  if (found === null) return;
  const { json } = found;
  const origin = new URL(actorUri).origin;
  const things = listOf((json as Json).orderedItems).flatMap((item) => {
    const uri = isObject(item) && ["Create", "Announce"].includes(typeOf(item)) ? uriOf(item.object) : null;
    return uri !== null && new URL(uri).origin === origin ? [uri] : [];
  });
  // The oldest first, so that what answers comes after what it answers.
  for (const uri of things.reverse()) await promiseRefresh(remote.sql, uri);
  const next = uriOf((json as Json).next);
  if (next !== null && new URL(next).origin === origin && count < backfillPagesMax) {
    await enqueuePage(remote.sql, actorUri, next, count + 1, new Date(+now + backfillPauseMs));
  }
}

const HANDLE = /^@?([A-Za-z0-9_.-]+)@([A-Za-z0-9.-]+(?::\d{1,5})?)$/;
const HOST = /^[A-Za-z0-9.-]+(?::\d{1,5})?$/;

/** {@link FindRemote}: the port that pages ask when a person pastes an address or a handle. */
export function openFindRemote(remote: Remote, now: () => Date): FindRemote {
  return async (text) => {
    const wanted = text.trim();
    const handle = HANDLE.exec(wanted);
    refuseUnless(handle !== null || URL.canParse(wanted), "not-an-actor", { field: "address" });
    const find = async () => {
      const uri = handle === null ? wanted : await resolveHandle(remote, handle[1]!, handle[2]!);
      await refuseBlocked(remote, new URL(uri).host);
      const { url, json } = await remote.documents.find(new URL(uri));
      return await describe(remote, url.href, json as Json, now());
    };
    try {
      return await within(remote.client.limits.totalMs, find());
    } catch (error) {
      if (error instanceof FetchError) {
        const isAbsent = error.response?.status === 404 || error.response?.status === 410;
        throw new Refused(isAbsent ? "not-found" : "peer-unreachable", { field: "address" }, { cause: error });
      }
      if (!(error instanceof Refused)) throw error;
      // Larger than any actor is: the person who asks has nothing to shorten.
      const code = error.code === "too-large" ? "not-an-actor" : error.code;
      throw new Refused(code, { ...error.params, field: "address" }, { cause: error });
    }
  };
}

/** Someone waits: all requests of a look-up together take no longer than a single one may. */
async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const over = new AbortController();
  const deadline = sleep(ms, null, { signal: over.signal }).then(() => Promise.reject(new Refused("peer-too-slow")));
  try {
    return await Promise.race([work, deadline]);
  } finally {
    over.abort();
  }
}

async function describe(remote: Remote, uri: string, json: Json, now: Date): Promise<RemoteThing> {
  if (isPostType(typeOf(json))) {
    const post = readPost(json);
    refuseUnless(post.isPublic, "not-found");
    const { id, type, name, url } = post;
    return { uri: id, isActor: false, type, name, handle: null, summary: summaryOf(post), url, iconUrl: null };
  }
  const actor = await keepActor(remote, json, uri, now);
  const { type, name, summary, url, iconUrl } = actor;
  return { uri, isActor: true, type, name, handle: addressOf(actor), summary, url, iconUrl };
}

/** An event without a summary is told by its time and place. */
function summaryOf({ summary, event }: WirePost): string {
  if (summary !== "" || event === null || event.startsAt === null) return summary;
  const time = `${event.startsAt.toISOString().slice(0, 16).replace("T", " ")} UTC`;
  return [time, event.place].filter((part) => part !== "").join(" · ");
}

async function refuseBlocked(remote: Remote, host: string): Promise<void> {
  refuseUnless((await policyFor(remote.sql, host)) !== "blocked", "peer-blocked", { host });
}

/**
 * WebFinger (RFC 7033). A host may name an actor of another one, or a handle of another one as the right one, only if
 * that one's own WebFinger names the same actor: a handle is not taken on one server's word.
 */
async function resolveHandle(remote: Remote, name: string, host: string): Promise<string> {
  await refuseBlocked(remote, host);
  const resource = `acct:${name}@${host}`;
  const { uri, subject } = await webFinger(remote, host, resource);
  const actorHost = new URL(uri).host;
  if (actorHost !== host.toLowerCase()) {
    refuseUnless((await webFinger(remote, actorHost, resource)).uri === uri, "forged", { host });
  }
  const [, , claimedHost] = /^acct:([^@]+)@(.+)$/.exec(subject) ?? [];
  if (claimedHost !== undefined && claimedHost.toLowerCase() !== host.toLowerCase()) {
    refuseUnless((await webFinger(remote, claimedHost, subject)).uri === uri, "forged", { host });
  }
  return uri;
}

async function webFinger(remote: Remote, host: string, resource: string): Promise<{ uri: string; subject: string }> {
  refuseUnless(HOST.test(host), "not-an-actor", { host });
  const isPlain = remote.permittedOrigins.includes(`http://${host}`);
  const url = new URL(`${isPlain ? "http" : "https"}://${host}/.well-known/webfinger`);
  url.searchParams.set("resource", resource);
  const response = await remote.client.fetch(url, { headers: { accept: "application/jrd+json" } });
  refuseUnless(response.ok, response.status === 404 || response.status === 410 ? "not-found" : "peer-unreachable", {
    host,
  });
  const jrd: unknown = await response.json().catch(() => null);
  refuseUnless(isObject(jrd), "not-an-actor", { host });
  const self = listOf(jrd.links).find(
    (link) =>
      isObject(link) &&
      link.rel === "self" &&
      (link.type === ACTIVITY_JSON || textOf(link.type, 200).startsWith("application/ld+json")),
  );
  const uri = isObject(self) ? uriOf(self.href) : null;
  refuseUnless(uri !== null, "not-an-actor", { host });
  return { uri, subject: textOf(jrd.subject, 300) };
}
