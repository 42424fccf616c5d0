// The verbs of the documents of a process: files of this node, or addresses of others'.
import { type Account, holds } from "../accounts/account.ts";
import { type Sql, withTransaction } from "../platform/db.ts";
import { newId } from "../platform/ids.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { recordAct } from "../subjects/actions.ts";
import { processForUpdate } from "./actions.ts";
import { vouchForProcess } from "./vouch.ts";

/** Adds a document to a process. @throws Refused `not-allowed`, `not-found`. */
export async function addDocument(
  sql: Sql,
  by: Account,
  input: {
    processUri: string;
    title: string;
    language: string;
    url: string;
    mediaType: string;
    sizeBytes: number | null;
  },
  now: Date,
): Promise<void> {
  refuseUnless(holds(by, "official", input.processUri), "not-allowed");
  await withTransaction(sql, async (tx) => {
    await processForUpdate(tx, input.processUri);
    await tx`insert into process_document ${tx({ id: newId(now), ...input })}`;
    await recordAct(tx, by, "document-added", input.processUri, { title: input.title }, now, {
      after: { title: input.title, url: input.url },
    });
    await vouchForProcess(tx, input.processUri, now);
  });
}

/** Takes a document off a process. One that is not there changes nothing. @throws Refused `not-allowed`. */
export async function removeDocument(sql: Sql, by: Account, processUri: string, id: string, now: Date): Promise<void> {
  refuseUnless(holds(by, "official", processUri), "not-allowed");
  await withTransaction(sql, async (tx) => {
    const [removed] = await tx<{ title: string; url: string }[]>`
      delete from process_document where id = ${id} and process_uri = ${processUri} returning title, url`;
    if (removed === undefined) return;
    await recordAct(tx, by, "document-removed", processUri, {}, now, { before: { ...removed } });
    await vouchForProcess(tx, processUri, now);
  });
}
