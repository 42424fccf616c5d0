// Results in lists: their cards with how far they are, and the list with its filters.
import { href, html, type Markup, nothing } from "../platform/html.ts";
import type { Translator } from "../platform/i18n.ts";
import type { Page } from "../platform/pagination.ts";
import { cleanRemoteHtml, markdownToHtml, plainText } from "../platform/rich-text.ts";
import { clip, pickText } from "../platform/text.ts";
import { textOf } from "../processes/list-views.ts";
import { type Process, processPath } from "../processes/process.ts";
import type { Category } from "../processes/queries.ts";
import { copyNote, followProcess, processCrumbs, processTabs } from "../processes/views.ts";
import { moneyOf } from "../proposals/money.ts";
import { resultCard, type Status } from "../web/cards.ts";
import type { PageContext } from "../web/context.ts";
import { atomLink, feedLinks } from "../web/feeds.ts";
import { buttonLink } from "../web/fields.ts";
import { page } from "../web/layout.ts";
import { cardList, emptyState, filterBar, pager } from "../web/lists.ts";
import type { StatusCount } from "./progress.ts";
import { progressId, progressSection } from "./progress-views.ts";
import { type Result, type ResultStatus, resultPath, resultStatuses } from "./result.ts";

const tones = { planned: "neutral", "in-progress": "waiting", done: "good", dropped: "bad" } as const;

export const statusOf = (t: Translator, status: ResultStatus): Status => ({
  label: t(`results.status.${status}`),
  tone: tones[status],
});

/** Local texts are Markdown; those of other nodes are HTML, cleaned when they arrived and cleaned again. */
export const textShown = (result: { readonly origin: string | null }, text: string): Markup =>
  result.origin === null ? markdownToHtml(text) : cleanRemoteHtml(text);

export const costOf = (t: Translator, result: Pick<Result, "costAmount" | "costCurrency">): string | null =>
  result.costAmount === null ? null : moneyOf(t, result.costAmount, result.costCurrency ?? "EUR");

export const categoryNameOf = (t: Translator, result: Result, categories: readonly Category[]): string | null => {
  const category = categories.find(({ id }) => id === result.categoryId);
  return category ? pickText(category.name, t.lang).text : result.categoryName || null;
};

const excerptCharsMax = 180;

/** A result in any list of this node: its process, the city's, what became of a proposal. */
export function resultCardOf(
  ctx: PageContext,
  result: Result,
  {
    categories = [],
    proposalCounts,
  }: { categories?: readonly Category[]; proposalCounts?: ReadonlyMap<string, number> } = {},
): Markup {
  const { t } = ctx;
  const host = result.origin === null ? null : new URL(result.origin).host;
  // What the source counted says how much is behind a measure that was imported without its proposals.
  const behind = result.source?.counts.proposals ?? proposalCounts?.get(result.uri) ?? null;
  return resultCard(ctx, {
    href: resultPath(result),
    title: { text: result.title, lang: result.language },
    excerpt: {
      text: clip(plainText(textShown(result, result.body.slice(0, excerptCharsMax * 8)).toString()), excerptCharsMax),
      lang: result.language,
    },
    status: statusOf(t, result.status),
    progress: result.progress === null ? null : result.progress / 100,
    hasEnded: result.status === "dropped",
    category: categoryNameOf(t, result, categories),
    cost: costOf(t, result),
    updatedAt: result.updatedAt > result.publishedAt ? result.updatedAt : null,
    proposalCount: behind,
    from: host === null ? null : { name: result.organisationName ?? host, host },
  });
}

/** What became of a thing, for the page of that thing: nothing where nothing is known. */
export const becameOf = (ctx: PageContext, results: readonly Result[]): Markup =>
  results.length === 0
    ? nothing
    : html`<section class="section" id="became"><div class="section-title"><h2>${ctx.t("results.became")}</h2></div>
        ${cardList(results.map((result) => resultCardOf(ctx, result)))}</section>`;

export interface ResultListProps {
  /** Null: the results of the whole node. */
  readonly process: Process | null;
  readonly results: Page<Result>;
  readonly proposalCounts: ReadonlyMap<string, number>;
  readonly processes: readonly Process[];
  readonly categories: readonly Category[];
  readonly search: string;
  readonly status: string;
  readonly category: string;
  /** The address part of the process that was chosen in the list of the whole node. */
  readonly chosen: string;
  readonly mayWrite: boolean;
  /** Of all of them; none where the list is searched or goes on. */
  readonly progress: readonly StatusCount[];
}

const listPath = (process: Process | null): string => `${process === null ? "" : processPath(process)}/results`;

export function resultListPage(ctx: PageContext, props: ResultListProps): Markup {
  const { t } = ctx;
  const { process, results } = props;
  const progress = progressSection(ctx, props.progress, process?.languages ?? []);
  return page({
    ctx,
    title: t("results.title"),
    section: process === null ? "results" : "processes",
    feeds: [atomLink(`${listPath(process)}.atom`, t("feeds.feed"))],
    ...(process === null
      ? { lead: t("results.lead"), description: t("results.lead") }
      : {
          crumbs: processCrumbs(ctx, process),
          description: t("results.list-description", { process: textOf(t, process, process.title).text }),
        }),
    actions: process !== null && props.mayWrite ? buttonLink(`${listPath(process)}/new`, t("results.new")) : nothing,
    main: html`
      ${process === null || process.origin === null ? nothing : copyNote(ctx, process)}
      ${process === null ? nothing : processTabs(ctx, process, "results")}
      ${filters(ctx, props)}
      ${progress === nothing ? nothing : html`<p><a href="${href(`#${progressId}`)}">${t("results.see-progress")}</a></p>`}
      ${
        results.rows.length > 0
          ? cardList(
              results.rows.map((result) => resultCardOf(ctx, result, props)),
              t("results.title"),
            )
          : nothingFound(ctx, props)
      }
      ${pager(ctx, results)}
      ${progress}
      ${feedLinks([atomLink(`${listPath(process)}.atom`, t("feeds.feed"))])}`,
    ...(process === null ? { width: "wide" } : { aside: followProcess(ctx, process) }),
  });
}

function filters(ctx: PageContext, props: ResultListProps): Markup {
  const { t } = ctx;
  const { process, processes, categories } = props;
  const nameOf = ({ name }: Category) => pickText(name, t.lang).text;
  return filterBar(ctx, {
    action: listPath(process),
    search: { value: props.search },
    filters: [
      {
        name: "status",
        label: t("results.status"),
        value: props.status,
        all: t("results.all-statuses"),
        options: resultStatuses.map((status) => ({ value: status, label: t(`results.status.${status}`) })),
      },
      ...(categories.length === 0
        ? []
        : [
            {
              name: "category",
              label: t("results.category"),
              value: props.category,
              all: t("results.all-categories"),
              options: inTree(categories).map((one) => ({
                value: one.id,
                label: one.parentId === null ? nameOf(one) : `– ${nameOf(one)}`,
              })),
            },
          ]),
      ...(process !== null || processes.length === 0
        ? []
        : [
            {
              name: "process",
              label: t("results.process"),
              value: props.chosen,
              all: t("results.all-processes"),
              options: processes.map((one) => ({
                value: processPath(one).split("/").at(-1) ?? "",
                label: textOf(t, one, one.title).text,
              })),
            },
          ]),
    ],
  });
}

/** Each category under the one it belongs to. */
function inTree(categories: readonly Category[]): Category[] {
  const ids = new Set(categories.map(({ id }) => id));
  const roots = categories.filter(({ parentId }) => parentId === null || !ids.has(parentId));
  return roots.flatMap((root) => [root, ...categories.filter(({ parentId }) => parentId === root.id)]);
}

function nothingFound(ctx: PageContext, props: ResultListProps): Markup {
  const { t } = ctx;
  const path = listPath(props.process);
  if (props.search || props.status || props.category || props.chosen) {
    return emptyState(
      t("results.none-found"),
      t("results.none-found-hint"),
      buttonLink(path, t("results.show-all"), "secondary"),
    );
  }
  return emptyState(t("results.none"), t("results.none-hint"));
}
