// The day on which a phase ends, as people are told it: the last one that it is open, on the clocks of the city.
import { afterAll, beforeAll, expect, test } from "vitest";
import { processFields } from "../../federation/processes.ts";
import { foundCity } from "../../src/cities/actions.ts";
import { openTranslator } from "../../src/platform/i18n.ts";
import { openUris } from "../../src/platform/uris.ts";
import { announcePhase } from "../../src/processes/phase-actions.ts";
import { listNews } from "../../src/processes/queries.ts";
import { phaseLine, timeLeft } from "../../src/web/phases.ts";
import { aCity, aPhase, aProcess, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";

const timeZone = "America/Bogota";
const now = new Date("2026-12-10T20:00:00-05:00");
/** Closed all of the 11th, in Bogotá; there, the 10th is not over while it is the 11th in UTC. */
const midnight = new Date("2026-12-11T00:00:00-05:00");
const phase = { ...aPhase(now, { title: "Ideas" }), startsAt: new Date("2026-12-01T00:00:00-05:00"), endsAt: midnight };
const t = openTranslator("en", timeZone);
let [db, city]: [TestDatabase, City] = [] as never;
beforeAll(async () => {
  db = await openTestDatabase();
  const uris = openUris("https://bogota.test");
  const profile = {
    ...{ handle: "bogota", kind: "city" as const, name: { en: "Bogotá" }, tagline: {}, description: {} },
    ...{ languages: ["en"], timeZone, accent: "#1f4e5f", logo: null, website: "" },
    ...{ territoryName: "", territoryIds: {}, territoryGeojson: null, reportChannelUrl: "" },
  };
  await foundCity(db.sql, uris, profile, now);
  city = await aCity({ sql: db.sql, uris }, { now });
});
afterAll(() => db.drop());

test("the page, the news and the profile say the last day that it is open", async () => {
  const process = await aProcess(city, { phases: [phase], now: new Date("2026-11-20T12:00:00Z") });
  await announcePhase(db.sql, city.uris, process.phases[0]!.id, now);
  const [news] = await listNews(db.sql, { processUri: process.uri, before: null, limit: 1 });
  expect(news?.body).toContain("December 10, 2026");
  expect(processFields(process, timeZone, now)[0]?.value).toContain("December 10, 2026");
  const shown = { title: { text: "Ideas", lang: "en" }, startsAt: phase.startsAt, endsAt: phase.endsAt };
  expect(phaseLine(t, [shown], now).toString()).toMatch(/Dec 1\s–\s10/);
});

test("on its last day it ends today; one that ends in the middle of a day is open on that day", () => {
  expect(timeLeft(t, midnight, now)).toBe("ends today");
  const evening = new Date("2026-12-11T18:00:00-05:00");
  expect(timeLeft(t, evening, now)).toBe("1 day left");
  const shown = { title: { text: "Ideas", lang: "en" }, startsAt: phase.startsAt, endsAt: evening };
  expect(phaseLine(t, [shown], now).toString()).toMatch(/Dec 1\s–\s11/);
});
