// Proposals like one that is being written or answered: of this node, and of other cities as copies, with the answers they
// got. Found by the words of a title in every form its language gives them, and past typing errors.
import { type Sql, withTransaction } from "../platform/db.ts";
import { isInTheOpen } from "../subjects/queries.ts";
import { wordsOf } from "../subjects/search-queries.ts";
import type { Proposal } from "./proposal.ts";

/** A proposal, and what became of it. */
export interface Tried
  extends Pick<Proposal, "uri" | "id" | "title" | "language" | "state" | "supportCount" | "processUri"> {
  /** Null when it is this node's own. */
  readonly origin: string | null;
  /** Whose process it was made in, as that city calls itself; empty where nobody knows. */
  readonly cityName: string;
  readonly processTitle: string;
  readonly costAmount: string | null;
  readonly costCurrency: string | null;
  readonly term: string;
  /** Statuses of the results that name it. */
  readonly results: readonly string[];
}

const wordsMax = 8;
/** A common word costs no more than a rare one: this many that hold any are compared. */
const comparedMax = 500;
const foundMax = 50;
/** Of pg_trgm, for single words, from 0 to 1: a letter too many, too few or in another's place. */
const nearness = "0.5";
const nearCharsMin = 5;

/** Forms are told apart by the language; these are the languages of the interface, and words as they stand. */
const configs = ["simple", "english", "spanish", "catalan", "french", "arabic"] as const;

/** Long enough to pass for a word that says something, and do not. */
const emptyWords: ReadonlySet<string> = new Set(
  `with from that this into over more than your have will what when where which their about para como esta este esto entre sobre
  hasta desde todos todas nuestro nuestra amb dels entre aquest aquesta tots totes nostre nostra per pour avec dans cette
  leur leurs plus sans sous notre على إلى التي الذي هذا هذه`
    .normalize("NFKD")
    .split(/\s+/),
);

/** What a title says, word by word. */
export const tellingWords = (title: string): string[] => {
  const long = wordsOf(title.toLowerCase()).filter((word) => word.length > (/\p{Script=Latin}/u.test(word) ? 3 : 2));
  return [...new Set(long)].filter((word) => !emptyWords.has(word)).slice(0, wordsMax);
};

/** Copies of other cities' proposals that share words with a title, the most alike first. */
export const listTried = (sql: Sql, title: string): Promise<Tried[]> =>
  findAlike(sql, title, { isElsewhere: true, processUri: null, exceptUri: "", limit: foundMax });

/** Public proposals of this node that do; those of one process stand before those of others. */
export const listSimilar = (
  sql: Sql,
  { title, ...place }: { processUri: string; title: string; exceptUri: string; limit: number },
): Promise<Tried[]> => findAlike(sql, title, { isElsewhere: false, ...place });

interface Place {
  readonly isElsewhere: boolean;
  readonly processUri: string | null;
  readonly exceptUri: string;
  readonly limit: number;
}

async function findAlike(sql: Sql, title: string, place: Place): Promise<Tried[]> {
  const words = tellingWords(title);
  if (words.length === 0) return [];
  return await withTransaction(sql, async (tx) => {
    await tx`select set_config('pg_trgm.word_similarity_threshold', ${nearness}, true)`;
    return await tx<Tried[]>`
      with found as materialized (
        select uri, max(score) as score from (${byForms(tx, words, place)} union all ${bySpelling(tx, words, place)}) as near
        group by uri order by score desc, uri desc limit ${place.limit * 4})
      select proposal.uri, proposal.id, proposal.title, proposal.language, proposal.state, proposal.support_count,
        proposal.process_uri, subject.origin, coalesce(city.name, '') as city_name, coalesce(around.title, '') as process_title,
        answer.cost_amount, answer.cost_currency, coalesce(answer.term, '') as term,
        array(select result.status from result_link join result on result.uri = result_link.result_uri
          join subject shown on shown.uri = result.uri and shown.hidden_at is null and shown.deleted_at is null
          where result_link.target_uri = proposal.uri) as results
      from found join proposal using (uri) join subject using (uri)
        left join process on process.uri = proposal.process_uri left join subject around on around.uri = process.uri
        left join actor city on city.id = process.organisation_id
        left join answer on answer.proposal_uri = proposal.uri
      where proposal.state not in ('draft', 'withdrawn')
      order by proposal.process_uri = ${place.processUri ?? ""} desc, round(score::numeric, 2) desc, answer.uri is null,
        proposal.id desc limit ${place.limit}`;
  });
}

/** In titles: letters and digits only, so they cannot be read as operators of the query language. */
function byForms(sql: Sql, words: readonly string[], place: Place) {
  const query = words.map((word) => `${word}:*A`).join(" | ");
  const asked = configs
    .map((config) => sql`to_tsquery(${config}::regconfig, folded(${query}))`)
    .reduce((all, one) => sql`${all} || ${one}`);
  return sql`(
    select uri, ts_rank(words, query) as score from (select ${asked} as query) as asked
      join search_entry on words @@ query join subject using (uri)
    where ${isPublic(sql, place)} order by subject.id desc limit ${comparedMax})`;
}

/** In titles that hold a word that is spelt nearly so. They stand behind those that hold the word itself. */
function bySpelling(sql: Sql, words: readonly string[], place: Place) {
  const long = words.filter((word) => word.length >= nearCharsMin);
  return sql`(
    select uri, word_similarity(folded(word), folded(search_entry.title)) / 10 as score
    from unnest(${long}::text[]) as word join search_entry on folded(word) <% folded(search_entry.title)
      join subject using (uri)
    where search_entry.title <> '' and ${isPublic(sql, place)} limit ${comparedMax})`;
}

const isPublic = (sql: Sql, { isElsewhere, exceptUri }: Place) => sql`
  subject.kind = 'proposal' and subject.published_at is not null and subject.hidden_at is null
    and subject.deleted_at is null and subject.uri <> ${exceptUri} and ${isInTheOpen(sql, "subject")}
    and ${isElsewhere ? sql`subject.origin is not null` : sql`subject.origin is null`}`;
