// The lists of the desk by keyboard: j and k walk, Enter opens, and nothing happens while someone types.
import { serve } from "@hono/node-server";
import { expect, test } from "vitest";
import { workDeskPages } from "../../src/desk/pages.ts";
import { openUris } from "../../src/platform/uris.ts";
import { assetRoutes } from "../../src/web/assets.ts";
import { aCity, aProcess, aProposal } from "../support/build.ts";
import { describeInBrowser, launchChromium } from "../support/chromium.ts";
import { openTestDatabase } from "../support/database.ts";
import { freePort } from "../support/node-process.ts";
import { openRooms } from "../support/room.ts";

describeInBrowser("the desk", () => {
  test("is walked with j, k and Enter, which the page says", async () => {
    const db = await openTestDatabase();
    const port = await freePort();
    const origin = `http://127.0.0.1:${port}`;
    const city = await aCity({ sql: db.sql, uris: openUris(origin) });
    const process = await aProcess(city);
    const [first, second] = [await aProposal(city, { process }), await aProposal(city, { process })];
    await using rooms = await openRooms(db, city, [workDeskPages], { isSecure: false });
    rooms.app.route("/", assetRoutes as unknown as typeof rooms.app);
    const server = serve({ fetch: rooms.app.fetch, port, hostname: "127.0.0.1" });
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      await page.goto(`${origin}/signed-in-as/${city.administrator.id}`);
      await page.goto(`${origin}/desk/answers`);
      expect(await page.isVisible("[data-key-help]")).toBe(true);
      const focused = () => page.evaluate<string>("document.activeElement.textContent");
      const seen: string[] = [];
      for (const key of ["j", "j", "j", "k"]) {
        await page.keyboard.press(key);
        seen.push(await focused());
      }
      expect(seen).toEqual([first.title, second.title, second.title, first.title]);
      await page.focus("select[name=process]");
      await page.keyboard.press("j");
      expect(await page.evaluate<string>("document.activeElement.tagName")).toBe("SELECT");
      await page.focus(`a[href$="${second.id}"]`);
      await page.keyboard.press("Enter");
      await page.waitForURL(`**/desk/proposals/${second.id}`);
      const plain = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
      await plain.goto(`${origin}/signed-in-as/${city.administrator.id}`);
      await plain.goto(`${origin}/desk/answers`);
      expect(await plain.isVisible("[data-key-help]")).toBe(false);
      expect(await plain.isVisible(`a[href$="${second.id}"]`)).toBe(true);
    } finally {
      await browser.close();
      server.close();
      await db.drop();
    }
  });
});
