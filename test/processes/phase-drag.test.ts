// Phases on their line of time in a real browser: dragged by pointer, moved by keys, in both directions of writing.
import type { AddressInfo } from "node:net";
import { AxeBuilder } from "@axe-core/playwright";
import { type ServerType, serve } from "@hono/node-server";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { processPages } from "../../src/processes/pages.ts";
import { aCity, anOfficial, aPhase, aProcess, type City } from "../support/build.ts";
import { describeInBrowser, launchChromium } from "../support/chromium.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";
import { openRooms, type Rooms } from "../support/room.ts";

const now = new Date("2026-03-10T10:00:00Z");

describeInBrowser("phases on a line of time", () => {
  let db: TestDatabase;
  let city: City;
  let rooms: Rooms;
  let browser: Browser;
  let server: ServerType;
  let origin: string;
  let officialId: string;
  beforeAll(async () => {
    db = await openTestDatabase();
    city = await aCity(db);
    rooms = await openRooms(db, city, [processPages], { isSecure: false, now, timeZone: "UTC" });
    officialId = (await anOfficial(city)).id;
    server = serve({ fetch: rooms.app.fetch, port: 0, hostname: "127.0.0.1" });
    await new Promise((resolve) => server.once("listening", resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await launchChromium();
    const phases = [
      aPhase(now, { startsInDays: 0, endsInDays: 10, title: "Ideas" }),
      aPhase(now, { startsInDays: 15, endsInDays: 30, title: "Answers" }),
    ];
    await aProcess(city, { handle: "line", phases, isDraft: true, now });
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
    expect(rooms.faults).toEqual([]);
    await rooms[Symbol.asyncDispose]();
    await db.drop();
  });

  async function onPhases(locale: "en" | "ar", work: (page: Page) => Promise<void>): Promise<void> {
    await db.sql`update account set locale = ${locale} where id = ${officialId}`;
    const context = await browser.newContext({ viewport: { width: 1280, height: 1200 }, reducedMotion: "reduce" });
    try {
      const page = await context.newPage();
      const errors: string[] = [];
      page.on(
        "console",
        (message) => message.type() === "error" && !message.text().includes("404") && errors.push(message.text()),
      );
      page.on("pageerror", (error) => errors.push(error.message));
      await page.goto(`${origin}/signed-in-as/${officialId}`);
      await page.goto(`${origin}/processes/line/steps/phases`);
      await page.locator(".phase-drag-bar").first().waitFor();
      await work(page);
      expect(errors).toEqual([]);
    } finally {
      await context.close();
    }
  }

  const dates = (page: Page, index: number) =>
    Promise.all(["starts", "ends"].map((name) => page.locator(`[name=phase-${index}-${name}]`).inputValue()));

  /** Drags a handle so many days as the line shows them. */
  async function drag(page: Page, name: string, days: number): Promise<void> {
    const handle = page.getByRole("slider", { name });
    await handle.scrollIntoViewIfNeeded();
    const at = (await handle.boundingBox())!;
    const width = (await page.locator(".phase-drag-lane").first().boundingBox())!.width;
    // The line shows three weeks before the first day and after the last.
    const spanDays = 30 + 2 * 21;
    const [x, y] = [at.x + at.width / 2, at.y + at.height / 2];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + (days * width) / spanDays / 2, y);
    await page.mouse.move(x + (days * width) / spanDays, y);
    await page.mouse.up();
  }

  test("a bar is dragged by whole days, stops at its neighbour, and what is saved is what was dragged", async () => {
    await onPhases("en", async (page) => {
      await drag(page, "Ideas: end", 3);
      expect(await dates(page, 0)).toEqual(["2026-03-10T10:00", "2026-03-23T10:00"]);
      expect(await page.locator(".phase-drag-said").textContent()).toBe("Ideas: Mar 10, 2026 – Mar 23, 2026");
      await drag(page, "Ideas: end", 20);
      expect(await dates(page, 0)).toEqual(["2026-03-10T10:00", "2026-03-25T10:00"]);
      await page.getByLabel("Move all later phases along").check();
      await drag(page, "Ideas: move", -4);
      expect(await dates(page, 0)).toEqual(["2026-03-06T10:00", "2026-03-21T10:00"]);
      expect(await dates(page, 1)).toEqual(["2026-03-21T10:00", "2026-04-05T10:00"]);
      const { violations } = await new AxeBuilder({ page }).include("#phase-plan").analyze();
      expect(violations.map(({ id }) => id)).toEqual([]);
      await page.getByRole("button", { name: "Save and continue" }).click();
      await page.waitForURL("**/steps/rules");
      await page.goto(`${origin}/processes/line/steps/phases`);
      expect(await dates(page, 0)).toEqual(["2026-03-06T10:00", "2026-03-21T10:00"]);
      expect(await dates(page, 1)).toEqual(["2026-03-21T10:00", "2026-04-05T10:00"]);
    });
  });

  test("arrow keys move by a day and page keys by a week, and each move is said", async () => {
    await onPhases("en", async (page) => {
      const [before] = await dates(page, 1);
      const handle = page.getByRole("slider", { name: "Answers: move" });
      await handle.focus();
      await page.keyboard.press("ArrowRight");
      await page.keyboard.press("ArrowRight");
      await page.keyboard.press("ArrowLeft");
      await page.keyboard.press("PageUp");
      const after = new Date(`${before}Z`);
      after.setUTCDate(after.getUTCDate() + 8);
      expect((await dates(page, 1))[0]).toBe(after.toISOString().slice(0, 16));
      expect(await page.locator(".phase-drag-said").textContent()).toMatch(/^Answers: .* – /);
      expect(await handle.getAttribute("aria-valuetext")).toContain("–");
      // It can never end before it starts, nor begin before its neighbour ends.
      const start = page.getByRole("slider", { name: "Answers: first day" });
      await start.focus();
      for (let press = 0; press < 5; press += 1) await page.keyboard.press("PageUp");
      const [starts, ends] = await dates(page, 1);
      expect(Date.parse(`${ends}Z`) - Date.parse(`${starts}Z`)).toBe(86_400_000);
      // A date that is typed moves the bar.
      await page.locator("[name=phase-1-ends]").fill("2026-06-01T10:00");
      await page.locator("[name=phase-1-ends]").dispatchEvent("change");
      expect(await page.getByRole("slider", { name: "Answers: end" }).getAttribute("aria-valuetext")).toBe(
        "Jun 1, 2026",
      );
    });
  });

  test("in Arabic the line runs from the right, and so do the keys", async () => {
    await onPhases("ar", async (page) => {
      const [before] = await dates(page, 1);
      const [first, second] = await Promise.all(
        [0, 1].map((index) => page.locator(".phase-drag-bar").nth(index).boundingBox()),
      );
      expect(second!.x).toBeLessThan(first!.x);
      await page.locator(".phase-drag-whole").nth(1).focus();
      await page.keyboard.press("ArrowLeft");
      expect(Date.parse(`${(await dates(page, 1))[0]}Z`) - Date.parse(`${before}Z`)).toBe(86_400_000);
    });
  });

  test("axe finds nothing wrong with the pages of the guide", async () => {
    await onPhases("ar", async (page) => {
      const faults: string[] = [];
      for (const path of ["new", "new/template", "new/copy", "line/publication", "line/texts", "line/preview"]) {
        await page.goto(`${origin}/processes/${path}`);
        const { violations } = await new AxeBuilder({ page }).analyze();
        faults.push(...violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${path}: ${id}: ${html}`)));
      }
      expect(faults).toEqual([]);
    });
  });
});
