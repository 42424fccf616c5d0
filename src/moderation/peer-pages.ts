// The page of other servers, for administrators, and the public log of moderation, for everyone.
import { Hono } from "hono";
import * as z from "zod";
import { requireRole } from "../accounts/viewer.ts";
import { listPeers } from "../actors/queries.ts";
import { html, type Markup } from "../platform/html.ts";
import { readPageRequest } from "../platform/pagination.ts";
import type { House } from "../ports.ts";
import { atomType } from "../web/atom.ts";
import { answerCached } from "../web/cached.ts";
import type { PageContext, PageEnv } from "../web/context.ts";
import { atomLink, feedLinks } from "../web/feeds.ts";
import { emptyForm, type FormState, handleForm, readForm, setFlash } from "../web/forms.ts";
import { page } from "../web/layout.ts";
import { logFeed } from "./log-feed-views.ts";
import { countByMonth, countHidings } from "./log-queries.ts";
import { logView } from "./log-views.ts";
import { decideFirstComments, decideServer } from "./peer-actions.ts";
import { areFirstCommentsHeld, countReasons, decisionsPerPage, listDecisions } from "./peer-queries.ts";
import { peersView, policies } from "./peer-views.ts";
import { hidingReasonLengthMax } from "./report.ts";

const logFeedPath = "/moderation/log.atom";

const peerInput = z.object({
  host: z.string().trim().min(1).max(253),
  policy: z.enum(policies),
  reason: z.string().trim().max(hidingReasonLengthMax).default(""),
});

export function peerPages(house: House): Hono<PageEnv> {
  const { sql, uris, clock } = house;
  const pages = new Hono<PageEnv>();

  const show = async (ctx: PageContext, state: FormState): Promise<Markup> => {
    const [peers, areHeld] = await Promise.all([listPeers(sql), areFirstCommentsHeld(sql)]);
    return page({
      ctx,
      title: ctx.t("peers.title"),
      lead: ctx.t("peers.lead"),
      crumbs: [{ href: "/network", label: ctx.t("network.title") }],
      section: "network",
      isUnlisted: true,
      main: peersView(ctx, { peers, areFirstCommentsHeld: areHeld, state }),
    });
  };

  pages.get("/network/peers", async (c) => {
    requireRole(c, "administrator");
    return c.html(await show(c.get("page"), emptyForm));
  });

  pages.post("/network/peers", async (c) => {
    const by = requireRole(c, "administrator");
    const ctx = c.get("page");
    return await handleForm(c, {
      schema: peerInput,
      act: async ({ host, policy, reason }) => {
        await decideServer(sql, uris, by, { host, policy, reason }, clock.now());
        return { to: "/network/peers", said: ctx.t("moderation.server-decided", { host }) };
      },
      again: (state) => show(ctx, state),
    });
  });

  pages.post("/network/first-comments", async (c) => {
    const by = requireRole(c, "administrator");
    const { t } = c.get("page");
    const areHeld = (await readForm(c)).held === "yes";
    await decideFirstComments(sql, by, areHeld, clock.now());
    setFlash(c, { tone: "good", text: t(areHeld ? "peers.first-on" : "peers.first-off") });
    return c.redirect("/network/peers", 303);
  });

  pages.get("/moderation/log", async (c) => {
    const ctx = c.get("page");
    const [decisions, months, hidings, reasons] = await Promise.all([
      listDecisions(sql, readPageRequest(new URL(c.req.url).searchParams, decisionsPerPage)),
      countByMonth(sql),
      countHidings(sql, clock.now()),
      countReasons(sql),
    ]);
    const lead = ctx.t("log.lead");
    const feed = atomLink(logFeedPath, ctx.t("feeds.feed"));
    return c.html(
      page({
        ctx,
        title: ctx.t("log.title"),
        lead,
        description: lead,
        feeds: [feed],
        main: html`${logView(ctx, { decisions, months, hidings, reasons })}${feedLinks([feed])}`,
      }),
    );
  });

  pages.get(logFeedPath, async (c) => {
    const newest = { after: null, before: null, sizeRows: decisionsPerPage };
    const { rows } = await listDecisions(sql, newest);
    const urls = { url: uris.at(logFeedPath), pageUrl: uris.at("/moderation/log") };
    return answerCached(c, logFeed(c.get("page"), rows, urls), atomType);
  });
  return pages;
}
