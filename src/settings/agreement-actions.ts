// Keeping the versions of the terms of use: what people could read, from when on. The only writer of terms_version.
import { findMainOrganisation } from "../cities/queries.ts";
import { type Sql, withTransaction } from "../platform/db.ts";
import { termsDigest, termsTexts } from "./agreement.ts";
import { readGroup } from "./queries.ts";

/**
 * Notes which terms hold now: at every start, since the usual words come with the program, and with every change of what they
 * are made of. Nothing happens where they are the same. A version that nobody agreed to is forgotten once it no longer holds.
 */
export async function keepTerms(sql: Sql, now: Date): Promise<void> {
  await withTransaction(sql, async (tx) => {
    await tx`select from pg_advisory_xact_lock(hashtext('node settings'))`;
    const city = await findMainOrganisation(tx);
    if (city === null) return;
    const texts = termsTexts(city, await readGroup(tx, "terms"));
    const digest = termsDigest(texts);
    const same = await tx`select from terms_version where digest = ${digest} and is_current`;
    if (same.length > 0) return;
    await tx`update terms_version set is_current = false where is_current`;
    await tx`
      insert into terms_version (digest, texts, since, is_current) values (${digest}, ${tx.json(texts)}, ${now}, true)
      on conflict (digest) do update set is_current = true, since = excluded.since`;
    await tx`
      delete from terms_version
      where not is_current and not exists (select from terms_agreement where terms_agreement.digest = terms_version.digest)`;
  });
}
