// How an answer comes about inside the house: who may prepare one, who may publish it, and what is kept until then.
// Pure: no SQL, no request, no clock.
import { type Account, holds } from "../accounts/account.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { seenIn } from "../platform/text.ts";
import { type Phase, permits } from "../processes/process.ts";
import type { Answer } from "./proposal.ts";

export const noteLengthMax = 4_000;
/** Proposals that one answer can be given to at once. */
export const alikeMax = 50;
/** How far ahead an answer can be planned. */
export const planDaysMax = 366;

export interface AnswerInput extends Pick<Answer, "outcome" | "reasons" | "costAmount" | "costCurrency" | "term"> {
  readonly language: string;
}

/** What is typed so far: the outcome may be open and the reasons empty. */
export interface DraftInput extends Omit<AnswerInput, "outcome"> {
  readonly outcome: Answer["outcome"] | null;
}

export interface AnswerDraft extends DraftInput {
  readonly version: number;
  /** Empty where that account is closed. */
  readonly savedByName: string;
  readonly savedAt: Date;
  /** When it is published by itself; null while it is only a draft. */
  readonly publishAt: Date | null;
  readonly plannedByName: string;
  /** The code of the refusal that kept a planned answer from being published; empty where none did. */
  readonly failure: string;
}

export interface AnswerNote {
  readonly id: string;
  readonly accountId: string;
  /** Empty where that account is closed. */
  readonly byName: string;
  readonly body: string;
  readonly createdAt: Date;
}

/** What the desk knows of a proposal that is being answered. Nothing of it ever leaves the node. */
export interface AnswerWork {
  readonly assignedTo: string | null;
  readonly assignedName: string;
  readonly assignedAt: Date | null;
  readonly draft: AnswerDraft | null;
  /** The oldest first. */
  readonly notes: readonly AnswerNote[];
}

/** Officials of the process, and an evaluator of it for what is assigned to them. */
export const mayPrepareAnswer = (
  by: Account | null,
  { processUri, assignedTo }: { readonly processUri: string; readonly assignedTo: string | null },
): boolean =>
  holds(by, "official", processUri) || (by !== null && assignedTo === by.id && holds(by, "evaluator", processUri));

export const mayPublishAnswer = (by: Account | null, processUri: string): boolean => holds(by, "official", processUri);

/** Whether it is whole enough to go out. @throws Refused `invalid-input` naming the field. */
export function checkAnswer(input: DraftInput): void {
  refuseUnless(input.outcome !== null, "invalid-input", { field: "outcome" });
  refuseUnless(seenIn(input.reasons) !== "", "invalid-input", { field: "reasons" });
  checkCost(input);
}

/** @throws Refused `invalid-input` naming the field. */
export function checkCost(input: Pick<AnswerInput, "costAmount" | "costCurrency">): void {
  refuseUnless(input.costAmount === null || /^\d{1,14}(\.\d{1,2})?$/.test(input.costAmount), "invalid-input", {
    field: "costAmount",
  });
  refuseUnless((input.costAmount === null) === (input.costCurrency === null), "invalid-input", {
    field: "costCurrency",
  });
  refuseUnless(input.costCurrency === null || /^[A-Z]{3}$/.test(input.costCurrency), "invalid-input", {
    field: "costCurrency",
  });
}

/** @throws Refused `invalid-input` for a time that is past or more than a year ahead, `phase-closed` where answers end before it. */
export function checkPlan(publishAt: Date, phases: readonly Phase[], now: Date): void {
  const isAhead = publishAt > now && +publishAt - +now <= planDaysMax * 86_400_000;
  refuseUnless(isAhead, "invalid-input", { field: "publishAt" });
  refuseUnless(permits(phases, "answer", publishAt), "phase-closed", { field: "publishAt" });
}
