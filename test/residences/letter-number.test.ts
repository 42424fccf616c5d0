// A document number that was only typed beside a code by post, and somebody who proves it: seen from both sides, and from the desk.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Account, isResident } from "../../src/accounts/account.ts";
import { getAccount, listActsAbout } from "../../src/accounts/queries.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { drain } from "../../src/platform/job-drain.ts";
import { dayMs } from "../../src/platform/time.ts";
import type { Proposal } from "../../src/proposals/proposal.ts";
import { getProposal } from "../../src/proposals/queries.ts";
import { supportProposal, withdrawSupport } from "../../src/proposals/support-actions.ts";
import { weightHandlers } from "../../src/proposals/weight-actions.ts";
import { openVerifyByClaim, verifyAtDesk, withdrawVerification } from "../../src/residences/actions.ts";
import { beginCensus, confirmCensus, readCensusList, verifyByCensus } from "../../src/residences/census-actions.ts";
import { resolveConflict } from "../../src/residences/conflict-actions.ts";
import { residenceHandlers } from "../../src/residences/jobs.ts";
import { askForLetter, markLettersSent, verifyByLetter } from "../../src/residences/letter-actions.ts";
import { setMethod } from "../../src/residences/method-actions.ts";
import { findOwnLetter, findSuspension, listConflicts } from "../../src/residences/queries.ts";
import { letterCode, type Method, type MethodSettings, residenceKey } from "../../src/residences/residence.ts";
import { aCity, aGuest, anOfficial, aProcess, aProposal, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";

const secret = "a secret of this test that is long enough";
const key = residenceKey(secret);
const now = new Date("2026-03-01T10:00:00Z");
const later = (days: number) => new Date(now.getTime() + days * dayMs);

let db: TestDatabase;
let city: City;
let official: Account;
let proposals: Proposal[];
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db, { now });
  official = await anOfficial(city, { name: "Desk Official", now });
  await set("desk", {});
  await set("post", { asksNumber: true });
  await set("claim", { claim: "city", values: ["Bilbao"], numberClaim: "nif" });
  await set("census", { asks: ["birth-date"] });
});
afterAll(() => db.drop());
beforeEach(async () => {
  const process = await aProcess(city, { now });
  proposals = await Promise.all([1, 2, 3].map(() => aProposal(city, { process, now })));
});

const set = (method: Method, settings: MethodSettings) =>
  setMethod(db.sql, city.administrator, method, { isOn: true, validMonths: 24, explanation: {}, settings }, now);

let made = 0;
const aNumber = () => `TYPED${String(++made).padStart(4, "0")}X`;

async function aLetterTo(person: Account, number: string, at = now): Promise<string> {
  await askForLetter(db.sql, key, person, { address: `A Name\nA Street ${++made}\n48001 Bilbao`, number }, at);
  const { id } = (await findOwnLetter(db.sql, person.id))!;
  await markLettersSent(db.sql, official, [id], at);
  return letterCode(key, id);
}
const byLetter = async (person: Account, number: string) =>
  verifyByLetter(db.sql, key, person, await aLetterTo(person, number), now);
const atDesk = (person: Account, number: string, at = now) =>
  verifyAtDesk(db.sql, key, official, { accountId: person.id, number }, at);
const byClaim = (person: Account, nif: string) =>
  withTransaction(db.sql, (tx) => openVerifyByClaim(secret)(tx, person, { city: "Bilbao", nif }, now));
async function byCensus(person: Account, number: string) {
  const list = await beginCensus(db.sql, city.administrator, 60, now);
  const file = new Blob([`document_number,birth_date\n${number},1980-05-31\n`]);
  expect(await readCensusList(db.sql, key, list, file.stream())).toBeNull();
  await confirmCensus(db.sql, city.administrator, list, now);
  const answer = { number, birthDate: "1980-05-31", postCode: "", network: null };
  await verifyByCensus(db.sql, key, person, answer, now);
}
const isVerified = async (person: Account) => isResident(await getAccount(db.sql, person.id), now);
const supports = async (person: Account, at: number) =>
  supportProposal(db.sql, await getAccount(db.sql, person.id), proposals[at]!.uri, now);
const counts = async () => Promise.all(proposals.map(async ({ uri }) => (await getProposal(db.sql, uri)).supportCount));

const supportedBy = async ({ id }: Account) =>
  (
    await db.sql`select from support where account_id = ${id} and proposal_uri = any(${proposals.map(({ uri }) => uri)})`
  ).length;

/** Runs what was promised. @returns what each was told. */
async function settled(...people: Account[]): Promise<string[][]> {
  const news: { accountId: string; kind: string }[] = [];
  const tell = async (_tx: unknown, { accountId, kind }: { accountId: string; kind: string }) =>
    void news.push({ accountId, kind });
  const handlers = { ...residenceHandlers({ sql: db.sql, clock: { now: () => now }, tell }), ...weightHandlers(db) };
  await drain(db.sql, handlers, { now: later(60) });
  return people.map(({ id }) => news.filter(({ accountId }) => accountId === id).map(({ kind }) => kind));
}
const conflictOf = async (person: Account) =>
  (await listConflicts(db.sql)).find(({ otherAccountId }) => otherAccountId === person.id)!;

/** Somebody whose letter names a number, which somebody else then proves at the desk. Both support the first proposal. */
async function aSuspension() {
  const [typed, proved, number] = [await aGuest(city), await aGuest(city), aNumber()];
  await byLetter(typed, number);
  await supports(typed, 0);
  await supports(typed, 1);
  await settled();
  await atDesk(proved, number);
  const told = await settled(typed, proved);
  await supports(proved, 0);
  return { typed, proved, number, told };
}

describe("a number typed beside a code by post", () => {
  test.each([
    ["at the desk", atDesk],
    ["by the register", byCensus],
    [
      "by the city's identity provider",
      async (person: Account, number: string) => {
        expect(await byClaim(person, number)).toBe("verified");
      },
    ],
  ])("goes to who proves it %s: the letter's residence is suspended, and both are told why", async (_, prove) => {
    const [typed, proved, number] = [await aGuest(city), await aGuest(city), aNumber()];
    await byLetter(typed, number);
    expect(await isVerified(typed)).toBe(true);
    await settled();
    await prove(proved, number);
    expect([await isVerified(typed), await isVerified(proved)]).toEqual([false, true]);
    expect(await settled(typed, proved)).toEqual([
      ["residence-suspended"],
      ["residence-number-yours", "residence-verified"],
    ]);
    expect(await findSuspension(db.sql, typed.id)).toEqual({ at: now, decided: null });
    expect(await conflictOf(typed)).toMatchObject({ kind: "suspended", accountId: proved.id });
    const [act] = await listActsAbout(db.sql, typed.id);
    // The node itself: whose account proved it is for the desk to know.
    expect(act).toMatchObject({ act: "ResidenceSuspended", byName: "" });
  });

  test("does not take it from who has proven it, nor from another letter: the desk decides", async () => {
    const [first, second, third] = [await aGuest(city), await aGuest(city), await aGuest(city)];
    const [proven, typed] = [aNumber(), aNumber()];
    await atDesk(first, proven);
    await expect(byLetter(second, proven)).rejects.toMatchObject({ code: "number-taken" });
    await byLetter(third, typed);
    await expect(byLetter(second, typed)).rejects.toMatchObject({ code: "number-taken" });
    expect([await isVerified(first), await isVerified(second), await isVerified(third)]).toEqual([true, false, true]);
    expect((await conflictOf(third)).kind).toBe("number");
  });

  test("is corrected by the person themself when they prove another, and proven ones are not changed by a letter", async () => {
    const person = await aGuest(city);
    const [typed, proven] = [aNumber(), aNumber()];
    await byLetter(person, typed);
    expect(await byClaim(person, proven)).toBe("verified");
    await byLetter(await aGuest(city), typed);
    await expect(byLetter(person, aNumber())).rejects.toMatchObject({ code: "number-differs" });
    // A letter with the proven number renews it, and it stays proven.
    await byLetter(person, proven);
    await expect(atDesk(await aGuest(city), proven)).rejects.toMatchObject({ code: "number-taken" });
  });
});

describe("a number that somebody typed whose verification has ended", () => {
  test.each([
    ["typed by another", byLetter],
    ["proven by another", atDesk],
  ])("and %s does not bring them its supports: they stay, and of what both support one counts", async (_, take) => {
    const [former, taker, number] = [await aGuest(city), await aGuest(city), aNumber()];
    await byLetter(former, number);
    await supports(former, 0);
    await supports(former, 1);
    await withdrawVerification(db.sql, official, former.id, now);
    await take(taker, number);
    await settled();
    expect([await supportedBy(former), await supportedBy(taker)]).toEqual([2, 0]);
    await withdrawSupport(db.sql, taker, proposals[0]!.uri, now);
    expect(await counts()).toEqual([1, 1, 0]);
    await supports(taker, 0);
    await supports(taker, 2);
    expect(await counts()).toEqual([1, 1, 1]);
    expect([await supportedBy(former), await supportedBy(taker)]).toEqual([1, 2]);
  });

  test("nor does one that was proven, to who only types it; to who proves it, it does", async () => {
    const [former, typed, proved, number] = [await aGuest(city), await aGuest(city), await aGuest(city), aNumber()];
    await atDesk(former, number);
    await supports(former, 0);
    await withdrawVerification(db.sql, official, former.id, now);
    await byLetter(typed, number);
    await settled();
    expect([await supportedBy(former), await supportedBy(typed)]).toEqual([1, 0]);
    await atDesk(proved, number);
    await settled();
    expect([await supportedBy(former), await supportedBy(typed), await supportedBy(proved)]).toEqual([0, 0, 1]);
    expect(await counts()).toEqual([1, 0, 0]);
  });
});

describe("while it is suspended", () => {
  test("what was supported stays, and of what both support one counts, before and after", async () => {
    const { typed, proved } = await aSuspension();
    expect(await counts()).toEqual([1, 1, 0]);
    await expect(supports(typed, 2)).rejects.toMatchObject({ code: "not-verified" });
    await supports(proved, 1);
    await supports(proved, 2);
    expect(await counts()).toEqual([1, 1, 1]);
  });

  test("what both supported before counts once from the moment the number is proven", async () => {
    const [typed, proved, number] = [await aGuest(city), await aGuest(city), aNumber()];
    await byLetter(typed, number);
    await byLetter(proved, aNumber());
    for (const person of [typed, proved]) await supports(person, 0);
    expect(await counts()).toEqual([2, 0, 0]);
    await atDesk(proved, number);
    await settled();
    expect(await counts()).toEqual([1, 0, 0]);
  });

  test("a letter is not enough, not even one that was on its way; a proof is", async () => {
    const { typed } = await aSuspension();
    await expect(aLetterTo(typed, aNumber())).rejects.toMatchObject({ code: "letter-not-enough" });
    const [other, number] = [await aGuest(city), aNumber()];
    await byLetter(other, number);
    const code = await aLetterTo(other, number, later(1));
    await atDesk(await aGuest(city), number, later(1));
    await expect(verifyByLetter(db.sql, key, other, code, later(2))).rejects.toMatchObject({
      code: "letter-not-enough",
    });
    await atDesk(typed, aNumber());
    expect(await isVerified(typed)).toBe(true);
    expect(await findSuspension(db.sql, typed.id)).toBeNull();
    expect(await conflictOf(typed)).toBeUndefined();
    await supports(typed, 2);
    expect(await counts()).toEqual([1, 1, 1]);
  });

  test("who else waits for the number waits for it from who has it now", async () => {
    const [typed, waiting, proved, number] = [await aGuest(city), await aGuest(city), await aGuest(city), aNumber()];
    await byLetter(typed, number);
    await expect(byLetter(waiting, number)).rejects.toMatchObject({ code: "number-taken" });
    await atDesk(proved, number);
    expect(await conflictOf(proved)).toMatchObject({ kind: "number", accountId: waiting.id });
  });
});

describe("the desk decides", () => {
  test("one person: what the letter's account supported counts in the other, nothing twice", async () => {
    const { typed, proved } = await aSuspension();
    await resolveConflict(db.sql, official, (await conflictOf(typed)).id, "moved", now);
    expect(await settled(typed)).toEqual([["residence-suspension-decided"]]);
    expect(await counts()).toEqual([1, 1, 0]);
    const own = await db.sql`select from support where account_id = ${proved.id}`;
    expect(own).toHaveLength(2);
    expect(await findSuspension(db.sql, typed.id)).toMatchObject({ decided: "moved" });
  });

  test("two people: each keeps their own, and a letter with another number will do again", async () => {
    const { typed, proved } = await aSuspension();
    await resolveConflict(db.sql, official, (await conflictOf(typed)).id, "kept", now);
    expect(await settled(typed)).toEqual([["residence-suspension-decided"]]);
    await supports(proved, 1);
    expect(await counts()).toEqual([1, 2, 0]);
    expect(await findSuspension(db.sql, typed.id)).toMatchObject({ decided: "kept" });
    await byLetter(typed, aNumber());
    expect(await isVerified(typed)).toBe(true);
    await supports(typed, 0);
    expect(await counts()).toEqual([2, 2, 0]);
  });

  test("one person, and both only typed the number: what the first supported counts for who asked, as with a proven one", async () => {
    const [first, asked, third, number] = [await aGuest(city), await aGuest(city), await aGuest(city), aNumber()];
    await byLetter(first, number);
    await supports(first, 0);
    await supports(first, 1);
    await expect(byLetter(asked, number)).rejects.toMatchObject({ code: "number-taken" });
    await resolveConflict(db.sql, official, (await conflictOf(first)).id, "moved", now);
    await supports(asked, 0);
    await settled();
    expect(await counts()).toEqual([1, 1, 0]);
    expect([await supportedBy(first), await supportedBy(asked)]).toEqual([0, 2]);
    await expect(supports(first, 2)).rejects.toMatchObject({ code: "not-verified" });
    // Nothing is left behind that a later decision would move again.
    await atDesk(first, aNumber());
    await supports(first, 2);
    await expect(byLetter(third, number)).rejects.toMatchObject({ code: "number-taken" });
    await resolveConflict(db.sql, official, (await conflictOf(asked)).id, "moved", now);
    await settled();
    expect([await supportedBy(first), await supportedBy(asked), await supportedBy(third)]).toEqual([1, 0, 2]);
  });

  test("only once, and nobody of the two", async () => {
    const { typed } = await aSuspension();
    const { id } = await conflictOf(typed);
    await resolveConflict(db.sql, official, id, "kept", now);
    await expect(resolveConflict(db.sql, official, id, "moved", now)).rejects.toMatchObject({
      code: "changed-meanwhile",
    });
  });
});

test("two who prove one number at the same moment do not both have it, and the letter's holder is suspended once", async () => {
  const [typed, number] = [await aGuest(city), aNumber()];
  await byLetter(typed, number);
  await settled();
  const people = await Promise.all([1, 2, 3].map(() => aGuest(city)));
  const ends = await Promise.allSettled(people.map((person) => atDesk(person, number)));
  expect(ends.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  expect(await settled(typed)).toEqual([["residence-suspended"]]);
  expect(await isVerified(typed)).toBe(false);
});
