// Reads of who works on a process. For those who work there too.
import type { Sql } from "../platform/db.ts";
import type { RoleGrant } from "./account.ts";

export interface TeamMember {
  readonly id: string;
  readonly name: string;
  readonly grants: readonly RoleGrant[];
}

const teamMax = 300;

/** Everyone with a role for a process or for the whole node, by name; `grants` holds those roles and no others. */
export async function listTeam(sql: Sql, processUri: string): Promise<TeamMember[]> {
  return await sql<TeamMember[]>`
    select account.id, account.name,
      json_agg(json_build_object('role', role, 'processUri', nullif(process_uri, '')) order by process_uri desc, role) as grants
    from role_grant join account on account.id = role_grant.account_id
    where process_uri in ('', ${processUri}) and account.closed_at is null
    group by account.id order by account.name, account.id limit ${teamMax}`;
}

/** Everyone who holds any role on this node and so may have acted, by name. */
export async function listOfficers(sql: Sql): Promise<{ id: string; name: string }[]> {
  return await sql<{ id: string; name: string }[]>`
    select distinct account.id, account.name from role_grant join account on account.id = role_grant.account_id
    where account.closed_at is null order by account.name, account.id limit ${teamMax}`;
}
