// Which processes a person works on, for the filters of the desk.
import { type Account, type GrantableRole, holds, scopeOf } from "../accounts/account.ts";
import type { ProcessChoice } from "../accounts/queries.ts";
import type { Sql } from "../platform/db.ts";

const choicesMax = 500;

/**
 * The processes of this node in which a person holds a role, the newest first. Only those they may open: a draft is for its
 * officials, what is hidden for whoever may show it again.
 */
export async function listScopes(sql: Sql, by: Account, role: GrantableRole): Promise<ProcessChoice[]> {
  const within = (scope: ReturnType<typeof scopeOf>) =>
    scope === "node" ? sql`true` : sql`uri = any(${scope as string[]})`;
  return await sql<ProcessChoice[]>`
    select uri, title from subject
    where kind = 'process' and origin is null and deleted_at is null and ${within(scopeOf(by, role))}
      and (published_at is not null or ${within(scopeOf(by, "official"))})
      and (hidden_at is null or ${holds(by, "moderator")})
    order by id desc limit ${choicesMax}`;
}
