// The pages of results, walked through by labels, links and buttons: published, moved on step by step, found again.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { commentPages } from "../../src/comments/pages.ts";
import { hideSubject } from "../../src/moderation/actions.ts";
import { addCategory } from "../../src/processes/actions.ts";
import { reachMilestone } from "../../src/results/actions.ts";
import { resultPages } from "../../src/results/pages.ts";
import { getResult, listMilestones, listResultsOf } from "../../src/results/queries.ts";
import { checkMilestone, checkResult, progressOf } from "../../src/results/result.ts";
import {
  aCity,
  aGuest,
  aMeeting,
  aModerator,
  anOfficial,
  aProcess,
  aProposal,
  aResult,
  aResultText,
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
  rooms = await openRooms(db, city, [resultPages, commentPages], { now });
});
afterAll(async () => {
  expect(rooms.faults).toEqual([]);
  await rooms[Symbol.asyncDispose]();
  await db.drop();
});
beforeEach(() => rooms.setNow(now));

const eventsOf = async (uri: string): Promise<string[]> =>
  (await db.sql<{ type: string }[]>`select type from event where subject_uri = ${uri} order by id`).map(
    ({ type }) => type,
  );

describe("the law", () => {
  const fieldOf = (work: () => void): string | null => {
    try {
      work();
      return null;
    } catch (error) {
      return (error as { params: { field: string } }).params.field;
    }
  };
  test.each([
    [{}, null],
    [{ title: " " }, "title"],
    [{ title: "\u200e\u00ad" }, "title"],
    [{ progress: 101 }, "progress"],
    [{ progress: 12.5 }, "progress"],
    [{ progress: null }, null],
    [{ costAmount: "12.345", costCurrency: "EUR" }, "costAmount"],
    [{ costAmount: "12.34", costCurrency: null }, "costCurrency"],
    [{ costAmount: "12.34", costCurrency: "EUR" }, null],
    [{ startsOn: "2026-05-01", endsOn: "2026-04-30" }, "endsOn"],
    [{ startsOn: "2026-02-31x" }, "startsOn"],
  ])("of a result %j refuses %s", (text, field) => {
    expect(fieldOf(() => checkResult(aResultText(text as never)))).toBe(field);
  });
  test("of a step asks for a day and a title; what is done is done to the whole", () => {
    expect(fieldOf(() => checkMilestone({ title: "", body: "", reachedOn: "2026-01-01" }))).toBe("title");
    expect(fieldOf(() => checkMilestone({ title: "\u200e", body: "", reachedOn: "2026-01-01" }))).toBe("title");
    expect(fieldOf(() => checkMilestone({ title: "A", body: "", reachedOn: "soon" }))).toBe("reachedOn");
    expect([progressOf("done", 20), progressOf("dropped", 20), progressOf("planned", null)]).toEqual([100, 20, null]);
  });
});

test("an official publishes what became of proposals, and their pages can say so", async () => {
  const process = await aProcess(city, { title: "Squares", now });
  const proposal = await aProposal(city, { process, title: "Benches for all of us", now });
  const meeting = await aMeeting(city, { process, title: "The evening", now });
  const desk = await rooms.visitor(await anOfficial(city, { process, now }));
  await desk.open(`/processes/${process.handle}/results`);
  await desk.follow("Publish a result");
  desk.fill("What is done?", "Twelve benches").fill("How far is it, in per cent?", "140").fill("Cost", "12,5x");
  desk
    .fill("Starts on", "2026-05-01")
    .fill("Done by", "2026-04-01")
    .fill("Proposals it grew from", "https://elsewhere.example/1");
  await desk.press("Publish the result");
  expect(desk.status).toBe(422);
  expect(desk.text).toContain("The largest value is 100.");
  expect(desk.text).toContain("Write the amount with digits");
  desk.fill("How far is it, in per cent?", "25").fill("Cost", "12 500,50");
  await desk.press("Publish the result");
  expect(desk.text).toContain("The end is before the start.");
  desk.fill("Done by", "2026-09-01");
  await desk.press("Publish the result");
  expect(desk.text).toContain("Nothing is known here at one of these addresses");
  desk
    .fill("Proposals it grew from", `${proposal.url}\n${proposal.url}`)
    .fill("Meetings it was talked about in", meeting.url);
  await desk.press("Publish the result");
  expect(desk.text).toContain("The result is published.");
  expect(desk.text).toContain("25%");
  expect(desk.text).toContain("€12,500.50");
  expect(desk.text).toContain("May 1, 2026 to September 1, 2026");
  expect(desk.linkTo("Benches for all of us")).toBe(`/proposals/${proposal.id}`);
  expect(desk.linkTo("The evening")).toBe(`/meetings/${meeting.id}`);
  const uri = `https://bilbao.test${desk.url.pathname}`;
  expect((await listResultsOf(db.sql, proposal.uri)).map((result) => result.uri)).toEqual([uri]);
  expect((await listResultsOf(db.sql, meeting.uri)).map((result) => result.uri)).toEqual([uri]);
  expect(await eventsOf(uri)).toEqual(["ResultPublished"]);
  const [row] = await db.sql`select result_count from process where uri = ${process.uri}`;
  expect(row).toEqual({ resultCount: 1 });
});

test("a step is told as one, moves the result on, and has an address that leads to it", async () => {
  const result = await aResult(city, { now });
  const desk = await rooms.visitor(city.administrator);
  await desk.open(`/results/${result.id}`);
  await desk.follow("Report a step");
  desk.fill("What has been reached?", "The last bench stands").fill("Reached on", "2026-03-09");
  desk.check("Done");
  await desk.press("Publish the step");
  expect(desk.text).toContain("The step is published.");
  expect(desk.text).toContain("The last bench stands");
  expect(desk.text).toContain("100%");
  expect(await getResult(db.sql, result.uri)).toMatchObject({ status: "done", progress: 100 });
  const [milestone] = await listMilestones(db.sql, result.uri);
  expect(await eventsOf(milestone!.uri)).toEqual(["MilestoneReached"]);
  expect(await eventsOf(result.uri)).toEqual(["ResultPublished", "ResultChanged"]);
  await desk.open(`/milestones/${milestone!.id}`);
  expect(desk.url.pathname).toBe(`/results/${result.id}`);
  // A step that changes nothing about where it stands says nothing of the result.
  const step = {
    resultUri: result.uri,
    reachedOn: "2026-03-10",
    title: "Painted",
    body: "",
    language: "en",
    status: "done",
    progress: 100,
  } as const;
  await reachMilestone(db.sql, city.uris, city.administrator, step, now);
  expect(await eventsOf(result.uri)).toHaveLength(2);
});

test("results are searched, filtered and paged by key", async () => {
  const process = await aProcess(city, { title: "Measures", now });
  const green = await addCategory(db.sql, city.administrator, { name: { en: "Green" }, parentId: null }, now);
  const trees = await addCategory(db.sql, city.administrator, { name: { en: "Trees" }, parentId: green }, now);
  for (let index = 0; index < 25; index += 1) await aResult(city, { process, title: `Measure number ${index}`, now });
  await aResult(city, { process, title: "A dropped plan", status: "dropped", progress: null, categoryId: trees, now });
  const visitor = await rooms.visitor();
  await visitor.open(`/processes/${process.handle}/results`);
  expect(visitor.all("h3")).toHaveLength(24);
  expect(visitor.all("h3")[0]).toBe("A dropped plan");
  await visitor.follow("Next page");
  expect(visitor.all("h3")).toEqual(["Measure number 1", "Measure number 0"]);
  await visitor.follow("Previous page");
  expect(visitor.all("h3")[0]).toBe("A dropped plan");
  visitor.fill("Where it stands", "Dropped");
  await visitor.press("Show");
  expect(visitor.all("h3")).toEqual(["A dropped plan"]);
  await visitor.open("/results");
  visitor.fill("Category", "Green").fill("Process", "Measures");
  await visitor.press("Show");
  expect(visitor.all("h3")).toEqual(["A dropped plan"]);
  visitor.fill("Search", "number 7").fill("Category", "All categories");
  await visitor.press("Show");
  expect(visitor.all("h3")).toEqual(["Measure number 7"]);
  await visitor.open("/results?q=nothing-of-this");
  expect(visitor.text).toContain("No result fits");
});

test("only officials write; what a moderator hides is gone for everyone else, and comes off the count", async () => {
  const process = await aProcess(city, { now });
  const result = await aResult(city, { process, now });
  const guest = await rooms.visitor(await aGuest(city, { now }));
  for (const path of [
    `/processes/${process.handle}/results/new`,
    `/results/${result.id}/edit`,
    `/results/${result.id}/milestones/new`,
  ]) {
    await guest.open(path);
    expect(guest.status).toBe(403);
  }
  await hideSubject(db.sql, await aModerator(city, { now }), result.uri, "Wrong", now);
  await guest.open(`/results/${result.id}`);
  expect(guest.text).toContain("Wrong");
  expect(guest.html).not.toContain(result.title);
  const [row] = await db.sql`select result_count from process where uri = ${process.uri}`;
  expect(row).toEqual({ resultCount: 0 });
});
