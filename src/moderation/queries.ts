// Reads of the moderators' desk. Each moderator sees what is in the processes they answer for, and of it only that.
import { type Account, holds, scopeOf } from "../accounts/account.ts";
import type { Sql } from "../platform/db.ts";
import { isId } from "../platform/ids.ts";
import { type Page, type PageRequest, toPage } from "../platform/pagination.ts";
import { refuseUnless } from "../platform/refusal.ts";
import type { SubjectKind } from "../subjects/subject.ts";
import { mayModerate, type Report, type ReportedThing, type ReportState } from "./report.ts";

export const reportsPerPage = 20;

export interface ReportFilter {
  readonly state?: ReportState | null;
  readonly kind?: SubjectKind | null;
  readonly from?: "here" | "elsewhere" | null;
  readonly processUri?: string | null;
}

export type ReportRow = Omit<Report, "things">;

/**
 * A page of reports, the open ones first and of each the newest first, by key.
 * @throws Refused `not-allowed` for who moderates nothing.
 */
export async function listReports(
  sql: Sql,
  by: Account,
  filter: ReportFilter,
  request: PageRequest,
): Promise<Page<Report>> {
  const { after, before, sizeRows } = request;
  const [state, id] = (after ?? before ?? []) as [string?, string?];
  refuseUnless(id === undefined || isId(id), "not-found");
  const rows = await sql<ReportRow[]>`
    select ${reportColumns(sql)} from ${reportsJoined(sql)}
    where exists (
        select from report_subject join subject on subject.uri = report_subject.subject_uri
        where report_subject.report_id = report.id and ${isInScope(sql, by)}
          ${filter.kind ? sql`and subject.kind = ${filter.kind}` : sql``}
          ${filter.from ? sql`and (subject.origin is null) = ${filter.from === "here"}` : sql``}
          ${filter.processUri ? sql`and subject.process_uri = ${filter.processUri}` : sql``})
      ${filter.state ? sql`and report.state = ${filter.state}` : sql``}
      ${id === undefined ? sql`` : before ? sql`and (report.state, report.id) > (${state!}, ${id}::uuid)` : sql`and (report.state, report.id) < (${state!}, ${id}::uuid)`}
    order by ${before ? sql`report.state, report.id` : sql`report.state desc, report.id desc`} limit ${sizeRows + 1}`;
  const page = toPage(rows, request, (report) => [report.state, report.id]);
  const things = await listThings(
    sql,
    by,
    page.rows.map((report) => report.id),
  );
  return {
    ...page,
    rows: page.rows.map((row) => ({ ...row, things: things.filter((one) => one.reportId === row.id) })),
  };
}

const reportColumns = (sql: Sql) => sql`
  report.id, report.category, report.source, report.reason, account.name as reporter_name,
  '@' || actor.handle || '@' || actor.host as reporter_address, report.state, report.outcome, decider.name as decided_by,
  report.decided_at, report.created_at`;

const reportsJoined = (sql: Sql) => sql`
  report
  left join account on account.id = report.account_id
  left join actor on actor.id = report.actor_id
  left join account decider on decider.id = report.decided_by`;

/** What of the register a moderator answers for. */
function isInScope(sql: Sql, by: Account) {
  if (holds(by, "moderator")) return sql`true`;
  const processUris = scopeOf(by, "moderator");
  refuseUnless(processUris.length > 0, "not-allowed");
  return sql`(subject.process_uri = any(${processUris as string[]}) and subject.kind <> 'process')`;
}

async function listThings(
  sql: Sql,
  by: Account,
  reportIds: readonly string[],
): Promise<(ReportedThing & { reportId: string })[]> {
  if (reportIds.length === 0) return [];
  return await sql<(ReportedThing & { reportId: string })[]>`
    select report_subject.report_id, report_subject.outcome, ${thingColumns(sql)},
      (select count(*)::int from report_subject other
       where other.subject_uri = subject.uri and other.report_id <> report_subject.report_id) as other_reports
    from report_subject join subject on subject.uri = report_subject.subject_uri
    left join actor author on author.id = subject.author_id
    where report_subject.report_id = any(${reportIds as string[]}) and ${isInScope(sql, by)}
    order by subject.id`;
}

const thingColumns = (sql: Sql) => sql`
  subject.uri, subject.id, subject.kind, subject.url, subject.origin, subject.process_uri, subject.title,
  subject.language, coalesce(nullif(subject.author_name, ''), author.name, '') as author_name,
  author.handle as author_handle, author.host as author_host, subject.published_at, subject.hidden_at,
  subject.hidden_reason, subject.deleted_at`;

/** Something hidden, with who hid it. */
export interface HiddenThing extends Omit<ReportedThing, "outcome" | "otherReports"> {
  readonly hiddenAt: Date;
  /** Empty where the moderators of its own city did, or where that account is closed. */
  readonly hiddenBy: string;
}

/** A page of what is hidden now and was decided by someone, the newest things first, by key. */
export async function listHidden(sql: Sql, by: Account, request: PageRequest): Promise<Page<HiddenThing>> {
  const { after, before, sizeRows } = request;
  const id = String((after ?? before)?.[0] ?? "");
  refuseUnless(id === "" || isId(id), "not-found");
  const rows = await sql<HiddenThing[]>`
    select ${thingColumns(sql)}, coalesce(hider.name, '') as hidden_by
    from subject left join actor author on author.id = subject.author_id
    left join lateral (
      select account.name from audit left join account on account.id = audit.account_id
      where audit.subject_uri = subject.uri and audit.act = 'subject-hidden' order by audit.id desc limit 1) hider on true
    where subject.hidden_at is not null and subject.hidden_reason <> '' and subject.deleted_at is null
      and ${isInScope(sql, by)}
      ${id === "" ? sql`` : before ? sql`and subject.id > ${id}` : sql`and subject.id < ${id}`}
    order by ${before ? sql`subject.id` : sql`subject.id desc`} limit ${sizeRows + 1}`;
  return toPage(rows, request, (thing) => [thing.id]);
}

/** One thing and every report on it, for its page at the desk. */
export interface Case {
  readonly thing: Omit<ReportedThing, "outcome" | "otherReports">;
  /** The newest first; what else a report names is left out. */
  readonly reports: readonly ReportRow[];
  readonly acts: readonly ModerationAct[];
}

export interface ModerationAct {
  readonly id: string;
  readonly act: "subject-hidden" | "subject-reinstated" | "report-dismissed";
  /** Empty where that account is closed. */
  readonly byName: string;
  readonly reason: string;
  readonly at: Date;
}

const reportsInCaseMax = 100;

/** @throws Refused `not-found` for what is not there or not published, `not-allowed` for who does not moderate it. */
export async function getCase(sql: Sql, by: Account, id: string): Promise<Case> {
  refuseUnless(isId(id), "not-found");
  const [thing] = await sql<Case["thing"][]>`
    select ${thingColumns(sql)} from subject left join actor author on author.id = subject.author_id
    where subject.id = ${id} and subject.published_at is not null`;
  refuseUnless(thing !== undefined, "not-found");
  refuseUnless(mayModerate(by, thing), "not-allowed");
  const reports = await sql<ReportRow[]>`
    select ${reportColumns(sql)} from ${reportsJoined(sql)}
    where report.id in (select report_id from report_subject where subject_uri = ${thing.uri})
    order by report.state desc, report.id desc limit ${reportsInCaseMax}`;
  const acts = await sql<ModerationAct[]>`
    select audit.id, audit.act, coalesce(account.name, '') as by_name, coalesce(audit.detail ->> 'reason', '') as reason, audit.at
    from audit left join account on account.id = audit.account_id
    where audit.subject_uri = ${thing.uri} and audit.act in ('subject-hidden', 'subject-reinstated', 'report-dismissed')
    order by audit.id desc limit ${reportsInCaseMax}`;
  return { thing, reports, acts };
}

/** Processes a moderator can filter the desk by, those with a report only. */
export async function listReportedProcesses(sql: Sql, by: Account): Promise<{ uri: string; title: string }[]> {
  return await sql<{ uri: string; title: string }[]>`
    select process.uri, process.title from subject process
    where process.kind = 'process' and (process.hidden_at is null or ${holds(by, "moderator")}) and process.uri in (
      select subject.process_uri from report_subject join subject on subject.uri = report_subject.subject_uri
      where ${isInScope(sql, by)})
    order by process.title limit 200`;
}

export interface OwnReport {
  readonly id: string;
  readonly category: Report["category"];
  readonly outcome: Report["outcome"];
  readonly createdAt: Date;
  readonly kind: SubjectKind;
}

const ownReportsMax = 100;

/** What a person has reported and what became of it, the newest first. */
export async function listOwnReports(sql: Sql, by: Account): Promise<readonly OwnReport[]> {
  return await sql<OwnReport[]>`
    select report.id, report.category, report.outcome, report.created_at, min(subject.kind) as kind
    from report join report_subject on report_id = report.id join subject on subject.uri = subject_uri
    where report.account_id = ${by.id} group by report.id order by report.id desc limit ${ownReportsMax}`;
}
