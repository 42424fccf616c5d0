// Results: their nouns and their law. Pure: no SQL, no request, no clock.
import type { ImportSource } from "../meetings/meeting.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { seenIn } from "../platform/text.ts";

export const resultStatuses = ["planned", "in-progress", "done", "dropped"] as const;
export type ResultStatus = (typeof resultStatuses)[number];

export const titleLengthMax = 300;
export const bodyLengthMax = 20_000;
export const linkedMax = 100;

export interface ResultText {
  readonly title: string;
  /** Markdown. */
  readonly body: string;
  readonly language: string;
  readonly status: ResultStatus;
  /** Per cent, a whole number from 0 to 100; null where it is not known. */
  readonly progress: number | null;
  /** A decimal string, in `costCurrency` (ISO 4217). */
  readonly costAmount: string | null;
  readonly costCurrency: string | null;
  /** Calendar days, `2026-03-01`. */
  readonly startsOn: string | null;
  readonly endsOn: string | null;
  readonly categoryId: string | null;
}

export interface Result extends ResultText {
  readonly uri: string;
  readonly id: string;
  readonly url: string;
  /** Null when this node owns it. */
  readonly origin: string | null;
  readonly processUri: string;
  readonly organisationId: string | null;
  readonly organisationUri: string | null;
  readonly organisationName: string | null;
  readonly categoryName: string;
  readonly district: string;
  readonly source: ImportSource | null;
  readonly likeCount: number;
  readonly shareCount: number;
  readonly commentCount: number;
  readonly publishedAt: Date;
  readonly updatedAt: Date;
  readonly hiddenAt: Date | null;
  readonly hiddenReason: string;
}

export interface Milestone {
  readonly uri: string;
  readonly id: string;
  readonly url: string;
  readonly origin: string | null;
  readonly resultUri: string;
  /** A calendar day, `2026-03-01`. */
  readonly reachedOn: string;
  readonly title: string;
  /** Markdown. */
  readonly body: string;
  readonly language: string | null;
  readonly publishedAt: Date;
  readonly updatedAt: Date;
}

/** Its page on this node, wherever it lives. */
export const resultPath = (result: Pick<Result, "id">): string => `/results/${result.id}`;

const isDay = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));

/** What is done is done: all of it. What was dropped keeps the percentage it had. */
export const progressOf = (status: ResultStatus, progress: number | null): number | null =>
  status === "done" ? 100 : progress;

/** @throws Refused `invalid-input` or `too-large` naming the field. */
export function checkResult(text: ResultText): void {
  const fits = (condition: boolean, field: string) => refuseUnless(condition, "invalid-input", { field });
  fits(seenIn(text.title) !== "", "title");
  refuseUnless(text.title.length <= titleLengthMax, "too-large", { field: "title", max: titleLengthMax });
  refuseUnless(text.body.length <= bodyLengthMax, "too-large", { field: "body", max: bodyLengthMax });
  const { progress } = text;
  fits(progress === null || (Number.isInteger(progress) && progress >= 0 && progress <= 100), "progress");
  fits(text.costAmount === null || /^\d{1,14}(\.\d{1,2})?$/.test(text.costAmount), "costAmount");
  fits((text.costAmount === null) === (text.costCurrency === null), "costCurrency");
  fits(text.startsOn === null || isDay(text.startsOn), "startsOn");
  fits(text.endsOn === null || isDay(text.endsOn), "endsOn");
  fits(text.startsOn === null || text.endsOn === null || text.startsOn <= text.endsOn, "endsOn");
}

/** @throws Refused `invalid-input` or `too-large` naming the field. */
export function checkMilestone(step: Pick<Milestone, "title" | "body" | "reachedOn">): void {
  refuseUnless(seenIn(step.title) !== "", "invalid-input", { field: "title" });
  refuseUnless(step.title.length <= titleLengthMax, "too-large", { field: "title", max: titleLengthMax });
  refuseUnless(step.body.length <= bodyLengthMax, "too-large", { field: "body", max: bodyLengthMax });
  refuseUnless(isDay(step.reachedOn), "invalid-input", { field: "reachedOn" });
}
