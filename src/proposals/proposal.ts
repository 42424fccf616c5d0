// Proposals: their nouns and their law. Pure: no SQL, no request, no clock.
import { isId, timeOf } from "../platform/ids.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { seenIn } from "../platform/text.ts";
import { dayMs } from "../platform/time.ts";

export const proposalStates = ["draft", "published", "evaluating", "accepted", "rejected", "withdrawn"] as const;
export type ProposalState = (typeof proposalStates)[number];

/** Where each state can lead. Nothing leads out of `withdrawn`; an answer can be revised. */
const transitions: Readonly<Record<ProposalState, readonly ProposalState[]>> = {
  draft: ["published"],
  published: ["evaluating", "accepted", "rejected", "withdrawn"],
  evaluating: ["evaluating", "accepted", "rejected", "withdrawn"],
  accepted: ["evaluating", "accepted", "rejected"],
  rejected: ["evaluating", "accepted", "rejected"],
  withdrawn: [],
};

export const mayBecome = (from: ProposalState, to: ProposalState): boolean => transitions[from].includes(to);

export const titleLengthMin = 8;
export const titleLengthMax = 150;
export const bodyLengthMax = 20_000;
export const imagesMax = 4;
/** Of one person, in all processes together. */
export const draftsMax = 30;

export interface Place {
  /** The point on the map; null where only an address is known. */
  readonly point: { readonly latitude: number; readonly longitude: number } | null;
  readonly address: string;
}

export interface ProposalImage {
  readonly url: string;
  readonly alt: string;
  readonly mediaType: string;
  readonly width: number;
  readonly height: number;
}

export interface ProposalText {
  readonly title: string;
  /** Markdown. */
  readonly body: string;
  readonly language: string;
  readonly categoryId: string | null;
  readonly place: Place;
}

export interface Answer {
  readonly uri: string;
  readonly id: string;
  readonly outcome: "evaluating" | "accepted" | "rejected";
  /** Markdown. */
  readonly reasons: string;
  /** A decimal string, in `costCurrency` (ISO 4217). */
  readonly costAmount: string | null;
  readonly costCurrency: string | null;
  readonly term: string;
  readonly language: string | null;
  readonly publishedAt: Date;
  readonly updatedAt: Date;
}

export interface Proposal extends Omit<ProposalText, "place"> {
  readonly uri: string;
  readonly id: string;
  readonly url: string;
  /** Null when this node owns it. */
  readonly origin: string | null;
  readonly processUri: string;
  /** The writer's account, for this node's own use: it never leaves. */
  readonly accountId: string | null;
  readonly authorName: string;
  /** The public names of those who write it with its author, in the order in which they joined. */
  readonly coauthors: readonly string[];
  /** The actor that speaks for it: the person's own, the association, or the process. */
  readonly authorUri: string | null;
  readonly authorType: string | null;
  /** Of that actor, which may be an institution that lends its voice to `authorName`. */
  readonly speakerName: string | null;
  readonly speakerHandle: string | null;
  readonly speakerHost: string | null;
  readonly speakerUrl: string | null;
  readonly speakerIconUrl: string | null;
  readonly organisationId: string | null;
  readonly organisationName: string | null;
  readonly categoryName: string;
  readonly address: string;
  readonly latitude: number | null;
  readonly longitude: number | null;
  readonly state: ProposalState;
  readonly version: number;
  readonly supportCount: number;
  /** Of a copy: when and by what method its own city counted; null where that is not known. */
  readonly countedAt: Date | null;
  readonly countMethod: string;
  readonly likeCount: number;
  readonly shareCount: number;
  readonly commentCount: number;
  readonly publishedAt: Date | null;
  readonly updatedAt: Date | null;
  readonly editedAt: Date | null;
  readonly hiddenAt: Date | null;
  readonly hiddenReason: string;
  readonly images: readonly ProposalImage[];
}

/** Its page on this node, wherever it lives. */
export const proposalPath = (proposal: Pick<Proposal, "id">): string => `/proposals/${proposal.id}`;

/**
 * What must hold before a text may be published. Drafts may be anything up to the limits.
 * @throws Refused `invalid-input` naming the field, `too-large` over the limits.
 */
export function checkText(text: Pick<ProposalText, "title" | "body">): void {
  refuseUnless(seenIn(text.title).length >= titleLengthMin, "invalid-input", { field: "title", min: titleLengthMin });
  refuseUnless(seenIn(text.body) !== "", "invalid-input", { field: "body" });
  checkLimits(text);
}

export function checkLimits(text: Pick<ProposalText, "title" | "body"> & Partial<Pick<ProposalText, "place">>): void {
  refuseUnless(text.title.length <= titleLengthMax, "too-large", { field: "title", max: titleLengthMax });
  refuseUnless(text.body.length <= bodyLengthMax, "too-large", { field: "body", max: bodyLengthMax });
  const point = text.place?.point;
  if (!point) return;
  const isOnEarth = Math.abs(point.latitude) <= 90 && Math.abs(point.longitude) <= 180;
  refuseUnless(isOnEarth, "invalid-input", { field: "place" });
}

/** Whether its author may still change the text: a draft always, a published one within the process's window. */
export function isEditable(
  proposal: Pick<Proposal, "state" | "publishedAt"> & Partial<Pick<Proposal, "hiddenAt">>,
  windowMinutes: number,
  now: Date,
): boolean {
  if (proposal.state === "draft") return true;
  if (proposal.hiddenAt) return false;
  if (proposal.state !== "published" || proposal.publishedAt === null) return false;
  return +now - +proposal.publishedAt <= windowMinutes * 60_000;
}

/** How long after it was made a form's id may still name the proposal that comes of it. */
const onceAgeMsMax = 2 * dayMs;

/**
 * The order of ids is the order of time, so no one may bring one from the future to stay on top.
 * @throws Refused `form-expired`.
 */
export function checkOnce(id: string, now: Date): string {
  const ageMs = isId(id) ? now.getTime() - timeOf(id).getTime() : -1;
  refuseUnless(ageMs >= 0 && ageMs <= onceAgeMsMax, "form-expired");
  return id;
}
