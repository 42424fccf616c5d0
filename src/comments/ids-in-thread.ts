// The id a comment of another server has here, by which threads are in order. Every node gives it alike.
import type { Sql } from "../platform/db.ts";
import { idFrom, isId, timeOf } from "../platform/ids.ts";

/**
 * That of the node it lives on, where that is one of ours and the time in it is true, else one made from its address.
 * @param at when it counts as said.
 */
export async function idInThread(sql: Sql, uri: string, at: Date): Promise<string> {
  const theirs = lastPartOf(uri);
  const isTrue = isId(theirs) && +timeOf(theirs) === +at;
  const isTaken = isTrue && (await sql`select from subject where id = ${theirs}`).length > 0;
  return isTrue && !isTaken ? theirs : idFrom(uri, at);
}

/** Whether its address ends as those of nodes like ours do. */
export const endsWithId = (uri: string): boolean => isId(lastPartOf(uri));

const lastPartOf = (uri: string): string => new URL(uri).pathname.split("/").at(-1) ?? "";
