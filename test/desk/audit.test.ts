// The audit log: every official act leaves an entry with what it changed, readable by title, and taken along without residents.
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSync } from "oxc-parser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { closeAccount } from "../../src/accounts/actions.ts";
import { grantMembership, grantRole, revokeMembership, revokeRole } from "../../src/accounts/people-actions.ts";
import { knownActs } from "../../src/cities/acts.ts";
import { workDeskPages } from "../../src/desk/pages.ts";
import { cancelMeeting, changeMeeting, closeMeeting, discardMeeting } from "../../src/meetings/actions.ts";
import { keepCopy, stopCopy } from "../../src/mirrors/actions.ts";
import { dismissReport, hideSubject, reinstateSubject, reportSubject } from "../../src/moderation/actions.ts";
import { decideFirstComments, decideServer } from "../../src/moderation/peer-actions.ts";
import { hourMs } from "../../src/platform/time.ts";
import { addCategory, changeProcess, decidePilot } from "../../src/processes/actions.ts";
import { addDocument, removeDocument } from "../../src/processes/document-actions.ts";
import { publishNews } from "../../src/processes/news-actions.ts";
import { withdrawProposal } from "../../src/proposals/actions.ts";
import { answerProposal } from "../../src/proposals/answer-actions.ts";
import type { AnswerInput } from "../../src/proposals/answer-work.ts";
import {
  addNote,
  assignProposal,
  cancelPlan,
  forgetOfficer,
  planAnswer,
  publishPlanned,
  saveDraft,
} from "../../src/proposals/answer-work-actions.ts";
import { verifyAtDesk, withdrawVerification } from "../../src/residences/actions.ts";
import { changeResult, reachMilestone } from "../../src/results/actions.ts";
import * as build from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";
import { openRooms, type Rooms } from "../support/room.ts";

const now = new Date("2026-03-01T12:00:00Z");
const later = new Date(+now + hourMs);
let db: TestDatabase;
let city: build.City;
let rooms: Rooms;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await build.aCity(db, { now });
  rooms = await openRooms(db, city, [workDeskPages], { now: later });
});
afterAll(async () => {
  await rooms?.[Symbol.asyncDispose]();
  await db.drop();
});

const answer: AnswerInput = {
  ...{ outcome: "accepted", reasons: "There is room.", language: "en" },
  ...{ costAmount: "900", costCurrency: "EUR", term: "June" },
};

const lastOf = async (act: string) => {
  const [row] = await db.sql<
    {
      accountId: string;
      detail: object;
      before: Record<string, unknown> | null;
      after: Record<string, unknown> | null;
      processUri: string | null;
    }[]
  >`select account_id, detail, before, after, process_uri from audit where act = ${act} order by id desc limit 1`;
  return row;
};

describe("in the sources", () => {
  /** Nothing was one way before and is another after: what was done is all there is to say. */
  const withoutChange = [
    ...["AccountClosed", "AccountOpenedAtDesk", "ResidenceVerificationWithdrawn", "word-unlisted", "taken-back"],
  ];

  const calls = globSync("{src,federation}/**/*.ts", { cwd: join(import.meta.dirname, "../..") }).flatMap((path) => {
    const found: { path: string; acts: string[]; saysSomething: boolean }[] = [];
    const visit = (node: unknown): void => {
      if (typeof node !== "object" || node === null) return;
      const {
        type,
        callee,
        arguments: given,
      } = node as { type?: string; callee?: { name?: string }; arguments?: Json[] };
      if (type === "CallExpression" && callee?.name === "recordAct") {
        const act = given?.[2];
        const texts = act?.type === "ConditionalExpression" ? [act.consequent, act.alternate] : [act];
        const acts = texts.flatMap((text) => (typeof text?.value === "string" ? [text.value] : []));
        found.push({ path, acts, saysSomething: given?.[6] !== undefined || given?.[4]?.properties?.length !== 0 });
      }
      Object.values(node).forEach(visit);
    };
    visit(parseSync(path, readFileSync(join(import.meta.dirname, "../..", path), "utf8")).program);
    return found;
  });
  interface Json {
    readonly type?: string;
    readonly value?: unknown;
    readonly properties?: readonly unknown[];
    readonly consequent?: Json;
    readonly alternate?: Json;
  }

  test("each act that is recorded has its words", () => {
    expect(calls.length).toBeGreaterThan(40);
    const unknown = calls.flatMap(({ acts }) => acts).filter((act) => !knownActs.some((known) => known === act));
    expect(unknown).toEqual([]);
  });

  test("each says what it changed", () => {
    const silent = calls.filter(
      ({ acts, saysSomething }) => !saysSomething && !acts.some((act) => withoutChange.includes(act)),
    );
    expect(silent).toEqual([]);
  });
});

test("each official act leaves an entry: who, and what it was before and after", async () => {
  const { sql, uris, administrator: by } = city;
  const process = await build.aProcess(city, { now, isPilot: true });
  const proposal = () => build.aProposal(city, { process, now });
  const [answered, planned, failing] = [await proposal(), await proposal(), await proposal()];
  const official = await build.anOfficial(city, { process, now });
  const association = await build.anAssociation(city);
  const person = await build.aGuest(city, { now });
  const drafted = await build.aMeeting(city, { process, isDraft: true, now });
  const meeting = await build.aMeeting(city, { process, now });
  const result = await build.aResult(city, { process, now });
  const reported = await build.aComment(city, { on: answered, now });
  const document = {
    title: "The plan",
    language: "en",
    url: "https://bilbao.test/plan",
    mediaType: "text/html",
    sizeBytes: null,
  };
  const scope = { scopeUri: "https://porto.example/processes/one", kind: "process", ownOrigin: uris.origin } as const;
  const changed = {
    ...build.aProcessText(process),
    title: { en: "Green and blue" },
    phases: process.phases,
    categoryIds: [],
  };
  const reportId = async () => (await sql<{ id: string }[]>`select id from report order by id desc limit 1`)[0]!.id;
  const role = { role: "evaluator", processUri: process.uri } as const;

  const acts: Readonly<Record<string, () => Promise<unknown>>> = {
    "process-drafted": () => build.aProcess(city, { isDraft: true, now }),
    "process-published": () => build.aProcess(city, { now }),
    "process-changed": () => changeProcess(sql, by, process.uri, changed, later),
    "pilot-decided": () => decidePilot(sql, by, process.uri, { decision: "scale", reasons: "It works." }, later),
    "category-added": () => addCategory(sql, by, { name: { en: "Parks" }, parentId: null }, later),
    "document-added": () => addDocument(sql, by, { processUri: process.uri, ...document }, later),
    "document-removed": async () => {
      const [row] = await sql<{ id: string }[]>`select id from process_document where process_uri = ${process.uri}`;
      await removeDocument(sql, by, process.uri, row!.id, later);
    },
    "news-published": () =>
      publishNews(sql, uris, by, { processUri: process.uri, title: "Come", body: "And see.", language: "en" }, later),
    "meeting-drafted": () => build.aMeeting(city, { process, isDraft: true, now }),
    "meeting-published": () => build.aMeeting(city, { process, now }),
    "meeting-changed": () =>
      changeMeeting(sql, uris, by, meeting.uri, build.aMeetingText(now, { title: "Another evening" }), later),
    "meeting-discarded": () => discardMeeting(sql, by, drafted.uri, later),
    "meeting-cancelled": async () =>
      cancelMeeting(sql, uris, by, (await build.aMeeting(city, { process, now })).uri, "Snow.", later),
    "meeting-closed": async () => {
      const over = { attendeeCount: 12, organisations: "", minutes: "We talked." };
      await closeMeeting(sql, uris, by, meeting.uri, over, new Date(+now + 48 * hourMs));
    },
    "result-published": () => build.aResult(city, { process, now }),
    "result-changed": () => changeResult(sql, by, result.uri, build.aResultText({ progress: 80 }), later),
    "milestone-reached": () => {
      const step = { resultUri: result.uri, reachedOn: "2026-02-01", title: "Ten stand", body: "", language: "en" };
      return reachMilestone(sql, uris, by, { ...step, status: "in-progress", progress: 50 }, later);
    },
    "proposal-assigned": () => assignProposal(sql, by, answered.uri, official.id, later),
    "answer-drafted": () => saveDraft(sql, by, answered.uri, { ...answer, version: 0 }, later),
    "proposal-answered": () => answerProposal(sql, uris, by, answered.uri, answer, later),
    "answer-planned": () =>
      planAnswer(sql, by, planned.uri, { ...answer, version: 0, publishAt: new Date(+now + 9 * hourMs) }, later),
    "answer-plan-cancelled": () => cancelPlan(sql, by, planned.uri, later),
    RoleGranted: () => grantRole(sql, by, person.id, role, later),
    RoleRevoked: () => revokeRole(sql, by, person.id, role, later),
    ResidenceVerified: () => verifyAtDesk(sql, Buffer.alloc(32), by, build.documentOf(person), later),
    ResidenceVerificationWithdrawn: () => withdrawVerification(sql, by, person.id, later),
    MembershipGranted: () => grantMembership(sql, by, person.id, association.id, later),
    MembershipRevoked: () => revokeMembership(sql, by, person.id, association.id, later),
    "subject-hidden": () => hideSubject(sql, by, reported.uri, "An insult.", later),
    "subject-reinstated": () => reinstateSubject(sql, by, reported.uri, later),
    "report-dismissed": async () => {
      const report = { category: "other", reason: "I dislike it.", isForwarded: false } as const;
      await reportSubject(sql, person, { subjectUri: reported.uri, ...report }, later);
      await dismissReport(sql, by, await reportId(), later);
    },
    "server-decided": () =>
      decideServer(sql, uris, by, { host: "porto.example", policy: "limited", reason: "New." }, later),
    "first-comments-decided": () => decideFirstComments(sql, by, true, later),
    "copy-kept": () => keepCopy(sql, by, scope, later),
    "copy-stopped": () => stopCopy(sql, by, scope.scopeUri, later),
  };
  for (const [act, doIt] of Object.entries(acts)) {
    const before = (await db.sql`select from audit where act = ${act}`).length;
    await doIt();
    const entries = (await db.sql`select from audit where act = ${act}`).length;
    expect(entries, act).toBe(before + 1);
    const entry = await lastOf(act);
    expect(entry?.accountId, act).toBe(by.id);
    // That it is taken back is all there is to say.
    if (act === "ResidenceVerificationWithdrawn") continue;
    expect(Object.keys({ ...entry?.detail, ...entry?.before, ...entry?.after }), act).not.toEqual([]);
  }
  expect(await lastOf("process-changed")).toMatchObject({
    before: { title: process.title },
    after: { title: { en: "Green and blue" } },
    processUri: process.uri,
  });
  expect(Object.keys((await lastOf("process-changed"))!.after!)).toEqual(["title"]);
  expect(await lastOf("proposal-answered")).toMatchObject({ after: { outcome: "accepted", costAmount: "900" } });
  await answerProposal(sql, uris, by, answered.uri, { ...answer, outcome: "rejected" }, later);
  expect(await lastOf("proposal-answered")).toMatchObject({
    before: { outcome: "accepted" },
    after: { outcome: "rejected" },
  });
  // What the node could not do for someone.
  await planAnswer(sql, by, failing.uri, { ...answer, version: 0, publishAt: new Date(+now + 9 * hourMs) }, later);
  const author = await sql<{ accountId: string }[]>`select account_id from proposal where uri = ${failing.uri}`;
  await withdrawProposal(sql, { ...by, id: author[0]!.accountId }, failing.uri, later);
  await publishPlanned(sql, uris, failing.uri, new Date(+now + 10 * hourMs));
  expect(await lastOf("answer-plan-failed")).toMatchObject({ accountId: null, processUri: process.uri });
});

test("an administrator reads sentences with titles, filtered, and takes along a table without residents", async () => {
  const process = await build.aProcess(city, { now, title: "Quiet streets" });
  const proposal = await build.aProposal(city, { process, now, title: "Slow down on Elm Street" });
  const officer = await build.anOfficial(city, { process, name: "Olatz Officer", now });
  await answerProposal(db.sql, city.uris, officer, proposal.uri, { ...answer, reasons: '=HYPERLINK("x")' }, later);
  await addNote(db.sql, officer, proposal.uri, "planted-desk-note", later);
  const resident = await build.aResident(city, { name: "Rosa Resident", email: "rosa@planted.example", now });
  await grantRole(db.sql, city.administrator, officer.id, { role: "moderator", processUri: process.uri }, later);
  const hidden = await build.aProposal(city, { process, now, title: "planted-hidden-title" });
  await hideSubject(db.sql, city.administrator, hidden.uri, "Not fitting.", later);

  const visitor = await rooms.visitor(city.administrator);
  await visitor.open("/desk/audit");
  expect(visitor.text).toContain("Olatz Officer answered a proposal: Slow down on Elm Street");
  expect(visitor.text).not.toContain("/proposals/");
  expect(visitor.all("tr").find((row) => row.includes("Outcome"))).toMatch(/–.*Accepted/);
  visitor.fill("Person", "Olatz Officer").fill("From", "2026-03-01").fill("Until", "2026-03-01");
  await visitor.press("Show");
  expect(visitor.all("strong").filter((name) => name !== "Olatz Officer")).toEqual([]);
  visitor.fill("Until", "2026-02-28").fill("From", "");
  await visitor.press("Show");
  expect(visitor.text).toContain("Nothing has been done yet");
  visitor.fill("Until", "").fill("Person", "").fill("Process", process.uri);
  await visitor.press("Show");
  const address = visitor.linkTo("CSV")!;
  for (const path of [address, address.replace(".csv", ".ndjson"), "/desk/audit.csv", "/desk/audit.ndjson"]) {
    await visitor.open(path);
    expect(visitor.html).toContain("Olatz Officer");
    expect(visitor.html).toContain("Slow down on Elm Street");
    for (const word of ["Rosa Resident", resident.id, "planted.example", "planted-desk-note", "planted-hidden-title"]) {
      expect(visitor.html, `${path}: ${word}`).not.toContain(word);
    }
  }
  const lines = visitor.html
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines.length).toBe((await db.sql`select from audit`).length);
  const after = { outcome: "accepted", reasons: '=HYPERLINK("x")' };
  expect(lines.find((line) => line.about === "Slow down on Elm Street")).toMatchObject({ by: "Olatz Officer", after });
});

test("what the desk notes for itself stands in one table", async () => {
  const tables = await db.sql<{ name: string }[]>`
    select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`;
  const places: string[] = [];
  for (const { name } of tables) {
    const rows = await db.sql`select from ${db.sql(name)} one where to_jsonb(one)::text like '%planted-desk-note%'`;
    if (rows.length > 0) places.push(name);
  }
  expect(places).toEqual(["answer_note"]);
});

test("an administrator of a process reads what was done there, and an official nothing of the log", async () => {
  const [here, elsewhere] = [
    await build.aProcess(city, { now }),
    await build.aProcess(city, { now, title: "Far away" }),
  ];
  const head = await build.aGuest(city, { now });
  await grantRole(db.sql, city.administrator, head.id, { role: "administrator", processUri: here.uri }, now);
  const { getAccount } = await import("../../src/accounts/queries.ts");
  const visitor = await rooms.visitor(await getAccount(db.sql, head.id));
  await visitor.open("/desk/audit");
  expect(visitor.text).toContain("published a process");
  for (const path of [
    "/desk/audit",
    `/desk/audit?process=${encodeURIComponent(elsewhere.uri)}`,
    "/desk/audit.ndjson",
  ]) {
    await visitor.open(path);
    expect(visitor.html).not.toContain("Far away");
  }
  const official = await rooms.visitor(await build.anOfficial(city, { now }));
  for (const path of ["/desk/audit", "/desk/audit.csv", "/desk/audit.ndjson"]) {
    await official.open(path);
    expect(official.status).toBe(403);
  }
});

test("the name of someone who left is gone from the log, and their tasks and plans with them", async () => {
  const process = await build.aProcess(city, { now });
  const proposal = await build.aProposal(city, { process, now });
  const officer = await build.anOfficial(city, { process, name: "Iker Gone", now });
  await assignProposal(db.sql, city.administrator, proposal.uri, officer.id, now);
  await planAnswer(db.sql, officer, proposal.uri, { ...answer, version: 0, publishAt: later }, now);
  await closeAccount(db.sql, officer, [forgetOfficer], now);
  expect(await db.sql`select from answer_assignment where proposal_uri = ${proposal.uri}`).toHaveLength(0);
  await publishPlanned(db.sql, city.uris, proposal.uri, new Date(+later + hourMs));
  expect(await db.sql`select from answer where proposal_uri = ${proposal.uri}`).toHaveLength(0);
  const visitor = await rooms.visitor(city.administrator);
  await visitor.open("/desk/audit");
  expect(visitor.text).toContain("Someone whose account is closed");
  expect(visitor.html).not.toContain("Iker Gone");
});
