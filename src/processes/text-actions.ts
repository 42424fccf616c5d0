// The verb of translating: the texts of a process in one language, and no other.
import { type Account, holds } from "../accounts/account.ts";
import { type Sql, withTransaction } from "../platform/db.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { changeProcess, processForUpdate } from "./actions.ts";
import type { Process } from "./process.ts";
import { translated } from "./translation.ts";

/**
 * Writes the texts of a process in one language; all others stay as they are at this moment, whoever else is writing.
 * @param typed by the name of the text; what is empty is taken away in this language, what is not named stays.
 * @throws Refused `not-allowed`, `invalid-input` where no title would be left, `changed-meanwhile` where the plan has another
 * number of phases than the form had.
 */
export async function translateProcess(
  sql: Sql,
  by: Account,
  uri: string,
  lang: string,
  { typed, phaseCount }: { typed: Readonly<Record<string, string | undefined>>; phaseCount: number },
  now: Date,
): Promise<Process> {
  refuseUnless(holds(by, "official", uri), "not-allowed");
  return await withTransaction(sql, async (tx) => {
    const process = await processForUpdate(tx, uri);
    refuseUnless(process.phases.length === phaseCount, "changed-meanwhile");
    const change = translated(process, lang, typed);
    refuseUnless(Object.keys(change.title).length > 0, "invalid-input", { field: "title" });
    return await changeProcess(tx, by, uri, change, now);
  });
}
