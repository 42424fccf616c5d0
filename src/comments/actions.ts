// The verbs of comments, as people of this node use them. What arrives from other servers is in remote-actions.ts.
// Each: load → ask comment.ts → write → recordEvent, in one transaction. Counts are the register's business.
import type { Account } from "../accounts/account.ts";
import { getActorOfKind } from "../actors/queries.ts";
import { openErasure } from "../erasures/actions.ts";
import { recordEvent } from "../events.ts";
import { holdForModeration } from "../moderation/actions.ts";
import { judgeContribution } from "../moderation/list-queries.ts";
import { followOwn } from "../notices/following-actions.ts";
import { type Sql, type Tx, together, withTransaction } from "../platform/db.ts";
import { isId, newId } from "../platform/ids.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { isLanguageTag, tidyText } from "../platform/text.ts";
import type { Uris } from "../platform/uris.ts";
import type { Phase } from "../processes/process.ts";
import { findProcess, phasesOf } from "../processes/queries.ts";
import { forgetVoice } from "../records/tally-actions.ts";
import { deleteSubject, enterSubject, subjectForUpdate, touchSubject } from "../subjects/actions.ts";
import { type Above, findSubject } from "../subjects/queries.ts";
import type { Stance, Subject } from "../subjects/subject.ts";
import {
  type Comment,
  checkBody,
  checkMaySpeak,
  editWindowMinutesDefault,
  isEditable,
  timeInThread,
} from "./comment.ts";
import { findCommentOnce, getComment } from "./queries.ts";

export interface NewComment {
  /** The thing whose thread it is for, ours or another node's that is kept here. */
  readonly targetUri: string;
  /** The comment it replies to; null when it speaks to the thing itself. */
  readonly parentUri: string | null;
  readonly stance: Stance | null;
  /** Markdown. */
  readonly body: string;
  readonly language: string;
  /** Made with the form: the same one twice is the same comment, and the second time changes nothing. */
  readonly once?: string | null;
}

/**
 * Publishes a comment under anything public that has a URI, and tells the node that owns it.
 * It speaks through the person's own actor where they asked for one, else through the process, or on another node's
 * process through the residents of this city.
 *
 * Where the city wants so, it waits for a moderator before anyone else reads it.
 *
 * @throws Refused `invalid-input`, `too-large`, `phase-closed`, `not-found`, `words-refused`, and `gone` for what was
 * deleted meanwhile.
 */
export async function publishComment(
  sql: Sql,
  uris: Uris,
  by: Account,
  input: NewComment,
  now: Date,
): Promise<Comment> {
  const body = tidyText(input.body);
  checkBody(body);
  refuseUnless(isLanguageTag(input.language), "invalid-input", { field: "language" });
  refuseUnless(input.stance === null || input.parentUri === null, "invalid-input", { field: "stance" });
  const once = input.once ?? null;
  refuseUnless(once === null || isId(once), "invalid-input", { field: "once" });
  return await withTransaction(sql, async (tx) => {
    // One person's forms one after the other, so that the second of two equal ones finds the first.
    await tx`select from account where id = ${by.id} for no key update`;
    const earlier = once === null ? null : await findCommentOnce(tx, by.id, once);
    if (earlier !== null) return earlier;
    const place = await placeForUpdate(tx, input.parentUri ?? input.targetUri);
    refuseUnless(place.thread.uri === input.targetUri, "invalid-input", { field: "parentUri" });
    checkMaySpeak(place.spokenTo, place.phases, now);
    const heldBecause = await judgeContribution(tx, {
      accountId: by.id,
      text: body,
      language: input.language,
      field: "body",
    });
    const id = newId(timeInThread(now, place.parent));
    const uri = uris.comment(id);
    await enterSubject(tx, {
      uri,
      id,
      kind: "comment",
      origin: null,
      url: uri,
      authorId: by.actorId ?? (await institutionFor(tx, place.thread)),
      authorName: by.publicName,
      processUri: place.thread.processUri,
      threadUri: place.thread.uri,
      parentUri: place.parent?.uri ?? null,
      stance: input.stance,
      title: "",
      language: input.language,
      publishedAt: now,
    });
    await tx`insert into comment ${tx({ uri, id, accountId: by.id, once, body, ...place.inBranch })}`;
    await keepVersion(tx, uri, 1, body, now);
    await recordEvent(tx, { type: "CommentPublished", subjectUri: uri, data: {} }, now);
    if (heldBecause !== null) await holdForModeration(tx, uri, now, heldBecause);
    await followOwn(tx, by.id, uri, true, now);
    return await getComment(tx, uri);
  });
}

/** Where a voice would stand, locked. */
export interface CommentPlace {
  readonly thread: Subject;
  readonly parent: Subject | null;
  /** All of them must be public for anyone to speak here. */
  readonly spokenTo: readonly Subject[];
  /** Those of the process of this node that has a say; null for another node's and for what belongs to none. */
  readonly phases: readonly Phase[] | null;
  readonly inBranch: { readonly branchUri: string | null; readonly depth: number };
}

/** What leads to where a voice would stand, as it is known before anything is locked. */
export interface Way extends Above {
  /** Of the process of this node that has a say over the thing itself; null elsewhere. */
  readonly ownProcessUri: string | null;
}

/**
 * @param spokenToUri a thing, or a comment in its thread.
 * @param way where the caller knows it already; null where there is nothing.
 * @throws Refused `not-found`.
 */
export async function placeForUpdate(tx: Tx, spokenToUri: string, way?: Way | null): Promise<CommentPlace> {
  const ahead = way?.ownProcessUri ?? null;
  const [spokenTo, known] = await together(
    subjectForUpdate(tx, spokenToUri, way),
    ahead === null ? null : phasesOf(tx, ahead),
  );
  refuseUnless(spokenTo !== null, "not-found");
  if (spokenTo.kind !== "comment") {
    const phases = known !== null && spokenTo.processUri === ahead ? known : await ownPhases(tx, spokenTo);
    return { thread: spokenTo, parent: null, spokenTo: [spokenTo], phases, inBranch: { branchUri: null, depth: 0 } };
  }
  const [thread, parent] = [await findSubject(tx, spokenTo.threadUri ?? ""), await getComment(tx, spokenToUri)];
  refuseUnless(thread !== null, "not-found");
  return {
    thread,
    parent: spokenTo,
    spokenTo: [thread, spokenTo],
    phases: await ownPhases(tx, thread),
    inBranch: { branchUri: parent.branchUri ?? parent.uri, depth: parent.depth + 1 },
  };
}

/** What is ours belongs to a process of ours or to none; what is another node's belongs to another node's. */
const ownPhases = async (tx: Tx, thread: Subject): Promise<readonly Phase[] | null> =>
  thread.origin === null && thread.processUri !== null ? await phasesOf(tx, thread.processUri) : null;

async function institutionFor(tx: Tx, thread: Subject): Promise<string> {
  const process =
    thread.origin === null && thread.processUri !== null ? await findSubject(tx, thread.processUri) : null;
  return process?.authorId ?? (await getActorOfKind(tx, "residents")).id;
}

/**
 * Changes the text, within the process's window or a day; the texts before stay readable.
 * The side it takes stays: others have answered it.
 * @throws Refused `not-allowed`, `edit-window-over`, `changed-meanwhile` when `version` is no longer the current one.
 */
export async function editComment(
  sql: Sql,
  by: Account,
  uri: string,
  input: { body: string; version: number },
  now: Date,
): Promise<Comment> {
  const body = tidyText(input.body);
  checkBody(body);
  return await withTransaction(sql, async (tx) => {
    const comment = await ownCommentForUpdate(tx, by, uri);
    refuseUnless(isEditable(comment, await editWindowMinutes(tx, comment), now), "edit-window-over");
    if (comment.body === body) return comment;
    refuseUnless(comment.version === input.version, "changed-meanwhile");
    const language = comment.language ?? "";
    const heldBecause = await judgeContribution(tx, { accountId: by.id, text: body, language, field: "body" });
    const version = comment.version + 1;
    await tx`update comment set body = ${body}, version = ${version}, edited_at = ${now} where uri = ${uri}`;
    await keepVersion(tx, uri, version, body, now);
    await touchSubject(tx, uri, {}, now);
    await recordEvent(tx, { type: "CommentChanged", subjectUri: uri, data: {} }, now);
    if (heldBecause === "words") await holdForModeration(tx, uri, now, heldBecause);
    return await getComment(tx, uri);
  });
}

/** What the process of this node allows, else a day. */
export async function editWindowMinutes(sql: Sql, comment: Pick<Comment, "processUri">): Promise<number> {
  const process = comment.processUri === null ? null : await findProcess(sql, comment.processUri);
  return process?.origin === null ? process.editWindowMinutes : editWindowMinutesDefault;
}

/**
 * Its author takes a comment back, at any time and also when it is hidden. Text and history are erased for good; what
 * others replied keeps its place. Deleting twice is once.
 */
export async function deleteComment(sql: Sql, by: Account, uri: string, now: Date): Promise<void> {
  await withTransaction(sql, async (tx) => {
    const comment = await ownCommentForUpdate(tx, by, uri);
    if (comment.deletedAt !== null) return;
    await eraseComment(tx, uri, now);
    await openErasure(tx, { subjectUri: uri, kind: "comment", accountId: by.id }, now);
    const { authorUri, threadUri, parentUri } = comment;
    await recordEvent(tx, { type: "CommentDeleted", subjectUri: uri, data: { authorUri, threadUri, parentUri } }, now);
  });
}

/** Erases the text and its history, and takes the comment off pages, collections and counts. */
export async function eraseComment(tx: Tx, uri: string, now: Date): Promise<void> {
  await deleteSubject(tx, uri, now);
  await tx`update comment set body = '' where uri = ${uri}`;
  await tx`delete from comment_version where comment_uri = ${uri}`;
}

/**
 * Takes a person's name off what they wrote, when their account is closed. Where an institution lent its voice the
 * other servers are told, since the name stood in the text they got.
 */
export async function forgetCommenter(tx: Tx, accountId: string, now: Date): Promise<void> {
  const written = await tx<{ uri: string; isNamed: boolean }[]>`
    update subject set author_name = '' from comment
    where comment.uri = subject.uri and comment.account_id = ${accountId}
    returning subject.uri, subject.deleted_at is null and subject.hidden_at is null as is_named`;
  for (const { uri, isNamed } of written) {
    // Also of what is hidden: its part is only withheld.
    await forgetVoice(tx, uri, now);
    if (!isNamed) continue;
    await touchSubject(tx, uri, {}, now);
    await recordEvent(tx, { type: "CommentChanged", subjectUri: uri, data: { isAuthorForgotten: true } }, now);
  }
  await tx`update comment set account_id = null, once = null where account_id = ${accountId}`;
}

/** Locked, with the thread it stands in. */
async function ownCommentForUpdate(tx: Tx, by: Account, uri: string): Promise<Comment> {
  await subjectForUpdate(tx, uri);
  const comment = await getComment(tx, uri);
  refuseUnless(comment.accountId === by.id, "not-allowed");
  return comment;
}

async function keepVersion(tx: Tx, uri: string, version: number, body: string, now: Date): Promise<void> {
  await tx`
    insert into comment_version (comment_uri, version, body, edited_at) values (${uri}, ${version}, ${body}, ${now})`;
}
