// Reads of who writes a proposal together, and of invitations that wait.
import type { Sql } from "../platform/db.ts";
import { refuseUnless } from "../platform/refusal.ts";
import type { NameIn } from "../platform/text.ts";
import { processNameOf } from "../subjects/queries.ts";
import { type Coauthor, coauthorKey, type Invitation, invitationDigest } from "./coauthor.ts";

/** Whether the account is named beside its author. */
export async function isCoauthor(sql: Sql, proposalUri: string, accountId: string): Promise<boolean> {
  const rows = await sql`
    select from proposal_coauthor where proposal_uri = ${proposalUri} and account_id = ${accountId}`;
  return rows.length > 0;
}

/** In the order in which they joined. */
export async function listCoauthors(sql: Sql, proposalUri: string): Promise<Coauthor[]> {
  const rows = await sql<Coauthor[]>`
    select id, account_id, name, joined_at, record_key as key from proposal_coauthor
    where proposal_uri = ${proposalUri} order by joined_at, id`;
  return rows.map((row) => (row.accountId === null ? row : { ...row, key: coauthorKey(proposalUri, row.accountId) }));
}

/** The accounts of all who write a proposal, its author first: who is told what becomes of it. */
export async function listWriterAccounts(sql: Sql, proposalUri: string): Promise<string[]> {
  const rows = await sql<{ accountId: string }[]>`
    select account_id from (
      select account_id, 0 as place, null::timestamptz as joined_at from proposal where uri = ${proposalUri}
      union all select account_id, 1, joined_at from proposal_coauthor where proposal_uri = ${proposalUri}) as writer
    where account_id is not null order by place, joined_at, account_id`;
  return rows.map(({ accountId }) => accountId);
}

/** Whether an invitation that waits was sent to the address of this account. */
export async function isInvited(sql: Sql, id: string, accountId: string, now: Date): Promise<boolean> {
  const rows = await sql`
    select from proposal_invitation join account on account.email = proposal_invitation.email
    where proposal_invitation.id = ${id} and account.id = ${accountId} and account.closed_at is null and expires_at > ${now}`;
  return rows.length > 0;
}

export async function listInvitations(sql: Sql, proposalUri: string, now: Date): Promise<Invitation[]> {
  return await sql<Invitation[]>`
    select id, email, created_at, expires_at from proposal_invitation
    where proposal_uri = ${proposalUri} and expires_at > ${now} order by id`;
}

/** What someone reads who was invited: not the text, which is shown once they are one of the authors. */
export interface OpenInvitation {
  readonly id: string;
  readonly proposalUri: string;
  readonly proposalId: string;
  readonly title: string;
  readonly language: string;
  readonly inviterName: string;
  readonly processName: NameIn | null;
  readonly isDraft: boolean;
}

/** @throws Refused `link-expired` for one that was used, declined or taken back, or is too old. */
export async function readInvitation(sql: Sql, token: string, now: Date): Promise<OpenInvitation> {
  const [invitation] = await sql<OpenInvitation[]>`
    select proposal_invitation.id, proposal_uri, proposal.id as proposal_id, proposal.title, proposal.language,
      coalesce(actor.name, account.name) as inviter_name, ${processNameOf(sql, "proposal.process_uri")} as process_name,
      proposal.state = 'draft' as is_draft
    from proposal_invitation join proposal on proposal.uri = proposal_uri join subject on subject.uri = proposal_uri
      join account on account.id = invited_by left join actor on actor.id = account.actor_id
    where token_digest = ${invitationDigest(token)} and expires_at > ${now} and subject.deleted_at is null`;
  refuseUnless(invitation !== undefined, "link-expired");
  return invitation;
}

/** What the mail of an invitation is made of; null for one that is over. */
export async function findInvitationMail(sql: Sql, id: string, now: Date) {
  const [invitation] = await sql<
    {
      readonly email: string;
      readonly inviterName: string;
      readonly title: string;
      readonly processName: NameIn | null;
      readonly locale: string;
      readonly city: string | null;
      readonly proposalUri: string;
      /** Who has that address here; null for nobody, and for who invites. */
      readonly invitedId: string | null;
    }[]
  >`
    select proposal_invitation.email, proposal_uri, invited.id as invited_id, coalesce(actor.name, account.name) as inviter_name, proposal.title,
      ${processNameOf(sql, "proposal.process_uri")} as process_name, account.locale,
      (select name from actor where kind = 'organisation' and origin is null order by id limit 1) as city
    from proposal_invitation join proposal on proposal.uri = proposal_uri join account on account.id = invited_by
      left join actor on actor.id = account.actor_id
      left join account invited
        on invited.email = proposal_invitation.email and invited.closed_at is null and invited.id <> invited_by
    where proposal_invitation.id = ${id} and proposal_invitation.email is not null and expires_at > ${now}`;
  return invitation ?? null;
}
