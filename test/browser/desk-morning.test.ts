// A desk officer's morning in Chromium, in English and in Arabic, by keyboard alone: what waits, whose task it is, a note, a draft,
// an answer for later, one at once, and one for two alike.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { drain } from "../../src/platform/job-drain.ts";
import { hourMs } from "../../src/platform/time.ts";
import { proposalHandlers } from "../../src/proposals/jobs.ts";
import type { Proposal } from "../../src/proposals/proposal.ts";
import { anOfficial, aProcess, aProposal } from "../support/build.ts";
import { describeInBrowser, launchChromium } from "../support/chromium.ts";
import { chooseRadio, enter, hasFocus, pressThrough, tabTo } from "../support/keyboard.ts";
import { type ListeningCity, openListeningCity } from "../support/listening.ts";
import { freePort } from "../support/node-process.ts";
import { expectPresses } from "../support/pressed.ts";
import { openWalk, signedIn, textOf, type Walk } from "../support/walk.ts";

const looks = [
  { lang: "en", hasScripts: true },
  { lang: "ar", hasScripts: true },
  { lang: "ar", hasScripts: false },
] as const;

describeInBrowser("at the desk", () => {
  let city: ListeningCity;
  let browser: Browser;
  let aheadMs = 0;

  beforeAll(async () => {
    const overrides = { clock: { now: () => new Date(Date.now() + aheadMs) } };
    const port = await freePort();
    const opening = { port, peers: [], doesJobs: false, overrides };
    [city, browser] = await Promise.all([openListeningCity("Bilbao", opening), launchChromium()]);
  });
  afterAll(async () => {
    await browser?.close();
    await city?.[Symbol.asyncDispose]();
  });

  /** j goes down the list, Enter opens; where there is no script, the tabulator does. */
  async function openRow({ page, main }: Walk, title: string, hasScripts: boolean): Promise<void> {
    const link = main.getByRole("link", { name: title });
    await link.waitFor();
    if (!hasScripts) return await enter(link);
    for (let row = 0; row < 9 && !(await hasFocus(link)); row++) await page.keyboard.press("j");
    expect(await hasFocus(link)).toBe(true);
    await pressThrough(page, "Enter");
  }

  /** Chooses in the filters of a list with the arrows, and asks for the list. */
  async function narrow({ page, main, t }: Walk, filters: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, wanted] of Object.entries(filters)) {
      const box = main.locator(`select[name=${name}]`);
      await tabTo(box);
      const chosen = () => textOf(box.locator(":checked"));
      await page.keyboard.press("Home");
      for (let n = await box.locator("option").count(); n > 0 && (await chosen()) !== wanted; n--)
        await page.keyboard.press("ArrowDown");
      expect(await chosen()).toBe(wanted);
    }
    await enter(main.getByRole("button", { name: t("list.apply"), exact: true }));
  }

  /** What the official answer says, and how it ends. */
  async function writeAnswer({ page, t }: Walk, state: "accepted" | "rejected", reasons: string): Promise<void> {
    const group = page.locator("input[name=outcome]");
    await chooseRadio(group, page.getByRole("radio", { name: new RegExp(`^${t(`proposals.state.${state}`)}`) }));
    await tabTo(page.getByLabel(t("proposals.reasons"), { exact: false }));
    await page.keyboard.type(reasons);
  }

  test.each(looks)("a morning by keyboard alone ($lang, scripts: $hasScripts)", async (look) => {
    const { lang, hasScripts } = look;
    const mark = `${lang} ${hasScripts}`;
    const process = await aProcess(city, { title: `Squares ${mark}` });
    const made: Proposal[] = [];
    for (const what of ["A bench by the school", "Trees along the river", "Lamps on the bridge", "A fountain to drink"])
      made.push(await aProposal(city, { process, title: `${what} ${mark}`, now: new Date(Date.now() - 30 * hourMs) }));
    const [bench, tree, lamp, fountain] = made as [Proposal, Proposal, Proposal, Proposal];
    const options = { process, now: new Date(Date.now() + aheadMs) };
    await anOfficial(city, { ...options, name: "Eneko Bilbao" });
    const officer = await anOfficial(city, { ...options, name: "Olatz Officer" });
    await using desk = await signedIn(browser, city, officer, { ...look, widthPixels: 1280, at: "/desk" });
    const { page, t, main } = desk;
    const button = (name: string) => main.getByRole("button", { name, exact: true });
    const reads = (path: string) => main.getByText(path).first().waitFor();

    // One glance: what waits, and how long.
    await desk.see();
    const row = main.getByRole("row", { name: t("desk.queue.answers") });
    expect(await textOf(row)).toContain(t.number(4));
    expect(await page.locator("[data-key-help]").isVisible()).toBe(hasScripts);
    await openRow(desk, t("desk.queue.answers"), hasScripts);
    await page.waitForURL("**/desk/answers**");
    await desk.see();

    // The list, narrowed down and widened again.
    await narrow(desk, { process: process.title.en!, assigned: t("desk.me") });
    await reads(t("desk.unanswered-none"));
    await desk.see();
    await narrow(desk, { assigned: t("desk.unassigned"), order: t("desk.newest-first") });
    await main.getByRole("link", { name: bench.title }).waitFor();
    expect(new URL(page.url()).searchParams.get("process")).toBe(process.uri);
    expect(await main.locator("[data-key-row]").count()).toBe(4);
    await desk.see();

    // Whose task it is, and a word to colleagues.
    await openRow(desk, bench.title, hasScripts);
    await page.waitForURL(`**/desk/proposals/${bench.id}`);
    await desk.see();
    await tabTo(page.getByLabel(t("desk.colleague")));
    await page.keyboard.type("Eneko");
    await enter(button(t("desk.assign")));
    await reads(t("desk.assigned"));
    expect(await textOf(page.getByLabel(t("desk.colleague")).locator(":checked"))).toBe("Eneko Bilbao");
    await tabTo(page.getByLabel(t("desk.note")));
    await page.keyboard.type("The school agrees.");
    await enter(button(t("desk.note-add")));
    await reads("The school agrees.");

    // A draft, then a time at which it is published.
    await writeAnswer(desk, "accepted", "Two benches will stand there.");
    await enter(button(t("desk.draft-save")));
    await reads(t("desk.draft-saved"));
    await desk.see();
    const at = page.getByLabel(t("desk.publish-at"));
    await tabTo(at);
    // In which order its parts are typed is the browser's affair.
    const time = new Date(Date.now() + aheadMs + 5 * hourMs);
    await at.fill(`${time.toISOString().slice(0, 11)}${String(time.getUTCHours()).padStart(2, "0")}:00`);
    await enter(button(t("desk.plan")));
    await button(t("desk.plan-cancel")).waitFor();
    await desk.see();
    await using citizen = await openWalk(browser, city, look);
    await citizen.open(`/proposals/${bench.id}`);
    expect(await citizen.text()).not.toContain("Two benches will stand there.");

    // One at once.
    await desk.open("/desk/answers");
    await openRow(desk, fountain.title, hasScripts);
    await page.waitForURL(`**/desk/proposals/${fountain.id}`);
    await writeAnswer(desk, "accepted", "It flows from May on.");
    await enter(button(t("proposals.answer-publish")));
    await desk.says("It flows from May on.");
    await desk.see();
    await citizen.open(`/proposals/${fountain.id}`);
    await citizen.says("It flows from May on.");
    await citizen.see();

    // One answer for two alike, after a look at what will happen.
    await desk.open("/desk/answers");
    for (const { title } of [tree, lamp]) {
      await tabTo(page.getByLabel(t("desk.choose-one", { title })));
      await page.keyboard.press("Space");
    }
    await enter(button(t("desk.answer-alike")));
    await button(t("desk.alike-preview")).waitFor();
    await desk.see();
    await writeAnswer(desk, "rejected", "It is not ours to build.");
    await enter(button(t("desk.alike-preview")));
    await reads(t("desk.alike-will", { count: 2 }));
    await desk.see();
    await enter(button(t("desk.alike-publish", { count: 2 })));
    await reads(t("desk.answered-alike", { count: 2 }));
    await desk.see();
    for (const { id } of [tree, lamp]) {
      await citizen.open(`/proposals/${id}`);
      await citizen.says("It is not ours to build.");
    }

    // And in the afternoon.
    aheadMs += 8 * hourMs;
    const { house } = city.instance;
    await drain(city.instance.sql, proposalHandlers(house), { now: house.clock.now() });
    await citizen.open(`/proposals/${bench.id}`);
    await citizen.says("Two benches will stand there.");
    expect(await citizen.text()).not.toContain("The school agrees.");
    expect([...desk.faults, ...citizen.faults]).toEqual([]);
  });

  test("each way to send something that only this journey comes past was pressed", () =>
    expectPresses(import.meta.url));
});
