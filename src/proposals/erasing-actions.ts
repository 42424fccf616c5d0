// The verbs of erasure: a person takes a proposal away as a whole, or everything in it that names them. Both reach every
// server the proposal was sent to.
import type { Account } from "../accounts/account.ts";
import { openErasure } from "../erasures/actions.ts";
import { recordEvent } from "../events.ts";
import { type Sql, type Tx, withTransaction } from "../platform/db.ts";
import { enqueue } from "../platform/jobs.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { countContribution } from "../processes/count-actions.ts";
import { leaveDigests } from "../processes/news-actions.ts";
import { recordForgetting } from "../records/actions.ts";
import { deleteSubject, subjectForUpdate, touchSubject } from "../subjects/actions.ts";
import { dropCoauthors } from "./coauthor-actions.ts";
import { isErasable } from "./erasing.ts";
import { ownProposalForUpdate } from "./locked-queries.ts";
import type { Proposal } from "./proposal.ts";
import { findAnswer } from "./queries.ts";
import { vouchForProposal } from "./vouch.ts";

/**
 * Erases a proposal of one's own with all its texts, pictures and places. Its address says from now on that it is gone.
 * @throws Refused `not-allowed`, `not-in-this-state` for a draft, and once others have supported, discussed or answered it.
 */
export async function eraseProposal(sql: Sql, by: Account, uri: string, now: Date): Promise<void> {
  await withTransaction(sql, async (tx) => {
    const proposal = await ownForUpdate(tx, by, uri);
    refuseUnless(isErasable(proposal, (await findAnswer(tx, uri)) !== null), "not-in-this-state");
    await emptyProposal(tx, proposal, now);
    await openErasure(tx, { subjectUri: uri, kind: "proposal", accountId: by.id }, now);
    await recordEvent(tx, { type: "ProposalErased", subjectUri: uri, data: {} }, now);
  });
}

/** Takes a proposal of this node off its pages with all its texts, pictures and places. Nobody is told here. */
export async function emptyProposal(tx: Tx, proposal: Proposal, now: Date): Promise<void> {
  const { uri, processUri, hiddenAt } = proposal;
  await forgetPictures(tx, proposal);
  await tx`delete from proposal_version where proposal_uri = ${uri}`;
  // What the desk wrote about it may name the person as well.
  await tx`delete from answer_note where proposal_uri = ${uri}`;
  await tx`delete from answer_draft where proposal_uri = ${uri}`;
  await tx`delete from answer_assignment where proposal_uri = ${uri}`;
  await tx`
    update proposal set title = '', body = '', address = '', latitude = null, longitude = null, account_id = null
    where uri = ${uri}`;
  await dropCoauthors(tx, uri);
  await leaveDigests(tx, proposal, now);
  await deleteSubject(tx, uri, now);
  if (hiddenAt === null) await countContribution(tx, { kind: "proposal", processUri }, -1);
}

/**
 * Takes off a published proposal what names its author or leads to them: the name, the exact place, the pictures, the
 * earlier texts. The text stays, in the voice of the process, and is nobody's to edit any more.
 * @throws Refused `not-allowed`, `not-in-this-state` for a draft.
 */
export async function erasePersonalData(sql: Sql, by: Account, uri: string, now: Date): Promise<void> {
  await withTransaction(sql, async (tx) => {
    const proposal = await ownForUpdate(tx, by, uri);
    refuseUnless(proposal.state !== "draft", "not-in-this-state");
    await forgetPictures(tx, proposal);
    await tx`delete from proposal_version where proposal_uri = ${uri} and version < ${proposal.version}`;
    await tx`
      update proposal set address = '', latitude = null, longitude = null, account_id = null where uri = ${uri}`;
    const isOwnVoice = proposal.authorType === "Person";
    const [process] = await tx<{ actorId: string }[]>`select actor_id from process where uri = ${proposal.processUri}`;
    const isForOthers = proposal.organisationId !== null;
    await touchSubject(
      tx,
      uri,
      { ...(isForOthers ? {} : { authorName: "" }), ...(isOwnVoice ? { authorId: process!.actorId } : {}) },
      now,
    );
    await vouchForProposal(tx, uri, now);
    await recordForgetting(tx, uri, now);
    await openErasure(tx, { subjectUri: uri, kind: "personal-data", accountId: by.id }, now);
    const data = { isAuthorForgotten: true, formerAuthorUri: isOwnVoice ? proposal.authorUri : null };
    await recordEvent(tx, { type: "ProposalChanged", subjectUri: uri, data }, now);
  });
}

/** The rows now, the files in a job: it looks whether anything else shows the same picture. */
async function forgetPictures(tx: Tx, { uri, images }: Proposal): Promise<void> {
  await tx`delete from proposal_image where proposal_uri = ${uri}`;
  await enqueue(
    tx,
    images.map(({ url }) => ({ kind: "forget-upload", payload: { name: new URL(url).pathname.split("/").at(-1) } })),
  );
}

async function ownForUpdate(tx: Tx, by: Account, uri: string): Promise<Proposal> {
  await subjectForUpdate(tx, uri);
  return await ownProposalForUpdate(tx, by, uri);
}
