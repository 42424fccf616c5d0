// The routes of failed deliveries, for administrators of the node.
import type { Hono } from "hono";
import * as z from "zod";
import { requireRole } from "../accounts/viewer.ts";
import { readPageRequest } from "../platform/pagination.ts";
import type { House } from "../ports.ts";
import type { PageEnv } from "../web/context.ts";
import { setFlash } from "../web/forms.ts";
import { giveUpFailure, retryFailure, retryFailures } from "./delivery-actions.ts";
import { listFailures } from "./delivery-queries.ts";
import { failuresPage } from "./delivery-views.ts";

const rowsPerPage = 30;
const oneForm = z.object({ id: z.string().regex(/^\d{1,18}$/) });

export function deliveryPages(pages: Hono<PageEnv>, { sql, clock }: House): void {
  pages.get("/desk/deliveries", async (c) => {
    requireRole(c, "administrator");
    const request = readPageRequest(new URL(c.req.url).searchParams, rowsPerPage);
    return c.html(failuresPage(c.get("page"), await listFailures(sql, request)));
  });

  pages.post("/desk/deliveries/retries", async (c) => {
    const by = requireRole(c, "administrator");
    const { t } = c.get("page");
    const form = await c.req.parseBody();
    if (form.id === undefined) {
      const count = await retryFailures(sql, by, clock.now());
      setFlash(c, { tone: "good", text: t("desk.retried-all", { count }) });
    } else {
      await retryFailure(sql, by, oneForm.parse(form).id, clock.now());
      setFlash(c, { tone: "good", text: t("desk.retried") });
    }
    return c.redirect("/desk/deliveries", 303);
  });

  pages.post("/desk/deliveries/abandonments", async (c) => {
    const by = requireRole(c, "administrator");
    await giveUpFailure(sql, by, oneForm.parse(await c.req.parseBody()).id, clock.now());
    setFlash(c, { tone: "good", text: c.get("page").t("desk.given-up") });
    return c.redirect("/desk/deliveries", 303);
  });
}
