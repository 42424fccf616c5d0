// What was given up on its way to other servers, as an administrator reads it: which server, what, since when.
import { afterAll, beforeAll, expect, test } from "vitest";
import { workDeskPages } from "../../src/desk/pages.ts";
import { aCity, anOfficial, aProposal, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";
import { openRooms, type Rooms } from "../support/room.ts";

const now = new Date("2026-03-05T12:00:00Z");
let db: TestDatabase;
let city: City;
let rooms: Rooms;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db, { now });
  rooms = await openRooms(db, city, [workDeskPages], { now });
});
afterAll(async () => {
  await rooms?.[Symbol.asyncDispose]();
  await db.drop();
});

async function aFailure(host: string, id: number, type = "Create") {
  const payload = {
    type: "outbox",
    inbox: `https://${host}/inbox`,
    activity: { type, id: `https://bilbao.test/a/${id}` },
  };
  await db.sql`
    insert into dead_letter (id, kind, payload, key, created_at, attempts, last_error)
    values (${id}, 'fedify-outbox', ${db.sql.json(payload)}, null, ${new Date("2026-03-02T12:00:00Z")}, 28, 'answered 500')`;
}

const left = async () =>
  (await db.sql<{ id: string }[]>`select id::text from dead_letter order by id`).map((row) => row.id);

test("an administrator reads what failed, tries one again, gives one up, and tries the rest again", async () => {
  for (const [at, host] of ["porto.example", "lyon.example", "cork.example", "oslo.example"].entries()) {
    await aFailure(host, 100 + at, at === 1 ? "Delete" : "Create");
  }
  const visitor = await rooms.visitor(city.administrator);
  await visitor.open("/desk");
  expect(visitor.all("tr").find((row) => row.includes("Failed deliveries"))).toMatch(/4.*3 days ago/);
  await visitor.follow("Failed deliveries");
  expect(visitor.all("article").find((row) => row.includes("lyon.example"))).toMatch(
    /A deletion.*3 days ago.*28 tries.*answered 500/,
  );
  await visitor.press("Try again", { near: "porto.example" });
  expect(await left()).toEqual(["101", "102", "103"]);
  expect((await db.sql`select from job where kind = 'fedify-outbox'`).length).toBe(1);
  expect(visitor.text).toContain("lyon.example will never get this");
  await visitor.press("Give up for good", { near: "lyon.example" });
  expect(await left()).toEqual(["102", "103"]);
  await visitor.press("Try all again");
  expect(visitor.text).toContain("2 deliveries will be tried again now.");
  expect(await left()).toEqual([]);
  const acts = await db.sql<{ act: string; subjectUri: string | null }[]>`
    select act, subject_uri from audit where act like 'delivery-%' order by id`;
  expect(acts).toEqual([
    { act: "delivery-retried", subjectUri: "https://porto.example" },
    { act: "delivery-given-up", subjectUri: "https://lyon.example" },
    { act: "delivery-retried", subjectUri: null },
  ]);
});

test("pressed twice, or by someone who may not, nothing else happens", async () => {
  await aFailure("late.example", 200);
  const official = await rooms.visitor(await anOfficial(city, { now }));
  await official.open("/desk");
  expect(official.text).not.toContain("Failed deliveries");
  await official.open("/desk/deliveries");
  expect(official.status).toBe(403);
  const [one, two] = [await rooms.visitor(city.administrator), await rooms.visitor(city.administrator)];
  await one.open("/desk/deliveries");
  await two.open("/desk/deliveries");
  await one.press("Give up for good");
  await two.press("Try again", { near: "late.example" });
  expect(two.status).toBe(404);
  expect(await left()).toEqual([]);
});

test("the start page counts only what a person may work on", async () => {
  const proposal = await aProposal(city, { now });
  const visitor = await rooms.visitor(await anOfficial(city, { now }));
  await visitor.open("/desk");
  expect(visitor.text).toContain("Proposals to answer");
  expect(visitor.text).not.toContain("Servers to decide on");
  await visitor.open(`/desk/proposals/${proposal.id}`);
  expect(visitor.status).toBe(200);
  const stranger = await rooms.visitor(null);
  await stranger.open("/desk").catch(() => stranger);
  expect(stranger.text).not.toContain("Proposals to answer");
});
