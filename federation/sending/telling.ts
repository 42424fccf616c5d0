// What tellings are made of: one activity to send, the thing it is about, who speaks for it. Which event becomes what is the
// table in outbox.ts.
import type { RecordedEvent } from "../../src/events.ts";
import type { Tx } from "../../src/platform/db.ts";
import type { Uris } from "../../src/platform/uris.ts";
import { findProcess } from "../../src/processes/queries.ts";
import { findSubject } from "../../src/subjects/queries.ts";
import { findObject } from "../objects.ts";
import { uriOf } from "../reading.ts";
import type { Json } from "../vocabulary.ts";

export interface Telling {
  readonly tx: Tx;
  readonly uris: Uris;
  readonly now: Date;
}

/** One activity to send. Its id is made from the event's, so that telling the event again repeats it. */
export interface Outgoing {
  /** The local actor that speaks. */
  readonly actorUri: string;
  readonly type:
    | "Create"
    | "Update"
    | "Delete"
    | "Announce"
    | "Follow"
    | "Accept"
    | "Undo"
    | "Like"
    | "Flag"
    | "Offer"
    | "Reject";
  readonly object: unknown;
  readonly kind: "contribution" | "official" | "private";
  /** Given where the activity has been named before (a Follow, a Like). */
  readonly id?: string;
  readonly content?: string;
  /** The reason, where a moderator's Delete has one: what is hidden so may come back. */
  readonly summary?: string;
  /** Where the object has terms that posts do not: an actor without its key would be no actor to others. */
  readonly context?: unknown;
  readonly followersOf?: readonly string[];
  /** Whose institutional followers get it, for their copy of the process. */
  readonly institutionsOf?: readonly string[];
  readonly recipients?: readonly string[];
  readonly isRolledUp?: boolean;
  /** Of a Delete: what it was deleted from, which stays. */
  readonly origin?: string;
  /** Servers that get it besides, by their numbers on the ledger. */
  readonly serverIds?: readonly number[];
  /** Those that are asked by it or by something else of the same telling, where they are more. */
  readonly askedIds?: readonly number[];
  /** What is asked for by it, and is asked for again. */
  readonly erasureId?: string;
}

export type Tell = (telling: Telling, event: RecordedEvent<Json>) => Promise<Outgoing[]>;

/** What of an object travels inside an activity. The rest is read at its address. */
export function withoutOurs(object: Json): Json {
  const {
    "@context": _context,
    civic: _civic,
    conversation: _thread,
    replies,
    likes: _likes,
    shares: _shares,
    ...plain
  } = object;
  return { ...plain, ...(typeof replies === "string" ? { replies } : {}) };
}

/** Who signs for an object, and the actor of the process it belongs to, where that is ours. */
export async function voicesOf({ tx }: Telling, object: Json, processUri: string | null) {
  const process = processUri === null ? null : await findProcess(tx, processUri);
  return {
    speaker: uriOf(object.attributedTo) ?? "",
    processActor: process?.origin === null ? process.actorUri : null,
    remoteProcessActor: process !== null && process.origin !== null ? process.actorUri : null,
    organisation: process?.origin === null ? process.organisationUri : null,
  };
}

/**
 * A thing of ours as it travels, and who speaks for it. Null where it is not public any more: then nothing is told of it.
 */
export async function thingOf(telling: Telling, uri: string) {
  const { tx, uris } = telling;
  const [object, subject] = [await findObject(tx, uris, uri), await findSubject(tx, uri)];
  if (object === null || subject?.origin !== null || subject.deletedAt !== null) return null;
  return { object: withoutOurs(object), subject, ...(await voicesOf(telling, object, subject.processUri)) };
}

export const present = (...values: (string | null)[]): string[] => values.filter((value) => value !== null);

export const boost = (actorUri: string, object: string, kind: "official" | "contribution"): Outgoing => ({
  actorUri,
  type: "Announce",
  object,
  kind,
  followersOf: [actorUri],
});

/** The same for what was passed on of another server's comment: each activity then only names it. */
export const takeRelaysBack = (tx: Tx, uri: string) => tx`
  update outgoing_activity set activity = jsonb_set(activity, '{object,object}', to_jsonb(${uri}::text))
  where subject_uri = ${uri} and activity->>'type' = 'Announce' and jsonb_typeof(activity->'object') = 'object'`;

/** What was said of a thing leaves the frozen activities. One that is still on its way then only names it. */
export const takeWordsBack = (tx: Tx, uri: string) => tx<{ recipientUris: string[] }[]>`
  update outgoing_activity set activity = jsonb_set(activity, '{object}', to_jsonb(${uri}::text))
  where subject_uri = ${uri} and activity->>'type' in ('Create', 'Update')
    and ${uri} in (activity->>'object', activity#>>'{object,id}') returning recipient_uris`;
