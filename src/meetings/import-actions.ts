// Meetings from another system, in bulk: public at once, readable by every server, and told to no one one by one.
import { type Account, holds } from "../accounts/account.ts";
import type { Tx } from "../platform/db.ts";
import { newId } from "../platform/ids.ts";
import { refuseUnless } from "../platform/refusal.ts";
import type { Uris } from "../platform/uris.ts";
import type { Process } from "../processes/process.ts";
import { noteCount } from "../records/tally-actions.ts";
import { recordAct } from "../subjects/actions.ts";
import { checkInvitation, type ImportSource, type MeetingText } from "./meeting.ts";
import { listImportedMeetingIds } from "./queries.ts";
import { vouchForMeetings } from "./vouch.ts";

export type ImportedMeeting = MeetingText & {
  readonly district: string;
  /** Null where the source gives no number. */
  readonly attendeeCount: number | null;
  readonly source: ImportSource;
};

/** Rows written by one statement. */
const rowsPerInsert = 250;

/**
 * Enters meetings of one source that the process does not have yet; those it has stay as they are, whatever was changed
 * here since. They become public now, in the voice of the process's organisation, without an event.
 * @param onProgress called with the number of new ones written so far.
 * @returns how many are new.
 * @throws Refused `not-allowed`, `invalid-input` or `too-large` naming the field.
 */
export async function importMeetings(
  tx: Tx,
  uris: Uris,
  by: Account,
  process: Process,
  meetings: readonly ImportedMeeting[],
  { now, onProgress }: { now: Date; onProgress: (written: number) => void },
): Promise<number> {
  refuseUnless(process.origin === null && holds(by, "official", process.uri), "not-allowed");
  const [first] = meetings;
  if (first === undefined) return 0;
  for (const meeting of meetings) checkInvitation(meeting);
  await tx`select from process where uri = ${process.uri} for update`;
  const known = await listImportedMeetingIds(tx, process.uri, first.source.name);
  const fresh = meetings.filter(({ source }) => !known.has(source.id));
  for (let at = 0; at < fresh.length; at += rowsPerInsert) {
    const rows = fresh.slice(at, at + rowsPerInsert).map((meeting) => ({ meeting, id: newId(now) }));
    await tx`
      insert into subject ${tx(
        rows.map(({ meeting, id }) => ({
          uri: uris.meeting(id),
          id,
          kind: "meeting",
          url: uris.meeting(id),
          authorId: process.organisationId,
          authorName: process.organisationName ?? "",
          processUri: process.uri,
          title: meeting.title,
          language: meeting.language,
          publishedAt: now,
          updatedAt: now,
        })),
      )}`;
    await tx`
      insert into meeting ${tx(
        rows.map(({ meeting: { source, ...text }, id }) => ({
          uri: uris.meeting(id),
          id,
          processUri: process.uri,
          organisationId: process.organisationId,
          state: "scheduled",
          ...text,
          source: tx.json(source as never),
          createdBy: by.id,
          createdAt: now,
        })) as never[],
      )}`;
    await vouchForMeetings(
      tx,
      rows.map(({ id }) => uris.meeting(id)),
      now,
    );
    onProgress(at + rows.length);
  }
  if (fresh.length > 0) {
    await tx`update process set meeting_count = meeting_count + ${fresh.length} where uri = ${process.uri}`;
    await noteCount(tx, process.uri);
    await recordAct(tx, by, "meetings-imported", process.uri, { source: first.source.name, count: fresh.length }, now, {
      after: { count: fresh.length },
    });
  }
  return fresh.length;
}
