// Writing a proposal in a real browser: it saves itself, shows what others have proposed, and loses nothing on the way.
import { serve } from "@hono/node-server";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ReachableAccount } from "../../src/accounts/account.ts";
import { openUris } from "../../src/platform/uris.ts";
import type { Process } from "../../src/processes/process.ts";
import { proposalPages } from "../../src/proposals/pages.ts";
import { getProposal, listDrafts } from "../../src/proposals/queries.ts";
import { assetRoutes } from "../../src/web/assets.ts";
import { aCity, aProcess, aProposal, aResident, type City } from "../support/build.ts";
import { describeInBrowser, launchChromium } from "../support/chromium.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";
import { freePort } from "../support/node-process.ts";
import { openRooms, type Rooms } from "../support/room.ts";

const shots = process.env.SHOTS;
const patience = { timeout: 60_000 };

describeInBrowser("a draft", () => {
  let db: TestDatabase;
  let city: City;
  let rooms: Rooms;
  let squares: Process;
  let origin: string;
  let server: ReturnType<typeof serve>;
  let browser: Browser;
  let author: ReachableAccount;
  beforeAll(async () => {
    db = await openTestDatabase();
    const port = await freePort();
    origin = `http://127.0.0.1:${port}`;
    city = await aCity({ sql: db.sql, uris: openUris(origin) });
    squares = await aProcess(city, { title: "Green squares" });
    author = await aResident(city, { name: "Ane" });
    await aProposal(city, { process: squares, title: "Benches under the plane trees" });
    rooms = await openRooms(db, city, [proposalPages], { isSecure: false });
    rooms.app.route("/", assetRoutes as unknown as typeof rooms.app);
    server = serve({ fetch: rooms.app.fetch, port, hostname: "127.0.0.1" });
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
    await rooms?.[Symbol.asyncDispose]();
    await db?.drop();
  });

  const status = (page: Page) => page.textContent("[data-autosave-status]");
  const signIn = (page: Page) => page.goto(`${origin}/signed-in-as/${author.id}`);
  const drafts = () => listDrafts(db.sql, author.id, null);

  test("similar ones come as the title is typed, and the draft saves itself on every device, losing nothing", async () => {
    const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
    const phone = await context.newPage();
    await signIn(phone);
    await phone.goto(`${origin}/processes/${squares.handle}/proposals/new`);
    await phone.type("#f-title", "A bensh for the park");
    await expect.poll(() => phone.textContent("#similar"), patience).toContain("Benches under the plane trees");
    expect(await phone.getAttribute("#similar", "aria-live")).toBe("polite");
    expect(await phone.evaluate<string>("document.activeElement.id")).toBe("f-title");
    if (shots) await phone.screenshot({ path: `${shots}/title.png`, fullPage: true });
    await phone.click("button:has-text('Go on')");
    await phone.waitForURL("**/edit");
    expect(await phone.inputValue("#f-title")).toBe("A bensh for the park");

    await phone.fill("#f-title", "A bench for the park");
    await phone.fill("#f-body", "So that one can sit.");
    await expect.poll(async () => (await drafts())[0]?.body, patience).toBe("So that one can sit.");
    await expect.poll(() => status(phone), patience).toMatch(/^Saved \d/);
    const [draft] = await drafts();
    expect(draft!.title).toBe("A bench for the park");
    if (shots) await phone.screenshot({ path: `${shots}/form.png`, fullPage: true });

    // A second device, opened now; then the first goes on.
    const desk = await (await browser.newContext()).newPage();
    await signIn(desk);
    await desk.goto(phone.url());
    expect(await desk.inputValue("#f-body")).toBe("So that one can sit.");
    await phone.fill("#f-body", "So that two can sit.");
    await expect.poll(async () => (await getProposal(db.sql, draft!.uri)).body, patience).toBe("So that two can sit.");
    await desk.fill("#f-body", "So that three can sit.");
    await expect.poll(() => status(desk), patience).toContain("changed meanwhile");
    expect((await getProposal(db.sql, draft!.uri)).body).toBe("So that two can sit.");
    await desk.click("button:has-text('Save as a draft')");
    await desk.waitForSelector("#changed");
    expect(await desk.inputValue("#f-body")).toBe("So that three can sit.");
    expect(await desk.textContent("ins")).toContain("two");

    // Signed out while typing: kept here until it can be sent, and no longer.
    await context.clearCookies();
    await phone.fill("#f-body", "So that everybody can sit.");
    await expect.poll(() => status(phone), patience).toContain("you are signed out");
    const keptHere = () => phone.evaluate<string>("JSON.stringify(localStorage)");
    expect(await keptHere()).toContain("everybody");
    if (shots) await phone.screenshot({ path: `${shots}/signed-out.png`, fullPage: true });
    const other = await context.newPage();
    await signIn(other);
    await phone.reload();
    expect(await phone.inputValue("#f-body")).toBe("So that everybody can sit.");
    await expect
      .poll(async () => (await getProposal(db.sql, draft!.uri)).body, patience)
      .toBe("So that everybody can sit.");
    await expect.poll(keptHere, patience).not.toContain("everybody");

    await phone.click("button:has-text('See how it will look')");
    await phone.waitForURL(`**/proposals/${draft!.id}`);
    if (shots) await phone.screenshot({ path: `${shots}/preview.png`, fullPage: true });
    await phone.click("button:has-text('Publish')");
    await phone.waitForSelector("text=Your proposal is public");
    expect(await drafts()).toEqual([]);
  });

  test("sent in the moment in which it is being saved, it is sent with the version that this makes", async () => {
    const page = await (await browser.newContext()).newPage();
    await signIn(page);
    await page.goto(`${origin}/processes/${squares.handle}/proposals/new?step=text`);
    await page.fill("#f-title", "A fountain for the square");
    await page.fill("#f-body", "Water.");
    await expect.poll(() => status(page), patience).toMatch(/^Saved \d/);
    expect(page.url()).toMatch(/\/edit$/);
    const isSent = Promise.withResolvers<void>();
    await page.route("**/edit", async (route) => {
      if (route.request().headers().accept?.startsWith("application/json")) await isSent.promise;
      await route.continue();
    });
    await page.fill("#f-body", "Water, and shade.");
    await expect.poll(() => status(page), patience).toBe("Saving…");
    await page.click("button:has-text('Publish'):visible");
    isSent.resolve();
    await page.waitForSelector("text=Your proposal is public");
    expect(await page.textContent("main")).toContain("Water, and shade.");
  });
});
