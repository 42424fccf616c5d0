// A story through every verb that makes or changes something public, for tests that compare what came of it.

import { writeTallies } from "../../src/chronicle/tally-actions.ts";
import { writeThreads } from "../../src/chronicle/thread-actions.ts";
import { deleteComment, editComment, forgetCommenter } from "../../src/comments/actions.ts";
import {
  cancelMeeting,
  changeMeeting,
  closeMeeting,
  discardMeeting,
  publishMeeting,
} from "../../src/meetings/actions.ts";
import { hideSubject, reinstateSubject } from "../../src/moderation/actions.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { dayMs, minuteMs } from "../../src/platform/time.ts";
import { changeProcess, decidePilot, publishProcess } from "../../src/processes/actions.ts";
import { addDocument, removeDocument } from "../../src/processes/document-actions.ts";
import { publishNews } from "../../src/processes/news-actions.ts";
import { announcePhase } from "../../src/processes/phase-actions.ts";
import type { Process } from "../../src/processes/process.ts";
import { getProcess, listDocuments } from "../../src/processes/queries.ts";
import { discardDraft, editProposal, publishProposal, withdrawProposal } from "../../src/proposals/actions.ts";
import { answerProposal } from "../../src/proposals/answer-actions.ts";
import { forgetProposer } from "../../src/proposals/forget-proposer.ts";
import { supportProposal } from "../../src/proposals/support-actions.ts";
import { changeResult, reachMilestone } from "../../src/results/actions.ts";
import { likeSubject } from "../../src/subjects/like-actions.ts";
import {
  aCity,
  aComment,
  aMeeting,
  aMeetingText,
  aModerator,
  aPhase,
  aProcess,
  aProcessText,
  aProposal,
  aProposalText,
  aRemoteComment,
  aResident,
  aResult,
  aResultText,
  type City,
} from "../support/build.ts";
import type { TestDatabase } from "../support/database.ts";

const start = new Date("2026-03-01T12:00:00Z");
let minutes = 0;
/** Each time it is asked, a minute later. */
const next = (): Date => {
  minutes += 1;
  return new Date(+start + minutes * minuteMs);
};

let city: City;

/** Founds a city and lets it do, once at least, everything by which a public thing comes about or changes. */
export async function tellOfEverything(db: TestDatabase): Promise<City> {
  city = await aCity(db, { now: start });
  const process = await tellOfProcesses();
  await tellOfProposals(process);
  await tellOfMeetings(process);
  await tellOfResults(process);
  await writeTallies(db.sql, next());
  await writeThreads(db.sql, next());
  return city;
}

async function tellOfProcesses(): Promise<Process> {
  const { sql, uris, administrator: by } = city;
  const pilot = {
    type: "Polygon",
    coordinates: [
      [
        [0, 0],
        [0, 1],
        [1, 1],
        [0, 0],
      ],
    ],
  };
  const draft = await aProcess(city, {
    now: start,
    isDraft: true,
    isPilot: true,
    pilotArea: "Two streets",
    pilotGeojson: pilot,
    supportLimit: 4,
    indicator: { code: "11.7", name: "Shade", unit: "m²", baseline: "10.5", target: "20" },
    phases: [aPhase(start), aPhase(start, { title: "Later", startsInDays: 11, endsInDays: 20 })],
  });
  await publishProcess(sql, uris, by, draft.uri, next());
  const document = {
    processUri: draft.uri,
    language: "en",
    url: "https://bilbao.test/plan.pdf",
    mediaType: "application/pdf",
  };
  await addDocument(sql, by, { ...document, title: "A plan", sizeBytes: 2_000 }, next());
  await addDocument(sql, by, { ...document, title: "An older plan", sizeBytes: null }, next());
  const old = (await listDocuments(sql, draft.uri)).find(({ title }) => title === "An older plan");
  await removeDocument(sql, by, draft.uri, old!.id, next());
  const change = { ...aProcessText(draft), goals: { en: "More shade" }, phases: draft.phases, categoryIds: [] };
  await changeProcess(sql, by, draft.uri, change, next());
  await decidePilot(sql, by, draft.uri, { decision: "scale", reasons: "It works." }, next());
  await publishNews(
    sql,
    uris,
    by,
    { processUri: draft.uri, title: "It grows", body: "See *it*.", language: "en" },
    next(),
  );
  await announcePhase(sql, uris, (await getProcess(sql, draft.uri)).phases[1]!.id, new Date(+start + 12 * dayMs));
  const hidden = await aProcess(city, { now: start });
  await hideSubject(sql, await aModerator(city, { now: start }), hidden.uri, "A test.", next());
  return await getProcess(sql, draft.uri);
}

async function tellOfProposals(process: Process): Promise<void> {
  const { sql, uris, administrator } = city;
  const moderator = await aModerator(city, { now: start });
  const by = await aResident(city, { now: start, name: "Miren" });
  const place = { point: { latitude: 43.26, longitude: -2.93 }, address: "By the river" };
  const text = aProposalText({ title: "A long bench", place });
  const proposal = await aProposal(city, { process, by, now: start, ...text });
  await editProposal(
    sql,
    by,
    proposal.uri,
    { ...text, body: "Two of them", images: [], organisationId: null, version: 1 },
    next(),
  );
  await supportProposal(sql, by, proposal.uri, next());
  await likeSubject(sql, uris, by, proposal.uri, next());
  const answer = { costAmount: "100.00", costCurrency: "EUR", term: "May", language: "en", reasons: "We look at it." };
  await answerProposal(sql, uris, administrator, proposal.uri, { ...answer, outcome: "evaluating" }, next());
  const [{ uri: answerUri }] = (await sql`select uri from answer`) as unknown as [{ uri: string }];
  // Revised while it is hidden, and then shown again.
  await hideSubject(sql, moderator, answerUri, "Wrong figures.", next());
  await answerProposal(
    sql,
    uris,
    administrator,
    proposal.uri,
    { ...answer, outcome: "accepted", reasons: "Yes." },
    next(),
  );
  await reinstateSubject(sql, moderator, answerUri, next());
  const withdrawn = await aProposal(city, { process, by, now: start });
  await withdrawProposal(sql, by, withdrawn.uri, next());
  const discarded = await aProposal(city, { process, by, now: start, isDraft: true });
  await discardDraft(sql, by, discarded.uri, next());
  await aProposal(city, { process, by, now: start, isDraft: true });

  const voices = [
    await aComment(city, { on: proposal, by, now: next() }),
    await aComment(city, { on: process, by, now: next() }),
  ];
  await aRemoteComment(city, { on: voices[0]!, now: next() });
  await writeThreads(sql, next());
  await editComment(sql, by, voices[0]!.uri, { body: "I mean both.", version: 1 }, next());
  await deleteComment(sql, by, voices[1]!.uri, next());

  // Someone leaves, some of whose things are hidden; one of them is shown again later.
  const leaving = await aResident(city, { now: start, name: "Nerea Gone" });
  const left = [
    await aProposal(city, { process, by: leaving, now: start }),
    await aProposal(city, { process, by: leaving, now: start }),
  ];
  const said = [
    await aComment(city, { on: proposal, by: leaving, now: next() }),
    await aComment(city, { on: proposal, by: leaving, now: next() }),
  ];
  await writeThreads(sql, next());
  for (const { uri } of [left[1]!, said[1]!]) await hideSubject(sql, moderator, uri, "Off the subject.", next());
  await withTransaction(sql, async (tx) => {
    await forgetProposer(tx, leaving.id, next());
    await forgetCommenter(tx, leaving.id, next());
  });
  await reinstateSubject(sql, moderator, left[1]!.uri, next());
  const late = await aProposal(city, { process, by, now: start, isDraft: true });
  await publishProposal(sql, by, late.uri, next());
}

async function tellOfMeetings(process: Process): Promise<void> {
  const { sql, uris, administrator: by } = city;
  const draft = await aMeeting(city, {
    process,
    now: start,
    isDraft: true,
    kind: "hybrid",
    link: "https://meet.test/1",
  });
  await publishMeeting(sql, uris, by, draft.uri, next());
  const later = new Date(+start + 2 * dayMs);
  await changeMeeting(
    sql,
    uris,
    by,
    draft.uri,
    aMeetingText(start, { startsAt: later, endsAt: null, agenda: "1. Trees" }),
    next(),
  );
  const called = await aMeeting(city, { process: null, now: start });
  await cancelMeeting(sql, uris, by, called.uri, "Rain", next());
  const over = await aMeeting(city, { process, now: start, startsAt: new Date(+start - dayMs) });
  const minutes = { attendeeCount: 12, organisations: "Bizi Auzoa", minutes: "We **agreed**." };
  await closeMeeting(sql, uris, by, over.uri, minutes, next());
  const thrown = await aMeeting(city, { process, now: start, isDraft: true });
  await discardMeeting(sql, by, thrown.uri, next());
}

async function tellOfResults(process: Process): Promise<void> {
  const { sql, uris, administrator: by } = city;
  const cost = { costAmount: "1200.50", costCurrency: "EUR", startsOn: "2026-04-01", endsOn: "2026-06-30" };
  const result = await aResult(city, { process, now: start, ...cost });
  await changeResult(
    sql,
    by,
    result.uri,
    aResultText({ ...cost, title: "Thirty benches", meetingUris: [process.uri] }),
    next(),
  );
  const step = {
    resultUri: result.uri,
    reachedOn: "2026-04-20",
    title: "The first ten",
    body: "By the *wall*.",
    language: "en",
  };
  await reachMilestone(sql, uris, by, { ...step, status: "in-progress", progress: 60 }, next());
}
