// What closing an account does to what the person reported.
import { emptyPrivateActivities } from "../erasures/ledger-actions.ts";
import type { Tx } from "../platform/db.ts";

/**
 * The report stays, with what it is about and its category, so that whoever is to look at it still can: their words go, also from
 * what was sent to the moderators of another server.
 */
export async function forgetReporter(tx: Tx, accountId: string): Promise<void> {
  const events = await tx<{ id: string }[]>`
    select event.id from report join report_subject on report_id = report.id join event using (subject_uri)
    where account_id = ${accountId} and reason <> '' and event.type = 'SubjectReported' and event.data ->> 'reason' = reason`;
  const ids = events.map(({ id }) => id);
  await emptyPrivateActivities(tx, ids, "activity");
  await tx`update event set data = data || '{"reason": ""}' where id = any(${ids}::uuid[])`;
  await tx`update report set reason = '' where account_id = ${accountId}`;
}
