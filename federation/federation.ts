// The federation door, put together: Fedify with our store, queue and documents; the inbox behind its guard; the jobs.

import { createFederation, type Federation, signRequest } from "@fedify/fedify";
import { Activity, Application, Group, Organization, Person } from "@fedify/vocab";
import { getLogger } from "@logtape/logtape";
import type { Actor } from "../src/actors/actor.ts";
import { findRemoteActor, getActorOfKind, listKnockers, type RememberedActor } from "../src/actors/queries.ts";
import type { Pool } from "../src/platform/db.ts";
import { openGathering } from "../src/platform/gathering.ts";
import type { GuardedFetch } from "../src/platform/guarded-fetch.ts";
import type { Handlers } from "../src/platform/jobs.ts";
import { Refused } from "../src/platform/refusal.ts";
import type { Uris } from "../src/platform/uris.ts";
import type { Clock, FindRemote } from "../src/ports.ts";
import { announcePhase } from "../src/processes/phase-actions.ts";
import { refreshManifest } from "../src/records/manifest-actions.ts";
import { mainKeyOf } from "./actors.ts";
import { findSpeaker } from "./discussions.ts";
import { confirmErased, isByKnownKey } from "./erasures/erasures.ts";
import { erasureHandlers } from "./erasures/jobs.ts";
import { receive } from "./inbox.ts";
import { PostgresKvStore, sweepHandlers } from "./kv.ts";
import { lineageHandlers } from "./lineage.ts";
import { mirrorRecord } from "./mirrors/live.ts";
import { type Mirroring, mirror } from "./mirrors/mirroring.ts";
import { moveHandlers } from "./moving.ts";
import { tellEvent } from "./outbox.ts";
import { typeOf, uriOf } from "./reading.ts";
import { receivedSweepHandlers } from "./received.ts";
import { openRecordServing } from "./records/serving.ts";
import { recoverBeforeOpening, recoveryHandlers } from "./recovery/recovery.ts";
import {
  actorAt,
  backfillPage,
  openFindRemote,
  promiseRefresh,
  type Remote,
  refresh,
  startBackfill,
} from "./remote.ts";
import { openReplies, type TakeReply } from "./replies.ts";
import { deliver } from "./sending/delivery.ts";
import { type KeyRing, mainKey, openKeyRing } from "./sending/key-ring.ts";
import { openPosting } from "./sending/posting.ts";
import { JobMessageQueue } from "./sending/queue.ts";
import { publishDigest } from "./sending/quiet.ts";
import { hostMeta, nodeInfoLinks, openServing } from "./serving.ts";
import { threadHandlers } from "./threads/jobs.ts";
import { contextLoader } from "./trust/contexts.ts";
import { openDocuments, type SignatureDialect } from "./trust/documents.ts";
import { guardInbox, type Knock } from "./trust/guard.ts";
import { keepingOutBlocked } from "./trust/keeping-out.ts";
import { KeyMemory } from "./trust/key-memory.ts";
import { openQuotas } from "./trust/quotas.ts";
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
  /** After a restore: what was taken back since the backup is taken from the nodes that keep copies. Before anything is served. */
  recover(): Promise<void>;
  readonly handlers: Handlers;
  /** Apart from the other jobs: a delivery waits for another server most of its time, and holds up nothing here. */
  readonly deliveries: Handlers;
}

/** What the guard has read, for the listener: Fedify's context data is the one thing that reaches it. */
interface Passed {
  readonly knock: Knock | null;
  /** Set when the listener has been reached: the signature was good. */
  hasArrived: boolean;
  /** Set where its server has brought too much: the seconds to wait. */
  waitSeconds?: number | null;
}

export function openFederation(options: FederationOptions): FederationDoor {
  const { sql, uris, clock, permittedOrigins } = options;
  const client = { ...options.client, fetch: keepingOutBlocked(sql, options.client) };
  const keyPairs = openKeyRing(sql, clock);
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
    kv: new KeyMemory(new PostgresKvStore(sql)),
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
  const taking: Taking = { ...remote, takeReply: openReplies(sql, () => clock.now()) };
  const quotas = openQuotas(sql, permittedOrigins);
  const admit: Admit = (knock, effect) =>
    quotas.admit({ actor: knock.actor, type: typeOf(knock.activity as Json), now: clock.now() }, effect);
  openListeners(federation, async (passed) => {
    const { knock } = passed;
    passed.hasArrived = true;
    if (knock === null) throw new Error("an activity came past the guard");
    passed.waitSeconds = await admit(knock, () => takeIn(taking, knock, clock.now()));
  });
  const serve = openServing(sql, uris, clock);
  const serveRecords = openRecordServing(sql);
  const inbox = openInbox({ federation, remote, options, taking, admit });
  return {
    findRemote: openFindRemote(remote, () => clock.now()),
    recover: () => recoverBeforeOpening({ ...remote, uris, now: () => clock.now() }),
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
      return (await serveRecords(request)) ?? (await serve(request));
    },
  };
}

/** At the public address, whatever a proxy made of it: signatures cover it. */
function atOrigin(request: Request, origin: string): Request {
  const { pathname, search } = new URL(request.url);
  return new Request(new URL(pathname + search, origin), request);
}

const wireClasses = { Application, Group, Organization, Person } as const;

function openDispatchers(
  federation: Federation<Passed>,
  { sql, uris, version }: FederationOptions,
  keyPairs: KeyRing,
): void {
  federation
    .setActorDispatcher("/actors/{identifier}", async (_context, identifier) => {
      const actor = await findSpeaker(sql, uris, identifier);
      return actor === null || actor.goneAt !== null ? null : actorForFedify(actor);
    })
    .mapHandle(async (_context, username) => (await findSpeaker(sql, uris, username))?.handle ?? null)
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

/** Asked for in one question. */
const knockersMax = 100;

/**
 * The way in: guard, signature, then one transaction. What the law refuses is acknowledged: asking again would not help.
 * An activity that its own server delivers is verified by its HTTP signature alone; Fedify reads only what was forwarded,
 * whose signature is in the body.
 */
function openInbox({
  federation,
  remote,
  options,
  taking,
  admit,
}: Parts & { taking: Taking; admit: Admit }): (request: Request) => Promise<Response> {
  const { sql, uris, clock, permittedOrigins } = options;
  const now = () => clock.now();
  const findKnocker = openGathering((uris: readonly URL[]) => listKnockers(sql, uris), knockersMax);
  return async (request) => {
    let remembered: RememberedActor | null = null;
    const standingOf = async (actor: URL) => {
      const knocker = await findKnocker(actor);
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
        return accepted(await admit(knock, () => takeIn(taking, knock, clock.now(), remembered)));
      case "refused":
        return answer(401, verification.reason);
      case "actor-gone":
        return (await isFarewell(taking, knock, clock.now()))
          ? new Response(null, { status: 202 })
          : answer(401, "the actor is gone");
      case "actor-unreachable":
        return answer(503, "the actor could not be read");
    }
  };
}

/** Gives an activity its effect within the quotas of its server. @returns the seconds to wait where it is too much. */
type Admit = (knock: Knock, effect: () => Promise<void>) => Promise<number | null>;

function accepted(waitSeconds: number | null): Response {
  if (waitSeconds === null) return new Response(null, { status: 202 });
  const response = answer(429, "too much of one server at a time");
  response.headers.set("retry-after", String(waitSeconds));
  return response;
}

/** Canonicalisation gives up on some hostile bodies by throwing: that is a signature that cannot be verified. */
async function takeForwarded(federation: Federation<Passed>, knock: Knock): Promise<Response> {
  const passed: Passed = { knock, hasArrived: false };
  try {
    const response = await federation.fetch(knock.request, { contextData: passed });
    return passed.waitSeconds ? accepted(passed.waitSeconds) : response;
  } catch (error) {
    if (passed.hasArrived) throw error;
    return answer(401, "the signature in the body could not be read");
  }
}

const answer = (status: number, reason: string) =>
  new Response(`${reason}\n`, { status, headers: { "content-type": "text/plain; charset=utf-8" } });

/** What other servers are read with, and how their replies are taken. */
type Taking = Remote & { readonly takeReply: TakeReply };

async function takeIn(remote: Taking, knock: Knock, now: Date, remembered?: RememberedActor | null): Promise<void> {
  const isDelete = typeOf(knock.activity as Json) === "Delete";
  // Asked first: an actor that is not known yet is known by what its document shows now.
  const isByKnown = isDelete && (await isByKnownKey(remote, knock, () => now));
  await takeFrom(remote, knock, await actorAt(remote, knock.actor.href, now, remembered), isByKnown, now);
}

async function takeFrom(remote: Taking, knock: Knock, from: Actor, isByKnown: boolean, now: Date): Promise<void> {
  const outcome = await receive(remote.sql, knock.activity as Json, from, {
    isLimited: knock.standing === "limited",
    isByKnownKey: isByKnown,
    isForwarded: knock.signatures.length === 0,
    takeReply: remote.takeReply,
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
 * The document of an actor that is leaving answers 410 already. Signed by a key it was known by, what it says last is taken
 * as it is. Else a Delete of itself is a hint to ask its server, and acknowledged, or it would be sent for days.
 */
async function isFarewell(remote: Taking, knock: Knock, now: Date): Promise<boolean> {
  const { sql } = remote;
  const { activity, actor } = knock;
  if (typeOf(activity as Json) !== "Delete") return false;
  const known = await findRemoteActor(sql, actor.href);
  if (known !== null && (await isByKnownKey(remote, knock, () => now))) {
    await takeFrom(remote, knock, known, true, now);
    return true;
  }
  if (uriOf(activity.object) !== actor.href) return false;
  if (known !== null && known.goneAt === null) await promiseRefresh(sql, actor.href);
  else if (known === null) await confirmErased(sql, actor.href, String(activity.id), now);
  return true;
}

function openHandlers({ federation, remote, options }: Parts): Handlers {
  const { sql, uris, clock } = options;
  const passing: Passed = { knock: null, hasArrived: false };
  const { documents } = remote;
  const mirroring: Mirroring = { ...remote, ownOrigin: uris.origin, now: () => clock.now() };
  const on =
    <Payload>(run: (payload: Payload) => Promise<unknown>) =>
    (payload: unknown) =>
      patiently(run(payload as Payload));
  return {
    federate: on(({ eventId }: { eventId: string }) => tellEvent(sql, uris, eventId, clock.now())),
    deliver: on((payload: { activityUri: string; after: string; afterServer?: number }) =>
      deliver({ sql, context: federation.createContext(new URL(uris.origin), passing), documents }, payload),
    ),
    refresh: on(({ uri }: { uri: string }) => refresh(remote, uri, clock.now())),
    mirror: (payload, { signal }) => mirror(mirroring, (payload as { scopeUri: string }).scopeUri, signal),
    "mirror-record": on((payload: { origin: string; digest: string }) => mirrorRecord(mirroring, payload)),
    "start-backfill": on(({ actorUri }: { actorUri: string }) => startBackfill(remote, actorUri, clock.now())),
    backfill: on((payload: { actorUri: string; page: string; count: number }) =>
      backfillPage(remote, payload, clock.now()),
    ),
    ...sweepHandlers(sql, () => clock.now()),
    ...receivedSweepHandlers(sql, () => clock.now()),
    ...lineageHandlers(remote, () => clock.now()),
    ...threadHandlers(remote, () => clock.now(), on),
    ...moveHandlers(remote, uris, () => clock.now(), on),
    ...erasureHandlers(remote, options, on),
    ...recoveryHandlers({ ...remote, uris, now: () => clock.now() }),
    digest: on(({ processUri }: { processUri: string }) => publishDigest(sql, uris, processUri, clock.now())),
    manifest: on(({ scopeUri }: { scopeUri: string }) => refreshManifest(sql, scopeUri, clock.now())),
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

const laterCodes: ReadonlySet<string> = new Set(["peer-unreachable", "peer-too-slow", "too-many-requests"]);

/** A server that does not answer is asked again later, not taken as a no: a job that is refused is done. */
async function patiently(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    const isSilence = error instanceof Refused && laterCodes.has(error.code);
    throw isSilence ? new Error(`${error.code}: ${error.params.host ?? ""}`, { cause: error }) : error;
  }
}
