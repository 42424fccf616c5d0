// What is vouched for of counts: how many, by what method, when. Pure: no SQL, no request, no clock.
//
// Totals of one thing only. No count is broken down by who they come from, so none is of so few people that it would say
// something of one of them; by whom a support is stands in no record.
import { canonicalText } from "../platform/canonical.ts";
import { timeOf } from "../records/draft.ts";
import type { Json, RecordDraft } from "../records/record.ts";

/** The counts of one thing as they stand. */
export interface Counts {
  readonly uri: string;
  readonly processUri: string | null;
  readonly publisherUri: string;
  readonly commentCount: number;
  readonly likeCount: number;
  readonly shareCount: number;
  /** Of a proposal; null for everything else. */
  readonly supportCount: number | null;
  /** Of a process; null for everything else. */
  readonly proposalCount: number | null;
  readonly resultCount: number | null;
  readonly meetingCount: number | null;
}

/** By what a support is counted, in every record of one. */
export const supportMethod = "one per verified resident of this node";

export const tallyUri = (subjectUri: string): string => `${subjectUri}/tally`;

export function tallyDraft(counts: Counts, countedAt: Date): RecordDraft {
  const { uri, processUri, publisherUri, supportCount, proposalCount, resultCount, meetingCount } = counts;
  return {
    kind: "tally",
    subject: tallyUri(uri),
    process: processUri,
    publisher: publisherUri,
    data: {
      of: uri,
      counted: timeOf(countedAt),
      comments: counts.commentCount,
      likes: counts.likeCount,
      shares: counts.shareCount,
      ...(supportCount === null ? {} : { supports: { count: supportCount, method: supportMethod } }),
      ...(proposalCount === null ? {} : { proposals: proposalCount, results: resultCount, meetings: meetingCount }),
    },
    part: null,
  };
}

/** Whether anything but the time of counting is new. */
export const isMoved = (before: Json, now: Json): boolean =>
  canonicalText({ ...before, counted: null }) !== canonicalText({ ...now, counted: null });
