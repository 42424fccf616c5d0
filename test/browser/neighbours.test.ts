// Two cities as neighbours in Chromium, over real sockets, in English without scripts and in Arabic with them: one follows the
// other's process and no longer, and answers what the other has made from its own.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { follow } from "../../src/actors/actions.ts";
import { findActor } from "../../src/actors/queries.ts";
import { adoptProcess } from "../../src/adoptions/actions.ts";
import { publishProcess } from "../../src/processes/actions.ts";
import type { Process } from "../../src/processes/process.ts";
import { findProcess } from "../../src/processes/queries.ts";
import { anOfficial, aProcess } from "../support/build.ts";
import { describeInBrowser, launchChromium } from "../support/chromium.ts";
import { type ListeningCities, type ListeningCity, openListeningCities } from "../support/listening.ts";
import { expectPresses } from "../support/pressed.ts";
import { signedIn, textOf } from "../support/walk.ts";

const looks = [
  { lang: "en", hasScripts: false },
  { lang: "ar", hasScripts: true },
] as const;
const patience = { timeout: 60_000, interval: 250 };

describeInBrowser("two cities", () => {
  let net: ListeningCities<"Bilbao" | "Porto">;
  let bilbao: ListeningCity;
  let porto: ListeningCity;
  let browser: Browser;

  beforeAll(async () => {
    [net, browser] = await Promise.all([openListeningCities("Bilbao", "Porto"), launchChromium()]);
    ({ Bilbao: bilbao, Porto: porto } = net.cities);
  });
  afterAll(async () => {
    await browser?.close();
    await net?.[Symbol.asyncDispose]();
  });

  /** What Porto makes from a process of Bilbao's, which Bilbao is then offered. */
  async function adopted(original: Process, title: string): Promise<void> {
    await porto.instance.house.findRemote(original.actorUri!);
    const [us, them] = [
      await findActor(porto.sql, porto.organisation.uri),
      await findActor(porto.sql, original.actorUri!),
    ];
    await follow(porto.sql, porto.uris, us!, them!, new Date());
    const copy = await vi.waitFor(async () => {
      const found = await findProcess(porto.sql, original.uri);
      expect(found).not.toBeNull();
      return found!;
    }, patience);
    const { actorUri: _actor, uri: _uri, id: _id, ...texts } = copy;
    const input = {
      ...{ ...texts, handle: `ruas-${original.handle}`, title: { en: title } },
      ...{ organisationId: porto.organisation.id, categoryIds: [], fromUri: original.uri },
    };
    const made = await adoptProcess(porto.sql, porto.uris, porto.administrator, input, new Date());
    await publishProcess(porto.sql, porto.uris, porto.administrator, made.uri, new Date());
  }

  test.each(looks)("follow each other, and no longer ($lang)", async (look) => {
    const process = await aProcess(bilbao, { title: `Streets ${look.lang}` });
    const official = await anOfficial(porto);
    await using walk = await signedIn(browser, porto, official, { ...look, at: "/network" });
    const { page, t } = walk;
    await page.getByLabel(t("network.address"), { exact: true }).fill(process.actorUri!);
    await walk.press(t("network.look-up"));
    await walk.says(`Streets ${look.lang}`);
    await walk.see();
    await walk.send("/network/following");
    await walk.see();
    const heading = page.getByRole("heading", { name: t("network.following"), exact: true });
    // The process itself is shown above, among those of other cities.
    const followed = walk.main.locator("section").filter({ has: heading });
    const card = followed.locator(".card", { hasText: `Streets ${look.lang}` });
    await expect
      .poll(async () => {
        await walk.open("/network");
        return await textOf(card);
      }, patience)
      .toContain(t("network.state-accepted"));
    await walk.see();
    await walk.send("/network/unfollowing", card);
    await expect
      .poll(async () => {
        await walk.open("/network");
        return await card.count();
      }, patience)
      .toBe(0);
    await walk.see();
    const following = () =>
      bilbao.sql`select from follow join actor on actor.id = followed_id where actor.uri = ${process.actorUri!}`;
    await expect.poll(async () => (await following()).length, patience).toBe(0);
    expect(walk.faults).toEqual([]);
  });

  test.each(looks)("answer what was made from theirs: yes, and no ($lang)", async (look) => {
    const wanted = await aProcess(bilbao, { title: `Trees ${look.lang}`, handle: `trees-${look.lang}` });
    const unwanted = await aProcess(bilbao, { title: `Cars ${look.lang}`, handle: `cars-${look.lang}` });
    await adopted(wanted, `Trees of Porto ${look.lang}`);
    await adopted(unwanted, `Cars of Porto ${look.lang}`);
    const official = await anOfficial(bilbao);
    await using walk = await signedIn(browser, bilbao, official, { ...look, at: "/desk" });
    const offer = (title: string) => walk.main.locator("article", { hasText: `${title} of Porto ${look.lang}` });
    for (const title of ["Trees", "Cars"]) {
      await expect
        .poll(async () => {
          await walk.open("/desk");
          return await offer(title).count();
        }, patience)
        .toBe(1);
    }
    await walk.see();
    await walk.send(/^\/adoptions\/[^/]+\/acceptance$/, offer("Trees"));
    await walk.open("/desk");
    await walk.send(/^\/adoptions\/[^/]+\/refusal$/, offer("Cars"));
    await walk.open("/desk");
    expect(await walk.main.locator("article", { hasText: "of Porto" }).count()).toBe(0);
    await walk.see();
    await walk.open(`/processes/${wanted.handle}`);
    await walk.says(`Trees of Porto ${look.lang}`);
    await walk.see();
    await walk.open(`/processes/${unwanted.handle}`);
    expect(await walk.text()).not.toContain("Cars of Porto");
    expect(walk.faults).toEqual([]);
  });

  test("each of these was pressed", () => expectPresses(import.meta.url));
});
