// Residence in Chromium: the desk decides between accounts, confirms an e-mail address with the person beside it and prints its
// letters; a citizen is led from a proposal to their residence and back.
import { inflateSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Account, isResident, type ReachableAccount } from "../../src/accounts/account.ts";
import { getAccount } from "../../src/accounts/queries.ts";
import { proposalPath } from "../../src/proposals/proposal.ts";
import { verifyAtDesk } from "../../src/residences/actions.ts";
import { beginCensus, confirmCensus, readCensusList } from "../../src/residences/census-actions.ts";
import { askForLetter, markLettersSent, verifyByLetter } from "../../src/residences/letter-actions.ts";
import { setMethod } from "../../src/residences/method-actions.ts";
import { findOwnLetter } from "../../src/residences/queries.ts";
import { letterCode, type Method, type MethodSettings, residenceKey } from "../../src/residences/residence.ts";
import { aGuest, anOfficial, aProposal } from "../support/build.ts";
import { describeInBrowser, launchChromium } from "../support/chromium.ts";
import { type ListeningCities, type ListeningCity, openListeningCities, secretOfTests } from "../support/listening.ts";
import { expectPresses } from "../support/pressed.ts";
import { clickThrough, signedIn, textOf } from "../support/walk.ts";

const looks = [
  { lang: "en", hasScripts: false },
  { lang: "ar", hasScripts: true },
] as const;
const key = residenceKey(secretOfTests);
const address = "Pilar P. de la Fuente\nKalea Nagusia 1, 3. B\n48001 Bilbao";

describeInBrowser("residence", () => {
  let net: ListeningCities<"Bilbao">;
  let city: ListeningCity;
  let browser: Browser;
  beforeAll(async () => {
    [net, browser] = await Promise.all([openListeningCities("Bilbao"), launchChromium()]);
    city = net.cities.Bilbao;
    await set("post", { asksNumber: true });
    await set("desk", {});
    await set("census", { asks: ["birth-date"] });
    const list = await beginCensus(city.sql, city.administrator, 60, new Date());
    const rows = looks.map(({ lang }) => `LISTED${lang},1980-05-31\n`).join("");
    await readCensusList(city.sql, key, list, new Blob([`document_number,birth_date\n${rows}`]).stream());
    await confirmCensus(city.sql, city.administrator, list, new Date());
  });
  afterAll(async () => {
    await browser?.close();
    await net?.[Symbol.asyncDispose]();
  });

  const set = (method: Method, settings: MethodSettings) =>
    setMethod(
      city.sql,
      city.administrator,
      method,
      { isOn: true, validMonths: 24, explanation: {}, settings },
      new Date(),
    );
  const lives = async ({ id }: Account) => isResident(await getAccount(city.sql, id), new Date());
  const seen = (person: Account, number: string) =>
    verifyAtDesk(city.sql, key, city.administrator, { accountId: person.id, number }, new Date());
  async function byLetter(person: ReachableAccount, number: string) {
    await askForLetter(city.sql, key, person, { address, number }, new Date());
    const { id } = (await findOwnLetter(city.sql, person.id))!;
    await markLettersSent(city.sql, city.administrator, [id], new Date());
    await verifyByLetter(city.sql, key, person, letterCode(key, id), new Date());
  }

  test.each(looks)("the desk decides between accounts ($lang, scripts: $hasScripts)", async (look) => {
    const guest = (name: string) => aGuest(city, { name: `${name} ${look.lang}` });
    const [first, second, third, fourth] = [
      await guest("First"),
      await guest("Second"),
      await guest("Third"),
      await guest("Fourth"),
    ];
    const number = (what: string) => `${what}${look.lang}0001`;
    await seen(first, number("MOVED"));
    await expect(seen(second, number("MOVED"))).rejects.toThrow();
    await seen(third, number("KEPT"));
    await expect(seen(fourth, number("KEPT"))).rejects.toThrow();
    const [typed, proved] = [await guest("Typed"), await guest("Proved")];
    await byLetter(typed, number("LETTER"));
    await seen(proved, number("LETTER"));

    const officer = await anOfficial(city, { name: `Decides ${look.lang}` });
    await using desk = await signedIn(browser, city, officer, { ...look, widthPixels: 1280, at: "/desk/residence" });
    const { t, page } = desk;
    const decide = async (about: string, fold: string, submit: string) => {
      const card = page.locator("#conflicts .card", { hasText: about });
      await card.locator("summary", { hasText: fold }).click();
      await desk.see();
      await clickThrough(card.getByRole("button", { name: submit, exact: true }));
      await page.getByText(t("residences.conflict-resolved")).first().waitFor();
      await desk.see();
    };
    await desk.see();
    await decide(second.name, t("residences.conflict-move"), t("residences.conflict-move-confirm"));
    expect([await lives(first), await lives(second)]).toEqual([false, true]);
    await decide(fourth.name, t("residences.conflict-keep"), t("residences.conflict-keep-confirm"));
    expect([await lives(third), await lives(fourth)]).toEqual([true, false]);
    const said = t("residences.suspension", { name: proved.name, other: typed.name });
    expect(await textOf(page.locator("#conflicts .card"))).toContain(said);
    await decide(proved.name, t("residences.suspension-two"), t("residences.suspension-two-confirm"));
    await desk.says(t("residences.conflicts-none"));

    // Both read why, each on their own page.
    await using own = await signedIn(browser, city, typed, { ...look, at: "/account/residence" });
    await own.says(t("residences.suspended-two-people"));
    await own.see();
    await using other = await signedIn(browser, city, proved, { ...look, at: "/account/residence" });
    await other.says(t("residences.nothing-to-do-yet"));
    await other.see();
    await other.unfold(t("residences.renew-early"));
    await other.says(t("residences.post-proves-number"));
    await other.see();
    expect([...desk.faults, ...own.faults, ...other.faults]).toEqual([]);
  });

  test.each(looks)("an address is confirmed at the desk ($lang, scripts: $hasScripts)", async (look) => {
    const officer = await anOfficial(city, { name: `Types ${look.lang}` });
    await using desk = await signedIn(browser, city, officer, { ...look, widthPixels: 1280, at: "/desk/assist" });
    const { t, page, main } = desk;
    const email = `miren.${look.lang}@example.org`;
    const field = (label: string) => main.getByLabel(label, { exact: false }).last();
    await page.getByLabel(t("accounts.name"), { exact: true }).fill("Miren Mail");
    await field(t("accounts.email")).fill(email);
    // The mail is in the person's language, whoever opens the account.
    await page.locator("main select[name=locale]").selectOption("fr");
    await desk.press(t("assist.open-account"));
    await desk.see();
    const codeOf = async (count: number) => {
      const mails = () => city.instance.mailbox!.mails.filter(({ to }) => to === email);
      await expect.poll(async () => mails().length).toBe(count);
      expect(mails()[0]!.text).toContain("Lisez ce code à l’agent");
      return /\d{3} \d{3}/.exec(mails()[0]!.text)![0];
    };
    await codeOf(1);
    await field(t("assist.code")).fill("12");
    await desk.press(t("assist.code-submit"));
    await page.locator(".error-summary").waitFor();
    await desk.see();
    await desk.press(t("assist.code-again"));
    await page.getByText(t("assist.code-sent-again")).waitFor();
    await field(t("assist.code")).fill(await codeOf(2));
    await desk.press(t("assist.code-submit"));
    await page.getByText(t("assist.email-confirmed")).waitFor();
    await desk.see();

    // Another person changes their mind, and comes back to it another day.
    await desk.open("/desk/assist");
    await page.getByLabel(t("accounts.name"), { exact: true }).fill("Anton Another");
    await desk.press(t("assist.open-account"));
    await desk.follow(t("assist.email-add"));
    await desk.see();
    await field(t("accounts.email")).fill(`anton.${look.lang}@example.org`);
    await desk.press(t("assist.email-send"));
    await desk.press(t("assist.code-give-up"));
    await page.getByText(t("assist.email-given-up")).waitFor();
    await desk.says(t("assist.email-none"));
    expect(desk.faults).toEqual([]);
  });

  test.each(looks)("from a proposal to residence and back ($lang, scripts: $hasScripts)", async (look) => {
    const proposal = await aProposal(city);
    const person = await aGuest(city, { name: `Itziar ${look.lang}` });
    await using walk = await signedIn(browser, city, person, { ...look, at: proposalPath(proposal) });
    const { t, page } = walk;
    await walk.see();
    await walk.follow(t("residences.verify"));
    await page.getByLabel(t("residences.number"), { exact: true }).fill(`LISTED${look.lang}`);
    const day = page.getByLabel(t("residences.birth-date"));
    await day.fill("1980-05-30");
    await walk.press(t("residences.census-check"));
    await page.locator(".error-summary").waitFor();
    await day.fill("1980-05-31");
    await walk.press(t("residences.census-check"));
    await page.waitForURL(`**${proposalPath(proposal)}`);
    await page.getByText(t("residences.verified")).waitFor();
    await walk.see();
    await walk.send(`${proposalPath(proposal)}/support`);
    await walk.says(t("proposals.you-support"));
    expect(walk.faults).toEqual([]);
  });

  test("letters come one to a sheet, with the address in the window of the envelope, in every language", async () => {
    await city.sql`delete from residence_letter where sent_at is null`;
    const long = `${"A Very Long Name ".repeat(4)}\nKalea Nagusia 1, 3. B\nSecond staircase\n48001 Bilbao`;
    const letters = { en: long, fr: address, ar: "ليلى بنت أحمد\nKalea Nagusia 7\n48001 Bilbao" };
    for (const [locale, text] of Object.entries(letters)) {
      const person = await aGuest(city, { name: `Writes ${locale}` });
      await city.sql`update account set locale = ${locale} where id = ${person.id}`;
      await askForLetter(city.sql, key, person, { address: text, number: `PRINTED${locale}` }, new Date());
    }
    for (const lang of ["en", "fr", "ar"] as const) {
      const officer = await anOfficial(city, { name: `Prints ${lang}` });
      await using desk = await signedIn(browser, city, officer, {
        lang,
        widthPixels: 1280,
        at: "/desk/residence/letters",
      });
      await desk.see();
      await desk.follow(desk.t("residences.letters-print"));
      await desk.see();
      expect(desk.faults).toEqual([]);
      const { page } = desk;
      expect(pagesOf(await page.pdf({ preferCSSPageSize: true }))).toBe(3);
      await page.emulateMedia({ media: "print", colorScheme: "dark" });
      // The width between the margins of the sheet.
      await page.setViewportSize({ width: Math.round(180 * mm), height: 1000 });
      expect(await shownBesides(page)).toEqual([]);
      // Chromium prints a page that runs right to left a centimetre further right: none of these does.
      expect(await page.evaluate("getComputedStyle(document.documentElement).direction")).toBe("ltr");
      for (const sheet of await page.locator(".letter-sheet").all()) {
        const [paper, window, text, code] = await Promise.all(
          [sheet, ...[".letter-window", "address", ".letter-code"].map((part) => sheet.locator(part))].map((one) =>
            one.boundingBox(),
          ),
        );
        // From the edges of the paper: its margins are 15 and 10 mm.
        const left = (window!.x - paper!.x) / mm + 15;
        const top = (window!.y - paper!.y) / mm + 10;
        expect([Math.round(left), Math.round(top)]).toEqual([20, 45]);
        expect(text!.x).toBeGreaterThanOrEqual(window!.x + 4 * mm);
        expect(text!.x + text!.width).toBeLessThanOrEqual(window!.x + 85.1 * mm);
        expect(text!.y + text!.height).toBeLessThanOrEqual(window!.y + 45.1 * mm);
        // Nothing else of the letter shows in the window.
        expect(code!.y).toBeGreaterThan(window!.y + 45 * mm);
        expect(code!.x + code!.width).toBeLessThanOrEqual(paper!.x + paper!.width + 1);
        expect(paper!.height / mm).toBeLessThan(277);
      }
    }
  });

  test("each of these was pressed", () => expectPresses(import.meta.url));
});

/** CSS pixels. */
const mm = 96 / 25.4;

/** What is seen on paper and is no part of a letter. */
const shownBesides = (page: Page): Promise<string[]> =>
  page.evaluate(`[...document.querySelectorAll("body *")]
    .filter((one) => !one.closest(".letter-sheet") && !one.querySelector(".letter-sheet"))
    .filter((one) => one.getBoundingClientRect().height > 1 && getComputedStyle(one).visibility !== "hidden" && one.innerText?.trim())
    .map((one) => one.className || one.tagName)`);

/** How many sheets a PDF has: its page objects, which may stand in compressed streams. */
function pagesOf(pdf: Buffer): number {
  const count = (text: string) => text.match(/\/Type\s*\/Page\b(?!s)/g)?.length ?? 0;
  let found = count(pdf.toString("latin1"));
  for (const { index } of pdf.toString("latin1").matchAll(/stream\r?\n/g)) {
    const start = pdf.indexOf("\n", index) + 1;
    try {
      found += count(inflateSync(pdf.subarray(start, pdf.indexOf("endstream", start))).toString("latin1"));
    } catch {
      // A stream of another kind.
    }
  }
  return found;
}
