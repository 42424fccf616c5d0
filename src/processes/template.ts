// A process as a template: what it is about, its rules and its plan as relative days, without what happened in it.
// The file has the keys of Decidim's "export process", so that either system reads the other's.
// Pure: no SQL, no request, no clock.
import { markdownToHtml } from "../platform/rich-text.ts";
import { type LanguageMap, tidyLine } from "../platform/text.ts";
import { type Indicator, type Permission, type Process, permissions } from "./process.ts";
import { type RelativePhase, relativePlan } from "./relative-plan.ts";
import { callIn, categoriesIn, filesIn, keyIn, type Rules, rulesOf } from "./template-decidim.ts";
import {
  dateAt,
  dayMs,
  endAt,
  type Json,
  linesOf,
  listAt,
  markdownOf,
  objectAt,
  oneLine,
  parseJson,
  textsAt,
  WrongTemplate,
  wholeAt,
} from "./template-json.ts";

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

export const templateBytesMax = 5_000_000;
const phasesMax = 20;
const titleCharsMax = 150;
const phaseTitleCharsMax = 120;
const callCharsMax = 40;
const lineCharsMax = 500;
const textCharsMax = 5_000;
const descriptionCharsMax = 20_000;
const daysMax = 3_650;
/** For phases of a file that gives no dates. */
const daysByDefault = 30;

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

/** What a file holds, and what of it could not be taken along. */
export interface ReadTemplate {
  readonly template: ProcessTemplate;
  /** Documents and pictures that are in the file by their addresses only. Nothing is fetched from there. */
  readonly filesLeft: number;
  /** The places of texts that were too long and are cut at a word. */
  readonly cut: readonly string[];
}

/**
 * Reads a template file of this program or an exported process of Decidim, all of it or nothing. Markup is cleaned, what is
 * not known is left out, long texts are cut at a word.
 * @throws WrongTemplate naming the place.
 */
export function readTemplate(text: string): ReadTemplate {
  // Decidim hands its exports out packed.
  if (text.startsWith("PK\u0003\u0004")) throw new WrongTemplate("", "zip");
  const parsed = parseJson(text.replace(/^\ufeff/, ""), "");
  const isList = Array.isArray(parsed);
  if (isList && (parsed as unknown[]).length !== 1) throw new WrongTemplate("", "process");
  const file = objectAt(isList ? (parsed as unknown[])[0] : parsed, "", "process");
  const cut: string[] = [];
  return { template: templateIn(file, cut), filesLeft: filesIn(file), cut };
}

function templateIn(file: Json, cut: string[]): ProcessTemplate {
  // Titles are plain text here; in Decidim they may hold markup.
  const line = file.koinon_template === 1 ? tidyLine : oneLine;
  const title = textsAt(file.title, "title", { charsMax: titleCharsMax, read: line, cut: null });
  if (Object.keys(title).length === 0) throw new WrongTemplate("title", "text");
  const lines = (key: string, charsMax: number) => textsAt(file[key], key, { charsMax, read: linesOf, cut });
  const rich = (key: string, charsMax: number) => textsAt(file[key], key, { charsMax, read: markdownOf, cut });
  const short = lines("short_description", lineCharsMax);
  const rules = rulesOf(file);
  const { phases, call } = phasesIn(file, rules, line, cut);
  return {
    title,
    slug: typeof file.slug === "string" ? file.slug.slice(0, 200) : "",
    summary: Object.keys(short).length > 0 ? short : lines("subtitle", lineCharsMax),
    description: rich("description", descriptionCharsMax),
    promoter: lines("developer_group", textCharsMax),
    audience: lines("target", textCharsMax),
    decides: lines("participatory_scope", textCharsMax),
    goals: rich("goals", textCharsMax),
    callToAction:
      file.call_to_action == null
        ? call
        : textsAt(file.call_to_action, "call_to_action", { charsMax: callCharsMax, read: line, cut }),
    indicator: indicatorAt(file.indicator),
    isPilot: file.pilot === true,
    supportLimit: rules.supportLimit,
    editWindowMinutes: rules.editWindowMinutes,
    phases,
    categories: categoriesIn(file, line),
  };
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

/** A step of a file as it is read, before its place in the plan is known. */
interface Step extends Omit<TemplatePhase, "afterDays" | "lastsDays"> {
  readonly place: string;
  readonly position: number;
  readonly afterDays: number | null;
  readonly lastsDays: number | null;
  readonly startsAt: Date | null;
  readonly endsAt: Date | null;
}

function phasesIn(
  file: Json,
  rules: Rules,
  line: (text: string) => string,
  cut: string[],
): { phases: TemplatePhase[]; call: LanguageMap } {
  const key = keyIn(file, "participatory_process_steps", "participatory_process_phases", "steps");
  const list = listAt(file[key], key).map((one, at) => objectAt(one, `${key}[${at}]`, "process"));
  if (list.length > phasesMax) throw new WrongTemplate(key, "few");
  const steps = list.map((step, at): Step => {
    const place = `${key}[${at}]`;
    const title = textsAt(step.title, `${place}.title`, { charsMax: phaseTitleCharsMax, read: line, cut: null });
    if (Object.keys(title).length === 0) throw new WrongTemplate(`${place}.title`, "text");
    return {
      place,
      title,
      description: textsAt(step.description, `${place}.description`, { charsMax: lineCharsMax, read: linesOf, cut }),
      permits: permitsOf(step, rules),
      position: wholeAt(step.position, `${place}.position`, 1_000_000) ?? at,
      afterDays: wholeAt(step.after_days, `${place}.after_days`, daysMax, "days"),
      lastsDays: wholeAt(step.lasts_days, `${place}.lasts_days`, daysMax, "days"),
      startsAt: dateAt(step.start_date, `${place}.start_date`),
      endsAt: endAt(step.end_date, `${place}.end_date`),
    };
  });
  const phases = planned(steps.sort((one, other) => one.position - other.position).map(withNeighbours));
  return { phases, call: callIn(list, key, cut) };
}

/** Where only one end of a step is given, the other is where its neighbour's is. */
function withNeighbours(step: Step, at: number, all: readonly Step[]): Step {
  const startsAt = step.startsAt ?? (step.endsAt && (all[at - 1]?.endsAt ?? null));
  const next = all[at + 1]?.startsAt ?? null;
  const endsAt = step.endsAt ?? (startsAt && next && next > startsAt ? next : null);
  return { ...step, startsAt, endsAt };
}

function planned(steps: readonly Step[]): TemplatePhase[] {
  const first = Math.min(...steps.flatMap(({ startsAt }) => (startsAt === null ? [] : [+startsAt])));
  let free = 0;
  return steps.map(({ place, position: _position, startsAt, endsAt, ...phase }) => {
    const dated = startsAt !== null && endsAt !== null;
    if (dated && endsAt < startsAt) throw new WrongTemplate(`${place}.end_date`, "after");
    const days = startsAt === null ? free : Math.round((+startsAt - first) / dayMs);
    const afterDays = phase.afterDays ?? Math.max(free, days);
    // Decidim ends a phase on its last day, we at the first moment after it.
    const lastsDays = phase.lastsDays ?? (dated ? Math.round((+endsAt - first) / dayMs) - afterDays : daysByDefault);
    if (phase.afterDays !== null && afterDays < free) throw new WrongTemplate(`${place}.after_days`, "after");
    if (phase.lastsDays === 0 || afterDays > daysMax) throw new WrongTemplate(`${place}.lasts_days`, "days");
    const whole = Math.min(daysMax, Math.max(1, lastsDays));
    free = afterDays + whole;
    return { title: phase.title, description: phase.description, permits: phase.permits, afterDays, lastsDays: whole };
  });
}

/** As the file says it itself, else as Decidim's proposals are set for that step. */
const permitsOf = (step: Json, rules: Rules): Permission[] =>
  Array.isArray(step.permits)
    ? permissions.filter((one) => (step.permits as unknown[]).includes(one))
    : rules.permitsIn(step.id);
