// Comments that arrive from other servers. The door has verified who speaks; here the same law is asked as of our people.
import { forgetRemoteActor } from "../actors/actions.ts";
import type { Actor, PeerPolicy } from "../actors/actor.ts";
import { holdForModeration } from "../moderation/actions.ts";
import type { Tx } from "../platform/db.ts";
import { newId } from "../platform/ids.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { originOf } from "../platform/uris.ts";
import { findProcess } from "../processes/queries.ts";
import {
  enterSubject,
  rememberTombstone,
  removeReactionsOf,
  setHidden,
  subjectForUpdate,
  touchSubject,
} from "../subjects/actions.ts";
import { findSubject } from "../subjects/queries.ts";
import type { Stance, Subject } from "../subjects/subject.ts";
import { eraseComment, placeForUpdate } from "./actions.ts";
import { type Comment, checkMaySpeak } from "./comment.ts";
import { findComment } from "./queries.ts";

/** What another server says of one of its comments. */
export interface RemoteComment {
  readonly uri: string;
  readonly url: string | null;
  /** The thing or the comment it answers, which must be kept here. */
  readonly inReplyTo: string;
  readonly author: Actor;
  /** The person's name where an institution lends its voice; the actor's own name needs none. */
  readonly authorName: string;
  /** Cleaned HTML. */
  readonly html: string;
  readonly language: string | null;
  readonly stance?: Stance | null;
  readonly publishedAt: Date;
  readonly updatedAt?: Date | null;
  /** Kept from everyone until a moderator has looked at it: its server is limited here. */
  readonly isHeld?: boolean;
}

export type Reception = "published" | "held" | "changed" | "unchanged";

/**
 * Keeps a comment of another server under something of ours, or under another node's thing that is kept here.
 * One that is kept already is changed where this is newer, so that order and repetition do not matter.
 *
 * @throws Refused `not-found` where what it answers is unknown or not public, `gone` where that, or the comment itself,
 * has been deleted, `phase-closed` where the process of this node takes no comments now, `peer-blocked`, `forged`.
 */
export async function receiveComment(tx: Tx, comment: RemoteComment, now: Date): Promise<Reception> {
  const { uri, author } = comment;
  refuseUnless(author.origin !== null && originOf(uri) === originOf(author.uri), "forged", { uri });
  const { isTombstoned, isKept, policy } = await standingOf(tx, uri, author);
  refuseUnless(!isTombstoned, "gone");
  refuseUnless(policy !== "blocked", "peer-blocked", { host: author.host });
  if (isKept) {
    const updatedAt = comment.updatedAt ?? comment.publishedAt;
    return await receiveCommentUpdate(tx, { ...comment, authorUri: author.uri, updatedAt }, now);
  }
  const place = await placeForUpdate(tx, comment.inReplyTo);
  checkMaySpeak(place.spokenTo, place.phases, now);
  const publishedAt = comment.publishedAt < now ? comment.publishedAt : now;
  const id = newId(timeInThread(publishedAt, place.parent));
  const isNew = await enterSubject(tx, {
    uri,
    id,
    kind: "comment",
    origin: originOf(uri),
    url: comment.url ?? uri,
    authorId: author.id,
    authorName: comment.authorName,
    processUri: place.thread.processUri,
    threadUri: place.thread.uri,
    parentUri: place.parent?.uri ?? null,
    stance: place.parent === null ? (comment.stance ?? null) : null,
    title: "",
    language: comment.language,
    publishedAt,
  });
  if (!isNew) return "unchanged";
  const isEdited = comment.updatedAt != null && comment.updatedAt > publishedAt;
  const editedAt = isEdited ? new Date(Math.min(+comment.updatedAt!, +now)) : null;
  await tx`insert into comment ${tx({ uri, id, body: comment.html, editedAt, ...place.inBranch })}`;
  if (editedAt !== null) await touchSubject(tx, uri, {}, editedAt);
  if (comment.isHeld !== true && policy !== "limited") return "published";
  await holdForModeration(tx, uri, now);
  return "held";
}

/** What is known here of a comment that arrives and of its server, in one question: this is asked for each of them. */
async function standingOf(tx: Tx, uri: string, author: Actor) {
  const [row] = await tx<{ isTombstoned: boolean; isKept: boolean; policy: PeerPolicy | null }[]>`
    select exists (select from tombstone where uri = ${uri} and actor_uri = ${author.uri}) as is_tombstoned,
      exists (select from subject where uri = ${uri}) as is_kept,
      (select policy from peer where host = ${new URL(author.uri).host}) as policy`;
  return row!;
}

/** Threads are in the order of their ids, and other servers' clocks differ: a reply never comes before what it answers. */
const timeInThread = (publishedAt: Date, parent: Subject | null): Date =>
  new Date(Math.max(+publishedAt, parent?.publishedAt == null ? 0 : +parent.publishedAt + 1));

/**
 * The author of a comment has changed its text. An older state than the one kept is ignored.
 * @throws Refused `not-found` for one that is not kept, `gone` for a deleted one, `not-allowed` for anyone but its author.
 */
export async function receiveCommentUpdate(
  tx: Tx,
  update: {
    uri: string;
    authorUri: string;
    /** Absent: it is what it was. Empty once the person's account is closed on their own node. */
    authorName?: string;
    html: string;
    language: string | null;
    updatedAt: Date;
  },
  now: Date,
): Promise<"changed" | "unchanged"> {
  await subjectForUpdate(tx, update.uri);
  const kept = await remoteComment(tx, update.uri);
  refuseUnless(kept !== null, "not-found");
  refuseUnless(kept.deletedAt === null, "gone");
  refuseUnless(kept.authorUri === update.authorUri, "not-allowed");
  const updatedAt = update.updatedAt < now ? update.updatedAt : now;
  if (updatedAt < kept.updatedAt) return "unchanged";
  const name = update.authorName;
  const renamed =
    name === undefined
      ? []
      : await tx`update subject set author_name = ${name} where uri = ${update.uri} and author_name <> ${name} returning 1`;
  if (update.html === kept.body) return renamed.length > 0 ? "changed" : "unchanged";
  await tx`
    update comment set body = ${update.html}, version = version + 1, edited_at = ${updatedAt} where uri = ${update.uri}`;
  await touchSubject(tx, update.uri, { language: update.language }, updatedAt);
  return "changed";
}

/**
 * A comment of another server is taken back: by its author, which erases it here too, or by the process or city whose
 * thread it stands in, which hides it here as it is hidden there. One that is unknown is remembered as deleted, so that
 * it has no effect when it arrives late.
 *
 * @throws Refused `not-allowed` for anyone else.
 */
export async function receiveCommentDelete(tx: Tx, uri: string, actorUri: string, now: Date): Promise<void> {
  const subject = await subjectForUpdate(tx, uri);
  if (subject === null) {
    refuseUnless(originOf(uri) === originOf(actorUri), "not-allowed");
    return await rememberTombstone(tx, uri, actorUri, now);
  }
  const kept = await remoteComment(tx, uri);
  refuseUnless(kept !== null, "not-allowed");
  if (kept.authorUri === actorUri) return await eraseComment(tx, uri, now);
  refuseUnless(await moderatesThread(tx, kept, actorUri), "not-allowed");
  await setHidden(tx, uri, new URL(actorUri).host, now);
}

/**
 * An actor of another server has left for good: what it wrote here is erased, its likes and boosts are taken back, and
 * its follows end.
 */
export async function receiveActorDelete(tx: Tx, actorUri: string, now: Date): Promise<void> {
  const written = await tx<{ uri: string }[]>`
    select subject.uri from subject join actor on actor.id = subject.author_id
    where actor.uri = ${actorUri} and actor.origin is not null and subject.origin is not null
      and subject.kind = 'comment' and subject.deleted_at is null`;
  for (const { uri } of written) await eraseComment(tx, uri, now);
  await removeReactionsOf(tx, actorUri);
  await forgetRemoteActor(tx, actorUri, now);
}

/** Whether an actor answers for the thread of another node: as the voice of the thing, its process or its organisation. */
async function moderatesThread(tx: Tx, comment: Comment, actorUri: string): Promise<boolean> {
  const thread = await findSubject(tx, comment.threadUri);
  if (thread === null || thread.origin === null || thread.origin !== originOf(actorUri)) return false;
  const process = thread.processUri === null ? null : await findProcess(tx, thread.processUri);
  return [process?.actorUri, process?.organisationUri].includes(actorUri);
}

async function remoteComment(tx: Tx, uri: string): Promise<Comment | null> {
  const comment = await findComment(tx, uri);
  return comment?.origin == null ? null : comment;
}
