// Foreign text made safe: Markdown of our people, HTML of other servers and imports. Linear in the input, which is capped.
import { Marked, type Tokens } from "marked";
import sanitize from "sanitize-html";
import { escapeHtml, href, type Markup, raw } from "./html.ts";

export const markdownCharsMax = 100_000;
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
  const { href: address, ...rest } = attributes;
  const target = address === undefined ? "#" : href(address);
  if (!/^(https?|mailto):/i.test(target)) return {};
  return { ...rest, href: target, rel: linkRel };
}

function numbersOnly(attributes: sanitize.Attributes, name: string): sanitize.Attributes {
  const value = attributes[name];
  if (value === undefined || /^-?\d{1,6}$/.test(value)) return attributes;
  const { [name]: _dropped, ...rest } = attributes;
  return rest;
}

/** HTML from another server or an import, reduced to text structure, lists, headings, tables and safe links. Idempotent. */
export function cleanRemoteHtml(text: string): Markup {
  return raw(sanitize(text.slice(0, remoteHtmlCharsMax), cleaning));
}

/**
 * Markdown (CommonMark with tables and strikethrough) as safe HTML. HTML inside it is shown as typed, headings start
 * at the third level, pictures become links, and line breaks are kept as people type them.
 */
export function markdownToHtml(text: string): Markup {
  const source = tameNesting(text.slice(0, markdownCharsMax));
  let rendered: string;
  try {
    rendered = marked.parse(source) as string;
  } catch (error) {
    // marked recurses: what nests too deep for it is shown as it was typed.
    if (!(error instanceof RangeError)) throw error;
    rendered = `<p>${escapeHtml(source)}</p>`;
  }
  return raw(sanitize(rendered, cleaning));
}

const marked = new Marked({
  gfm: true,
  breaks: true,
  async: false,
  renderer: {
    html: ({ text }: Tokens.HTML | Tokens.Tag) => escapeHtml(text),
    image: ({ href: address, text, title }: Tokens.Image) =>
      `<a href="${escapeHtml(href(address))}">${escapeHtml(text || title || address)}</a>`,
    heading({ tokens, depth }: Tokens.Heading) {
      const level = Math.min(depth + 2, 6);
      return `<h${level}>${this.parser.parseInline(tokens)}</h${level}>`;
    },
    checkbox: ({ checked }: Tokens.Checkbox) => (checked ? "☑ " : "☐ "),
  },
});

/** Quotes, lists and brackets opened dozens of times in one place mean nothing to a reader and much work to a parser. */
function tameNesting(text: string): string {
  return text
    .replace(/\r\n?/g, "\n")
    .split("\n")
    .map((line) => {
      const opened = /^(?:[ \t]*(?:>|[-+*][ \t]|\d{1,9}[.)][ \t]))+/.exec(line)?.[0] ?? "";
      const markers = opened.match(/>|[-+*]|\d{1,9}[.)]/g) ?? [];
      const indent = opened === "" ? (/^[ \t]*/.exec(line)?.[0].length ?? 0) : 0;
      if (markers.length > nestingMax / 2) return line.slice(opened.length);
      return indent > 80 ? line.trimStart() : line;
    })
    .join("\n")
    .replace(/([[\]*_~`!<(])\1{11,}/g, (run) => run.slice(0, 12));
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'", nbsp: " " };

/** The words of an HTML text, one line per block: for titles, feeds, descriptions, search and mail. */
export function plainText(text: string): string {
  const spaced = text
    .slice(0, remoteHtmlCharsMax)
    .replace(/<br\s{0,8}\/?>/gi, "\n")
    .replace(/<\/(?:p|div|li|h[1-6]|blockquote|pre|tr|table|ul|ol)\s{0,8}>/gi, "$&\n");
  return sanitize(spaced, { allowedTags: [], allowedAttributes: {} })
    .replace(/&(amp|lt|gt|quot|#39|nbsp);/g, (whole, name: string) => entities[name] ?? whole)
    .replace(/[ \t\u00a0]+/g, " ")
    .replace(/ ?\n ?/g, "\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}
