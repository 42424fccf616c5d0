// `/account/data`: what is kept of a person, theirs to take away.
import { Hono } from "hono";
import type { Account } from "../accounts/account.ts";
import { requireViewer } from "../accounts/viewer.ts";
import { findActorById } from "../actors/queries.ts";
import { type Sql, withTransaction } from "../platform/db.ts";
import type { Markup } from "../platform/html.ts";
import type { House } from "../ports.ts";
import type { PageContext, PageEnv } from "../web/context.ts";
import { openArchive } from "./own-data-archive.ts";
import { countLeftBehind, findPublicTraces, readOwnData } from "./own-data-queries.ts";
import { closingInNumbers, ownDataPage } from "./own-data-views.ts";

/** For the page on which an account is closed. */
export const showLeftBehind =
  ({ sql }: { readonly sql: Sql }) =>
  async (ctx: PageContext, account: Account): Promise<Markup> =>
    closingInNumbers(ctx, await countLeftBehind(sql, account.id));

export function ownDataPages({ sql, uris, clock, uploadsDir }: House): Hono<PageEnv> {
  const routes = new Hono<PageEnv>();

  routes.get("/account/data", async (c) => {
    const account = requireViewer(c);
    c.header("cache-control", "no-store");
    const [voice, traces, left] = await Promise.all([
      account.actorId === null ? null : findActorById(sql, account.actorId),
      findPublicTraces(sql, account),
      countLeftBehind(sql, account.id),
    ]);
    const day = clock.now().toISOString().slice(0, 10);
    const fileName = `${uris.host.replace(/[^a-z0-9.-]/g, "-")}-${day}.zip`;
    return c.html(ownDataPage(c.get("page"), { account, voice, host: uris.host, traces, left, fileName }));
  });

  routes.get("/account/data/:file{.+\\.zip}", async (c) => {
    const account = requireViewer(c);
    const { t, city } = c.get("page");
    const data = await withTransaction(
      sql,
      (tx) => readOwnData(tx, account.id),
      "isolation level repeatable read read only",
    );
    const archive = openArchive(t, { data, cityName: city.name, host: uris.host, uploadsDir, at: clock.now() });
    return c.body(archive, 200, {
      "content-type": "application/zip",
      "content-disposition": `attachment; filename="${c.req.param("file").replace(/[^a-z0-9.-]/gi, "-")}"`,
      "cache-control": "no-store",
    });
  });
  return routes;
}
