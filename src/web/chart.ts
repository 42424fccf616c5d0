// Charts: columns over time and bars, drawn by the server, each with its figures as a table beside it.
//
// Across, everything is a share of the frame, and letters keep the size of the page's text: so a drawing is as readable on a
// phone, or with letters twice as big, as on a desk. Series differ in their pattern and not in colour alone.
import { attrs, classes, html, type Markup, nothing, type Renderable } from "../platform/html.ts";
import type { Translator } from "../platform/i18n.ts";
import { columnAt, fromStart, labelsFor, niceTicks, type Part, stack } from "./chart-scale.ts";

/** From the plainest: a full one, stripes, an outline, a grid. */
const fills = ["chart-full", "chart-stripes", "chart-outline", "chart-grid"] as const;
const roomClasses = ["", "chart-from-phone", "chart-from-desk"] as const;
const percent = (share: number): string => `${Number((share * 100).toFixed(3))}%`;

/** What a figure is called and says, and its drawings with their names. */
export interface FigureProps {
  /** Its own on the page. */
  readonly id: string;
  /** What is counted, how, and since when. */
  readonly caption: Renderable;
  readonly drawing: Renderable;
  readonly table: Markup;
}

export const figure = ({ id, caption, drawing, table }: FigureProps): Markup =>
  html`<figure class="chart" id="${id}"><figcaption class="chart-caption">${caption}</figcaption>
    <div class="chart-beside"><div class="chart-drawings">${drawing}</div>${table}</div></figure>`;

interface DrawingProps {
  readonly id: string;
  readonly title: string;
  /** In one sentence what can be seen. */
  readonly said: string;
  /** The names of the series, where there are several. */
  readonly series?: readonly string[];
}

/** A stretch of time that is marked with its number. */
export interface TimeMark {
  readonly label: string;
  /** Shares of the whole time. */
  readonly from: number;
  readonly to: number;
}

export interface ColumnsProps extends DrawingProps {
  /** Below each column, short. */
  readonly labels: readonly string[];
  /** Of each column: what is counted, series by series. */
  readonly counts: readonly (readonly number[])[];
  readonly marks?: readonly TimeMark[];
}

/** Columns over time. In Arabic time runs from right to left, as the line of phases does, and the scale stands at the right. */
export function columnChart(t: Translator, props: ColumnsProps): Markup {
  const { id, counts, labels, marks = [] } = props;
  const ticks = niceTicks(Math.max(...counts.map(sum)));
  const top = ticks.at(-1)!;
  const isMirrored = t.dir === "rtl";
  const across = (from: number, width: number) => percent(fromStart(from, width, isMirrored));
  return drawing(
    props,
    html`<div class="chart-frame">
      <div class="chart-ticks" aria-hidden="true">${ticks.toReversed().map((tick) => html`<span>${t.number(tick)}</span>`)}</div>
      <svg class="chart-columns" role="img" aria-labelledby="${`${id}-title`}" aria-describedby="${`${id}-said`}">
        ${patterns(id, props.series?.length ?? 1)}
        ${marks.map(({ from, to }, index) => html`<rect${attrs({ class: index % 2 === 0 ? "chart-mark" : "chart-mark chart-mark-other", x: across(from, to - from), y: 0, width: percent(to - from), height: "100%" })}/>`)}
        ${ticks.map((tick) => html`<line${attrs({ class: tick === 0 ? "chart-foot" : "chart-line", x1: 0, x2: "100%", y1: percent(1 - tick / top), y2: percent(1 - tick / top) })}/>`)}
        ${counts.map((column, index) => {
          const { from, width } = columnAt(index, counts.length);
          return stack(column, top).map((part) =>
            piece(id, part, {
              x: across(from, width),
              width: percent(width),
              y: percent(1 - part.from - part.length),
              height: percent(part.length),
            }),
          );
        })}
        ${marks.map((mark) => numberOf(mark, isMirrored))}
      </svg>
      <svg class="chart-times" aria-hidden="true" focusable="false">${labelsFor(labels).map(
        ({ index, level }) =>
          html`<text${attrs({ class: roomClasses[level] || null, x: across(columnAt(index, labels.length).from, 0), y: "1.1em" })}>${labels[index]}</text>`,
      )}</svg>
    </div>`,
  );
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

/** What is shorter has no room for its number on a phone, or anywhere. */
const [phoneShareLeast, deskShareLeast] = [0.12, 0.04];

function numberOf({ label, from, to }: TimeMark, isMirrored: boolean): Markup {
  const share = to - from;
  if (share < deskShareLeast) return nothing;
  const where = { x: percent(fromStart(from + share / 2, 0, isMirrored)), y: "-0.5em" };
  return html`<text${attrs({ class: classes("chart-mark-label", share < phoneShareLeast && "chart-from-desk"), ...where })}>${label}</text>`;
}

export interface BarsProps extends DrawingProps {
  readonly rows: readonly { readonly label: Renderable; readonly counts: readonly number[] }[];
}

/** Bars below each other, all on one scale, each with its name and its sum. */
export function barChart(t: Translator, props: BarsProps): Markup {
  const { id, rows } = props;
  const top = Math.max(...rows.map(({ counts }) => sum(counts)));
  const isMirrored = t.dir === "rtl";
  return drawing(
    props,
    html`<div class="chart-bars" role="img" aria-labelledby="${`${id}-title`}" aria-describedby="${`${id}-said`}">
      <svg class="chart-patterns" aria-hidden="true" focusable="false">${patterns(id, props.series?.length ?? 1)}</svg>
      ${rows.map(
        ({ label, counts }) => html`<div class="chart-bar"><span>${label}</span>
        <svg aria-hidden="true" focusable="false">${stack(counts, top).map((part) => piece(id, part, { x: percent(fromStart(part.from, part.length, isMirrored)), width: percent(part.length), y: 0, height: "100%" }))}</svg>
        <span class="chart-bar-value">${t.number(sum(counts))}</span></div>`,
      )}</div>`,
  );
}

/** A drawing with its name, what it shows in a sentence, and which pattern is what. */
const drawing = ({ id, title, said, series }: DrawingProps, drawn: Markup): Markup =>
  html`<div class="chart-drawing"><p class="chart-title" id="${`${id}-title`}">${title}</p>
    <p class="chart-said" id="${`${id}-said`}">${said}</p>
    ${
      series === undefined || series.length < 2
        ? nothing
        : html`<ul class="legend">${series.map((name, part) => html`<li><svg class="chart-key" aria-hidden="true" focusable="false">${piece(id, { part, from: 0, length: 1 }, { x: 0, y: 0, width: "100%", height: "100%" })}</svg>${name}</li>`)}</ul>`
    }
    ${drawn}</div>`;

function piece(
  id: string,
  { part }: Part,
  at: Readonly<Record<"x" | "y" | "width" | "height", string | number>>,
): Markup {
  const fill = fills[part] ?? fills[0];
  const isPattern = fill === "chart-stripes" || fill === "chart-grid";
  return html`<rect${attrs({ class: `chart-part ${fill}`, fill: isPattern ? `url(#${id}-${fill})` : null, ...at })}/>`;
}

/** Drawn once for each drawing; the keys beside it use them too. */
const patterns = (id: string, seriesCount: number): Markup =>
  seriesCount < 2
    ? nothing
    : html`<defs>
      <pattern${attrs({ id: `${id}-chart-stripes` })} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="chart-ground" width="6" height="6"/><rect class="chart-ink" width="3" height="6"/></pattern>
      <pattern${attrs({ id: `${id}-chart-grid` })} width="5" height="5" patternUnits="userSpaceOnUse"><rect class="chart-ground" width="5" height="5"/><path class="chart-mesh" d="M0 0H5M0 0V5"/></pattern>
    </defs>`;

export interface TableProps {
  readonly title: string;
  /** The first column names the row; the others are figures. */
  readonly head: readonly string[];
  readonly rows: readonly (readonly [name: Renderable, ...figures: readonly string[]])[];
}

/** Longer ones are folded away on a phone. */
export const rowsOpenMax = 12;

export function figureTable(t: Translator, { title, head, rows }: TableProps): Markup {
  const table = html`<section class="table-wrap" aria-label="${title}" tabindex="0"><table class="table chart-figures">
    <caption class="visually-hidden">${title}</caption>
    <thead><tr>${head.map((name, index) => html`<th scope="col"${attrs({ class: index > 0 ? "number" : null })}>${name}</th>`)}</tr></thead>
    <tbody>${rows.map(([name, ...figures]) => html`<tr><th scope="row">${name}</th>${figures.map((one) => html`<td class="number">${one}</td>`)}</tr>`)}</tbody>
  </table></section>`;
  if (rows.length <= rowsOpenMax) return html`<div class="chart-table">${table}</div>`;
  return html`<details class="chart-table chart-table-long"><summary>${t("chart.table", { title })}</summary>${table}</details>`;
}
