// The category of a result is called otherwise, or went into another: its record and the copies elsewhere follow.
import { recordEvent } from "../events.ts";
import type { Tx } from "../platform/db.ts";
import { touchSubject } from "../subjects/actions.ts";
import { findResult } from "./queries.ts";
import { vouchForResults } from "./vouch.ts";

/** @param intoId the category it has from now on; null: the same under another name. Nobody is told. */
export async function carryResult(tx: Tx, uri: string, intoId: string | null, now: Date): Promise<void> {
  await tx`select from result where uri = ${uri} for no key update`;
  if (intoId !== null) await tx`update result set category_id = ${intoId} where uri = ${uri}`;
  const result = await findResult(tx, uri);
  if (result === null) return;
  await touchSubject(tx, uri, {}, now);
  await vouchForResults(tx, [uri], now);
  if (result.hiddenAt !== null) return;
  await recordEvent(tx, { type: "ResultChanged", subjectUri: uri, data: { isQuiet: true, isForCopies: true } }, now);
}
