// Everything this node keeps of one person, part by part, and what others can know of them.
import type { Account } from "../accounts/account.ts";
import type { Sql } from "../platform/db.ts";
import type { LeftBehind, OwnData, OwnDataPart, OwnRow, PublicTraces } from "./own-data.ts";

/** More hosts are a number on the page. */
const hostsShownMax = 100;

type Read = (sql: Sql, id: string) => Promise<OwnRow[]>;

/** By column, so that nothing new is handed out unseen: no secret, no digest, nobody else's identity. */
const reads: Readonly<Record<OwnDataPart, Read>> = {
  account: (sql, id) => sql`
    select account.id, email, account.name, locale, know_how, is_know_how_public, account.created_at, residence_verified_at,
      residence_expires_at, actor.uri as public_voice
    from account left join actor on actor.id = account.actor_id where account.id = ${id}`,
  terms: (sql, id) => sql`
    select agreed_at, since, digest,
      coalesce(texts ->> account.locale, (select value from jsonb_each_text(texts) order by key limit 1)) as text
    from terms_agreement join terms_version using (digest) join account on account.id = account_id
    where account_id = ${id} order by agreed_at`,
  "ways-in": (sql, id) => sql`
    select identity.kind, issuer, label, created_at, last_used_at, passkey.is_backed_up, passkey.blocked_at
    from identity left join passkey on passkey.identity_id = identity.id where account_id = ${id} order by identity.id`,
  sessions: (sql, id) => sql`
    select device, session.created_at, expires_at, assist_id is not null as is_assisted, push_device.created_at as messages_since,
      split_part(push_device.endpoint, '/', 3) as messages_through
    from session left join push_device on push_device.session_id = session.id
    where session.account_id = ${id} order by session.id`,
  roles: (sql, id) => sql`
    select role, process_uri, granted_at, null as organisation from role_grant where account_id = ${id}
    union all
    select 'member', '', granted_at, actor.uri from membership join actor on actor.id = actor_id where account_id = ${id}
    order by granted_at`,
  residence: (sql, id) => sql`
    select method, verified_at, expires_at, ended_at, end_reason, number_hash is not null as has_number, is_number_proven
    from residence where account_id = ${id} order by id`,
  letters: (sql, id) => sql`
    select address, asked_at, sent_at, expires_at, ended_at from residence_letter where account_id = ${id} order by id`,
  proposals: (sql, id) => sql`
    select proposal.uri, subject.url, proposal.title, body, proposal.language, state, process.title as process, category_name,
      proposal.coauthors as written_with, address,
      latitude, longitude, support_count, subject.like_count, subject.comment_count, subject.published_at, edited_at, subject.hidden_at,
      subject.hidden_reason
    from proposal join subject using (uri) left join subject process on process.uri = proposal.process_uri
    where proposal.account_id = ${id} and subject.deleted_at is null order by proposal.id`,
  coauthored: (sql, id) => sql`
    select proposal_uri, subject.url, proposal.title, state, proposal_coauthor.name as named_as, joined_at, subject.published_at
    from proposal_coauthor join proposal on proposal.uri = proposal_uri join subject on subject.uri = proposal_uri
    where proposal_coauthor.account_id = ${id} and subject.deleted_at is null order by joined_at`,
  "proposal-versions": (sql, id) => sql`
    select proposal_uri, proposal_version.version, proposal_version.title, proposal_version.body, proposal_version.edited_at
    from proposal_version join proposal on proposal.uri = proposal_uri where account_id = ${id} order by proposal.id, version`,
  pictures: (sql, id) => sql`
    select proposal_uri, url, alt, media_type from proposal_image join proposal on proposal.uri = proposal_uri
    where account_id = ${id} order by proposal.id, position`,
  comments: (sql, id) => sql`
    select comment.uri, subject.url, body, subject.language, subject.stance, about.title as about, subject.thread_uri, subject.parent_uri,
      subject.published_at, edited_at, subject.like_count, subject.hidden_at, subject.hidden_reason
    from comment join subject using (uri) left join subject about on about.uri = subject.thread_uri
    where account_id = ${id} and subject.deleted_at is null order by comment.id`,
  "comment-versions": (sql, id) => sql`
    select comment_uri, comment_version.version, comment_version.body, comment_version.edited_at
    from comment_version join comment on comment.uri = comment_uri where account_id = ${id} order by comment.id, version`,
  supports: (sql, id) => sql`
    select proposal_uri, subject.title, support.created_at from support join subject on uri = proposal_uri
    where account_id = ${id} order by support.created_at`,
  likes: (sql, id) => sql`
    select reaction.kind, subject_uri, title, reaction.created_at from reaction join subject on uri = subject_uri
    where account_id = ${id} or reaction.actor_id = (select actor_id from account where id = ${id}) order by reaction.created_at`,
  following: (sql, id) => sql`
    select subject_uri, mail, created_at, ended_at, is_own from following where account_id = ${id} order by created_at`,
  "notice-settings": (sql, id) => sql`
    select mail, follows_own, updated_at from notice_setting where account_id = ${id}`,
  notices: (sql, id) => sql`
    select kind, subject_uri, data, created_at, read_at, mailed_at from notice where account_id = ${id} order by id`,
  reports: (sql, id) => sql`
    select report.id, category, reason, state, report.outcome, created_at, decided_at, array_agg(subject_uri) as about
    from report left join report_subject on report_id = report.id where account_id = ${id} group by report.id order by report.id`,
  statements: (sql, id) => sql`
    select id, subject_uri, rule, reason, decided_at, ended_at from moderation_statement where account_id = ${id} order by id`,
  appeals: (sql, id) => sql`
    select statement_id, words, moderation_appeal.created_at, outcome, moderation_appeal.reason, moderation_appeal.decided_at
    from moderation_appeal join moderation_statement on moderation_statement.id = statement_id
    where account_id = ${id} order by moderation_appeal.id`,
  assistance: (sql, id) => sql`
    select reason, started_at, coalesce(ended_at, ends_at) as ended_at,
      array(select path from assist_act where assist_id = assist.id and is_done order by id) as done
    from assist where account_id = ${id} order by id`,
  erasures: (sql, id) => sql`
    select subject_uri, kind, at, told_at from erasure where account_id = ${id} order by id`,
  acts: (sql, id) => sql`
    select act, subject_uri, process_uri, at from audit where account_id = ${id} order by id`,
};

/** All that is kept of a person: at one moment, so that its parts agree. */
export async function readOwnData(sql: Sql, accountId: string): Promise<OwnData> {
  const parts: [string, readonly OwnRow[]][] = [];
  for (const [part, read] of Object.entries(reads)) parts.push([part, await read(sql, accountId)]);
  return Object.fromEntries(parts) as OwnData;
}

/** What stands on public pages under a person's name, and which servers were sent it. */
export async function findPublicTraces(
  sql: Sql,
  account: Pick<Account, "id" | "actorId">,
): Promise<PublicTraces & { readonly hostCount: number }> {
  const { id, actorId } = account;
  const [counts] = await sql<[Omit<PublicTraces, "hosts">]>`
    with own as (
      select uri from proposal where account_id = ${id} union all select uri from comment where account_id = ${id}
    ), shown as (
      select kind, author_id from own join subject using (uri)
      where published_at is not null and hidden_at is null and deleted_at is null
    )
    select count(*) filter (where kind = 'proposal')::int as proposals, count(*) filter (where kind = 'comment')::int as comments,
      count(*) filter (where author_id = ${actorId})::int as under_own_voice,
      coalesce((select followers_count from actor where id = ${actorId}), 0) as followers
    from shown`;
  const hosts = await sql<{ host: string; all: number }[]>`
    with own as (
      select uri from proposal where account_id = ${id} union all select uri from comment where account_id = ${id}
      union all select uri from actor where id = ${actorId}
    )
    select host, count(*) over ()::int as all from known_server
    where id in (select unnest(server_ids) from delivery_ledger join own on uri = subject_uri)
    order by host limit ${hostsShownMax}`;
  return { ...counts, hosts: hosts.map(({ host }) => host), hostCount: hosts[0]?.all ?? 0 };
}

/** What closing the account would change, in numbers. */
export async function countLeftBehind(sql: Sql, accountId: string): Promise<LeftBehind> {
  const [counts] = await sql<[LeftBehind]>`
    select
      (select count(*)::int from proposal where account_id = ${accountId} and state = 'draft') as drafts,
      (select count(*)::int from proposal join subject using (uri)
        where account_id = ${accountId} and state <> 'draft' and deleted_at is null) as proposals,
      (select count(*)::int from comment join subject using (uri) where account_id = ${accountId} and deleted_at is null) as comments,
      (select count(*)::int from support where account_id = ${accountId}) as supports,
      (select count(*)::int from reaction where account_id = ${accountId} and kind = 'like') as likes`;
  return counts;
}
