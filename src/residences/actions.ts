// The verbs of residence: verify, renew, withdraw, decide between two accounts. The only writers of `residence` and of what accounts copy of it.
import { type Account, mayVerifyResidence, mayWorkAtDesk } from "../accounts/account.ts";
import { accountUri, getAccount } from "../accounts/queries.ts";
import { type Sql, type Tx, withTransaction } from "../platform/db.ts";
import { isId, newId } from "../platform/ids.ts";
import { enqueue } from "../platform/jobs.ts";
import { Refused, refuseUnless } from "../platform/refusal.ts";
import { recordAct } from "../subjects/actions.ts";
import { getMethod } from "./queries.ts";
import {
  type Claims,
  claimValues,
  documentNumberFrom,
  expiryOf,
  formerKeptMs,
  isClaimed,
  type Method,
  numberHash,
  readDocumentNumber,
  residenceKey,
  subjectHash,
} from "./residence.ts";

/** What a person is told of, by the job `tell-resident`. */
export type ResidentNews =
  | "residence-verified"
  | "residence-expiring"
  | "residence-over"
  | "code-on-its-way"
  | "assisted";

/** Promises a notice. The rooms stand side by side, so the composition root joins them. */
export const tellResident = (
  tx: Tx,
  accountId: string,
  kind: ResidentNews,
  data: Readonly<Record<string, string | number>> = {},
): Promise<void> =>
  enqueue(tx, { kind: "tell-resident", payload: { accountId, kind, data }, key: `tell ${accountId}` });

export interface Proof {
  readonly method: Method;
  /** Null where no number was asked for. */
  readonly numberHash: Buffer | null;
  /** Of who the person is at the identity provider: whichever account they bring it to, it is one person. */
  readonly subjectHash?: Buffer | null;
  /** The official who saw the proof; null for a person who proved it by themself. */
  readonly by: Account | null;
}

/**
 * `taken`: another account holds this number, and the desk has been told. `other-number`: this account was verified with
 * another one. In both cases nothing else has changed.
 */
export type Verified = "verified" | "taken" | "other-number";

/**
 * Opens a verification, or renews the one that is open. Locks the account.
 * @throws Refused `method-off`, `not-found` for a closed account.
 */
export async function openVerification(tx: Tx, accountId: string, proof: Proof, now: Date): Promise<Verified> {
  const { method, by } = proof;
  await tx`select from account where id = ${accountId} for no key update`;
  await getAccount(tx, accountId);
  const { isOn, validMonths } = await getMethod(tx, method);
  refuseUnless(isOn, "method-off");
  const [open] = await tx<{ id: string; numberHash: Buffer | null }[]>`
    select id, number_hash from residence where account_id = ${accountId} and ended_at is null`;
  const former = await listFormerOf(tx, accountId, proof.subjectHash ?? null);
  const brought = former.find((one) => one.numberHash !== null)?.numberHash ?? null;
  const number = proof.numberHash ?? brought;
  if (number !== null) {
    await lockNumber(tx, number);
    const own = [accountId, ...former.map((one) => one.accountId)];
    if (await noteIfTaken(tx, accountId, own, method, number, now)) return "taken";
    // At the desk someone looks at both documents.
    const isOther = [open?.numberHash, brought].some((known) => known && !known.equals(number));
    if (by === null && isOther) return "other-number";
  }
  for (const one of former) await takeOver(tx, one.accountId, accountId, now);
  const subject = proof.subjectHash ? { subjectHash: proof.subjectHash } : {};
  const row = {
    method,
    verifiedAt: now,
    verifiedBy: by?.id ?? null,
    expiresAt: expiryOf(now, validMonths),
    ...subject,
  };
  if (open === undefined) {
    await tx`insert into residence ${tx({ id: newId(now), accountId, numberHash: number, ...row })}`;
  } else {
    await tx`update residence set ${tx({ ...row, remindedAt: null, toldOverAt: null })},
      number_hash = coalesce(${number}, number_hash) where id = ${open.id}`;
  }
  await tx`update account set residence_verified_at = ${now}, residence_verified_by = ${row.verifiedBy},
    residence_expires_at = ${row.expiresAt} where id = ${accountId}`;
  if (number !== null) await inheritWeight(tx, number, accountId);
  const act = open === undefined ? "ResidenceVerified" : "ResidenceRenewed";
  await recordAct(tx, by ?? { id: accountId }, act, accountUri(accountId), { method }, now, {
    before: { isVerified: open !== undefined },
    after: { isVerified: true },
  });
  await tellResident(tx, accountId, "residence-verified", { method });
  return "verified";
}

const lockNumber = (tx: Tx, hash: Buffer) =>
  tx`select pg_advisory_xact_lock(hashtextextended(${`residence number ${hash.toString("base64")}`}, 0))`;

/** Other accounts that one person at the identity provider was verified in, with the number each has. */
async function listFormerOf(tx: Tx, accountId: string, subject: Buffer | null) {
  if (subject === null) return [];
  await tx`select pg_advisory_xact_lock(hashtextextended(${`residence subject ${subject.toString("base64")}`}, 0))`;
  return await tx<{ accountId: string; numberHash: Buffer | null }[]>`
    select account_id, number_hash from residence
    where subject_hash = ${subject} and account_id <> ${accountId} order by ended_at desc nulls first`;
}

/** The person goes on in another account: what counted there counts here, and nowhere twice. */
async function takeOver(tx: Tx, from: string, to: string, now: Date): Promise<void> {
  if (await endVerification(tx, from, now)) {
    await recordAct(tx, { id: to }, "ResidenceVerificationWithdrawn", accountUri(from), {}, now, {
      before: { isVerified: true },
      after: { isVerified: false },
    });
    await tellResident(tx, from, "residence-over");
  }
  await tx`update residence set number_hash = null, subject_hash = null where account_id = ${from} and ended_at is not null`;
  await enqueue(tx, { kind: "move-weight", payload: { from, to }, key: `weight ${to}` });
}

/** @param own accounts of the person who asks. */
async function noteIfTaken(
  tx: Tx,
  accountId: string,
  own: readonly string[],
  method: Method,
  hash: Buffer,
  now: Date,
): Promise<boolean> {
  const [other] = await tx<{ accountId: string }[]>`
    select account_id from residence
    where number_hash = ${hash} and ended_at is null and account_id <> all(${own as string[]}::uuid[])`;
  if (other === undefined) return false;
  await tx`
    insert into residence_conflict (id, account_id, other_account_id, method, number_hash, at)
    values (${newId(now)}, ${accountId}, ${other.accountId}, ${method}, ${hash}, ${now})
    on conflict (account_id, other_account_id) where resolved_at is null
    do update set number_hash = excluded.number_hash, method = excluded.method`;
  return true;
}

/**
 * What was decided under verifications of this number that have ended counts for the account that has it now, so that
 * nobody decides twice: the rooms above move it (`move-weight`). The old rows forget the number.
 */
async function inheritWeight(tx: Tx, hash: Buffer, accountId: string): Promise<void> {
  const former = await tx<{ accountId: string }[]>`
    update residence set number_hash = null
    where number_hash = ${hash} and ended_at is not null and account_id <> ${accountId} returning account_id`;
  for (const { accountId: from } of former) {
    await enqueue(tx, { kind: "move-weight", payload: { from, to: accountId }, key: `weight ${accountId}` });
  }
}

/** @throws Refused `number-taken`, `number-differs`. After the transaction, since what it noted stays. */
export function refuseUnlessVerified(outcome: Verified, field = ""): void {
  const params = field === "" ? {} : { field };
  refuseUnless(outcome !== "taken", "number-taken", params);
  refuseUnless(outcome !== "other-number", "number-differs", params);
}

/**
 * Marks that the desk has seen proof of residence. Of a document number only its keyed hash is kept. Doing it again renews.
 * @param number what the officer typed; empty where the city asks for none.
 * @throws Refused `not-allowed` for anyone but an official of the node, and for one's own account; `number-invalid`,
 * `number-taken`, `method-off`.
 */
export async function verifyAtDesk(
  sql: Sql,
  key: Buffer | null,
  by: Account,
  person: { accountId: string; number?: string },
  now: Date,
): Promise<void> {
  const { accountId, number = "" } = person;
  refuseUnless(mayVerifyResidence(by, accountId), "not-allowed");
  refuseUnless(isId(accountId), "not-found");
  const hash = number.trim() === "" || key === null ? null : numberHash(key, readDocumentNumber(number));
  const outcome = await withTransaction(sql, async (tx) => {
    const { settings } = await getMethod(tx, "desk");
    refuseUnless(settings.asksNumber !== true || hash !== null, "number-invalid", { field: "number" });
    return await openVerification(tx, accountId, { method: "desk", numberHash: hash, by }, now);
  });
  refuseUnlessVerified(outcome, "number");
}

/** Takes the mark back. What the person has supported until then stays counted. @throws Refused as {@link verifyAtDesk}. */
export async function withdrawVerification(sql: Sql, by: Account, accountId: string, now: Date): Promise<void> {
  refuseUnless(mayVerifyResidence(by, accountId), "not-allowed");
  refuseUnless(isId(accountId), "not-found");
  await withTransaction(sql, async (tx) => {
    await tx`select from account where id = ${accountId} for no key update`;
    if (!(await endVerification(tx, accountId, now))) return;
    await recordAct(tx, by, "ResidenceVerificationWithdrawn", accountUri(accountId), {}, now, {
      before: { isVerified: true },
      after: { isVerified: false },
    });
  });
}

async function endVerification(tx: Tx, accountId: string, now: Date): Promise<boolean> {
  const rows =
    await tx`update residence set ended_at = ${now} where account_id = ${accountId} and ended_at is null returning 1`;
  await tx`update account set residence_verified_at = null, residence_verified_by = null, residence_expires_at = null
    where id = ${accountId}`;
  return rows.length > 0;
}

/** What came of a sign-in at the city's identity provider. Never a refusal: the sign-in itself is good. */
export type ClaimOutcome = Verified | "off" | "not-entitled" | "no-number";

/**
 * Verifies a person by what the city's identity provider says of them (OpenID Connect Core section 5.1), in the
 * transaction of their sign-in. Claims are looked at and not kept.
 *
 * @param secret of the node, from which the key of the hashes is made.
 */
export function openVerifyByClaim(secret: string) {
  const key = residenceKey(secret);
  return async function verifyByClaim(
    tx: Tx,
    account: { readonly id: string },
    claims: Claims,
    now: Date,
  ): Promise<ClaimOutcome> {
    const { isOn, settings } = await getMethod(tx, "claim");
    if (!isOn) return "off";
    if (!isClaimed(settings, claims)) return "not-entitled";
    const asksNumber = (settings.numberClaim ?? "") !== "";
    const number = asksNumber ? documentNumberFrom(claimValues(claims, settings.numberClaim!)[0] ?? "") : null;
    if (asksNumber && number === null) return "no-number";
    const hash = number === null ? null : numberHash(key, number);
    const proof = { method: "claim", numberHash: hash, subjectHash: subjectHash(key, claims), by: null } as const;
    return await openVerification(tx, account.id, proof, now);
  };
}

/**
 * Decides between two accounts that came with one number. `moved`: the number and the weight go to who asked, who is
 * verified by that; the other account stays, as a guest's. `kept`: all stays as it is.
 *
 * @throws Refused `not-allowed` for who is one of the two, `not-found`, `changed-meanwhile` where another official was quicker.
 */
export async function resolveConflict(
  sql: Sql,
  by: Account,
  conflictId: string,
  resolution: "moved" | "kept",
  now: Date,
): Promise<void> {
  refuseUnless(mayWorkAtDesk(by), "not-allowed");
  refuseUnless(isId(conflictId), "not-found");
  await withTransaction(sql, async (tx) => {
    const [conflict] = await tx<
      { accountId: string; otherAccountId: string; method: Method; numberHash: Buffer | null; isOpen: boolean }[]
    >`select account_id, other_account_id, method, number_hash, resolved_at is null as is_open
      from residence_conflict where id = ${conflictId} for update`;
    refuseUnless(conflict !== undefined, "not-found");
    const { accountId, otherAccountId, method, numberHash: hash } = conflict;
    refuseUnless(conflict.isOpen && hash !== null, "changed-meanwhile");
    refuseUnless(by.id !== accountId && by.id !== otherAccountId, "not-allowed");
    await tx`
      update residence_conflict set resolved_at = ${now}, resolution = ${resolution}, resolved_by = ${by.id}, number_hash = null
      where id = ${conflictId}`;
    if (resolution === "moved") {
      await endVerification(tx, otherAccountId, now);
      const outcome = await openVerification(tx, accountId, { method, numberHash: hash, by }, now);
      if (outcome !== "verified") throw new Refused("changed-meanwhile");
    }
    const detail = { resolution, other: accountUri(otherAccountId) };
    await recordAct(tx, by, "ResidenceConflictResolved", accountUri(accountId), detail, now);
  });
}

/**
 * What closing an account does here: the number is free for another account of the same person, who then finds what they
 * have supported under it. Letters and attempts are erased. Given to the closing of accounts by the composition root.
 */
export async function releaseResidence(tx: Tx, accountId: string, now: Date): Promise<void> {
  await endVerification(tx, accountId, now);
  await tx`delete from residence_letter where account_id = ${accountId}`;
  await tx`delete from residence_attempt where account_id = ${accountId}`;
  await tx`
    update residence_conflict set resolved_at = ${now}, resolution = 'kept', number_hash = null
    where (account_id = ${accountId} or other_account_id = ${accountId}) and resolved_at is null`;
}

/** Reminds whose verification ends within thirty days, and tells whose has ended; each once. */
export async function tellOfExpiry(sql: Sql, soon: Date, now: Date): Promise<void> {
  await withTransaction(sql, async (tx) => {
    const expiring = await tx<{ accountId: string; expiresAt: Date }[]>`
      update residence set reminded_at = ${now}
      where ended_at is null and expires_at > ${now} and expires_at <= ${soon} and reminded_at is null
      returning account_id, expires_at`;
    for (const { accountId, expiresAt } of expiring) {
      await tellResident(tx, accountId, "residence-expiring", { on: expiresAt.toISOString().slice(0, 10) });
    }
    const over = await tx<{ accountId: string }[]>`
      update residence set told_over_at = ${now} where ended_at is null and expires_at <= ${now} and told_over_at is null
      returning account_id`;
    for (const { accountId } of over) await tellResident(tx, accountId, "residence-over");
  });
}

/** Forgets numbers of verifications that ended long ago, and attempts older than a day. */
export async function sweepResidences(sql: Sql, attemptsBefore: Date, now: Date): Promise<void> {
  const before = new Date(now.getTime() - formerKeptMs);
  await sql`
    update residence set number_hash = null, subject_hash = null
    where ended_at <= ${before} and (number_hash is not null or subject_hash is not null)`;
  await sql`delete from residence_attempt where at <= ${attemptsBefore}`;
}
