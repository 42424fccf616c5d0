// Writes of the register: enter, change, react, hide, delete. Rooms call these inside their own transaction.
import type { Tx } from "../platform/db.ts";
import { newId } from "../platform/ids.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { recordErasure, recordStanding } from "../records/actions.ts";
import { forgetVoice } from "../records/tally-actions.ts";
import type { ActChange } from "./change.ts";
import { type Above, findAbove, findSubject, isErasedHere, lockSubject } from "./queries.ts";
import { isPublic, type ReactionKind, type Stance, type Subject, type SubjectKind } from "./subject.ts";

export interface NewSubject {
  readonly uri: string;
  readonly id: string;
  readonly kind: SubjectKind;
  readonly origin: string | null;
  readonly url: string;
  readonly authorId: string | null;
  readonly authorName: string;
  readonly processUri: string | null;
  readonly title: string;
  readonly language: string | null;
  readonly publishedAt: Date | null;
  /** Where a comment stands; absent for everything else. */
  readonly threadUri?: string;
  readonly parentUri?: string | null;
  readonly stance?: Stance | null;
}

/**
 * Enters a subject into the register. Called before the room writes its own row.
 * @returns false where its URI is already there: a remote thing that arrives twice.
 * @throws Refused `gone` for another server's thing that was erased here.
 */
export async function enterSubject(tx: Tx, subject: NewSubject): Promise<boolean> {
  const isCounted = subject.publishedAt !== null;
  const threadUri = isCounted ? (subject.threadUri ?? null) : null;
  // One statement, since it is the one that every voice of another server comes to: entered, counted, and noted.
  const rows = await tx`
    with entered as (
      insert into subject ${tx({ ...subject, updatedAt: subject.publishedAt })} on conflict (uri) do nothing returning uri
    ), counted as (
      update subject set comment_count = comment_count + 1 where uri = ${threadUri} and exists (select from entered)
      returning uri, origin
    ), tallied as (insert into tally_change (subject_uri) select uri from counted where origin is null
    ), noted as (
      insert into thread_change (thread_uri, comment_uri)
      select counted.uri, entered.uri from counted, entered where counted.origin is null)
    select from entered`;
  if (rows.length === 0) {
    // A trigger leaves it out: nothing brings back what was erased here, by whichever door it comes.
    refuseUnless(subject.origin === null || !(await isErasedHere(tx, subject.uri)), "gone", { uri: subject.uri });
    return false;
  }
  if (isCounted) await countBesides(tx, subject, 1);
  return true;
}

/** The author's own change of text or status. `updated` moves only here, so counts never look like an edit. */
export async function touchSubject(
  tx: Tx,
  uri: string,
  change: Partial<Pick<Subject, "title" | "language" | "publishedAt" | "authorId" | "authorName" | "url">>,
  now: Date,
): Promise<void> {
  await tx`
    with touched as (update subject set ${tx({ ...change, updatedAt: now })} where uri = ${uri} returning uri, thread_uri)
    insert into thread_change (thread_uri, comment_uri)
    select thread.uri, touched.uri from touched join subject thread on thread.uri = touched.thread_uri
    where thread.origin is null`;
}

/** Deleted by its author: it leaves pages and collections, and its address answers 410 with a Tombstone. */
export async function deleteSubject(tx: Tx, uri: string, now: Date): Promise<void> {
  const subject = await subjectForUpdate(tx, uri);
  if (subject === null || subject.deletedAt !== null) return;
  await tx`
    update subject set deleted_at = ${now}, updated_at = ${now}, title = '', author_name = '', like_count = 0, share_count = 0
    where uri = ${uri}`;
  await tx`delete from reaction where subject_uri = ${uri}`;
  await recordErasure(tx, uri, now);
  if (subject.kind === "comment") await forgetVoice(tx, uri, now);
  if (isPublic(subject)) await countVoice(tx, subject, -1);
}

/**
 * Hidden by a moderator, with a reason that is shown in its place. Null reason: shown again.
 * @param by who hid it, where that was not this node.
 * @returns whether anyone could read it before and cannot now, or the other way round.
 */
export async function setHidden(
  tx: Tx,
  uri: string,
  reason: string | null,
  now: Date,
  by: Subject["hiddenBy"] = null,
): Promise<boolean> {
  const before = await subjectForUpdate(tx, uri);
  if (before === null) return false;
  const hiddenAt = reason === null ? null : (before.hiddenAt ?? now);
  // What is decided about one thing stands from now on, also when a block of its server ends.
  await tx`
    update subject set hidden_at = ${hiddenAt}, hidden_reason = ${reason ?? ""}, hidden_by = ${reason === null ? null : by},
      withheld_at = null
    where uri = ${uri}`;
  await recordStanding(tx, uri, reason, now);
  const isShown = isPublic({ ...before, hiddenAt });
  if (isShown === isPublic(before)) return false;
  await countVoice(tx, before, isShown ? 1 : -1);
  return true;
}

/**
 * A subject, locked with the thread it stands in. Always from the thread down, so that two writers never wait for
 * each other: a reply locks its thread before the comment it replies to as well.
 * @param above where the caller knows it already.
 */
export async function subjectForUpdate(tx: Tx, uri: string, above?: Above | null): Promise<Subject | null> {
  const place = above === undefined ? await findAbove(tx, uri) : above;
  if (place === null) return null;
  for (const lockedUri of [place.threadUri, place.parentUri]) {
    if (lockedUri !== null) await tx`select from subject where uri = ${lockedUri} for no key update`;
  }
  return await lockSubject(tx, uri);
}

/** What a thread says of itself: `comment_count` of the thing and of the comment replied to, and who stands where. */
async function countVoice(
  tx: Tx,
  voice: Pick<NewSubject, "uri" | "threadUri" | "parentUri" | "stance" | "origin"> | Subject,
  by: 1 | -1,
): Promise<void> {
  const { threadUri } = voice;
  if (!threadUri) return;
  await tx`
    with counted as (
      update subject set comment_count = comment_count + ${by} where uri = ${threadUri} returning uri, origin
    ), tallied as (insert into tally_change (subject_uri) select uri from counted where origin is null)
    insert into thread_change (thread_uri, comment_uri) select uri, ${voice.uri} from counted where origin is null`;
  await countBesides(tx, voice, by);
}

/** Of a voice that its thread has counted: at the comment replied to, and with its side. */
async function countBesides(
  tx: Tx,
  { threadUri, parentUri, stance, origin }: Pick<NewSubject, "threadUri" | "parentUri" | "stance" | "origin"> | Subject,
  by: 1 | -1,
): Promise<void> {
  if (parentUri) await tx`update subject set comment_count = comment_count + ${by} where uri = ${parentUri}`;
  if (!stance || !threadUri) return;
  await tx`
    insert into stance_count (thread_uri, stance, is_local, voices) values (${threadUri}, ${stance}, ${origin === null}, ${by})
    on conflict (thread_uri, stance, is_local) do update set voices = stance_count.voices + excluded.voices`;
}

/** Who reacts: an actor of the fediverse, or a person of this node who has no public actor. */
export type Voice = { readonly actorId: string } | { readonly accountId: string };

/**
 * Counts a like or a share once per voice. Goodwill of anyone: it never becomes a support.
 * @returns whether it is new.
 * @throws Refused `not-found` for what is not public here.
 */
export async function addReaction(
  tx: Tx,
  reaction: { subjectUri: string; voice: Voice; kind: ReactionKind; activityUri: string | null },
  now: Date,
): Promise<boolean> {
  const subject = await findSubject(tx, reaction.subjectUri);
  refuseUnless(subject !== null && isPublic(subject), "not-found");
  const { subjectUri, kind, activityUri, voice } = reaction;
  const rows = await tx`
    insert into reaction ${tx({ subjectUri, kind, activityUri, createdAt: now, ...voice })}
    on conflict do nothing returning 1`;
  if (rows.length > 0) await countReaction(tx, subjectUri, kind, 1);
  return rows.length > 0;
}

/** The same like or share of the same actor, told again under another id: by that one it is taken back. */
export async function renameReaction(
  tx: Tx,
  reaction: { subjectUri: string; voice: { readonly actorId: string }; kind: ReactionKind; activityUri: string },
): Promise<void> {
  const { subjectUri, voice, kind, activityUri } = reaction;
  await tx`
    update reaction set activity_uri = ${activityUri}
    where subject_uri = ${subjectUri} and kind = ${kind} and actor_id = ${voice.actorId}`;
}

/**
 * Takes a like or a share back. Nothing happens where there is none.
 * @returns the activity that had told it, null where none had.
 */
export async function removeReaction(
  tx: Tx,
  reaction: { subjectUri: string; voice: Voice; kind: ReactionKind },
): Promise<{ activityUri: string | null } | null> {
  const { subjectUri, kind, voice } = reaction;
  const [row] = await tx<{ activityUri: string | null; isCounted: boolean }[]>`
    delete from reaction where subject_uri = ${subjectUri} and kind = ${kind}
      and ${"actorId" in voice ? tx`actor_id = ${voice.actorId}` : tx`account_id = ${voice.accountId}`}
    returning activity_uri, is_counted`;
  if (row === undefined) return null;
  if (row.isCounted) await countReaction(tx, subjectUri, kind, -1);
  return { activityUri: row.activityUri };
}

/** Takes back every like and share of an actor that is gone. */
export async function removeReactionsOf(tx: Tx, actorUri: string): Promise<void> {
  const reactions = await tx<{ subjectUri: string; kind: ReactionKind; actorId: string }[]>`
    select subject_uri, reaction.kind, actor_id from reaction join actor on actor.id = actor_id
    where actor.uri = ${actorUri} and actor.origin is not null`;
  for (const { subjectUri, kind, actorId } of reactions) {
    await removeReaction(tx, { subjectUri, kind, voice: { actorId } });
  }
}

async function countReaction(tx: Tx, uri: string, kind: ReactionKind, by: 1 | -1): Promise<void> {
  const column = tx(kind === "like" ? "like_count" : "share_count");
  await tx`
    with counted as (
      update subject set ${column} = greatest(0, ${column} + ${by}) where uri = ${uri} returning uri, origin, kind
    ) insert into tally_change (subject_uri) select uri from counted where origin is null and kind <> 'comment'`;
}

/**
 * Drops our copy of another node's thing: its own server says it is gone. Nothing happens for what we do not have, and
 * nothing of our own can be dropped this way.
 */
export async function dropCopy(tx: Tx, uri: string, now: Date): Promise<void> {
  const subject = await findSubject(tx, uri);
  if (subject !== null && subject.origin !== null) await deleteSubject(tx, uri, now);
}

/** Takes a dropped copy of another node's thing back in; what a person took back (a comment) stays gone. */
export async function reviveCopy(tx: Tx, uri: string): Promise<void> {
  await tx`
    update subject set deleted_at = null, updated_at = published_at  -- older than whatever its server says now
    where uri = ${uri} and origin is not null and kind <> 'comment' and deleted_at is not null
      and not exists (select from erased_thing where digest = erased_digest(${uri}))`;
}

/** Remembers that a thing we do not have was deleted by `actorUri`, so that a late Create of it has no effect. */
export async function rememberTombstone(tx: Tx, uri: string, actorUri: string, now: Date): Promise<void> {
  await tx`
    insert into tombstone (uri, actor_uri, created_at) values (${uri}, ${actorUri}, ${now}) on conflict do nothing`;
}

/** Writes an official act into the audit log. `detail` and `change` hold no personal data beyond ids. */
export async function recordAct(
  tx: Tx,
  by: { readonly id: string } | null,
  act: string,
  subjectUri: string | null,
  detail: Record<string, unknown>,
  now: Date,
  { before, after }: ActChange = {},
): Promise<void> {
  const { processUri } = detail;
  const json = (values: Record<string, unknown> | undefined) =>
    values === undefined || Object.keys(values).length === 0 ? null : tx.json(values as never);
  await tx`
    insert into audit (id, account_id, act, subject_uri, detail, at, before, after, process_uri)
    values (${newId(now)}, ${by?.id ?? null}, ${act}, ${subjectUri}, ${tx.json(detail as never)}, ${now}, ${json(before)},
      ${json(after)}, coalesce(${typeof processUri === "string" ? processUri : null}, (
        select coalesce(process_uri, case when kind = 'process' then uri end) from subject where uri = ${subjectUri})))`;
}
