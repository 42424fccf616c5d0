// How much waits for moderators, for the start page of the desk.
import { type Account, scopeOf } from "../accounts/account.ts";
import type { Sql } from "../platform/db.ts";

/** Open reports on what a person moderates, and since when the oldest waits; none for who moderates nothing. */
export async function countOpenReports(sql: Sql, by: Account): Promise<{ count: number; oldest: Date | null }> {
  const scope = scopeOf(by, "moderator");
  const inScope =
    scope === "node"
      ? sql`true`
      : sql`exists (
          select from report_subject join subject on subject.uri = report_subject.subject_uri
          where report_subject.report_id = report.id and subject.kind <> 'process'
            and subject.process_uri = any(${scope as string[]}))`;
  const [row] = await sql<{ count: number; oldest: Date | null }[]>`
    select count(*)::int as count, min(report.created_at) as oldest from report where state = 'open' and ${inScope}`;
  return row!;
}

/** Servers of which something is held for a moderator and about which nobody has decided, the longest waiting first. */
export async function countUndecidedServers(sql: Sql): Promise<{ count: number; oldest: Date | null }> {
  const [row] = await sql<{ count: number; oldest: Date | null }[]>`
    select count(distinct subject.origin)::int as count, min(report.created_at) as oldest
    from report join report_subject on report_subject.report_id = report.id
    join subject on subject.uri = report_subject.subject_uri
    where report.state = 'open' and subject.origin is not null
      and peer_policy(split_part(subject.origin, '/', 3)) is null`;
  return row!;
}
