// Who vouches for what belongs to a process; and the records of processes and news, as they now stand.
import { getActorOfKind } from "../actors/queries.ts";
import type { Sql, Tx } from "../platform/db.ts";
import { writeRecords } from "../records/actions.ts";
import { findDerivation } from "../subjects/derivation-queries.ts";
import { listTranslationsOf } from "../translations/queries.ts";
import { findProcess, listDocuments, listNewsToRecord, listProcessCategories } from "./queries.ts";
import { newsDraft, processDraft } from "./record.ts";

/**
 * The URI of the institution that signs the records of a process: the one that opened it, else the node's own city.
 * What belongs to no process is signed by `organisationId`, where that is an institution of this node.
 */
export async function publisherOf(
  sql: Sql,
  processUri: string | null,
  organisationId: string | null = null,
): Promise<string> {
  const [row] = await sql<{ uri: string }[]>`
    select actor.uri from actor
    where actor.origin is null and actor.kind = 'organisation' and actor.id = coalesce(
      (select organisation_id from process where process.uri = ${processUri}), ${organisationId}::uuid)`;
  if (row !== undefined) return row.uri;
  const [city] = await sql<{ uri: string }[]>`
    select uri from actor where kind = 'organisation' and origin is null order by id limit 1`;
  return city?.uri ?? (await getActorOfKind(sql, "node")).uri;
}

/** Called last in every action that changes what others may read of a process. Drafts and copies have none of ours. */
export async function vouchForProcess(tx: Tx, uri: string, now: Date): Promise<void> {
  const process = await findProcess(tx, uri);
  if (process === null || process.origin !== null || process.publishedAt === null) return;
  const categories = await listProcessCategories(tx, uri);
  const documents = await listDocuments(tx, uri);
  const derivedFrom = await findDerivation(tx, uri);
  const thing = { process, categories, documents, derivedFrom };
  await writeRecords(tx, [processDraft(thing, await publisherOf(tx, uri))], now);
}

/** A digest has no record: it says in other people's words what has records of its own. */
export async function vouchForNews(tx: Tx, uris: readonly string[], now: Date): Promise<void> {
  const publishers = new Map<string, string>();
  const news = await listNewsToRecord(tx, uris);
  const translations = await listTranslationsOf(tx, uris);
  for (const { processUri } of news) {
    if (!publishers.has(processUri)) publishers.set(processUri, await publisherOf(tx, processUri));
  }
  await writeRecords(
    tx,
    news.map((one) => newsDraft(one, publishers.get(one.processUri)!, translations.get(one.uri))),
    now,
  );
}
