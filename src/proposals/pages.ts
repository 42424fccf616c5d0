// The page of a proposal that everyone reads, and what a reader gives it: supports and likes.
// Their lists are in list-pages.ts, writing one in writing-pages.ts, the official answer in answer-pages.ts.
import { type Context, Hono } from "hono";
import * as z from "zod";
import { type Account, holds } from "../accounts/account.ts";
import { requireViewer } from "../accounts/viewer.ts";
import { loadDiscussion } from "../comments/queries.ts";
import { commentThread } from "../comments/views.ts";
import { hasReasonInPlace, hiddenPage } from "../moderation/hidden-views.ts";
import { mayModerate } from "../moderation/report.ts";
import { findFollowable } from "../notices/following-queries.ts";
import { pathOf } from "../notices/views.ts";
import type { Markup, Renderable } from "../platform/html.ts";
import { isId } from "../platform/ids.ts";
import { Refused, refuseUnless } from "../platform/refusal.ts";
import type { House } from "../ports.ts";
import { permits, processPath } from "../processes/process.ts";
import { getProcess } from "../processes/queries.ts";
import { processCrumbs } from "../processes/views.ts";
import { findHead } from "../records/queries.ts";
import { countsPeople, listOpenMethods } from "../residences/queries.ts";
import { residenceNeeded } from "../residences/views.ts";
import { likeSubject, unlikeSubject } from "../subjects/like-actions.ts";
import { findSubjectById, isLikedBy } from "../subjects/queries.ts";
import { listTranslations } from "../translations/queries.ts";
import { type Read, readIn } from "../translations/translation.ts";
import type { PageContext, PageEnv } from "../web/context.ts";
import { readForm } from "../web/forms.ts";
import { answerPages } from "./answer-pages.ts";
import { isCoauthor } from "./coauthor-queries.ts";
import { historyPage } from "./history-views.ts";
import { categoriesOf, listPages, type ShowFollow, territoryOf } from "./list-pages.ts";
import { categoryNameOf } from "./list-views.ts";
import { type Answer, isEditable, mayBecome, type Proposal, proposalPath } from "./proposal.ts";
import {
  countSupportsGiven,
  findAnswer,
  findAnswerById,
  findProposalById,
  getProposal,
  isSupporting,
  listSupported,
  listVersions,
} from "./queries.ts";
import { supportStanding } from "./standing.ts";
import { supportProposal, withdrawSupport } from "./support-actions.ts";
import { supportedPage, supportsPath } from "./supported-views.ts";
import { proposalPage } from "./views.ts";
import { writingPages } from "./writing-pages.ts";

/** What rooms above this one show about a proposal on its page: results and meetings that name it. */
export type Related = (ctx: PageContext, proposalUri: string) => Promise<Renderable>;

export function proposalPages(
  house: House,
  related: Related = async () => null,
  showFollow: ShowFollow = async () => null,
): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  pages.route("/", writingPages(house));
  pages.route("/", answerPages(house));
  pages.route("/", listPages(house, showFollow));
  proposalRoutes(pages, house, related, showFollow);
  goodwillRoutes(pages, house);
  return pages;
}

/** Why support takes a resident, and how this reader becomes one. */
const neededOf = async (sql: House["sql"], ctx: PageContext, account: Account, proposal: Proposal) =>
  residenceNeeded(ctx, {
    why: ctx.t("proposals.support-unverified"),
    methods: await listOpenMethods(sql),
    account,
    back: proposalPath(proposal),
  });

/** The reason in its place, where this reader is neither who wrote it nor who decides about it; null for all else. */
async function inItsPlace(c: Context<PageEnv>, sql: House["sql"]): Promise<Markup | null> {
  const id = c.req.param("id") ?? "";
  const ctx = c.get("page");
  const proposal = isId(id) ? await findProposalById(sql, id) : null;
  if (proposal === null || !hasReasonInPlace(proposal) || (await seesHidden(sql, ctx, proposal))) return null;
  const process = await getProcess(sql, proposal.processUri);
  if (process.hiddenAt !== null) return null;
  const list = { href: `${processPath(process)}/proposals`, label: ctx.t("proposals.title") };
  return hiddenPage(ctx, { ...proposal, kind: "proposal", crumbs: [...processCrumbs(ctx, process), list] });
}

const isWrittenBy = async (sql: House["sql"], account: Account | null, proposal: Proposal): Promise<boolean> =>
  account !== null && (proposal.accountId === account.id || (await isCoauthor(sql, proposal.uri, account.id)));

const seesHidden = async (sql: House["sql"], { account }: PageContext, proposal: Proposal): Promise<boolean> =>
  (await isWrittenBy(sql, account, proposal)) || holds(account, "moderator", proposal.processUri);

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
  if (proposal.publishedAt === null) refuseUnless(await isWrittenBy(sql, account, proposal), "not-found");
  if (proposal.hiddenAt !== null) refuseUnless(await seesHidden(sql, c.get("page"), proposal), "not-found");
  return proposal;
}

/** Where all that its author has proposed stands, and is followed; null for whom an institution speaks. */
async function authorPathOf(sql: House["sql"], { authorUri, authorType }: Proposal): Promise<string | null> {
  const thing = authorType !== "Person" || authorUri === null ? null : await findFollowable(sql, authorUri);
  return thing === null ? null : pathOf(thing);
}

/** In the language that was asked for, else the reader's, where it stands in it. */
async function readAnswer(c: Context<PageEnv>, sql: House["sql"], answer: Answer): Promise<Read<Answer>> {
  return readIn("answer", answer, await listTranslations(sql, answer.uri), c.req.query("lang"), c.get("page").t.lang);
}

function proposalRoutes(pages: Hono<PageEnv>, { sql, clock }: House, related: Related, showFollow: ShowFollow): void {
  pages.get("/proposals/:id", async (c) => {
    const ctx = c.get("page");
    const { account } = ctx;
    const reason = await inItsPlace(c, sql);
    if (reason !== null) return c.html(reason);
    const proposal = await shownProposal(c, sql);
    const process = await getProcess(sql, proposal.processUri);
    const now = clock.now();
    const isPublic = proposal.publishedAt !== null && proposal.hiddenAt === null;
    const asked = { query: new URL(c.req.url).searchParams, reader: account, now };
    const [answer, categories, isSupported, given, isLiked, discussion, territory, became, follow, isPerPerson] =
      await Promise.all([
        findAnswer(sql, proposal.uri),
        categoriesOf(sql, process, proposal.categoryId),
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
        authorPath: await authorPathOf(sql, proposal),
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
    like: (by, uri) => likeSubject(sql, uris, by, uri, clock.now()),
    "like/withdrawal": (by, uri) => unlikeSubject(sql, by, uri, clock.now()),
  } satisfies Record<string, (by: ReturnType<typeof requireViewer>, uri: string) => Promise<void>>;
  /** Also of what is hidden: nobody's support is stuck where they can no longer see it. */
  pages.post("/proposals/:id/support/withdrawal", async (c) => {
    const by = requireViewer(c);
    const id = c.req.param("id");
    const given = isId(id) ? await findProposalById(sql, id) : null;
    const proposal =
      given !== null && (await isSupporting(sql, given.uri, by.id)) ? given : await shownProposal(c, sql);
    await withdrawSupport(sql, by, proposal.uri, clock.now());
    const { isFromList } = z.object({ isFromList: z.literal("yes").optional() }).parse(await readForm(c));
    return c.redirect(isFromList ? supportsPath : proposalPath(proposal), 303);
  });

  pages.get(supportsPath, async (c) => {
    const by = requireViewer(c);
    c.header("cache-control", "no-store");
    const supported = await listSupported(sql, by.id);
    return c.html(supportedPage(c.get("page"), supported));
  });

  for (const [noun, act] of Object.entries(routes)) {
    pages.post(`/proposals/:id/${noun}`, async (c) => {
      const by = requireViewer(c);
      const proposal = await shownProposal(c, sql);
      await act(by, proposal.uri);
      return c.redirect(proposalPath(proposal), 303);
    });
  }
}
