// What goes wrong in life, in Chromium, in English without scripts and in Arabic with them: links that are over, an address that has
// changed, a register with wrong columns or somebody twice, colours nobody could read, a file of 200 MB. Each is said, and nothing
// that was typed is lost.
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { confirmEmailChange, emailChangeToken, requestEmailChange } from "../../src/accounts/email-actions.ts";
import { issueSignInLink } from "../../src/accounts/sign-in-actions.ts";
import { hourMs } from "../../src/platform/time.ts";
import { fileBytesMax } from "../../src/platform/uploads.ts";
import { setMethod } from "../../src/residences/method-actions.ts";
import { readGroup } from "../../src/settings/queries.ts";
import { uploadBytesMax } from "../../src/web/security.ts";
import { aGuest } from "../support/build.ts";
import { describeInBrowser, launchChromium } from "../support/chromium.ts";
import { type ListeningCity, openListeningCity, secretOfTests } from "../support/listening.ts";
import { freePort } from "../support/node-process.ts";
import { openWalk, signedIn, textOf } from "../support/walk.ts";

const looks = [
  { lang: "en", hasScripts: false },
  { lang: "ar", hasScripts: true },
] as const;

describeInBrowser("what goes wrong in life", () => {
  let city: ListeningCity;
  let browser: Browser;
  let dir: string;
  let aheadMs = 0;

  beforeAll(async () => {
    const overrides = { clock: { now: () => new Date(Date.now() + aheadMs) } };
    const opening = { port: await freePort(), peers: [], overrides };
    dir = mkdtempSync(join(tmpdir(), "koinon-bad-input-"));
    [city, browser] = await Promise.all([openListeningCity("Bilbao", opening), launchChromium()]);
    const census = { isOn: true, validMonths: null, explanation: {}, settings: { asks: ["birth-date"] } } as const;
    await setMethod(city.sql, city.administrator, "census", census, new Date());
  });
  afterAll(async () => {
    await browser?.close();
    await city?.[Symbol.asyncDispose]();
    rmSync(dir, { recursive: true, force: true });
  });

  const file = (name: string, text: string): string => {
    writeFileSync(join(dir, name), text);
    return join(dir, name);
  };

  test.each(looks)("a link to sign in that was used, and one that is too old ($lang)", async (look) => {
    const { email } = await aGuest(city, { email: `used-${look.lang}@example.org`, locale: look.lang });
    const asked = { email, locale: look.lang, returnTo: "/account", lifetimeMs: hourMs / 3 };
    const issue = () => issueSignInLink(city.sql, city.uris, secretOfTests, asked, city.instance.house.clock.now());
    await using walk = await openWalk(browser, city, look);
    const { page, t } = walk;
    const used = await issue();
    await page.goto(used);
    await walk.press(t("accounts.sign-in-now"));
    await page.waitForURL("**/account");
    await using other = await openWalk(browser, city, look);
    await other.page.goto(used);
    await other.page.getByText(t("refusal.link-expired")).first().waitFor();
    await other.see();
    // From there a new one is asked for.
    await other.page
      .getByRole("link", { name: t("shell.sign-in") })
      .first()
      .click();
    await other.page.getByLabel(t("accounts.email"), { exact: true }).waitFor();

    const old = await issue();
    await other.page.goto(old);
    aheadMs += hourMs;
    await other.press(t("accounts.sign-in-now"));
    await other.page.getByText(t("refusal.link-expired")).first().waitFor();
    await other.see();
    expect([...walk.faults, ...other.faults]).toEqual([]);
  });

  test.each(looks)("an e-mail address that has changed ($lang)", async (look) => {
    const now = () => city.instance.house.clock.now();
    const by = await aGuest(city, { email: `old-${look.lang}@example.org` });
    await using walk = await signedIn(browser, city, by, { ...look, at: "/account/email" });
    const { page, t } = walk;
    await page.getByLabel(t("accounts.email-new"), { exact: false }).first().fill("no address at all");
    await walk.send("/account/email");
    await page.locator(".error-summary").waitFor();
    expect(await page.locator("input[name=email]").inputValue()).toBe("no address at all");
    await walk.see();
    await requestEmailChange(city.sql, secretOfTests, by, { email: `new-${look.lang}@example.org`, ip: null }, now());
    const [change] = await city.sql<{ id: string }[]>`select id from email_change where account_id = ${by.id}`;
    const token = emailChangeToken(secretOfTests, change!.id);
    // A link on its way to the old address, from before.
    const link = { email: by.email, locale: look.lang, returnTo: "/account", lifetimeMs: hourMs / 3 };
    const before = await issueSignInLink(city.sql, city.uris, secretOfTests, link, now());
    await confirmEmailChange(city.sql, by, token, now());
    await walk.open(`/account/email/${token}`);
    await page.getByText(t("refusal.email-link-expired")).first().waitFor();
    await walk.see();
    await using other = await openWalk(browser, city, look);
    await other.page.goto(before);
    await other.page.getByText(t("refusal.link-expired")).first().waitFor();
    await other.see();
    expect([...walk.faults, ...other.faults]).toEqual([]);
  });

  test.each(looks)("a register with wrong columns, and with one person twice ($lang)", async (look) => {
    const at = "/desk/residence/census";
    await using walk = await signedIn(browser, city, city.administrator, { ...look, at });
    const { page, t } = walk;
    const read = async (text: string) => {
      await page.locator("input[type=file]").setInputFiles(file("list.csv", text));
      await walk.send(at);
    };
    // A large one is taken: what is said to be the limit is.
    const large = file("large.csv", "");
    truncateSync(large, 20_000_000);
    await page.locator("input[type=file]").setInputFiles(large);
    expect(await page.locator("[data-said]").count()).toBe(0);
    await read("name,street\nAne,Kalea 1\n");
    await page.locator(".error-summary").waitFor();
    expect(await textOf(page.locator(".error-summary"))).toContain(
      t("refusal.census-columns", { line: 1, columns: "document_number, birth_date" }),
    );
    await walk.see();
    await read("document_number,birth_date\n12345678Z,1980-05-31\n87654321X,1990-01-02\n12.345.678-z,1980-05-31\n");
    await page
      .getByText(t("refusal.census-twice", { line: 4, first: 2 }))
      .first()
      .waitFor();
    await walk.see();
    expect(await city.sql`select from census_entry`).toEqual([]);
    expect(walk.faults).toEqual([]);
  });

  test.each(looks)("a colour nobody could read ($lang)", async (look) => {
    await using walk = await signedIn(browser, city, city.administrator, { ...look, at: "/desk/settings/colours" });
    const { page, t } = walk;
    const main = page.locator("input[name=accent]");
    const before = await readGroup(city.sql, "colours");
    await main.fill("#ffee00");
    await page.locator("input[name=second]").fill("#8a2be2");
    await walk.send("/desk/settings/colours");
    await page.locator(".error-summary").waitFor();
    expect(await textOf(page.locator(".error-summary"))).toContain(t("field.colour-weak"));
    expect([await main.inputValue(), await page.locator("input[name=second]").inputValue()]).toEqual([
      ...["#ffee00", "#8a2be2"],
    ]);
    await walk.see();
    expect(await readGroup(city.sql, "colours")).toEqual(before);
    const nearest = page.locator("button[name=nearest-accent]");
    const wanted = (await nearest.getAttribute("value"))!;
    await nearest.click();
    await expect.poll(() => main.inputValue()).toBe(wanted);
    await walk.see();
    expect(walk.faults).toEqual([]);
  });

  test.each(looks)("a file of 200 MB beside a name that was typed ($lang)", async (look) => {
    const path = file("logo.png", "");
    truncateSync(path, 200_000_000);
    await using walk = await signedIn(browser, city, city.administrator, { ...look, at: "/desk/settings/identity" });
    const { page, t } = walk;
    const name = `Bilbo ${look.lang}`;
    const box = page.locator("input[name='name.en']");
    await box.fill(name);
    const picker = page.locator("input[type=file]").first();
    await picker.setInputFiles(path);
    if (look.hasScripts) {
      // The page itself sees it before anything is sent.
      await walk.says(t("field.file-too-large", { megabytes: fileBytesMax / 1_000_000 }));
      await walk.see();
      expect(await box.inputValue()).toBe(name);
      await picker.setInputFiles([]);
      await walk.send("/desk/settings/identity");
    } else {
      await walk.send("/desk/settings/identity");
      await walk.says(t("problem.too-large-text", { megabytes: uploadBytesMax / 1_000_000 }));
      expect(await walk.main.locator("textarea").first().inputValue()).toBe(name);
      await walk.see();
      await walk.press(t("problem.send-without-files"));
    }
    await expect.poll(async () => (await readGroup(city.sql, "identity")).name.en).toBe(name);
    await walk.see();
    expect(walk.faults).toEqual([]);
  });
});
