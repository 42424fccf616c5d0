// A process is opened in Chromium, in English and in Arabic, with scripts and without: from scratch, step by step, left and taken up
// again, looked at as others will see it, written in a second language beside the first, published, and read by a citizen.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findProcessByPath } from "../../src/processes/queries.ts";
import { anOfficial } from "../support/build.ts";
import { describeInBrowser, launchChromium } from "../support/chromium.ts";
import { hasFocus } from "../support/keyboard.ts";
import { type ListeningCities, type ListeningCity, openListeningCities } from "../support/listening.ts";
import { openWalk, signedIn } from "../support/walk.ts";

const looks = [
  { lang: "en", hasScripts: true },
  { lang: "ar", hasScripts: true },
  { lang: "ar", hasScripts: false },
] as const;

describeInBrowser("a process", () => {
  let net: ListeningCities<"Bilbao">;
  let city: ListeningCity;
  let browser: Browser;

  beforeAll(async () => {
    [net, browser] = await Promise.all([openListeningCities("Bilbao"), launchChromium()]);
    city = net.cities.Bilbao;
  });
  afterAll(async () => {
    await browser?.close();
    await net?.[Symbol.asyncDispose]();
  });

  test.each(looks)("is opened from scratch ($lang, scripts: $hasScripts)", async (look) => {
    const { lang, hasScripts } = look;
    const handle = `trees-${lang}-${hasScripts}`;
    const path = `/processes/${handle}`;
    const official = await anOfficial(city, { name: `Olatz ${handle}` });
    await using walk = await signedIn(browser, city, official, { ...look, widthPixels: 1280, at: "/processes/new" });
    const { page, t, main } = walk;
    const field = (name: string) => main.locator(`[name="${name}"]`).first();
    const goOn = () => walk.press(t("processes.save-and-on"));
    await walk.see();
    await walk.follow(t("processes.begin.scratch"));

    // With nothing in it, it says what is missing, and where.
    await goOn();
    await walk.see();
    const summary = page.locator(".error-summary");
    if (hasScripts) await expect.poll(() => hasFocus(summary)).toBe(true);
    await summary.getByRole("link").first().click();
    await expect.poll(() => hasFocus(field("title.en"))).toBe(true);
    await field("title.en").fill(handle);
    await goOn();
    await page.waitForURL(`**${path}/steps/texts`);
    await field("description.en").fill("Where **shade** is missing.");
    await walk.see();
    await walk.press(t("processes.save-and-stop"));

    // Taken up again where something is still missing.
    await page.waitForURL(`**${path}`);
    await walk.see();
    await walk.follow(t("processes.go-on"));
    await page.waitForURL(`**${path}/steps/about`);
    await walk.see();
    await field("summary.en").fill("Say where.");
    await goOn();
    await walk.open(`${path}/steps/phases`);
    await field("phase-0-title.en").fill("Ideas");
    await main.locator('[name="phase-0-permits[]"][value=propose]').check();
    await field("phase-0-starts").fill("2026-01-01T00:00");
    await field("phase-0-ends").fill("2026-01-01T00:00");
    await goOn();
    await summary.waitFor();
    await walk.see();
    await field("phase-0-ends").fill("2099-01-01T00:00");
    expect(await field("phase-0-title.en").inputValue()).toBe("Ideas");
    await goOn();
    await page.waitForURL(`**${path}/steps/rules`);
    await walk.see();
    await goOn();
    await page.waitForURL(`**${path}/publication`);
    await walk.see();

    // In a second language, beside the first.
    await walk.open(`${path}/texts?from=en&to=ar`);
    await walk.see();
    await field("title").fill("أشجار لشارعنا");
    await field("summary").fill("قولوا أين.");
    await walk.press(t("processes.texts-save"));
    await walk.open(`${path}/publication`);
    await walk.follow(t("processes.preview-as.resident"));
    await page.getByText(t("processes.preview-note")).first().waitFor();
    const title = lang === "ar" ? "أشجار لشارعنا" : handle;
    await page.getByRole("heading", { level: 1, name: title }).waitFor();
    await walk.see();
    expect((await findProcessByPath(city.sql, handle))!.publishedAt).toBeNull();

    await walk.open(`${path}/publication`);
    await walk.press(t("processes.publish-confirm"));
    await page.getByText(t("processes.published-now")).first().waitFor();
    await walk.see();
    expect((await findProcessByPath(city.sql, handle))!.publishedAt).not.toBeNull();
    await using citizen = await openWalk(browser, city, look);
    await citizen.open("/processes");
    await citizen.follow(title);
    await citizen.says(lang === "ar" ? "قولوا أين." : "Say where.");
    await citizen.see();
    expect([...walk.faults, ...citizen.faults]).toEqual([]);
  });
});
