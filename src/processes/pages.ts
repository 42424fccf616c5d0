// The pages of processes that everyone reads. What the desk does with them is in desk-pages.ts.
import { Hono } from "hono";
import { holds } from "../accounts/account.ts";
import { getActorOfKind } from "../actors/queries.ts";
import type { FollowWords } from "../notices/views.ts";
import type { Markup, Renderable } from "../platform/html.ts";
import { isId } from "../platform/ids.ts";
import { type PageRequest, readPageRequest, toPage } from "../platform/pagination.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { tidyLine } from "../platform/text.ts";
import type { House } from "../ports.ts";
import { findHead } from "../records/queries.ts";
import { inLanguage, listTranslations } from "../translations/queries.ts";
import { readIn } from "../translations/translation.ts";
import { atomFeed, atomType } from "../web/atom.ts";
import { answerCached } from "../web/cached.ts";
import type { PageContext, PageEnv } from "../web/context.ts";
import { categoryPages } from "./category-pages.ts";
import { deskPages } from "./desk-pages.ts";
import { processListPage, textOf } from "./list-views.ts";
import { openingPages } from "./opening-pages.ts";
import { processPage } from "./page-views.ts";
import { processPath } from "./process.ts";
import { findNews, getProcess, listDocuments, listNews, listProcessCategories, listProcesses } from "./queries.ts";
import { stepPages } from "./step-pages.ts";
import { textPages } from "./text-pages.ts";
import { shownProcess } from "./viewer.ts";
import { bodyOf, newsListPage, newsPage } from "./views.ts";

const processesPerPage = 24;
const draftsShownMax = 50;
const newsPerPage = 20;
const newsOnPageMax = 3;
const feedEntriesMax = 30;

/** The thread of a thing: made by a room above, which this one cannot name. */
export type ShowThread = (ctx: PageContext, threadUri: string, query: URLSearchParams) => Promise<Markup>;

/** What rooms above this one show about a process on its page: where it came from, who made theirs from it. */
export type ShowRelated = (ctx: PageContext, processUri: string) => Promise<Renderable>;
/** How a process, or all that this node opens, is followed here. */
export type ShowFollow = (ctx: PageContext, uri: string, words?: FollowWords) => Promise<Renderable>;

export function processPages(
  house: House,
  showThread: ShowThread | null = null,
  showRelated: ShowRelated = async () => null,
  showFollow: ShowFollow = async () => null,
): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  // Before the pages of one process: `new` is no process.
  pages.route("/", openingPages(house));
  pages.route("/", deskPages(house));
  pages.route("/", stepPages(house));
  pages.route("/", textPages(house));
  pages.route("/", categoryPages(house));
  listRoutes(pages, house, showFollow);
  processRoutes(pages, house, showThread, showRelated, showFollow);
  newsRoutes(pages, house, showThread);
  return pages;
}

function listRoutes(pages: Hono<PageEnv>, { sql, clock }: House, showFollow: ShowFollow): void {
  pages.get("/processes", async (c) => {
    const ctx = c.get("page");
    const { q: words = "", state = "", from = "" } = c.req.query();
    const q = tidyLine(words);
    const request = readPageRequest(new URL(c.req.url).searchParams, processesPerPage);
    const mayOpen = holds(ctx.account, "official");
    const now = clock.now();
    const rows = await listProcesses(sql, {
      ...(q ? { search: q.slice(0, 200) } : {}),
      ...(isOneOf(state, ["open", "upcoming", "closed"]) ? { state } : {}),
      ...(isOneOf(from, ["here", "elsewhere"]) ? { from } : {}),
      before: idOf(request.after),
      newerThan: idOf(request.before),
      limit: request.sizeRows + 1,
      now,
    });
    const isFirst = request.after === null && request.before === null && !q && !state && !from;
    const drafts = mayOpen && isFirst ? await listProcesses(sql, { drafts: true, limit: draftsShownMax, now }) : [];
    const processes = toPage(rows, request, (process) => [process.id]);
    const said = { title: ctx.t("notices.follow-all"), text: ctx.t("notices.follow-all-text") };
    const follow = await showFollow(ctx, (await getActorOfKind(sql, "node")).uri, said);
    return c.html(processListPage(ctx, { processes, drafts, search: q, state, from, mayOpen, follow }));
  });
}

const isOneOf = <const Value extends string>(text: string, values: readonly Value[]): text is Value =>
  (values as readonly string[]).includes(text);

/** @throws Refused `not-found` for a cursor that holds no id. */
function idOf(key: PageRequest["after"]): string | null {
  if (key === null) return null;
  const [id] = key;
  refuseUnless(typeof id === "string" && isId(id), "not-found");
  return id;
}

function processRoutes(
  pages: Hono<PageEnv>,
  { sql, uris }: House,
  showThread: ShowThread | null,
  showRelated: ShowRelated,
  showFollow: ShowFollow,
): void {
  pages.get("/processes/:segment", async (c) => {
    const ctx = c.get("page");
    const process = await shownProcess(c, sql, c.req.param("segment"));
    const query = new URL(c.req.url).searchParams;
    const [categories, documents, news, thread, related, follow] = await Promise.all([
      listProcessCategories(sql, process.uri),
      listDocuments(sql, process.uri),
      listNews(sql, { processUri: process.uri, before: null, limit: newsOnPageMax }),
      process.publishedAt === null ? null : showThread?.(ctx, process.uri, query),
      showRelated(ctx, process.uri),
      process.publishedAt === null ? null : showFollow(ctx, process.uri),
    ]);
    const mayEdit = process.origin === null && holds(ctx.account, "official", process.uri);
    return c.html(
      processPage(ctx, {
        process,
        categories,
        documents,
        news: await inLanguage(sql, "news", ctx.t.lang, news),
        mayEdit,
        related,
        follow,
        record: await findHead(sql, process.uri),
        readIn: query.get("lang"),
        thread,
      }),
    );
  });

  pages.get("/processes/:segment/feed.atom", async (c) => {
    const { t } = c.get("page");
    const process = await shownProcess(c, sql, c.req.param("segment"));
    refuseUnless(process.publishedAt !== null, "not-found");
    const listed = await listNews(sql, { processUri: process.uri, before: null, limit: feedEntriesMax });
    const news = await inLanguage(sql, "news", t.lang, listed);
    const author = process.organisationName ?? c.get("page").city.name;
    const feed = atomFeed({
      url: uris.at(`${processPath(process)}/feed.atom`),
      pageUrl: uris.at(processPath(process)),
      title: textOf(t, process, process.title).text,
      lang: t.lang,
      updatedAt: news[0]?.updatedAt ?? process.publishedAt,
      entries: news.map((one) => ({
        ...one,
        lang: one.language,
        body: bodyOf(one.origin, one.body).toString(),
        author,
      })),
    });
    return answerCached(c, feed, atomType);
  });
}

function newsRoutes(pages: Hono<PageEnv>, { sql }: House, showThread: ShowThread | null): void {
  pages.get("/processes/:segment/news", async (c) => {
    const ctx = c.get("page");
    const process = await shownProcess(c, sql, c.req.param("segment"));
    const request = readPageRequest(new URL(c.req.url).searchParams, newsPerPage);
    const rows = await listNews(sql, {
      processUri: process.uri,
      before: idOf(request.after),
      newerThan: idOf(request.before),
      limit: request.sizeRows + 1,
    });
    const news = toPage(await inLanguage(sql, "news", ctx.t.lang, rows), request, (one) => [one.id]);
    const mayEdit = process.origin === null && holds(ctx.account, "official", process.uri);
    return c.html(newsListPage(ctx, { process, news, mayEdit }));
  });

  pages.get("/news/:id", async (c) => {
    const id = c.req.param("id");
    const news = isId(id) ? await findNews(sql, id) : null;
    refuseUnless(news !== null, "not-found");
    const process = await getProcess(sql, news.processUri);
    refuseUnless(process.hiddenAt === null, "not-found");
    const ctx = c.get("page");
    const thread = await showThread?.(ctx, news.uri, new URL(c.req.url).searchParams);
    const read = readIn("news", news, await listTranslations(sql, news.uri), c.req.query("lang"), ctx.t.lang);
    const mayEdit = news.origin === null && news.kind !== "digest" && holds(ctx.account, "official", process.uri);
    return c.html(newsPage(ctx, { process, news: read, mayEdit, thread }));
  });
}
