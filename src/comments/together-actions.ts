// Replies of other servers that come at the same time, kept together: by the same law as one alone (remote.ts), in a
// handful of statements for all of them. Only what is plain and new is kept here; whatever needs a second look, or is to be
// refused, is left to the way of one alone, which says why.

import { findMatcher, wordListSetting } from "../moderation/list-queries.ts";
import { firstCommentsSetting } from "../moderation/peer-queries.ts";
import { type Sql, type Tx, together } from "../platform/db.ts";
import { idFrom } from "../platform/ids.ts";
import { Refused } from "../platform/refusal.ts";
import { plainText } from "../platform/rich-text.ts";
import { originOf } from "../platform/uris.ts";
import type { Phase } from "../processes/process.ts";
import { phasesOf } from "../processes/queries.ts";
import { lockSubjectsAtOnce } from "../subjects/queries.ts";
import type { Subject } from "../subjects/subject.ts";
import { enterVoices } from "../subjects/voice-actions.ts";
import { checkMaySpeak, timeInThread } from "./comment.ts";
import { endsWithId } from "./ids-in-thread.ts";
import { passOn } from "./owner-actions.ts";
import { listHeardThreads } from "./owner-queries.ts";
import type { RemoteComment } from "./remote.ts";

/** A reply that may be kept with others, and the thread of ours it would stand in. */
export interface PlainReply {
  readonly comment: RemoteComment;
  readonly threadUri: string;
  readonly processUri: string | null;
  /** The version of the word list that found nothing in it; null where there is none. */
  readonly wordListVersion: string | null;
}

interface Standing {
  readonly uri: string;
  readonly threadUri: string;
  readonly processUri: string | null;
}

/**
 * Of some replies, each from the origin of its author, those of which nothing is known here, to something of ours, from
 * servers nobody has decided anything about.
 */
export async function listPlainReplies(sql: Sql, comments: readonly RemoteComment[]): Promise<readonly PlainReply[]> {
  const plain = comments.filter(isPlain);
  if (plain.length === 0) return [];
  const asked = plain.map(({ uri, author, inReplyTo }) => ({
    uri,
    authorUri: author.uri,
    host: new URL(author.uri).host,
    inReplyTo,
  }));
  const rows = await sql<(Standing & { wordListVersion: string | null })[]>`
    select given.uri, thread.uri as thread_uri, thread.process_uri, ${wordListVersion(sql)} as word_list_version
    from jsonb_to_recordset(${sql.json(asked as never)}) as given ("uri" text, "authorUri" text, "host" text, "inReplyTo" text)
    join subject answered on answered.uri = "inReplyTo"
    join subject thread on thread.uri = coalesce(answered.thread_uri, answered.uri)
    where thread.origin is null and ${isPlainHere(sql)}
      and not exists (select from subject kept where kept.uri = given.uri)`;
  const matcher = rows[0] == null || rows[0].wordListVersion === null ? null : await findMatcher(sql);
  const standings = new Map(rows.map((row) => [row.uri, row]));
  return plain.flatMap((comment) => {
    const standing = standings.get(comment.uri);
    if (standing === undefined) return [];
    if (matcher?.(plainText(comment.html), comment.language)) return [];
    const { threadUri, processUri, wordListVersion } = standing;
    return [{ comment, threadUri, processUri, wordListVersion }];
  });
}

const wordListVersion = (sql: Sql) => sql`(select value #>> '{}' from node_setting where key = ${wordListSetting})`;

/** Part of a question: whether what is `given` was not taken back by its author, and nothing was decided about its server. */
const isPlainHere = (sql: Sql) => sql`(
  coalesce(peer_policy(host), 'allowed') = 'allowed'
  and not exists (select from tombstone where tombstone.uri = given.uri and actor_uri = "authorUri")
  and not exists (select from node_setting where key = ${firstCommentsSetting} and value = 'true'))`;

/** The same asked again, since anything may have been taken back or decided meanwhile; the word list too. */
const isPlainStill = (sql: Sql) =>
  sql`${isPlainHere(sql)} and ${wordListVersion(sql)} is not distinct from "wordListVersion"`;

/** New, open to everyone, with an id that is made of its address, and of whole characters, as JSON in the database has to be. */
const isPlain = (comment: RemoteComment): boolean => isNewAndOpen(comment) && isWellFormed(comment);

const isNewAndOpen = ({ uri, author, isHeld, stance, publishedAt, updatedAt }: RemoteComment): boolean =>
  author.origin !== null &&
  originOf(uri) === originOf(author.uri) &&
  isHeld !== true &&
  stance == null &&
  (updatedAt == null || updatedAt <= publishedAt) &&
  !endsWithId(uri);

const isWellFormed = ({ uri, url, inReplyTo, authorName, html, language }: RemoteComment): boolean =>
  [uri, url, inReplyTo, authorName, html, language].every((text) => text === null || text.isWellFormed());

/**
 * Keeps them, each once. What somebody else holds at the moment is not waited for, and what is plain no longer is left out.
 * @returns the URIs of those that are published now; the others are as they were.
 */
export async function receiveTogether(tx: Tx, replies: readonly PlainReply[], now: Date): Promise<ReadonlySet<string>> {
  const places = await placesForUpdate(tx, replies, now);
  const allowed = replies.flatMap((reply) => places.get(reply.comment) ?? []);
  if (allowed.length === 0) return new Set();
  const voices = allowed.map(({ comment, wordListVersion, thread, parent }) => {
    const publishedAt = comment.publishedAt < now ? comment.publishedAt : now;
    return {
      uri: comment.uri,
      id: idFrom(comment.uri, timeInThread(publishedAt, parent)),
      origin: originOf(comment.uri),
      url: comment.url ?? comment.uri,
      authorId: comment.author.id,
      authorUri: comment.author.uri,
      host: new URL(comment.author.uri).host,
      authorName: comment.authorName,
      wordListVersion,
      processUri: thread.processUri,
      threadUri: thread.uri,
      parentUri: parent?.uri ?? null,
      language: comment.language,
      publishedAt,
    };
  });
  const entered = await enterVoices(tx, voices, isPlainStill(tx));
  if (entered.size === 0) return entered;
  const ids = new Map(voices.map(({ uri, id }) => [uri, id]));
  const kept = allowed.filter(({ comment }) => entered.has(comment.uri));
  const rows = kept.map(({ comment: { uri, html }, inBranch }) => ({
    uri,
    id: ids.get(uri)!,
    body: html,
    ...inBranch,
  }));
  const [, heard] = await together(
    tx`
      insert into comment (uri, id, body, branch_uri, depth)
      select uri, id, body, "branchUri", depth from jsonb_to_recordset(${tx.json(rows)})
        as given ("uri" text, "id" uuid, "body" text, "branchUri" text, "depth" integer)`,
    listHeardThreads(tx, [...new Set(kept.map(({ thread }) => thread.uri))]),
  );
  for (const { comment, thread } of kept) {
    const by = { activityUri: comment.activityUri ?? null };
    if (heard.has(thread.uri)) await passOn(tx, "RemoteCommentPlaced", comment.uri, by, now);
  }
  return entered;
}

interface Place extends Pick<PlainReply, "comment" | "wordListVersion"> {
  readonly thread: Subject;
  readonly parent: Subject | null;
  readonly inBranch: { readonly branchUri: string | null; readonly depth: number };
}

/** Where each would stand, locked, as far as the law lets it. */
async function placesForUpdate(
  tx: Tx,
  replies: readonly PlainReply[],
  now: Date,
): Promise<ReadonlyMap<RemoteComment, Place>> {
  const answeredUris = replies.map(({ comment }) => comment.inReplyTo);
  const processUris = [...new Set(replies.flatMap(({ processUri }) => processUri ?? []))];
  const [subjects, branches, phases] = await together(
    lockSubjectsAtOnce(tx, [...new Set([...replies.map(({ threadUri }) => threadUri), ...answeredUris])]),
    tx<{ uri: string; branchUri: string | null; depth: number }[]>`
      select uri, branch_uri, depth from comment where uri = any(${answeredUris})`,
    Promise.all(processUris.map(async (uri) => [uri, await phasesOf(tx, uri)] as const)),
  );
  const phasesByProcess = new Map<string | null, readonly Phase[] | null>([[null, null], ...phases]);
  const places = new Map<RemoteComment, Place>();
  for (const { comment, threadUri, wordListVersion } of replies) {
    const thread = subjects.get(threadUri);
    const answered = subjects.get(comment.inReplyTo);
    const above = branches.find(({ uri }) => uri === comment.inReplyTo);
    const parent = answered?.kind === "comment" ? answered : null;
    const phasesOfThread = phasesByProcess.get(thread?.processUri ?? null);
    if (thread === undefined || answered === undefined || phasesOfThread === undefined) continue;
    if (parent === null ? answered !== thread : above === undefined || parent.threadUri !== threadUri) continue;
    if (!maySpeak(parent === null ? [thread] : [thread, parent], phasesOfThread, now)) continue;
    const inBranch =
      parent === null
        ? { branchUri: null, depth: 0 }
        : { branchUri: above!.branchUri ?? parent.uri, depth: above!.depth + 1 };
    places.set(comment, { comment, wordListVersion, thread, parent, inBranch });
  }
  return places;
}

function maySpeak(spokenTo: readonly Subject[], phases: readonly Phase[] | null, now: Date): boolean {
  try {
    checkMaySpeak(spokenTo, phases, now);
    return true;
  } catch (error) {
    if (error instanceof Refused) return false;
    throw error;
  }
}
