// The interface says everything in five languages, says it the same way, and nothing that no page asks for.
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Language, languages } from "../src/platform/i18n.ts";
import { refusalCodes } from "../src/platform/refusal.ts";

const projectDir = join(import.meta.dirname, "..");
const messages = Object.fromEntries(
  languages.map((lang) => [
    lang,
    JSON.parse(readFileSync(join(projectDir, `src/web/locales/${lang}.json`), "utf8")) as Record<string, string>,
  ]),
) as Record<Language, Record<string, string>>;

const pluralSuffix = /_(zero|one|two|few|many|other)$/;
const keys = Object.keys(messages.en);
const bases = [...new Set(keys.map((key) => key.replace(pluralSuffix, "")))];
const isPlural = (base: string) => `${base}_other` in messages.en;
/** In these a million takes a form of its own, which reads like the others in an interface: `other` stands in for it. */
const formsAskedOf = (lang: Language) =>
  new Intl.PluralRules(lang).resolvedOptions().pluralCategories.filter((form) => lang === "ar" || form !== "many");

describe.each(languages)("%s", (lang) => {
  const own = messages[lang];

  test("has every message, and no message of its own", () => {
    const missing = bases.flatMap((base) =>
      isPlural(base)
        ? formsAskedOf(lang)
            .map((form) => `${base}_${form}`)
            .filter((key) => !(key in own))
        : [base].filter((key) => !(key in own)),
    );
    const extra = Object.keys(own).filter((key) => !bases.includes(key.replace(pluralSuffix, "")));
    expect({ missing, extra }).toEqual({ missing: [], extra: [] });
  });

  test("leaves nothing empty", () => {
    expect(Object.entries(own).filter(([, text]) => text.trim() === "")).toEqual([]);
  });

  test("uses the placeholders of the English text", () => {
    const wrong = Object.entries(own).flatMap(([key, text]) => {
      const base = key.replace(pluralSuffix, "");
      const source = messages.en[key] ?? messages.en[`${base}_other`] ?? "";
      const asked = placeholdersOf(source);
      // "One comment" needs no figure.
      const used = placeholdersOf(text);
      const isSame = pluralSuffix.test(key)
        ? used.every((name) => asked.includes(name)) && asked.every((name) => name === "count" || used.includes(name))
        : JSON.stringify(used) === JSON.stringify(asked);
      return isSame ? [] : [{ key, used, asked }];
    });
    expect(wrong).toEqual([]);
  });

  test("is sorted, so that two changes rarely meet", () => {
    expect(Object.keys(own)).toEqual(Object.keys(own).toSorted());
  });
});

const placeholdersOf = (text: string): string[] =>
  [...new Set([...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!))].toSorted();

test("every message is asked for somewhere", () => {
  const sources = globSync(["src/**/*.ts", "federation/**/*.ts", "scripts/**/*.ts"], { cwd: projectDir })
    .map((path) => readFileSync(join(projectDir, path), "utf8"))
    .join("\n");
  const literal = new Set([...sources.matchAll(/["'`]([a-z][\w-]*(?:\.[\w-]+)+)["'`]/g)].map(([, key]) => key!));
  // `room.state.${state}`, `room.${noun}.title`
  const built = [...sources.matchAll(/`((?:[a-z][\w-]*\.)+[\w.-]*\$\{[^`]*)`/g)].map(([, template]) =>
    patternOf(template!),
  );
  const unused = bases.filter((base) => !literal.has(base) && !built.some((pattern) => pattern.test(base)));
  expect(unused).toEqual([]);
});

/** A template with holes as a pattern; a hole is one word of a key. */
function patternOf(template: string): RegExp {
  const parts = template.split(/\$\{[^}]*\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join("[\\w-]+")}$`);
}

test("every refusal has its words", () => {
  expect(refusalCodes.filter((code) => !(`refusal.${code}` in messages.en))).toEqual([]);
  const codes = new Set<string>(refusalCodes);
  expect(keys.filter((key) => key.startsWith("refusal.") && !codes.has(key.slice("refusal.".length)))).toEqual([]);
});
