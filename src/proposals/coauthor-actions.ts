// The verbs of writing together: invite, accept, decline, take back, leave. The only writer of proposal_coauthor and
// proposal_invitation.
import type { Account } from "../accounts/account.ts";
import { readEmail } from "../accounts/sign-in.ts";
import { openErasure } from "../erasures/actions.ts";
import { recordEvent } from "../events.ts";
import { notify } from "../notices/actions.ts";
import { followOwn, unfollowOwn } from "../notices/following-actions.ts";
import { type Sql, type Tx, withTransaction } from "../platform/db.ts";
import { newId } from "../platform/ids.ts";
import { enqueue } from "../platform/jobs.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { dayMs } from "../platform/time.ts";
import { recordForgetting } from "../records/actions.ts";
import { touchSubject } from "../subjects/actions.ts";
import {
  type Coauthor,
  coauthorsMax,
  invitationDigest,
  invitationLifetimeMs,
  invitationsMax,
  invitationToken,
  keyOpening,
  mailedPerDayMax,
  type NamedCoauthor,
} from "./coauthor.ts";
import { isCoauthor, listCoauthors, listInvitations, readInvitation } from "./coauthor-queries.ts";
import { proposalForUpdate } from "./locked-queries.ts";
import type { Proposal } from "./proposal.ts";
import { getProposal } from "./queries.ts";
import { tellAuthor } from "./telling-actions.ts";
import { vouchForProposal } from "./vouch.ts";

export const invitationMailKind = "proposal-invitation-mail";
export const invitationEndKind = "proposal-invitation-end";

/**
 * Asks someone to write along. With an address a mail is promised, and the same is done whether or not the address has an
 * account here; without one, its author hands the link on. Only its author invites.
 * @returns the token of the link, which works once.
 * @throws Refused `not-allowed`, `not-in-this-state` once it is withdrawn, `invitation-limit`, `coauthor-limit`, `too-many-requests`, `invalid-input`.
 */
export async function inviteCoauthor(
  sql: Sql,
  secret: string,
  by: Account,
  uri: string,
  invited: { readonly email: string | null },
  now: Date,
): Promise<string> {
  const email = invited.email === null ? null : readEmail(invited.email);
  const id = newId(now);
  const token = invitationToken(secret, id);
  const expiresAt = new Date(+now + invitationLifetimeMs);
  await withTransaction(sql, async (tx) => {
    // One person's invitations one after the other, so that a burst cannot pass together.
    await tx`select from account where id = ${by.id} for no key update`;
    const proposal = await proposalForUpdate(tx, uri);
    refuseUnless(proposal.accountId === by.id, proposal.state === "draft" ? "not-found" : "not-allowed");
    refuseUnless(proposal.state !== "withdrawn", "not-in-this-state");
    const waiting = await tx`select from proposal_invitation where proposal_uri = ${uri} and expires_at > ${now}`;
    refuseUnless(waiting.length < invitationsMax, "invitation-limit", { limit: invitationsMax });
    await refuseCrowd(tx, uri);
    if (email !== null) await refuseFlood(tx, by, now);
    await tx`
      insert into proposal_invitation (id, proposal_uri, invited_by, token_digest, email, was_mailed, created_at, expires_at)
      values (${id}, ${uri}, ${by.id}, ${invitationDigest(token)}, ${email}, ${email !== null}, ${now}, ${expiresAt})`;
    await enqueue(tx, { kind: invitationEndKind, payload: { id }, runAt: expiresAt });
    if (email !== null) await enqueue(tx, { kind: invitationMailKind, payload: { id } });
  });
  return token;
}

async function refuseCrowd(tx: Tx, uri: string): Promise<void> {
  const coauthors = await listCoauthors(tx, uri);
  refuseUnless(coauthors.length < coauthorsMax, "coauthor-limit", { limit: coauthorsMax });
}

/** Taken back ones count too: a mail that is on its way is not unsent. */
async function refuseFlood(tx: Tx, by: Account, now: Date): Promise<void> {
  const mailed = await tx`
    select from proposal_invitation where invited_by = ${by.id} and was_mailed and created_at > ${new Date(+now - dayMs)}`;
  refuseUnless(mailed.length < mailedPerDayMax, "too-many-requests", { seconds: 3_600 });
}

/** Used, declined or taken back: the link leads nowhere, and the address is gone. @returns false where it was over. */
async function useUp(sql: Sql, id: string, now: Date): Promise<boolean> {
  const rows = await sql`
    update proposal_invitation set email = null, expires_at = ${now} where id = ${id} and expires_at > ${now} returning 1`;
  return rows.length > 0;
}

/**
 * The invited person writes along from now on, under their public name. Their own proposal, or one they are named in
 * already, uses the invitation up and changes nothing else.
 * @returns the proposal.
 * @throws Refused `link-expired`, `coauthor-limit`.
 */
export async function acceptInvitation(sql: Sql, by: Account, token: string, now: Date): Promise<Proposal> {
  return await withTransaction(sql, async (tx) => {
    const { id, proposalUri: uri } = await readInvitation(tx, token, now);
    const proposal = await proposalForUpdate(tx, uri);
    refuseUnless(await useUp(tx, id, now), "link-expired");
    if (proposal.accountId === by.id || (await isCoauthor(tx, uri, by.id))) return proposal;
    await refuseCrowd(tx, uri);
    await takeOver(tx, uri, by.publicName);
    await tx`
      insert into proposal_coauthor ${tx({ id: newId(now), proposalUri: uri, accountId: by.id, name: by.publicName, joinedAt: now })}`;
    await nameCoauthors(tx, uri);
    if (proposal.publishedAt !== null) {
      await tellChange(tx, uri, {}, now);
      await followOwn(tx, by.id, uri, true, now);
    }
    await tellAuthor(tx, by, proposal, "coauthor-joined", now);
    return await getProposal(tx, uri);
  });
}

/** A name that only a record had is theirs who has now agreed to bear it. */
async function takeOver(tx: Tx, uri: string, name: string): Promise<void> {
  await tx`
    delete from proposal_coauthor where id = (
      select id from proposal_coauthor where proposal_uri = ${uri} and account_id is null and name = ${name}
      order by joined_at, id limit 1)`;
}

/** Whoever has the link may say no; whether an account stood behind it, nobody learns. */
export async function declineInvitation(sql: Sql, token: string, now: Date): Promise<void> {
  await withTransaction(sql, async (tx) => {
    const { id, proposalUri } = await readInvitation(tx, token, now);
    if (!(await useUp(tx, id, now))) return;
    await tellAuthor(tx, null, await getProposal(tx, proposalUri), "coauthor-declined", now);
  });
}

/** Its author takes an invitation back: the link leads nowhere from now on. */
export async function revokeInvitation(sql: Sql, by: Account, uri: string, id: string, now: Date): Promise<void> {
  const [proposal, waiting] = [await getProposal(sql, uri), await listInvitations(sql, uri, now)];
  refuseUnless(proposal.accountId === by.id, "not-allowed");
  if (waiting.some((one) => one.id === id)) await useUp(sql, id, now);
}

/** An invitation whose time has come, and with it the address. */
export async function endInvitation(sql: Sql, id: string, now: Date): Promise<void> {
  await sql`delete from proposal_invitation where id = ${id} and expires_at <= ${now}`;
}

/**
 * Takes a co-author's name off a proposal, and tells the servers that have it. They may leave, and the author may ask
 * someone no longer to write along.
 * @throws Refused `not-allowed`, `not-found` for somebody who is none.
 */
export async function removeCoauthor(sql: Sql, by: Account, uri: string, id: string, now: Date): Promise<void> {
  await withTransaction(sql, async (tx) => {
    const proposal = await proposalForUpdate(tx, uri);
    const coauthor = (await listCoauthors(tx, uri)).find((one) => one.id === id);
    refuseUnless(by.id === proposal.accountId || by.id === coauthor?.accountId, "not-allowed");
    refuseUnless(coauthor !== undefined, "not-found");
    await takeNameOff(tx, proposal, coauthor, now);
    await tellAuthor(tx, by, proposal, "coauthor-left", now);
    const { accountId } = coauthor;
    if (accountId !== null && accountId !== by.id)
      await notify(tx, { accountId, kind: "coauthor-removed", subjectUri: uri }, now);
  });
}

/** What closing an account does where its name stood beside somebody else's. */
export async function forgetCoauthor(tx: Tx, accountId: string, now: Date): Promise<void> {
  const rows = await tx<{ id: string; proposalUri: string }[]>`
    select id, proposal_uri from proposal_coauthor where account_id = ${accountId} order by proposal_uri`;
  for (const { id, proposalUri } of rows) {
    await takeNameOff(tx, await proposalForUpdate(tx, proposalUri), { id, accountId }, now);
  }
  await tx`
    delete from proposal_invitation
    where invited_by = ${accountId} or email = (select email from account where id = ${accountId})`;
}

/** Of a proposal that is erased as a whole. */
export async function dropCoauthors(tx: Tx, uri: string): Promise<void> {
  await tx`delete from proposal_invitation where proposal_uri = ${uri}`;
  await tx`delete from proposal_coauthor where proposal_uri = ${uri}`;
  await tx`update proposal set coauthors = '{}' where uri = ${uri}`;
}

/** Gives a draft whose author has gone to whoever joined it first. @returns false where it was theirs alone. */
export async function handOn(tx: Tx, uri: string): Promise<boolean> {
  const heir = (await listCoauthors(tx, uri)).find(({ accountId }) => accountId !== null);
  if (heir === undefined) return false;
  await tx`delete from proposal_coauthor where id = ${heir.id}`;
  await tx`update proposal set account_id = ${heir.accountId}, organisation_id = null where uri = ${uri}`;
  await tx`update subject set author_name = ${heir.name} where uri = ${uri}`;
  await nameCoauthors(tx, uri);
  return true;
}

async function takeNameOff(
  tx: Tx,
  { uri, publishedAt }: Proposal,
  { id, accountId }: Pick<Coauthor, "id" | "accountId">,
  now: Date,
): Promise<void> {
  await tx`delete from proposal_coauthor where id = ${id}`;
  await nameCoauthors(tx, uri);
  if (accountId !== null) await unfollowOwn(tx, accountId, uri);
  if (publishedAt === null) return;
  await tellChange(tx, uri, { isCoauthorForgotten: true }, now);
}

async function nameCoauthors(tx: Tx, uri: string): Promise<void> {
  const names = (await listCoauthors(tx, uri)).map(({ name }) => name);
  await tx`update proposal set coauthors = ${names} where uri = ${uri}`;
}

/** Also of what is hidden: its part is only withheld, and comes back when it is shown again. */
async function tellChange(tx: Tx, uri: string, data: { isCoauthorForgotten?: true }, now: Date): Promise<void> {
  await touchSubject(tx, uri, {}, now);
  await vouchForProposal(tx, uri, now);
  if (data.isCoauthorForgotten) {
    await recordForgetting(tx, uri, now);
    await openErasure(tx, { subjectUri: uri, kind: "personal-data", accountId: null }, now);
  }
  const { hiddenAt } = await getProposal(tx, uri);
  if (hiddenAt !== null) return;
  await recordEvent(tx, { type: "ProposalChanged", subjectUri: uri, data: { isQuiet: true, ...data } }, now);
}

/**
 * After a restore, whoever a record of ours names writes along again. Who does not is named no more: they have left since the
 * backup. Where the account was opened since, the name alone stays, and its author may take it off.
 */
export async function recoverCoauthors(tx: Tx, uri: string, named: readonly NamedCoauthor[], now: Date): Promise<void> {
  const before = await listCoauthors(tx, uri);
  await tx`delete from proposal_coauthor where proposal_uri = ${uri}`;
  let latest = 0;
  for (const one of named) {
    const was = before.find(({ name, key }) => (one.key === null ? name === one.name : key === one.key));
    if (was !== undefined) before.splice(before.indexOf(was), 1);
    // The order in which they are named stays the order in which they joined.
    latest = Math.max(latest + 1, +(was?.joinedAt ?? now));
    const accountId = was?.accountId ?? (one.key === null ? null : await accountBehind(tx, uri, one.key));
    const { name, key } = one;
    const row = { id: was?.id ?? newId(now), proposalUri: uri, accountId, name, joinedAt: new Date(latest) };
    await tx`
      insert into proposal_coauthor ${tx({ ...row, recordKey: accountId === null ? key : null })} on conflict do nothing`;
  }
}

async function accountBehind(tx: Tx, uri: string, key: string): Promise<string | null> {
  const [row] = await tx<{ id: string }[]>`
    select id from account where closed_at is null
      and encode(sha256(convert_to(${keyOpening(uri)} || id::text, 'UTF8')), 'hex') = ${Buffer.from(key, "base64url").toString("hex")}`;
  return row?.id ?? null;
}
