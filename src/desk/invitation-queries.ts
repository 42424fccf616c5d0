// Reads of invitations to the teams of processes: what was asked, and what waits for an address.
import type { Account } from "../accounts/account.ts";
import type { Sql } from "../platform/db.ts";
import type { NameIn } from "../platform/text.ts";
import { processNameOf } from "../subjects/queries.ts";
import type { OwnRoleInvitation, RoleInvitation } from "./invitation.ts";

/** Those of a process that were not accepted. For its administrators only: ask {@link mayGrant} first. */
export async function listRoleInvitations(sql: Sql, processUri: string, now: Date): Promise<RoleInvitation[]> {
  return await sql<RoleInvitation[]>`
    select id, role, email, created_at, expires_at from role_invitation
    where process_uri = ${processUri} and email is not null and expires_at > ${now} order by id`;
}

/** What waits for the confirmed address of an account. */
export async function listOwnRoleInvitations(sql: Sql, by: Account, now: Date): Promise<OwnRoleInvitation[]> {
  if (by.email === null) return [];
  return await sql<OwnRoleInvitation[]>`
    select role_invitation.id, role, role_invitation.process_uri, ${processNameOf(sql, "role_invitation.process_uri")} as process_name, account.name as inviter_name,
      role_invitation.expires_at
    from role_invitation join subject process on process.uri = role_invitation.process_uri
      join account on account.id = invited_by
    where role_invitation.email = ${by.email} and role_invitation.expires_at > ${now} and declined_at is null
      and process.deleted_at is null and account.closed_at is null
    order by role_invitation.id`;
}

export interface RoleInvitationMail {
  readonly email: string;
  readonly role: OwnRoleInvitation["role"];
  readonly processUri: string;
  readonly processName: NameIn;
  readonly invitedBy: string;
  readonly inviterName: string;
  readonly locale: string;
  readonly city: string | null;
  /** Whose confirmed address it is; null where nobody has an account with it. */
  readonly accountId: string | null;
}

/** What the mail of an invitation is made of; null for one that is over. For the job that sends it, and nobody else. */
export async function findRoleInvitationMail(sql: Sql, id: string, now: Date): Promise<RoleInvitationMail | null> {
  const [invitation] = await sql<RoleInvitationMail[]>`
    select role_invitation.email, role, role_invitation.process_uri, ${processNameOf(sql, "role_invitation.process_uri")} as process_name, invited_by,
      inviter.name as inviter_name, coalesce(invited.locale, inviter.locale) as locale, invited.id as account_id,
      (select name from actor where kind = 'organisation' and origin is null order by id limit 1) as city
    from role_invitation join subject process on process.uri = role_invitation.process_uri
      join account inviter on inviter.id = invited_by
      left join account invited on invited.email = role_invitation.email and invited.closed_at is null
    where role_invitation.id = ${id} and role_invitation.email is not null and role_invitation.expires_at > ${now}
      and declined_at is null`;
  return invitation ?? null;
}
