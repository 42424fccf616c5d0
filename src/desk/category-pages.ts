// Merging two categories, `/admin/categories/:id/merging`: which one, and how much moves with it, before anything does.
import { type Context, Hono } from "hono";
import * as z from "zod";
import { requireRole } from "../accounts/viewer.ts";
import { refuseUnless } from "../platform/refusal.ts";
import type { House } from "../ports.ts";
import { mergeCategories } from "../processes/category-actions.ts";
import { listAllCategories } from "../processes/queries.ts";
import type { PageEnv } from "../web/context.ts";
import { emptyForm, handleForm } from "../web/forms.ts";
import { countUse } from "./category-queries.ts";
import { mergingPage } from "./category-views.ts";

const schema = z.object({ into: z.uuid({ error: "field.choose-one" }) });

export function categoryDeskPages({ sql, clock }: House): Hono<PageEnv> {
  const asked = async (c: Context<PageEnv>) => {
    const by = requireRole(c, "official");
    const all = await listAllCategories(sql);
    const category = all.find(({ id }) => id === c.req.param("id"));
    refuseUnless(category !== undefined, "not-found");
    const others = all.filter(({ id, retiredAt }) => id !== category.id && retiredAt === null);
    return { by, category, others, use: await countUse(sql, category.id) };
  };
  return new Hono<PageEnv>()
    .get("/admin/categories/:id/merging", async (c) =>
      c.html(mergingPage(c.get("page"), { ...(await asked(c)), state: emptyForm })),
    )
    .post("/admin/categories/:id/merging", async (c) => {
      const { by, category, others, use } = await asked(c);
      const ctx = c.get("page");
      return await handleForm(c, {
        schema,
        act: async ({ into }) => {
          await mergeCategories(sql, by, { id: category.id, intoId: into, moves: { ...use } }, clock.now());
          return { to: "/admin/categories", said: ctx.t("processes.category-merged") };
        },
        again: async (state) => mergingPage(ctx, { category, others, use, state }),
      });
    });
}
