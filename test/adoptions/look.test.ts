// The pages of adoption in a real browser: nothing axe can see is wrong, nothing sticks out of a phone, in both directions.
import { AxeBuilder } from "@axe-core/playwright";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Account } from "../../src/accounts/account.ts";
import { follow } from "../../src/actors/actions.ts";
import { findActor } from "../../src/actors/queries.ts";
import { adoptProcess } from "../../src/adoptions/actions.ts";
import type { LineageFacts } from "../../src/adoptions/lineage.ts";
import { keepLineage, keepSilence, promiseLineage } from "../../src/adoptions/lineage-actions.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { publishProcess } from "../../src/processes/actions.ts";
import type { Process } from "../../src/processes/process.ts";
import { findProcess } from "../../src/processes/queries.ts";
import { findProposal } from "../../src/proposals/queries.ts";
import { anOfficial, aPhase, aProcess, aProposal, aResident, aResult } from "../support/build.ts";
import { describeInBrowser, launchChromium } from "../support/chromium.ts";
import { type Network, openNetwork } from "../support/network.ts";
import { openReader } from "../support/reader.ts";
import type { Visitor } from "../support/visit.ts";

/** Where to leave pictures of the pages, for a person to look at. */
const picturesDir = process.env.PICTURES_DIR ?? null;
type City = "bilbao" | "porto";

describeInBrowser("the pages of adoption", () => {
  let net: Network<City>;
  let browser: Browser;
  let original: Process;
  let adopted: Process;
  const paths: Record<string, string> = {};
  const readers = {} as Record<City, Visitor>;
  const officials = {} as Record<City, Account>;

  beforeAll(async () => {
    browser = await launchChromium();
    net = await openNetwork("bilbao", "porto");
    const { bilbao, porto } = net.nodes;
    const now = net.clock.now();
    for (const name of ["bilbao", "porto"] as const) {
      officials[name] = await anOfficial(net.nodes[name], { now });
      readers[name] = await openReader(net.nodes[name], officials[name]);
    }
    original = await aProcess(bilbao, {
      now,
      handle: "streets",
      title: "Streets for children before school and after it",
      languages: ["ca", "en"],
      summary: { ca: "Com fem que el camí a l’escola sigui segur?", en: "How does the way to school become safe?" },
      description: {
        ca: "Tancarem **sis carrers** al trànsit durant un curs.",
        en: "We close **six streets** for a school year.",
      },
      goals: { ca: "Menys cotxes davant de les escoles." },
      indicator: { code: "SDG 11.2", name: "Cotxes a les 9", unit: "%", baseline: "40", target: "10" },
      isPilot: true,
      pilotArea: "Casco Viejo",
      supportLimit: 5,
      phases: [
        aPhase(now, { title: "Ideas", startsInDays: -1, endsInDays: 29 }),
        aPhase(now, { title: "Trial", permits: ["comment"], startsInDays: 29, endsInDays: 59 }),
      ],
    });
    const proposal = await aProposal(bilbao, {
      process: original,
      by: await aResident(bilbao, { now }),
      now,
      title: "Benches under plane trees",
    });
    await aResult(bilbao, {
      process: original,
      title: "Six streets closed",
      proposalUris: [proposal.uri],
      costAmount: "48000",
      costCurrency: "EUR",
      now,
    });
    await net.settle();
    const found = await porto.instance.house.findRemote("@streets@bilbao.test");
    const [us, them] = [await findActor(porto.sql, porto.organisation.uri), await findActor(porto.sql, found.uri)];
    await follow(porto.sql, porto.uris, us!, them!, now);
    await net.settle();
    const copy = (await findProcess(porto.sql, original.uri))!;
    const { actorUri: _actor, uri: _uri, id: _id, ...texts } = copy;
    const input = {
      ...texts,
      handle: "ruas",
      title: { en: "Streets for children in Porto" },
      organisationId: porto.organisation.id,
      categoryIds: [],
      fromUri: original.uri,
    };
    adopted = await adoptProcess(porto.sql, porto.uris, officials.porto, input, now);
    await publishProcess(porto.sql, porto.uris, officials.porto, adopted.uri, now);
    const open = await aProcess(porto, { now, handle: "open", title: "Porto in shade" });
    await net.settle();
    await growTree(porto.sql);
    const benches = (await findProposal(porto.sql, proposal.uri))!;
    paths.form = `/processes/${copy.id}/adoption`;
    paths.copy = `/processes/${copy.id}`;
    paths.idea = `/proposals/${benches.id}/adoption`;
    paths.lineage = `/processes/ruas/lineage?compare=${encodeURIComponent(adopted.uri)}`;
    paths.adopted = "/processes/ruas";
    paths.tried = `/processes/${open.handle}/proposals/new?title=${encodeURIComponent("Benches in the park")}`;
    paths.desk = "/desk";
  });
  afterAll(async () => {
    await browser?.close();
    await net?.[Symbol.asyncDispose]();
  });

  /** What other cities made of Porto's, as their own servers said it. */
  async function growTree(sql: Network<City>["nodes"]["porto"]["sql"]): Promise<void> {
    const now = net.clock.now();
    const places = [
      ["https://lyon.test/processes/rues", adopted.uri, { fr: "Des rues pour les enfants" }],
      ["https://alger.test/processes/shawari", "https://lyon.test/processes/rues", { ar: "شوارع للأطفال في الجزائر" }],
      ["https://oran.test/processes/shawari", adopted.uri, { ar: "شوارع آمنة" }],
    ] as const;
    await withTransaction(sql, async (tx) => {
      for (const [uri, parent, title] of places) {
        const wish = {
          uri,
          treeUri: adopted.uri,
          depth: 1,
          sourceHost: new URL(parent).host,
          expectsUri: parent,
        } as const;
        await promiseLineage(tx, { ...wish, by: "listed" }, now);
        const facts: LineageFacts = {
          ...{ kind: "process", url: uri, title, text: title, organisation: "", organisationUri: null, state: "open" },
          ...{
            startsAt: now.toISOString(),
            endsAt: null,
            phases: [],
            supportLimit: null,
            indicator: null,
            decision: "scale",
          },
          outcome: { results: { done: 2 }, costs: [{ amount: "1200.00", currency: "EUR" }] },
        };
        await keepLineage(tx, { uri, facts, from: { uri: parent, digest: null } }, now);
      }
      await keepSilence(tx, "https://oran.test/processes/shawari", now);
    });
  }

  test.each([
    ["form", "porto", 360, "en", "light"],
    ["form", "porto", 1200, "en", "light"],
    ["form", "porto", 1200, "ar", "dark"],
    ["idea", "porto", 360, "fr", "dark"],
    ["idea", "porto", 1200, "en", "light"],
    ["lineage", "porto", 360, "en", "light"],
    ["lineage", "porto", 1200, "en", "dark"],
    ["lineage", "porto", 1200, "ar", "light"],
    ["lineage", "porto", 360, "ar", "dark"],
    ["copy", "porto", 1200, "es", "light"],
    ["adopted", "porto", 360, "ca", "light"],
    ["tried", "porto", 1200, "en", "light"],
    ["desk", "bilbao", 1200, "en", "light"],
    ["desk", "bilbao", 360, "ar", "light"],
  ] as const)("%s of %s at %i px, %s, %s", async (name, city, width, lang, colorScheme) => {
    const node = net.nodes[city];
    const context = await browser.newContext({ viewport: { width, height: 900 }, locale: lang, colorScheme });
    await node.sql`update account set locale = ${lang}`;
    await context.addCookies(
      [...readers[city].cookies].map(([key, value]) => ({ name: key, value, url: node.uris.origin })),
    );
    await context.route("**/*", async (route) => {
      const asked = route.request();
      const headers = await asked.allHeaders();
      const plain = Object.fromEntries(Object.entries(headers).filter(([key]) => !key.startsWith(":")));
      const response = await node.instance.fetch(new Request(asked.url(), { headers: plain }));
      const answered = Object.fromEntries(response.headers);
      await route.fulfill({
        status: response.status,
        headers: answered,
        body: Buffer.from(await response.arrayBuffer()),
      });
    });
    const page = await context.newPage();
    const response = await page.goto(node.uris.at(paths[name]!));
    expect(response?.status()).toBe(200);
    expect(await page.locator("html").getAttribute("lang")).toBe(lang);
    if (picturesDir !== null)
      await page.screenshot({ path: `${picturesDir}/${name}-${width}-${lang}.png`, fullPage: true });
    const { violations } = await new AxeBuilder({ page: page as never }).analyze();
    expect(violations.map(({ id, nodes }) => ({ id, html: nodes.map((one) => one.html) }))).toEqual([]);
    const excess = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
    expect(excess).toBe(0);
    await context.close();
  });
});
