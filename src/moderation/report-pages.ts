// Reporting: a short form for anyone signed in, and where the city allows it for anyone at all; then what happens next.
import { Hono } from "hono";
import * as z from "zod";
import type { Markup } from "../platform/html.ts";
import { openRateLimit } from "../platform/ratelimit.ts";
import { Refused, refuseUnless } from "../platform/refusal.ts";
import { hourMs } from "../platform/time.ts";
import type { House } from "../ports.ts";
import { getPublicSubject } from "../subjects/queries.ts";
import { pagePathOf } from "../subjects/subject.ts";
import type { PageContext, PageEnv } from "../web/context.ts";
import { emptyForm, type FormState, handleForm } from "../web/forms.ts";
import { page } from "../web/layout.ts";
import { clientAddress } from "../web/security.ts";
import { reportSubject } from "./actions.ts";
import { reportCategories, reportReasonLengthMax } from "./report.ts";
import { reportForm, thanksView } from "./report-views.ts";
import { readModerationSettings } from "./settings-queries.ts";

const reportInput = z.object({
  about: z.string().min(1).max(2_048),
  category: z.enum(reportCategories),
  reason: z.string().trim().min(1).max(reportReasonLengthMax),
  forward: z.string().optional(),
});

/** Reports from one address without an account; in memory only, so that no address is kept. */
export const visitorReportsPerHourMax = 5;

export function reportPages({ sql, clock }: House, { trustedProxyCount }: { readonly trustedProxyCount: number }) {
  const pages = new Hono<PageEnv>();
  const pace = openRateLimit({ limit: visitorReportsPerHourMax, windowMs: hourMs });

  const mayReport = async ({ account }: PageContext): Promise<void> => {
    if (account === null) refuseUnless((await readModerationSettings(sql)).areVisitorsHeard, "sign-in-first");
  };

  const show = async (ctx: PageContext, uri: string, state: FormState): Promise<Markup> => {
    const subject = await getPublicSubject(sql, uri);
    return page({
      ctx,
      title: ctx.t("moderation.report-title"),
      lead: ctx.t(ctx.account === null ? "moderation.report-lead-visitor" : "moderation.report-lead"),
      crumbs: [{ href: pagePathOf(subject), label: subject.title || ctx.t(`moderation.kind.${subject.kind}`) }],
      isUnlisted: true,
      main: reportForm(ctx, subject, state),
    });
  };

  pages.get("/reports/new", async (c) => {
    const ctx = c.get("page");
    await mayReport(ctx);
    return c.html(await show(ctx, c.req.query("about") ?? "", emptyForm));
  });

  pages.get("/reports/thanks", async (c) => {
    const ctx = c.get("page");
    const subject = await getPublicSubject(sql, c.req.query("about") ?? "");
    const { t } = ctx;
    return c.html(page({ ctx, title: t("moderation.thanks-title"), isUnlisted: true, main: thanksView(ctx, subject) }));
  });

  pages.post("/reports", async (c) => {
    const ctx = c.get("page");
    await mayReport(ctx);
    return await handleForm(c, {
      schema: reportInput,
      act: async ({ about, category, reason, forward }) => {
        if (ctx.account === null) {
          const seconds = pace.take(clientAddress(c, trustedProxyCount), clock.now());
          if (seconds !== null) throw new Refused("too-many-requests", { seconds });
        }
        const report = { subjectUri: about, category, reason, isForwarded: forward === "yes" };
        await reportSubject(sql, ctx.account, report, clock.now());
        return { to: `/reports/thanks?about=${encodeURIComponent(about)}` };
      },
      again: (state) => show(ctx, typeof state.values.about === "string" ? state.values.about : "", state),
    });
  });
  return pages;
}
