// Replies to things of ours, read without trust; and those that come at the same time, taken together in one transaction.
import { type Actor, isInstitution } from "../src/actors/actor.ts";
import type { RemoteComment } from "../src/comments/remote.ts";
import { listPlainReplies, type PlainReply, receiveTogether } from "../src/comments/together-actions.ts";
import { promiseArrivals } from "../src/notices/actions.ts";
import { type Sql, type Tx, together, withTransaction } from "../src/platform/db.ts";
import { openGathering } from "../src/platform/gathering.ts";
import { Refused, refuseUnless } from "../src/platform/refusal.ts";
import { plainText } from "../src/platform/rich-text.ts";
import { isPostType, readPost, typeOf, type WirePost } from "./reading.ts";
import type { WireActivity } from "./reading-activities.ts";
import { isMessage } from "./statements.ts";
import { releaseWaiting } from "./threads/waiting.ts";
import { hasCivicLink } from "./vocabulary.ts";

interface Said {
  readonly activity: WireActivity;
  readonly from: Actor;
  readonly isLimited: boolean;
  readonly now: Date;
}

/** What is embedded counts only on its author's origin; else it is a hint, and what it names is not ours to keep. */
export function embeddedPost(activity: WireActivity): WirePost | null {
  if (activity.object === null || !isPostType(typeOf(activity.object))) return null;
  const post = readPost({ attributedTo: activity.actorUri, ...activity.object });
  refuseUnless(post.authorUri === activity.actorUri, "forged");
  refuseUnless(new URL(post.id).origin === new URL(activity.actorUri).origin, "forged");
  refuseUnless(post.isPublic, "not-found");
  return post;
}

export const hasText = (post: WirePost): boolean => plainText(post.html).trim() !== "";

/** A reply as its activity brings it. */
export const replyOf = (post: WirePost, { activity, from, isLimited, now }: Said) => ({
  uri: post.id,
  url: post.url,
  inReplyTo: post.inReplyTo ?? "",
  author: from,
  authorName: from.name,
  html: post.html,
  language: post.language,
  isHeld: isLimited,
  publishedAt: post.publishedAt ?? now,
  updatedAt: post.updatedAt,
  activityUri: activity.id,
});

/** A person's reply that may be taken with others; null for everything else, also for what is to be refused. */
export function plainReplyOf(said: Said): RemoteComment | null {
  const { activity, from, isLimited } = said;
  const { type, object, objectUri } = activity;
  if (type !== "Create" || object === null || objectUri === null || isLimited || isInstitution(from.type)) return null;
  if (new URL(objectUri).origin !== new URL(from.uri).origin || isMessage(object) || hasCivicLink(object)) return null;
  if (!isPostType(typeOf(object))) return null;
  try {
    const post = embeddedPost(activity);
    return post !== null && post.inReplyTo !== null && hasText(post) ? replyOf(post, said) : null;
  } catch (error) {
    if (error instanceof Refused) return null;
    throw error;
  }
}

/** Takes a reply with those that come at the same time. @returns false where it is to be taken alone. */
export type TakeReply = (reply: RemoteComment) => Promise<boolean>;

const togetherMax = 64;

/** The effect of a batch, the ids of its activities and whatever follows from it are one transaction. */
export function openReplies(sql: Sql, now: () => Date): TakeReply {
  return openGathering(async (batch: readonly RemoteComment[]) => {
    const taken = await takeTogether(sql, batch, now());
    return batch.map((reply) => taken.has(reply));
  }, togetherMax);
}

async function takeTogether(sql: Sql, batch: readonly RemoteComment[], now: Date): Promise<ReadonlySet<RemoteComment>> {
  const plain = eachOnce(await listPlainReplies(sql, batch));
  if (plain.length === 0) return new Set();
  return await withTransaction(sql, async (tx) => {
    // First of all and in one order, as one alone does it: two who were sent the same never wait for each other.
    const ids = new Set(await rememberReceived(tx, plain.map(activityOf), now));
    const published = await receiveTogether(
      tx,
      plain.filter((reply) => ids.has(activityOf(reply))),
      now,
    );
    const taken = plain.filter(({ comment }) => published.has(comment.uri));
    for (const reply of taken) ids.delete(activityOf(reply));
    const uris = [...published];
    await together(
      ids.size === 0 ? null : tx`delete from received_activity where uri = any(${[...ids]})`,
      uris.length === 0 ? null : releaseWaiting(tx, ...uris),
      promiseArrivals(tx, uris, now),
    );
    return new Set(taken.map(({ comment }) => comment));
  });
}

/** @returns those that are new. */
async function rememberReceived(tx: Tx, activityUris: readonly string[], now: Date): Promise<readonly string[]> {
  const rows = await tx<{ uri: string }[]>`
    insert into received_activity (uri, received_at)
    select uri, ${now} from unnest(${activityUris as string[]}::text[]) as given (uri) order by uri
    on conflict do nothing returning uri`;
  return rows.map(({ uri }) => uri);
}

const activityOf = ({ comment }: PlainReply): string => comment.activityUri ?? "";

/** What comes twice in one batch, under one id or two, is looked at again alone. */
function eachOnce(replies: readonly PlainReply[]): readonly PlainReply[] {
  const seen = new Set<string>();
  return replies.filter((reply) => {
    const names = [activityOf(reply), reply.comment.uri];
    const isNew = names.every((name) => !seen.has(name));
    for (const name of names) seen.add(name);
    return isNew;
  });
}
