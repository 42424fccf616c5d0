// The verbs of inviting someone to the team of a process: invite, accept, decline, take back. The only writer of role_invitation.
import { type Account, type GrantableRole, mayGrant } from "../accounts/account.ts";
import { accountUri, getAccount } from "../accounts/queries.ts";
import { readEmail } from "../accounts/sign-in.ts";
import { type Sql, type Tx, withTransaction } from "../platform/db.ts";
import { isId, newId } from "../platform/ids.ts";
import { enqueue } from "../platform/jobs.ts";
import { Refused, refuseUnless } from "../platform/refusal.ts";
import { dayMs } from "../platform/time.ts";
import { recordAct } from "../subjects/actions.ts";
import { findSubject } from "../subjects/queries.ts";
import { roleInvitationLifetimeMs, roleInvitationsMax, roleInvitationsPerDayMax } from "./invitation.ts";

export const roleInvitationMailKind = "role-invitation-mail";
export const roleInvitationEndKind = "role-invitation-end";

/**
 * Asks whoever has an address to take a role in a process. Nothing that is done or answered here depends on whether the
 * address has an account: that is looked up by the job that sends the mail. The audit log does not hold the address.
 *
 * @throws Refused `not-allowed`, `not-found` for a process that is not ours, `invalid-input`, `invitation-limit`,
 * `too-many-requests`, `already-exists` where the same was asked and waits.
 */
export async function inviteToTeam(
  sql: Sql,
  by: Account,
  invited: { readonly email: string; readonly role: GrantableRole; readonly processUri: string },
  now: Date,
): Promise<void> {
  const { role, processUri } = invited;
  refuseUnless(mayGrant(by, { role, processUri }), "not-allowed");
  const email = readEmail(invited.email);
  const id = newId(now);
  const expiresAt = new Date(+now + roleInvitationLifetimeMs);
  await withTransaction(sql, async (tx) => {
    // One person's invitations one after the other, so that a burst cannot pass together.
    await tx`select from account where id = ${by.id} for no key update`;
    const subject = await findSubject(tx, processUri);
    refuseUnless(subject?.kind === "process" && subject.origin === null && subject.deletedAt === null, "not-found");
    await tx`delete from role_invitation where process_uri = ${processUri} and expires_at <= ${now}`;
    const waiting = await tx<{ role: string; email: string }[]>`
      select role, email from role_invitation where process_uri = ${processUri} and email is not null`;
    const isAsked = waiting.some((one) => one.email === email && one.role === role);
    refuseUnless(!isAsked, "already-exists", { field: "email" });
    refuseUnless(waiting.length < roleInvitationsMax, "invitation-limit", { limit: roleInvitationsMax });
    // Taken back ones count too: a mail that is on its way is not unsent.
    const today = await tx`
      select from role_invitation where invited_by = ${by.id} and created_at > ${new Date(+now - dayMs)}`;
    refuseUnless(today.length < roleInvitationsPerDayMax, "too-many-requests", { seconds: 3_600 });
    await tx`
      insert into role_invitation (id, process_uri, role, invited_by, email, created_at, expires_at)
      values (${id}, ${processUri}, ${role}, ${by.id}, ${email}, ${now}, ${expiresAt})`;
    await enqueue(tx, { kind: roleInvitationMailKind, payload: { id } });
    await enqueue(tx, { kind: roleInvitationEndKind, payload: { id }, runAt: expiresAt });
    await recordAct(tx, by, "RoleInvited", processUri, { role, processUri }, now, { after: { role } });
  });
}

/**
 * The invited person takes the role, if who invited them may still give it.
 * @throws Refused `link-expired` for one that is over, or that is not for the address of this account.
 */
export async function acceptRoleInvitation(sql: Sql, by: Account, id: string, now: Date): Promise<void> {
  await withTransaction(sql, async (tx) => {
    const { role, processUri, invitedBy } = await ownForUpdate(tx, by, id, now);
    refuseUnless(mayGrant(await inviterOf(tx, invitedBy), { role, processUri }), "link-expired");
    await tx`update role_invitation set email = null where id = ${id}`;
    const rows = await tx`
      insert into role_grant (account_id, role, process_uri, granted_by, granted_at)
      values (${by.id}, ${role}, ${processUri}, ${invitedBy}, ${now}) on conflict do nothing returning 1`;
    if (rows.length === 0) return;
    const detail = { role, processUri };
    await recordAct(tx, by, "RoleInvitationAccepted", accountUri(by.id), detail, now, { after: { role } });
  });
}

/** Who invited sees no difference until its time is over. @throws Refused `link-expired` as for accepting. */
export async function declineRoleInvitation(sql: Sql, by: Account, id: string, now: Date): Promise<void> {
  await withTransaction(sql, async (tx) => {
    await ownForUpdate(tx, by, id, now);
    await tx`update role_invitation set declined_at = ${now} where id = ${id}`;
  });
}

/** Taken back by someone who may give the role: nobody can accept it any more. One that is over changes nothing. */
export async function revokeRoleInvitation(
  sql: Sql,
  by: Account,
  processUri: string,
  id: string,
  now: Date,
): Promise<void> {
  refuseUnless(mayGrant(by, { role: "administrator", processUri }), "not-allowed");
  await withTransaction(sql, async (tx) => {
    const [ended] = await tx<{ role: GrantableRole }[]>`
      update role_invitation set email = null
      where id = ${id} and process_uri = ${processUri} and email is not null and expires_at > ${now} returning role`;
    if (ended === undefined) return;
    const { role } = ended;
    await recordAct(tx, by, "RoleInvitationRevoked", processUri, { role, processUri }, now, { before: { role } });
  });
}

/** One whose time has come, and with it the address. */
export async function endRoleInvitation(sql: Sql, id: string, now: Date): Promise<void> {
  await sql`delete from role_invitation where id = ${id} and expires_at <= ${now}`;
}

/** What closing an account does: whom it invited, and what waits for its address. */
export async function forgetRoleInvitations(tx: Tx, accountId: string): Promise<void> {
  await tx`
    delete from role_invitation
    where invited_by = ${accountId} or email = (select email from account where id = ${accountId})`;
}

interface Waiting {
  readonly role: GrantableRole;
  readonly processUri: string;
  readonly invitedBy: string;
}

async function ownForUpdate(tx: Tx, by: Account, id: string, now: Date): Promise<Waiting> {
  refuseUnless(isId(id), "link-expired");
  // The address as it is now: it may have been changed since the page was opened.
  await tx`select from account where id = ${by.id} for no key update`;
  const [waiting] = await tx<Waiting[]>`
    select role, role_invitation.process_uri, invited_by
    from role_invitation join account on account.email = role_invitation.email
      join subject on subject.uri = role_invitation.process_uri
    where role_invitation.id = ${id} and account.id = ${by.id} and account.closed_at is null
      and expires_at > ${now} and declined_at is null and subject.deleted_at is null
    for update of role_invitation`;
  refuseUnless(waiting !== undefined, "link-expired");
  return waiting;
}

async function inviterOf(tx: Tx, accountId: string): Promise<Account> {
  try {
    return await getAccount(tx, accountId);
  } catch (error) {
    if (error instanceof Refused) throw new Refused("link-expired");
    throw error;
  }
}
