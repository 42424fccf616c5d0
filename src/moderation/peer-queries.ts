// Reads about other servers, and the public log of what moderators decided.
import type { Actor, PeerPolicy } from "../actors/actor.ts";
import type { Sql } from "../platform/db.ts";
import { isId } from "../platform/ids.ts";
import { type Page, type PageRequest, toPage } from "../platform/pagination.ts";
import { refuseUnless } from "../platform/refusal.ts";
import type { NameIn } from "../platform/text.ts";
import { processNameOf } from "../subjects/queries.ts";
import type { SubjectKind } from "../subjects/subject.ts";

/** The key of the node's setting: first comments of unknown servers are held. */
export const firstCommentsSetting = "first-comments-held";

export async function areFirstCommentsHeld(sql: Sql): Promise<boolean> {
  const [row] = await sql<{ value: boolean }[]>`select value from node_setting where key = ${firstCommentsSetting}`;
  return row?.value === true;
}

/**
 * Part of a question: whether a comment by this actor is to wait because nobody here knows its server. Known is one that is
 * followed here, decided about, or of which a comment is shown.
 */
export const isFirstOfUnknown = (sql: Sql, author: Pick<Actor, "origin" | "uri">) => sql`(
  exists (select from node_setting where key = ${firstCommentsSetting} and value = 'true')
  and peer_policy(${new URL(author.uri).host}) is null
  and not exists (
    select from subject where origin = ${author.origin} and kind = 'comment' and hidden_at is null and deleted_at is null)
  and not exists (
    select from follow join actor on actor.id = follow.followed_id join actor us on us.id = follow.follower_id
    where actor.origin = ${author.origin} and us.origin is null and follow.state <> 'rejected'))`;

export const decisionsPerPage = 30;

export type LoggedAct =
  | "subject-hidden"
  | "subject-reinstated"
  | "server-decided"
  | "first-comments-decided"
  /** A copy of another server's thing: only whose it was is said. */
  | "copy-erased";

/** One decision as everyone may read it: what, why and when; never who decided, or who had reported. */
export interface Decision {
  readonly id: string;
  readonly act: LoggedAct;
  /** The kind of what was hidden or shown; null for a server. */
  readonly kind: SubjectKind | null;
  /** The server that was decided about. */
  readonly host: string | null;
  readonly policy: PeerPolicy | null;
  readonly areHeld: boolean | null;
  readonly reason: string;
  /** Where what was shown again can be read; null for what is hidden still, or gone. */
  readonly subject: {
    readonly id: string;
    readonly kind: SubjectKind;
    readonly origin: string | null;
    readonly url: string;
  } | null;
  /** Null where that process is not public. */
  readonly processName: NameIn | null;
  readonly at: Date;
}

interface DecisionRow extends Omit<Decision, "subject" | "host"> {
  readonly subjectUri: string | null;
  readonly subjectId: string | null;
  readonly origin: string | null;
  readonly url: string | null;
  readonly isShown: boolean | null;
}

const logged = (sql: Sql) =>
  sql`audit.act in ('subject-hidden', 'subject-reinstated', 'server-decided', 'first-comments-decided', 'copy-erased')`;

/** A page of the public log, the newest first, by key. */
export async function listDecisions(sql: Sql, request: PageRequest): Promise<Page<Decision>> {
  const { after, before, sizeRows } = request;
  const id = String((after ?? before)?.[0] ?? "");
  refuseUnless(id === "" || isId(id), "not-found");
  const rows = await sql<DecisionRow[]>`
    select audit.id, audit.act, audit.subject_uri, audit.at, coalesce(audit.detail ->> 'reason', '') as reason,
      audit.detail ->> 'policy' as policy, (audit.detail ->> 'areHeld')::boolean as are_held,
      subject.kind, subject.id as subject_id, subject.origin, subject.url, ${processNameOf(sql, "process.uri")} as process_name,
      subject.published_at is not null and subject.hidden_at is null and subject.deleted_at is null as is_shown
    from audit left join subject on subject.uri = audit.subject_uri
    left join subject process on process.uri = subject.process_uri
      and process.published_at is not null and process.hidden_at is null and process.deleted_at is null
    where ${logged(sql)}
      ${id === "" ? sql`` : before ? sql`and audit.id > ${id}` : sql`and audit.id < ${id}`}
    order by ${before ? sql`audit.id` : sql`audit.id desc`} limit ${sizeRows + 1}`;
  return toPage(rows.map(decisionOf), request, (decision) => [decision.id]);
}

function decisionOf({ subjectUri, subjectId, origin, url, isShown, ...row }: DecisionRow): Decision {
  const isServer = ["server-decided", "copy-erased"].includes(row.act) && subjectUri !== null;
  const host = isServer && URL.canParse(subjectUri) ? new URL(subjectUri).host : null;
  const subject =
    isShown === true && subjectId !== null && row.kind !== null && url !== null
      ? { id: subjectId, kind: row.kind, origin, url }
      : null;
  return { ...row, host, subject };
}

export interface ReasonCount {
  readonly reason: string;
  readonly count: number;
}

/** The reasons things were hidden for, the most frequent first. */
export async function countReasons(sql: Sql): Promise<readonly ReasonCount[]> {
  return await sql<ReasonCount[]>`
    select detail ->> 'reason' as reason, count(*)::int as count from audit
    where act = 'subject-hidden' and coalesce(detail ->> 'reason', '') <> ''
    group by 1 order by 2 desc, 1 limit 12`;
}
