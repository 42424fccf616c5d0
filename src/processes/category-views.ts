// How the taxonomy of the city looks to the desk.
import { html, type Markup, nothing } from "../platform/html.ts";
import { pickText } from "../platform/text.ts";
import type { PageContext } from "../web/context.ts";
import { form, openFields } from "../web/fields.ts";
import type { FormState } from "../web/forms.ts";
import { page } from "../web/layout.ts";
import { emptyState, section } from "../web/lists.ts";
import { inItsLanguage } from "../web/marks.ts";
import type { Category } from "./queries.ts";

export const categoryNameCharsMax = 80;

export function categoriesPage(ctx: PageContext, categories: readonly Category[], state: FormState): Markup {
  const { t } = ctx;
  const fields = openFields(ctx, state);
  const roots = categories.filter(({ parentId }) => parentId === null);
  return page({
    ctx,
    title: t("processes.categories"),
    lead: t("processes.categories-lead"),
    section: "processes",
    isUnlisted: true,
    crumbs: [{ href: "/processes", label: t("processes.title") }],
    main: html`${
      roots.length === 0
        ? emptyState(t("processes.categories-none"))
        : html`<ul class="link-list">${roots.map((root) => branch(ctx, root, categories))}</ul>`
    }
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
              options: roots.map(({ id, name }) => ({ value: id, label: pickText(name, t.lang).text })),
            })}`,
        }),
      )}`,
  });
}

function branch(ctx: PageContext, root: Category, categories: readonly Category[]): Markup {
  const { t } = ctx;
  const children = categories.filter(({ parentId }) => parentId === root.id);
  return html`<li>${inItsLanguage(t, pickText(root.name, t.lang))}${
    children.length > 0
      ? html`<ul class="link-list nested">${children.map((child) => html`<li>${inItsLanguage(t, pickText(child.name, t.lang))}</li>`)}</ul>`
      : nothing
  }</li>`;
}
