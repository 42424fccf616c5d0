// `GET /search?q=…`: everything public by the words of its title.
import { Hono } from "hono";
import type { Sql } from "../platform/db.ts";
import { href, html, type Markup, nothing } from "../platform/html.ts";
import { isId } from "../platform/ids.ts";
import { readPageRequest } from "../platform/pagination.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { clip, tidyLine } from "../platform/text.ts";
import { type Found, searchedKinds, searchSubjects } from "../subjects/search-queries.ts";
import { pagePathOf } from "../subjects/subject.ts";
import type { PageContext, PageEnv } from "./context.ts";
import { page } from "./layout.ts";
import { cardList, emptyState, pager, searchBox, tabs, withQuery } from "./lists.ts";
import { badge, langAttrs, languageNote, when } from "./marks.ts";

const foundOnPage = 20;
const wordsCharsMax = 200;

export function searchPages({ sql }: { readonly sql: Sql }): Hono<PageEnv> {
  return new Hono<PageEnv>().get("/search", async (c) => {
    const ctx = c.get("page");
    const { t } = ctx;
    const query = new URL(c.req.url).searchParams;
    const text = clip(tidyLine(query.get("q") ?? ""), wordsCharsMax);
    const kind = searchedKinds.find((one) => one === query.get("kind")) ?? null;
    const request = readPageRequest(query, foundOnPage);
    for (const key of [request.after, request.before]) refuseUnless(key === null || isId(String(key[0])), "not-found");
    const found = await searchSubjects(sql, { text, kind }, request);
    const kindTabs = [null, ...searchedKinds].map((one) => ({
      href: withQuery(ctx.path, { kind: one }),
      label: one === null ? t("search.everything") : t(`search.kinds.${one}`),
      isCurrent: one === kind,
    }));
    return c.html(
      page({
        ctx,
        title: text === "" ? t("shell.search") : t("search.title", { words: text }),
        section: "search",
        isUnlisted: true,
        main: html`${searchBox(t, "/search", text)}
          ${text === "" ? nothing : tabs(t, t("search.kinds"), kindTabs)}
          ${
            found.rows.length > 0
              ? cardList(
                  found.rows.map((one) => foundCard(ctx, one)),
                  t("search.found"),
                )
              : nothing
          }
          ${text !== "" && found.rows.length === 0 ? emptyState(t("search.nothing"), t("search.nothing-hint")) : nothing}
          ${pager(ctx, found)}`,
      }),
    );
  });
}

const foundCard = ({ t }: PageContext, found: Found): Markup => html`<article class="card"><div class="card-body">
  <p class="card-marks">${badge(t(`search.kind.${found.kind}`))}<span>${when(t, found.publishedAt, "short")}</span>${
    found.origin
      ? html`<span class="origin">${t("mark.from-host", { host: new URL(found.origin).host })}</span>`
      : nothing
  }${languageNote(t, found.language)}</p>
  <h3 class="card-title"><a href="${href(pagePathOf(found))}"${langAttrs(t, found.language)}>${found.title}</a></h3>
</div></article>`;
