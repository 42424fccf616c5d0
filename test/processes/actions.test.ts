// Processes on the real database: what the desk does, who sees it, and what is announced once.

import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findLocalActor } from "../../src/actors/queries.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { drain } from "../../src/platform/job-drain.ts";
import { dayMs } from "../../src/platform/time.ts";
import { changeProcess, decidePilot, draftProcess, publishProcess } from "../../src/processes/actions.ts";
import { addDocument } from "../../src/processes/document-actions.ts";
import { publishNews } from "../../src/processes/news-actions.ts";
import { announcePhase } from "../../src/processes/phase-actions.ts";
import type { Process } from "../../src/processes/process.ts";
import { findProcessByPath, getProcess, listDocuments, listNews, listProcesses } from "../../src/processes/queries.ts";
import { enterSubject } from "../../src/subjects/actions.ts";
import { findSubject } from "../../src/subjects/queries.ts";
import {
  aCity,
  aModerator,
  anOfficial,
  aPhase,
  aProcess,
  aProcessText,
  aResident,
  aStranger,
  type City,
} from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";

const now = new Date("2026-03-01T12:00:00Z");
const days = (count: number) => new Date(+now + count * dayMs);
let db: TestDatabase;
let city: City;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db, { now });
});
afterAll(() => db.drop());

const events = async (subjectUri: string): Promise<string[]> =>
  (await db.sql<{ type: string }[]>`select type from event where subject_uri = ${subjectUri} order by at, id`).map(
    (row) => row.type,
  );

/** Does the jobs that announce phases and that are due by then. */
const announceUntil = (then: Date) =>
  drain(
    db.sql,
    { "phase-start": (payload) => announcePhase(db.sql, city.uris, (payload as { phaseId: string }).phaseId, then) },
    { now: then },
  );

const change = (
  by: City["administrator"],
  process: Process,
  input: Partial<Parameters<typeof changeProcess>[3]>,
  at = now,
) =>
  changeProcess(
    db.sql,
    by,
    process.uri,
    { ...aProcessText(process), phases: process.phases, categoryIds: [], ...input },
    at,
  );

test("a draft is the desk's alone: no actor, no list, no event", async () => {
  const draft = await aProcess(city, { isDraft: true, now });
  expect(draft.publishedAt).toBeNull();
  expect(await findLocalActor(db.sql, draft.handle)).toBeNull();
  const listed = async (drafts: boolean) =>
    (await listProcesses(db.sql, { drafts, limit: 500, now })).some((process) => process.uri === draft.uri);
  expect([await listed(false), await listed(true)]).toEqual([false, true]);
  expect(await events(draft.uri)).toEqual([]);
});

test("publication opens its actor and tells of it once, however often it is pressed", async () => {
  const draft = await aProcess(city, { isDraft: true, title: "Shade for all", now });
  const published = await Promise.all(
    [1, 2, 3, 4].map(() => publishProcess(db.sql, city.uris, city.administrator, draft.uri, now)),
  );
  const actor = await findLocalActor(db.sql, draft.handle);
  expect(actor).toMatchObject({ kind: "process", type: "Group", name: "Shade for all" });
  expect(published.map((process) => process.actorUri)).toEqual(Array(4).fill(actor!.uri));
  expect(await events(draft.uri)).toEqual(["ProcessPublished"]);
  expect(await listNews(db.sql, { processUri: draft.uri, before: null, limit: 10 })).toHaveLength(1);
  expect((await findProcessByPath(db.sql, draft.handle))!.uri).toBe(draft.uri);
});

test("what is public keeps a title that can be seen", async () => {
  const [draft, process] = [
    await aProcess(city, { isDraft: true, now }),
    await aProcess(city, { title: "Shade", now }),
  ];
  const unseen = { title: { en: "\u200e" } };
  await change(city.administrator, draft, unseen);
  const refusal = { code: "invalid-input", params: { field: "title" } };
  await expect(change(city.administrator, process, unseen)).rejects.toMatchObject(refusal);
  await change(city.administrator, process, { title: { ...unseen.title, es: "Sombra" } });
  expect((await findSubject(db.sql, process.uri))!.title).toBe("Sombra");
});

test("only an official opens, changes and publishes", async () => {
  const draft = await aProcess(city, { isDraft: true, now });
  const elsewhere = await anOfficial(city, { process: await aProcess(city, { now }), now });
  for (const by of [await aResident(city, { now }), await aModerator(city, { now }), elsewhere]) {
    await expect(publishProcess(db.sql, city.uris, by, draft.uri, now)).rejects.toMatchObject({ code: "not-allowed" });
    await expect(change(by, draft, {})).rejects.toMatchObject({ code: "not-allowed" });
  }
  const own = await anOfficial(city, { process: draft, now });
  expect((await change(own, draft, { isPilot: true })).isPilot).toBe(true);
});

test("a handle is given once, also to two who ask at the same moment", async () => {
  const taken = await aProcess(city, { now });
  await expect(aProcess(city, { handle: taken.handle, now })).rejects.toMatchObject({ code: "handle-taken" });
  await expect(aProcess(city, { handle: "admin", now })).rejects.toMatchObject({ code: "handle-taken" });
  await expect(aProcess(city, { handle: "Not One", now })).rejects.toMatchObject({ code: "handle-invalid" });
  const drafts = await Promise.allSettled(
    [1, 2, 3].map(() => aProcess(city, { handle: "at-once", isDraft: true, now })),
  );
  expect(drafts.filter((draft) => draft.status === "fulfilled")).toHaveLength(1);
  for (const draft of drafts) {
    if (draft.status === "rejected") expect(draft.reason).toMatchObject({ code: "handle-taken" });
  }
});

test("phases that overlap or end before they start are refused, and nothing is half done", async () => {
  const process = await aProcess(city, { now });
  const phases = [aPhase(now), aPhase(now, { startsInDays: 9, endsInDays: 20 })];
  await expect(change(city.administrator, process, { phases })).rejects.toMatchObject({ code: "phases-overlap" });
  await expect(
    change(city.administrator, process, { phases: [aPhase(now, { startsInDays: 2, endsInDays: 1 })] }),
  ).rejects.toMatchObject({ code: "phase-ends-before-start" });
  expect((await getProcess(db.sql, process.uri)).phases).toEqual(process.phases);
  await expect(aProcess(city, { handle: "half-done", phases, now })).rejects.toMatchObject({ code: "phases-overlap" });
  expect(await findProcessByPath(db.sql, "half-done")).toBeNull();
});

test("each phase is announced once, at its time, and the one that is open at publication with it", async () => {
  const process = await aProcess(city, {
    phases: [
      aPhase(now, { title: "Propose", startsInDays: -1, endsInDays: 10 }),
      aPhase(now, { title: "Support", startsInDays: 10, endsInDays: 20 }),
      aPhase(now, { title: "Answers", startsInDays: 25, endsInDays: 30 }),
    ],
    now,
  });
  const told = async () => (await events(process.uri)).filter((type) => type === "PhaseStarted").length;
  const titles = async () =>
    (await listNews(db.sql, { processUri: process.uri, before: null, limit: 10 })).map((news) => news.title);
  await announceUntil(days(9));
  expect(await told()).toBe(0);
  await announceUntil(days(10));
  await announceUntil(days(11));
  const support = process.phases[1]!;
  await Promise.all([1, 2, 3].map(() => announcePhase(db.sql, city.uris, support.id, days(11))));
  expect(await told()).toBe(1);
  expect((await titles())[0]).toBe("Support");
  await announceUntil(days(24));
  expect(await told()).toBe(1);
  await announceUntil(days(26));
  expect(await told()).toBe(2);
  expect((await titles())[0]).toBe("Answers");
});

test("a phase that is moved is announced at its new time, one that is left as it is never again", async () => {
  const process = await aProcess(city, {
    phases: [aPhase(now, { startsInDays: 1, endsInDays: 10 }), aPhase(now, { startsInDays: 10, endsInDays: 20 })],
    now,
  });
  const told = async () => (await events(process.uri)).filter((type) => type === "PhaseStarted").length;
  await announceUntil(days(1));
  expect(await told()).toBe(1);
  const phases = [process.phases[0]!, { ...process.phases[1]!, startsAt: days(12) }];
  await expect(change(city.administrator, process, { phases, reason: " " }, days(2))).rejects.toMatchObject({
    code: "phase-reason-needed",
    params: { field: "reason" },
  });
  await change(city.administrator, process, { phases, reason: "The hall *burnt* down." }, days(2));
  const [news] = await listNews(db.sql, { processUri: process.uri, before: null, limit: 1 });
  expect(news).toMatchObject({ kind: "news", title: "The dates have changed" });
  expect(news!.body).toContain("The hall *burnt* down.");
  expect(await events(news!.uri)).toEqual(["NewsPublished"]);
  await announceUntil(days(11));
  expect(await told()).toBe(1);
  await announceUntil(days(12));
  expect(await told()).toBe(2);
  const hidden = await aProcess(city, { phases: [aPhase(now, { startsInDays: 1, endsInDays: 5 })], now });
  await db.sql`update subject set hidden_at = ${now} where uri = ${hidden.uri}`;
  await announceUntil(days(13));
  expect(await events(hidden.uri)).not.toContain("PhaseStarted");
});

test("news is published in the process's voice, by an official, of a public process", async () => {
  const process = await aProcess(city, { now });
  const news = { processUri: process.uri, title: "Minutes are out", body: "Read **them**.", language: "en" };
  const uri = await publishNews(db.sql, city.uris, city.administrator, news, now);
  expect(await findSubject(db.sql, uri)).toMatchObject({
    kind: "news",
    authorUri: process.actorUri,
    processUri: process.uri,
  });
  expect(await events(uri)).toEqual(["NewsPublished"]);
  const resident = await aResident(city, { now });
  await expect(publishNews(db.sql, city.uris, resident, news, now)).rejects.toMatchObject({ code: "not-allowed" });
  const draft = await aProcess(city, { isDraft: true, now });
  await expect(
    publishNews(db.sql, city.uris, city.administrator, { ...news, processUri: draft.uri }, now),
  ).rejects.toMatchObject({ code: "not-in-this-state" });
});

test("the end of a pilot is decided with reasons, and only of a pilot", async () => {
  const pilot = await aProcess(city, { isPilot: true, now });
  const decision = { decision: "scale", reasons: "Fewer cars, more children." } as const;
  await decidePilot(db.sql, city.administrator, pilot.uri, decision, now);
  expect(await getProcess(db.sql, pilot.uri)).toMatchObject({ pilotDecision: "scale", pilotDecidedAt: now });
  await expect(
    decidePilot(db.sql, city.administrator, pilot.uri, { ...decision, reasons: " " }, now),
  ).rejects.toMatchObject({ code: "invalid-input" });
  const other = await aProcess(city, { now });
  await expect(decidePilot(db.sql, city.administrator, other.uri, decision, now)).rejects.toMatchObject({
    code: "not-in-this-state",
  });
});

test("a copy of another node's process is changed by nobody here", async () => {
  const porto = await aStranger(city, { handle: "ruas", host: "porto.test", type: "Group", now });
  const [uri, id] = ["https://porto.test/processes/ruas", randomUUID()];
  await withTransaction(db.sql, async (tx) => {
    const subject = { uri, id, kind: "process", origin: "https://porto.test", url: uri, authorId: porto.id } as const;
    await enterSubject(tx, {
      ...subject,
      authorName: "",
      processUri: uri,
      title: "Ruas",
      language: "pt",
      publishedAt: now,
    });
    await tx`
      insert into process (uri, id, handle, actor_id, languages, title, is_pilot)
      values (${uri}, ${id}, 'ruas', ${porto.id}, ${["pt"]}, ${tx.json({ pt: "Ruas" })}, true)`;
  });
  const copy = await getProcess(db.sql, uri);
  const by = city.administrator;
  const document = {
    processUri: uri,
    title: "Plan",
    language: "pt",
    url: "https://x.test/a.pdf",
    mediaType: "",
    sizeBytes: null,
  };
  for (const attempt of [
    () => change(by, copy, {}),
    () => decidePilot(db.sql, by, uri, { decision: "stop", reasons: "No" }, now),
    () => addDocument(db.sql, by, document, now),
    () => publishNews(db.sql, city.uris, by, { processUri: uri, title: "Not ours", body: "x", language: "pt" }, now),
  ]) {
    await expect(attempt()).rejects.toThrow(expect.objectContaining({ code: expect.stringMatching(/^not-/) }));
  }
  expect(await listDocuments(db.sql, uri)).toEqual([]);
  // Nor can its address be taken by one of ours.
  const own = await draftProcess(
    db.sql,
    city.uris,
    by,
    { ...aProcessText(copy), handle: "ruas", organisationId: city.organisation.id, phases: [], categoryIds: [] },
    now,
  );
  expect((await findProcessByPath(db.sql, "ruas"))!.uri).toBe(own.uri);
  expect((await findProcessByPath(db.sql, id))!.uri).toBe(uri);
});
