// The register, many at a time: for copies of other nodes' things, which come by the thousand. No comments: those count in
// their thread, one by one.
import type { Tx } from "../platform/db.ts";
import type { NewSubject } from "./actions.ts";

export type SubjectCopy = Omit<NewSubject, "threadUri" | "parentUri" | "stance"> & {
  readonly publishedAt: Date;
  readonly updatedAt: Date;
};

const rowsPerInsertMax = 500;

/** Enters subjects. @returns the URIs of those that were not there before. */
export async function enterSubjects(tx: Tx, subjects: readonly SubjectCopy[]): Promise<Set<string>> {
  const entered = new Set<string>();
  for (let at = 0; at < subjects.length; at += rowsPerInsertMax) {
    const rows = await tx<{ uri: string }[]>`
      insert into subject ${tx(subjects.slice(at, at + rowsPerInsertMax) as never)} on conflict (uri) do nothing returning uri`;
    for (const { uri } of rows) entered.add(uri);
  }
  return entered;
}

/**
 * What the owner says now of copies that are here already: title, names, times.
 * @returns the URIs of those that were not newer here.
 */
export async function touchCopies(tx: Tx, subjects: readonly SubjectCopy[]): Promise<Set<string>> {
  if (subjects.length === 0) return new Set();
  const given = subjects.map(({ uri, url, title, language, authorName, authorId, updatedAt }) => ({
    uri,
    url,
    title,
    language,
    author_name: authorName,
    author_id: authorId,
    updated_at: updatedAt,
  }));
  const rows = await tx<{ uri: string }[]>`
    update subject set title = given.title, url = given.url, language = given.language, author_name = given.author_name,
      author_id = coalesce(given.author_id, subject.author_id), updated_at = given.updated_at, deleted_at = null
    from jsonb_to_recordset(${tx.json(given as never)}) as given(uri text, url text, title text, language text,
      author_name text, author_id uuid, updated_at timestamptz)
    where subject.uri = given.uri and subject.origin is not null
      and (subject.updated_at is null or subject.updated_at <= given.updated_at or subject.deleted_at is not null)
    returning subject.uri`;
  return new Set(rows.map(({ uri }) => uri));
}
