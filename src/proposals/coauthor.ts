// Who writes a proposal with its author: how many, how they are asked, what an invitation is made of. Pure.
import { createHash, createHmac } from "node:crypto";
import { dayMs } from "../platform/time.ts";
import type { Proposal } from "./proposal.ts";

export const coauthorsMax = 10;
/** Waiting at one time, of one proposal. */
export const invitationsMax = 10;
/** By mail, of one person in a day, so that nobody is pestered from here. */
export const mailedPerDayMax = 20;
export const invitationLifetimeMs = 14 * dayMs;
/** What a copy may name. */
export const coauthorNamesMax = 20;

/** As the token of a sign-in link is made: a queued mail carries the id alone, and no row is enough to accept. */
export const invitationToken = (secret: string, invitationId: string): string =>
  createHmac("sha256", secret).update(`proposal invitation ${invitationId}`).digest("base64url");

export const invitationDigest = (token: string): Buffer => createHash("sha256").update(token).digest();

/** The address of the link. It leads on at once to {@link answerPath}, which is no key. */
export const invitationPath = (token: string): string => `/account/invitation/${token}`;
export const answerPath = "/account/coauthorship";

/** An invitation that waits, as the author of the proposal sees it. */
export interface Invitation {
  readonly id: string;
  /** Null: a link to hand on. */
  readonly email: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

export interface Coauthor {
  readonly id: string;
  /** Null after a restore, where a record names them and their account is not here. */
  readonly accountId: string | null;
  /** As they agreed to be named. */
  readonly name: string;
  readonly joinedAt: Date;
  /** What the record has beside the name; null where it has nothing. */
  readonly key: string | null;
}

/** One co-author as a record of this node names them. */
export interface NamedCoauthor {
  readonly name: string;
  readonly key: string | null;
}

/**
 * By it a restored node knows the account behind a name again. It differs in each proposal, and says nothing to anyone who
 * does not know the account's id: a millisecond and 62 bits of chance, which never leave the node.
 */
export const coauthorKey = (proposalUri: string, accountId: string): string =>
  createHash("sha256")
    .update(`${keyOpening(proposalUri)}${accountId}`)
    .digest("base64url");

/** What stands before the account's id in what the key is the SHA-256 of. */
export const keyOpening = (proposalUri: string): string => `co-author of ${proposalUri} `;

/** Everyone who is named for it, its author first; empty where nobody is any more. */
export const namesOf = ({ authorName, coauthors }: Pick<Proposal, "authorName" | "coauthors">): string[] =>
  [authorName, ...coauthors].filter((name) => name !== "");
