// The verbs of the code by post: ask for a letter, send it, type the code from it.
import { type Account, mayWorkAtDesk } from "../accounts/account.ts";
import { accountUri } from "../accounts/queries.ts";
import { type Sql, type Tx, withTransaction } from "../platform/db.ts";
import { newId } from "../platform/ids.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { tidyText } from "../platform/text.ts";
import { recordAct } from "../subjects/actions.ts";
import { openVerification, refuseUnlessVerified } from "./actions.ts";
import { forgetUnsentTurns, takeLetterTurn } from "./letter-turn-actions.ts";
import { lockPeople } from "./number-actions.ts";
import { getMethod, isSuspended } from "./queries.ts";
import {
  addressHash,
  addressLengthMax,
  codeAttemptsMax,
  codeHash,
  codeLifetimeMs,
  letterCode,
  lettersMax,
  lettersWindowMs,
  numberHash,
  readDocumentNumber,
} from "./residence.ts";
import { tellResident } from "./telling-actions.ts";

const addressLinesMax = 7;

/**
 * Asks for a letter with a code. A letter that is still under way is given up for the new one.
 * @throws Refused `method-off`, `invalid-input` for the address, `number-invalid`, `letters-limit` past three in 90 days, as {@link takeLetterTurn},
 * `letter-not-enough` while the desk has yet to look at the number of the letter before.
 * @param input.officerId of who asks together with the person, at the desk: limits by address and number do not hold there, and the
 * audit log says where one was passed.
 * @returns whether it went past such a limit.
 */
export async function askForLetter(
  sql: Sql,
  key: Buffer,
  by: Account,
  input: { address: string; number: string; officerId?: string | null },
  now: Date,
): Promise<boolean> {
  const { isOn, settings } = await getMethod(sql, "post");
  refuseUnless(isOn, "method-off");
  const address = tidyText(input.address).replace(/\n{2,}/g, "\n");
  const lines = address.split("\n").length;
  const isAddress =
    address.length >= 10 && address.length <= addressLengthMax && lines >= 2 && lines <= addressLinesMax;
  refuseUnless(isAddress, "address-invalid", { field: "address" });
  const number = settings.asksNumber ? numberHash(key, readDocumentNumber(input.number, "letterNumber")) : null;
  const officerId = input.officerId ?? null;
  return await withTransaction(sql, async (tx) => {
    await tx`select from account where id = ${by.id} for no key update`;
    refuseUnless(!(await isSuspended(tx, by.id)), "letter-not-enough");
    const since = new Date(now.getTime() - lettersWindowMs);
    const sent = await tx`
      select from residence_letter where account_id = ${by.id} and sent_at is not null and asked_at > ${since}`;
    refuseUnless(sent.length < lettersMax, "letters-limit", { count: lettersMax });
    // What was never sent leaves no trace.
    await forgetUnsent(tx, by.id);
    await tx`update residence_letter set ended_at = ${now}, number_hash = null where account_id = ${by.id} and ended_at is null`;
    const id = newId(now);
    await tx`
      insert into residence_letter (id, account_id, address, code_hash, number_hash, asked_at)
      values (${id}, ${by.id}, ${address}, ${codeHash(key, id, letterCode(key, id))}, ${number}, ${now})`;
    const turn = { letterId: id, address: addressHash(key, address), number, isAtDesk: officerId !== null };
    const isPast = await takeLetterTurn(tx, turn, now);
    if (isPast && officerId !== null) {
      await recordAct(tx, { id: officerId }, "LetterPastLimit", accountUri(by.id), { method: "post" }, now);
    }
    return isPast;
  });
}

async function forgetUnsent(tx: Tx, accountId: string): Promise<void> {
  await forgetUnsentTurns(tx, accountId);
  await tx`delete from residence_letter where account_id = ${accountId} and sent_at is null`;
}

/** Takes a request back: the address is deleted. Nothing happens where there is none. */
export async function cancelLetter(sql: Sql, by: Account): Promise<void> {
  await withTransaction(sql, async (tx) => {
    await tx`select from account where id = ${by.id} for no key update`;
    await forgetUnsent(tx, by.id);
  });
}

/**
 * Marks letters as sent: their addresses are deleted for good, their codes hold for thirty days, and people are told.
 * Letters that were sent or taken back meanwhile are passed over.
 *
 * @returns how many were marked.
 */
export async function markLettersSent(sql: Sql, by: Account, ids: readonly string[], now: Date): Promise<number> {
  refuseUnless(mayWorkAtDesk(by), "not-allowed");
  return await withTransaction(sql, async (tx) => {
    const sent = await tx<{ accountId: string }[]>`
      update residence_letter set sent_at = ${now}, address = '', expires_at = ${new Date(now.getTime() + codeLifetimeMs)}
      where id = any(${ids as string[]}::uuid[]) and sent_at is null and ended_at is null returning account_id`;
    for (const { accountId } of sent) await tellResident(tx, accountId, "code-on-its-way");
    if (sent.length > 0) await recordAct(tx, by, "LettersSent", null, { count: sent.length }, now);
    return sent.length;
  });
}

/** Notes that the addresses and codes of letters were taken out as a file. */
export async function noteLettersExported(sql: Sql, by: Account, count: number, now: Date): Promise<void> {
  refuseUnless(mayWorkAtDesk(by), "not-allowed");
  await withTransaction(sql, (tx) => recordAct(tx, by, "LettersExported", null, { count }, now));
}

/**
 * Verifies a person by the code of their letter. Five wrong codes end the letter.
 * @throws Refused `code-wrong` with how many tries are left, `code-over` without a letter or after its time,
 * `number-taken`, `number-differs`, `letter-not-enough`, `method-off`.
 */
export async function verifyByLetter(sql: Sql, key: Buffer, by: Account, code: string, now: Date): Promise<void> {
  const result = await withTransaction(sql, async (tx) => {
    const letter = await lockLetter(tx, by.id, now);
    if (letter === null) return { kind: "over" } as const;
    if (!codeHash(key, letter.id, code).equals(letter.codeHash)) {
      const left = codeAttemptsMax - letter.attempts - 1;
      await tx`
        update residence_letter set attempts = attempts + 1, ended_at = ${left > 0 ? null : now} where id = ${letter.id}`;
      return { kind: "wrong", left } as const;
    }
    if (await isSuspended(tx, by.id)) return { kind: "suspended" } as const;
    const proof = { method: "post", numberHash: letter.numberHash, by: null } as const;
    const outcome = await openVerification(tx, by.id, proof, now);
    if (outcome === "verified") {
      await tx`update residence_letter set ended_at = ${now}, number_hash = null where id = ${letter.id}`;
    }
    return { kind: "asked", outcome } as const;
  });
  refuseUnless(result.kind !== "over", "code-over", { field: "code" });
  refuseUnless(result.kind !== "suspended", "letter-not-enough");
  if (result.kind === "wrong") {
    refuseUnless(result.left > 0, "code-over", { field: "code" });
    refuseUnless(false, "code-wrong", { field: "code", left: result.left });
  } else if (result.kind === "asked") refuseUnlessVerified(result.outcome, "code");
}

interface SentLetter {
  readonly id: string;
  readonly codeHash: Buffer;
  readonly numberHash: Buffer | null;
  readonly attempts: number;
}

/** The letter whose code may be typed now. Its number and the account are locked first, as everywhere. */
async function lockLetter(tx: Tx, accountId: string, now: Date): Promise<SentLetter | null> {
  const read = () => tx<SentLetter[]>`
    select id, code_hash, number_hash, attempts from residence_letter
    where account_id = ${accountId} and sent_at is not null and ended_at is null and expires_at > ${now}`;
  const [seen] = await read();
  if (seen === undefined) return null;
  await lockPeople(tx, seen.numberHash, [accountId]);
  const [letter] = await read();
  return letter?.id === seen.id ? letter : null;
}
