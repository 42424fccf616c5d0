// The taxonomy of the city, `/admin/categories`: what its processes and proposals are about. Merging two is in the room of
// the desk, which knows all that carries them.
import { type Context, Hono } from "hono";
import * as z from "zod";
import { requireRole } from "../accounts/viewer.ts";
import { isId } from "../platform/ids.ts";
import { refuseUnless } from "../platform/refusal.ts";
import type { LanguageMap } from "../platform/text.ts";
import type { House } from "../ports.ts";
import type { PageEnv } from "../web/context.ts";
import { readPerLanguage } from "../web/fields.ts";
import { emptyForm, type FormState, type FormValues, handleForm, readForm, setFlash } from "../web/forms.ts";
import { addCategory } from "./actions.ts";
import { categoryNameCharsMax, type DeskCategory } from "./category.ts";
import { bringBackCategory, moveCategory, renameCategory, retireCategory } from "./category-actions.ts";
import { categoriesPage, categoryPage } from "./category-views.ts";
import { listAllCategories, listCategories } from "./queries.ts";

const schema = z.object({ parent: z.string().default("") });

export function categoryPages(house: House): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  listRoutes(pages, house);
  oneRoutes(pages, house);
  return pages;
}

/** @throws Refused `invalid-input` where none is given, `too-large`. */
function readNames(values: FormValues, lang: string): LanguageMap {
  const name = readPerLanguage(values, "name");
  refuseUnless(Object.keys(name).length > 0, "invalid-input", { field: `name.${lang}` });
  for (const [one, text] of Object.entries(name))
    refuseUnless(text.length <= categoryNameCharsMax, "too-large", { field: `name.${one}` });
  return name;
}

function listRoutes(pages: Hono<PageEnv>, { sql, clock }: House): void {
  const show = async (c: Context<PageEnv>, state: FormState) =>
    categoriesPage(c.get("page"), await listAllCategories(sql), state);

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
        const name = readNames(values, city.lang);
        const isKnown = (await listCategories(sql)).some(({ id, parentId }) => id === parent && parentId === null);
        refuseUnless(parent === "" || (isId(parent) && isKnown), "invalid-input", { field: "parent" });
        await addCategory(sql, by, { name, parentId: parent || null }, clock.now());
        return { to: "/admin/categories", said: t("processes.category-added") };
      },
      again: (state) => show(c, state),
    });
  });
}

function oneRoutes(pages: Hono<PageEnv>, { sql, clock }: House): void {
  const asked = async (c: Context<PageEnv>): Promise<DeskCategory> => {
    const category = (await listAllCategories(sql)).find(({ id }) => id === c.req.param("id"));
    refuseUnless(category !== undefined, "not-found");
    return category;
  };

  pages.get("/admin/categories/:id", async (c) => {
    requireRole(c, "official");
    return c.html(categoryPage(c.get("page"), await asked(c), emptyForm));
  });

  pages.post("/admin/categories/:id", async (c) => {
    const by = requireRole(c, "official");
    const category = await asked(c);
    const { t, city } = c.get("page");
    return await handleForm(c, {
      schema: z.object({}),
      act: async (_input, values) => {
        await renameCategory(sql, by, { id: category.id, name: readNames(values, city.lang) }, clock.now());
        return { to: "/admin/categories", said: t("processes.category-renamed") };
      },
      again: async (state) => categoryPage(c.get("page"), category, state),
    });
  });

  pages.post("/admin/categories/:id/place", async (c) => {
    const by = requireRole(c, "official");
    const { direction } = z.object({ direction: z.enum(["up", "down"]) }).parse(await readForm(c));
    await moveCategory(sql, by, { id: (await asked(c)).id, direction }, clock.now());
    return c.redirect("/admin/categories", 303);
  });

  const acts = { retirement: retireCategory, return: bringBackCategory } as const;
  const said = { retirement: "processes.category-retired", return: "processes.category-returned" } as const;
  for (const noun of ["retirement", "return"] as const) {
    pages.post(`/admin/categories/:id/${noun}`, async (c) => {
      const by = requireRole(c, "official");
      await acts[noun](sql, by, (await asked(c)).id, clock.now());
      setFlash(c, { tone: "good", text: c.get("page").t(said[noun]) });
      return c.redirect("/admin/categories", 303);
    });
  }
}
