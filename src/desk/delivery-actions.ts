// The verbs about what was given up: try again, all or one, or let it go for good. Each leaves a line in the audit log.
import { type Account, holds } from "../accounts/account.ts";
import { type Sql, withTransaction } from "../platform/db.ts";
import { discardDeadLetter, retryDeadLetter, retryDeadLetters } from "../platform/dead-letters.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { recordAct } from "../subjects/actions.ts";
import { findFailure } from "./delivery-queries.ts";

/** @throws Refused `not-allowed` for anyone but an administrator of the node, `not-found` for one that is no more. */
export async function retryFailure(sql: Sql, by: Account, id: string, now: Date): Promise<void> {
  refuseUnless(holds(by, "administrator"), "not-allowed");
  await withTransaction(sql, async (tx) => {
    const failure = await findFailure(tx, id);
    refuseUnless(failure !== null && (await retryDeadLetter(tx, id)), "not-found");
    const { kind, host } = failure;
    await recordAct(tx, by, "delivery-retried", addressOf(host), {}, now, { after: { kind, count: 1 } });
  });
}

/** Tries all again. @returns how many there were. @throws Refused `not-allowed`. */
export async function retryFailures(sql: Sql, by: Account, now: Date): Promise<number> {
  refuseUnless(holds(by, "administrator"), "not-allowed");
  return await withTransaction(sql, async (tx) => {
    const rows = await tx<{ kind: string }[]>`select distinct kind from dead_letter`;
    const kinds = rows.map(({ kind }) => kind);
    const count = await retryDeadLetters(tx, kinds);
    if (count > 0) await recordAct(tx, by, "delivery-retried", null, {}, now, { after: { kinds, count } });
    return count;
  });
}

/** Lets one go for good: whoever it was for never gets it. @throws Refused as {@link retryFailure}. */
export async function giveUpFailure(sql: Sql, by: Account, id: string, now: Date): Promise<void> {
  refuseUnless(holds(by, "administrator"), "not-allowed");
  await withTransaction(sql, async (tx) => {
    const failure = await findFailure(tx, id);
    refuseUnless(failure !== null && (await discardDeadLetter(tx, id)), "not-found");
    const { kind, host } = failure;
    await recordAct(tx, by, "delivery-given-up", addressOf(host), {}, now, { before: { kind } });
  });
}

const addressOf = (host: string | null): string | null => (host === null ? null : `https://${host}`);
