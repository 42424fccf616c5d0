// Likes and boosts of other servers' people: goodwill, once for each of them, whatever their servers call it.
import { addReaction, renameReaction } from "../src/subjects/actions.ts";
import { findSubject } from "../src/subjects/queries.ts";
import { isPublic, type ReactionKind } from "../src/subjects/subject.ts";
import type { Received } from "./inbox.ts";

export const reactionKindOf = (type: string | null): ReactionKind | null =>
  type === "Like" || type === "EmojiReact" ? "like" : type === "Announce" ? "share" : null;

/** Whatever picture it bears, one is one: who changes theirs (Misskey, Pleroma) is counted once, under the newest id. */
export async function receiveReaction({ tx, now, activity, from }: Received, kind: ReactionKind): Promise<void> {
  const subjectUri = activity.objectUri ?? "";
  const voice = { actorId: from.id };
  const isNew = await addReaction(tx, { subjectUri, voice, kind, activityUri: activity.id }, now);
  if (!isNew) await renameReaction(tx, { subjectUri, voice, kind, activityUri: activity.id });
}

/**
 * snac and NodeBB name a like or a boost after its object: given again after it was taken back, it has the id it had. Only
 * their own server gives it again: one that was signed once could be brought by anyone, whatever its actor did since.
 */
export async function giveAgain({ tx, now, activity, from, isForwarded }: Received): Promise<boolean> {
  if (isForwarded) return false;
  const kind = reactionKindOf(activity.type);
  const subject = kind === null ? null : await findSubject(tx, activity.objectUri ?? "");
  if (kind === null || subject === null || !isPublic(subject)) return false;
  if (kind === "share" && (subject.origin !== null || !activity.isPublic)) return false;
  return await addReaction(
    tx,
    { subjectUri: subject.uri, voice: { actorId: from.id }, kind, activityUri: activity.id },
    now,
  );
}
