// Writes the records of meetings as they now stand, in the transaction of the change.
import type { Tx } from "../platform/db.ts";
import { publisherOf } from "../processes/vouch.ts";
import { writeRecords } from "../records/actions.ts";
import type { RecordDraft } from "../records/record.ts";
import { listTranslationsOf } from "../translations/queries.ts";
import { listMeetingLinksOf, listMeetingsToRecord } from "./queries.ts";
import { meetingDraft } from "./record.ts";

/** Called last in every action that changes what others may read of meetings. Drafts and copies have none of ours. */
export async function vouchForMeetings(tx: Tx, uris: readonly string[], now: Date): Promise<void> {
  const meetings = await listMeetingsToRecord(tx, uris);
  const links = await listMeetingLinksOf(tx, uris);
  const translations = await listTranslationsOf(tx, uris);
  const publishers = new Map<string, string>();
  const drafts: RecordDraft[] = [];
  for (const meeting of meetings) {
    const { uri, processUri, organisationId } = meeting;
    const place = `${processUri} ${organisationId}`;
    if (!publishers.has(place)) publishers.set(place, await publisherOf(tx, processUri, organisationId));
    drafts.push(meetingDraft(meeting, links.get(uri) ?? [], publishers.get(place)!, translations.get(uri)));
  }
  await writeRecords(tx, drafts, now);
}
