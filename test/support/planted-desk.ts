// What colleagues write for each other at the desk, in words that a test can look for everywhere else.
import type { Account } from "../../src/accounts/account.ts";
import { grantRole } from "../../src/accounts/people-actions.ts";
import { getAccount } from "../../src/accounts/queries.ts";
import { hourMs } from "../../src/platform/time.ts";
import type { Process } from "../../src/processes/process.ts";
import { addNote, assignProposal, cancelPlan, planAnswer, saveDraft } from "../../src/proposals/answer-work-actions.ts";
import type { Proposal } from "../../src/proposals/proposal.ts";
import { aGuest, aProposal, type City } from "./build.ts";

/** What was planted → its words. */
export const deskSecrets = {
  "a note of the desk": "planted-desk-note",
  "a draft of an answer": "planted-draft-answer",
  "an answer that was planned and called off": "planted-planned-answer",
  "an evaluator's name": "Haizea Planted",
};

/** Notes and drafts on a proposal that has its answer and on one that has none, and a plan that is called off. */
export async function prepareAnswers(
  city: City,
  at: { process: Process; answered: Proposal; official: Account },
  now: Date,
): Promise<void> {
  const { sql, administrator } = city;
  const { process, official } = at;
  const { id } = await aGuest(city, { name: deskSecrets["an evaluator's name"], now });
  await grantRole(sql, administrator, id, { role: "evaluator", processUri: process.uri }, now);
  const evaluator = await getAccount(sql, id);
  const open = await aProposal(city, { process, title: "A slide by the river", now });
  const rejected = { outcome: "rejected", costAmount: null, costCurrency: null, language: "en" } as const;
  for (const { uri } of [at.answered, open]) {
    await assignProposal(sql, official, uri, evaluator.id, now);
    await addNote(sql, evaluator, uri, "planted-desk-note", now);
    const words = { reasons: "planted-draft-answer", term: "planted-draft-answer" };
    await saveDraft(sql, official, uri, { ...rejected, ...words, version: 0 }, now);
  }
  const planned = { ...rejected, reasons: "planted-planned-answer", term: "", version: 1 };
  await planAnswer(sql, official, open.uri, { ...planned, publishAt: new Date(+now + hourMs) }, now);
  await cancelPlan(sql, official, open.uri, now);
}
