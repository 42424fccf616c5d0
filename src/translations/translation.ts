// Official texts in further languages: which fields of what are translated, what is missing, what has aged, and what a reader
// is given. Pure: no SQL, no request, no clock.
import { createHash } from "node:crypto";
import { refuseUnless } from "../platform/refusal.ts";
import { tidyLine, tidyText } from "../platform/text.ts";

export const translatableKinds = ["news", "answer", "meeting", "result", "milestone"] as const;
export type TranslatableKind = (typeof translatableKinds)[number];

export type TextField = "title" | "body" | "reasons" | "term" | "agenda" | "minutes" | "audience" | "cancelReason";
export type Texts = Readonly<Partial<Record<TextField, string>>>;

/** What of a kind is written in a language, in the order of its page. Nothing is a translation without the first. */
export const fieldsOf: Readonly<Record<TranslatableKind, readonly [TextField, ...TextField[]]>> = {
  news: ["title", "body"],
  answer: ["reasons", "term"],
  meeting: ["title", "body", "agenda", "audience", "minutes", "cancelReason"],
  result: ["title", "body"],
  milestone: ["title", "body"],
};

/** Those of one line; all others are Markdown. */
const lines: ReadonlySet<TextField> = new Set(["title", "term", "audience", "cancelReason"]);
export const isLine = (field: TextField): boolean => lines.has(field);

const charsMax: Readonly<Record<TextField, number>> = {
  ...{ title: 300, term: 200, audience: 500, cancelReason: 500 },
  ...{ body: 20_000, reasons: 20_000, agenda: 20_000, minutes: 50_000 },
};
export const charsMaxOf = (field: TextField): number => charsMax[field];
/** Of all translations of one thing together: its record and its object must stay within what other nodes read. */
export const allCharsMax = 200_000;
/** Of a copy: what else its own city says is left out. */
export const languagesMax = 20;

export interface Translation {
  readonly language: string;
  readonly texts: Texts;
  /** Fields whose original has changed since. */
  readonly older: readonly TextField[];
}

/** What is typed, made tidy; what is empty is left out. @throws Refused `too-large` naming the field. */
export function tidied(kind: TranslatableKind, typed: Readonly<Record<string, string | undefined>>): Texts {
  const texts: Partial<Record<TextField, string>> = {};
  for (const field of fieldsOf[kind]) {
    const text = isLine(field) ? tidyLine(typed[field] ?? "") : tidyText(typed[field] ?? "");
    refuseUnless(text.length <= charsMaxOf(field), "too-large", { field, max: charsMaxOf(field) });
    if (text !== "") texts[field] = text;
  }
  return texts;
}

/** What the original says in these fields; what is empty is left out. */
export const textsOf = (kind: TranslatableKind, thing: Texts): Texts =>
  Object.fromEntries(fieldsOf[kind].flatMap((field) => (thing[field] ? [[field, thing[field]]] : [])));

/** The fields that stand in the original and not in the translation. */
export const missingFields = (
  kind: TranslatableKind,
  original: Texts,
  translation: Pick<Translation, "texts"> | undefined,
): TextField[] => fieldsOf[kind].filter((field) => original[field] && !translation?.texts[field]);

/** By what a form tells that the original it was typed beside is still the same. */
export const digestOfTexts = (kind: TranslatableKind, thing: Texts): string =>
  createHash("sha256")
    .update(JSON.stringify(textsOf(kind, thing)))
    .digest("base64url");

/** What a reader is given of a thing, and in which language each of its texts is. */
export interface Reading {
  /** Of its title, or of whatever stands for it. */
  readonly language: string | null;
  readonly original: string | null;
  readonly isOlder: boolean;
  /** All it can be read in, its own first. */
  readonly languages: readonly string[];
  /** The fields that are shown in another language than the original's. */
  readonly translated: ReadonlySet<string>;
}

export type Read<Thing> = Thing & { readonly reading: Reading };

/** The language a text of it is shown in. */
export const languageOfText = ({ reading }: { readonly reading: Reading }, field: TextField): string | null =>
  reading.translated.has(field) ? reading.language : reading.original;

/**
 * A thing with its texts in the first of these languages that it stands in, else as it was written. A field that is not
 * translated stays as it was written.
 */
export function readIn<Thing extends Texts & { readonly language: string | null }>(
  kind: TranslatableKind,
  thing: Thing,
  translations: readonly Translation[],
  ...wished: readonly (string | null | undefined)[]
): Read<Thing> {
  const [first] = fieldsOf[kind];
  const whole = translations.filter(({ texts, language }) => texts[first] && language !== thing.language);
  const languages = [thing.language ?? "und", ...whole.map(({ language }) => language)];
  const wanted = wished.find((language) => language != null && languages.includes(language));
  const found = whole.find(({ language }) => language === wanted);
  const original = thing.language;
  const said = { original, languages };
  if (found === undefined) {
    return { ...thing, reading: { ...said, language: original, isOlder: false, translated: new Set() } };
  }
  // What the original no longer says is said in no language.
  const shown = Object.fromEntries(Object.entries(found.texts).filter(([field]) => thing[field as TextField]));
  const reading = { ...said, language: found.language, isOlder: found.older.length > 0 };
  return { ...thing, ...shown, reading: { ...reading, translated: new Set(Object.keys(shown)) } };
}

/** What a list shows of a thing. */
const listed: ReadonlySet<TextField> = new Set(["title", "body", "reasons", "agenda"]);

/** A thing of a list in a reader's language, where all that lists show of it stands in it. */
export function listedIn<Thing extends Texts & { readonly language: string | null }>(
  kind: TranslatableKind,
  thing: Thing,
  translation: Translation | undefined,
): Thing {
  if (translation === undefined) return thing;
  const isWhole = !missingFields(kind, thing, translation).some((field) => listed.has(field));
  return isWhole ? { ...thing, ...translation.texts, language: translation.language } : thing;
}
