// One search over everything public that has a title, of this node and of others.
import type { Sql } from "../platform/db.ts";
import { type Page, type PageRequest, toPage } from "../platform/pagination.ts";
import type { Linked } from "./linked-queries.ts";
import type { SubjectKind } from "./subject.ts";

/** What people look for; the rest is found on the page of what it belongs to. */
export const searchedKinds = ["process", "proposal", "meeting", "result"] as const satisfies readonly SubjectKind[];
export type SearchedKind = (typeof searchedKinds)[number];

export type Found = Linked & { readonly kind: SearchedKind; readonly publishedAt: Date };

const wordsMax = 12;

/**
 * Whose title holds every word, in any order and without regard to accents; words may be begun only. Newest first.
 * No words find nothing.
 */
export async function searchSubjects(
  sql: Sql,
  { text, kind }: { readonly text: string; readonly kind: SearchedKind | null },
  request: PageRequest,
): Promise<Page<Found>> {
  const words =
    text
      .normalize("NFKD")
      .match(/[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu)
      ?.slice(0, wordsMax) ?? [];
  if (words.length === 0) return { rows: [], older: null, newer: null };
  const query = words.map((word) => `${word}:*`).join(" & ");
  const kinds = kind === null ? searchedKinds : [kind];
  const { after, before } = request;
  const found = await sql<Found[]>`
    select uri, id, kind, origin, url, title, language, published_at from subject
    where title <> '' and published_at is not null and hidden_at is null and deleted_at is null
      and to_tsvector('simple', folded(title)) @@ to_tsquery('simple', folded(${query}))
      and kind = any(${kinds as readonly string[] as string[]})
      ${after ? sql`and id < ${String(after[0])}` : before ? sql`and id > ${String(before[0])}` : sql``}
    order by ${before ? sql`id asc` : sql`id desc`}
    limit ${request.sizeRows + 1}`;
  return toPage(found, request, (row) => [row.id]);
}
