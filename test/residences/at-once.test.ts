// What is done about one document number at the same moment, by two people or by a person and the desk: one waits for the other, never both.
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Account } from "../../src/accounts/account.ts";
import { receiveArrival } from "../../src/identities/arrival-actions.ts";
import { type Tx, withTransaction } from "../../src/platform/db.ts";
import { openVerifyByClaim, verifyAtDesk } from "../../src/residences/actions.ts";
import { resolveConflict } from "../../src/residences/conflict-actions.ts";
import { askForLetter, markLettersSent, verifyByLetter } from "../../src/residences/letter-actions.ts";
import { setMethod } from "../../src/residences/method-actions.ts";
import { lockNumber } from "../../src/residences/number-actions.ts";
import { findOwnLetter, listConflicts } from "../../src/residences/queries.ts";
import {
  letterCode,
  type Method,
  type MethodSettings,
  numberHash,
  residenceKey,
} from "../../src/residences/residence.ts";
import { aCity, aGuest, anOfficial, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";

const secret = "a secret of this test that is long enough";
const key = residenceKey(secret);
const now = new Date("2026-03-01T10:00:00Z");

let db: TestDatabase;
let city: City;
let official: Account;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db, { now });
  official = await anOfficial(city, { name: "Desk Official", now });
  await set("desk", {});
  await set("post", { asksNumber: true });
  await set("claim", { claim: "city", values: ["Bilbao"], numberClaim: "nif" });
});
afterAll(() => db.drop());

const set = (method: Method, settings: MethodSettings) =>
  setMethod(db.sql, city.administrator, method, { isOn: true, validMonths: 24, explanation: {}, settings }, now);

let made = 0;
const aNumber = () => `ATONCE${String(++made).padStart(4, "0")}X`;

const atDesk = (person: Account, number: string) =>
  verifyAtDesk(db.sql, key, official, { accountId: person.id, number }, now);
async function aCode(person: Account, number: string): Promise<string> {
  await askForLetter(db.sql, key, person, { address: `A Name\nA Street ${++made}\n48001 Bilbao`, number }, now);
  const { id } = (await findOwnLetter(db.sql, person.id))!;
  await markLettersSent(db.sql, official, [id], now);
  return letterCode(key, id);
}
const byLetter = async (person: Account, number: string) =>
  verifyByLetter(db.sql, key, person, await aCode(person, number), now);
const byLink = (person: Account, nif: string) => {
  const verify = openVerifyByClaim(secret);
  const onClaims = async (tx: Tx, account: Account, claims: Record<string, unknown>) =>
    (await verify(tx, account, claims, now)) && null;
  const claims = { iss: "https://id.bilbao.example", sub: nif, city: "Bilbao", nif };
  const identity = { kind: "oidc", issuer: claims.iss, subject: nif } as const;
  const known = { label: "Bilbao", host: "id.bilbao.example", name: "", language: null, verifiedEmail: null };
  const arrival = { identity, ...known, claims };
  const attempt = { returnTo: "/", locale: "es" };
  return receiveArrival(
    { sql: db.sql, secret, onClaims },
    arrival,
    attempt,
    person,
    { device: "", previousSessionToken: null },
    now,
  );
};

/** While the number is held here, all of them are begun, one after the other; then it is let go. @returns how they ended. */
async function atOnce(number: string, ...begin: (() => Promise<unknown>)[]): Promise<string[]> {
  const running: Promise<string>[] = [];
  await withTransaction(db.sql, async (tx) => {
    await lockNumber(tx, numberHash(key, number));
    for (const one of begin) {
      running.push(
        one().then(
          () => "done",
          (error) => error.code,
        ),
      );
      await vi.waitUntil(async () => (await countWaiting()) === running.length, { timeout: 60_000, interval: 20 });
    }
  });
  return Promise.all(running);
}

async function countWaiting(): Promise<number> {
  const [row] = await db.sql<[{ count: number }]>`
    select count(*)::int from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  return row.count;
}

test("a number is proven by another while who had only typed it proves it, links the city's account, or types the code again", async () => {
  const ways: ((person: Account, number: string) => Promise<unknown>)[] = [atDesk, byLink];
  for (const way of ways) {
    const [typed, other, number] = [await aGuest(city), await aGuest(city), aNumber()];
    await byLetter(typed, number);
    const ends = await atOnce(
      number,
      () => atDesk(other, number),
      () => way(typed, number),
    );
    expect(ends).toEqual(["done", way === atDesk ? "number-taken" : "done"]);
  }
  const [typed, other, number] = [await aGuest(city), await aGuest(city), aNumber()];
  await byLetter(typed, number);
  const code = await aCode(typed, number);
  const ends = await atOnce(
    number,
    () => atDesk(other, number),
    () => verifyByLetter(db.sql, key, typed, code, now),
  );
  expect(ends).toEqual(["done", "letter-not-enough"]);
});

test("the desk decides about a number while who asked for it asks again", async () => {
  const [first, asked, number] = [await aGuest(city), await aGuest(city), aNumber()];
  await atDesk(first, number);
  await expect(atDesk(asked, number)).rejects.toMatchObject({ code: "number-taken" });
  const { id } = (await listConflicts(db.sql)).find(({ accountId }) => accountId === asked.id)!;
  const ends = await atOnce(
    number,
    () => atDesk(asked, number),
    () => resolveConflict(db.sql, official, id, "moved", now),
  );
  expect(ends).toEqual(["number-taken", "done"]);
});

test("whoever asks in whatever way, round after round, nobody is told of a fault", async () => {
  for (let round = 0; round < 8; round++) {
    const [typed, second, third, number] = [await aGuest(city), await aGuest(city), await aGuest(city), aNumber()];
    await byLetter(typed, number);
    const code = await aCode(second, number);
    const ends = await Promise.allSettled([
      atDesk(typed, number),
      verifyByLetter(db.sql, key, second, code, now),
      atDesk(third, number),
      byLink(second, number),
    ]);
    const faults = ends.flatMap((end) => (end.status === "rejected" ? [end.reason.code] : []));
    expect(faults.filter((code) => !["number-taken", "letter-not-enough"].includes(code))).toEqual([]);
  }
});
