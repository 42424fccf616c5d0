// Once a week, what a process brought: how many proposals, comments and answers, told once to each who follows it, so that
// nobody is told of every one of them.
import type { Sql } from "../platform/db.ts";
import { idFrom } from "../platform/ids.ts";
import { enqueue } from "../platform/jobs.ts";
import { dayMs } from "../platform/time.ts";
import type { WeekCounts } from "./wording.ts";

const processesPerPage = 200;

/** Processes that somebody here follows, by key. */
async function listFollowedProcesses(sql: Sql, after: string): Promise<string[]> {
  const rows = await sql<{ uri: string }[]>`
    select uri from subject
    where kind = 'process' and uri > ${after} and published_at is not null and hidden_at is null and deleted_at is null
      and (exists (select from following where following.subject_uri = subject.uri and ended_at is null)
        or exists (select from mail_following where mail_following.subject_uri = subject.uri and confirmed_at is not null))
    order by uri limit ${processesPerPage}`;
  return rows.map(({ uri }) => uri);
}

async function countWeek(sql: Sql, processUri: string, now: Date): Promise<WeekCounts> {
  const rows = await sql<{ kind: string; count: number }[]>`
    select kind, count(*)::int as count from subject
    where process_uri = ${processUri} and kind in ('proposal', 'comment', 'answer')
      and published_at > ${new Date(+now - 7 * dayMs)} and published_at <= ${now}
      and hidden_at is null and deleted_at is null
    group by kind`;
  const of = (kind: string) => rows.find((row) => row.kind === kind)?.count ?? 0;
  return { proposals: of("proposal"), comments: of("comment"), answers: of("answer") };
}

/**
 * Promises the telling of this week for one page of processes; those where nothing happened are left out.
 * @param week names it: nobody is told of one week twice.
 * @returns the last process looked at, to go on after; null when there are no more.
 */
export async function promiseWeeks(sql: Sql, week: string, after: string, now: Date): Promise<string | null> {
  const uris = await listFollowedProcesses(sql, after);
  for (const uri of uris) {
    const counts = await countWeek(sql, uri, now);
    if (counts.proposals + counts.comments + counts.answers === 0) continue;
    const telling = { kind: "week", subjectUri: uri, of: [uri], data: { ...counts } };
    const onceId = idFrom(`week ${week} ${uri}`, now);
    await enqueue(sql, { kind: "tell", payload: { telling, onceId, at: now.toISOString() }, key: `tell ${uri}` });
  }
  return uris.length === processesPerPage ? uris.at(-1)! : null;
}
