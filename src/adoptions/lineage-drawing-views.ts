// The tree of an idea as a drawing: a box for each place, under what it was made from. It reads from the side the page does.
import { attrs, href, html, type Markup, nothing } from "../platform/html.ts";
import { directionOf } from "../platform/i18n.ts";
import { clip } from "../platform/text.ts";
import type { PageContext } from "../web/context.ts";
import { langAttrs } from "../web/marks.ts";
import type { PlacedNode } from "./lineage.ts";

/** A box under another one has room on a narrow phone. */
const box = { width: 256, height: 58, indent: 28, gap: 16, margin: 6 } as const;
const titleCharsMax = 24;

/** The characters that set text apart, with a direction of its own: `dir` means nothing in a drawing. */
const isolated = (text: string): string => `\u2068${text}\u2069`;

export interface DrawnNode extends PlacedNode {
  readonly title: { readonly text: string; readonly lang: string };
  readonly place: string;
  readonly state: string;
  readonly isCurrent: boolean;
}

export function lineageDrawing(ctx: PageContext, nodes: readonly DrawnNode[]): Markup {
  const { t } = ctx;
  const isMirrored = directionOf(t.lang) === "rtl";
  const deepest = Math.max(...nodes.map((node) => node.depth));
  const width = 2 * box.margin + deepest * box.indent + box.width;
  const height = 2 * box.margin + nodes.length * (box.height + box.gap) - box.gap;
  /** From the side the page is read from. */
  const x = (from: number) => (isMirrored ? width - from : from);
  const left = (depth: number) => box.margin + depth * box.indent;
  const top = (line: number) => box.margin + line * (box.height + box.gap);
  return html`<section class="lineage-drawing" tabindex="0" aria-label="${t("lineage.drawing")}">
    <svg${attrs({ width, height, role: "group" })} viewBox="${`0 0 ${width} ${height}`}" aria-labelledby="lineage-drawn lineage-told">
      <title id="lineage-drawn">${t("lineage.drawing")}</title>
      <desc id="lineage-told">${t("lineage.drawing-means", { count: nodes.length })}</desc>
      ${nodes.map((node) => {
        if (node.parentLine === null) return nothing;
        const stem = x(left(node.depth) - box.indent / 2);
        const middle = top(node.line) + box.height / 2;
        return html`<path class="lineage-edge" d="${`M${stem} ${top(node.parentLine) + box.height}V${middle}H${x(left(node.depth))}`}"/>`;
      })}
      ${nodes.map((node) => drawnBox(ctx, node, { x, left: left(node.depth), top: top(node.line), isMirrored }))}
    </svg></section>`;
}

function drawnBox(
  { t }: PageContext,
  node: DrawnNode,
  at: { x: (from: number) => number; left: number; top: number; isMirrored: boolean },
): Markup {
  const textX = at.x(at.left + 12);
  const mark = html`<g${attrs({ class: `lineage-box lineage-${node.standing}${node.isCurrent ? " lineage-current" : ""}` })}>
    <title>${`${node.title.text} · ${node.place} · ${node.state}`}</title>
    <rect${attrs({ x: at.isMirrored ? at.x(at.left + box.width) : at.left, y: at.top, width: box.width, height: box.height, rx: 8 })}/>
    <text${attrs({ x: textX, y: at.top + 24 })}${langAttrs(t, node.title.lang)}>${isolated(clip(node.title.text, titleCharsMax))}</text>
    <text${attrs({ class: "lineage-place", x: textX, y: at.top + 44 })}>${clip(`${isolated(node.place)} · ${node.state}`, titleCharsMax + 8)}</text></g>`;
  const to = node.path ?? node.facts?.url ?? node.uri;
  return html`<a${attrs({ href: href(to), "aria-current": node.isCurrent ? "page" : null })}>${mark}</a>`;
}
