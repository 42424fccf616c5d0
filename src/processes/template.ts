// A process as a template: what it is about, its rules and its plan as relative days, without what happened in it.
// The file has the keys of Decidim's "export process", so that either system reads the other's.
// Pure: no SQL, no request, no clock.
import { htmlToMarkdown } from "../platform/html-to-markdown.ts";
import { markdownToHtml, plainText } from "../platform/rich-text.ts";
import { clip, isLanguageTag, type LanguageMap, tidyLine, tidyText } from "../platform/text.ts";
import { type Indicator, type Permission, type Process, permissions } from "./process.ts";
import { type RelativePhase, relativePlan } from "./relative-plan.ts";

export interface TemplatePhase extends RelativePhase {
  readonly title: LanguageMap;
  readonly description: LanguageMap;
  readonly permits: readonly Permission[];
}

export interface ProcessTemplate {
  readonly slug: string;
  readonly title: LanguageMap;
  readonly summary: LanguageMap;
  readonly description: LanguageMap;
  readonly promoter: LanguageMap;
  readonly audience: LanguageMap;
  readonly decides: LanguageMap;
  readonly goals: LanguageMap;
  readonly callToAction: LanguageMap;
  readonly indicator: Indicator | null;
  readonly isPilot: boolean;
  readonly supportLimit: number | null;
  readonly editWindowMinutes: number;
  readonly phases: readonly TemplatePhase[];
  /** Names of categories, matched with the city's own where it is used. */
  readonly categories: readonly LanguageMap[];
}

export const templateBytesMax = 1_000_000;
const phasesMax = 20;
const categoriesMax = 200;
const languagesMax = 30;
const titleCharsMax = 150;
const phaseTitleCharsMax = 120;
const callCharsMax = 40;
const lineCharsMax = 500;
const textCharsMax = 5_000;
const descriptionCharsMax = 20_000;
const daysMax = 3_650;
/** For phases of a file that gives no dates. */
const daysByDefault = 30;
const dayMs = 86_400_000;

export const expectations = ["json", "process", "text", "short", "list", "few", "days", "number", "after"] as const;
export type Expectation = (typeof expectations)[number];

/** A file that is no template: where, and what should stand there. */
export class WrongTemplate extends Error {
  readonly place: string;
  readonly expected: Expectation;

  constructor(place: string, expected: Expectation, options?: ErrorOptions) {
    super(`${place}: expected ${expected}`, options);
    this.name = "WrongTemplate";
    this.place = place;
    this.expected = expected;
  }
}

/** The template a process is an instance of: nothing of its people, its results or its place. */
export const templateOf = (
  process: Process,
  categories: readonly { readonly name: LanguageMap }[],
): ProcessTemplate => {
  const relative = relativePlan(process.phases);
  const { title, summary, description, promoter, audience, decides, goals, callToAction } = process;
  const { indicator, isPilot } = process;
  return {
    ...{ slug: process.handle, title, summary, description, promoter, audience, decides, goals, callToAction },
    ...{ indicator, isPilot },
    supportLimit: process.supportLimit,
    editWindowMinutes: process.editWindowMinutes,
    phases: process.phases.map((phase, index) => ({
      ...{ title: phase.title, description: phase.description, permits: phase.permits },
      ...relative[index]!,
    })),
    categories: categories.map(({ name }) => name),
  };
};

const eachText = (texts: LanguageMap, change: (text: string) => string): LanguageMap =>
  Object.fromEntries(Object.entries(texts).map(([lang, text]) => [lang, change(text)]));

const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", "\n": "<br>" };
const linesToHtml = (text: string): string => `<p>${text.replace(/[&<>\n]/g, (char) => escapes[char] ?? char)}</p>`;

/** The file, indented for reading. Texts are HTML, as in Decidim. */
export function writeTemplate(template: ProcessTemplate, process: Pick<Process, "phases">): string {
  const lines = (texts: LanguageMap) => eachText(texts, linesToHtml);
  const rich = (texts: LanguageMap) => eachText(texts, (text) => markdownToHtml(text).toString());
  const steps = template.phases.map((phase, index) => ({
    id: index + 1,
    title: phase.title,
    description: lines(phase.description),
    start_date: process.phases[index]?.startsAt.toISOString() ?? null,
    end_date: process.phases[index]?.endsAt.toISOString() ?? null,
    ...{ active: index === 0, position: index, after_days: phase.afterDays, lasts_days: phase.lastsDays },
    permits: phase.permits,
  }));
  const settings = {
    global: { vote_limit: template.supportLimit ?? 0, proposal_edit_before_minutes: template.editWindowMinutes },
    steps: Object.fromEntries(steps.map(({ id, permits }) => [id, settingsOfStep(permits)])),
  };
  const file = {
    koinon_template: 1,
    title: template.title,
    subtitle: template.summary,
    slug: template.slug,
    short_description: lines(template.summary),
    description: rich(template.description),
    developer_group: lines(template.promoter),
    target: lines(template.audience),
    participatory_scope: lines(template.decides),
    goals: rich(template.goals),
    call_to_action: template.callToAction,
    indicator: template.indicator,
    pilot: template.isPilot,
    participatory_process_steps: steps,
    participatory_process_categories: template.categories.map((name) => ({ name })),
    components: [{ manifest_name: "proposals", weight: 0, settings }],
  };
  return `${JSON.stringify([file], null, 2)}\n`;
}

const settingsOfStep = (permits: readonly Permission[]) => ({
  creation_enabled: permits.includes("propose"),
  votes_enabled: permits.includes("support"),
  comments_blocked: !permits.includes("comment"),
  proposal_answering_enabled: permits.includes("answer"),
});

/**
 * Reads a template file of this program or an exported process of Decidim, all of it or nothing. Markup is cleaned, what is
 * not known is left out, long summaries are cut at a word.
 * @throws WrongTemplate naming the place.
 */
export function readTemplate(text: string): ProcessTemplate {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text.replace(/^\ufeff/, ""));
  } catch (error) {
    throw new WrongTemplate("", "json", { cause: error });
  }
  const isList = Array.isArray(parsed);
  if (isList && (parsed as unknown[]).length !== 1) throw new WrongTemplate("", "process");
  const file = objectAt(isList ? (parsed as unknown[])[0] : parsed, "", "process");
  // Titles are plain text here; in Decidim they may hold markup.
  const line = file.koinon_template === 1 ? tidyLine : oneLine;
  const title = texts(file.title, "title", titleCharsMax, line, true);
  if (Object.keys(title).length === 0) throw new WrongTemplate("title", "text");
  const short = texts(file.short_description, "short_description", lineCharsMax, linesOf);
  const components = listAt(file.components ?? [], "components").map((one, at) =>
    objectAt(one, `components[${at}]`, "process"),
  );
  const proposals = components.find((one) => one.manifest_name === "proposals")?.settings;
  const settings = isObject(proposals) ? proposals : {};
  const global = isObject(settings.global) ? settings.global : settings;
  return {
    title,
    slug: typeof file.slug === "string" ? file.slug.slice(0, 200) : "",
    summary: Object.keys(short).length > 0 ? short : texts(file.subtitle, "subtitle", lineCharsMax, linesOf),
    description: texts(file.description, "description", descriptionCharsMax, markdownOf),
    promoter: texts(file.developer_group, "developer_group", textCharsMax, linesOf),
    audience: texts(file.target, "target", textCharsMax, linesOf),
    decides: texts(file.participatory_scope, "participatory_scope", textCharsMax, linesOf),
    goals: texts(file.goals, "goals", textCharsMax, markdownOf),
    callToAction: texts(file.call_to_action, "call_to_action", callCharsMax, line),
    indicator: indicatorAt(file.indicator),
    isPilot: file.pilot === true,
    supportLimit: wholeAt(global.vote_limit, "components.settings.global.vote_limit", 1_000) || null,
    editWindowMinutes:
      wholeAt(
        global.proposal_edit_before_minutes,
        "components.settings.global.proposal_edit_before_minutes",
        525_600,
      ) ?? 1_440,
    phases: phasesAt(file, isObject(settings.steps) ? settings.steps : {}, line),
    categories: categoriesAt(file, line),
  };
}

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function objectAt(value: unknown, place: string, expected: Expectation): Json {
  if (!isObject(value)) throw new WrongTemplate(place, expected);
  return value;
}

function listAt(value: unknown, place: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new WrongTemplate(place, "list");
  return value;
}

const oneLine = (text: string): string => tidyLine(plainText(text));
const markdownOf = (text: string): string => tidyText(htmlToMarkdown(text));
const linesOf = (text: string): string => tidyText(plainText(text));

/** A language map. Decidim's pseudo language `machine_translations` and what is no language tag are left out. */
function texts(
  value: unknown,
  place: string,
  charsMax: number,
  read: (text: string) => string,
  isWhole = false,
): LanguageMap {
  if (value === undefined || value === null || value === "") return {};
  const found: Record<string, string> = {};
  for (const [tag, text] of Object.entries(objectAt(value, place, "text"))) {
    if (tag === "machine_translations" || !isLanguageTag(tag) || text === null || text === "") continue;
    if (typeof text !== "string") throw new WrongTemplate(`${place}.${tag}`, "text");
    const clean = read(text);
    if (isWhole && clean.length > charsMax) throw new WrongTemplate(`${place}.${tag}`, "short");
    if (clean !== "") found[tag] = clip(clean, charsMax);
    if (Object.keys(found).length > languagesMax) throw new WrongTemplate(place, "few");
  }
  return found;
}

/** A whole number, 0 to `max`; null where none is given. */
function wholeAt(value: unknown, place: string, max: number, expected: Expectation = "number"): number | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > max) {
    throw new WrongTemplate(place, expected);
  }
  return value;
}

function indicatorAt(value: unknown): Indicator | null {
  if (value === undefined || value === null) return null;
  const object = objectAt(value, "indicator", "process");
  const line = (name: string, charsMax: number) => {
    const text = object[name] ?? "";
    if (typeof text !== "string") throw new WrongTemplate(`indicator.${name}`, "text");
    return tidyLine(text).slice(0, charsMax);
  };
  const decimal = (name: string) => {
    const text = line(name, 24);
    if (!/^(-?\d{1,15}(\.\d{1,6})?)?$/.test(text)) throw new WrongTemplate(`indicator.${name}`, "number");
    return text;
  };
  const name = line("name", phaseTitleCharsMax);
  if (name === "") return null;
  return {
    name,
    code: line("code", 40),
    unit: line("unit", 40),
    baseline: decimal("baseline"),
    target: decimal("target"),
  };
}

/** Under the key of either generation: which one stands in the file is what an error names. */
const keyIn = (file: Json, ...keys: readonly [string, string]): string => (file[keys[0]] == null ? keys[1] : keys[0]);

function phasesAt(file: Json, settingsOfSteps: Json, line: (text: string) => string): TemplatePhase[] {
  const key = keyIn(file, "participatory_process_steps", "steps");
  const list = listAt(file[key] ?? [], key);
  if (list.length > phasesMax) throw new WrongTemplate(key, "few");
  const read = list.map((one, at) => {
    const place = `${key}[${at}]`;
    const step = objectAt(one, place, "process");
    const title = texts(step.title, `${place}.title`, phaseTitleCharsMax, line, true);
    if (Object.keys(title).length === 0) throw new WrongTemplate(`${place}.title`, "text");
    return {
      place,
      title,
      description: texts(step.description, `${place}.description`, lineCharsMax, linesOf),
      permits: permitsOf(step, settingsOfSteps),
      position: wholeAt(step.position, `${place}.position`, 1_000_000) ?? at,
      afterDays: wholeAt(step.after_days, `${place}.after_days`, daysMax, "days"),
      lastsDays: wholeAt(step.lasts_days, `${place}.lasts_days`, daysMax, "days"),
      startsAt: dateAt(step.start_date, `${place}.start_date`),
      endsAt: dateAt(step.end_date, `${place}.end_date`),
    };
  });
  read.sort((one, other) => one.position - other.position);
  const first = Math.min(...read.flatMap(({ startsAt }) => (startsAt === null ? [] : [+startsAt])));
  let free = 0;
  return read.map(({ place, position: _position, startsAt, endsAt, ...phase }) => {
    const dated = startsAt !== null && endsAt !== null;
    if (dated && endsAt < startsAt) throw new WrongTemplate(`${place}.end_date`, "after");
    const afterDays = phase.afterDays ?? (dated ? Math.max(free, Math.round((+startsAt - first) / dayMs)) : free);
    // Decidim ends a phase on its last day, we at the first moment after it.
    const lastsDays = phase.lastsDays ?? (dated ? Math.round((+endsAt - first) / dayMs) - afterDays : daysByDefault);
    if (phase.afterDays !== null && afterDays < free) throw new WrongTemplate(`${place}.after_days`, "after");
    if (phase.lastsDays === 0 || afterDays > daysMax) throw new WrongTemplate(`${place}.lasts_days`, "days");
    const whole = Math.min(daysMax, Math.max(1, lastsDays));
    free = afterDays + whole;
    return { title: phase.title, description: phase.description, permits: phase.permits, afterDays, lastsDays: whole };
  });
}

function dateAt(value: unknown, place: string): Date | null {
  if (value === undefined || value === null || value === "") return null;
  const date = typeof value === "string" && value.length < 40 ? new Date(value) : null;
  if (date === null || Number.isNaN(+date)) throw new WrongTemplate(place, "days");
  return date;
}

/** As the file says it itself, else as Decidim's proposals component is set for that step. */
function permitsOf(step: Json, settingsOfSteps: Json): Permission[] {
  if (Array.isArray(step.permits)) return permissions.filter((one) => (step.permits as unknown[]).includes(one));
  const settings = settingsOfSteps[String(step.id)];
  if (!isObject(settings)) return [];
  const isOn: Record<Permission, boolean> = {
    propose: settings.creation_enabled === true,
    support: settings.votes_enabled === true && settings.votes_blocked !== true,
    comment: settings.comments_blocked === false,
    answer: settings.proposal_answering_enabled === true,
  };
  return permissions.filter((one) => isOn[one]);
}

function categoriesAt(file: Json, line: (text: string) => string): LanguageMap[] {
  const key = keyIn(file, "participatory_process_categories", "categories");
  const list = listAt(file[key] ?? [], key);
  if (list.length > categoriesMax) throw new WrongTemplate(key, "few");
  return list.map((one, at) => {
    const place = `${key}[${at}]`;
    return texts(objectAt(one, place, "process").name, `${place}.name`, phaseTitleCharsMax, line);
  });
}
