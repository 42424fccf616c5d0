// Nobody goes by the name of a city, an association or a process: what they write would stand there as theirs.
import type { Sql } from "../platform/db.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { readsAs } from "./likeness.ts";

interface OfficialName {
  readonly name: string;
  readonly isOwnOrganisation: boolean;
}

/** Each is compared, at some 8 µs, whenever someone takes a name. This node's own come first. */
export const officialNamesMax = 5000;

/**
 * In every language: of organisations and processes of this node, and of those elsewhere that it follows or keeps a copy of.
 * Whoever else calls itself an organisation counts for nothing, or any server could take names away from people here; nor does
 * a blocked one.
 */
export async function listOfficialNames(sql: Sql): Promise<OfficialName[]> {
  const notBlocked = sql`peer_policy(split_part(actor.origin, '/', 3)) is distinct from 'blocked'`;
  return await sql<OfficialName[]>`
    with ours as (
      select id, kind, name, gone_at from actor where kind in ('node', 'organisation', 'residents', 'process')),
    followed as (
      select actor.name, actor.process_uri
      from ours join follow on follow.follower_id = ours.id join actor on actor.id = follow.followed_id
      where follow.state = 'accepted' and actor.origin is not null and actor.gone_at is null
        and (actor.type = 'Organization' or actor.process_uri is not null) and ${notBlocked}),
    copied as (
      select process.title, actor.name from mirrored_process join process on process.uri = mirrored_process.process_uri
        left join actor on actor.id = process.organisation_id and actor.gone_at is null
      where peer_policy(split_part(mirrored_process.origin, '/', 3)) is distinct from 'blocked'),
    known (name, is_own_organisation, place) as (
      select said.value, true, 1 from organisation, jsonb_each_text(organisation.name) said
      union select name, true, 1 from ours where kind <> 'process' and gone_at is null
      union select name, false, 2 from ours where kind = 'process'
      union select said.value, false, 2
        from process join subject on subject.uri = process.uri, jsonb_each_text(process.title) said
        where subject.origin is null
      union select name, false, 3 from followed
      union select said.value, false, 3
        from followed join process on process.uri = followed.process_uri, jsonb_each_text(process.title) said
      union select actor.name, false, 3 from mirror join actor on actor.uri = mirror.scope_uri
        where mirror.kind = 'organisation' and actor.origin is not null and actor.gone_at is null and ${notBlocked}
      union select name, false, 3 from copied
      union select said.value, false, 3 from copied, jsonb_each_text(copied.title) said)
    select name, is_own_organisation from known where name <> '' order by place limit ${officialNamesMax}`;
}

export const isOfficialName = async (sql: Sql, name: string): Promise<boolean> =>
  (await listOfficialNames(sql)).some((known) => readsAs(name, known));

/** @param name as it is to be stored. @throws Refused `name-official` with its field. */
export async function refuseOfficialName(sql: Sql, name: string, field = "name"): Promise<void> {
  refuseUnless(!(await isOfficialName(sql, name)), "name-official", { field });
}
