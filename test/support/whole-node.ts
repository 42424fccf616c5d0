// A city in which there is one of everything that has a record: for tests of what records say, and in which words.

import { writeTallies } from "../../src/chronicle/tally-actions.ts";
import { writeThreads } from "../../src/chronicle/thread-actions.ts";
import { publishNews } from "../../src/processes/news-actions.ts";
import { newsTexts } from "../../src/processes/news-text-actions.ts";
import type { Process } from "../../src/processes/process.ts";
import { answerProposal } from "../../src/proposals/answer-actions.ts";
import type { Proposal } from "../../src/proposals/proposal.ts";
import { supportProposal } from "../../src/proposals/support-actions.ts";
import { reachMilestone } from "../../src/results/actions.ts";
import {
  aComment,
  aMeeting,
  anOfficial,
  aPhase,
  aProcess,
  aProposal,
  aRemoteComment,
  aResident,
  aResult,
} from "./build.ts";
import type { Node } from "./network.ts";
import { sayIn } from "./other-languages.ts";

/** @returns the process and the proposal that the rest hangs on. */
export async function fillNode(city: Node, now: Date): Promise<{ process: Process; proposal: Proposal }> {
  const { sql, uris, administrator } = city;
  const process = await aProcess(city, {
    now,
    handle: "green-squares",
    title: "Green squares",
    languages: ["en", "es"],
    description: { en: "A square for **every** quarter.", es: "Una plaza para **cada** barrio." },
    goals: { en: "A bench within five minutes." },
    indicator: { code: "benches", name: "Benches", unit: "benches", baseline: "40", target: "60" },
    isPilot: true,
    pilotArea: "Old town",
    phases: [aPhase(now, { title: "Proposals" }), aPhase(now, { title: "Works", startsInDays: 10, endsInDays: 40 })],
  });
  const resident = await aResident(city, { now, name: "Miren" });
  const proposal = await aProposal(city, {
    process,
    by: resident,
    now,
    title: "A bench under the trees",
    place: { point: { latitude: 43.2612, longitude: -2.9389 }, address: "Plaza Nueva" },
  });
  await supportProposal(sql, resident, proposal.uri, now);
  const official = await anOfficial(city, { now });
  const answer = { outcome: "accepted", reasons: "We build it.", term: "2027", language: "en" } as const;
  await answerProposal(
    sql,
    uris,
    official,
    proposal.uri,
    { ...answer, costAmount: "1200.50", costCurrency: "EUR" },
    now,
  );
  const news = { processUri: process.uri, title: "Come and see", body: "The plans are **here**.", language: "en" };
  const told = await publishNews(sql, uris, administrator, news, now);
  const meeting = await aMeeting(city, { process, now, title: "An evening about squares", linkedUris: [proposal.uri] });
  const result = await aResult(city, {
    process,
    now,
    title: "Twenty benches",
    costAmount: "24000.00",
    costCurrency: "EUR",
    startsOn: "2026-06-01",
    endsOn: "2027-03-31",
    proposalUris: [proposal.uri],
    meetingUris: [meeting.uri],
  });
  const inSpanish = { title: "Vengan a ver", body: "Los planos están **aquí**." };
  await sayIn({ sql, by: administrator }, newsTexts, told, { language: "es", now }, inSpanish);
  const step = { resultUri: result.uri, reachedOn: "2026-05-01", title: "Ten stand", body: "Ten more to come." };
  await reachMilestone(sql, uris, administrator, { ...step, language: "en", status: "in-progress", progress: 50 }, now);
  const comment = await aComment(city, { on: proposal, by: resident, stance: "for", body: "I would sit there.", now });
  await aRemoteComment(city, { on: { uri: comment.uri }, now });
  await writeTallies(sql, now);
  await writeThreads(sql, now);
  await city.instance.drain();
  return { process, proposal };
}
