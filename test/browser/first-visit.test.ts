// A first visit in Chromium, in English and in Arabic, on a phone, with scripts and without: from the start page to a proposal,
// to why one cannot support it yet, to an account, to the desk, to a support that counts.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ReachableAccount } from "../../src/accounts/account.ts";
import type { Process } from "../../src/processes/process.ts";
import { anOfficial, aProcess, aProposal } from "../support/build.ts";
import { describeInBrowser, launchChromium } from "../support/chromium.ts";
import { type ListeningCities, type ListeningCity, openListeningCities } from "../support/listening.ts";
import { expectPresses } from "../support/pressed.ts";
import { openWalk, signedIn, signInByMail, textOf } from "../support/walk.ts";

const looks = [
  { lang: "en", hasScripts: true },
  { lang: "ar", hasScripts: true },
  { lang: "ar", hasScripts: false },
] as const;

describeInBrowser("a first visit", () => {
  let net: ListeningCities<"Bilbao">;
  let city: ListeningCity;
  let browser: Browser;
  let process: Process;
  let officer: ReachableAccount;

  beforeAll(async () => {
    [net, browser] = await Promise.all([openListeningCities("Bilbao"), launchChromium()]);
    city = net.cities.Bilbao;
    process = await aProcess(city, {
      handle: "green-squares",
      languages: ["en", "ar"],
      title: "Twelve green squares",
      summary: { en: "Where should the next square be?", ar: "أين تكون الساحة القادمة؟" },
      supportLimit: 3,
    });
    officer = await anOfficial(city, { name: "Iker Zabala" });
  });
  afterAll(async () => {
    await browser?.close();
    await net?.[Symbol.asyncDispose]();
  });

  test.each(looks)("ends with a support that counts ($lang, scripts: $hasScripts)", async (look) => {
    const name = `Ane ${look.lang} ${look.hasScripts}`;
    const email = `ane-${look.lang}-${look.hasScripts}@example.org`;
    const proposal = await aProposal(city, { process, title: `Shade for ${name}` });
    await using ane = await openWalk(browser, city, look);
    const { page, t, main } = ane;
    const supports = main.locator(".support-panel");

    await ane.open("/");
    await ane.see();
    await ane.follow("Twelve green squares");
    await ane.see();
    await main.getByRole("link", { name: new RegExp(`^${t("processes.tab.proposals")}`) }).click();
    await ane.see();
    await ane.follow(proposal.title);
    await ane.see();
    expect(await textOf(supports)).toContain(t("proposals.support-sign-in-hint"));
    expect(await textOf(supports)).toContain(t.number(0));

    await ane.follow(t("proposals.support-sign-in"));
    await ane.see();
    await signInByMail(ane, email, name);
    await ane.see();
    expect(new URL(page.url()).pathname).toBe(`/proposals/${proposal.id}`);
    expect(await main.getByRole("button", { name: t("proposals.support"), exact: true }).count()).toBe(0);
    expect(await textOf(supports)).toContain(t("proposals.support-unverified"));
    expect(await textOf(supports)).toContain(t("residences.desk"));
    await ane.follow(t("residences.verify"));
    await ane.says(t("residences.none"));
    await ane.says(t("residences.desk-explained"));
    await ane.see();

    await using iker = await signedIn(browser, city, officer, { ...look, at: "/admin/people" });
    await iker.see();
    await iker.page.getByLabel(t("accounts.people-search")).fill(email);
    await iker.press(t("shell.search"));
    await iker.follow(name);
    await iker.see();
    await iker.unfold(t("accounts.verify"));
    await iker.page
      .getByLabel(t("residences.number"), { exact: true })
      .fill(`LIVES${look.lang}${look.hasScripts ? 1 : 2}`);
    await iker.press(t("accounts.verify-confirm"));
    await iker.see();

    await ane.hears(t("accounts.resident"));
    await ane.see();
    await ane.open(`/proposals/${proposal.id}`);
    await ane.press(t("proposals.support"));
    await ane.says(t("proposals.you-support"));
    await ane.see();
    expect(await textOf(supports)).toContain(t.number(1));
    expect(await textOf(supports)).toContain(t("proposals.supports-used", { given: 1, limit: 3 }));
    expect([...ane.faults, ...iker.faults]).toEqual([]);
  });

  test("each way to send something that only this journey comes past was pressed", () =>
    expectPresses(import.meta.url));
});
