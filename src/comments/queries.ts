// Reads of comments: threads for pages, single ones for permalinks and the wire.
import type { Sql } from "../platform/db.ts";
import { isId } from "../platform/ids.ts";
import { type Page, type PageRequest, readPageRequest, toPage } from "../platform/pagination.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { findProcess } from "../processes/queries.ts";
import { findSubject } from "../subjects/queries.ts";
import { isPublic, type Stance, type Subject, stances } from "../subjects/subject.ts";
import { type Comment, editWindowMinutesDefault, isOpenTo } from "./comment.ts";

const columns = (sql: Sql) => sql`
  comment.uri, comment.id, subject.url, subject.origin, subject.thread_uri, subject.parent_uri, comment.branch_uri,
  about.origin as thread_origin, owner_word.state as owner_state, subject.hidden_by,
  subject.process_uri, subject.stance, comment.body, subject.language, comment.account_id,
  (account.residence_verified_at is not null and coalesce(account.residence_expires_at > now(), true)) as is_by_resident, comment.depth, comment.version,
  case when author.type in ('Person', 'Service') then coalesce(nullif(author.name, ''), subject.author_name)
    else subject.author_name end as author_name,
  coalesce(author.name, '') as speaker_name, author.uri as author_uri,
  author.type as author_type, author.handle as author_handle, author.host as author_host, author.url as author_url,
  author.icon_url as author_icon_url, subject.like_count, subject.share_count, subject.comment_count,
  subject.published_at, subject.updated_at, comment.edited_at, subject.hidden_at, subject.hidden_reason,
  subject.deleted_at`;

const joined = (sql: Sql) => sql`
  comment join subject on subject.uri = comment.uri
  left join subject about on about.uri = subject.thread_uri
  left join owner_word on owner_word.comment_uri = comment.uri and owner_word.origin = about.origin
  left join actor author on author.id = subject.author_id
  left join account on account.id = comment.account_id`;

/**
 * What is deleted or still held keeps its place only where someone has replied to it. Voices of a blocked server are off
 * the page, and what others replied to them hangs on the root of the branch.
 */
const keepsItsPlace = (sql: Sql) => sql`
  ((subject.deleted_at is null and (subject.hidden_at is null or subject.hidden_reason <> ''))
    or exists (select from subject reply where reply.parent_uri = subject.uri))
  and (subject.origin is null or peer_policy(split_part(subject.origin, '/', 3)) is distinct from 'blocked')`;

/** Any comment, hidden and deleted ones too: the caller decides what to show of it. */
export async function findComment(sql: Sql, uri: string): Promise<Comment | null> {
  const [comment] = await sql<Comment[]>`select ${columns(sql)} from ${joined(sql)} where comment.uri = ${uri}`;
  return comment ?? null;
}

export async function getComment(sql: Sql, uri: string): Promise<Comment> {
  const comment = await findComment(sql, uri);
  refuseUnless(comment !== null, "not-found");
  return comment;
}

/** By the id in the address of its page on this node, wherever it lives; hidden and deleted ones too. */
export async function findCommentById(sql: Sql, id: string): Promise<Comment | null> {
  if (!isId(id)) return null;
  const [comment] = await sql<Comment[]>`select ${columns(sql)} from ${joined(sql)} where comment.id = ${id}`;
  return comment ?? null;
}

/** The comment a person's form became, if it was sent before. */
export async function findCommentOnce(sql: Sql, accountId: string, once: string): Promise<Comment | null> {
  const [comment] = await sql<Comment[]>`
    select ${columns(sql)} from ${joined(sql)} where comment.account_id = ${accountId} and comment.once = ${once}`;
  return comment ?? null;
}

/** A comment at the root of a thread, with the first of what was said in reply to it. */
export interface Branch {
  readonly root: Comment;
  /** In the order of time; a reply of one that is not among them hangs on the root. */
  readonly replies: readonly Comment[];
  readonly hasMoreReplies: boolean;
}

export type ThreadOrder = "oldest" | "newest";

export interface ThreadRequest extends PageRequest {
  readonly order: ThreadOrder;
  readonly stance?: Stance | null;
}

export const branchesPerPage = 20;
export const repliesShownMax = 8;

/** A page of a thread, by the key of its root comments. Costs the same on the last page as on the first. */
export async function listThread(sql: Sql, threadUri: string, request: ThreadRequest): Promise<Page<Branch>> {
  const { after, before, order, stance, sizeRows } = request;
  const key = pageId(request);
  const forward = (order === "oldest") === (before === null);
  const roots = await sql<Comment[]>`
    select ${columns(sql)} from ${joined(sql)}
    where subject.thread_uri = ${threadUri} and subject.parent_uri is null and ${keepsItsPlace(sql)}
      ${stance ? sql`and subject.stance = ${stance}` : sql``}
      ${(after ?? before) === null ? sql`` : forward ? sql`and subject.id > ${key}` : sql`and subject.id < ${key}`}
    order by ${forward ? sql`subject.id` : sql`subject.id desc`} limit ${sizeRows + 1}`;
  const page = toPage(roots, request, (root) => [root.id]);
  const replies = await listFirstReplies(
    sql,
    page.rows.map((root) => root.uri),
  );
  return { ...page, rows: page.rows.map((root) => branchOf(root, replies)) };
}

function branchOf(root: Comment, all: readonly Comment[]): Branch {
  const replies = all.filter((reply) => reply.branchUri === root.uri);
  return { root, replies: replies.slice(0, repliesShownMax), hasMoreReplies: replies.length > repliesShownMax };
}

/** The first replies in each branch, one more than is shown, so that the page knows of more. */
async function listFirstReplies(sql: Sql, rootUris: readonly string[]): Promise<Comment[]> {
  if (rootUris.length === 0) return [];
  return await sql<Comment[]>`
    select first.* from unnest(${rootUris as string[]}::text[]) as root (uri) cross join lateral (
      select ${columns(sql)} from ${joined(sql)}
      where comment.branch_uri = root.uri and ${keepsItsPlace(sql)} order by comment.id limit ${repliesShownMax + 1}) first
    order by first.id`;
}

/** A page of what was said in reply to a comment: everything in its branch, or of a reply what answers it directly. */
export async function listReplies(sql: Sql, comment: Comment, request: PageRequest): Promise<Page<Comment>> {
  const { after, before, sizeRows } = request;
  const key = pageId(request);
  const under =
    comment.depth === 0 ? sql`comment.branch_uri = ${comment.uri}` : sql`subject.parent_uri = ${comment.uri}`;
  const found = await sql<Comment[]>`
    select ${columns(sql)} from ${joined(sql)} where ${under} and ${keepsItsPlace(sql)}
      ${after ? sql`and comment.id > ${key}` : before ? sql`and comment.id < ${key}` : sql``}
    order by ${before ? sql`comment.id desc` : sql`comment.id`} limit ${sizeRows + 1}`;
  return toPage(found, request, (reply) => [reply.id]);
}

function pageId({ after, before }: PageRequest): string {
  const id = String((after ?? before)?.[0] ?? "");
  refuseUnless(id === "" || isId(id), "not-found");
  return id;
}

export type StanceCounts = Readonly<Record<Stance, { readonly local: number; readonly remote: number }>>;

/** Who stands where at the root of a thread; voices of this node's pages and of other servers are never added together. */
export async function countStances(sql: Sql, threadUri: string): Promise<StanceCounts> {
  const rows = await sql<{ stance: Stance; isLocal: boolean; voices: number }[]>`
    select stance, is_local, voices from stance_count where thread_uri = ${threadUri}`;
  const voices = (stance: Stance, isLocal: boolean) =>
    rows.find((row) => row.stance === stance && row.isLocal === isLocal)?.voices ?? 0;
  const both = (stance: Stance) => ({ local: voices(stance, true), remote: voices(stance, false) });
  return { for: both("for"), against: both("against"), neutral: both("neutral") };
}

/**
 * The public voices in the thread of a thing, or in reply to a comment, newest first, by key: as many as its
 * `comment_count` says, for the collection other servers read.
 */
export async function listReplyUris(
  sql: Sql,
  subjectUri: string,
  { before, limit }: { before: string | null; limit: number },
): Promise<{ id: string; uri: string }[]> {
  return await sql<{ id: string; uri: string }[]>`
    select id, uri from subject
    where (thread_uri = ${subjectUri} or parent_uri = ${subjectUri}) and hidden_at is null and deleted_at is null
      and peer_policy(split_part(subject.origin, '/', 3)) is distinct from 'blocked'
      ${before === null ? sql`` : sql`and id < ${before}`}
    order by id desc limit ${limit}`;
}

export interface CommentVersion {
  readonly version: number;
  readonly body: string;
  readonly editedAt: Date;
}

/** Every text a comment of this node has had, the newest first; none once it is deleted. */
export async function listCommentVersions(sql: Sql, uri: string): Promise<CommentVersion[]> {
  return await sql<CommentVersion[]>`
    select version, body, edited_at from comment_version where comment_uri = ${uri} order by version desc`;
}

/** The texts of some comments, Markdown or HTML as they are stored, for the moderators' desk. */
export async function readCommentTexts(sql: Sql, uris: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await sql<{ uri: string; body: string }[]>`
    select uri, body from comment where uri = any(${uris as string[]})`;
  return new Map(rows.map((row) => [row.uri, row.body]));
}

/** Which of these subjects a person of this node likes, by their own actor or without one. */
export async function listLiked(
  sql: Sql,
  uris: readonly string[],
  account: { id: string; actorId: string | null },
): Promise<ReadonlySet<string>> {
  const rows = await sql<{ subjectUri: string }[]>`
    select subject_uri from reaction where subject_uri = any(${uris as string[]}) and kind = 'like'
      and (account_id = ${account.id} or actor_id = ${account.actorId})`;
  return new Set(rows.map((row) => row.subjectUri));
}

/** What a reader may do in a thread: comment, or not until they sign in, or not in this phase. */
export type MaySpeak = "yes" | "sign-in" | "closed";

/** What a page needs to show a thread. */
export interface Discussion {
  readonly thread: Subject;
  readonly page: Page<Branch>;
  readonly order: ThreadOrder;
  readonly stance: Stance | null;
  readonly stances: StanceCounts;
  readonly maySpeak: MaySpeak;
  /** The subjects on the page that the reader likes. */
  readonly liked: ReadonlySet<string>;
  readonly editWindowMinutes: number;
}

type Reader = { readonly id: string; readonly actorId: string | null } | null;

/**
 * The thread of a thing for its page: `?order=`, `?stance=`, `?after=` and `?before=` of that page choose what is shown.
 * @throws Refused `not-found` for what is not public here.
 */
export async function loadDiscussion(
  sql: Sql,
  threadUri: string,
  { query, reader, now }: { query: URLSearchParams; reader: Reader; now: Date },
): Promise<Discussion> {
  const order = query.get("order") === "newest" ? "newest" : "oldest";
  const stance = stances.find((side) => side === query.get("stance")) ?? null;
  const request = { ...readPageRequest(query, branchesPerPage), order, stance } as const;
  const [about, page, counts] = await Promise.all([
    aboutThread(sql, threadUri, reader, now),
    listThread(sql, threadUri, request),
    countStances(sql, threadUri),
  ]);
  const uris = page.rows.flatMap(({ root, replies }) => [root.uri, ...replies.map((reply) => reply.uri)]);
  const liked = reader === null ? new Set<string>() : await listLiked(sql, uris, reader);
  return { ...about, page, order, stance, stances: counts, liked };
}

/** A thread without its voices: what it is about and who may speak in it now. @throws Refused `not-found`. */
export async function aboutThread(
  sql: Sql,
  threadUri: string,
  reader: Reader,
  now: Date,
): Promise<Pick<Discussion, "thread" | "maySpeak" | "editWindowMinutes">> {
  const thread = await findSubject(sql, threadUri);
  refuseUnless(thread !== null && isPublic(thread), "not-found");
  const process = thread.processUri === null ? null : await findProcess(sql, thread.processUri);
  const isOurs = process?.origin === null;
  const isOpen = isOpenTo(thread, isOurs ? process.phases : null, now);
  return {
    thread,
    maySpeak: !isOpen ? "closed" : reader === null ? "sign-in" : "yes",
    editWindowMinutes: isOurs ? process.editWindowMinutes : editWindowMinutesDefault,
  };
}
