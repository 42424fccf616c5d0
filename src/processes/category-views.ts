// How the taxonomy of the city looks to the desk: all of it, and one category with what can be done with it.
import { href, html, type Markup, nothing, type Renderable } from "../platform/html.ts";
import { pickText } from "../platform/text.ts";
import type { PageContext } from "../web/context.ts";
import { buttonForm, buttonLink, form, openFields } from "../web/fields.ts";
import type { FormState } from "../web/forms.ts";
import { page } from "../web/layout.ts";
import { emptyState, section } from "../web/lists.ts";
import { badge, inItsLanguage, languageNote } from "../web/marks.ts";
import { categoryNameCharsMax, categoryText, type DeskCategory } from "./category.ts";

export function categoriesPage(ctx: PageContext, categories: readonly DeskCategory[], state: FormState): Markup {
  const { t } = ctx;
  const fields = openFields(ctx, state);
  const parents = categories.filter(({ parentId, retiredAt }) => parentId === null && retiredAt === null);
  return page({
    ctx,
    title: t("processes.categories"),
    lead: t("processes.categories-lead"),
    section: "processes",
    isUnlisted: true,
    crumbs: [{ href: "/processes", label: t("processes.title") }],
    main: html`${categories.length === 0 ? emptyState(t("processes.categories-none")) : branch(ctx, categories, null)}
      ${section(
        t("processes.category-add"),
        form(ctx, {
          action: "/admin/categories",
          submit: t("processes.category-add"),
          body: html`${fields.summary()}
            ${fields.perLanguage("name", { label: t("processes.category-name"), lines: "one", charsMax: categoryNameCharsMax })}
            ${fields.select("parent", {
              label: t("processes.category-parent"),
              none: t("processes.category-no-parent"),
              optional: true,
              options: parents.map((one) => ({ value: one.id, label: categoryText(t, one) })),
            })}`,
        }),
      )}`,
  });
}

/** Those of one parent in their order, the offered ones first, each with its own below it. */
function branch(ctx: PageContext, categories: readonly DeskCategory[], parentId: string | null): Renderable {
  const own = categories.filter((one) => one.parentId === parentId);
  if (own.length === 0) return nothing;
  const offered = own.filter(({ retiredAt }) => retiredAt === null);
  const retired = own.filter(({ retiredAt }) => retiredAt !== null);
  return html`<ul class="${parentId === null ? "link-list" : "link-list nested"}">${[...offered, ...retired].map(
    (one) => html`<li>${row(ctx, one, offered)}${branch(ctx, categories, one.id)}</li>`,
  )}</ul>`;
}

function row(ctx: PageContext, category: DeskCategory, offered: readonly DeskCategory[]): Markup {
  const { t } = ctx;
  const at = offered.indexOf(category);
  const to = (direction: "up" | "down", isThere: boolean) =>
    isThere
      ? buttonForm(ctx, {
          action: `/admin/categories/${category.id}/place`,
          label: t(`processes.category-${direction}`),
          about: categoryText(t, category),
          values: { direction },
          kind: "quiet",
        })
      : nothing;
  return html`<div class="row"><a href="${href(`/admin/categories/${category.id}`)}">${inItsLanguage(t, pickText(category.name, t.lang))}</a>${
    category.retiredAt === null ? nothing : badge(t("processes.category-no-more"))
  }${to("up", at > 0)}${to("down", at !== -1 && at < offered.length - 1)}</div>`;
}

export function categoryPage(ctx: PageContext, category: DeskCategory, state: FormState): Markup {
  const { t } = ctx;
  const path = `/admin/categories/${category.id}`;
  const fields = openFields(ctx, state);
  const name = pickText(category.name, t.lang);
  const isRetired = category.retiredAt !== null;
  const retire = buttonForm(ctx, {
    action: isRetired ? `${path}/return` : `${path}/retirement`,
    label: t(isRetired ? "processes.category-bring-back" : "processes.category-retire"),
    kind: "secondary",
  });
  return page({
    ctx,
    title: name.text,
    titleLang: name.lang,
    section: "processes",
    isUnlisted: true,
    crumbs: [
      { href: "/processes", label: t("processes.title") },
      { href: "/admin/categories", label: t("processes.categories") },
    ],
    kicker: html`${isRetired ? badge(t("processes.category-no-more")) : nothing}${languageNote(t, name.lang)}`,
    main: html`${form(ctx, {
      action: path,
      submit: t("processes.category-rename"),
      body: html`${fields.summary()}
        <p class="hint">${t("processes.category-rename-hint")}</p>
        ${fields.perLanguage("name", { label: t("processes.category-name"), values: category.name, lines: "one", charsMax: categoryNameCharsMax })}`,
    })}
      ${section(
        t(isRetired ? "processes.category-bring-back" : "processes.category-retire"),
        html`<p class="prose">${t(isRetired ? "processes.category-return-hint" : "processes.category-retire-hint")}</p>
          <div class="row">${retire}</div>`,
      )}
      ${section(
        t("processes.category-merge"),
        html`<p class="prose">${t("processes.category-merge-hint")}</p>
          <p>${buttonLink(`${path}/merging`, t("processes.category-merge-go"), "secondary")}</p>`,
      )}`,
  });
}
