// The main job in a real browser, on two cities that talk over real sockets: someone proposes, supports and comments at
// home, an official answers, and all of it stands on the other city's pages, from where people answer back.
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { anOfficial, aProcess } from "../support/build.ts";
import { describeInBrowser, launchChromium } from "../support/chromium.ts";
import { hasFocus, pressThrough, tabTo } from "../support/keyboard.ts";
import { type ListeningCities, type ListeningCity, openListeningCities } from "../support/listening.ts";

const patience = { timeout: 60_000, interval: 250 };

describeInBrowser("two cities in Chromium", () => {
  let net: ListeningCities<"Bilbao" | "Porto">;
  let bilbao: ListeningCity;
  let porto: ListeningCity;
  let browser: Browser;
  let ane: Page;
  let official: Page;
  let proposalPath: string;

  beforeAll(async () => {
    [net, browser] = await Promise.all([openListeningCities("Bilbao", "Porto"), launchChromium()]);
    ({ Bilbao: bilbao, Porto: porto } = net.cities);
    await aProcess(bilbao, { handle: "green-squares", title: "Twelve green squares" });
    await anOfficial(bilbao, { email: "official@bilbao.example", name: "Iker Zabala" });
    await anOfficial(porto, { email: "official@porto.example", name: "Rui Costa" });
  });
  afterAll(async () => {
    await browser?.close();
    await net?.[Symbol.asyncDispose]();
  });

  /** A person with a browser of their own, at the start page of a city. */
  async function someoneAt(city: ListeningCity, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext({ locale: "en", ...options });
    context.setDefaultTimeout(60_000);
    const page = await context.newPage();
    await page.goto(city.origin);
    return page;
  }

  /** By the link in the mail, as everyone does. A name opens an account. */
  async function signIn(page: Page, email: string, name: string | null = null): Promise<void> {
    await page.getByRole("link", { name: "Sign in" }).first().click();
    await page.getByLabel("E-mail").fill(email);
    await page.getByRole("button", { name: "Send me the link" }).click();
    await page.getByRole("link", { name: "Local mailbox" }).click();
    const link = page.locator(".card", { hasText: email }).locator("a.handle").first();
    await isThere(link);
    await link.click();
    if (name !== null) await page.getByLabel("Name shown to others").fill(name);
    await page.getByRole("button", { name: name === null ? "Sign in now" : "Open my account" }).click();
    await page.getByRole("button", { name: "Send me the link" }).waitFor({ state: "detached" });
  }

  const textOf = async (place: Locator) => (await place.allInnerTexts()).join("\n");
  const mainText = (page: Page) => textOf(page.locator("main"));

  const proposalsOf = (page: Page) => page.locator("main").getByRole("link", { name: /^Proposals/ });

  /** What arrives is read on the next visit, as people do it. */
  const readsAt = (page: Page, address: string) =>
    expect.poll(async () => {
      await page.goto(address);
      return await mainText(page);
    }, patience);
  const isThere = (thing: Locator) =>
    expect
      .poll(async () => {
        await thing.page().reload();
        return await thing.count();
      }, patience)
      .toBe(1);

  test("an official of Porto looks a process of Bilbao up by its handle, and follows it", async () => {
    const rui = await someoneAt(porto);
    await signIn(rui, "official@porto.example");
    await rui.goto(`${porto.origin}/network`);
    const handle = `@green-squares@${new URL(bilbao.origin).host}`;
    await rui.getByLabel("Look up a city, a process or an account").fill(handle);
    await rui.getByRole("button", { name: "Look up" }).click();
    await rui.getByRole("button", { name: "Follow Twelve green squares" }).click();
    await expect.poll(() => mainText(rui), patience).toContain("Twelve green squares has been asked");
    await readsAt(rui, `${porto.origin}/network`).toContain("Following");
    await readsAt(rui, `${porto.origin}/processes`).toContain("Twelve green squares");
  });

  test("Ane joins Bilbao, and an official who has seen her papers verifies that she lives there", async () => {
    ane = await someoneAt(bilbao);
    await signIn(ane, "ane@example.org", "Ane Etxeberria");
    official = await someoneAt(bilbao);
    await signIn(official, "official@bilbao.example");
    await official.goto(`${bilbao.origin}/admin/people`);
    await official.getByRole("searchbox", { name: "Beginning of an e-mail address" }).fill("ane@");
    await official.locator("main").getByRole("button", { name: "Search" }).click();
    await official.getByRole("link", { name: "Ane Etxeberria" }).click();
    await official.getByText("Verify residence", { exact: true }).click();
    await official.getByLabel("Document number", { exact: true }).fill("78901234N");
    await official.getByRole("button", { name: "Yes, I have seen proof" }).click();
    await expect.poll(() => mainText(official), patience).toContain("Residence verified on");
  });

  test("Ane proposes with a picture, supports it and speaks for it", async () => {
    await ane.goto(`${bilbao.origin}/processes/green-squares`);
    await proposalsOf(ane).click();
    await ane.getByRole("link", { name: "Make a proposal" }).first().click();
    await ane.getByLabel("Title").fill("Shade over the playground");
    await ane.getByRole("button", { name: "Go on", exact: true }).click();
    await ane
      .getByLabel("Your proposal")
      .fill("In July nobody can use the slide. **Six plane trees** would change that.");
    await ane.locator("summary", { hasText: "Pictures" }).click();
    const create = { width: 900, height: 600, channels: 3, background: "#6a9a5b" } as const;
    const buffer = await sharp({ create }).png().toBuffer();
    await ane.getByLabel(/^Picture 1/).setInputFiles({ name: "playground.png", mimeType: "image/png", buffer });
    await ane.getByLabel("What picture 1 shows").fill("The empty playground at noon");
    await ane.getByRole("button", { name: "Publish", exact: true }).click();
    await expect.poll(() => mainText(ane), patience).toContain("Your proposal is public.");
    proposalPath = new URL(ane.url()).pathname;
    const picture = ane.getByRole("img", { name: "The empty playground at noon" });
    await picture.scrollIntoViewIfNeeded();
    await expect
      .poll(() => picture.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth), patience)
      .toBe(900);

    await ane.getByRole("button", { name: "Support", exact: true }).click();
    await expect.poll(() => mainText(ane), patience).toContain("verified resident supports this");
    await ane.getByLabel("Your comment").fill("My daughter would use it every day.");
    await ane.getByLabel("For", { exact: true }).check();
    await ane.getByRole("button", { name: "Publish the comment" }).click();
    await expect.poll(() => mainText(ane), patience).toContain("My daughter would use it every day.");
  });

  test("an official of Bilbao answers", async () => {
    await official.goto(`${bilbao.origin}${proposalPath}`);
    await official.getByRole("link", { name: "Give the official answer" }).click();
    await official.getByRole("radio", { name: /^Accepted/ }).check();
    await official.getByLabel("Reasons").fill("We will plant **eight**, and a bench.");
    await official.getByLabel("When").fill("spring 2027");
    await official.getByRole("button", { name: "Publish the answer" }).click();
    await expect.poll(() => mainText(official), patience).toContain("We will plant eight, and a bench.");
    await ane.reload();
    await expect.poll(() => mainText(ane), patience).toContain("We will plant eight, and a bench.");
  });

  test("proposal, answer and comment stand on the pages of Porto", async () => {
    const reader = await someoneAt(porto);
    await reader.getByRole("link", { name: "Processes" }).first().click();
    await reader.getByRole("link", { name: "Twelve green squares" }).first().click();
    await proposalsOf(reader).click();
    const link = reader.getByRole("link", { name: "Shade over the playground" }).first();
    await isThere(link);
    await link.click();
    const address = reader.url();
    expect(new URL(address).origin).toBe(porto.origin);
    await readsAt(reader, address).toContain("My daughter would use it every day.");
    await readsAt(reader, address).toContain("We will plant eight, and a bench.");
    const text = await mainText(reader);
    expect(text).toContain("Six plane trees");
    expect(text).toContain("Ane Etxeberria");
    expect(text).toContain("Accepted");
    expect(text).toContain("The empty playground at noon");
    expect(await reader.getByRole("button", { name: "Support", exact: true }).count()).toBe(0);
  });

  test("someone of Porto answers from home, and Ane reads it at hers", async () => {
    const rita = await someoneAt(porto);
    await signIn(rita, "rita@example.org", "Rita Sousa");
    await rita.getByRole("link", { name: "Processes" }).first().click();
    await rita.getByRole("link", { name: "Twelve green squares" }).first().click();
    await proposalsOf(rita).click();
    await rita.getByRole("link", { name: "Shade over the playground" }).first().click();
    await rita.getByLabel("Your comment").fill("We did the same in Bonfim, and it works.");
    await rita.getByRole("button", { name: "Publish the comment" }).click();
    await expect.poll(() => mainText(rita), patience).toContain("We did the same in Bonfim");
    await readsAt(ane, `${bilbao.origin}${proposalPath}`).toContain("We did the same in Bonfim, and it works.");
    const voice = ane.locator(".comment", { hasText: "We did the same in Bonfim" }).first();
    await expect.poll(() => textOf(voice), patience).toContain("Rita Sousa");
    await expect.poll(() => textOf(voice), patience).toContain(new URL(porto.origin).host);
  });

  test("a proposal is written by keyboard alone, mistakes included", async () => {
    await ane.goto(`${bilbao.origin}/processes/green-squares/proposals`);
    await tabTo(ane.getByRole("link", { name: "Make a proposal" }));
    await pressThrough(ane, "Enter");
    const goOn = ane.getByRole("button", { name: "Go on", exact: true });
    await tabTo(goOn);
    await pressThrough(ane, "Enter");
    await ane.getByText("There is a problem").waitFor();
    const title = ane.getByRole("textbox", { name: /^Title/ });
    await tabTo(ane.getByRole("link", { name: /^Title/ }));
    await pressThrough(ane, "Enter");
    await expect.poll(() => hasFocus(title), patience).toBe(true);
    await ane.keyboard.type("A fountain by the market");
    await tabTo(goOn);
    await pressThrough(ane, "Enter");
    const publish = ane.getByRole("button", { name: "Publish", exact: true });
    await publish.waitFor();
    await tabTo(ane.getByRole("textbox", { name: /^Your proposal/ }));
    await ane.keyboard.type("Water for people and for sparrows.");
    await tabTo(publish);
    await pressThrough(ane, "Space");
    await ane.getByText("Your proposal is public.").waitFor();
  });

  test("without scripts everything works all the same", async () => {
    const jon = await someoneAt(bilbao, { javaScriptEnabled: false });
    await signIn(jon, "jon@example.org", "Jon Agirre");
    await jon.goto(`${bilbao.origin}/processes/green-squares`);
    await proposalsOf(jon).click();
    await jon.getByRole("link", { name: "Make a proposal" }).first().click();
    await jon.getByLabel("Title").fill("Benches with backs");
    await jon.getByRole("button", { name: "Go on", exact: true }).click();
    await jon.getByLabel("Your proposal").fill("So that **everyone** can rest.");
    await jon.getByRole("button", { name: "Save as a draft" }).click();
    await jon.getByRole("button", { name: "Publish", exact: true }).click();
    await expect.poll(() => mainText(jon), patience).toContain("Your proposal is public.");

    await jon.goto(`${bilbao.origin}${proposalPath}`);
    await jon.getByRole("button", { name: "Like", exact: true }).first().click();
    const voice = jon.locator(".comment", { hasText: "We did the same in Bonfim" }).first();
    await voice.locator("summary", { hasText: "Reply" }).click();
    await voice.getByLabel("Your reply to Rita Sousa").fill("How much did it cost?");
    await voice.getByRole("button", { name: "Publish the reply" }).click();
    await expect.poll(() => mainText(jon), patience).toContain("How much did it cost?");
  });
});
