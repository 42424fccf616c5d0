// The verbs of writing: draft, edit, publish, discard, withdraw. Every door calls these. Supports, answers and co-authors have
// files of their own.
// Each: load → ask proposal.ts and the phase → write → vouch → recordEvent, in one transaction.
import type { Account } from "../accounts/account.ts";
import { findActorById, getActorOfKind } from "../actors/queries.ts";
import { recordEvent } from "../events.ts";
import { holdForModeration } from "../moderation/actions.ts";
import { judgeContribution } from "../moderation/list-queries.ts";
import { followOwn } from "../notices/following-actions.ts";
import { type Sql, type Tx, withTransaction } from "../platform/db.ts";
import { newId } from "../platform/ids.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { tidyLine, withoutOverrides } from "../platform/text.ts";
import type { Uris } from "../platform/uris.ts";
import { countContribution } from "../processes/count-actions.ts";
import { checkCategories, getProcess } from "../processes/queries.ts";
import { deleteSubject, enterSubject, touchSubject } from "../subjects/actions.ts";
import { dropCoauthors } from "./coauthor-actions.ts";
import { listWriterAccounts } from "./coauthor-queries.ts";
import { replaceImages } from "./image-actions.ts";
import { openProcess, ownProposalForUpdate, writtenProposalForUpdate } from "./locked-queries.ts";
import {
  checkLimits,
  checkOnce,
  checkText,
  draftsMax,
  isEditable,
  mayBecome,
  type Proposal,
  type ProposalImage,
  type ProposalText,
} from "./proposal.ts";
import { countDrafts, findProposal, getProposal } from "./queries.ts";
import { tellWriters } from "./telling-actions.ts";
import { vouchForProposal } from "./vouch.ts";

export interface ProposalInput extends ProposalText {
  readonly images: readonly ProposalImage[];
  /** The association it is made for, which the person must be a member of; null for oneself. */
  readonly organisationId: string | null;
}

/**
 * Keeps a draft, which only its author sees. Anyone signed in may draft while the phase lets people propose.
 *
 * @param input.once an id made with the form: the same one twice is the same proposal.
 * @param input.again what the second time does to a draft that is still one: nothing; changes all; or all but pictures, for
 * what is saved by itself and brings none along.
 * @throws Refused `phase-closed`, `too-large`, `draft-limit`, `not-allowed` for an association one is not a member of.
 */
export async function draftProposal(
  sql: Sql,
  uris: Uris,
  by: Account,
  input: ProposalInput & { processUri: string; once?: string | null; again?: "all" | "words" },
  now: Date,
): Promise<Proposal> {
  checkLimits(input);
  checkSpeaker(by, input.organisationId);
  const id = input.once == null ? newId(now) : checkOnce(input.once, now);
  const uri = uris.proposal(id);
  return await withTransaction(sql, async (tx) => {
    // One person's forms one after the other, so that the second of two equal ones finds the first.
    await tx`select from account where id = ${by.id} for no key update`;
    const earlier = input.once == null ? null : await findProposal(tx, uri);
    if (earlier !== null) {
      refuseUnless(earlier.accountId === by.id, "not-allowed");
      if (input.again === undefined || earlier.state !== "draft") return earlier;
      const images = input.again === "words" ? earlier.images : input.images;
      return await editProposal(tx, by, uri, { ...input, images, version: earlier.version }, now);
    }
    const process = await openProcess(tx, input.processUri, "propose", now);
    refuseUnless(process.origin === null, "not-allowed");
    refuseUnless((await countDrafts(tx, by.id)) < draftsMax, "draft-limit", { limit: draftsMax });
    await checkCategories(tx, [input.categoryId]);
    const isNew = await enterSubject(tx, {
      uri,
      id,
      kind: "proposal",
      origin: null,
      url: uri,
      authorId: null,
      authorName: by.publicName,
      processUri: process.uri,
      title: tidyLine(input.title),
      language: input.language,
      publishedAt: null,
    });
    refuseUnless(isNew, "gone");
    await tx`
      insert into proposal ${tx({ uri, id, processUri: process.uri, accountId: by.id, state: "draft", createdAt: now, editedAt: now, ...columnsOf(input) })}`;
    await replaceImages(tx, uri, input.images, now);
    return await getProposal(tx, uri);
  });
}

/**
 * Changes the text: a draft at will, a published one within the edit window; then the old text stays readable
 * in the history and everyone who got the proposal gets the change. Co-authors may what its author may, but not say for
 * whom it speaks.
 * @param input.isDraft it was one when the form was opened: what was published meanwhile is not changed unawares.
 * @throws Refused `edit-window-over`, `changed-meanwhile` when `version` is no longer the current one.
 */
export async function editProposal(
  sql: Sql,
  by: Account,
  uri: string,
  input: ProposalInput & { version: number; isDraft?: boolean },
  now: Date,
): Promise<Proposal> {
  checkLimits(input);
  return await withTransaction(sql, async (tx) => {
    const proposal = await writtenProposalForUpdate(tx, by, uri);
    const isAuthor = proposal.accountId === by.id;
    if (isAuthor) checkSpeaker(by, input.organisationId);
    const process = await getProcess(tx, proposal.processUri);
    refuseUnless(isEditable(proposal, process.editWindowMinutes, now), "edit-window-over");
    const isPublished = proposal.state !== "draft";
    const isAsOpened = proposal.version === input.version && !(input.isDraft && isPublished);
    refuseUnless(isAsOpened, "changed-meanwhile");
    if (isPublished) checkText(input);
    const heldBecause = isPublished ? await judgeContribution(tx, wordsOf(by, input)) : null;
    const version = proposal.version + 1;
    await checkCategories(tx, [input.categoryId], { kept: [proposal.categoryId] });
    const { organisationId, ...text } = columnsOf(input);
    await tx`update proposal set ${tx({ ...text, version, editedAt: now })} where uri = ${uri}`;
    // A published proposal keeps its voice: those who follow it know it by that actor.
    if (!isPublished && isAuthor) await tx`update proposal set organisation_id = ${organisationId} where uri = ${uri}`;
    await replaceImages(tx, uri, input.images, now);
    await tx`update subject set title = ${tidyLine(input.title)}, language = ${input.language} where uri = ${uri}`;
    if (!isPublished) return await getProposal(tx, uri);
    await keepVersion(tx, uri, version, input, now);
    await touchSubject(tx, uri, {}, now);
    await vouchForProposal(tx, uri, now);
    await recordEvent(tx, { type: "ProposalChanged", subjectUri: uri, data: {} }, now);
    await tellWriters(tx, by, uri, "coauthored-changed", now);
    if (heldBecause === "words") await holdForModeration(tx, uri, now, heldBecause);
    return await getProposal(tx, uri);
  });
}

/** What the city's lists are asked about. */
const wordsOf = (by: Account, { title, body, language }: Pick<ProposalInput, "title" | "body" | "language">) => ({
  accountId: by.id,
  text: `${title}\n${body}`,
  language,
  field: "body",
});

/**
 * Publishes a draft: from now on anyone can read it, here and on every server that follows the process.
 * It speaks through its author's own actor where they asked for one, else the association, else the process.
 * Where the city wants so, it waits for a moderator first.
 * @throws Refused `phase-closed`, `invalid-input`, `words-refused`.
 */
export async function publishProposal(sql: Sql, by: Account, uri: string, now: Date): Promise<Proposal> {
  return await withTransaction(sql, async (tx) => {
    const proposal = await ownProposalForUpdate(tx, by, uri);
    if (proposal.publishedAt !== null) return proposal;
    checkText(proposal);
    const process = await openProcess(tx, proposal.processUri, "propose", now);
    const heldBecause = await judgeContribution(tx, wordsOf(by, proposal));
    const [row] = await tx<{ organisationId: string | null }[]>`
      update proposal set state = 'published', version = 1, edited_at = null where uri = ${uri} returning organisation_id`;
    // They may have left the association since they began the draft.
    checkSpeaker(by, row!.organisationId);
    const speaker = row!.organisationId ?? by.actorId ?? (await processActorId(tx, process.uri));
    const organisation = row!.organisationId === null ? null : await findActorById(tx, row!.organisationId);
    await touchSubject(
      tx,
      uri,
      { publishedAt: now, authorId: speaker, authorName: organisation?.name ?? by.publicName },
      now,
    );
    await keepVersion(tx, uri, 1, proposal, now);
    await countContribution(tx, { kind: "proposal", processUri: process.uri }, 1);
    await vouchForProposal(tx, uri, now);
    await recordEvent(tx, { type: "ProposalPublished", subjectUri: uri, data: {} }, now);
    if (heldBecause !== null) await holdForModeration(tx, uri, now, heldBecause);
    for (const id of await listWriterAccounts(tx, uri)) await followOwn(tx, id, uri, true, now);
    await tellWriters(tx, by, uri, "coauthored-published", now);
    return await getProposal(tx, uri);
  });
}

/** Throws a draft away for good. */
export async function discardDraft(sql: Sql, by: Account, uri: string, now: Date): Promise<void> {
  await withTransaction(sql, async (tx) => {
    const proposal = await ownProposalForUpdate(tx, by, uri);
    refuseUnless(proposal.state === "draft", "not-in-this-state");
    await tx`delete from proposal_image where proposal_uri = ${uri}`;
    await dropCoauthors(tx, uri);
    await tx`update proposal set title = '', body = '', address = '', latitude = null, longitude = null where uri = ${uri}`;
    await deleteSubject(tx, uri, now);
  });
}

/** Its author takes a proposal back. It stays readable, marked as withdrawn; nothing leads out of that state. */
export async function withdrawProposal(sql: Sql, by: Account, uri: string, now: Date): Promise<void> {
  await withTransaction(sql, async (tx) => {
    const proposal = await ownProposalForUpdate(tx, by, uri);
    if (proposal.state === "withdrawn") return;
    refuseUnless(mayBecome(proposal.state, "withdrawn"), "not-in-this-state");
    await tx`update proposal set state = 'withdrawn' where uri = ${uri}`;
    await touchSubject(tx, uri, {}, now);
    await vouchForProposal(tx, uri, now);
    await recordEvent(tx, { type: "ProposalWithdrawn", subjectUri: uri, data: {} }, now);
    await tellWriters(tx, by, uri, "coauthored-withdrawn", now);
  });
}

const columnsOf = (input: ProposalInput) => ({
  title: tidyLine(input.title),
  body: withoutOverrides(input.body),
  language: input.language,
  categoryId: input.categoryId,
  organisationId: input.organisationId,
  address: tidyLine(input.place.address),
  latitude: input.place.point?.latitude ?? null,
  longitude: input.place.point?.longitude ?? null,
});

function checkSpeaker(by: Account, organisationId: string | null): void {
  refuseUnless(organisationId === null || by.memberOf.includes(organisationId), "not-allowed", {
    field: "organisation",
  });
}

async function processActorId(tx: Tx, processUri: string): Promise<string> {
  const [row] = await tx<{ actorId: string | null }[]>`select actor_id from process where uri = ${processUri}`;
  return row?.actorId ?? (await getActorOfKind(tx, "node")).id;
}

async function keepVersion(
  tx: Tx,
  uri: string,
  version: number,
  text: Pick<ProposalText, "title" | "body">,
  now: Date,
) {
  await tx`
    insert into proposal_version (proposal_uri, version, title, body, edited_at)
    values (${uri}, ${version}, ${tidyLine(text.title)}, ${withoutOverrides(text.body)}, ${now})`;
}
