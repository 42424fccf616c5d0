// The verbs of residence: verify, renew, withdraw, remind, forget. With `number-actions.ts` the only writers of `residence` and of what accounts copy of it.
import { type Account, mayVerifyResidence } from "../accounts/account.ts";
import { accountUri, getAccount } from "../accounts/queries.ts";
import { type Sql, type Tx, withTransaction } from "../platform/db.ts";
import { isId, newId } from "../platform/ids.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { recordAct } from "../subjects/actions.ts";
import { endEmailCode } from "./email-code-actions.ts";
import { forgetUnsentTurns } from "./letter-turn-actions.ts";
import {
  endSuspension,
  endVerification,
  findHolder,
  inheritWeight,
  lockPeople,
  lockSubject,
  moveWeight,
  noteConflict,
  suspendHolder,
} from "./number-actions.ts";
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
  provesNumber,
  readDocumentNumber,
  residenceKey,
  subjectHash,
} from "./residence.ts";
import { tellResident } from "./telling-actions.ts";

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
 * Opens a verification, or renews the one that is open. Locks as {@link lockPeople} says: the caller holds none
 * of these accounts yet, nor rows that are locked after them. A number that is proven here is taken from who had
 * only typed it beside a code by post: that residence is suspended.
 *
 * @throws Refused `method-off`, `not-found` for a closed account.
 */
export async function openVerification(tx: Tx, accountId: string, proof: Proof, now: Date): Promise<Verified> {
  const { method, by } = proof;
  const { isOn, validMonths } = await getMethod(tx, method);
  refuseUnless(isOn, "method-off");
  const former = await listFormerOf(tx, accountId, proof.subjectHash ?? null);
  const brought = former.find((one) => one.numberHash !== null);
  const hash = proof.numberHash ?? brought?.numberHash ?? null;
  await lockPeople(tx, hash, [accountId, ...former.map((one) => one.accountId)]);
  await getAccount(tx, accountId);
  const [open] = await tx<KnownNumber[]>`
    select id, number_hash, is_number_proven from residence where account_id = ${accountId} and ended_at is null`;
  const isProven = proof.numberHash === null ? (brought?.isNumberProven ?? true) : provesNumber(method, by !== null);
  if (hash !== null) {
    const own = [accountId, ...former.map((one) => one.accountId)];
    const known = [open, brought].filter((one) => one !== undefined);
    const outcome = await takeNumber(tx, { accountId, own, known, method, hash, isProven, isSeen: by !== null }, now);
    if (outcome !== "verified") return outcome;
  }
  for (const one of former) await takeOver(tx, one.accountId, accountId, now);
  const row = {
    method,
    verifiedAt: now,
    verifiedBy: by?.id ?? null,
    expiresAt: expiryOf(now, validMonths),
    ...(proof.subjectHash ? { subjectHash: proof.subjectHash } : {}),
    ...(hash === null ? {} : { numberHash: hash, isNumberProven: isProven || isKnown(open, hash) }),
  };
  if (open === undefined) {
    await endSuspension(tx, accountId, now);
    await tx`insert into residence ${tx({ id: newId(now), accountId, ...row })}`;
  } else {
    await tx`update residence set ${tx({ ...row, remindedAt: null, toldOverAt: null })} where id = ${open.id}`;
  }
  await tx`update account set residence_verified_at = ${now}, residence_verified_by = ${row.verifiedBy},
    residence_expires_at = ${row.expiresAt} where id = ${accountId}`;
  if (hash !== null) await inheritWeight(tx, hash, accountId, isProven || isKnown(open, hash));
  const act = open === undefined ? "ResidenceVerified" : "ResidenceRenewed";
  await recordAct(tx, by ?? { id: accountId }, act, accountUri(accountId), { method }, now, {
    before: { isVerified: open !== undefined },
    after: { isVerified: true },
  });
  await tellResident(tx, accountId, "residence-verified", { method });
  return "verified";
}

interface KnownNumber {
  readonly id: string;
  readonly numberHash: Buffer | null;
  readonly isNumberProven: boolean;
}

/** Whether the account has proven this number before. */
const isKnown = (open: KnownNumber | undefined, hash: Buffer): boolean =>
  open?.isNumberProven === true && open.numberHash?.equals(hash) === true;

/** Takes a number that is locked, where this account may have it. */
async function takeNumber(
  tx: Tx,
  ask: {
    accountId: string;
    own: readonly string[];
    known: readonly Pick<KnownNumber, "numberHash" | "isNumberProven">[];
    method: Method;
    hash: Buffer;
    isProven: boolean;
    /** At the desk someone looks at both documents. */
    isSeen: boolean;
  },
  now: Date,
): Promise<Verified> {
  const { accountId, method, hash, isProven } = ask;
  const holder = await findHolder(tx, hash, ask.own);
  const givesWay = holder !== null && isProven && !holder.isNumberProven;
  if (holder !== null && !givesWay) {
    await noteConflict(tx, accountId, holder.accountId, { method, hash }, now);
    return "taken";
  }
  // What was only typed gives way to what is proven, also in one account.
  const binding = ask.known.filter((one) => one.isNumberProven || !isProven);
  const isOther = binding.some(({ numberHash: known }) => known !== null && !known.equals(hash));
  if (!ask.isSeen && isOther) return "other-number";
  if (holder !== null) await suspendHolder(tx, holder.accountId, accountId, { method, hash }, now);
  return "verified";
}

/** Other accounts that one person at the identity provider was verified in, with the number each has. */
async function listFormerOf(tx: Tx, accountId: string, subject: Buffer | null) {
  if (subject === null) return [];
  await lockSubject(tx, subject);
  return await tx<{ accountId: string; numberHash: Buffer | null; isNumberProven: boolean }[]>`
    select account_id, number_hash, is_number_proven from residence
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
  await moveWeight(tx, from, to);
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
    await tellResident(tx, accountId, "residence-withdrawn");
  });
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
 * What closing an account does here: the number is free for another account of the same person, who then finds what they
 * have supported under it. Letters are erased, and the address a code was mailed to; attempts and letters that were sent stay
 * counted for their time, as keyed digests: else who closes and opens accounts would never come to the end of their tries. Given to the closing of accounts
 * by the composition root.
 */
export async function releaseResidence(tx: Tx, accountId: string, now: Date): Promise<void> {
  await endVerification(tx, accountId, now);
  await forgetUnsentTurns(tx, accountId);
  await tx`delete from residence_letter where account_id = ${accountId}`;
  // Why somebody acted for them: words about the person. That it was done stays in the log.
  await tx`update assist set reason = '' where account_id = ${accountId}`;
  await endEmailCode(tx, accountId, now);
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
