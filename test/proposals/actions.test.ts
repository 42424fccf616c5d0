// Proposals on the real database: drafts, publication, the edit window, answers, and what is told of each.
import { afterAll, beforeAll, expect, test } from "vitest";
import { revokeMembership } from "../../src/accounts/people-actions.ts";
import { getAccount } from "../../src/accounts/queries.ts";
import { hideSubject } from "../../src/moderation/actions.ts";
import { minuteMs } from "../../src/platform/time.ts";
import { getProcess } from "../../src/processes/queries.ts";
import {
  discardDraft,
  draftProposal,
  editProposal,
  publishProposal,
  withdrawProposal,
} from "../../src/proposals/actions.ts";
import { answerProposal } from "../../src/proposals/answer-actions.ts";
import {
  findAnswer,
  findProposal,
  getProposal,
  listDrafts,
  listProposals,
  listVersions,
} from "../../src/proposals/queries.ts";
import { likeSubject } from "../../src/subjects/like-actions.ts";
import { findSubject } from "../../src/subjects/queries.ts";
import {
  aCity,
  aModerator,
  anAssociation,
  anOfficial,
  aProcess,
  aProposal,
  aProposalText,
  aResident,
  type City,
} from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";

const now = new Date("2026-03-01T12:00:00Z");
const later = (minutes: number) => new Date(+now + minutes * minuteMs);
let db: TestDatabase;
let city: City;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db, { now });
});
afterAll(() => db.drop());

const events = async (subjectUri: string): Promise<string[]> =>
  (await db.sql<{ type: string }[]>`select type from event where subject_uri = ${subjectUri} order by id`).map(
    (row) => row.type,
  );

const listed = async (processUri: string): Promise<string[]> =>
  (await listProposals(db.sql, { processUri, order: "newest", after: null, limit: 100 })).map((one) => one.uri);

test("a draft exists for its author alone", async () => {
  const process = await aProcess(city, { now });
  const by = await aResident(city, { now });
  const draft = await aProposal(city, { process, by, isDraft: true, now });
  expect(await listed(process.uri)).toEqual([]);
  expect((await listDrafts(db.sql, by.id, process.uri)).map((one) => one.uri)).toEqual([draft.uri]);
  expect(await listDrafts(db.sql, city.administrator.id, process.uri)).toEqual([]);
  expect((await getProcess(db.sql, process.uri)).proposalCount).toBe(0);
  expect(await events(draft.uri)).toEqual([]);
  const other = await aResident(city, { now });
  const edit = { ...aProposalText(), version: 1 };
  for (const attempt of [
    () => editProposal(db.sql, other, draft.uri, edit, now),
    () => publishProposal(db.sql, city.administrator, draft.uri, now),
    () => withdrawProposal(db.sql, other, draft.uri, now),
    () => discardDraft(db.sql, other, draft.uri, now),
    () => likeSubject(db.sql, city.uris, other, draft.uri, now),
  ]) {
    await expect(attempt()).rejects.toMatchObject({ code: "not-found" });
  }
  await discardDraft(db.sql, by, draft.uri, now);
  expect(await findProposal(db.sql, draft.uri)).toBeNull();
  const [row] = await db.sql`select to_jsonb(p)::text as row from proposal p where uri = ${draft.uri}`;
  expect(row!.row).not.toContain("bench");
});

test("publication is told once, however often it is pressed, and speaks through the right voice", async () => {
  const process = await aProcess(city, { now });
  const association = await anAssociation(city, { name: "Bizi" });
  const cases = [
    {
      by: await aResident(city, { name: "Ane", handle: "ane", now }),
      organisationId: null,
      voice: city.uris.actor("ane"),
    },
    { by: await aResident(city, { now }), organisationId: null, voice: process.actorUri },
    {
      by: await aResident(city, { memberOf: association, now }),
      organisationId: association.id,
      voice: association.uri,
    },
  ];
  for (const { by, organisationId, voice } of cases) {
    const draft = await aProposal(city, { process, by, organisationId, isDraft: true, now });
    await Promise.all([1, 2, 3, 4].map(() => publishProposal(db.sql, by, draft.uri, now)));
    expect(await getProposal(db.sql, draft.uri)).toMatchObject({
      state: "published",
      authorUri: voice,
      publishedAt: now,
    });
    expect(await events(draft.uri)).toEqual(["ProposalPublished"]);
    await withdrawProposal(db.sql, by, draft.uri, now);
    expect((await publishProposal(db.sql, by, draft.uri, now)).state).toBe("withdrawn");
  }
  expect((await getProcess(db.sql, process.uri)).proposalCount).toBe(3);
});

test("nobody speaks for an association they are not a member of, nor for one they have left", async () => {
  const process = await aProcess(city, { now });
  const association = await anAssociation(city);
  const stranger = await aResident(city, { now });
  await expect(aProposal(city, { process, by: stranger, organisationId: association.id, now })).rejects.toMatchObject({
    code: "not-allowed",
  });
  const member = await aResident(city, { memberOf: association, now });
  const draft = await aProposal(city, { process, by: member, organisationId: association.id, isDraft: true, now });
  await revokeMembership(db.sql, city.administrator, member.id, association.id, now);
  const former = await getAccount(db.sql, member.id);
  await expect(publishProposal(db.sql, former, draft.uri, now)).rejects.toMatchObject({ code: "not-allowed" });
  expect((await getProposal(db.sql, draft.uri)).state).toBe("draft");
  await editProposal(db.sql, former, draft.uri, { ...aProposalText(), version: 1 }, now);
  expect((await publishProposal(db.sql, former, draft.uri, now)).authorUri).toBe(process.actorUri);
});

test("proposing takes a phase that permits it, when drafting and when publishing", async () => {
  const by = await aResident(city, { now });
  const closed = await aProcess(city, { permits: ["support", "comment", "answer"], now });
  await expect(aProposal(city, { process: closed, by, now })).rejects.toMatchObject({ code: "phase-closed" });
  const unpublished = await aProcess(city, { isDraft: true, now });
  await expect(aProposal(city, { process: unpublished, by, now })).rejects.toMatchObject({ code: "not-found" });
  const process = await aProcess(city, { now });
  const draft = await aProposal(city, { process, by, isDraft: true, now });
  const after = new Date(+process.phases[0]!.endsAt);
  await expect(publishProposal(db.sql, by, draft.uri, after)).rejects.toMatchObject({ code: "phase-closed" });
  await expect(
    draftProposal(
      db.sql,
      city.uris,
      by,
      { ...aProposalText({ title: "a".repeat(151) }), processUri: process.uri },
      now,
    ),
  ).rejects.toMatchObject({ code: "too-large" });
  const short = await aProposal(city, { process, by, title: "Short", isDraft: true, now });
  await expect(publishProposal(db.sql, by, short.uri, now)).rejects.toMatchObject({ code: "invalid-input" });
});

test("the text is changed within the window, each version stays readable, and everyone is told", async () => {
  const process = await aProcess(city, { editWindowMinutes: 60, now });
  const by = await aResident(city, { now });
  const proposal = await aProposal(city, { process, by, title: "A bench by the river", now });
  const edit = (title: string, version: number, at: Date, who = by) =>
    editProposal(db.sql, who, proposal.uri, { ...aProposalText({ title }), version }, at);
  expect(await edit("Two benches by the river", 1, later(60))).toMatchObject({ version: 2, editedAt: later(60) });
  expect((await listVersions(db.sql, proposal.uri)).map((one) => one.title)).toEqual([
    "Two benches by the river",
    "A bench by the river",
  ]);
  expect(await findSubject(db.sql, proposal.uri)).toMatchObject({
    title: "Two benches by the river",
    updatedAt: later(60),
  });
  expect(await events(proposal.uri)).toEqual(["ProposalPublished", "ProposalChanged"]);
  await expect(edit("Three benches here", 1, later(60))).rejects.toMatchObject({ code: "changed-meanwhile" });
  await expect(edit("Three benches here", 2, new Date(+later(60) + 1))).rejects.toMatchObject({
    code: "edit-window-over",
  });
  await expect(edit("Three benches here", 2, now, await aResident(city, { now }))).rejects.toMatchObject({
    code: "not-allowed",
  });
  await expect(edit("\u200e".repeat(30), 2, now)).rejects.toMatchObject({ params: { field: "title" } });
  const both = await Promise.allSettled([edit("Four benches here", 2, now), edit("Five benches here", 2, now)]);
  expect(both.filter((one) => one.status === "fulfilled")).toHaveLength(1);
  expect((await getProposal(db.sql, proposal.uri)).version).toBe(3);
  await hideSubject(db.sql, city.administrator, proposal.uri, "Insults", now);
  await expect(edit("Six benches here", 3, now)).rejects.toMatchObject({ code: "edit-window-over" });
});

test("its author withdraws it, it stays readable, and nothing leads out of that", async () => {
  const by = await aResident(city, { now });
  const proposal = await aProposal(city, { by, now });
  await expect(withdrawProposal(db.sql, city.administrator, proposal.uri, now)).rejects.toMatchObject({
    code: "not-allowed",
  });
  await Promise.all([1, 2, 3].map(() => withdrawProposal(db.sql, by, proposal.uri, now)));
  expect(await events(proposal.uri)).toEqual(["ProposalPublished", "ProposalWithdrawn"]);
  expect(await listed(proposal.processUri)).toEqual([proposal.uri]);
  const answer = {
    outcome: "accepted",
    reasons: "Yes",
    costAmount: null,
    costCurrency: null,
    term: "",
    language: "en",
  } as const;
  await expect(answerProposal(db.sql, city.uris, city.administrator, proposal.uri, answer, now)).rejects.toMatchObject({
    code: "not-in-this-state",
  });
  await expect(editProposal(db.sql, by, proposal.uri, { ...aProposalText(), version: 1 }, now)).rejects.toMatchObject({
    code: "edit-window-over",
  });
});

const anAnswer = {
  outcome: "accepted",
  reasons: "It **fits**.",
  costAmount: "12000.50",
  costCurrency: "EUR",
  term: "2027",
  language: "en",
} as const;

test("the city answers and revises its answer under one address, and the state follows", async () => {
  const process = await aProcess(city, { now });
  const proposal = await aProposal(city, { process, now });
  const official = await anOfficial(city, { process, now });
  const answer = (input: object) =>
    answerProposal(db.sql, city.uris, official, proposal.uri, { ...anAnswer, ...input }, now);
  await answer({ outcome: "evaluating", costAmount: null, costCurrency: null });
  const first = (await findAnswer(db.sql, proposal.uri))!;
  await answer({});
  const revised = (await findAnswer(db.sql, proposal.uri))!;
  expect(revised).toMatchObject({ uri: first.uri, outcome: "accepted", costAmount: "12000.50", costCurrency: "EUR" });
  expect((await getProposal(db.sql, proposal.uri)).state).toBe("accepted");
  expect(await findSubject(db.sql, first.uri)).toMatchObject({ kind: "answer", authorUri: city.organisation.uri });
  expect(await events(proposal.uri)).toEqual(["ProposalPublished", "ProposalAnswered", "ProposalAnswered"]);
  await expect(
    withdrawProposal(db.sql, await getAccount(db.sql, proposal.accountId!), proposal.uri, now),
  ).rejects.toMatchObject({
    code: "not-in-this-state",
  });
});

test("only an official answers, in a phase that permits it, with reasons and a whole cost", async () => {
  const process = await aProcess(city, { now });
  const proposal = await aProposal(city, { process, now });
  const answer = (by: City["administrator"], input: object = {}) =>
    answerProposal(db.sql, city.uris, by, proposal.uri, { ...anAnswer, ...input }, now);
  const elsewhere = await anOfficial(city, { process: await aProcess(city, { now }), now });
  for (const by of [await aResident(city, { now }), await aModerator(city, { process, now }), elsewhere]) {
    await expect(answer(by)).rejects.toMatchObject({ code: "not-allowed" });
  }
  const by = city.administrator;
  await expect(answer(by, { reasons: " " })).rejects.toMatchObject({ params: { field: "reasons" } });
  for (const costAmount of ["-1", "1.234", "1,5", "1e9", "100000000000000000"]) {
    await expect(answer(by, { costAmount })).rejects.toMatchObject({ params: { field: "costAmount" } });
  }
  for (const cost of [{ costCurrency: null }, { costAmount: null }, { costCurrency: "euro" }]) {
    await expect(answer(by, cost)).rejects.toMatchObject({ params: { field: "costCurrency" } });
  }
  expect(await findAnswer(db.sql, proposal.uri)).toBeNull();
  expect((await getProposal(db.sql, proposal.uri)).state).toBe("published");
  const quiet = await aProposal(city, { process: await aProcess(city, { permits: ["propose"], now }), now });
  await expect(answerProposal(db.sql, city.uris, by, quiet.uri, anAnswer, now)).rejects.toMatchObject({
    code: "phase-closed",
  });
});
