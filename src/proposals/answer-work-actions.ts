// The verbs of the desk around an answer: assign, note, draft, plan, publish at the time, answer several alike.
// What is written here stays inside: no event, no record, no activity comes of it until answerProposal is called.
import { type Account, holds } from "../accounts/account.ts";
import { getAccount } from "../accounts/queries.ts";
import { notify } from "../notices/actions.ts";
import { type Sql, type Tx, withTransaction } from "../platform/db.ts";
import { newId } from "../platform/ids.ts";
import { enqueue } from "../platform/jobs.ts";
import { Refused, refuseUnless } from "../platform/refusal.ts";
import { tidyText } from "../platform/text.ts";
import type { Uris } from "../platform/uris.ts";
import { getProcess } from "../processes/queries.ts";
import { recordAct } from "../subjects/actions.ts";
import { changeOf } from "../subjects/change.ts";
import { answerProposal } from "./answer-actions.ts";
import {
  type AnswerInput,
  alikeMax,
  checkAnswer,
  checkCost,
  checkPlan,
  type DraftInput,
  mayPrepareAnswer,
  mayPublishAnswer,
  noteLengthMax,
} from "./answer-work.ts";
import { mayBecome, type Proposal } from "./proposal.ts";
import { findProposal } from "./queries.ts";

/** The job that publishes a planned answer at its time. */
export const publicationKind = "publish-answer";

/**
 * Makes a proposal someone's task, or nobody's. The person is told, unless they took it themselves.
 * @throws Refused `not-allowed` for anyone but an official of the process, `invalid-input` for someone without a role there.
 */
export async function assignProposal(
  sql: Sql,
  by: Account,
  uri: string,
  accountId: string | null,
  now: Date,
): Promise<void> {
  await withTransaction(sql, async (tx) => {
    const { proposal, assignedTo } = await proposalForUpdate(tx, uri);
    refuseUnless(mayPublishAnswer(by, proposal.processUri), "not-allowed");
    if (assignedTo === accountId) return;
    if (accountId === null) await tx`delete from answer_assignment where proposal_uri = ${uri}`;
    else await assign(tx, by, proposal, accountId, now);
    const change = { before: { assignedTo }, after: { assignedTo: accountId } };
    await recordAct(tx, by, "proposal-assigned", uri, {}, now, change);
  });
}

async function assign(tx: Tx, by: Account, proposal: Proposal, accountId: string, now: Date): Promise<void> {
  const account = await getAccount(tx, accountId);
  refuseUnless(holds(account, "evaluator", proposal.processUri), "invalid-input", { field: "assignee" });
  await tx`
    insert into answer_assignment (proposal_uri, account_id, assigned_by, assigned_at)
    values (${proposal.uri}, ${accountId}, ${by.id}, ${now})
    on conflict (proposal_uri) do update set account_id = ${accountId}, assigned_by = ${by.id}, assigned_at = ${now}`;
  if (accountId === by.id) return;
  await notify(tx, { accountId, kind: "assigned", subjectUri: proposal.uri, data: { title: proposal.title } }, now);
}

/** Writes a note for colleagues. @throws Refused `not-allowed`, `invalid-input` without a text, `too-large`. */
export async function addNote(sql: Sql, by: Account, uri: string, text: string, now: Date): Promise<void> {
  const body = tidyText(text);
  refuseUnless(body !== "", "invalid-input", { field: "note" });
  refuseUnless(body.length <= noteLengthMax, "too-large", { field: "note", max: noteLengthMax });
  await withTransaction(sql, async (tx) => {
    const { proposal, assignedTo } = await proposalForUpdate(tx, uri);
    refuseUnless(mayPrepareAnswer(by, { ...proposal, assignedTo }), "not-allowed");
    await tx`
      insert into answer_note (id, proposal_uri, account_id, body, created_at)
      values (${newId(now)}, ${uri}, ${by.id}, ${body}, ${now})`;
  });
}

/** Takes one's own note away, for good. Someone else's stays. */
export async function removeNote(sql: Sql, by: Account, uri: string, noteId: string): Promise<void> {
  await sql`delete from answer_note where id = ${noteId} and proposal_uri = ${uri} and account_id = ${by.id}`;
}

/**
 * Keeps an answer that is not published yet. One that is planned is changed by officials alone and stays planned: whole,
 * and from then on in the name of who changed it.
 * @param input.version of the draft that was read, 0 for none.
 * @throws Refused `not-allowed`, `changed-meanwhile`, `not-in-this-state` for a proposal that can have no answer.
 */
export async function saveDraft(
  sql: Sql,
  by: Account,
  uri: string,
  input: DraftInput & { readonly version: number },
  now: Date,
): Promise<void> {
  checkCost(input);
  await withTransaction(sql, async (tx) => {
    const { proposal, assignedTo } = await proposalForUpdate(tx, uri);
    refuseUnless(mayPrepareAnswer(by, { ...proposal, assignedTo }), "not-allowed");
    await writeDraft(tx, by, proposal, input, now);
    await recordAct(tx, by, "answer-drafted", uri, {}, now, { after: { outcome: input.outcome } });
  });
}

async function writeDraft(
  tx: Tx,
  by: Account,
  proposal: Proposal,
  { version, ...input }: DraftInput & { readonly version: number },
  now: Date,
): Promise<void> {
  refuseUnless(mayBecome(proposal.state, "accepted"), "not-in-this-state");
  const [kept] = await tx<{ version: number; publishAt: Date | null }[]>`
    select version, publish_at from answer_draft where proposal_uri = ${proposal.uri} for update`;
  refuseUnless((kept?.version ?? 0) === version, "changed-meanwhile");
  refuseUnless(kept?.publishAt == null || mayPublishAnswer(by, proposal.processUri), "not-allowed");
  const isPlanned = kept?.publishAt != null;
  if (isPlanned) checkAnswer(input);
  const { outcome, reasons, costAmount, costCurrency, term, language } = input;
  const row = { outcome, reasons, costAmount, costCurrency, term, language, savedBy: by.id, savedAt: now, failure: "" };
  // Nobody's words go out in somebody else's name.
  const planner = isPlanned ? { plannedBy: by.id } : {};
  await tx`
    insert into answer_draft ${tx({ proposalUri: proposal.uri, version: 1, ...row })}
    on conflict (proposal_uri) do update set ${tx({ ...row, ...planner, version: version + 1 })}`;
}

/**
 * Keeps the answer and has it published at a time, in the name of who plans it. Planning again moves the time.
 * @throws Refused as {@link saveDraft}; `not-allowed` for anyone but an official, `invalid-input`, `phase-closed` for the time.
 */
export async function planAnswer(
  sql: Sql,
  by: Account,
  uri: string,
  input: AnswerInput & { readonly version: number; readonly publishAt: Date },
  now: Date,
): Promise<void> {
  const { publishAt, ...answer } = input;
  checkAnswer(answer);
  await withTransaction(sql, async (tx) => {
    const { proposal } = await proposalForUpdate(tx, uri);
    refuseUnless(mayPublishAnswer(by, proposal.processUri), "not-allowed");
    checkPlan(publishAt, (await getProcess(tx, proposal.processUri)).phases, now);
    const [before] = await tx<{ publishAt: Date | null; outcome: string | null }[]>`
      select publish_at, outcome from answer_draft where proposal_uri = ${uri}`;
    await writeDraft(tx, by, proposal, answer, now);
    await tx`update answer_draft set publish_at = ${publishAt}, planned_by = ${by.id} where proposal_uri = ${uri}`;
    await promisePublication(tx, uri, publishAt);
    const change = changeOf(before ?? null, { publishAt, outcome: input.outcome }, ["publishAt", "outcome"]);
    await recordAct(tx, by, "answer-planned", uri, {}, now, change);
  });
}

/** Takes the time back; the draft stays. Where nothing is planned, nothing changes. @throws Refused `not-allowed`. */
export async function cancelPlan(sql: Sql, by: Account, uri: string, now: Date): Promise<void> {
  await withTransaction(sql, async (tx) => {
    const { proposal } = await proposalForUpdate(tx, uri);
    refuseUnless(mayPublishAnswer(by, proposal.processUri), "not-allowed");
    const [plan] = await tx<{ publishAt: Date | null }[]>`
      select publish_at from answer_draft where proposal_uri = ${uri} for update`;
    if (plan?.publishAt == null) return;
    await tx`
      update answer_draft set publish_at = null, planned_by = null, version = version + 1 where proposal_uri = ${uri}`;
    const change = { before: { publishAt: plan.publishAt.toISOString() }, after: { publishAt: null } };
    await recordAct(tx, by, "answer-plan-cancelled", uri, {}, now, change);
  });
}

const promisePublication = (tx: Tx, proposalUri: string, runAt: Date): Promise<void> =>
  enqueue(tx, {
    kind: publicationKind,
    payload: { proposalUri },
    runAt,
    // One per time: a plan that was moved leaves a job behind that finds nothing due.
    uniqueKey: `${publicationKind} ${proposalUri} ${runAt.toISOString()}`,
  });

/**
 * Publishes a planned answer whose time has come, by the same verb as by hand. What was cancelled or moved is left alone.
 * Where the law says no by now (withdrawn, the phase over, whoever planned it no longer an official) it becomes a draft
 * again that says why. Run by a job, at least once.
 */
export async function publishPlanned(sql: Sql, uris: Uris, proposalUri: string, now: Date): Promise<void> {
  await withTransaction(sql, async (tx) => {
    await tx`select from proposal where uri = ${proposalUri} for update`;
    const [plan] = await tx<(AnswerInput & { publishAt: Date; plannedBy: string })[]>`
      select outcome, reasons, cost_amount, cost_currency, term, language, publish_at, planned_by
      from answer_draft where proposal_uri = ${proposalUri} and publish_at <= ${now} for update`;
    if (plan === undefined) return;
    const { publishAt: _, plannedBy, ...answer } = plan;
    try {
      // All that can be refused is refused before the first write.
      await answerProposal(tx, uris, await getAccount(tx, plannedBy), proposalUri, answer, now);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      await tx`
        update answer_draft set publish_at = null, planned_by = null, failure = ${error.code}, version = version + 1
        where proposal_uri = ${proposalUri}`;
      await recordAct(tx, null, "answer-plan-failed", proposalUri, { reason: error.code }, now);
    }
  });
}

/**
 * Gives one answer to several proposals: each its own official answer, told once to those who follow that proposal.
 * All of them or none.
 * @throws Refused `invalid-input` for none or more than {@link alikeMax}, and whatever answering one of them throws.
 */
export async function answerAlike(
  sql: Sql,
  uris: Uris,
  by: Account,
  proposalUris: readonly string[],
  input: AnswerInput,
  now: Date,
): Promise<void> {
  // In one order, so that two who answer the same ones never wait for each other.
  const chosen = [...new Set(proposalUris)].sort();
  refuseUnless(chosen.length > 0 && chosen.length <= alikeMax, "invalid-input", { max: alikeMax });
  await withTransaction(sql, async (tx) => {
    for (const uri of chosen) await answerProposal(tx, uris, by, uri, input, now);
  });
}

/** Whoever leaves has no tasks any more, and nothing is published in their name. Their notes stay, without the name. */
export async function forgetOfficer(tx: Tx, accountId: string): Promise<void> {
  await tx`delete from answer_assignment where account_id = ${accountId}`;
  await tx`update answer_draft set publish_at = null, planned_by = null, failure = 'not-allowed' where planned_by = ${accountId}`;
}

/** A public proposal of this node, locked, with whose task it is. @throws Refused `not-found`. */
async function proposalForUpdate(tx: Tx, uri: string): Promise<{ proposal: Proposal; assignedTo: string | null }> {
  await tx`select from proposal where uri = ${uri} for update`;
  const proposal = await findProposal(tx, uri);
  const isPublic = proposal !== null && proposal.publishedAt !== null && proposal.hiddenAt === null;
  refuseUnless(isPublic && proposal.origin === null, "not-found");
  const [row] = await tx<{ accountId: string }[]>`select account_id from answer_assignment where proposal_uri = ${uri}`;
  return { proposal, assignedTo: row?.accountId ?? null };
}
