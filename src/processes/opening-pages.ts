// The pages on which a process begins, and the template file it can be carried away in.
import { type Context, Hono } from "hono";
import * as z from "zod";
import type { Account } from "../accounts/account.ts";
import { requireRole } from "../accounts/viewer.ts";
import { listOrganisationActors } from "../actors/queries.ts";
import { Refused, refuseUnless } from "../platform/refusal.ts";
import { tidyLine } from "../platform/text.ts";
import type { House } from "../ports.ts";
import type { PageContext, PageEnv } from "../web/context.ts";
import { emptyForm, type FormState, type FormValues, handleForm, type Outcome } from "../web/forms.ts";
import { draftProcess, type NewProcess } from "./actions.ts";
import { handleOf, newProcessValues, readProcessForm, titleCharsMax } from "./form-reading-views.ts";
import { processFormPage } from "./form-views.ts";
import { draftFromTemplate, draftUnderFreeHandle, type TemplateUse } from "./opening-actions.ts";
import { adoptListPage, beginningPage, copyPage, templateImportPage } from "./opening-views.ts";
import { postProcess } from "./posted-pages.ts";
import { type Process, processPath } from "./process.ts";
import { findProcessByPath, listCategories, listProcessCategories, listProcesses } from "./queries.ts";
import { readStep } from "./step-reading-views.ts";
import { stepPage, stepPath } from "./step-views.ts";
import {
  type ProcessTemplate,
  type ReadTemplate,
  readTemplate,
  templateBytesMax,
  templateOf,
  writeTemplate,
} from "./template.ts";
import { WrongTemplate } from "./template-json.ts";
import { shownProcess } from "./viewer.ts";

const processesOfferedMax = 100;
const namesSaidMax = 20;

export function openingPages(house: House): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  pages.get("/processes/new", (c) => {
    requireRole(c, "official");
    return c.html(beginningPage(c.get("page")));
  });
  scratchRoutes(pages, house);
  onePageRoutes(pages, house);
  templateRoutes(pages, house);
  copyRoutes(pages, house);
  adoptRoutes(pages, house);
  return pages;
}

/** One of the city's organisations, as it was chosen. @throws Refused `invalid-input`. */
async function chosenOrganisation({ sql }: House, values: FormValues): Promise<string> {
  const organisations = await listOrganisationActors(sql);
  const organisation = organisations.find(({ id }) => id === values.organisation);
  refuseUnless(organisation, "invalid-input", { field: "organisation" });
  return organisation.id;
}

const hasHandle = (values: FormValues): boolean => typeof values.handle === "string" && values.handle.trim() !== "";

/** Under the handle that was typed, or the first free one made from the title. */
const draftNamed = (
  { sql, uris, clock }: House,
  by: Account,
  values: FormValues,
  input: NewProcess,
): Promise<Process> =>
  hasHandle(values)
    ? draftProcess(sql, uris, by, input, clock.now())
    : draftUnderFreeHandle(sql, uris, by, input, clock.now());

function scratchRoutes(pages: Hono<PageEnv>, house: House): void {
  const { sql } = house;
  const show = async (c: Context<PageEnv>, state: FormState) => {
    const [organisations, categories] = await Promise.all([listOrganisationActors(sql), listCategories(sql)]);
    return stepPage(c.get("page"), { step: "about", process: null, organisations, categories, state });
  };

  pages.get("/processes/new/scratch", async (c) => {
    requireRole(c, "official");
    return c.html(await show(c, emptyForm));
  });

  pages.post("/processes/new/scratch", async (c) => {
    const by = requireRole(c, "official");
    return await handleForm(c, {
      schema: z.unknown(),
      act: async (_, values) => {
        const ctx = c.get("page");
        const about = readStep(ctx, "about", null, values);
        // An empty process is read as any form is, so that what is not asked yet begins as it always does.
        const blank = readProcessForm(ctx, { ...newProcessValues, phaseCount: "0", [`title.${ctx.city.lang}`]: "–" });
        const organisationId = await chosenOrganisation(house, values);
        const input = { ...blank, image: null, ...about } as Omit<NewProcess, "handle" | "organisationId">;
        const handle = handleOf(values, input.title, ctx.city.lang);
        const process = await draftNamed(house, by, values, { ...input, handle, organisationId });
        return { to: stepPath(process, "texts"), said: ctx.t("processes.draft-begun") };
      },
      again: (state) => show(c, state),
    });
  });
}

function onePageRoutes(pages: Hono<PageEnv>, house: House): void {
  const { sql, uris, clock } = house;
  const show = async (c: Context<PageEnv>, state: FormState) => {
    const [organisations, categories] = await Promise.all([listOrganisationActors(sql), listCategories(sql)]);
    return processFormPage(c.get("page"), { process: null, organisations, categories, state });
  };

  pages.get("/processes/new/one-page", async (c) => {
    requireRole(c, "official");
    return c.html(await show(c, { values: newProcessValues, errors: {} }));
  });

  pages.post("/processes/new/one-page", async (c) => {
    const by = requireRole(c, "official");
    return await postProcess(
      c,
      house,
      (state) => show(c, state),
      async (values, picture) => {
        const ctx = c.get("page");
        const input = readProcessForm(ctx, values);
        const organisationId = await chosenOrganisation(house, values);
        const handle = handleOf(values, input.title, ctx.city.lang);
        const process = await draftProcess(
          sql,
          uris,
          by,
          { ...input, ...picture, handle, organisationId },
          clock.now(),
        );
        return { to: processPath(process), said: ctx.t("processes.drafted") };
      },
    );
  });
}

/** Drafts it and opens the first step, naming the categories that the city does not have. */
async function begin(
  { sql, uris, clock }: House,
  ctx: PageContext,
  by: Account,
  template: ProcessTemplate,
  use: Pick<TemplateUse, "organisationId" | "startsOn" | "title">,
  { filesLeft, cut }: Pick<ReadTemplate, "filesLeft" | "cut"> = { filesLeft: 0, cut: [] },
): Promise<Outcome> {
  refuseUnless(/^\d{4}-\d{2}-\d{2}$/.test(use.startsOn), "invalid-input", { field: "startsOn" });
  const { timeZone, lang } = ctx.city;
  const made = await draftFromTemplate(sql, uris, by, template, { ...use, timeZone, lang }, clock.now());
  const unknown = made.categoriesUnknown.filter(Boolean);
  const said = [
    ctx.t("processes.draft-begun"),
    ...(unknown.length > 0
      ? [ctx.t("processes.categories-unknown", { names: ctx.t.list(unknown.slice(0, namesSaidMax)) })]
      : []),
    ...(filesLeft > 0 ? [ctx.t("processes.template-files-left", { count: filesLeft })] : []),
    ...(cut.length > 0 ? [ctx.t("processes.template-cut", { places: ctx.t.list(cut.slice(0, namesSaidMax)) })] : []),
  ];
  return { to: stepPath(made.process, "about"), said: said.join(" ") };
}

const typed = (values: FormValues, name: string): string => {
  const value = values[name];
  return typeof value === "string" ? value.trim() : "";
};

/** @throws Refused `template-unreadable`, naming the place in the file and what was expected there. */
async function readFile(ctx: PageContext, file: unknown): Promise<ReadTemplate> {
  refuseUnless(file instanceof File, "invalid-input", { field: "file" });
  refuseUnless(file.size <= templateBytesMax, "too-large", { field: "file" });
  try {
    return readTemplate(await file.text());
  } catch (error) {
    if (!(error instanceof WrongTemplate)) throw error;
    const place = error.place || ctx.t("processes.template-whole");
    const expected = ctx.t(`processes.template-expected.${error.expected}`);
    throw new Refused("template-unreadable", { field: "file", place, expected }, { cause: error });
  }
}

function templateRoutes(pages: Hono<PageEnv>, house: House): void {
  const { sql } = house;
  const show = async (c: Context<PageEnv>, state: FormState) =>
    templateImportPage(c.get("page"), { organisations: await listOrganisationActors(sql), state });

  pages.get("/processes/new/template", async (c) => {
    requireRole(c, "official");
    return c.html(await show(c, emptyForm));
  });

  pages.post("/processes/new/template", async (c) => {
    const by = requireRole(c, "official");
    const ctx = c.get("page");
    return await handleForm(c, {
      schema: z.unknown(),
      act: async (_, values) => {
        const { template, ...left } = await readFile(ctx, values.file);
        const organisationId = await chosenOrganisation(house, values);
        const use = { organisationId, startsOn: typed(values, "startsOn"), title: "" };
        return await begin(house, ctx, by, template, use, left);
      },
      again: (state) => show(c, state),
    });
  });

  pages.get("/processes/:segment/template.json", async (c) => {
    const process = await shownProcess(c, sql, c.req.param("segment"));
    const file = writeTemplate(templateOf(process, await listProcessCategories(sql, process.uri)), process);
    const name = `${process.handle.replace(/[^a-z0-9-]/gi, "") || "process"}.template.json`;
    return c.body(file, 200, {
      "content-type": "application/json; charset=utf-8",
      "content-disposition": `attachment; filename="${name}"`,
    });
  });
}

function copyRoutes(pages: Hono<PageEnv>, house: House): void {
  const { sql, clock } = house;
  const show = async (c: Context<PageEnv>, state: FormState) => {
    const asked = { from: "here", limit: processesOfferedMax, now: clock.now() } as const;
    const [published, drafts, organisations] = await Promise.all([
      listProcesses(sql, asked),
      listProcesses(sql, { ...asked, drafts: true }),
      listOrganisationActors(sql),
    ]);
    return copyPage(c.get("page"), { processes: [...published, ...drafts], organisations, state });
  };

  pages.get("/processes/new/copy", async (c) => {
    requireRole(c, "official");
    return c.html(await show(c, emptyForm));
  });

  pages.post("/processes/new/copy", async (c) => {
    const by = requireRole(c, "official");
    return await handleForm(c, {
      schema: z.unknown(),
      act: async (_, values) => {
        const source = await findProcessByPath(sql, typed(values, "process"));
        refuseUnless(source !== null && source.origin === null && source.hiddenAt === null, "invalid-input", {
          field: "process",
        });
        const title = tidyLine(typed(values, "title"));
        refuseUnless(title.length <= titleCharsMax, "invalid-input", { field: "title" });
        const organisationId = await chosenOrganisation(house, values);
        const template = templateOf(source, await listProcessCategories(sql, source.uri));
        return await begin(house, c.get("page"), by, template, {
          organisationId,
          startsOn: typed(values, "startsOn"),
          title,
        });
      },
      again: (state) => show(c, state),
    });
  });
}

function adoptRoutes(pages: Hono<PageEnv>, { sql, clock }: House): void {
  pages.get("/processes/new/adopt", async (c) => {
    requireRole(c, "official");
    const search = tidyLine(c.req.query("q") ?? "").slice(0, 200);
    const processes = await listProcesses(sql, {
      search,
      from: "elsewhere",
      limit: processesOfferedMax,
      now: clock.now(),
    });
    return c.html(adoptListPage(c.get("page"), { processes, search }));
  });
}
