// What is vouched for of a proposal and of its answer. Pure: no SQL, no request, no clock.
import { geometryOf, timeOf } from "../records/draft.ts";
import type { RecordDraft } from "../records/record.ts";
import type { DerivedFrom } from "../subjects/derivation.ts";
import { translationsInPart } from "../translations/record.ts";
import type { Translation } from "../translations/translation.ts";
import type { NamedCoauthor } from "./coauthor.ts";
import type { Answer, Proposal } from "./proposal.ts";

/** Counts are not here: they have a record of their own, so that a support does not make a version. */
export function proposalDraft(
  proposal: Proposal,
  publisher: string,
  answerUri: string | null,
  derivedFrom: DerivedFrom | null,
  coauthors: readonly NamedCoauthor[],
): RecordDraft {
  return {
    kind: "proposal",
    subject: proposal.uri,
    process: proposal.processUri,
    publisher,
    data: {
      url: proposal.url,
      state: proposal.state,
      category: proposal.categoryName,
      language: proposal.language,
      published: timeOf(proposal.publishedAt),
      updated: timeOf(proposal.updatedAt),
      ...(answerUri === null ? {} : { answer: answerUri }),
      ...(derivedFrom === null ? {} : { derivedFrom }),
    },
    part: {
      title: proposal.title,
      text: proposal.body,
      author: authorOf(proposal),
      ...(coauthors.length === 0 ? {} : { coauthors: coauthors.map(coauthorOf) }),
      address: proposal.address,
      ...geometryOf(proposal),
      media: proposal.images.map(({ url, alt, mediaType, width, height }) => ({ url, alt, mediaType, width, height })),
    },
  };
}

const coauthorOf = ({ name, key }: NamedCoauthor) => ({ name, ...(key === null ? {} : { key }) });

/** A person who has closed their account is named no more, by name or by address; an institution that spoke for them is. */
function authorOf({ authorName, authorUri, authorType }: Proposal) {
  const isForgotten = authorName === "" && authorType === "Person";
  return { name: authorName, ...(authorUri === null || isForgotten ? {} : { uri: authorUri }) };
}

export function answerDraft(
  answer: Answer,
  proposal: Proposal,
  publisher: string,
  translations: readonly Translation[] = [],
): RecordDraft {
  return {
    kind: "answer",
    subject: answer.uri,
    process: proposal.processUri,
    publisher,
    data: {
      url: `${proposal.url}#answer`,
      proposal: proposal.uri,
      outcome: answer.outcome,
      ...(answer.costAmount === null ? {} : { cost: { amount: answer.costAmount, currency: answer.costCurrency } }),
      term: answer.term,
      language: answer.language ?? proposal.language,
      published: timeOf(answer.publishedAt),
      updated: timeOf(answer.updatedAt),
    },
    part: {
      title: proposal.title,
      text: answer.reasons,
      author: { uri: publisher },
      ...translationsInPart("answer", translations),
    },
  };
}
