// Notices: what people are told of, and how often by mail. Pure: no SQL, no request, no clock.

/**
 * Everything a person can be told. To add one: its name here, and `notice.<kind>` in the five locales. The text may hold
 * `{title}`, the title of the subject, and whatever the notice's `data` names.
 */
export const noticeKinds = [
  "process-published",
  "phase-started",
  "news",
  "proposal-changed",
  "proposal-withdrawn",
  "answer",
  "result",
  "result-changed",
  "milestone",
  "meeting-announced",
  "meeting-changed",
  "adoption",
  "comment-on-mine",
  "reply-to-mine",
  "hidden",
  "reinstated",
] as const;
export type NoticeKind = (typeof noticeKinds)[number];

/** The message that says it. */
export const noticeText = (kind: NoticeKind) => `notice.${kind}` as const;

/** Small values that the text of a notice names: never anything private of another person. */
export type NoticeData = Readonly<Record<string, string | number>>;

export interface NewNotice {
  readonly accountId: string;
  readonly kind: NoticeKind;
  /** Null for what is about no public thing. A notice vanishes while its subject is hidden, and once it is erased. */
  readonly subjectUri: string | null;
  readonly data?: NoticeData;
}

/** How often a person gets mail of what they follow. */
export const mailRhythms = ["never", "at-once", "daily", "weekly"] as const;
export type MailRhythm = (typeof mailRhythms)[number];

export const isMailRhythm = (text: unknown): text is MailRhythm => (mailRhythms as readonly unknown[]).includes(text);

/** Until someone says otherwise: one mail a day, and only when there is something in it. */
export const usualRhythm: MailRhythm = "daily";
