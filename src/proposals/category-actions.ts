// The category of a proposal is called otherwise, or went into another: its record and the copies elsewhere follow.
import { recordEvent } from "../events.ts";
import type { Tx } from "../platform/db.ts";
import { touchSubject } from "../subjects/actions.ts";
import { findProposal } from "./queries.ts";
import { vouchForProposal } from "./vouch.ts";

/** @param intoId the category it has from now on; null: the same under another name. Nobody is told. */
export async function carryProposal(tx: Tx, uri: string, intoId: string | null, now: Date): Promise<void> {
  await tx`select from proposal where uri = ${uri} for no key update`;
  if (intoId !== null) await tx`update proposal set category_id = ${intoId} where uri = ${uri}`;
  const proposal = await findProposal(tx, uri);
  if (proposal === null || proposal.publishedAt === null) return;
  await touchSubject(tx, uri, {}, now);
  await vouchForProposal(tx, uri, now);
  if (proposal.hiddenAt !== null) return;
  await recordEvent(tx, { type: "ProposalChanged", subjectUri: uri, data: { isQuiet: true, isForCopies: true } }, now);
}
