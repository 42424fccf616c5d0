// Nobody goes by the name of a city, an association or a process: what they write would stand there as theirs.
import type { Sql } from "../platform/db.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { readsAs } from "./likeness.ts";

interface OfficialName {
  readonly name: string;
  readonly isOrganisation: boolean;
}

/** In every language: of organisations and processes of this node, of copied ones, and of organisations that are known from elsewhere. */
async function listOfficialNames(sql: Sql): Promise<OfficialName[]> {
  return await sql<OfficialName[]>`
    select said.value as name, true as is_organisation from organisation, jsonb_each_text(organisation.name) said
    union select name, true from actor
      where name <> '' and gone_at is null
        and (kind in ('node', 'organisation', 'residents') or (kind = 'stranger' and type = 'Organization'))
    union select said.value, false from process, jsonb_each_text(process.title) said
    union select name, false from actor where name <> '' and kind = 'process'`;
}

export const isOfficialName = async (sql: Sql, name: string): Promise<boolean> =>
  (await listOfficialNames(sql)).some((known) => readsAs(name, known));

/** @param name as it is to be stored. @throws Refused `name-official` with its field. */
export async function refuseOfficialName(sql: Sql, name: string, field = "name"): Promise<void> {
  refuseUnless(!(await isOfficialName(sql, name)), "name-official", { field });
}
