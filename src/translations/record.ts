// What is vouched for of a thing's translations, and what its object says of them. Pure: no SQL, no request, no clock.
import { fieldsOf, type TextField, type TranslatableKind, type Translation } from "./translation.ts";

/** In a part the main text of every kind has one name. */
const nameInPart = (field: TextField): string => (field === "body" || field === "reasons" ? "text" : field);

const said = (
  kind: TranslatableKind,
  translations: readonly Translation[],
  nameOf: (field: TextField) => string,
  textOf: (text: string, field: TextField) => string,
) => {
  const [first] = fieldsOf[kind];
  const whole = translations.filter(({ texts }) => texts[first]);
  if (whole.length === 0) return {};
  return {
    translations: whole.map(({ language, texts, older }) => ({
      language,
      ...Object.fromEntries(
        fieldsOf[kind].flatMap((field) => {
          const text = texts[field];
          return text ? [[nameOf(field), textOf(text, field)]] : [];
        }),
      ),
      ...(older.length === 0 ? {} : { older: older.map(nameOf) }),
    })),
  };
};

/** As a property `translations` of a part, texts as they were typed; nothing where there are none. */
export const translationsInPart = (kind: TranslatableKind, translations: readonly Translation[]) =>
  said(kind, translations, nameInPart, (text) => text);

/** The same in the words of the object, made by `textOf`. */
export const translationsInObject = (
  kind: TranslatableKind,
  translations: readonly Translation[],
  textOf: (text: string, field: TextField) => string,
) => said(kind, translations, (field) => field, textOf);

/** The field that a word of a part stands for. */
export const fieldInPart = (kind: TranslatableKind, name: string): TextField | undefined =>
  fieldsOf[kind].find((field) => nameInPart(field) === name);
