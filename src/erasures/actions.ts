// The verbs of erasure: ask everyone who has a thing of ours, keep their receipts; erase what others take back, and see to
// it that it stays erased. The only writer of these tables, with ledger-actions.ts and doubt-actions.ts.
import { isStillReferred, type Sql, type Tx, withTransaction } from "../platform/db.ts";
import { newId } from "../platform/ids.ts";
import { enqueue, type Handlers, schedule } from "../platform/jobs.ts";
import { dayMs } from "../platform/time.ts";
import { purgeParts } from "../records/actions.ts";
import { dropCopy } from "../subjects/actions.ts";
import { askedAgainEveryMs, type ErasureKind } from "./erasure.ts";
import { promiseAskingSoftware } from "./ledger-actions.ts";

/**
 * Notes, with the fact, that a thing of ours was erased and that all who have it are to be asked. Who that is will be read
 * from the ledger when it is told.
 * @param erasure.accountId whose page shows how far it has come; null where there is no one to show it to.
 */
export async function openErasure(
  tx: Tx,
  erasure: { subjectUri: string; kind: ErasureKind; accountId: string | null },
  now: Date,
): Promise<void> {
  await tx`insert into erasure ${tx({ id: newId(now), at: now, ...erasure })}`;
}

/** Whose requests they were is nobody's business any more, once their account is closed. */
export async function forgetAsker(tx: Tx, accountId: string): Promise<void> {
  await tx`update erasure set account_id = null where account_id = ${accountId}`;
}

export interface OpenErasure {
  readonly id: string;
  readonly kind: ErasureKind;
}

/** The erasures of a thing that have not been told yet, the latest first. */
export async function untoldErasure(tx: Tx, subjectUri: string): Promise<OpenErasure | null> {
  const [row] = await tx<OpenErasure[]>`
    select id, kind from erasure where subject_uri = ${subjectUri} and told_at is null order by id desc limit 1 for update`;
  return row ?? null;
}

/**
 * The servers to be asked about a thing: those on the ledger, and those of whoever follows these actors, who may have read
 * it without being sent it.
 */
export async function serversToAsk(
  tx: Tx,
  subjectUri: string,
  followersOf: readonly string[],
): Promise<{ id: number; isKoinon: boolean | null }[]> {
  await tx`
    insert into known_server (host, inbox_uri)
    select distinct on (split_part(actor.uri, '/', 3)) split_part(actor.uri, '/', 3),
      coalesce(actor.shared_inbox_uri, actor.inbox_uri)
    from follow join actor on actor.id = follow.follower_id join actor followed on followed.id = follow.followed_id
    where followed.uri = any(${followersOf as string[]}) and follow.state = 'accepted' and actor.origin is not null
      and actor.gone_at is null
    order by 1 on conflict (host) do nothing`;
  return await tx<{ id: number; isKoinon: boolean | null }[]>`
    select id, is_koinon from known_server
    where id in (select unnest(server_ids) from delivery_ledger where subject_uri = ${subjectUri})
      or host in (
        select split_part(actor.uri, '/', 3) from follow join actor on actor.id = follow.follower_id
          join actor followed on followed.id = follow.followed_id
        where followed.uri = any(${followersOf as string[]}) and follow.state = 'accepted' and actor.origin is not null)
    order by id`;
}

/** Notes that an erasure has been told, to whom, and by which activity; and promises to ask again. */
export async function noteTold(
  tx: Tx,
  erasureId: string,
  told: { activity: Readonly<Record<string, unknown>>; activityUri: string; serverIds: readonly number[] },
  now: Date,
): Promise<void> {
  const { activity, activityUri, serverIds } = told;
  await tx`
    update erasure set activity_uri = ${activityUri}, activity = ${tx.json(activity as never)}, told_at = ${now}
    where id = ${erasureId}`;
  await tx`
    insert into erasure_request (erasure_id, server_id, last_asked_at)
    select ${erasureId}, id, ${now} from unnest(${serverIds as number[]}::int[]) as id on conflict do nothing`;
  await promiseAskingSoftware(tx);
  await promiseReminder(tx, erasureId, new Date(+now + askedAgainEveryMs));
}

/** Who has not confirmed by then is asked again. */
export const promiseReminder = (sql: Sql, erasureId: string, runAt: Date): Promise<void> =>
  enqueue(sql, { kind: "erasure-reminder", payload: { erasureId }, runAt, uniqueKey: `erasure-reminder:${erasureId}` });

/** Notes that some servers are being asked once more. @returns how often each of them has been asked then. */
export async function noteAskedAgain(
  tx: Tx,
  erasureId: string,
  serverIds: readonly number[],
  now: Date,
): Promise<void> {
  await tx`
    update erasure_request set times_asked = times_asked + 1, last_asked_at = ${now}
    where erasure_id = ${erasureId} and server_id = any(${serverIds as number[]}::int[])`;
}

/**
 * Keeps a receipt, whose signature the caller has checked, of a server that was asked. A second one changes nothing.
 * @returns false where that server was not asked, or not about this.
 */
export async function keepReceipt(
  tx: Tx,
  receipt: { activityUri: string; host: string; document: unknown },
  now: Date,
): Promise<boolean> {
  const rows = await tx`
    update erasure_request set confirmed_at = coalesce(confirmed_at, ${now}),
      receipt = coalesce(receipt, ${tx.json(receipt.document as never)})
    from erasure, known_server
    where erasure.id = erasure_request.erasure_id and known_server.id = erasure_request.server_id
      and erasure.activity_uri = ${receipt.activityUri} and known_server.host = ${receipt.host} returning 1`;
  if (rows.length === 0) return false;
  await tx`update known_server set is_koinon = true where host = ${receipt.host}`;
  return true;
}

/** How a room empties its copy of another server's thing. Each does nothing for what is not its own kind, or not a copy. */
export type EraseCopy = (tx: Tx, uri: string, now: Date) => Promise<void>;

/**
 * Erases another server's thing here for good: every room's copy, the parts of its records, refused documents about it,
 * and whatever waits to be read of it. All that stays is a keyed digest of its address, by which a late Create is refused,
 * and where others replied to it, an empty place in the thread.
 * Nothing of our own can be erased this way.
 */
export async function eraseThing(tx: Tx, erasers: readonly EraseCopy[], uri: string, now: Date): Promise<void> {
  const own = await tx`select from subject where uri = ${uri} and origin is null`;
  if (own.length > 0) return;
  await tx`insert into erased_thing (digest, at) values (erased_digest(${uri}), ${now}) on conflict do nothing`;
  for (const erase of erasers) await erase(tx, uri, now);
  await dropCopy(tx, uri, now);
  await purgeParts(tx, uri, null, now);
  await tx`delete from record_refusal where subject_uri = ${uri}`;
  await tx`delete from waiting_reply where uri = ${uri}`;
  await tx`delete from owner_word where comment_uri = ${uri}`;
  await tx`delete from erasure_doubt where uri = ${uri}`;
}

/** How long after its erasure a thing's bare address is needed: others are being told of it, and ask about it. */
export const addressKeptDays = 30;
const sweepKind = "sweep-erased";
const sweptAtOnce = 200;

/** Promises the next sweep, once however often it is asked for. */
export const scheduleErasedSweep = (sql: Sql, now: Date): Promise<void> =>
  schedule(sql, sweepKind, new Date(+now + dayMs));

/** The recurring job after which even the addresses of erased comments of others are gone, where nothing hangs on them. */
export const erasedSweepHandlers = (sql: Sql, now: () => Date): Handlers => ({
  [sweepKind]: async () => {
    await scheduleErasedSweep(sql, now());
    await sweepErased(sql, now());
  },
});

/** @returns how many are gone. */
export async function sweepErased(sql: Sql, now: Date): Promise<number> {
  const before = new Date(+now - addressKeptDays * dayMs);
  let gone = 0;
  for (let after = ""; ; ) {
    const rows = await sql<{ uri: string }[]>`
      select uri from subject where origin is not null and kind = 'comment' and deleted_at < ${before} and uri > ${after}
        and exists (select from erased_thing where digest = erased_digest(uri)) order by uri limit ${sweptAtOnce}`;
    for (const { uri } of rows) if (await removeAddress(sql, uri)) gone += 1;
    const last = rows.at(-1);
    if (last === undefined || rows.length < sweptAtOnce) return gone;
    after = last.uri;
  }
}

/** @returns false where a reply, a report or a count still names it: then an empty place stays. */
async function removeAddress(sql: Sql, uri: string): Promise<boolean> {
  try {
    await withTransaction(sql, async (tx) => {
      await tx`delete from comment where uri = ${uri}`;
      await tx`delete from subject where uri = ${uri}`;
      await tx`delete from outgoing_activity where subject_uri = ${uri}`;
      await tx`delete from event where subject_uri = ${uri}`;
    });
    return true;
  } catch (error) {
    if (isStillReferred(error)) return false;
    throw error;
  }
}
