// Foreign text made safe: Markdown of our people, HTML of other servers and imports. Linear in the input, which is capped.
import { Marked, type Tokens, type TokensList } from "marked";
import sanitize from "sanitize-html";
import { escapeHtml, href, type Markup, raw } from "./html.ts";
import { withoutOverrides } from "./text.ts";

export const markdownCharsMax = 50_000;
export const remoteHtmlCharsMax = 200_000;
const nestingMax = 24;
const linkRel = "nofollow noopener ugc";

const structure = ["p", "br", "hr", "pre", "blockquote", "ul", "ol", "li", "h3", "h4", "h5", "h6"];
const tables = ["table", "thead", "tbody", "tr", "th", "td"];
const inline = ["a", "span", "strong", "b", "em", "i", "u", "s", "del", "code", "sub", "sup", "ruby", "rt", "rp"];

const cleaning: sanitize.IOptions = {
  allowedTags: [...structure, ...tables, ...inline],
  allowedAttributes: {
    a: ["href", "rel", "class", "translate", "title"],
    span: ["class", "translate"],
    ol: ["start", "reversed"],
    li: ["value"],
    th: ["scope"],
  },
  // What Mastodon keeps: mentions, hashtags and the hidden halves of long links.
  allowedClasses: {
    a: ["mention", "hashtag", "u-url"],
    span: ["h-card", "invisible", "ellipsis", "mention"],
  },
  allowedSchemes: ["http", "https", "mailto"],
  allowProtocolRelative: false,
  nestingLimit: nestingMax,
  transformTags: {
    // A page has its own first and second level.
    h1: "h3",
    h2: "h3",
    // Foreign relative addresses would point into this node.
    a: (_tag, attributes) => ({ tagName: "a", attribs: linkAttributes(attributes) }),
    ol: (_tag, attributes) => ({ tagName: "ol", attribs: numbersOnly(attributes, "start") }),
    li: (_tag, attributes) => ({ tagName: "li", attribs: numbersOnly(attributes, "value") }),
  },
};

function linkAttributes(attributes: sanitize.Attributes): sanitize.Attributes {
  const { href: address, rel: _dropped, ...rest } = attributes;
  const target = address === undefined ? "#" : href(address);
  if (!/^(https?|mailto):/i.test(target)) return {};
  // Always in this order, so that cleaning again changes nothing.
  return { href: target, ...rest, rel: linkRel };
}

function numbersOnly(attributes: sanitize.Attributes, name: string): sanitize.Attributes {
  const value = attributes[name];
  if (value === undefined || /^-?\d{1,6}$/.test(value)) return attributes;
  const { [name]: _dropped, ...rest } = attributes;
  return rest;
}

/** HTML from another server or an import, reduced to text structure, lists, headings, tables and safe links. Idempotent. */
export function cleanRemoteHtml(text: string): Markup {
  return raw(clean(text.slice(0, remoteHtmlCharsMax)));
}

const cleaningRoundsMax = 4;

/** What is left after a tag was taken out may read differently (a paragraph in a paragraph), so it is read again. */
function clean(text: string): string {
  let kept = text;
  for (let round = 0; round < cleaningRoundsMax; round += 1) {
    // After a reading, which makes characters of what was written as `&#x202e;`.
    const next = withoutOverrides(sanitize(kept, cleaning));
    // Most texts are as they should be, and are read once.
    if (next === kept) break;
    kept = next;
  }
  return kept;
}

/**
 * Markdown (CommonMark with tables and strikethrough) as safe HTML. HTML inside it is shown as typed, headings start
 * at the third level, pictures become links, and line breaks are kept as people type them.
 */
export function markdownToHtml(text: string): Markup {
  const kept = rendered.get(text) ?? renderMarkdown(text);
  remember(text, kept);
  return kept;
}

/** The same where the text is all that a page has below its title: headings start at the second level. */
export const pageMarkdownToHtml = (text: string): Markup =>
  raw(String(markdownToHtml(text)).replace(/<(\/?)h([3-6])>/g, (_, slash, level) => `<${slash}h${level - 1}>`));

/** The texts rendered last: the same proposal is read far more often than it is written. */
const rendered = new Map<string, Markup>();
const renderedCharsMax = 4_000_000;
let renderedChars = 0;

function remember(text: string, markup: Markup): void {
  if (rendered.delete(text)) renderedChars -= text.length + markup.length;
  rendered.set(text, markup);
  renderedChars += text.length + markup.length;
  for (const [oldest, forgotten] of rendered) {
    if (renderedChars <= renderedCharsMax) break;
    rendered.delete(oldest);
    renderedChars -= oldest.length + forgotten.length;
  }
}

function renderMarkdown(text: string): Markup {
  const source = tameNesting(text.slice(0, markdownCharsMax));
  let shown: string;
  try {
    shown = marked.parser(demoteHeadings(marked.lexer(source)));
  } catch (error) {
    // marked recurses: what nests too deep for it is shown as it was typed.
    if (!(error instanceof RangeError)) throw error;
    shown = `<p>${escapeHtml(source)}</p>`;
  }
  return raw(clean(shown));
}

const marked = new Marked({
  gfm: true,
  breaks: true,
  async: false,
  renderer: {
    html: ({ text }: Tokens.HTML | Tokens.Tag) => escapeHtml(text),
    image: ({ href: address, text, title }: Tokens.Image) =>
      `<a href="${escapeHtml(href(address))}">${escapeHtml(text || title || address)}</a>`,
    checkbox: ({ checked }: Tokens.Checkbox) => (checked ? "☑ " : "☐ "),
  },
});

/** The page has its own first and second level: the highest heading of a text becomes the third, the others follow. */
function demoteHeadings(tokens: TokensList): TokensList {
  const headings: Tokens.Heading[] = [];
  marked.walkTokens(tokens, (token) => {
    if (token.type === "heading") headings.push(token as Tokens.Heading);
  });
  const highest = headings.reduce((depth, heading) => Math.min(depth, heading.depth), 6);
  for (const heading of headings) heading.depth = Math.min(heading.depth - highest + 3, 6);
  return tokens;
}

/**
 * Quotes, lists and brackets opened dozens of times in one place mean nothing to a reader and much work to a parser:
 * marked takes time in the square of the emphasis marks of one paragraph, and of the spaces in one line.
 */
function tameNesting(text: string): string {
  const lines = text.replace(/\r\n?/g, "\n").split("\n").map(tameLine);
  return tameParagraphs(lines)
    .join("\n")
    .replace(/[ \t]{81,}/g, (run) => run.slice(0, 80))
    .replace(/([[\]*_~`!<(])\1{11,}/g, (run) => run.slice(0, 12));
}

function tameLine(line: string): string {
  const opened = /^(?:[ \t]*(?:>|[-+*][ \t]|\d{1,9}[.)][ \t]))+/.exec(line)?.[0] ?? "";
  const markers = opened.match(/>|[-+*]|\d{1,9}[.)]/g) ?? [];
  if (markers.length > nestingMax / 2) return line.slice(opened.length);
  const indent = opened === "" ? (/^[ \t]*/.exec(line)?.[0].length ?? 0) : 0;
  return indent > 80 ? line.trimStart() : line;
}

const paragraphMarksMax = 600;

/** Within one paragraph, the marks beyond a number nobody types by hand are taken as plain characters. */
function tameParagraphs(lines: readonly string[]): string[] {
  let marks = 0;
  return lines.map((line) => {
    if (line.trim() === "") marks = 0;
    marks += line.match(/[*_~[\]`]/g)?.length ?? 0;
    return marks > paragraphMarksMax ? line.replace(/[*_~[\]`]/g, "\\$&") : line;
  });
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'", nbsp: " " };

/** The words of an HTML text, one line per block: for titles, feeds, descriptions, search and mail. */
export function plainText(text: string): string {
  return tidied(/[<&]/.test(text) ? withoutTags(text) : text.slice(0, remoteHtmlCharsMax));
}

function withoutTags(text: string): string {
  const spaced = text
    .slice(0, remoteHtmlCharsMax)
    .replace(/<br\s{0,8}\/?>/gi, "\n")
    .replace(/<\/(?:p|div|li|h[1-6]|blockquote|pre|tr|table|ul|ol)\s{0,8}>/gi, "$&\n");
  return sanitize(spaced, { allowedTags: [], allowedAttributes: {} }).replace(
    /&(amp|lt|gt|quot|#39|nbsp);/g,
    (whole, name: string) => entities[name] ?? whole,
  );
}

const tidied = (text: string): string =>
  withoutOverrides(text)
    .replace(/[ \t\u00a0]+/g, " ")
    .replace(/ ?\n ?/g, "\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
