// Whole activities inside an Announce (FEP-1b12): what the owner of a thread tells its mirrors, and what a mirror offers
// the owner. The wrapper proves only that its sender relays: what it tells of is read at its own address, always.

import { isInstitution } from "../../src/actors/actor.ts";
import { isFollowedHere } from "../../src/actors/queries.ts";
import { keepOwnerWord } from "../../src/comments/owner-actions.ts";
import type { Tx } from "../../src/platform/db.ts";
import { refuseUnless } from "../../src/platform/refusal.ts";
import { plainText } from "../../src/platform/rich-text.ts";
import { originOf } from "../../src/platform/uris.ts";
import { findSubject } from "../../src/subjects/queries.ts";
import type { Received } from "../inbox.ts";
import { isObject, textOf, typeOf, uriOf } from "../reading.ts";
import type { WireActivity } from "../reading-activities.ts";
import { promiseFarewell, promiseRefresh } from "../refresh-jobs.ts";
import type { Json } from "../vocabulary.ts";

const wrappedTypes = ["Create", "Update", "Delete"];
const reasonLengthMax = 2_000;

/** The activity an Announce carries; null where it carries a thing. */
export const wrappedIn = ({ object }: WireActivity): Json | null =>
  object !== null && wrappedTypes.includes(typeOf(object)) ? object : null;

/**
 * From someone followed here it is news of the thing it is about; from a mirror of ours, an offer of a voice in a thread of
 * ours.
 * @throws Refused `not-found` from anyone else.
 */
export async function receivePassedOn(received: Received, wrapped: Json): Promise<void> {
  const { tx, from } = received;
  const uri = uriOf(wrapped.object);
  refuseUnless(uri !== null, "unsupported-object");
  if (await isFollowedHere(tx, from.uri)) await heed(received, wrapped, uri);
  else await takeOffer(received, wrapped, uri);
}

async function heed({ tx, now, activity, from }: Received, wrapped: Json, uri: string): Promise<void> {
  const origin = originOf(from.uri);
  const isDelete = typeOf(wrapped) === "Delete";
  const reason = plainText(textOf(wrapped.summary, reasonLengthMax)).trim();
  // What the owner of a thread says of what stands in it is its own to say; of the comment itself it says nothing.
  if (originOf(uri) !== origin && isInstitution(from.type) && (await ownsThreadsHere(tx, origin))) {
    const at = new Date(Math.min(+(activity.publishedAt ?? now), +now));
    const isModeration = isDelete && uriOf(wrapped.actor) === from.uri;
    const word = { commentUri: uri, origin, at };
    if (isModeration) await keepOwnerWord(tx, { ...word, state: "hidden", reason }, now);
    else if (!isDelete) await keepOwnerWord(tx, { ...word, state: "listed", reason: "" }, now);
    if (isModeration) return;
  }
  if (isDelete && reason === "") await promiseFarewell(tx, uri);
  else await promiseRefresh(tx, uri);
}

/** Whether something of a server that could have a thread is kept here. */
async function ownsThreadsHere(tx: Tx, origin: string): Promise<boolean> {
  const rows = await tx`
    select from process join subject on subject.uri = process.uri where subject.origin = ${origin} limit 1`;
  return rows.length > 0;
}

/**
 * A mirror was told, in answer to one of its people, what we may not have been. Only what belongs to a thread of ours is
 * looked at, and only at its own address.
 */
async function takeOffer({ tx, from }: Received, wrapped: Json, uri: string): Promise<void> {
  const isMirror = await tx`
    select from follow join actor on actor.id = follow.follower_id
    where actor.origin = ${originOf(from.uri)} and follow.is_institution and follow.state = 'accepted' limit 1`;
  refuseUnless(isMirror.length > 0, "not-found");
  const object = isObject(wrapped.object) ? wrapped.object : {};
  const context = uriOf(object.context);
  const named = [uri, uriOf(object.inReplyTo), context?.replace(/\/context$/, "") ?? null];
  refuseUnless(await isInOurThread(tx, named), "not-found");
  if (typeOf(wrapped) === "Delete") await promiseFarewell(tx, uri);
  else await promiseRefresh(tx, uri);
}

async function isInOurThread(tx: Tx, uris: readonly (string | null)[]): Promise<boolean> {
  for (const uri of uris) {
    const subject = uri === null ? null : await findSubject(tx, uri);
    const thread = subject?.threadUri ? await findSubject(tx, subject.threadUri) : subject;
    if (thread !== null && thread !== undefined && thread.origin === null) return true;
  }
  return false;
}
