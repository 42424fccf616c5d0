// What Decidim's exported processes write each in the way of its time: settings of components, categories and taxonomies, files.
// Read in the shapes of its versions from 0.19 on and of its development in 2026. Pure: no SQL, no request, no clock.
import { type LanguageMap, tidyLine } from "../platform/text.ts";
import { type Permission, permissions } from "./process.ts";
import {
  isObject,
  type Json,
  listAt,
  objectAt,
  oneLine,
  parseJson,
  textsAt,
  WrongTemplate,
  wholeAt,
} from "./template-json.ts";

const categoriesMax = 200;
const categoryCharsMax = 120;
const callCharsMax = 40;
const supportLimitMax = 1_000;
const editMinutesMax = 525_600;
const editMinutesByDefault = 1_440;
const minutesIn: Readonly<Record<string, number>> = { minutes: 1, hours: 60, days: 1_440 };

/** Under which of the keys, the newest last, something stands in the file: that is what an error names. */
export const keyIn = (file: Json, ...keys: readonly [string, ...string[]]): string =>
  keys.find((key) => file[key] != null) ?? keys[0];

/** What the proposals of a process are set to. */
export interface Rules {
  readonly supportLimit: number | null;
  readonly editWindowMinutes: number;
  /** What is possible in the step with this id of the file. */
  readonly permitsIn: (stepId: unknown) => Permission[];
}

interface Proposals {
  readonly place: string;
  readonly global: Json;
  /** Null where the file does not say what is possible in which step. */
  readonly steps: Json | null;
}

/** @throws WrongTemplate */
export function rulesOf(file: Json): Rules {
  const all = listAt(file.components, "components").flatMap((one, at): Proposals[] => {
    const place = `components[${at}]`;
    const component = objectAt(one, place, "process");
    return component.manifest_name === "proposals" ? [proposalsAt(component.settings, `${place}.settings`)] : [];
  });
  const [first] = all;
  return {
    supportLimit: first ? wholeAt(first.global.vote_limit, `${first.place}.vote_limit`, supportLimitMax) || null : null,
    editWindowMinutes: (first ? editMinutesOf(first) : null) ?? editMinutesByDefault,
    permitsIn: (stepId) => permissions.filter((one) => all.some((proposals) => isOn(proposals, stepId, one))),
  };
}

/** With what holds throughout and what holds per step apart, or all in one as once, or that as JSON in a text. */
function proposalsAt(value: unknown, place: string): Proposals {
  const settings = typeof value === "string" ? parseJson(value, place) : value;
  if (!isObject(settings)) return { place, global: {}, steps: null };
  const steps = isObject(settings.steps) ? settings.steps : null;
  return isObject(settings.global)
    ? { place: `${place}.global`, global: settings.global, steps }
    : { place, global: settings, steps };
}

/** What is not said of a step is as Decidim has it from the start. */
function isOn({ global, steps }: Proposals, stepId: unknown, permission: Permission): boolean {
  if (steps === null) return false;
  const said = steps[String(stepId)];
  const step = isObject(said) ? said : {};
  const isOf: Record<Permission, boolean> = {
    propose: step.creation_enabled === true,
    support: step.votes_enabled === true && step.votes_blocked !== true,
    comment: step.comments_blocked !== true && global.comments_enabled !== false,
    answer: step.proposal_answering_enabled !== false && global.proposal_answering_enabled !== false,
  };
  return isOf[permission];
}

function editMinutesOf({ global, place }: Proposals): number | null {
  if (global.proposal_edit_time === "infinite") return editMinutesMax;
  if (Array.isArray(global.edit_time)) {
    const [number, unit] = global.edit_time as readonly unknown[];
    const minutes = minutesIn[String(unit)];
    if (minutes === undefined) throw new WrongTemplate(`${place}.edit_time`, "number");
    const whole = wholeAt(number, `${place}.edit_time`, editMinutesMax / minutes);
    if (whole !== null) return whole * minutes;
  }
  return wholeAt(global.proposal_edit_before_minutes, `${place}.proposal_edit_before_minutes`, editMinutesMax);
}

/** Categories with those below them, and the taxonomies that took their place in 0.30. @throws WrongTemplate */
export function categoriesIn(file: Json, line: (text: string) => string = tidyLine): LanguageMap[] {
  const found: LanguageMap[] = [];
  const add = (name: unknown, place: string) => {
    found.push(textsAt(name, place, { charsMax: categoryCharsMax, read: line, cut: null }));
    if (found.length > categoriesMax) throw new WrongTemplate(place.replace(/[[.].*/, ""), "few");
  };
  const walk = (value: unknown, place: string) => {
    for (const [at, one] of listAt(value, place).entries()) {
      const category = objectAt(one, `${place}[${at}]`, "process");
      add(category.name, `${place}[${at}].name`);
      if (place.split(".").length === 1) walk(category.subcategories, `${place}[${at}].subcategories`);
    }
  };
  const key = keyIn(file, "participatory_process_categories", "categories");
  walk(file[key], key);
  const { taxonomies } = file;
  // By number, beside the list of the numbers.
  if (!isObject(taxonomies)) walk(taxonomies, "taxonomies");
  else for (const id of Object.keys(taxonomies)) if (/^\d+$/.test(id)) add(taxonomies[id], `taxonomies.${id}`);
  return found;
}

/** What the button of the step that is on says, or of the first that has one. */
export function callIn(steps: readonly Json[], key: string, cut: string[]): LanguageMap {
  const inOrder = [...steps.entries()].sort(
    ([, one], [, other]) => Number(other.active === true) - Number(one.active === true),
  );
  for (const [at, step] of inOrder) {
    const texts = textsAt(step.cta_text, `${key}[${at}].cta_text`, { charsMax: callCharsMax, read: oneLine, cut });
    if (Object.keys(texts).length > 0) return texts;
  }
  return {};
}

/** How many documents and pictures the file only names by their addresses. Nothing is fetched from there. */
export function filesIn(file: Json): number {
  const files = isObject(file.attachments) && Array.isArray(file.attachments.files) ? file.attachments.files.length : 0;
  const pictures = [file.remote_hero_image_url, file.remote_banner_image_url];
  return files + pictures.filter((one) => typeof one === "string" && one !== "").length;
}
