// The pages of statements of reasons, for their author alone, and the queue of appeals.
import { Hono } from "hono";
import * as z from "zod";
import type { Account } from "../accounts/account.ts";
import { requireViewer } from "../accounts/viewer.ts";
import type { Markup } from "../platform/html.ts";
import { readPageRequest } from "../platform/pagination.ts";
import { refuseUnless } from "../platform/refusal.ts";
import type { House } from "../ports.ts";
import { findSubject } from "../subjects/queries.ts";
import type { PageContext, PageEnv } from "../web/context.ts";
import { emptyForm, type FormState, handleForm } from "../web/forms.ts";
import { page } from "../web/layout.ts";
import { decideAppeal } from "./appeal-actions.ts";
import { listOwnReports } from "./queries.ts";
import { appealLengthMax, appealReasonLengthMax, mayDecideAppeal } from "./statement.ts";
import { makeAppeal } from "./statement-actions.ts";
import {
  appealsPerPage,
  countAppealsWaiting,
  countJudges,
  findOwnStatementOf,
  getOwnStatement,
  listDeciders,
  listOwnStatements,
  listWaitingAppeals,
} from "./statement-queries.ts";
import { appealQueue, mineView, statementView } from "./statement-views.ts";
import { type TextReaders, textsOf } from "./text-queries.ts";

const appealInput = z.object({ words: z.string().trim().min(1).max(appealLengthMax) });

export function statementPages(house: House, readers: TextReaders): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  ownRoutes(pages, house, readers);
  queueRoutes(pages, house, readers);
  return pages;
}

function ownRoutes(pages: Hono<PageEnv>, { sql, clock }: House, readers: TextReaders): void {
  const show = async (ctx: PageContext, by: Account, id: string, state: FormState): Promise<Markup> => {
    const statement = await getOwnStatement(sql, by, id);
    const subject = await findSubject(sql, statement.subjectUri);
    refuseUnless(subject !== null, "not-found");
    const [texts, judges] = await Promise.all([
      subject.deletedAt === null ? textsOf(sql, readers, [subject]) : new Map<string, string>(),
      countJudges(sql, subject, by.id),
    ]);
    const text = texts.get(subject.uri);
    const hasJudge = statement.origin !== null || judges > 0;
    return page({
      ctx,
      title: ctx.t("statements.title"),
      tab: `${ctx.t("statements.title")}, ${ctx.t.date(statement.decidedAt, "dateTime")}`,
      lead: ctx.t("statements.lead"),
      crumbs: [{ href: "/moderation/statements", label: ctx.t("statements.mine-title") }],
      section: "account",
      isUnlisted: true,
      main: statementView(ctx, { statement, subject, text, hasJudge, state }),
    });
  };

  pages.get("/moderation/statements", async (c) => {
    const by = requireViewer(c);
    const ctx = c.get("page");
    const [statements, reports] = await Promise.all([listOwnStatements(sql, by), listOwnReports(sql, by)]);
    const main = mineView(ctx, { statements, reports });
    return c.html(page({ ctx, title: ctx.t("statements.mine-title"), section: "account", isUnlisted: true, main }));
  });

  pages.get("/moderation/statements/of/:id", async (c) => {
    const statement = await findOwnStatementOf(sql, requireViewer(c), c.req.param("id"));
    return c.redirect(statement === null ? "/moderation/statements" : `/moderation/statements/${statement}`, 303);
  });

  pages.get("/moderation/statements/:id", async (c) =>
    c.html(await show(c.get("page"), requireViewer(c), c.req.param("id"), emptyForm)),
  );

  pages.post("/moderation/statements/:id/appeal", async (c) => {
    const by = requireViewer(c);
    const ctx = c.get("page");
    const id = c.req.param("id");
    return await handleForm(c, {
      schema: appealInput,
      act: async ({ words }) => {
        await makeAppeal(sql, by, id, words, clock.now());
        return { to: `/moderation/statements/${id}`, said: ctx.t("statements.appeal-sent") };
      },
      again: (state) => show(ctx, by, id, state),
    });
  });
}

function queueRoutes(pages: Hono<PageEnv>, { sql, clock }: House, readers: TextReaders): void {
  const show = async (
    ctx: PageContext,
    by: Account,
    query: URLSearchParams,
    again: { readonly id: string; readonly state: FormState } | null,
  ): Promise<Markup> => {
    const [appeals, waiting] = await Promise.all([
      listWaitingAppeals(sql, by, readPageRequest(query, appealsPerPage)),
      countAppealsWaiting(sql, by),
    ]);
    const things = appeals.rows.map((appeal) => ({ uri: appeal.subjectUri, kind: appeal.kind }));
    const mine = new Set<string>();
    const noJudge = new Set<string>();
    for (const appeal of appeals.rows) {
      const deciders = await listDeciders(sql, appeal.subjectUri);
      if (mayDecideAppeal(by, appeal, { accountId: appeal.accountId, deciders })) mine.add(appeal.id);
      else if ((await countJudges(sql, { ...appeal, uri: appeal.subjectUri }, appeal.accountId)) === 0)
        noJudge.add(appeal.id);
    }
    const texts = await textsOf(sql, readers, things);
    return page({
      ctx,
      title: ctx.t("moderation.title"),
      tab: `${ctx.t("moderation.tab.appeals")} · ${ctx.t("moderation.title")}`,
      lead: ctx.t("appeals.lead"),
      section: "desk",
      width: "wide",
      isUnlisted: true,
      main: appealQueue(ctx, { appeals, ...waiting, texts, mine, noJudge, again, blank: emptyForm }),
    });
  };

  pages.get("/moderation/appeals", async (c) => {
    const by = requireViewer(c);
    return c.html(await show(c.get("page"), by, new URL(c.req.url).searchParams, null));
  });

  pages.post("/moderation/appeals/:id/decision", async (c) => {
    const by = requireViewer(c);
    const ctx = c.get("page");
    const id = c.req.param("id");
    const [outcomeName, reasonName] = [`outcome-${id}`, `reason-${id}`];
    return await handleForm(c, {
      schema: z.object({
        [outcomeName]: z.enum(["upheld", "reinstated"]),
        [reasonName]: z.string().trim().min(1).max(appealReasonLengthMax),
      }),
      act: async (input) => {
        const outcome = input[outcomeName] === "reinstated" ? "reinstated" : "upheld";
        await decideAppeal(sql, by, id, { outcome, reason: String(input[reasonName]) }, clock.now());
        return { to: "/moderation/appeals", said: ctx.t(`appeals.decided-${outcome}`) };
      },
      again: (state) => show(ctx, by, new URLSearchParams(), { id, state }),
    });
  });
}
