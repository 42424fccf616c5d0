// Everything around a list: search, filters, tabs, pager, and what stands there when it is empty.
import { attrs, href, html, type Markup, nothing, type Renderable } from "../platform/html.ts";
import type { Translator } from "../platform/i18n.ts";
import type { Page } from "../platform/pagination.ts";
import type { PageContext } from "./context.ts";
import type { Option } from "./field-controls.ts";
import { icon } from "./icons.ts";
import { pageNumberOf } from "./title.ts";

/** The same page with other query values; null takes one out, and a changed filter starts at the first page. */
export function withQuery(path: string, changes: Readonly<Record<string, string | null>>): string {
  const url = new URL(path, "http://page.invalid");
  for (const name of ["after", "before", "page"]) url.searchParams.delete(name);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === "") url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  return `${url.pathname}${url.search}`;
}

/** Older and newer, by key. Prints nothing for a list of one page. */
export function pager(ctx: PageContext, page: Page<unknown>): Markup {
  const { t, path } = ctx;
  if (page.older === null && page.newer === null) return nothing;
  const number = pageNumberOf(path);
  const to = (key: string, cursor: string, turned: number) =>
    withQuery(path, { [key]: cursor, page: turned > 1 ? String(turned) : null });
  return html`<nav class="pager" aria-label="${t("list.pages")}">
    ${page.newer ? html`<a class="button button-secondary" rel="prev" href="${href(to("before", page.newer, number - 1))}">${t("list.newer")}</a>` : nothing}
    ${number > 1 ? html`<span class="pager-number">${t("list.page", { number })}</span>` : nothing}
    ${page.older ? html`<a class="button button-secondary pager-older" rel="next" href="${href(to("after", page.older, number + 1))}">${t("list.older")}</a>` : nothing}
  </nav>`;
}

export interface Filter {
  readonly name: string;
  readonly label: string;
  readonly options: readonly Option[];
  readonly value: string;
  /** Text of the first option, which filters nothing. */
  readonly all?: string;
}

/** Search and filters above a list: one GET form, so that what is chosen is in the address. */
export function filterBar(
  ctx: PageContext,
  props: {
    readonly action: string;
    readonly search?: { readonly value: string; readonly label?: string };
    readonly filters?: readonly Filter[];
    /** Values that stay as they are, such as the view. */
    readonly kept?: Readonly<Record<string, string>>;
  },
): Markup {
  const { t } = ctx;
  return html`<form class="filters" method="get" action="${href(props.action)}" role="search">
    ${Object.entries(props.kept ?? {}).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
    ${
      props.search
        ? html`<div class="filter filter-search"><label for="filter-q">${props.search.label ?? t("list.search")}</label><input id="filter-q" type="search" name="q" dir="auto" maxlength="200" value="${props.search.value}"></div>`
        : nothing
    }
    ${filterChoices(t, props.filters ?? [])}
    <button class="button button-secondary" type="submit">${t("list.apply")}</button>
  </form>`;
}

/** Folded on a phone, so that what is listed comes first; open there too where something is chosen. */
function filterChoices(t: Translator, filters: readonly Filter[]): Markup {
  if (filters.length === 0) return nothing;
  const isChosen = filters.some(({ value, all, options }) => value !== (all === undefined ? options[0]?.value : ""));
  return html`<details class="filter-choices"${attrs({ open: isChosen })}><summary>${t("list.filters")}</summary><div class="filter-fields">${filters.map(
    (filter) => html`<div class="filter"><label for="${`filter-${filter.name}`}">${filter.label}</label>
      <select id="${`filter-${filter.name}`}" name="${filter.name}" data-submit>
        ${filter.all === undefined ? nothing : html`<option value="">${filter.all}</option>`}
        ${filter.options.map((option) => html`<option${attrs({ value: option.value, selected: option.value === filter.value })}>${option.label}</option>`)}
      </select></div>`,
  )}</div></details>`;
}

/** The big search field of a search page. */
export const searchBox = (t: Translator, action: string, value: string): Markup =>
  html`<form class="search-box" method="get" action="${href(action)}" role="search">
    <label class="visually-hidden" for="search-q">${t("list.search")}</label>
    <input id="search-q" type="search" name="q" dir="auto" maxlength="200" value="${value}">
    <button class="button" type="submit">${icon("search")}${t("list.search")}</button>
  </form>`;

export interface Tab {
  readonly href: string;
  readonly label: string;
  readonly count?: number;
  readonly isCurrent: boolean;
}

/** Sibling pages of one thing, as links. */
export const tabs = (t: Translator, label: string, items: readonly Tab[]): Markup =>
  html`<nav class="tabs" aria-label="${label}"><ul>${items.map(
    (tab) =>
      html`<li><a href="${href(tab.href)}"${attrs({ "aria-current": tab.isCurrent ? "page" : null })}>${tab.label}${
        tab.count === undefined ? nothing : html` <span class="tab-count">${t.number(tab.count)}</span>`
      }</a></li>`,
  )}</ul></nav>`;

/** What a list says when nothing is in it: why, and what one can do. */
export const emptyState = (title: string, text: Renderable = nothing, action: Renderable = nothing): Markup =>
  html`<div class="empty"><p class="empty-title">${title}</p>${text ? html`<p>${text}</p>` : nothing}${action}</div>`;

/** A titled part of a page, with an optional link to all of it. */
export const section = (
  title: string,
  body: Renderable,
  more?: { readonly href: string; readonly label: string },
  id?: string,
): Markup =>
  html`<section class="section"${attrs({ id })}><div class="section-title"><h2>${title}</h2>${
    more ? html`<a class="more" href="${href(more.href)}">${more.label}</a>` : nothing
  }</div>${body}</section>`;

/**
 * Cards side by side where there is room.
 * @param heading said to screen readers; needed where no {@link section} stands around the cards.
 */
export const cardGrid = (cards: readonly Markup[], heading?: string): Markup => cardItems("card-grid", cards, heading);

/** Cards below each other; `heading` as in {@link cardGrid}. */
export const cardList = (cards: readonly Markup[], heading?: string): Markup => cardItems("card-list", cards, heading);

const cardItems = (className: string, cards: readonly Markup[], heading: string | undefined): Markup =>
  html`${heading ? html`<h2 class="visually-hidden">${heading}</h2>` : nothing}<ul class="${className}">${cards.map((card) => html`<li>${card}</li>`)}</ul>`;

/** Terms and what they are: facts of a process, a meeting, a result. Rows without a value are left out. */
export const factList = (facts: readonly (readonly [string, Renderable])[]): Markup =>
  html`<dl class="facts">${facts
    .filter(([, value]) => value !== null && value !== undefined && String(value) !== "")
    .map(([term, value]) => html`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>`;
