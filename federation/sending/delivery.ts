// From a frozen activity to the inboxes: batch by batch, so that memory does not grow with the number of followers.
import type { Context } from "@fedify/fedify";
import { Activity, type Recipient } from "@fedify/vocab";
import type { Actor } from "../../src/actors/actor.ts";
import { findActorById, type Inbox, listFollowerInboxes, listInboxesOf } from "../../src/actors/queries.ts";
import { noteDeliveries } from "../../src/erasures/ledger-actions.ts";
import { listServerInboxes } from "../../src/erasures/queries.ts";
import type { Sql } from "../../src/platform/db.ts";
import { enqueue } from "../../src/platform/jobs.ts";
import { contextLoader } from "../trust/contexts.ts";
import type { Documents } from "../trust/documents.ts";
import type { Json } from "../vocabulary.ts";

/** Inboxes per batch: one signing of the activity and one INSERT of its deliveries. */
export const inboxesPerBatch = 500;

interface Frozen {
  readonly uri: string;
  readonly actorId: string;
  readonly subjectUri: string;
  readonly activity: Json;
  readonly followersOf: string[];
  readonly institutionsOf: string[];
  readonly recipientUris: string[];
  readonly serverIds: number[];
}

export interface Delivering {
  readonly sql: Sql;
  readonly context: Context<unknown>;
  readonly documents: Documents;
}

/**
 * Hands one batch of deliveries of a frozen activity to the queue and promises the next: followers and who is named, then
 * other servers it is for. Deliveries of one subject to one server keep their order. A batch that is handed over twice
 * sends the same activity under the same id, signed anew: no signed body is kept, since words of it may have to be erased
 * and keys change. Where it goes is noted on the ledger first.
 */
export async function deliver(
  delivering: Delivering,
  { activityUri, after, afterServer }: { activityUri: string; after: string; afterServer?: number },
): Promise<void> {
  const { sql } = delivering;
  const [frozen] = await sql<Frozen[]>`
    select uri, actor_id, subject_uri, activity, followers_of, institutions_of, recipient_uris, server_ids
    from outgoing_activity where uri = ${activityUri}`;
  if (frozen === undefined) return;
  const actor = await findActorById(sql, frozen.actorId);
  if (actor === null) return;
  const promise = (more: { after: string; afterServer?: number }) =>
    enqueue(sql, { kind: "deliver", payload: { activityUri, ...more }, key: frozen.subjectUri });
  if (afterServer !== undefined) {
    const last = await deliverToServers(delivering, frozen, actor, afterServer);
    if (last !== null) await promise({ after, afterServer: last });
    return;
  }
  const { followersOf, institutionsOf } = frozen;
  const followers = await listFollowerInboxes(sql, { followersOf, institutionsOf, after, limit: inboxesPerBatch });
  const named = after === "" ? await listInboxesOf(sql, frozen.recipientUris) : [];
  const seen = new Set(followers.map((inbox) => inbox.uri));
  const inboxes = [...followers, ...named.filter((inbox) => !seen.has(inbox.uri))];
  await hand(delivering, frozen, actor, inboxes);
  const last = followers.at(-1);
  if (followers.length === inboxesPerBatch && last !== undefined) await promise({ after: last.uri });
  else if (frozen.serverIds.length > 0) await promise({ after, afterServer: 0 });
}

/** @returns the number of the last server of the batch; null where there are no more. */
async function deliverToServers(
  delivering: Delivering,
  frozen: Frozen,
  actor: Actor,
  after: number,
): Promise<number | null> {
  const { serverIds, followersOf, recipientUris } = frozen;
  const page = { serverIds, followersOf, recipientUris, after, limit: inboxesPerBatch };
  const servers = await listServerInboxes(delivering.sql, page);
  const inboxes = servers.map(({ inboxUri }) => ({ uri: inboxUri, actorUri: inboxUri }));
  await hand(delivering, frozen, actor, inboxes);
  return servers.length === inboxesPerBatch ? servers.at(-1)!.id : null;
}

async function hand(
  { sql, context, documents }: Delivering,
  frozen: Frozen,
  actor: Actor,
  inboxes: readonly Inbox[],
): Promise<void> {
  if (inboxes.length === 0) return;
  await noteDeliveries(
    sql,
    notedFor(frozen, actor),
    inboxes.map(({ uri }) => ({ inboxUri: uri })),
  );
  const activity = await Activity.fromJsonLd(frozen.activity, { documentLoader: documents.loader, contextLoader });
  await context.sendActivity({ identifier: actor.handle }, inboxes.map(recipientOf), activity, {
    preferSharedInbox: true,
    fanout: "skip",
    orderingKey: frozen.subjectUri,
  });
}

const carriesWords = new Set(["Create", "Update", "Announce"]);

/** Under whose names a delivery is noted: the thing, where something of it goes out; a person, whatever they say or do. */
const notedFor = ({ activity, subjectUri }: Frozen, actor: Actor): string[] => [
  ...(carriesWords.has(String(activity.type)) ? [subjectUri] : []),
  ...(actor.kind === "resident" ? [actor.uri] : []),
];

const recipientOf = (inbox: Inbox): Recipient => ({
  id: new URL(inbox.actorUri),
  inboxId: new URL(inbox.uri),
  endpoints: { sharedInbox: new URL(inbox.uri) },
});
