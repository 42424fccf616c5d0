// HTML of another system → the Markdown our people write, so that what was imported can be changed in our forms.
import { cleanRemoteHtml } from "./rich-text.ts";

const marks: Readonly<Record<string, string>> = {
  strong: "**",
  b: "**",
  em: "*",
  i: "*",
  del: "~~",
  s: "~~",
};
const headings = new Set(["h3", "h4", "h5", "h6"]);

interface Writing {
  out: string;
  /** The lists that are open, and how many items each has. */
  readonly lists: { readonly isNumbered: boolean; items: number }[];
  /** The emphasis and links that are open: where their text begins, and what becomes of it. */
  readonly spans: { readonly from: number; readonly before: string; readonly after: string }[];
}

/**
 * Text structure, emphasis, lists and safe links; everything else is taken out. What would be read as Markdown and was not
 * meant so is escaped.
 */
export function htmlToMarkdown(html: string): string {
  // Blocks that mean nothing by themselves would vanish in the cleaning and glue their texts together.
  const blocks = html.replace(/<(\/?)(?:div|section|article)\b[^>]{0,2000}>/gi, "<$1p>");
  const clean = cleanRemoteHtml(blocks).toString();
  const writing: Writing = { out: "", lists: [], spans: [] };
  // The cleaner writes every tag in small letters, quotes every value and leaves no bare angle bracket.
  for (const [token, slash, name = "", rest = ""] of clean.matchAll(/<(\/?)([a-z0-9]+)([^>]*)>|[^<]+/g)) {
    if (name === "") addText(writing, token);
    else if (slash === "/") close(writing, name);
    else open(writing, name, rest);
  }
  return writing.out
    .replace(/^ *(?:-|\d+\.) *$/gm, "")
    .replace(/[ \t]+$/gm, "")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}

/** Ends what stands so far with exactly this, without a space before it. */
const end = (writing: Writing, lineEnds: string): void => {
  const kept = writing.out.replace(/\s+$/, "");
  writing.out = kept === "" ? "" : kept + lineEnds;
};

function addText(writing: Writing, token: string): void {
  const words = unescapeHtml(token).replace(/\s+/g, " ");
  const isAtLineStart = /(^|\n) *((?:-|\d+\.|#+|>) )?$/.test(writing.out);
  writing.out += escapeMarkdown(isAtLineStart ? words.trimStart() : words, isAtLineStart);
}

function open(writing: Writing, name: string, rest: string): void {
  const mark = marks[name];
  const list = writing.lists.at(-1);
  if (mark !== undefined) writing.spans.push({ from: writing.out.length, before: mark, after: mark });
  else if (name === "a") {
    const address = unescapeHtml(/href="([^"]*)"/.exec(rest)?.[1] ?? "").replace(
      /[()\s]/g,
      (sign) => `%${sign.charCodeAt(0).toString(16).padStart(2, "0")}`,
    );
    const isLink = address !== "";
    writing.spans.push({ from: writing.out.length, before: isLink ? "[" : "", after: isLink ? `](${address})` : "" });
  } else if (name === "ul" || name === "ol") writing.lists.push({ isNumbered: name === "ol", items: 0 });
  else if (name === "li" && list !== undefined) {
    list.items += 1;
    end(writing, writing.lists.length === 1 && list.items === 1 ? "\n\n" : "\n");
    writing.out += `${"   ".repeat(writing.lists.length - 1)}${list.isNumbered ? `${list.items}.` : "-"} `;
  } else if (name === "br") end(writing, "\n");
  else if (name === "hr") end(writing, "\n\n---\n\n");
  else if (headings.has(name)) {
    end(writing, "\n\n");
    writing.out += `${"#".repeat(Number(name[1]))} `;
  } else if (name === "blockquote") {
    end(writing, "\n\n");
    writing.out += "> ";
  } else if (name === "p" && list === undefined && !writing.out.endsWith("> ")) end(writing, "\n\n");
}

function close(writing: Writing, name: string): void {
  if (name in marks || name === "a") closeSpan(writing);
  else if (name === "ul" || name === "ol") {
    writing.lists.pop();
    if (writing.lists.length === 0) end(writing, "\n\n");
  } else if (name === "td" || name === "th") writing.out += " ";
  else if (name === "tr") end(writing, "\n");
  else if (
    headings.has(name) ||
    name === "blockquote" ||
    name === "pre" ||
    (name === "p" && writing.lists.length === 0)
  ) {
    end(writing, "\n\n");
  }
}

/** Marks stand right at the words, or they would be read as plain characters; empty ones are left out. */
function closeSpan(writing: Writing): void {
  const span = writing.spans.pop();
  if (span === undefined) return;
  const inside = writing.out.slice(span.from);
  const words = inside.trim();
  if (words === "") return;
  const [lead = "", tail = ""] = [/^\s*/.exec(inside)?.[0], /\s*$/.exec(inside)?.[0]];
  writing.out = `${writing.out.slice(0, span.from)}${lead}${span.before}${words}${span.after}${tail}`;
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'", nbsp: " " };

const unescapeHtml = (escaped: string): string =>
  escaped.replace(/&(amp|lt|gt|quot|#39|nbsp);/g, (whole, name: string) => entities[name] ?? whole);

function escapeMarkdown(plain: string, isAtLineStart: boolean): string {
  const inline = plain.replace(/[\\`*_[\]~<]/g, "\\$&");
  return isAtLineStart ? inline.replace(/^([#>+=-])/, "\\$1").replace(/^(\d{1,9})([.)])/, "$1\\$2") : inline;
}
