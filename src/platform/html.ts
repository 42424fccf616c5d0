// Markup: the one template tag, checked addresses and attributes. Cleaning of foreign text is in rich-text.ts.
import { html as honoHtml, raw as honoRaw } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";

/** Text that is already safe to put in a page. Only `html`, `raw` and the cleaners make it. */
export type Markup = HtmlEscapedString;

/** What a template may hold: strings are escaped, lists are joined, null, undefined and booleans print nothing. */
export type Renderable = string | number | boolean | null | undefined | Markup | readonly Renderable[];

/** The template tag of every view. Attributes are always quoted, and addresses go through {@link href}. */
export const html = honoHtml as (strings: TemplateStringsArray, ...values: readonly Renderable[]) => Markup;

/** Marks text as safe without looking at it: for output of our own cleaners and drawings only. */
export const raw = honoRaw as (text: string) => Markup;

export const nothing: Markup = raw("");

const schemes = new Set(["http:", "https:", "mailto:"]);

/**
 * An address that may stand in `href`, `src` or `action`: a path of this node, a fragment, a query, or http, https and mailto.
 * Anything else (`javascript:`, `data:`, `//host`, `/\host`) becomes `#`.
 */
export function href(address: string | URL): string {
  const text = String(address).trim();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: browsers drop these inside a scheme, so they must not pass.
  if (/[\u0000-\u001f\u007f\\]/.test(text) || text.startsWith("//")) return "#";
  if (/^[/#?]/.test(text)) return text;
  return URL.canParse(text) && schemes.has(new URL(text).protocol) ? text : "#";
}

const attributeName = /^[a-z][a-z0-9-]*$/;

/**
 * Attributes with a leading space: `<input${attrs({ id, required: true, "aria-describedby": null })}>`.
 * true prints the bare name; false, null and undefined print nothing.
 */
export function attrs(values: Readonly<Record<string, string | number | boolean | null | undefined>>): Markup {
  const parts: Markup[] = [];
  for (const [name, value] of Object.entries(values)) {
    if (value === false || value === null || value === undefined) continue;
    if (!attributeName.test(name) || name.startsWith("on") || name === "style") throw new Error(`attribute ${name}`);
    parts.push(value === true ? raw(` ${name}`) : html` ${raw(name)}="${String(value)}"`);
  }
  return html`${parts}`;
}

/** Class names that apply, joined. */
export const classes = (...names: readonly (string | false | null | undefined)[]): string =>
  names.filter(Boolean).join(" ");

export const escapeHtml = (text: string): string => html`${text}`.toString();
