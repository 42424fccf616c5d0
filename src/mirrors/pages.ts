// The pages of copies: what is kept here and how whole it is, keeping and letting go, and the processes of the network.
import { Hono } from "hono";
import * as z from "zod";
import { holds } from "../accounts/account.ts";
import { requireRole } from "../accounts/viewer.ts";
import { html, type Markup, type Renderable } from "../platform/html.ts";
import { isId } from "../platform/ids.ts";
import { type PageRequest, readPageRequest, toPage } from "../platform/pagination.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { pickText, tidyLine } from "../platform/text.ts";
import type { House } from "../ports.ts";
import { processCardOf } from "../processes/list-views.ts";
import type { Process } from "../processes/process.ts";
import { findProcess } from "../processes/queries.ts";
import { moneyOf } from "../proposals/money.ts";
import { listManifests } from "../records/manifest-queries.ts";
import type { PageContext, PageEnv } from "../web/context.ts";
import { setFlash } from "../web/forms.ts";
import { statusPill } from "../web/marks.ts";
import { keepCopy, stopCopy } from "./actions.ts";
import {
  costBands,
  findMirror,
  findNamedMirror,
  kindOfScope,
  listAbroad,
  listFacets,
  listKeepable,
  listMirrored,
  listMirrors,
  listRefusals,
  listVouchers,
  type MirroredFilter,
  type MirroredProcess,
  mirrorOfProcess,
} from "./queries.ts";
import { abroadSection, copiesPage, copyPage, copyPanel, copyPath, mirroredListPage } from "./views.ts";

const copiesPerPage = 20;
const processesPerPage = 12;
const onNetworkPageMax = 6;
const keepableMax = 50;
const refusalsShownMax = 50;
const rootsLookedAtMax = 30;

export function mirrorPages(house: House): Hono<PageEnv> {
  const { sql, uris, clock } = house;
  const pages = new Hono<PageEnv>();

  pages.get("/network/processes", async (c) => c.html(await mirroredPage(house, c.get("page"), new URL(c.req.url))));

  pages.get("/network/copies", async (c) => {
    const ctx = c.get("page");
    const request = readPageRequest(new URL(c.req.url).searchParams, copiesPerPage);
    const rows = await listMirrors(sql, { ...keyOf(request), limit: request.sizeRows + 1 });
    const keepable = holds(ctx.account, "official") ? await listKeepable(sql, keepableMax) : [];
    return c.html(copiesPage(ctx, { mirrors: toPage(rows, request, ({ id }) => [id]), keepable }));
  });

  pages.get("/network/copies/:id", async (c) => {
    const mirror = await shown(c.req.param("id"));
    const [vouchers, refusals, roots] = await Promise.all([
      listVouchers(sql, mirror.scopeUri),
      listRefusals(sql, [...new Set([mirror.source, new URL(mirror.scopeUri).origin])], refusalsShownMax),
      listManifests(sql, mirror.scopeUri, rootsLookedAtMax),
    ]);
    const twins = roots.filter(
      (one) => roots.filter(({ epoch, sequence }) => epoch === one.epoch && sequence === one.sequence).length > 1,
    );
    return c.html(copyPage(c.get("page"), { mirror, vouchers, refusals, contradictions: twins }));
  });

  const shown = async (id: string) => {
    const mirror = isId(id) ? await findNamedMirror(sql, id) : null;
    refuseUnless(mirror !== null, "not-found");
    return mirror;
  };

  pages.post("/network/copies", async (c) => {
    const by = requireRole(c, "official");
    const { scope } = z.object({ scope: z.url().max(2_048) }).parse(await c.req.parseBody());
    const before = await findMirror(sql, scope);
    const kind = before?.kind ?? (await kindOfScope(sql, scope));
    refuseUnless(kind !== null, "not-found");
    const mirror = await keepCopy(sql, by, { scopeUri: scope, kind, ownOrigin: uris.origin }, clock.now());
    const { t } = c.get("page");
    setFlash(c, { tone: "good", text: t(before === null ? "mirrors.begun" : "mirrors.asked-again") });
    return c.redirect(copyPath(mirror), 303);
  });

  pages.post("/network/copies/:id/end", async (c) => {
    const by = requireRole(c, "official");
    const mirror = await shown(c.req.param("id"));
    await stopCopy(sql, by, mirror.scopeUri, clock.now());
    setFlash(c, { tone: "info", text: c.get("page").t("mirrors.stopped", { name: mirror.name }) });
    return c.redirect("/network/copies", 303);
  });
  return pages;
}

/** @throws Refused `not-found` for a cursor that holds no id. */
function keyOf(request: PageRequest): { before: string | null; newerThan: string | null } {
  const idOf = (key: PageRequest["after"]) => {
    if (key === null) return null;
    const [id] = key;
    refuseUnless(typeof id === "string" && isId(id), "not-found");
    return id;
  };
  return { before: idOf(request.after), newerThan: idOf(request.before) };
}

async function mirroredPage({ sql, clock }: House, ctx: PageContext, url: URL): Promise<Markup> {
  const asked = [...url.searchParams].map(([name, value]) => [name, tidyLine(value)] as const);
  const { q = "", theme = "", place = "", state = "", cost = "", result = "" } = Object.fromEntries(asked);
  const request = readPageRequest(url.searchParams, processesPerPage);
  const filter: MirroredFilter = {
    ...keyOf(request),
    limit: request.sizeRows + 1,
    now: clock.now(),
    ...(q === "" ? {} : { search: q.slice(0, 200) }),
    ...(theme === "" ? {} : { theme: theme.slice(0, 200) }),
    ...(place === "" ? {} : { place: place.slice(0, 200) }),
    ...(state === "open" || state === "upcoming" || state === "closed" ? { state } : {}),
    ...(Object.hasOwn(costBands, cost) ? { cost: cost as keyof typeof costBands } : {}),
    ...(["planned", "in-progress", "done", "dropped"].includes(result) ? { result } : {}),
  };
  const [found, facets] = await Promise.all([listMirrored(sql, filter), listFacets(sql)]);
  const { rows, older, newer } = toPage(found, request, ({ id }) => [id]);
  const cards = { rows: await cardsOf(sql, ctx, rows), older, newer };
  return mirroredListPage(ctx, { cards, values: { q, theme, place, state, cost, result }, facets });
}

async function cardsOf(sql: House["sql"], ctx: PageContext, rows: readonly MirroredProcess[]): Promise<Markup[]> {
  const processes = await Promise.all(rows.map((row) => findProcess(sql, row.processUri)));
  return processes.flatMap((process, at) => (process === null ? [] : [mirroredCard(ctx, process, rows[at]!)]));
}

/** As in any list, with what came of it and what it cost at its end; where not all are copies, which of them are. */
function mirroredCard(ctx: PageContext, process: Process, row: MirroredProcess & { isKept?: boolean }): Markup {
  const { t } = ctx;
  const cost = row.costAmount && row.costCurrency ? moneyOf(t, row.costAmount, row.costCurrency) : null;
  const status = row.resultStatus as "planned" | "in-progress" | "done" | "dropped" | null;
  const kept = row.isKept ? statusPill(t("mirrors.kept-whole"), "accent") : null;
  if (cost === null && status === null && kept === null) return processCardOf(ctx, process);
  return processCardOf(
    ctx,
    process,
    html`${kept}${status === null ? null : statusPill(t(`results.status.${status}`), status === "done" ? "good" : "neutral")}${cost === null ? null : html`<span>${t("mirrors.cost-of", { amount: cost })}</span>`}`,
  );
}

/** On the page of the network. */
export const showMirrored =
  ({ sql }: House) =>
  async (ctx: PageContext): Promise<Renderable> =>
    abroadSection(ctx, await cardsOf(sql, ctx, await listAbroad(sql, onNetworkPageMax)));

/** On the page of a process: how old the copy is, or the button that keeps one. Nothing for our own. */
export async function showCopy({ sql, uris }: House, ctx: PageContext, processUri: string): Promise<Renderable> {
  const { origin, host } = new URL(processUri);
  if (origin === uris.origin) return null;
  const process = await findProcess(sql, processUri);
  if (process === null) return null;
  const mirror = await mirrorOfProcess(sql, processUri);
  const { text } = pickText(process.title, ctx.t.lang, ...process.languages);
  return copyPanel(ctx, { scopeUri: processUri, host, mirror, title: text });
}
