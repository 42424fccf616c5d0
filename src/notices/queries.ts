// Reads of notices: the list of one person, how many are unread, what waits to be mailed. What has been hidden or erased
// since is left out of all of them.
import type { Sql } from "../platform/db.ts";
import { isId } from "../platform/ids.ts";
import { type Page, type PageRequest, toPage } from "../platform/pagination.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { processNameOf } from "../subjects/queries.ts";
import type { Subject } from "../subjects/subject.ts";
import { kindsOfHiddenThings, type MailRhythm, type NoticeKind, type NoticeMail, type ShownNotice } from "./notice.ts";

type Row = Omit<ShownNotice, "subject"> & {
  readonly subjectKind: Subject["kind"] | null;
  readonly subjectId: string;
  readonly origin: string | null;
  readonly url: string;
};

const columns = (sql: Sql) => sql`
  notice.id, notice.kind, notice.data, notice.created_at,
  subject.kind as subject_kind, subject.id as subject_id, subject.origin, subject.url,
  coalesce(translated.texts ->> 'title', nullif(subject.title, ''), thread.title, '') as title,
  case when translated.texts ? 'title' then translated.language else coalesce(thread.language, subject.language) end as language,
  case when process.uri in (notice.subject_uri, subject.thread_uri) then null
    else ${processNameOf(sql, "subject.process_uri")} end as process_name`;

const joined = (sql: Sql) => sql`
  left join subject on subject.uri = notice.subject_uri
  left join subject thread on thread.uri = subject.thread_uri
  left join subject process on process.uri = subject.process_uri`;

/** What is official is named in the language of whoever is told of it, where it stands in it. */
const translated = (sql: Sql, whose: "account" | "mail_following") => sql`
  left join translation translated on translated.subject_uri = notice.subject_uri
    and translated.language = (select locale from ${sql(whose)} told where told.id = notice.${sql(`${whose}_id`)})`;

/** What the person may still read of: neither it nor what it stands in is hidden or gone, unless that is what they are told. */
const shown = (sql: Sql) => sql`
  (subject.uri is null or subject.deleted_at is null)
  and (notice.kind = any(${kindsOfHiddenThings as NoticeKind[]})
    or ((subject.uri is null or (subject.published_at is not null and subject.hidden_at is null))
      and thread.hidden_at is null and thread.deleted_at is null and process.hidden_at is null and process.deleted_at is null))`;

const noticeOf = ({ subjectKind, subjectId, origin, url, ...row }: Row): ShownNotice => ({
  ...row,
  subject: subjectKind === null ? null : { kind: subjectKind, id: subjectId, origin, url },
});

/** The notices of an account, the latest first. */
export async function listNotices(sql: Sql, accountId: string, request: PageRequest): Promise<Page<ShownNotice>> {
  const key = String((request.after ?? request.before)?.[0] ?? "");
  refuseUnless(key === "" || isId(key), "not-found");
  const rows = await sql<Row[]>`
    select ${columns(sql)}, notice.read_at, notice.followed_uri from notice ${joined(sql)} ${translated(sql, "account")}
    where notice.account_id = ${accountId} and ${shown(sql)}
      ${request.after ? sql`and notice.id < ${key}` : request.before ? sql`and notice.id > ${key}` : sql``}
    order by ${request.before ? sql`notice.id` : sql`notice.id desc`} limit ${request.sizeRows + 1}`;
  return toPage(rows.map(noticeOf), request, (notice) => [notice.id]);
}

/** Beyond this the bell counts no further: more than anyone reads one by one. */
export const unreadShownMax = 100;

/** Unread notices that can still be read of, up to {@link unreadShownMax}. Asked with every page. */
export async function countUnread(sql: Sql, accountId: string): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int as count from (
      select from notice ${joined(sql)}
      where notice.account_id = ${accountId} and notice.read_at is null and ${shown(sql)} limit ${unreadShownMax}) unread`;
  return row!.count;
}

/** @throws Refused `not-found` for anyone else's, and for what can no longer be read of. */
export async function getNotice(sql: Sql, accountId: string, id: string): Promise<ShownNotice> {
  refuseUnless(isId(id), "not-found");
  const [row] = await sql<Row[]>`
    select ${columns(sql)}, notice.read_at, notice.followed_uri from notice ${joined(sql)} ${translated(sql, "account")}
    where notice.account_id = ${accountId} and notice.id = ${id} and ${shown(sql)}`;
  refuseUnless(row !== undefined, "not-found");
  return noticeOf(row);
}

/** What waits to be mailed to an account at this rhythm, the earliest first. */
export async function listToMail(sql: Sql, accountId: string, mail: NoticeMail, limit: number): Promise<ShownNotice[]> {
  const rows = await sql<Row[]>`
    select ${columns(sql)}, notice.read_at, notice.followed_uri from notice ${joined(sql)} ${translated(sql, "account")}
    where notice.account_id = ${accountId} and notice.mail = ${mail} and notice.mailed_at is null and ${shown(sql)}
    order by notice.id limit ${limit}`;
  return rows.map(noticeOf);
}

/**
 * What the devices of an account are to be told of: nothing it has read meanwhile, and nothing from before the first of them.
 * @param kinds told so whatever the rhythm.
 */
export async function listToPush(
  sql: Sql,
  accountId: string,
  kinds: readonly NoticeKind[],
  limit: number,
): Promise<ShownNotice[]> {
  const rows = await sql<Row[]>`
    select ${columns(sql)}, notice.read_at, notice.followed_uri from notice ${joined(sql)} ${translated(sql, "account")}
    where notice.account_id = ${accountId} and notice.read_at is null and notice.pushed_at is null
      and (notice.mail in ('at-once', 'always') or notice.kind = any(${kinds as NoticeKind[]}))
      and notice.created_at >= (select min(created_at) from push_device where account_id = ${accountId})
      and ${shown(sql)}
    order by notice.id limit ${limit}`;
  return rows.map(noticeOf);
}

/** Accounts for whom something waits at this rhythm, by key. */
export async function listAccountsToMail(
  sql: Sql,
  mail: MailRhythm,
  after: string | null,
  limit: number,
): Promise<string[]> {
  const rows = await sql<{ accountId: string }[]>`
    select distinct account_id from notice
    where mail = ${mail} and mailed_at is null ${after === null ? sql`` : sql`and account_id > ${after}`}
    order by account_id limit ${limit}`;
  return rows.map(({ accountId }) => accountId);
}

/** What waits to be mailed to who follows one thing by e-mail, the earliest first. */
export async function listToMailFollower(sql: Sql, mailFollowingId: string, limit: number): Promise<ShownNotice[]> {
  const rows = await sql<Row[]>`
    select ${columns(sql)}, null::timestamptz as read_at, null as followed_uri from mail_following_notice notice ${joined(sql)}
    ${translated(sql, "mail_following")}
    where notice.mail_following_id = ${mailFollowingId} and notice.mailed_at is null and ${shown(sql)}
    order by notice.id limit ${limit}`;
  return rows.map(noticeOf);
}

/** Followings by e-mail for which something waits, by key. */
export async function listMailFollowersToMail(sql: Sql, after: string | null, limit: number): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select distinct mail_following_id as id from mail_following_notice
    where mailed_at is null ${after === null ? sql`` : sql`and mail_following_id > ${after}`}
    order by mail_following_id limit ${limit}`;
  return rows.map(({ id }) => id);
}
