// Threads and the moderators' desk in a real browser: nothing axe can see is wrong, nothing sticks out of a phone, and a
// reply is written with the keyboard alone.
import type { AddressInfo } from "node:net";
import { AxeBuilder } from "@axe-core/playwright";
import { type ServerType, serve } from "@hono/node-server";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import type { Account } from "../../src/accounts/account.ts";
import type { Comment } from "../../src/comments/comment.ts";
import { commentPages, threadOn } from "../../src/comments/pages.ts";
import { readCommentTexts } from "../../src/comments/queries.ts";
import { hideSubject, reportSubject } from "../../src/moderation/actions.ts";
import { moderationPages } from "../../src/moderation/pages.ts";
import { openUris } from "../../src/platform/uris.ts";
import type { House } from "../../src/ports.ts";
import { processPages } from "../../src/processes/pages.ts";
import type { Process } from "../../src/processes/process.ts";
import { aCity, aComment, aProcess, aRemoteComment, aResident, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";
import { openRooms, type Rooms } from "../support/room.ts";

const chromiumPath = inject("chromiumPath");
const now = new Date("2026-03-01T12:00:00Z");

describe.skipIf(chromiumPath === null)("in Chromium", () => {
  let db: TestDatabase;
  let city: City;
  let rooms: Rooms;
  let server: ServerType;
  let browser: Browser;
  let process: Process;
  let comment: Comment;
  let ane: Account;

  beforeAll(async () => {
    db = await openTestDatabase();
    // Opened first: the address is part of every URI.
    server = serve({ fetch: (request) => rooms.app.fetch(request), port: 0, hostname: "127.0.0.1" });
    await new Promise((resolve) => server.once("listening", resolve));
    const uris = openUris(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    city = await aCity({ sql: db.sql, uris }, { now });
    const processes = (house: House) => processPages(house, threadOn(house));
    const desk = (house: House) => moderationPages(house, { comment: readCommentTexts });
    rooms = await openRooms(db, city, [commentPages, processes, desk], { now, isSecure: false });
    process = await aProcess(city, { now });
    ane = await aResident(city, { name: "Ane Etxebarria", now });
    comment = await aComment(city, { on: process, by: ane, stance: "for", body: "A bench under each tree.", now });
    const answer = await aRemoteComment(city, {
      on: comment,
      html: `<p>${"long".repeat(60)}</p>`,
      language: "es",
      now,
    });
    const hidden = await aComment(city, { on: process, stance: "against", now });
    const report = { category: "spam", reason: "It advertises a shop", isForwarded: false } as const;
    await reportSubject(db.sql, ane, { ...report, subjectUri: answer.uri }, now);
    await hideSubject(db.sql, city.administrator, hidden.uri, "Names a neighbour", now);
    browser = await chromium.launch({ executablePath: chromiumPath!, args: ["--no-sandbox"] });
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
    await rooms?.[Symbol.asyncDispose]();
    await db?.drop();
  });

  async function open(account: Account, path: string, widthPixels: number, locale: string): Promise<Page> {
    const context = await browser.newContext({ viewport: { width: widthPixels, height: 900 }, locale });
    const page = await context.newPage();
    await page.goto(city.uris.at(`/signed-in-as/${account.id}`));
    await page.goto(city.uris.at(path));
    return page;
  }

  test.each([
    {
      name: "a thread on a phone in Arabic",
      by: () => ane,
      path: () => new URL(process.uri).pathname,
      width: 320,
      lang: "ar",
    },
    { name: "the page of a comment", by: () => ane, path: () => `/comments/${comment.id}`, width: 1280, lang: "en" },
    { name: "the desk on a phone", by: () => city.administrator, path: () => "/moderation", width: 320, lang: "fr" },
    {
      name: "a case",
      by: () => city.administrator,
      path: () => `/moderation/things/${comment.id}`,
      width: 1280,
      lang: "ca",
    },
  ])("$name", async ({ by, path, width, lang }) => {
    const page = await open(by(), path(), width, lang);
    const { violations } = await new AxeBuilder({ page: page as never }).analyze();
    expect(violations.map(({ id, nodes }) => ({ id, html: nodes.map((node) => node.html) }))).toEqual([]);
    const excess = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
    expect(excess).toBe(0);
    await page.context().close();
  });

  test("a reply is written without a mouse", async () => {
    const page = await open(ane, new URL(process.uri).pathname, 1280, "en");
    const first = page.locator(`#comment-${comment.id}`);
    await first.locator("summary", { hasText: "Reply" }).focus();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    await page.keyboard.type("And water.");
    await page.keyboard.press("Tab");
    await Promise.all([page.waitForURL(/#comment-/), page.keyboard.press("Enter")]);
    expect(await page.locator(".replies .prose", { hasText: "And water." }).count()).toBe(1);
    expect(rooms.faults).toEqual([]);
    await page.context().close();
  });
});
