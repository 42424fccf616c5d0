// Official texts in further languages, beside an object that has one: in `civic` and in the part of a record, and read from
// there without trust. Nothing here fetches, stores or decides.
import type { Sql } from "../src/platform/db.ts";
import { cleanRemoteHtml, markdownToHtml } from "../src/platform/rich-text.ts";
import { tidyLine } from "../src/platform/text.ts";
import { listTranslations } from "../src/translations/queries.ts";
import { fieldInPart, translationsInObject } from "../src/translations/record.ts";
import {
  charsMaxOf,
  fieldsOf,
  isLine,
  languagesMax,
  type TextField,
  type TranslatableKind,
  type Translation,
  translatableKinds,
} from "../src/translations/translation.ts";
import { contentLengthMax, isObject, listOf } from "./reading.ts";
import { safe } from "./records/shapes.ts";
import type { Json } from "./vocabulary.ts";

/** An object whose `civic` says it in all its languages. What other programs read of it stays in one. */
export async function withTranslations(
  sql: Sql,
  { uri, kind }: { readonly uri: string; readonly kind: string },
  object: Json,
): Promise<Json> {
  const translatable = translatableKinds.find((one) => one === kind);
  if (translatable === undefined) return object;
  const shown = (text: string, field: TextField) => (isLine(field) ? text : String(markdownToHtml(text)));
  const said = translationsInObject(translatable, await listTranslations(sql, uri), shown);
  return { ...object, civic: { ...(object.civic as Json), ...said } };
}

/** What another node's object says, as cleaned HTML. What does not fit is left out; more languages than anyone writes in too. */
export const translationsInCivic = (kind: TranslatableKind, civic: Json | null): Translation[] =>
  readTranslations(
    kind,
    civic?.translations,
    (name) => fieldsOf[kind].find((field) => field === name),
    (text, field) => (isLine(field) ? tidyLine(text) : String(cleanRemoteHtml(text))),
  );

/** What the part of a record says, as cleaned HTML. */
export const translationsInCopiedPart = (kind: TranslatableKind, part: Json): Translation[] =>
  readTranslations(
    kind,
    part.translations,
    (name) => fieldInPart(kind, name),
    (text, field) => (isLine(field) ? text.trim() : String(markdownToHtml(text))),
  );

/** What a part of our own says, as it was written. */
export const translationsAsWritten = (kind: TranslatableKind, part: Json): Translation[] =>
  readTranslations(
    kind,
    part.translations,
    (name) => fieldInPart(kind, name),
    (text) => text,
  );

function readTranslations(
  kind: TranslatableKind,
  said: unknown,
  fieldOf: (name: string) => TextField | undefined,
  textOf: (text: string, field: TextField) => string,
): Translation[] {
  const [first] = fieldsOf[kind];
  const found = new Map<string, Translation>();
  for (const one of listOf(said).slice(0, languagesMax).filter(isObject)) {
    const { language, older, ...words } = one;
    if (typeof language !== "string" || !languageTag.test(language) || found.has(language)) continue;
    const texts: Partial<Record<TextField, string>> = {};
    for (const [name, text] of Object.entries(words)) {
      const field = fieldOf(name);
      if (field === undefined || typeof text !== "string") continue;
      const read = textOf(safe(text).slice(0, isLine(field) ? charsMaxOf(field) : contentLengthMax), field);
      if (read !== "") texts[field] = read;
    }
    if (texts[first] === undefined) continue;
    const aged = listOf(older).flatMap((name) => (typeof name === "string" ? (fieldOf(name) ?? []) : []));
    found.set(language, { language, texts, older: fieldsOf[kind].filter((field) => aged.includes(field)) });
  }
  return [...found.values()];
}

/** BCP 47, in the shapes in use, no longer than any tag is. */
const languageTag = /^(?=.{2,35}$)[a-z]{2,3}(-[A-Za-z0-9]{1,8})*$/;
