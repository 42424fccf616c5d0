// Who is asking, for the pages of every room: a person who is signed in, or one who may do something.
import type { Context } from "hono";
import { refuseUnless } from "../platform/refusal.ts";
import type { PageEnv } from "../web/context.ts";
import { forgetVisitor } from "../web/security.ts";
import { type Account, type GrantableRole, holds } from "./account.ts";
import { sessionLifetimeMs } from "./sign-in.ts";

/** The signed cookie that holds the token of a session, and nothing else. */
export const sessionCookie = "session";

/** Somebody signs in: nothing that anyone else began in this browser goes on. */
export function enterSession(c: Context<PageEnv>, token: string): void {
  const cookies = c.get("cookies");
  cookies.setSigned(sessionCookie, token, sessionLifetimeMs / 1000);
  forgetVisitor(cookies);
}

/** Holds the token of an invitation that was opened, through signing in and until it is answered. */
export const invitationCookie = "invitation";

/** Somebody signs out, and may leave the browser to another person. */
export function leaveSession(c: Context<PageEnv>): void {
  const cookies = c.get("cookies");
  cookies.remove(sessionCookie);
  if (cookies.read(invitationCookie) !== null) cookies.remove(invitationCookie);
  forgetVisitor(cookies);
}

/** @throws Refused `sign-in-first`: the shell leads to the sign-in form and back. */
export function requireViewer(c: Context<PageEnv>): Account {
  const { account } = c.get("page");
  refuseUnless(account !== null, "sign-in-first");
  return account;
}

/** For a page whose address is a key: it is not stored, and not told to the next page. */
export function keepPrivate(c: Context<PageEnv>): void {
  c.header("cache-control", "no-store");
  c.header("referrer-policy", "no-referrer");
}

/** @throws Refused `sign-in-first`, or `not-allowed` without the role for that process or for the whole node. */
export function requireRole(c: Context<PageEnv>, role: GrantableRole, processUri: string | null = null): Account {
  const account = requireViewer(c);
  refuseUnless(holds(account, role, processUri), "not-allowed");
  return account;
}
