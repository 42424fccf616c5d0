// The pages of copies in a real browser: nothing axe can see is wrong, nothing sticks out of a phone.
import type { AddressInfo } from "node:net";
import { AxeBuilder } from "@axe-core/playwright";
import { type ServerType, serve } from "@hono/node-server";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { assumeActors } from "../../src/actors/assumed-actions.ts";
import { networkPages } from "../../src/cities/network-pages.ts";
import { describeMirrored, keepCopy, noteOutcome } from "../../src/mirrors/actions.ts";
import { mirrorPages, showCopy, showMirrored } from "../../src/mirrors/pages.ts";
import { findMirror, type NamedMirror } from "../../src/mirrors/queries.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { openUris } from "../../src/platform/uris.ts";
import type { House } from "../../src/ports.ts";
import { processPages } from "../../src/processes/pages.ts";
import { findProcess } from "../../src/processes/queries.ts";
import { keepRemoteProcess } from "../../src/processes/remote.ts";
import { keepRemoteResult } from "../../src/results/remote.ts";
import { aCity, type City } from "../support/build.ts";
import { describeInBrowser, launchChromium } from "../support/chromium.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";
import { openRooms, type Rooms } from "../support/room.ts";

const now = new Date("2026-03-01T12:00:00Z");
/** Where to leave pictures of the pages, for a person to look at. */
const picturesDir = process.env.PICTURES_DIR ?? null;

describeInBrowser("the pages of copies", () => {
  let db: TestDatabase;
  let city: City;
  let rooms: Rooms;
  let server: ServerType;
  let browser: Browser;
  let silent: NamedMirror;
  let processId: string;

  beforeAll(async () => {
    db = await openTestDatabase();
    // Opened first: the address is part of every URI.
    server = serve({ fetch: (request) => rooms.app.fetch(request), port: 0, hostname: "127.0.0.1" });
    await new Promise((resolve) => server.once("listening", resolve));
    const uris = openUris(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    city = await aCity({ sql: db.sql, uris }, { now });
    const processes = (house: House) => processPages(house, null, (ctx, uri) => showCopy(house, ctx, uri));
    const network = (house: House) => networkPages(house, showMirrored(house));
    rooms = await openRooms(db, city, [mirrorPages, network, processes], { now, isSecure: false });
    await aCopy("bilbao.example", "Shade for every square", "Bilbao", "14000.00");
    silent = await aCopy(
      "a-city-with-a-rather-long-name.example",
      "Streets in front of schools, all day",
      "Porto",
      null,
    );
    await withTransaction(db.sql, async (tx) => {
      const counts = { recordCount: 1_804, keptCount: 1_310, missingCount: 3 };
      await noteOutcome(tx, silent.scopeUri, { state: "unreachable", error: "no-answer", ...counts }, now, 0.5);
      await tx`
        insert into record_refusal (id, subject_uri, digest, reason, source, document, at)
        values (gen_random_uuid(), ${silent.scopeUri}, 'sha256-x', 'fork: a second version 3', ${silent.source}, '{}', ${now})`;
    });
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
    await rooms?.[Symbol.asyncDispose]();
    await db?.drop();
  });

  async function aCopy(host: string, title: string, name: string, costAmount: string | null): Promise<NamedMirror> {
    const uri = `https://${host}/processes/p`;
    const [actor, organisation] = [`https://${host}/actors/p`, `https://${host}/actors/city`];
    await withTransaction(db.sql, async (tx) => {
      const ids = await assumeActors(
        tx,
        [
          { uri: actor, type: "Group", handle: "p", name: title, url: uri },
          { uri: organisation, type: "Organization", handle: "city", name, url: `https://${host}` },
        ],
        now,
      );
      const texts = { promoter: {}, audience: {}, decides: {}, goals: {}, description: {} };
      const pilot = { isPilot: true, pilotArea: `${name}, old town`, pilotDecision: null, pilotReasons: "" };
      const words = { title: { en: title }, summary: { en: "Where people wait, in summer." }, indicator: null };
      const phases = [
        {
          title: { en: "Proposals" },
          description: {},
          startsAt: new Date(+now - 1e9),
          endsAt: new Date(+now + 1e9),
          permits: [],
        },
      ];
      const whose = { actorId: ids.get(actor)!, organisationUri: organisation, handle: "p", languages: ["en"] };
      const times = { publishedAt: now, updatedAt: now };
      await keepRemoteProcess(tx, { uri, url: uri, ...texts, ...pilot, ...words, ...whose, ...times, phases }, now);
      const result = {
        uri: `https://${host}/results/r`,
        url: `https://${host}/results/r`,
        processUri: uri,
        title: "Awnings",
        body: "<p>They stand.</p>",
        language: "en",
        status: "done",
        progress: 100,
        costAmount,
        costCurrency: costAmount === null ? null : "EUR",
        startsOn: null,
        endsOn: null,
        categoryName: "Climate",
        district: "Centre",
        source: null,
        organisationId: ids.get(organisation)!,
        organisationName: name,
        proposalUris: [],
        meetingUris: [],
      } as const;
      await keepRemoteResult(tx, { ...result, ...times }, now);
      await describeMirrored(tx, [uri]);
    });
    await keepCopy(db.sql, city.administrator, { scopeUri: uri, kind: "process", ownOrigin: city.uris.origin }, now);
    const counts = { recordCount: 412, keptCount: 412, missingCount: 0 };
    await noteOutcome(db.sql, uri, { state: "kept", ...counts }, now, 0.5);
    processId = (await findProcess(db.sql, uri))!.id;
    return (await findMirror(db.sql, uri)) as NamedMirror;
  }

  const found = (text: string) => ({ text });
  test.each([
    { name: "network-phone", path: () => "/network", width: 360, lang: "en", scheme: "light", ...found("Shade for") },
    {
      name: "processes-desktop",
      path: () => "/network/processes",
      width: 1200,
      lang: "en",
      scheme: "light",
      ...found("14,000"),
    },
    {
      name: "processes-phone-ar-dark",
      path: () => "/network/processes?theme=Climate&cost=middle",
      width: 360,
      lang: "ar",
      scheme: "dark",
      ...found("Shade for"),
    },
    {
      name: "processes-none-fr",
      path: () => "/network/processes?place=Nowhere",
      width: 1200,
      lang: "fr",
      scheme: "light",
      ...found("Aucune démarche"),
    },
    {
      name: "copies-desktop-dark",
      path: () => "/network/copies",
      width: 1200,
      lang: "en",
      scheme: "dark",
      ...found("1,310 of 1,804"),
    },
    {
      name: "copies-phone-ar",
      path: () => "/network/copies",
      width: 360,
      lang: "ar",
      scheme: "light",
      ...found("Shade for"),
    },
    {
      name: "copy-phone-es",
      path: () => `/network/copies/${silent.id}`,
      width: 360,
      lang: "es",
      scheme: "light",
      ...found("no responde"),
    },
    {
      name: "process-desktop-ca",
      path: () => `/processes/${processId}`,
      width: 1200,
      lang: "ca",
      scheme: "light",
      ...found("no respon en aquest moment"),
    },
  ] as const)("$name", async ({ name, path, width, lang, scheme, text }) => {
    const context = await browser.newContext({ viewport: { width, height: 900 }, locale: lang, colorScheme: scheme });
    await db.sql`update account set locale = ${lang}`;
    const page = await context.newPage();
    await page.goto(city.uris.at(`/signed-in-as/${city.administrator.id}`));
    const response = await page.goto(city.uris.at(path()));
    expect(response?.status()).toBe(200);
    expect(await page.locator("html").getAttribute("lang")).toBe(lang);
    expect(await page.locator("main").textContent()).toContain(text);
    const { violations } = await new AxeBuilder({ page: page as never }).analyze();
    expect(violations.map(({ id, nodes }) => ({ id, html: nodes.map((node) => node.html) }))).toEqual([]);
    const excess = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
    expect(excess).toBe(0);
    if (picturesDir !== null) await page.screenshot({ path: `${picturesDir}/${name}.png`, fullPage: true });
    await context.close();
  });
});
