// Telling those who write a proposal together what one of them did. No names: who joined or left stands on its page, and
// goes from there when they close their account.
import type { Account } from "../accounts/account.ts";
import { notify } from "../notices/actions.ts";
import type { NoticeKind } from "../notices/notice.ts";
import type { Tx } from "../platform/db.ts";
import { listWriterAccounts } from "./coauthor-queries.ts";
import type { Proposal } from "./proposal.ts";

/** All who write it but the one who did it. */
export async function tellWriters(
  tx: Tx,
  by: Pick<Account, "id">,
  subjectUri: string,
  kind: Extract<NoticeKind, `coauthored-${string}`>,
  now: Date,
): Promise<void> {
  for (const accountId of await listWriterAccounts(tx, subjectUri))
    if (accountId !== by.id) await notify(tx, { accountId, kind, subjectUri }, now);
}

/** Its author. Nobody where it has none any more, or where they did it themself. */
export async function tellAuthor(
  tx: Tx,
  by: Pick<Account, "id"> | null,
  { uri, accountId }: Pick<Proposal, "uri" | "accountId">,
  kind: Extract<NoticeKind, `coauthor-${string}`>,
  now: Date,
): Promise<void> {
  if (accountId !== null && accountId !== by?.id) await notify(tx, { accountId, kind, subjectUri: uri }, now);
}
