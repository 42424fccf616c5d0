// What was typed into the form that makes a draft of another city's process, read as what the action takes.
import * as z from "zod";
import type { MessageKey } from "../platform/i18n.ts";
import type { LanguageMap } from "../platform/text.ts";
import { pickText } from "../platform/text.ts";
import type { NewProcess } from "../processes/actions.ts";
import { callToActionCharsMax, isCallToAction } from "../processes/call-to-action.ts";
import {
  descriptionCharsMax,
  handleOf,
  settingsOf,
  settingsShape,
  shortCharsMax,
  summaryCharsMax,
  textCharsMax,
  titleCharsMax,
} from "../processes/form-reading-views.ts";
import { type Permission, type PhasePlan, type Process, permissions } from "../processes/process.ts";
import { datesOf, type RelativePhase } from "../processes/relative-plan.ts";
import type { PageContext } from "../web/context.ts";
import type { FormValues } from "../web/forms.ts";
import type { PhaseShown } from "../web/phases.ts";

import { merged } from "./form-views.ts";

export const limits = { short: shortCharsMax, summary: summaryCharsMax, days: 3_650 } as const;
export type Typed = RelativePhase;

/** The texts of a process, in the order of the form. */
export const fieldsOfText = [
  { name: "title", label: "processes.form.title", charsMax: titleCharsMax },
  { name: "summary", label: "processes.form.summary", charsMax: summaryCharsMax, rows: 3 },
  { name: "description", label: "processes.form.description", charsMax: descriptionCharsMax, rows: 8 },
  { name: "goals", label: "processes.goals", charsMax: textCharsMax, rows: 3 },
  { name: "decides", label: "processes.decides", charsMax: textCharsMax, rows: 3 },
  { name: "promoter", label: "processes.promoter", charsMax: textCharsMax, rows: 3 },
  { name: "audience", label: "processes.audience", charsMax: textCharsMax, rows: 3 },
  { name: "callToAction", label: "processes.form.callToAction", charsMax: callToActionCharsMax },
] as const satisfies readonly {
  readonly name: keyof Process;
  readonly label: MessageKey;
  readonly charsMax: number;
  readonly rows?: number;
}[];

const typed = (values: FormValues, name: string): string => {
  const value = values[name];
  return typeof value === "string" ? value.trim() : "";
};

const listed = (values: FormValues, name: string): readonly string[] => {
  const value = values[name];
  return Array.isArray(value) ? value : typeof value === "string" ? [value] : [];
};

const daysIn = (text: string, min: number): number | null => {
  const days = Number(text);
  return text !== "" && Number.isInteger(days) && days >= min && days <= limits.days ? days : null;
};

interface PhaseTyped {
  readonly index: number;
  readonly relative: RelativePhase | null;
}

const phasesTyped = (process: Process, values: FormValues): PhaseTyped[] =>
  process.phases.flatMap((_, index) => {
    if (typed(values, `phase-${index}-kept`) !== "yes") return [];
    const afterDays = daysIn(typed(values, `phase-${index}-after`), 0);
    const lastsDays = daysIn(typed(values, `phase-${index}-lasts`), 1);
    return [{ index, relative: afterDays === null || lastsDays === null ? null : { afterDays, lastsDays } }];
  });

/** What the dates follow from: two forms with the same key have the same dates. */
export const planKey = (process: Process, values: FormValues): string =>
  [
    typed(values, "startsOn"),
    ...phasesTyped(process, values).map(
      ({ index, relative }) => `${index}:${relative?.afterDays}:${relative?.lastsDays}`,
    ),
  ].join(" ");

/** The plan with its real dates; null until a first day was typed and all distances can be read. */
export function planOf(ctx: PageContext, process: Process, values: FormValues): PhaseShown[] | null {
  const shown: PhaseShown[] = [];
  for (const { index, relative } of phasesTyped(process, values)) {
    const dates = relative && datesOf(typed(values, "startsOn"), relative, ctx.city.timeZone);
    if (dates === null) return null;
    const ours = typed(values, `phase-${index}-title`);
    const title = ours
      ? { text: ours, lang: ctx.city.lang }
      : pickText(process.phases[index]!.title, ctx.t.lang, ...process.languages);
    shown.push({ title, ...dates });
  }
  return shown.length === 0 ? null : shown.sort((a, b) => +a.startsAt - +b.startsAt);
}

const settings = z.object({ ...settingsShape, organisation: z.uuid() });

/**
 * What was typed, as the action takes it.
 * @param categoryIds ours, that one of theirs may be mapped to.
 * @throws ZodError naming the boxes.
 */
export function readProcessAdoption(
  ctx: PageContext,
  process: Process,
  values: FormValues,
  { categoriesCount, categoryIds }: { categoriesCount: number; categoryIds: readonly string[] },
): NewProcess {
  const { lang, timeZone } = ctx.city;
  const read = settings.safeParse(values);
  const issues: z.core.$ZodIssue[] = [...(read.error?.issues ?? [])];
  const wrong = (name: string, message: string) =>
    issues.push({ code: "custom", path: [name], message, input: typed(values, name) });
  const isKept = values.keepTheirs === "yes";
  const text = (name: string, theirs: LanguageMap, charsMax: number): LanguageMap => {
    if (typed(values, name).length > charsMax) {
      issues.push({ code: "too_big", origin: "string", maximum: charsMax, path: [name], message: "", input: "" });
    }
    return merged(theirs, typed(values, name), lang, isKept);
  };
  const texts = Object.fromEntries(
    fieldsOfText.map(({ name, charsMax }) => [name, text(name, process[name], charsMax)]),
  ) as Record<(typeof fieldsOfText)[number]["name"], LanguageMap>;
  if (Object.keys(texts.title).length === 0) wrong("title", "field.required");
  const call = typed(values, "callToAction");
  if (call.length <= callToActionCharsMax && !isCallToAction(call)) wrong("callToAction", "field.no-address");
  if (datesOf(typed(values, "startsOn"), { afterDays: 0, lastsDays: 1 }, timeZone) === null) {
    wrong("startsOn", typed(values, "startsOn") === "" ? "field.required" : "field.not-a-date");
  }
  const phases = phasesTyped(process, values).flatMap(({ index, relative }): PhasePlan[] => {
    const name = `phase-${index}`;
    const original = process.phases[index]!;
    const title = text(`${name}-title`, original.title, shortCharsMax);
    const description = text(`${name}-description`, original.description, summaryCharsMax);
    if (Object.keys(title).length === 0) wrong(`${name}-title`, "field.required");
    if (daysIn(typed(values, `${name}-after`), 0) === null) wrong(`${name}-after`, "field.not-a-number");
    if (daysIn(typed(values, `${name}-lasts`), 1) === null) wrong(`${name}-lasts`, "field.not-a-number");
    const dates = relative && datesOf(typed(values, "startsOn"), relative, timeZone);
    const permits = listed(values, `${name}-permits`).filter((one): one is Permission =>
      (permissions as readonly string[]).includes(one),
    );
    return dates === null ? [] : [{ title, description, ...dates, permits }];
  });
  if (read.data?.isPilot === "yes" && read.data.pilotArea === "") wrong("pilotArea", "field.required");
  if (!read.success || issues.length > 0) throw new z.ZodError(issues);
  const { data } = read;
  const chosen = Array.from({ length: categoriesCount }, (_, index) => typed(values, `category-${index}`));
  const written = [lang, ...Object.keys(texts.title)].filter(
    (tag, at, all) => texts.title[tag] && all.indexOf(tag) === at,
  );
  return {
    ...texts,
    languages: written,
    handle: handleOf(values, texts.title, lang),
    organisationId: data.organisation,
    ...settingsOf(data),
    image: null,
    imageAlt: "",
    phases,
    categoryIds: [...new Set(chosen)].filter((id) => categoryIds.includes(id)),
    source: { name: process.organisationName ?? new URL(process.uri).host, url: process.url },
  };
}
