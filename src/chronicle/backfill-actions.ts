// Records for what was public here before there were records, or came in another way: batch by batch, from where it
// stopped. What is there already stays as it is.
import { vouchForMeetings } from "../meetings/vouch.ts";
import { type Sql, type Tx, withTransaction } from "../platform/db.ts";
import { vouchForNews, vouchForProcess } from "../processes/vouch.ts";
import { vouchForProposal } from "../proposals/vouch.ts";
import { recordStanding } from "../records/actions.ts";
import { vouchForMilestone, vouchForResults } from "../results/vouch.ts";
import { listUnrecorded, type Unrecorded } from "./queries.ts";

const thingsPerBatch = 250;

/**
 * Writes the records of one batch, and promises their tallies and threads.
 * @param after the id of the last thing of the batch before; null at the beginning.
 * @returns where to go on; null when nothing is left.
 */
export async function backfillRecords(sql: Sql, after: string | null, now: Date): Promise<string | null> {
  return await withTransaction(sql, async (tx) => {
    const things = await listUnrecorded(tx, { after, limit: thingsPerBatch });
    const uris = things.map((thing) => thing.uri);
    // Whoever changes one of them meanwhile waits, and then finds its record.
    await tx`select from subject where uri = any(${uris}) order by uri for no key update`;
    await vouchForThings(tx, things, now);
    for (const { uri, hiddenReason } of things) {
      if (hiddenReason !== null) await recordStanding(tx, uri, hiddenReason, now);
    }
    await tx`insert into tally_change (subject_uri) select unnest(${uris}::text[])`;
    await tx`
      insert into thread_change (thread_uri, comment_uri)
      select thread_uri, uri from subject where thread_uri = any(${uris})`;
    return things.length < thingsPerBatch ? null : things.at(-1)!.id;
  });
}

async function vouchForThings(tx: Tx, things: readonly Unrecorded[], now: Date): Promise<void> {
  const of = (kind: Unrecorded["kind"]) => things.filter((thing) => thing.kind === kind).map((thing) => thing.uri);
  for (const uri of of("process")) await vouchForProcess(tx, uri, now);
  await vouchForNews(tx, of("news"), now);
  for (const uri of of("proposal")) await vouchForProposal(tx, uri, now);
  const answered = await tx<{ proposalUri: string }[]>`
    select proposal_uri from answer where uri = any(${of("answer")}) order by proposal_uri`;
  for (const { proposalUri } of answered) await vouchForProposal(tx, proposalUri, now);
  await vouchForMeetings(tx, of("meeting"), now);
  await vouchForResults(tx, of("result"), now);
  for (const uri of of("milestone")) await vouchForMilestone(tx, uri, now);
}
