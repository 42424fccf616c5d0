// Pages while an official acts for a person at the desk: whose they are, what is out of bounds, the line that says so.
import type { MiddlewareHandler } from "hono";
import type { Account } from "../accounts/account.ts";
import { html, type Markup, nothing } from "../platform/html.ts";
import { Refused } from "../platform/refusal.ts";
import type { PageContext, PageEnv } from "./context.ts";
import { buttonForm } from "./fields.ts";
import { icon } from "./icons.ts";

export interface Assist {
  readonly id: string;
  readonly officerId: string;
  readonly officerName: string;
  /** Of the pages: it is the official who reads them. What the person is sent is in the person's own. */
  readonly officerLocale: string;
  /** The person who is there, for whom the official acts. */
  readonly account: Account;
  readonly endsAt: Date;
}

/** What the shell asks of whoever keeps such sessions. */
export interface AssistDoor {
  readonly endPath: string;
  /** @param tokens of the cookies `assist` and `session`; null when it is over. */
  find(tokens: { assist: string; officer: string }): Promise<Assist | null>;
  isClosed(path: string): boolean;
  isNoted(path: string): boolean;
  begin(assist: Assist, path: string): Promise<string>;
  finish(assist: Assist, actId: string): Promise<void>;
}

export const assistCookie = "assist";
const isReading = (method: string): boolean => ["GET", "HEAD", "OPTIONS"].includes(method);

/**
 * Keeps an official within bounds and notes each act before it is done. A form that was filled in for someone and comes too
 * late is not done in the official's own name instead.
 *
 * @throws Refused `assist-over`, `not-while-assisting`.
 */
export function guardAssists(door: AssistDoor): MiddlewareHandler<PageEnv> {
  return async (c, next) => {
    const { assist, isAssistOver } = c.get("page");
    const { path, method } = c.req;
    if (isAssistOver && !isReading(method) && path !== door.endPath) throw new Refused("assist-over");
    if (!assist) return await next();
    if (door.isClosed(path)) throw new Refused("not-while-assisting");
    if (isReading(method) || !door.isNoted(path)) return await next();
    const actId = await door.begin(assist, path);
    await next();
    if (c.res.status < 400) await door.finish(assist, actId);
  };
}

/** On top of every page: for whom, until when, and the way out. */
export function assistBanner(ctx: PageContext): Markup {
  const { t, assist } = ctx;
  if (!assist) return nothing;
  return html`<section class="assist-banner" aria-label="${t("assist.banner-label")}">
    <p>${icon("person")}<span>${t.rich("assist.banner", {
      name: html`<strong><bdi>${assist.account.name}</bdi></strong>`,
      time: html`<time datetime="${assist.endsAt.toISOString()}">${t.date(assist.endsAt, "time")}</time>`,
    })}</span></p>
    ${buttonForm(ctx, { action: "/desk/assist/end", label: t("assist.end"), kind: "secondary" })}
  </section>`;
}
