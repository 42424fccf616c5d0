// A subject is anything public that has a URI. What attaches to anything (comments, likes, reports, hiding) names it so.
// Pure: no SQL, no request, no clock.

export type SubjectKind =
  | "process"
  | "news"
  | "proposal"
  | "answer"
  | "comment"
  | "meeting"
  | "result"
  | "milestone"
  | "post";

/** On which side of the thing a voice puts itself. Only where it speaks to the thing itself, never in a reply. */
export const stances = ["for", "against", "neutral"] as const;
export type Stance = (typeof stances)[number];

export interface Subject {
  readonly uri: string;
  readonly id: string;
  readonly kind: SubjectKind;
  /** Null when this node owns it. */
  readonly origin: string | null;
  readonly url: string;
  readonly authorId: string | null;
  readonly authorUri: string | null;
  readonly authorName: string;
  readonly processUri: string | null;
  /** The thing whose thread it stands in; null for what is no comment. */
  readonly threadUri: string | null;
  /** The comment it replies to; null when it speaks to the thing itself. */
  readonly parentUri: string | null;
  readonly stance: Stance | null;
  readonly title: string;
  readonly language: string | null;
  readonly publishedAt: Date | null;
  readonly updatedAt: Date | null;
  readonly hiddenAt: Date | null;
  /** A moderator's words, shown in its place; empty while it is held until one has looked. */
  readonly hiddenReason: string;
  /** Who hid it, where that was not this node: the owner of the thread it stands in, or its own server. */
  readonly hiddenBy: "owner" | "origin" | null;
  readonly deletedAt: Date | null;
  readonly likeCount: number;
  readonly shareCount: number;
  readonly commentCount: number;
}

/** Whether anyone may read it: published, not hidden by a moderator, not deleted by its author. */
export const isPublic = (subject: Subject): boolean =>
  subject.publishedAt !== null && subject.hiddenAt === null && subject.deletedAt === null;

export type ReactionKind = "like" | "share";

const roomOf: Readonly<Partial<Record<SubjectKind, string>>> = {
  process: "processes",
  news: "news",
  proposal: "proposals",
  answer: "answers",
  comment: "comments",
  meeting: "meetings",
  result: "results",
  milestone: "milestones",
};

/** The first part of the address of a kind's pages; null for what has no page of its own. */
export const subjectRoomOf = (kind: SubjectKind): string | null => roomOf[kind] ?? null;

/** Where people of this node read a subject: its own page here, also for a copy of another node's. */
export function pagePathOf(subject: Pick<Subject, "kind" | "id" | "origin" | "url">): string {
  if (subject.origin === null) {
    const { pathname, search, hash } = new URL(subject.url);
    return `${pathname}${search}${hash}`;
  }
  const room = roomOf[subject.kind];
  return room === undefined ? subject.url : `/${room}/${subject.id}`;
}
