// TABLE: what happened → what the people who follow are told. Rooms record events; the job in notices asks here.
// What other servers are told of the same events is in federation/outbox.ts.
import { getActorOfKind } from "../actors/queries.ts";
import type { EventType, RecordedEvent } from "../events.ts";
import { findMeeting, listMeetingLinks } from "../meetings/queries.ts";
import { findAuthor } from "../moderation/statement-queries.ts";
import type { NoticeKind, Telling } from "../notices/notice.ts";
import type { Sql } from "../platform/db.ts";
import { categoryUri } from "../processes/category.ts";
import { findProcess } from "../processes/queries.ts";
import { listVoices } from "../proposals/queries.ts";
import { listResultLinks } from "../results/queries.ts";
import { findSubject, listSubjects } from "../subjects/queries.ts";
import { isPublic, type Subject } from "../subjects/subject.ts";

type Data = Readonly<Record<string, unknown>>;
type Tell = (sql: Sql, event: RecordedEvent<Data>) => Promise<readonly Telling[]>;

const table: Readonly<Partial<Record<EventType, Tell>>> = {
  ProcessPublished: tellProcess,
  PhaseStarted: async (_sql, { subjectUri, data }) => [
    { kind: "phase-started", subjectUri: String(data.newsUri), of: [subjectUri] },
  ],
  NewsPublished: (sql, { subjectUri }) => tellThing(sql, subjectUri),
  ProposalPublished: (sql, { subjectUri }) => tellThing(sql, subjectUri),
  ProposalChanged: async (_sql, { subjectUri, data }) =>
    data.isAuthorForgotten === true || data.isQuiet === true
      ? []
      : [{ kind: "proposal-changed", subjectUri, of: [subjectUri], byAuthorOf: subjectUri }],
  ProposalWithdrawn: async (_sql, { subjectUri }) => [
    { kind: "proposal-withdrawn", subjectUri, of: [subjectUri], byAuthorOf: subjectUri },
  ],
  ProposalAnswered: async (_sql, { subjectUri, data }) => answered(String(data.answerUri), subjectUri),
  CommentPublished: (sql, { subjectUri }) => tellThing(sql, subjectUri),
  MeetingPublished: (sql, { subjectUri }) => tellMeeting(sql, subjectUri, "meeting-announced"),
  MeetingChanged: tellMeetingChange,
  ResultPublished: (sql, { subjectUri }) => tellThing(sql, subjectUri),
  ResultChanged: tellResultChange,
  MilestoneReached: (sql, { subjectUri }) => tellThing(sql, subjectUri),
  AdoptionAnswered: async (_sql, { subjectUri, data }) =>
    data.state === "accepted" ? [{ kind: "adoption", subjectUri, of: [subjectUri] }] : [],
  SubjectHidden: (sql, { subjectUri }) => tellOthersWhoWrote(sql, subjectUri, "hidden"),
  SubjectReinstated: async (sql, { subjectUri }) => [
    ...(await tellOthersWhoWrote(sql, subjectUri, "reinstated")),
    ...(await tellAfterHold(sql, subjectUri)),
  ],
};

/** What is told of an event, to whom; nothing of most. Who did it as an official is left out. */
export async function whatIsTold(sql: Sql, event: RecordedEvent): Promise<readonly Telling[]> {
  const tellings = (await table[event.type]?.(sql, event as RecordedEvent<Data>)) ?? [];
  if (tellings.length === 0) return [];
  // The act and the event are of one transaction, and so of one moment.
  const uris = [event.subjectUri, ...tellings.map(({ subjectUri }) => subjectUri)];
  const acts = await sql<{ accountId: string }[]>`
    select distinct account_id from audit
    where subject_uri = any(${uris}) and date_trunc('milliseconds', at) = ${event.at} and account_id is not null`;
  const byAccountIds = acts.map(({ accountId }) => accountId);
  return tellings.map((telling) => ({ ...telling, byAccountIds: [...byAccountIds, ...(telling.byAccountIds ?? [])] }));
}

/** Its author is told by the statement of reasons; those who wrote it along are told so. */
async function tellOthersWhoWrote(sql: Sql, subjectUri: string, kind: NoticeKind): Promise<readonly Telling[]> {
  const { accountId } = await findAuthor(sql, subjectUri);
  const byAccountIds = accountId === null ? [] : [accountId];
  return [{ kind, subjectUri, of: [subjectUri], onlyAuthors: "all", byAccountIds }];
}

/** All who wrote it first, then who follows it: nobody is told of one event twice. */
const answered = (answerUri: string, proposalUri: string): readonly Telling[] => [
  { kind: "answer-to-mine", subjectUri: answerUri, of: [proposalUri], onlyAuthors: "who-follow" },
  { kind: "answer", subjectUri: answerUri, of: [proposalUri] },
];

/**
 * What is told of things of other servers that have come here, by their URIs; nothing of most kinds. A process of another
 * city tells of its meetings and phases by its news, which come too.
 */
export async function whatArrived(sql: Sql, uris: readonly string[]): Promise<ReadonlyMap<string, readonly Telling[]>> {
  const told = new Map<string, readonly Telling[]>();
  for (const subject of await listSubjects(sql, uris)) {
    const isToldByNews = subject.kind === "meeting" && subject.processUri !== null;
    if (!isToldByNews) told.set(subject.uri, await tellSubject(sql, subject));
  }
  return told;
}

/** A thing that is new here, whoever it is of. */
async function tellThing(sql: Sql, uri: string): Promise<readonly Telling[]> {
  const subject = await findSubject(sql, uri);
  return subject === null ? [] : await tellSubject(sql, subject);
}

async function tellSubject(sql: Sql, subject: Subject): Promise<readonly Telling[]> {
  if (!isPublic(subject)) return [];
  const { uri } = subject;
  switch (subject.kind) {
    case "news":
      return await tellNews(sql, subject);
    case "answer":
      return await tellAnswer(sql, uri);
    case "proposal":
      return await tellProposal(sql, uri);
    case "comment":
      return tellComment(subject);
    case "meeting":
      return await tellMeeting(sql, uri, "meeting-announced");
    case "result":
      return [{ kind: "result", subjectUri: uri, of: await aboutResult(sql, uri, subject.processUri) }];
    case "milestone":
      return await tellMilestone(sql, uri);
    default:
      return [];
  }
}

async function tellProcess(sql: Sql, { subjectUri }: RecordedEvent<Data>): Promise<readonly Telling[]> {
  const process = await findProcess(sql, subjectUri);
  const organisation = process?.organisationUri ?? null;
  const of = [...(organisation === null ? [] : [organisation]), (await getActorOfKind(sql, "node")).uri];
  return [{ kind: "process-published", subjectUri, of }];
}

/**
 * To who follows the persons that wrote it under their public name, or its category. Who follows the process alone hears of
 * it by the week's count.
 */
async function tellProposal(sql: Sql, uri: string): Promise<readonly Telling[]> {
  const of = [...(await listVoices(sql, uri)), ...(await categoryOf(sql, uri))];
  if (of.length === 0) return [];
  return [{ kind: "proposal-published", subjectUri: uri, of, byAuthorOf: uri, once: `proposal published ${uri}` }];
}

/** What waited for a moderator at its publication is new to everyone once it is shown. */
async function tellAfterHold(sql: Sql, uri: string): Promise<readonly Telling[]> {
  const held = await sql`
    select from report join report_subject on report_id = report.id
    where subject_uri = ${uri} and report.category = 'held' limit 1`;
  const subject = held.length === 0 ? null : await findSubject(sql, uri);
  return subject?.kind === "proposal" && isPublic(subject) ? await tellProposal(sql, uri) : [];
}

/** The category of a thing of ours within its process, as it is followed. */
async function categoryOf(sql: Sql, uri: string): Promise<string[]> {
  const rows = await sql<{ processUri: string; categoryId: string }[]>`
    select subject.process_uri, coalesce(proposal.category_id, meeting.category_id, result.category_id) as category_id
    from subject left join proposal using (uri) left join meeting using (uri) left join result using (uri)
    where subject.uri = ${uri} and subject.origin is null and subject.process_uri is not null
      and coalesce(proposal.category_id, meeting.category_id, result.category_id) is not null`;
  return rows.map(({ processUri, categoryId }) => categoryUri(processUri, categoryId));
}

/** Digests are for those who are told of each proposal elsewhere; here the week is told. */
async function tellNews(sql: Sql, { uri, processUri }: Subject): Promise<readonly Telling[]> {
  const [news] = await sql<{ kind: string }[]>`select kind from news where uri = ${uri}`;
  return news?.kind === "digest" || processUri === null ? [] : [{ kind: "news", subjectUri: uri, of: [processUri] }];
}

async function tellAnswer(sql: Sql, uri: string): Promise<readonly Telling[]> {
  const [answer] = await sql<{ proposalUri: string }[]>`select proposal_uri from answer where uri = ${uri}`;
  return answer === undefined ? [] : answered(uri, answer.proposalUri);
}

/** Who wrote what it answers, then who wrote the thing it stands under. Nobody else hears of each comment. */
function tellComment({ uri, threadUri, parentUri }: Subject): readonly Telling[] {
  const told = (kind: NoticeKind, of: string | null): Telling[] =>
    of === null ? [] : [{ kind, subjectUri: uri, of: [of], byAuthorOf: uri, onlyAuthors: "who-follow" }];
  return [...told("reply-to-mine", parentUri), ...told("comment-on-mine", threadUri)];
}

async function tellMeeting(sql: Sql, uri: string, kind: NoticeKind): Promise<readonly Telling[]> {
  const meeting = await findMeeting(sql, uri);
  if (meeting === null) return [];
  const links = await listMeetingLinks(sql, uri);
  const [organisation] =
    meeting.processUri === null
      ? await sql<{ uri: string }[]>`
          select actor.uri from meeting join actor on actor.id = meeting.organisation_id where meeting.uri = ${uri}`
      : [];
  const node = meeting.processUri === null && meeting.origin === null ? (await getActorOfKind(sql, "node")).uri : null;
  const around = [meeting.processUri, organisation?.uri, node, ...links, ...(await categoryOf(sql, uri))];
  const of = [uri, ...around.filter((one) => one != null)];
  return [{ kind, subjectUri: uri, of }];
}

/** Called off, written up, moved. A change of its text alone is told to nobody. */
async function tellMeetingChange(sql: Sql, { subjectUri, data }: RecordedEvent<Data>): Promise<readonly Telling[]> {
  if (data.isQuiet === true) return [];
  const meeting = await findMeeting(sql, subjectUri);
  if (meeting === null || (meeting.processUri !== null && data.newsUri == null)) return [];
  const kind = meetingKinds[meeting.state as keyof typeof meetingKinds];
  return kind === undefined ? [] : await tellMeeting(sql, subjectUri, kind);
}

const meetingKinds = {
  scheduled: "meeting-changed",
  cancelled: "meeting-cancelled",
  closed: "meeting-minutes",
} as const;

/** A milestone that changes where the result stands is told by itself. */
async function tellResultChange(sql: Sql, { subjectUri, data, at }: RecordedEvent<Data>): Promise<readonly Telling[]> {
  if (data.isQuiet === true) return [];
  const steps = await sql`
    select from milestone join subject on subject.uri = milestone.uri
    where milestone.result_uri = ${subjectUri} and date_trunc('milliseconds', subject.published_at) = ${at}`;
  return steps.length > 0 ? [] : [{ kind: "result-changed", subjectUri, of: [subjectUri] }];
}

async function tellMilestone(sql: Sql, uri: string): Promise<readonly Telling[]> {
  const [step] = await sql<{ resultUri: string }[]>`select result_uri from milestone where uri = ${uri}`;
  if (step === undefined) return [];
  const of = [step.resultUri, ...(await listResultLinks(sql, step.resultUri)).proposals];
  return [{ kind: "milestone", subjectUri: uri, of }];
}

async function aboutResult(sql: Sql, uri: string, processUri: string | null): Promise<string[]> {
  const { proposals, meetings } = await listResultLinks(sql, uri);
  const categories = await categoryOf(sql, uri);
  return [uri, ...(processUri === null ? [] : [processUri]), ...categories, ...proposals, ...meetings];
}
