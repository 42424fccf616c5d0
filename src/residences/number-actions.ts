// One number, one weight: who holds a number, who must give it up to whom, and what becomes of the weight. For `actions.ts`.
import { accountUri } from "../accounts/queries.ts";
import type { Tx } from "../platform/db.ts";
import { newId } from "../platform/ids.ts";
import { enqueue } from "../platform/jobs.ts";
import { recordAct } from "../subjects/actions.ts";
import type { Method } from "./residence.ts";
import { tellResident } from "./telling-actions.ts";

/**
 * Locks what a verification may change, before anything of it is locked or written, and on every way in one order, so that
 * two never wait for each other: who the person is at the identity provider ({@link lockSubject}), the number, then the accounts
 * by their ids, with the one that holds the number. What was read before has to be read again.
 */
export async function lockPeople(tx: Tx, hash: Buffer | null, accountIds: readonly string[]): Promise<void> {
  if (hash !== null) await lockNumber(tx, hash);
  const holder = hash === null ? null : await findHolder(tx, hash, accountIds);
  const all = holder === null ? accountIds : [...accountIds, holder.accountId];
  await tx`select from account where id = any(${all as string[]}::uuid[]) order by id for no key update`;
}

export const lockNumber = (tx: Tx, hash: Buffer) =>
  tx`select pg_advisory_xact_lock(hashtextextended(${`residence number ${hash.toString("base64")}`}, 0))`;

export const lockSubject = (tx: Tx, subject: Buffer) =>
  tx`select pg_advisory_xact_lock(hashtextextended(${`residence subject ${subject.toString("base64")}`}, 0))`;

export interface Holder {
  readonly accountId: string;
  readonly isNumberProven: boolean;
}

/** Who else has the number now. @param own accounts of the person who asks. */
export async function findHolder(tx: Tx, hash: Buffer, own: readonly string[]): Promise<Holder | null> {
  const [holder] = await tx<Holder[]>`
    select account_id, is_number_proven from residence
    where number_hash = ${hash} and ended_at is null and account_id <> all(${own as string[]}::uuid[])`;
  return holder ?? null;
}

/** The desk decides between the two. Both are told once, however often it is tried until then. */
export async function noteConflict(
  tx: Tx,
  accountId: string,
  otherAccountId: string,
  number: { method: Method; hash: Buffer },
  now: Date,
): Promise<void> {
  const { method, hash } = number;
  const waiting = await tx`
    select from residence_conflict
    where account_id = ${accountId} and other_account_id = ${otherAccountId} and resolved_at is null`;
  await tx`
    insert into residence_conflict (id, account_id, other_account_id, method, number_hash, at)
    values (${newId(now)}, ${accountId}, ${otherAccountId}, ${method}, ${hash}, ${now})
    on conflict (account_id, other_account_id) where resolved_at is null
    do update set number_hash = excluded.number_hash, method = excluded.method, kind = 'number'`;
  if (waiting.length > 0) return;
  await tellResident(tx, accountId, "residence-conflict");
  await tellResident(tx, otherAccountId, "residence-number-tried");
}

/**
 * A number that was only typed beside a code by post goes to who has proven it. The residence that held it is suspended:
 * nothing it supported is taken back, and of what both support one counts ({@link listYielding}). The desk looks whether they
 * are one person or two, and both are told why.
 *
 * @param to who has proven it.
 */
export async function suspendHolder(
  tx: Tx,
  from: string,
  to: string,
  number: { method: Method; hash: Buffer },
  now: Date,
) {
  const { method, hash } = number;
  await endVerification(tx, from, now, "number-proven-elsewhere");
  // Who else waits for this number now waits for it from its new holder.
  await tx`
    update residence_conflict waiting set other_account_id = ${to}
    where other_account_id = ${from} and number_hash = ${hash} and resolved_at is null and account_id <> ${to}
      and not exists (select from residence_conflict twin
        where twin.account_id = waiting.account_id and twin.other_account_id = ${to} and twin.resolved_at is null)`;
  await tx`
    insert into residence_conflict (id, account_id, other_account_id, method, kind, at)
    values (${newId(now)}, ${to}, ${from}, ${method}, 'suspended', ${now})
    on conflict (account_id, other_account_id) where resolved_at is null
    do update set kind = 'suspended', number_hash = null, method = excluded.method`;
  // By the node itself: who proved the number is not told whose account it was.
  await recordAct(tx, null, "ResidenceSuspended", accountUri(from), { method }, now, {
    before: { isVerified: true },
    after: { isVerified: false },
  });
  await tellResident(tx, from, "residence-suspended");
  await tellResident(tx, to, "residence-number-yours");
}

/** Whoever is verified anew is no longer suspended, and the old number says nothing about them any more. */
export async function endSuspension(tx: Tx, accountId: string, now: Date): Promise<void> {
  await tx`
    update residence_conflict set resolved_at = ${now}, resolution = 'kept', number_hash = null
    where other_account_id = ${accountId} and kind = 'suspended' and resolved_at is null`;
  await forgetSuspendedNumber(tx, accountId);
}

/** No verification of theirs that has ended says a number any more. */
export const forgetFormerNumbers = (tx: Tx, accountId: string) =>
  tx`update residence set number_hash = null where account_id = ${accountId} and ended_at is not null`;

export const forgetSuspendedNumber = (tx: Tx, accountId: string) =>
  tx`update residence set number_hash = null where account_id = ${accountId} and end_reason is not null`;

/** @returns whether there was one. */
export async function endVerification(
  tx: Tx,
  accountId: string,
  now: Date,
  reason: "number-proven-elsewhere" | null = null,
): Promise<boolean> {
  const rows = await tx`
    update residence set ended_at = ${now}, end_reason = ${reason}
    where account_id = ${accountId} and ended_at is null returning 1`;
  await tx`update account set residence_verified_at = null, residence_verified_by = null, residence_expires_at = null
    where id = ${accountId}`;
  return rows.length > 0;
}

/**
 * What was decided under verifications of this number that have ended counts for the account that has it now, so that
 * nobody decides twice: the rooms above move it (`move-weight`), and the old rows forget the number. Only where both have proven
 * the number. Where it was only typed, then or now, they may be two people: whoever knows somebody's number must neither see nor
 * take back what that person supported. Then nothing moves, and of what both support one counts (`yield-weight`).
 */
export async function inheritWeight(tx: Tx, hash: Buffer, accountId: string, isProven: boolean): Promise<void> {
  if (isProven) {
    const former = await tx<{ accountId: string }[]>`
      update residence set number_hash = null
      where number_hash = ${hash} and ended_at is not null and account_id <> ${accountId}
        and is_number_proven and end_reason is null
      returning account_id`;
    for (const { accountId: from } of former) await moveWeight(tx, from, accountId);
  }
  await enqueue(tx, { kind: "yield-weight", payload: { accountId }, key: `weight ${accountId}` });
}

/** Promises that what one account supported counts for another of the same person. */
export const moveWeight = (tx: Tx, from: string, to: string) =>
  enqueue(tx, { kind: "move-weight", payload: { from, to }, key: `weight ${to}` });
