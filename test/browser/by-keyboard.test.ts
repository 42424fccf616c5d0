// With the keyboard alone, in Chromium, in English and in Arabic: someone signs in, supports, comments and reports, and an official
// answers. Every step begins with a mistake: the summary has the focus, its link leads to the field, and one goes on from there.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { issueSignInLink } from "../../src/accounts/sign-in-actions.ts";
import { aComment, anOfficial, aProcess, aProposal, aResident } from "../support/build.ts";
import { describeInBrowser, launchChromium } from "../support/chromium.ts";
import { chooseRadio, enter, focusOf, hasFocus, pressThrough, tabTo } from "../support/keyboard.ts";
import { type ListeningCity, openListeningCity, secretOfTests } from "../support/listening.ts";
import { freePort } from "../support/node-process.ts";
import { openWalk, type Walk } from "../support/walk.ts";

const looks = [
  { lang: "en", hasScripts: true },
  { lang: "ar", hasScripts: true },
  { lang: "ar", hasScripts: false },
] as const;

describeInBrowser("with the keyboard alone", () => {
  let city: ListeningCity;
  let browser: Browser;

  beforeAll(async () => {
    const opening = { port: await freePort(), peers: [], doesJobs: false };
    [city, browser] = await Promise.all([openListeningCity("Bilbao", opening), launchChromium()]);
  });
  afterAll(async () => {
    await browser?.close();
    await city?.[Symbol.asyncDispose]();
  });

  const button = ({ main }: Walk, name: string) => main.getByRole("button", { name, exact: true }).first();

  /** After a mistake: from the summary by its first link to the field, which is then typed into. */
  async function mend({ page }: Walk, { hasScripts }: (typeof looks)[number]): Promise<void> {
    const summary = page.locator(".error-summary");
    await summary.waitFor();
    const link = summary.getByRole("link").first();
    if (hasScripts) {
      await expect.poll(() => hasFocus(summary)).toBe(true);
      await page.keyboard.press("Tab");
      expect(await hasFocus(link)).toBe(true);
      expect(await focusOf(page)).toMatchObject({ isMarked: true, isCovered: false });
    } else await tabTo(link);
    const target = page.locator((await link.getAttribute("href"))!);
    await page.keyboard.press("Enter");
    // A group of choices is a place, its first choice is one key further.
    if ((await target.evaluate((node) => (node as unknown as { localName: string }).localName)) === "fieldset") return;
    await expect.poll(() => hasFocus(target)).toBe(true);
    expect(await focusOf(page)).toMatchObject({ isMarked: true, isCovered: false });
  }

  /** By the link in the mail, asked for with no address at first. */
  async function signIn(walk: Walk, email: string, look: (typeof looks)[number], at: string): Promise<void> {
    const { page, t } = walk;
    await walk.open(`/sign-in?back=${encodeURIComponent(at)}`);
    await enter(button(walk, t("accounts.send-link")));
    await mend(walk, look);
    await page.keyboard.type(email);
    await pressThrough(page, "Enter");
    await page.waitForURL("**/sign-in/sent");
    const link = { email, locale: look.lang, returnTo: at, lifetimeMs: 3_600_000 };
    await page.goto(await issueSignInLink(city.sql, city.uris, secretOfTests, link, new Date()));
    await enter(button(walk, t("accounts.sign-in-now")));
    await page.waitForURL(`**${at}`);
  }

  test.each(looks)("support, comment, report and answer ($lang, scripts: $hasScripts)", async (look) => {
    const mark = `${look.lang} ${look.hasScripts}`;
    const process = await aProcess(city);
    const proposal = await aProposal(city, { process, title: `Shade ${mark}` });
    const rude = await aComment(city, { on: proposal, body: "You are all thieves." });
    const now = new Date();
    const ane = await aResident(city, { name: `Ane ${mark}`, locale: look.lang, now });
    const official = await anOfficial(city, { process, name: `Olatz ${mark}`, locale: look.lang, now });
    const path = `/proposals/${proposal.id}`;

    await using walk = await openWalk(browser, city, { ...look, widthPixels: 1280 });
    const { page, t, main } = walk;
    await signIn(walk, ane.email, look, path);
    await enter(button(walk, t("proposals.support")));
    await walk.says(t("proposals.you-support"));

    await enter(button(walk, t("comments.publish")));
    await mend(walk, look);
    await page.keyboard.type("My daughter would use it every day.");
    await enter(button(walk, t("comments.publish")));
    await walk.says("My daughter would use it every day.");
    await walk.see();

    const voice = main.locator(".comment", { hasText: rude.body }).first();
    await enter(voice.getByRole("link", { name: t("comments.report") }).first());
    await page.waitForURL("**/reports/new**");
    await enter(button(walk, t("moderation.report-send")));
    await mend(walk, look);
    const offensive = page.getByRole("radio", { name: t("moderation.category.offensive") });
    await chooseRadio(page.locator("input[name=category]"), offensive);
    await tabTo(page.getByLabel(t("moderation.report-reason")));
    await page.keyboard.type("It insults us all");
    await enter(button(walk, t("moderation.report-send")));
    await walk.says(t("moderation.thanks-text"));
    await walk.see();

    await using desk = await openWalk(browser, city, { ...look, widthPixels: 1280 });
    await signIn(desk, official.email, look, `/desk/proposals/${proposal.id}`);
    await enter(button(desk, t("proposals.answer-publish")));
    await mend(desk, look);
    const accepted = desk.page.getByRole("radio", { name: new RegExp(`^${t("proposals.state.accepted")}`) });
    await chooseRadio(desk.page.locator("input[name=outcome]"), accepted);
    await tabTo(desk.page.getByLabel(t("proposals.reasons"), { exact: false }));
    await desk.page.keyboard.type("Six plane trees will stand there.");
    await enter(button(desk, t("proposals.answer-publish")));
    await desk.says("Six plane trees will stand there.");
    await desk.see();
    expect([...walk.faults, ...desk.faults]).toEqual([]);
  });
});
