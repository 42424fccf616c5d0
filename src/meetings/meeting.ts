// Meetings: their nouns and their law. Pure: no SQL, no request, no clock.
import { refuseUnless } from "../platform/refusal.ts";
import { seenIn } from "../platform/text.ts";
import { dayMs, isTimeZone } from "../platform/time.ts";

export const meetingKinds = ["in-person", "online", "hybrid"] as const;
export type MeetingKind = (typeof meetingKinds)[number];

export const meetingStates = ["draft", "scheduled", "cancelled", "closed"] as const;
export type MeetingState = (typeof meetingStates)[number];

/** Where each state can lead. What was cancelled stays so; what was said can be written up again. */
const transitions: Readonly<Record<MeetingState, readonly MeetingState[]>> = {
  draft: ["scheduled"],
  scheduled: ["scheduled", "cancelled", "closed"],
  cancelled: [],
  closed: ["closed"],
};

export const mayBecome = (from: MeetingState, to: MeetingState): boolean => transitions[from].includes(to);

export const titleLengthMax = 200;
export const textLengthMax = 20_000;
export const minutesLengthMax = 50_000;
export const lineLengthMax = 500;
export const linkedMax = 50;
/** Lists look back no further for a meeting that is still going on. */
export const lengthMaxMs = 31 * dayMs;

export interface MeetingText {
  readonly title: string;
  /** Markdown. */
  readonly body: string;
  readonly language: string;
  readonly startsAt: Date;
  readonly endsAt: Date | null;
  /** Only the day is known: `startsAt` is its midnight in `timeZone`. */
  readonly isDayOnly: boolean;
  /** IANA: where the clock hangs that `startsAt` is read on. */
  readonly timeZone: string;
  readonly kind: MeetingKind;
  readonly address: string;
  readonly latitude: number | null;
  readonly longitude: number | null;
  /** Where to join online. */
  readonly link: string;
  /** Markdown. */
  readonly agenda: string;
  /** Who is invited. */
  readonly audience: string;
  readonly categoryId: string | null;
}

/** Where an import came from, and what its source counted. */
export interface ImportSource {
  readonly name: string;
  readonly url: string;
  readonly id: string;
  /** The address of the licence the source names; absent where it names none. */
  readonly license?: string | undefined;
  /** By the source's own count: never added to what is counted here. */
  readonly counts: Readonly<Record<string, number>>;
}

export interface Meeting extends MeetingText {
  readonly uri: string;
  readonly id: string;
  readonly url: string;
  /** Null when this node owns it. */
  readonly origin: string | null;
  /** Null: of the city, in no process. */
  readonly processUri: string | null;
  readonly organisationId: string | null;
  readonly organisationUri: string | null;
  readonly organisationName: string | null;
  readonly state: MeetingState;
  readonly categoryName: string;
  readonly district: string;
  readonly cancelReason: string;
  /** Null where nobody counted. */
  readonly attendeeCount: number | null;
  /** The organisations that came; never persons. */
  readonly organisations: string;
  /** Markdown. */
  readonly minutes: string;
  readonly source: ImportSource | null;
  readonly likeCount: number;
  readonly shareCount: number;
  readonly commentCount: number;
  readonly publishedAt: Date | null;
  readonly updatedAt: Date | null;
  readonly hiddenAt: Date | null;
  readonly hiddenReason: string;
}

/** Its page on this node, wherever it lives. */
export const meetingPath = (meeting: Pick<Meeting, "id">): string => `/meetings/${meeting.id}`;

/** The first moment after it. Where no end is known, it lasts its day, or three hours. */
export function endOf(meeting: Pick<Meeting, "startsAt" | "endsAt" | "isDayOnly">): Date {
  if (meeting.endsAt !== null) return meeting.endsAt;
  return new Date(+meeting.startsAt + (meeting.isDayOnly ? dayMs : 3 * 3_600_000));
}

export const isOver = (meeting: Pick<Meeting, "startsAt" | "endsAt" | "isDayOnly">, now: Date): boolean =>
  endOf(meeting) <= now;

/** Whether people who were told of it should hear of the change: it takes place at another time, elsewhere or otherwise. */
export const isMoved = (before: MeetingText, after: MeetingText): boolean =>
  +before.startsAt !== +after.startsAt ||
  before.endsAt?.getTime() !== after.endsAt?.getTime() ||
  before.address !== after.address ||
  before.kind !== after.kind ||
  before.link !== after.link;

/**
 * What holds for a draft too: the limits, and an end that is not before the start.
 * @throws Refused `invalid-input` or `too-large` naming the field.
 */
export function checkLimits(text: MeetingText): void {
  const limits = [
    ["title", titleLengthMax],
    ["body", textLengthMax],
    ["agenda", textLengthMax],
    ["audience", lineLengthMax],
    ["address", lineLengthMax],
    ["link", lineLengthMax],
  ] as const;
  for (const [field, max] of limits) refuseUnless(text[field].length <= max, "too-large", { field, max });
  refuseUnless(text.endsAt === null || isPossibleLength(text.startsAt, text.endsAt), "invalid-input", {
    field: "ends",
  });
  refuseUnless(isTimeZone(text.timeZone), "invalid-input", { field: "timeZone" });
  refuseUnless(text.link === "" || /^https?:\/\//.test(text.link), "invalid-input", { field: "link" });
  refuseUnless((text.latitude === null) === (text.longitude === null), "invalid-input", { field: "latitude" });
}

export const isPossibleLength = (startsAt: Date, endsAt: Date): boolean =>
  startsAt <= endsAt && +endsAt - +startsAt <= lengthMaxMs;

/** What must hold before anyone is invited: a title, and a way to get there. @throws Refused `invalid-input` naming the field. */
export function checkInvitation(text: MeetingText): void {
  checkLimits(text);
  refuseUnless(seenIn(text.title) !== "", "invalid-input", { field: "title" });
  refuseUnless(text.kind === "online" || seenIn(text.address) !== "", "invalid-input", { field: "address" });
  refuseUnless(text.kind === "in-person" || seenIn(text.link) !== "", "invalid-input", { field: "link" });
}
