// The words for official acts, as the audit log shows them. Pure.
import type { Translator } from "../platform/i18n.ts";

export const knownActs = [
  "AccountClosed",
  "MembershipGranted",
  "MembershipRevoked",
  "ResidenceVerified",
  "ResidenceVerificationWithdrawn",
  "RoleGranted",
  "RoleRevoked",
  "adoption-accepted",
  "adoption-declined",
  "category-added",
  "copy-kept",
  "copy-stopped",
  "document-added",
  "document-removed",
  "followed",
  "unfollowed",
  "meeting-drafted",
  "meeting-published",
  "meeting-changed",
  "meeting-cancelled",
  "meeting-closed",
  "meeting-discarded",
  "meetings-imported",
  "milestone-reached",
  "news-published",
  "organisation-changed",
  "organisation-opened",
  "pilot-decided",
  "process-drafted",
  "process-changed",
  "process-published",
  "proposal-answered",
  "report-dismissed",
  "result-published",
  "result-changed",
  "results-imported",
  "server-decided",
  "first-comments-decided",
  "peer-allowed",
  "peer-limited",
  "peer-blocked",
  "subject-hidden",
  "subject-reinstated",
  "copy-erased",
  "doubtful-copy-kept",
  "taken-back",
] as const;
export type KnownAct = (typeof knownActs)[number];

/** What was done, in a few words; the bare name for an act of another version. */
export const actName = (t: Translator, act: string): string => {
  const known = knownActs.find((name) => name === act);
  return known === undefined ? act : t(`acts.${known}`);
};
