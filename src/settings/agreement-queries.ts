// Who has to agree to the terms again before they go on taking part, and to what.
import type { Sql } from "../platform/db.ts";
import type { LanguageMap } from "../platform/text.ts";
import { keyOf } from "./setting.ts";

/** Whether the city has asked everyone to agree again since this person last did. */
export async function isAgreementDue(sql: Sql, accountId: string): Promise<boolean> {
  const rows = await sql`
    select from node_setting
    where key = ${keyOf.terms} and coalesce(value ->> 'asked', '') <> ''
      and not exists (select from terms_agreement
        where account_id = ${accountId} and agreed_at >= (value ->> 'asked')::timestamptz)
      and exists (select from terms_version where is_current)`;
  return rows.length > 0;
}

/** What a person is asked to agree to, beside what they agreed to before. */
export interface TermsAsked {
  readonly digest: string;
  readonly texts: LanguageMap;
  /** Null where nothing is known of an earlier agreement. */
  readonly before: { readonly texts: LanguageMap; readonly agreedAt: Date } | null;
}

export async function readTermsAsked(sql: Sql, accountId: string): Promise<TermsAsked> {
  const [current] = await sql<{ digest: string; texts: LanguageMap }[]>`
    select digest, texts from terms_version where is_current`;
  if (current === undefined) throw new Error("a node whose people are asked to agree has terms");
  const [before] = await sql<{ texts: LanguageMap; agreedAt: Date }[]>`
    select texts, agreed_at from terms_agreement join terms_version using (digest)
    where account_id = ${accountId} order by agreed_at desc limit 1`;
  return { ...current, before: before ?? null };
}
