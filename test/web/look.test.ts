// The shell in a real browser: nothing axe can see is wrong, nothing sticks out of a narrow screen, and it works by keyboard.
import type { AddressInfo } from "node:net";
import { AxeBuilder } from "@axe-core/playwright";
import { type ServerType, serve } from "@hono/node-server";
import { type Browser, chromium, type Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { samplePages } from "./sample-city.ts";
import { openSampleShell } from "./sample-shell.ts";

const chromiumPath = inject("chromiumPath");

describe.skipIf(chromiumPath === null)("in Chromium", () => {
  let browser: Browser;
  let server: ServerType;
  let origin: string;

  beforeAll(async () => {
    server = serve({ fetch: openSampleShell().app.fetch, port: 0, hostname: "127.0.0.1" });
    await new Promise((resolve) => server.once("listening", resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await chromium.launch({ executablePath: chromiumPath!, args: ["--no-sandbox"] });
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  interface Look {
    readonly scheme: "light" | "dark";
    readonly lang: string;
    readonly widthPixels: number;
    /** Axe takes seconds a page, so each look has those where it differs most. */
    readonly judged: readonly string[];
  }

  async function visit<T>(look: Look, path: string, work: (page: Page) => Promise<T>): Promise<T> {
    const viewport = { width: look.widthPixels, height: 800 };
    const context = await browser.newContext({ viewport, colorScheme: look.scheme, locale: look.lang });
    try {
      const page = await context.newPage();
      await page.goto(`${origin}/sign-in-as-amina`);
      await page.goto(`${origin}${path}`);
      return await work(page);
    } finally {
      await context.close();
    }
  }

  const looks: readonly Look[] = [
    { scheme: "light", lang: "en", widthPixels: 1280, judged: [...Object.keys(samplePages), "/nowhere"] },
    { scheme: "dark", lang: "fr", widthPixels: 390, judged: ["/process", "/proposal", "/desk"] },
    { scheme: "light", lang: "ar", widthPixels: 320, judged: ["/", "/proposals", "/form"] },
  ];

  test.each(looks)(
    "axe finds nothing and nothing sticks out, $lang in $scheme at $widthPixels pixels",
    async (look) => {
      const faults: string[] = [];
      await visit(look, "/", async (page) => {
        for (const path of Object.keys(samplePages)) {
          await page.goto(`${origin}${path}`);
          const overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
          if (Number(overflow) > 0) faults.push(`${path}: sticks out by ${overflow} pixels`);
        }
        for (const path of look.judged) {
          await page.goto(`${origin}${path}`);
          const { violations } = await new AxeBuilder({ page })
            .options({ rules: { "target-size": { enabled: true } } })
            .analyze();
          faults.push(
            ...violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${path}: ${id}: ${html.slice(0, 200)}`)),
          );
        }
      });
      expect(faults).toEqual([]);
    },
  );

  test("with letters twice as large, nothing sticks out and nothing is cut off", async () => {
    const look = { scheme: "light", lang: "fr", widthPixels: 640, judged: [] } as const;
    for (const path of Object.keys(samplePages)) {
      const faults = await visit(look, path, async (page) => {
        await page.evaluate("document.documentElement.style.fontSize = '200%'");
        return await page.evaluate(`[
          ...(document.documentElement.scrollWidth > innerWidth ? ["sticks out"] : []),
          ...[...document.querySelectorAll("h1, h2, h3, .button, label")]
            .filter((part) => part.checkVisibility() && part.scrollWidth > part.clientWidth + 1 && getComputedStyle(part).display !== "inline")
            .filter((part) => !part.classList.contains("visually-hidden"))
            .map((part) => part.textContent.trim().slice(0, 60)),
        ]`);
      });
      expect([path, faults]).toEqual([path, []]);
    }
  });

  test("on a phone the menu opens without a script, and on a wide screen it lies open", async () => {
    const contexts = [390, 1280].map((width) =>
      browser.newContext({ javaScriptEnabled: false, viewport: { width, height: 800 }, locale: "en" }),
    );
    const [phone, desk] = await Promise.all(contexts);
    const [small, wide] = await Promise.all([phone!.newPage(), desk!.newPage()]);
    await small.goto(`${origin}/`);
    const meetings = small.getByRole("navigation", { name: "Main navigation" }).getByRole("link", { name: "Meetings" });
    expect(await meetings.isVisible()).toBe(false);
    await small.getByText("Menu", { exact: true }).locator("..").click();
    expect(await meetings.isVisible()).toBe(true);
    await wide.goto(`${origin}/`);
    const nav = wide.getByRole("navigation", { name: "Main navigation" });
    expect(await nav.getByRole("link", { name: "Meetings" }).isVisible()).toBe(true);
    await Promise.all([phone!.close(), desk!.close()]);
  });

  test("the keyboard skips to the content, opens a menu and closes it", async () => {
    await visit(looks[0]!, "/proposals", async (page) => {
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      await expect.poll(() => page.evaluate("document.activeElement.id")).toBe("main");
      const menu = page.locator("details.menu").first();
      await menu.locator("summary").focus();
      await page.keyboard.press("Enter");
      await expect.poll(() => menu.getAttribute("open")).not.toBeNull();
      await page.keyboard.press("Escape");
      await expect.poll(() => menu.getAttribute("open")).toBeNull();
    });
  });

  test("the script counts characters, and the content policy lets it run", async () => {
    await visit(looks[0]!, "/proposal", async (page) => {
      const errors: string[] = [];
      page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
      await page.reload();
      await page.getByLabel("Your comment").fill("x".repeat(900));
      await expect.poll(() => page.locator(".char-count").textContent()).toBe("Characters left: 100");
      await page.reload();
      expect(await page.getByLabel("Your comment").inputValue()).toHaveLength(900);
      expect(errors).toEqual([]);
    });
  });

  test("in the colours of the reader's system the current tab, the keyboard's place, bars and phases can still be told", async () => {
    await visit(looks[0]!, "/proposals", async (page) => {
      await page.emulateMedia({ forcedColors: "active" });
      const borders = (await page.evaluate(`[...document.querySelectorAll(".tabs a")].map((tab) =>
        [tab.hasAttribute("aria-current"), getComputedStyle(tab).borderBlockEndColor])`)) as [boolean, string][];
      const current = borders.filter(([isCurrent]) => isCurrent).map(([, colour]) => colour);
      expect(current).toHaveLength(1);
      expect(borders.filter(([isCurrent, colour]) => !isCurrent && colour === current[0])).toEqual([]);
      await page.locator(".tabs a").nth(1).focus();
      expect(await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")).toBe("solid");
    });
    await visit(looks[0]!, "/process", async (page) => {
      await page.emulateMedia({ forcedColors: "active" });
      const dots = (await page.evaluate(`["past", "current", "next"].map((time) => {
        const { backgroundColor, outlineStyle } = getComputedStyle(document.querySelector(".phase-" + time + " .phase-dot"));
        return backgroundColor + outlineStyle; })`)) as string[];
      expect(new Set(dots).size).toBe(3);
    });
    await visit(looks[0]!, "/desk", async (page) => {
      await page.emulateMedia({ forcedColors: "active" });
      const bar = page.locator(".progress progress").first();
      expect(await shadesIn(await bar.screenshot())).toBeGreaterThan(1);
    });
  });

  test("on paper stands what is said, under its title and its address, and nothing that only a screen can do", async () => {
    await visit(looks[0]!, "/proposal", async (page) => {
      await page.emulateMedia({ media: "print" });
      const isShown = async (selector: string) => await page.locator(selector).first().isVisible();
      for (const said of ["h1", ".prose", ".answer", ".comment", ".print-address"]) {
        expect([said, await isShown(said)]).toEqual([said, true]);
      }
      expect(await page.locator(".print-address").textContent()).toMatch(/^http.*\/proposal$/);
      const left = await page.evaluate(
        `[...document.querySelectorAll("nav, form, button, .button, input, footer")].filter((one) => one.checkVisibility()).map((one) => one.outerHTML.slice(0, 90))`,
      );
      expect(left).toEqual([]);
    });
    await visit(looks[0]!, "/process", async (page) => {
      const later = page.getByText("Everyone may comment.");
      expect(await later.isVisible()).toBe(false);
      await page.emulateMedia({ media: "print" });
      expect(await later.isVisible()).toBe(true);
    });
  });

  test("a line of text has 45 to 75 letters on a wide screen, and a phone fits what it can", async () => {
    const lettersALine = `[...document.querySelectorAll(".prose")].map((prose) => {
      const pen = document.createElement("canvas").getContext("2d");
      pen.font = getComputedStyle(prose).font;
      const letter = pen.measureText(prose.textContent).width / prose.textContent.length;
      const { maxInlineSize } = getComputedStyle(prose);
      return Math.min(parseFloat(maxInlineSize), innerWidth) / letter; })`;
    for (const [widthPixels, fewest] of [
      [1280, 45],
      [390, 35],
    ] as const) {
      const lines = await visit({ ...looks[0]!, widthPixels }, "/proposal", async (page) => {
        await page.evaluate("document.fonts.ready.then(() => true)");
        return (await page.evaluate(lettersALine)) as number[];
      });
      expect(lines.length).toBeGreaterThan(0);
      expect(lines.filter((letters) => letters < fewest || letters > 78)).toEqual([]);
    }
  });

  test("who asks for more contrast gets it, and who asks for less motion gets none", async () => {
    await visit({ ...looks[0]!, lang: "en" }, "/process", async (page) => {
      await page.emulateMedia({ contrast: "more", reducedMotion: "reduce" });
      const [soft, ink] = (await page.evaluate(
        `[".phase-dates", "h2"].map((one) => getComputedStyle(document.querySelector("main " + one)).color)`,
      )) as [string, string];
      expect(soft).toBe(ink);
      const moving = await page.evaluate(
        `[...document.querySelectorAll("*")].filter((one) => { const { transitionDuration, animationName } = getComputedStyle(one); return parseFloat(transitionDuration) > 0 || animationName !== "none"; }).length`,
      );
      expect(moving).toBe(0);
    });
  });
});

/** How many different colours a picture has. */
async function shadesIn(png: Buffer): Promise<number> {
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  const shades = new Set<string>();
  // The border around it does not count.
  for (let y = 3; y < info.height - 3; y += 1) {
    for (let x = 3; x < info.width - 3; x += 1) {
      const at = (y * info.width + x) * info.channels;
      shades.add(data.subarray(at, at + 3).join());
    }
  }
  return shades.size;
}
