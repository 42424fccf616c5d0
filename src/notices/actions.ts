// The verbs of notices: tell one person, tell all who follow, mark as read. Any room above calls the first in the
// transaction of the fact; the second is done later, page by page, from the event.
import { type Sql, type Tx, withTransaction } from "../platform/db.ts";
import { newId } from "../platform/ids.ts";
import { enqueue } from "../platform/jobs.ts";
import { dayMs } from "../platform/time.ts";
import { readRetention } from "../subjects/retention-queries.ts";
import {
  kindsAlwaysMailed,
  kindsToldByLetter,
  type MailRhythm,
  type NewNotice,
  type NoticeKind,
  type NoticeMail,
  type Telling,
  usualRhythm,
} from "./notice.ts";
import { isPushed, promisePushes } from "./push-actions.ts";

/**
 * Tells one person of one thing: on the page at once, by mail as they chose, and what they must not miss at once in any case.
 * To be called in the transaction of the fact. Nothing happens for an account that is closed. Whoever did it is not to be
 * told: the caller sees to that. What all followers of a thing are told is not told so, but from its event.
 */
export async function notify(tx: Tx, { accountId, kind, subjectUri, data = {} }: NewNotice, now: Date): Promise<void> {
  const asChosen = tx`coalesce(following.mail, notice_setting.mail, ${usualRhythm})`;
  const [told] = await tx<{ mail: NoticeMail }[]>`
    insert into notice (id, account_id, kind, subject_uri, data, mail, created_at)
    select ${newId(now)}, account.id, ${kind}, ${subjectUri}, ${tx.json(data)}, ${fixedMailOf(kind) ?? asChosen}, ${now}
    from account
    left join notice_setting on notice_setting.account_id = account.id
    left join following
      on following.account_id = account.id and following.subject_uri = ${subjectUri} and following.ended_at is null
    where account.id = ${accountId} and account.closed_at is null
    returning mail`;
  if (told?.mail === "at-once") await promiseMails(tx, [accountId]);
  if (told?.mail === "always") await enqueue(tx, alwaysMail(accountId));
  if (told !== undefined && isPushed(kind, told.mail)) await promisePushes(tx, [accountId], now);
}

/** Null where the person decides. */
function fixedMailOf(kind: NoticeKind): NoticeMail | null {
  if (kindsToldByLetter.includes(kind)) return "never";
  return kindsAlwaysMailed.includes(kind) ? "always" : null;
}

const alwaysMail = (accountId: string) => ({
  kind: "mail-always",
  payload: { accountId },
  uniqueKey: `mail-always ${accountId}`,
});

/** The mail with all that is to be told at once; what is told until it is sent comes along. */
const promiseMails = (tx: Tx, accountIds: readonly string[]): Promise<void> =>
  enqueue(
    tx,
    accountIds.map((accountId) => ({
      kind: "mail-notices",
      payload: { accountId, rhythm: "at-once" },
      uniqueKey: `mail-notices ${accountId} at-once`,
    })),
  );

/** Followers who are told in one transaction. */
export const followersPerPage = 1_000;

/** How many are told at once, so that the memory for a process that a whole city follows is that of one page. */
export interface TellingPage {
  readonly telling: Telling;
  /** Nobody is told twice under one id. */
  readonly onceId: string;
  /** Only those who followed by then. */
  readonly at: Date;
  /** The last one of the page before; null on the first. */
  readonly after: string | null;
}

export interface Hearer {
  readonly accountId: string;
  readonly followedUri: string;
  readonly mail: MailRhythm;
}

/**
 * Tells one page of the people who follow something. Done again it tells nobody twice.
 * @returns the last one told, to go on after; null when there are no more.
 */
export async function tellPage(sql: Sql, page: TellingPage, now: Date): Promise<string | null> {
  return await withTransaction(sql, async (tx) => {
    const { telling, onceId } = page;
    const hearers = await listHearers(tx, page);
    await tellHearers(
      tx,
      hearers.map((hearer) => ({ ...hearer, telling, onceId })),
      now,
    );
    return hearers.length === followersPerPage ? hearers.at(-1)!.accountId : null;
  });
}

/** What one person is told of one thing. */
export interface Told extends Hearer {
  readonly telling: Telling;
  readonly onceId: string;
}

/** Each of them once, whatever was done before: on the page, and by mail and message as they chose. */
export async function tellHearers(tx: Tx, told: readonly Told[], now: Date): Promise<void> {
  if (told.length === 0) return;
  const rows = told.map(({ telling, onceId, accountId, followedUri, mail }) => ({
    ...{ id: newId(now), accountId, kind: telling.kind, subjectUri: telling.subjectUri },
    ...{ data: telling.data ?? {}, onceId, mail, followedUri },
  }));
  // One text for however many rows, so that the statement is prepared once.
  const written = await tx<{ accountId: string; eventId: string }[]>`
    insert into notice (id, account_id, kind, subject_uri, data, event_id, mail, followed_uri, created_at)
    select id, "accountId", kind, "subjectUri", data, "onceId", mail, "followedUri", ${now}
    from jsonb_to_recordset(${tx.json(rows as never)}) as given ("id" uuid, "accountId" uuid, "kind" text, "subjectUri" text,
      "data" jsonb, "onceId" uuid, "mail" text, "followedUri" text)
    on conflict (account_id, event_id) where event_id is not null do nothing
    returning account_id, event_id`;
  const nameOf = (accountId: string, onceId: string) => `${accountId} ${onceId}`;
  const isNew = new Set(written.map(({ accountId, eventId }) => nameOf(accountId, eventId)));
  const newly = told.filter(({ accountId, onceId }) => isNew.has(nameOf(accountId, onceId)));
  const idsOf = (some: readonly Told[]) => [...new Set(some.map(({ accountId }) => accountId))];
  await promiseMails(tx, idsOf(newly.filter(({ mail }) => mail === "at-once")));
  await promisePushes(tx, idsOf(newly.filter(({ mail, telling }) => isPushed(telling.kind, mail))), now);
}

async function listHearers(tx: Tx, { telling, at, after }: TellingPage): Promise<Hearer[]> {
  const { of, onlyAuthors, byAccountIds = [], byAuthorOf } = telling;
  return await tx<Hearer[]>`
    select heard.account_id, heard.followed_uri, coalesce(heard.mail, notice_setting.mail, ${usualRhythm}) as mail
    from (
      select following.account_id, min(following.subject_uri) as followed_uri, min(following.mail) as mail
      from following join account on account.id = following.account_id
      where following.subject_uri = any(${of as string[]}) and account.closed_at is null
        ${onlyAuthors === undefined ? tx`` : tx`and following.is_own`}
        ${onlyAuthors === "all" ? tx`` : tx`and following.ended_at is null`}
        and date_trunc('milliseconds', following.created_at) <= ${at}
        ${after === null ? tx`` : tx`and following.account_id > ${after}`}
        and following.account_id <> all(${byAccountIds as string[]}::uuid[])
        ${
          byAuthorOf === undefined
            ? tx``
            : tx`and not exists (select from following own where own.account_id = following.account_id
                  and own.subject_uri = ${byAuthorOf} and own.is_own)`
        }
      group by following.account_id order by following.account_id limit ${followersPerPage}) heard
    left join notice_setting on notice_setting.account_id = heard.account_id
    order by heard.account_id`;
}

/** The person has seen it. Nothing happens for anyone else's. */
export async function markRead(sql: Sql, accountId: string, id: string, now: Date): Promise<void> {
  await sql`update notice set read_at = ${now} where id = ${id} and account_id = ${accountId} and read_at is null`;
}

/** All that was there when the page was shown. */
export async function markAllRead(sql: Sql, accountId: string, until: string, now: Date): Promise<void> {
  await sql`
    update notice set read_at = ${now} where account_id = ${accountId} and id <= ${until} and read_at is null`;
}

const sweptAtOnceMax = 10_000;

/** Forgets old notices, a bounded number at a time, and addresses that nobody confirmed within a day. */
export async function sweepNotices(sql: Sql, now: Date): Promise<void> {
  const before = new Date(+now - (await readRetention(sql)).noticeDays * dayMs);
  await sql`
    delete from notice where id in (select id from notice where created_at < ${before} limit ${sweptAtOnceMax})`;
  await sql`delete from mail_following_notice where created_at < ${before}`;
  await sql`
    delete from mail_following where confirmed_at is null and created_at < ${new Date(+now - 24 * 3_600_000)}`;
}

const arrivalsPerJob = 100;

/** Things of other servers that are older than this are history: whoever begins to follow a city is not told all of it. */
const arrivalAgeMsMax = 3 * 24 * 3_600_000;

/**
 * Promises to tell who follows here of things of other servers that were published lately: in the transaction that keeps
 * them. Asked again for the same things it tells nobody twice. Comments are told of where someone here wrote what they answer,
 * proposals where someone here follows the person.
 */
export async function promiseArrivals(tx: Tx, uris: readonly string[], now: Date): Promise<void> {
  if (uris.length === 0) return;
  const arrived = await tx<{ uri: string }[]>`
    select uri from subject
    where uri = any(${uris as string[]}) and origin is not null and published_at > ${new Date(+now - arrivalAgeMsMax)}
      and (kind in ('news', 'answer', 'result', 'milestone', 'meeting')
        or (kind = 'proposal' and exists (select from actor
          where actor.id = subject.author_id and actor.type = 'Person' and (exists (select from following
              where following.subject_uri = actor.uri and ended_at is null)
            or exists (select from mail_following
              where mail_following.subject_uri = actor.uri and confirmed_at is not null))))
        or (kind = 'comment' and exists (select from following
          where following.subject_uri in (subject.parent_uri, subject.thread_uri) and is_own and ended_at is null)))`;
  for (let at = 0; at < arrived.length; at += arrivalsPerJob) {
    const arrivedUris = arrived.slice(at, at + arrivalsPerJob).map(({ uri }) => uri);
    await enqueue(tx, { kind: "tell", payload: { arrivedUris } });
  }
}
