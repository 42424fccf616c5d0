// What the template tag cannot see: attributes without quotes, addresses that were not checked, styles and handlers the
// content policy would refuse.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the samples are templates as text.
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const projectDir = join(import.meta.dirname, "..");

interface Fault {
  readonly at: string;
  readonly line: string;
}

const rules: readonly { readonly name: string; readonly pattern: RegExp }[] = [
  { name: "an attribute value stands in quotes", pattern: /\s[a-z-]+=\$\{/ },
  {
    name: "an address goes through href()",
    pattern: /\s(?:href|action|src|formaction|poster)="(?:\$\{(?!href\()|[^"$]+\$\{)/,
  },
  { name: "no style attributes", pattern: /<[a-z][^>`]*\sstyle="/ },
  { name: "no handlers", pattern: /<[a-z][^>`]*\son[a-z]+="/ },
  { name: "no script in a page", pattern: /<script(?![^>]*\ssrc=)/ },
];

function faultsIn(path: string, source: string): Map<string, Fault[]> {
  const faults = new Map<string, Fault[]>();
  for (const [index, line] of source.split("\n").entries()) {
    for (const { name, pattern } of rules) {
      if (!pattern.test(line)) continue;
      faults.set(name, [...(faults.get(name) ?? []), { at: `${path}:${index + 1}`, line: line.trim() }]);
    }
  }
  return faults;
}

const templates = globSync("src/**/*.ts", { cwd: projectDir })
  .map((path) => ({ path, source: readFileSync(join(projectDir, path), "utf8") }))
  .filter(({ source }) => source.includes("html`"));

test("there are templates to look at", () => {
  expect(templates.map(({ path }) => path)).toContain("src/web/layout.ts");
});

test.each(templates)("$path", ({ path, source }) => {
  expect(Object.fromEntries(faultsIn(path, source))).toEqual({});
});

test.each([
  ["an attribute value stands in quotes", "html`<p title=${text}>`"],
  ["an address goes through href()", 'html`<a href="${address}">`'],
  ["an address goes through href()", 'html`<a href="/x/${id}">`'],
  ["no style attributes", 'html`<p style="color:red">`'],
  ["no handlers", 'html`<p onclick="x()">`'],
  ["no script in a page", "html`<script>x()</script>`"],
])("the guard sees: %s", (name, line) => {
  expect([...faultsIn("x", line).keys()]).toContain(name);
});

test.each([
  'html`<a class="x" href="${href(to)}">`',
  'html`<input${attrs({ id })} value="${value}">`',
  "const a = ${b}",
])("the guard lets pass: %s", (line) => expect(faultsIn("x", line).size).toBe(0));
