// `GET /search?q=…`: everything public by its words, with filters, and what comes near where nothing fits.
import { Hono } from "hono";
import type { Sql } from "../platform/db.ts";
import { href, html, type Markup, nothing } from "../platform/html.ts";
import { languages, ownNames } from "../platform/i18n.ts";
import { isId } from "../platform/ids.ts";
import { readPageRequest } from "../platform/pagination.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { clip, tidyLine } from "../platform/text.ts";
import {
  type Found,
  findNear,
  searchedKinds,
  searchedPlaces,
  searchSubjects,
  wordsOf,
} from "../subjects/search-queries.ts";
import { pagePathOf } from "../subjects/subject.ts";
import type { PageContext, PageEnv } from "./context.ts";
import { page } from "./layout.ts";
import { cardList, emptyState, filterBar, pager, searchBox, section, tabs, withQuery } from "./lists.ts";
import { badge, langAttrs, languageNote, when } from "./marks.ts";

const foundOnPage = 20;
const wordsCharsMax = 200;

export function searchPages({ sql }: { readonly sql: Sql }): Hono<PageEnv> {
  return new Hono<PageEnv>().get("/search", async (c) => {
    const ctx = c.get("page");
    const { t } = ctx;
    const query = new URL(c.req.url).searchParams;
    const text = clip(tidyLine(query.get("q") ?? ""), wordsCharsMax);
    const filter = {
      text,
      kind: searchedKinds.find((one) => one === query.get("kind")) ?? null,
      language: languages.find((one) => one === query.get("language")) ?? null,
      place: searchedPlaces.find((one) => one === query.get("place")) ?? null,
      readerLanguage: t.lang,
    };
    const request = readPageRequest(query, foundOnPage);
    const key = request.after ?? request.before;
    refuseUnless(key === null || (isRank(key[0]) && isId(String(key[1]))), "not-found");
    const found = await searchSubjects(sql, filter, request);
    const near = found.rows.length === 0 && key === null ? await findNear(sql, filter) : [];
    const kindTabs = [null, ...searchedKinds].map((one) => ({
      href: withQuery(ctx.path, { kind: one }),
      label: one === null ? t("search.everything") : t(`search.kinds.${one}`),
      isCurrent: one === filter.kind,
    }));
    return c.html(
      page({
        ctx,
        title: text === "" ? t("shell.search") : t("search.title", { words: text }),
        ...(text !== "" && filter.kind !== null
          ? { tab: `${t("search.title", { words: text })} · ${t(`search.kinds.${filter.kind}`)}` }
          : {}),
        section: "search",
        width: "wide",
        isUnlisted: true,
        ...(text === "" ? { lead: t("search.lead") } : {}),
        main: html`${text === "" ? searchBox(t, "/search", text) : searchForm(ctx, filter)}
          ${text === "" ? nothing : tabs(t, t("search.kinds"), kindTabs)}
          ${results(ctx, text, found.rows, near)}
          ${pager(ctx, found)}`,
      }),
    );
  });
}

const isRank = (part: unknown): boolean => typeof part === "string" && /^\d{1,6}(\.\d{1,6})?$/.test(part);

type Filter = Parameters<typeof searchSubjects>[1];

const searchForm = (ctx: PageContext, { text, kind, language, place }: Filter): Markup =>
  filterBar(ctx, {
    action: "/search",
    search: { value: text },
    filters: [
      {
        name: "place",
        label: ctx.t("search.place"),
        all: ctx.t("search.place-any"),
        value: place ?? "",
        options: searchedPlaces.map((one) => ({ value: one, label: ctx.t(`search.place.${one}`) })),
      },
      {
        name: "language",
        label: ctx.t("search.language"),
        all: ctx.t("search.language-any"),
        value: language ?? "",
        options: languages.map((one) => ({ value: one, label: ownNames[one] })),
      },
    ],
    kept: kind === null ? {} : { kind },
  });

function results(ctx: PageContext, text: string, found: readonly Found[], near: readonly Found[]): Markup {
  const { t } = ctx;
  const cards = (rows: readonly Found[]) => rows.map((one) => foundCard(ctx, one, text));
  if (found.length > 0) return cardList(cards(found), t("search.found"));
  if (text === "") return nothing;
  if (near.length === 0) return emptyState(t("search.nothing"), t("search.nothing-hint"));
  return section(t("search.near"), html`<p>${t("search.near-hint")}</p>${cardList(cards(near))}`);
}

const foundCard = ({ t }: PageContext, found: Found, text: string): Markup => {
  const { kind, title, about, aboutLanguage, language } = found;
  const named = html`<span${langAttrs(t, aboutLanguage)}>${about}</span>`;
  const heading = title !== "" ? title : about !== "" ? t.rich("search.about", { title: named }) : t("search.untitled");
  return html`<article class="card"><div class="card-body">
  <p class="card-marks">${badge(t(`search.kind.${kind}`))}<span>${when(t, found.publishedAt, "short")}</span>${
    found.origin
      ? html`<span class="origin">${t("mark.from-host", { host: new URL(found.origin).host })}</span>`
      : nothing
  }${languageNote(t, language)}</p>
  <h3 class="card-title"><a href="${href(pagePathOf(found))}"${title === "" ? nothing : langAttrs(t, language)}>${heading}</a></h3>
  ${found.body === "" ? nothing : html`<p class="card-text"${langAttrs(t, language)}>${excerpt(found.body, text)}</p>`}
</div></article>`;
};

const excerptCharsMax = 220;
const beforeCharsMax = 60;

/** Between the cells of a table, and the line below its head: what is kept for searching has lost its line ends. */
const tableLines = / ?\|[ |:-]*/g;

const fold = (word: string): string => word.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

/** Around the first of the words, all of them marked. Another form of a word is the same word: its last letters do not count. */
export function excerpt(written: string, text: string): Markup {
  const body = written
    .replace(tableLines, " · ")
    .replace(/^ · | · $/g, "")
    .replace(/ ([,.)\]])/g, "$1");
  const stems = wordsOf(text).map((word) => fold(word).slice(0, Math.max(3, word.length - 2)));
  const isMeant = (word: string) => stems.some((stem) => fold(word).startsWith(stem));
  const first = [...body.matchAll(/[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu)].find(([word]) => isMeant(word))?.index ?? 0;
  const from = first <= beforeCharsMax ? 0 : body.indexOf(" ", first - beforeCharsMax) + 1;
  const shown = clip(body.slice(from), excerptCharsMax);
  const parts = shown.split(/([\p{L}\p{N}][\p{L}\p{N}\p{M}]*)/u);
  return html`${from > 0 ? "… " : ""}${parts.map((part, at) => (at % 2 === 1 && isMeant(part) ? html`<mark>${part}</mark>` : part))}`;
}
