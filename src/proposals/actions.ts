// The verbs of proposals. The only writer of these tables: every door calls these.
// Each: load → ask proposal.ts and the phase → write → vouch → recordEvent, in one transaction.
import { type Account, isResident } from "../accounts/account.ts";
import { findActorById, getActorOfKind } from "../actors/queries.ts";
import { recordEvent } from "../events.ts";
import { holdForModeration } from "../moderation/actions.ts";
import { judgeContribution } from "../moderation/list-queries.ts";
import { followOwn } from "../notices/following-actions.ts";
import { type Sql, type Tx, withTransaction } from "../platform/db.ts";
import { isId, newId, timeOf } from "../platform/ids.ts";
import { Refused, refuseUnless } from "../platform/refusal.ts";
import { dayMs } from "../platform/time.ts";
import type { Uris } from "../platform/uris.ts";
import { countContribution } from "../processes/count-actions.ts";
import { activePhase, type Permission, type Process } from "../processes/process.ts";
import { checkCategories, getProcess } from "../processes/queries.ts";
import { noteCount } from "../records/tally-actions.ts";
import { deleteSubject, enterSubject, recordAct, touchSubject } from "../subjects/actions.ts";
import { changeOf } from "../subjects/change.ts";
import { type AnswerInput, checkAnswer, mayPublishAnswer } from "./answer-work.ts";
import { dropCoauthors, nameCoauthors } from "./coauthor-actions.ts";
import { isCoauthor, listCoauthors } from "./coauthor-queries.ts";
import {
  checkLimits,
  checkText,
  draftsMax,
  imagesMax,
  isEditable,
  mayBecome,
  type Proposal,
  type ProposalImage,
  type ProposalText,
} from "./proposal.ts";
import { countDrafts, findAnswerToRecord, findProposal, getProposal } from "./queries.ts";
import { vouchForProposal } from "./vouch.ts";

export interface ProposalInput extends ProposalText {
  readonly images: readonly ProposalImage[];
  /** The association it is made for, which the person must be a member of; null for oneself. */
  readonly organisationId: string | null;
}

/** How long after it was made a form's id may still name the proposal that comes of it. */
const onceAgeMsMax = 2 * dayMs;

/**
 * Keeps a draft, which only its author sees. Anyone signed in may draft while the phase lets people propose.
 *
 * @param input.once an id made with the form: the same one twice is the same proposal, and the second time changes nothing.
 * @throws Refused `phase-closed`, `too-large`, `draft-limit`, `not-allowed` for an association one is not a member of.
 */
export async function draftProposal(
  sql: Sql,
  uris: Uris,
  by: Account,
  input: ProposalInput & { processUri: string; once?: string | null },
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
      return earlier;
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
      title: input.title.trim(),
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
    await checkCategories(tx, [input.categoryId]);
    const { organisationId, ...text } = columnsOf(input);
    await tx`update proposal set ${tx({ ...text, version, editedAt: now })} where uri = ${uri}`;
    // A published proposal keeps its voice: those who follow it know it by that actor.
    if (!isPublished && isAuthor) await tx`update proposal set organisation_id = ${organisationId} where uri = ${uri}`;
    await replaceImages(tx, uri, input.images, now);
    await tx`update subject set title = ${input.title.trim()}, language = ${input.language} where uri = ${uri}`;
    if (!isPublished) return await getProposal(tx, uri);
    await keepVersion(tx, uri, version, input, now);
    await touchSubject(tx, uri, {}, now);
    await vouchForProposal(tx, uri, now);
    await recordEvent(tx, { type: "ProposalChanged", subjectUri: uri, data: {} }, now);
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
    await nameCoauthors(tx, uri);
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
    const coauthors = await listCoauthors(tx, uri);
    for (const id of [by.id, ...coauthors.map(({ accountId }) => accountId)]) await followOwn(tx, id, uri, true, now);
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
  });
}

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
  refuseUnless(isResident(by, now), "not-verified");
  await withTransaction(sql, async (tx) => {
    await tx`select from account where id = ${by.id} for no key update`;
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
    await noteCount(tx, uri);
    await followOwn(tx, by.id, uri, false, now);
  });
}

/** Takes a support back while the phase still lets people support. */
export async function withdrawSupport(sql: Sql, by: Account, uri: string, now: Date): Promise<void> {
  await withTransaction(sql, async (tx) => {
    const proposal = await getProposal(tx, uri);
    await openProcess(tx, proposal.processUri, "support", now);
    const rows = await tx`delete from support where proposal_uri = ${uri} and account_id = ${by.id} returning 1`;
    if (rows.length === 0) return;
    await tx`update proposal set support_count = support_count - 1 where uri = ${uri}`;
    await noteCount(tx, uri);
  });
}

/**
 * The city's official answer, given or revised: it decides the state and is told to everyone who follows.
 * @throws Refused `phase-closed`, `not-allowed`, `invalid-input`.
 */
export async function answerProposal(
  sql: Sql,
  uris: Uris,
  by: Account,
  uri: string,
  input: AnswerInput,
  now: Date,
): Promise<void> {
  checkAnswer(input);
  await withTransaction(sql, async (tx) => {
    await tx`select from proposal where uri = ${uri} for update`;
    const proposal = await publicProposal(tx, uri);
    refuseUnless(proposal.origin === null && mayPublishAnswer(by, proposal.processUri), "not-allowed");
    refuseUnless(mayBecome(proposal.state, input.outcome), "not-in-this-state");
    const process = await openProcess(tx, proposal.processUri, "answer", now);
    const before = await findAnswerToRecord(tx, uri);
    const answerUri = await enterAnswer(tx, uris, process, proposal, input.language, now);
    const { outcome, reasons, costAmount, costCurrency, term } = input;
    const columns = { outcome, reasons, costAmount, costCurrency, term };
    // What was prepared for it, and for when, ends with it.
    await tx`delete from answer_draft where proposal_uri = ${uri}`;
    await tx`
      insert into answer ${tx({ uri: answerUri, proposalUri: uri, answeredBy: by.id, ...columns })}
      on conflict (proposal_uri) do update set ${tx({ answeredBy: by.id, ...columns })}`;
    await tx`update proposal set state = ${input.outcome} where uri = ${uri}`;
    await touchSubject(tx, uri, {}, now);
    await touchSubject(tx, answerUri, { language: input.language }, now);
    const change = changeOf(before, columns, ["outcome", "reasons", "costAmount", "costCurrency", "term"]);
    await recordAct(tx, by, "proposal-answered", uri, { outcome }, now, change);
    await vouchForProposal(tx, uri, now);
    await recordEvent(tx, { type: "ProposalAnswered", subjectUri: uri, data: { answerUri } }, now);
  });
}

/** The subject an answer lives under: made once, in the city's own voice, then revised in place. */
async function enterAnswer(
  tx: Tx,
  uris: Uris,
  process: Process,
  proposal: Proposal,
  language: string,
  now: Date,
): Promise<string> {
  const [existing] = await tx<{ uri: string }[]>`select uri from answer where proposal_uri = ${proposal.uri}`;
  if (existing !== undefined) return existing.uri;
  const id = newId(now);
  const uri = uris.answer(id);
  await enterSubject(tx, {
    uri,
    id,
    kind: "answer",
    origin: null,
    url: `${proposal.url}#answer`,
    authorId: process.organisationId,
    authorName: process.organisationName ?? "",
    processUri: process.uri,
    title: proposal.title,
    language,
    publishedAt: now,
  });
  return uri;
}

const columnsOf = (input: ProposalInput) => ({
  title: input.title.trim(),
  body: input.body,
  language: input.language,
  categoryId: input.categoryId,
  organisationId: input.organisationId,
  address: input.place.address,
  latitude: input.place.point?.latitude ?? null,
  longitude: input.place.point?.longitude ?? null,
});

/** The order of ids is the order of time, so no one may bring one from the future to stay on top. */
function checkOnce(id: string, now: Date): string {
  const ageMs = isId(id) ? now.getTime() - timeOf(id).getTime() : -1;
  refuseUnless(ageMs >= 0 && ageMs <= onceAgeMsMax, "form-expired");
  return id;
}

function checkSpeaker(by: Account, organisationId: string | null): void {
  refuseUnless(organisationId === null || by.memberOf.includes(organisationId), "not-allowed", {
    field: "organisation",
  });
}

/** The process, if what is asked is permitted at this moment. */
async function openProcess(tx: Tx, uri: string, what: Permission, now: Date): Promise<Process> {
  const process = await getProcess(tx, uri);
  refuseUnless(process.publishedAt !== null && process.hiddenAt === null, "not-found");
  const phase = activePhase(process.phases, now);
  refuseUnless(phase?.permits.includes(what), "phase-closed");
  return process;
}

async function publicProposal(tx: Tx, uri: string): Promise<Proposal> {
  const proposal = await findProposal(tx, uri);
  refuseUnless(proposal !== null && proposal.publishedAt !== null && proposal.hiddenAt === null, "not-found");
  return proposal;
}

/** Locked. What is not one's own draft does not exist for anyone else. */
async function ownProposalForUpdate(tx: Tx, by: Account, uri: string): Promise<Proposal> {
  await tx`select from proposal where uri = ${uri} for update`;
  const proposal = await getProposal(tx, uri);
  if (proposal.accountId !== by.id) throw new Refused(proposal.state === "draft" ? "not-found" : "not-allowed");
  return proposal;
}

/** The same, also for those who write it along. */
async function writtenProposalForUpdate(tx: Tx, by: Account, uri: string): Promise<Proposal> {
  await tx`select from proposal where uri = ${uri} for update`;
  const proposal = await getProposal(tx, uri);
  return (await isCoauthor(tx, uri, by.id)) ? proposal : await ownProposalForUpdate(tx, by, uri);
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
    values (${uri}, ${version}, ${text.title}, ${text.body}, ${now})`;
}

/** Sets the images of a proposal, in their order. */
export async function replaceImages(tx: Tx, uri: string, images: readonly ProposalImage[], now: Date): Promise<void> {
  refuseUnless(images.length <= imagesMax, "too-large", { field: "images", max: imagesMax });
  await tx`delete from proposal_image where proposal_uri = ${uri}`;
  for (const [position, image] of images.entries()) {
    await tx`insert into proposal_image ${tx({ id: newId(now), proposalUri: uri, position, ...image })}`;
  }
}
