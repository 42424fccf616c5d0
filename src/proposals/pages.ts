// The pages of proposals that everyone reads, and what a reader gives them: supports and likes.
// Writing one is in writing-pages.ts, the official answer in answer-pages.ts.
import { type Context, Hono } from "hono";
import { type Account, holds } from "../accounts/account.ts";
import { requireViewer } from "../accounts/viewer.ts";
import { findMainOrganisation } from "../cities/queries.ts";
import { loadDiscussion } from "../comments/queries.ts";
import { commentThread } from "../comments/views.ts";
import { mayModerate } from "../moderation/report.ts";
import type { Renderable } from "../platform/html.ts";
import { isId } from "../platform/ids.ts";
import { type PageKey, type PageRequest, readPageRequest, toPage } from "../platform/pagination.ts";
import { Refused, refuseUnless } from "../platform/refusal.ts";
import type { House } from "../ports.ts";
import { textOf } from "../processes/list-views.ts";
import { type Process, permits, processPath } from "../processes/process.ts";
import { type Category, getProcess, listCategories } from "../processes/queries.ts";
import { shownProcess } from "../processes/viewer.ts";
import { findHead } from "../records/queries.ts";
import { countsPeople, listOpenMethods } from "../residences/queries.ts";
import { residenceNeeded } from "../residences/views.ts";
import { likeSubject, unlikeSubject } from "../subjects/like-actions.ts";
import { findSubjectById, isLikedBy } from "../subjects/queries.ts";
import { listTranslations } from "../translations/queries.ts";
import { type Read, readIn } from "../translations/translation.ts";
import { atomFeed, atomType } from "../web/atom.ts";
import { answerCached } from "../web/cached.ts";
import type { PageContext, PageEnv } from "../web/context.ts";
import { answerPages } from "./answer-pages.ts";
import { isCoauthor } from "./coauthor-queries.ts";
import { historyPage } from "./history-views.ts";
import { authorLine, bodyOf, categoryNameOf, proposalListPage } from "./list-views.ts";
import { type Answer, isEditable, mayBecome, type Proposal, proposalPath, proposalStates } from "./proposal.ts";
import {
  countSupportsGiven,
  findAnswer,
  findAnswerById,
  findProposalById,
  getProposal,
  isSupporting,
  listDrafts,
  listProposals,
  listVersions,
  type ProposalFilter,
  type ProposalOrder,
  pageKeyOf,
} from "./queries.ts";
import { proposeStanding, supportStanding } from "./standing.ts";
import { supportProposal, withdrawSupport } from "./support-actions.ts";
import { proposalPage } from "./views.ts";
import { writingPages } from "./writing-pages.ts";

const proposalsPerPage = 20;
const placesPerPage = 200;
const feedEntriesMax = 30;

/** What rooms above this one show about a proposal on its page: results and meetings that name it. */
export type Related = (ctx: PageContext, proposalUri: string) => Promise<Renderable>;

export function proposalPages(
  house: House,
  related: Related = async () => null,
  showFollow: Related = async () => null,
): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  pages.route("/", writingPages(house));
  pages.route("/", answerPages(house));
  listRoutes(pages, house);
  proposalRoutes(pages, house, related, showFollow);
  goodwillRoutes(pages, house);
  return pages;
}

function listRoutes(pages: Hono<PageEnv>, { sql, uris, clock }: House): void {
  pages.get("/processes/:segment/proposals", async (c) => {
    const ctx = c.get("page");
    const process = await shownProcess(c, sql, c.req.param("segment"));
    const { q: search = "", category = "", state = "", order: orderAsked, view: viewAsked } = c.req.query();
    const order = orderAsked === "most-supported" ? "most-supported" : "newest";
    const view = viewAsked === "places" ? "places" : "list";
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
      categoriesOf(sql, process),
      view === "places" ? territoryOf(sql, process) : null,
      ctx.account === null || request.after !== null || request.before !== null
        ? []
        : listDrafts(sql, ctx.account.id, process.uri),
    ]);
    const proposals = toPage(rows, request, (proposal) => keyOf(proposal, order));
    const standing = proposeStanding(process, ctx.account, clock.now());
    const chosen = { search, category, state, order, view } as const;
    return c.html(proposalListPage(ctx, { process, proposals, drafts, categories, territory, standing, ...chosen }));
  });

  pages.get("/processes/:segment/proposals/feed.atom", async (c) => {
    const ctx = c.get("page");
    const process = await shownProcess(c, sql, c.req.param("segment"));
    refuseUnless(process.publishedAt !== null, "not-found");
    const filter = { processUri: process.uri, order: "newest", after: null, limit: feedEntriesMax } as const;
    const proposals = await listProposals(sql, filter);
    const title = textOf(ctx.t, process, process.title).text;
    const feed = atomFeed({
      url: uris.at(`${processPath(process)}/proposals/feed.atom`),
      pageUrl: uris.at(`${processPath(process)}/proposals`),
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

/** The taxonomy is the city's own: what another node calls its categories stands on its proposals. */
const categoriesOf = async (sql: House["sql"], process: Process): Promise<readonly Category[]> =>
  process.origin === null ? await listCategories(sql, process.uri) : [];

/** What maps of a process are drawn on: its pilot area, else the territory of this city; nothing for another node's. */
async function territoryOf(sql: House["sql"], process: Process): Promise<unknown> {
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

/** Why support takes a resident, and how this reader becomes one. */
const neededOf = async (sql: House["sql"], ctx: PageContext, account: Account, proposal: Proposal) =>
  residenceNeeded(ctx, {
    why: ctx.t("proposals.support-unverified"),
    methods: await listOpenMethods(sql),
    account,
    back: proposalPath(proposal),
  });

/**
 * The proposal of a page's address, if this reader may see it: a draft is for those who write it; what is hidden is for
 * them and for moderators.
 * @throws Refused `not-found`, and `gone` for what was public and was deleted.
 */
async function shownProposal(c: Context<PageEnv>, sql: House["sql"]): Promise<Proposal> {
  const id = c.req.param("id") ?? "";
  refuseUnless(isId(id), "not-found");
  const proposal = await findProposalById(sql, id);
  if (proposal === null) {
    const subject = await findSubjectById(sql, id);
    throw new Refused(subject?.kind === "proposal" && subject.publishedAt !== null ? "gone" : "not-found");
  }
  // As everything else that stands in a hidden process.
  refuseUnless((await getProcess(sql, proposal.processUri)).hiddenAt === null, "not-found");
  const { account } = c.get("page");
  if (proposal.publishedAt !== null && proposal.hiddenAt === null) return proposal;
  const isWriter =
    account !== null && (proposal.accountId === account.id || (await isCoauthor(sql, proposal.uri, account.id)));
  if (proposal.publishedAt === null) refuseUnless(isWriter, "not-found");
  if (proposal.hiddenAt !== null) {
    refuseUnless(isWriter || holds(account, "moderator", proposal.processUri), "not-found");
  }
  return proposal;
}

/** In the language that was asked for, else the reader's, where it stands in it. */
async function readAnswer(c: Context<PageEnv>, sql: House["sql"], answer: Answer): Promise<Read<Answer>> {
  return readIn("answer", answer, await listTranslations(sql, answer.uri), c.req.query("lang"), c.get("page").t.lang);
}

function proposalRoutes(pages: Hono<PageEnv>, { sql, clock }: House, related: Related, showFollow: Related): void {
  pages.get("/proposals/:id", async (c) => {
    const ctx = c.get("page");
    const { account } = ctx;
    const proposal = await shownProposal(c, sql);
    const process = await getProcess(sql, proposal.processUri);
    const now = clock.now();
    const isPublic = proposal.publishedAt !== null && proposal.hiddenAt === null;
    const asked = { query: new URL(c.req.url).searchParams, reader: account, now };
    const [answer, categories, isSupported, given, isLiked, discussion, territory, became, follow, isPerPerson] = await Promise.all([
      findAnswer(sql, proposal.uri),
      categoriesOf(sql, process),
      account === null ? false : isSupporting(sql, proposal.uri, account.id),
      account === null ? 0 : countSupportsGiven(sql, process.uri, account.id),
      account === null ? false : isLikedBy(sql, proposal.uri, account),
      isPublic ? loadDiscussion(sql, proposal.uri, asked) : null,
      territoryOf(sql, process),
      related(ctx, proposal.uri),
      isPublic ? showFollow(ctx, proposal.uri) : null,
      proposal.origin === null && countsPeople(sql),
    ]);
    const isOwn = account !== null && proposal.accountId === account.id;
    const isWriter = isOwn || (account !== null && (await isCoauthor(sql, proposal.uri, account.id)));
    const support = supportStanding(proposal, process, account, { isSupporting: isSupported, given }, now);
    return c.html(
      proposalPage(ctx, {
        proposal,
        process,
        categoryName: categoryNameOf(ctx.t, proposal, categories),
        answer: answer && (await readAnswer(c, sql, answer)),
        support,
        isPerPerson,
        residenceNeeded:
          support.kind === "unverified" && account !== null ? await neededOf(sql, ctx, account, proposal) : null,
        isLiked,
        isOwn,
        isWriter,
        mayEdit: isWriter && isEditable(proposal, process.editWindowMinutes, now),
        mayWithdraw: isOwn && mayBecome(proposal.state, "withdrawn"),
        mayAnswer:
          isPublic &&
          proposal.origin === null &&
          holds(account, "official", process.uri) &&
          permits(process.phases, "answer", now) &&
          mayBecome(proposal.state, "accepted"),
        mayTranslate: isPublic && proposal.origin === null && holds(account, "official", process.uri),
        reportPath: isWriter || !isPublic ? null : `/reports/new?about=${encodeURIComponent(proposal.uri)}`,
        mayModerate: mayModerate(account, { kind: "proposal", processUri: process.uri }),
        territory,
        became,
        follow,
        record: await findHead(sql, proposal.uri),
        thread: discussion && commentThread(ctx, discussion),
      }),
    );
  });

  pages.get("/proposals/:id/history", async (c) => {
    const proposal = await shownProposal(c, sql);
    const [process, versions] = await Promise.all([
      getProcess(sql, proposal.processUri),
      listVersions(sql, proposal.uri),
    ]);
    return c.html(historyPage(c.get("page"), { proposal, process, versions }));
  });

  /** An answer stands on the page of its proposal. */
  pages.get("/answers/:id", async (c) => {
    const id = c.req.param("id");
    const answer = isId(id) ? await findAnswerById(sql, id) : null;
    refuseUnless(answer !== null, "not-found");
    return c.redirect(`${proposalPath(await getProposal(sql, answer.proposalUri))}#answer`, 303);
  });
}

function goodwillRoutes(pages: Hono<PageEnv>, { sql, uris, clock }: House): void {
  const routes = {
    support: (by, uri) => supportProposal(sql, by, uri, clock.now()),
    "support/withdrawal": (by, uri) => withdrawSupport(sql, by, uri, clock.now()),
    like: (by, uri) => likeSubject(sql, uris, by, uri, clock.now()),
    "like/withdrawal": (by, uri) => unlikeSubject(sql, by, uri, clock.now()),
  } satisfies Record<string, (by: ReturnType<typeof requireViewer>, uri: string) => Promise<void>>;
  for (const [noun, act] of Object.entries(routes)) {
    pages.post(`/proposals/:id/${noun}`, async (c) => {
      const by = requireViewer(c);
      const proposal = await shownProposal(c, sql);
      await act(by, proposal.uri);
      return c.redirect(proposalPath(proposal), 303);
    });
  }
}
