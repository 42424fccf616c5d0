// Agreeing to the terms of use: to the version in force, at this moment. The only writer of terms_agreement; what the
// versions say is the settings'.
import type { Sql, Tx } from "../platform/db.ts";

/**
 * Notes that a person agrees to the terms in force. Nothing is noted where a node has none yet.
 * @param digest of the version they have read; without, whichever is in force.
 * @returns false where another version is in force by now.
 */
export async function agreeToTerms(sql: Sql, accountId: string, now: Date, digest?: string): Promise<boolean> {
  const rows = await sql`
    insert into terms_agreement (account_id, digest, agreed_at)
    select ${accountId}, digest, ${now} from terms_version
    where is_current ${digest === undefined ? sql`` : sql`and digest = ${digest}`}
    on conflict do nothing returning 1`;
  return rows.length > 0;
}

/** Given to the closing of an account. Versions that nobody agreed to are dropped with the next change of the terms. */
export async function forgetAgreements(tx: Tx, accountId: string): Promise<void> {
  await tx`delete from terms_agreement where account_id = ${accountId}`;
}
