// Reporting and the moderators' desk, walked through by the text of labels, links and buttons.
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { policyFor } from "../../src/actors/queries.ts";
import { commentPages } from "../../src/comments/pages.ts";
import { getComment } from "../../src/comments/queries.ts";
import { reportSubject } from "../../src/moderation/actions.ts";
import {
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
import type { TestDatabase } from "../support/database.ts";
import type { Rooms } from "../support/room.ts";
import { closeModeratedCity, openModeratedCity } from "./moderated-city.ts";

const now = new Date("2026-03-01T12:00:00Z");
let db: TestDatabase;
let city: City;
let room: Rooms;
beforeAll(async () => {
  ({ db, city, room } = await openModeratedCity(now, commentPages));
});
afterAll(() => closeModeratedCity({ db, room }));
afterEach(() => expect(room.faults).toEqual([]));

const report = async (uri: string, reason = "It names my neighbour") =>
  reportSubject(
    db.sql,
    await aGuest(city, { now }),
    { subjectUri: uri, category: "abuse", reason, isForwarded: false },
    now,
  );

test("a reader reports a comment; a moderator reads both, hides it with a reason, and shows it again", async () => {
  const process = await aProcess(city, { now });
  const author = await aResident(city, { name: "Jon", now });
  const comment = await aComment(city, { on: process, by: author, body: "My **neighbour** is a thief", now });

  const reader = await room.visitor(await aGuest(city, { name: "Olatz", now }));
  await reader.open(`/comments/${comment.id}`);
  await reader.follow("Report");
  await reader.press("Send the report");
  expect(reader.status).toBe(422);
  reader.check("Insults, threats or hate");
  await reader.fill("What should the moderator know?", "This is slander").press("Send the report");
  expect(reader.url.pathname).toBe("/reports/thanks");
  expect(reader.text).toContain("A moderator of this city reads it.");

  const moderator = await room.visitor(await aModerator(city, { process, now }));
  await moderator.open("/moderation");
  for (const words of ["Open", "Insults, threats or hate", "This is slander", "Reported by Olatz", "thief", "Jon"]) {
    expect(moderator.text).toContain(words);
  }
  expect(moderator.html).toContain("<strong>neighbour</strong>");
  await moderator.follow("Decide");
  await moderator.press("Hide it");
  expect(moderator.status).toBe(422);
  await moderator.fill("Reason", "Accuses a private person").press("Hide it");
  expect(moderator.text).toContain("Hidden: Accuses a private person");
  expect(moderator.text).toContain("What was decided");
  await reader.open(`/comments/${comment.id}`);
  expect(reader.text).toContain("Hidden by moderation: Accuses a private person");
  expect(reader.text).not.toContain("thief");

  await moderator.open("/moderation/hidden");
  expect(moderator.text).toContain("Accuses a private person");
  await moderator.press("Show it");
  expect(moderator.text).toContain("Everyone can read it again.");
  expect((await getComment(db.sql, comment.uri)).hiddenAt).toBeNull();
  await moderator.open("/moderation?state=open");
  expect(moderator.text).toContain("Nothing is reported");
});

test("a report of what came from elsewhere is told to its server where the box is ticked, and nowhere where it is not", async () => {
  const process = await aProcess(city, { now });
  const by = await aStranger(city, { host: "afar.example", now });
  const box = "Also tell afar.example, without my name";
  const reader = await room.visitor(await aGuest(city, { name: "Olatz", now }));
  const flagsAfterReport = async (isTicked: boolean) => {
    const comment = await aRemoteComment(city, { on: process, by, now });
    await reader.open(`/comments/${comment.id}`);
    await reader.follow("Report");
    expect(reader.isChecked(box)).toBe(false);
    if (isTicked) reader.check(box);
    await reader.press("Send the report");
    expect(reader.status).toBe(422);
    expect(reader.isChecked(box)).toBe(isTicked);
    reader.check("Spam or advertising");
    await reader.fill("What should the moderator know?", "A shop").press("Send the report");
    expect(reader.url.pathname).toBe("/reports/thanks");
    return await db.sql`
      select event.data from job join event on event.id::text = job.payload ->> 'eventId'
      where job.kind = 'federate' and event.type = 'SubjectReported' and event.subject_uri = ${comment.uri}`;
  };
  expect(await flagsAfterReport(true)).toEqual([{ data: { reason: "A shop", category: "spam" } }]);
  expect(await flagsAfterReport(false)).toEqual([]);

  const ours = await aComment(city, { on: process, now });
  await reader.open(`/reports/new?about=${encodeURIComponent(ours.uri)}`);
  expect(reader.text).not.toContain("Also tell");
});

test("a report is left as it is with one press", async () => {
  const process = await aProcess(city, { now });
  const comment = await aComment(city, { on: process, now });
  await report(comment.uri);
  const moderator = await room.visitor(await aModerator(city, { process, now }));
  await moderator.open("/moderation");
  await moderator.press("Leave as it is");
  expect(moderator.text).toContain("The report is closed, and nothing is hidden.");
  expect(moderator.text).toContain("Left as it is");
  expect(moderator.hasButton("Leave as it is")).toBe(false);
});

test("the desk is for moderators, each for their processes; strangers are led to sign in", async () => {
  const process = await aProcess(city, { now });
  const comment = await aComment(city, { on: process, body: "Only for this process", now });
  await report(comment.uri, "A secret reason");
  for (const by of [await aResident(city, { now }), await anOfficial(city, { now })]) {
    const visitor = await room.visitor(by);
    for (const path of ["/moderation", "/moderation/hidden", `/moderation/things/${comment.id}`]) {
      await visitor.open(path);
      expect(visitor.status).toBe(403);
      expect(visitor.text).not.toContain("secret");
    }
  }
  const elsewhere = await room.visitor(await aModerator(city, { process: await aProcess(city, { now }), now }));
  await elsewhere.open("/moderation");
  expect(elsewhere.text).not.toContain("secret");
  await elsewhere.open(`/moderation/things/${comment.id}`);
  expect(elsewhere.status).toBe(403);
  const stranger = await room.visitor();
  for (const path of ["/moderation", `/reports/new?about=${encodeURIComponent(comment.uri)}`]) {
    await stranger.open(path);
    expect(stranger.url.pathname).toBe("/sign-in");
  }
});

test("the desk is narrowed by state, kind, origin and process", async () => {
  const process = await aProcess(city, { title: "Quiet streets", now });
  await report((await aComment(city, { on: process, body: "Our own voice", now })).uri);
  await report((await aRemoteComment(city, { on: process, html: "<p>A voice from afar</p>", now })).uri);
  await report((await aProposal(city, { process, title: "A proposal at issue", now })).uri);
  const visitor = await room.visitor(await aModerator(city, { now }));
  await visitor.open("/moderation");
  await visitor.fill("Process", "Quiet streets").fill("Kind", "Comment").fill("Origin", "From elsewhere").press("Show");
  expect(visitor.text).toContain("A voice from afar");
  expect(visitor.text).not.toMatch(/Our own voice|A proposal at issue/);
  await visitor.open(`/moderation?process=${encodeURIComponent(process.uri)}&kind=proposal`);
  expect(visitor.linkTo("A proposal at issue")).toMatch(/^\/proposals\//);
  await visitor.open("/moderation?after=nonsense");
  expect(visitor.status).toBe(404);
});

test("an administrator decides on the server a thing came from; a moderator does not", async () => {
  const process = await aProcess(city, { now });
  const by = await aStranger(city, { host: "flood.example", now });
  const comment = await aRemoteComment(city, { on: process, by, now });
  const moderator = await room.visitor(await aModerator(city, { process, now }));
  await moderator.open(`/moderation/things/${comment.id}`);
  expect(moderator.hasButton("Decide about the server")).toBe(false);
  const visitor = await room.visitor(city.administrator);
  await visitor.open(`/moderation/things/${comment.id}`);
  visitor.check("Blocked");
  await visitor.press("Decide about the server");
  expect(visitor.text).toContain("Decided for flood.example.");
  expect(await policyFor(db.sql, "flood.example")).toBe("blocked");
});

test("what is not there or not public cannot be reported", async () => {
  const draft = await aProposal(city, { isDraft: true, now });
  const visitor = await room.visitor(await aGuest(city, { now }));
  for (const uri of [draft.uri, "https://nowhere.test/1", ""]) {
    await visitor.open(`/reports/new?about=${encodeURIComponent(uri)}`);
    expect(visitor.status).toBe(404);
  }
});
