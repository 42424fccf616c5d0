// Reads of statements of reasons and of the appeals against them.
import { type Account, holdsSomewhere, scopeOf } from "../accounts/account.ts";
import type { Sql } from "../platform/db.ts";
import { isId } from "../platform/ids.ts";
import { type Page, type PageRequest, toPage } from "../platform/pagination.ts";
import { refuseUnless } from "../platform/refusal.ts";
import type { NameIn } from "../platform/text.ts";
import { processNameOf } from "../subjects/queries.ts";
import type { SubjectKind } from "../subjects/subject.ts";
import { moderationScope } from "./report.ts";
import type { Appeal, AppealOutcome, Statement } from "./statement.ts";

export const appealsPerPage = 20;

/**
 * Who wrote something: a person of this node, or an actor of another server; neither where an institution of ours did.
 * The rooms that keep who wrote what are above this one, so their tables are asked by name.
 */
export async function findAuthor(
  sql: Sql,
  uri: string,
): Promise<{ readonly accountId: string | null; readonly actorId: string | null }> {
  const [row] = await sql<{ accountId: string | null; actorId: string | null }[]>`
    select coalesce(comment.account_id, proposal.account_id) as account_id,
      case when subject.origin is null then null else subject.author_id end as actor_id
    from subject left join comment on comment.uri = subject.uri left join proposal on proposal.uri = subject.uri
    where subject.uri = ${uri}`;
  return row ?? { accountId: null, actorId: null };
}

type StatementRow = Omit<Statement, "appeal"> & {
  readonly appealId: string | null;
  readonly words: string | null;
  readonly appealedAt: Date | null;
  readonly outcome: AppealOutcome | null;
  readonly appealReason: string | null;
  readonly appealDecidedAt: Date | null;
};

const statementColumns = (sql: Sql) => sql`
  statement.id, statement.subject_uri, subject.kind, subject.title, subject.process_uri, statement.account_id,
  statement.actor_id, statement.origin, statement.rule, statement.reason, statement.source, statement.decided_by,
  statement.decided_at, statement.ended_at, appeal.id as appeal_id, appeal.words, appeal.created_at as appealed_at,
  appeal.outcome, appeal.reason as appeal_reason, appeal.decided_at as appeal_decided_at`;

const statementJoined = (sql: Sql) => sql`
  moderation_statement statement join subject on subject.uri = statement.subject_uri
  left join moderation_appeal appeal on appeal.statement_id = statement.id`;

function statementOf(row: StatementRow): Statement {
  const { appealId, words, appealedAt, outcome, appealReason, appealDecidedAt, ...statement } = row;
  const appeal: Appeal | null =
    appealId === null
      ? null
      : {
          id: appealId,
          words: words ?? "",
          createdAt: appealedAt!,
          outcome,
          reason: appealReason ?? "",
          decidedAt: appealDecidedAt,
        };
  return { ...statement, appeal };
}

export async function findStatement(sql: Sql, id: string): Promise<Statement | null> {
  if (!isId(id)) return null;
  const [row] = await sql<StatementRow[]>`
    select ${statementColumns(sql)} from ${statementJoined(sql)} where statement.id = ${id}`;
  return row === undefined ? null : statementOf(row);
}

/** The statement a message of ours told, as the actor that got it names it. */
export async function findStatementOfNote(sql: Sql, noteUri: string): Promise<Statement | null> {
  const [row] = await sql<{ id: string }[]>`select id from moderation_statement where note_uri = ${noteUri}`;
  return row === undefined ? null : await findStatement(sql, row.id);
}

/** What is in force about a thing that was hidden here; null where nobody has to be told. */
export async function findOpenStatement(sql: Sql, subjectUri: string): Promise<Statement | null> {
  const [row] = await sql<StatementRow[]>`
    select ${statementColumns(sql)} from ${statementJoined(sql)}
    where statement.subject_uri = ${subjectUri} and statement.ended_at is null and statement.origin is null`;
  return row === undefined ? null : statementOf(row);
}

/** @throws Refused `not-found` for anyone but the author, so that nobody learns whose words were hidden. */
export async function getOwnStatement(sql: Sql, by: Account, id: string): Promise<Statement> {
  const statement = await findStatement(sql, id);
  refuseUnless(statement !== null && statement.accountId === by.id, "not-found");
  return statement;
}

/** The latest statement a person got about one of their things, by the thing's id. */
export async function findOwnStatementOf(sql: Sql, by: Account, subjectId: string): Promise<string | null> {
  if (!isId(subjectId)) return null;
  const [row] = await sql<{ id: string }[]>`
    select statement.id from moderation_statement statement join subject on subject.uri = statement.subject_uri
    where subject.id = ${subjectId} and statement.account_id = ${by.id} order by statement.id desc limit 1`;
  return row?.id ?? null;
}

const ownStatementsMax = 200;

/** Everything that was decided about what a person wrote, the newest first. */
export async function listOwnStatements(sql: Sql, by: Account): Promise<readonly Statement[]> {
  const rows = await sql<StatementRow[]>`
    select ${statementColumns(sql)} from ${statementJoined(sql)}
    where statement.account_id = ${by.id} order by statement.id desc limit ${ownStatementsMax}`;
  return rows.map(statementOf);
}

/** Who hid a thing since it was last shown: none of them decides about the appeal. */
export async function listDeciders(sql: Sql, subjectUri: string): Promise<readonly string[]> {
  const rows = await sql<{ accountId: string }[]>`
    select distinct account_id from audit
    where subject_uri = ${subjectUri} and act = 'subject-hidden' and account_id is not null
      and at > coalesce((
        select max(at) from audit where subject_uri = ${subjectUri} and act = 'subject-reinstated'), '-infinity')`;
  return rows.map((row) => row.accountId);
}

export interface WaitingAppeal {
  readonly id: string;
  readonly words: string;
  readonly createdAt: Date;
  readonly rule: Statement["rule"];
  readonly reason: string;
  readonly decidedAt: Date;
  readonly subjectId: string;
  readonly subjectUri: string;
  readonly kind: SubjectKind;
  readonly title: string;
  readonly processUri: string | null;
  readonly processName: NameIn | null;
  readonly language: string | null;
  readonly isFromElsewhere: boolean;
  readonly accountId: string | null;
}

/** What of the queue someone may look at: all for the node's moderators and officials, else what is in their processes. */
function inQueueOf(sql: Sql, by: Account) {
  const [asModerator, asOfficial] = [scopeOf(by, "moderator"), scopeOf(by, "official")];
  if (asModerator === "node" || asOfficial === "node") return sql`true`;
  const processUris = [...asModerator, ...asOfficial];
  return sql`(subject.process_uri = any(${processUris}) and subject.kind <> 'process')`;
}

/**
 * Appeals nobody has decided, the oldest first, by key.
 * @throws Refused `not-allowed` for who is neither moderator nor official of anything.
 */
export async function listWaitingAppeals(sql: Sql, by: Account, request: PageRequest): Promise<Page<WaitingAppeal>> {
  refuseUnless(holdsSomewhere(by, "moderator") || holdsSomewhere(by, "official"), "not-allowed");
  const { after, before, sizeRows } = request;
  const id = String((after ?? before)?.[0] ?? "");
  refuseUnless(id === "" || isId(id), "not-found");
  const rows = await sql<WaitingAppeal[]>`
    select appeal.id, appeal.words, appeal.created_at, statement.rule, statement.reason, statement.decided_at,
      subject.id as subject_id, subject.uri as subject_uri, subject.kind, subject.title, subject.process_uri,
      ${processNameOf(sql, "subject.process_uri")} as process_name, subject.language, subject.origin is not null as is_from_elsewhere,
      statement.account_id
    from moderation_appeal appeal join moderation_statement statement on statement.id = appeal.statement_id
    join subject on subject.uri = statement.subject_uri
    where appeal.decided_at is null and statement.origin is null and subject.deleted_at is null and ${inQueueOf(sql, by)}
      ${id === "" ? sql`` : before ? sql`and appeal.id < ${id}` : sql`and appeal.id > ${id}`}
    order by ${before ? sql`appeal.id desc` : sql`appeal.id`} limit ${sizeRows + 1}`;
  return toPage(rows, request, (appeal) => [appeal.id]);
}

/**
 * How many appeals wait, and since when the oldest does: for the desk.
 * @param by whose queue; without, of the whole node.
 */
export async function countAppealsWaiting(
  sql: Sql,
  by?: Account,
): Promise<{ readonly count: number; readonly oldest: Date | null }> {
  const [row] = await sql<[{ count: number; oldest: Date | null }]>`
    select count(*)::int as count, min(appeal.created_at) as oldest
    from moderation_appeal appeal join moderation_statement statement on statement.id = appeal.statement_id
    join subject on subject.uri = statement.subject_uri
    where appeal.decided_at is null and statement.origin is null and subject.deleted_at is null
      and ${by === undefined ? sql`true` : inQueueOf(sql, by)}`;
  return row;
}

/** How many people could decide about an appeal at all. */
export async function countJudges(
  sql: Sql,
  subject: { readonly uri: string; readonly kind: SubjectKind; readonly processUri: string | null },
  accountId: string | null,
): Promise<number> {
  const deciders = await listDeciders(sql, subject.uri);
  const scope = moderationScope(subject);
  const [row] = await sql<[{ count: number }]>`
    select count(distinct account_id)::int as count from role_grant join account on account.id = role_grant.account_id
    where account.closed_at is null and role in ('moderator', 'official', 'administrator') and account_id <> all(${deciders as string[]}::uuid[])
      and account_id is distinct from ${accountId}
      and (process_uri is null or process_uri = '' or process_uri = ${scope})`;
  return row.count;
}

/** The addresses of the messages by which a statement and its appeal were told, and who told a statement to us. */
export async function findMessages(
  sql: Sql,
  statementId: string,
): Promise<{
  readonly statementNoteUri: string | null;
  readonly appealNoteUri: string | null;
  readonly senderId: string | null;
}> {
  const [row] = await sql<{ statementNoteUri: string | null; appealNoteUri: string | null; senderId: string | null }[]>`
    select statement.note_uri as statement_note_uri, appeal.note_uri as appeal_note_uri, statement.sender_id
    from moderation_statement statement left join moderation_appeal appeal on appeal.statement_id = statement.id
    where statement.id = ${statementId}`;
  return row ?? { statementNoteUri: null, appealNoteUri: null, senderId: null };
}
