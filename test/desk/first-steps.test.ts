// The first administrator lands on a desk that says where to begin.
import { afterAll, beforeAll, expect, test } from "vitest";
import { workDeskPages } from "../../src/desk/pages.ts";
import { setMethod } from "../../src/residences/method-actions.ts";
import { changeSettings } from "../../src/settings/actions.ts";
import { aCity, anOfficial, aProcess, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";
import { openRooms, type Rooms } from "../support/room.ts";

const now = new Date("2026-03-01T10:00:00Z");
let db: TestDatabase;
let city: City;
let rooms: Rooms;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db, { now });
  rooms = await openRooms(db, city, [workDeskPages], { now });
});
afterAll(async () => {
  await rooms[Symbol.asyncDispose]();
  await db.drop();
});

test("it lists what is to be decided, ticks what the database says is, and goes when somebody puts it away", async () => {
  const visitor = await rooms.visitor(city.administrator);
  await visitor.open("/desk");
  expect(visitor.text).toContain("To decide first");
  expect(visitor.text).toContain("Who is responsible, and where they are reached Open");
  expect(visitor.linkTo("How people show that they live here")).toBe("/desk/residence/methods/desk");
  const contact = { responsible: "Participation team", address: "", email: "team@bilbao.test", phone: "" };
  await changeSettings(db.sql, city.administrator, "contact", contact, now);
  const method = { isOn: true, validMonths: null, explanation: {}, settings: { asksNumber: true } };
  await setMethod(db.sql, city.administrator, "desk", method, now);
  await aProcess(city, { now });
  await visitor.open("/desk");
  for (const done of ["where they are reached", "that they live here", "The first process"]) {
    expect(visitor.text).toContain(`${done} Decided`);
  }
  expect(visitor.text).toContain("Terms of use in your own words Open");

  const official = await rooms.visitor(await anOfficial(city));
  await official.open("/desk");
  expect(official.text).not.toContain("To decide first");
  await visitor.press("Put this list away");
  expect(visitor.url.pathname).toBe("/desk");
  expect(visitor.text).not.toContain("To decide first");
});
