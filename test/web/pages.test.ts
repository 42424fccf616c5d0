// Every part of the shell as strict HTML, in each language and writing direction, signed in and not.
import { HtmlValidate } from "html-validate";
import { expect, test } from "vitest";
import { languages } from "../../src/platform/i18n.ts";
import { openVisitor } from "../support/visit.ts";
import { sampleOrigin, samplePages } from "./sample-city.ts";
import { openSampleShell } from "./sample-shell.ts";

const validator = new HtmlValidate({
  extends: ["html-validate:standard", "html-validate:a11y", "html-validate:document"],
  // Everything comes from this node under an address that names its content.
  rules: { "require-sri": "off" },
});

const paths = [...Object.keys(samplePages), "/nowhere", "/follow", "/broken"];

async function faultsOf(path: string, lang: string, isSignedIn: boolean): Promise<string[]> {
  const sample = openSampleShell();
  const visitor = openVisitor((request) => sample.app.fetch(request), sampleOrigin);
  if (isSignedIn) await visitor.open("/sign-in-as-amina");
  // The visitor itself fails on fields without a label and on ids used twice.
  await visitor.open(path, { "accept-language": lang });
  const report = await validator.validateString(visitor.html, path);
  return report.results.flatMap(({ messages }) =>
    messages.map(({ ruleId, message, line }) => `${line}: ${ruleId}: ${message}`),
  );
}

test.each(paths)("%s is valid in every language", async (path) => {
  for (const lang of languages) expect([lang, await faultsOf(path, lang, true)]).toEqual([lang, []]);
  expect(await faultsOf(path, "en", false)).toEqual([]);
});

test("a form that came back wrong is valid too", async () => {
  const sample = openSampleShell();
  const visitor = await openVisitor((request) => sample.app.fetch(request), sampleOrigin).open("/form");
  await visitor.press("Publish");
  expect(visitor.status).toBe(422);
  const report = await validator.validateString(visitor.html, "form");
  expect(report.results.flatMap(({ messages }) => messages)).toEqual([]);
});

test("text of another language is marked as such", async () => {
  const sample = openSampleShell();
  const visitor = await openVisitor((request) => sample.app.fetch(request), sampleOrigin).open("/proposals");
  expect(visitor.html).toContain('lang="ar" dir="rtl">مكتبة');
  expect(visitor.text).toContain("in Catalan");
});
