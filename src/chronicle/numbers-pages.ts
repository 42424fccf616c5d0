// Routes of the numbers of a process: a page, and the same as open data.
import { type Context, Hono } from "hono";
import { openKeeper } from "../platform/kept.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { pickText } from "../platform/text.ts";
import type { House } from "../ports.ts";
import type { Process } from "../processes/process.ts";
import { shownProcess } from "../processes/viewer.ts";
import { answerCached } from "../web/cached.ts";
import type { PageEnv } from "../web/context.ts";
import { type Counted, numbersCsv, periodsOf, spanOf, totalsOf } from "./numbers.ts";
import { countProcess } from "./numbers-queries.ts";
import { numbersPage } from "./numbers-views.ts";

/** More things than this are not read through again for everyone who asks. */
const dearFromCount = 5_000;

interface Kept {
  readonly counted: Counted;
  readonly countedAt: Date;
}

export function numbersPages({ sql, uris, clock }: House): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  const keeper = openKeeper<Kept>(({ counted }) => {
    const things = Object.values(totalsOf(counted)).reduce((sum, total) => sum + total, 0);
    return things >= dearFromCount;
  });
  const count = async (c: Context<PageEnv>): Promise<Kept & { process: Process }> => {
    const process = await shownProcess(c, sql, c.req.param("segment")!);
    refuseUnless(process.publishedAt !== null, "not-found");
    const { timeZone } = c.get("page").t;
    const kept = await keeper(process.uri, async () => {
      const countedAt = clock.now();
      return { counted: await countProcess(sql, process, timeZone), countedAt };
    });
    return { process, ...kept };
  };

  pages.get("/processes/:segment/numbers", async (c) => c.html(numbersPage(c.get("page"), await count(c))));

  pages.get("/processes/:segment/numbers.csv", async (c) => {
    const { process, counted, countedAt } = await count(c);
    const { timeZone } = c.get("page").t;
    const now = clock.now();
    const { periods } = periodsOf(counted.days, spanOf(process, now, timeZone));
    const nameOf = (category: Counted["categories"][number]) =>
      category.name === null ? category.said : pickText(category.name, ...process.languages).text;
    const address = process.origin === null ? uris.at(new URL(process.url).pathname) : process.url;
    return answerCached(
      c,
      numbersCsv(counted, periods, { process: address, countedAt, nameOf }),
      "text/csv; charset=utf-8",
    );
  });
  return pages;
}
