// Reads of the desk around answers: what waits for one, and what colleagues have prepared. For those who may, and no one else.
import { type Account, scopeOf } from "../accounts/account.ts";
import type { Sql } from "../platform/db.ts";
import { isId } from "../platform/ids.ts";
import { type Page, type PageRequest, toPage } from "../platform/pagination.ts";
import { refuseUnless } from "../platform/refusal.ts";
import type { NameIn } from "../platform/text.ts";
import { processNameOf } from "../subjects/queries.ts";
import type { AnswerDraft, AnswerNote, AnswerWork } from "./answer-work.ts";
import type { ProposalState } from "./proposal.ts";

/** Waiting for an answer, being drafted, or planned for a time. A proposal stands in one of them. */
export const answerQueues = ["waiting", "drafts", "planned"] as const;
export type AnswerQueue = (typeof answerQueues)[number];

export interface QueueFilter {
  readonly queue: AnswerQueue;
  readonly processUri?: string | null;
  readonly categoryId?: string | null;
  /** Whose task: one's own, or nobody's. */
  readonly assigned?: "me" | "nobody" | null;
  readonly order: "oldest" | "newest";
}

export interface QueuedProposal {
  readonly uri: string;
  readonly id: string;
  readonly title: string;
  readonly language: string;
  readonly processUri: string;
  readonly processName: NameIn | null;
  readonly state: ProposalState;
  readonly supportCount: number;
  readonly publishedAt: Date;
  readonly assignedTo: string | null;
  readonly assignedName: string;
  readonly savedAt: Date | null;
  readonly publishAt: Date | null;
  readonly failure: string;
}

const joined = (sql: Sql) => sql`
  proposal join subject on subject.uri = proposal.uri
  left join subject process on process.uri = proposal.process_uri
  left join answer_assignment on answer_assignment.proposal_uri = proposal.uri
  left join account on account.id = answer_assignment.account_id
  left join answer_draft on answer_draft.proposal_uri = proposal.uri`;

const columns = (sql: Sql) => sql`
  proposal.uri, proposal.id, proposal.title, proposal.language, proposal.process_uri,
  ${processNameOf(sql, "proposal.process_uri")} as process_name, proposal.state, proposal.support_count, subject.published_at,
  answer_assignment.account_id as assigned_to, coalesce(account.name, '') as assigned_name, answer_draft.saved_at,
  answer_draft.publish_at, coalesce(answer_draft.failure, '') as failure`;

const inQueue = (sql: Sql, queue: AnswerQueue) =>
  queue === "waiting"
    ? sql`proposal.state in ('published', 'evaluating') and answer_draft.proposal_uri is null`
    : queue === "drafts"
      ? sql`answer_draft.proposal_uri is not null and answer_draft.publish_at is null and proposal.state <> 'withdrawn'`
      : sql`answer_draft.publish_at is not null`;

/** Officials see their processes; an evaluator of one sees there what is assigned to them. */
function visibleTo(sql: Sql, by: Account) {
  const official = scopeOf(by, "official");
  if (official === "node") return sql`true`;
  const evaluator = scopeOf(by, "evaluator");
  const own = evaluator === "node" ? sql`true` : sql`proposal.process_uri = any(${evaluator as string[]})`;
  return sql`(proposal.process_uri = any(${official as string[]}) or (answer_assignment.account_id = ${by.id} and ${own}))`;
}

const open = (sql: Sql) => sql`
  subject.origin is null and subject.published_at is not null and subject.hidden_at is null and subject.deleted_at is null
  and process.published_at is not null and process.hidden_at is null and process.deleted_at is null`;

/** A page of a queue by key, in the order of time: of publication, or for what is planned, of the time it is planned for. */
export async function listAnswerQueue(
  sql: Sql,
  by: Account,
  filter: QueueFilter,
  request: PageRequest,
): Promise<Page<QueuedProposal>> {
  const { after, before, sizeRows } = request;
  const [at, id] = (after ?? before ?? []) as [string?, string?];
  refuseUnless(id === undefined || (isId(id) && !Number.isNaN(Date.parse(String(at)))), "not-found");
  // Down the list is forward in time for the oldest first; a page before a key runs the other way.
  const isForward = (filter.order === "oldest") === (before === null);
  const time = filter.queue === "planned" ? sql`answer_draft.publish_at` : sql`subject.published_at`;
  const direction = isForward ? sql`asc` : sql`desc`;
  const beyond =
    id === undefined
      ? sql``
      : sql`and (${time}, proposal.id) ${isForward ? sql`>` : sql`<`} (${at!}::timestamptz, ${id}::uuid)`;
  const rows = await sql<QueuedProposal[]>`
    select ${columns(sql)} from ${joined(sql)}
    where ${open(sql)} and ${inQueue(sql, filter.queue)} and ${visibleTo(sql, by)}
      ${filter.processUri ? sql`and proposal.process_uri = ${filter.processUri}` : sql``}
      ${filter.categoryId ? sql`and proposal.category_id = ${filter.categoryId}` : sql``}
      ${filter.assigned === "me" ? sql`and answer_assignment.account_id = ${by.id}` : sql``}
      ${filter.assigned === "nobody" ? sql`and answer_assignment.proposal_uri is null` : sql``}
      ${beyond}
    order by ${time} ${direction}, proposal.id ${direction} limit ${sizeRows + 1}`;
  return toPage(rows, request, (row) => [
    ((filter.queue === "planned" ? row.publishAt : null) ?? row.publishedAt).toISOString(),
    row.id,
  ]);
}

export interface QueueDepth {
  readonly count: number;
  /** Since when the oldest waits; for what is planned, when the next one is published. */
  readonly oldest: Date | null;
}

/** How much waits in each queue, for one person; `mine` is what of the first is assigned to them. */
export async function countAnswerQueues(
  sql: Sql,
  by: Account,
): Promise<Readonly<Record<AnswerQueue | "mine", QueueDepth>>> {
  const counted = await Promise.all(
    ([...answerQueues, "mine"] as const).map(async (name) => {
      const queue = name === "mine" ? "waiting" : name;
      const oldest =
        queue === "waiting"
          ? sql`subject.published_at`
          : queue === "drafts"
            ? sql`answer_draft.saved_at`
            : sql`publish_at`;
      const [row] = await sql<QueueDepth[]>`
        select count(*)::int as count, min(${oldest}) as oldest from ${joined(sql)}
        where ${open(sql)} and ${inQueue(sql, queue)} and ${visibleTo(sql, by)}
          ${name === "mine" ? sql`and answer_assignment.account_id = ${by.id}` : sql``}`;
      return [name, row!] as const;
    }),
  );
  return Object.fromEntries(counted) as Record<AnswerQueue | "mine", QueueDepth>;
}

/** Proposals of a queue page by their ids, in the order of time; those the person may not see are left out. */
export async function listChosen(sql: Sql, by: Account, ids: readonly string[]): Promise<QueuedProposal[]> {
  return await sql<QueuedProposal[]>`
    select ${columns(sql)} from ${joined(sql)}
    where ${open(sql)} and ${visibleTo(sql, by)} and proposal.id = any(${ids.filter(isId)}::uuid[])
    order by proposal.id`;
}

/** What the desk has prepared for a proposal. Ask {@link mayPrepareAnswer} before it is shown. */
export async function findAnswerWork(sql: Sql, proposalUri: string): Promise<AnswerWork> {
  const [[assigned], [draft], notes] = await Promise.all([
    sql<{ assignedTo: string; assignedName: string; assignedAt: Date }[]>`
      select account_id as assigned_to, coalesce(account.name, '') as assigned_name, assigned_at
      from answer_assignment left join account on account.id = account_id where proposal_uri = ${proposalUri}`,
    sql<AnswerDraft[]>`
      select outcome, reasons, cost_amount, cost_currency, term, language, version, coalesce(saver.name, '') as saved_by_name,
        saved_at, publish_at, coalesce(planner.name, '') as planned_by_name, failure
      from answer_draft left join account saver on saver.id = saved_by left join account planner on planner.id = planned_by
      where proposal_uri = ${proposalUri}`,
    sql<AnswerNote[]>`
      select answer_note.id, account_id, coalesce(account.name, '') as by_name, body, answer_note.created_at
      from answer_note left join account on account.id = account_id
      where proposal_uri = ${proposalUri} order by answer_note.id limit 200`,
  ]);
  return { assignedTo: null, assignedName: "", assignedAt: null, ...assigned, draft: draft ?? null, notes };
}
