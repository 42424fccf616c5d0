// Reads of adoptions: offers and their answers, and what may be adopted.
import * as z from "zod";
import type { Sql } from "../platform/db.ts";
import type { LanguageMap } from "../platform/text.ts";
import { namesOf } from "../proposals/coauthor.ts";
import { findProposal } from "../proposals/queries.ts";
import { findHead } from "../records/queries.ts";
import type { DerivedFrom } from "../subjects/derivation.ts";
import { findDerivation } from "../subjects/derivation-queries.ts";
import { findSubject, findSubjectById } from "../subjects/queries.ts";
import { isPublic, pagePathOf, type Subject } from "../subjects/subject.ts";
import { type Adoption, isAdoptable } from "./adoption.ts";
import { countRelatives } from "./lineage-queries.ts";

const columns = (sql: Sql) => sql`
  id, offer_uri, subject_uri, object_uri, is_ours, counterpart_uri, host, process_actor_uri, state, at, decided_at`;

export async function findAdoption(sql: Sql, id: string): Promise<Adoption | null> {
  const [row] = await sql<Adoption[]>`select ${columns(sql)} from adoption where id = ${id}`;
  return row ?? null;
}

/** The offer of a thing as made from another, by this node or to it. */
export async function findAdoptionOf(sql: Sql, subjectUri: string): Promise<Adoption | null> {
  const [row] = await sql<Adoption[]>`select ${columns(sql)} from adoption where subject_uri = ${subjectUri}`;
  return row ?? null;
}

/**
 * Offers that were confirmed at their own address and wait for an official of this node, the oldest first: of what was made
 * from our things, and of what was made from theirs where the city in between does not answer any more.
 */
export async function listWaitingAdoptions(sql: Sql, limit: number): Promise<Adoption[]> {
  return await sql<Adoption[]>`
    select ${columns(sql)} from adoption
    where state = 'offered' and not is_ours and (
      exists (select from subject where uri = object_uri and origin is null)
      or exists (select from lineage_node where uri = object_uri and (unanswered_at is not null or gone_at is not null))
        -- What that one listed while it did has its answer.
        and not exists (select from lineage_node where uri = subject_uri and source_host = split_part(object_uri, '/', 3)))
    order by id limit ${limit}`;
}

/** What an official of this node has accepted as made from a thing, the newest first, by key. */
export async function listAcceptedAdoptions(
  sql: Sql,
  objectUri: string,
  { before, limit }: { before: string | null; limit: number },
): Promise<Adoption[]> {
  return await sql<Adoption[]>`
    select ${columns(sql)} from adoption
    where object_uri = ${objectUri} and state = 'accepted' and not is_ours
      ${before === null ? sql`` : sql`and id < ${before}`}
    order by id desc limit ${limit}`;
}

export async function countAcceptedAdoptions(sql: Sql, objectUri: string): Promise<number> {
  const [row] = await sql<{ total: number }[]>`
    select count(*)::int as total from adoption where object_uri = ${objectUri} and state = 'accepted' and not is_ours`;
  return row!.total;
}

/** How many offers wait here: of one server, and of all. */
export async function countWaitingOffers(sql: Sql, host: string): Promise<{ ofHost: number; ofAll: number }> {
  const [row] = await sql<{ ofHost: number; ofAll: number }[]>`
    select (count(*) filter (where host = ${host}))::int as of_host, count(*)::int as of_all
    from adoption where state in ('unread', 'offered') and not is_ours`;
  return row!;
}

/** A copy of another node's thing that may be made one's own. Null for anything else. */
export async function findAdoptableById(sql: Sql, id: string): Promise<Subject | null> {
  const subject = await findSubjectById(sql, id);
  return subject !== null && isAdoptableHere(subject) ? subject : null;
}

export async function findAdoptable(sql: Sql, uri: string): Promise<Subject | null> {
  const subject = await findSubject(sql, uri);
  return subject !== null && isAdoptableHere(subject) ? subject : null;
}

const isAdoptableHere = (subject: Subject): boolean =>
  subject.origin !== null && isAdoptable(subject.kind) && isPublic(subject);

/** The digest of the newest record of a thing that is known here; null where none is. */
export const headDigestOf = async (sql: Sql, uri: string): Promise<string | null> =>
  (await findHead(sql, uri))?.digest ?? null;

/** The text of a copy as it was written, in Markdown, from its record; null where only what was shown of it is known. */
export async function findWrittenText(sql: Sql, uri: string): Promise<string | null> {
  const [row] = await sql<{ document: string | null }[]>`
    select record_part.document from record join record_part on record_part.digest = record.part_digest
    where record.subject_uri = ${uri} and is_head and standing = 'shown'`;
  if (row?.document == null) return null;
  const { text } = JSON.parse(row.document) as { text?: unknown };
  return typeof text === "string" ? text : null;
}

/** What another city calls the kinds of things proposed in one of its processes. */
export async function listForeignCategories(sql: Sql, processUri: string, limit: number): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select category_name as name from proposal where process_uri = ${processUri} and category_name <> ''
    group by 1 order by 1 limit ${limit}`;
  return rows.map(({ name }) => name);
}

/** What the record of a process says besides what its copy holds; empty where no record of it is known here. */
export interface RecordedProcess {
  readonly image: { readonly url: string; readonly alt: string } | null;
  readonly categories: readonly LanguageMap[];
}

export async function findRecordedProcess(sql: Sql, uri: string): Promise<RecordedProcess> {
  const head = await findHead(sql, uri);
  const data = head === null ? {} : ((JSON.parse(head.document) as { data?: unknown }).data ?? {});
  return recordedProcess.parse(data);
}

const recordedProcess = z.object({
  image: z
    .object({ url: z.url().max(2_048), alt: z.string().max(1_000) })
    .nullable()
    .catch(null),
  categories: z
    .array(z.record(z.string().max(35), z.string().max(200)))
    .max(100)
    .catch([]),
});

export interface AdoptedBy {
  readonly id: string;
  readonly uri: string;
  readonly host: string;
  /** Null where it has not been read. */
  readonly title: LanguageMap | null;
  readonly url: string;
}

/** What a page of a thing says of its place in a tree. `names`: who wrote what it was made from, where a copy of that is here. */
export interface AdoptionNote {
  readonly subject: Subject;
  readonly from:
    | (DerivedFrom & { readonly title: string; readonly path: string; readonly names: readonly string[] })
    | null;
  /** The offer of it to where it came from, if it is ours. */
  readonly offer: Adoption | null;
  readonly adoptedBy: readonly AdoptedBy[];
  readonly adoptedByCount: number;
  readonly hasLineage: boolean;
}

const adoptedByShownMax = 5;

export async function loadAdoptionNote(sql: Sql, uri: string): Promise<AdoptionNote | null> {
  const subject = await findSubject(sql, uri);
  if (subject === null || !isAdoptable(subject.kind)) return null;
  const [derived, offer, accepted, adoptedByCount, relatives] = await Promise.all([
    findDerivation(sql, uri),
    findAdoptionOf(sql, uri),
    listAcceptedAdoptions(sql, uri, { before: null, limit: adoptedByShownMax }),
    countAcceptedAdoptions(sql, uri),
    countRelatives(sql, uri),
  ]);
  const parent = derived === null ? null : await findSubject(sql, derived.uri);
  const original = parent?.kind === "proposal" && isPublic(parent) ? await findProposal(sql, parent.uri) : null;
  const from = derived && {
    ...derived,
    title: parent !== null && isPublic(parent) ? parent.title : "",
    path: parent !== null && isPublic(parent) ? pagePathOf(parent) : derived.uri,
    // As the copy has them now: a name that was taken off there is gone here too.
    names: original === null ? [] : namesOf(original),
  };
  const known = await sql<{ uri: string; title: LanguageMap | null; url: string | null }[]>`
    select uri, facts -> 'title' as title, facts ->> 'url' as url from lineage_node
    where uri = any(${accepted.map((one) => one.subjectUri)})`;
  const adoptedBy = accepted.map(({ id, subjectUri, host }) => {
    const read = known.find((one) => one.uri === subjectUri);
    return { id, uri: subjectUri, host, title: read?.title ?? null, url: read?.url ?? subjectUri };
  });
  const hasLineage = relatives.isMadeFrom || relatives.madeFromIt > 0;
  return { subject, from, offer: offer?.isOurs ? offer : null, adoptedBy, adoptedByCount, hasLineage };
}
