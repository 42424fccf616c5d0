// How meetings are translated, drafts too: locked, and vouched for anew.
import type { TextDoor } from "../translations/actions.ts";
import { findMeeting } from "./queries.ts";
import { vouchForMeetings } from "./vouch.ts";

export const meetingTexts: TextDoor = {
  kind: "meeting",
  read: findMeeting,
  lock: async (tx, uri) => {
    await tx`select from meeting where uri = ${uri} for update`;
  },
  vouch: (tx, uri, now) => vouchForMeetings(tx, [uri], now),
};
