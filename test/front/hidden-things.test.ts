// What stands under a hidden thing: nothing of it is found, fed, listed or served that would give the hidden words away.
import { afterAll, beforeAll, expect, test } from "vitest";
import { findObject } from "../../federation/objects.ts";
import { listNewest } from "../../src/front/feed-queries.ts";
import { listChanges } from "../../src/front/queries.ts";
import { hideSubject, reinstateSubject } from "../../src/moderation/actions.ts";
import { answerProposal } from "../../src/proposals/answer-actions.ts";
import { findAnswer } from "../../src/proposals/queries.ts";
import { searchSubjects } from "../../src/subjects/search-queries.ts";
import { aCity, aComment, aProcess, aProposal, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";

const now = new Date("2026-03-01T12:00:00Z");
let [db, city]: [TestDatabase, City] = [] as never;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db, { now });
});
afterAll(() => db.drop());

test("a hidden proposal is named by no comment and no answer to it: in the search, the feeds, on the front page, on the wire", async () => {
  const process = await aProcess(city, { title: "Squares", now });
  const proposal = await aProposal(city, { process, title: "Slander of a neighbour", now });
  await aComment(city, { on: proposal, body: "A kumquat tree instead", now });
  const answer = { outcome: "rejected", reasons: "A pomelo stands there.", language: "en", term: "" } as const;
  const cost = { costAmount: null, costCurrency: null };
  await answerProposal(db.sql, city.uris, city.administrator, proposal.uri, { ...answer, ...cost }, now);
  const { uri: answerUri } = (await findAnswer(db.sql, proposal.uri))!;
  const seen = async () => {
    const first = { sizeRows: 20, after: null, before: null };
    const found = [];
    for (const text of ["kumquat", "pomelo"])
      found.push(...(await searchSubjects(db.sql, { text, kind: null }, first)).rows);
    const fed = await listNewest(db.sql, "answer", { processUri: process.uri }, 10);
    const changes = (await listChanges(db.sql, 10)).filter(({ kind }) => kind === "answer");
    const served = await findObject(db.sql, city.uris, answerUri);
    return { found: found.length, fed: fed.length, changes: changes.length, isServed: served !== null };
  };
  const all = { found: 2, fed: 1, changes: 1, isServed: true };
  expect(await seen()).toEqual(all);
  await hideSubject(db.sql, city.administrator, proposal.uri, "Slander", now);
  expect(await seen()).toEqual({ found: 0, fed: 0, changes: 0, isServed: false });
  await reinstateSubject(db.sql, city.administrator, proposal.uri, now);
  expect(await seen()).toEqual(all);
});
