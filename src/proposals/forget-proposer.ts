// What closing an account does to what the person proposed: their name goes, their drafts go, the rest stays.
import { openErasure } from "../erasures/actions.ts";
import { recordEvent } from "../events.ts";
import type { Tx } from "../platform/db.ts";
import { recordForgetting } from "../records/actions.ts";
import { deleteSubject, touchSubject } from "../subjects/actions.ts";
import { dropCoauthors, forgetCoauthor, handOn } from "./coauthor-actions.ts";
import { vouchForProposal } from "./vouch.ts";

/**
 * Takes a person's name off their proposals and tells the servers that have them, since the name stood in the text they
 * got. What an association proposed through them keeps the association's name. Drafts, which no one else has seen,
 * are erased; one that somebody writes along becomes theirs. Their name beside other authors goes too. Supports stay counted: they carry no name.
 */
export async function forgetProposer(tx: Tx, accountId: string, now: Date): Promise<void> {
  await forgetCoauthor(tx, accountId, now);
  const drafts = await tx<{ uri: string }[]>`
    select uri from proposal where account_id = ${accountId} and state = 'draft' order by uri`;
  for (const { uri } of drafts) {
    if (await handOn(tx, uri)) continue;
    await tx`
      update proposal set title = '', body = '', address = '', latitude = null, longitude = null where uri = ${uri}`;
    await tx`delete from proposal_image where proposal_uri = ${uri}`;
    await dropCoauthors(tx, uri);
    await deleteSubject(tx, uri, now);
  }
  const named = await tx<{ uri: string; isPublic: boolean }[]>`
    update subject set author_name = '' from proposal
    where proposal.uri = subject.uri and proposal.account_id = ${accountId} and proposal.organisation_id is null
      and published_at is not null and deleted_at is null
    returning subject.uri, hidden_at is null as is_public`;
  for (const { uri, isPublic } of named) {
    await touchSubject(tx, uri, {}, now);
    // Also of what is hidden: its part is only withheld, and comes back when it is shown again.
    await vouchForProposal(tx, uri, now);
    await recordForgetting(tx, uri, now);
    await openErasure(tx, { subjectUri: uri, kind: "personal-data", accountId: null }, now);
    if (!isPublic) continue;
    await recordEvent(tx, { type: "ProposalChanged", subjectUri: uri, data: { isAuthorForgotten: true } }, now);
  }
  await tx`update proposal set account_id = null where account_id = ${accountId}`;
}
