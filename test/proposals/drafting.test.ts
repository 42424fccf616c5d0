// From a title to a published proposal in a few steps without a script, and what a script asks while one types.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ReachableAccount } from "../../src/accounts/account.ts";
import { hideSubject } from "../../src/moderation/actions.ts";
import { processPages } from "../../src/processes/pages.ts";
import type { Process } from "../../src/processes/process.ts";
import { draftProposal } from "../../src/proposals/actions.ts";
import { proposalPages } from "../../src/proposals/pages.ts";
import { draftsMax } from "../../src/proposals/proposal.ts";
import { findProposal, getProposal, listDrafts } from "../../src/proposals/queries.ts";
import { listSimilar, tellingWords } from "../../src/proposals/tried-queries.ts";
import { aCity, aProcess, aProposal, aProposalText, aResident, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";
import { openRooms, type Rooms } from "../support/room.ts";
import type { Visitor } from "../support/visit.ts";

const now = new Date();
let db: TestDatabase;
let city: City;
let rooms: Rooms;
let process: Process;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db);
  rooms = await openRooms(db, city, [processPages, proposalPages], { now });
  process = await aProcess(city, { title: "Green squares", languages: ["en", "es", "ar"], now });
});
afterAll(async () => {
  expect(rooms.faults).toEqual([]);
  await rooms[Symbol.asyncDispose]();
  await db.drop();
});

const aWriter = (name = "Ane", locale = "en") => aResident(city, { name, locale, now });
const newPath = () => `/processes/${process.handle}/proposals/new`;

/** What a script sends from a form that is open. */
async function post(visitor: Visitor, path: string, fields: Record<string, string>, accept = "application/json") {
  const [, csrf = ""] = visitor.html.match(/name="csrf" value="([^"]+)"/) ?? [];
  const cookie = [...visitor.cookies].map((pair) => pair.join("=")).join("; ");
  const body = new URLSearchParams({ csrf, ...fields });
  const headers = { accept, cookie, origin: city.uris.origin, "sec-fetch-site": "same-origin" };
  return await rooms.app.fetch(new Request(new URL(path, city.uris.origin), { method: "POST", body, headers }));
}

describe("without a script", () => {
  test("title, what there is already, text, a look, and it is public", async () => {
    const there = await aProposal(city, { process, title: "Drinking fountains in every park", now });
    const by = await aWriter();
    const visitor = await rooms.visitor(by);
    await visitor.open(newPath());
    await visitor.fill("Title", "Park").press("Go on");
    expect(visitor.status).toBe(422);
    expect(visitor.value("Title")).toBe("Park");
    await visitor.fill("Title", "A drinking fountain by the river").press("Go on");
    expect(visitor.url.pathname).toMatch(/^\/proposals\/[0-9a-f-]+\/edit$/);
    expect(visitor.value("Title")).toBe("A drinking fountain by the river");
    expect(visitor.text).toContain("Drinking fountains in every park");
    expect(visitor.text).toContain("no answer yet");
    await visitor.press("See how it will look");
    await visitor.press("Publish");
    expect(visitor.status).toBe(422);
    expect(visitor.html).toContain('href="#f-body"');
    await visitor.fill("Your proposal", "Water for **everyone**.").press("See how it will look");
    expect(visitor.all("strong")).toContain("everyone");
    expect(visitor.text).toContain("only you can see it");
    await visitor.press("Publish");
    expect(visitor.text).toContain("Your proposal is public.");
    expect(await findProposal(db.sql, there.uri)).not.toBeNull();
    expect(await listDrafts(db.sql, by.id, null)).toEqual([]);
  });

  test("who supports another one instead keeps the draft, finds it again and throws it away after a question", async () => {
    const there = await aProposal(city, { process, title: "Awnings over the market stalls", now });
    const by = await aWriter();
    const visitor = await rooms.visitor(by);
    await visitor.open(newPath());
    await visitor.fill("Title", "An awning for the market").press("Look for similar proposals");
    expect(visitor.url.pathname).toBe(newPath());
    await visitor.press("Support this one instead", { near: "Awnings over the market stalls" });
    expect(visitor.url.pathname).toBe(`/proposals/${there.id}`);
    expect(visitor.text).toContain("Your draft is kept among your drafts.");
    await visitor.open("/account/proposals");
    expect(visitor.text).toContain("An awning for the market");
    await visitor.press("Yes, throw it away");
    await visitor.open("/account/proposals");
    expect(visitor.text).toContain("No drafts");
  });

  test("the same in Arabic, from right to left", async () => {
    await aProposal(city, { process, title: "مظلات فوق ساحة الملعب", language: "ar", now });
    const visitor = await rooms.visitor(await aWriter("ليلى", "ar"));
    await visitor.open(newPath());
    expect(visitor.html).toContain('dir="rtl"');
    await visitor.fill("العنوان", "مظلة للملعب الصغير").press("متابعة");
    expect(visitor.text).toContain("مظلات فوق ساحة الملعب");
    await visitor.fill("مقترحك", "ظل في الصيف.").press("معاينة");
    await visitor.press("نشر");
    expect(visitor.all("h1")).toEqual(["مظلة للملعب الصغير"]);
    expect(visitor.text).toContain("ليلى");
  });
});

describe("similar ones are found", () => {
  const titles = async (title: string) =>
    (await listSimilar(db.sql, { processUri: process.uri, title, exceptUri: "", limit: 5 })).map((one) => one.title);
  beforeAll(async () => {
    await aProposal(city, { process, title: "Bicycle lanes to the schools", now });
    await aProposal(city, { process, title: "Más árboles en la avenida", language: "es", now });
    await aProposal(city, { process, title: "Playground for small children", now });
    await aProposal(city, { process, title: "A draft about bicycles", isDraft: true, now });
  });

  test.each([
    ["in another form of the word", "Bicycles and a lane", "Bicycle lanes to the schools"],
    ["without accents, in the plural or not", "Un arbol para cada niño", "Más árboles en la avenida"],
    ["with a letter that is missing", "A plaground near us", "Playground for small children"],
    ["in another order", "Children small: a playground", "Playground for small children"],
  ])("%s", async (_how, typed, found) => expect(await titles(typed)).toContain(found));

  test("but no draft, nothing for small words, and nothing for what nobody has proposed", async () => {
    expect(await titles("Bicycle")).not.toContain("A draft about bicycles");
    expect(tellingWords("Para los que viven con esto")).toEqual(["viven"]);
    expect(await titles("Zeppelins")).toEqual([]);
  });

  test("but nothing of a process that is hidden, and nothing beside it", async () => {
    const rude = await aProcess(city, { title: "Gondolas", now });
    await aProposal(city, { process: rude, title: "Gondolas on the canal", now });
    expect(await titles("A gondola")).toEqual(["Gondolas on the canal"]);
    await hideSubject(city.sql, city.administrator, rude.uri, "A mistake.", now);
    expect(await titles("A gondola")).toEqual([]);
    const visitor = await rooms.visitor(await aWriter());
    await visitor.open(newPath());
    const asked = { title: "A gondola", process: rude.uri, except: "" };
    expect((await post(visitor, "/proposals/similar", asked, "*/*")).status).toBe(404);
  });

  test("as a part of a page for the script, only for who is signed in", async () => {
    const visitor = await rooms.visitor(await aWriter());
    await visitor.open(newPath());
    const asked = { title: "Bicycle lanes", process: process.uri, except: "" };
    const answer = await post(visitor, "/proposals/similar", asked, "*/*");
    const html = await answer.text();
    expect(html).toContain("Bicycle lanes to the schools");
    expect(html).not.toContain("<html");
    const nobody = await rooms.visitor();
    await nobody.open("/sign-in");
    expect((await post(nobody, "/proposals/similar", asked, "*/*")).status).not.toBe(200);
  });
});

describe("a draft that saves itself", () => {
  let by: ReachableAccount;
  let visitor: Visitor;
  const typed = { title: "A swing for grown-ups", body: "High.", language: "en", stage: "draft" };
  beforeAll(async () => {
    by = await aWriter();
    visitor = await rooms.visitor(by);
    await visitor.open(`${newPath()}?step=text`);
  });
  const once = () => visitor.html.match(/name="once" value="([^"]+)"/)![1]!;

  test("is made once, then goes on under its own address", async () => {
    const saved = await post(visitor, newPath(), { ...typed, once: once() });
    const first = (await saved.json()) as { url: string };
    expect(first).toMatchObject({ version: 1, said: expect.stringMatching(/^Saved \d/) });
    const again = await (await post(visitor, newPath(), { ...typed, once: once(), body: "Higher." })).json();
    expect(again).toMatchObject({ url: first.url, version: 2 });
    const next = await post(visitor, first.url, { ...typed, body: "Highest.", version: "2" });
    expect(await next.json()).toMatchObject({ version: 3 });
    const [draft] = await listDrafts(db.sql, by.id, null);
    expect(draft).toMatchObject({ body: "Highest.", state: "draft" });
  });

  test("tells the later of two devices, and overwrites nothing", async () => {
    const [draft] = await listDrafts(db.sql, by.id, null);
    const late = await post(visitor, `/proposals/${draft!.id}/edit`, { ...typed, body: "Lower.", version: "2" });
    const twice = await post(visitor, `/proposals/${draft!.id}/edit`, { ...typed, body: "Highest.", version: "2" });
    expect(await twice.json()).toMatchObject({ version: 3 });
    expect(late.status).toBe(409);
    expect(await late.json()).toMatchObject({ isChanged: true });
    expect((await getProposal(db.sql, draft!.uri)).body).toBe("Highest.");
  });

  test("says what is too much, and changes nothing that is public", async () => {
    const [draft] = await listDrafts(db.sql, by.id, null);
    const path = `/proposals/${draft!.id}/edit`;
    const long = await post(visitor, path, { ...typed, body: "x".repeat(20_001), version: "3" });
    expect(await long.json()).toMatchObject({ isChanged: false, why: "Not saved: Write at most 20,000 characters." });
    await visitor.open(path);
    await visitor.press("Publish");
    const after = await post(visitor, path, { ...typed, body: "Sneaked in.", version: "1" });
    expect(after.status).toBe(409);
    expect((await getProposal(db.sql, draft!.uri)).body).toBe("Highest.");
    const { stage: _stage, ...bare } = typed;
    expect((await post(visitor, path, { ...bare, version: "1" })).status).toBe(404);
  });

  test("is one of so many, and the next is refused in words", async () => {
    const hoarder = await aWriter();
    for (let kept = 0; kept < draftsMax; kept += 1) {
      await draftProposal(db.sql, city.uris, hoarder, { ...aProposalText(), processUri: process.uri }, now);
    }
    const full = await rooms.visitor(hoarder);
    await full.open(newPath());
    await full.fill("Title", "One draft too many").press("Go on");
    expect(full.status).toBe(409);
    expect(full.text).toContain(`You have ${draftsMax} drafts`);
    expect(full.value("Title")).toBe("One draft too many");
  });
});

test("who was signed out while writing reads all that was typed, and sends it once signed in again", async () => {
  const by = await aWriter();
  const visitor = await rooms.visitor(by);
  await visitor.open(`${newPath()}?step=text`);
  const body = "A long story about the square. ".repeat(20).trim();
  await visitor.fill("Title", "Lights for the dark corner").fill("Your proposal", body);
  visitor.cookies.clear();
  await visitor.press("Publish");
  expect(visitor.html).toContain(body);
  // A fresh token, and still nobody: what was typed stays.
  await visitor.press("Send it again");
  expect(visitor.status).toBe(401);
  expect(visitor.html).toContain(body);
  const { cookies } = await rooms.visitor(by);
  for (const [name, value] of cookies) visitor.cookies.set(name, value);
  await visitor.press("Send it again");
  await visitor.press("Send it again");
  expect(visitor.all("h1")).toEqual(["Lights for the dark corner"]);
});
