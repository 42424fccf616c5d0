// Accounts and what each may do. Pure: no SQL, no request, no clock.
import { refuseUnless } from "../platform/refusal.ts";

export const roles = ["administrator", "official", "evaluator", "moderator", "resident", "guest"] as const;
export type Role = (typeof roles)[number];

/** Roles someone grants; resident and guest follow from verification. */
export const grantableRoles = ["evaluator", "moderator", "official", "administrator"] as const;
export type GrantableRole = (typeof grantableRoles)[number];

export interface RoleGrant {
  readonly role: GrantableRole;
  /** The process it holds for; null for the whole node. */
  readonly processUri: string | null;
}

export interface Account {
  readonly id: string;
  /** Confirmed by a link. Null for a person who came another way and has given none yet. */
  readonly email: string | null;
  /** For the person themself and the desk. What stands beside what they write is `publicName`. */
  readonly name: string;
  /** The name of their own actor where they have one, which may be a pseudonym; else `name`. */
  readonly publicName: string;
  readonly locale: string;
  /** The person's own fediverse actor, only if they asked for one. */
  readonly actorId: string | null;
  readonly handle: string | null;
  readonly residenceVerifiedAt: Date | null;
  /** When the verification ends; null for one that holds for good, and where there is none. */
  readonly residenceExpiresAt: Date | null;
  readonly grants: readonly RoleGrant[];
  /** Organisations of this node the person may speak for (actor ids). */
  readonly memberOf: readonly string[];
}

/** An account that mail reaches. */
export type ReachableAccount = Account & { readonly email: string };

/** Whether the person's residence is verified at this moment: a verification may have come to its end. */
export const isResident = (
  account: Pick<Account, "residenceVerifiedAt" | "residenceExpiresAt"> | null,
  now: Date,
): boolean =>
  account?.residenceVerifiedAt != null && (account.residenceExpiresAt === null || account.residenceExpiresAt > now);

/** Which grants let a person do what a role may do: whoever answers may also evaluate. */
const heldBy: Readonly<Record<GrantableRole, readonly GrantableRole[]>> = {
  administrator: ["administrator"],
  official: ["official", "administrator"],
  moderator: ["moderator", "administrator"],
  evaluator: ["evaluator", "official", "administrator"],
};

/**
 * Whether the account holds a role for a process, or for the whole node when none is named.
 * An administrator may do what officials, evaluators and moderators do; a grant for the node holds for each of its
 * processes, and one for a process holds there and nowhere else, an administrator's too.
 */
export function holds(account: Account | null, role: GrantableRole, processUri: string | null = null): boolean {
  if (account === null) return false;
  return account.grants.some(
    (grant) => heldBy[role].includes(grant.role) && (grant.processUri === null || grant.processUri === processUri),
  );
}

/** Whether the account holds the role anywhere, which is what shows the desk in the menu. */
export const holdsSomewhere = (account: Account | null, role: GrantableRole): boolean =>
  account?.grants.some((grant) => heldBy[role].includes(grant.role)) ?? false;

/** Where the account holds a role: everywhere on the node, or in these processes of it. */
export function scopeOf(account: Account, role: GrantableRole): "node" | readonly string[] {
  if (holds(account, role)) return "node";
  return account.grants.flatMap((grant) =>
    heldBy[role].includes(grant.role) && grant.processUri !== null ? [grant.processUri] : [],
  );
}

/** Nobody grants, or takes back, what they do not hold: administrators of the node anything, those of a process what is for it. */
export const mayGrant = (by: Account, grant: RoleGrant): boolean => holds(by, "administrator", grant.processUri);

/** Roles and memberships are given by administrators of the whole node, since giving them shows who has an account. */
export const mayGrantRoles = (by: Account): boolean => holds(by, "administrator");

/** Officials of the whole node are its desk: they see who has an account. */
export const mayWorkAtDesk = (by: Account | null): boolean => holds(by, "official");

/** No one vouches for their own residence, whatever their role. */
export const mayVerifyResidence = (by: Account, accountId: string): boolean => mayWorkAtDesk(by) && by.id !== accountId;

export const nameLengthMax = 80;
export const knowHowLengthMax = 1000;
export const emailLengthMax = 254;

// Invisible and direction-changing characters would let one name look like another.
const DECEPTIVE = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** A name as it is stored: one line, no invisible characters. @throws Refused `invalid-input` when nothing is left, or too much. */
export function cleanName(text: string, field = "name"): string {
  const name = text.normalize("NFC").replace(/\s+/g, " ").replace(DECEPTIVE, "").replace(/ +/g, " ").trim();
  refuseUnless(name !== "" && [...name].length <= nameLengthMax, "invalid-input", { field, max: nameLengthMax });
  return name;
}

/** Lower case without accents, so that a desk officer finds `Núria` by typing `nuria`. */
export const fold = (text: string): string => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().trim();
