// Results from another system, in bulk.
import type { Account } from "../accounts/account.ts";
import type { Tx } from "../platform/db.ts";
import type { Uris } from "../platform/uris.ts";
import { importThings } from "../processes/import-actions.ts";
import type { Process } from "../processes/process.ts";
import { listImportedResultIds } from "./queries.ts";
import { checkResult, type Result, type ResultText } from "./result.ts";
import { vouchForResults } from "./vouch.ts";

export type ImportedResult = ResultText & { readonly district: string; readonly source: NonNullable<Result["source"]> };

/**
 * Enters those that the process does not have yet, as {@link importThings} has it.
 * @returns how many are new.
 * @throws Refused `not-allowed`, `invalid-input` or `too-large` naming the field.
 */
export async function importResults(
  tx: Tx,
  uris: Uris,
  by: Account,
  process: Process,
  results: readonly ImportedResult[],
  { now, onProgress }: { now: Date; onProgress: (written: number) => void },
): Promise<number> {
  return await importThings<ImportedResult>(
    tx,
    { by, process, things: results, now, onProgress },
    {
      kind: "result",
      uriOf: uris.result,
      check: checkResult,
      listKnown: (name) => listImportedResultIds(tx, process.uri, name),
      vouch: (added) => vouchForResults(tx, added, now),
      insert: (rows) => tx`
        insert into result ${tx(
          rows.map(({ uri, id, thing: { source, ...text } }) => ({
            ...{ uri, id, processUri: process.uri, organisationId: process.organisationId, ...text },
            ...{ source: tx.json(source as never), createdBy: by.id, createdAt: now },
          })) as never[],
        )}`,
    },
  );
}
