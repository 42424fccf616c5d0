// What officials do with results: publish one, change it, report a step on the way.
import { type Context, Hono } from "hono";
import * as z from "zod";
import { requireRole } from "../accounts/viewer.ts";
import { isId } from "../platform/ids.ts";
import { refuseUnless } from "../platform/refusal.ts";
import type { House } from "../ports.ts";
import type { Process } from "../processes/process.ts";
import { findProcessByPath, getProcess, listCategories } from "../processes/queries.ts";
import { resolveLinked } from "../subjects/linked-queries.ts";
import type { PageEnv } from "../web/context.ts";
import { emptyForm, type FormState, type FormValues, handleForm } from "../web/forms.ts";
import { changeResult, publishResult, reachMilestone } from "./actions.ts";
import {
  milestoneFormPage,
  milestoneSchema,
  readResultForm,
  resultFormPage,
  standingOf,
  valuesOf,
} from "./form-views.ts";
import { findResultById, listResultLinks } from "./queries.ts";
import { type Result, resultPath } from "./result.ts";

export function resultDeskPages(house: House): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  openingRoutes(pages, house);
  changingRoutes(pages, house);
  milestoneRoutes(pages, house);
  return pages;
}

/** What was typed, with the things it names found. @throws ZodError also for an address at which nothing is known here. */
async function readResult({ sql }: House, values: FormValues) {
  const { text, ...typed } = readResultForm(values);
  const proposals = await resolveLinked(sql, typed.proposals, ["proposal"]);
  const meetings = await resolveLinked(sql, typed.meetings, ["meeting"]);
  const wrong = [["proposals", proposals.unknown] as const, ["meetings", meetings.unknown] as const].filter(
    ([, unknown]) => unknown.length > 0,
  );
  if (wrong.length > 0) {
    throw new z.ZodError(
      wrong.map(([name, input]) => ({ code: "custom", path: [name], message: "field.not-known-here", input })),
    );
  }
  const urisOf = (found: typeof proposals.found) => found.map(({ uri }) => uri);
  return { ...text, proposalUris: urisOf(proposals.found), meetingUris: urisOf(meetings.found) };
}

function openingRoutes(pages: Hono<PageEnv>, house: House): void {
  const { sql, uris, clock } = house;
  const atDesk = async (c: Context<PageEnv>) => {
    const process = await findProcessByPath(sql, c.req.param("segment") ?? "");
    refuseUnless(process !== null && process.origin === null, "not-found");
    const by = requireRole(c, "official", process.uri);
    refuseUnless(process.publishedAt !== null, "not-in-this-state");
    return { process, by };
  };
  const show = async (c: Context<PageEnv>, process: Process, state: FormState) =>
    resultFormPage(c.get("page"), { result: null, process, categories: await listCategories(sql, process.uri), state });

  pages.get("/processes/:segment/results/new", async (c) => {
    const { process } = await atDesk(c);
    return c.html(await show(c, process, emptyForm));
  });

  pages.post("/processes/:segment/results/new", async (c) => {
    const { process, by } = await atDesk(c);
    return await handleForm(c, {
      schema: z.unknown(),
      act: async (_typed, values) => {
        const input = await readResult(house, values);
        const result = await publishResult(sql, uris, by, { ...input, processUri: process.uri }, clock.now());
        return { to: resultPath(result), said: c.get("page").t("results.published") };
      },
      again: (state) => show(c, process, state),
    });
  });
}

/** A result of this node and someone who may change it. @throws Refused `not-found`, `sign-in-first`, `not-allowed`. */
async function resultAtDesk(c: Context<PageEnv>, { sql }: House) {
  const id = c.req.param("id") ?? "";
  const result = isId(id) ? await findResultById(sql, id) : null;
  refuseUnless(result !== null && result.origin === null, "not-found");
  const by = requireRole(c, "official", result.processUri);
  return { result, by, process: await getProcess(sql, result.processUri) };
}

function changingRoutes(pages: Hono<PageEnv>, house: House): void {
  const { sql, clock } = house;
  const show = async (c: Context<PageEnv>, result: Result, process: Process, state: FormState) =>
    resultFormPage(c.get("page"), {
      result,
      process,
      categories: await listCategories(sql, process.uri, [result.categoryId]),
      state,
    });

  pages.get("/results/:id/edit", async (c) => {
    const { result, process } = await resultAtDesk(c, house);
    const values = valuesOf(result, await listResultLinks(sql, result.uri));
    return c.html(await show(c, result, process, { values, errors: {} }));
  });

  pages.post("/results/:id/edit", async (c) => {
    const { result, process, by } = await resultAtDesk(c, house);
    return await handleForm(c, {
      schema: z.unknown(),
      act: async (_typed, values) => {
        await changeResult(sql, by, result.uri, await readResult(house, values), clock.now());
        return { to: resultPath(result), said: c.get("page").t("results.saved") };
      },
      again: (state) => show(c, result, process, state),
    });
  });
}

function milestoneRoutes(pages: Hono<PageEnv>, house: House): void {
  const { sql, uris, clock } = house;
  pages.get("/results/:id/milestones/new", async (c) => {
    const { result, process } = await resultAtDesk(c, house);
    const state = { values: standingOf(result), errors: {} };
    return c.html(milestoneFormPage(c.get("page"), { result, process, state }));
  });

  pages.post("/results/:id/milestones/new", async (c) => {
    const { result, process, by } = await resultAtDesk(c, house);
    return await handleForm(c, {
      schema: milestoneSchema,
      act: async (input) => {
        await reachMilestone(sql, uris, by, { ...input, resultUri: result.uri }, clock.now());
        return { to: `${resultPath(result)}#milestones`, said: c.get("page").t("results.reached") };
      },
      again: (state) => milestoneFormPage(c.get("page"), { result, process, state }),
    });
  });
}
