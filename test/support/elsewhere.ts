// A person who signs in at another server: off by the page that goes on by itself, and by a link in an e-mail for comparison.
import { issueSignInLink } from "../../src/accounts/sign-in-actions.ts";
import type { Config } from "../../src/config.ts";
import type { Instance } from "../../src/instance.ts";
import { openVisitor, type Visitor } from "./visit.ts";

/** Where the open page sends the browser on to by itself; empty where it does not. */
export const sentTo = (visitor: Visitor): string =>
  /^1;url=(.*)$/.exec(visitor.headers.get("refresh") ?? "")?.[1] ?? "";

/** Types a fediverse address into the form of a page, and says where to it goes on. */
export async function setOffFor(visitor: Visitor, typed: string, from: string): Promise<string> {
  await visitor.open(from);
  visitor.fill("Your fediverse address", typed);
  await visitor.press("Continue at my server");
  return sentTo(visitor);
}

/** Someone signed in by a link in an e-mail, at their ways to sign in; the first time, it opens an account. */
export async function signInByLink(
  { instance, config }: { readonly instance: Instance; readonly config: Config },
  email: string,
  now: Date,
): Promise<Visitor> {
  const link = { email, locale: "en", returnTo: "/account/sign-in", lifetimeMs: 3_600_000 };
  const visitor = openVisitor((request) => instance.fetch(request), config.origin);
  const address = await issueSignInLink(instance.sql, instance.uris, config.secret, link, now);
  await visitor.open(new URL(address).pathname);
  if (!visitor.hasButton("Open my account")) return await visitor.press("Sign in now");
  return await visitor.fill("Name shown to others", "Ona").press("Open my account");
}
