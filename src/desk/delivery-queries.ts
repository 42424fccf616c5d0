// What was given up on the way to other servers, in words a person can act on: which server, what, since when.
import type { Sql } from "../platform/db.ts";
import { isId } from "../platform/ids.ts";
import { type Page, type PageRequest, toPage } from "../platform/pagination.ts";
import { refuseUnless } from "../platform/refusal.ts";
import type { QueueDepth } from "../proposals/answer-work-queries.ts";

export interface FailedDelivery {
  readonly id: string;
  readonly kind: string;
  /** The host it was for; null for work inside the node, such as mail. */
  readonly host: string | null;
  /** `Create`, `Update`; null where it is no activity. */
  readonly activity: string | null;
  /** What it was about, where this node knows it. */
  readonly title: string | null;
  readonly path: string | null;
  readonly since: Date;
  readonly attempts: number;
  readonly lastError: string;
}

export async function countFailures(sql: Sql): Promise<QueueDepth> {
  const [row] = await sql<QueueDepth[]>`select count(*)::int as count, min(created_at) as oldest from dead_letter`;
  return row!;
}

/** A page of them, the latest first, by key. */
export async function listFailures(sql: Sql, request: PageRequest): Promise<Page<FailedDelivery>> {
  const { after, before, sizeRows } = request;
  const key = (after ?? before)?.[0];
  refuseUnless(key === undefined || /^\d{1,18}$/.test(String(key)), "not-found");
  const rows = await sql<(FailedDelivery & { subjectId: string | null; subjectUrl: string | null })[]>`
    select letter.id::text as id, letter.kind, letter.created_at as since, letter.attempts, letter.last_error,
      substring(letter.payload ->> 'inbox' from '^https?://([^/]+)') as host, letter.payload #>> '{activity,type}' as activity,
      nullif(subject.title, '') as title, case when subject.id is null then null else subject.url end as path
    from dead_letter letter
    left join outgoing_activity told on told.uri = coalesce(letter.payload ->> 'activityUri', letter.payload #>> '{activity,id}')
    left join event on event.id::text = letter.payload ->> 'eventId'
    left join subject on subject.uri = coalesce(told.subject_uri, event.subject_uri, letter.payload ->> 'proposalUri')
    ${key === undefined ? sql`` : before ? sql`where letter.id > ${String(key)}` : sql`where letter.id < ${String(key)}`}
    order by ${before ? sql`letter.id` : sql`letter.id desc`} limit ${sizeRows + 1}`;
  return toPage(rows, request, (row) => [row.id]);
}

/** The host and kind of one, for the log of what was done with it. */
export async function findFailure(sql: Sql, id: string): Promise<Pick<FailedDelivery, "kind" | "host"> | null> {
  if (!/^\d{1,18}$/.test(id) && !isId(id)) return null;
  const [row] = await sql<Pick<FailedDelivery, "kind" | "host">[]>`
    select kind, substring(payload ->> 'inbox' from '^https?://([^/]+)') as host from dead_letter where id::text = ${id}`;
  return row ?? null;
}
