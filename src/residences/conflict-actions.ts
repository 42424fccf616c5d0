// The verb of the desk between two accounts with one number: one person, or two.
import { type Account, mayWorkAtDesk } from "../accounts/account.ts";
import { accountUri } from "../accounts/queries.ts";
import { type Sql, type Tx, withTransaction } from "../platform/db.ts";
import { isId } from "../platform/ids.ts";
import { Refused, refuseUnless } from "../platform/refusal.ts";
import { recordAct } from "../subjects/actions.ts";
import { openVerification } from "./actions.ts";
import {
  endVerification,
  forgetFormerNumbers,
  forgetSuspendedNumber,
  lockPeople,
  moveWeight,
} from "./number-actions.ts";
import type { Method } from "./residence.ts";
import { tellResident } from "./telling-actions.ts";

interface OpenConflict {
  readonly kind: "number" | "suspended";
  readonly accountId: string;
  readonly otherAccountId: string;
  readonly method: Method;
  readonly numberHash: Buffer | null;
  readonly isOpen: boolean;
}

/**
 * Decides between two accounts that came with one number. `moved`: it is one person. The number and the weight go to who
 * asked, who is verified by that; the other account stays, as a guest's. `kept`: all stays as it is. Where the other account
 * was suspended, since it had never proven the number, `moved` brings its supports to who has, and `kept` says that they are
 * two people: then it may be verified again, in any way.
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
    const conflict = await lockConflict(tx, conflictId);
    const { accountId, otherAccountId, kind } = conflict;
    refuseUnless(by.id !== accountId && by.id !== otherAccountId, "not-allowed");
    await tx`
      update residence_conflict set resolved_at = ${now}, resolution = ${resolution}, resolved_by = ${by.id}, number_hash = null
      where id = ${conflictId}`;
    if (kind === "suspended") await decideSuspension(tx, conflict, resolution);
    else await decideNumber(tx, by, conflict, resolution, now);
    const detail = { resolution, other: accountUri(otherAccountId) };
    await recordAct(tx, by, "ResidenceConflictResolved", accountUri(accountId), detail, now);
  });
}

/** The number and the accounts come before the row, as they do where one is noted. */
async function lockConflict(tx: Tx, id: string): Promise<OpenConflict> {
  const read = () => tx<OpenConflict[]>`
    select kind, account_id, other_account_id, method, number_hash, resolved_at is null as is_open
    from residence_conflict where id = ${id}`;
  const [seen] = await read();
  refuseUnless(seen !== undefined, "not-found");
  await lockPeople(tx, seen.numberHash, [seen.accountId, seen.otherAccountId]);
  const [conflict] = await read();
  const isSame = conflict?.isOpen && conflict.otherAccountId === seen.otherAccountId && isEqual(conflict, seen);
  refuseUnless(isSame, "changed-meanwhile");
  return conflict;
}

const isEqual = ({ numberHash: a }: OpenConflict, { numberHash: b }: OpenConflict): boolean =>
  a === null || b === null ? a === b : a.equals(b);

async function decideNumber(tx: Tx, by: Account, conflict: OpenConflict, resolution: "moved" | "kept", now: Date) {
  const { accountId, otherAccountId, method, numberHash } = conflict;
  refuseUnless(numberHash !== null, "changed-meanwhile");
  if (resolution === "kept") return await tellResident(tx, accountId, "residence-kept");
  await endVerification(tx, otherAccountId, now);
  await tellResident(tx, otherAccountId, "residence-withdrawn");
  const outcome = await openVerification(tx, accountId, { method, numberHash, by }, now);
  if (outcome !== "verified") throw new Refused("changed-meanwhile");
  // Also where the other had only typed the number: the desk has looked.
  await forgetFormerNumbers(tx, otherAccountId);
  await moveWeight(tx, otherAccountId, accountId);
}

async function decideSuspension(tx: Tx, { accountId, otherAccountId }: OpenConflict, resolution: "moved" | "kept") {
  await forgetSuspendedNumber(tx, otherAccountId);
  if (resolution === "moved") await moveWeight(tx, otherAccountId, accountId);
  await tellResident(tx, otherAccountId, "residence-suspension-decided");
}
