// The counts a process keeps of its public contributions, right also when one is hidden or shown again.
import type { Tx } from "../platform/db.ts";
import { noteCount } from "../records/tally-actions.ts";
import type { SubjectKind } from "../subjects/subject.ts";

const columnOf: Readonly<Partial<Record<SubjectKind, string>>> = {
  proposal: "proposal_count",
  meeting: "meeting_count",
  result: "result_count",
};

/** Counts contributions that became public, or (negative) stopped being so. Kinds that are not counted change nothing. */
export async function countContribution(
  tx: Tx,
  contribution: { readonly kind: SubjectKind; readonly processUri: string | null },
  by: number,
): Promise<void> {
  const column = columnOf[contribution.kind];
  if (column === undefined || contribution.processUri === null) return;
  await tx`update process set ${tx(column)} = ${tx(column)} + ${by} where uri = ${contribution.processUri}`;
  await noteCount(tx, contribution.processUri);
}
