// The taxonomy of the city, `/admin/categories`: what its processes and proposals are about.
import { type Context, Hono } from "hono";
import * as z from "zod";
import { requireRole } from "../accounts/viewer.ts";
import { isId } from "../platform/ids.ts";
import { refuseUnless } from "../platform/refusal.ts";
import type { House } from "../ports.ts";
import type { PageEnv } from "../web/context.ts";
import { readPerLanguage } from "../web/fields.ts";
import { emptyForm, type FormState, handleForm } from "../web/forms.ts";
import { addCategory } from "./actions.ts";
import { categoriesPage, categoryNameCharsMax } from "./category-views.ts";
import { listCategories } from "./queries.ts";

const schema = z.object({ parent: z.string().default("") });

export function categoryPages({ sql, clock }: House): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  const show = async (c: Context<PageEnv>, state: FormState) =>
    categoriesPage(c.get("page"), await listCategories(sql), state);

  pages.get("/admin/categories", async (c) => {
    requireRole(c, "official");
    return c.html(await show(c, emptyForm));
  });

  pages.post("/admin/categories", async (c) => {
    const by = requireRole(c, "official");
    const { t, city } = c.get("page");
    return await handleForm(c, {
      schema,
      act: async ({ parent }, values) => {
        const name = readPerLanguage(values, "name");
        const first = `name.${city.lang}`;
        refuseUnless(Object.keys(name).length > 0, "invalid-input", { field: first });
        for (const [lang, text] of Object.entries(name)) {
          refuseUnless(text.length <= categoryNameCharsMax, "too-large", { field: `name.${lang}` });
        }
        const isKnown = (await listCategories(sql)).some(({ id, parentId }) => id === parent && parentId === null);
        refuseUnless(parent === "" || (isId(parent) && isKnown), "invalid-input", { field: "parent" });
        await addCategory(sql, by, { name, parentId: parent || null }, clock.now());
        return { to: "/admin/categories", said: t("processes.category-added") };
      },
      again: (state) => show(c, state),
    });
  });
  return pages;
}
