// Meetings from another system, in bulk.
import type { Account } from "../accounts/account.ts";
import type { Tx } from "../platform/db.ts";
import type { Uris } from "../platform/uris.ts";
import { importThings } from "../processes/import-actions.ts";
import type { Process } from "../processes/process.ts";
import { checkInvitation, type ImportSource, type MeetingText } from "./meeting.ts";
import { listImportedMeetingIds } from "./queries.ts";
import { vouchForMeetings } from "./vouch.ts";

export type ImportedMeeting = MeetingText & {
  readonly district: string;
  /** Null where the source gives no number. */
  readonly attendeeCount: number | null;
  readonly source: ImportSource;
};

/**
 * Enters those that the process does not have yet, as {@link importThings} has it.
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
  return await importThings<ImportedMeeting>(
    tx,
    { by, process, things: meetings, now, onProgress },
    {
      kind: "meeting",
      uriOf: uris.meeting,
      check: checkInvitation,
      listKnown: (name) => listImportedMeetingIds(tx, process.uri, name),
      vouch: (added) => vouchForMeetings(tx, added, now),
      insert: (rows) => tx`
        insert into meeting ${tx(
          rows.map(({ uri, id, thing: { source, ...text } }) => ({
            ...{
              uri,
              id,
              processUri: process.uri,
              organisationId: process.organisationId,
              state: "scheduled",
              ...text,
            },
            ...{ source: tx.json(source as never), createdBy: by.id, createdAt: now },
          })) as never[],
        )}`,
    },
  );
}
