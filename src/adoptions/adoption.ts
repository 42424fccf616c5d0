// Adoptions: what one city made from what another did. Their nouns and their law. Pure: no SQL, no request, no clock.
import { dayMs } from "../platform/time.ts";
import type { SubjectKind } from "../subjects/subject.ts";

/** What can be adopted, and what can come of it: a process of a process, a proposal of a proposal or a result. */
export const adoptableKinds = ["process", "proposal", "result"] as const;
export type AdoptableKind = (typeof adoptableKinds)[number];

export const isAdoptable = (kind: SubjectKind): kind is AdoptableKind =>
  (adoptableKinds as readonly SubjectKind[]).includes(kind);

/**
 * `unread`: claimed by the other side, and not yet read at its own address. `offered`: waits for an answer. `accepted`
 * and `declined`: by an official of the origin.
 */
export type AdoptionState = "unread" | "offered" | "accepted" | "declined";

export interface Adoption {
  readonly id: string;
  readonly offerUri: string;
  readonly subjectUri: string;
  readonly objectUri: string;
  /** Whether this node made the thing and offered it; else the thing it was made from is this node's. */
  readonly isOurs: boolean;
  readonly counterpartUri: string;
  readonly host: string;
  readonly processActorUri: string | null;
  readonly state: AdoptionState;
  readonly at: Date;
  readonly decidedAt: Date | null;
}

/** Offers of one server that wait for an answer here; further ones are refused until some are answered. */
export const offersWaitingPerHostMax = 50;
/** Of all servers together. */
export const offersWaitingMax = 1_000;
/** Things of other nodes read for the sake of one tree, and how far from where it was begun. */
export const lineageNodesMax = 200;
export const lineageDepthMax = 10;
/** A thing elsewhere is read again after this. */
export const lineageKeptMs = dayMs;
