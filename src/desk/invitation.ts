// Invitations to the team of a process: how long they wait, how many there may be, what is known of one. Pure.
import type { GrantableRole } from "../accounts/account.ts";
import type { NameIn } from "../platform/text.ts";
import { dayMs } from "../platform/time.ts";

export const roleInvitationLifetimeMs = 14 * dayMs;
/** Waiting at one time, for one process. */
export const roleInvitationsMax = 50;
/** Of one person in a day, since each is a mail. */
export const roleInvitationsPerDayMax = 20;

/** Where someone answers. It is no key: what waits there waits for the address of the account that is signed in. */
export const roleInvitationsPath = "/account/team-invitations";

/** One that waits, as administrators of the process see it: the same with an account behind the address or without. */
export interface RoleInvitation {
  readonly id: string;
  readonly role: GrantableRole;
  readonly email: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/** One that waits, as the invited person sees it. */
export interface OwnRoleInvitation {
  readonly id: string;
  readonly role: GrantableRole;
  readonly processUri: string;
  readonly processName: NameIn;
  readonly inviterName: string;
  readonly expiresAt: Date;
}
