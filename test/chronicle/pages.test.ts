// The history of a record as people read it: the mark on the page of a thing, what was checked, what changed, what was not
// taken; and in a real browser.
import type { AddressInfo } from "node:net";
import { AxeBuilder } from "@axe-core/playwright";
import { type ServerType, serve } from "@hono/node-server";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { chroniclePages } from "../../src/chronicle/pages.ts";
import { writeTallies } from "../../src/chronicle/tally-actions.ts";
import { writeThreads } from "../../src/chronicle/thread-actions.ts";
import { hideSubject, reinstateSubject } from "../../src/moderation/actions.ts";
import { newId } from "../../src/platform/ids.ts";
import { minuteMs } from "../../src/platform/time.ts";
import { openUris } from "../../src/platform/uris.ts";
import { changeProcess } from "../../src/processes/actions.ts";
import { processPages } from "../../src/processes/pages.ts";
import type { Process } from "../../src/processes/process.ts";
import { editProposal, withdrawProposal } from "../../src/proposals/actions.ts";
import { proposalPages } from "../../src/proposals/pages.ts";
import type { Proposal } from "../../src/proposals/proposal.ts";
import { findHead } from "../../src/records/queries.ts";
import { historyPath } from "../../src/records/views.ts";
import { resultPages } from "../../src/results/pages.ts";
import {
  aCity,
  aComment,
  aModerator,
  aProcess,
  aProcessText,
  aProposal,
  aProposalText,
  aResident,
  aResult,
  type City,
} from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";
import { openRooms, type Rooms } from "../support/room.ts";

const now = new Date("2026-03-01T12:00:00Z");
const later = (minutes: number) => new Date(+now + minutes * minuteMs);
let db: TestDatabase;
let city: City;
let rooms: Rooms;
let server: ServerType;
let process: Process;
let proposal: Proposal;
beforeAll(async () => {
  db = await openTestDatabase();
  // Opened first: the address is part of every URI.
  server = serve({ fetch: (request) => rooms.app.fetch(request), port: 0, hostname: "127.0.0.1" });
  await new Promise((resolve) => server.once("listening", resolve));
  const uris = openUris(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  city = await aCity({ sql: db.sql, uris }, { now });
  rooms = await openRooms(
    db,
    city,
    [(house) => processPages(house), (house) => proposalPages(house), resultPages, chroniclePages],
    { now: later(60), isSecure: false },
  );
  process = await aProcess(city, { now, title: "Shade in the schoolyards" });
  const by = await aResident(city, { now, name: "Miren Agirre" });
  const text = aProposalText({
    title: "Trees beside the school",
    body: "Plane trees along the wall, **twelve** of them.",
  });
  proposal = await aProposal(city, { process, by, now, ...text });
  const input = {
    ...text,
    body: "Lime trees along the wall, **fourteen** of them.",
    images: [],
    organisationId: null,
    version: 1,
  };
  await editProposal(db.sql, by, proposal.uri, input, later(1));
  const moderator = await aModerator(city, { now });
  await hideSubject(db.sql, moderator, proposal.uri, "Names a neighbour.", later(2));
  await reinstateSubject(db.sql, moderator, proposal.uri, later(3));
  await withdrawProposal(db.sql, by, proposal.uri, later(4));
  await aComment(city, { on: proposal, now: later(5) }).catch(() => null);
  await writeTallies(db.sql, later(10));
  await writeThreads(db.sql, later(10));
});
afterAll(async () => {
  expect(rooms.faults).toEqual([]);
  server.close();
  await rooms[Symbol.asyncDispose]();
  await db.drop();
});

test("a thing says that it is signed, and its history what was checked, by which key and what changed", async () => {
  const visitor = await rooms.visitor();
  await visitor.open(`/proposals/${proposal.id}`);
  expect(visitor.text).toContain("Signed");
  expect(visitor.text).toContain("Version 5");
  await visitor.follow("All versions, and what changed");
  const { text } = visitor;
  expect(text).toContain("Each version follows the one before; none is missing and none stands beside another.");
  expect(text).toContain("Every signature was made with a key of the publisher that was valid then.");
  expect(text).toContain(`${city.organisation.uri}#multikey-2`);
  expect(text).toContain("Names a neighbour.");
  expect(text).not.toContain("Does not hold");
  expect(text).toContain("Taken out: Plane");
  expect(text).toContain("Added: Lime");
  expect(text).toContain("Added: Withdrawn");
  expect(text).toContain("Counts");
  const head = await findHead(db.sql, proposal.uri);
  const page = await (await rooms.app.request(`${city.uris.origin}${historyPath(proposal.id)}`)).text();
  expect(page).toContain(`href="/records/${head!.digest}"`);
  expect(page).toContain(`href="/records/${head!.digest}/part"`);
});

test("structured data is a list of what changed, in words and by language", async () => {
  const change = {
    ...aProcessText(process),
    title: { en: "Shade in the schoolyards", eu: "Itzala eskoletan" },
    languages: ["en", "eu"],
    supportLimit: 3,
    phases: process.phases,
    categoryIds: [],
  };
  await changeProcess(db.sql, city.administrator, process.uri, change, later(20));
  const visitor = await rooms.visitor();
  await visitor.open(historyPath(process.id));
  expect(visitor.text).toContain("Title eu");
  expect(visitor.text).toContain("Itzala eskoletan");
  expect(visitor.text).toContain("Rules supportLimit");
});

test("what is hidden keeps its chain and shows no words; what is no thing of ours has no page", async () => {
  const hidden = await aResult(city, { process, now, title: "A wall of secrets" });
  await hideSubject(db.sql, await aModerator(city, { now }), hidden.uri, "A mistake.", later(30));
  const page = await rooms.app.request(`${city.uris.origin}${historyPath(hidden.id)}`);
  expect(page.status).toBe(200);
  const text = await page.text();
  expect(text).not.toContain("wall of secrets");
  expect(text).toContain("A mistake.");
  expect(text).not.toContain("/part");
  for (const id of [newId(now), "nothing"]) {
    expect((await rooms.app.request(`${city.uris.origin}${historyPath(id)}`)).status).toBe(404);
  }
  const draft = await aProcess(city, { now, isDraft: true });
  expect((await rooms.app.request(`${city.uris.origin}${historyPath(draft.id)}`)).status).toBe(404);
});

test("a version that was changed in the database does not hold, and a fork that was refused is shown", async () => {
  const forged = await aProposal(city, { process, by: await aResident(city, { now }), now: later(1) });
  const head = (await findHead(db.sql, forged.uri))!;
  const document = head.document.replace('"state":"published"', '"state":"accepted"');
  await db.sql`update record set document = ${document} where digest = ${head.digest}`;
  await db.sql`
    insert into record_refusal (id, subject_uri, digest, reason, source, document, at)
    values (${newId(now)}, ${forged.uri}, ${`sha256-${"A".repeat(43)}`}, 'fork', 'https://mirror.example', '{}', ${now})`;
  const visitor = await rooms.visitor();
  await visitor.open(historyPath(forged.id));
  expect(visitor.text).toContain("Does not hold");
  expect(visitor.text).toContain("A file is not the one its name says.");
  expect(visitor.text).toContain("A signature does not fit.");
  expect(visitor.text).toContain("A second version beside one that is known.");
  expect(visitor.text).toContain("mirror.example");
});

const chromiumPath = inject("chromiumPath");
describe.skipIf(chromiumPath === null)("in Chromium", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: chromiumPath!, args: ["--no-sandbox"] });
  });
  afterAll(() => browser?.close());

  test.each([
    { colorScheme: "light", widthPixels: 1200 },
    { colorScheme: "dark", widthPixels: 360 },
  ] as const)(
    "axe finds nothing and nothing sticks out, $colorScheme at $widthPixels pixels",
    async ({ colorScheme, widthPixels }) => {
      const context = await browser.newContext({ colorScheme, viewport: { width: widthPixels, height: 800 } });
      const page = await context.newPage();
      for (const path of [historyPath(proposal.id), historyPath(process.id), `/proposals/${proposal.id}`]) {
        await page.goto(`${city.uris.origin}${path}`);
        // What stands open on a wide screen has nothing to press.
        for (const summary of await page.locator("main details > summary").all()) {
          if (await summary.isVisible()) await summary.click();
        }
        const { violations } = await new AxeBuilder({ page }).analyze();
        expect(violations.map(({ id, nodes }) => `${path} ${id}: ${nodes[0]?.html}`)).toEqual([]);
        const overhang = await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
        expect(overhang, path).toBeLessThanOrEqual(0);
      }
      await context.close();
    },
  );
});
