// What is wrong in a form, said on top of it: by the label that readers know, linked to the field to mend.
import { expect, test } from "vitest";
import { openTranslator } from "../../src/platform/i18n.ts";
import type { PageContext } from "../../src/web/context.ts";
import { openFields } from "../../src/web/fields.ts";
import { sampleCity } from "./sample-city.ts";

test("a text in several languages is named with its language, and what concerns all leads to the first", () => {
  const ctx = { t: openTranslator("en", "UTC"), city: { ...sampleCity, lang: "ca" } } as PageContext;
  const errors = { title: "This is needed.", "summary.fr": "Write at most 20 characters." };
  const fields = openFields(ctx, { values: {}, errors });
  const summary = fields.summary();
  const form = [
    fields.perLanguage("title", { label: "Title" }),
    fields.perLanguage("summary", { label: "In one sentence" }),
  ].join("");
  const said = String(summary);
  expect(said).toContain('<a href="#f-title-ca">Title: This is needed.</a>');
  expect(said).toContain('<a href="#f-summary-fr">In one sentence (French): Write at most 20 characters.</a>');
  for (const id of ["f-title-ca", "f-summary-fr"]) expect(form).toContain(`id="${id}"`);
});
