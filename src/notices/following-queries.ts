// Reads of what a person follows and how often they get mail. For their own eyes only.
import type { Sql } from "../platform/db.ts";
import { type Page, type PageRequest, toPage } from "../platform/pagination.ts";
import { refuseUnless } from "../platform/refusal.ts";
import type { SubjectKind } from "../subjects/subject.ts";
import { type MailRhythm, type NoticeSettings, usualSettings } from "./notice.ts";

/** Something that can be followed, as a list names it: a subject, or an organisation by its actor. */
export interface Followable {
  readonly uri: string;
  readonly id: string;
  readonly kind: SubjectKind | "organisation";
  readonly origin: string | null;
  readonly url: string;
  readonly title: string;
  readonly language: string | null;
}

/** What can be followed by this URI, if anyone may read it. */
export async function findFollowable(sql: Sql, uri: string): Promise<Followable | null> {
  const [found] = await sql<Followable[]>`
    select uri, id, kind, origin, url, title, language from subject
    where uri = ${uri} and published_at is not null and hidden_at is null and deleted_at is null
    union all
    select uri, id, 'organisation', origin, coalesce(url, uri), name, null from actor
    where uri = ${uri} and type = 'Organization' and gone_at is null limit 1`;
  return found ?? null;
}

export async function isFollowing(sql: Sql, accountId: string, uri: string): Promise<boolean> {
  const rows = await sql`
    select from following where account_id = ${accountId} and subject_uri = ${uri} and ended_at is null`;
  return rows.length > 0;
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
    select following.subject_uri as uri, coalesce(subject.id, actor.id) as id, coalesce(subject.kind, 'organisation') as kind,
      case when subject.uri is null then actor.origin else subject.origin end as origin,
      coalesce(subject.url, actor.url, following.subject_uri) as url, coalesce(subject.title, actor.name) as title,
      subject.language, following.mail, following.created_at
    from following
    left join subject on subject.uri = following.subject_uri
    left join actor on actor.uri = following.subject_uri and subject.uri is null
    where following.account_id = ${accountId} and following.ended_at is null
      and (subject.uri is not null or actor.uri is not null) and subject.kind is distinct from 'comment'
      and subject.deleted_at is null and subject.hidden_at is null
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
