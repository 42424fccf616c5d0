// Reads of organisations.
import type { Sql } from "../platform/db.ts";
import { isId } from "../platform/ids.ts";
import type { Organisation } from "./city.ts";

const columns = (sql: Sql) => sql`
  organisation.actor_id, actor.uri as actor_uri, actor.handle, actor.followers_count, organisation.kind,
  organisation.parent_id, organisation.name, organisation.tagline, organisation.description, organisation.languages,
  organisation.time_zone, organisation.accent, organisation.logo, organisation.website, organisation.territory_name,
  organisation.territory_ids, organisation.territory_geojson, organisation.report_channel_url, organisation.is_main`;

/** The organisation whose face the node wears; null before it was set up. */
export async function findMainOrganisation(sql: Sql): Promise<Organisation | null> {
  const [row] = await sql<Organisation[]>`
    select ${columns(sql)} from organisation join actor on actor.id = actor_id where is_main`;
  return row ?? null;
}

export async function findOrganisation(sql: Sql, handle: string): Promise<Organisation | null> {
  const [row] = await sql<Organisation[]>`
    select ${columns(sql)} from organisation join actor on actor.id = actor_id
    where actor.handle = ${handle} and actor.gone_at is null`;
  return row ?? null;
}

/** The main one first, then districts and associations in the order they were opened. */
export async function listOrganisations(sql: Sql): Promise<Organisation[]> {
  return await sql<Organisation[]>`
    select ${columns(sql)} from organisation join actor on actor.id = actor_id
    where actor.gone_at is null order by is_main desc, kind, actor.id`;
}

/** Official acts of the node, the latest first, by key: who did what to what. For administrators. */
export async function listActs(
  sql: Sql,
  before: string | null,
): Promise<{ id: string; act: string; subjectUri: string | null; by: string | null; at: Date }[]> {
  const key = before !== null && isId(before) ? before : null;
  return await sql<{ id: string; act: string; subjectUri: string | null; by: string | null; at: Date }[]>`
    select audit.id, audit.act, audit.subject_uri, account.name as by, audit.at
    from audit left join account on account.id = audit.account_id
    ${key === null ? sql`` : sql`where audit.id < ${key}`}
    order by audit.id desc limit 50`;
}
