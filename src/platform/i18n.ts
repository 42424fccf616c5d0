// The interface in five languages: typed message keys, plurals, dates in the city's time zone, numbers, money, lists.

import ar from "../web/locales/ar.json" with { type: "json" };
import ca from "../web/locales/ca.json" with { type: "json" };
import en from "../web/locales/en.json" with { type: "json" };
import es from "../web/locales/es.json" with { type: "json" };
import fr from "../web/locales/fr.json" with { type: "json" };
import { html, type Markup, type Renderable, raw } from "./html.ts";

export const languages = ["en", "es", "ca", "fr", "ar"] as const;
export type Language = (typeof languages)[number];
export type Direction = "ltr" | "rtl";

type PluralForm = "zero" | "one" | "two" | "few" | "many" | "other";
type WithoutPlural<Key> = Key extends `${infer Base}_${PluralForm}` ? Base : Key;
/** Every message there is. `x_one` and `x_other` are one message, `x`, which takes a `count`. */
export type MessageKey = WithoutPlural<keyof typeof en>;
export type MessageParams = Readonly<Record<string, string | number>>;

const messages: Readonly<Record<Language, Readonly<Record<string, string>>>> = { en, es, ca, fr, ar };

export type DateStyle =
  | "date"
  | "short"
  | "dateTime"
  | "time"
  | "month"
  | "weekday"
  | "dayMonth"
  | "monthShort"
  | "year";

const dateStyles: Readonly<Record<DateStyle, Intl.DateTimeFormatOptions>> = {
  date: { dateStyle: "long" },
  short: { day: "numeric", month: "short", year: "numeric" },
  dateTime: { weekday: "long", day: "numeric", month: "long", year: "numeric", hour: "numeric", minute: "2-digit" },
  time: { timeStyle: "short" },
  month: { month: "long", year: "numeric" },
  weekday: { weekday: "long", day: "numeric", month: "long" },
  dayMonth: { day: "numeric", month: "short" },
  monthShort: { month: "short", year: "numeric" },
  year: { year: "numeric" },
};

/** Says everything in one language, for one city's time zone. Results are plain text: templates escape them. */
export interface Translator {
  (key: MessageKey, params?: MessageParams): string;
  readonly lang: Language;
  readonly dir: Direction;
  readonly timeZone: string;
  /** A message whose placeholders hold markup, such as a link in the middle of a sentence. */
  rich(key: MessageKey, params: Readonly<Record<string, Renderable>>): Markup;
  number(value: number | bigint): string;
  /** 0.25 → 25 % */
  percent(fraction: number): string;
  /** Minor units (cents) of an ISO 4217 currency; whole amounts are shown without decimals. */
  money(cents: number | bigint, currency: string): string;
  date(moment: Date, style?: DateStyle): string;
  dateRange(from: Date, to: Date, style?: DateStyle): string;
  /** "in 3 days", "2 hours ago"; the nearest unit that fits. */
  relative(moment: Date, now: Date): string;
  list(parts: readonly string[]): string;
  /** The same, each part as `show` has it. */
  listOf(parts: readonly string[], show: (part: string, index: number) => Renderable): Markup;
  /** The name of a language in this one: "ca" → "catalán". */
  languageName(tag: string): string;
}

const opened = new Map<string, Translator>();

export function openTranslator(lang: Language, timeZone: string): Translator {
  const name = `${lang} ${timeZone}`;
  const translator = opened.get(name) ?? makeTranslator(lang, timeZone);
  opened.set(name, translator);
  return translator;
}

function makeTranslator(lang: Language, timeZone: string): Translator {
  const plurals = new Intl.PluralRules(lang);
  const numbers = new Intl.NumberFormat(lang);
  const percents = new Intl.NumberFormat(lang, { style: "percent", maximumFractionDigits: 1 });
  const relatives = new Intl.RelativeTimeFormat(lang, { numeric: "auto" });
  const lists = new Intl.ListFormat(lang, { type: "conjunction" });
  const names = new Intl.DisplayNames(lang, { type: "language", fallback: "code" });
  const dates = new Map(
    Object.entries(dateStyles).map(([style, options]) => [
      style,
      new Intl.DateTimeFormat(lang, { ...options, timeZone }),
    ]),
  );

  const template = (key: MessageKey, params: Readonly<Record<string, unknown>>): string => {
    const count = params.count;
    const form = typeof count === "number" ? `_${plurals.select(count)}` : "_other";
    for (const source of [messages[lang], messages.en]) {
      const found = source[key] ?? source[`${key}${form}`] ?? source[`${key}_other`];
      if (found !== undefined) return found;
    }
    return key;
  };
  const shown = (value: string | number) => (typeof value === "number" ? numbers.format(value) : value);
  const elide = elisionOf(lang);
  const translate = (key: MessageKey, params: MessageParams = {}): string =>
    template(key, params).replace(placeholders, (whole, before: string | undefined, name: string) => {
      if (!Object.hasOwn(params, name)) return whole;
      const value = params[name]!;
      return `${typeof value === "string" ? elide(before ?? "", value) : (before ?? "")}${shown(value)}`;
    });

  return Object.assign(translate, {
    lang,
    dir: directionOf(lang),
    timeZone,
    rich(key: MessageKey, params: Readonly<Record<string, Renderable>>): Markup {
      const parts = template(key, params).split(placeholder);
      return html`${parts.map((part, index) => {
        const next = params[parts[index + 1] ?? ""];
        if (index % 2 === 0) return typeof next === "number" ? part : elide(part, String(next ?? ""));
        const value = params[part];
        return typeof value === "number" ? shown(value) : (value ?? raw(`{${part}}`));
      })}`;
    },
    number: (value: number | bigint) => numbers.format(value),
    percent: (fraction: number) => percents.format(fraction),
    money: (cents: number | bigint, currency: string) => money(lang, cents, currency),
    date: (moment: Date, style: DateStyle = "date") => dates.get(style)!.format(moment),
    dateRange: (from: Date, to: Date, style: DateStyle = "date") => dates.get(style)!.formatRange(from, to),
    relative: (moment: Date, now: Date) => relative(relatives, moment, now),
    list: (parts: readonly string[]) => lists.format(parts),
    listOf(parts: readonly string[], show: (part: string, index: number) => Renderable): Markup {
      let index = 0;
      return html`${lists.formatToParts(parts).map(({ type, value }) => (type === "element" ? show(value, index++) : value))}`;
    },
    languageName: (tag: string) => languageName(names, tag),
  });
}

const placeholder = /\{(\w+)\}/;
/** With the word before, where it is one that a vowel may shorten. */
const placeholders = /(\b[Dd]e )?\{(\w+)\}/g;

const begins = {
  // Whether an h is mute cannot be told from a name.
  fr: /^(?:<[^>]*>|\s)*[aeiouyàâäéèêëîïôöùûüœæ]/i,
  ca: /^(?:<[^>]*>|\s)*h?[aeiouàèéíïòóúü]/i,
} as const;

/** French and Catalan say d’Ajuntament, not “de Ajuntament”: the text before a value, as that value wants it. */
const elisionOf = (lang: Language) => (before: string, value: string) => {
  const isElided = (lang === "fr" || lang === "ca") && begins[lang].test(value);
  return isElided ? before.replace(/\b([Dd])e $/, "$1’") : before;
};

function money(lang: Language, cents: number | bigint, currency: string): string {
  const probe = new Intl.NumberFormat(lang, { style: "currency", currency });
  const digits = probe.resolvedOptions().maximumFractionDigits ?? 2;
  const unit = 10 ** digits;
  const isWhole = typeof cents === "bigint" ? cents % BigInt(unit) === 0n : cents % unit === 0;
  const format = isWhole
    ? new Intl.NumberFormat(lang, { style: "currency", currency, maximumFractionDigits: 0 })
    : probe;
  // A decimal string keeps every cent of an amount that a double could not hold.
  const text = cents
    .toString()
    .replace("-", "")
    .padStart(digits + 1, "0");
  const sign = cents < 0 ? "-" : "";
  const decimal = digits === 0 ? `${sign}${text}` : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
  return format.format(decimal as Intl.StringNumericLiteral);
}

const units: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["year", 31_557_600_000],
  ["month", 2_629_800_000],
  ["week", 604_800_000],
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
];

function relative(format: Intl.RelativeTimeFormat, moment: Date, now: Date): string {
  const distanceMs = moment.getTime() - now.getTime();
  for (const [unit, lengthMs] of units) {
    if (Math.abs(distanceMs) >= lengthMs) return format.format(Math.round(distanceMs / lengthMs), unit);
  }
  return format.format(0, "second");
}

function languageName(names: Intl.DisplayNames, tag: string): string {
  try {
    return names.of(tag) ?? tag;
  } catch {
    return tag;
  }
}

const rightToLeft = new Set(["ar", "he", "fa", "ur", "ps", "yi", "sd", "ug", "dv", "ckb"]);

/** The writing direction of any language tag. */
export const directionOf = (tag: string): Direction =>
  rightToLeft.has(tag.toLowerCase().split("-")[0] ?? "") ? "rtl" : "ltr";

export const isLanguage = (tag: unknown): tag is Language => (languages as readonly unknown[]).includes(tag);

/** The name each language has for itself, for the switcher. */
export const ownNames: Readonly<Record<Language, string>> = {
  en: "English",
  es: "Español",
  ca: "Català",
  fr: "Français",
  ar: "العربية",
};

export interface LanguageWishes {
  readonly account: string | null;
  readonly cookie: string | null;
  /** The Accept-Language header. */
  readonly header: string | null;
  readonly city: Language;
  /** Those the city offers; all of the interface where it did not choose. */
  readonly offered?: readonly Language[] | null | undefined;
}

/** What the account says wins, then what was chosen on this device, then the browser's list, then the city's own language. */
export function chooseLanguage({ cookie, account, header, city, offered }: LanguageWishes): Language {
  const isOffered = (tag: string | null): tag is Language => isLanguage(tag) && (offered?.includes(tag) ?? true);
  if (isOffered(account)) return account;
  if (isOffered(cookie)) return cookie;
  for (const tag of acceptedLanguages(header ?? "")) if (isOffered(tag)) return tag;
  return city;
}

/** The primary languages of an Accept-Language header, best first (RFC 9110 section 12.5.4). */
function acceptedLanguages(header: string): string[] {
  return header
    .slice(0, 500)
    .split(",")
    .map((part) => {
      const [tag = "", ...rest] = part.trim().split(";");
      const weight = rest.map((text) => /^\s*q=([\d.]+)\s*$/.exec(text)?.[1]).find((text) => text !== undefined);
      return { tag: tag.toLowerCase().split("-")[0] ?? "", weight: weight === undefined ? 1 : Number(weight) };
    })
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight)
    .map(({ tag }) => tag);
}
