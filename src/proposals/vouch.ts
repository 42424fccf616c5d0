// Writes the records of proposals and answers as they now stand, in the transaction of the change.
import type { Tx } from "../platform/db.ts";
import { publisherOf } from "../processes/vouch.ts";
import { writeRecords } from "../records/actions.ts";
import { findDerivation } from "../subjects/derivation-queries.ts";
import { listTranslations } from "../translations/queries.ts";
import { listCoauthors } from "./coauthor-queries.ts";
import { findAnswerToRecord, findProposal } from "./queries.ts";
import { answerDraft, proposalDraft } from "./record.ts";

/** Called last in every action that changes what others may read of a proposal or its answer. Copies have their own. */
export async function vouchForProposal(tx: Tx, uri: string, now: Date): Promise<void> {
  const proposal = await findProposal(tx, uri);
  if (proposal === null || proposal.origin !== null || proposal.publishedAt === null) return;
  const publisher = await publisherOf(tx, proposal.processUri);
  const answer = await findAnswerToRecord(tx, uri);
  const derivedFrom = await findDerivation(tx, uri);
  const coauthors = await listCoauthors(tx, uri);
  const drafts = [proposalDraft(proposal, publisher, answer?.uri ?? null, derivedFrom, coauthors)];
  if (answer !== null) {
    drafts.push(answerDraft(answer, proposal, publisher, await listTranslations(tx, answer.uri)));
  }
  await writeRecords(tx, drafts, now);
}
