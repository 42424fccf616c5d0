// Places in another node's thread where a comment stood that cannot be had any more: hidden or taken back before it came
// here. Only the place is kept, without words or author, so that what others replied has something to hang on.
import type { Tx } from "../platform/db.ts";
import { originOf } from "../platform/uris.ts";
import { enterSubject } from "../subjects/actions.ts";
import { findSubject } from "../subjects/queries.ts";
import { timeInThread } from "./comment.ts";
import { idInThread } from "./ids-in-thread.ts";
import { findComment } from "./queries.ts";

/** What the owner of a thread says of a place in it. */
export interface Place {
  readonly uri: string;
  readonly threadUri: string;
  /** The comment it replied to; null where it spoke to the thing itself. */
  readonly parentUri: string | null;
  readonly publishedAt: Date;
  readonly isDeleted: boolean;
  /** Hidden by its own server, not by the owner of the thread. */
  readonly isAside: boolean;
  /** A moderator's words, where it is hidden. */
  readonly reason: string;
}

/**
 * Keeps a place, if nothing is known of the comment and what it replied to is here.
 * @returns whether it is new.
 */
export async function keepPlace(tx: Tx, place: Place, now: Date): Promise<boolean> {
  const { uri, threadUri, parentUri, isDeleted } = place;
  if ((await findSubject(tx, uri)) !== null) return false;
  const thread = await findSubject(tx, threadUri);
  const parent = parentUri === null ? null : await findComment(tx, parentUri);
  if (thread === null || thread.origin === null || (parentUri !== null && parent?.threadUri !== threadUri))
    return false;
  const publishedAt = place.publishedAt < now ? place.publishedAt : now;
  const id = await idInThread(tx, uri, timeInThread(publishedAt, parent));
  // Entered unpublished, which counts nowhere; gone before anyone has read it.
  await enterSubject(tx, {
    uri,
    id,
    kind: "comment",
    origin: originOf(uri),
    url: uri,
    authorId: null,
    authorName: "",
    processUri: thread.processUri,
    threadUri,
    parentUri,
    title: "",
    language: null,
    publishedAt: null,
  });
  await tx`
    update subject set ${tx(
      isDeleted
        ? { publishedAt, updatedAt: publishedAt, deletedAt: now }
        : {
            publishedAt,
            updatedAt: publishedAt,
            hiddenAt: now,
            hiddenReason: place.reason || new URL(thread.origin).host,
            hiddenBy: place.isAside || originOf(uri) === thread.origin ? "origin" : "owner",
          },
    )} where uri = ${uri}`;
  const inBranch =
    parent === null
      ? { branchUri: null, depth: 0 }
      : { branchUri: parent.branchUri ?? parent.uri, depth: parent.depth + 1 };
  await tx`insert into comment ${tx({ uri, id, body: "", ...inBranch })}`;
  return true;
}

/** The comment itself, which can be had after all, takes the place that was kept. It is set aside until it is shown again. */
export async function fillPlace(
  tx: Tx,
  comment: {
    uri: string;
    url: string;
    inReplyTo: string;
    authorId: string;
    authorName: string;
    html: string;
    language: string | null;
    updatedAt: Date;
  },
): Promise<void> {
  const { uri, url, inReplyTo, authorId, authorName, html, language, updatedAt } = comment;
  const filled = await tx`
    update subject set ${tx({ url, authorId, authorName, language, updatedAt, deletedAt: null })},
      hidden_at = coalesce(hidden_at, deleted_at), hidden_by = case when hidden_at is null then 'origin' else hidden_by end,
      hidden_reason = case when hidden_at is null then split_part(origin, '/', 3) else hidden_reason end
    where uri = ${uri} and author_id is null and origin is not null and kind = 'comment'
      and coalesce(parent_uri, thread_uri) = ${inReplyTo} returning 1`;
  if (filled.length > 0) await tx`update comment set body = ${html} where uri = ${uri}`;
}
