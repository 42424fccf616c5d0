// The routes of the moderators' desk. Reporting, statements and appeals, lists, settings and the log have files of their own.
import { Hono } from "hono";
import * as z from "zod";
import { holdsSomewhere } from "../accounts/account.ts";
import { requireViewer } from "../accounts/viewer.ts";
import type { Markup } from "../platform/html.ts";
import { readPageRequest } from "../platform/pagination.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { plainText } from "../platform/rich-text.ts";
import { clip } from "../platform/text.ts";
import type { House } from "../ports.ts";
import type { PageContext, PageEnv } from "../web/context.ts";
import { emptyForm, type FormState, handleForm, setFlash } from "../web/forms.ts";
import { page } from "../web/layout.ts";
import { tabWordsCharsMax } from "../web/title.ts";
import { dismissReport, hideSubject, reinstateSubject } from "./actions.ts";
import type { DeskTab } from "./desk-views.ts";
import { listPages } from "./list-pages.ts";
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
import { hidingReasonLengthMax } from "./report.ts";
import { reportPages } from "./report-pages.ts";
import { rules } from "./statement.ts";
import { statementPages } from "./statement-pages.ts";
import { type TextReaders, textsOf } from "./text-queries.ts";
import { caseView, hiddenList, reportList } from "./views.ts";

const hidingInput = z.object({
  rule: z.enum(rules).default("other"),
  reason: z.string().trim().min(1).max(hidingReasonLengthMax),
});
const serverInput = z.object({
  policy: z.enum(policies),
  serverReason: z.string().trim().max(hidingReasonLengthMax).default(""),
});
export function moderationPages(
  house: House,
  readers: TextReaders = {},
  settings: { readonly trustedProxyCount: number } = { trustedProxyCount: 0 },
): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  deskRoutes(pages, house, readers);
  caseRoutes(pages, house, readers);
  pages.route("/", reportPages(house, settings));
  pages.route("/", statementPages(house, readers));
  pages.route("/", listPages(house));
  pages.route("/", peerPages(house));
  return pages;
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
    return c.html(deskPage(ctx, "reports", reportList(ctx, { reports, filter, processes, texts })));
  });

  pages.get("/moderation/hidden", async (c) => {
    const by = requireViewer(c);
    const ctx = c.get("page");
    const things = await listHidden(sql, by, readPageRequest(new URL(c.req.url).searchParams, reportsPerPage));
    return c.html(deskPage(ctx, "hidden", hiddenList(ctx, things)));
  });

  pages.post("/moderation/reports/:id/dismissal", async (c) => {
    await dismissReport(sql, requireViewer(c), c.req.param("id"), clock.now());
    setFlash(c, { tone: "good", text: c.get("page").t("moderation.dismissed") });
    return c.redirect("/moderation", 303);
  });
}

const deskPage = (ctx: PageContext, tab: DeskTab, main: Markup): Markup =>
  page({
    ctx,
    title: ctx.t("moderation.title"),
    tab: `${ctx.t(`moderation.tab.${tab}`)} · ${ctx.t("moderation.title")}`,
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
    const texts = await textsOf(sql, readers, [found.thing]);
    const words = found.thing.title || plainText(texts.get(found.thing.uri) ?? "");
    return page({
      ctx,
      title: ctx.t("moderation.thing-title"),
      tab: `${ctx.t("moderation.thing-title")}: ${clip(words, tabWordsCharsMax)}`,
      crumbs: holdsSomewhere(ctx.account, "moderator")
        ? [{ href: "/moderation", label: ctx.t("moderation.title") }]
        : [],
      section: "desk",
      isUnlisted: true,
      main: caseView(ctx, found, texts, state),
    });
  };

  pages.get("/moderation/things/:id", async (c) => c.html(await show(c.get("page"), c.req.param("id"), emptyForm)));

  pages.post("/moderation/things/:id/hiding", async (c) => {
    const by = requireViewer(c);
    const ctx = c.get("page");
    const { thing } = await getCase(sql, by, c.req.param("id"));
    return await handleForm(c, {
      schema: hidingInput,
      act: async ({ reason, rule }) => {
        await hideSubject(sql, by, thing.uri, reason, clock.now(), rule);
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
