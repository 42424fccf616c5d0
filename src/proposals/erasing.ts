// What of a proposal its author can have erased, and when. Pure: no SQL, no request, no clock.
import type { Proposal } from "./proposal.ts";

/**
 * Whether a proposal can go as a whole: while nobody else has built on it. What others have supported, discussed or
 * answered is theirs too; of that only what names the person can go.
 */
export const isErasable = (
  proposal: Pick<Proposal, "state" | "supportCount" | "commentCount" | "origin">,
  hasAnswer: boolean,
): boolean =>
  proposal.origin === null &&
  (proposal.state === "published" || proposal.state === "withdrawn") &&
  !hasAnswer &&
  proposal.supportCount === 0 &&
  proposal.commentCount === 0;
