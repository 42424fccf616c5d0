// Two and five who write a proposal together, on a phone and wide: nobody is cut off, nothing sticks out, nothing axe can see is wrong.
import type { AddressInfo } from "node:net";
import { AxeBuilder } from "@axe-core/playwright";
import { type ServerType, serve } from "@hono/node-server";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ReachableAccount } from "../../src/accounts/account.ts";
import { openUris } from "../../src/platform/uris.ts";
import { processPages } from "../../src/processes/pages.ts";
import type { Process } from "../../src/processes/process.ts";
import { acceptInvitation, inviteCoauthor } from "../../src/proposals/coauthor-actions.ts";
import { coauthorPages } from "../../src/proposals/coauthor-pages.ts";
import { proposalPages } from "../../src/proposals/pages.ts";
import type { Proposal } from "../../src/proposals/proposal.ts";
import { aCity, aProcess, aProposal, aResident, aStranger, type City } from "../support/build.ts";
import { describeInBrowser, launchChromium } from "../support/chromium.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";
import { openRooms, type Rooms } from "../support/room.ts";

const now = new Date("2026-03-01T12:00:00Z");
const secret = "a secret of this test that is long enough";
/** Where to leave pictures of the pages, for a person to look at. */
const picturesDir = process.env.PICTURES_DIR ?? null;

const two = ["Miren Goikoetxea", "Jon"];
const five = [
  "Miren Goikoetxea",
  "Maria de les Neus Puigdollers i Casademont",
  "فاطمة الزهراء بن عبد الله",
  "Jon",
  "Wolfeschlegelsteinhausenbergerdorff",
];

describeInBrowser("the names of those who write together", () => {
  let db: TestDatabase;
  let city: City;
  let rooms: Rooms;
  let server: ServerType;
  let browser: Browser;
  let around: Process;
  let copy: Process;
  let author: ReachableAccount;
  const proposals = new Map<string, Proposal>();

  beforeAll(async () => {
    db = await openTestDatabase();
    server = serve({ fetch: (request) => rooms.app.fetch(request), port: 0, hostname: "127.0.0.1" });
    await new Promise((resolve) => server.once("listening", resolve));
    const uris = openUris(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    city = await aCity({ sql: db.sql, uris }, { now });
    const rooms_ = [processPages, proposalPages, (house: Rooms["house"]) => coauthorPages(house, { secret })];
    rooms = await openRooms(db, city, rooms_, { now, isSecure: false });
    around = await aProcess(city, { now, title: "Green squares" });
    author = await aResident(city, { now, name: two[0]! });
    proposals.set("two", await written("Shade over the playground", two));
    proposals.set("five", await written("A fountain for those who wait", five));
    copy = await aCopy();
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
    await rooms?.[Symbol.asyncDispose]();
    await db?.drop();
  });

  async function written(title: string, [, ...others]: readonly string[]): Promise<Proposal> {
    const proposal = await aProposal(city, { process: around, by: author, now, title });
    for (const [index, name] of others.entries()) {
      const at = new Date(+now + index * 1_000);
      const link = await inviteCoauthor(db.sql, secret, author, proposal.uri, { email: null }, at);
      await acceptInvitation(db.sql, await aResident(city, { now, name }), link, at);
    }
    return proposal;
  }

  /** Another city's process, as a copy of it stands here. */
  async function aCopy(): Promise<Process> {
    const theirs = await aProcess(city, { now, title: "Names for our streets", callToAction: { en: "Name a street" } });
    const actor = await aStranger(city, { host: "porto.example", handle: "names", type: "Group", now });
    const uri = "https://porto.example/processes/names";
    await db.sql`update subject set origin = 'https://porto.example', url = ${uri}, author_id = ${actor.id} where uri = ${theirs.uri}`;
    return theirs;
  }

  const pages = {
    proposal: (which) => `/proposals/${proposals.get(which)!.id}`,
    list: () => `/processes/${around.handle}/proposals`,
    people: (which) => `/proposals/${proposals.get(which)!.id}/coauthors`,
    copy: () => `/processes/${copy.id}`,
  } satisfies Record<string, (which: string) => string>;

  test.each([
    { what: "proposal", which: "two", width: 390, lang: "en", scheme: "light", shown: "Miren Goikoetxea and Jon" },
    { what: "proposal", which: "five", width: 390, lang: "en", scheme: "light", shown: `and ${five[4]}` },
    { what: "proposal", which: "five", width: 390, lang: "ar", scheme: "dark", shown: `و${five[4]}` },
    { what: "proposal", which: "five", width: 1280, lang: "en", scheme: "dark", shown: `and ${five[4]}` },
    { what: "list", which: "five", width: 390, lang: "en", scheme: "light", shown: `and ${five[4]}` },
    { what: "list", which: "five", width: 1280, lang: "ar", scheme: "light", shown: `و${five[4]}` },
    { what: "people", which: "five", width: 390, lang: "en", scheme: "light", shown: five[1]! },
    { what: "copy", which: "two", width: 390, lang: "en", scheme: "light", shown: "Name a street (at porto.example)" },
    { what: "copy", which: "two", width: 1280, lang: "ar", scheme: "dark", shown: "Name a street" },
  ] as const)("$what of $which, $width px, $lang, $scheme", async (one) => {
    const { what, which, width, lang, scheme, shown } = one;
    const context = await browser.newContext({ viewport: { width, height: 900 }, locale: lang, colorScheme: scheme });
    await db.sql`update account set locale = ${lang}`;
    const page = await context.newPage();
    if (what === "people") await page.goto(`${city.uris.origin}/signed-in-as/${author.id}`);
    const answer = await page.goto(`${city.uris.origin}${pages[what](which)}`);
    expect(answer?.status()).toBe(200);
    if (picturesDir) {
      const path = `${picturesDir}/${what}-${which}-${width}-${lang}-${scheme}.png`;
      await page.screenshot({ path, fullPage: true });
    }
    expect(await page.locator("main").textContent()).toContain(shown);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
    await context.close();
  });
});
