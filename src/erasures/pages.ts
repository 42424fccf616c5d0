// The routes of erasure: one's own list, and the operator's desk.
import { type Context, Hono } from "hono";
import * as z from "zod";
import { requireRole, requireViewer } from "../accounts/viewer.ts";
import { readPageRequest } from "../platform/pagination.ts";
import type { House } from "../ports.ts";
import type { PageEnv } from "../web/context.ts";
import { type FormState, handleForm, setFlash } from "../web/forms.ts";
import type { EraseCopy } from "./actions.ts";
import { eraseHere, keepDoubtful } from "./doubt-actions.ts";
import { reasonLengthMax } from "./erasure.ts";
import { listDoubts, listErasures, listErasuresOf } from "./queries.ts";
import { deskErasuresPage, ownErasuresPage } from "./views.ts";

const ownShownMax = 200;
const doubtsShownMax = 100;
const erasuresPerPage = 20;

const copyInput = z.object({
  uri: z.string().trim().min(1).max(2_048),
  reason: z.string().trim().min(1).max(reasonLengthMax),
});

/** @param erasers every room's, since a copy can be of any kind. */
export function erasurePages({ sql, clock }: House, erasers: readonly EraseCopy[]): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();

  const desk = async (c: Context<PageEnv>, state?: FormState) => {
    requireRole(c, "administrator");
    const query = new URL(c.req.url).searchParams;
    const isUnconfirmed = query.get("show") !== "all";
    const [erasures, doubts] = await Promise.all([
      listErasures(sql, readPageRequest(query, erasuresPerPage), { isUnconfirmed }),
      listDoubts(sql, doubtsShownMax),
    ]);
    // Which copy is to go has been chosen from the list.
    const chosen: FormState = { values: { uri: query.get("erase") ?? "" }, errors: {} };
    return deskErasuresPage(c.get("page"), { erasures, doubts, isUnconfirmed, state: state ?? chosen });
  };

  pages.get("/account/erasures", async (c) => {
    const by = requireViewer(c);
    c.header("cache-control", "no-store");
    return c.html(ownErasuresPage(c.get("page"), await listErasuresOf(sql, by.id, ownShownMax)));
  });

  pages.get("/desk/erasures", async (c) => c.html(await desk(c)));

  pages.post("/desk/erasures/:id/keeping", async (c) => {
    const by = requireRole(c, "administrator");
    await keepDoubtful(sql, by, z.uuid().parse(c.req.param("id")), clock.now());
    setFlash(c, { tone: "good", text: c.get("page").t("erasures.kept") });
    return c.redirect("/desk/erasures#doubts", 303);
  });

  pages.post("/desk/erasures/copies", async (c) => {
    const by = requireRole(c, "administrator");
    return await handleForm(c, {
      schema: copyInput,
      act: async (input) => {
        await eraseHere(sql, by, erasers, input, clock.now());
        return { to: "/desk/erasures", said: c.get("page").t("erasures.erased-here") };
      },
      again: (state) => desk(c, state),
    });
  });

  return pages;
}
