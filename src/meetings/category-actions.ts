// The category of a meeting is called otherwise, or went into another: its record and the copies elsewhere follow.
import { recordEvent } from "../events.ts";
import type { Tx } from "../platform/db.ts";
import { touchSubject } from "../subjects/actions.ts";
import { findMeeting } from "./queries.ts";
import { vouchForMeetings } from "./vouch.ts";

/** @param intoId the category it has from now on; null: the same under another name. Nobody is told. */
export async function carryMeeting(tx: Tx, uri: string, intoId: string | null, now: Date): Promise<void> {
  await tx`select from meeting where uri = ${uri} for no key update`;
  if (intoId !== null) await tx`update meeting set category_id = ${intoId} where uri = ${uri}`;
  const meeting = await findMeeting(tx, uri);
  if (meeting === null || meeting.publishedAt === null) return;
  await touchSubject(tx, uri, {}, now);
  await vouchForMeetings(tx, [uri], now);
  if (meeting.hiddenAt !== null) return;
  const data = { newsUri: null, isQuiet: true, isForCopies: true };
  await recordEvent(tx, { type: "MeetingChanged", subjectUri: uri, data }, now);
}
