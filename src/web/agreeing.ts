// Before somebody takes part: where the city asks people to agree to its terms again, what they did waits until they have.
import type { MiddlewareHandler } from "hono";
import type { Account } from "../accounts/account.ts";
import type { Markup } from "../platform/html.ts";
import type { PageContext, PageEnv } from "./context.ts";
import { type FormValues, readForm } from "./forms.ts";

/** What was posted and not done yet: it is sent again with the agreement. */
export interface HeldAct {
  readonly action: string;
  readonly values: FormValues;
}

/** What the shell asks of whoever keeps the terms. */
export interface TermsDoor {
  isTakingPart(path: string): boolean;
  /** Whether the form at that path writes what nobody else sees yet. */
  isDrafting(path: string): Promise<boolean>;
  /** @param wish the button that was pressed. */
  isDraftWish(wish: unknown): boolean;
  isDue(account: Account): Promise<boolean>;
  /** @returns false where other terms hold by now than those that were read. */
  agree(account: Account, digest: string): Promise<boolean>;
  ask(ctx: PageContext, account: Account, act: HeldAct): Promise<Markup>;
}

/** Scripts save drafts by themselves; nobody is there to be asked. */
const isByScript = (accept: string | undefined): boolean => (accept ?? "").startsWith("application/json");

/** Nothing typed is lost: the page that asks carries it on, and agreeing does what was to be done. Reading needs no agreement. */
export function guardTerms(door: TermsDoor): MiddlewareHandler<PageEnv> {
  return async (c, next) => {
    const ctx = c.get("page");
    const { account } = ctx;
    if (c.req.method !== "POST" || account === null || !door.isTakingPart(c.req.path)) return await next();
    if (!(await door.isDue(account))) return await next();
    const isDrafting = await door.isDrafting(c.req.path);
    if (isDrafting && isByScript(c.req.header("accept"))) return await next();
    const { agreedTerms, ...values } = await readForm(c);
    if (isDrafting && door.isDraftWish(values.do)) return await next();
    if (typeof agreedTerms === "string" && (await door.agree(account, agreedTerms))) return await next();
    const { pathname, search } = new URL(c.req.url);
    return c.html(await door.ask(ctx, account, { action: `${pathname}${search}`, values }), 409);
  };
}
