// The main pages by keyboard in Chromium, in English and in Arabic: every link, button and field is reached in the order in which
// it stands, what has the focus is marked and in sight, one key skips to the content, and menus open and close.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { aComment, aProcess, aProposal, aResident } from "../support/build.ts";
import { describeInBrowser, launchChromium } from "../support/chromium.ts";
import { focusOf } from "../support/keyboard.ts";
import { type ListeningCities, type ListeningCity, openListeningCities } from "../support/listening.ts";
import { openWalk, signedIn, type Walk } from "../support/walk.ts";

const looks = [
  { lang: "en", hasScripts: true, widthPixels: 1280 },
  { lang: "ar", hasScripts: true, widthPixels: 390 },
  { lang: "ar", hasScripts: false, widthPixels: 1280 },
] as const;

const tabsMax = 250;

/** What the keyboard has to reach: all that is shown and can be used. Of a group of radio buttons it is one. */
const reachable = `(() => {
  const groups = new Set();
  const all = [...document.querySelectorAll("*")];
  return all.flatMap((thing, at) => {
    if (!thing.matches("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]")) return [];
    if (thing.tabIndex < 0 || thing.disabled || !thing.checkVisibility({ visibilityProperty: true })) return [];
    if (thing.type === "radio") {
      const key = thing.form + thing.name;
      if (groups.has(key)) return [];
      groups.add(key);
    }
    const words = (thing.getAttribute("aria-label") ?? thing.textContent ?? "").trim().replace(/\\s+/g, " ").slice(0, 50);
    return [{ at, what: thing.localName + " " + JSON.stringify(words || thing.name || thing.id), isRadio: thing.type === "radio" }];
  });
})()`;

describeInBrowser("by keyboard", () => {
  let net: ListeningCities<"Bilbao">;
  let city: ListeningCity;
  let browser: Browser;
  let paths: readonly string[];

  beforeAll(async () => {
    [net, browser] = await Promise.all([openListeningCities("Bilbao"), launchChromium()]);
    city = net.cities.Bilbao;
    const process = await aProcess(city, { handle: "green-squares", title: "Twelve green squares" });
    const proposal = await aProposal(city, { process, title: "Shade over the playground" });
    await aComment(city, { on: proposal, body: "My daughter would use it every day." });
    paths = [
      ...["/", "/processes/green-squares", `/proposals/${proposal.id}`],
      ...["/search?q=shade", "/notices", "/account"],
    ];
  });
  afterAll(async () => {
    await browser?.close();
    await net?.[Symbol.asyncDispose]();
  });

  /** Walks a page from its beginning to its end. */
  async function faultsOf(page: Page, path: string): Promise<string[]> {
    const faults: string[] = [];
    const wanted = await page.evaluate<{ at: number; what: string; isRadio: boolean }[]>(reachable);
    const seen = new Set<number>();
    let last = -1;
    for (let tab = 0; tab < tabsMax; tab++) {
      await page.keyboard.press("Tab");
      const { what, isMarked, isCovered, at } = await focusOf(page);
      if (at === -1 || seen.has(at)) break;
      seen.add(at);
      if (!isMarked) faults.push(`${path}: the focus is not seen on ${what}`);
      if (isCovered) faults.push(`${path}: something lies over ${what}`);
      if (at < last) faults.push(`${path}: ${what} comes too late`);
      last = at;
    }
    for (const { at, what, isRadio } of wanted) {
      if (!isRadio && !seen.has(at)) faults.push(`${path}: never reached ${what}`);
    }
    return faults;
  }

  async function skipsToContent({ page }: Walk): Promise<void> {
    await page.keyboard.press("Tab");
    expect((await focusOf(page)).isMarked).toBe(true);
    await page.keyboard.press("Enter");
    await expect.poll(() => page.evaluate("location.hash")).toBe("#main");
  }

  test.each(looks)(
    "every page is walked from end to end ($lang, $widthPixels pixels, scripts: $hasScripts)",
    async (look) => {
      const ane = await aResident(city, { name: `Ane ${look.lang}` });
      const found: string[] = [];
      await using guest = await openWalk(browser, city, look);
      await guest.open("/sign-in");
      found.push(...(await faultsOf(guest.page, "/sign-in")));
      await using walk = await signedIn(browser, city, ane, look);
      for (const path of paths) {
        await walk.open(path);
        found.push(...(await faultsOf(walk.page, path)));
      }
      expect(found).toEqual([]);
      await walk.open("/");
      await skipsToContent(walk);
    },
  );

  test.each(["en", "ar"] as const)("menus open with Enter and close with Escape (%s)", async (lang) => {
    const ane = await aResident(city, { name: `Ane of the menus ${lang}` });
    await using walk = await signedIn(browser, city, ane, { lang });
    const { page } = walk;
    const menus = page.locator("header details.menu");
    const shown = menus.filter({ visible: true });
    expect(await shown.count()).toBeGreaterThan(0);
    for (const menu of await shown.all()) {
      await menu.locator("summary").first().focus();
      await page.keyboard.press("Enter");
      await expect.poll(() => menu.getAttribute("open")).not.toBeNull();
      await walk.see();
      await page.keyboard.press("Tab");
      await page.keyboard.press("Escape");
      await expect.poll(() => menu.getAttribute("open")).toBeNull();
      // And the focus is where it was, not lost.
      expect((await focusOf(page)).what).toContain("summary");
    }
    expect(walk.faults).toEqual([]);
  });
});
