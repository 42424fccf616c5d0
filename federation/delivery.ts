// From a frozen activity to the inboxes: batch by batch, so that memory does not grow with the number of followers.
import type { Context } from "@fedify/fedify";
import { Activity, type Recipient } from "@fedify/vocab";
import { findActorById, type Inbox, listFollowerInboxes, listInboxesOf } from "../src/actors/queries.ts";
import type { Sql } from "../src/platform/db.ts";
import { enqueue } from "../src/platform/jobs.ts";
import { contextLoader } from "./trust/contexts.ts";
import type { Documents } from "./trust/documents.ts";
import type { Json } from "./vocabulary.ts";

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
}

export interface Delivering {
  readonly sql: Sql;
  readonly context: Context<unknown>;
  readonly documents: Documents;
}

/**
 * Hands one batch of deliveries of a frozen activity to the queue and promises the next. Deliveries of one subject to one
 * server keep their order. A batch that is handed over twice sends the same activity under the same id.
 */
export async function deliver(
  { sql, context, documents }: Delivering,
  { activityUri, after }: { activityUri: string; after: string },
): Promise<void> {
  const [frozen] = await sql<Frozen[]>`
    select uri, actor_id, subject_uri, activity, followers_of, institutions_of, recipient_uris
    from outgoing_activity where uri = ${activityUri}`;
  if (frozen === undefined) return;
  const actor = await findActorById(sql, frozen.actorId);
  if (actor === null) return;
  const { followersOf, institutionsOf } = frozen;
  const followers = await listFollowerInboxes(sql, { followersOf, institutionsOf, after, limit: inboxesPerBatch });
  const named = after === "" ? await listInboxesOf(sql, frozen.recipientUris) : [];
  const seen = new Set(followers.map((inbox) => inbox.uri));
  const inboxes = [...followers, ...named.filter((inbox) => !seen.has(inbox.uri))];
  if (inboxes.length > 0) {
    const activity = await Activity.fromJsonLd(frozen.activity, { documentLoader: documents.loader, contextLoader });
    await context.sendActivity({ identifier: actor.handle }, inboxes.map(recipientOf), activity, {
      preferSharedInbox: true,
      fanout: "skip",
      orderingKey: frozen.subjectUri,
    });
  }
  const last = followers.at(-1);
  if (followers.length === inboxesPerBatch && last !== undefined) {
    await enqueue(sql, { kind: "deliver", payload: { activityUri, after: last.uri }, key: frozen.subjectUri });
  }
}

const recipientOf = (inbox: Inbox): Recipient => ({
  id: new URL(inbox.actorUri),
  inboxId: new URL(inbox.uri),
  endpoints: { sharedInbox: new URL(inbox.uri) },
});
