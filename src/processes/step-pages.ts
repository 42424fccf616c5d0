// The pages of the guide: its steps, a look at the draft as others will see it, publication, and giving a draft up.
import { type Context, Hono } from "hono";
import * as z from "zod";
import { listOrganisationActors } from "../actors/queries.ts";
import { refuseUnless } from "../platform/refusal.ts";
import type { House } from "../ports.ts";
import type { PageEnv } from "../web/context.ts";
import { emptyForm, type FormState, handleForm, setFlash } from "../web/forms.ts";
import { changeProcess, publishReadyProcess } from "./actions.ts";
import { publicationPage } from "./desk-views.ts";
import { valuesOf } from "./form-reading-views.ts";
import { deleteDraft } from "./opening-actions.ts";
import { processPage } from "./page-views.ts";
import { planChange } from "./plan.ts";
import { atDesk, postProcess } from "./posted-pages.ts";
import { previewContext, previewNote, previewProcess, readAs } from "./preview-views.ts";
import { type Process, processPath } from "./process.ts";
import { listCategories, listDocuments, listProcessCategories } from "./queries.ts";
import { type FormStep, isFormStep, missingIn, steps } from "./readiness.ts";
import { readStep } from "./step-reading-views.ts";
import { deletionPage, moveWarning, stepPage, stepPath } from "./step-views.ts";

export function stepPages(house: House): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  stepRoutes(pages, house);
  previewRoutes(pages, house);
  publicationRoutes(pages, house);
  deletionRoutes(pages, house);
  return pages;
}

/** Whoever asks people for something answers them: this box is taken off, never forgotten. */
const usualPermits = ["answer"];

function stepRoutes(pages: Hono<PageEnv>, house: House): void {
  const { sql, clock } = house;
  const show = async (c: Context<PageEnv>, step: FormStep, process: Process, state: FormState) => {
    const own = (await listProcessCategories(sql, process.uri)).map(({ id }) => id);
    const [organisations, categories] = await Promise.all([
      listOrganisationActors(sql),
      listCategories(sql, null, own),
    ]);
    const ctx = c.get("page");
    const warning = step === "phases" && process.publishedAt !== null ? { warning: moveWarning(ctx, process) } : {};
    return stepPage(ctx, { step, process, organisations, categories, state, ...warning });
  };
  const asked = async (c: Context<PageEnv>) => {
    const step = c.req.param("step") ?? "";
    refuseUnless(isFormStep(step), "not-found");
    return { step, ...(await atDesk(c, house)) };
  };

  pages.get("/processes/:segment/steps", async (c) => {
    const { process } = await atDesk(c, house);
    const [first] = missingIn(process, clock.now()).filter(({ isNeeded }) => isNeeded);
    return c.redirect(stepPath(process, first?.step ?? "publish"), 303);
  });

  pages.get("/processes/:segment/steps/:step", async (c) => {
    const { step, process } = await asked(c);
    const ids = (await listProcessCategories(sql, process.uri)).map(({ id }) => id);
    const values = valuesOf(c.get("page"), process, ids);
    const isEmptyPlan = step === "phases" && process.phases.length === 0;
    const shown = isEmptyPlan ? { ...values, phaseCount: "1", "phase-0-permits": usualPermits } : values;
    return c.html(await show(c, step, process, { values: shown, errors: {} }));
  });

  pages.post("/processes/:segment/steps/:step", async (c) => {
    const { step, process, by } = await asked(c);
    const ctx = c.get("page");
    return await postProcess(
      c,
      house,
      (state) => show(c, step, process, state),
      async (values, picture) => {
        const change = readStep(ctx, step, process, values);
        await changeProcess(sql, by, process.uri, step === "texts" ? { ...change, ...picture } : change, clock.now());
        const isPublic = process.publishedAt !== null;
        const isTold = isPublic && change.phases && planChange(process.phases, change.phases) !== null;
        const said = ctx.t(isTold ? "processes.phases-told" : "processes.saved");
        if (isPublic || values.then === "later") return { to: processPath(process), said };
        return { to: stepPath(process, steps[steps.indexOf(step) + 1] ?? "publish"), said };
      },
    );
  });
}

function previewRoutes(pages: Hono<PageEnv>, { sql, clock, ...house }: House): void {
  pages.get("/processes/:segment/preview", async (c) => {
    const { process } = await atDesk(c, { sql, clock, ...house });
    // What is public is looked at as everyone does.
    if (process.publishedAt !== null) return c.redirect(processPath(process), 303);
    const as = readAs(c.req.query("as"));
    const ctx = previewContext(c.get("page"), as);
    const [categories, documents] = await Promise.all([
      listProcessCategories(sql, process.uri),
      listDocuments(sql, process.uri),
    ]);
    return c.html(
      processPage(ctx, {
        process: previewProcess(process, clock.now()),
        categories,
        documents,
        news: [],
        mayEdit: false,
        record: null,
        notice: previewNote(ctx, process, as),
        readIn: c.req.query("lang") ?? null,
        path: `${processPath(process)}/preview`,
        isPreview: true,
      }),
    );
  });
}

function publicationRoutes(pages: Hono<PageEnv>, house: House): void {
  const { sql, uris, clock } = house;
  pages.get("/processes/:segment/publication", async (c) => {
    const { process } = await atDesk(c, house);
    if (process.publishedAt !== null) return c.redirect(processPath(process), 303);
    return c.html(publicationPage(c.get("page"), process, emptyForm));
  });

  pages.post("/processes/:segment/publication", async (c) => {
    const { process, by } = await atDesk(c, house);
    const { t } = c.get("page");
    return await handleForm(c, {
      schema: z.unknown(),
      act: async () => {
        await publishReadyProcess(sql, uris, by, process.uri, clock.now());
        return { to: processPath(process), said: t("processes.published-now") };
      },
      again: (state) => publicationPage(c.get("page"), process, state),
    });
  });
}

function deletionRoutes(pages: Hono<PageEnv>, house: House): void {
  const { sql, clock } = house;
  pages.get("/processes/:segment/deletion", async (c) => {
    const { process } = await atDesk(c, house);
    refuseUnless(process.publishedAt === null, "not-in-this-state");
    return c.html(deletionPage(c.get("page"), process, emptyForm));
  });

  pages.post("/processes/:segment/deletion", async (c) => {
    const { process, by } = await atDesk(c, house);
    return await handleForm(c, {
      schema: z.unknown(),
      act: async () => {
        await deleteDraft(sql, by, process.uri, clock.now());
        setFlash(c, { tone: "good", text: c.get("page").t("processes.draft-deleted") });
        return { to: "/processes" };
      },
      again: (state) => deletionPage(c.get("page"), process, state),
    });
  });
}
