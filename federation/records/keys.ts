// The keys of an institution of another node, for checking what it signed: as its own document has them now, and as their
// signed history does.

import type { Sql } from "../../src/platform/db.ts";
import { originOf } from "../../src/platform/uris.ts";
import type { TrustedKey } from "../../src/records/known-key.ts";
import { keysOfPublisher, rememberKeys } from "../../src/records/known-key-actions.ts";
import { fetchKeyHistory, fetchLiveKeys, type Read } from "../mirrors/reading.ts";

/**
 * Every key that may have signed for a publisher. Its own server is asked first; where that is silent, what was seen
 * before counts, and what `offered` versions of the history chain to it.
 */
export async function keysOfOwner(
  at: Read & { readonly sql: Sql; readonly now: () => Date },
  publisherUri: string,
  offered: readonly string[],
): Promise<Map<string, TrustedKey>> {
  const live = await fetchLiveKeys(at, publisherUri);
  const texts = [...offered];
  if (live !== null) {
    await rememberKeys(at.sql, publisherUri, live.keys, at.now());
    if (live.history !== null && !(await isKept(at.sql, live.history))) {
      texts.push(...(await fetchKeyHistory(at, originOf(publisherUri), live.history)));
    }
  }
  return await keysOfPublisher(at.sql, publisherUri, texts);
}

const isKept = async (sql: Sql, digest: string): Promise<boolean> =>
  (await sql`select from record where digest = ${digest}`).length > 0;
