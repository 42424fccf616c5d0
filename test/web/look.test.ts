// The shell in a real browser: nothing axe can see is wrong, nothing sticks out of a narrow screen, and it works by keyboard.
import type { AddressInfo } from "node:net";
import { AxeBuilder } from "@axe-core/playwright";
import { type ServerType, serve } from "@hono/node-server";
import { type Browser, chromium, type Page } from "playwright-core";
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
    { timeout: 90_000 },
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
      expect(await page.evaluate("document.activeElement.id")).toBe("main");
      const menu = page.locator("details.menu").first();
      await menu.locator("summary").focus();
      await page.keyboard.press("Enter");
      expect(await menu.getAttribute("open")).not.toBeNull();
      await page.keyboard.press("Escape");
      expect(await menu.getAttribute("open")).toBeNull();
    });
  });

  test("the script counts characters, and the content policy lets it run", async () => {
    await visit(looks[0]!, "/proposal", async (page) => {
      const errors: string[] = [];
      page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
      await page.reload();
      await page.getByLabel("Your comment").fill("x".repeat(900));
      expect(await page.locator(".char-count").textContent()).toBe("Characters left: 100");
      await page.reload();
      expect(await page.getByLabel("Your comment").inputValue()).toHaveLength(900);
      expect(errors).toEqual([]);
    });
  });
});
