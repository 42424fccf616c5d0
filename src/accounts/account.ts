// Accounts and what each may do. Pure: no SQL, no request, no clock.

export const roles = ["administrator", "official", "moderator", "resident", "guest"] as const;
export type Role = (typeof roles)[number];

/** Roles someone grants; resident and guest follow from verification. */
export const grantableRoles = ["administrator", "official", "moderator"] as const;
export type GrantableRole = (typeof grantableRoles)[number];

export interface RoleGrant {
  readonly role: GrantableRole;
  /** The process it holds for; null for the whole node. */
  readonly processUri: string | null;
}

export interface Account {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly locale: string;
  /** The person's own fediverse actor, only if they asked for one. */
  readonly actorId: string | null;
  readonly handle: string | null;
  readonly residenceVerifiedAt: Date | null;
  readonly grants: readonly RoleGrant[];
  /** Organisations of this node the person may speak for (actor ids). */
  readonly memberOf: readonly string[];
}

export const isResident = (account: Account | null): boolean => account?.residenceVerifiedAt != null;

/**
 * Whether the account holds a role for a process, or for the whole node when none is named.
 * An administrator may do what officials and moderators do; a grant for the node holds for each of its processes.
 */
export function holds(account: Account | null, role: GrantableRole, processUri: string | null = null): boolean {
  if (account === null) return false;
  return account.grants.some(
    (grant) =>
      (grant.role === role || grant.role === "administrator") &&
      (grant.processUri === null || grant.processUri === processUri),
  );
}

/** Whether the account holds the role anywhere, which is what shows the desk in the menu. */
export const holdsSomewhere = (account: Account | null, role: GrantableRole): boolean =>
  account?.grants.some((grant) => grant.role === role || grant.role === "administrator") ?? false;
