// Acting for people at the desk: whose account it is, one at a time, and what stays out of bounds.
import { afterAll, beforeAll, expect, test } from "vitest";
import { openSession } from "../../src/accounts/sign-in-actions.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { isClosedToAssist } from "../../src/residences/assist.ts";
import { startAssist } from "../../src/residences/assist-actions.ts";
import { aCity, aGuest, anOfficial, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";

const now = new Date("2026-03-01T12:00:00Z");
let [db, city]: [TestDatabase, City] = [] as never;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db, { now });
});
afterAll(() => db.drop());

test("of several sessions begun at once one runs", async () => {
  const officer = await anOfficial(city, { now });
  const people = await Promise.all([1, 2, 3, 4].map(() => aGuest(city, { now })));
  const session = { device: "", previousSessionToken: null };
  const officerToken = await withTransaction(db.sql, (tx) => openSession(tx, officer.id, session, now));
  const begin = (accountId: string) =>
    startAssist(db.sql, officer, { accountId, reason: "Has no telephone", officerToken }, now);
  await Promise.all(people.map(({ id }) => begin(id)));
  expect(await db.sql`select from assist where officer_id = ${officer.id} and ended_at is null`).toHaveLength(1);
});

test.each([
  "/unsubscribe/account.x.y/confirmation",
  "/follow-by-mail/confirmation.x.y",
  "/account/data",
  "/notices",
  "/notices/settings",
  "/desk",
])("%s is closed to who acts for somebody: it is a key, or theirs alone", (path) =>
  expect(isClosedToAssist(path)).toBe(true),
);
