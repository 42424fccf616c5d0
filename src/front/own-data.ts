// What this node keeps of one person and gives them to take away: which parts there are, and where each comes from. Pure.

/** A part of what is kept: a heading of the page in the archive, a key of its data file. */
export const ownDataParts = [
  "account",
  "terms",
  "ways-in",
  "sessions",
  "roles",
  "residence",
  "letters",
  "proposals",
  "coauthored",
  "proposal-versions",
  "pictures",
  "comments",
  "comment-versions",
  "supports",
  "likes",
  "following",
  "notice-settings",
  "notices",
  "reports",
  "statements",
  "appeals",
  "assistance",
  "erasures",
  "acts",
] as const;
export type OwnDataPart = (typeof ownDataParts)[number];

/** A row as it is kept, by the names of its columns. */
export type OwnRow = Readonly<Record<string, unknown>>;
export type OwnData = Readonly<Record<OwnDataPart, readonly OwnRow[]>>;

/** Columns that name an account and lead to nothing in the archive, each with the reason. */
export const leftOut: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [
      "account.residence_verified_by",
      "adoption.decided_by",
      "answer.answered_by",
      "answer_assignment.assigned_by",
      "answer_draft.planned_by",
      "answer_draft.saved_by",
      "census_list.uploaded_by",
      "erasure_doubt.decided_by",
      "meeting.created_by",
      "membership.granted_by",
      "milestone.created_by",
      "moderation_appeal.decided_by",
      "moderation_import.by_id",
      "moderation_statement.decided_by",
      "news.created_by",
      "process.created_by",
      "report.decided_by",
      "residence.verified_by",
      "residence_conflict.resolved_by",
      "result.created_by",
      "role_grant.granted_by",
    ].map((column) => [
      column,
      "about somebody or something else, dealt with in office: the act itself is among the acts",
    ]),
  ),
  "answer_assignment.account_id": "work of the desk, gone with the answer",
  "answer_note.account_id": "work of the desk about somebody's proposal: it stays within the desk",
  "assist.officer_id": "about the person who was helped: the act itself is among the acts",
  "email_code.account_id": "holds an address for a quarter of an hour, and a digest for a few hours",
  "email_code.asked_by": "about the person at the desk: the act itself is among the acts",
  "email_change.account_id": "holds a digest, and is gone within a day",
  "proposal_invitation.invited_by": "holds other people's addresses, which are gone when the invitation is over",
  "role_invitation.invited_by": "holds other people's addresses, which are gone when the invitation is over",
  "residence_attempt.account_id": "holds digests that mean nothing outside this node, and is gone soon",
  "residence_conflict.account_id": "names another account",
  "residence_conflict.other_account_id": "names another account",
  "sign_in_attempt.account_id": "holds secrets of a sign-in under way, and is gone within a day",
};

/** What others can know of a person: what stands on public pages and went to other servers. */
export interface PublicTraces {
  readonly proposals: number;
  readonly comments: number;
  /** How many of these were told under the person's own fediverse name. */
  readonly underOwnVoice: number;
  readonly followers: number;
  /** Servers that were sent something of theirs, by name. */
  readonly hosts: readonly string[];
}

/** What closing the account would change, in numbers. */
export interface LeftBehind {
  readonly drafts: number;
  readonly proposals: number;
  readonly comments: number;
  readonly supports: number;
  readonly likes: number;
}
