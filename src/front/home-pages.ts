// The front door: reads what is open, new and done here, and what the cities that are followed are doing.
import { Hono } from "hono";
import { findMainOrganisation } from "../cities/queries.ts";
import type { House } from "../ports.ts";
import { listCategories, listProcesses } from "../processes/queries.ts";
import { listLatestProposals } from "../proposals/queries.ts";
import { listLatestResults } from "../results/queries.ts";
import { inLanguage } from "../translations/queries.ts";
import type { PageEnv } from "../web/context.ts";
import { homePage } from "./home-views.ts";
import { countResults, listChanges } from "./queries.ts";

const shownMax = { open: 6, proposals: 4, elsewhere: 3, changes: 6, results: 3 } as const;

export function homePages({ sql, clock }: House): Hono<PageEnv> {
  return new Hono<PageEnv>().get("/", async (c) => {
    const now = clock.now();
    const of = (state: "open" | "upcoming", from: "here" | "elsewhere", limit: number) =>
      listProcesses(sql, { state, from, limit, now });
    const [organisation, open, upcoming, openElsewhere, elsewhere, ...rest] = await Promise.all([
      findMainOrganisation(sql),
      of("open", "here", shownMax.open),
      of("upcoming", "here", shownMax.open),
      of("open", "elsewhere", shownMax.elsewhere),
      listProcesses(sql, { from: "elsewhere", limit: shownMax.elsewhere, now }),
      listLatestProposals(sql, shownMax.proposals),
      listCategories(sql),
      listChanges(sql, shownMax.changes, c.get("page").t.lang),
      countResults(sql),
      listLatestResults(sql, shownMax.results),
    ]);
    const [proposals, categories, changes, resultCounts, results] = rest;
    const notOpen = elsewhere.filter(({ uri }) => !openElsewhere.some((process) => process.uri === uri));
    return c.html(
      homePage(c.get("page"), {
        organisation,
        here: [...open, ...upcoming].slice(0, shownMax.open),
        elsewhere: [...openElsewhere, ...notOpen].slice(0, shownMax.elsewhere),
        proposals,
        categories,
        changes,
        resultCounts,
        results: await inLanguage(sql, "result", c.get("page").t.lang, results),
      }),
    );
  });
}
