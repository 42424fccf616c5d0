// Results from another system, in bulk: public at once, readable by every server, and told to no one one by one.
import { type Account, holds } from "../accounts/account.ts";
import type { Tx } from "../platform/db.ts";
import { newId } from "../platform/ids.ts";
import { refuseUnless } from "../platform/refusal.ts";
import type { Uris } from "../platform/uris.ts";
import type { Process } from "../processes/process.ts";
import { noteCount } from "../records/tally-actions.ts";
import { recordAct } from "../subjects/actions.ts";
import { listImportedResultIds } from "./queries.ts";
import { checkResult, type Result, type ResultText } from "./result.ts";
import { vouchForResults } from "./vouch.ts";

export type ImportedResult = ResultText & { readonly district: string; readonly source: NonNullable<Result["source"]> };

/** Rows written by one statement. */
const rowsPerInsert = 250;

/**
 * Enters results of one source that the process does not have yet; those it has stay as they are, whatever was changed
 * here since. They become public now, in the voice of the process's organisation, without an event.
 * @param onProgress called with the number of new ones written so far.
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
  refuseUnless(process.origin === null && holds(by, "official", process.uri), "not-allowed");
  const [first] = results;
  if (first === undefined) return 0;
  for (const result of results) checkResult(result);
  await tx`select from process where uri = ${process.uri} for update`;
  const known = await listImportedResultIds(tx, process.uri, first.source.name);
  const fresh = results.filter(({ source }) => !known.has(source.id));
  for (let at = 0; at < fresh.length; at += rowsPerInsert) {
    const rows = fresh.slice(at, at + rowsPerInsert).map((result) => ({ result, id: newId(now) }));
    await tx`
      insert into subject ${tx(
        rows.map(({ result, id }) => ({
          uri: uris.result(id),
          id,
          kind: "result",
          url: uris.result(id),
          authorId: process.organisationId,
          authorName: process.organisationName ?? "",
          processUri: process.uri,
          title: result.title,
          language: result.language,
          publishedAt: now,
          updatedAt: now,
        })),
      )}`;
    await tx`
      insert into result ${tx(
        rows.map(({ result: { source, ...text }, id }) => ({
          uri: uris.result(id),
          id,
          processUri: process.uri,
          organisationId: process.organisationId,
          ...text,
          source: tx.json(source as never),
          createdBy: by.id,
          createdAt: now,
        })) as never[],
      )}`;
    await vouchForResults(
      tx,
      rows.map(({ id }) => uris.result(id)),
      now,
    );
    onProgress(at + rows.length);
  }
  if (fresh.length > 0) {
    await tx`update process set result_count = result_count + ${fresh.length} where uri = ${process.uri}`;
    await noteCount(tx, process.uri);
    await recordAct(tx, by, "results-imported", process.uri, { source: first.source.name, count: fresh.length }, now, {
      after: { count: fresh.length },
    });
  }
  return fresh.length;
}
