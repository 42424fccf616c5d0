// In: what others take back. A Delete that is signed by a key its author is known by is taken as it is, and a receipt goes
// back. Anything less is looked into: a thing that its own server has not is hidden, and only an author's signature, a
// signed record or an operator erases it.
import type { Actor, ActorKey } from "../../src/actors/actor.ts";
import { findActor, getActorOfKind, listKnownKeys } from "../../src/actors/queries.ts";
import { eraseRemoteComment, receiveCommentDelete } from "../../src/comments/remote.ts";
import { eraseThing } from "../../src/erasures/actions.ts";
import { confirmDoubt, dropDoubt, noteDoubt } from "../../src/erasures/doubt-actions.ts";
import { partDigestIn } from "../../src/erasures/erasure.ts";
import { findDoubt, inboxOfServer, isKoinonNode } from "../../src/erasures/queries.ts";
import { copyErasers } from "../../src/front/copy-erasers.ts";
import { signDocument } from "../../src/platform/data-integrity.ts";
import { type Sql, type Tx, withTransaction } from "../../src/platform/db.ts";
import { newId } from "../../src/platform/ids.ts";
import { enqueue } from "../../src/platform/jobs.ts";
import { Refused, refuseUnless } from "../../src/platform/refusal.ts";
import { openUris, originOf } from "../../src/platform/uris.ts";
import { purgePartsNamed } from "../../src/records/actions.ts";
import { keysFollowing } from "../../src/records/known-key-actions.ts";
import { signerOf } from "../../src/records/signing.ts";
import { setHidden, subjectForUpdate } from "../../src/subjects/actions.ts";
import { findSubject, isErasedHere } from "../../src/subjects/queries.ts";
import type { Subject } from "../../src/subjects/subject.ts";
import { findGone } from "../gone.ts";
import type { Received } from "../inbox.ts";
import { uriOf } from "../reading.ts";
import { readActor } from "../reading-actors.ts";
import { promiseFarewell, promiseRefresh } from "../refresh-jobs.ts";
import { type Remote, readOrWhyNot, refresh } from "../remote.ts";
import type { Documents } from "../trust/documents.ts";
import type { Knock } from "../trust/guard.ts";
import { verifyRequest } from "../trust/verify.ts";
import { AS2, type Json } from "../vocabulary.ts";
import { postingOf } from "./erasing.ts";

/**
 * Whether an activity is signed by a key its actor was known by before it came, or by one that follows on it in the signed
 * history of an institution's keys. Asked of each Delete: the signature is good already, but a domain that has changed
 * hands has a good one too, and an actor that is gone has none any more.
 */
export async function isByKnownKey(remote: Remote, knock: Knock, now: () => Date): Promise<boolean> {
  const actorUri = knock.actor.href;
  const known = await listKnownKeys(remote.sql, actorUri);
  if (known.length === 0) return false;
  // Passed on by another server: the signature in the body was checked with the keys in the actor's document.
  if (knock.signatures.length === 0) return await showsKnownKeys(remote, actorUri, known, now());
  const publicKey = known.map(({ id, key }) => ({ id, owner: actorUri, publicKeyPem: key }));
  const document = { id: actorUri, publicKey };
  const remembered: Pick<Documents, "loader" | "forget"> = {
    loader: async () => ({ contextUrl: null, document, documentUrl: actorUri }),
    forget: () => false,
  };
  if ((await verifyRequest(knock, { documents: remembered, now })).kind === "verified") return true;
  return await hasFollowed(remote, actorUri, known, now());
}

/** Whether every key in the document of an actor, as it was just verified with, is one it is known by. */
async function showsKnownKeys(
  remote: Remote,
  actorUri: string,
  known: readonly ActorKey[],
  now: Date,
): Promise<boolean> {
  const { document } = await remote.documents.loader(actorUri);
  const { keys } = readActor(document);
  if (keys.length > 0 && keys.every(({ key }) => known.some((one) => one.key === key))) return true;
  return await hasFollowed(remote, actorUri, known, now);
}

/** Whether the document of an actor now shows a key that its history has in the place of one that was known. */
async function hasFollowed(remote: Remote, actorUri: string, known: readonly ActorKey[], now: Date): Promise<boolean> {
  const seen = known.flatMap(({ id, key }) => (key.startsWith("z") ? [{ uri: id, multibase: key }] : []));
  const following = seen.length === 0 ? [] : await keysFollowing(remote.sql, actorUri, seen, now);
  if (following.length === 0) return false;
  const found = await remote.documents.loader(actorUri).catch(() => null);
  if (found === null) return false;
  const { keys } = readActor(found.document);
  return keys.some(({ id, key }) => following.some(({ uri, multibase }) => uri === id && multibase === key));
}

/**
 * Its author takes a thing back, or an actor leaves. With a reason it is a moderator's, and may come back. Said with a key
 * that the author is not known by it erases nothing and is put before the operator; said by anyone else on its server it
 * is only a hint to ask there.
 */
export async function receiveDelete(received: Received): Promise<void> {
  const { tx, now, activity, from, isByKnownKey: isTheirs } = received;
  const uri = activity.objectUri;
  refuseUnless(uri !== null, "unsupported-object");
  refuseUnless(originOf(uri) === originOf(from.uri), "forged");
  if (partDigestIn(uri) !== null) return await receivePartsDelete(received);
  const subject = await subjectForUpdate(tx, uri);
  const isActor = uri === from.uri;
  const isAuthor = isActor || subject?.authorUri === from.uri;
  if (subject !== null && !isAuthor) return await receiveFromOther(received, subject);
  if ((isActor || subject !== null) && !isTheirs) return await noteDoubt(tx, uri, "other-key", now);
  if (activity.text !== "") return await setAsideThing(received, uri, subject);
  if (isActor) await eraseActor(tx, from, now);
  else if (subject === null) await receiveCommentDelete(tx, uri, from.uri, now, { activityUri: activity.id });
  else await eraseCopy(tx, subject, activity.id, now);
  await sendReceipt(tx, { activityUri: activity.id, to: from }, now);
}

/** The owner of the thread a comment stands in has a say; anyone else's word is a reason to ask its own server. */
async function receiveFromOther({ tx, now, activity, from }: Received, { uri, kind }: Subject): Promise<void> {
  if (kind !== "comment") return await promiseRefresh(tx, uri);
  const said = { reason: activity.text, activityUri: activity.id };
  try {
    await tx.savepoint((inner) => receiveCommentDelete(inner as Tx, uri, from.uri, now, said));
  } catch (error) {
    if (!(error instanceof Refused) || error.code !== "not-allowed") throw error;
    await promiseFarewell(tx, uri);
  }
}

/** Hidden where it comes from, for a reason that is shown here too. */
async function setAsideThing(
  { tx, now, activity, from }: Received,
  uri: string,
  subject: Subject | null,
): Promise<void> {
  if (subject === null || subject.kind === "comment") {
    const said = { reason: activity.text, activityUri: activity.id };
    return await receiveCommentDelete(tx, uri, from.uri, now, said);
  }
  if (subject.hiddenAt === null) await setHidden(tx, uri, activity.text, now, "origin");
}

/** The mirrors of our thread hear of a comment's end from us. */
async function eraseCopy(tx: Tx, { uri, kind }: Subject, activityUri: string | null, now: Date): Promise<void> {
  if (kind === "comment") await eraseRemoteComment(tx, uri, activityUri, now);
  await eraseThing(tx, copyErasers, uri, now);
}

/** Everything an actor wrote here, its name, its likes and its follows. */
async function eraseActor(tx: Tx, actor: Actor, now: Date): Promise<void> {
  const written = await tx<{ uri: string }[]>`
    select uri from subject where author_id = ${actor.id} and origin is not null and kind = 'comment' order by uri`;
  for (const { uri } of written) {
    const subject = await findSubject(tx, uri);
    if (subject !== null) await eraseCopy(tx, subject, null, now);
  }
  await eraseThing(tx, copyErasers, actor.uri, now);
}

/**
 * Parts of a record that named a person are deleted, while the thing (`origin` of the Delete) stays: it is read anew, and
 * then the parts are emptied. The receipt says that both were done.
 */
async function receivePartsDelete({ tx, activity, from, isByKnownKey: isTheirs, payload }: Received): Promise<void> {
  refuseUnless(isTheirs, "forged");
  const subjectUri = uriOf(payload.origin);
  refuseUnless(subjectUri !== null && originOf(subjectUri) === originOf(from.uri), "forged");
  const parts = activity.objectUris.filter((uri) => originOf(uri) === originOf(from.uri));
  const digests = parts.flatMap((uri) => partDigestIn(uri) ?? []);
  await enqueue(tx, {
    kind: "purge-parts",
    payload: { subjectUri, digests, activityUri: activity.id, actorUri: from.uri },
    key: `refresh:${new URL(subjectUri).host}`,
  });
}

export interface PartsDelete {
  readonly subjectUri: string;
  readonly digests: readonly string[];
  readonly activityUri: string;
  readonly actorUri: string;
}

/** The job `purge-parts`. @throws what makes a job be tried again while the thing cannot be read anew. */
export async function purgeNamedParts(remote: Remote, purge: PartsDelete, now: Date): Promise<void> {
  const { subjectUri, digests, activityUri, actorUri } = purge;
  if ((await findSubject(remote.sql, subjectUri)) !== null) await refresh(remote, subjectUri, now);
  await withTransaction(remote.sql, async (tx) => {
    await purgePartsNamed(tx, subjectUri, digests, now);
    const to = await findActor(tx, actorUri);
    if (to !== null) await sendReceipt(tx, { activityUri, to }, now);
  });
}

type Addressee = Pick<Actor, "uri" | "inboxUri" | "sharedInboxUri">;

/**
 * Answers a Koinon node with a receipt: an Accept of its Delete by the actor of this node, with a proof (FEP-8b32) that can
 * be shown to others. Other servers would not know what to do with it.
 */
async function sendReceipt(
  tx: Tx,
  { activityUri, to }: { activityUri: string; to: Addressee },
  now: Date,
): Promise<void> {
  const inbox = to.sharedInboxUri ?? to.inboxUri;
  if (!(await isKoinonNode(tx, new URL(to.uri).host))) return;
  const node = await getActorOfKind(tx, "node");
  const receipt = {
    "@context": [AS2, "https://w3id.org/security/data-integrity/v2"],
    id: openUris(originOf(node.uri)).activity(newId(now)),
    type: "Accept",
    actor: node.uri,
    to: [to.uri],
    published: now.toISOString(),
    object: activityUri,
  };
  const signed = signDocument(receipt, { ...(await signerOf(tx, node.uri)), created: now });
  await enqueue(tx, postingOf(signed as Json, inbox, `receipts\n${originOf(inbox)}`, now));
}

/** An actor that was erased here long ago says so once more: its node has lost our receipt. */
export async function confirmErased(sql: Sql, actorUri: string, activityUri: string, now: Date): Promise<void> {
  if (!(await isErasedHere(sql, actorUri))) return;
  const inboxUri = await inboxOfServer(sql, new URL(actorUri).host);
  const to = { uri: actorUri, inboxUri: inboxUri ?? "", sharedInboxUri: null };
  if (inboxUri !== null) await withTransaction(sql, (tx) => sendReceipt(tx, { activityUri, to }, now));
}

/**
 * The owner of a thread says that a comment is gone, and its own server does not have it either. Where that server is
 * still in the hands its author is known by, three have said so, and it is erased; else it is only hidden.
 */
export async function bidFarewell(remote: Remote, uri: string, now: Date): Promise<void> {
  const found = await readOrWhyNot(remote, uri);
  if (typeof found !== "string") return await refresh(remote, uri, now);
  const subject = await findSubject(remote.sql, uri);
  if (subject === null || subject.origin === null || subject.kind !== "comment") return;
  if (!(await isInKnownHands(remote, subject.authorUri, now))) return await findGone(remote.sql, uri, now);
  await withTransaction(remote.sql, (tx) => eraseCopy(tx, subject, null, now));
}

/** Whether an actor's document, read now, shows a key it is known by. */
async function isInKnownHands(remote: Remote, actorUri: string | null, now: Date): Promise<boolean> {
  if (actorUri === null) return false;
  const known = await listKnownKeys(remote.sql, actorUri);
  const found = await readOrWhyNot(remote, actorUri);
  if (typeof found === "string" || found.url.href !== new URL(actorUri).href) return false;
  const { keys } = readActor(found.json);
  return (
    keys.some(({ key }) => known.some((one) => one.key === key)) || (await hasFollowed(remote, actorUri, known, now))
  );
}

/** The job `erasure-doubt`: asks once more whether a server really does not have what was hidden here. */
export async function askAgain(remote: Remote, uri: string, now: Date): Promise<void> {
  const doubt = await findDoubt(remote.sql, uri);
  if (doubt === null || doubt.standing !== "open") return;
  const found = await readOrWhyNot(remote, uri);
  if (typeof found === "string") return await withTransaction(remote.sql, (tx) => confirmDoubt(tx, uri, now));
  await withTransaction(remote.sql, (tx) => dropDoubt(tx, uri, now));
  await refresh(remote, uri, now);
}
