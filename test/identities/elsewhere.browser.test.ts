// Signing in at another server in a real browser, in English and in Arabic, with scripts and without: off by itself, consent there,
// back, in; and what is said where that server is down, says no, or answers in another's name.
// The node, the fediverse server and the identity provider are three sites, as they are in life.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { openInstance } from "../../src/instance.ts";
import { databaseAddress } from "../../src/platform/databases.ts";
import { type Language, openTranslator } from "../../src/platform/i18n.ts";
import { listen } from "../../src/platform/listen.ts";
import { describeInBrowser, launchChromium } from "../support/chromium.ts";
import { openTestDatabase } from "../support/database.ts";
import { foundTestCity } from "../support/listening.ts";
import { type MastodonServer, openMastodon } from "../support/mastodon-server.ts";
import { freePort } from "../support/node-process.ts";
import { openTestProvider, type TestProvider } from "../support/openid-provider.ts";
import { expectPresses, recordPresses } from "../support/pressed.ts";

interface Look {
  readonly lang: Language;
  readonly hasScripts: boolean;
}
const looks: readonly Look[] = [
  { lang: "en", hasScripts: true },
  { lang: "ar", hasScripts: true },
  { lang: "en", hasScripts: false },
];
const phone = { width: 390, height: 844 };

describeInBrowser("a person with an account elsewhere", () => {
  const opened = new AsyncDisposableStack();
  let browser: Browser;
  let mastodon: MastodonServer;
  let provider: TestProvider;
  let origin: string;

  beforeAll(async () => {
    const [nodePort, mastodonPort] = [await freePort(), await freePort()];
    origin = `http://bilbao.localhost:${nodePort}`;
    mastodon = openMastodon(`http://mastodon.localhost:${mastodonPort}`, {
      id: "1",
      username: "ana",
      displayName: "Ana",
    });
    provider = opened.use(await openTestProvider({ redirectUris: [`${origin}/sign-in/oidc/return`] }));
    const db = await openTestDatabase();
    opened.defer(() => db.drop());
    const dataDir = mkdtempSync(join(tmpdir(), "koinon-elsewhere-"));
    opened.defer(() => rmSync(dataDir, { recursive: true, force: true }));
    const config = loadConfig({
      ORIGIN: origin,
      DATA_DIR: dataDir,
      DATABASE_URL: databaseAddress(db.target),
      FEDERATION_TEST_PEERS: `${mastodon.origin},${provider.issuer}`,
      OIDC_ISSUER: provider.issuer,
      OIDC_CLIENT_ID: provider.clientId,
      OIDC_CLIENT_SECRET: provider.clientSecret,
      OIDC_NAME: "Bilbao ID",
    });
    const node = opened.use(await openInstance(config));
    await foundTestCity(node, "Bilbao");
    const listening = [
      await listen(node.fetch, { host: "127.0.0.1", port: nodePort }),
      await listen(mastodon.fetch, { host: "127.0.0.1", port: mastodonPort }),
    ];
    for (const one of listening) opened.defer(() => one.close());
    browser = await launchChromium();
    opened.defer(() => browser.close());
  });
  afterEach(() => {
    provider.bending = {};
  });
  afterAll(() => opened.disposeAsync());

  async function someone({ lang, hasScripts }: Look): Promise<Page> {
    const context = await browser.newContext({ locale: lang, javaScriptEnabled: hasScripts, viewport: phone });
    context.setDefaultTimeout(60_000);
    recordPresses(context);
    return await context.newPage();
  }

  /** Whatever axe can see. It needs a script of its own, so not where scripts are off. */
  async function seeNothingWrong(page: Page, { hasScripts }: Look): Promise<void> {
    if (!hasScripts) return;
    await page.waitForLoadState();
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
  }

  const says = (page: Page, words: string) => page.getByText(words).first().waitFor();
  const goOf = (page: Page, { lang }: Look) =>
    page.getByRole("button", { name: openTranslator(lang, "UTC")("identities.oidc-go", { name: "Bilbao ID" }) });

  // Before anything is known of the provider, which is remembered for an hour.
  test.each(looks.slice(1))(
    "is told when the city's identity provider is down, or is another ($lang)",
    async (look) => {
      const t = openTranslator(look.lang, "UTC");
      const page = await someone(look);
      await page.goto(`${origin}/sign-in?back=/processes`);
      provider.bending = { isAsleep: true };
      await goOf(page, look).click();
      await says(page, t("refusal.peer-too-slow"));
      await seeNothingWrong(page, look);
      provider.bending = { metadata: (metadata) => ({ ...metadata, issuer: "https://id.elsewhere.example" }) };
      await goOf(page, look).click();
      await says(page, t("refusal.provider-mismatch", { host: new URL(provider.issuer).host }));
      await seeNothingWrong(page, look);
      provider.bending = {};
      await page.context().close();
    },
  );

  test.each(looks)("signs in with a fediverse account ($lang, scripts: $hasScripts)", async (look) => {
    const { lang, hasScripts } = look;
    const t = openTranslator(lang, "UTC");
    const page = await someone(look);
    const username = `ana_${lang}_${hasScripts}`;
    mastodon.account = { id: username, username, displayName: `Ana ${lang}` };
    await page.goto(`${origin}/sign-in`);
    await seeNothingWrong(page, look);
    await page.getByLabel(t("identities.fediverse-address")).fill(`@${username}@${new URL(mastodon.origin).host}`);
    await page.getByRole("button", { name: t("identities.fediverse-go") }).click();
    await page.getByRole("button", { name: "Authorize" }).waitFor();
    expect(page.url()).toContain(`${mastodon.origin}/oauth/authorize`);
    expect(await page.getByText("profile").count()).toBe(1);
    await page.getByRole("button", { name: "Authorize" }).click();

    await page.waitForURL(`${origin}/sign-in/welcome`);
    await seeNothingWrong(page, look);
    expect(await page.getByLabel(t("accounts.name")).inputValue()).toBe(`Ana ${lang}`);
    expect(await page.getByLabel(t("accounts.language")).first().inputValue()).toBe(lang);
    await page.getByLabel(t("accounts.name")).fill("");
    await page.getByRole("button", { name: t("accounts.open-account") }).click();
    await says(page, t("field.required"));
    await seeNothingWrong(page, look);
    await page.getByLabel(t("accounts.name")).fill(`Ana ${lang}`);
    await page.getByRole("button", { name: t("accounts.open-account") }).click();
    await says(page, t("identities.arrival-welcome"));
    expect(await page.locator("html").getAttribute("lang")).toBe(lang);
    expect(mastodon.tokens.size).toBe(0);
    await page.context().close();
  });

  test.each(looks)(
    "signs in at the city's identity provider, after saying no once there and once here ($lang, scripts: $hasScripts)",
    async (look) => {
      const { lang, hasScripts } = look;
      const t = openTranslator(lang, "UTC");
      const page = await someone(look);
      const go = goOf(page, look);
      const agree = page.getByRole("button", { name: "Agree" });
      const { host } = new URL(provider.issuer);
      const sub = `ane-${lang}-${hasScripts}`;
      provider.person = { sub, claims: { name: `Ane ${lang}`, locale: lang } };
      await page.goto(`${origin}/sign-in`);
      await go.click();
      await page.getByRole("button", { name: "Deny" }).click();
      await says(page, t("refusal.provider-denied", { host }));
      await seeNothingWrong(page, look);
      // Its answer is in another's name.
      provider.bending = { idToken: (claims) => ({ ...claims, iss: "https://id.elsewhere.example" }) };
      await go.click();
      await agree.click();
      await says(page, t("refusal.provider-mismatch", { host }));
      await seeNothingWrong(page, look);
      provider.bending = {};
      await go.click();
      await page.waitForURL(`${origin}/sign-in/welcome`);
      await seeNothingWrong(page, look);
      await page.getByRole("button", { name: t("identities.arrival-not-me") }).click();
      await says(page, t("identities.arrival-ended"));
      await go.click();
      await page.waitForURL(`${origin}/sign-in/welcome`);
      await page.getByRole("button", { name: t("accounts.open-account") }).click();
      await page.goto(`${origin}/account/sign-in`);
      expect(await page.getByRole("heading", { name: "Bilbao ID", exact: true }).count()).toBe(1);
      expect(await page.content()).not.toContain(sub);
      await page.context().close();
    },
  );

  test("each way to send something that only these journeys come past was pressed", () =>
    expectPresses(import.meta.url));
});
