// Things of this node that were lost with the days after a backup, entered again or brought to what their own signed records
// say. No event is recorded: everyone has been told of them already.
import type { Tx } from "../platform/db.ts";
import { isId, newId } from "../platform/ids.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { enterSubject, type NewSubject, touchSubject } from "./actions.ts";
import { findSubject } from "./queries.ts";

export interface RecoveredSubject extends Omit<NewSubject, "id" | "origin" | "publishedAt"> {
  readonly publishedAt: Date;
  readonly updatedAt: Date;
}

/** The id in the address of a thing of this node; a new one where it has none. */
export function idIn(uri: string, now: Date): string {
  const last = uri.split("/").at(-1) ?? "";
  return isId(last) ? last : newId(now);
}

/**
 * Enters a thing of ours, or brings it to what was said of it last.
 * @returns `entered` where it was not here at all, `published` where the backup had it as a draft.
 * @throws Refused `gone` for what was erased, `forged` where its address belongs to something else.
 */
export async function recoverSubject(
  tx: Tx,
  { updatedAt, ...said }: RecoveredSubject,
  now: Date,
): Promise<{ readonly id: string; readonly was: "entered" | "published" | "changed" }> {
  const before = await findSubject(tx, said.uri);
  const { title, language, url, publishedAt, authorId, authorName } = said;
  const id = before?.id ?? idIn(said.uri, publishedAt < now ? publishedAt : now);
  if (before === null) await enterSubject(tx, { ...said, id, origin: null });
  else {
    refuseUnless(before.origin === null && before.kind === said.kind, "forged", { uri: said.uri });
    refuseUnless(before.deletedAt === null, "gone", { uri: said.uri });
  }
  const author = { authorName, ...(authorId === null ? {} : { authorId }) };
  await touchSubject(tx, said.uri, { title, language, url, publishedAt, ...author }, updatedAt);
  return { id, was: before === null ? "entered" : before.publishedAt === null ? "published" : "changed" };
}
