// Whose proposal a page is about, and whether this reader may write it.
import type { Context } from "hono";
import type { Account } from "../accounts/account.ts";
import { requireViewer } from "../accounts/viewer.ts";
import type { Sql } from "../platform/db.ts";
import { isId } from "../platform/ids.ts";
import { refuseUnless } from "../platform/refusal.ts";
import type { Process } from "../processes/process.ts";
import { getProcess } from "../processes/queries.ts";
import type { PageEnv } from "../web/context.ts";
import { isCoauthor } from "./coauthor-queries.ts";
import type { Proposal } from "./proposal.ts";
import { findProposalById } from "./queries.ts";

export interface Written {
  readonly process: Process;
  readonly proposal: Proposal;
  readonly by: Account;
}

/** One's own proposal. @throws Refused `not-found` for anyone else's draft, `not-allowed` for anyone else's. */
export async function ownProposal(c: Context<PageEnv>, sql: Sql): Promise<Written> {
  const { by, proposal } = await asked(c, sql);
  refuseUnless(proposal.accountId === by.id, proposal.publishedAt === null ? "not-found" : "not-allowed");
  return { proposal, by, process: await getProcess(sql, proposal.processUri) };
}

/** One's own proposal, or one that one writes along. @throws Refused as {@link ownProposal}. */
export async function writtenProposal(c: Context<PageEnv>, sql: Sql): Promise<Written> {
  const { by, proposal } = await asked(c, sql);
  if (!(await isCoauthor(sql, proposal.uri, by.id))) return await ownProposal(c, sql);
  return { proposal, by, process: await getProcess(sql, proposal.processUri) };
}

async function asked(c: Context<PageEnv>, sql: Sql): Promise<{ readonly by: Account; readonly proposal: Proposal }> {
  const by = requireViewer(c);
  const id = c.req.param("id") ?? "";
  const proposal = isId(id) ? await findProposalById(sql, id) : null;
  refuseUnless(proposal !== null, "not-found");
  return { by, proposal };
}
