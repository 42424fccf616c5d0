// How results and the steps towards them are translated: locked, and vouched for anew.
import type { TextDoor } from "../translations/actions.ts";
import { findMilestoneToRecord, findResult } from "./queries.ts";
import { vouchForMilestone, vouchForResults } from "./vouch.ts";

export const resultTexts: TextDoor = {
  kind: "result",
  read: findResult,
  lock: async (tx, uri) => {
    await tx`select from result where uri = ${uri} for update`;
  },
  vouch: (tx, uri, now) => vouchForResults(tx, [uri], now),
};

export const milestoneTexts: TextDoor = {
  kind: "milestone",
  read: findMilestoneToRecord,
  lock: async (tx, uri) => {
    await tx`select from milestone where uri = ${uri} for update`;
  },
  vouch: (tx, uri, now) => vouchForMilestone(tx, uri, now),
};
