// The front page: what is open and what one can do there, what changed, what became of it, what other cities do.
import type { Organisation } from "../cities/city.ts";
import { attrs, href, html, type Markup, nothing, type Renderable } from "../platform/html.ts";
import { pickText } from "../platform/text.ts";
import { processCardOf } from "../processes/list-views.ts";
import { activePhase, type Permission, type Process, processPath } from "../processes/process.ts";
import type { Category } from "../processes/queries.ts";
import { proposalCardOf } from "../proposals/list-views.ts";
import type { Proposal } from "../proposals/proposal.ts";
import { resultCardOf, statusOf } from "../results/list-views.ts";
import type { Result, ResultStatus } from "../results/result.ts";
import type { PageContext } from "../web/context.ts";
import { followBox } from "../web/fediverse.ts";
import { buttonLink } from "../web/fields.ts";
import { hero } from "../web/hero.ts";
import { icon } from "../web/icons.ts";
import { page } from "../web/layout.ts";
import { cardGrid, cardList, emptyState, section } from "../web/lists.ts";
import { ago, isForeign, langAttrs, languageNote, stat, stats } from "../web/marks.ts";
import type { Change } from "./queries.ts";

export interface Home {
  readonly organisation: Organisation | null;
  readonly here: readonly Process[];
  readonly elsewhere: readonly Process[];
  readonly proposals: readonly Proposal[];
  readonly categories: readonly Category[];
  readonly changes: readonly Change[];
  readonly resultCounts: readonly (readonly [ResultStatus, number])[];
  readonly results: readonly Result[];
}

export function homePage(ctx: PageContext, home: Home): Markup {
  const { t, city } = ctx;
  const { organisation } = home;
  const said = (texts: Organisation["tagline"] | undefined) =>
    pickText(texts ?? {}, t.lang, ...(organisation?.languages ?? []));
  const name = said(organisation?.name);
  const lead = said(organisation?.tagline);
  return page({
    ctx,
    title: city.name,
    section: "home",
    width: "wide",
    ...(organisation === null ? {} : { activityUrl: organisation.actorUri }),
    hero: hero(t, {
      title: name.text === "" ? { text: city.name, lang: city.lang } : name,
      note: lead.text !== "" && isForeign(t, lead.lang) && languageNote(t, lead.lang),
      lead,
      seed: city.origin,
      size: "city",
      actions: html`${buttonLink("/processes", t("home.take-part"))}${buttonLink("/about", t("home.how"), "secondary")}`,
    }),
    main: html`<div class="front">
      <div>${openNow(ctx, home)}${justProposed(ctx, home)}</div>
      <div>${whatChanged(ctx, home.changes)}
        <div class="section">${followBox(ctx, { handle: city.handle, uri: organisation?.actorUri ?? city.origin, title: t("network.follow-us") })}</div></div>
      ${whatBecame(ctx, home)}
      ${inOtherCities(ctx, home)}
    </div>`,
  });
}

const openNow = (ctx: PageContext, { here }: Home): Markup =>
  section(
    ctx.t("home.open"),
    here.length === 0
      ? emptyState(ctx.t("home.open-none"), ctx.t("home.open-none-hint"))
      : cardGrid(here.map((process) => processCardOf(ctx, process, canDo(ctx, process)))),
    { href: "/processes", label: ctx.t("home.all-processes") },
  );

/** Where each permission of a phase is used. */
const doors = {
  propose: { to: "/proposals/new", icon: "edit" },
  support: { to: "/proposals", icon: "support" },
  comment: { to: "/proposals", icon: "comment" },
} as const satisfies Partial<Record<Permission, object>>;

/** What anyone can do there today, as links; nothing between the phases. */
function canDo({ t, now }: PageContext, process: Process): Renderable {
  const permitted = activePhase(process.phases, now)?.permits ?? [];
  const possible = (["propose", "support", "comment"] as const).filter((what) => permitted.includes(what));
  if (possible.length === 0) return nothing;
  return html`<span class="can-do">${possible.map(
    (what) =>
      html`<a href="${href(`${processPath(process)}${process.proposalCount === 0 && what === "comment" ? "#comments" : doors[what].to}`)}">${icon(doors[what].icon)}${t(`home.can.${what}`)}</a>`,
  )}</span>`;
}

const justProposed = (ctx: PageContext, home: Home): Renderable =>
  home.proposals.length === 0
    ? nothing
    : section(ctx.t("home.proposals"), cardList(home.proposals.map((proposal) => proposalCardOf(ctx, proposal, home))));

const whatChanged = (ctx: PageContext, changes: readonly Change[]): Renderable => {
  const { t, now } = ctx;
  if (changes.length === 0) return nothing;
  return section(
    t("home.changed"),
    html`<ul class="lines">${changes.map(
      ({ kind, title, language, url, publishedAt }) => html`<li>
        <p class="line-kind"><b>${t(`home.changed.${kind}`)}</b>${ago(t, publishedAt, now)}${languageNote(t, language)}</p>
        <h3><a${attrs({ href: href(url) })}${langAttrs(t, language)}>${title}</a></h3>
      </li>`,
    )}</ul>`,
  );
};

function whatBecame(ctx: PageContext, home: Home): Renderable {
  const { t } = ctx;
  if (home.results.length === 0) return nothing;
  const figures = home.resultCounts
    .filter(([, count]) => count > 0)
    .map(([status, count]) => stat(t, count, statusOf(t, status).label));
  return html`<div class="front-whole">${section(
    t("home.became"),
    html`${stats(figures)}${cardList(home.results.map((result) => resultCardOf(ctx, result, home)))}`,
    { href: "/results", label: t("home.all-results") },
  )}</div>`;
}

const inOtherCities = (ctx: PageContext, { elsewhere }: Home): Renderable =>
  elsewhere.length === 0
    ? nothing
    : html`<div class="front-whole">${section(
        ctx.t("home.elsewhere"),
        cardGrid(elsewhere.map((process) => processCardOf(ctx, process))),
        { href: "/network", label: ctx.t("home.network") },
      )}</div>`;
