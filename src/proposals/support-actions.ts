// The verbs of supporting: one per resident and proposal, as many in a process as it permits. The only writer of support but
// for weight-actions.ts.
import { type Account, isResident } from "../accounts/account.ts";
import { getAccount } from "../accounts/queries.ts";
import { followOwn } from "../notices/following-actions.ts";
import { type Sql, withTransaction } from "../platform/db.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { permits } from "../processes/process.ts";
import { getProcess } from "../processes/queries.ts";
import { noteCount } from "../records/tally-actions.ts";
import { openProcess, publicProposal } from "./locked-queries.ts";
import { getProposal } from "./queries.ts";
import { dropYielding } from "./weight-actions.ts";

/**
 * Counts a resident's support. Supporting twice is a no-op.
 *
 * Support has legal weight, so it takes a verified resident of this node, never a remote actor:
 * a remote `Like` is goodwill and is counted apart. The person's row is locked while the limit is checked, so that two
 * supports of theirs at once cannot both be the last one.
 *
 * @throws Refused `not-verified`, `phase-closed` outside a supporting phase, `support-limit` at the process's maximum.
 */
export async function supportProposal(sql: Sql, by: Account, uri: string, now: Date): Promise<void> {
  await withTransaction(sql, async (tx) => {
    await tx`select from account where id = ${by.id} for no key update`;
    // Read anew: the verification may have gone to another account while this waited, and nothing would take it there any more.
    refuseUnless(isResident(await getAccount(tx, by.id), now), "not-verified");
    // Nor can one be counted while its author withdraws the proposal.
    await tx`select from proposal where uri = ${uri} for no key update`;
    const proposal = await publicProposal(tx, uri);
    refuseUnless(proposal.origin === null, "not-allowed");
    refuseUnless(proposal.state === "published" || proposal.state === "evaluating", "not-in-this-state");
    const process = await openProcess(tx, proposal.processUri, "support", now);
    const given = await tx<{ proposalUri: string }[]>`
      select proposal_uri from support where account_id = ${by.id} and process_uri = ${process.uri}`;
    if (given.some((row) => row.proposalUri === uri)) return;
    const limit = process.supportLimit;
    refuseUnless(limit === null || given.length < limit, "support-limit", { limit: limit ?? 0 });
    await tx`
      insert into support (proposal_uri, account_id, process_uri, created_at) values (${uri}, ${by.id}, ${process.uri}, ${now})`;
    await tx`update proposal set support_count = support_count + 1 where uri = ${uri}`;
    await dropYielding(tx, by.id, uri);
    await noteCount(tx, uri);
    await followOwn(tx, by.id, uri, false, now);
  });
}

/** Takes a support back while the phase still lets people support; also where the proposal or its process is hidden meanwhile. */
export async function withdrawSupport(sql: Sql, by: Account, uri: string, now: Date): Promise<void> {
  await withTransaction(sql, async (tx) => {
    const { processUri } = await getProposal(tx, uri);
    const { phases } = await getProcess(tx, processUri);
    refuseUnless(permits(phases, "support", now), "phase-closed");
    const rows = await tx`delete from support where proposal_uri = ${uri} and account_id = ${by.id} returning 1`;
    if (rows.length === 0) return;
    await tx`update proposal set support_count = support_count - 1 where uri = ${uri}`;
    await noteCount(tx, uri);
  });
}
