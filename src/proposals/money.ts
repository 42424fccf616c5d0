// Amounts in answers: decimal strings in a currency (ISO 4217), never floats. Pure.
import type { Translator } from "../platform/i18n.ts";

const currencies: ReadonlySet<string> = new Set(Intl.supportedValuesOf("currency"));

export const isCurrency = (code: string): boolean => currencies.has(code);

/** `"1200.50"`, `"EUR"` → `1.200,50 €`. */
export function moneyOf(t: Translator, amount: string, currency: string): string {
  const { maximumFractionDigits: digits = 2 } = new Intl.NumberFormat("en", {
    style: "currency",
    currency,
  }).resolvedOptions();
  const [whole = "0", fraction = ""] = amount.split(".");
  return t.money(BigInt(whole + fraction.padEnd(digits, "0").slice(0, digits)), currency);
}
