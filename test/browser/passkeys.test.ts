// Passkeys in a real browser with a virtual authenticator: added, used to come back, removed, and blocked once there is a copy.
import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, CDPSession, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { issueSignInLink } from "../../src/accounts/sign-in-actions.ts";
import { openTranslator, type Translator } from "../../src/platform/i18n.ts";
import { aGuest } from "../support/build.ts";
import { describeInBrowser, launchChromium } from "../support/chromium.ts";
import { type ListeningCities, type ListeningCity, openListeningCities, secretOfTests } from "../support/listening.ts";
import { clickThrough } from "../support/walk.ts";

describeInBrowser.each(["en", "ar"] as const)("a passkey in Chromium, in %s", (lang) => {
  const t: Translator = openTranslator(lang, "UTC");
  let net: ListeningCities<"Bilbao">;
  let city: ListeningCity;
  let browser: Browser;
  let page: Page;
  let device: CDPSession;
  let authenticatorId: string;
  const email = `nerea@${lang}.example`;

  beforeAll(async () => {
    [net, browser] = await Promise.all([openListeningCities("Bilbao"), launchChromium()]);
    city = net.cities.Bilbao;
    await aGuest(city, { email, name: "Nerea", locale: lang });
    const context = await browser.newContext({ locale: lang, viewport: { width: 390, height: 800 } });
    context.setDefaultTimeout(60_000);
    page = await context.newPage();
    device = await context.newCDPSession(page);
    await device.send("WebAuthn.enable");
    const options = {
      ...({ protocol: "ctap2", transport: "internal", automaticPresenceSimulation: true } as const),
      ...{ hasResidentKey: true, hasUserVerification: true, isUserVerified: true },
    };
    ({ authenticatorId } = await device.send("WebAuthn.addVirtualAuthenticator", { options }));
  });
  afterAll(async () => {
    await browser?.close();
    await net?.[Symbol.asyncDispose]();
  });

  const press = (text: string) => clickThrough(page.getByRole("button", { name: text, exact: true }));
  /** With the page's script, which comes last. */
  const says = async (text: string) => {
    await page.getByText(text).first().waitFor();
    await page.waitForLoadState();
  };
  const signOut = async () => {
    await page.goto(`${city.origin}/account`);
    await page.locator("header details.menu summary").last().click();
    await press(t("shell.sign-out"));
    await page
      .getByRole("link", { name: t("shell.sign-in") })
      .first()
      .waitFor();
  };
  async function signInByMail(): Promise<void> {
    const link = { email, locale: lang, returnTo: "/account/sign-in", lifetimeMs: 3_600_000 };
    await page.goto(await issueSignInLink(city.sql, city.uris, secretOfTests, link, new Date()));
    await press(t("accounts.sign-in-now"));
  }
  async function signInByPasskey(): Promise<void> {
    await page.goto(`${city.origin}/sign-in?back=/account/sign-in`);
    await press(t("identities.passkey-sign-in"));
  }
  const faults = async () =>
    (await new AxeBuilder({ page }).analyze()).violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);

  test("is added under the name that is proposed, and nothing on the page is wrong", async () => {
    await signInByMail();
    await page.getByRole("heading", { name: t("accounts.ways-title") }).waitFor();
    await page.waitForLoadState();
    const proposed = t("identities.browser-on", { browser: "Chrome", system: "Linux" });
    expect(await page.getByLabel(t("identities.label")).inputValue()).toBe(proposed);
    expect(await faults()).toEqual([]);
    await press(t("identities.passkey-add"));
    await says(t("identities.passkey-added"));
    await page.getByRole("heading", { name: proposed }).waitFor();
    expect(await faults()).toEqual([]);
    const { credentials } = await device.send("WebAuthn.getCredentials", { authenticatorId });
    expect(credentials).toMatchObject([{ isResidentCredential: true, rpId: "localhost" }]);
  });

  test("is refused by the device a second time, in words", async () => {
    await press(t("identities.passkey-add"));
    await says(t("identities.passkey-known"));
  });

  test("lets its owner in again, back to where they were", async () => {
    await signOut();
    await signInByPasskey();
    await page.waitForURL(`${city.origin}/account/sign-in`);
    await page.getByText(email).first().waitFor();
  });

  test("has a copy: that is refused, its owner told by mail and on the page, and e-mail still works", async () => {
    const { credentials } = await device.send("WebAuthn.getCredentials", { authenticatorId });
    const [credential] = credentials;
    await signOut();
    await signInByPasskey();
    await page.waitForURL(`${city.origin}/account/sign-in`);
    await signOut();
    await device.send("WebAuthn.clearCredentials", { authenticatorId });
    await device.send("WebAuthn.addCredential", { authenticatorId, credential: credential! });
    await signInByPasskey();
    await page
      .getByRole("alert")
      .filter({ hasText: t("refusal.passkey-blocked") })
      .waitFor();
    expect(await faults()).toEqual([]);
    await expect
      .poll(() => city.instance.mailbox?.mails.map(({ subject }) => subject))
      .toContain(t("identities.mail-blocked-subject", { city: "Bilbao", host: "" }));
    await signInByMail();
    await says(t("identities.blocked-means"));
  });

  test("is removed after a question, and a new one takes its place", async () => {
    await page.locator("details.confirm summary", { hasText: t("identities.remove") }).click();
    expect(await faults()).toEqual([]);
    await press(t("identities.remove-confirm"));
    await says(t("identities.none"));
    await device.send("WebAuthn.clearCredentials", { authenticatorId });
    await page.getByLabel(t("identities.label")).fill("Third time");
    await press(t("identities.passkey-add"));
    await page.getByRole("heading", { name: "Third time" }).waitFor();
  });

  test("is a sentence where there is no script", async () => {
    const context = await browser.newContext({ locale: lang, javaScriptEnabled: false });
    const plain = await context.newPage();
    await plain.goto(`${city.origin}/sign-in`);
    expect(await plain.getByText(t("identities.passkey-needs-script")).isVisible()).toBe(true);
    expect(await plain.getByText(t("identities.passkey-sign-in")).isVisible()).toBe(false);
    await context.close();
  });
});
