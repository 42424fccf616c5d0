// What carries a category: counted for whoever decides, and listed for what follows from it.
import type { Sql } from "../platform/db.ts";

export interface CategoryUse {
  readonly processes: number;
  readonly proposals: number;
  readonly meetings: number;
  readonly results: number;
}

/** What of this node a category is on, drafts and hidden things too. */
export async function countUse(sql: Sql, categoryId: string): Promise<CategoryUse> {
  const [row] = await sql<[CategoryUse]>`
    select (select count(*)::int from process_category where category_id = ${categoryId}) as processes,
      (select count(*)::int from proposal join subject using (uri)
        where category_id = ${categoryId} and deleted_at is null) as proposals,
      (select count(*)::int from meeting join subject using (uri)
        where category_id = ${categoryId} and deleted_at is null) as meetings,
      (select count(*)::int from result join subject using (uri)
        where category_id = ${categoryId} and deleted_at is null) as results`;
  return row;
}

export interface Carrier {
  readonly uri: string;
  readonly kind: "proposal" | "meeting" | "result";
}

/** The next of the things that carry a category, by key. */
export async function listCarriers(sql: Sql, categoryId: string, after: string, limit: number): Promise<Carrier[]> {
  return await sql<Carrier[]>`
    select uri, kind from (
      select uri, 'proposal' as kind from proposal where category_id = ${categoryId} and uri > ${after}
      union all select uri, 'meeting' from meeting where category_id = ${categoryId} and uri > ${after}
      union all select uri, 'result' from result where category_id = ${categoryId} and uri > ${after}) carrier
    order by uri limit ${limit}`;
}
