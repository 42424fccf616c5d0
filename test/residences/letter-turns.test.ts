// How many letters one postal address and one document number get, whoever asks, on a real database.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Account } from "../../src/accounts/account.ts";
import { accountUri } from "../../src/accounts/queries.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { drain } from "../../src/platform/job-drain.ts";
import { dayMs } from "../../src/platform/time.ts";
import { releaseResidence } from "../../src/residences/actions.ts";
import { residenceHandlers } from "../../src/residences/jobs.ts";
import { askForLetter, cancelLetter, markLettersSent } from "../../src/residences/letter-actions.ts";
import { setMethod } from "../../src/residences/method-actions.ts";
import { findOwnLetter } from "../../src/residences/queries.ts";
import {
  addressHash,
  lettersPerAddressMax,
  lettersPerNumberMax,
  residenceKey,
} from "../../src/residences/residence.ts";
import { aCity, aGuest, anOfficial, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";

const key = residenceKey("a secret of this test that is long enough");
const now = new Date("2026-03-01T10:00:00Z");
const later = (days: number) => new Date(now.getTime() + days * dayMs);
let db: TestDatabase;
let city: City;
let official: Account;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db, { now });
  official = await anOfficial(city);
  const post = { isOn: true, validMonths: null, explanation: {}, settings: { asksNumber: true } };
  await setMethod(db.sql, city.administrator, "post", post, now);
});
afterAll(() => db.drop());

describe("letters are counted whoever asks", () => {
  const at = (place: string) => `Somebody\n${place}\n48001 Bilbao`;
  const askTo = async (address: string, number = "", moment = now) =>
    askForLetter(db.sql, key, await aGuest(city), { address, number }, moment);
  let made = 0;
  const aNumber = () => `LETTER${String(++made).padStart(4, "0")}X`;

  test("to one address, however it is spelt, also by accounts that are closed since; and never past a burst", async () => {
    const spelt = ["Kale Nagusía 9, 2.º A", "kale nagusia 9 2o a", "KALE NAGUSIA, 9 - 2º A"];
    for (let times = 1; times < lettersPerAddressMax; times++) {
      const person = await aGuest(city);
      await askForLetter(db.sql, key, person, { address: at(spelt[times % 3]!), number: aNumber() }, now);
      const { id } = (await findOwnLetter(db.sql, person.id))!;
      await markLettersSent(db.sql, official, [id], now);
      await withTransaction(db.sql, (tx) => releaseResidence(tx, person.id, now));
    }
    const burst = await Promise.allSettled([1, 2, 3].map(() => askTo(at(spelt[0]!), aNumber())));
    const codes = burst.map((end) =>
      end.status === "rejected" ? [end.reason.code, end.reason.params.field] : "asked",
    );
    expect(codes.sort()).toEqual(["asked", ...Array(2).fill(["letters-address-limit", "address"])].sort());
    await askTo(at("Kale Nagusia 9, 2.º B"), aNumber());
    await askTo(at(spelt[0]!), aNumber(), later(90));
  });

  test("what is asked for and never sent keeps a house from its letters for a week, and from none at the desk", async () => {
    const aName = (times: number) => `${"ABCDEFGHIJ"[times]}nna Nobody ${times}`;
    const askAs = async (name: string, moment = now, officerId: string | null = null) => {
      const person = await aGuest(city);
      const input = { address: `${name}\nIturribide 7\n48006 Bilbao`, number: aNumber(), officerId };
      const isPast = await askForLetter(db.sql, key, person, input, moment);
      return { person, isPast };
    };
    for (let times = 0; times < lettersPerAddressMax; times++) await askAs(aName(times));
    const refusal = { code: "letters-address-limit" };
    await expect(askAs("Anna Puig")).rejects.toMatchObject(refusal);
    await expect(askAs("Anna Puig 2", later(6))).rejects.toMatchObject(refusal);
    const { person, isPast } = await askAs("Anna Puig", now, official.id);
    expect(isPast).toBe(true);
    const acts = await db.sql`
      select account_id from audit where act = 'LetterPastLimit' and subject_uri = ${accountUri(person.id)}`;
    expect(acts).toEqual([{ accountId: official.id }]);
    expect((await askAs("Anna Puig", later(7))).isPast).toBe(false);
  });

  test("the addressee is no part of the address; the street is, where it stands in the first of two lines", () => {
    const hash = (address: string) => addressHash(key, address).toString("hex");
    const house = hash("Anna\nCarrer Major, 1\n08500 VIC");
    for (const same of ["Anna 1\ncarrer major 1\n08500 Vic", "Anna 1\nCarrer Major 1, 08500 Vic"]) {
      expect(hash(same)).toBe(house);
    }
    for (const other of ["Carrer Major 1\n08500 Vic", "Carrer Major 2\n08500 Vic"].map(hash)) {
      expect(other).not.toBe(hash("Carrer Menor 3\n08500 Vic"));
    }
    expect(hash("Carrer Major 1\n08500 Vic")).toBe(house);
  });

  test("with one number, and what was never sent is not counted", async () => {
    const number = aNumber();
    const person = await aGuest(city);
    const ask = () => askForLetter(db.sql, key, person, { address: at("Iturri 1"), number }, now);
    for (let times = 0; times <= lettersPerNumberMax; times++) await ask();
    await cancelLetter(db.sql, person);
    const closing = await aGuest(city);
    await askForLetter(db.sql, key, closing, { address: at("Iturri 1"), number }, now);
    await withTransaction(db.sql, (tx) => releaseResidence(tx, closing.id, now));
    for (let times = 0; times < lettersPerNumberMax; times++) await askTo(at(`Iturri ${times}`), number);
    const refusal = { code: "letters-number-limit", params: { field: "letterNumber", count: lettersPerNumberMax } };
    await expect(askTo(at("Iturri 99"), number)).rejects.toMatchObject(refusal);
    await db.sql`insert into job (kind, payload) values ('residence-round', 'null')`;
    const round = { sql: db.sql, clock: { now: () => later(91) }, tell: async () => {} };
    await drain(db.sql, residenceHandlers(round), { now: later(91) });
    expect(await db.sql`select from residence_letter_turn where asked_at < ${later(1)}`).toHaveLength(0);
  });
});
