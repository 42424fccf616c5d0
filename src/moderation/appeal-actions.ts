// Deciding about an appeal: someone else looks, and says why it stays hidden or is shown again.
import type { Account } from "../accounts/account.ts";
import { type Sql, withTransaction } from "../platform/db.ts";
import { isId } from "../platform/ids.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { tidyText } from "../platform/text.ts";
import { recordAct } from "../subjects/actions.ts";
import { reinstate } from "./actions.ts";
import { type AppealOutcome, appealReasonLengthMax, mayDecideAppeal } from "./statement.ts";
import { settleAppeal, statementForUpdate } from "./statement-actions.ts";
import { listDeciders } from "./statement-queries.ts";

/**
 * Decides about an appeal, with a reason that its author reads. Reinstated, it is shown again everywhere.
 * @throws Refused `not-allowed` for whoever hid or wrote it and for anyone but a moderator or official there,
 * `invalid-input` without a reason, `too-large`, `not-in-this-state` where it is decided already, `not-found`.
 */
export async function decideAppeal(
  sql: Sql,
  by: Account,
  appealId: string,
  decision: { readonly outcome: AppealOutcome; readonly reason: string },
  now: Date,
): Promise<void> {
  const reason = tidyText(decision.reason);
  refuseUnless(isId(appealId), "not-found");
  await withTransaction(sql, async (tx) => {
    const [row] = await tx<{ statementId: string; subjectUri: string }[]>`
      select statement_id, subject_uri from moderation_appeal
      join moderation_statement on moderation_statement.id = statement_id
      where moderation_appeal.id = ${appealId} and moderation_statement.origin is null`;
    refuseUnless(row !== undefined, "not-found");
    // The thing before the statement, as hiding and showing do.
    await tx`select from subject where uri = ${row.subjectUri} for no key update`;
    const statement = await statementForUpdate(tx, row.statementId);
    refuseUnless(statement !== null && statement.appeal !== null, "not-found");
    const deciders = await listDeciders(tx, statement.subjectUri);
    refuseUnless(mayDecideAppeal(by, statement, { accountId: statement.accountId, deciders }), "not-allowed");
    refuseUnless(statement.appeal.decidedAt === null, "not-in-this-state");
    refuseUnless(reason !== "", "invalid-input", { field: "reason" });
    refuseUnless(reason.length <= appealReasonLengthMax, "too-large", { field: "reason", max: appealReasonLengthMax });
    const { outcome } = decision;
    await recordAct(tx, by, "appeal-decided", statement.subjectUri, { outcome, reason }, now);
    if (outcome === "reinstated") await reinstate(tx, by, statement.subjectUri, reason, now);
    else await settleAppeal(tx, by, statement, outcome, reason, now);
  });
}
