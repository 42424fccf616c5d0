// How merging two categories looks: what moves, and where to.
import { html, type Markup } from "../platform/html.ts";
import { type Category, categoryText } from "../processes/category.ts";
import type { PageContext } from "../web/context.ts";
import { buttonLink, form, openFields } from "../web/fields.ts";
import type { FormState } from "../web/forms.ts";
import { page } from "../web/layout.ts";
import { emptyState } from "../web/lists.ts";
import type { CategoryUse } from "./category-queries.ts";

export interface MergingProps {
  readonly category: Category;
  /** Those that it can go into. */
  readonly others: readonly Category[];
  readonly use: CategoryUse;
  readonly state: FormState;
}

export function mergingPage(ctx: PageContext, { category, others, use, state }: MergingProps): Markup {
  const { t } = ctx;
  const fields = openFields(ctx, state);
  const path = `/admin/categories/${category.id}`;
  const name = categoryText(t, category);
  const moving = (["processes", "proposals", "meetings", "results"] as const).map((kind) =>
    t(`processes.category-use-${kind}`, { count: use[kind] }),
  );
  return page({
    ctx,
    title: t("processes.category-merge-title", { name }),
    section: "processes",
    isUnlisted: true,
    crumbs: [
      { href: "/admin/categories", label: t("processes.categories") },
      { href: path, label: name },
    ],
    main:
      others.length === 0
        ? emptyState(t("processes.category-merge-none"))
        : form(ctx, {
            action: `${path}/merging`,
            submit: t("processes.category-merge-do"),
            tone: "danger",
            more: buttonLink(path, t("processes.cancel"), "quiet"),
            body: html`${fields.summary()}
              <p class="prose">${t("processes.category-merge-moves", { what: t.list(moving) })}</p>
              <p class="hint">${t("processes.category-merge-final")}</p>
              ${fields.select("into", {
                label: t("processes.category-merge-into"),
                none: t("processes.category-merge-choose"),
                options: others.map((one) => ({ value: one.id, label: categoryText(t, one) })),
              })}`,
          }),
  });
}
