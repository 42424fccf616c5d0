// An account is closed in Chromium, in English and in Arabic, between two cities over real sockets: what stood under a name at home
// and at the other city stands there without it, and the page of erasures says that the other city has confirmed.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { follow } from "../../src/actors/actions.ts";
import { findActor } from "../../src/actors/queries.ts";
import type { Process } from "../../src/processes/process.ts";
import { supportProposal } from "../../src/proposals/support-actions.ts";
import { aComment, aProcess, aProposal, aResident } from "../support/build.ts";
import { describeInBrowser, launchChromium } from "../support/chromium.ts";
import { type ListeningCities, type ListeningCity, openListeningCities } from "../support/listening.ts";
import { openWalk, signedIn, textOf, type Walk } from "../support/walk.ts";

const patience = { timeout: 60_000, interval: 250 };
const looks = [
  { lang: "en", hasScripts: true },
  { lang: "ar", hasScripts: true },
  { lang: "ar", hasScripts: false },
] as const;

describeInBrowser("a person who leaves", () => {
  let net: ListeningCities<"Bilbao" | "Porto">;
  let bilbao: ListeningCity;
  let porto: ListeningCity;
  let browser: Browser;
  let process: Process;

  beforeAll(async () => {
    [net, browser] = await Promise.all([openListeningCities("Bilbao", "Porto"), launchChromium()]);
    ({ Bilbao: bilbao, Porto: porto } = net.cities);
    process = await aProcess(bilbao, { handle: "green-squares", title: "Twelve green squares" });
    await porto.instance.house.findRemote(process.actorUri!);
    const [us, them] = [
      await findActor(porto.sql, porto.organisation.uri),
      await findActor(porto.sql, process.actorUri!),
    ];
    await follow(porto.sql, porto.uris, us!, them!, new Date());
    const following = () =>
      bilbao.sql`select from follow join actor on actor.id = followed_id where actor.uri = ${process.actorUri!}`;
    await vi.waitFor(async () => expect(await following()).toHaveLength(1), patience);
  });
  afterAll(async () => {
    await browser?.close();
    await net?.[Symbol.asyncDispose]();
  });

  /** Reads a page until it says this, or no longer says it. */
  const reads = (walk: Walk, path: string, words: string, isThere = true) => {
    const seen = expect.poll(async () => {
      await walk.open(path);
      return await walk.text();
    }, patience);
    return isThere ? seen.toContain(words) : seen.not.toContain(words);
  };

  test.each(looks)("takes the name along, here and there ($lang, scripts: $hasScripts)", async (look) => {
    const name = `Nahia Leaving ${look.lang} ${look.hasScripts}`;
    const nahia = await aResident(bilbao, { name });
    const title = `A slide for all ages ${look.lang} ${look.hasScripts}`;
    const proposal = await aProposal(bilbao, { process, by: nahia, title });
    const words = `Mine would be red, ${look.lang} ${look.hasScripts}.`;
    await aComment(bilbao, { on: proposal, by: nahia, body: words });
    await supportProposal(bilbao.sql, nahia, proposal.uri, new Date());
    await using there = await openWalk(browser, porto, look);
    const { t } = there;
    await reads(there, "/processes", process.title.en!);
    await there.follow(process.title.en!);
    await there.main.getByRole("link", { name: new RegExp(`^${t("processes.tab.proposals")}`) }).click();
    const link = there.main.getByRole("link", { name: title });
    await expect
      .poll(async () => {
        await there.page.reload();
        return await link.count();
      }, patience)
      .toBeGreaterThan(0);
    await link.first().click();
    const mirrored = new URL(there.page.url()).pathname;
    await reads(there, mirrored, words);
    await reads(there, mirrored, name);
    await there.see();

    // What goes and what stays, before anyone decides.
    await using walk = await signedIn(browser, bilbao, nahia, { ...look, at: "/account" });
    await walk.see();
    await walk.follow(t("accounts.data-open"));
    await walk.says(t("own-data.closing-proposals", { count: 1 }));
    expect(await walk.text()).toContain(new URL(porto.origin).host.replace(/:.*/, ""));
    await walk.see();
    await walk.follow(t("own-data.closing-link"));
    for (const kind of ["proposals", "comments", "supports"] as const) {
      await walk.says(t(`own-data.closing-${kind}`, { count: 1 }));
    }
    await walk.see();
    await walk.press(t("accounts.closing-confirm"));
    await walk.says(t("field.required"));
    await walk.see();
    await walk.page.getByLabel(t("accounts.closing-sure")).check();
    await walk.press(t("accounts.closing-confirm"));
    await walk.page.getByText(t("accounts.closed")).first().waitFor();
    await walk.see();

    // Neither page says the name, both say the words.
    await reads(walk, `/proposals/${proposal.id}`, name, false);
    for (const text of [title, words]) expect(await walk.text()).toContain(text);
    await walk.see();
    await reads(there, mirrored, name, false);
    for (const text of [title, words]) expect(await there.text()).toContain(text);
    await there.see();

    // And the other city has confirmed.
    await using admin = await signedIn(browser, bilbao, bilbao.administrator, {
      ...look,
      at: "/desk/erasures?show=all",
    });
    await expect
      .poll(async () => {
        await admin.open("/desk/erasures?show=all");
        return await textOf(admin.main.locator(".card", { hasText: proposal.uri }));
      }, patience)
      .toContain(t("erasures.node-confirmed"));
    await admin.see();
    expect([there, walk, admin].flatMap(({ faults }) => faults)).toEqual([]);
  });
});
