// Terms that changed, met in a real browser: what was typed waits, the page is read with and without scripts, and goes on.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hideSubject } from "../../src/moderation/actions.ts";
import { notify } from "../../src/notices/actions.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { changeSettings } from "../../src/settings/actions.ts";
import { keepTerms } from "../../src/settings/agreement-actions.ts";
import { aGuest, aProcess, aProposal } from "../support/build.ts";
import { describeInBrowser, launchChromium } from "../support/chromium.ts";
import { type ListeningCity, openListeningCity } from "../support/listening.ts";
import { freePort } from "../support/node-process.ts";
import { signedIn } from "../support/walk.ts";

const looks = [
  { lang: "en", hasScripts: true },
  { lang: "ar", hasScripts: false },
  { lang: "ar", hasScripts: true },
] as const;
const words = "Please think of **shade**, and of people who walk slowly.";

describeInBrowser("terms that changed", () => {
  let city: ListeningCity;
  let browser: Browser;
  beforeAll(async () => {
    city = await openListeningCity("Bilbao", { port: await freePort(), peers: [] });
    await keepTerms(city.sql, new Date());
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await city?.[Symbol.asyncDispose]();
  });

  test.each(looks)("wait for an answer, and so does what was typed ($lang, scripts: $hasScripts)", async (look) => {
    const person = await aGuest(city, { name: `Ane ${look.lang}` });
    const proposal = await aProposal(city, { process: await aProcess(city) });
    await using walk = await signedIn(browser, city, person, { ...look, at: `/proposals/${proposal.id}` });
    const { t, main, page } = walk;
    const texts = {
      en: `## Manners\n\nBe kind to everyone (${look.lang}).`,
      ar: `## الآداب\n\nكن لطيفًا مع ${look.hasScripts ? "الجميع" : "الآخرين"}.`,
    };
    const now = new Date();
    await changeSettings(city.sql, city.administrator, "terms", { texts, since: "", asked: now.toISOString() }, now);

    await main.getByLabel(t("comments.body"), { exact: true }).first().fill(words);
    await walk.press(t("comments.publish"));
    await walk.says(t("agreement.title"));
    await walk.see();
    // What was written, and none of what only programs read.
    expect(
      await main.locator("textarea").evaluateAll((all) => all.map((one) => (one as { value?: string }).value)),
    ).toEqual([words]);
    await shoot(page, `agreement-${look.lang}`);
    await walk.press(t("agreement.agree"));
    await walk.says(t("comments.published"));
    const rows = await city.sql`select body from comment where account_id = ${person.id}`;
    expect([rows, walk.faults]).toEqual([[{ body: words }], []]);
  });

  test.each(looks.slice(1))(
    "what one person alone is told reads in both directions ($lang, $hasScripts)",
    async (look) => {
      const person = await aGuest(city, { name: `Jon ${look.lang} ${look.hasScripts}` });
      const proposal = await aProposal(city, {
        by: person,
        process: await aProcess(city),
        title: "Shade for the square",
      });
      await hideSubject(
        city.sql,
        city.administrator,
        proposal.uri,
        "Names a neighbour: Ane, 3.º B",
        new Date(),
        "personal-data",
      );
      const kinds = [
        "residence-number-tried",
        "residence-expiring",
        "report-kept",
        "coauthor-joined",
        "role-given",
      ] as const;
      const data = { on: "2026-12-24", role: "evaluator" };
      await withTransaction(city.sql, async (tx) => {
        for (const kind of kinds) await notify(tx, { accountId: person.id, kind, subjectUri: null, data }, new Date());
      });
      await using walk = await signedIn(browser, city, person, { ...look, at: "/notices" });
      await walk.hears(walk.t("notices.rule", { rule: walk.t("moderation.rule.personal-data") }));
      await walk.see();
      await shoot(walk.page, `notices-${look.lang}`);
      await walk.open("/notices/settings");
      await walk.see();
      await shoot(walk.page, `notices-settings-${look.lang}`);
      expect(walk.faults).toEqual([]);
    },
  );
});

/** For who wants to look: at a phone and a desk, by day and by night. */
async function shoot(page: Page, name: string): Promise<void> {
  const dir = process.env.PICTURES_DIR;
  if (!dir) return;
  const size = page.viewportSize();
  for (const width of [390, 1280]) {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.setViewportSize({ width, height: 844 });
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: `${dir}/${name}-${width}-${colorScheme}.png`, fullPage: true });
    }
  }
  await page.emulateMedia({ colorScheme: null });
  if (size) await page.setViewportSize(size);
}
