// What was typed into the form of a process: arranged, read as what the actions take, and a process as it is typed.
import * as z from "zod";
import { handleFrom } from "../actors/actor.ts";
import { languages } from "../platform/i18n.ts";
import { type LanguageMap, pickText } from "../platform/text.ts";
import { fromLocal, toLocal } from "../platform/time.ts";
import type { PageContext } from "../web/context.ts";
import { readPerLanguage } from "../web/fields.ts";
import type { FormValues } from "../web/forms.ts";
import { callToActionCharsMax, isCallToAction } from "./call-to-action.ts";
import { isTerritory } from "./geojson.ts";
import { type Indicator, type PhasePlan, type Process, permissions } from "./process.ts";

export const titleCharsMax = 150;
export const summaryCharsMax = 500;
export const textCharsMax = 5_000;
export const descriptionCharsMax = 20_000;
export const shortCharsMax = 120;
const geojsonCharsMax = 200_000;
const phasesMax = 20;

/** How many phases the form shows. */
export function phaseCount(values: FormValues): number {
  const count = Number(values.phaseCount);
  return Number.isInteger(count) && count >= 0 && count <= phasesMax ? count : 1;
}

const phaseParts = [
  ...languages.flatMap((lang) => [`title.${lang}`, `description.${lang}`]),
  "starts",
  "ends",
  "permits",
] as const;

/** The rows of phases after the button that was pressed: one more, one less, or without those left empty. */
export function arrangePhases(values: FormValues): FormValues {
  const pressed = typeof values.do === "string" ? values.do : "";
  const { do: _pressed, ...others } = values;
  const rows = Array.from({ length: phaseCount(values) }, (_, index) =>
    phaseParts.map((name) => values[`phase-${index}-${name}`]),
  );
  // What a phase permits is ticked before anybody has written it.
  const isEmpty = (row: (typeof rows)[number]) =>
    row.every(
      (value, at) => phaseParts[at] === "permits" || value === undefined || value instanceof File || value.length === 0,
    );
  const removed = /^remove-phase-(\d+)$/.exec(pressed)?.[1];
  const kept = rows.filter((row, index) => (removed ? index !== Number(removed) : pressed !== "" || !isEmpty(row)));
  if (pressed === "add-phase" && kept.length < phasesMax) kept.push([]);
  const arranged: Record<string, FormValues[string]> = {};
  for (const [name, value] of Object.entries(others)) if (!/^phase-\d+-/.test(name)) arranged[name] = value;
  for (const [index, row] of kept.entries()) {
    for (const [at, name] of phaseParts.entries()) {
      if (row[at] !== undefined) arranged[`phase-${index}-${name}`] = row[at];
    }
  }
  return { ...arranged, phaseCount: String(kept.length) };
}

const textsOf = (name: string, charsMax: number) =>
  Object.fromEntries(languages.map((lang) => [`${name}.${lang}`, z.string().trim().max(charsMax).default("")]));

const call = z.string().trim().max(callToActionCharsMax).refine(isCallToAction, "field.no-address").default("");

/** One line, empty where nothing was typed. */
const line = (charsMax: number) => z.string().trim().max(charsMax).default("");
const decimal = z
  .string()
  .trim()
  .transform((text) => text.replace(",", "."))
  .pipe(z.string().regex(/^(-?\d{1,15}(\.\d{1,6})?)?$/, "field.not-a-number"))
  .default("");

/** Every refusal names its own box: `phase-1-ends`, `title.ca`. */
function formSchema(ctx: PageContext, phasesGiven: number) {
  const moment = z
    .string()
    .trim()
    .min(1)
    .transform((text) => fromLocal(text, ctx.city.timeZone))
    .refine((at): at is Date => at !== null, "field.not-a-date");
  const phaseShape = Array.from({ length: phasesGiven }, (_, index) => ({
    ...textsOf(`phase-${index}-title`, shortCharsMax),
    ...textsOf(`phase-${index}-description`, summaryCharsMax),
    [`phase-${index}-starts`]: moment,
    [`phase-${index}-ends`]: moment,
    [`phase-${index}-permits`]: z.array(z.enum(permissions)).default([]),
  }));
  const needed = ["title", ...phaseShape.map((_, index) => `phase-${index}-title`)];
  return z
    .looseObject({
      ...textsOf("title", titleCharsMax),
      ...textsOf("summary", summaryCharsMax),
      ...textsOf("description", descriptionCharsMax),
      ...Object.fromEntries(languages.map((lang) => [`callToAction.${lang}`, call])),
      ...Object.assign({}, ...["decides", "promoter", "audience", "goals"].map((name) => textsOf(name, textCharsMax))),
      ...(Object.assign({}, ...phaseShape) as Record<string, z.ZodType>),
    })
    .superRefine((values, issues) => {
      for (const name of needed) {
        if (Object.keys(readPerLanguage(values as FormValues, name)).length > 0) continue;
        issues.addIssue({ code: "custom", path: [`${name}.${ctx.city.lang}`], message: "field.required" });
      }
    });
}

const whole = (min: number, max: number) =>
  z
    .number({ error: ({ code }) => (code === "invalid_type" ? "field.not-a-number" : undefined) })
    .int()
    .min(min)
    .max(max);

/** What is typed once and not per language, the same in every form that makes or changes a process. */
export const settingsShape = {
  indicatorName: line(shortCharsMax),
  indicatorCode: line(40),
  indicatorUnit: line(40),
  indicatorBaseline: decimal,
  indicatorTarget: decimal,
  supportLimit: z
    .string()
    .trim()
    .default("")
    .transform((text) => (text === "" ? null : Number(text)))
    .pipe(whole(1, 1_000).nullable()),
  editWindow: z.coerce.number().pipe(whole(0, 525_600)),
  isPilot: z.literal("yes").optional(),
  pilotArea: line(shortCharsMax),
  pilotGeojson: z
    .string()
    .trim()
    .max(geojsonCharsMax)
    .refine((text) => text === "" || isTerritory(text), "field.not-geojson")
    .default(""),
};

const settingsSchema = z.object({
  ...settingsShape,
  categories: z.array(z.uuid()).default([]),
  imageAlt: line(300),
});

/** The settings as the actions take them. */
export const settingsOf = (data: z.output<z.ZodObject<typeof settingsShape>>) => ({
  indicator:
    data.indicatorName === ""
      ? null
      : {
          name: data.indicatorName,
          code: data.indicatorCode,
          unit: data.indicatorUnit,
          baseline: data.indicatorBaseline,
          target: data.indicatorTarget,
        },
  isPilot: data.isPilot === "yes",
  pilotArea: data.pilotArea,
  pilotGeojson: data.pilotGeojson === "" ? null : (JSON.parse(data.pilotGeojson) as unknown),
  supportLimit: data.supportLimit,
  editWindowMinutes: data.editWindow,
});

/** An indicator as it is typed. */
export const indicatorValues = (indicator: Indicator | null): Record<string, string> => ({
  indicatorName: indicator?.name ?? "",
  indicatorCode: indicator?.code ?? "",
  indicatorUnit: indicator?.unit ?? "",
  indicatorBaseline: indicator?.baseline ?? "",
  indicatorTarget: indicator?.target ?? "",
});

/**
 * What was typed, as the actions take it, but for the picture and the handle.
 * @throws ZodError naming the boxes.
 */
export function readProcessForm(ctx: PageContext, values: FormValues) {
  const count = phaseCount(values);
  const [texts, settings] = [formSchema(ctx, count).safeParse(values), settingsSchema.safeParse(values)];
  if (!texts.success || !settings.success) {
    throw new z.ZodError([...(texts.error?.issues ?? []), ...(settings.error?.issues ?? [])]);
  }
  const textOfField = (name: string): LanguageMap => readPerLanguage(values, name);
  const title = textOfField("title");
  const { data } = settings;
  const phases = Array.from({ length: count }, (_, index): PhasePlan => {
    const parsed = texts.data as Record<string, unknown>;
    return {
      title: textOfField(`phase-${index}-title`),
      description: textOfField(`phase-${index}-description`),
      startsAt: parsed[`phase-${index}-starts`] as Date,
      endsAt: parsed[`phase-${index}-ends`] as Date,
      permits: parsed[`phase-${index}-permits`] as PhasePlan["permits"],
    };
  });
  const written = [ctx.city.lang, ...languages].filter((lang, at, all) => title[lang] && all.indexOf(lang) === at);
  return {
    languages: written,
    title,
    summary: textOfField("summary"),
    description: textOfField("description"),
    promoter: textOfField("promoter"),
    audience: textOfField("audience"),
    decides: textOfField("decides"),
    goals: textOfField("goals"),
    callToAction: textOfField("callToAction"),
    ...settingsOf(data),
    imageAlt: data.imageAlt,
    phases,
    categoryIds: data.categories,
  };
}

/** The handle that was typed, or one made from the title. */
export function handleOf(values: FormValues, title: LanguageMap, lang: string): string {
  const typed = typeof values.handle === "string" ? values.handle.trim().replace(/^@/, "").toLowerCase() : "";
  return typed || handleFrom(pickText(title, "en", lang).text);
}

/** A process as the form shows it. */
export function valuesOf(ctx: PageContext, process: Process, categoryIds: readonly string[]): FormValues {
  const values: Record<string, FormValues[string]> = {};
  const keep = (name: string, texts: LanguageMap) => {
    for (const [lang, text] of Object.entries(texts)) values[`${name}.${lang}`] = text;
  };
  for (const name of [
    "title",
    "summary",
    "description",
    "promoter",
    "audience",
    "decides",
    "goals",
    "callToAction",
  ] as const) {
    keep(name, process[name]);
  }
  for (const [index, phase] of process.phases.entries()) {
    keep(`phase-${index}-title`, phase.title);
    keep(`phase-${index}-description`, phase.description);
    values[`phase-${index}-starts`] = toLocal(phase.startsAt, ctx.city.timeZone);
    values[`phase-${index}-ends`] = toLocal(phase.endsAt, ctx.city.timeZone);
    values[`phase-${index}-permits`] = phase.permits;
  }
  return {
    ...values,
    ...indicatorValues(process.indicator),
    phaseCount: String(process.phases.length),
    supportLimit: process.supportLimit === null ? "" : String(process.supportLimit),
    editWindow: String(process.editWindowMinutes),
    categories: categoryIds,
    ...(process.isPilot ? { isPilot: "yes" } : {}),
    pilotArea: process.pilotArea,
    pilotGeojson: process.pilotGeojson ? JSON.stringify(process.pilotGeojson) : "",
    imageName: process.image?.split("/").at(-1) ?? "",
    imageAlt: process.imageAlt,
  };
}

/** An empty form: one phase, a day to mend what one wrote. */
export const newProcessValues: FormValues = { phaseCount: "1", editWindow: "1440" };
