// Notices: what people are told of, and how often by mail. Pure: no SQL, no request, no clock.
import type { NameIn } from "../platform/text.ts";
import { pagePathOf, type Subject } from "../subjects/subject.ts";

/**
 * Everything a person can be told. To add one: its name here, and `notice.<kind>` in the five locales. The text may hold
 * `{title}`, the title of the subject, and whatever the notice's `data` names.
 */
export const noticeKinds = [
  "process-published",
  "phase-started",
  "news",
  "proposal-published",
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
  "answer-to-mine",
  "statement",
  "hidden",
  "reinstated",
  "held",
  "held-shown",
  "appeal-upheld",
  "appeal-reinstated",
  "report-hidden",
  "report-kept",
  "coauthor-invited",
  "coauthor-joined",
  "coauthor-declined",
  "coauthor-left",
  "coauthor-removed",
  "coauthored-published",
  "coauthored-changed",
  "coauthored-withdrawn",
  "residence-verified",
  "residence-expiring",
  "residence-over",
  "residence-withdrawn",
  "residence-conflict",
  "residence-kept",
  "residence-number-tried",
  "residence-suspended",
  "residence-suspension-decided",
  "residence-number-yours",
  "code-on-its-way",
  "assisted",
  "assigned",
  "team-invitation",
  "role-given",
  "role-given-in",
  "role-ended",
  "role-ended-in",
  "speaks-for",
  "speaks-no-more",
] as const;
export type NoticeKind = (typeof noticeKinds)[number];

/** The message that says it. */
export const noticeText = (kind: NoticeKind) => `notice.${kind}` as const;

/** Told to whom it concerns although nobody else can read it at the moment: it is hidden, or a draft yet. */
export const kindsOfHiddenThings: readonly NoticeKind[] = [
  "statement",
  "hidden",
  "held",
  "appeal-upheld",
  "coauthor-invited",
  "coauthor-joined",
  "coauthor-declined",
  "coauthor-left",
  "coauthor-removed",
  "role-given-in",
  "role-ended-in",
];

/** On the page only: a letter of its own says it by mail. */
export const kindsToldByLetter: readonly NoticeKind[] = ["team-invitation"];

/** Mailed at once whatever the person chose: what is decided about their own words, and who they are to this city. */
export const kindsAlwaysMailed: readonly NoticeKind[] = [
  "statement",
  "held",
  "appeal-upheld",
  "appeal-reinstated",
  "residence-verified",
  "residence-expiring",
  "residence-over",
  "residence-withdrawn",
  "residence-conflict",
  "residence-kept",
  "residence-number-tried",
  "residence-suspended",
  "residence-suspension-decided",
  "residence-number-yours",
  "assisted",
];

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
  /** Told once under this name, whatever events bring it; absent: once for each event. */
  readonly once?: string;
}

/** How often a person gets mail of what they follow. */
export const mailRhythms = ["never", "at-once", "daily", "weekly"] as const;
export type MailRhythm = (typeof mailRhythms)[number];

/** When one notice is mailed: at a rhythm, or always, which nobody can choose and no choice ends. */
export type NoticeMail = MailRhythm | "always";

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
  /** The process it belongs to, where that is something else. */
  readonly processName: NameIn | null;
  readonly followedUri: string | null;
}

/** Where a notice leads: to what it is about, or to where something can be done about it. A path of this node, or an address elsewhere. */
export function pathOfNotice({ kind, data, subject }: Pick<ShownNotice, "kind" | "data" | "subject">): string {
  switch (kind) {
    case "statement":
    case "appeal-upheld":
    case "appeal-reinstated":
      return `/moderation/statements/${data.statement}`;
    case "report-hidden":
    case "report-kept":
      return "/moderation/statements";
    case "coauthor-invited":
      return `/account/invitations/${data.invitation}`;
    case "coauthor-joined":
    case "coauthor-declined":
    case "coauthor-left":
      return subject === null ? "/account/proposals" : `${pagePathOf(subject)}/coauthors`;
    case "coauthor-removed":
      return "/account/proposals";
    case "team-invitation":
      return "/account/team-invitations";
    case "role-given":
    case "role-given-in":
      return "/desk";
    case "role-ended":
    case "role-ended-in":
    case "speaks-for":
    case "speaks-no-more":
      return "/account";
    case "residence-verified":
    case "residence-expiring":
    case "residence-over":
    case "residence-withdrawn":
    case "residence-conflict":
    case "residence-kept":
    case "residence-number-tried":
    case "residence-suspended":
    case "residence-suspension-decided":
    case "residence-number-yours":
    case "code-on-its-way":
    case "assisted":
      return "/account/residence";
    default:
      return subject === null ? "/notices" : pagePathOf(subject);
  }
}
