// Comments: their nouns and their law. Pure: no SQL, no request, no clock.
import { Refused, refuseUnless } from "../platform/refusal.ts";
import { seenIn } from "../platform/text.ts";
import { type Phase, permits } from "../processes/process.ts";
import { isPublic, type Stance, type Subject } from "../subjects/subject.ts";

export const bodyLengthMax = 5_000;

/** How long an author may change a comment where no process of this node says it. */
export const editWindowMinutesDefault = 1_440;

export interface Comment {
  readonly uri: string;
  readonly id: string;
  readonly url: string;
  /** Null when this node owns it. */
  readonly origin: string | null;
  /** The thing whose thread it stands in. */
  readonly threadUri: string;
  /** The node that owns the thread; null for this one. */
  readonly threadOrigin: string | null;
  /** What that node says of it; null while it has said nothing, and in our own threads. */
  readonly ownerState: OwnerState | null;
  /** The comment it replies to; null when it speaks to the thing itself. */
  readonly parentUri: string | null;
  /** The comment at the root of its branch; null for that one itself. */
  readonly branchUri: string | null;
  readonly processUri: string | null;
  readonly stance: Stance | null;
  /** Markdown when local, cleaned HTML when remote; empty once deleted. */
  readonly body: string;
  readonly language: string | null;
  /** The writer's account, for this node's own use: it never leaves. */
  readonly accountId: string | null;
  /** Whether that account is a verified resident of this node. */
  readonly isByResident: boolean;
  /** True depth: 0 at the root of the thread. */
  readonly depth: number;
  readonly version: number;
  /** The person's name; empty where an institution lent its voice to someone who is no longer named. */
  readonly authorName: string;
  /** The name of the actor that speaks: the person's own, or the institution. */
  readonly speakerName: string;
  readonly authorUri: string | null;
  readonly authorType: string | null;
  /** The author speaks with an actor of their own, at this address. */
  readonly authorHandle: string | null;
  readonly authorHost: string | null;
  readonly authorUrl: string | null;
  readonly authorIconUrl: string | null;
  readonly likeCount: number;
  readonly shareCount: number;
  /** Public direct replies. */
  readonly commentCount: number;
  readonly publishedAt: Date;
  readonly updatedAt: Date;
  readonly editedAt: Date | null;
  readonly hiddenAt: Date | null;
  readonly hiddenReason: string;
  readonly hiddenBy: Subject["hiddenBy"];
  readonly deletedAt: Date | null;
}

/** Whether the owner of a thread has a comment in it: it has, it has not (any more), or its moderator hid it. */
export type OwnerState = "listed" | "unlisted" | "hidden";

/**
 * Whether a comment stands here in a thread of another node that has not taken it yet. What the owner's own people say
 * needs no word.
 */
export const isAwaited = (comment: Pick<Comment, "origin" | "threadOrigin" | "ownerState">): boolean =>
  comment.threadOrigin !== null && comment.origin !== comment.threadOrigin && comment.ownerState !== "listed";

/**
 * When a comment counts as said, for the order of its thread: every node must agree, clocks differ, and a reply never comes
 * before what it answers.
 */
export const timeInThread = (publishedAt: Date, answered: Pick<Subject, "publishedAt"> | null): Date =>
  new Date(Math.max(+publishedAt, answered?.publishedAt == null ? 0 : +answered.publishedAt + 1));

/** What is left of a comment for a reader: the text, or what stands in its place. */
export type Standing = "shown" | "deleted" | "hidden" | "held";

export function standingOf(comment: Pick<Comment, "deletedAt" | "hiddenAt" | "hiddenReason">): Standing {
  if (comment.deletedAt !== null) return "deleted";
  if (comment.hiddenAt === null) return "shown";
  return comment.hiddenReason === "" ? "held" : "hidden";
}

/** Where a voice comes from, which every page says. */
export type Provenance =
  | { readonly from: "resident" | "here" }
  | { readonly from: "city" | "fediverse"; readonly host: string };

export function provenanceOf(comment: Pick<Comment, "origin" | "isByResident" | "authorType">): Provenance {
  if (comment.origin === null) return { from: comment.isByResident ? "resident" : "here" };
  // A person speaks for themselves; an institution lends its voice to one of its people.
  const from = comment.authorType === "Person" || comment.authorType === "Service" ? "fediverse" : "city";
  return { from, host: new URL(comment.origin).host };
}

/** @throws Refused `invalid-input` for an empty text, `too-large` over the limit. */
export function checkBody(body: string): void {
  refuseUnless(seenIn(body) !== "", "invalid-input", { field: "body" });
  refuseUnless(body.length <= bodyLengthMax, "too-large", { field: "body", max: bodyLengthMax });
}

/** What was done and what is announced can be spoken about at any time: phases rule what is being decided. */
const alwaysOpen: ReadonlySet<Subject["kind"]> = new Set(["news", "meeting", "result", "milestone"]);

/** Whether the phases, null where no process of this node has a say, let people speak about the thing of a thread. */
export const isOpenTo = (thread: Pick<Subject, "kind">, phases: readonly Phase[] | null, now: Date): boolean =>
  phases === null || alwaysOpen.has(thread.kind) || permits(phases, "comment", now);

/**
 * Whether someone may add a voice here now. The first of `spokenTo` is the thing the thread is about; `phases` are those
 * of the process it belongs to, null where no process of this node has a say.
 *
 * @throws Refused `not-found` for what is not public, `gone` when it was deleted meanwhile, `phase-closed`.
 */
export function checkMaySpeak(spokenTo: readonly Subject[], phases: readonly Phase[] | null, now: Date): void {
  for (const subject of spokenTo) {
    if (subject.deletedAt !== null) throw new Refused("gone");
    refuseUnless(isPublic(subject), "not-found");
  }
  refuseUnless(isOpenTo(spokenTo[0]!, phases, now), "phase-closed");
}

/** Whether its author may still change the text. */
export const isEditable = (
  comment: Pick<Comment, "origin" | "publishedAt" | "hiddenAt" | "deletedAt">,
  windowMinutes: number,
  now: Date,
): boolean =>
  comment.origin === null &&
  comment.hiddenAt === null &&
  comment.deletedAt === null &&
  +now - +comment.publishedAt <= windowMinutes * 60_000;
