// Reads of the audit log. For administrators: of the node all of it, of a process what was done there.
import { type Account, scopeOf } from "../accounts/account.ts";
import type { Sql } from "../platform/db.ts";
import { isId } from "../platform/ids.ts";
import { type Page, type PageRequest, toPage } from "../platform/pagination.ts";
import { refuseUnless } from "../platform/refusal.ts";
import type { NameIn } from "../platform/text.ts";
import { processNameOf } from "../subjects/queries.ts";
import type { SubjectKind } from "../subjects/subject.ts";
import type { ActValues } from "./audit.ts";

export interface AuditFilter {
  readonly accountId: string | null;
  readonly processUri: string | null;
  readonly act: string | null;
  readonly from: Date | null;
  /** The first moment that no longer belongs to it. */
  readonly until: Date | null;
}

export interface AuditedAct {
  readonly id: string;
  readonly at: Date;
  readonly act: string;
  /** Null where the node itself acted. */
  readonly accountId: string | null;
  /** Empty where that account is closed. */
  readonly byName: string;
  readonly subjectUri: string | null;
  readonly subject: {
    readonly id: string;
    readonly kind: SubjectKind;
    readonly origin: string | null;
    readonly url: string;
    readonly title: string;
    readonly isHidden: boolean;
  } | null;
  /** The person or the institution it was about, where it was about one. */
  readonly aboutName: string;
  readonly processUri: string | null;
  readonly processName: NameIn | null;
  readonly before: ActValues | null;
  /** What it is now; for an act that says no such thing, what it says of itself. */
  readonly after: ActValues | null;
}

const columns = (sql: Sql) => sql`
  audit.id, audit.at, audit.act, audit.account_id, coalesce(doer.name, '') as by_name, audit.subject_uri,
  case when subject.uri is null then null else json_build_object('id', subject.id, 'kind', subject.kind,
    'origin', subject.origin, 'url', subject.url, 'title', subject.title, 'isHidden', subject.hidden_at is not null) end as subject,
  coalesce(person.name, actor.name, '') as about_name, audit.process_uri, ${processNameOf(sql, "audit.process_uri")} as process_name,
  audit.before, coalesce(audit.after, case when audit.before is null then nullif(audit.detail, '{}') end) as after`;

const joined = (sql: Sql) => sql`
  audit left join account doer on doer.id = audit.account_id
  left join subject on subject.uri = audit.subject_uri
  left join account person on audit.subject_uri = 'urn:uuid:' || person.id::text
  left join actor on actor.uri = audit.subject_uri`;

function where(sql: Sql, by: Account, { accountId, processUri, act, from, until }: AuditFilter) {
  const scope = scopeOf(by, "administrator");
  refuseUnless(scope === "node" || scope.length > 0, "not-allowed");
  return sql`${scope === "node" ? sql`true` : sql`audit.process_uri = any(${scope as string[]})`}
    ${accountId === null ? sql`` : sql`and audit.account_id = ${accountId}`}
    ${processUri === null ? sql`` : sql`and audit.process_uri = ${processUri}`}
    ${act === null ? sql`` : sql`and audit.act = ${act}`}
    ${from === null ? sql`` : sql`and audit.at >= ${from}`} ${until === null ? sql`` : sql`and audit.at < ${until}`}`;
}

/** A page of official acts, the latest first, by key. @throws Refused `not-allowed` for who administers nothing. */
export async function listActs(
  sql: Sql,
  by: Account,
  filter: AuditFilter,
  request: PageRequest,
): Promise<Page<AuditedAct>> {
  const { after, before, sizeRows } = request;
  const key = (after ?? before)?.[0];
  refuseUnless(key === undefined || isId(String(key)), "not-found");
  const rows = await sql<AuditedAct[]>`
    select ${columns(sql)} from ${joined(sql)} where ${where(sql, by, filter)}
      ${key === undefined ? sql`` : before ? sql`and audit.id > ${String(key)}` : sql`and audit.id < ${String(key)}`}
    order by ${before ? sql`audit.id` : sql`audit.id desc`} limit ${sizeRows + 1}`;
  return toPage(rows, request, (row) => [row.id]);
}

const batchRows = 500;

/** All of them, the oldest first, batch by batch, so that an export of any length costs the same memory. */
export async function* streamActs(sql: Sql, by: Account, filter: AuditFilter): AsyncGenerator<AuditedAct[]> {
  for (let last: string | null = null; ; ) {
    const rows: AuditedAct[] = await sql<AuditedAct[]>`
      select ${columns(sql)} from ${joined(sql)} where ${where(sql, by, filter)}
        ${last === null ? sql`` : sql`and audit.id > ${last}`}
      order by audit.id limit ${batchRows}`;
    if (rows.length > 0) yield rows;
    if (rows.length < batchRows) return;
    last = rows.at(-1)!.id;
  }
}

/** The names of people whom acts name by their ids: who got a task. */
export async function namesOf(sql: Sql, acts: readonly AuditedAct[]): Promise<ReadonlyMap<string, string>> {
  const ids = acts
    .flatMap(({ before, after }) => [before?.assignedTo, after?.assignedTo])
    .filter((id): id is string => typeof id === "string" && isId(id));
  if (ids.length === 0) return new Map();
  const rows = await sql<{ id: string; name: string }[]>`select id, name from account where id = any(${ids}::uuid[])`;
  return new Map(rows.map(({ id, name }) => [id, name]));
}
