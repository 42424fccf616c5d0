// Messages of the browser in a real one: turned on and off on the page, and shown by the worker when one comes. The browser's
// own push service is not to be had without the internet; what it would hand over is handed over by its debugger.
import { createECDH, randomBytes } from "node:crypto";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { issueSignInLink } from "../../src/accounts/sign-in-actions.ts";
import type { PushMessage } from "../../src/notices/push.ts";
import { openTranslator } from "../../src/platform/i18n.ts";
import { aGuest } from "../support/build.ts";
import { describeInBrowser, launchChromium } from "../support/chromium.ts";
import { type ListeningCities, type ListeningCity, openListeningCities, secretOfTests } from "../support/listening.ts";
import { expectPresses, recordPresses } from "../support/pressed.ts";
import { clickThrough } from "../support/walk.ts";

describeInBrowser.each(["en", "ar"] as const)("messages in Chromium, in %s", (lang) => {
  const t = openTranslator(lang, "UTC");
  const email = `nerea@${lang}.example`;
  let net: ListeningCities<"Bilbao">;
  let city: ListeningCity;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    [net, browser] = await Promise.all([openListeningCities("Bilbao"), launchChromium()]);
    city = net.cities.Bilbao;
    await aGuest(city, { email, name: "Nerea", locale: lang });
    context = await browser.newContext({ locale: lang, viewport: { width: 390, height: 800 } });
    context.setDefaultTimeout(60_000);
    recordPresses(context);
    page = await context.newPage();
    const link = { email, locale: lang, returnTo: "/notices/settings", lifetimeMs: 3_600_000 };
    await page.goto(await issueSignInLink(city.sql, city.uris, secretOfTests, link, new Date()));
    await press(t("accounts.sign-in-now"));
    await page.waitForURL("**/notices/settings");
  });
  afterAll(async () => {
    await browser?.close();
    await net?.[Symbol.asyncDispose]();
  });

  const press = (text: string) => clickThrough(page.getByRole("button", { name: text }).first());
  /** With the page's script, which comes last. */
  const says = async (text: string) => {
    await page.getByText(text).first().waitFor();
    await page.waitForLoadState();
  };

  test("a browser that refuses, or has no service, is told what to do, and nothing changes", async () => {
    await context.clearPermissions();
    await press(t("notices.push-on"));
    await page.locator("[data-push] [data-said]").waitFor();
    const said = await page.locator("[data-push] [data-said]").textContent();
    expect([t("notices.push-denied"), t("notices.push-failed")]).toContain(said);
    await context.grantPermissions(["notifications"], { origin: city.origin });
    await page.reload();
    await press(t("notices.push-on"));
    await says(t("notices.push-failed"));
    expect((await city.sql`select from push_device`).length).toBe(0);
  });

  test("turned on it lists this device, and off it no longer does", async () => {
    const keys = {
      p256dh: createECDH("prime256v1").generateKeys("base64url"),
      auth: randomBytes(16).toString("base64url"),
    };
    const subscription = JSON.stringify({ endpoint: "https://push.example/of-this-device", keys });
    await page.evaluate(`PushManager.prototype.subscribe = () => Promise.resolve(${subscription})`);
    await press(t("notices.push-on"));
    await says(t("notices.push-is-on"));
    const devices = page.locator("#devices");
    await devices.getByText(t("accounts.this-device"), { exact: true }).waitFor();
    expect(await devices.getByRole("button", { name: t("notices.push-on") }).count()).toBe(0);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/push-${lang}.png`, fullPage: true });
    await press(t("notices.push-off"));
    await says(t("notices.push-is-off"));
    expect((await city.sql`select from push_device`).length).toBe(0);
  });

  test("a message that comes is shown in its language, one at a time", async () => {
    const cdp = await context.newCDPSession(page);
    const versions: { registrationId: string; status: string }[] = [];
    cdp.on("ServiceWorker.workerVersionUpdated", (event) => versions.push(...event.versions));
    await cdp.send("ServiceWorker.enable");
    await expect.poll(() => versions.some(({ status }) => status === "activated")).toBe(true);
    const { registrationId } = versions.find(({ status }) => status === "activated")!;
    for (const body of ["First", "Second"]) {
      const message: PushMessage = { title: "Bilbao", body, lang, dir: t.dir, path: "/notices" };
      const handed = { origin: city.origin, registrationId, data: JSON.stringify(message) };
      await cdp.send("ServiceWorker.deliverPushMessage", handed);
    }
    const shown = () =>
      page.evaluate(`navigator.serviceWorker.ready.then(async (registration) =>
        (await registration.getNotifications()).map(({ title, body, lang, dir, data }) => ({ title, body, lang, dir, data })))`);
    await expect
      .poll(shown)
      .toEqual([{ title: "Bilbao", body: "Second", lang, dir: t.dir, data: { path: "/notices" } }]);
  });

  test("each way to send something that only this journey comes past was pressed", () =>
    expectPresses(import.meta.url));
});
