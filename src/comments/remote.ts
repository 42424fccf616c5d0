// Comments that arrive from other servers. The door has verified who speaks; here the same law is asked as of our people.
import { eraseRemoteActor, forgetRemoteActor } from "../actors/actions.ts";
import type { Actor, PeerPolicy } from "../actors/actor.ts";
import { holdForModeration } from "../moderation/actions.ts";
import { judgeWords, wordListSetting } from "../moderation/list-queries.ts";
import { isFirstOfUnknown } from "../moderation/peer-queries.ts";
import type { HeldBecause } from "../moderation/report.ts";
import { forgetFollowed } from "../notices/following-actions.ts";
import { type Tx, together } from "../platform/db.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { plainText } from "../platform/rich-text.ts";
import { originOf } from "../platform/uris.ts";
import { findProcess } from "../processes/queries.ts";
import { forgetVoice } from "../records/tally-actions.ts";
import {
  enterSubject,
  rememberTombstone,
  removeReactionsOf,
  setHidden,
  subjectForUpdate,
  touchSubject,
} from "../subjects/actions.ts";
import { findSubject, isTombstoned } from "../subjects/queries.ts";
import type { Stance, Subject } from "../subjects/subject.ts";
import { eraseComment, placeForUpdate, type Way } from "./actions.ts";
import { type Comment, checkMaySpeak, timeInThread } from "./comment.ts";
import { idInThread } from "./ids-in-thread.ts";
import { heedOwner, keepOwnerWord, passOn, setAside } from "./owner-actions.ts";
import { fillPlace } from "./place-actions.ts";
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
  /** The activity that brought it, where one did. */
  readonly activityUri?: string | null;
}

export type Reception = "published" | "held" | "changed" | "shown-again" | "unchanged";

/**
 * Keeps a comment of another server under something of ours, or under another node's thing that is kept here.
 * One that is kept already is changed where this is newer, so that order and repetition do not matter.
 *
 * @param alongside what the caller writes for it in any case: called in the usual one, so that it goes out with the rest.
 * @throws Refused `not-found` where what it answers is unknown or not public, `gone` where that, or the comment itself,
 * has been deleted, `phase-closed` where the process of this node takes no comments now, `peer-blocked`, `forged`.
 */
export async function receiveComment(
  tx: Tx,
  comment: RemoteComment,
  now: Date,
  alongside: () => Promise<void> = async () => {},
): Promise<Reception> {
  const { uri, author } = comment;
  refuseUnless(author.origin !== null && originOf(uri) === originOf(author.uri), "forged", { uri });
  const { isTombstoned: wasTakenBack, isKept, isFirst, hasWordList, policy, way } = await standingOf(tx, comment);
  refuseUnless(!wasTakenBack, "gone");
  refuseUnless(policy !== "blocked", "peer-blocked", { host: author.host });
  if (isKept) return await receiveAgain(tx, comment, now);
  const place = await placeForUpdate(tx, comment.inReplyTo, way);
  const { thread, parent } = place;
  const isPlaced = parent !== null && (stoodThen(parent, comment.publishedAt) || (await isTakenUp(tx, uri, thread)));
  checkMaySpeak(isPlaced ? [thread] : place.spokenTo, place.phases, now);
  const publishedAt = comment.publishedAt < now ? comment.publishedAt : now;
  // Its Delete may have come while the place was waited for.
  refuseUnless(!(await isTombstoned(tx, uri, author.uri)), "gone");
  const id = await idInThread(tx, uri, timeInThread(publishedAt, place.parent));
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
  const heldBecause: HeldBecause | null =
    comment.isHeld === true || policy === "limited"
      ? "limited"
      : isFirst
        ? "first-server"
        : hasWordList
          ? await listed(tx, comment)
          : null;
  const isHeld = heldBecause !== null;
  const isOurs = place.thread.origin === null && !isHeld && editedAt === null;
  const passing = { activityUri: comment.activityUri ?? null };
  await together(
    tx`insert into comment ${tx({ uri, id, body: comment.html, editedAt, ...place.inBranch })}`,
    isOurs ? passOn(tx, "RemoteCommentPlaced", uri, passing, now) : null,
    isOurs ? alongside() : null,
  );
  if (isOurs) return "published";
  if (editedAt !== null) await touchSubject(tx, uri, {}, editedAt);
  if (heldBecause !== null) {
    await holdForModeration(tx, uri, now, heldBecause);
    return "held";
  }
  if (place.thread.origin !== null) await heedOwner(tx, uri, now);
  await passOn(tx, "RemoteCommentPlaced", uri, passing, now);
  return "published";
}

/** What this city's word list says of it. @throws Refused `words-refused`. */
async function listed(tx: Tx, { html, language }: Pick<RemoteComment, "html" | "language">): Promise<"words" | null> {
  const found = await judgeWords(tx, plainText(html), language);
  refuseUnless(found?.action !== "refuse", "words-refused", { words: "" });
  return found === null ? null : "words";
}

/** One that is kept already: changed where this is newer, and shown again where its own server had not shown it. */
async function receiveAgain(tx: Tx, comment: RemoteComment, now: Date): Promise<Reception> {
  const { uri, author, activityUri = null } = comment;
  const updatedAt = comment.updatedAt ?? comment.publishedAt;
  await fillPlace(tx, { ...comment, url: comment.url ?? uri, authorId: author.id, updatedAt });
  const reception = await receiveCommentUpdate(tx, { ...comment, authorUri: author.uri, updatedAt }, now);
  if ((await findSubject(tx, uri))?.hiddenBy !== "origin") return reception;
  await setHidden(tx, uri, null, now);
  await heedOwner(tx, uri, now);
  await passOn(tx, "RemoteCommentPlaced", uri, { activityUri }, now);
  return "shown-again";
}

/** In another node's thread that node decides what stands where. */
async function isTakenUp(tx: Tx, uri: string, { origin }: Subject): Promise<boolean> {
  if (origin === null || origin === originOf(uri)) return origin !== null;
  const words = await tx`
    select from owner_word where comment_uri = ${uri} and origin = ${origin} and state = 'listed'`;
  return words.length > 0;
}

/** A reply may arrive after what it answers was taken back or hidden; said before that, it keeps its place. */
const stoodThen = ({ deletedAt, hiddenAt, hiddenReason }: Subject, publishedAt: Date): boolean =>
  (deletedAt === null || publishedAt < deletedAt) &&
  (hiddenAt === null || (hiddenReason !== "" && publishedAt < hiddenAt));

interface Known extends Way {
  readonly isTombstoned: boolean;
  readonly isKept: boolean;
  readonly isFirst: boolean;
  readonly hasWordList: boolean;
  readonly policy: PeerPolicy | null;
  readonly isAnswerable: boolean;
}

/** What is known here of a comment that arrives, of its server and of what it answers, in one question: it is asked for each. */
async function standingOf(tx: Tx, { uri, author, inReplyTo }: RemoteComment) {
  const [row] = await tx<[Known]>`
    select exists (select from tombstone where uri = ${uri} and actor_uri = ${author.uri}) as is_tombstoned,
      exists (select from subject where uri = ${uri}) as is_kept, ${isFirstOfUnknown(tx, author)} as is_first,
      exists (select from node_setting where key = ${wordListSetting}) as has_word_list,
      peer_policy(${new URL(author.uri).host}) as policy,
      answered.uri is not null as is_answerable, answered.thread_uri, answered.parent_uri,
      case when answered.origin is null and answered.kind <> 'comment' then answered.process_uri end as own_process_uri
    from (select) as one left join subject answered on answered.uri = ${inReplyTo}`;
  return { ...row, way: row.isAnswerable ? row : null };
}

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
    activityUri?: string | null;
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
  if (renamed.length > 0) await forgetVoice(tx, update.uri, now);
  const isReworded = update.html !== kept.body;
  const heldBecause = isReworded && kept.hiddenAt === null ? await listed(tx, update) : null;
  if (isReworded) {
    await tx`
      update comment set body = ${update.html}, version = version + 1, edited_at = ${updatedAt} where uri = ${update.uri}`;
  }
  // Also where nothing that is kept here is new, so that both nodes agree on how old this is.
  if (updatedAt > kept.updatedAt || isReworded)
    await touchSubject(tx, update.uri, { language: update.language }, updatedAt);
  if (!isReworded && renamed.length === 0) return "unchanged";
  if (heldBecause !== null) {
    await holdForModeration(tx, update.uri, now, heldBecause);
    return "changed";
  }
  if (kept.hiddenAt === null) {
    await passOn(tx, "RemoteCommentChanged", update.uri, { activityUri: update.activityUri ?? null }, now);
  }
  return "changed";
}

/**
 * A comment of another server is taken back: by its author, which erases it here too, by its own server's moderator, which
 * sets it aside until that server has it again, or by the process or city whose thread it stands in, which hides it here
 * as it is hidden there. One that is unknown is remembered as deleted, so that it has no effect when it arrives late.
 *
 * @param said.reason a moderator's, whose hiding may come back; empty where it is for good.
 * @throws Refused `not-allowed` for anyone else.
 */
export async function receiveCommentDelete(
  tx: Tx,
  uri: string,
  actorUri: string,
  now: Date,
  said: { reason?: string; activityUri?: string | null } = {},
): Promise<void> {
  const { reason = "", activityUri = null } = said;
  const subject = await subjectForUpdate(tx, uri);
  if (subject === null) {
    refuseUnless(originOf(uri) === originOf(actorUri), "not-allowed");
    if (reason === "") await rememberTombstone(tx, uri, actorUri, now);
    return;
  }
  const kept = await remoteComment(tx, uri);
  refuseUnless(kept !== null, "not-allowed");
  if (kept.authorUri === actorUri) {
    if (reason === "") return await eraseRemoteComment(tx, uri, activityUri, now);
    return await setAside(tx, uri, reason, activityUri, now);
  }
  refuseUnless(await moderatesThread(tx, kept, actorUri), "not-allowed");
  await keepOwnerWord(tx, { commentUri: uri, origin: originOf(actorUri), state: "hidden", reason, at: now }, now);
}

/** Erases a comment of another server here, and tells those who have it from us. Nothing happens for what we do not have. */
export async function eraseRemoteComment(tx: Tx, uri: string, activityUri: string | null, now: Date): Promise<void> {
  const kept = await remoteComment(tx, uri);
  if (kept === null || kept.deletedAt !== null) return;
  await eraseComment(tx, uri, now);
  await passOn(tx, "RemoteCommentDeleted", uri, { activityUri }, now);
}

/** Empties our copy of another server's comment. */
export async function eraseCommentCopy(tx: Tx, uri: string, now: Date): Promise<void> {
  const kept = await remoteComment(tx, uri);
  if (kept !== null && kept.deletedAt === null) await eraseComment(tx, uri, now);
}

/** Empties what is known of an actor of another server, down to its name and address, and takes back its likes and follows. */
export async function eraseActorCopy(tx: Tx, uri: string, now: Date): Promise<void> {
  await removeReactionsOf(tx, uri);
  await forgetFollowed(tx, uri);
  await forgetRemoteActor(tx, uri, now);
  await eraseRemoteActor(tx, uri);
}

/** Whether an actor answers for the thread of another node: as the voice of the thing, its process or its organisation. */
export async function moderatesThread(tx: Tx, comment: Comment, actorUri: string): Promise<boolean> {
  const thread = await findSubject(tx, comment.threadUri);
  if (thread === null || thread.origin === null || thread.origin !== originOf(actorUri)) return false;
  const process = thread.processUri === null ? null : await findProcess(tx, thread.processUri);
  return [process?.actorUri, process?.organisationUri].includes(actorUri);
}

async function remoteComment(tx: Tx, uri: string): Promise<Comment | null> {
  const comment = await findComment(tx, uri);
  return comment?.origin == null ? null : comment;
}
