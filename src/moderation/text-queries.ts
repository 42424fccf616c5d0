// The words of what is reported, hidden or appealed about. The rooms that keep them are above this one and hand it their readers.
import type { Sql } from "../platform/db.ts";
import type { SubjectKind } from "../subjects/subject.ts";

/** Texts of things by URI, as their rooms store them. */
export type Texts = ReadonlyMap<string, string>;

/** How a room above reads the texts of its things: Markdown of this node, cleaned HTML from elsewhere. */
export type ReadTexts = (sql: Sql, uris: readonly string[]) => Promise<Texts>;

/** What the desk shows of each kind of thing; of a kind that is not given, its title and its page. */
export type TextReaders = Readonly<Partial<Record<SubjectKind, ReadTexts>>>;

export async function textsOf(
  sql: Sql,
  readers: TextReaders,
  things: readonly { readonly uri: string; readonly kind: SubjectKind }[],
): Promise<Texts> {
  const perKind = Object.entries(readers).map(([kind, read]) => {
    const uris = things.filter((thing) => thing.kind === kind).map((thing) => thing.uri);
    return uris.length === 0 ? new Map<string, string>() : read(sql, uris);
  });
  return new Map((await Promise.all(perKind)).flatMap((texts) => [...texts]));
}
