// The pages of erasure in a real browser: nothing axe can see is wrong, nothing sticks out of a phone.
import type { AddressInfo } from "node:net";
import { AxeBuilder } from "@axe-core/playwright";
import { type ServerType, serve } from "@hono/node-server";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Account } from "../../src/accounts/account.ts";
import { deleteComment } from "../../src/comments/actions.ts";
import { keepReceipt, noteTold, untoldErasure } from "../../src/erasures/actions.ts";
import { noteDoubt } from "../../src/erasures/doubt-actions.ts";
import { noteDeliveries, noteNode } from "../../src/erasures/ledger-actions.ts";
import { erasurePages } from "../../src/erasures/pages.ts";
import { copyErasers } from "../../src/front/copy-erasers.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { openUris } from "../../src/platform/uris.ts";
import type { House } from "../../src/ports.ts";
import { proposalPages } from "../../src/proposals/pages.ts";
import type { Proposal } from "../../src/proposals/proposal.ts";
import { aCity, aComment, aProcess, aProposal, aRemoteComment, aResident, type City } from "../support/build.ts";
import { describeInBrowser, launchChromium } from "../support/chromium.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";
import { openRooms, type Rooms } from "../support/room.ts";

const now = new Date("2026-03-01T12:00:00Z");
/** Where to leave pictures of the pages, for a person to look at. */
const picturesDir = process.env.PICTURES_DIR ?? null;

describeInBrowser("the pages of erasure", () => {
  let db: TestDatabase;
  let city: City;
  let rooms: Rooms;
  let server: ServerType;
  let browser: Browser;
  let proposal: Proposal;
  let ane: Account;

  beforeAll(async () => {
    db = await openTestDatabase();
    // Opened first: the address is part of every URI.
    server = serve({ fetch: (request) => rooms.app.fetch(request), port: 0, hostname: "127.0.0.1" });
    await new Promise((resolve) => server.once("listening", resolve));
    const uris = openUris(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    city = await aCity({ sql: db.sql, uris }, { now });
    const erasures = (house: House) => erasurePages(house, copyErasers);
    const proposals = (house: House) => proposalPages(house, async () => []);
    rooms = await openRooms(db, city, [erasures, proposals], { now, isSecure: false });
    const about = await aProcess(city, { now });
    ane = await aResident(city, { name: "Ane Etxebarria", now });
    proposal = await aProposal(city, { process: about, by: ane, now });
    await eraseAComment();
    const elsewhere = await aRemoteComment(city, { on: proposal, html: "<p>From elsewhere</p>", now });
    await withTransaction(db.sql, async (tx) => {
      await noteDoubt(tx, elsewhere.uri, "gone", now);
      await noteDoubt(tx, elsewhere.authorUri!, "other-key", now);
    });
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
    await rooms?.[Symbol.asyncDispose]();
    await db?.drop();
  });

  /** Sent to three servers, two of them nodes, one of which has confirmed. */
  async function eraseAComment(): Promise<void> {
    const comment = await aComment(city, { on: proposal, by: ane, now });
    const inboxes = ["porto.example", "a-node-with-a-rather-long-name.association.example", "mastodon.example"];
    await noteDeliveries(
      db.sql,
      [comment.uri, proposal.uri],
      inboxes.map((host) => ({ inboxUri: `https://${host}/inbox` })),
    );
    for (const host of inboxes.slice(0, 2)) await noteNode(db.sql, `https://${host}/inbox`);
    await deleteComment(db.sql, ane, comment.uri, now);
    await withTransaction(db.sql, async (tx) => {
      const { id } = (await untoldErasure(tx, comment.uri))!;
      const rows = await tx<{ id: number }[]>`select id from known_server`;
      const activityUri = city.uris.activity(id);
      await noteTold(tx, id, { activity: { type: "Delete" }, activityUri, serverIds: rows.map((row) => row.id) }, now);
      await keepReceipt(tx, { activityUri, host: "porto.example", document: { type: "Accept" } }, now);
    });
  }

  test.each([
    { name: "own-phone-ar", by: () => ane, path: () => "/account/erasures", width: 360, lang: "ar", scheme: "light" },
    { name: "own-desktop", by: () => ane, path: () => "/account/erasures", width: 1200, lang: "en", scheme: "light" },
    {
      name: "desk-phone-fr",
      by: () => city.administrator,
      path: () => "/desk/erasures?show=all",
      width: 360,
      lang: "fr",
      scheme: "dark",
    },
    {
      name: "desk-desktop",
      by: () => city.administrator,
      path: () => "/desk/erasures",
      width: 1200,
      lang: "en",
      scheme: "light",
    },
    {
      name: "desk-desktop-ar-dark",
      by: () => city.administrator,
      path: () => "/desk/erasures",
      width: 1200,
      lang: "ar",
      scheme: "dark",
    },
    {
      name: "proposal-phone-es",
      by: () => ane,
      path: () => `/proposals/${proposal.id}/erasure`,
      width: 360,
      lang: "es",
      scheme: "light",
    },
    {
      name: "proposal-desktop-ca",
      by: () => ane,
      path: () => `/proposals/${proposal.id}/erasure`,
      width: 1200,
      lang: "ca",
      scheme: "dark",
    },
  ] as const)("$name", async ({ name, by, path, width, lang, scheme }) => {
    const context = await browser.newContext({ viewport: { width, height: 900 }, locale: lang, colorScheme: scheme });
    await db.sql`update account set locale = ${lang}`;
    const page = await context.newPage();
    await page.goto(city.uris.at(`/signed-in-as/${by().id}`));
    const response = await page.goto(city.uris.at(path()));
    expect(response?.status()).toBe(200);
    expect(await page.locator("html").getAttribute("lang")).toBe(lang);
    const { violations } = await new AxeBuilder({ page: page as never }).analyze();
    expect(violations.map(({ id, nodes }) => ({ id, html: nodes.map((node) => node.html) }))).toEqual([]);
    const excess = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
    expect(excess).toBe(0);
    if (picturesDir !== null) await page.screenshot({ path: `${picturesDir}/${name}.png`, fullPage: true });
    await context.close();
  });
});
