// The shell with only some rooms in it, and people who walk through it: for tests of one room's pages.
import type { Hono } from "hono";
import type { Account } from "../../src/accounts/account.ts";
import { accountPages } from "../../src/accounts/pages.ts";
import { loadViewer } from "../../src/accounts/queries.ts";
import { issueSignInLink } from "../../src/accounts/sign-in-actions.ts";
import type { Pool } from "../../src/platform/db.ts";
import { openMailbox } from "../../src/platform/mail.ts";
import type { House } from "../../src/ports.ts";
import type { PageEnv } from "../../src/web/context.ts";
import { openShell } from "../../src/web/shell.ts";
import type { City } from "./build.ts";
import { openVisitor, type Visitor } from "./visit.ts";

const secret = "a secret of these tests that is long enough";

export interface Room {
  readonly house: House;
  /** Someone who opens the first page; signed in where an account is given. */
  visitor(account?: Account | null, locale?: string): Promise<Visitor>;
  /** Sends a form without its page, with the cookies of someone who had it: what a browser does when it repeats one. */
  post(path: string, visitor: Visitor, values: Record<string, string>): Promise<Response>;
  /** Faults that pages answered with 500: a test that expects none checks that this stays empty. */
  readonly faults: unknown[];
}

/** @param rooms what stands in the shell, given the house: `(house) => [commentPages(house)]`. */
export function openRoom(
  city: City & { readonly sql: Pool },
  now: () => Date,
  rooms: (house: House) => readonly Hono<PageEnv>[],
): Room {
  const { sql, uris, organisation } = city;
  const clock = { now };
  const mailbox = openMailbox(now);
  const findRemote = () => Promise.reject(new Error("nothing is looked up here"));
  const house: House = { sql, uris, clock, mailer: mailbox, findRemote, uploadsDir: "" };
  const faults: unknown[] = [];
  const shell = openShell({
    cookies: { prefix: "koinon", isSecure: true, secret },
    origin: uris.origin,
    clock,
    postsPerMinute: 1_000,
    trustedProxyCount: 1,
    findCity: () => Promise.resolve(identity),
    findAccount: (token) => loadViewer(sql, token, now()),
    countUnread: () => Promise.resolve(0),
    rememberLanguage: () => Promise.resolve(),
    reportFault: (error) => void faults.push(error),
  });
  const identity = {
    name: organisation.name,
    tagline: "",
    handle: `@${organisation.handle}@${organisation.host}`,
    origin: uris.origin,
    logoUrl: null,
    accent: "#a04020",
    timeZone: "Europe/Madrid",
    lang: "en",
    reportChannelUrl: null,
    sourceUrl: "https://source.example",
    version: "0",
    isTrial: false,
  } as const;
  shell.route("/", accountPages(house, { secret, mailbox, forgetAuthor: [], trustedProxyCount: 1 }));
  shell.get("/start", (c) => c.html("<h1>Start</h1>"));
  for (const pages of rooms(house)) shell.route("/", pages);
  return {
    house,
    faults,
    async post(path, visitor, values) {
      const cookie = [...visitor.cookies].map((pair) => pair.join("=")).join("; ");
      const headers = { cookie, origin: uris.origin, "sec-fetch-site": "same-origin" };
      const body = new URLSearchParams(values);
      return await shell.fetch(new Request(uris.at(path), { method: "POST", headers, body }));
    },
    async visitor(account = null, locale = "en") {
      const visitor = openVisitor((request) => shell.fetch(request), uris.origin);
      if (account === null) return visitor;
      const link = { email: account.email, locale, returnTo: "/start", lifetimeMs: 60_000 };
      await visitor.open(await issueSignInLink(sql, uris, secret, link, now()));
      return await visitor.press("Sign in now");
    },
  };
}
