// A resident's own affairs in Chromium, in English without scripts and in Arabic with them, on a phone: a like taken back, a device
// signed out, a proposal written with somebody for a while, and residence by the register and by a letter, asked for and not.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isResident, type ReachableAccount } from "../../src/accounts/account.ts";
import { getAccount } from "../../src/accounts/queries.ts";
import type { Proposal } from "../../src/proposals/proposal.ts";
import { getProposal } from "../../src/proposals/queries.ts";
import { beginCensus, confirmCensus, readCensusList } from "../../src/residences/census-actions.ts";
import { markLettersSent } from "../../src/residences/letter-actions.ts";
import { setMethod } from "../../src/residences/method-actions.ts";
import { findOwnLetter } from "../../src/residences/queries.ts";
import { letterCode, residenceKey, spelledCode } from "../../src/residences/residence.ts";
import { aGuest, aProposal, aResident } from "../support/build.ts";
import { describeInBrowser, launchChromium } from "../support/chromium.ts";
import { aSession } from "../support/every-kind.ts";
import { type ListeningCities, type ListeningCity, openListeningCities, secretOfTests } from "../support/listening.ts";
import { expectPresses } from "../support/pressed.ts";
import { signedIn, textOf } from "../support/walk.ts";

const looks = [
  { lang: "en", hasScripts: false },
  { lang: "ar", hasScripts: true },
] as const;
const key = residenceKey(secretOfTests);
const birthDate = "1980-05-31";
const numbers = { en: "12345678Z", ar: "87654321X" };

describeInBrowser("a resident's own affairs", () => {
  let net: ListeningCities<"Bilbao">;
  let city: ListeningCity;
  let browser: Browser;

  beforeAll(async () => {
    [net, browser] = await Promise.all([openListeningCities("Bilbao"), launchChromium()]);
    city = net.cities.Bilbao;
    const method = { isOn: true, validMonths: 24, explanation: {} };
    const now = new Date();
    await setMethod(city.sql, city.administrator, "post", { ...method, settings: {} }, now);
    await setMethod(city.sql, city.administrator, "census", { ...method, settings: { asks: ["birth-date"] } }, now);
    const rows = Object.values(numbers).map((number) => `${number},${birthDate}\n`);
    const census = await beginCensus(city.sql, city.administrator, 100, now);
    const file = new Blob(["document_number,birth_date\n", ...rows]);
    const refusal = await readCensusList(city.sql, key, census, file.stream());
    if (refusal !== null) throw refusal;
    await confirmCensus(city.sql, city.administrator, census, now);
  });
  afterAll(async () => {
    await browser?.close();
    await net?.[Symbol.asyncDispose]();
  });

  const someone = (lang: "en" | "ar", name: string) => aResident(city, { name: `${name} ${lang}` });
  const namesBeside = async ({ uri }: Proposal) => (await getProposal(city.sql, uri)).coauthors;

  test.each(looks)("a like is taken back, and another device signed out ($lang)", async (look) => {
    const ane = await someone(look.lang, "Ane");
    const proposal = await aProposal(city);
    await aSession(city, ane);
    await using walk = await signedIn(browser, city, ane, { ...look, at: `/proposals/${proposal.id}` });
    const { t } = walk;
    const like = walk.main.locator("form[action*='/like'] button").first();
    await walk.send(`/proposals/${proposal.id}/like`);
    await expect.poll(() => like.getAttribute("aria-pressed")).toBe("true");
    await walk.see();
    await walk.send(`/proposals/${proposal.id}/like/withdrawal`);
    await expect.poll(() => like.getAttribute("aria-pressed")).toBe("false");
    await walk.see();

    await walk.open("/account/sign-in");
    const ends = walk.main.getByRole("button", { name: t("accounts.session-end") });
    expect(await ends.count()).toBe(1);
    await walk.send("/account/sessions/end");
    await expect.poll(() => ends.count()).toBe(0);
    await walk.see();
    await walk.open("/account");
    expect(new URL(walk.page.url()).pathname).toBe("/account");
    expect(walk.faults).toEqual([]);
  });

  test.each(looks)("somebody writes along by a link, and no longer ($lang)", async (look) => {
    const [ane, jon] = [await someone(look.lang, "Ane"), await someone(look.lang, "Jon")];
    const proposal = await aProposal(city, { by: ane });
    const page = `/proposals/${proposal.id}/coauthors`;
    await using author = await signedIn(browser, city, ane, { ...look, at: page });
    const { t } = author;
    const links: string[] = [];
    for (let n = 0; n < 2; n++) {
      await author.send(`${page}/link`);
      links.push(await textOf(author.main.locator("#new-link ~ p code")));
      await author.see();
    }
    await using friend = await signedIn(browser, city, jon, { ...look, at: new URL(links[0]!).pathname });
    await friend.says(proposal.title);
    await friend.see();
    await friend.press(t("coauthors.accept"));
    await friend.page.getByText(t("coauthors.accepted")).first().waitFor();
    await friend.see();
    expect(await namesBeside(proposal)).toEqual([jon.name]);

    // The other link is worth nothing once it is taken back.
    await author.open(page);
    await author.send(`${page}/revocation`);
    await author.see();
    await friend.open(new URL(links[1]!).pathname);
    await friend.page.getByRole("heading", { name: t("coauthors.over-title") }).waitFor();
    await friend.see();
    await author.send(`${page}/removal`);
    await author.see();
    expect(await namesBeside(proposal)).toEqual([]);
    expect([...author.faults, ...friend.faults]).toEqual([]);
  });

  test.each(looks)("the register knows who lives here, and a letter says so too ($lang)", async (look) => {
    const lives = async ({ id }: ReachableAccount) => isResident(await getAccount(city.sql, id), new Date());
    const guest = (name: string) => aGuest(city, { name: `${name} ${look.lang}` });
    const [listed, written] = [await guest("Itziar"), await guest("Pilar")];
    await using walk = await signedIn(browser, city, listed, { ...look, at: "/account/residence" });
    const { t } = walk;
    const compare = async (day: string) => {
      await walk.page.getByLabel(t("residences.birth-date")).fill(day);
      await walk.press(t("residences.census-check"));
    };
    await walk.see();
    await walk.page.getByLabel(t("residences.number"), { exact: false }).first().fill(numbers[look.lang]);
    await compare("1980-01-01");
    await walk.page.locator(".error-summary").waitFor();
    await walk.see();
    // What was typed is still there.
    await compare(birthDate);
    await walk.page.getByText(t("residences.verified")).first().waitFor();
    await walk.see();
    expect(await lives(listed)).toBe(true);

    await using other = await signedIn(browser, city, written, { ...look, at: "/account/residence" });
    const ask = async () => {
      await other.page.getByLabel(t("residences.address")).fill("Pilar P.\nKalea 1\n48001 Bilbao");
      await other.press(t("residences.letter-ask"));
    };
    await ask();
    await other.see();
    await other.send("/account/residence/letter/withdrawal");
    await other.main.getByRole("button", { name: t("residences.letter-ask") }).waitFor();
    expect(await findOwnLetter(city.sql, written.id)).toBeNull();
    await other.see();
    await ask();
    const letter = (await findOwnLetter(city.sql, written.id))!;
    await markLettersSent(city.sql, city.administrator, [letter.id], new Date());
    await other.open("/account/residence");
    await other.page.getByLabel(t("residences.code"), { exact: true }).fill(spelledCode(letterCode(key, letter.id)));
    await other.press(t("residences.code-submit"));
    await other.page.getByText(t("residences.verified")).first().waitFor();
    expect(await lives(written)).toBe(true);
    expect([...walk.faults, ...other.faults]).toEqual([]);
  });

  test("each of these was pressed", () => expectPresses(import.meta.url));
});
