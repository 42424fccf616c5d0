// The pages of results that everyone reads. What the desk does with them is in desk-pages.ts.
import { type Context, Hono } from "hono";
import { holds } from "../accounts/account.ts";
import { loadDiscussion } from "../comments/queries.ts";
import { commentThread } from "../comments/views.ts";
import { hasReasonInPlace, hiddenPage } from "../moderation/hidden-views.ts";
import { nothing, type Renderable } from "../platform/html.ts";
import { isId } from "../platform/ids.ts";
import { openKeeper } from "../platform/kept.ts";
import { type PageKey, readPageRequest, toPage } from "../platform/pagination.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { tidyLine } from "../platform/text.ts";
import type { House } from "../ports.ts";
import type { Process } from "../processes/process.ts";
import { getProcess, listCategories, listProcesses } from "../processes/queries.ts";
import { shownProcess } from "../processes/viewer.ts";
import { findHead } from "../records/queries.ts";
import { listLinked } from "../subjects/linked-queries.ts";
import { inLanguage, listTranslations, listTranslationsOf } from "../translations/queries.ts";
import { readIn } from "../translations/translation.ts";
import type { PageContext, PageEnv } from "../web/context.ts";
import { resultDeskPages } from "./desk-pages.ts";
import { categoryNameOf, resultListPage } from "./list-views.ts";
import type { StatusCount } from "./progress.ts";
import {
  countByStatus,
  countLinkedProposals,
  findMilestone,
  findResultById,
  getResult,
  listMilestones,
  listResultLinks,
  listResults,
} from "./queries.ts";
import { type ResultStatus, resultPath, resultStatuses } from "./result.ts";
import { resultPage } from "./views.ts";

const resultsPerPage = 24;
/** In the choice above the list of the whole node. */
const processesOfferedMax = 50;

/** What rooms above this one show about a result on its page: where it came from, who made theirs from it. */
export type ShowRelated = (ctx: PageContext, resultUri: string) => Promise<Renderable>;

export function resultPages(
  house: House,
  showRelated: ShowRelated = async () => null,
  showFollow: ShowRelated = async () => null,
): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  pages.route("/", resultDeskPages(house));
  listRoutes(pages, house);
  pageRoutes(pages, house, showRelated, showFollow);
  return pages;
}

const statusIn = (text: string): ResultStatus | undefined => resultStatuses.find((status) => status === text);

/** @throws Refused `not-found` for a cursor that holds no id. */
function idOf(key: PageKey | null): string | null {
  if (key === null) return null;
  const [id] = key;
  refuseUnless(typeof id === "string" && isId(id), "not-found");
  return id;
}

/** More results than this are not counted again for everyone who opens the list. */
const dearFromCount = 5_000;

function listRoutes(pages: Hono<PageEnv>, { sql, clock }: House): void {
  const keeper = openKeeper<readonly StatusCount[]>(
    (rows) => rows.reduce((sum, { count }) => sum + count, 0) >= dearFromCount,
  );
  const show = async (c: Context<PageEnv>, process: Process | null) => {
    const ctx = c.get("page");
    const { q: words = "", status = "", category = "", process: segment = "" } = c.req.query();
    const q = tidyLine(words);
    const request = readPageRequest(new URL(c.req.url).searchParams, resultsPerPage);
    const chosen = process === null && segment !== "" ? await shownProcess(c, sql, segment) : process;
    const known = statusIn(status);
    const rows = await listResults(sql, {
      processUri: chosen?.uri ?? null,
      ...(q ? { search: q.slice(0, 200) } : {}),
      ...(known ? { status: known } : {}),
      ...(isId(category) ? { categoryId: category } : {}),
      before: idOf(request.after),
      newerThan: idOf(request.before),
      limit: request.sizeRows + 1,
    });
    const results = toPage(await inLanguage(sql, "result", ctx.t.lang, rows), request, (result) => [result.id]);
    const isWhole = !q && !known && !category && !segment && request.after === null && request.before === null;
    const [categories, proposalCounts, processes, progress] = await Promise.all([
      listCategories(sql, chosen?.uri ?? null, [category]),
      countLinkedProposals(
        sql,
        results.rows.map(({ uri }) => uri),
      ),
      process === null ? listProcesses(sql, { limit: processesOfferedMax, now: clock.now() }) : [],
      isWhole ? keeper(process?.uri ?? "", () => countByStatus(sql, process?.uri ?? null)) : [],
    ]);
    const mayWrite =
      process !== null &&
      process.origin === null &&
      process.publishedAt !== null &&
      holds(ctx.account, "official", process.uri);
    return c.html(
      resultListPage(ctx, {
        process,
        results,
        proposalCounts,
        processes,
        categories,
        search: q,
        status: known ?? "",
        category,
        chosen: segment,
        mayWrite,
        progress,
      }),
    );
  };
  pages.get("/results", (c) => show(c, null));
  pages.get("/processes/:segment/results", async (c) => show(c, await shownProcess(c, sql, c.req.param("segment"))));
}

function pageRoutes(
  pages: Hono<PageEnv>,
  { sql, clock }: House,
  showRelated: ShowRelated,
  showFollow: ShowRelated,
): void {
  pages.get("/results/:id", async (c) => {
    const ctx = c.get("page");
    const id = c.req.param("id");
    const result = isId(id) ? await findResultById(sql, id) : null;
    refuseUnless(result !== null, "not-found");
    const mayEdit = result.origin === null && holds(ctx.account, "official", result.processUri);
    const process = await getProcess(sql, result.processUri);
    refuseUnless(process.hiddenAt === null, "not-found");
    if (hasReasonInPlace(result) && !mayEdit) {
      const crumbs = [{ href: "/results", label: ctx.t("results.title") }];
      return c.html(hiddenPage(ctx, { ...result, kind: "result", crumbs }));
    }
    refuseUnless(result.hiddenAt === null || mayEdit, "not-found");
    const [categories, links, milestones, discussion] = await Promise.all([
      listCategories(sql, null, [result.categoryId]),
      listResultLinks(sql, result.uri),
      listMilestones(sql, result.uri),
      result.hiddenAt === null
        ? loadDiscussion(sql, result.uri, {
            query: new URL(c.req.url).searchParams,
            reader: ctx.account,
            now: clock.now(),
          })
        : null,
    ]);
    const asked = [c.req.query("lang"), ctx.t.lang];
    const said = await listTranslationsOf(
      sql,
      milestones.map(({ uri }) => uri),
    );
    return c.html(
      resultPage(ctx, {
        result: readIn("result", result, await listTranslations(sql, result.uri), ...asked),
        process,
        categoryName: categoryNameOf(ctx.t, result, categories),
        milestones: milestones.map((step) => readIn("milestone", step, said.get(step.uri) ?? [], ...asked)),
        proposals: await listLinked(sql, links.proposals),
        meetings: await inLanguage(sql, "meeting", ctx.t.lang, await listLinked(sql, links.meetings)),
        mayEdit,
        related: await showRelated(ctx, result.uri),
        follow: result.hiddenAt === null ? await showFollow(ctx, result.uri) : null,
        record: await findHead(sql, result.uri),
        thread: discussion === null ? nothing : commentThread(ctx, discussion),
      }),
    );
  });

  // A milestone is read on the page of its result.
  pages.get("/milestones/:id", async (c) => {
    const id = c.req.param("id");
    const milestone = isId(id) ? await findMilestone(sql, id) : null;
    refuseUnless(milestone !== null, "not-found");
    const result = await getResult(sql, milestone.resultUri);
    return c.redirect(`${resultPath(result)}#milestone-${milestone.id}`, 303);
  });
}
