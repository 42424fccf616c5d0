// Signing in at another server in a real browser, in English and in Arabic: off by itself, consent there, back, in.
// The node, the fediverse server and the identity provider are three sites, as they are in life.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
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
  afterAll(() => opened.disposeAsync());

  async function someone(options: BrowserContextOptions): Promise<Page> {
    const context = await browser.newContext(options);
    context.setDefaultTimeout(10_000);
    return await context.newPage();
  }

  /** Whatever axe can see. It needs a script of its own, so not where scripts are off. */
  const seeNothingWrong = async (page: Page) =>
    expect((await new AxeBuilder({ page }).analyze()).violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual(
      [],
    );

  const languages: readonly Language[] = ["en", "ar"];

  // Axe takes its time where other tests run beside.
  const patient = { timeout: 90_000 };

  test.each(languages)("signs in with a fediverse account (%s)", patient, async (lang) => {
    const t = openTranslator(lang, "UTC");
    const page = await someone({ locale: lang });
    mastodon.account = { id: lang, username: `ana_${lang}`, displayName: `Ana ${lang}` };
    await page.goto(`${origin}/sign-in`);
    await seeNothingWrong(page);
    await page.getByLabel(t("identities.fediverse-address")).fill(`@ana_${lang}@${new URL(mastodon.origin).host}`);
    await page.getByRole("button", { name: t("identities.fediverse-go") }).click();
    await page.getByRole("button", { name: "Authorize" }).waitFor();
    expect(page.url()).toContain(`${mastodon.origin}/oauth/authorize`);
    expect(await page.getByText("profile").count()).toBe(1);
    await page.getByRole("button", { name: "Authorize" }).click();

    await page.waitForURL(`${origin}/sign-in/welcome`);
    await seeNothingWrong(page);
    expect(await page.getByLabel(t("accounts.name")).inputValue()).toBe(`Ana ${lang}`);
    expect(await page.getByLabel(t("accounts.language")).first().inputValue()).toBe(lang);
    await page.getByRole("button", { name: t("accounts.open-account") }).click();
    await page.getByText(t("identities.arrival-welcome")).waitFor();
    expect(await page.locator("html").getAttribute("lang")).toBe(lang);
    expect(mastodon.tokens.size).toBe(0);
    await page.context().close();
  });

  test.each(languages)(
    "signs in at the city's identity provider with scripts off, after saying no once (%s)",
    async (lang) => {
      const t = openTranslator(lang, "UTC");
      const page = await someone({ locale: lang, javaScriptEnabled: false });
      provider.person = { sub: `ane-${lang}`, claims: { name: `Ane ${lang}`, locale: lang } };
      const go = page.getByRole("button", { name: t("identities.oidc-go", { name: "Bilbao ID" }) });
      await page.goto(`${origin}/sign-in`);
      await go.click();
      await page.getByRole("button", { name: "Deny" }).click();
      await page
        .getByText(t("refusal.provider-denied", { host: new URL(provider.issuer).host }))
        .first()
        .waitFor();
      await go.click();
      await page.getByRole("button", { name: "Agree" }).click();
      await page.waitForURL(`${origin}/sign-in/welcome`);
      await page.getByRole("button", { name: t("accounts.open-account") }).click();
      await page.goto(`${origin}/account/sign-in`);
      expect(await page.getByRole("heading", { name: "Bilbao ID", exact: true }).count()).toBe(1);
      expect(await page.content()).not.toContain(`ane-${lang}`);
      await page.context().close();
    },
  );
});
