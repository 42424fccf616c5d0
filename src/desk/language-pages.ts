// `/news/…/languages` and the like: an official text beside one of its translations, for every kind of them by one table; and
// what of a process is still to be said in its languages.
import { type Context, Hono } from "hono";
import * as z from "zod";
import { requireRole } from "../accounts/viewer.ts";
import { isLanguage } from "../platform/i18n.ts";
import { isId } from "../platform/ids.ts";
import { readPageRequest } from "../platform/pagination.ts";
import { refuseUnless } from "../platform/refusal.ts";
import type { House } from "../ports.ts";
import { findProcess, findProcessByPath } from "../processes/queries.ts";
import { languagesOf, siteLanguages } from "../processes/translation.ts";
import { findAnswerById, findProposal } from "../proposals/queries.ts";
import { findMilestone, getResult } from "../results/queries.ts";
import { findSubjectById } from "../subjects/queries.ts";
import { isPublic, type Subject, subjectRoomOf } from "../subjects/subject.ts";
import { translateText } from "../translations/actions.ts";
import { listTranslations } from "../translations/queries.ts";
import {
  digestOfTexts,
  fieldsOf,
  missingFields,
  type TranslatableKind,
  translatableKinds,
} from "../translations/translation.ts";
import type { PageEnv } from "../web/context.ts";
import { emptyForm, handleForm } from "../web/forms.ts";
import { listLackingTexts } from "./language-queries.ts";
import { type LanguagesProps, lackingPage, languagesPage } from "./language-views.ts";
import { textDoors } from "./translated.ts";

const rowsPerPage = 30;

export function languagePages(house: House): Hono<PageEnv> {
  const { sql, clock } = house;
  const pages = new Hono<PageEnv>();
  for (const kind of translatableKinds) {
    const route = `/${subjectRoomOf(kind)}/:id/languages` as const;
    pages.get(route, async (c) => {
      const { shown } = await translatable(c, house, kind);
      return c.html(languagesPage(c.get("page"), { ...shown, to: languageAsked(c, shown), state: emptyForm }));
    });

    pages.post(route, async (c) => {
      const { shown, by } = await translatable(c, house, kind);
      const to = languageAsked(c, shown);
      const { t } = c.get("page");
      return await handleForm(c, {
        schema: z.unknown(),
        act: async (_, values) => {
          const said = (field: string) => (typeof values[field] === "string" ? values[field] : "");
          const typed = Object.fromEntries(fieldsOf[kind].map((field) => [field, said(field)]));
          const input = { language: to, typed, seen: said("seen") };
          const texts = await translateText(sql, by, textDoors[kind], shown.uri, input, clock.now());
          const language = t.languageName(to);
          const count = missingFields(kind, shown.original, texts === null ? undefined : { texts }).length;
          const words =
            texts === null
              ? t("translations.taken-away", { language })
              : count === 0
                ? t("processes.texts-saved", { language })
                : t("processes.texts-saved-missing", { language, count });
          return { to: `${shown.path}?to=${to}`, said: words };
        },
        // Read anew: where the original has changed meanwhile, the new one stands beside what was typed.
        again: async (state) => {
          const { shown: now } = await translatable(c, house, kind);
          return languagesPage(c.get("page"), { ...now, to, state });
        },
      });
    });
  }

  pages.get("/processes/:segment/languages", async (c) => {
    const process = await findProcessByPath(sql, c.req.param("segment"));
    refuseUnless(process !== null && process.origin === null, "not-found");
    requireRole(c, "official", process.uri);
    const languages = languagesOf(process).filter(isLanguage);
    const request = readPageRequest(new URL(c.req.url).searchParams, rowsPerPage);
    const texts = await listLackingTexts(sql, { processUri: process.uri, languages }, request);
    return c.html(lackingPage(c.get("page"), { process, languages, texts }));
  });
  return pages;
}

/**
 * An official text of this node and someone who may say it in another language.
 * @throws Refused `not-found` for what is hidden too: nothing is added to it until it is shown again.
 */
async function translatable(c: Context<PageEnv>, { sql }: House, kind: TranslatableKind) {
  const id = c.req.param("id") ?? "";
  const subject = isId(id) ? await findSubjectById(sql, id) : null;
  refuseUnless(subject?.kind === kind && subject.origin === null && subject.deletedAt === null, "not-found");
  const by = requireRole(c, "official", subject.processUri);
  refuseUnless(isPublic(subject) || (kind === "meeting" && subject.hiddenAt === null), "not-found");
  const original = await textDoors[kind].read(sql, subject.uri);
  refuseUnless(original !== null, "not-found");
  const process = subject.processUri === null ? null : await findProcess(sql, subject.processUri);
  const shown: Omit<LanguagesProps, "to" | "state"> = {
    kind,
    uri: subject.uri,
    path: `/${subjectRoomOf(kind)}/${id}/languages`,
    original,
    seen: digestOfTexts(kind, original),
    language: subject.language ?? "und",
    isPublished: subject.publishedAt !== null,
    wanted: process === null ? [] : languagesOf(process),
    translations: await listTranslations(sql, subject.uri),
    process,
    about: await aboutOf(sql, subject),
  };
  return { shown, by };
}

/** Where it is read, and under which title. */
async function aboutOf(sql: House["sql"], subject: Subject): Promise<LanguagesProps["about"]> {
  const at = (title: string, lang: string | null, path: string) => ({ title, lang, path });
  if (subject.kind === "answer") {
    const answer = await findAnswerById(sql, subject.id);
    const proposal = answer === null ? null : await findProposal(sql, answer.proposalUri);
    refuseUnless(proposal !== null && proposal.hiddenAt === null, "not-found");
    return at(proposal.title, proposal.language, `/proposals/${proposal.id}#answer`);
  }
  if (subject.kind === "milestone") {
    const milestone = await findMilestone(sql, subject.id);
    refuseUnless(milestone !== null, "not-found");
    const result = await getResult(sql, milestone.resultUri);
    return at(milestone.title, milestone.language, `/results/${result.id}#milestone-${milestone.id}`);
  }
  return at(subject.title, subject.language, `/${subjectRoomOf(subject.kind)}/${subject.id}`);
}

/** The one that was asked for; else the first that lacks something, those of the process before the others. */
function languageAsked(c: Context<PageEnv>, shown: Omit<LanguagesProps, "to" | "state">): string {
  const { kind, original, translations, wanted, language } = shown;
  const asked = c.req.query("to");
  if (isLanguage(asked) && asked !== language) return asked;
  const others = siteLanguages.filter((one) => one !== language);
  const inOrder = [...others.filter((one) => wanted.includes(one)), ...others.filter((one) => !wanted.includes(one))];
  const translationIn = (one: string) => translations.find((translation) => translation.language === one);
  const lacking = inOrder.find((one) => {
    const found = translationIn(one);
    return (found?.older.length ?? 0) > 0 || missingFields(kind, original, found).length > 0;
  });
  return lacking ?? inOrder[0]!;
}
