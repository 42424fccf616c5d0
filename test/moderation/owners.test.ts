// What moderators of another server say of words that were written here: told, but never so often that it harms.
import { afterAll, beforeAll, expect, test } from "vitest";
import { keepStatementOfOwner } from "../../src/moderation/statement-actions.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { hourMs } from "../../src/platform/time.ts";
import { aCity, aComment, aProposal, aResident, aStranger, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";

const now = new Date("2026-03-01T12:00:00Z");
let [db, city]: [TestDatabase, City] = [] as never;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db, { now });
});
afterAll(() => db.drop());

const lettersTo = async (accountId: string) =>
  (await db.sql`select from notice where kind = 'statement' and mail = 'always' and account_id = ${accountId}`).length;

test("a moderator elsewhere fills nobody's letterbox, and a message about one is not turned into one about another", async () => {
  const from = await aStranger(city, { handle: "owner", host: "owner.example", now });
  const [ane, jon] = [await aResident(city, { now }), await aResident(city, { now })];
  const on = await aProposal(city, { now });
  const [said, other] = [await aComment(city, { on, by: ane, now }), await aComment(city, { on, by: jon, now })];
  const tell = (noteUri: string, subjectUri: string, reason: string, at = now) =>
    withTransaction(db.sql, (tx) => keepStatementOfOwner(tx, { from, noteUri, subjectUri, rule: "spam", reason }, at));
  const note = (number: number) => `https://owner.example/notes/${number}`;
  await tell(note(0), said.uri, "Spam");
  for (let again = 0; again < 5; again += 1) await tell(note(0), said.uri, `Spam ${again}`);
  expect(await lettersTo(ane.id)).toBe(1);
  await tell(note(0), said.uri, "On second thoughts", new Date(+now + 2 * hourMs));
  expect(await lettersTo(ane.id)).toBe(2);
  await expect(tell(note(0), other.uri, "Spam")).rejects.toMatchObject({ code: "not-allowed" });
  expect(await lettersTo(jon.id)).toBe(0);
  const outcomes = [];
  for (let number = 1; number < 30; number += 1)
    outcomes.push(
      await tell(note(number), said.uri, "Spam").then(
        () => "told",
        (error) => error.code,
      ),
    );
  expect(new Set(outcomes)).toEqual(new Set(["told", "too-many-requests"]));
  expect(await lettersTo(ane.id)).toBeLessThan(25);
});
