// Reports and what may be done about them. Pure: no SQL, no request, no clock.
import { type Account, holds } from "../accounts/account.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { isPublic, type Subject, type SubjectKind } from "../subjects/subject.ts";

/** What a person can say a report is about. */
export const reportCategories = ["spam", "offensive", "not-fitting", "personal-data", "illegal", "other"] as const;
/** `held` is the node's own, for what waits to be looked at; the last two were asked before and are read still. */
export type ReportCategory = (typeof reportCategories)[number] | "held" | "abuse" | "off-topic";

/** Mastodon's names for what we call otherwise; its `violation` is of rules that are not ours. */
const otherNames: ReadonlyMap<string, (typeof reportCategories)[number]> = new Map([["legal", "illegal"]]);

/** What another server says a report is about. */
export function categoryFrom(said: string): (typeof reportCategories)[number] {
  const name = said.trim().toLowerCase();
  return reportCategories.find((one) => one === name) ?? otherNames.get(name) ?? "other";
}

/** Who asked, or why it is held. */
export type ReportSource =
  | "account"
  /** Someone without an account, where the city allows it. */
  | "visitor"
  | "server"
  | "limited"
  | "first-server"
  | "first-account"
  | "words";
export type HeldBecause = Extract<ReportSource, "limited" | "first-server" | "first-account" | "words">;

/** Reports one account, and all people without one together, can make in a day. */
export const reportsPerDayMax = 30;
export const visitorReportsPerDayMax = 200;

export type ReportState = "open" | "closed";
/** What became of a reported thing; null while no one has decided. */
export type Outcome = "hidden" | "kept";

export const reportReasonLengthMax = 2_000;
export const hidingReasonLengthMax = 500;
/** Things one report of another server can name; the rest of a longer list is left out. */
export const reportedThingsMax = 50;

/** The process a moderator must answer for; a process as a whole takes a moderator of the node. */
export const moderationScope = (subject: Pick<Subject, "kind" | "processUri">): string | null =>
  subject.kind === "process" ? null : subject.processUri;

export const mayModerate = (by: Account | null, subject: Pick<Subject, "kind" | "processUri">): boolean =>
  holds(by, "moderator", moderationScope(subject));

/** @throws Refused `not-found` for what has nothing left to hide, `invalid-input` without a reason, `too-large`. */
export function checkHiding(subject: Subject | null, reason: string): asserts subject is Subject {
  refuseUnless(subject !== null && subject.publishedAt !== null && subject.deletedAt === null, "not-found");
  refuseUnless(reason !== "", "invalid-input", { field: "reason" });
  refuseUnless(reason.length <= hidingReasonLengthMax, "too-large", { field: "reason", max: hidingReasonLengthMax });
}

/** @throws Refused `not-found` for what the reporter cannot see, `invalid-input` without a reason, `too-large`. */
export function checkReport(subject: Subject | null, reason: string): asserts subject is Subject {
  refuseUnless(subject !== null && isPublic(subject), "not-found");
  refuseUnless(reason !== "", "invalid-input", { field: "reason" });
  refuseUnless(reason.length <= reportReasonLengthMax, "too-large", { field: "reason", max: reportReasonLengthMax });
}

export interface ReportedThing {
  readonly uri: string;
  readonly id: string;
  readonly kind: SubjectKind;
  readonly url: string;
  readonly origin: string | null;
  readonly processUri: string | null;
  readonly title: string;
  readonly language: string | null;
  readonly authorName: string;
  readonly authorHandle: string | null;
  readonly authorHost: string | null;
  readonly publishedAt: Date | null;
  readonly hiddenAt: Date | null;
  readonly hiddenReason: string;
  readonly deletedAt: Date | null;
  readonly outcome: Outcome | null;
  /** Other reports on the same thing, open and closed. */
  readonly otherReports: number;
}

export interface Report {
  readonly id: string;
  readonly category: ReportCategory;
  readonly source: ReportSource;
  readonly reason: string;
  /** A person of this node; empty where that account is closed. */
  readonly reporterName: string | null;
  /** `@name@host` of another server's actor that reported. */
  readonly reporterAddress: string | null;
  readonly state: ReportState;
  readonly outcome: Outcome | null;
  readonly decidedBy: string | null;
  readonly decidedAt: Date | null;
  readonly createdAt: Date;
  readonly things: readonly ReportedThing[];
}
