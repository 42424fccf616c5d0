// Notices: what people are told of, and how often by mail. Pure: no SQL, no request, no clock.
import type { Subject } from "../subjects/subject.ts";

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
  "meeting-cancelled",
  "meeting-minutes",
  "adoption",
  "week",
  "comment-on-mine",
  "reply-to-mine",
  "hidden",
  "reinstated",
  "residence-verified",
  "residence-expiring",
  "residence-over",
  "code-on-its-way",
  "assisted",
  "assigned",
] as const;
export type NoticeKind = (typeof noticeKinds)[number];

/** The message that says it. */
export const noticeText = (kind: NoticeKind) => `notice.${kind}` as const;

/** Told to the author of a thing although nobody else can read it at the moment. */
export const kindsOfHiddenThings: readonly NoticeKind[] = ["hidden"];

/** On the page only: moderators' letters say it by mail, with the reasons. */
export const kindsToldByLetter: readonly NoticeKind[] = ["hidden", "reinstated"];

/** Small values that the text of a notice names: never anything private of another person. */
export type NoticeData = Readonly<Record<string, string | number>>;

export interface NewNotice {
  readonly accountId: string;
  readonly kind: NoticeKind;
  /** Null for what is about no public thing. A notice vanishes while its subject is hidden, and once it is erased. */
  readonly subjectUri: string | null;
  readonly data?: NoticeData;
}

/** What is told to everyone who follows one of several things, once to each. */
export interface Telling {
  readonly kind: NoticeKind;
  readonly subjectUri: string;
  readonly data?: NoticeData;
  /** The things whose followers hear of it. */
  readonly of: readonly string[];
  /** Only those who wrote these things: who follows them too, or all, since what moderators decide is theirs to know. */
  readonly onlyAuthors?: "who-follow" | "all";
  /** Those who did it: they know. */
  readonly byAccountIds?: readonly string[];
  /** Its author did it. */
  readonly byAuthorOf?: string;
}

/** How often a person gets mail of what they follow. */
export const mailRhythms = ["never", "at-once", "daily", "weekly"] as const;
export type MailRhythm = (typeof mailRhythms)[number];

export const isMailRhythm = (text: unknown): text is MailRhythm => (mailRhythms as readonly unknown[]).includes(text);

/** Until someone says otherwise: one mail a day, and only when there is something in it. */
export const usualRhythm: MailRhythm = "daily";

export interface NoticeSettings {
  readonly mail: MailRhythm;
  /** Writing or supporting something follows it. */
  readonly followsOwn: boolean;
}

export const usualSettings: NoticeSettings = { mail: usualRhythm, followsOwn: true };

/** A notice as the person reads it, on the page and in a mail. */
export interface ShownNotice {
  readonly id: string;
  readonly kind: NoticeKind;
  readonly data: NoticeData;
  readonly createdAt: Date;
  readonly readAt: Date | null;
  /** What it is about; null for what is about no public thing. */
  readonly subject: Pick<Subject, "kind" | "id" | "origin" | "url"> | null;
  /** Of the subject, or for a comment of what it stands under; empty where there is none. */
  readonly title: string;
  readonly language: string | null;
  /** The process it belongs to, where that is something else; empty otherwise. */
  readonly processTitle: string;
  readonly followedUri: string | null;
}
