// The pages of proposals, walked through by the text of labels, links and buttons.
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { processPages } from "../../src/processes/pages.ts";
import { proposalPages } from "../../src/proposals/pages.ts";
import { getProposal } from "../../src/proposals/queries.ts";
import { aCity, aGuest, anOfficial, aProcess, aProposal, aResident, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";
import { openRooms, type Rooms } from "../support/room.ts";

let db: TestDatabase;
let city: City;
let rooms: Rooms;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db);
  rooms = await openRooms(db, city, [processPages, proposalPages]);
});
afterAll(async () => {
  expect(rooms.faults).toEqual([]);
  await rooms[Symbol.asyncDispose]();
  await db.drop();
});
beforeEach(() => rooms.setNow(new Date()));

test("a resident proposes: a draft first, then for everyone", async () => {
  const process = await aProcess(city, { title: "Green squares" });
  const resident = await aResident(city, { name: "Ane Etxeberria" });
  const visitor = await rooms.visitor(resident);
  await visitor.open(`/processes/${process.handle}`);
  expect(visitor.status).toBe(200);
  await visitor.open(`/processes/${process.handle}/proposals`);
  await visitor.follow("Make a proposal");
  visitor.fill("Title", "Shade over the playground");
  visitor.fill("Your proposal", "Trees, **not** parasols.\n<script>alert(1)</script>");
  await visitor.press("Save as a draft");
  expect(visitor.text).toContain("The draft is saved");
  const draftPath = visitor.url.pathname;
  await visitor.press("Publish");
  expect(visitor.text).toContain("Your proposal is public");
  expect(visitor.all("h1")).toEqual(["Shade over the playground"]);
  expect(visitor.all("strong")).toContain("not");
  expect(visitor.html).not.toContain("<script>alert");
  expect(visitor.text).toContain("Ane Etxeberria");
  expect(draftPath).toBe(`${visitor.url.pathname}/edit`);
  const reader = await rooms.visitor();
  await reader.open(`/processes/${process.handle}/proposals`);
  await reader.follow("Shade over the playground");
  expect(reader.status).toBe(200);
});

test("supports are given and taken back by residents, likes stand apart", async () => {
  const process = await aProcess(city, { supportLimit: 1 });
  const [one, other] = [await aProposal(city, { process }), await aProposal(city, { process })];
  const visitor = await rooms.visitor(await aResident(city));
  await visitor.open(`/proposals/${one.id}`);
  await visitor.press("Support");
  expect(visitor.text).toContain("1 verified resident supports this");
  await visitor.press("Like");
  expect(await getProposal(db.sql, one.uri)).toMatchObject({ supportCount: 1, likeCount: 1 });
  await visitor.open(`/proposals/${other.id}`);
  expect(visitor.hasButton("Support")).toBe(false);
  expect(visitor.text).toContain("You have given the only support this process allows.");
  await visitor.open(`/proposals/${one.id}`);
  await visitor.press("Take my support back");
  expect(visitor.text).toContain("0 verified residents support this");
});

test("an official answers with reasons, cost and term", async () => {
  const process = await aProcess(city);
  const proposal = await aProposal(city, { process });
  const visitor = await rooms.visitor(await anOfficial(city, { process }));
  await visitor.open(`/proposals/${proposal.id}`);
  await visitor.follow("Give the official answer");
  visitor.check("Accepted");
  visitor.fill("Reasons", "We will plant **twelve** trees.");
  visitor.fill("Cost", "12500,50");
  visitor.fill("When", "spring 2027");
  await visitor.press("Publish the answer");
  expect(visitor.status).toBe(200);
  expect(visitor.text).toContain("We will plant twelve trees.");
  expect(visitor.text).toContain("€12,500.50");
  const guest = await rooms.visitor(await aGuest(city));
  await guest.open(`/proposals/${proposal.id}`);
  expect(guest.linkTo("Give the official answer")).toBeNull();
  await guest.open(`/proposals/${proposal.id}/answer`);
  expect(guest.status).toBe(403);
});
