// From a report to the end of an appeal in Chromium, in English and in Arabic, on a phone: everyone it concerns reads in words
// what happened and what they can do, and the public log says how many.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { aComment, aGuest, aModerator, anOfficial, aProcess, aProposal, aResident } from "../support/build.ts";
import { describeInBrowser, launchChromium } from "../support/chromium.ts";
import { type ListeningCities, type ListeningCity, openListeningCities } from "../support/listening.ts";
import { expectPresses } from "../support/pressed.ts";
import { openWalk, signedIn, type Walk } from "../support/walk.ts";

const looks = [
  { lang: "en", hasScripts: true },
  { lang: "ar", hasScripts: true },
  { lang: "ar", hasScripts: false },
] as const;

describeInBrowser("a report", () => {
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

  /** How often the public log says this. */
  async function timesInLog(reader: Walk, what: string): Promise<number> {
    await reader.open("/moderation/log");
    return await reader.main.locator("li .pill").filter({ hasText: what }).count();
  }

  test.each(looks)("becomes a decision, an appeal and its end ($lang, scripts: $hasScripts)", async (look) => {
    const process = await aProcess(city);
    const proposal = await aProposal(city, { process });
    const jon = await aResident(city, { name: `Jon ${look.lang}` });
    const rude = await aComment(city, { on: proposal, by: jon, body: "You are all thieves, as ever." });
    const [reporter, moderator, second] = [
      await aGuest(city, { name: "Olatz Reporter" }),
      await aModerator(city, { process, name: "Miren Moderator" }),
      await anOfficial(city, { process, name: "Iker Second" }),
    ];
    const walking = (who: typeof jon, at: string) => signedIn(browser, city, who, { ...look, at });

    // Somebody reports it.
    await using olatz = await walking(reporter, `/proposals/${proposal.id}`);
    const { t } = olatz;
    const voice = olatz.main.locator(".comment", { hasText: rude.body }).first();
    await voice
      .getByRole("link", { name: t("comments.report") })
      .first()
      .click();
    await olatz.see();
    await olatz.page.getByRole("radio", { name: t("moderation.category.offensive") }).check();
    await olatz.page.getByLabel(t("moderation.report-reason")).fill("It insults us all");
    await olatz.press(t("moderation.report-send"));
    await olatz.says(t("moderation.thanks-text"));
    await olatz.see();

    // A moderator hides it, with a reason.
    await using reader = await openWalk(browser, city, look);
    const before = await timesInLog(reader, t("log.hidden"));
    await using miren = await walking(moderator, "/desk");
    await miren.follow(t("desk.queue.reports"));
    await miren.see();
    await miren.says("It insults us all");
    await miren.follow(t("moderation.decide"));
    await miren.see();
    await miren.page.getByLabel(t("moderation.reason"), { exact: false }).first().fill("It insults people");
    await miren.press(t("moderation.hide"));
    await miren.says(t("moderation.hidden"));
    await miren.see();
    await reader.open(`/proposals/${proposal.id}`);
    await reader.says("It insults people");
    expect(await reader.text()).not.toContain(rude.body);
    await reader.see();
    expect(await timesInLog(reader, t("log.hidden"))).toBe(before + 1);
    await reader.see();

    // Its author reads why, and appeals.
    await using author = await walking(jon, `/proposals/${proposal.id}`);
    await author.follow(t("statements.why-link"));
    await author.says(t("moderation.rule.offensive"));
    for (const words of ["It insults people", rude.body, t("statements.who-text", { city: "Bilbao" })])
      await author.says(words);
    expect(await author.text()).not.toMatch(/Olatz|Miren|It insults us all/);
    await author.see();
    await author.page.getByLabel(t("statements.appeal-words")).fill("It was irony");
    await author.press(t("statements.appeal-send"));
    await author.says(t("statements.waits"));
    await author.see();

    // Who decided does not decide again; somebody else does.
    await miren.open("/moderation/appeals");
    await miren.says(t("appeals.not-yours"));
    expect(await miren.main.getByRole("button", { name: t("appeals.decide-send") }).count()).toBe(0);
    await miren.see();
    const again = await timesInLog(reader, t("log.reinstated"));
    await using iker = await walking(second, "/desk");
    await iker.follow(t("desk.queue.appeals"));
    await iker.see();
    const open = iker.main.locator("summary", { hasText: t("appeals.decide") });
    if ((await open.count()) > 0) await open.first().click();
    await iker.page.getByRole("radio", { name: t("appeals.outcome-reinstated") }).check();
    await iker.page.getByLabel(t("appeals.reason"), { exact: false }).fill("Irony is allowed");
    await iker.press(t("appeals.decide-send"));
    await iker.says(t("appeals.decided-reinstated"));
    await iker.see();

    // It stands again, everyone is told, and the log counts it.
    await author.page.reload();
    await author.says(t("statements.outcome.reinstated"));
    await author.see();
    await reader.open(`/proposals/${proposal.id}`);
    await reader.says(rude.body);
    expect(await timesInLog(reader, t("log.reinstated"))).toBe(again + 1);
    await reader.see();
    expect([olatz, reader, miren, author, iker].flatMap(({ faults }) => faults)).toEqual([]);
  });

  test("each way to send something that only this journey comes past was pressed", () =>
    expectPresses(import.meta.url));
});
