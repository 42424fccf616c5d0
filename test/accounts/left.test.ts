// What people wrote stays when they leave, and nobody else is made to have said it.
import { afterAll, beforeAll, expect, test } from "vitest";
import { closeAccount } from "../../src/accounts/actions.ts";
import { forgetCommenter } from "../../src/comments/actions.ts";
import { commentPages } from "../../src/comments/pages.ts";
import { processPages } from "../../src/processes/pages.ts";
import { forgetProposer } from "../../src/proposals/forget-proposer.ts";
import { proposalPages } from "../../src/proposals/pages.ts";
import { proposalPath } from "../../src/proposals/proposal.ts";
import { aCity, aComment, aProcess, aProposal, aResident, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";
import { openRooms, type Rooms } from "../support/room.ts";

const now = new Date("2026-03-01T10:00:00Z");
let db: TestDatabase;
let city: City;
let rooms: Rooms;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db, { now });
  rooms = await openRooms(db, city, [processPages, proposalPages, commentPages], { now });
});
afterAll(async () => {
  await rooms[Symbol.asyncDispose]();
  await db.drop();
});

test("their proposal and comment stand in the name of someone who left, never in the city's", async () => {
  const process = await aProcess(city, { title: "Shade for the Riera", now });
  const eva = await aResident(city, { name: "Eva Esparza", now });
  const proposal = await aProposal(city, { process, by: eva, now });
  const comment = await aComment(city, { on: proposal, by: eva, body: "What an insult.", now });
  const reader = await rooms.visitor();
  await reader.open(proposalPath(proposal));
  expect(reader.text).toContain("Eva Esparza");

  await closeAccount(db.sql, eva, [forgetProposer, forgetCommenter], now);
  const said = "Someone who closed their account";
  await reader.open(proposalPath(proposal));
  const [head, talk] = reader.text.split("What an insult.")[0]!.split("1 comment");
  for (const part of [head, talk]) expect(part).toContain(said);
  expect(reader.text).not.toContain("Eva Esparza");
  expect(reader.text).not.toContain("account on this site");
  await reader.open(`/comments/${comment.id}`);
  expect(reader.title).toContain(said);
  await reader.open(`/processes/${process.handle}/proposals`);
  expect(reader.text).toContain(said);
  const feed = await rooms.app.request(`/processes/${process.handle}/proposals/feed.atom`);
  const xml = await feed.text();
  expect(xml).toContain(`<name>${said}`);
  expect(xml).not.toContain("<author><name>Shade for the Riera");
});
