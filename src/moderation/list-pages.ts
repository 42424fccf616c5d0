// The pages of a city's lists, its settings and its rules. Lists and settings are for administrators, the rules for everyone.
import { Hono } from "hono";
import * as z from "zod";
import { requireRole } from "../accounts/viewer.ts";
import type { Markup } from "../platform/html.ts";
import type { House } from "../ports.ts";
import type { PageContext, PageEnv } from "../web/context.ts";
import { readPerLanguage } from "../web/fields.ts";
import {
  emptyForm,
  type FormState,
  type FormValues,
  formErrors,
  handleForm,
  readForm,
  setFlash,
} from "../web/forms.ts";
import { page } from "../web/layout.ts";
import { writeHostList } from "./host-list.ts";
import { addWord, importHosts, importWords, removeWord, undoImport } from "./list-actions.ts";
import { listAllPeers, listImports, listWords, previewHosts, previewWords } from "./list-queries.ts";
import { type ListKind, listsView, previewView } from "./list-views.ts";
import { changeModerationSettings } from "./settings-actions.ts";
import { readModerationSettings } from "./settings-queries.ts";
import { rulesView, settingsView } from "./settings-views.ts";
import { listLengthMax, phraseLengthMax, writeWordList } from "./word.ts";

const wordInput = z.object({
  phrase: z.string().trim().min(2).max(phraseLengthMax),
  language: z.string().max(35).default(""),
  match: z.enum(["whole", "part"]),
  action: z.enum(["hold", "refuse"]),
});
const settingsInput = z.object({
  visitors: z.string().optional(),
  firstServers: z.string().optional(),
  firstAccounts: z.string().optional(),
});
const kinds: readonly ListKind[] = ["words", "hosts"];

export function listPages(house: House): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  settingsRoutes(pages, house);
  wordRoutes(pages, house);
  for (const kind of kinds) importRoutes(pages, house, kind);
  return pages;
}

const deskPage = (ctx: PageContext, title: string, main: Markup): Markup =>
  page({ ctx, title, section: "desk", width: "wide", isUnlisted: true, main });

function settingsRoutes(pages: Hono<PageEnv>, { sql, clock }: House): void {
  const show = async (ctx: PageContext, state: FormState): Promise<Markup> =>
    deskPage(ctx, ctx.t("moderation.settings-title"), settingsView(ctx, await readModerationSettings(sql), state));

  pages.get("/moderation/settings", async (c) => {
    requireRole(c, "administrator");
    return c.html(await show(c.get("page"), emptyForm));
  });

  pages.post("/moderation/settings", async (c) => {
    const by = requireRole(c, "administrator");
    const ctx = c.get("page");
    return await handleForm(c, {
      schema: settingsInput,
      act: async (input, values) => {
        const settings = {
          areVisitorsHeard: input.visitors === "yes",
          areFirstOfServersHeld: input.firstServers === "yes",
          areFirstOfAccountsHeld: input.firstAccounts === "yes",
          rules: readPerLanguage(values, "rules"),
        };
        await changeModerationSettings(sql, by, settings, clock.now());
        return { to: "/moderation/settings", said: ctx.t("moderation.settings-saved") };
      },
      again: (state) => show(ctx, state),
    });
  });

  pages.get("/moderation/rules", async (c) => {
    const ctx = c.get("page");
    const { rules } = await readModerationSettings(sql);
    const lead = ctx.t("rules.lead");
    return c.html(page({ ctx, title: ctx.t("rules.title"), lead, description: lead, main: rulesView(ctx, rules) }));
  });
}

async function showLists(
  { sql }: House,
  ctx: PageContext,
  which: "word" | ListKind,
  state: FormState,
): Promise<Markup> {
  const [words, imports] = await Promise.all([listWords(sql), listImports(sql)]);
  const states = { word: emptyForm, words: emptyForm, hosts: emptyForm, [which]: state };
  return deskPage(ctx, ctx.t("lists.title"), listsView(ctx, { words, imports, states }));
}

function wordRoutes(pages: Hono<PageEnv>, house: House): void {
  const { sql, uris, clock } = house;
  pages.get("/moderation/lists", async (c) => {
    requireRole(c, "administrator");
    return c.html(await showLists(house, c.get("page"), "word", emptyForm));
  });

  pages.post("/moderation/lists/words", async (c) => {
    const by = requireRole(c, "administrator");
    const ctx = c.get("page");
    return await handleForm(c, {
      schema: wordInput,
      act: async ({ phrase, language, match, action }) => {
        const word = { phrase, language: language || null, isWhole: match === "whole", action };
        await addWord(sql, by, word, clock.now());
        return { to: "/moderation/lists#words", said: ctx.t("lists.added") };
      },
      again: (state) => showLists(house, ctx, "word", state),
    });
  });

  pages.post("/moderation/lists/words/removal", async (c) => {
    const by = requireRole(c, "administrator");
    const { id } = await readForm(c);
    await removeWord(sql, by, String(id ?? ""), clock.now());
    setFlash(c, { tone: "good", text: c.get("page").t("lists.removed") });
    return c.redirect("/moderation/lists#words", 303);
  });

  pages.post("/moderation/lists/imports/:id/undoing", async (c) => {
    const by = requireRole(c, "administrator");
    await undoImport(sql, uris, by, c.req.param("id"), clock.now());
    setFlash(c, { tone: "good", text: c.get("page").t("lists.undone-now") });
    return c.redirect("/moderation/lists", 303);
  });
}

function importRoutes(pages: Hono<PageEnv>, house: House, kind: ListKind): void {
  const { sql, uris, clock } = house;
  const field = `${kind}Csv`;

  pages.get(`/moderation/lists/${kind}.csv`, async (c) => {
    requireRole(c, "administrator");
    const csv = kind === "words" ? writeWordList(await listWords(sql)) : writeHostList(await listAllPeers(sql));
    c.header("content-disposition", `attachment; filename="${kind}.csv"`);
    return c.body(csv, 200, { "content-type": "text/csv; charset=utf-8" });
  });

  pages.post(`/moderation/lists/${kind}/preview`, async (c) => {
    requireRole(c, "administrator");
    const ctx = c.get("page");
    const values = await readForm(c);
    try {
      const csv = await csvOf(values, kind);
      const preview = kind === "words" ? await previewWords(sql, csv) : await previewHosts(sql, csv, uris.host);
      return c.html(deskPage(ctx, ctx.t("lists.preview-title"), previewView(ctx, { kind, csv, preview })));
    } catch (error) {
      const errors = formErrors(ctx.t, error);
      if (errors === null) throw error;
      const { csv, ...others } = errors;
      const state = { values, errors: csv === undefined ? others : { ...others, [field]: csv } };
      return c.html(await showLists(house, ctx, kind, state), 422);
    }
  });

  pages.post(`/moderation/lists/${kind}/import`, async (c) => {
    const by = requireRole(c, "administrator");
    const ctx = c.get("page");
    return await handleForm(c, {
      schema: z.object({ [field]: z.string().max(listLengthMax) }),
      act: async (_input, values) => {
        const csv = await csvOf(values, kind);
        const now = clock.now();
        const count =
          kind === "words" ? await importWords(sql, by, csv, now) : await importHosts(sql, uris, by, csv, now);
        return { to: "/moderation/lists", said: ctx.t("lists.imported", { count }) };
      },
      again: (state) => showLists(house, ctx, kind, state),
    });
  });
}

/** The file where there is one, else what was pasted. */
async function csvOf(values: FormValues, kind: ListKind): Promise<string> {
  const [file, pasted] = [values[`${kind}File`], values[`${kind}Csv`]];
  if (file instanceof File) return (await file.slice(0, listLengthMax * 4).text()).slice(0, listLengthMax + 1);
  return typeof pasted === "string" ? pasted : "";
}
