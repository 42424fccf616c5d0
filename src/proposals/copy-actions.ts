// Copies of other nodes' proposals and answers, many at a time: the same law as in remote.ts, a fixed number of statements
// however many there are.
import type { Tx } from "../platform/db.ts";
import { idFrom } from "../platform/ids.ts";
import { originOf } from "../platform/uris.ts";
import { enterSubjects, type SubjectCopy, touchCopies } from "../subjects/bulk-actions.ts";
import { replaceTranslations } from "../translations/actions.ts";
import type { RemoteAnswer, RemoteProposal } from "./remote.ts";

const rowsPerInsertMax = 500;

/**
 * Keeps other nodes' proposals, new or changed, each named once. An older state than the one kept is ignored; those of a
 * process that is not kept here, or is another node's, are left out.
 */
export async function keepRemoteProposals(tx: Tx, all: readonly RemoteProposal[], now: Date): Promise<void> {
  const processes = await tx<{ uri: string; origin: string | null }[]>`
    select uri, origin from subject where uri = any(${[...new Set(all.map(({ processUri }) => processUri))]}) and kind = 'process'`;
  const originOfProcess = new Map(processes.map(({ uri, origin }) => [uri, origin]));
  const proposals = all.filter(({ uri, processUri }) => originOfProcess.get(processUri) === originOf(uri));
  if (proposals.length === 0) return;
  const subjects = proposals.map((proposal) => subjectOf(proposal, now));
  const fresh = await enterSubjects(tx, subjects);
  const changed = await touchCopies(
    tx,
    subjects.filter(({ uri }) => !fresh.has(uri)),
  );
  const rows = proposals.map((proposal, at) => ({ ...columnsOf(proposal), id: subjects[at]!.id }));
  await insertRows(
    tx,
    "proposal",
    rows.filter(({ uri }) => fresh.has(uri)),
  );
  await changeProposals(
    tx,
    rows.filter(({ uri }) => changed.has(uri)),
  );
  await tx`
    update process set proposal_count = proposal_count + given.number
    from (select process_uri, count(*)::int as number from proposal where uri = any(${[...fresh]}) group by 1) as given
    where process.uri = given.process_uri`;
  await tx`delete from proposal_image where proposal_uri = any(${[...changed]})`;
  const images = proposals
    .filter(({ uri }) => fresh.has(uri) || changed.has(uri))
    .flatMap((proposal) =>
      proposal.images.map((image, position) => ({
        ...image,
        id: idFrom(`${proposal.uri} ${position}`, now),
        proposalUri: proposal.uri,
        position,
      })),
    );
  await insertRows(tx, "proposal_image", images);
}

const subjectOf = (proposal: RemoteProposal, now: Date): SubjectCopy => {
  const { uri, url, authorId, authorName, processUri, title, language, publishedAt, updatedAt } = proposal;
  return {
    uri,
    id: idFrom(uri, publishedAt < now ? publishedAt : now),
    kind: "proposal",
    origin: originOf(uri),
    url,
    authorId,
    authorName,
    processUri,
    title,
    language,
    publishedAt,
    updatedAt,
  };
};

const columnsOf = (proposal: RemoteProposal) => ({
  uri: proposal.uri,
  processUri: proposal.processUri,
  title: proposal.title,
  body: proposal.body,
  language: proposal.language,
  categoryName: proposal.categoryName,
  address: proposal.place.address,
  latitude: proposal.place.point?.latitude ?? null,
  longitude: proposal.place.point?.longitude ?? null,
  state: proposal.state,
  coauthors: proposal.coauthors,
});

async function insertRows(tx: Tx, table: string, rows: readonly object[]): Promise<void> {
  for (let at = 0; at < rows.length; at += rowsPerInsertMax) {
    await tx`insert into ${tx(table)} ${tx(rows.slice(at, at + rowsPerInsertMax) as never)}`;
  }
}

/** Supports are left as they are: they are counted in a record of their own. */
async function changeProposals(tx: Tx, rows: readonly ReturnType<typeof columnsOf>[]): Promise<void> {
  if (rows.length === 0) return;
  const given = rows.map(({ processUri: _process, categoryName, ...row }) => ({ ...row, category_name: categoryName }));
  await tx`
    update proposal set title = given.title, body = given.body, language = given.language,
      category_name = given.category_name, address = given.address, latitude = given.latitude,
      longitude = given.longitude, state = given.state, coauthors = given.coauthors
    from jsonb_to_recordset(${tx.json(given as never)}) as given(uri text, title text, body text, language text,
      category_name text, address text, latitude double precision, longitude double precision, state text,
      coauthors text[])
    where proposal.uri = given.uri`;
}

/**
 * Keeps other nodes' answers to their own proposals, new or revised, at most one for each proposal. An older one than the
 * one kept is ignored; one to a proposal that is not kept here is left out.
 */
export async function keepRemoteAnswers(tx: Tx, all: readonly RemoteAnswer[], now: Date): Promise<void> {
  const proposals = await tx<{ uri: string; origin: string; processUri: string; title: string }[]>`
    select subject.uri, subject.origin, subject.process_uri, subject.title from subject
    where subject.uri = any(${all.map(({ proposalUri }) => proposalUri)}) and kind = 'proposal' and origin is not null`;
  const answered = new Map(proposals.map((proposal) => [proposal.uri, proposal]));
  const answers = all.filter(({ uri, proposalUri }) => answered.get(proposalUri)?.origin === originOf(uri));
  if (answers.length === 0) return;
  const subjects = answers.map((answer): SubjectCopy => {
    const { uri, url, authorId, authorName, language, publishedAt, updatedAt } = answer;
    const { processUri, title, origin } = answered.get(answer.proposalUri)!;
    const id = idFrom(uri, publishedAt < now ? publishedAt : now);
    return {
      uri,
      id,
      kind: "answer",
      origin,
      url,
      authorId,
      authorName,
      processUri,
      title,
      language,
      publishedAt,
      updatedAt,
    };
  });
  const fresh = await enterSubjects(tx, subjects);
  const changed = await touchCopies(
    tx,
    subjects.filter(({ uri }) => !fresh.has(uri)),
  );
  const rows = answers
    .filter(({ uri }) => fresh.has(uri) || changed.has(uri))
    .map(({ uri, proposalUri, outcome, reasons, costAmount, costCurrency, term }) => ({
      uri,
      proposalUri,
      outcome,
      reasons,
      costAmount,
      costCurrency,
      term,
    }));
  for (let at = 0; at < rows.length; at += rowsPerInsertMax) {
    await tx`
      insert into answer ${tx(rows.slice(at, at + rowsPerInsertMax) as never)}
      on conflict (proposal_uri) do update set uri = excluded.uri, outcome = excluded.outcome, reasons = excluded.reasons,
        cost_amount = excluded.cost_amount, cost_currency = excluded.cost_currency, term = excluded.term`;
  }
  await replaceTranslations(
    tx,
    answers.filter(({ uri }) => fresh.has(uri) || changed.has(uri)),
    now,
  );
}

/** How one of another node's proposals stands by its own city's count. An older count than the one kept is ignored. */
export interface CountedCopy {
  readonly uri: string;
  readonly supportCount: number;
  readonly method: string;
  readonly countedAt: Date;
}

export async function keepCounts(tx: Tx, counts: readonly CountedCopy[]): Promise<void> {
  if (counts.length === 0) return;
  const given = counts.map(({ uri, supportCount, method, countedAt }) => ({
    uri,
    support_count: supportCount,
    method,
    counted_at: countedAt,
  }));
  await tx`
    update proposal set support_count = given.support_count, count_method = given.method, counted_at = given.counted_at
    from jsonb_to_recordset(${tx.json(given as never)}) as given(uri text, support_count integer, method text,
      counted_at timestamptz), subject
    where proposal.uri = given.uri and subject.uri = given.uri and subject.origin is not null
      and (proposal.counted_at is null or proposal.counted_at <= given.counted_at)`;
}
