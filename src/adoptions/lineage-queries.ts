// Reads of lineage: the edges that are known, and what is known of each place, from our own tables or as it was read elsewhere.
import type { Sql } from "../platform/db.ts";
import { htmlToMarkdown } from "../platform/html-to-markdown.ts";
import type { LanguageMap } from "../platform/text.ts";
import { type Process, stateOf } from "../processes/process.ts";
import { findProcess } from "../processes/queries.ts";
import { relativePlan } from "../processes/relative-plan.ts";
import { findAnswer, findProposal } from "../proposals/queries.ts";
import { findResult } from "../results/queries.ts";
import { findSubject } from "../subjects/queries.ts";
import { isPublic, pagePathOf, type Subject } from "../subjects/subject.ts";
import { type AdoptableKind, isAdoptable, lineageDepthMax, lineageNodesMax } from "./adoption.ts";
import type { LineageFacts, LineageNode, Money, Outcome } from "./lineage.ts";

interface Edge {
  readonly subjectUri: string;
  readonly objectUri: string;
}

/** Every edge of the tree a thing stands in, as far as it is known here: up to the first, and down from there. */
async function listEdges(sql: Sql, uri: string): Promise<Edge[]> {
  const [top] = await sql<{ uri: string }[]>`
    with recursive up as (
      select object_uri as uri, 1 as depth from derivation where subject_uri = ${uri}
      union all
      select derivation.object_uri, up.depth + 1 from derivation join up on derivation.subject_uri = up.uri
      where up.depth < ${2 * lineageDepthMax})
    select uri from up order by depth desc limit 1`;
  return await sql<Edge[]>`
    with recursive down as (
      select subject_uri, object_uri, 1 as depth from derivation where object_uri = ${top?.uri ?? uri}
      union all
      select derivation.subject_uri, derivation.object_uri, down.depth + 1
      from derivation join down on derivation.object_uri = down.subject_uri where down.depth < ${2 * lineageDepthMax})
    select distinct subject_uri, object_uri from (select * from down limit ${2 * lineageNodesMax}) as found`;
}

interface KeptNode {
  readonly uri: string;
  readonly facts: LineageFacts | null;
  readonly sourceHost: string;
  readonly unansweredAt: Date | null;
  readonly goneAt: Date | null;
}

/** The nodes of the tree a thing stands in, in no order; only itself where nothing was made from it, nor it from anything. */
export async function loadLineage(sql: Sql, uri: string, now: Date): Promise<LineageNode[]> {
  const edges = await listEdges(sql, uri);
  const uris = [...new Set([uri, ...edges.flatMap((edge) => [edge.objectUri, edge.subjectUri])])].slice(
    0,
    lineageNodesMax,
  );
  const [kept, offers] = await Promise.all([
    sql<KeptNode[]>`
      select uri, facts, source_host, unanswered_at, gone_at from lineage_node where uri = any(${uris})`,
    sql<Offered[]>`
      select adoption.subject_uri, state, is_ours or subject.origin is null and subject.uri is not null as is_answered
      from adoption left join subject on subject.uri = object_uri where subject_uri = any(${uris})`,
  ]);
  const parentOf = new Map(edges.map((edge) => [edge.subjectUri, edge.objectUri]));
  const ancestors = new Set<string>();
  for (let at: string | undefined = uri; at !== undefined && !ancestors.has(at); at = parentOf.get(at))
    ancestors.add(at);
  const nodes = await Promise.all(
    uris.map(async (one) => {
      const parentUri = parentOf.get(one) ?? null;
      const read = kept.find((node) => node.uri === one) ?? null;
      const offer = offers.find((row) => row.subjectUri === one) ?? null;
      const isListed = parentUri !== null && read !== null && read.sourceHost === new URL(parentUri).host;
      const isAnswered = offer?.isAnswered === true && (offer.state === "accepted" || offer.state === "declined");
      const isAccepted = isAnswered ? offer.state === "accepted" : isListed || null;
      const node = await nodeOf(sql, { uri: one, parentUri, isAccepted, read }, now);
      // Nobody gets onto a tree by saying so: by its origin's list, by an official here, or as a copy that is kept here.
      const isTold = ancestors.has(one) || isListed || offer?.state === "accepted";
      return isTold || (node?.path != null && offer?.state !== "declined") ? node : null;
    }),
  );
  return nodes.filter((node) => node !== null);
}

interface Offered {
  readonly subjectUri: string;
  readonly state: string;
  /** Whether the answer is the origin's: given to us, or by us. */
  readonly isAnswered: boolean;
}

async function nodeOf(
  sql: Sql,
  { read, ...place }: Pick<LineageNode, "uri" | "parentUri" | "isAccepted"> & { read: KeptNode | null },
  now: Date,
): Promise<LineageNode | null> {
  const subject = await findSubject(sql, place.uri);
  // A draft of ours is no one's business, and what a moderator hid stays hidden.
  const isHidden = subject !== null && (subject.publishedAt === null || subject.hiddenAt !== null);
  if (isHidden || (subject?.origin === null && subject.deletedAt !== null)) return null;
  const elsewhere = read?.goneAt ? "gone" : read?.unansweredAt ? "silent" : null;
  if (subject !== null && isPublic(subject)) {
    const facts = await factsOf(sql, subject, now);
    const standing = subject.origin === null ? "here" : (elsewhere ?? "kept");
    return { ...place, facts, path: pagePathOf(subject), standing };
  }
  const facts = read?.facts ?? null;
  return { ...place, facts, path: null, standing: elsewhere ?? (facts === null ? "unread" : "read") };
}

/** What is known of a thing: from our own tables, else as it was read at its own address; null where it was not. */
export async function findFacts(sql: Sql, uri: string, now: Date): Promise<LineageFacts | null> {
  const subject = await findSubject(sql, uri);
  if (subject !== null && isPublic(subject)) return await factsOf(sql, subject, now);
  const [row] = await sql<{ facts: LineageFacts | null }[]>`select facts from lineage_node where uri = ${uri}`;
  return row?.facts ?? null;
}

/** What is known of a thing in our own tables, ours or a copy. */
export async function factsOf(sql: Sql, subject: Subject, now: Date): Promise<LineageFacts | null> {
  if (!isAdoptable(subject.kind)) return null;
  const process = subject.processUri === null ? null : await findProcess(sql, subject.processUri);
  if (process === null) return null;
  const outcome = await outcomeOf(sql, subject.kind, subject.uri);
  const common = { kind: subject.kind, url: subject.url, outcome, ...standingFacts(process) };
  switch (subject.kind) {
    case "process":
      return { ...common, ...processFacts(process, now) };
    case "proposal": {
      const proposal = await findProposal(sql, subject.uri);
      if (proposal === null) return null;
      const text = proposal.origin === null ? proposal.body : htmlToMarkdown(proposal.body);
      const texts = { title: { [proposal.language]: proposal.title }, text: { [proposal.language]: text } };
      return { ...common, ...texts, state: proposal.state, startsAt: isoOf(proposal.publishedAt), endsAt: null };
    }
    case "result": {
      const result = await findResult(sql, subject.uri);
      if (result === null) return null;
      const text = result.origin === null ? result.body : htmlToMarkdown(result.body);
      const texts = { title: { [result.language]: result.title }, text: { [result.language]: text } };
      return { ...common, ...texts, state: result.status, startsAt: result.startsOn, endsAt: result.endsOn };
    }
    default:
      return subject.kind satisfies never;
  }
}

const isoOf = (at: Date | null): string | null => at?.toISOString() ?? null;

const standingFacts = (process: Process) => ({
  organisation: process.organisationName ?? new URL(process.uri).host,
  organisationUri: process.organisationUri,
  phases: [],
  supportLimit: null,
  indicator: null,
  decision: null,
});

function processFacts(process: Process, now: Date) {
  const plan = relativePlan(process.phases);
  const [first, last] = [process.phases[0], process.phases.at(-1)];
  return {
    title: process.title,
    text: joined(process.summary, process.description),
    state: stateOf(process, now),
    startsAt: isoOf(first?.startsAt ?? null),
    endsAt: isoOf(last?.endsAt ?? null),
    phases: process.phases.map(({ title, permits }, at) => ({ title, permits, lastsDays: plan[at]?.lastsDays ?? 1 })),
    supportLimit: process.supportLimit,
    indicator: process.indicator,
    decision: process.pilotDecision,
  };
}

/** Two texts below each other, in every language that either has. */
export const joined = (first: LanguageMap, second: LanguageMap): LanguageMap =>
  Object.fromEntries(
    [...new Set([...Object.keys(first), ...Object.keys(second)])].map((lang) => [
      lang,
      [first[lang], second[lang]].filter(Boolean).join("\n\n"),
    ]),
  );

/** The news a process was opened with, which people elsewhere can quote: a process is an actor. Null where it is not known. */
export async function findOpening(sql: Sql, processUri: string): Promise<{ uri: string; url: string } | null> {
  const [row] = await sql<{ uri: string; url: string }[]>`
    select news.uri, news.url from subject news join subject process on process.uri = news.process_uri
    where news.process_uri = ${processUri} and news.kind = 'news' and news.published_at = process.published_at
      and news.hidden_at is null and news.deleted_at is null
    order by news.id limit 1`;
  return row ?? null;
}

/** What a thing elsewhere is to be read for; null where nobody wants that any more. */
export async function findLineageWish(
  sql: Sql,
  uri: string,
): Promise<{ treeUri: string; depth: number; expectsUri: string | null } | null> {
  const [row] = await sql<{ treeUri: string; depth: number; expectsUri: string | null }[]>`
    select tree_uri, depth, expects_uri from lineage_node where uri = ${uri}`;
  return row ?? null;
}

/** The organisations behind what a thing was made from, the nearest first, as far as they are known here. */
export async function listAncestorOrganisations(sql: Sql, uri: string, now: Date): Promise<string[]> {
  const ancestors = await sql<{ uri: string; facts: LineageFacts | null }[]>`
    with recursive up as (
      select object_uri as uri, 1 as depth from derivation where subject_uri = ${uri}
      union all
      select derivation.object_uri, up.depth + 1 from derivation join up on derivation.subject_uri = up.uri
      where up.depth < ${lineageDepthMax})
    select up.uri, lineage_node.facts from up left join lineage_node on lineage_node.uri = up.uri order by up.depth`;
  const organisations: string[] = [];
  for (const ancestor of ancestors) {
    const subject = await findSubject(sql, ancestor.uri);
    const facts = (subject === null ? null : await factsOf(sql, subject, now)) ?? ancestor.facts;
    if (facts?.organisationUri != null) organisations.push(facts.organisationUri);
  }
  return [...new Set(organisations)];
}

/** What came of a thing: the results of a process, those that name a proposal (else its answer's cost), a result itself. */
export async function outcomeOf(sql: Sql, kind: AdoptableKind, uri: string): Promise<Outcome> {
  const chosen =
    kind === "process"
      ? sql`result.process_uri = ${uri}`
      : kind === "result"
        ? sql`result.uri = ${uri}`
        : sql`result.uri in (select result_uri from result_link where target_uri = ${uri})`;
  const shown = sql`subject.hidden_at is null and subject.deleted_at is null and subject.published_at is not null`;
  const [statuses, costs] = await Promise.all([
    sql<{ status: string; total: number }[]>`
      select status, count(*)::int as total from result join subject on subject.uri = result.uri
      where ${chosen} and ${shown} group by status`,
    sql<Money[]>`
      select sum(cost_amount)::text as amount, cost_currency as currency
      from result join subject on subject.uri = result.uri
      where ${chosen} and ${shown} and cost_amount is not null group by cost_currency order by cost_currency`,
  ]);
  const results = Object.fromEntries(statuses.map(({ status, total }) => [status, total]));
  if (kind !== "proposal" || costs.length > 0) return { results, costs };
  const answer = await findAnswer(sql, uri);
  const promised =
    answer?.costAmount == null || answer.costCurrency === null
      ? []
      : [{ amount: answer.costAmount, currency: answer.costCurrency }];
  return { results, costs: promised };
}

/** Whether a thing stands in a tree with others: what its page asks before it offers a way there. */
export async function countRelatives(sql: Sql, uri: string): Promise<{ madeFromIt: number; isMadeFrom: boolean }> {
  const [row] = await sql<{ madeFromIt: number; isMadeFrom: boolean }[]>`
    select
      (select count(*)::int from derivation left join subject on subject.uri = derivation.subject_uri
        where object_uri = ${uri} and (subject.published_at is not null and subject.hidden_at is null and subject.deleted_at is null
          or exists (select from adoption where adoption.subject_uri = derivation.subject_uri and state = 'accepted')
          or exists (select from lineage_node where lineage_node.uri = derivation.subject_uri
            and source_host = split_part(${uri}, '/', 3)))) as made_from_it,
      exists (select from derivation where subject_uri = ${uri}) as is_made_from`;
  return row!;
}
