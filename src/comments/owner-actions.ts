// One thread, one owner: what the node that owns a thread says of the comments in it, as it takes effect on our copy.
// Nothing of this changes a comment itself: its text and its end are its own server's to tell.
import { recordEvent } from "../events.ts";
import type { Tx } from "../platform/db.ts";
import { originOf } from "../platform/uris.ts";
import { setHidden, subjectForUpdate } from "../subjects/actions.ts";
import { findSubject } from "../subjects/queries.ts";
import type { OwnerState } from "./comment.ts";
import { findHeardElsewhere } from "./owner-queries.ts";

/** What the owner of a thread says of a comment in it. */
export interface OwnerWord {
  readonly commentUri: string;
  /** The node that says so. */
  readonly origin: string;
  readonly state: OwnerState;
  /** Its moderator's words, where it hid the comment. */
  readonly reason: string;
  /** When it said so; what it said later stands. */
  readonly at: Date;
}

/**
 * Keeps a word of a thread's owner, also of a comment that has not come yet. What the owner does not have leaves our page
 * too; our own people's comments stay, with a mark. Nothing happens for a thread of anyone else.
 * @returns false for a word that is older than the one kept.
 */
export async function keepOwnerWord(tx: Tx, word: OwnerWord, now: Date): Promise<boolean> {
  const kept = await tx`
    insert into owner_word ${tx({ ...word })}
    on conflict (comment_uri, origin) do update set state = excluded.state, reason = excluded.reason, at = excluded.at
    where owner_word.at <= excluded.at returning 1`;
  if (kept.length === 0) return false;
  await heedOwner(tx, word.commentUri, now);
  return true;
}

/** Gives the owner's word its effect on a comment, if there are both. */
export async function heedOwner(tx: Tx, commentUri: string, now: Date): Promise<void> {
  const comment = await subjectForUpdate(tx, commentUri);
  if (comment?.kind !== "comment" || comment.deletedAt !== null) return;
  const thread = await findSubject(tx, comment.threadUri ?? "");
  if (thread === null || thread.origin === null) return;
  const [word] = await tx<{ state: OwnerState; reason: string }[]>`
    select state, reason from owner_word where comment_uri = ${commentUri} and origin = ${thread.origin}`;
  if (word === undefined) return;
  if (word.state === "listed") {
    if (comment.hiddenBy === "owner") await setHidden(tx, commentUri, null, now);
    return;
  }
  const isOwnAndNotTaken = comment.origin === null && word.state === "unlisted";
  // What our own moderator, or its own server, has decided stays as it is.
  if (isOwnAndNotTaken || (comment.hiddenAt !== null && comment.hiddenBy !== "owner")) return;
  await setHidden(tx, commentUri, word.reason || new URL(thread.origin).host, now, "owner");
}

/** What became of a voice of another server. */
export type PassedOn = "RemoteCommentPlaced" | "RemoteCommentChanged" | "RemoteCommentDeleted";

/**
 * Records what became of another server's voice where someone hears it from us: the mirrors of a thread of ours, who
 * follow its discussion, or the owner of the thread our people were answered in.
 * @param by the activity that told us, where one did.
 */
export async function passOn(
  tx: Tx,
  type: PassedOn,
  commentUri: string,
  by: { activityUri: string | null; reason?: string },
  now: Date,
): Promise<void> {
  const voice = await findHeardElsewhere(tx, commentUri);
  if (voice !== null) await recordEvent(tx, { type, subjectUri: commentUri, data: { ...voice, ...by } }, now);
}

/** Its own server does not show it at the moment: off the page until it does. What is gone for good is erased instead. */
export async function setAside(tx: Tx, uri: string, reason: string, activityUri: string | null, now: Date) {
  const comment = await subjectForUpdate(tx, uri);
  if (comment?.kind !== "comment" || comment.origin === null || comment.deletedAt !== null) return;
  if (comment.hiddenAt !== null) return;
  await setHidden(tx, uri, reason || new URL(originOf(uri)).host, now, "origin");
  await passOn(tx, "RemoteCommentDeleted", uri, { activityUri, reason: reason || new URL(originOf(uri)).host }, now);
}
