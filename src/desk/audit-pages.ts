// `/desk/audit`: every official act, to read, to filter and to take along.
import type { Context, Hono } from "hono";
import { holdsSomewhere } from "../accounts/account.ts";
import { listOfficers } from "../accounts/team-queries.ts";
import { requireViewer } from "../accounts/viewer.ts";
import { isId } from "../platform/ids.ts";
import { readPageRequest } from "../platform/pagination.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { dayMs, fromLocal } from "../platform/time.ts";
import type { House } from "../ports.ts";
import type { PageContext, PageEnv } from "../web/context.ts";
import { csvHead, csvLine, ndjsonLine } from "./audit.ts";
import { type AuditFilter, listActs, namesOf, streamActs } from "./audit-queries.ts";
import { auditPage, exportedAct } from "./audit-views.ts";
import { listScopes } from "./scope-queries.ts";

const rowsPerPage = 50;

export function auditPages(pages: Hono<PageEnv>, { sql }: House): void {
  pages.get("/desk/audit", async (c) => {
    const by = requireAdministrator(c);
    const ctx = c.get("page");
    const query = new URL(c.req.url).searchParams;
    const filter = readFilter(ctx, query);
    const [acts, people, processes] = await Promise.all([
      listActs(sql, by, filter, readPageRequest(query, rowsPerPage)),
      listOfficers(sql),
      listScopes(sql, by, "administrator"),
    ]);
    c.header("cache-control", "no-store");
    return c.html(auditPage(ctx, { acts, people, processes, query, names: await namesOf(sql, acts.rows) }));
  });

  const formats = {
    csv: { type: "text/csv; charset=utf-8", head: csvHead, line: csvLine },
    ndjson: { type: "application/x-ndjson; charset=utf-8", head: "", line: ndjsonLine },
  } as const;
  for (const [ending, format] of Object.entries(formats)) {
    pages.get(`/desk/audit.${ending}`, (c) => {
      const by = requireAdministrator(c);
      const ctx = c.get("page");
      const filter = readFilter(ctx, new URL(c.req.url).searchParams);
      async function* lines(): AsyncGenerator<Uint8Array> {
        if (format.head !== "") yield Buffer.from(format.head);
        for await (const acts of streamActs(sql, by, filter)) {
          const names = await namesOf(sql, acts);
          yield Buffer.from(acts.map((act) => format.line(exportedAct(ctx, act, names))).join(""));
        }
      }
      return c.body(ReadableStream.from(lines()) as ReadableStream, 200, {
        "content-type": format.type,
        "content-disposition": `attachment; filename="audit.${ending}"`,
        "cache-control": "no-store",
      });
    });
  }
}

function requireAdministrator(c: Context<PageEnv>) {
  const by = requireViewer(c);
  refuseUnless(holdsSomewhere(by, "administrator"), "not-allowed");
  return by;
}

/** Days are the city's: `until` is the last one that belongs to it. */
function readFilter({ city }: PageContext, query: URLSearchParams): AuditFilter {
  const day = (name: string) => {
    const text = query.get(name) ?? "";
    return /^\d{4}-\d{2}-\d{2}$/.test(text) ? fromLocal(text, city.timeZone) : null;
  };
  const person = query.get("person");
  const until = day("until");
  return {
    accountId: person !== null && isId(person) ? person : null,
    processUri: query.get("process") || null,
    act: query.get("act") || null,
    from: day("from"),
    until: until === null ? null : new Date(+until + dayMs),
  };
}
