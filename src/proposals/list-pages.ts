// The list of the proposals of a process, with its filters, the same as a feed, and a category of them by its address.
import { Hono } from "hono";
import { findMainOrganisation } from "../cities/queries.ts";
import { isFollowingOffered } from "../notices/following-queries.ts";
import type { FollowWords } from "../notices/views.ts";
import type { Renderable } from "../platform/html.ts";
import { isId } from "../platform/ids.ts";
import { type PageKey, type PageRequest, readPageRequest, toPage } from "../platform/pagination.ts";
import { refuseUnless } from "../platform/refusal.ts";
import type { House } from "../ports.ts";
import { type Category, categoryText, categoryUri } from "../processes/category.ts";
import { textOf } from "../processes/list-views.ts";
import { type Process, processPath } from "../processes/process.ts";
import { findCategoryAfter, listCategories } from "../processes/queries.ts";
import { shownProcess } from "../processes/viewer.ts";
import { atomFeed, atomType } from "../web/atom.ts";
import { answerCached } from "../web/cached.ts";
import type { PageContext, PageEnv } from "../web/context.ts";
import { authorLine, bodyOf, filterQuery, proposalListPage } from "./list-views.ts";
import { type Proposal, proposalStates } from "./proposal.ts";
import { listDrafts, listProposals, type ProposalFilter, type ProposalOrder, pageKeyOf } from "./queries.ts";
import { proposeStanding } from "./standing.ts";

const proposalsPerPage = 20;
const placesPerPage = 200;
const feedEntriesMax = 30;

/** How a proposal, or a category of them, is followed here. */
export type ShowFollow = (ctx: PageContext, uri: string, words?: FollowWords) => Promise<Renderable>;

export function listPages(house: House, showFollow: ShowFollow): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  listRoutes(pages, house, showFollow);
  feedRoutes(pages, house);
  return pages;
}

function listRoutes(pages: Hono<PageEnv>, { sql, clock }: House, showFollow: ShowFollow): void {
  pages.get("/processes/:segment/proposals", async (c) => {
    const ctx = c.get("page");
    const process = await shownProcess(c, sql, c.req.param("segment"));
    const { q: search = "", category = "", state = "", order: orderAsked, view: viewAsked } = c.req.query();
    const order = orderAsked === "most-supported" ? "most-supported" : "newest";
    const view = viewAsked === "places" ? "places" : "list";
    const moved = isId(category) ? await findCategoryAfter(sql, category) : category;
    if (moved !== category) return c.redirect(withCategory(c.req.url, moved), 303);
    const request = readPageRequest(
      new URL(c.req.url).searchParams,
      view === "places" ? placesPerPage : proposalsPerPage,
    );
    const filter = {
      processUri: process.uri,
      search: search.slice(0, 200),
      ...(isId(category) ? { categoryId: category } : {}),
      ...stateFilter(state),
      hasPlace: view === "places",
      order,
      ...pageOf(request, order),
      limit: request.sizeRows + 1,
    } satisfies ProposalFilter;
    const [rows, categories, territory, drafts] = await Promise.all([
      listProposals(sql, filter),
      categoriesOf(sql, process, category),
      view === "places" ? territoryOf(sql, process) : null,
      ctx.account === null || request.after !== null || request.before !== null
        ? []
        : listDrafts(sql, ctx.account.id, process.uri),
    ]);
    const proposals = toPage(rows, request, (proposal) => keyOf(proposal, order));
    const followed = process.publishedAt === null ? undefined : categories.find(({ id }) => id === category);
    const standing = proposeStanding(process, ctx.account, clock.now());
    const chosen = { search, category, state, order, view } as const;
    const [followUri, words] = followed === undefined ? [null] : followOf(ctx, process, followed);
    const isOffered = followUri !== null && (await isFollowingOffered(sql, ctx.account, followUri));
    const follow = isOffered ? await showFollow(ctx, followUri, words) : null;
    const shown = { process, proposals, drafts, categories, territory, standing, follow };
    return c.html(proposalListPage(ctx, { ...shown, ...chosen }));
  });

  /** The address by which a category is followed: the proposals in it. */
  pages.get("/processes/:segment/categories/:id", async (c) => {
    const process = await shownProcess(c, sql, c.req.param("segment"));
    const id = isId(c.req.param("id")) ? await findCategoryAfter(sql, c.req.param("id")) : "";
    const isKnown = process.origin === null && (await listCategories(sql, null, [id])).some((one) => one.id === id);
    refuseUnless(isKnown, "not-found");
    return c.redirect(`${processPath(process)}/proposals?category=${id}`, 303);
  });
}

/** The same list, of the category that the one asked for went into. */
function withCategory(url: string, id: string): string {
  const { pathname, searchParams } = new URL(url);
  searchParams.set("category", id);
  return `${pathname}?${searchParams}`;
}

const followOf = ({ t }: PageContext, process: Process, category: Category): [uri: string, words: FollowWords] => [
  categoryUri(process.uri, category.id),
  {
    title: t("notices.follow-category", { name: categoryText(t, category) }),
    text: t("notices.follow-category-text"),
  },
];

/** The newest of them, by the filters of the list where it has some. */
function feedRoutes(pages: Hono<PageEnv>, { sql, uris }: House): void {
  pages.get("/processes/:segment/proposals/feed.atom", async (c) => {
    const ctx = c.get("page");
    const process = await shownProcess(c, sql, c.req.param("segment"));
    refuseUnless(process.publishedAt !== null, "not-found");
    const { q = "", category = "", state = "" } = c.req.query();
    const proposals = await listProposals(sql, {
      processUri: process.uri,
      search: q.slice(0, 200),
      ...(isId(category) ? { categoryId: category } : {}),
      ...stateFilter(state),
      order: "newest",
      after: null,
      limit: feedEntriesMax,
    });
    const title = textOf(ctx.t, process, process.title).text;
    const query = filterQuery({ search: q, category, state });
    const feed = atomFeed({
      url: uris.at(`${processPath(process)}/proposals/feed.atom${query}`),
      pageUrl: uris.at(`${processPath(process)}/proposals${query}`),
      title: ctx.t("proposals.feed-title", { process: title }),
      lang: ctx.t.lang,
      updatedAt: proposals[0]?.updatedAt ?? process.publishedAt,
      entries: proposals.map((proposal) => ({
        uri: proposal.uri,
        url: proposal.url,
        title: proposal.title,
        lang: proposal.language,
        body: bodyOf(proposal).toString(),
        author: authorLine(ctx, proposal),
        publishedAt: proposal.publishedAt ?? process.publishedAt!,
        updatedAt: proposal.updatedAt ?? process.publishedAt!,
      })),
    });
    return answerCached(c, feed, atomType);
  });
}

const stateFilter = (text: string): Pick<ProposalFilter, "state"> => {
  const state = proposalStates.find((one) => one === text && one !== "draft");
  return state ? { state } : {};
};

/**
 * The taxonomy is the city's own: what another node calls its categories stands on its proposals.
 * @param also one that may be offered no more.
 */
export const categoriesOf = async (
  sql: House["sql"],
  process: Process,
  also: string | null,
): Promise<readonly Category[]> => (process.origin === null ? await listCategories(sql, process.uri, [also]) : []);

/** What maps of a process are drawn on: its pilot area, else the territory of this city; nothing for another node's. */
export async function territoryOf(sql: House["sql"], process: Process): Promise<unknown> {
  if (process.origin !== null) return null;
  return process.pilotGeojson ?? (await findMainOrganisation(sql))?.territoryGeojson ?? null;
}

const keyOf = (proposal: Proposal, order: ProposalOrder): PageKey => pageKeyOf(proposal, order).split(".");

/** @throws Refused `not-found` for a cursor that does not belong to this order. */
function pageOf({ after, before }: PageRequest, order: ProposalOrder): Pick<ProposalFilter, "after" | "before"> {
  const read = (key: PageKey | null): string | null => {
    if (key === null) return null;
    const id = key.at(-1);
    const count = order === "newest" ? 0 : Number(key[0]);
    const isWhole = key.length === (order === "newest" ? 1 : 2) && Number.isInteger(count) && Math.abs(count) < 2 ** 31;
    refuseUnless(isWhole && typeof id === "string" && isId(id), "not-found");
    return key.join(".");
  };
  return { after: read(after), before: read(before) };
}
