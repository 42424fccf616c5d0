// Which process a reader asks for, for the pages of every room that shows a part of one.
import type { Context } from "hono";
import { holds } from "../accounts/account.ts";
import type { Sql } from "../platform/db.ts";
import { refuseUnless } from "../platform/refusal.ts";
import type { PageEnv } from "../web/context.ts";
import type { Process } from "./process.ts";
import { findProcessByPath } from "./queries.ts";

/**
 * The process of a page's address, if this reader may see it: a draft is the desk's alone, what is hidden is no one's.
 * @throws Refused `not-found`.
 */
export async function shownProcess(c: Context<PageEnv>, sql: Sql, segment: string): Promise<Process> {
  const process = await findProcessByPath(sql, segment);
  refuseUnless(process !== null && process.hiddenAt === null, "not-found");
  const { account } = c.get("page");
  refuseUnless(process.publishedAt !== null || holds(account, "official", process.uri), "not-found");
  return process;
}
