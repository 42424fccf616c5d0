// What a tab is called: the thing, what it belongs to, the city; which page of a list; and that something is wrong.
import { expect, test } from "vitest";
import { openTranslator } from "../../src/platform/i18n.ts";
import { titleOf } from "../../src/web/title.ts";
import { openVisitor } from "../support/visit.ts";
import { openSampleShell } from "./sample-shell.ts";

const en = openTranslator("en", "UTC");
const labelled = (...labels: readonly string[]) => labels.map((label) => ({ label }));
const titled = (title: string, crumbs: readonly string[] = [], path = "/", isWrong = false) =>
  titleOf(en, "Bilbao", { title, crumbs: labelled(...crumbs), path, isWrong });

test("a title goes from the page over what it belongs to up to the city", () => {
  expect(titled("Bilbao")).toBe("Bilbao");
  expect(titled("Search")).toBe("Search · Bilbao");
  expect(titled("Green squares", ["Processes"])).toBe("Green squares · Processes · Bilbao");
  expect(titled("Proposals", ["Processes", "Green squares"])).toBe("Proposals · Green squares · Bilbao");
  expect(titled("Edit", ["Processes", "Green squares", "Proposals", "A fountain"])).toBe(
    "Edit · A fountain · Proposals · Bilbao",
  );
  expect(titled("Edit", ["a".repeat(90)]).length).toBeLessThan(80);
  expect(titleOf(en, "Bilbao", { title: "Moderation", tab: "Hidden · Moderation", path: "/", isWrong: false })).toBe(
    "Hidden · Moderation · Bilbao",
  );
});

test.each([
  ["/results?page=2", "Results, page 2 · Bilbao"],
  ["/results?page=1", "Results · Bilbao"],
  ["/results?page=-3", "Results · Bilbao"],
  ["/results?page=12345678901234567890", "Results · Bilbao"],
  ["/results?page=<b>", "Results · Bilbao"],
])("the page of a list that %s names: %s", (path, title) => expect(titled("Results", [], path)).toBe(title));

test("a form that comes back says so first, in the reader's language, until it is right", async () => {
  const { app } = openSampleShell();
  for (const [lang, mark] of [
    ["en", "Error:"],
    ["fr", "Erreur"],
    ["ar", "خطأ"],
  ] as const) {
    const visitor = openVisitor((request) => app.fetch(request), "http://vilanova.test");
    await visitor.open("/follow", { "accept-language": lang });
    expect(visitor.all("title")[0]).not.toContain(mark);
    await visitor.open("/follow?account=nonsense", { "accept-language": lang });
    expect(visitor.all("title")[0]!.startsWith(mark)).toBe(true);
  }
});
