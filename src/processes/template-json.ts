// The values of a template file, each checked at its place: whoever made the file reads where it is wrong, and what should stand there.
// Pure: no SQL, no request, no clock.
import { htmlToMarkdown } from "../platform/html-to-markdown.ts";
import { plainText } from "../platform/rich-text.ts";
import { clip, isLanguageTag, type LanguageMap, tidyLine, tidyText } from "../platform/text.ts";

const languagesMax = 30;
export const dayMs = 86_400_000;

const expectations = ["json", "zip", "process", "text", "short", "list", "few", "days", "number", "after"] as const;
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

export type Json = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** @throws WrongTemplate */
export function parseJson(text: string, place: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new WrongTemplate(place, "json", { cause: error });
  }
}

/** @throws WrongTemplate */
export function objectAt(value: unknown, place: string, expected: Expectation): Json {
  if (!isObject(value)) throw new WrongTemplate(place, expected);
  return value;
}

/** A list; empty where none is given. @throws WrongTemplate */
export function listAt(value: unknown, place: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new WrongTemplate(place, "list");
  return value;
}

/** A whole number, 0 to `max`, also written as text, as forms do; null where none is given. @throws WrongTemplate */
export function wholeAt(value: unknown, place: string, max: number, expected: Expectation = "number"): number | null {
  if (value === undefined || value === null || value === "") return null;
  const number = typeof value === "string" && /^\d{1,9}$/.test(value) ? Number(value) : value;
  if (typeof number !== "number" || !Number.isInteger(number) || number < 0 || number > max) {
    throw new WrongTemplate(place, expected);
  }
  return number;
}

/** A moment, or a day on its first moment; null where none is given. @throws WrongTemplate */
export function dateAt(value: unknown, place: string): Date | null {
  if (value === undefined || value === null || value === "") return null;
  const date = typeof value === "string" && value.length < 40 ? new Date(value) : null;
  if (date === null || Number.isNaN(+date)) throw new WrongTemplate(place, "days");
  return date;
}

/** The moment something is over: a day without an hour is meant whole. @throws WrongTemplate */
export function endAt(value: unknown, place: string): Date | null {
  const date = dateAt(value, place);
  const isDay = typeof value === "string" && /^\s*\d{4}-\d{2}-\d{2}\s*$/.test(value);
  return date !== null && isDay ? new Date(+date + dayMs) : date;
}

/** Pictures written into a text would be most of it, and are never taken along. */
const withoutPictures = (html: string): string => html.replace(/<img\b[^<>]*>/gi, "");

export const oneLine = (text: string): string => tidyLine(plainText(withoutPictures(text)));
export const markdownOf = (text: string): string => tidyText(htmlToMarkdown(withoutPictures(text)));
export const linesOf = (text: string): string => tidyText(plainText(withoutPictures(text)));

export interface Reading {
  readonly charsMax: number;
  readonly read: (text: string) => string;
  /** A text that is too long is refused; otherwise it is cut at a word, and its place noted here. */
  readonly cut: string[] | null;
}

/**
 * A language map. Decidim's pseudo language `machine_translations` and what is no language tag are left out.
 * @throws WrongTemplate
 */
export function textsAt(value: unknown, place: string, { charsMax, read, cut }: Reading): LanguageMap {
  if (value === undefined || value === null || value === "") return {};
  const found: Record<string, string> = {};
  for (const [tag, text] of Object.entries(objectAt(value, place, "text"))) {
    if (tag === "machine_translations" || !isLanguageTag(tag) || text === null || text === "") continue;
    if (typeof text !== "string") throw new WrongTemplate(`${place}.${tag}`, "text");
    const clean = read(text);
    const clipped = clip(clean, charsMax);
    if (clipped !== clean && cut === null) throw new WrongTemplate(`${place}.${tag}`, "short");
    if (clipped !== clean) cut?.push(`${place}.${tag}`);
    if (clean !== "") found[tag] = clipped;
    if (Object.keys(found).length > languagesMax) throw new WrongTemplate(place, "few");
  }
  return found;
}
