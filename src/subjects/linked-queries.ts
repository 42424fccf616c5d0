// Things that other things name: what a meeting talks about, where a result comes from. Read by address, of whatever room.
import type { Sql } from "../platform/db.ts";
import { isId } from "../platform/ids.ts";
import { isInTheOpen } from "./queries.ts";
import { type Subject, type SubjectKind, subjectRoomOf } from "./subject.ts";

export type Linked = Pick<Subject, "uri" | "id" | "kind" | "origin" | "url" | "title" | "language">;

/** Those of the addresses that are public here, in their order. */
export async function listLinked(sql: Sql, uris: readonly string[]): Promise<Linked[]> {
  if (uris.length === 0) return [];
  const rows = await sql<Linked[]>`
    select uri, id, kind, origin, url, title, language from subject
    where uri = any(${uris as string[]}) and published_at is not null and hidden_at is null and deleted_at is null
      and ${isInTheOpen(sql, "subject")}`;
  return rows.sort((a, b) => uris.indexOf(a.uri) - uris.indexOf(b.uri));
}

/** What people mean by the address of a thing: its own, or that of its page here or where it lives. */
export async function resolveLinked(
  sql: Sql,
  addresses: readonly string[],
  kinds: readonly SubjectKind[],
): Promise<{ readonly found: readonly Linked[]; readonly unknown: readonly string[] }> {
  const [found, unknown]: [Linked[], string[]] = [[], []];
  for (const address of addresses) {
    const [area, id = ""] = URL.canParse(address) ? new URL(address).pathname.split("/").slice(1) : [];
    const isOfKind = kinds.some((kind) => subjectRoomOf(kind) === area);
    const [subject] = await sql<Linked[]>`
      select uri, id, kind, origin, url, title, language from subject
      where (uri = ${address} ${isOfKind && isId(id) ? sql`or id = ${id}` : sql``})
        and kind = any(${kinds as string[]}) and published_at is not null and hidden_at is null and deleted_at is null
        and ${isInTheOpen(sql, "subject")}
      limit 1`;
    if (subject === undefined) unknown.push(address);
    else if (!found.some(({ uri }) => uri === subject.uri)) found.push(subject);
  }
  return { found, unknown };
}
