// Moderation on the real database: who may, what leaves the page, what is told, and that nothing of a report gets out.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Account } from "../../src/accounts/account.ts";
import { policyFor } from "../../src/actors/queries.ts";
import { deleteComment } from "../../src/comments/actions.ts";
import { getComment } from "../../src/comments/queries.ts";
import {
  dismissReport,
  hideSubject,
  holdForModeration,
  receiveFlag,
  reinstateSubject,
  reportSubject,
} from "../../src/moderation/actions.ts";
import { decideServer } from "../../src/moderation/peer-actions.ts";
import { listHidden, listReports, type ReportFilter } from "../../src/moderation/queries.ts";
import { hidingReasonLengthMax } from "../../src/moderation/report.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { getProcess } from "../../src/processes/queries.ts";
import { listProposals } from "../../src/proposals/queries.ts";
import { findSubject } from "../../src/subjects/queries.ts";
import {
  aCity,
  aComment,
  aGuest,
  aModerator,
  anOfficial,
  aProcess,
  aProposal,
  aRemoteComment,
  aResident,
  aStranger,
  type City,
} from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";

const now = new Date("2026-03-01T12:00:00Z");
const later = new Date("2026-03-01T13:00:00Z");
let db: TestDatabase;
let city: City;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db, { now });
});
afterAll(() => db.drop());

const events = async (uri: string) =>
  (await db.sql<{ type: string }[]>`select type from event where subject_uri = ${uri} order by id`).map(
    (row) => row.type,
  );
const acts = async (uri: string) =>
  (await db.sql<{ act: string }[]>`select act from audit where subject_uri = ${uri} order by id`).map((row) => row.act);
const page = { sizeRows: 20, after: null, before: null };
const reportsOn = async (uri: string, by: Account = city.administrator, filter: ReportFilter = {}) =>
  (await listReports(db.sql, by, filter, { ...page, sizeRows: 500 })).rows.filter((report) =>
    report.things.some((thing) => thing.uri === uri),
  );
const report = (by: Account, subjectUri: string, isForwarded = false) =>
  reportSubject(db.sql, by, { subjectUri, category: "abuse", reason: "It insults my neighbour", isForwarded }, now);

test("what is hidden leaves lists and counts at once, with its reason, and comes back as it was", async () => {
  const process = await aProcess(city, { now });
  const proposal = await aProposal(city, { process, now });
  await aProposal(city, { process, now });
  const listed = async () =>
    (await listProposals(db.sql, { processUri: process.uri, order: "newest", after: null, limit: 10 })).length;
  const moderator = await aModerator(city, { process, now });

  await hideSubject(db.sql, moderator, proposal.uri, " Names a private person ", now);
  expect(await findSubject(db.sql, proposal.uri)).toMatchObject({
    hiddenAt: now,
    hiddenReason: "Names a private person",
  });
  expect([await listed(), (await getProcess(db.sql, process.uri)).proposalCount]).toEqual([1, 1]);
  await hideSubject(db.sql, moderator, proposal.uri, "Names a neighbour", later);
  expect(await findSubject(db.sql, proposal.uri)).toMatchObject({ hiddenAt: now, hiddenReason: "Names a neighbour" });
  expect((await getProcess(db.sql, process.uri)).proposalCount).toBe(1);

  await reinstateSubject(db.sql, moderator, proposal.uri, later);
  await reinstateSubject(db.sql, moderator, proposal.uri, later);
  expect([await listed(), (await getProcess(db.sql, process.uri)).proposalCount]).toEqual([2, 2]);
  expect(await events(proposal.uri)).toEqual(["ProposalPublished", "SubjectHidden", "SubjectReinstated"]);
  expect(await acts(proposal.uri)).toEqual(["subject-hidden", "subject-hidden", "subject-reinstated"]);
});

test("only a moderator of that process, or of the node, hides", async () => {
  const process = await aProcess(city, { now });
  const comment = await aComment(city, { on: process, now });
  const elsewhere = await aModerator(city, { process: await aProcess(city, { now }), now });
  for (const by of [await aResident(city, { now }), await anOfficial(city, { now }), elsewhere]) {
    await expect(hideSubject(db.sql, by, comment.uri, "Because", now)).rejects.toMatchObject({ code: "not-allowed" });
  }
  const ofProcess = await aModerator(city, { process, now });
  await expect(hideSubject(db.sql, ofProcess, process.uri, "Because", now)).rejects.toMatchObject({
    code: "not-allowed",
  });
  await hideSubject(db.sql, ofProcess, comment.uri, "Because", now);
  await expect(reinstateSubject(db.sql, elsewhere, comment.uri, now)).rejects.toMatchObject({ code: "not-allowed" });
  await hideSubject(db.sql, await aModerator(city, { now }), process.uri, "A trial", now);
  expect((await findSubject(db.sql, process.uri))!.hiddenAt).toEqual(now);
});

test("hiding takes a reason that can be shown, and something to hide", async () => {
  const by = city.administrator;
  const author = await aResident(city, { now });
  const comment = await aComment(city, { on: await aProcess(city, { now }), by: author, now });
  const draft = await aProposal(city, { isDraft: true, now });
  const hide = (uri: string, reason: string) => hideSubject(db.sql, by, uri, reason, now);
  await expect(hide(comment.uri, " \n ")).rejects.toMatchObject({ code: "invalid-input", params: { field: "reason" } });
  await expect(hide(comment.uri, "a".repeat(hidingReasonLengthMax + 1))).rejects.toMatchObject({ code: "too-large" });
  await expect(hide("https://nowhere.test/1", "Spam")).rejects.toMatchObject({ code: "not-found" });
  await expect(hide(draft.uri, "Spam")).rejects.toMatchObject({ code: "not-found" });
  await deleteComment(db.sql, author, comment.uri, now);
  await expect(hide(comment.uri, "Spam")).rejects.toMatchObject({ code: "not-found" });
  await expect(reinstateSubject(db.sql, by, comment.uri, now)).rejects.toMatchObject({ code: "not-found" });
});

test("a report is for the moderators of its process alone, and one person's is one", async () => {
  const process = await aProcess(city, { now });
  const comment = await aComment(city, { on: process, now });
  const reporter = await aGuest(city, { name: "Olatz", now });
  await Promise.all([1, 2, 3].map(() => report(reporter, comment.uri)));
  await report(await aGuest(city, { now }), comment.uri);

  const moderator = await aModerator(city, { process, now });
  const seen = await reportsOn(comment.uri, moderator);
  expect(seen).toHaveLength(2);
  expect(seen.at(-1)).toMatchObject({ reporterName: "Olatz", category: "abuse", state: "open" });
  expect(seen[0]!.things).toMatchObject([{ uri: comment.uri, otherReports: 1, kind: "comment" }]);
  const elsewhere = await aModerator(city, { process: await aProcess(city, { now }), now });
  expect(await reportsOn(comment.uri, elsewhere)).toEqual([]);
  for (const by of [reporter, await anOfficial(city, { now })]) {
    await expect(listReports(db.sql, by, {}, page)).rejects.toMatchObject({ code: "not-allowed" });
  }
  await expect(dismissReport(db.sql, elsewhere, seen[0]!.id, now)).rejects.toMatchObject({ code: "not-allowed" });
  expect(await events(comment.uri)).toEqual(["CommentPublished"]);
});

test("deciding on a thing closes every report on it; dismissing one leaves the others", async () => {
  const comment = await aComment(city, { on: await aProcess(city, { now }), now });
  const [one, two] = [await aGuest(city, { now }), await aGuest(city, { now })];
  await report(one, comment.uri);
  await report(two, comment.uri);
  const [last] = await reportsOn(comment.uri);
  await dismissReport(db.sql, city.administrator, last!.id, now);
  await dismissReport(db.sql, city.administrator, last!.id, now);
  const states = async () => (await reportsOn(comment.uri)).map((found) => [found.state, found.outcome]);
  expect(await states()).toEqual([
    ["open", null],
    ["closed", "kept"],
  ]);
  await report(two, comment.uri);
  await Promise.all([
    hideSubject(db.sql, city.administrator, comment.uri, "Insults", now),
    hideSubject(db.sql, await aModerator(city, { now }), comment.uri, "Insults", now),
  ]);
  expect(await states()).toEqual([
    ["closed", "hidden"],
    ["closed", "kept"],
    ["closed", "hidden"],
  ]);
  expect(await events(comment.uri)).toEqual(["CommentPublished", "SubjectHidden"]);
  const hidden = await listHidden(db.sql, city.administrator, { ...page, sizeRows: 500 });
  expect(hidden.rows.find((thing) => thing.uri === comment.uri)).toMatchObject({ hiddenReason: "Insults" });
  await expect(report(one, comment.uri)).rejects.toMatchObject({ code: "not-found" });
});

test("a report on another node's thing is told to that node only where the person says so, without their name", async () => {
  const on = await aProcess(city, { now });
  const by = await aGuest(city, { name: "Secret Name", now });
  const [kept, told] = [await aRemoteComment(city, { on, now }), await aRemoteComment(city, { on, now })];
  await report(by, kept.uri, false);
  await report(by, told.uri, true);
  await report(by, told.uri, true);
  expect(await events(kept.uri)).toEqual([]);
  const [event] = await db.sql`select * from event where subject_uri = ${told.uri}`;
  expect(event).toMatchObject({ type: "SubjectReported", data: { reason: "It insults my neighbour" } });
  expect(JSON.stringify(event)).not.toMatch(new RegExp(`Secret|${by.id}|${by.email}`));
  expect(await events(told.uri)).toHaveLength(1);
  const ours = await aComment(city, { on, now });
  await report(by, ours.uri, true);
  expect(await events(ours.uri)).toEqual(["CommentPublished"]);
});

test("a report from another server is one for all it names; what is unknown is left out", async () => {
  const process = await aProcess(city, { now });
  const comments = [await aComment(city, { on: process, now }), await aComment(city, { on: process, now })];
  const draft = await aProposal(city, { process, isDraft: true, now });
  const actor = await aStranger(city, { handle: "mod", host: "social.example", now });
  const flag = (objectUris: string[]) =>
    withTransaction(db.sql, (tx) => receiveFlag(tx, { actor, objectUris, content: "Spam\u0000 from here" }, now));
  const uris = comments.map((comment) => comment.uri);
  await flag([process.actorUri!, ...uris, uris[0]!, draft.uri, "https://nowhere.test/1"]);
  await flag(uris);
  await flag(["https://nowhere.test/2", draft.uri]);
  const found = await reportsOn(uris[0]!);
  expect(found).toHaveLength(1);
  expect(found[0]).toMatchObject({
    reporterAddress: "@mod@social.example",
    reason: "Spam from here",
    reporterName: null,
  });
  expect(found[0]!.things.map((thing) => thing.uri).sort()).toEqual([process.uri, ...uris].sort());
  await hideSubject(db.sql, city.administrator, uris[0]!, "Spam", now);
  expect((await reportsOn(uris[0]!))[0]).toMatchObject({ state: "open" });
  await hideSubject(db.sql, city.administrator, uris[1]!, "Spam", now);
  await dismissReport(db.sql, city.administrator, found[0]!.id, now);
  expect((await reportsOn(uris[0]!))[0]).toMatchObject({ state: "closed", outcome: "hidden" });
  // A moderator of the process sees its comments there, and not the report on the process itself.
  const moderator = await aModerator(city, { process, now });
  expect((await reportsOn(uris[0]!, moderator))[0]!.things.map((thing) => thing.uri).sort()).toEqual([...uris].sort());
});

test("what is held is shown or hidden, never left unseen", async () => {
  const comment = await aRemoteComment(city, { on: await aProcess(city, { now }), isHeld: true, now });
  await withTransaction(db.sql, (tx) => holdForModeration(tx, comment.uri, now));
  const [held] = await reportsOn(comment.uri);
  await expect(dismissReport(db.sql, city.administrator, held!.id, now)).rejects.toMatchObject({
    code: "not-in-this-state",
  });
  await reinstateSubject(db.sql, city.administrator, comment.uri, now);
  expect((await getComment(db.sql, comment.uri)).hiddenAt).toBeNull();
  expect(await reportsOn(comment.uri, city.administrator, { state: "open" })).toEqual([]);
});

test("the desk filters by state, kind, origin and process, and pages by key with the open ones first", async () => {
  const process = await aProcess(city, { now });
  const [ours, theirs] = [await aComment(city, { on: process, now }), await aRemoteComment(city, { on: process, now })];
  const proposal = await aProposal(city, { process, now });
  const by = await aGuest(city, { now });
  for (const uri of [ours.uri, theirs.uri, proposal.uri]) await report(by, uri);
  await hideSubject(db.sql, city.administrator, proposal.uri, "Spam", now);
  const list = async (filter: ReportFilter) =>
    (await listReports(db.sql, city.administrator, { processUri: process.uri, ...filter }, page)).rows.map(
      (found) => found.things[0]!.uri,
    );
  expect(await list({})).toEqual([theirs.uri, ours.uri, proposal.uri]);
  expect(await list({ state: "closed" })).toEqual([proposal.uri]);
  expect(await list({ kind: "comment", from: "elsewhere" })).toEqual([theirs.uri]);
  expect(await list({ from: "here" })).toEqual([ours.uri, proposal.uri]);
  const seen: string[] = [];
  let after: [string, string] | null = null;
  for (let n = 0; n < 3; n += 1) {
    const found = await listReports(
      db.sql,
      city.administrator,
      { processUri: process.uri },
      { sizeRows: 1, after, before: null },
    );
    seen.push(found.rows[0]!.things[0]!.uri);
    after = [found.rows[0]!.state, found.rows[0]!.id];
  }
  expect(seen).toEqual(await list({}));
});

test("only an administrator decides on another server, and never on this one", async () => {
  const decide = (by: Account, host: string) =>
    decideServer(db.sql, city.uris, by, { host, policy: "blocked", reason: "Floods us" }, now);
  const moderator = await aModerator(city, { now });
  await expect(decide(moderator, "flood.example")).rejects.toMatchObject({ code: "not-allowed" });
  for (const host of ["bilbao.test", "not a host", "flood.example/path", ""]) {
    await expect(decide(city.administrator, host)).rejects.toMatchObject({ code: "invalid-input" });
  }
  await decide(city.administrator, " Flood.example");
  expect(await policyFor(db.sql, "flood.example")).toBe("blocked");
  expect(await acts("https://flood.example")).toEqual(["server-decided"]);
});
