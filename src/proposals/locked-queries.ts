// What an action asks before it writes: the proposal it is about, which nobody else changes meanwhile, and whether its process
// permits that now.
import type { Account } from "../accounts/account.ts";
import type { Tx } from "../platform/db.ts";
import { Refused, refuseUnless } from "../platform/refusal.ts";
import { activePhase, type Permission, type Process } from "../processes/process.ts";
import { getProcess } from "../processes/queries.ts";
import { isCoauthor } from "./coauthor-queries.ts";
import type { Proposal } from "./proposal.ts";
import { findProposal, getProposal } from "./queries.ts";

/** The process, if what is asked is permitted at this moment. */
export async function openProcess(tx: Tx, uri: string, what: Permission, now: Date): Promise<Process> {
  const process = await getProcess(tx, uri);
  refuseUnless(process.publishedAt !== null && process.hiddenAt === null, "not-found");
  const phase = activePhase(process.phases, now);
  refuseUnless(phase?.permits.includes(what), "phase-closed");
  return process;
}

export async function publicProposal(tx: Tx, uri: string): Promise<Proposal> {
  const proposal = await findProposal(tx, uri);
  refuseUnless(proposal !== null && proposal.publishedAt !== null && proposal.hiddenAt === null, "not-found");
  return proposal;
}

/** Nobody else changes it until the transaction is over. @throws Refused `not-found`. */
export async function proposalForUpdate(tx: Tx, uri: string): Promise<Proposal> {
  await tx`select from proposal where uri = ${uri} for update`;
  return await getProposal(tx, uri);
}

/** Locked. What is not one's own draft does not exist for anyone else. */
export async function ownProposalForUpdate(tx: Tx, by: Account, uri: string): Promise<Proposal> {
  const proposal = await proposalForUpdate(tx, uri);
  if (proposal.accountId !== by.id) throw new Refused(proposal.state === "draft" ? "not-found" : "not-allowed");
  return proposal;
}

/** The same, also for those who write it along. */
export async function writtenProposalForUpdate(tx: Tx, by: Account, uri: string): Promise<Proposal> {
  const proposal = await proposalForUpdate(tx, uri);
  return (await isCoauthor(tx, uri, by.id)) ? proposal : await ownProposalForUpdate(tx, by, uri);
}
