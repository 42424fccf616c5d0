import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { attrs, classes, href, html, raw } from "../../src/platform/html.ts";

describe("html", () => {
  test("escapes text in content and in quoted attributes", () => {
    const nasty = `"><script>alert('1')</script>`;
    expect(html`<p title="${nasty}">${nasty}</p>`.toString()).not.toContain("<script>");
  });

  test("prints nothing for null, undefined and booleans, and joins lists", () => {
    expect(html`<p>${null}${undefined}${false}${true}${[html`<b>1</b>`, [2, "&"]]}</p>`.toString()).toBe(
      "<p><b>1</b>2&amp;</p>",
    );
  });
});

describe("href", () => {
  test.each(["/a?b=1#c", "#main", "?q=1", "https://example.org/x", "http://localhost:8000", "mailto:a@example.org"])(
    "lets %s pass",
    (address) => expect(href(address)).toBe(address),
  );

  test.each([
    "javascript:alert(1)",
    " JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "blob:https://x/1",
    "relative/path",
    "",
  ])("refuses %j", (address) => expect(href(address)).toBe("#"));

  test("never lets through what a browser would run or take for another host's path", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.webUrl(),
          fc.string().map((rest) => `javascript:${rest}`),
        ),
        (address) => {
          const resolved = new URL(href(address), "https://here.example/page");
          expect(["https:", "http:", "mailto:"]).toContain(resolved.protocol);
          if (!/^\s*(https?|mailto):/i.test(address)) expect(resolved.host).toBe("here.example");
        },
      ),
    );
  });
});

test("attrs quotes values, prints bare names for true, and knows no handlers", () => {
  const markup = attrs({ id: `a"b`, required: true, hidden: false, lang: null, rows: 3 });
  expect(markup.toString()).toBe(' id="a&quot;b" required rows="3"');
  expect(() => attrs({ onclick: "x" })).toThrow();
  expect(() => attrs({ style: "x" })).toThrow();
  expect(() => attrs({ "a b": "x" })).toThrow();
});

test("classes keeps the names that apply", () => {
  expect(classes("a", false, "b", null, undefined, "")).toBe("a b");
  expect(raw("<b>").toString()).toBe("<b>");
});
