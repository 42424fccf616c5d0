// Charts: where their parts stand, for any numbers; and in a real browser, that labels never meet and pictures lose nothing.
import type { AddressInfo } from "node:net";
import { type ServerType, serve } from "@hono/node-server";
import fc from "fast-check";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { html } from "../../src/platform/html.ts";
import { type Language, openTranslator } from "../../src/platform/i18n.ts";
import { barChart, columnChart, figure, figureTable, rowsOpenMax } from "../../src/web/chart.ts";
import {
  columnAt,
  fromStart,
  labelsFor,
  lengthLeast,
  niceTicks,
  rooms,
  stack,
  widthOf,
} from "../../src/web/chart-scale.ts";
import type { PageContext } from "../../src/web/context.ts";
import { page } from "../../src/web/layout.ts";
import { describeInBrowser, launchChromium } from "../support/chromium.ts";
import { openSampleShell } from "./sample-shell.ts";

const counts = fc.array(fc.oneof(fc.nat({ max: 5 }), fc.nat({ max: 2_000_000_000 })), { minLength: 1, maxLength: 4 });

describe("a scale", () => {
  test("is in whole, round, equal steps from nought to the most, and not much beyond", () => {
    fc.assert(
      fc.property(fc.nat({ max: 2_000_000_000 }), fc.integer({ min: 1, max: 8 }), (most, stepsMax) => {
        const ticks = niceTicks(most, stepsMax);
        const step = ticks[1]! - ticks[0]!;
        expect(ticks[0]).toBe(0);
        expect(ticks.at(-1)).toBeGreaterThanOrEqual(most);
        expect(ticks.length).toBeLessThanOrEqual(stepsMax + 1);
        expect(String(step)).toMatch(/^[125]0*$/);
        expect(ticks).toEqual(ticks.map((_, index) => index * step));
        // The last step is needed.
        if (most > 0) expect(ticks.at(-2)).toBeLessThan(most);
      }),
    );
  });

  test("says the usual numbers", () => {
    expect(niceTicks(0)).toEqual([0, 1]);
    expect(niceTicks(1)).toEqual([0, 1]);
    expect(niceTicks(7)).toEqual([0, 2, 4, 6, 8]);
    expect(niceTicks(100)).toEqual([0, 50, 100]);
    expect(niceTicks(1_467)).toEqual([0, 500, 1_000, 1_500]);
  });
});

describe("a bar", () => {
  test("never leaves the frame, has a part for each count but zero, in order, and none is too short to be seen", () => {
    fc.assert(
      fc.property(counts, fc.nat({ max: 2_000_000_000 }), (parts, more) => {
        const top = parts.reduce((sum, count) => sum + count, 0) + more;
        const drawn = stack(parts, top);
        expect(drawn.map(({ part }) => part)).toEqual(parts.flatMap((count, part) => (count > 0 ? [part] : [])));
        let end = 0;
        for (const { from, length } of drawn) {
          expect(from).toBeGreaterThanOrEqual(end - 1e-9);
          expect(length).toBeGreaterThan((lengthLeast * 9) / 10 - 1e-9);
          end = from + length;
          expect(end).toBeLessThanOrEqual(1 + 1e-12);
        }
      }),
    );
  });

  test("beside a huge one, one is still there", () => {
    expect(stack([1], 1_000_000)).toEqual([{ part: 0, from: 0, length: lengthLeast }]);
    expect(stack([0, 0], 0)).toEqual([]);
  });
});

describe("columns", () => {
  test("stand beside each other within the frame, from whichever side", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), fc.boolean(), (count, isMirrored) => {
        const ends = Array.from({ length: count }, (_, index) => {
          const { from, width } = columnAt(index, count);
          const x = fromStart(from, width, isMirrored);
          return [x, x + width] as const;
        });
        const inOrder = isMirrored ? ends.toReversed() : ends;
        for (const [index, [from, to]] of inOrder.entries()) {
          expect(from).toBeGreaterThanOrEqual((inOrder[index - 1]?.[1] ?? 0) - 1e-9);
          expect(to).toBeLessThanOrEqual(1 + 1e-9);
        }
      }),
    );
  });

  test("carry labels that do not meet and do not leave the frame, with as little room as there is", () => {
    const label = fc.string({ minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(fc.array(label, { minLength: 1, maxLength: 200 }), (labels) => {
        const widest = Math.max(...labels.map(widthOf));
        fc.pre(widest <= rooms[0]);
        const chosen = labelsFor(labels);
        expect(chosen[0]).toEqual({ index: 0, level: 0 });
        for (const [level, room] of rooms.entries()) {
          const shown = chosen.filter((one) => one.level <= level).map(({ index }) => index);
          for (const [place, index] of shown.entries()) {
            const from = columnAt(index, labels.length).from * room;
            if (place > 0)
              expect(from).toBeGreaterThanOrEqual(
                columnAt(shown[place - 1]!, labels.length).from * room + widest - 1e-9,
              );
            if (index > 0) expect(from + widest - 1).toBeLessThanOrEqual(room + 1e-9);
          }
        }
      }),
    );
  });
});

const weeks = Array.from({ length: 40 }, (_, index) => new Date(Date.UTC(2026, 0, 5 + index * 7, 12)));
/** Two drawings of forty weeks with an outlier, and one of bars with long names. */
function sample(lang: Language) {
  const t = openTranslator(lang, "Europe/Madrid");
  const labels = weeks.map((week) => t.date(week, "dayMonth"));
  const many = weeks.map((_, index) => [index === 20 ? 120_000 : index % 5, index % 3]);
  const series = ["Own", "Others"];
  const rows = many.map(([own, others], index) => [labels[index]!, t.number(own!), t.number(others!)] as const);
  const names = ["Urbanisme, habitatge i infraestructures municipals", "Z"];
  const marks = [
    { label: "1", from: 0, to: 0.5 },
    { label: "2", from: 0.5, to: 0.53 },
    { label: "3", from: 0.53, to: 1 },
  ];
  return html`${figure({
    id: "time",
    caption: "Each column is a week.",
    drawing: columnChart(t, {
      id: "weeks",
      title: "Weeks",
      said: "Most in June.",
      labels,
      counts: many,
      series,
      marks,
    }),
    table: figureTable(t, { title: "Weeks", head: ["Week", ...series], rows }),
  })}${figure({
    id: "bars",
    caption: "Each bar is a category.",
    drawing: barChart(t, {
      id: "kinds",
      title: "Kinds",
      said: "Most of the first.",
      rows: names.map((name, index) => ({ label: name, counts: [9, 4, 2, index] })),
      series: ["a", "b", "c", "d"],
    }),
    table: figureTable(t, {
      title: "Kinds",
      head: ["Kind", "a", "b", "c", "d"],
      rows: names.map((name, index) => [name, "9", "4", "2", t.number(index)]),
    }),
  })}`;
}

const samplePage = (ctx: PageContext) => page({ ctx, title: "Charts", width: "wide", main: sample(ctx.t.lang) });

describeInBrowser("drawn charts", () => {
  let browser: Browser;
  let server: ServerType;
  beforeAll(async () => {
    const { app } = openSampleShell();
    app.get("/charts", (c) => c.html(samplePage(c.get("page"))));
    server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" });
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  async function opened(
    lang: Language,
    widthPixels: number,
    more: Parameters<Browser["newContext"]>[0] = {},
  ): Promise<Page> {
    const context = await browser.newContext({
      viewport: { width: widthPixels, height: 900 },
      locale: lang,
      javaScriptEnabled: true,
      ...more,
    });
    const tab = await context.newPage();
    await tab.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/charts`);
    return tab;
  }

  /** Pairs of written labels that meet, and labels that leave the screen. */
  const collisions = (tab: Page) =>
    tab.evaluate(`(() => {
      const found = [];
      for (const drawing of document.querySelectorAll(".chart-frame")) {
        const texts = [...drawing.querySelectorAll(".chart-times text, .chart-mark-label, .chart-ticks span")].map((one) => [one, one.getBoundingClientRect()]).filter(([, box]) => box.width > 0);
        for (const [one, a] of texts) {
          if (a.left < 0 || a.right > innerWidth + 1) found.push("out: " + one.textContent);
          for (const [other, b] of texts) if (one !== other && a.left < b.right - 0.5 && b.left < a.right - 0.5 && a.top < b.bottom - 0.5 && b.top < a.bottom - 0.5) found.push(one.textContent + " | " + other.textContent);
        }
      }
      return { found, count: document.querySelectorAll(".chart-times text").length };
    })()`) as Promise<{ found: string[]; count: number }>;

  test.each([
    ["en", 320],
    ["ar", 320],
    ["fr", 390],
    ["ca", 1280],
    ["ar", 1280],
  ] as const)("have labels in %s at %i pixels that do not meet, with letters twice as big too", async (lang, width) => {
    const tab = await opened(lang, width);
    const plain = await collisions(tab);
    expect(plain.found).toEqual([]);
    expect(plain.count).toBeGreaterThan(2);
    await tab.evaluate("document.documentElement.style.fontSize = '200%'");
    expect((await collisions(tab)).found).toEqual([]);
    expect(await tab.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
    await tab.context().close();
  });

  test("run from the right in Arabic, and the scale stands at the right", async () => {
    const firstAndLast = async (lang: Language) => {
      const tab = await opened(lang, 1280);
      const xs = (await tab.evaluate(`(() => {
        const boxes = [...document.querySelectorAll(".chart-columns .chart-full")].map((one) => one.getBoundingClientRect().left);
        return [boxes[0], boxes.at(-1), document.querySelector(".chart-ticks").getBoundingClientRect().left];
      })()`)) as number[];
      await tab.context().close();
      return xs as [number, number, number];
    };
    const [first, last, scale] = await firstAndLast("en");
    expect(first).toBeLessThan(last);
    expect(scale).toBeLessThan(first);
    const [arabicFirst, arabicLast, arabicScale] = await firstAndLast("ar");
    expect(arabicFirst).toBeGreaterThan(arabicLast);
    expect(arabicScale).toBeGreaterThan(arabicFirst);
  });

  test("keep all columns within the drawing, the outlier and the smallest ones", async () => {
    const tab = await opened("en", 320);
    const faults = await tab.evaluate(`(() => {
      const frame = document.querySelector(".chart-columns").getBoundingClientRect();
      const boxes = [...document.querySelectorAll(".chart-columns .chart-part")].map((one) => one.getBoundingClientRect());
      return boxes.filter((box) => box.top < frame.top - 1.5 || box.bottom > frame.bottom + 1.5 || box.left < frame.left - 1.5 || box.right > frame.right + 1.5 || box.height < 1).length;
    })()`);
    expect(faults).toBe(0);
    await tab.context().close();
  });

  test("are images with a name and a sentence, and their figures are a table; a long one is folded on a phone alone, and never on paper", async () => {
    expect(weeks.length).toBeGreaterThan(rowsOpenMax);
    const isTableRead = async (tab: Page) => await tab.getByRole("table", { name: "Weeks" }).isVisible();
    const phone = await opened("en", 390);
    const image = phone.getByRole("img", { name: "Weeks" });
    expect(await image.count()).toBe(1);
    expect(
      await phone.evaluate(
        "document.querySelector('#' + document.querySelector('svg[role=img]').getAttribute('aria-describedby')).textContent",
      ),
    ).toBe("Most in June.");
    expect(await isTableRead(phone)).toBe(false);
    expect(await phone.getByRole("table", { name: "Kinds" }).isVisible()).toBe(true);
    await phone.getByText("Table: Weeks").click();
    expect(await isTableRead(phone)).toBe(true);
    await phone.reload();
    await phone.emulateMedia({ media: "print" });
    expect(await isTableRead(phone)).toBe(true);
    await phone.context().close();
    const desk = await opened("en", 1280);
    expect(await isTableRead(desk)).toBe(true);
    await desk.context().close();
  });

  test("in forced colours each series has another pattern, and none is the colour of the ground", async () => {
    const tab = await opened("en", 1280, { forcedColors: "active" });
    const fills = (await tab.evaluate(
      `[...document.querySelectorAll("#bars .legend .chart-part")].map((one) => { const style = getComputedStyle(one); return style.fill + " " + style.stroke; })`,
    )) as string[];
    expect(new Set(fills).size).toBe(4);
    const ground = await tab.evaluate("getComputedStyle(document.body).backgroundColor");
    for (const fill of fills) expect(fill.split(" rgb").join("|rgb")).not.toBe(`${ground}|${ground}`);
    await tab.context().close();
  });
});
