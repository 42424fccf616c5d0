// The words Koinon itself adds to what it sends, in the language of the thing it speaks about.
import { isLanguage, openTranslator, type Translator } from "../src/platform/i18n.ts";

/**
 * English where we have no words of that language.
 * @param timeZone where days are those of a place; else times are said in UTC, since a reader may live anywhere.
 */
export function wordsIn(language: string | null, timeZone = "UTC"): Translator {
  const base = language?.split("-")[0];
  return openTranslator(isLanguage(base) ? base : "en", timeZone);
}

/** A decimal string of whole units in cents, as {@link Translator.money} takes it. */
export const centsOf = (amount: string): bigint => {
  const [whole = "0", fraction = ""] = amount.split(".");
  return BigInt(whole) * 100n + BigInt(`${fraction}00`.slice(0, 2));
};
