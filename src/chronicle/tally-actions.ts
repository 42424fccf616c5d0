// Writes the tallies of what has moved since the last time. Run by a job, so at most once in ten minutes for each thing.
import { type Sql, type Tx, withTransaction } from "../platform/db.ts";
import { writeRecords } from "../records/actions.ts";
import { listHeads } from "../records/queries.ts";
import type { Json } from "../records/record.ts";
import { listCounts } from "./queries.ts";
import { isMoved, tallyDraft } from "./tally.ts";

/** Notes of changes that are worked off in one transaction. */
const changesMax = 2_000;

/** @returns how many things were looked at. */
export async function writeTallies(sql: Sql, now: Date): Promise<number> {
  for (let done = 0; ; ) {
    const some = await withTransaction(sql, async (tx) => {
      // One run at a time, or two would sign the same version.
      await tx`select pg_advisory_xact_lock(hashtext('tally'))`;
      const changes = await tx<{ subjectUri: string }[]>`
        delete from tally_change where place in (select place from tally_change order by place limit ${changesMax})
        returning subject_uri`;
      await tallyNow(
        tx,
        changes.map((change) => change.subjectUri),
        now,
      );
      return changes.length;
    });
    done += some;
    if (some < changesMax) return done;
  }
}

/** The tallies of these things where their counts have moved; of this node's own only, and of what has a record. */
export async function tallyNow(tx: Tx, subjectUris: readonly string[], now: Date): Promise<void> {
  const drafts = (await listCounts(tx, [...new Set(subjectUris)])).map((counts) => tallyDraft(counts, now));
  const heads = new Map(
    (
      await listHeads(
        tx,
        drafts.map((draft) => draft.subject),
      )
    ).map((head) => [head.subjectUri, (JSON.parse(head.document) as { data: Json }).data]),
  );
  const moved = drafts.filter((draft) => {
    const before = heads.get(draft.subject);
    return before === undefined || isMoved(before, draft.data);
  });
  await writeRecords(tx, moved, now);
}
