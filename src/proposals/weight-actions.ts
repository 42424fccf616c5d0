// Supports follow a person from an account that no longer counts to the one that does.
import { z } from "zod";
import { type Sql, type Tx, withTransaction } from "../platform/db.ts";
import type { Handlers } from "../platform/jobs.ts";
import { noteCount } from "../records/tally-actions.ts";
import { listYielding } from "../residences/queries.ts";

/**
 * Gives the supports of an account to another account of the same person, so that nobody supports twice. Where both
 * support one proposal, one of the two is taken out of the count. More than the limit of a process may come together:
 * what was given stays. Doing it twice changes nothing.
 */
export async function moveSupports(sql: Sql, from: string, to: string): Promise<void> {
  await withTransaction(sql, async (tx) => {
    await tx`select from account where id = any(${[from, to]}::uuid[]) order by id for no key update`;
    const twice = await tx<{ proposalUri: string }[]>`
      delete from support old using support own
      where old.account_id = ${from} and own.account_id = ${to} and own.proposal_uri = old.proposal_uri
      returning old.proposal_uri`;
    for (const { proposalUri } of twice) {
      await tx`update proposal set support_count = support_count - 1 where uri = ${proposalUri}`;
      await noteCount(tx, proposalUri);
    }
    await tx`update support set account_id = ${to} where account_id = ${from}`;
  });
}

/**
 * Takes out of the count what other accounts support that may be the same person's, where this account supports it too
 * (`listYielding`). What they alone support stays.
 *
 * @param uri only of this proposal, which is locked; of all where none is named.
 * @returns how many were taken out.
 */
export async function dropYielding(tx: Tx, accountId: string, uri: string | null): Promise<number> {
  const yielding = await listYielding(tx, accountId);
  if (yielding.length === 0) return 0;
  const dropped = await tx<{ proposalUri: string }[]>`
    delete from support old using support own
    where old.account_id = any(${yielding}::uuid[]) and own.account_id = ${accountId} and own.proposal_uri = old.proposal_uri
      ${uri === null ? tx`` : tx`and own.proposal_uri = ${uri}`}
    returning old.proposal_uri`;
  for (const { proposalUri } of dropped) {
    await tx`update proposal set support_count = support_count - 1 where uri = ${proposalUri}`;
    await noteCount(tx, proposalUri);
  }
  return dropped.length;
}

/** The jobs that residences promise when a document number comes to another account. */
export const weightHandlers = ({ sql }: { readonly sql: Sql }): Handlers => ({
  "yield-weight": async (payload) => {
    const { accountId } = z.object({ accountId: z.uuid() }).parse(payload);
    await withTransaction(sql, async (tx) => {
      await tx`select from account where id = ${accountId} for no key update`;
      await dropYielding(tx, accountId, null);
    });
  },
  "move-weight": async (payload) => {
    const { from, to } = z.object({ from: z.uuid(), to: z.uuid() }).parse(payload);
    await moveSupports(sql, from, to);
  },
});
