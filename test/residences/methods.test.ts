// Every way of proving residence, on a real database: what it takes, what is kept, what is refused.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Account, isResident } from "../../src/accounts/account.ts";
import { closeAccount } from "../../src/accounts/actions.ts";
import { getAccount, listActsAbout } from "../../src/accounts/queries.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { drain } from "../../src/platform/job-drain.ts";
import { dayMs } from "../../src/platform/time.ts";
import { getProposal } from "../../src/proposals/queries.ts";
import { supportProposal } from "../../src/proposals/support-actions.ts";
import { weightHandlers } from "../../src/proposals/weight-actions.ts";
import {
  openVerifyByClaim,
  releaseResidence,
  verifyAtDesk,
  withdrawVerification,
} from "../../src/residences/actions.ts";
import { resolveConflict } from "../../src/residences/conflict-actions.ts";
import { residenceHandlers } from "../../src/residences/jobs.ts";
import { askForLetter, cancelLetter, markLettersSent, verifyByLetter } from "../../src/residences/letter-actions.ts";
import { setMethod } from "../../src/residences/method-actions.ts";
import { findOwnLetter, findOwnResidence, listConflicts, listWaitingLetters } from "../../src/residences/queries.ts";
import { letterCode, type Method, residenceKey } from "../../src/residences/residence.ts";
import type { ResidentNews } from "../../src/residences/telling-actions.ts";
import { aCity, aGuest, aModerator, anOfficial, aProcess, aProposal, aResident, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";

const secret = "a secret of this test that is long enough";
const key = residenceKey(secret);
const now = new Date("2026-03-01T10:00:00Z");
const later = (days: number) => new Date(now.getTime() + days * dayMs);
let db: TestDatabase;
let city: City;
let official: Account;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db, { now });
  official = await anOfficial(city);
  await set("desk", { validMonths: 24 });
});
afterAll(() => db.drop());

const set = (method: Method, input: Partial<Parameters<typeof setMethod>[3]> = {}) =>
  setMethod(
    db.sql,
    city.administrator,
    method,
    { isOn: true, validMonths: null, explanation: {}, settings: {}, ...input },
    now,
  );
const atDesk = (accountId: string, number = "", at = now) =>
  verifyAtDesk(db.sql, key, official, { accountId, number }, at);
const isVerified = async ({ id }: Account, at = now) => isResident(await getAccount(db.sql, id), at);

/** Does the jobs of the room and the move of weight, and says what people were told. */
async function told(at = now): Promise<{ accountId: string; kind: ResidentNews }[]> {
  const news: { accountId: string; kind: ResidentNews }[] = [];
  const tell = async (_tx: unknown, { accountId, kind }: { accountId: string; kind: ResidentNews }) => {
    news.push({ accountId, kind });
  };
  const handlers = { ...residenceHandlers({ sql: db.sql, clock: { now: () => at }, tell }), ...weightHandlers(db) };
  await drain(db.sql, handlers, { now: at });
  return news;
}

describe("at the desk", () => {
  test("an official verifies a person, with a line in the audit log each time it changes", async () => {
    const person = await aGuest(city);
    await atDesk(person.id);
    expect(await isVerified(person)).toBe(true);
    await withdrawVerification(db.sql, official, person.id, later(1));
    await withdrawVerification(db.sql, official, person.id, later(1));
    expect(await isVerified(person)).toBe(false);
    const acts = await listActsAbout(db.sql, person.id);
    expect(acts.map(({ act }) => act)).toEqual(["ResidenceVerificationWithdrawn", "ResidenceVerified"]);
    expect(acts[0]).toMatchObject({ byName: official.name, at: later(1) });
  });

  test("no one verifies themself, and no one else than the desk verifies", async () => {
    const process = await aProcess(city, { now });
    const person = await aGuest(city);
    const others = [await aResident(city), await aModerator(city), await anOfficial(city, { process }), person];
    for (const by of others) {
      await expect(verifyAtDesk(db.sql, key, by, { accountId: person.id }, now)).rejects.toMatchObject({
        code: "not-allowed",
      });
    }
    await expect(atDesk(official.id)).rejects.toMatchObject({ code: "not-allowed" });
    expect(await isVerified(person)).toBe(false);
  });

  test("a number that is none, or a missing one where the city asks for it, is refused at its field", async () => {
    const person = await aGuest(city);
    await expect(atDesk(person.id, "?!")).rejects.toMatchObject({
      code: "number-invalid",
      params: { field: "number" },
    });
    await set("desk", { settings: { asksNumber: true } });
    await expect(atDesk(person.id)).rejects.toMatchObject({ code: "number-invalid" });
    await set("desk", { isOn: false });
    await expect(atDesk(person.id)).rejects.toMatchObject({ code: "method-off" });
    await set("desk", { validMonths: 24 });
    expect(await isVerified(person)).toBe(false);
  });
});

describe("one person, one weight", () => {
  test("a second account with the same number is refused, however it is written, and the desk sees both", async () => {
    const [first, second] = [await aGuest(city, { name: "First Fe" }), await aGuest(city, { name: "Second Se" })];
    await atDesk(first.id, "12.345.678-z");
    await expect(atDesk(second.id, " 12345678 Z")).rejects.toMatchObject({ code: "number-taken" });
    await expect(atDesk(second.id, "12345678Z")).rejects.toMatchObject({ code: "number-taken" });
    const conflicts = (await listConflicts(db.sql)).filter(({ accountId }) => accountId === second.id);
    expect(conflicts).toMatchObject([{ name: "Second Se", otherName: "First Fe" }]);
    await resolveConflict(db.sql, official, conflicts[0]!.id, "kept", now);
    expect([await isVerified(first), await isVerified(second)]).toEqual([true, false]);
    const [act] = await listActsAbout(db.sql, second.id);
    expect(act).toMatchObject({ act: "ResidenceConflictResolved", byName: official.name });
    await expect(resolveConflict(db.sql, official, conflicts[0]!.id, "moved", now)).rejects.toMatchObject({
      code: "changed-meanwhile",
    });
  });

  test("moved to the new account, the supports come along and nobody counts twice", async () => {
    const process = await aProcess(city, { now });
    const proposals = [await aProposal(city, { process, now }), await aProposal(city, { process, now })];
    const [old, fresh] = [await aGuest(city), await aGuest(city)];
    await atDesk(old.id, "MOVE1111");
    for (const { uri } of proposals) await supportProposal(db.sql, await getAccount(db.sql, old.id), uri, now);
    await expect(atDesk(fresh.id, "MOVE1111")).rejects.toMatchObject({ code: "number-taken" });
    const [conflict] = (await listConflicts(db.sql)).filter(({ accountId }) => accountId === fresh.id);
    await resolveConflict(db.sql, official, conflict!.id, "moved", now);
    // Before the supports have come over, the person gives one of them again.
    await supportProposal(db.sql, await getAccount(db.sql, fresh.id), proposals[0]!.uri, now);
    expect((await getProposal(db.sql, proposals[0]!.uri)).supportCount).toBe(2);
    await told();
    expect([await isVerified(old), await isVerified(fresh)]).toEqual([false, true]);
    for (const { uri } of proposals) expect((await getProposal(db.sql, uri)).supportCount).toBe(1);
    await supportProposal(db.sql, await getAccount(db.sql, fresh.id), proposals[1]!.uri, now);
    expect((await getProposal(db.sql, proposals[1]!.uri)).supportCount).toBe(1);
  });

  test("closing an account frees the number; what it supported stays counted, once", async () => {
    const process = await aProcess(city, { now });
    const { uri } = await aProposal(city, { process, now });
    const [old, fresh] = [await aGuest(city), await aGuest(city)];
    await atDesk(old.id, "CLOSED22");
    await supportProposal(db.sql, await getAccount(db.sql, old.id), uri, now);
    await closeAccount(db.sql, await getAccount(db.sql, old.id), [releaseResidence], later(1));
    expect((await getProposal(db.sql, uri)).supportCount).toBe(1);
    await atDesk(fresh.id, "CLOSED22", later(2));
    await told(later(2));
    await supportProposal(db.sql, await getAccount(db.sql, fresh.id), uri, later(2));
    expect((await getProposal(db.sql, uri)).supportCount).toBe(1);
  });

  test("two accounts that come with one number at the same moment are not both verified", async () => {
    const people = await Promise.all(Array.from({ length: 4 }, () => aGuest(city)));
    const ends = await Promise.allSettled(people.map(({ id }) => atDesk(id, "RACE7777")));
    expect(ends.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  test("by themself nobody changes the number they were verified with", async () => {
    await set("claim", { settings: { claim: "city", values: ["Bilbao"], numberClaim: "nif" } });
    const verifyByClaim = openVerifyByClaim(secret);
    const person = await aGuest(city);
    await atDesk(person.id, "FIRST001");
    const claims = { city: "bilbao", nif: "OTHER002" };
    const outcome = await withTransaction(db.sql, (tx) => verifyByClaim(tx, person, claims, now));
    expect(outcome).toBe("other-number");
  });
});

describe("by the city's identity provider", () => {
  const verifyByClaim = openVerifyByClaim(secret);
  const signIn = (person: Account, claims: Record<string, unknown>) =>
    withTransaction(db.sql, (tx) => verifyByClaim(tx, person, claims, now));

  test("who lives here by the claim is verified, and who does not is not", async () => {
    const settings = { claim: "address.locality", values: ["Bilbao", "Bilbo"], numberClaim: "nif" };
    await set("claim", { settings, validMonths: 12 });
    const [resident, stranger, nameless] = [await aGuest(city), await aGuest(city), await aGuest(city)];
    expect(await signIn(stranger, { address: { locality: "Getxo" }, nif: "44444444A" })).toBe("not-entitled");
    expect(await signIn(stranger, {})).toBe("not-entitled");
    expect(await signIn(nameless, { address: { locality: "Bilbao" } })).toBe("no-number");
    expect(await signIn(resident, { address: { locality: "BILBO" }, nif: "55555555-B" })).toBe("verified");
    expect(await signIn(stranger, { address: { locality: "Bilbao" }, nif: "55555555b" })).toBe("taken");
    expect([await isVerified(resident), await isVerified(stranger), await isVerified(nameless)]).toEqual([
      ...[true, false, false],
    ]);
    expect(await findOwnResidence(db.sql, resident.id)).toMatchObject({
      method: "claim",
      expiresAt: new Date("2027-03-01T10:00:00Z"),
    });
  });

  test("who takes the provider to another account counts there, and in no second one, also where no number is asked for", async () => {
    await set("claim", { settings: { claim: "city", values: ["Bilbao"] } });
    const claims = { iss: "https://id.bilbao.example", sub: "person-1", city: "Bilbao" };
    const process = await aProcess(city, { now });
    const proposal = await aProposal(city, { process, now });
    const accounts = [await aGuest(city), await aGuest(city), await aGuest(city)] as const;
    for (const account of accounts) {
      expect(await signIn(account, claims)).toBe("verified");
      const verified = await getAccount(db.sql, account.id);
      await drain(db.sql, weightHandlers(db), { now });
      await supportProposal(db.sql, verified, proposal.uri, now).catch(() => undefined);
    }
    expect((await getProposal(db.sql, proposal.uri)).supportCount).toBe(1);
    expect(await Promise.all(accounts.map((one) => isVerified(one)))).toEqual([false, false, true]);

    // The number that the desk saw goes along, so that it is not free for a third account.
    await atDesk(accounts[2].id, "BROUGHT77");
    const last = await aGuest(city);
    expect(await signIn(last, claims)).toBe("verified");
    await expect(atDesk(accounts[0].id, "BROUGHT77")).rejects.toMatchObject({ code: "number-taken" });
    expect(await signIn(await aGuest(city), { ...claims, sub: "person-2" })).toBe("verified");
  });

  test("switched off, nobody is", async () => {
    await set("claim", { isOn: false, settings: { claim: "city", values: ["Bilbao"] } });
    expect(await signIn(await aGuest(city), { city: "Bilbao" })).toBe("off");
  });

  test("cannot be switched on half set up, nor by an official", async () => {
    await expect(set("claim", { settings: { claim: "", values: ["x"] } })).rejects.toMatchObject({
      params: { field: "claim" },
    });
    await expect(set("claim", { settings: { claim: "city", values: [] } })).rejects.toMatchObject({
      params: { field: "values" },
    });
    await expect(set("census", { settings: { asks: [] } })).rejects.toMatchObject({ params: { field: "asks" } });
    const input = { isOn: true, validMonths: null, explanation: {}, settings: {} };
    await expect(setMethod(db.sql, official, "desk", input, now)).rejects.toMatchObject({ code: "not-allowed" });
  });
});

describe("by post", () => {
  const address = "Ane Etxeberria\nKalea 7, 3. B\n48001 Bilbao";
  const ask = (person: Account, at = now) => askForLetter(db.sql, key, person, { address, number: "" }, at);
  beforeAll(() => set("post", { validMonths: 24 }));

  /** A letter asked for and sent. @returns the code that stands in it. */
  async function sentTo(person: Account, at = now): Promise<string> {
    await ask(person, at);
    const { id } = (await findOwnLetter(db.sql, person.id))!;
    await markLettersSent(db.sql, official, [id], at);
    return letterCode(key, id);
  }

  test("the address is there until the letter is sent, and the code in it verifies", async () => {
    const person = await aGuest(city, { name: "Ane" });
    await ask(person);
    const [letter] = (await listWaitingLetters(db.sql)).filter(({ name }) => name === "Ane");
    expect(letter?.address).toBe(address);
    const code = letterCode(key, letter!.id);
    expect(code).toMatch(/^[34679ACDEFGHJKMNPQRTUVWXY]{8}$/);
    await expect(verifyByLetter(db.sql, key, person, code, now)).rejects.toMatchObject({ code: "code-over" });
    expect(await markLettersSent(db.sql, official, [letter!.id], now)).toBe(1);
    expect(await markLettersSent(db.sql, official, [letter!.id], now)).toBe(0);
    expect(await told()).toContainEqual({ accountId: person.id, kind: "code-on-its-way" });
    const rows = await db.sql`select residence_letter::text as row from residence_letter where id = ${letter!.id}`;
    expect(rows[0]?.row).not.toContain("Kalea");
    expect(rows[0]?.row).not.toContain(code);
    await verifyByLetter(db.sql, key, person, `${code.slice(0, 4).toLowerCase()} - ${code.slice(4)}`, later(29));
    expect(await isVerified(person, later(29))).toBe(true);
    await expect(verifyByLetter(db.sql, key, person, code, later(29))).rejects.toMatchObject({ code: "code-over" });
  });

  test("five wrong codes end the letter, and the right one comes too late", async () => {
    const person = await aGuest(city);
    const code = await sentTo(person);
    for (const left of [4, 3, 2, 1]) {
      await expect(verifyByLetter(db.sql, key, person, "WRONG", now)).rejects.toMatchObject({
        ...{ code: "code-wrong", params: { field: "code", left } },
      });
    }
    await expect(verifyByLetter(db.sql, key, person, "WRONG", now)).rejects.toMatchObject({ code: "code-over" });
    await expect(verifyByLetter(db.sql, key, person, code, now)).rejects.toMatchObject({ code: "code-over" });
    expect(await isVerified(person)).toBe(false);
  });

  test("a code is nobody else's, and no longer good after thirty days", async () => {
    const [person, other] = [await aGuest(city), await aGuest(city)];
    const code = await sentTo(person);
    await sentTo(other);
    await expect(verifyByLetter(db.sql, key, other, code, now)).rejects.toMatchObject({ code: "code-wrong" });
    await expect(verifyByLetter(db.sql, key, person, code, later(30))).rejects.toMatchObject({ code: "code-over" });
  });

  test("an address that is none is refused; a request taken back leaves nothing; three letters are enough", async () => {
    const person = await aGuest(city);
    await expect(askForLetter(db.sql, key, person, { address: "Bilbao", number: "" }, now)).rejects.toMatchObject({
      code: "address-invalid",
      params: { field: "address" },
    });
    await ask(person);
    await cancelLetter(db.sql, person);
    expect(await findOwnLetter(db.sql, person.id)).toBeNull();
    for (const day of [0, 1, 2]) await sentTo(person, later(day));
    await expect(ask(person, later(3))).rejects.toMatchObject({ code: "letters-limit" });
    await ask(person, later(91));
  });
});

describe("the end of a verification", () => {
  test("a reminder before, word after, what was supported stays, and renewing lets one support again", async () => {
    await set("desk", { validMonths: 24 });
    const process = await aProcess(city, { now, phases: [{ ...(await aPhaseForYears()) }] });
    const [one, two] = [await aProposal(city, { process, now }), await aProposal(city, { process, now })];
    const person = await aGuest(city);
    await atDesk(person.id);
    await supportProposal(db.sql, await getAccount(db.sql, person.id), one.uri, now);
    const end = new Date("2028-03-01T10:00:00Z");
    expect((await getAccount(db.sql, person.id)).residenceExpiresAt).toEqual(end);
    const own = async (at: Date) => {
      await db.sql`insert into job (kind, payload) values ('residence-round', 'null')`;
      return (await told(at)).filter(({ accountId }) => accountId === person.id).map(({ kind }) => kind);
    };
    expect(await own(new Date("2028-01-20T10:00:00Z"))).toEqual(["residence-verified"]);
    expect(await own(new Date("2028-02-05T10:00:00Z"))).toEqual(["residence-expiring"]);
    expect(await own(new Date("2028-02-06T10:00:00Z"))).toEqual([]);
    expect(await own(end)).toEqual(["residence-over"]);
    expect(await own(end)).toEqual([]);
    expect(await isVerified(person, end)).toBe(false);
    const expired = await getAccount(db.sql, person.id);
    await expect(supportProposal(db.sql, expired, two.uri, end)).rejects.toMatchObject({ code: "not-verified" });
    expect((await getProposal(db.sql, one.uri)).supportCount).toBe(1);
    await atDesk(person.id, "", end);
    await supportProposal(db.sql, await getAccount(db.sql, person.id), two.uri, end);
    expect((await getProposal(db.sql, two.uri)).supportCount).toBe(1);
  });

  const aPhaseForYears = async () => ({
    title: { en: "Long" },
    description: {},
    startsAt: later(-10),
    endsAt: later(3_000),
    permits: ["support", "propose"] as const,
  });
});
