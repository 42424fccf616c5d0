// What other cities made of proposals like one: their copies here, with the answers these got.
import type { Sql } from "../platform/db.ts";
import type { Proposal } from "./proposal.ts";

/** A proposal of another city, and what became of it. */
export interface Tried extends Pick<Proposal, "uri" | "id" | "title" | "language" | "state"> {
  readonly origin: string;
  readonly costAmount: string | null;
  readonly costCurrency: string | null;
  readonly term: string;
  /** Statuses of the results that name it. */
  readonly results: readonly string[];
}

const wordsMax = 8;
/** A common word costs no more than a rare one: this many that share any are compared. */
const comparedMax = 1_000;
const foundMax = 50;

/** Copies of other cities' proposals that share longer words with a title, the most alike first. */
export async function listTried(sql: Sql, title: string): Promise<Tried[]> {
  const words = [...new Set(title.toLowerCase().match(/[\p{L}\p{N}]{4,}/gu) ?? [])].slice(0, wordsMax);
  if (words.length === 0) return [];
  // Letters and digits only, so they cannot be read as operators of the query language.
  const query = words.map((word) => `${word}:*`).join(" | ");
  return await sql<Tried[]>`
    select proposal.uri, proposal.id, proposal.title, proposal.language, proposal.state, seen.origin, answer.cost_amount,
      answer.cost_currency, coalesce(answer.term, '') as term,
      array(select result.status from result_link join result on result.uri = result_link.result_uri
        join subject shown on shown.uri = result.uri and shown.hidden_at is null and shown.deleted_at is null
        where result_link.target_uri = proposal.uri) as results
    from (
      select proposal.uri, subject.origin from proposal join subject on subject.uri = proposal.uri
      where subject.origin is not null and subject.published_at is not null and subject.hidden_at is null
        and subject.deleted_at is null and proposal.state not in ('draft', 'withdrawn')
        and proposal.search @@ to_tsquery('simple', ${query})
      limit ${comparedMax}) as seen
    join proposal on proposal.uri = seen.uri left join answer on answer.proposal_uri = proposal.uri
    order by ts_rank(to_tsvector('simple', proposal.title), to_tsquery('simple', ${query})) desc,
      answer.uri is null, proposal.id desc limit ${foundMax}`;
}
