// Reads of what a person follows and how often they get mail. For their own eyes only.
import type { Sql } from "../platform/db.ts";
import { type Page, type PageRequest, toPage } from "../platform/pagination.ts";
import { refuseUnless } from "../platform/refusal.ts";
import type { LanguageMap } from "../platform/text.ts";
import type { SubjectKind } from "../subjects/subject.ts";
import { type MailRhythm, type NoticeSettings, usualSettings } from "./notice.ts";

/** Something that can be followed, as a list names it: a subject; an actor; or a category within a process. */
export interface Followable {
  readonly uri: string;
  readonly id: string;
  readonly kind: SubjectKind | "organisation" | "person" | "node" | "category";
  readonly origin: string | null;
  readonly url: string;
  /** Of a category: that of its process. */
  readonly title: string;
  readonly language: string | null;
  /** What a category is called; null for all else. */
  readonly names: LanguageMap | null;
  /** A category that is offered no more: who follows it may end it, nobody begins. */
  readonly isEnded: boolean;
}

/** What is followed by this URI, if anyone may read it: of a category that went into another, that one. */
export async function findFollowable(sql: Sql, uri: string): Promise<Followable | null> {
  const [found] = await sql<Followable[]>`select * from followable(${uri}) limit 1`;
  return found ?? null;
}

/**
 * What is to be followed by this URI.
 * @throws Refused `not-found`, `category-over` for a category that is offered no more.
 */
export async function getOpenFollowable(sql: Sql, uri: string): Promise<Followable> {
  const found = await findFollowable(sql, uri);
  refuseUnless(found !== null, "not-found");
  refuseUnless(!found.isEnded, "category-over");
  return found;
}

export async function isFollowing(sql: Sql, accountId: string, uri: string): Promise<boolean> {
  const rows = await sql`
    select from following where account_id = ${accountId} and subject_uri = ${uri} and ended_at is null`;
  return rows.length > 0;
}

/** Whether a page shows how this is followed: to whoever may begin to, or may end it. */
export async function isFollowingOffered(sql: Sql, by: { readonly id: string } | null, uri: string): Promise<boolean> {
  const thing = await findFollowable(sql, uri);
  return thing !== null && (!thing.isEnded || (by !== null && (await isFollowing(sql, by.id, uri))));
}

export async function getNoticeSettings(sql: Sql, accountId: string): Promise<NoticeSettings> {
  const [row] = await sql<NoticeSettings[]>`
    select mail, follows_own from notice_setting where account_id = ${accountId}`;
  return row ?? usualSettings;
}

export interface Following extends Followable {
  /** Null: as everything else. */
  readonly mail: MailRhythm | null;
  readonly createdAt: Date;
}

/** What an account follows, the latest first, without its own comments, which are no choice of anyone. */
export async function listFollowings(sql: Sql, accountId: string, request: PageRequest): Promise<Page<Following>> {
  const key = request.after ?? request.before;
  const [at, uri] = key ?? [];
  refuseUnless(
    key === null || (typeof at === "string" && !Number.isNaN(Date.parse(at)) && typeof uri === "string"),
    "not-found",
  );
  const found = await sql<Following[]>`
    select thing.*, following.mail, following.created_at
    from following cross join lateral (select * from followable(following.subject_uri) limit 1) thing
    where following.account_id = ${accountId} and following.ended_at is null and thing.kind <> 'comment'
      ${
        key === null
          ? sql``
          : sql`and (date_trunc('milliseconds', following.created_at), following.subject_uri)
        ${request.after ? sql`<` : sql`>`} (${String(at)}::timestamptz, ${String(uri)})`
      }
    order by date_trunc('milliseconds', following.created_at) ${request.before ? sql`` : sql`desc`},
      following.subject_uri ${request.before ? sql`` : sql`desc`}
    limit ${request.sizeRows + 1}`;
  return toPage(found, request, (row) => [row.createdAt.toISOString(), row.uri]);
}
