// What is told of other servers' voices: to the mirrors of a thread of ours (FEP-1b12, the node channel), to those who
// follow a discussion, and to the owner of a thread in which our people were answered. People who follow a process are
// told nothing here: at each of their servers an Announce of an activity would cost a useless fetch.
import { getActorOfKind } from "../../src/actors/queries.ts";
import { type Comment, isAwaited } from "../../src/comments/comment.ts";
import { findComment } from "../../src/comments/queries.ts";
import type { RecordedEvent } from "../../src/events.ts";
import type { Tx } from "../../src/platform/db.ts";
import { findProcess } from "../../src/processes/queries.ts";
import { findSubject } from "../../src/subjects/queries.ts";
import type { Subject } from "../../src/subjects/subject.ts";
import { boost, type Outgoing, type Telling, takeRelaysBack } from "../sending/telling.ts";
import { tellChange, tellComment, tellDeletion } from "../sending/telling-contributions.ts";
import { inOneLanguage, type Json, PUBLIC } from "../vocabulary.ts";

type Change = "Create" | "Update" | "Delete";

/** Another server's voice has found its place here, has been changed, or is gone. */
export function tellRemoteComment(change: Change) {
  return async (telling: Telling, event: RecordedEvent<Json>): Promise<Outgoing[]> => {
    if (change === "Delete") await takeRelaysBack(telling.tx, event.subjectUri);
    const place = await placeOf(telling, event.subjectUri);
    if (place === null) return [];
    if (change !== "Delete" && !isShown(place.comment)) return [];
    const wrapped = wrap(place, change, event);
    if (place.thread.origin !== null) return await offer(telling, place, wrapped);
    return [
      ...relay(place, wrapped),
      ...(change === "Create" ? await boosts(telling, place.thread, place.comment.uri) : []),
      ...(change === "Delete" ? await unboosts(telling, place.comment.uri) : []),
    ];
  };
}

/** One of our people's comments that the owner of its thread has not taken, told again by the node itself. */
export async function tellOffered(telling: Telling, event: RecordedEvent<Json>): Promise<Outgoing[]> {
  const place = await placeOf(telling, event.subjectUri);
  const change = event.data.change as Change;
  if (place === null || place.thread.origin === null) return [];
  if (change === "Create" && !(isShown(place.comment) && isAwaited(place.comment))) return [];
  return await offer(telling, place, wrap(place, change, event));
}

/** Hidden by a moderator of ours: of what another server said, the mirrors of our thread are told, with the reason. */
export async function tellHidden(telling: Telling, event: RecordedEvent<Json>): Promise<Outgoing[]> {
  const subject = await findSubject(telling.tx, event.subjectUri);
  const undone = subject?.kind === "comment" ? await unboosts(telling, subject.uri) : [];
  // Shown again before this was told: a Delete without the reason would be for good wherever it arrives.
  if (subject === null || (subject.hiddenAt === null && subject.deletedAt === null)) return undone;
  if (subject.origin === null) {
    const deletion = { ...event, data: { ...event.data, reason: event.data.reason ?? subject.hiddenReason } };
    return [...(await toldToBoosted(telling, event, await tellDeletion(telling, deletion))), ...undone];
  }
  const place = await placeOf(telling, event.subjectUri);
  if (place === null || place.thread.origin !== null || place.comment.hiddenAt === null) return undone;
  await takeRelaysBack(telling.tx, event.subjectUri);
  const actor = place.voiceUri;
  const id = `${telling.uris.activity(event.id)}#delete`;
  const summary = place.comment.hiddenReason;
  const wrapped = { id, type: "Delete", actor, to: [PUBLIC], summary, object: place.comment.uri };
  return [...relay(place, wrapped), ...undone];
}

/** Taken back by one of our people. */
export const tellCommentDeleted = async (telling: Telling, event: RecordedEvent<Json>): Promise<Outgoing[]> => [
  ...(await toldToBoosted(telling, event, await tellDeletion(telling, event))),
  ...(await unboosts(telling, event.subjectUri)),
];

/** Shown again by a moderator of ours, or for the first time what had been held. */
export async function tellReinstated(telling: Telling, event: RecordedEvent<Json>): Promise<Outgoing[]> {
  const subject = await findSubject(telling.tx, event.subjectUri);
  if (subject?.kind !== "comment") return await tellChange(telling, event);
  if (subject.origin !== null) return await tellRemoteComment("Create")(telling, event);
  return await tellOwnComment("Create")(telling, event);
}

/** A comment of one of our people; in a thread of ours it is boosted to those who follow its discussion. */
export function tellOwnComment(type: "Create" | "Update") {
  return async (telling: Telling, event: RecordedEvent<Json>): Promise<Outgoing[]> => {
    const said = await tellComment(type)(telling, event);
    if (type === "Update") return await toldToBoosted(telling, event, said);
    const subject = await findSubject(telling.tx, event.subjectUri);
    const thread = await findSubject(telling.tx, subject?.threadUri ?? "");
    if (said.length === 0 || thread === null || thread.origin !== null) return said;
    return [...said, ...(await boosts(telling, thread, event.subjectUri))];
  };
}

interface Place {
  readonly comment: Comment;
  readonly thread: Subject;
  /** The actor that answers for the thread: its process, else who speaks for the thing. */
  readonly voiceUri: string;
}

async function placeOf({ tx }: Telling, uri: string): Promise<Place | null> {
  const comment = await findComment(tx, uri);
  const thread = comment === null ? null : await findSubject(tx, comment.threadUri);
  if (comment === null || thread === null) return null;
  const process = thread.processUri === null ? null : await findProcess(tx, thread.processUri);
  const voiceUri = process?.actorUri ?? thread.authorUri;
  return voiceUri === null ? null : { comment, thread, voiceUri };
}

const isShown = ({ hiddenAt, deletedAt }: Comment): boolean => hiddenAt === null && deletedAt === null;

/**
 * The activity as it is embedded: of what is kept here, so nothing hostile that came in goes out again. It proves nothing,
 * and no receiver may take it for more than a hint.
 */
function wrap({ comment, thread }: Place, type: Change, { data }: RecordedEvent<Json>): Json {
  const id = typeof data.activityUri === "string" ? { id: data.activityUri } : {};
  const actor = comment.authorUri ?? data.authorUri;
  const reason = typeof data.reason === "string" && data.reason !== "" ? { summary: data.reason } : {};
  if (type === "Delete") return { ...id, type, actor, to: [PUBLIC], ...reason, object: comment.uri };
  const context = { context: `${thread.uri}/context`, inReplyTo: comment.parentUri ?? comment.threadUri };
  const object = {
    id: comment.uri,
    type: "Note",
    attributedTo: actor,
    to: [PUBLIC],
    ...context,
    // Of our own there is more at its address than we would say here.
    ...(comment.origin === null
      ? {}
      : { content: comment.body, contentMap: inOneLanguage(comment.body, comment.language) }),
    url: comment.url,
    published: comment.publishedAt.toISOString(),
    updated: comment.updatedAt.toISOString(),
  };
  return { ...id, type, actor, to: [PUBLIC], object };
}

const relay = ({ voiceUri }: Place, object: Json): Outgoing[] => [
  { actorUri: voiceUri, type: "Announce", object, kind: "contribution", institutionsOf: [voiceUri] },
];

async function offer({ tx }: Telling, { voiceUri }: Place, object: Json): Promise<Outgoing[]> {
  const residents = await getActorOfKind(tx, "residents");
  return [{ actorUri: residents.uri, type: "Announce", object, kind: "private", recipients: [voiceUri] }];
}

/** Followers of a discussion get each voice as a boost, which their servers show in full. */
async function boosts({ tx }: Telling, thread: Subject, commentUri: string): Promise<Outgoing[]> {
  const discussionUri = await findDiscussionUri(tx, thread.uri);
  return discussionUri === null ? [] : [boost(discussionUri, commentUri, "contribution")];
}

async function findDiscussionUri(tx: Tx, threadUri: string): Promise<string | null> {
  const [row] = await tx<{ uri: string }[]>`select uri from actor where about_uri = ${threadUri} and gone_at is null`;
  return row?.uri ?? null;
}

/**
 * What becomes of a comment of ours is told to those too who have it as a boost only: where a server has no inbox for all,
 * it keeps a copy for each person.
 */
async function toldToBoosted(
  { tx }: Telling,
  { subjectUri }: RecordedEvent<Json>,
  outgoing: readonly Outgoing[],
): Promise<Outgoing[]> {
  const subject = await findSubject(tx, subjectUri);
  const discussionUri = subject?.kind === "comment" ? await findDiscussionUri(tx, subject.threadUri ?? "") : null;
  if (discussionUri === null) return [...outgoing];
  return outgoing.map((one) => ({ ...one, followersOf: [...(one.followersOf ?? []), discussionUri] }));
}

/** The boost as it was sent, whole: Mastodon goes by its id, GoToSocial by its time and its addressees too. */
async function unboosts({ tx }: Telling, commentUri: string): Promise<Outgoing[]> {
  const told = await tx<{ activity: Json; actorUri: string }[]>`
    select activity, actor.uri as actor_uri from outgoing_activity join actor on actor.id = actor_id
    where subject_uri = ${commentUri} and actor.kind = 'discussion' and activity->>'type' = 'Announce'
    order by outgoing_activity.id desc limit 1`;
  return told.map(({ activity: { "@context": _context, ...object }, actorUri }) => ({
    actorUri,
    type: "Undo",
    object,
    kind: "contribution",
    followersOf: [actorUri],
  }));
}
