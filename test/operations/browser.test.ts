import { expect, test } from "vitest";
import { describeInBrowser, launchChromium } from "../support/chromium.ts";

describeInBrowser("the browser that the tests use", () => {
  test("draws a page", async () => {
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      await page.setContent("<title>Koinon</title><h1 lang=ar dir=rtl>المشترك</h1>");
      expect(await page.title()).toBe("Koinon");
      expect(await page.getByRole("heading").textContent()).toBe("المشترك");
    } finally {
      await browser.close();
    }
  });
});
