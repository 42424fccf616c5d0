// The catalogue of what happened and is worth telling. Rooms record events with the fact; federation and notices read them as jobs.
import type { Sql, Tx } from "./platform/db.ts";
import { newId } from "./platform/ids.ts";
import { enqueue } from "./platform/jobs.ts";

/** Names in the past tense. What each carries is the snapshot its room defines; see `federation/outbox.ts` for what is told. */
export type EventType =
  | "ActorChanged"
  | "ActorClosed"
  | "FollowRequested"
  | "FollowEnded"
  | "FollowReceived"
  | "ProcessPublished"
  | "ProcessChanged"
  | "PhaseStarted"
  | "NewsPublished"
  | "NewsChanged"
  | "ProposalPublished"
  | "ProposalChanged"
  | "ProposalWithdrawn"
  | "ProposalErased"
  | "ProposalAnswered"
  | "CommentPublished"
  | "CommentChanged"
  | "CommentDeleted"
  | "CommentOffered"
  | "RemoteCommentPlaced"
  | "RemoteCommentChanged"
  | "RemoteCommentDeleted"
  | "SubjectLiked"
  | "SubjectUnliked"
  | "SubjectHidden"
  | "SubjectReinstated"
  | "SubjectReported"
  | "StatementGiven"
  | "AppealMade"
  | "AppealDecided"
  | "MeetingPublished"
  | "MeetingChanged"
  | "ResultPublished"
  | "ResultChanged"
  | "AdoptionAnswered"
  | "MilestoneReached"
  | "SubjectTranslated";

export interface RecordedEvent<Data = unknown> {
  readonly id: string;
  readonly type: EventType;
  readonly subjectUri: string;
  /** Plain JSON: times as ISO 8601 strings, amounts as decimal strings. All that the telling needs, as it was then. */
  readonly data: Data;
  readonly at: Date;
}

/** What people who follow are told of as well, or stop following; see `src/front/told-queries.ts`. */
const toldToPeople: ReadonlySet<EventType> = new Set<EventType>([
  "ActorClosed",
  "ProcessPublished",
  "PhaseStarted",
  "NewsPublished",
  "ProposalPublished",
  "ProposalChanged",
  "ProposalWithdrawn",
  "ProposalErased",
  "ProposalAnswered",
  "CommentPublished",
  "CommentDeleted",
  "MeetingPublished",
  "MeetingChanged",
  "ResultPublished",
  "ResultChanged",
  "MilestoneReached",
  "AdoptionAnswered",
  "SubjectHidden",
  "SubjectReinstated",
]);

/**
 * Writes the event and the promise to tell it, to other servers and to people here, in the transaction of the fact.
 * Events of one subject are told in the order in which they were recorded.
 */
export async function recordEvent(
  tx: Tx,
  event: { type: EventType; subjectUri: string; data: unknown },
  now: Date,
): Promise<string> {
  const id = newId(now);
  await tx`
    insert into event (id, type, subject_uri, data, at)
    values (${id}, ${event.type}, ${event.subjectUri}, ${tx.json(event.data as never)}, ${now})`;
  const payload = { eventId: id };
  const promises = [{ kind: "federate", payload, key: event.subjectUri }];
  if (toldToPeople.has(event.type)) promises.push({ kind: "tell", payload, key: `tell ${event.subjectUri}` });
  await enqueue(tx, promises);
  return id;
}

export async function getEvent(sql: Sql, id: string): Promise<RecordedEvent> {
  const [event] = await sql<RecordedEvent[]>`select id, type, subject_uri, data, at from event where id = ${id}`;
  if (event === undefined) throw new Error(`event ${id} is not in the catalogue`);
  return event;
}
