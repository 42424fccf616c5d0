// Processes in lists: their cards, the list with its filters, and the words for where a process stands.
import { html, type Markup, nothing, type Renderable } from "../platform/html.ts";
import type { Translator } from "../platform/i18n.ts";
import type { Page } from "../platform/pagination.ts";
import { type LanguageMap, pickText, type TextIn } from "../platform/text.ts";
import { processCard, type Status } from "../web/cards.ts";
import type { PageContext } from "../web/context.ts";
import { atomLink, feedLinks } from "../web/feeds.ts";
import { buttonLink } from "../web/fields.ts";
import { page } from "../web/layout.ts";
import { cardGrid, emptyState, filterBar, pager } from "../web/lists.ts";
import { activePhase, nextPhase, type Process, processPath, stateOf } from "./process.ts";

/** One of a process's texts in the reader's language, else in the one it was written in. */
export const textOf = (t: Translator, process: Pick<Process, "languages">, texts: LanguageMap): TextIn =>
  pickText(texts, t.lang, ...process.languages);

export const processState = (ctx: PageContext, process: Process): Status => {
  const state = stateOf(process, ctx.now);
  const tone = { draft: "waiting", upcoming: "neutral", open: "good", between: "neutral", closed: "neutral" } as const;
  return { label: ctx.t(`processes.state.${state}`), tone: tone[state] };
};

/** In a list, what is still to come says when. */
function listedState(ctx: PageContext, process: Process): Status {
  const state = processState(ctx, process);
  const next = stateOf(process, ctx.now) === "upcoming" ? nextPhase(process.phases, ctx.now) : null;
  return next === null
    ? state
    : { ...state, label: ctx.t("processes.opens-on", { date: ctx.t.date(next.startsAt, "short") }) };
}

/** The path of a picture of this node; null where there is none, or it lives elsewhere and would tell who reads. */
export function ownPicture(ctx: PageContext, address: string | null): string | null {
  if (address === null || !URL.canParse(address, ctx.city.origin)) return null;
  const url = new URL(address, ctx.city.origin);
  return url.origin === ctx.city.origin ? url.pathname : null;
}

/** Whose it is, where it is another node's. */
export const originOf = (process: Process) =>
  process.origin === null
    ? null
    : { name: process.organisationName ?? new URL(process.origin).host, host: new URL(process.origin).host };

/** A process in any list of this node: home page, network, search. */
export function processCardOf(ctx: PageContext, process: Process, marks?: Renderable): Markup {
  const { t, now } = ctx;
  const phase = activePhase(process.phases, now);
  return processCard(ctx, {
    href: processPath(process),
    seed: process.uri,
    title: textOf(t, process, process.title),
    excerpt: textOf(t, process, process.summary),
    imageUrl: ownPicture(ctx, process.image),
    from: originOf(process),
    phase:
      phase === null || process.publishedAt === null
        ? null
        : { title: textOf(t, process, phase.title), endsAt: phase.endsAt },
    status: listedState(ctx, process),
    proposalCount: process.proposalCount,
    ...(marks === undefined ? {} : { marks }),
  });
}

export interface ProcessListProps {
  readonly processes: Page<Process>;
  /** Only for the desk, on the first page. */
  readonly drafts: readonly Process[];
  readonly search: string;
  readonly state: string;
  readonly from: string;
  readonly mayOpen: boolean;
  /** How all that opens here is followed. */
  readonly follow: Renderable;
}

const feedsOfAll = (t: Translator) => [
  atomLink("/processes.atom", t("feeds.feed")),
  atomLink("/news.atom", t("processes.news")),
  atomLink("/answers.atom", t("feeds.answers")),
  { href: "/calendar.ics", title: t("feeds.calendar"), type: "text/calendar" },
];

export function processListPage(ctx: PageContext, props: ProcessListProps): Markup {
  const { t } = ctx;
  return page({
    ctx,
    title: t("processes.title"),
    description: t("processes.lead"),
    lead: t("processes.lead"),
    section: "processes",
    feeds: feedsOfAll(t),
    width: "wide",
    actions: props.mayOpen
      ? html`${buttonLink("/processes/new", t("processes.new"))}${buttonLink("/admin/categories", t("processes.categories"), "secondary")}`
      : nothing,
    main: html`
      ${props.drafts.length > 0 ? drafts(ctx, props.drafts) : nothing}
      ${filters(ctx, props)}
      ${props.drafts.length > 0 ? nothing : html`<h2 class="visually-hidden">${t("processes.public")}</h2>`}
      ${
        props.processes.rows.length > 0
          ? cardGrid(
              props.processes.rows.map((process) => processCardOf(ctx, process)),
              t("shell.processes"),
            )
          : nothingFound(t, props)
      }
      ${pager(ctx, props.processes)}
      <div class="section">${props.follow}</div>
      <div class="section-small">${feedLinks(feedsOfAll(t))}</div>`,
  });
}

const drafts = (
  ctx: PageContext,
  processes: readonly Process[],
): Markup => html`<section class="section drafts"><div class="section-title"><h2>${ctx.t("processes.drafts")}</h2></div>
  ${cardGrid(processes.map((process) => processCardOf(ctx, process)))}</section>
  <div class="section-title section"><h2>${ctx.t("processes.public")}</h2></div>`;

function filters(ctx: PageContext, props: ProcessListProps): Markup {
  const { t } = ctx;
  const options = <Value extends string>(values: readonly Value[], label: (value: Value) => string) =>
    values.map((value) => ({ value, label: label(value) }));
  return filterBar(ctx, {
    action: "/processes",
    search: { value: props.search },
    filters: [
      {
        name: "state",
        label: t("processes.filter-state"),
        value: props.state,
        all: t("processes.filter-all"),
        options: options(["open", "upcoming", "closed"] as const, (state) => t(`processes.state.${state}`)),
      },
      {
        name: "from",
        label: t("processes.filter-from"),
        value: props.from,
        all: t("processes.filter-everywhere"),
        options: options(["here", "elsewhere"] as const, (from) => t(`processes.from.${from}`)),
      },
    ],
  });
}

function nothingFound(t: Translator, { search, state, from }: ProcessListProps): Renderable {
  if (search || state || from) {
    return emptyState(
      t("processes.none-found"),
      t("processes.none-found-hint"),
      buttonLink("/processes", t("processes.show-all"), "secondary"),
    );
  }
  return emptyState(
    t("processes.none"),
    t("processes.none-hint"),
    buttonLink("/network", t("processes.look-elsewhere"), "secondary"),
  );
}
