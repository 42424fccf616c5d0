// Any subject of this node as its ActivityStreams object: one row per kind. What is served and what is sent.
import { findActor } from "../src/actors/queries.ts";
import { digestOfThread } from "../src/comments/owner-queries.ts";
import { findComment } from "../src/comments/queries.ts";
import { findMeeting, listMeetingLinks } from "../src/meetings/queries.ts";
import type { Sql } from "../src/platform/db.ts";
import type { Uris } from "../src/platform/uris.ts";
import { findNews, findProcess } from "../src/processes/queries.ts";
import { findAnswer, findAnswerById, findProposal, getProposal } from "../src/proposals/queries.ts";
import { findMilestone, findResult, listResultLinks } from "../src/results/queries.ts";
import { findSubject, standsOpen } from "../src/subjects/queries.ts";
import { isPublic, type Subject, type SubjectKind } from "../src/subjects/subject.ts";
import { commentToObject } from "./comments.ts";
import { meetingToObject } from "./meetings.ts";
import { newsToObject } from "./processes.ts";
import { answerToObject, proposalToObject } from "./proposals.ts";
import { withLineage } from "./quotes.ts";
import { withRecordLink } from "./records/links.ts";
import { milestoneToObject, resultToObject } from "./results.ts";
import { withTranslations } from "./translations.ts";
import { AS2, type Json } from "./vocabulary.ts";

type Find = (sql: Sql, subject: Subject, uris: Uris) => Promise<Json | null>;

const finders: Readonly<Partial<Record<SubjectKind, Find>>> = {
  proposal: async (sql, subject) => {
    const [proposal, process] = [await findProposal(sql, subject.uri), await processOf(sql, subject)];
    const answer = await findAnswer(sql, subject.uri);
    return proposal === null || process === null ? null : proposalToObject(proposal, process, answer?.uri ?? null);
  },
  answer: async (sql, subject) => {
    const [answer, process] = [await findAnswerById(sql, subject.id), await processOf(sql, subject)];
    if (answer === null || process === null) return null;
    const proposal = await getProposal(sql, answer.proposalUri);
    // It names what it answers.
    return proposal.hiddenAt === null ? answerToObject(answer, proposal, process) : null;
  },
  news: async (sql, subject) => {
    const [news, process] = [await findNews(sql, subject.id), await processOf(sql, subject)];
    return news === null || process === null ? null : newsToObject(news, process);
  },
  meeting: async (sql, subject) => {
    const [meeting, process] = [await findMeeting(sql, subject.uri), await processOf(sql, subject)];
    return meeting === null ? null : meetingToObject(meeting, process, await listMeetingLinks(sql, subject.uri));
  },
  result: async (sql, subject) => {
    const [result, process] = [await findResult(sql, subject.uri), await processOf(sql, subject)];
    if (result === null || process === null) return null;
    return resultToObject(result, process, await listResultLinks(sql, subject.uri));
  },
  milestone: async (sql, subject) => {
    const [milestone, process] = [await findMilestone(sql, subject.id), await processOf(sql, subject)];
    const result = milestone === null ? null : await findResult(sql, milestone.resultUri);
    if (milestone === null || process === null || result === null || result.hiddenAt !== null) return null;
    return milestoneToObject(milestone, result, process);
  },
  comment: async (sql, subject) => {
    const [comment, process] = [await findComment(sql, subject.uri), await processOf(sql, subject)];
    if (comment === null) return null;
    const answered = await findSubject(sql, comment.parentUri ?? comment.threadUri);
    const author = answered?.authorUri == null ? null : await findActor(sql, answered.authorUri);
    return commentToObject(comment, process, author);
  },
};

const processOf = (sql: Sql, subject: Subject) =>
  subject.processUri === null ? Promise.resolve(null) : findProcess(sql, subject.processUri);

/**
 * The object at a URI of this node. Null for what is not ours or not public: drafts and hidden things look absent, and so
 * does what stands in one, until that is shown again.
 * What its author deleted is a Tombstone, with nothing of what it said.
 */
export async function findObject(sql: Sql, uris: Uris, uri: string): Promise<Json | null> {
  const subject = await findSubject(sql, uri);
  if (subject === null || subject.origin !== null) return null;
  if (subject.deletedAt !== null && subject.publishedAt !== null) {
    return {
      "@context": AS2,
      id: uri,
      type: "Tombstone",
      formerType: "Note",
      deleted: subject.deletedAt.toISOString(),
    };
  }
  // Hidden by the owner of its thread it is off the pages there; at home it is still what its author said.
  const isShown = isPublic(subject) || (subject.hiddenBy === "owner" && subject.deletedAt === null);
  const isServed = isShown && (await standsOpen(sql, uri));
  const object = isServed ? ((await finders[subject.kind]?.(sql, subject, uris)) ?? null) : null;
  if (object === null) return null;
  const said = await withTranslations(sql, subject, object);
  const placed = { ...said, ...(await threadOf(sql, subject, said)) };
  return await withRecordLink(sql, uris, uri, await withLineage(sql, subject, placed));
}

/**
 * Where the whole discussion is (FEP-7888), at the root and in each comment of it; under both names, since Mastodon takes
 * up only the second. At a root another Koinon node also reads whether its copy of the thread is whole.
 */
async function threadOf(sql: Sql, subject: Subject, object: Json): Promise<Json> {
  const context = `${subject.threadUri ?? subject.uri}/context`;
  const named = { context, conversation: context };
  if (subject.threadUri !== null) return named;
  const { count, items, states } = await digestOfThread(sql, subject);
  return { ...named, civic: { ...(object.civic as Json), thread: { count, items, states } } };
}
