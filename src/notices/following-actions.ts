// The verbs of following: begin, end, how often by mail. What a person follows is theirs alone and never leaves the node.
import type { Account } from "../accounts/account.ts";
import { type Sql, type Tx, withTransaction } from "../platform/db.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { findFollowable, getNoticeSettings, getOpenFollowable } from "./following-queries.ts";
import { type MailRhythm, type NoticeSettings, usualRhythm } from "./notice.ts";

/** Bounds the list of one account; the things they wrote do not count. */
export const followingsMax = 2_000;

/**
 * Follows anything public that has a URI, of this node or a copy of another's, or an organisation. Twice is once.
 * @throws Refused `not-found`, `category-over`, `too-large` beyond {@link followingsMax}.
 */
export async function follow(sql: Sql, by: Account, subjectUri: string, now: Date): Promise<void> {
  await withTransaction(sql, async (tx) => {
    const { uri } = await getOpenFollowable(tx, subjectUri);
    const [row] = await tx<{ count: number }[]>`
      select count(*)::int as count from following where account_id = ${by.id} and ended_at is null and not is_own`;
    refuseUnless(row!.count < followingsMax, "too-large", { max: followingsMax });
    await tx`
      insert into following (account_id, subject_uri, created_at) values (${by.id}, ${uri}, ${now})
      on conflict (account_id, subject_uri) do update set ended_at = null, created_at = excluded.created_at
      where following.ended_at is not null`;
  });
}

/** Ends it, until they ask again: taking part does not begin it anew. What still waits to be mailed of it is not sent. */
export async function unfollow(sql: Sql, accountId: string, subjectUri: string, now: Date): Promise<void> {
  await withTransaction(sql, async (tx) => {
    const uris = await alsoAs(tx, subjectUri);
    await tx`
      update following set ended_at = ${now}
      where account_id = ${accountId} and subject_uri = any(${uris}) and ended_at is null`;
    await tx`
      update notice set mail = 'never'
      where account_id = ${accountId} and followed_uri = any(${uris}) and mailed_at is null`;
  });
}

/** The page was opened before one category went into another. */
const alsoAs = async (tx: Tx, uri: string): Promise<string[]> => [uri, (await findFollowable(tx, uri))?.uri ?? uri];

/**
 * Who writes or supports something hears what becomes of it, unless they switched that off. In the transaction of the fact.
 * @param isOwn they wrote it.
 */
export async function followOwn(
  tx: Tx,
  accountId: string,
  subjectUri: string,
  isOwn: boolean,
  now: Date,
): Promise<void> {
  const { followsOwn } = await getNoticeSettings(tx, accountId);
  if (!followsOwn && !isOwn) return;
  // Their own is noted in any case: moderators' decisions about it are told to them.
  await tx`
    insert into following (account_id, subject_uri, created_at, ended_at, is_own)
    values (${accountId}, ${subjectUri}, ${now}, ${followsOwn ? null : now}, ${isOwn})
    on conflict (account_id, subject_uri) do update set is_own = following.is_own or excluded.is_own`;
}

/** What they wrote with others and have left is theirs no more. */
export async function unfollowOwn(tx: Tx, accountId: string, subjectUri: string): Promise<void> {
  await tx`delete from following where account_id = ${accountId} and subject_uri = ${subjectUri} and is_own`;
}

/** How often one followed thing is mailed of; null: as everything else. */
export async function setRhythmOf(sql: Sql, by: Account, subjectUri: string, mail: MailRhythm | null): Promise<void> {
  await withTransaction(sql, async (tx) => {
    await tx`
      update following set mail = ${mail}
      where account_id = ${by.id} and subject_uri = any(${await alsoAs(tx, subjectUri)}) and ended_at is null`;
    await settleWaiting(tx, by.id);
  });
}

/** How often mail is sent, and whether taking part follows. Also decides on what waits to be mailed. */
export async function changeNoticeSettings(
  sql: Sql,
  accountId: string,
  { mail, followsOwn }: NoticeSettings,
  now: Date,
): Promise<void> {
  await withTransaction(sql, async (tx) => {
    await tx`
      insert into notice_setting (account_id, mail, follows_own, updated_at)
      values (${accountId}, ${mail}, ${followsOwn}, ${now})
      on conflict (account_id) do update
      set mail = excluded.mail, follows_own = excluded.follows_own, updated_at = excluded.updated_at`;
    await settleWaiting(tx, accountId);
  });
}

/** No more mail of anything, by the link that stands in each of them. What is on the page stays there. */
export async function endAllMail(sql: Sql, accountId: string, now: Date): Promise<void> {
  await withTransaction(sql, async (tx) => {
    await tx`update following set mail = null where account_id = ${accountId} and mail is not null`;
    const settings = await getNoticeSettings(tx, accountId);
    const open = await tx`select from account where id = ${accountId} and closed_at is null`;
    if (open.length > 0) await changeNoticeSettings(tx, accountId, { ...settings, mail: "never" }, now);
  });
}

/** What waits goes by the new wish. What was never to be mailed stays so, and what is mailed in any case too. */
async function settleWaiting(tx: Tx, accountId: string): Promise<void> {
  await tx`
    update notice set mail = coalesce(
      (select following.mail from following where following.account_id = notice.account_id
         and following.subject_uri = notice.followed_uri and following.ended_at is null),
      (select notice_setting.mail from notice_setting where notice_setting.account_id = notice.account_id), ${usualRhythm})
    where account_id = ${accountId} and mailed_at is null and mail not in ('never', 'always')`;
}

/** Given to the closing of an account: what they followed and were told goes with it. */
export async function forgetFollower(tx: Tx, accountId: string): Promise<void> {
  await tx`delete from notice where account_id = ${accountId}`;
  await tx`delete from following where account_id = ${accountId}`;
  await tx`delete from notice_setting where account_id = ${accountId}`;
  await tx`delete from mail_following where email = (select email from account where id = ${accountId})`;
}

/** What was erased is followed by nobody, and nothing of it waits to be read. */
export async function forgetFollowed(sql: Sql, subjectUri: string): Promise<void> {
  await withTransaction(sql, async (tx) => {
    await tx`delete from following where subject_uri = ${subjectUri}`;
    await tx`delete from notice where subject_uri = ${subjectUri}`;
    await tx`delete from mail_following_notice where subject_uri = ${subjectUri}`;
    await tx`delete from mail_following where subject_uri = ${subjectUri}`;
  });
}

/**
 * What was followed under one address is followed under another: whoever follows both follows that once, and whoever follows
 * one of them follows it, whatever they did about the other. What was told of it is of the other, too.
 * @param from how the address ends.
 */
export async function carryFollowings(tx: Tx, from: string, to: string): Promise<void> {
  const isOne = (column: string) => endsIn(tx, column, from);
  const became = (column: string) => withEnd(tx, column, from, to);
  await tx`
    insert into following (account_id, subject_uri, mail, created_at, ended_at, is_own)
    select account_id, ${became("subject_uri")}, mail, created_at, ended_at, is_own from following
    where ${isOne("subject_uri")}
    on conflict (account_id, subject_uri) do update
    set ended_at = null, mail = excluded.mail, created_at = excluded.created_at
    where following.ended_at is not null and excluded.ended_at is null`;
  await tx`delete from following where ${isOne("subject_uri")}`;
  await tx`update notice set followed_uri = ${became("followed_uri")} where ${isOne("followed_uri")}`;
  await carryMailFollowings(tx, from, to);
}

const endsIn = (tx: Tx, column: string, end: string) => tx`right(${tx(column)}, length(${end}::text)) = ${end}`;
const withEnd = (tx: Tx, column: string, from: string, to: string) =>
  tx`left(${tx(column)}, -length(${from}::text)) || ${to}`;

/** A row keeps its id, which stands in the links that were mailed, unless the address follows the other already. */
async function carryMailFollowings(tx: Tx, from: string, to: string): Promise<void> {
  const isOne = () => endsIn(tx, "subject_uri", from);
  const became = () => withEnd(tx, "subject_uri", from, to);
  await tx`
    delete from mail_following asked using (
      select email, ${became()} as subject_uri from mail_following where ${isOne()} and confirmed_at is not null) confirmed
    where asked.email = confirmed.email and asked.subject_uri = confirmed.subject_uri and asked.confirmed_at is null`;
  const twice = await tx<{ id: string; keptId: string }[]>`
    select one.id, kept.id as kept_id from (select id, email, ${became()} as goes_to from mail_following where ${isOne()}) one
    join mail_following kept on kept.email = one.email and kept.subject_uri = one.goes_to`;
  for (const { id, keptId } of twice) {
    await tx`
      update mail_following_notice waiting set mail_following_id = ${keptId}
      where mail_following_id = ${id} and not exists (
        select from mail_following_notice there
        where there.mail_following_id = ${keptId} and there.event_id = waiting.event_id)`;
    await tx`delete from mail_following where id = ${id}`;
  }
  await tx`update mail_following set subject_uri = ${became()} where ${isOne()}`;
}

/** Whoever had their name taken off it is not to be found as its author here either. */
export async function forgetAuthorship(sql: Sql, subjectUri: string): Promise<void> {
  await sql`delete from following where subject_uri = ${subjectUri} and is_own`;
}
