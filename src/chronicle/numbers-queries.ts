// What a process is counted by: what everyone may read now, day by day in the city's time zone. Nothing else is counted: no
// draft, nothing hidden, withheld or erased, and no comment below such a thing.
import type { Sql } from "../platform/db.ts";
import type { LanguageMap } from "../platform/text.ts";
import type { Process } from "../processes/process.ts";
import type { ProposalState } from "../proposals/proposal.ts";
import type { CategoryCount, Counted, DayCount, People } from "./numbers.ts";

const isShown = (sql: Sql, table: "subject" | "voice" | "thread" | "word") => {
  const of = sql(table);
  return sql`${of}.published_at is not null and ${of}.hidden_at is null and ${of}.deleted_at is null`;
};

/** The public proposals of a process, to be counted from. */
const shownProposals = (sql: Sql, processUri: string) => sql`
  subject join proposal on proposal.uri = subject.uri
  where subject.process_uri = ${processUri} and subject.kind = 'proposal' and proposal.state <> 'draft' and ${isShown(sql, "subject")}`;

const shownVoices = (sql: Sql, processUri: string) => sql`
  subject voice join subject thread on thread.uri = voice.thread_uri
  where voice.process_uri = ${processUri} and voice.kind = 'comment' and ${isShown(sql, "voice")} and ${isShown(sql, "thread")}`;

type Counting = Pick<Process, "uri" | "origin">;

/** Reads through everything a process has: to be kept for a while where that is much. */
export async function countProcess(sql: Sql, process: Counting, timeZone: string): Promise<Counted> {
  const [proposals, voices, supports, answers, people] = await Promise.all([
    countProposals(sql, process.uri, timeZone),
    countVoices(sql, process, timeZone),
    process.origin === null ? countSupports(sql, process.uri, timeZone) : [],
    countAnswers(sql, process.uri),
    process.origin === null ? countPeople(sql, process.uri) : null,
  ]);
  const days = new Map<string, DayCount>();
  const add = (day: string, counts: Partial<DayCount>) => {
    const before = days.get(day) ?? { day, proposals: 0, supports: 0, commentsHere: 0, commentsElsewhere: 0 };
    days.set(day, { ...before, ...counts });
  };
  for (const { day, count } of proposals.byDay) add(day, { proposals: count });
  for (const { day, isHere, count } of voices)
    add(day, isHere ? { commentsHere: count } : { commentsElsewhere: count });
  for (const { day, count } of supports) add(day, { supports: count });
  return {
    days: [...days.values()].sort((a, b) => (a.day < b.day ? -1 : 1)),
    states: proposals.states,
    categories: proposals.categories,
    supportTotal: proposals.supportTotal,
    areSupportsDated: process.origin === null,
    answers,
    people,
  };
}

interface GroupRow {
  readonly day: string | null;
  readonly state: ProposalState | null;
  readonly categoryId: string | null;
  readonly name: LanguageMap | null;
  readonly categoryName: string | null;
  /** Which of the groupings it is a row of: a bit is set for what is left out. */
  readonly leftOut: number;
  readonly count: number;
  readonly supports: number;
}

async function countProposals(sql: Sql, processUri: string, timeZone: string) {
  const rows = await sql<GroupRow[]>`
    select counted.*, category.name from (
      select day::text, state, category_id, category_name, grouping(day, state, category_id) as left_out, count(*)::int as count,
        sum(support_count)::int as supports
      from (
        select (subject.published_at at time zone ${timeZone})::date as day, proposal.state, proposal.category_id,
          proposal.category_name, proposal.support_count
        from ${shownProposals(sql, processUri)}) shown
      group by grouping sets ((day), (state), (category_id, category_name))) counted
    left join category on category.id = counted.category_id`;
  const [byDay, byState, byCategory] = [0b011, 0b101, 0b110].map((out) =>
    rows.filter(({ leftOut }) => leftOut === out),
  );
  return {
    byDay: byDay!.map(({ day, count }) => ({ day: day!, count })),
    states: byState!.map(({ state, count }) => ({ state: state!, count })),
    supportTotal: byState!.reduce((sum, { supports }) => sum + supports, 0),
    categories: byCategory!.map(
      ({ categoryId, name, categoryName, count }): CategoryCount => ({
        id: categoryId,
        name,
        said: categoryName ?? "",
        count,
      }),
    ),
  };
}

const countVoices = async (sql: Sql, { uri, origin }: Counting, timeZone: string) =>
  await sql<{ day: string; isHere: boolean; count: number }[]>`
    select day::text, is_here, count(*)::int as count
    from (
      select (voice.published_at at time zone ${timeZone})::date as day, voice.origin is not distinct from ${origin} as is_here
      from ${shownVoices(sql, uri)}) said
    group by day, is_here`;

const countSupports = async (sql: Sql, processUri: string, timeZone: string) =>
  await sql<{ day: string; count: number }[]>`
    select day::text, count(*)::int as count
    from (
      select (support.created_at at time zone ${timeZone})::date as day
      from support where support.process_uri = ${processUri}
        and support.proposal_uri in (select proposal.uri from ${shownProposals(sql, processUri)})) given
    group by day`;

async function countAnswers(sql: Sql, processUri: string): Promise<Counted["answers"]> {
  const [row] = await sql<{ count: number; medianHours: number | null }[]>`
    select count(*)::int as count, (percentile_cont(0.5) within group (
      order by greatest(0, extract(epoch from word.published_at - subject.published_at))) / 3600)::float8 as median_hours
    from answer join subject word on word.uri = answer.uri join subject on subject.uri = answer.proposal_uri
    where word.process_uri = ${processUri} and word.kind = 'answer' and ${isShown(sql, "word")} and ${isShown(sql, "subject")}`;
  return row!;
}

/** People of this node, each once, and accounts of other servers. Counts alone leave the database. */
async function countPeople(sql: Sql, processUri: string): Promise<People> {
  const [row] = await sql<People[]>`
    with shown as materialized (
      select proposal.uri, proposal.account_id from ${shownProposals(sql, processUri)}),
    acts as (
      select account_id, true as proposed, false as supported, false as commented from shown
      union all
      select proposal_coauthor.account_id, true, false, false from proposal_coauthor join shown on shown.uri = proposal_uri
      union all
      select support.account_id, false, true, false from support join shown on shown.uri = proposal_uri
        where support.process_uri = ${processUri}
      union all
      select comment.account_id, false, false, true
      from comment join (select voice.uri from ${shownVoices(sql, processUri)} and voice.origin is null) said on said.uri = comment.uri),
    person as (
      select bool_or(proposed) as proposed, bool_or(supported) as supported, bool_or(commented) as commented
      from acts where account_id is not null group by account_id)
    select count(*)::int as here, count(*) filter (where proposed)::int as proposed,
      count(*) filter (where supported)::int as supported, count(*) filter (where commented)::int as commented,
      (select count(distinct voice.author_id)::int from ${shownVoices(sql, processUri)} and voice.origin is not null) as elsewhere
    from person`;
  return row!;
}
