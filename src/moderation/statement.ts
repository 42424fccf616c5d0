// Why something was hidden, told to whoever wrote it, and the one appeal against it. Pure: no SQL, no request, no clock.
// Modelled on the statement of reasons and the complaint of the Digital Services Act (Regulation (EU) 2022/2065, art. 17 and 20).
import { type Account, holds } from "../accounts/account.ts";
import { refuseUnless } from "../platform/refusal.ts";
import type { Subject, SubjectKind } from "../subjects/subject.ts";
import { moderationScope } from "./report.ts";

/** The rules of a node that something can break: what a report is about, and what a decision rests on. */
export const rules = ["spam", "offensive", "not-fitting", "personal-data", "illegal", "other"] as const;
export type Rule = (typeof rules)[number];

/** What made the moderators look: people, other servers, the node's own lists and settings, or themselves. */
export const sources = ["people", "servers", "lists", "moderator"] as const;
export type Source = (typeof sources)[number];

export type AppealOutcome = "upheld" | "reinstated";

export const appealMonths = 6;
export const appealLengthMax = 2_000;
export const appealReasonLengthMax = 500;

export interface Appeal {
  readonly id: string;
  readonly words: string;
  readonly createdAt: Date;
  readonly outcome: AppealOutcome | null;
  /** Of the one who decided it, to the author. */
  readonly reason: string;
  readonly decidedAt: Date | null;
}

export interface Statement {
  readonly id: string;
  readonly subjectUri: string;
  readonly kind: SubjectKind;
  readonly title: string;
  readonly processUri: string | null;
  readonly accountId: string | null;
  readonly actorId: string | null;
  /** The server whose moderators decided; null where it was this one's. */
  readonly origin: string | null;
  readonly rule: Rule;
  readonly reason: string;
  readonly source: Source;
  readonly decidedBy: string | null;
  readonly decidedAt: Date;
  /** Shown again since, or decided anew. */
  readonly endedAt: Date | null;
  readonly appeal: Appeal | null;
}

/** Six months to the day; the last day of a shorter month where there is no such day. */
export function appealUntil(decidedAt: Date): Date {
  const until = new Date(decidedAt);
  until.setUTCMonth(until.getUTCMonth() + appealMonths);
  if (until.getUTCDate() !== decidedAt.getUTCDate()) until.setUTCDate(0);
  return until;
}

/** Whether its author may still ask someone else to look. */
export const isAppealable = (statement: Statement, now: Date): boolean =>
  statement.appeal === null && statement.endedAt === null && now < appealUntil(statement.decidedAt);

/**
 * @throws Refused `already-exists` for a second appeal, `not-in-this-state` where it is shown again, `link-expired` after
 * six months, `invalid-input` without words, `too-large`.
 */
export function checkAppeal(statement: Statement, words: string, now: Date): void {
  refuseUnless(statement.appeal === null, "already-exists");
  refuseUnless(statement.endedAt === null, "not-in-this-state");
  refuseUnless(now < appealUntil(statement.decidedAt), "link-expired");
  refuseUnless(words !== "", "invalid-input", { field: "words" });
  refuseUnless(words.length <= appealLengthMax, "too-large", { field: "words", max: appealLengthMax });
}

/** Moderators and officials of the process or the node look at appeals; whoever decided or wrote it does not. */
export function mayDecideAppeal(
  by: Account | null,
  subject: Pick<Subject, "kind" | "processUri">,
  { accountId, deciders }: { readonly accountId: string | null; readonly deciders: readonly string[] },
): boolean {
  if (by === null || by.id === accountId || deciders.includes(by.id)) return false;
  const scope = moderationScope(subject);
  return holds(by, "moderator", scope) || holds(by, "official", scope);
}
