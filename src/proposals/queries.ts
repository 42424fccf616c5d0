// Reads of proposals, shaped for pages and for the wire.

import type { Sql } from "../platform/db.ts";
import { refuseUnless } from "../platform/refusal.ts";
import type { LanguageMap } from "../platform/text.ts";
import type { Answer, Proposal, ProposalImage, ProposalState } from "./proposal.ts";

const columns = (sql: Sql) => sql`
  proposal.uri, proposal.id, subject.url, subject.origin, proposal.process_uri, proposal.account_id, subject.author_name, proposal.coauthors,
  author.uri as author_uri, author.type as author_type, author.name as speaker_name,
  author.handle as speaker_handle, author.host as speaker_host, author.url as speaker_url,
  author.icon_url as speaker_icon_url, proposal.organisation_id, organisation.name as organisation_name, proposal.title,
  proposal.body, proposal.language, proposal.category_id, ${categoryName(sql)} as category_name, proposal.address, proposal.latitude,
  proposal.longitude, proposal.state, proposal.version, proposal.support_count, proposal.counted_at,
  proposal.count_method, subject.like_count, subject.share_count,
  subject.comment_count, subject.published_at, subject.updated_at, proposal.edited_at, subject.hidden_at,
  subject.hidden_reason`;

/** As its own city calls it: told to other nodes, which know nothing of our ids. */
const categoryName = (sql: Sql) => sql`
  coalesce(nullif(proposal.category_name, ''), category.name ->> proposal.language,
    (select min(value) from jsonb_each_text(category.name)), '')`;

const joined = (sql: Sql) => sql`
  proposal join subject on subject.uri = proposal.uri
  left join actor author on author.id = subject.author_id
  left join actor organisation on organisation.id = proposal.organisation_id
  left join category on category.id = proposal.category_id`;

const visible = (sql: Sql) =>
  sql`subject.published_at is not null and subject.hidden_at is null and subject.deleted_at is null`;

async function withImages(sql: Sql, rows: Omit<Proposal, "images">[]): Promise<Proposal[]> {
  if (rows.length === 0) return [];
  const images = await sql<(ProposalImage & { proposalUri: string })[]>`
    select proposal_uri, url, alt, media_type, width, height from proposal_image
    where proposal_uri = any(${rows.map((row) => row.uri)}) order by position`;
  return rows.map((row) => ({ ...row, images: images.filter((image) => image.proposalUri === row.uri) }));
}

/** Any proposal that was not deleted, hidden and drafts included: the caller decides who may see it. */
export async function findProposal(sql: Sql, uri: string): Promise<Proposal | null> {
  const rows = await sql<Omit<Proposal, "images">[]>`
    select ${columns(sql)} from ${joined(sql)} where proposal.uri = ${uri} and subject.deleted_at is null`;
  return (await withImages(sql, rows))[0] ?? null;
}

export async function getProposal(sql: Sql, uri: string): Promise<Proposal> {
  const proposal = await findProposal(sql, uri);
  refuseUnless(proposal !== null, "not-found");
  return proposal;
}

/** By the id in the address of its page on this node, wherever it lives. */
export async function findProposalById(sql: Sql, id: string): Promise<Proposal | null> {
  const rows = await sql<Omit<Proposal, "images">[]>`
    select ${columns(sql)} from ${joined(sql)} where proposal.id = ${id} and subject.deleted_at is null`;
  return (await withImages(sql, rows))[0] ?? null;
}

export type ProposalOrder = "newest" | "most-supported";

export interface ProposalFilter {
  readonly processUri: string;
  readonly search?: string;
  readonly categoryId?: string;
  readonly state?: ProposalState;
  readonly hasPlace?: boolean;
  readonly order: ProposalOrder;
  /** The key of the last one on the page before. */
  readonly after: string | null;
  /** The key of the first one on the page after; the rows then come nearest first, the last one of the page on top. */
  readonly before?: string | null;
  readonly limit: number;
}

/** The key that a following page starts after. */
export const pageKeyOf = (proposal: Proposal, order: ProposalOrder): string =>
  order === "newest" ? proposal.id : `${proposal.supportCount}.${proposal.id}`;

/**
 * A page of the public proposals of a process, by key, so that it costs the same on the last page as on the first.
 * Search is by whole words, all of them, in the title and the text.
 */
export async function listProposals(sql: Sql, filter: ProposalFilter): Promise<Proposal[]> {
  const search = filter.search?.trim() ?? "";
  const key = filter.after ?? filter.before ?? null;
  const isBackwards = key !== null && filter.after === null;
  const beyond = isBackwards ? sql`>` : sql`<`;
  const [count, id] = key?.split(".") ?? [];
  const page =
    key === null
      ? sql``
      : filter.order === "newest"
        ? sql`and proposal.id ${beyond} ${key}`
        : sql`and (proposal.support_count, proposal.id) ${beyond} (${Number(count)}::int, ${id ?? ""}::uuid)`;
  const direction = isBackwards ? sql`asc` : sql`desc`;
  const order =
    filter.order === "newest"
      ? sql`proposal.id ${direction}`
      : sql`proposal.support_count ${direction}, proposal.id ${direction}`;
  const rows = await sql<Omit<Proposal, "images">[]>`
    select ${columns(sql)} from ${joined(sql)}
    where proposal.process_uri = ${filter.processUri} and proposal.state <> 'draft' and ${visible(sql)}
      ${search === "" ? sql`` : sql`and proposal.search @@ websearch_to_tsquery('simple', ${search})`}
      ${filter.categoryId ? sql`and proposal.category_id = ${filter.categoryId}` : sql``}
      ${filter.state ? sql`and proposal.state = ${filter.state}` : sql``}
      ${filter.hasPlace ? sql`and proposal.latitude is not null` : sql``}
      ${page}
    order by ${order} limit ${filter.limit}`;
  return await withImages(sql, rows);
}

const draftsShownMax = 100;

/** What somebody writes, alone or with others, in one process or in all, the newest first. */
export async function listDrafts(sql: Sql, accountId: string, processUri: string | null): Promise<Proposal[]> {
  const rows = await sql<Omit<Proposal, "images">[]>`
    select ${columns(sql)} from ${joined(sql)}
    where ${isWrittenBy(sql, accountId)} and proposal.state = 'draft' and subject.deleted_at is null
      ${processUri === null ? sql`` : sql`and proposal.process_uri = ${processUri}`}
    order by proposal.id desc limit ${draftsShownMax}`;
  return await withImages(sql, rows);
}

/** Alone or with others. */
const isWrittenBy = (sql: Sql, accountId: string) => sql`
  (proposal.account_id = ${accountId}
    or proposal.uri in (select proposal_uri from proposal_coauthor where account_id = ${accountId}))`;

/** Public proposals that somebody writes along, the newest first. */
export async function listCoauthored(sql: Sql, accountId: string): Promise<Proposal[]> {
  const rows = await sql<Omit<Proposal, "images">[]>`
    select ${columns(sql)} from ${joined(sql)} join proposal_coauthor on proposal_uri = proposal.uri
    where proposal_coauthor.account_id = ${accountId} and proposal.state <> 'draft' and subject.deleted_at is null
    order by proposal.id desc limit ${draftsShownMax}`;
  return await withImages(sql, rows);
}

/** How many drafts a person keeps, in all processes. */
export async function countDrafts(sql: Sql, accountId: string): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int as count from proposal join subject using (uri)
    where proposal.account_id = ${accountId} and state = 'draft' and deleted_at is null`;
  return row!.count;
}

export interface ProposalVersion {
  readonly version: number;
  readonly title: string;
  readonly body: string;
  readonly editedAt: Date;
}

/** Every text a proposal has had, the newest first; the last published one is among them. */
export async function listVersions(sql: Sql, uri: string): Promise<ProposalVersion[]> {
  return await sql<ProposalVersion[]>`
    select version, title, body, edited_at from proposal_version where proposal_uri = ${uri} order by version desc`;
}

const answerColumns = (sql: Sql) => sql`
  answer.uri, subject.id, answer.outcome, answer.reasons, answer.cost_amount, answer.cost_currency, answer.term,
  subject.language, subject.published_at, subject.updated_at`;

export async function findAnswer(sql: Sql, proposalUri: string): Promise<Answer | null> {
  const [answer] = await sql<Answer[]>`
    select ${answerColumns(sql)} from answer join subject on subject.uri = answer.uri
    where answer.proposal_uri = ${proposalUri} and subject.deleted_at is null and subject.hidden_at is null`;
  return answer ?? null;
}

/** The answer to a proposal of this node as its record has it: also while it is hidden. */
export async function findAnswerToRecord(sql: Sql, proposalUri: string): Promise<Answer | null> {
  const [answer] = await sql<Answer[]>`
    select ${answerColumns(sql)} from answer join subject on subject.uri = answer.uri
    where answer.proposal_uri = ${proposalUri} and subject.origin is null and subject.deleted_at is null`;
  return answer ?? null;
}

export async function findAnswerById(sql: Sql, id: string): Promise<(Answer & { proposalUri: string }) | null> {
  const [answer] = await sql<(Answer & { proposalUri: string })[]>`
    select ${answerColumns(sql)}, answer.proposal_uri from answer join subject on subject.uri = answer.uri
    where subject.id = ${id} and subject.deleted_at is null and subject.hidden_at is null`;
  return answer ?? null;
}

/** Whether a resident supports a proposal. Asked only about the reader's own account. */
export async function isSupporting(sql: Sql, proposalUri: string, accountId: string): Promise<boolean> {
  return (await sql`select from support where proposal_uri = ${proposalUri} and account_id = ${accountId}`).length > 0;
}

/** What a person supports, and until when it can be taken back. */
export interface Supported {
  readonly id: string;
  /** Empty of what is hidden. */
  readonly title: string;
  readonly language: string;
  readonly hiddenAt: Date | null;
  readonly supportedAt: Date;
  readonly processUri: string;
  /** Null while it is not shown itself; all in it is hidden then, too. */
  readonly processTitle: LanguageMap | null;
  /** Of its process: how many one may give there, and how many this person has. */
  readonly limit: number | null;
  readonly given: number;
  readonly phases: readonly { readonly startsAt: Date; readonly endsAt: Date }[];
}

const supportedMax = 500;

/** All that an account supports now, the newest first; what is hidden too, which counts until it is taken back. */
export async function listSupported(sql: Sql, accountId: string): Promise<Supported[]> {
  const rows = await sql<(Omit<Supported, "phases"> & { phases: { startsAt: string; endsAt: string }[] })[]>`
    select subject.id, case when subject.hidden_at is null and is_shown then subject.title else '' end as title, subject.language,
      coalesce(subject.hidden_at, place.hidden_at, place.deleted_at) as hidden_at, support.created_at as supported_at,
      process.uri as process_uri, case when is_shown then process.title end as process_title, process.support_limit as "limit",
      count(*) over (partition by support.process_uri)::int as given,
      (select coalesce(jsonb_agg(jsonb_build_object('startsAt', starts_at, 'endsAt', ends_at)), '[]') from phase
       where phase.process_uri = process.uri and 'support' = any (phase.permits)) as phases
    from support join subject on subject.uri = support.proposal_uri join process on process.uri = support.process_uri
      join subject place on place.uri = process.uri, lateral (select place.hidden_at is null and place.deleted_at is null as is_shown) as shown
    where support.account_id = ${accountId} and subject.deleted_at is null
    order by support.created_at desc, subject.id desc limit ${supportedMax}`;
  return rows.map((row) => ({
    ...row,
    phases: row.phases.map(({ startsAt, endsAt }) => ({ startsAt: new Date(startsAt), endsAt: new Date(endsAt) })),
  }));
}

export async function countSupportsGiven(sql: Sql, processUri: string, accountId: string): Promise<number> {
  const [row] = await sql<{ given: number }[]>`
    select count(*)::int as given from support where account_id = ${accountId} and process_uri = ${processUri}`;
  return row!.given;
}

/** The newest public proposals of this node's own processes, for its home page. */
export async function listLatestProposals(sql: Sql, limit: number): Promise<Proposal[]> {
  const rows = await sql<Omit<Proposal, "images">[]>`
    select ${columns(sql)} from ${joined(sql)}
    where subject.origin is null and proposal.state not in ('draft', 'withdrawn') and ${visible(sql)}
    order by proposal.id desc limit ${limit}`;
  return await withImages(sql, rows);
}

/** The texts of some proposals, Markdown or HTML as they are stored, for the moderators' desk. */
export async function readProposalTexts(sql: Sql, uris: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await sql<{ uri: string; body: string }[]>`
    select uri, body from proposal where uri = any(${uris as string[]})`;
  return new Map(rows.map((row) => [row.uri, row.body]));
}

/** The reasons of some answers, as {@link readProposalTexts}. */
export async function readAnswerTexts(sql: Sql, uris: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await sql<{ uri: string; reasons: string }[]>`
    select uri, reasons from answer where uri = any(${uris as string[]})`;
  return new Map(rows.map((row) => [row.uri, row.reasons]));
}

/**
 * What an actor of this node has proposed in public, alone or with others, the newest first: for their own page. What a
 * person is named in by another name than this voice's is not joined to it.
 */
export async function listProposalsBy(sql: Sql, actorId: string, limit: number): Promise<Proposal[]> {
  const rows = await sql<Omit<Proposal, "images">[]>`
    select ${columns(sql)} from ${joined(sql)}
    where (subject.author_id = ${actorId} or proposal.uri in (
        select proposal_uri from proposal_coauthor
          join account on account.id = account_id join actor voice on voice.id = account.actor_id
        where voice.id = ${actorId} and proposal_coauthor.name = voice.name))
      and proposal.state <> 'draft' and ${visible(sql)}
    order by proposal.id desc limit ${limit}`;
  return await withImages(sql, rows);
}

/**
 * The persons who wrote a public proposal under their public name, alone or with others, by the URIs of their actors. Nobody
 * for whom an institution speaks, who is named otherwise than their voice is, whose voice is closed, or on a blocked server.
 */
export async function listVoices(sql: Sql, uri: string): Promise<string[]> {
  const rows = await sql<{ uri: string }[]>`
    select actor.uri from subject join actor on actor.id = subject.author_id
    where subject.uri = ${uri} and actor.type = 'Person' and actor.gone_at is null
      and (actor.origin is null or peer_policy(split_part(actor.origin, '/', 3)) is distinct from 'blocked')
    union
    select voice.uri from proposal_coauthor
      join account on account.id = account_id join actor voice on voice.id = account.actor_id
    where proposal_uri = ${uri} and proposal_coauthor.name = voice.name and voice.gone_at is null`;
  return rows.map((row) => row.uri);
}
