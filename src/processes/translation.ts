// The texts of a process, field by field and language by language: what is there, what is missing, what is typed anew.
// Pure: no SQL, no request, no clock.
import { languages } from "../platform/i18n.ts";
import type { LanguageMap } from "../platform/text.ts";
import type { PhasePlan, Process } from "./process.ts";

export const translatedFields = [
  "title",
  "summary",
  "description",
  "decides",
  "audience",
  "promoter",
  "goals",
  "callToAction",
] as const;
export type TranslatedField = (typeof translatedFields)[number];

export interface TextSlot {
  /** `title`, `phase-0-title`: the name of the field in a form. */
  readonly name: string;
  readonly field: TranslatedField | "phase-title" | "phase-description";
  /** The place of the phase in the plan; null for a text of the process itself. */
  readonly phase: number | null;
  readonly texts: LanguageMap;
}

/** Every text of a process, in the order of its page. */
export const slotsOf = (process: Pick<Process, TranslatedField | "phases">): TextSlot[] => [
  ...translatedFields.map((field): TextSlot => ({ name: field, field, phase: null, texts: process[field] })),
  ...process.phases.flatMap((phase, index): TextSlot[] => [
    { name: `phase-${index}-title`, field: "phase-title", phase: index, texts: phase.title },
    { name: `phase-${index}-description`, field: "phase-description", phase: index, texts: phase.description },
  ]),
];

const isWritten = ({ texts }: TextSlot): boolean => Object.values(texts).some((text) => text !== "");

/** How many texts that stand in some language are missing in this one. */
export const missingTexts = (slots: readonly TextSlot[], lang: string): number =>
  slots.filter((slot) => isWritten(slot) && !slot.texts[lang]).length;

/** The languages a process is really written in, its own first; and those of the site that are still to come. */
export const languagesOf = (process: Pick<Process, TranslatedField | "phases" | "languages">): string[] => {
  const written = slotsOf(process).flatMap(({ texts }) => Object.keys(texts).filter((lang) => texts[lang]));
  return [...new Set([...process.languages, ...written])];
};

export const siteLanguages: readonly string[] = languages;

const withText = (texts: LanguageMap, lang: string, text: string | undefined): LanguageMap => {
  if (text === undefined) return texts;
  const { [lang]: _before, ...others } = texts;
  return text.trim() === "" ? others : { ...others, [lang]: text.trim() };
};

/**
 * What changes when these texts are typed in one language: that language alone, field by field; what was not sent stays.
 * @param typed by the names of {@link slotsOf}.
 */
export function translated(
  process: Pick<Process, TranslatedField | "phases" | "languages">,
  lang: string,
  typed: Readonly<Record<string, string | undefined>>,
) {
  const texts = Object.fromEntries(
    translatedFields.map((field) => [field, withText(process[field], lang, typed[field])]),
  ) as Record<TranslatedField, LanguageMap>;
  const phases = process.phases.map(
    (phase, index): PhasePlan => ({
      ...phase,
      title: withText(phase.title, lang, typed[`phase-${index}-title`]),
      description: withText(phase.description, lang, typed[`phase-${index}-description`]),
    }),
  );
  const written = [...process.languages.filter((one) => texts.title[one]), ...Object.keys(texts.title)];
  return { ...texts, phases, languages: [...new Set(written)] };
}
