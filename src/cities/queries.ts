// Reads of organisations.
import type { Sql } from "../platform/db.ts";
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

/** Whose clocks the node's days are read from, IANA; UTC before it was set up. */
export const findTimeZone = async (sql: Sql): Promise<string> => (await findMainOrganisation(sql))?.timeZone ?? "UTC";

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
