// On a node as it is set up, nobody counts twice by closing an account; and pages say what is really counted.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { closeAccount } from "../../src/accounts/actions.ts";
import { getAccount } from "../../src/accounts/queries.ts";
import { drain } from "../../src/platform/job-drain.ts";
import { proposalPages } from "../../src/proposals/pages.ts";
import { proposalPath } from "../../src/proposals/proposal.ts";
import { getProposal } from "../../src/proposals/queries.ts";
import { supportProposal } from "../../src/proposals/support-actions.ts";
import { weightHandlers } from "../../src/proposals/weight-actions.ts";
import { releaseResidence, verifyAtDesk } from "../../src/residences/actions.ts";
import { setMethod } from "../../src/residences/method-actions.ts";
import { residencePages } from "../../src/residences/pages.ts";
import { countsPeople, getMethod } from "../../src/residences/queries.ts";
import { type Method, type MethodSettings, residenceKey } from "../../src/residences/residence.ts";
import { aCity, aGuest, aProcess, aProposal, aResident, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";
import { openRooms, type Rooms } from "../support/room.ts";

const secret = "a secret of this test that is long enough";
const key = residenceKey(secret);
const now = new Date("2026-03-01T10:00:00Z");

let db: TestDatabase;
let city: City;
let rooms: Rooms;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db, { now });
  rooms = await openRooms(
    db,
    city,
    [proposalPages, (house) => residencePages(house, { secret, trustedProxyCount: 0 })],
    { now },
  );
});
afterAll(async () => {
  await rooms[Symbol.asyncDispose]();
  await db.drop();
});

const set = (method: Method, settings: MethodSettings, isOn = true) =>
  setMethod(db.sql, city.administrator, method, { isOn, validMonths: null, explanation: {}, settings }, now);
const atDesk = (accountId: string, number = "") =>
  verifyAtDesk(db.sql, key, city.administrator, { accountId, number }, now);

describe("as a node is set up", () => {
  test("the desk asks for the document number", async () => {
    expect((await getMethod(db.sql, "desk")).settings).toEqual({ asksNumber: true });
    const person = await aGuest(city);
    await expect(atDesk(person.id)).rejects.toMatchObject({ code: "number-invalid", params: { field: "number" } });
    expect(await countsPeople(db.sql)).toBe(true);
  });

  test("who closes an account and is verified again gives no second support", async () => {
    const { uri } = await aProposal(city, { process: await aProcess(city, { now }), now });
    const [old, fresh] = [await aGuest(city, { name: "Eva" }), await aGuest(city, { name: "Eva" })];
    await atDesk(old.id, "12345678Z");
    await supportProposal(db.sql, await getAccount(db.sql, old.id), uri, now);
    await closeAccount(db.sql, await getAccount(db.sql, old.id), [releaseResidence], now);
    await atDesk(fresh.id, "12345678-Z");
    await drain(db.sql, weightHandlers(db), { now });
    await supportProposal(db.sql, await getAccount(db.sql, fresh.id), uri, now);
    expect((await getProposal(db.sql, uri)).supportCount).toBe(1);
  });
});

describe("what pages say", () => {
  beforeEach(() => set("desk", { asksNumber: true }));

  test("one person, one support, where a number shows it", async () => {
    const proposal = await aProposal(city, { process: await aProcess(city, { now }), now });
    const visitor = await rooms.visitor(await aResident(city, { now }));
    await visitor.open(proposalPath(proposal));
    expect(visitor.text).toContain("One person, one support.");
    await visitor.open("/account/residence");
    expect(visitor.text).toContain("one person counts once");
  });

  test("one account, one support, where the city asks for no number, and its team reads what follows", async () => {
    await set("desk", { asksNumber: false });
    const proposal = await aProposal(city, { process: await aProcess(city, { now }), now });
    const visitor = await rooms.visitor(await aResident(city, { now }));
    await visitor.open(proposalPath(proposal));
    expect(visitor.text).not.toContain("One person, one support");
    expect(visitor.text).toContain("One account of a verified resident, one support");
    await visitor.open("/account/residence");
    expect(visitor.text).toContain("one account counts once");
    const desk = await rooms.visitor(city.administrator);
    await desk.open("/desk/residence");
    expect(desk.text).toContain("Supports count accounts here, not people");
    await desk.open("/desk/residence/methods/desk");
    expect(desk.text).toContain("support several times");
    await set("desk", { asksNumber: true });
    await desk.open("/desk/residence/methods/desk");
    expect(desk.text).not.toContain("support several times");
  });

  test("who was verified without a number before it was asked for is an account still", async () => {
    await set("desk", { asksNumber: false });
    const person = await aGuest(city);
    await atDesk(person.id);
    await set("desk", { asksNumber: true });
    expect(await countsPeople(db.sql)).toBe(false);
    await atDesk(person.id, "87654321X");
    expect(await countsPeople(db.sql)).toBe(true);
  });

  test("a number that is only typed beside a letter shows no person", async () => {
    await set("post", { asksNumber: true });
    expect(await countsPeople(db.sql)).toBe(false);
    await set("post", { asksNumber: true }, false);
    expect(await countsPeople(db.sql)).toBe(true);
  });
});
