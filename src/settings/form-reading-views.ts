// What was typed into the forms of the settings, read back as what the actions take.
import * as z from "zod";
import { isLanguage, type Language, languages } from "../platform/i18n.ts";
import type { LanguageMap } from "../platform/text.ts";
import { isTimeZone } from "../platform/time.ts";
import { retentionLimits } from "../subjects/retention.ts";
import { checkColour, isAccent } from "../web/accent.ts";
import { readPerLanguage } from "../web/fields.ts";
import type { FormValues } from "../web/forms.ts";
import { type Group, type GroupValues, isTileTemplate, textCharsMax, zoomLimit } from "./setting.ts";

const line = (max: number) => z.string().trim().max(max).default("");
const wholeNumber = ({ min, max }: { min: number; max: number }) =>
  z
    .string()
    .trim()
    .min(1)
    .transform(Number)
    .pipe(z.number("field.not-a-number").int("field.not-a-number").min(min).max(max));

/** A colour that people can see in the place it is for. */
const colour = (use: "letters" | "shapes") =>
  z
    .string()
    .trim()
    .toLowerCase()
    .min(1)
    .refine(isAccent, { error: "field.not-a-colour", abort: true })
    .refine((hex) => checkColour(hex, use).isEnough, "field.colour-weak");

const schemas = {
  colours: z.object({
    accent: colour("letters"),
    second: z.preprocess(
      (typed) => (typeof typed === "string" && typed.trim() !== "" ? typed : null),
      colour("shapes").nullable(),
    ),
  }),
  languages: z
    .object({
      offered: z.array(z.enum(languages)).min(1),
      first: z.enum(languages),
      timeZone: z.string().trim().min(1).refine(isTimeZone, "field.not-a-time-zone"),
    })
    .refine(({ offered, first }) => offered.includes(first), { path: ["first"], error: "field.first-offered" })
    .transform(({ offered, first, timeZone }) => ({
      offered: [first, ...offered.filter((lang) => lang !== first)],
      timeZone,
    })),
  contact: z.object({
    responsible: z.string().trim().min(1).max(200),
    email: z.string().trim().min(1).pipe(z.email()),
    address: line(500),
    phone: line(40),
  }),
  retention: z.object({
    noticeDays: wholeNumber(retentionLimits.noticeDays),
    receivedDays: wholeNumber(retentionLimits.receivedDays),
  }),
  map: z
    .object({
      template: line(300).refine((text) => text === "" || isTileTemplate(text), "field.not-tiles"),
      attribution: line(200),
      zoomMax: wholeNumber(zoomLimit),
    })
    .refine(({ template, attribution }) => template === "" || attribution !== "", {
      path: ["attribution"],
      error: "field.required",
    }),
} as const;

/** @throws ZodError naming the boxes. The logo is read apart: it is a file. */
export function readGroupForm(
  group: Group,
  values: FormValues,
  before: GroupValues[Group],
  first: Language,
  now: Date,
): GroupValues[Group] {
  if (group === "identity") return readIdentity(values, before as GroupValues["identity"], first);
  if (group in schemas) return schemas[group as keyof typeof schemas].parse({ offered: [], ...values });
  return readOwnText(values, before as GroupValues["terms"], now);
}

const wrong = (path: string, message: string): never => {
  throw new z.ZodError([{ code: "custom", path: [path], message, input: "" }]);
};

const limits = { name: 100, tagline: 200, description: 5_000 } as const;

function readIdentity(values: FormValues, before: GroupValues["identity"], first: Language): GroupValues["identity"] {
  const read = (name: keyof typeof limits) => merged(before[name], values, name, limits[name]);
  const name = read("name");
  if (!name[first]) wrong(`name.${first}`, "field.required");
  return {
    ...{ name, tagline: read("tagline"), description: read("description") },
    logo: values.removeLogo === "yes" ? null : before.logo,
  };
}

/** Texts in languages that are not offered now are not in the form, and stay. */
function merged(before: LanguageMap, values: FormValues, name: string, charsMax: number): LanguageMap {
  const hidden = Object.entries(before).filter(([lang]) => !isLanguage(lang) || !(`${name}.${lang}` in values));
  const typed = readPerLanguage(values, name);
  for (const [lang, text] of Object.entries(typed)) {
    const tooLong = { code: "too_big", origin: "string", maximum: charsMax, path: [`${name}.${lang}`], message: "" };
    if (text.length > charsMax) throw new z.ZodError([{ ...tooLong, input: text } as z.core.$ZodIssue]);
  }
  return { ...Object.fromEntries(hidden), ...typed };
}

/** The day of the last change is the version people have agreed to. */
function readOwnText(values: FormValues, before: GroupValues["terms"], now: Date): GroupValues["terms"] {
  const texts = merged(before.texts, values, "texts", textCharsMax);
  const asked = values.asksAgain === "yes" ? now.toISOString() : before.asked;
  if (JSON.stringify(texts) === JSON.stringify(before.texts)) return { ...before, asked };
  return { texts, since: Object.keys(texts).length === 0 ? "" : now.toISOString(), asked };
}
