// What people are told about their residence, as a promise: the notice itself is another room's.
import type { Tx } from "../platform/db.ts";
import { enqueue } from "../platform/jobs.ts";

/** What a person is told of, by the job `tell-resident`. */
export const residentNews = [
  "residence-verified",
  "residence-expiring",
  "residence-over",
  "residence-withdrawn",
  "residence-conflict",
  "residence-kept",
  "residence-number-tried",
  "residence-suspended",
  "residence-suspension-decided",
  "residence-number-yours",
  "code-on-its-way",
  "assisted",
] as const;
export type ResidentNews = (typeof residentNews)[number];

/** Promises a notice. The rooms stand side by side, so the composition root joins them. */
export const tellResident = (
  tx: Tx,
  accountId: string,
  kind: ResidentNews,
  data: Readonly<Record<string, string | number>> = {},
): Promise<void> =>
  enqueue(tx, { kind: "tell-resident", payload: { accountId, kind, data }, key: `tell ${accountId}` });
