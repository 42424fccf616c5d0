// The verbs of goodwill: a person of this node likes a subject, and takes it back. Remote likes arrive at addReaction.
import { recordEvent } from "../events.ts";
import { type Sql, withTransaction } from "../platform/db.ts";
import { newId } from "../platform/ids.ts";
import type { Uris } from "../platform/uris.ts";
import { addReaction, removeReaction, type Voice } from "./actions.ts";
import { findSubject, getPublicSubject, isLikedBy } from "./queries.ts";

/** A person of this node; an account is one. */
export interface Liker {
  readonly id: string;
  readonly actorId: string | null;
}

/**
 * Goodwill for a subject, ours or another node's. Liking twice is a no-op, also for a person who got an actor in between.
 * Only a person with an actor of their own is named to the node that owns it.
 * @throws Refused `not-found` for what is not public here.
 */
export async function likeSubject(sql: Sql, uris: Uris, by: Liker, uri: string, now: Date): Promise<void> {
  await withTransaction(sql, async (tx) => {
    const subject = await getPublicSubject(tx, uri);
    if (await isLikedBy(tx, uri, by)) return;
    const activityUri = by.actorId === null ? null : uris.activity(newId(now));
    const voice = by.actorId === null ? { accountId: by.id } : { actorId: by.actorId };
    const isNew = await addReaction(tx, { subjectUri: uri, voice, kind: "like", activityUri }, now);
    if (!isNew || by.actorId === null || subject.origin === null) return;
    await recordEvent(tx, { type: "SubjectLiked", subjectUri: uri, data: { activityUri, actorId: by.actorId } }, now);
  });
}

/** Takes a like back, whichever way it was given. Nothing happens where there is none. */
export async function unlikeSubject(sql: Sql, by: Liker, uri: string, now: Date): Promise<void> {
  const voices: Voice[] = [{ accountId: by.id }, ...(by.actorId === null ? [] : [{ actorId: by.actorId }])];
  await withTransaction(sql, async (tx) => {
    const subject = await findSubject(tx, uri);
    for (const voice of voices) {
      const removed = await removeReaction(tx, { subjectUri: uri, voice, kind: "like" });
      if (removed?.activityUri == null || subject?.origin == null) continue;
      const data = { activityUri: removed.activityUri, actorId: by.actorId };
      await recordEvent(tx, { type: "SubjectUnliked", subjectUri: uri, data }, now);
    }
  });
}
