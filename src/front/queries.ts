// Reads that go across the rooms, for the front page alone.
import type { Sql } from "../platform/db.ts";
import { type ResultStatus, resultStatuses } from "../results/result.ts";

/** What an institution said or did. Meetings are not among them: each is announced by a piece of news of its process. */
const changeKinds = ["news", "answer", "result", "milestone"] as const;

export interface Change {
  readonly kind: (typeof changeKinds)[number] | "phase";
  readonly title: string;
  readonly language: string | null;
  readonly url: string;
  readonly publishedAt: Date;
}

/**
 * The newest of them in this node's own processes. Reads a few rows of an index for each process and kind.
 * @param lang of the reader: what stands in it is named in it.
 */
export async function listChanges(sql: Sql, limit: number, lang = ""): Promise<Change[]> {
  return await sql<Change[]>`
    select case when news.kind = 'phase' then 'phase' else latest.kind end as kind,
      coalesce(said.texts ->> 'title', latest.title) as title,
      case when said.texts ? 'title' then said.language else latest.language end as language,
      latest.url, latest.published_at
    from subject of_process
    cross join unnest(${changeKinds as unknown as string[]}::text[]) wanted (kind)
    cross join lateral (
      select * from subject
      where subject.process_uri = of_process.uri and subject.kind = wanted.kind and subject.origin is null
        and subject.published_at is not null and subject.hidden_at is null and subject.deleted_at is null
        and not exists (select from answer join subject asked on asked.uri = answer.proposal_uri
          where answer.uri = subject.uri and (asked.hidden_at is not null or asked.deleted_at is not null))
      order by subject.id desc limit ${limit}
    ) latest
    left join news on news.uri = latest.uri
    left join translation said on said.subject_uri = latest.uri and said.language = ${lang}
    where of_process.uri in (select uri from process) and of_process.origin is null and of_process.published_at is not null
      and of_process.hidden_at is null and of_process.deleted_at is null and coalesce(news.kind, '') <> 'digest'
    order by latest.published_at desc, latest.id desc limit ${limit}`;
}

/** How many of this node's own public results stand where. */
export async function countResults(sql: Sql): Promise<readonly (readonly [ResultStatus, number])[]> {
  const rows = await sql<{ status: ResultStatus; count: number }[]>`
    select result.status, count(*)::int as count from result join subject on subject.uri = result.uri
    where subject.origin is null and subject.published_at is not null and subject.hidden_at is null and subject.deleted_at is null
    group by result.status`;
  return resultStatuses.map((status) => [status, rows.find((row) => row.status === status)?.count ?? 0] as const);
}
