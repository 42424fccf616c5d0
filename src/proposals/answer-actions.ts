// The verb of the official answer: given or revised, in the city's own voice. What comes before it is in answer-work-actions.ts.
import type { Account } from "../accounts/account.ts";
import { recordEvent } from "../events.ts";
import { type Sql, type Tx, withTransaction } from "../platform/db.ts";
import { newId } from "../platform/ids.ts";
import { refuseUnless } from "../platform/refusal.ts";
import type { Uris } from "../platform/uris.ts";
import type { Process } from "../processes/process.ts";
import { enterSubject, recordAct, touchSubject } from "../subjects/actions.ts";
import { changeOf } from "../subjects/change.ts";
import { type AnswerInput, checkAnswer, mayPublishAnswer } from "./answer-work.ts";
import { openProcess, publicProposal } from "./locked-queries.ts";
import { mayBecome, type Proposal } from "./proposal.ts";
import { findAnswerToRecord } from "./queries.ts";
import { vouchForProposal } from "./vouch.ts";

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
