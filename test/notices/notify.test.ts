// Telling one person: it waits for them on the page, once their account is open, and in no other account.
import { afterAll, beforeAll, expect, test } from "vitest";
import { closeAccount } from "../../src/accounts/actions.ts";
import { notify } from "../../src/notices/actions.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { aCity, aResident, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";

let db: TestDatabase;
let city: City;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db);
});
afterAll(() => db.drop());

const noticesOf = (accountId: string) => db.sql`select kind, mail from notice where account_id = ${accountId}`;

test("a person is told, to be mailed once a day unless they chose otherwise", async () => {
  const person = await aResident(city);
  await withTransaction(db.sql, (tx) =>
    notify(tx, { accountId: person.id, kind: "hidden", subjectUri: null }, new Date()),
  );
  expect(await noticesOf(person.id)).toEqual([{ kind: "hidden", mail: "daily" }]);
});

test("a closed account is told nothing", async () => {
  const person = await aResident(city);
  await closeAccount(db.sql, person, [], new Date());
  await withTransaction(db.sql, (tx) =>
    notify(tx, { accountId: person.id, kind: "hidden", subjectUri: null }, new Date()),
  );
  expect(await noticesOf(person.id)).toEqual([]);
});
