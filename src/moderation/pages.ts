// The routes of the moderators' desk, and of reporting, which is open to anyone who is signed in.
import { Hono } from "hono";
import * as z from "zod";
import { holdsSomewhere } from "../accounts/account.ts";
import { requireViewer } from "../accounts/viewer.ts";
import type { Sql } from "../platform/db.ts";
import type { Markup } from "../platform/html.ts";
import { readPageRequest } from "../platform/pagination.ts";
import { refuseUnless } from "../platform/refusal.ts";
import type { House } from "../ports.ts";
import { getPublicSubject } from "../subjects/queries.ts";
import { pagePathOf, type SubjectKind } from "../subjects/subject.ts";
import type { PageContext, PageEnv } from "../web/context.ts";
import { emptyForm, type FormState, handleForm, setFlash } from "../web/forms.ts";
import { page } from "../web/layout.ts";
import { dismissReport, hideSubject, reinstateSubject, reportSubject } from "./actions.ts";
import { decideServer } from "./peer-actions.ts";
import { peerPages } from "./peer-pages.ts";
import { policies } from "./peer-views.ts";
import {
  getCase,
  listHidden,
  listReportedProcesses,
  listReports,
  type ReportFilter,
  reportsPerPage,
} from "./queries.ts";
import { hidingReasonLengthMax, reportCategories, reportReasonLengthMax } from "./report.ts";
import { caseView, hiddenList, reportForm, reportList, type Texts } from "./views.ts";

/** How a room above reads the texts of its things: Markdown of this node, cleaned HTML from elsewhere. */
export type ReadTexts = (sql: Sql, uris: readonly string[]) => Promise<Texts>;

/** What the desk shows of each kind of thing; of a kind that is not given, its title and its page. */
export type TextReaders = Readonly<Partial<Record<SubjectKind, ReadTexts>>>;

const hidingInput = z.object({ reason: z.string().trim().min(1).max(hidingReasonLengthMax) });
const serverInput = z.object({
  policy: z.enum(policies),
  serverReason: z.string().trim().max(hidingReasonLengthMax).default(""),
});
const reportInput = z.object({
  about: z.string().min(1).max(2_048),
  category: z.enum(reportCategories),
  reason: z.string().trim().min(1).max(reportReasonLengthMax),
  forward: z.string().optional(),
});

export function moderationPages(house: House, readers: TextReaders = {}): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  deskRoutes(pages, house, readers);
  caseRoutes(pages, house, readers);
  reportRoutes(pages, house);
  pages.route("/", peerPages(house));
  return pages;
}

async function textsOf(
  sql: Sql,
  readers: TextReaders,
  things: readonly { uri: string; kind: SubjectKind }[],
): Promise<Texts> {
  const perKind = Object.entries(readers).map(([kind, read]) => {
    const uris = things.filter((thing) => thing.kind === kind).map((thing) => thing.uri);
    return uris.length === 0 ? new Map<string, string>() : read(sql, uris);
  });
  return new Map((await Promise.all(perKind)).flatMap((texts) => [...texts]));
}

function deskRoutes(pages: Hono<PageEnv>, { sql, clock }: House, readers: TextReaders): void {
  pages.get("/moderation", async (c) => {
    const by = requireViewer(c);
    const ctx = c.get("page");
    const query = new URL(c.req.url).searchParams;
    const filter = readFilter(query);
    const [reports, processes] = await Promise.all([
      listReports(sql, by, filter, readPageRequest(query, reportsPerPage)),
      listReportedProcesses(sql, by),
    ]);
    const texts = await textsOf(
      sql,
      readers,
      reports.rows.flatMap((report) => report.things),
    );
    return c.html(deskPage(ctx, reportList(ctx, { reports, filter, processes, texts })));
  });

  pages.get("/moderation/hidden", async (c) => {
    const by = requireViewer(c);
    const ctx = c.get("page");
    const things = await listHidden(sql, by, readPageRequest(new URL(c.req.url).searchParams, reportsPerPage));
    return c.html(deskPage(ctx, hiddenList(ctx, things)));
  });

  pages.post("/moderation/reports/:id/dismissal", async (c) => {
    await dismissReport(sql, requireViewer(c), c.req.param("id"), clock.now());
    setFlash(c, { tone: "good", text: c.get("page").t("moderation.dismissed") });
    return c.redirect("/moderation", 303);
  });
}

const deskPage = (ctx: PageContext, main: Markup): Markup =>
  page({
    ctx,
    title: ctx.t("moderation.title"),
    lead: ctx.t("moderation.lead"),
    section: "desk",
    width: "wide",
    isUnlisted: true,
    main,
  });

function readFilter(query: URLSearchParams): ReportFilter {
  const one = <const Value extends string>(name: string, values: readonly Value[]): Value | null =>
    values.find((value) => value === query.get(name)) ?? null;
  return {
    state: one("state", ["open", "closed"]),
    kind: one("kind", ["process", "news", "proposal", "answer", "comment", "meeting", "result"]),
    from: one("from", ["here", "elsewhere"]),
    processUri: query.get("process") || null,
  };
}

function caseRoutes(pages: Hono<PageEnv>, house: House, readers: TextReaders): void {
  const { sql, uris, clock } = house;
  const show = async (ctx: PageContext, id: string, state: FormState): Promise<Markup> => {
    refuseUnless(ctx.account !== null, "sign-in-first");
    const found = await getCase(sql, ctx.account, id);
    return page({
      ctx,
      title: ctx.t("moderation.thing-title"),
      crumbs: holdsSomewhere(ctx.account, "moderator")
        ? [{ href: "/moderation", label: ctx.t("moderation.title") }]
        : [],
      section: "desk",
      isUnlisted: true,
      main: caseView(ctx, found, await textsOf(sql, readers, [found.thing]), state),
    });
  };

  pages.get("/moderation/things/:id", async (c) => c.html(await show(c.get("page"), c.req.param("id"), emptyForm)));

  pages.post("/moderation/things/:id/hiding", async (c) => {
    const by = requireViewer(c);
    const ctx = c.get("page");
    const { thing } = await getCase(sql, by, c.req.param("id"));
    return await handleForm(c, {
      schema: hidingInput,
      act: async ({ reason }) => {
        await hideSubject(sql, by, thing.uri, reason, clock.now());
        return { to: `/moderation/things/${thing.id}`, said: ctx.t("moderation.hidden") };
      },
      again: (state) => show(ctx, thing.id, state),
    });
  });

  pages.post("/moderation/things/:id/reinstatement", async (c) => {
    const by = requireViewer(c);
    const { thing } = await getCase(sql, by, c.req.param("id"));
    await reinstateSubject(sql, by, thing.uri, clock.now());
    setFlash(c, { tone: "good", text: c.get("page").t("moderation.reinstated") });
    return c.redirect(`/moderation/things/${thing.id}`, 303);
  });

  pages.post("/moderation/things/:id/server", async (c) => {
    const by = requireViewer(c);
    const ctx = c.get("page");
    const { thing } = await getCase(sql, by, c.req.param("id"));
    refuseUnless(thing.origin !== null, "not-found");
    const { host } = new URL(thing.origin);
    return await handleForm(c, {
      schema: serverInput,
      act: async ({ policy, serverReason }) => {
        await decideServer(sql, uris, by, { host, policy, reason: serverReason }, clock.now());
        return { to: `/moderation/things/${thing.id}`, said: ctx.t("moderation.server-decided", { host }) };
      },
      again: (state) => show(ctx, thing.id, state),
    });
  });
}

function reportRoutes(pages: Hono<PageEnv>, { sql, clock }: House): void {
  const show = async (ctx: PageContext, uri: string, state: FormState): Promise<Markup> => {
    const subject = await getPublicSubject(sql, uri);
    return page({
      ctx,
      title: ctx.t("moderation.report-title"),
      lead: ctx.t("moderation.report-lead"),
      crumbs: [{ href: pagePathOf(subject), label: subject.title || ctx.t(`moderation.kind.${subject.kind}`) }],
      isUnlisted: true,
      main: reportForm(ctx, subject, state),
    });
  };

  pages.get("/reports/new", async (c) => {
    requireViewer(c);
    return c.html(await show(c.get("page"), c.req.query("about") ?? "", emptyForm));
  });

  pages.post("/reports", async (c) => {
    const by = requireViewer(c);
    const ctx = c.get("page");
    return await handleForm(c, {
      schema: reportInput,
      act: async ({ about, category, reason, forward }) => {
        const report = { subjectUri: about, category, reason, isForwarded: forward === "yes" };
        await reportSubject(sql, by, report, clock.now());
        return { to: pagePathOf(await getPublicSubject(sql, about)), said: ctx.t("moderation.report-sent") };
      },
      again: (state) => show(ctx, typeof state.values.about === "string" ? state.values.about : "", state),
    });
  });
}
