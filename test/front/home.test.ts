// The front page: what is open and for how long, what one can do there, what changed, and what became of it in numbers.
import { afterAll, beforeAll, expect, test } from "vitest";
import { homePages } from "../../src/front/home-pages.ts";
import { hideSubject } from "../../src/moderation/actions.ts";
import { decideServer } from "../../src/moderation/peer-actions.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { publishNews } from "../../src/processes/news-actions.ts";
import { keepRemoteProcess } from "../../src/processes/remote.ts";
import {
  aCity,
  aModerator,
  anOfficial,
  aPhase,
  aProcess,
  aProposal,
  aResult,
  aStranger,
  type City,
} from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";
import { openRooms, type Rooms } from "../support/room.ts";

const now = new Date("2026-03-10T10:00:00Z");
let db: TestDatabase;
let city: City;
let rooms: Rooms;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db, { now });
  rooms = await openRooms(db, city, [homePages], { now });
});
afterAll(async () => {
  expect(rooms.faults).toEqual([]);
  await rooms[Symbol.asyncDispose]();
  await db.drop();
});

test("a city where nothing happens yet says so, and nothing else", async () => {
  const visitor = await (await rooms.visitor()).open("/");
  expect(visitor.text).toContain("Nothing is open at the moment");
  expect(visitor.text).not.toContain("What changed");
  expect(visitor.text).not.toContain("What became of it");
  expect(visitor.text).not.toContain("In other cities");
});

test("what is open, what changed and what became of it stand there, and what is hidden does not", async () => {
  const process = await aProcess(city, {
    now,
    handle: "squares",
    title: "Twelve squares",
    phases: [aPhase(now, { title: "Ideas", startsInDays: -2, endsInDays: 12 })],
  });
  await aProposal(city, { process, now, title: "A bench by the river" });
  const official = await anOfficial(city, { now });
  const news = { processUri: process.uri, body: "The plans are here.", language: "en" };
  await publishNews(db.sql, city.uris, official, { ...news, title: "Come and see" }, now);
  await publishNews(db.sql, city.uris, official, { ...news, title: "Said in error" }, now);
  const [hidden] = await db.sql<{ uri: string }[]>`select uri from subject where title = 'Said in error'`;
  const by = await aModerator(city, { now });
  await hideSubject(db.sql, by, hidden!.uri, "Not so", now);
  await aResult(city, { process, now, title: "Twenty benches", status: "done" });
  await aResult(city, { process, now, title: "A fountain", status: "in-progress" });

  const visitor = await (await rooms.visitor()).open("/");
  expect(visitor.text).toMatch(/Ideas.*12 days left/);
  expect(visitor.linkTo("Make a proposal")).toBe("/processes/squares/proposals/new");
  expect(visitor.text).toMatch(/What changed[\s\S]*Come and see/);
  expect(visitor.text).not.toContain("Said in error");
  expect(visitor.text).toMatch(/What became of it[\s\S]*1\s*Under way[\s\S]*1\s*Done[\s\S]*Twenty benches/);
});

/** A process of a city that this one follows, as it arrived. */
async function fromElsewhere(host: string, title: string, startsInDays: number): Promise<void> {
  const actor = await aStranger(city, { host, handle: "platja", type: "Group", now });
  const uri = `https://${host}/processes/platja`;
  const remote = {
    ...{ uri, url: uri, handle: "platja", languages: ["en"], title: { en: title }, summary: { en: "And then?" } },
    ...{ description: {}, promoter: {}, audience: {}, decides: {}, goals: {}, indicator: null, isPilot: false },
    ...{ pilotArea: "", pilotDecision: null, pilotReasons: "", actorId: actor.id, organisationUri: null },
    ...{ phases: [aPhase(now, { title: "Ideas", startsInDays, endsInDays: startsInDays + 12 })] },
    ...{ publishedAt: now, updatedAt: now },
  };
  await withTransaction(db.sql, (tx) => keepRemoteProcess(tx, remote, now));
}

test("other cities' processes stand under a heading of their own, open ones first, without those of a blocked server", async () => {
  const visitor = await (await rooms.visitor()).open("/");
  expect(visitor.text).not.toContain("In other cities");
  await fromElsewhere("vila.example", "The beach", -2);
  await fromElsewhere("mar.example", "The old harbour", -40);
  await fromElsewhere("rude.example", "Not ours to show", -2);
  await visitor.open("/");
  const titles = () => visitor.all("h3").filter((title) => /beach|harbour|ours/.test(title));
  expect(titles()).toEqual(["Not ours to show", "The beach", "The old harbour"]);
  expect(visitor.text).toMatch(/In other cities[\s\S]*The beach/);

  const decide = (host: string, policy: "blocked" | "allowed") =>
    decideServer(db.sql, city.uris, city.administrator, { host, policy, reason: "" }, now);
  await decide("rude.example", "blocked");
  await visitor.open("/");
  expect(titles()).toEqual(["The beach", "The old harbour"]);
  expect(visitor.text).not.toContain("rude.example");

  for (const host of ["vila.example", "mar.example"]) await decide(host, "blocked");
  await visitor.open("/");
  expect(titles()).toEqual([]);
  expect(visitor.text).not.toContain("In other cities");
  await decide("vila.example", "allowed");
  await visitor.open("/");
  expect(titles()).toEqual(["The beach"]);
});
