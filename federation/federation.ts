// The federation door, put together: Fedify with our store, queue and documents; the inbox behind its guard; the jobs.
import type { webcrypto } from "node:crypto";
import { createFederation, type Federation, signRequest } from "@fedify/fedify";
import { Activity, Application, Group, Organization, Person } from "@fedify/vocab";
import { getLogger } from "@logtape/logtape";
import type { Actor } from "../src/actors/actor.ts";
import { findKnocker, findLocalActor, getActorOfKind, type RememberedActor } from "../src/actors/queries.ts";
import type { Pool } from "../src/platform/db.ts";
import type { GuardedFetch } from "../src/platform/guarded-fetch.ts";
import type { Handlers } from "../src/platform/jobs.ts";
import { Refused } from "../src/platform/refusal.ts";
import type { Uris } from "../src/platform/uris.ts";
import type { Clock, FindRemote } from "../src/ports.ts";
import { announcePhase } from "../src/processes/actions.ts";
import { loadKeyPairs, mainKeyOf } from "./actors.ts";
import { deliver } from "./delivery.ts";
import { receive } from "./inbox.ts";
import { PostgresKvStore, sweepHandlers } from "./kv.ts";
import { tellEvent } from "./outbox.ts";
import { openPosting } from "./posting.ts";
import { JobMessageQueue } from "./queue.ts";
import { publishDigest } from "./quiet.ts";
import { uriOf } from "./reading.ts";
import { receivedSweepHandlers } from "./received.ts";
import {
  actorAt,
  backfillPage,
  openFindRemote,
  promiseRefresh,
  type Remote,
  refresh,
  startBackfill,
} from "./remote.ts";
import { hostMeta, nodeInfoLinks, openServing } from "./serving.ts";
import { contextLoader } from "./trust/contexts.ts";
import { openDocuments, type SignatureDialect } from "./trust/documents.ts";
import { guardInbox, type Knock } from "./trust/guard.ts";
import { verifyRequest } from "./trust/verify.ts";
import type { Json } from "./vocabulary.ts";

const log = getLogger(["koinon", "federation"]);

export interface FederationOptions {
  readonly sql: Pool;
  readonly uris: Uris;
  readonly clock: Clock;
  readonly client: GuardedFetch;
  /** Origins of a demo or a test, reached over http and on loopback; empty on a public node. */
  readonly permittedOrigins: readonly string[];
  readonly version: string;
}

export interface FederationDoor {
  /** Answers what other servers ask and send; null for a request that wants a page. */
  fetch(request: Request): Promise<Response | null>;
  readonly findRemote: FindRemote;
  readonly handlers: Handlers;
  /** Apart from the other jobs: a delivery waits for another server most of its time, and holds up nothing here. */
  readonly deliveries: Handlers;
}

/** What the guard has read, for the listener: Fedify's context data is the one thing that reaches it. */
interface Passed {
  readonly knock: Knock | null;
  /** Set when the listener has been reached: the signature was good. */
  hasArrived: boolean;
}

export function openFederation(options: FederationOptions): FederationDoor {
  const { sql, uris, clock, client, permittedOrigins } = options;
  const keyPairs = openKeyRing(sql);
  const sign = async (request: Request, dialect: SignatureDialect) => {
    const node = await getActorOfKind(sql, "node");
    const [rsa] = await keyPairs(node.handle);
    const currentTime = Temporal.Instant.fromEpochMilliseconds(+clock.now());
    return await signRequest(request, rsa!.privateKey, new URL(mainKeyOf(node.uri)), { spec: dialect, currentTime });
  };
  const documents = openDocuments({ fetch: client.fetch, sign });
  const remote: Remote = { sql, documents, client, permittedOrigins };
  // Posting looks the key up by the id the message names; nothing private goes into the message and back.
  const queue = new JobMessageQueue(sql, { log });
  const post = openPosting({
    fetch: client.fetch,
    keyFor: (keyId) => mainKey(keyPairs, uris, keyId),
    now: () => clock.now(),
    onGone: (inbox) => askWhoIsGone(sql, inbox),
  });
  const federation = createFederation<Passed>({
    kv: new PostgresKvStore(sql),
    queue: { outbox: queue, fanout: queue },
    manuallyStartQueue: true,
    origin: uris.origin,
    documentLoaderFactory: () => documents.loader,
    contextLoaderFactory: () => contextLoader,
    authenticatedDocumentLoaderFactory: () => documents.loader,
    firstKnock: "draft-cavage-http-signatures-12",
    onOutboxError: (error) => log.info("A delivery failed: {reason}", { reason: error.message }),
  });
  openDispatchers(federation, options, keyPairs);
  openListeners(federation, async (passed) => {
    const { knock } = passed;
    passed.hasArrived = true;
    if (knock === null) throw new Error("an activity came past the guard");
    await takeIn(remote, knock, clock.now());
  });
  const serve = openServing(sql, uris, clock);
  const inbox = openInbox({ federation, remote, options });
  return {
    findRemote: openFindRemote(remote, () => clock.now()),
    handlers: openHandlers({ federation, remote, options }),
    deliveries: queue.handlers((message) => patiently(post(message))),
    async fetch(request) {
      const { pathname } = new URL(request.url);
      if (request.method === "POST" && (pathname === "/inbox" || /^\/actors\/[^/]+\/inbox$/.test(pathname)))
        return await inbox(request);
      if (pathname === "/.well-known/host-meta") return hostMeta(uris);
      if (pathname === "/.well-known/nodeinfo") return nodeInfoLinks(uris);
      if (pathname.startsWith("/.well-known/") || pathname.startsWith("/nodeinfo/")) {
        return await federation.fetch(atOrigin(request, uris.origin), {
          contextData: { knock: null, hasArrived: false },
        });
      }
      return await serve(request);
    },
  };
}

/** At the public address, whatever a proxy made of it: signatures cover it. */
function atOrigin(request: Request, origin: string): Request {
  const { pathname, search } = new URL(request.url);
  return new Request(new URL(pathname + search, origin), request);
}

type KeyRing = (handle: string) => Promise<webcrypto.CryptoKeyPair[]>;

const keyRingMax = 1_000;

/** Imported keys by handle: reading and importing them costs more than signing. */
function openKeyRing(sql: Pool): KeyRing {
  const ring = new Map<string, ReturnType<KeyRing>>();
  return async (handle) => {
    const kept = ring.get(handle);
    if (kept !== undefined) return await kept;
    const loading = loadKeyPairs(sql, handle);
    if (ring.size >= keyRingMax) ring.delete(ring.keys().next().value!);
    ring.set(handle, loading);
    const pairs = await loading.catch((error: unknown) => {
      ring.delete(handle);
      throw error;
    });
    if (pairs.length === 0) ring.delete(handle);
    return pairs;
  };
}

/** The RSA key behind one of our key ids. */
async function mainKey(keyPairs: KeyRing, uris: Uris, keyId: string): Promise<webcrypto.CryptoKey | null> {
  const prefix = uris.actor("");
  const [uri = ""] = keyId.split("#");
  const [rsa] = uri.startsWith(prefix) ? await keyPairs(uri.slice(prefix.length)) : [];
  return rsa?.privateKey ?? null;
}

const wireClasses = { Application, Group, Organization, Person } as const;

function openDispatchers(
  federation: Federation<Passed>,
  { sql, uris, version }: FederationOptions,
  keyPairs: KeyRing,
): void {
  federation
    .setActorDispatcher("/actors/{identifier}", async (_context, identifier) => {
      const actor = await findLocalActor(sql, identifier);
      return actor === null || actor.goneAt !== null ? null : actorForFedify(actor);
    })
    .mapHandle(async (_context, username) => (await findLocalActor(sql, username))?.handle ?? null)
    .setKeyPairsDispatcher(async (_context, identifier) => await keyPairs(identifier));
  federation.setNodeInfoDispatcher("/nodeinfo/2.1", async () => {
    const [usage] = await sql<{ residents: number; posts: number; comments: number }[]>`
      select (select count(*)::int from account where closed_at is null) as residents,
        (select count(*)::int from subject where origin is null and kind <> 'comment' and published_at is not null) as posts,
        (select count(*)::int from subject where origin is null and kind = 'comment' and published_at is not null) as comments`;
    return {
      software: { name: "koinon", version, homepage: new URL(uris.origin) },
      protocols: ["activitypub"],
      openRegistrations: true,
      usage: { users: { total: usage!.residents }, localPosts: usage!.posts, localComments: usage!.comments },
    };
  });
}

/** What Fedify needs of an actor for WebFinger and signing. The document others read is made in actors.ts. */
function actorForFedify(actor: Actor) {
  const Wire = wireClasses[actor.type as keyof typeof wireClasses];
  return new Wire({
    id: new URL(actor.uri),
    preferredUsername: actor.handle,
    name: actor.name,
    url: new URL(actor.url ?? actor.uri),
    inbox: new URL(actor.inboxUri),
  });
}

/** One listener for every type: what each does is the table in inbox.ts, which reads the payload the guard has checked. */
function openListeners(federation: Federation<Passed>, take: (passed: Passed) => Promise<void>): void {
  federation
    .setInboxListeners("/actors/{identifier}/inbox", "/inbox")
    // Ours commits with the effect; Fedify's would be one more write that does not.
    .withIdempotency(() => null)
    .on(Activity, async (context) => await take(context.data));
}

interface Parts {
  readonly federation: Federation<Passed>;
  readonly remote: Remote;
  readonly options: FederationOptions;
}

/**
 * The way in: guard, signature, then one transaction. What the law refuses is acknowledged: asking again would not help.
 * An activity that its own server delivers is verified by its HTTP signature alone; Fedify reads only what was forwarded,
 * whose signature is in the body.
 */
function openInbox({ federation, remote, options }: Parts): (request: Request) => Promise<Response> {
  const { sql, uris, clock, permittedOrigins } = options;
  const now = () => clock.now();
  return async (request) => {
    let remembered: RememberedActor | null = null;
    const standingOf = async (actor: URL) => {
      const knocker = await findKnocker(sql, actor);
      remembered = knocker.actor;
      return knocker.policy;
    };
    const knock = await guardInbox(request, { origin: uris.origin, permittedOrigins, standingOf });
    if (knock instanceof Response) return knock;
    if (knock.signatures.length === 0) {
      return await takeForwarded(federation, knock);
    }
    const verification = await verifyRequest(knock, { documents: remote.documents, now });
    switch (verification.kind) {
      case "verified":
        await takeIn(remote, knock, clock.now(), remembered);
        return new Response(null, { status: 202 });
      case "refused":
        return answer(401, verification.reason);
      case "actor-gone":
        return (await isFarewell(remote, knock))
          ? new Response(null, { status: 202 })
          : answer(401, "the actor is gone");
      case "actor-unreachable":
        return answer(503, "the actor could not be read");
    }
  };
}

/** Canonicalisation gives up on some hostile bodies by throwing: that is a signature that cannot be verified. */
async function takeForwarded(federation: Federation<Passed>, knock: Knock): Promise<Response> {
  const passed: Passed = { knock, hasArrived: false };
  try {
    return await federation.fetch(knock.request, { contextData: passed });
  } catch (error) {
    if (passed.hasArrived) throw error;
    return answer(401, "the signature in the body could not be read");
  }
}

const answer = (status: number, reason: string) =>
  new Response(`${reason}\n`, { status, headers: { "content-type": "text/plain; charset=utf-8" } });

async function takeIn(remote: Remote, knock: Knock, now: Date, remembered?: RememberedActor | null): Promise<void> {
  const from = await actorAt(remote, knock.actor.href, now, remembered);
  const outcome = await receive(remote.sql, knock.activity as Json, from, {
    isLimited: knock.standing === "limited",
    now,
  });
  const { type, object } = knock.activity;
  log.debug("{type} from {actor}: {verdict} {reason}", {
    reason: "",
    ...outcome,
    type,
    actor: from.uri,
    object: uriOf(object),
  });
}

/**
 * A Delete of an actor by itself can often not be verified: its server answers 410 for the key already. It is taken as a
 * hint to ask that server, and acknowledged, or it would be sent for days.
 */
async function isFarewell({ sql }: Remote, { activity, actor }: Knock): Promise<boolean> {
  const { type, object } = activity;
  const named = typeof object === "string" ? object : (object as Json | undefined)?.id;
  if (type !== "Delete" || named !== actor.href) return false;
  const known = await sql`select from actor where uri = ${actor.href} and origin is not null and gone_at is null`;
  if (known.length > 0) await promiseRefresh(sql, actor.href);
  return true;
}

function openHandlers({ federation, remote, options }: Parts): Handlers {
  const { sql, uris, clock } = options;
  const passing: Passed = { knock: null, hasArrived: false };
  const { documents } = remote;
  const on =
    <Payload>(run: (payload: Payload) => Promise<unknown>) =>
    (payload: unknown) =>
      patiently(run(payload as Payload));
  return {
    federate: on(({ eventId }: { eventId: string }) => tellEvent(sql, uris, eventId, clock.now())),
    deliver: on((payload: { activityUri: string; after: string }) =>
      deliver({ sql, context: federation.createContext(new URL(uris.origin), passing), documents }, payload),
    ),
    refresh: on(({ uri }: { uri: string }) => refresh(remote, uri, clock.now())),
    "start-backfill": on(({ actorUri }: { actorUri: string }) => startBackfill(remote, actorUri, clock.now())),
    backfill: on((payload: { actorUri: string; page: string; count: number }) =>
      backfillPage(remote, payload, clock.now()),
    ),
    ...sweepHandlers(sql, () => clock.now()),
    ...receivedSweepHandlers(sql, () => clock.now()),
    digest: on(({ processUri }: { processUri: string }) => publishDigest(sql, uris, processUri, clock.now())),
    "phase-start": on(({ phaseId }: { phaseId: string }) => announcePhase(sql, uris, phaseId, clock.now())),
  };
}

const askedOfOneInboxMax = 20;

/** An inbox says it is no more: the actors behind it are read again, and those that are gone are followers no longer. */
async function askWhoIsGone(sql: Pool, inbox: URL): Promise<void> {
  const behind = await sql<{ uri: string }[]>`
    select uri from actor where (inbox_uri = ${inbox.href} or shared_inbox_uri = ${inbox.href})
      and origin is not null and gone_at is null limit ${askedOfOneInboxMax}`;
  for (const { uri } of behind) await promiseRefresh(sql, uri);
}

/** A server that does not answer is asked again later, not taken as a no: a job that is refused is done. */
async function patiently(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    const isSilence = error instanceof Refused && (error.code === "peer-unreachable" || error.code === "peer-too-slow");
    throw isSilence ? new Error(`${error.code}: ${error.params.host ?? ""}`, { cause: error }) : error;
  }
}
