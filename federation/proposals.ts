// The proposals room's third door: ours → wire, wire → plain data, and into the room's actions.
import { findActor } from "../src/actors/queries.ts";
import type { Tx } from "../src/platform/db.ts";
import { escapeHtml } from "../src/platform/html.ts";
import { refuseUnless } from "../src/platform/refusal.ts";
import { cleanRemoteHtml, markdownToHtml, plainText } from "../src/platform/rich-text.ts";
import { pickText } from "../src/platform/text.ts";
import type { Process } from "../src/processes/process.ts";
import { findProcess } from "../src/processes/queries.ts";
import { coauthorNamesMax, namesOf } from "../src/proposals/coauthor.ts";
import { type Answer, type Proposal, proposalStates } from "../src/proposals/proposal.ts";
import { keepRemoteAnswer, keepRemoteProposal } from "../src/proposals/remote.ts";
import { contentLengthMax, countOf, isObject, lineOf, listOf, textOf, type WirePost } from "./reading.ts";
import { translationsInCivic } from "./translations.ts";
import { inOneLanguage, type Json, objectContext, PUBLIC } from "./vocabulary.ts";
import { centsOf, wordsIn } from "./wording.ts";

/**
 * A proposal as a Note: the whole text where Mastodon shows it, no `summary` (it would become a content warning) and no
 * `name` (snac hides a Note that has one). The title stands in the content and in `civic`.
 */
export function proposalToObject(proposal: Proposal, process: Process, answerUri: string | null): Json {
  const t = wordsIn(proposal.language);
  const { text: title } = pickText(process.title, proposal.language, ...process.languages);
  // Someone whose account is closed is named no more.
  const names = namesOf(proposal);
  const whoProposed =
    names.length === 0
      ? t("wire.proposed-in", { process: title })
      : t("wire.proposed-by", { name: t.list(names), process: title });
  const parts = [
    `<p><strong>${escapeHtml(proposal.title)}</strong></p>`,
    proposal.state === "withdrawn" ? `<p><em>${escapeHtml(t("wire.withdrawn"))}</em></p>` : "",
    String(markdownToHtml(proposal.body)),
    proposal.address === "" ? "" : `<p>📍 ${escapeHtml(proposal.address)}</p>`,
    `<p>${escapeHtml(whoProposed)}<br><a href="${proposal.url}">${escapeHtml(t("wire.support-here"))}</a></p>`,
  ];
  const content = parts.join("");
  return {
    "@context": objectContext,
    id: proposal.uri,
    type: "Note",
    attributedTo: proposal.authorUri,
    ...audienceOf(proposal.authorUri, process),
    content,
    contentMap: inOneLanguage(content, proposal.language),
    url: proposal.url,
    published: proposal.publishedAt?.toISOString(),
    ...(isLater(proposal.updatedAt, proposal.publishedAt) ? { updated: proposal.updatedAt!.toISOString() } : {}),
    ...(proposal.images.length === 0 ? {} : { attachment: proposal.images.map(imageToAttachment) }),
    ...(proposal.latitude === null
      ? {}
      : {
          location: {
            type: "Place",
            name: proposal.address,
            latitude: proposal.latitude,
            longitude: proposal.longitude,
          },
        }),
    ...countsOf(proposal),
    civic: {
      kind: "proposal",
      title: proposal.title,
      body: String(markdownToHtml(proposal.body)),
      process: process.uri,
      author: proposal.authorName,
      ...(proposal.coauthors.length === 0 ? {} : { coauthors: proposal.coauthors }),
      state: proposal.state,
      category: proposal.categoryName,
      address: proposal.address,
      supports: { count: proposal.supportCount, method: "one per verified resident of this node" },
      ...(answerUri === null ? {} : { answer: answerUri }),
    },
  };
}

/** The official answer: a Note by the city in reply to the proposal, boosted by process and city so that it is seen. */
export function answerToObject(answer: Answer, proposal: Proposal, process: Process): Json {
  const language = answer.language ?? proposal.language;
  const t = wordsIn(language);
  const facts = [
    answer.costAmount === null
      ? ""
      : t("wire.cost", { amount: t.money(centsOf(answer.costAmount), answer.costCurrency ?? "EUR") }),
    answer.term === "" ? "" : t("wire.term", { term: answer.term }),
  ].filter((fact) => fact !== "");
  const content = [
    `<p><strong>${escapeHtml(t(`wire.answer-${answer.outcome}`))}</strong> ${escapeHtml(proposal.title)}</p>`,
    String(markdownToHtml(answer.reasons)),
    facts.length === 0 ? "" : `<ul>${facts.map((fact) => `<li>${escapeHtml(fact)}</li>`).join("")}</ul>`,
    `<p><a href="${proposal.url}">${escapeHtml(t("wire.read-here"))}</a></p>`,
  ].join("");
  return {
    "@context": objectContext,
    id: answer.uri,
    type: "Note",
    attributedTo: process.organisationUri,
    ...audienceOf(process.organisationUri, process),
    inReplyTo: proposal.uri,
    content,
    contentMap: inOneLanguage(content, language),
    url: `${proposal.url}#answer`,
    published: answer.publishedAt.toISOString(),
    ...(isLater(answer.updatedAt, answer.publishedAt) ? { updated: answer.updatedAt.toISOString() } : {}),
    civic: {
      kind: "answer",
      proposal: proposal.uri,
      outcome: answer.outcome,
      reasons: String(markdownToHtml(answer.reasons)),
      ...(answer.costAmount === null ? {} : { cost: { amount: answer.costAmount, currency: answer.costCurrency } }),
      term: answer.term,
    },
  };
}

/**
 * Everyone, the author's followers and the process's: what official and public things are addressed to. The process is
 * named itself too: snac takes a thing of someone its reader does not follow only if it names someone they do.
 */
export function audienceOf(authorUri: string | null, process: Pick<Process, "actorUri">): Json {
  const followers = [authorUri, process.actorUri].flatMap((uri) => (uri === null ? [] : [`${uri}/followers`]));
  const named = process.actorUri === null || process.actorUri === authorUri ? [] : [process.actorUri];
  return {
    to: [PUBLIC],
    cc: [...new Set([...followers, ...named])],
    ...(process.actorUri === null ? {} : { audience: process.actorUri }),
  };
}

export const isLater = (updated: Date | null, published: Date | null): boolean =>
  updated !== null && published !== null && +updated > +published;

/** `replies`, `likes` and `shares`: counts that Mastodon shows since 4.4, refreshed without touching `updated`. */
export const countsOf = (subject: { uri: string; likeCount: number; shareCount: number }): Json => ({
  replies: `${subject.uri}/replies`,
  likes: { id: `${subject.uri}/likes`, type: "Collection", totalItems: subject.likeCount },
  shares: { id: `${subject.uri}/shares`, type: "Collection", totalItems: subject.shareCount },
});

const imageToAttachment = (image: Proposal["images"][number]): Json => ({
  type: "Image",
  mediaType: image.mediaType,
  url: image.url,
  name: image.alt,
  width: image.width,
  height: image.height,
});

/**
 * Keeps a proposal that another Koinon node published, as read from its own origin.
 * @throws Refused `unsupported-object` for what does not fit, `not-found` for one of a process we do not keep.
 */
export async function keepProposal(tx: Tx, post: WirePost, now: Date): Promise<void> {
  const civic = post.civic ?? {};
  const processUri = textOf(civic.process, 2_048);
  const process = await findProcess(tx, processUri);
  refuseUnless(process !== null && process.origin === new URL(post.id).origin, "not-found");
  const state = proposalStates.find((known) => known === civic.state);
  refuseUnless(state !== undefined && state !== "draft" && post.isPublic, "unsupported-object");
  const author = await findActor(tx, post.authorUri);
  await keepRemoteProposal(
    tx,
    {
      uri: post.id,
      url: post.url,
      processUri,
      authorId: author?.id ?? null,
      authorName: textOf(civic.author, 200),
      coauthors: listOf(civic.coauthors)
        .slice(0, coauthorNamesMax)
        .flatMap((name) => lineOf(name, 200) || []),
      title: lineOf(civic.title, 150) || plainText(post.html).slice(0, 100),
      body: String(cleanRemoteHtml(textOf(civic.body, contentLengthMax))) || post.html,
      language: post.language ?? process.languages[0] ?? "en",
      categoryName: textOf(civic.category, 200),
      place: { address: textOf(civic.address, 500), point: post.point },
      state,
      supportCount: countOf(isObject(civic.supports) ? civic.supports.count : 0),
      images: post.attachments
        .filter((attachment) => attachment.mediaType.startsWith("image/"))
        .slice(0, 4)
        .map(({ url, alt, mediaType, width, height }) => ({ url, alt, mediaType, width, height })),
      publishedAt: post.publishedAt ?? now,
      updatedAt: post.updatedAt ?? post.publishedAt ?? now,
    },
    now,
  );
}

/** Keeps the official answer another node gave to one of its proposals. */
export async function keepAnswer(tx: Tx, post: WirePost, now: Date): Promise<void> {
  const civic = post.civic ?? {};
  const outcome = (["evaluating", "accepted", "rejected"] as const).find((known) => known === civic.outcome);
  const proposalUri = textOf(civic.proposal, 2_048);
  refuseUnless(outcome !== undefined && post.isPublic && URL.canParse(proposalUri), "unsupported-object");
  refuseUnless(new URL(proposalUri).origin === new URL(post.id).origin, "forged");
  const author = await findActor(tx, post.authorUri);
  const cost = isObject(civic.cost) ? civic.cost : {};
  const amount = textOf(cost.amount, 20);
  const currency = textOf(cost.currency, 3);
  const hasCost = /^\d{1,14}(\.\d{1,2})?$/.test(amount) && /^[A-Z]{3}$/.test(currency);
  await keepRemoteAnswer(
    tx,
    {
      uri: post.id,
      proposalUri,
      url: post.url,
      authorId: author?.id ?? null,
      authorName: author?.name ?? "",
      outcome,
      reasons: String(cleanRemoteHtml(textOf(civic.reasons, contentLengthMax))) || post.html,
      costAmount: hasCost ? amount : null,
      costCurrency: hasCost ? currency : null,
      term: textOf(civic.term, 500),
      language: post.language,
      translations: translationsInCivic("answer", post.civic),
      publishedAt: post.publishedAt ?? now,
      updatedAt: post.updatedAt ?? post.publishedAt ?? now,
    },
    now,
  );
}
