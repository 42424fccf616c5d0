// One search over everything public, of this node and of others: in the language of each text, and past typing errors.
import { type Sql, withTransaction } from "../platform/db.ts";
import { type Page, type PageRequest, toPage } from "../platform/pagination.ts";
import type { Linked } from "./linked-queries.ts";
import type { SubjectKind } from "./subject.ts";

export const searchedKinds = [
  "process",
  "proposal",
  "meeting",
  "result",
  "news",
  "answer",
  "comment",
] as const satisfies readonly SubjectKind[];
export type SearchedKind = (typeof searchedKinds)[number];

export const searchedPlaces = ["here", "elsewhere"] as const;

export interface SearchFilter {
  readonly text: string;
  readonly kind: SearchedKind | null;
  /** Of the text; null for any. */
  readonly language?: string | null;
  /** Where it lives; null for anywhere. */
  readonly place?: (typeof searchedPlaces)[number] | null;
  /** Of several languages of one text, this is shown. */
  readonly readerLanguage?: string;
}

export type Found = Linked & {
  readonly kind: SearchedKind;
  readonly publishedAt: Date;
  /** Plain text: the beginning of what it says. */
  readonly body: string;
  /** What an answer or a comment is about, in its own language. */
  readonly about: string;
  readonly aboutLanguage: string | null;
};

/** How the words of a text are brought to one form, as the migration that files them has it; of any other language, `simple`. */
const configs = ["simple", "english", "spanish", "catalan", "french", "arabic"] as const;

const wordsMax = 12;
/** Among so many of the newest that hold the words, the nearest come first. */
const rankedMax = 1_000;
const nearMax = 10;
/** Of pg_trgm: how near a title must come to what was typed, from 0 to 1. */
const nearness = "0.45";
const nearCharsMin = 4;

/** The words of a search, without what is none. */
export const wordsOf = (text: string): string[] =>
  text
    .normalize("NFKD")
    .match(/[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu)
    ?.slice(0, wordsMax) ?? [];

const nobody: Page<Found> = { rows: [], older: null, newer: null };

/**
 * What holds every word in its title or its text, in any order and form of its language, without regard to accents; words may be
 * begun only. Nearest first: words in titles weigh more. No words find nothing.
 */
export async function searchSubjects(sql: Sql, filter: SearchFilter, request: PageRequest): Promise<Page<Found>> {
  const words = wordsOf(filter.text);
  if (words.length === 0) return nobody;
  const query = words.map((word) => `${word}:*`).join(" & ");
  const { after, before } = request;
  const [rank, id] = after ?? before ?? [null, null];
  const direction = before ? sql`asc` : sql`desc`;
  const found = await withTransaction(sql, async (tx) => {
    // Words that stand everywhere are found from the newest on, rare ones by their index: that depends on the words.
    await tx`select set_config('plan_cache_mode', 'force_custom_plan', true)`;
    return await tx<(Found & { rank: string })[]>`
      with recent as materialized (
        select search_entry.id, search_entry.language, words from search_entry join subject using (uri)
        where words @@ (${queryIn(tx, query)}) and ${isWanted(tx, filter)}
        order by search_entry.id desc limit ${rankedMax}),
      matches as materialized (
        select distinct on (id) id, language as entry_language,
          round(ts_rank(words, ${queryIn(tx, query)}, 1)::numeric, 6) as rank
        from recent order by id desc, language = ${filter.readerLanguage ?? ""} desc)
      select ${columns(tx)}, rank::text from matches join subject using (id)
        join search_entry on search_entry.uri = subject.uri and search_entry.language = entry_language ${aboutOf(tx)}
      where ${rank === null ? tx`true` : before ? tx`(rank, matches.id) > (${String(rank)}::numeric, ${String(id)}::uuid)` : tx`(rank, matches.id) < (${String(rank)}::numeric, ${String(id)}::uuid)`}
      order by rank ${direction}, matches.id ${direction} limit ${request.sizeRows + 1}`;
  });
  return toPage(found, request, (row) => [row.rank, row.id]);
}

/** Titles that come near what was typed, for a search that has found nothing: the nearest first, no more than ten. */
export async function findNear(sql: Sql, filter: SearchFilter): Promise<readonly Found[]> {
  const text = wordsOf(filter.text).join(" ");
  if (text.length < nearCharsMin) return [];
  return await withTransaction(sql, async (tx) => {
    await tx`select set_config('pg_trgm.word_similarity_threshold', ${nearness}, true)`;
    return await tx<Found[]>`
      with near as materialized (
        select distinct on (uri) uri, search_entry.language as entry_language, word_similarity(folded(${text}), folded(search_entry.title)) as nearness
        from search_entry join subject using (uri)
        where search_entry.title <> '' and folded(${text}) <% folded(search_entry.title) and ${isWanted(tx, filter)}
        order by uri, search_entry.language = ${filter.readerLanguage ?? ""} desc)
      select ${columns(tx)} from near join subject using (uri)
        join search_entry on search_entry.uri = subject.uri and search_entry.language = entry_language ${aboutOf(tx)}
      order by nearness desc, subject.id desc limit ${nearMax}`;
  });
}

/** The same words in the form that each language gives them. */
const queryIn = (sql: Sql, query: string) =>
  configs
    .map((config) => sql`to_tsquery(${config}::regconfig, folded(${query}))`)
    .reduce((all, one) => sql`${all} || ${one}`);

/** Public, and so is what it stands in: what was said under a hidden thing would give its title away, and its words. */
const isWanted = (sql: Sql, { kind, language = null, place = null }: SearchFilter) => sql`
  subject.published_at is not null and subject.hidden_at is null and subject.deleted_at is null
    and not exists (select from subject above
      where above.uri in (subject.process_uri, subject.thread_uri, (select proposal_uri from answer where answer.uri = subject.uri))
        and (above.hidden_at is not null or above.deleted_at is not null))
    and subject.kind = any(${(kind === null ? searchedKinds : [kind]) as readonly string[] as string[]})
    ${language === null ? sql`` : sql`and left(search_entry.language, 2) = ${language}`}
    ${place === null ? sql`` : place === "here" ? sql`and subject.origin is null` : sql`and subject.origin is not null`}`;

const columns = (sql: Sql) => sql`
  subject.uri, subject.id, subject.kind, subject.origin, subject.url, search_entry.title,
  nullif(search_entry.language, '') as language, subject.published_at, search_entry.body,
  coalesce(spoken_of.title, '') as about, spoken_of.language as about_language`;

const aboutOf = (sql: Sql) => sql`
  left join answer on answer.uri = subject.uri
  left join subject spoken_of on spoken_of.uri = coalesce(subject.thread_uri, answer.proposal_uri)`;
