// What a report is about, told to other servers and read back, whoever wrote it.
import fc from "fast-check";
import { expect, test } from "vitest";
import { readReport, reportText } from "../../federation/reports.ts";
import { categoryFrom, reportCategories } from "../../src/moderation/report.ts";
import { languages } from "../../src/platform/i18n.ts";

test("a report is read back as it was told, in any language, with or without what programs read", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...reportCategories),
      fc.constantFrom(...languages, "eu", null),
      fc.stringMatching(/^[a-z ]{1,40}$/).map((text) => text.trim() || "x"),
      fc.boolean(),
      (category, lang, reason, hasSummary) => {
        const read = readReport(reportText(category, reason, lang), hasSummary ? category : "");
        expect([categoryFrom(read.category), read.content]).toEqual([category, reason]);
      },
    ),
  );
});

test("the first line is in the language of the thing, else in English", () => {
  expect(reportText("spam", "It sells", "es-AR")).toMatch(/^Spam o publicidad\n\nIt sells$|^Correo basura/);
  expect(reportText("spam", "It sells", "eu")).toBe("Spam or advertising\n\nIt sells");
  expect(reportText("other", "x".repeat(9_000), "en")).toHaveLength(5_000);
});

test.each([
  ["Please look", "", "other", "Please look"],
  ["Please look", "spam", "spam", "Please look"],
  ["Please look", "SPAM ", "spam", "Please look"],
  ["Please look", "legal", "illegal", "Please look"],
  ["Please look", "violation", "other", "Please look"],
  ["Please look", "held", "other", "Please look"],
  ["Please look", "__proto__", "other", "Please look"],
  ["Please look", "constructor", "other", "Please look"],
  // Nothing but a category: `summary` was read as the text.
  ["spam", "spam", "spam", ""],
  ["", "", "other", ""],
])("%j with %j is %s", (content, summary, category, said) => {
  const read = readReport(content, summary);
  expect([categoryFrom(read.category), read.content]).toEqual([category, said]);
});
