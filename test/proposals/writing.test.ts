// How people write proposals, through the forms; and everything wrong that can be typed into them.
import sharp from "sharp";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Account } from "../../src/accounts/account.ts";
import { commentPages } from "../../src/comments/pages.ts";
import { dayMs, minuteMs } from "../../src/platform/time.ts";
import { processPages } from "../../src/processes/pages.ts";
import type { Process } from "../../src/processes/process.ts";
import { editProposal } from "../../src/proposals/actions.ts";
import { proposalPages } from "../../src/proposals/pages.ts";
import { getProposal, listDrafts, listProposals } from "../../src/proposals/queries.ts";
import {
  aCity,
  aGuest,
  anAssociation,
  aPhase,
  aProcess,
  aProposal,
  aProposalText,
  aResident,
  type City,
} from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";
import { openRooms, type Rooms } from "../support/room.ts";
import type { Visitor } from "../support/visit.ts";

const now = new Date();
let db: TestDatabase;
let city: City;
let rooms: Rooms;
let process: Process;
let author: Account;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db);
  rooms = await openRooms(db, city, [processPages, proposalPages, commentPages]);
  process = await aProcess(city, { title: "Green squares", now });
  author = await aResident(city, { name: "Ane Etxeberria" });
});
afterAll(async () => {
  expect(rooms.faults).toEqual([]);
  await rooms[Symbol.asyncDispose]();
  await db.drop();
});
beforeEach(() => rooms.setNow(now));

const openNew = async (by: Account = author): Promise<Visitor> =>
  (await rooms.visitor(by)).open(`/processes/${process.handle}/proposals/new?step=text`);
const published = () => listProposals(db.sql, { processUri: process.uri, order: "newest", after: null, limit: 1_000 });
const drafted = () => listDrafts(db.sql, author.id, process.uri);
const aPhoto = async (background = "#36a") =>
  new File(
    [
      new Uint8Array(
        await sharp({ create: { width: 40, height: 30, channels: 3, background } })
          .png()
          .toBuffer(),
      ),
    ],
    "photo.png",
  );

test("a draft is its author's alone until it is published", async () => {
  const visitor = await rooms.visitor(author);
  await visitor.open(`/processes/${process.handle}/proposals`);
  await visitor.follow("Make a proposal");
  visitor.fill("Title", "Shade over the playground");
  await visitor.press("Save as a draft");
  expect(visitor.text).toContain("The draft is saved");
  const path = visitor.url.pathname.replace("/edit", "");
  for (const other of [await rooms.visitor(), await rooms.visitor(await aGuest(city))]) {
    expect((await other.open(path)).status).toBe(404);
    expect((await other.open(`${path}/history`)).status).toBe(404);
  }
  visitor.fill("Your proposal", "Trees, **not** parasols.\n<script>alert(1)</script>");
  await visitor.press("Publish");
  expect(visitor.url.pathname).toBe(path);
  expect(visitor.all("h1")).toEqual(["Shade over the playground"]);
  expect(visitor.all("strong")).toContain("not");
  expect(visitor.html).not.toContain("<script>alert");
  expect(visitor.text).toContain("Ane Etxeberria");
  expect((await (await rooms.visitor()).open(path)).status).toBe(200);
});

describe("what is wrong is said at its field, with all that was typed, and nothing is kept", () => {
  const wrong: readonly [string, (form: Visitor) => unknown, string, string][] = [
    ["a title too short", (form) => form.fill("Title", "Trees"), "Write at least 8 characters", "f-title"],
    ["no text", (form) => form.fill("Your proposal", " \n "), "This is needed.", "f-body"],
    [
      "a text of 1 MB",
      (form) => form.fill("Your proposal", "x".repeat(1_000_000)),
      "Write at most 20,000 characters",
      "f-body",
    ],
    [
      "a place beyond the pole",
      (form) => form.fill("Latitude", "91").fill("Longitude", "2"),
      "The largest value is 90",
      "f-latitude",
    ],
    ["half a place", (form) => form.fill("Latitude", "41,4"), "This is needed.", "f-longitude"],
    ["a place in words", (form) => form.fill("Latitude", "north").fill("Longitude", "2"), "not a number", "f-latitude"],
    [
      "a picture that is none",
      (form) => form.attach("Picture 1", new File(["<html>"], "photo.png", { type: "image/png" })),
      "not a picture that can be read",
      "f-image-0",
    ],
  ];
  test.each(wrong)("%s", async (_what, mistake, said, field) => {
    const before = [await published(), await drafted()];
    const visitor = await openNew();
    visitor.fill("Title", "A bench in the shade").fill("Your proposal", "So that one can sit.");
    visitor.fill("Address or place", "As it was typed");
    mistake(visitor);
    await visitor.press("Publish");
    expect(visitor.status).toBe(422);
    expect(visitor.text).toContain(said);
    expect(visitor.html).toContain(`href="#${field}"`);
    expect(visitor.value("Address or place")).toBe("As it was typed");
    if (field !== "f-title") expect(visitor.value("Title")).toBe("A bench in the shade");
    expect([await published(), await drafted()]).toEqual(before);
  });

  test("a file over 10 MB", async () => {
    const visitor = await openNew();
    visitor
      .fill("Title", "A bench in the shade")
      .attach("Picture 1", new File([new Uint8Array(10_000_001)], "big.png"));
    await visitor.press("Publish");
    expect(visitor.status).toBe(413);
    expect(visitor.html).toContain('href="#f-image-0"');
    expect(visitor.value("Title")).toBe("A bench in the shade");
  });
});

test("a picture needs words before it is published, and is not asked for twice", async () => {
  const visitor = await openNew();
  visitor.fill("Title", "A picture of the square").fill("Your proposal", "See for yourself.");
  visitor.attach("Picture 1", await aPhoto());
  await visitor.press("Publish");
  expect(visitor.status).toBe(422);
  expect(visitor.html).toContain('href="#f-image-0-alt"');
  visitor.fill("What picture 1 shows", "The square, empty");
  visitor.attach("Picture 2", await aPhoto("#a36")).fill("What picture 2 shows", "The square, full");
  await visitor.press("Publish");
  expect(visitor.html).toContain('alt="The square, empty"');
  const [proposal] = await published();
  expect(proposal!.images).toMatchObject([
    { alt: "The square, empty", width: 40, height: 30, mediaType: "image/jpeg" },
    { alt: "The square, full", width: 40, height: 30 },
  ]);
  const response = await rooms.app.fetch(new Request(proposal!.images[0]!.url));
  expect(response.status).toBe(200);
  await visitor.follow("Edit the proposal");
  visitor.check("Take picture 1 away");
  await visitor.press("Save the changes");
  expect((await getProposal(db.sql, proposal!.uri)).images).toMatchObject([{ alt: "The square, full" }]);
});

test("a draft that saved itself meanwhile takes nothing from the form that is sent after it, nor from what it has", async () => {
  const visitor = await openNew();
  const title = "A bench that was nearly lost";
  visitor.fill("Title", title).fill("Your proposal", "So that one can sit.");
  visitor.attach("Picture 1", new File(["<html>"], "photo.png", { type: "image/png" }));
  await visitor.press("Publish");
  expect(visitor.status).toBe(422);
  const value = (name: string) => new RegExp(`name="${name}" value="([^"]+)"`).exec(visitor.html)![1]!;
  const saveItself = async () => {
    const values = { csrf: value("csrf"), once: value("once"), title, body: "So that one can sit.", language: "en" };
    const cookie = [...visitor.cookies].map((pair) => pair.join("=")).join("; ");
    const headers = { accept: "application/json", cookie, origin: city.uris.origin, "sec-fetch-site": "same-origin" };
    const url = `${city.uris.origin}/processes/${process.handle}/proposals/new`;
    return await rooms.app.fetch(new Request(url, { method: "POST", headers, body: new URLSearchParams(values) }));
  };
  expect((await saveItself()).status).toBe(200);
  visitor.attach("Picture 1", await aPhoto()).fill("What picture 1 shows", "The bench");
  const before = visitor.html;
  await visitor.press("Save as a draft");
  expect(visitor.status).toBe(200);
  const kept = async () => (await drafted()).find((draft) => draft.title === title);
  expect((await kept())?.images).toMatchObject([{ alt: "The bench" }]);
  visitor.html = before;
  expect((await saveItself()).status).toBe(200);
  const draft = (await kept())!;
  expect(draft.images).toMatchObject([{ alt: "The bench" }]);
  await visitor.open(`/proposals/${draft.id}/edit`);
  await visitor.press("Publish");
  expect((await getProposal(db.sql, draft.uri)).images).toMatchObject([{ alt: "The bench" }]);
});

test("a form sent twice makes one proposal, with the same address", async () => {
  const visitor = await openNew();
  const once = /name="once" value="([^"]+)"/.exec(visitor.html)![1]!;
  const send = async (body: string) => {
    const page = await openNew();
    const csrf = /name="csrf" value="([^"]+)"/.exec(page.html)![1]!;
    const values = { csrf, once, title: "Sent by an impatient finger", body, language: "en" };
    const cookie = [...page.cookies].map((pair) => pair.join("=")).join("; ");
    const url = `${city.uris.origin}/processes/${process.handle}/proposals/new`;
    const headers = { cookie, origin: city.uris.origin, "sec-fetch-site": "same-origin" };
    return rooms.app.fetch(new Request(url, { method: "POST", headers, body: new URLSearchParams(values) }));
  };
  const responses = await Promise.all([send("One text."), send("One text."), send("One text.")]);
  expect(responses.map(({ status }) => status)).toEqual([303, 303, 303]);
  expect(new Set(responses.map(({ headers }) => headers.get("location")))).toEqual(new Set([`/proposals/${once}`]));
  expect((await published()).filter(({ title }) => title === "Sent by an impatient finger")).toHaveLength(1);
  const events = await db.sql`select from event where subject_uri = ${city.uris.proposal(once)}`;
  expect(events).toHaveLength(1);
});

test("an id from the future, or of someone else, is not taken", async () => {
  const other = await aProposal(city, { process, by: await aResident(city), now });
  for (const [once, status] of [
    ["ffffffff-ffff-7fff-8fff-ffffffffffff", 403],
    [other.id, 403],
  ] as const) {
    const visitor = await openNew();
    const csrf = /name="csrf" value="([^"]+)"/.exec(visitor.html)![1]!;
    const values = { csrf, once, title: "Always on top of the list", body: "Me.", language: "en" };
    const cookie = [...visitor.cookies].map((pair) => pair.join("=")).join("; ");
    const headers = { cookie, origin: city.uris.origin, "sec-fetch-site": "same-origin" };
    const request = new Request(visitor.url, { method: "POST", headers, body: new URLSearchParams(values) });
    expect((await rooms.app.fetch(request)).status).toBe(status);
  }
  expect((await published()).some(({ title }) => title === "Always on top of the list")).toBe(false);
});

test("similar proposals are shown beside the title, and what was typed stays", async () => {
  await aProposal(city, { process, title: "A fountain for the old market" });
  const visitor = await openNew();
  visitor.fill("Title", "Fountain by the harbour").fill("Your proposal", "Cold water.");
  await visitor.press("Look for similar proposals");
  expect(visitor.status).toBe(200);
  expect(visitor.linkTo("A fountain for the old market")).toMatch(/^\/proposals\//);
  expect(visitor.value("Your proposal")).toBe("Cold water.");
  expect(await drafted()).toEqual([]);
});

test("a member speaks for an association, and nobody else does", async () => {
  const association = await anAssociation(city, { name: "Bizi Auzoa" });
  const member = await aGuest(city, { memberOf: association });
  const visitor = await openNew(member);
  visitor.fill("Title", "Space for neighbours").fill("Your proposal", "A room with a kitchen.").check("Bizi Auzoa");
  await visitor.press("Publish");
  expect(visitor.text).toContain("Bizi Auzoa association");
  expect((await getProposal(db.sql, city.uris.at(visitor.url.pathname))).organisationName).toBe("Bizi Auzoa");
  expect((await openNew()).text).toContain("It appears under the name Ane Etxeberria.");
});

test("a change within the window is marked and compared word by word; after it there is none", async () => {
  const proposal = await aProposal(city, { process, by: author, body: "Six plane trees.", now });
  const visitor = await rooms.visitor(author);
  await visitor.open(`/proposals/${proposal.id}`);
  await visitor.follow("Edit the proposal");
  expect(visitor.text).toContain("You can change it until");
  visitor.fill("Your proposal", "Eight plane trees.");
  await visitor.press("Save the changes");
  await visitor.follow("History of the text");
  expect(visitor.all("ins")).toEqual(["Added: Eight (end)"]);
  expect(visitor.all("del")).toEqual(["Taken out: Six (end)"]);
  rooms.setNow(new Date(now.getTime() + dayMs + minuteMs));
  await visitor.open(`/proposals/${proposal.id}/edit`);
  expect(visitor.status).toBe(409);
  await visitor.open(`/proposals/${proposal.id}`);
  expect(visitor.linkTo("Edit the proposal")).toBeNull();
});

test("what was changed meanwhile is shown beside what was typed, which stays", async () => {
  const proposal = await aProposal(city, { process, by: author, title: "Trees by the river", body: "Ten trees.", now });
  const visitor = await rooms.visitor(author);
  await visitor.open(`/proposals/${proposal.id}/edit`);
  const elsewhere = { ...aProposalText({ title: "Trees by the river", body: "Eleven trees." }), version: 1 };
  await editProposal(db.sql, author, proposal.uri, elsewhere, now);
  visitor.fill("Your proposal", "Twelve trees.");
  await visitor.press("Save the changes");
  expect(visitor.status).toBe(409);
  expect(visitor.value("Your proposal")).toBe("Twelve trees.");
  expect(visitor.all("ins")).toEqual(["Added: Eleven (end)"]);
  expect((await getProposal(db.sql, proposal.uri)).body).toBe("Eleven trees.");
  await visitor.press("Save the changes");
  expect(await getProposal(db.sql, proposal.uri)).toMatchObject({ body: "Twelve trees.", version: 3 });
});

test("a proposal is withdrawn after a question, a draft thrown away, by its author only", async () => {
  const proposal = await aProposal(city, { process, by: author, now });
  const draft = await aProposal(city, { process, by: author, isDraft: true, now });
  const other = await rooms.visitor(await aResident(city));
  expect((await other.open(`/proposals/${proposal.id}/withdrawal`)).status).toBe(403);
  expect((await other.open(`/proposals/${draft.id}/edit`)).status).toBe(404);
  const visitor = await rooms.visitor(author);
  await visitor.open(`/proposals/${proposal.id}`);
  await visitor.follow("Withdraw the proposal");
  expect(visitor.text).toContain("This cannot be undone.");
  await visitor.press("Withdraw it for good");
  expect(visitor.text).toContain("Your proposal is withdrawn.");
  expect(visitor.hasButton("Support")).toBe(false);
  await visitor.open(`/proposals/${draft.id}/edit`);
  await visitor.press("Yes, throw it away");
  expect(visitor.text).toContain("The draft is gone.");
  expect((await visitor.open(`/proposals/${draft.id}`)).status).toBe(404);
});

test("when one cannot propose, the page says why and what to do", async () => {
  const later = await aProcess(city, { phases: [aPhase(now, { startsInDays: 3 })], now });
  const over = await aProcess(city, { phases: [aPhase(now, { permits: ["comment"] })], now });
  const visitor = await rooms.visitor(author);
  await visitor.open(`/processes/${later.handle}/proposals/new`);
  expect(visitor.status).toBe(409);
  expect(visitor.text).toContain("Proposals open on");
  await visitor.open(`/processes/${over.handle}/proposals`);
  expect(visitor.text).toContain("No more proposals are taken in this process.");
  expect(visitor.linkTo("Make a proposal")).toBeNull();
  const stranger = await rooms.visitor();
  await stranger.open(`/processes/${process.handle}/proposals`);
  expect(stranger.linkTo("Sign in to propose")).toContain("/sign-in?back=");
  const late = await openNew();
  late.fill("Title", "Too late for this one").fill("Your proposal", "But kept.");
  rooms.setNow(new Date(now.getTime() + 11 * 60 * minuteMs));
  await db.sql`update phase set ends_at = ${new Date(now.getTime() + minuteMs)} where process_uri = ${process.uri}`;
  await late.press("Publish");
  await db.sql`update phase set ends_at = ${new Date(now.getTime() + 10 * dayMs)} where process_uri = ${process.uri}`;
  expect(late.status).toBe(409);
  expect(late.text).toContain("This phase of the process does not allow it");
  expect(late.value("Your proposal")).toBe("But kept.");
});
