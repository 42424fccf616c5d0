// What is vouched for of a result and of the steps towards it. Pure: no SQL, no request, no clock.
import { authorOf } from "../meetings/record.ts";
import { timeOf } from "../records/draft.ts";
import type { RecordDraft } from "../records/record.ts";
import { translationsInPart } from "../translations/record.ts";
import type { Translation } from "../translations/translation.ts";
import type { Milestone, Result } from "./result.ts";

/** What a result comes from, by address, in order. */
export interface ResultLinks {
  readonly proposals: readonly string[];
  readonly meetings: readonly string[];
}

export function resultDraft(
  result: Result,
  { proposals, meetings }: ResultLinks,
  publisher: string,
  translations: readonly Translation[] = [],
): RecordDraft {
  return {
    kind: "result",
    subject: result.uri,
    process: result.processUri,
    publisher,
    license: result.source?.license,
    data: {
      url: result.url,
      organisation: result.organisationUri,
      language: result.language,
      status: result.status,
      progress: result.progress,
      ...(result.costAmount === null ? {} : { cost: { amount: result.costAmount, currency: result.costCurrency } }),
      startsOn: result.startsOn,
      endsOn: result.endsOn,
      category: result.categoryName,
      district: result.district,
      proposals,
      meetings,
      source: result.source,
      published: timeOf(result.publishedAt),
      updated: timeOf(result.updatedAt),
    },
    part: {
      title: result.title,
      text: result.body,
      author: authorOf(result),
      ...translationsInPart("result", translations),
    },
  };
}

/** @param result what it is a step of. */
export function milestoneDraft(
  milestone: Milestone,
  result: Result,
  publisher: string,
  translations: readonly Translation[] = [],
): RecordDraft {
  return {
    kind: "milestone",
    subject: milestone.uri,
    process: result.processUri,
    publisher,
    data: {
      url: milestone.url,
      result: milestone.resultUri,
      reachedOn: milestone.reachedOn,
      language: milestone.language ?? result.language,
      published: timeOf(milestone.publishedAt),
      updated: timeOf(milestone.updatedAt),
    },
    part: {
      title: milestone.title,
      text: milestone.body,
      author: authorOf(result),
      ...translationsInPart("milestone", translations),
    },
  };
}
