// The shell with some rooms in it, on a test database: for tests of pages that need no whole instance.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Hono } from "hono";
import type { Account } from "../../src/accounts/account.ts";
import { getAccount } from "../../src/accounts/queries.ts";
import type { Language } from "../../src/platform/i18n.ts";
import type { House } from "../../src/ports.ts";
import type { CityIdentity, PageEnv } from "../../src/web/context.ts";
import { openShell } from "../../src/web/shell.ts";
import { uploadRoutes } from "../../src/web/uploads.ts";
import type { City } from "./build.ts";
import type { TestDatabase } from "./database.ts";
import { openVisitor, type Visitor } from "./visit.ts";

export interface Rooms extends AsyncDisposable {
  readonly house: House;
  readonly app: Hono<PageEnv>;
  /** What broke, in the order in which it broke. */
  readonly faults: unknown[];
  /** A reader of the pages, signed in where an account is given. */
  visitor(account?: Account | null): Promise<Visitor>;
  /** Sets the time of the house. */
  setNow(now: Date): void;
}

export async function openRooms(
  db: TestDatabase,
  city: City,
  rooms: readonly ((house: House) => Hono<PageEnv>)[],
  { now = new Date(), lang = "en" as Language, timeZone = "Europe/Madrid", isSecure = true } = {},
): Promise<Rooms> {
  const uploadsDir = await mkdtemp(join(tmpdir(), "koinon-uploads-"));
  const { origin } = city.uris;
  const faults: unknown[] = [];
  let time = now;
  const clock = { now: () => time };
  const house: House = {
    ...{ sql: db.sql, uris: city.uris, clock, uploadsDir },
    mailer: { send: () => Promise.reject(new Error("no mail here")) },
    findRemote: () => Promise.reject(new Error("nothing elsewhere here")),
    fetchPicture: () => Promise.reject(new Error("nothing elsewhere here")),
  };
  const identity: CityIdentity = {
    ...{ name: "Bilbao", tagline: "", handle: "@bilbao@bilbao.test", origin, logoUrl: null, accent: "#a04020" },
    ...{ timeZone, lang, reportChannelUrl: null, sourceUrl: "https://source.example", version: "0", isTrial: false },
  };
  const app = openShell({
    ...{ origin, clock, postsPerMinute: 10_000, trustedProxyCount: 0 },
    cookies: { prefix: "bilbao", isSecure, secret: "a secret of this test that is long enough" },
    findCity: () => Promise.resolve(identity),
    findAccount: (token) => getAccount(db.sql, token),
    countUnread: () => Promise.resolve(0),
    rememberLanguage: () => Promise.resolve(),
    reportFault: (error) => void faults.push(error),
  });
  app.route("/", uploadRoutes(uploadsDir) as unknown as Hono<PageEnv>);
  for (const room of rooms) app.route("/", room(house));
  // How a session comes about is the business of the tests of accounts.
  app.get("/signed-in-as/:id", (c) => {
    c.get("cookies").setSigned("session", c.req.param("id"), null);
    return c.html("<h1>In</h1>");
  });
  return {
    house,
    app,
    faults,
    async visitor(account = null) {
      const visitor = openVisitor((request) => app.fetch(request), origin);
      if (account) await visitor.open(`/signed-in-as/${account.id}`);
      return visitor;
    },
    setNow(moment) {
      time = moment;
    },
    [Symbol.asyncDispose]: () => rm(uploadsDir, { recursive: true }),
  };
}
