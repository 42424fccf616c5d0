// The numbers of the public log: how much, how fast, why and at whose word. They name no one, and no thing.
import type { Sql } from "../platform/db.ts";
import { type Rule, rules, type Source, sources } from "./statement.ts";

export interface MonthInNumbers {
  /** The first day of the month, in UTC. */
  readonly month: Date;
  /** Reports of people and of other servers that came in. */
  readonly reports: number;
  /** Contributions that were kept for a moderator to look at first. */
  readonly held: number;
  readonly hidden: number;
  readonly reinstated: number;
  readonly appeals: number;
  /** Of the appeals made in that month, those decided in favour of the author. */
  readonly appealsWon: number;
  readonly servers: number;
  /** From a report or a holding to its decision, the median of those decided in that month, in hours; null for none. */
  readonly medianHours: number | null;
}

export const monthsShownMax = 12;

/** The last twelve months in which anything was reported or decided, the latest first. */
export async function countByMonth(sql: Sql): Promise<readonly MonthInNumbers[]> {
  return await sql<MonthInNumbers[]>`
    select month, sum(reports)::int as reports, sum(held)::int as held, sum(hidden)::int as hidden,
      sum(reinstated)::int as reinstated, sum(appeals)::int as appeals, sum(appeals_won)::int as appeals_won,
      sum(servers)::int as servers, max(median_hours)::float8 as median_hours
    from (
      select date_trunc('month', created_at, 'UTC') as month, count(*) filter (where category <> 'held') as reports,
        count(*) filter (where category = 'held') as held, 0 as hidden, 0 as reinstated, 0 as appeals, 0 as appeals_won,
        0 as servers, null::float8 as median_hours
      from report group by 1
      union all
      select date_trunc('month', decided_at, 'UTC'), 0, 0, 0, 0, 0, 0, 0,
        percentile_cont(0.5) within group (order by extract(epoch from decided_at - created_at) / 3600.0)
      from report where decided_at is not null group by 1
      union all
      select date_trunc('month', at, 'UTC'), 0, 0, count(*) filter (where act = 'subject-hidden'),
        count(*) filter (where act = 'subject-reinstated'), 0, 0, count(*) filter (where act = 'server-decided'), null
      from audit where act in ('subject-hidden', 'subject-reinstated', 'server-decided') group by 1
      union all
      select date_trunc('month', appeal.created_at, 'UTC'), 0, 0, 0, 0, count(*),
        count(*) filter (where outcome = 'reinstated'), 0, null
      from moderation_appeal appeal join moderation_statement statement on statement.id = statement_id
      where statement.origin is null group by 1) counted
    group by month order by month desc limit ${monthsShownMax}`;
}

/** How often something was hidden in the last twelve months, by the rule it rests on and by who asked. */
export async function countHidings(
  sql: Sql,
  now: Date,
): Promise<{ readonly byRule: readonly [Rule, number][]; readonly bySource: readonly [Source, number][] }> {
  const since = new Date(now);
  since.setUTCMonth(since.getUTCMonth() - monthsShownMax);
  const rows = await sql<{ rule: string | null; source: string | null; count: number }[]>`
    select detail ->> 'rule' as rule, detail ->> 'source' as source, count(*)::int as count
    from audit where act = 'subject-hidden' and at > ${since} group by 1, 2`;
  const total = (matches: (row: (typeof rows)[number]) => boolean) =>
    rows.filter(matches).reduce((sum, { count }) => sum + count, 0);
  // What was hidden before rules were asked for rests on another one, and on the moderators' own looking.
  const ruleOf = (rule: string | null): Rule => rules.find((one) => one === rule) ?? "other";
  const sourceOf = (source: string | null): Source => sources.find((one) => one === source) ?? "moderator";
  return {
    byRule: rules.map((rule) => [rule, total((row) => ruleOf(row.rule) === rule)]),
    bySource: sources.map((source) => [source, total((row) => sourceOf(row.source) === source)]),
  };
}
