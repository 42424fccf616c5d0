// TABLE IN: activity type → what it does here. The door has checked size, shape, origin and signature.
// Each row runs in one transaction with the activity's id, so that a replay has no effect. No row fetches: what must be
// fetched is a job. `Refused` means: understood, and no.
import { endFollow, receiveBlock, receiveFollow, receiveFollowAnswer } from "../src/actors/actions.ts";
import { type Actor, isInstitution } from "../src/actors/actor.ts";
import { findActor, isFollowedHere } from "../src/actors/queries.ts";
import { receiveComment, receiveCommentUpdate } from "../src/comments/remote.ts";
import { receiveFlag } from "../src/moderation/actions.ts";
import { promiseArrivals } from "../src/notices/actions.ts";
import { type Sql, type Tx, withTransaction } from "../src/platform/db.ts";
import { enqueue } from "../src/platform/jobs.ts";
import { Refused, refuseUnless } from "../src/platform/refusal.ts";
import { removeReaction } from "../src/subjects/actions.ts";
import { findSubject } from "../src/subjects/queries.ts";
import type { ReactionKind } from "../src/subjects/subject.ts";
import { receiveRelation, receiveRelationAnswer } from "./adoptions.ts";
import { discussionToFollow } from "./discussions.ts";
import { receiveReceipt } from "./erasures/erasing.ts";
import { receiveDelete } from "./erasures/erasures.ts";
import { receiveMove } from "./moving.ts";
import { giveAgain, reactionKindOf, receiveReaction } from "./reactions.ts";
import { tagsMax, typeOf, uriOf, urisOf, type WirePost } from "./reading.ts";
import { readActivity, type WireActivity } from "./reading-activities.ts";
import { promiseRefresh } from "./refresh-jobs.ts";
import { embeddedPost, hasText, plainReplyOf, replyOf, type TakeReply } from "./replies.ts";
import { notesNamedIn, readReport } from "./reports.ts";
import { isMessage, receiveMessage } from "./statements.ts";
import { receivePassedOn, wrappedIn } from "./threads/passed-on.ts";
import { isOfConcern, releaseWaiting, waitForParent } from "./threads/waiting.ts";
import { hasCivicLink, type Json } from "./vocabulary.ts";

export interface Received {
  readonly tx: Tx;
  readonly now: Date;
  readonly activity: WireActivity;
  /** Who speaks, verified: the signature is theirs. */
  readonly from: Actor;
  /** Kept for a moderator to look at before anyone else does. */
  readonly isLimited: boolean;
  /** The activity as it came, for what is checked or kept byte by byte. */
  readonly payload: Json;
  /** Whether it is signed by a key its actor was known by before; asked of a Delete only. */
  readonly isByKnownKey: boolean;
  /** Whether another server brought it: what its actor once signed, which anyone may bring again at any time. */
  readonly isForwarded: boolean;
}

type Receive = (received: Received) => Promise<void>;

const table: Readonly<Record<string, Receive>> = {
  Follow: receiveFollowing,
  Accept: async (received) => void ((await receiveReceipt(received)) || (await receiveAnswer(received, "accepted"))),
  Reject: (received) => receiveAnswer(received, "rejected"),
  Create: receiveCreate,
  Update: receiveUpdate,
  Delete: receiveDelete,
  Like: (received) => receiveReaction(received, "like"),
  EmojiReact: (received) => receiveReaction(received, "like"),
  Announce: receiveAnnounce,
  Undo: receiveUndo,
  Offer: receiveRelation,
  Flag: receiveReport,
  Block: receiveBlocking,
  Move: receiveMove,
};

/** Follow and Undo are idempotent by state, since some servers use one id twice, and a Follow is always answered. */
const idempotentByState = new Set(["Follow", "Undo"]);

export type Verdict = "done" | "repeated" | "refused" | "ignored";

/**
 * Gives a verified activity its effect, once.
 * @returns `ignored` for types we do not know: acknowledged, without a trace.
 * @throws what is no {@link Refused}: the door answers 5xx and the peer sends it again.
 */
export async function receive(
  sql: Sql,
  payload: Json,
  from: Actor,
  {
    isLimited,
    now,
    isByKnownKey = false,
    isForwarded = false,
    takeReply = null,
  }: { isLimited: boolean; now: Date; isByKnownKey?: boolean; isForwarded?: boolean; takeReply?: TakeReply | null },
): Promise<{ verdict: Verdict; reason?: string }> {
  try {
    const activity = readActivity(payload);
    const row = Object.hasOwn(table, activity.type) ? table[activity.type] : undefined;
    if (row === undefined) return { verdict: "ignored" };
    refuseUnless(activity.actorUri === from.uri, "forged");
    const reply = takeReply === null ? null : plainReplyOf({ activity, from, isLimited, now });
    if (reply !== null && (await takeReply?.(reply))) return { verdict: "done" };
    const isNew = await withTransaction(sql, async (tx) => {
      const received = { tx, now, activity, from, isLimited, payload, isByKnownKey, isForwarded };
      if (goesAhead.has(activity.type)) return await takeAhead(received, row);
      if (!idempotentByState.has(activity.type) && !(await isFirst(tx, activity.id, now)))
        return await giveAgain(received);
      await row(received);
      return true;
    });
    return { verdict: isNew ? "done" : "repeated" };
  } catch (error) {
    if (error instanceof Repeated) return { verdict: "repeated" };
    // Too much of one server at a time is no no: it is told to come back.
    if (error instanceof Refused && error.code !== "too-many-requests")
      return { verdict: "refused", reason: error.code };
    throw error;
  }
}

/** What is mostly new: its effect does not wait to hear that its id is, and is taken back where it is not. */
const goesAhead = new Set(["Create"]);

class Repeated extends Error {}

async function takeAhead(received: Received, row: Receive): Promise<true> {
  const [first, effect] = await Promise.allSettled([
    isFirst(received.tx, received.activity.id, received.now),
    row(received),
  ]);
  if (first.status === "rejected") throw first.reason;
  if (!first.value) throw new Repeated();
  if (effect.status === "rejected") throw effect.reason;
  return true;
}

async function isFirst(tx: Tx, uri: string, now: Date): Promise<boolean> {
  const rows = await tx`
    insert into received_activity (uri, received_at) values (${uri}, ${now}) on conflict do nothing returning 1`;
  return rows.length > 0;
}

async function receiveFollowing({ tx, now, activity, from }: Received): Promise<void> {
  const uri = activity.objectUri ?? "";
  const known = await findActor(tx, uri);
  const followed = known === null || known.kind === "discussion" ? await discussionToFollow(tx, uri, now) : known;
  refuseUnless(followed !== null && followed.origin === null, "not-found");
  await receiveFollow(tx, { uri: activity.id, follower: from, followed }, now);
}

/** The Follow may be embedded or named; where it is only named, it is one of ours or nothing. */
async function receiveAnswer(received: Received, state: "accepted" | "rejected"): Promise<void> {
  const { tx, now, activity, from } = received;
  if (await receiveRelationAnswer(received, state)) return;
  const embedded = activity.object !== null && typeOf(activity.object) === "Follow" ? activity.object : null;
  const [named] = await tx<{ followerUri: string }[]>`
    select actor.uri as follower_uri from follow join actor on actor.id = follow.follower_id
    where follow.uri = ${activity.objectUri ?? ""} and actor.origin is null`;
  const followerUri = named?.followerUri ?? (embedded === null ? null : uriOf(embedded.actor));
  refuseUnless(followerUri !== null && followerUri !== undefined, "not-found");
  const isAccepted = await receiveFollowAnswer(tx, { followerUri, followedUri: from.uri, state }, now);
  if (isAccepted) {
    await enqueue(tx, {
      kind: "start-backfill",
      payload: { actorUri: from.uri },
      uniqueKey: `start-backfill:${from.uri}`,
    });
  }
}

/** Whether a thing is told us by a node whose process or city we follow: then its own server is asked for the whole. */
async function isFromFollowed({ tx, activity, from }: Received): Promise<boolean> {
  if (await isFollowedHere(tx, from.uri)) return true;
  const audience = activity.object === null ? null : uriOf(activity.object.audience);
  if (audience === null || new URL(audience).origin !== new URL(from.uri).origin) return false;
  return await isFollowedHere(tx, audience);
}

/** A public thing that does not come along, only its address: it is read there. */
const isOnlyNamed = ({ object, isPublic }: WireActivity): boolean =>
  isPublic && (object === null || typeOf(object) === "");

async function receiveCreate(received: Received): Promise<void> {
  const { tx, now, activity, from } = received;
  const uri = activity.objectUri;
  refuseUnless(uri !== null && new URL(uri).origin === new URL(from.uri).origin, "forged");
  if (isMessage(activity.object) && (await receiveMessage(received, activity.object))) return;
  const post = embeddedPost(activity);
  if (isOnlyNamed(activity)) return await promiseRefresh(tx, uri);
  const isVoice = post !== null && !isInstitution(from.type) && !hasCivicLink(activity.object ?? {}) && hasText(post);
  if (post !== null && !isVoice && (await isEarly(received, post))) return;
  // A reply by a person is here in full. What an institution or its process brings is read at its own address.
  if ((post?.inReplyTo == null || isInstitution(from.type)) && (await isFromFollowed(received)))
    return await promiseRefresh(tx, uri);
  refuseUnless(post?.inReplyTo != null, "unsupported-object");
  // A vote in a poll, which decides nothing here, is a name without a text (snac: a lone line break). NodeBB names its
  // replies too, and those have text.
  refuseUnless(hasText(post), "unsupported-object");
  // A comment of another Koinon node: the person's name and side are read at its own address.
  if (isInstitution(from.type) || hasCivicLink(activity.object ?? {})) {
    refuseUnless((await findSubject(tx, post.inReplyTo)) !== null, "not-found");
    return await promiseRefresh(tx, uri);
  }
  const reply = replyOf(post, received);
  let release = async () => {
    release = async () => {};
    await releaseWaiting(tx, post.id);
  };
  try {
    const reception = await receiveComment(tx, reply, now, () => release());
    if (reception === "published") await promiseArrivals(tx, [reply.uri], now);
  } catch (error) {
    // Asked after the fact: what is answered is here nearly always.
    const isUnknown = error instanceof Refused && error.code === "not-found";
    if (isUnknown && (await isEarly(received, post))) return;
    throw error;
  }
  await release();
}

/** A reply that concerns us has come before what it answers: it waits, and that is fetched. */
async function isEarly({ tx, now, activity }: Received, post: WirePost): Promise<boolean> {
  if (post.inReplyTo === null || (await findSubject(tx, post.inReplyTo)) !== null) return false;
  const { to, cc } = activity.object ?? {};
  const addressees = [...urisOf(to), ...urisOf(cc)].slice(0, tagsMax);
  if (!(await isOfConcern(tx, post, addressees))) return false;
  return await waitForParent(tx, { uri: post.id, parentUri: post.inReplyTo, contextUri: post.contextUri }, now);
}

async function receiveUpdate(received: Received): Promise<void> {
  const { tx, now, activity, from } = received;
  const uri = activity.objectUri;
  refuseUnless(uri !== null && new URL(uri).origin === new URL(from.uri).origin, "forged");
  if (uri === from.uri) return await promiseRefresh(tx, uri);
  if (isMessage(activity.object) && (await receiveMessage(received, activity.object))) return;
  const subject = await findSubject(tx, uri);
  if (await isFromFollowed(received)) return await promiseRefresh(tx, uri);
  if (subject === null) return await receiveCreate(received); // it has overtaken its Create
  refuseUnless(subject.authorUri === from.uri, "not-found");
  if (isInstitution(from.type)) return await promiseRefresh(tx, uri);
  if (isOnlyNamed(activity)) return await promiseRefresh(tx, uri);
  const post = embeddedPost(activity);
  refuseUnless(post !== null && subject.kind === "comment", "unsupported-object");
  const update = {
    uri,
    authorUri: from.uri,
    html: post.html,
    language: post.language,
    updatedAt: post.updatedAt ?? now,
    activityUri: activity.id,
  };
  await receiveCommentUpdate(tx, update, now);
}

/** A boost of ours is goodwill; a boost by a node we follow, of its own thing, is news of that thing. */
async function receiveAnnounce(received: Received): Promise<void> {
  const { tx, activity, from } = received;
  const wrapped = wrappedIn(activity);
  if (wrapped !== null) return await receivePassedOn(received, wrapped);
  const subject = await findSubject(tx, activity.objectUri ?? "");
  if (subject?.origin === null) {
    refuseUnless(activity.isPublic, "not-found");
    return await receiveReaction(received, "share");
  }
  const uri = activity.objectUri;
  refuseUnless(uri !== null && new URL(uri).origin === new URL(from.uri).origin, "not-found");
  refuseUnless(await isFollowedHere(tx, from.uri), "not-found");
  await promiseRefresh(tx, uri);
}

/** Undone by what is embedded, as all servers send it, or by the id of a like or a boost we know. */
async function receiveUndo({ tx, activity, from }: Received): Promise<void> {
  const undone = activity.object;
  if (undone !== null) refuseUnless(uriOf(undone.actor) === null || uriOf(undone.actor) === from.uri, "forged");
  const type = undone === null ? null : typeOf(undone);
  const target = undone === null ? null : uriOf(undone.object);
  if (type === "Follow") {
    const followed = await findActor(tx, target ?? "");
    if (followed !== null && followed.origin === null) await endFollow(tx, from.id, followed.id);
    return;
  }
  const [known] = await tx<{ subjectUri: string; kind: ReactionKind }[]>`
    select subject_uri, kind from reaction where activity_uri = ${activity.objectUri} and actor_id = ${from.id}`;
  const kind = known?.kind ?? reactionKindOf(type);
  const subjectUri = known?.subjectUri ?? target;
  refuseUnless(kind !== null && subjectUri !== null, "unsupported-object");
  // One that another has taken the place of: its end came after that (Misskey's changed reaction, in two deliveries).
  const told = known === undefined ? await tx`select from received_activity where uri = ${activity.objectUri}` : [];
  if (told.length > 0) return;
  await removeReaction(tx, { subjectUri, voice: { actorId: from.id }, kind });
}

async function receiveReport({ tx, now, activity, from }: Received): Promise<void> {
  const { text: content, summary } = activity;
  const objectUris = [...activity.objectUris, ...notesNamedIn(content)];
  await receiveFlag(tx, { actor: from, objectUris, ...readReport(content, summary) }, now);
}

async function receiveBlocking({ tx, activity, from }: Received): Promise<void> {
  const blocked = await findActor(tx, activity.objectUri ?? "");
  refuseUnless(blocked !== null && blocked.origin === null, "not-found");
  await receiveBlock(tx, from, blocked);
}
