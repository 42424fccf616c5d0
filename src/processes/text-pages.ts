// The page on which the texts of a process are translated: one language is read, another is written.
import { type Context, Hono } from "hono";
import * as z from "zod";
import { isLanguage } from "../platform/i18n.ts";
import { refuseUnless } from "../platform/refusal.ts";
import type { House } from "../ports.ts";
import type { PageEnv } from "../web/context.ts";
import { emptyForm, type FormValues, handleForm } from "../web/forms.ts";
import { atDesk } from "./posted-pages.ts";
import { type Process, processPath } from "./process.ts";
import { translateProcess } from "./text-actions.ts";
import { charsMaxOf, textsPage } from "./text-views.ts";
import { languagesOf, missingTexts, siteLanguages, slotsOf } from "./translation.ts";

export function textPages(house: House): Hono<PageEnv> {
  const { sql, clock } = house;
  const pages = new Hono<PageEnv>();

  pages.get("/processes/:segment/texts", async (c) => {
    const { process } = await atDesk(c, house);
    return c.html(textsPage(c.get("page"), { process, ...pairOf(c, process), state: emptyForm }));
  });

  pages.post("/processes/:segment/texts", async (c) => {
    const { process, by } = await atDesk(c, house);
    const { t } = c.get("page");
    const pair = pairOf(c, process);
    return await handleForm(c, {
      schema: z.unknown(),
      act: async (_, values) => {
        const typed = readTexts(process, values);
        const phaseCount = process.phases.length;
        const saved = await translateProcess(sql, by, process.uri, pair.to, { typed, phaseCount }, clock.now());
        const count = missingTexts(slotsOf(saved), pair.to);
        const language = t.languageName(pair.to);
        const said =
          count === 0
            ? t("processes.texts-saved", { language })
            : t("processes.texts-saved-missing", { language, count });
        return { to: `${processPath(process)}/texts?from=${encodeURIComponent(pair.from)}&to=${pair.to}`, said };
      },
      again: (state) => textsPage(c.get("page"), { process, ...pair, state }),
    });
  });
  return pages;
}

/** The languages of the address; else from the one it was written in to the first that lacks something. */
function pairOf(c: Context<PageEnv>, process: Process): { from: string; to: string } {
  const { from: wishedFrom = "", to: wishedTo = "" } = c.req.query();
  const written = languagesOf(process);
  const from = written.includes(wishedFrom) || isLanguage(wishedFrom) ? wishedFrom : (process.languages[0] ?? "en");
  const others = siteLanguages.filter((lang) => lang !== from);
  const lacking = others.find((lang) => missingTexts(slotsOf(process), lang) > 0);
  return { from, to: isLanguage(wishedTo) ? wishedTo : (lacking ?? others[0] ?? from) };
}

/** @throws Refused `too-large` at the field of a text that is too long. */
function readTexts(process: Process, values: FormValues): Record<string, string> {
  const typed: Record<string, string> = {};
  for (const slot of slotsOf(process)) {
    const value = values[slot.name];
    if (typeof value !== "string") continue;
    refuseUnless(value.trim().length <= charsMaxOf(slot), "too-large", { field: slot.name });
    typed[slot.name] = value;
  }
  return typed;
}
