// A subject is anything public that has a URI. What attaches to anything (comments, likes, reports, hiding) names it so.

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
  readonly title: string;
  readonly language: string | null;
  readonly publishedAt: Date | null;
  readonly updatedAt: Date | null;
  readonly hiddenAt: Date | null;
  readonly deletedAt: Date | null;
  readonly likeCount: number;
  readonly shareCount: number;
  readonly commentCount: number;
}

/** Whether anyone may read it: published, not hidden by a moderator, not deleted by its author. */
export const isPublic = (subject: Subject): boolean =>
  subject.publishedAt !== null && subject.hiddenAt === null && subject.deletedAt === null;

export type ReactionKind = "like" | "share";
