// Out: what of ours is erased, everyone on its ledger is asked to erase, and asked again until they have confirmed.
// The receipts that come back are signed, checked and kept.
import * as z from "zod";
import { listKnownKeys } from "../../src/actors/queries.ts";
import {
  keepReceipt,
  noteAskedAgain,
  openErasure,
  promiseReminder,
  serversToAsk,
  untoldErasure,
} from "../../src/erasures/actions.ts";
import { againId, askedAgainEveryMs, firstId, isAskedAgain } from "../../src/erasures/erasure.ts";
import { emptyWaitingDeliveries, noteSoftware, promiseAskingSoftware } from "../../src/erasures/ledger-actions.ts";
import { findReminder, listUnknownServers } from "../../src/erasures/queries.ts";
import type { RecordedEvent } from "../../src/events.ts";
import { fromMultibase, proofOf, verifyDocument } from "../../src/platform/data-integrity.ts";
import { type Sql, withTransaction } from "../../src/platform/db.ts";
import type { GuardedFetch } from "../../src/platform/guarded-fetch.ts";
import { enqueue } from "../../src/platform/jobs.ts";
import { refuseUnless } from "../../src/platform/refusal.ts";
import { originOf } from "../../src/platform/uris.ts";
import { findHead, listPurgedParts } from "../../src/records/queries.ts";
import { mainKeyOf } from "../actors.ts";
import type { Received } from "../inbox.ts";
import { isObject, listOf, textOf, uriOf } from "../reading.ts";
import type { Remote } from "../remote.ts";
import { type Outgoing, type Telling, takeWordsBack } from "../sending/telling.ts";
import type { Json } from "../vocabulary.ts";

/** Addresses of parts in one Delete. A thing has one part for each time it was changed. */
const partsPerDeleteMax = 100;
const remindersPerStatementMax = 200;
const askedAtOnce = 50;

/**
 * Turns what is told of an erasure into a request to everyone on the ledger, followers or not, and takes the words out of
 * what still waits to be delivered. What is told of anything else stays as it is.
 */
export async function askToErase(
  telling: Telling,
  event: RecordedEvent<Json>,
  outgoing: readonly Outgoing[],
): Promise<readonly Outgoing[]> {
  const { tx, now } = telling;
  const { subjectUri } = event;
  const noted = await untoldErasure(tx, subjectUri);
  if (noted === null && event.type === "ActorClosed") {
    await openErasure(tx, { subjectUri, kind: "account", accountId: null }, now);
  }
  const erasure = noted ?? (await untoldErasure(tx, subjectUri));
  if (erasure === null) return outgoing;
  await takeWordsBack(tx, subjectUri);
  await emptyWaitingDeliveries(tx, subjectUri);
  const servers = await serversToAsk(
    tx,
    subjectUri,
    outgoing.flatMap((one) => one.followersOf ?? []),
  );
  const serverIds = servers.map(({ id }) => id);
  if (erasure.kind !== "personal-data") {
    const asked = outgoing.findIndex(({ type }) => type === "Delete");
    return outgoing.map((one, index) => (index === asked ? { ...one, serverIds, erasureId: erasure.id } : one));
  }
  const others = servers.filter(({ isKoinon }) => isKoinon === false).map(({ id }) => id);
  const nodes = serverIds.filter((id) => !others.includes(id));
  const parts = await deleteParts(telling, subjectUri);
  const former = event.data.formerAuthorUri;
  return [
    ...outgoing.map((one) => (one.type === "Update" ? { ...one, serverIds } : one)),
    ...(typeof former === "string" ? [takeBackVoice(former, subjectUri, others)] : []),
    ...(parts === null ? [] : [{ ...parts, serverIds: nodes, askedIds: serverIds, erasureId: erasure.id }]),
  ];
}

/**
 * A post that was a person's own and is now the process's: other servers than ours know no change of author, so there the
 * person deletes it.
 */
const takeBackVoice = (actorUri: string, uri: string, serverIds: readonly number[]): Outgoing => ({
  actorUri,
  type: "Delete",
  object: { id: uri, type: "Tombstone" },
  kind: "private",
  serverIds,
});

/**
 * What named a person stands in the earlier parts of a thing's records: each has an address, so it can be deleted by
 * itself (`origin` says of what), while the thing stays.
 */
async function deleteParts({ tx, uris }: Telling, subjectUri: string): Promise<Outgoing | null> {
  const head = await findHead(tx, subjectUri);
  const digests = await listPurgedParts(tx, subjectUri, partsPerDeleteMax);
  if (head === null || digests.length === 0) return null;
  const object = digests.map((digest) => uris.at(`/records/${digest}/part`));
  return { actorUri: head.publisherUri, type: "Delete", object, origin: subjectUri, kind: "private" };
}

/** The job `erasure-reminder`: sends the request again, under an id of its own, to the nodes that have not confirmed. */
export async function remind(sql: Sql, payload: unknown, now: Date): Promise<void> {
  const { erasureId } = z.object({ erasureId: z.uuid() }).parse(payload);
  await withTransaction(sql, async (tx) => {
    const reminder = await findReminder(tx, erasureId);
    if (reminder === null || reminder.servers.length === 0 || !isAskedAgain(reminder.toldAt, now)) return;
    const { activity, activityUri, servers } = reminder;
    for (let at = 0; at < servers.length; at += remindersPerStatementMax) {
      const some = servers.slice(at, at + remindersPerStatementMax);
      await enqueue(
        tx,
        some.map(({ inboxUri, host, timesAsked }) =>
          postingOf({ ...activity, id: againId(activityUri, timesAsked) }, inboxUri, `${activityUri}\n${host}`, now),
        ),
      );
      await noteAskedAgain(
        tx,
        erasureId,
        some.map(({ id }) => id),
        now,
      );
    }
    await promiseAskingSoftware(tx);
    await promiseReminder(tx, erasureId, new Date(+now + askedAgainEveryMs));
  });
}

/** One delivery of an activity exactly as it is given, proof and all, signed with the main key of its actor on the way. */
export const postingOf = (activity: Json, inbox: string, key: string, now: Date) => ({
  kind: "fedify-outbox",
  key,
  payload: {
    type: "outbox",
    inbox,
    activity,
    keys: [{ keyId: mainKeyOf(String(activity.actor)) }],
    started: now.toISOString(),
  },
});

/**
 * The job `server-software`: asks servers of which nobody knows it what they run (NodeInfo), a batch at a time. One that
 * does not answer is asked again a day later, when there is something to ask it for.
 */
export async function askSoftware({ sql, client }: Remote, now: Date): Promise<void> {
  const before = new Date(+now - askedAgainEveryMs);
  const servers = await listUnknownServers(sql, before, askedAtOnce);
  await Promise.all(
    servers.map(async ({ host, inboxUri }) => {
      const software = await softwareOf(client, originOf(inboxUri)).catch(() => null);
      await noteSoftware(sql, host, software === null ? null : software === "koinon", now);
    }),
  );
  if (servers.length === askedAtOnce) await promiseAskingSoftware(sql);
}

/** FEP-f1d5: by the newest schema a server links. Empty where it does not say. @throws where it does not answer. */
async function softwareOf(client: GuardedFetch, origin: string): Promise<string> {
  const index = await json(client, `${origin}/.well-known/nodeinfo`);
  const links = listOf(index?.links).flatMap((link) => (isObject(link) ? (uriOf(link.href) ?? []) : []));
  const href = links.filter((link) => originOf(link) === origin && link.includes("/nodeinfo/")).at(-1);
  const info = href === undefined ? null : await json(client, href);
  return info === null || !isObject(info.software) ? "" : textOf(info.software.name, 100).toLowerCase();
}

async function json(client: GuardedFetch, address: string): Promise<Json | null> {
  const response = await client.fetch(new URL(address), { headers: { accept: "application/json" } });
  if (!response.ok) return null;
  const value: unknown = await response.json();
  return isObject(value) ? value : null;
}

/**
 * A receipt: an Accept of our Delete by the actor of the node that has erased, with a proof (FEP-8b32) by its Ed25519 key,
 * so that it can be shown to others later. A Linked Data signature that was added on the way is not part of it.
 *
 * @returns false where the Accept is of something else.
 * @throws Refused `forged` for a receipt whose proof does not hold, `not-found` for one of a server that was not asked.
 */
export async function receiveReceipt({ tx, now, activity, from, payload }: Received): Promise<boolean> {
  const activityUri = firstId(activity.objectUri ?? "");
  const [erasure] = await tx`select id from erasure where activity_uri = ${activityUri}`;
  if (erasure === undefined) return false;
  const { signature: _signature, ...document } = payload;
  const method = proofOf(document)?.verificationMethod ?? "";
  const key = (await listKnownKeys(tx, from.uri)).find(({ id }) => id === method)?.key ?? "";
  refuseUnless(from.type === "Application" && originOf(method || "about:blank") === from.origin, "forged");
  refuseUnless(key.startsWith("z") && verifyDocument(document, fromMultibase(key)), "forged");
  const isKept = await keepReceipt(tx, { activityUri, host: new URL(from.uri).host, document }, now);
  refuseUnless(isKept, "not-found");
  return true;
}
