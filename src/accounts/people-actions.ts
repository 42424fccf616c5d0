// The verbs of the desk: who holds a role, who speaks for an organisation. Each leaves a line in the audit log.
import { findActorById } from "../actors/queries.ts";
import { type Sql, type Tx, withTransaction } from "../platform/db.ts";
import { isId } from "../platform/ids.ts";
import { enqueue } from "../platform/jobs.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { recordAct } from "../subjects/actions.ts";
import { findSubject } from "../subjects/queries.ts";
import { type Account, mayGrant, mayGrantRoles, type RoleGrant } from "./account.ts";
import { accountUri, getAccount } from "./queries.ts";

/**
 * Gives a role for the whole node, or for one process of it.
 * @throws Refused `not-allowed` unless `by` is an administrator of the node or of that process, `not-found` for a process
 * that is not ours.
 */
export async function grantRole(sql: Sql, by: Account, accountId: string, grant: RoleGrant, now: Date): Promise<void> {
  refuseUnless(mayGrant(by, grant), "not-allowed");
  await withTransaction(sql, async (tx) => {
    await accountForUpdate(tx, accountId);
    if (grant.processUri !== null) await refuseUnlessOwnProcess(tx, grant.processUri);
    const rows = await tx`
      insert into role_grant (account_id, role, process_uri, granted_by, granted_at)
      values (${accountId}, ${grant.role}, ${grant.processUri ?? ""}, ${by.id}, ${now}) on conflict do nothing returning 1`;
    if (rows.length === 0) return;
    await recordAct(tx, by, "RoleGranted", accountUri(accountId), { ...grant }, now, { after: { role: grant.role } });
    await tellOfRole(tx, by, accountId, grant, "given");
  });
}

/**
 * Takes a role back. Taking back what is not held changes nothing.
 * @throws Refused `not-allowed`, or `last-administrator`: someone must be left who can give roles.
 */
export async function revokeRole(sql: Sql, by: Account, accountId: string, grant: RoleGrant, now: Date): Promise<void> {
  refuseUnless(mayGrant(by, grant), "not-allowed");
  await withTransaction(sql, async (tx) => {
    await accountForUpdate(tx, accountId);
    if (grant.role === "administrator" && grant.processUri === null) await refuseLastAdministrator(tx, accountId);
    const rows = await tx`
      delete from role_grant
      where account_id = ${accountId} and role = ${grant.role} and process_uri = ${grant.processUri ?? ""} returning 1`;
    if (rows.length === 0) return;
    await recordAct(tx, by, "RoleRevoked", accountUri(accountId), { ...grant }, now, { before: { role: grant.role } });
    await tellOfRole(tx, by, accountId, grant, "ended");
  });
}

/** Whoever did it knows. Notices stand above, so a job tells. */
async function tellOfRole(
  tx: Tx,
  by: Account,
  accountId: string,
  { role, processUri }: RoleGrant,
  what: "given" | "ended",
): Promise<void> {
  if (by.id === accountId) return;
  const kind = processUri === null ? `role-${what}` : `role-${what}-in`;
  await enqueue(tx, { kind: "tell-account", payload: { accountId, kind, subjectUri: processUri, data: { role } } });
}

async function tellOfMembership(
  tx: Tx,
  by: Account,
  accountId: string,
  actorId: string,
  kind: "speaks-for" | "speaks-no-more",
): Promise<void> {
  const actor = by.id === accountId ? null : await findActorById(tx, actorId);
  if (actor === null) return;
  const data = { name: actor.name.slice(0, 200) };
  await enqueue(tx, { kind: "tell-account", payload: { accountId, kind, subjectUri: null, data } });
}

/**
 * Makes the administrator of a node that has none yet, from its own console.
 * @throws Refused `already-exists` where there is one: from then on only administrators appoint.
 */
export async function appointFirstAdministrator(sql: Sql, accountId: string, now: Date): Promise<void> {
  await withTransaction(sql, async (tx) => {
    await accountForUpdate(tx, accountId);
    await lockAdministrators(tx);
    const rows = await tx`select from role_grant where role = 'administrator' and process_uri = ''`;
    refuseUnless(rows.length === 0, "already-exists");
    await tx`insert into role_grant (account_id, role, granted_at) values (${accountId}, 'administrator', ${now})`;
    await recordAct(tx, null, "RoleGranted", accountUri(accountId), { role: "administrator", processUri: null }, now);
  });
}

/** @throws Refused `last-administrator` when no one else could give roles. Locks role_grant until the transaction ends. */
export async function refuseLastAdministrator(tx: Tx, accountId: string): Promise<void> {
  await lockAdministrators(tx);
  const administrators = await tx<{ accountId: string }[]>`
    select account_id from role_grant where role = 'administrator' and process_uri = ''`;
  const isLast = administrators.length === 1 && administrators[0]?.accountId === accountId;
  refuseUnless(!isLast, "last-administrator");
}

/** Two administrators who remove each other at once must not both succeed. Readers are not held up. */
const lockAdministrators = (tx: Tx) => tx`lock table role_grant in share row exclusive mode`;

/**
 * Lets a person speak for an organisation of this node.
 * @throws Refused `not-allowed` unless `by` is an administrator of the node, `not-found` for what is no organisation here.
 */
export async function grantMembership(
  sql: Sql,
  by: Account,
  accountId: string,
  actorId: string,
  now: Date,
): Promise<void> {
  refuseUnless(mayGrantRoles(by), "not-allowed");
  refuseUnless(isId(actorId), "not-found");
  await withTransaction(sql, async (tx) => {
    await accountForUpdate(tx, accountId);
    const actor = await findActorById(tx, actorId);
    refuseUnless(actor?.kind === "organisation" && actor.goneAt === null, "not-found");
    const rows = await tx`
      insert into membership (account_id, actor_id, granted_by, granted_at)
      values (${accountId}, ${actorId}, ${by.id}, ${now}) on conflict do nothing returning 1`;
    if (rows.length === 0) return;
    await recordAct(tx, by, "MembershipGranted", accountUri(accountId), { actorId }, now, { after: { actorId } });
    await tellOfMembership(tx, by, accountId, actorId, "speaks-for");
  });
}

/** Ends it. What was published in the organisation's name stays the organisation's. @throws Refused `not-allowed`. */
export async function revokeMembership(
  sql: Sql,
  by: Account,
  accountId: string,
  actorId: string,
  now: Date,
): Promise<void> {
  refuseUnless(mayGrantRoles(by), "not-allowed");
  refuseUnless(isId(actorId), "not-found");
  await withTransaction(sql, async (tx) => {
    await accountForUpdate(tx, accountId);
    const rows = await tx`
      delete from membership where account_id = ${accountId} and actor_id = ${actorId} returning 1`;
    if (rows.length === 0) return;
    await recordAct(tx, by, "MembershipRevoked", accountUri(accountId), { actorId }, now, { before: { actorId } });
    await tellOfMembership(tx, by, accountId, actorId, "speaks-no-more");
  });
}

/** Locks the account until the transaction ends, so that it is not closed meanwhile. @throws Refused `not-found`. */
async function accountForUpdate(tx: Tx, accountId: string): Promise<Account> {
  refuseUnless(isId(accountId), "not-found");
  await tx`select from account where id = ${accountId} for no key update`;
  return await getAccount(tx, accountId);
}

async function refuseUnlessOwnProcess(tx: Tx, processUri: string): Promise<void> {
  const subject = await findSubject(tx, processUri);
  refuseUnless(subject?.kind === "process" && subject.origin === null && subject.deletedAt === null, "not-found");
}
