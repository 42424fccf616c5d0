// What a new node has to decide before people come, and what of it is decided: told by what the database holds, not by who says so.
import type { Sql } from "../platform/db.ts";

export const firstSteps = ["contact", "languages", "residence", "look", "terms", "privacy", "process"] as const;
export type FirstStep = (typeof firstSteps)[number];

/** Under this key stands that an administrator has put the list away. */
export const awayKey = "first-steps-away";

/** What is decided; null where the list is over: all of it is, or somebody has put it away. */
export async function findFirstSteps(sql: Sql): Promise<Readonly<Record<FirstStep, boolean>> | null> {
  const [row] = await sql<(Record<FirstStep, boolean> & { isAway: boolean })[]>`
    with setting as materialized (select key, value from node_setting)
    select
      exists (select from setting where key = ${awayKey}) as is_away,
      exists (select from setting where key = 'contact' and value ->> 'responsible' <> '') as contact,
      exists (select from setting where key = 'earlier languages')
        or exists (select from organisation where is_main and time_zone not in ('UTC', 'Etc/UTC')) as languages,
      exists (select from audit where act = 'ResidenceMethodSet') as residence,
      exists (select from setting where key = 'earlier colours')
        or exists (select from organisation where is_main and logo is not null) as look,
      exists (select from setting where key = 'text-terms' and value -> 'texts' <> '{}') as terms,
      exists (select from setting where key = 'text-privacy' and value -> 'texts' <> '{}') as privacy,
      exists (select from subject where kind = 'process' and origin is null and published_at is not null) as process`;
  const { isAway, ...steps } = row!;
  return isAway || firstSteps.every((step) => steps[step]) ? null : steps;
}
