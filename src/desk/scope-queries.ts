// Which processes a person works on, for the filters of the desk.
import { type Account, type GrantableRole, scopeOf } from "../accounts/account.ts";
import { listProcessChoices, type ProcessChoice } from "../accounts/queries.ts";
import type { Sql } from "../platform/db.ts";

export async function listScopes(sql: Sql, by: Account, role: GrantableRole): Promise<ProcessChoice[]> {
  const scope = scopeOf(by, role);
  const all = await listProcessChoices(sql);
  return scope === "node" ? all : all.filter(({ uri }) => scope.includes(uri));
}
