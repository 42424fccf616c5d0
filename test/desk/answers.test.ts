// The desk's work on answers: whose task, notes, drafts, a time to publish, several alike; and who may do what of it.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Account } from "../../src/accounts/account.ts";
import { grantRole, revokeRole } from "../../src/accounts/people-actions.ts";
import { getAccount } from "../../src/accounts/queries.ts";
import { drain } from "../../src/platform/job-drain.ts";
import { dayMs, hourMs } from "../../src/platform/time.ts";
import { withdrawProposal } from "../../src/proposals/actions.ts";
import { answerProposal } from "../../src/proposals/answer-actions.ts";
import type { AnswerInput } from "../../src/proposals/answer-work.ts";
import {
  addNote,
  answerAlike,
  assignProposal,
  cancelPlan,
  planAnswer,
  publishPlanned,
  removeNote,
  saveDraft,
} from "../../src/proposals/answer-work-actions.ts";
import { countAnswerQueues, findAnswerWork, listAnswerQueue } from "../../src/proposals/answer-work-queries.ts";
import { eraseProposal } from "../../src/proposals/erasing-actions.ts";
import { proposalHandlers } from "../../src/proposals/jobs.ts";
import { findAnswer } from "../../src/proposals/queries.ts";
import { aCity, aGuest, aModerator, anOfficial, aProcess, aProposal, aResident, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";

const now = new Date("2026-03-01T12:00:00Z");
const inHours = (hours: number) => new Date(+now + hours * hourMs);
let db: TestDatabase;
let city: City;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db, { now });
});
afterAll(() => db.drop());

const answer: AnswerInput = {
  ...{ outcome: "accepted", reasons: "There is room for it.", language: "en" },
  ...{ costAmount: null, costCurrency: null, term: "" },
};

async function anEvaluator(processUri: string): Promise<Account> {
  const account = await aGuest(city, { name: "Eneko Evaluator", now });
  await grantRole(db.sql, city.administrator, account.id, { role: "evaluator", processUri }, now);
  return await getAccount(db.sql, account.id);
}

const first = { sizeRows: 20, after: null, before: null };
const listed = async (by: Account, filter: Partial<Parameters<typeof listAnswerQueue>[2]> = {}) =>
  (await listAnswerQueue(db.sql, by, { queue: "waiting", order: "oldest", ...filter }, first)).rows.map(
    (row) => row.uri,
  );

const eventsOf = async (uri: string) =>
  (await db.sql<{ type: string }[]>`select type from event where subject_uri = ${uri} order by id`).map(
    (row) => row.type,
  );

test("an evaluator sees what is assigned to them, and prepares it without publishing", async () => {
  const process = await aProcess(city, { now });
  const [mine, other] = [await aProposal(city, { process, now }), await aProposal(city, { process, now })];
  const official = await anOfficial(city, { process, now });
  const evaluator = await anEvaluator(process.uri);
  expect(await listed(evaluator)).toEqual([]);
  await expect(addNote(db.sql, evaluator, mine.uri, "Nice", now)).rejects.toMatchObject({ code: "not-allowed" });
  await assignProposal(db.sql, official, mine.uri, evaluator.id, now);
  expect(await listed(evaluator)).toEqual([mine.uri]);
  expect(await listed(official)).toEqual([mine.uri, other.uri]);
  expect(await listed(official, { assigned: "nobody" })).toEqual([other.uri]);
  await addNote(db.sql, evaluator, mine.uri, "Asked the gardeners.", now);
  await saveDraft(db.sql, evaluator, mine.uri, { ...answer, outcome: null, reasons: "", version: 0 }, now);
  for (const attempt of [
    () => answerProposal(db.sql, city.uris, evaluator, mine.uri, answer, now),
    () => planAnswer(db.sql, evaluator, mine.uri, { ...answer, version: 1, publishAt: inHours(1) }, now),
    () => answerAlike(db.sql, city.uris, evaluator, [mine.uri], answer, now),
    () => assignProposal(db.sql, evaluator, mine.uri, null, now),
    () => cancelPlan(db.sql, evaluator, mine.uri, now),
    () => saveDraft(db.sql, evaluator, other.uri, { ...answer, version: 0 }, now),
    () => addNote(db.sql, evaluator, other.uri, "Not mine", now),
  ]) {
    await expect(attempt()).rejects.toMatchObject({ code: "not-allowed" });
  }
  const work = await findAnswerWork(db.sql, mine.uri);
  expect(work).toMatchObject({
    assignedTo: evaluator.id,
    assignedName: "Eneko Evaluator",
    draft: { version: 1, outcome: null },
  });
  expect(work.notes.map((note) => note.body)).toEqual(["Asked the gardeners."]);
  expect(await findAnswer(db.sql, mine.uri)).toBeNull();
  expect(await eventsOf(mine.uri)).toEqual(["ProposalPublished"]);
  const told = await db.sql`select kind, subject_uri from notice where account_id = ${evaluator.id}`;
  expect(told).toMatchObject([{ kind: "assigned", subjectUri: mine.uri }]);
  // Without the role, the task is no way in.
  await revokeRole(db.sql, city.administrator, evaluator.id, { role: "evaluator", processUri: process.uri }, now);
  const stripped = await getAccount(db.sql, evaluator.id);
  expect(await listed(stripped)).toEqual([]);
  await expect(addNote(db.sql, stripped, mine.uri, "Still me", now)).rejects.toMatchObject({ code: "not-allowed" });
});

test("a task goes to someone with a role in that process, and an official of another process reaches nothing", async () => {
  const [process, elsewhere] = [await aProcess(city, { now }), await aProcess(city, { now })];
  const proposal = await aProposal(city, { process, now });
  const official = await anOfficial(city, { process, now });
  for (const someone of [
    await aResident(city, { now }),
    await aModerator(city, { process, now }),
    await anOfficial(city, { process: elsewhere, now }),
  ]) {
    await expect(assignProposal(db.sql, official, proposal.uri, someone.id, now)).rejects.toMatchObject({
      code: "invalid-input",
      params: { field: "assignee" },
    });
    await expect(assignProposal(db.sql, someone, proposal.uri, official.id, now)).rejects.toMatchObject({
      code: "not-allowed",
    });
    expect(await listed(someone, { processUri: process.uri })).toEqual([]);
  }
});

test("two who write the same draft do not overwrite each other, and a note is taken away by its writer alone", async () => {
  const proposal = await aProposal(city, { now });
  const [one, two] = [await anOfficial(city, { now }), await anOfficial(city, { now })];
  await saveDraft(db.sql, one, proposal.uri, { ...answer, version: 0 }, now);
  await expect(saveDraft(db.sql, two, proposal.uri, { ...answer, version: 0 }, now)).rejects.toMatchObject({
    code: "changed-meanwhile",
  });
  await addNote(db.sql, one, proposal.uri, "Mine", now);
  const [note] = (await findAnswerWork(db.sql, proposal.uri)).notes;
  await removeNote(db.sql, two, proposal.uri, note!.id);
  expect((await findAnswerWork(db.sql, proposal.uri)).notes).toHaveLength(1);
  await removeNote(db.sql, one, proposal.uri, note!.id);
  expect((await findAnswerWork(db.sql, proposal.uri)).notes).toEqual([]);
});

test("a planned answer is published at its time, once; moved it waits, cancelled it stays a draft", async () => {
  const process = await aProcess(city, { now });
  const official = await anOfficial(city, { process, now });
  const [kept, moved, cancelled] = [
    await aProposal(city, { process, now }),
    await aProposal(city, { process, now }),
    await aProposal(city, { process, now }),
  ];
  for (const { uri } of [kept, moved, cancelled]) {
    await planAnswer(db.sql, official, uri, { ...answer, version: 0, publishAt: inHours(2) }, now);
  }
  await planAnswer(db.sql, official, moved.uri, { ...answer, version: 1, publishAt: inHours(5) }, now);
  await cancelPlan(db.sql, official, cancelled.uri, now);
  expect(await countAnswerQueues(db.sql, official)).toMatchObject({
    waiting: { count: 0 },
    drafts: { count: 1 },
    planned: { count: 2, oldest: inHours(2) },
  });
  let time = inHours(3);
  const handlers = proposalHandlers({ sql: db.sql, uris: city.uris, clock: { now: () => time } });
  await drain(db.sql, handlers, { now: time });
  expect(await findAnswer(db.sql, kept.uri)).toMatchObject({ outcome: "accepted" });
  expect(await findAnswer(db.sql, moved.uri)).toBeNull();
  time = inHours(6);
  await drain(db.sql, handlers, { now: time });
  await publishPlanned(db.sql, city.uris, kept.uri, time);
  expect(await eventsOf(kept.uri)).toEqual(["ProposalPublished", "ProposalAnswered"]);
  expect(await findAnswer(db.sql, moved.uri)).not.toBeNull();
  expect(await findAnswer(db.sql, cancelled.uri)).toBeNull();
  expect((await findAnswerWork(db.sql, cancelled.uri)).draft).toMatchObject({ publishAt: null });
});

test("a plan says no at once for a time that is past, too far, or after the phase of answers", async () => {
  const proposal = await aProposal(city, { now });
  const official = await anOfficial(city, { now });
  for (const [publishAt, code] of [
    [inHours(-1), "invalid-input"],
    [now, "invalid-input"],
    [new Date(+now + 400 * dayMs), "invalid-input"],
    [new Date(+now + 20 * dayMs), "phase-closed"],
  ] as const) {
    await expect(
      planAnswer(db.sql, official, proposal.uri, { ...answer, version: 0, publishAt }, now),
    ).rejects.toMatchObject({ code, params: { field: "publishAt" } });
  }
});

test("what can no longer be published at its time becomes a draft that says why", async () => {
  const process = await aProcess(city, { now });
  const by = await aResident(city, { now });
  const official = await anOfficial(city, { process, now });
  const [gone, role] = [await aProposal(city, { process, by, now }), await aProposal(city, { process, now })];
  for (const { uri } of [gone, role]) {
    await planAnswer(db.sql, official, uri, { ...answer, version: 0, publishAt: inHours(2) }, now);
  }
  await withdrawProposal(db.sql, by, gone.uri, now);
  await publishPlanned(db.sql, city.uris, gone.uri, inHours(3));
  expect((await findAnswerWork(db.sql, gone.uri)).draft).toMatchObject({
    publishAt: null,
    failure: "not-in-this-state",
  });
  await revokeRole(db.sql, city.administrator, official.id, { role: "official", processUri: process.uri }, now);
  await publishPlanned(db.sql, city.uris, role.uri, inHours(3));
  expect((await findAnswerWork(db.sql, role.uri)).draft).toMatchObject({ publishAt: null, failure: "not-allowed" });
  expect(await findAnswer(db.sql, role.uri)).toBeNull();
  // The phase ended earlier than planned.
  const late = await aProposal(city, { process, now });
  await planAnswer(db.sql, city.administrator, late.uri, { ...answer, version: 0, publishAt: inHours(48) }, now);
  await db.sql`update phase set ends_at = ${inHours(24)} where process_uri = ${process.uri}`;
  await publishPlanned(db.sql, city.uris, late.uri, inHours(49));
  expect((await findAnswerWork(db.sql, late.uri)).draft).toMatchObject({ publishAt: null, failure: "phase-closed" });
});

test("several alike get an answer each, told once each; one that cannot be answered leaves all as they were", async () => {
  const process = await aProcess(city, { now });
  const official = await anOfficial(city, { process, now });
  const by = await aResident(city, { now });
  const proposals = [await aProposal(city, { process, now }), await aProposal(city, { process, by, now })];
  const uris = proposals.map(({ uri }) => uri);
  await withdrawProposal(db.sql, by, uris[1]!, now);
  await expect(answerAlike(db.sql, city.uris, official, uris, answer, now)).rejects.toMatchObject({
    code: "not-in-this-state",
  });
  expect(await findAnswer(db.sql, uris[0]!)).toBeNull();
  const third = await aProposal(city, { process, now });
  await answerAlike(db.sql, city.uris, official, [uris[0]!, third.uri, uris[0]!], answer, now);
  const given = [await findAnswer(db.sql, uris[0]!), await findAnswer(db.sql, third.uri)];
  expect(new Set(given.map((one) => one?.uri)).size).toBe(2);
  for (const uri of [uris[0]!, third.uri])
    expect(await eventsOf(uri)).toEqual(["ProposalPublished", "ProposalAnswered"]);
});

test("what the desk wrote about a proposal goes when its author has it erased", async () => {
  const by = await aResident(city, { now });
  const proposal = await aProposal(city, { by, now });
  await addNote(db.sql, city.administrator, proposal.uri, "She lives at number 4.", now);
  await saveDraft(db.sql, city.administrator, proposal.uri, { ...answer, version: 0 }, now);
  await assignProposal(db.sql, city.administrator, proposal.uri, city.administrator.id, now);
  await eraseProposal(db.sql, by, proposal.uri, now);
  expect(await findAnswerWork(db.sql, proposal.uri)).toMatchObject({ assignedTo: null, draft: null, notes: [] });
});

test("pages of a queue follow each other without a gap, both ways and in both orders", async () => {
  const process = await aProcess(city, { now });
  const made: string[] = [];
  for (let at = 0; at < 5; at += 1) made.push((await aProposal(city, { process, now: inHours(at / 10) })).uri);
  for (const order of ["oldest", "newest"] as const) {
    const expected = order === "oldest" ? made : [...made].reverse();
    const filter = { queue: "waiting", order, processUri: process.uri } as const;
    const read = (cursor: string | null, way: "after" | "before") =>
      listAnswerQueue(db.sql, city.administrator, filter, {
        ...{ sizeRows: 2, after: null, before: null },
        ...(cursor === null ? {} : { [way]: JSON.parse(Buffer.from(cursor, "base64url").toString()) }),
      });
    const one = await read(null, "after");
    const two = await read(one.older, "after");
    const three = await read(two.older, "after");
    expect([...one.rows, ...two.rows, ...three.rows].map((row) => row.uri)).toEqual(expected);
    expect(three.older).toBeNull();
    expect((await read(three.newer, "before")).rows).toEqual(two.rows);
  }
});

test("a planned answer that a colleague changes stays whole, and goes out in the name of who changed it", async () => {
  const process = await aProcess(city, { now });
  const { uri } = await aProposal(city, { process, now });
  const [planner, colleague] = [await anOfficial(city, { process, now }), await anOfficial(city, { process, now })];
  await planAnswer(db.sql, planner, uri, { ...answer, version: 0, publishAt: inHours(2) }, now);
  const half = { ...answer, outcome: null, reasons: "Not yet decided", version: 1 };
  await expect(saveDraft(db.sql, colleague, uri, half, now)).rejects.toMatchObject({
    code: "invalid-input",
    params: { field: "outcome" },
  });
  await saveDraft(db.sql, colleague, uri, { ...answer, reasons: "In other words.", version: 1 }, now);
  expect((await findAnswerWork(db.sql, uri)).draft).toMatchObject({ publishAt: inHours(2), version: 2 });
  await publishPlanned(db.sql, city.uris, uri, inHours(3));
  const [told] = await db.sql<{ answeredBy: string }[]>`select answered_by from answer where proposal_uri = ${uri}`;
  expect(told).toEqual({ answeredBy: colleague.id });
});
