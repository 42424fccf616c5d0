// Writes the records of results and milestones as they now stand, in the transaction of the change.
import type { Tx } from "../platform/db.ts";
import { publisherOf } from "../processes/vouch.ts";
import { writeRecords } from "../records/actions.ts";
import { listTranslations, listTranslationsOf } from "../translations/queries.ts";
import { findMilestoneToRecord, findResult, listResultLinksOf, listResultsToRecord } from "./queries.ts";
import { milestoneDraft, resultDraft } from "./record.ts";

/** Called last in every action that changes what others may read of results. Copies have their own. */
export async function vouchForResults(tx: Tx, uris: readonly string[], now: Date): Promise<void> {
  const results = await listResultsToRecord(tx, uris);
  const links = await listResultLinksOf(tx, uris);
  const translations = await listTranslationsOf(tx, uris);
  const publishers = new Map<string, string>();
  for (const { processUri } of results) {
    if (!publishers.has(processUri)) publishers.set(processUri, await publisherOf(tx, processUri));
  }
  await writeRecords(
    tx,
    results.map((result) =>
      resultDraft(
        result,
        links.get(result.uri) ?? { proposals: [], meetings: [] },
        publishers.get(result.processUri)!,
        translations.get(result.uri),
      ),
    ),
    now,
  );
}

/** As {@link vouchForResults}, of one step. */
export async function vouchForMilestone(tx: Tx, uri: string, now: Date): Promise<void> {
  const milestone = await findMilestoneToRecord(tx, uri);
  const result = milestone === null ? null : await findResult(tx, milestone.resultUri);
  if (milestone === null || result === null) return;
  const publisher = await publisherOf(tx, result.processUri);
  await writeRecords(tx, [milestoneDraft(milestone, result, publisher, await listTranslations(tx, uri))], now);
}
