// Copies of other nodes' proposals and answers, kept in the same tables. The caller has read them from their origin.
import type { Tx } from "../platform/db.ts";
import { newId } from "../platform/ids.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { enterSubject, touchSubject } from "../subjects/actions.ts";
import { replaceTranslations } from "../translations/actions.ts";
import type { Translation } from "../translations/translation.ts";
import { replaceImages } from "./image-actions.ts";
import type { Answer, Proposal, ProposalImage, ProposalText } from "./proposal.ts";
import { findAnswer, findProposal } from "./queries.ts";

/** What another node says of one of its proposals, read from its own origin. */
export interface RemoteProposal {
  readonly uri: string;
  readonly url: string;
  readonly processUri: string;
  readonly authorId: string | null;
  readonly authorName: string;
  readonly coauthors: readonly string[];
  readonly title: string;
  /** Cleaned HTML. */
  readonly body: string;
  readonly language: string;
  readonly categoryName: string;
  readonly place: ProposalText["place"];
  readonly state: Exclude<Proposal["state"], "draft">;
  readonly supportCount: number;
  readonly images: readonly ProposalImage[];
  readonly publishedAt: Date;
  readonly updatedAt: Date;
}

/**
 * Keeps another node's proposal, new or changed. An older state than the one kept is ignored, so order of arrival
 * does not matter.
 */
export async function keepRemoteProposal(tx: Tx, proposal: RemoteProposal, now: Date): Promise<void> {
  const { uri, processUri, title, body, language, categoryName, place, state, supportCount, coauthors } = proposal;
  const id = newId(proposal.publishedAt < now ? proposal.publishedAt : now);
  const columns = {
    title,
    body,
    language,
    categoryName,
    address: place.address,
    latitude: place.point?.latitude ?? null,
    longitude: place.point?.longitude ?? null,
    state,
    supportCount,
    coauthors,
  };
  const isNew = await enterSubject(tx, {
    uri,
    id,
    kind: "proposal",
    origin: new URL(uri).origin,
    url: proposal.url,
    authorId: proposal.authorId,
    authorName: proposal.authorName,
    processUri,
    title,
    language,
    publishedAt: proposal.publishedAt,
  });
  if (isNew) {
    await tx`insert into proposal ${tx({ uri, id, processUri, ...columns })}`;
    await tx`update process set proposal_count = proposal_count + 1 where uri = ${processUri}`;
  } else {
    const kept = await findProposal(tx, uri);
    if (kept === null || (kept.updatedAt !== null && kept.updatedAt > proposal.updatedAt)) return;
    await tx`update proposal set ${tx(columns)} where uri = ${uri}`;
  }
  await replaceImages(tx, uri, proposal.images, now);
  await touchSubject(
    tx,
    uri,
    // A person's proposal becomes the process's when they have their name taken off it.
    {
      title,
      language,
      url: proposal.url,
      authorName: proposal.authorName,
      ...(proposal.authorId === null ? {} : { authorId: proposal.authorId }),
    },
    proposal.updatedAt,
  );
}

export type RemoteAnswer = Omit<Answer, "id"> & {
  readonly proposalUri: string;
  readonly url: string;
  readonly authorId: string | null;
  readonly authorName: string;
  readonly translations?: readonly Translation[];
};

/** Keeps another node's answer to its own proposal, new or revised; an older one than the one kept is ignored. */
export async function keepRemoteAnswer(tx: Tx, answer: RemoteAnswer, now: Date): Promise<void> {
  const { uri, proposalUri, outcome, reasons, costAmount, costCurrency, term, language } = answer;
  const proposal = await findProposal(tx, proposalUri);
  refuseUnless(proposal !== null && proposal.origin !== null, "not-found");
  const isNew = await enterSubject(tx, {
    uri,
    id: newId(now),
    kind: "answer",
    origin: proposal.origin,
    url: answer.url,
    authorId: answer.authorId,
    authorName: answer.authorName,
    processUri: proposal.processUri,
    title: proposal.title,
    language,
    publishedAt: answer.publishedAt,
  });
  const kept = isNew ? null : await findAnswer(tx, proposalUri);
  if (kept !== null && kept.updatedAt > answer.updatedAt) return;
  const columns = { outcome, reasons, costAmount, costCurrency, term };
  await tx`
    insert into answer ${tx({ uri, proposalUri, ...columns })} on conflict (proposal_uri) do update set ${tx({ uri, ...columns })}`;
  await touchSubject(tx, uri, { language }, answer.updatedAt);
  await replaceTranslations(tx, [answer], answer.updatedAt);
}

/** Empties our copy of a proposal or an answer, and every text it had. */
export async function eraseProposalCopy(tx: Tx, uri: string): Promise<void> {
  await tx`delete from proposal_image where proposal_uri = ${uri} and ${isCopy(tx)}`;
  await tx`delete from proposal_version where proposal_uri = ${uri} and ${isCopy(tx)}`;
  await tx`
    update proposal set title = '', body = '', address = '', latitude = null, longitude = null, coauthors = '{}'
    where uri = ${uri} and ${isCopy(tx)}`;
  await tx`delete from answer where uri = ${uri} and ${isCopy(tx)}`;

  function isCopy(sql: Tx) {
    return sql`exists (select from subject where subject.uri = ${uri} and subject.origin is not null)`;
  }
}
