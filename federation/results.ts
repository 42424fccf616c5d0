// The results room's third door: what became of it as a Note by the city, each step a reply to it, and copies of others'.
import { z } from "zod";
import { findActor } from "../src/actors/queries.ts";
import type { Tx } from "../src/platform/db.ts";
import { escapeHtml } from "../src/platform/html.ts";
import { refuseUnless } from "../src/platform/refusal.ts";
import { cleanRemoteHtml, markdownToHtml, plainText } from "../src/platform/rich-text.ts";
import type { Process } from "../src/processes/process.ts";
import { findProcess } from "../src/processes/queries.ts";
import { keepRemoteMilestone, keepRemoteResult } from "../src/results/remote.ts";
import { type Milestone, type Result, resultStatuses } from "../src/results/result.ts";
import { addresses, civicSource } from "./meetings.ts";
import { audienceOf, countsOf, isLater } from "./proposals.ts";
import { contentLengthMax, lineOf, type WirePost } from "./reading.ts";
import { translationsInCivic } from "./translations.ts";
import { inOneLanguage, type Json, objectContext } from "./vocabulary.ts";
import { centsOf, wordsIn } from "./wording.ts";

/** A result as a Note: where it stands stands in the text, for those who read it on another server. */
export function resultToObject(
  result: Result,
  process: Process,
  links: { readonly proposals: readonly string[]; readonly meetings: readonly string[] },
): Json {
  const t = wordsIn(result.language);
  const facts = standingOf(result);
  const content = [
    `<p><strong>${escapeHtml(t("wire.result-title", { title: result.title }))}</strong></p>`,
    `<ul>${facts.map((fact) => `<li>${escapeHtml(fact)}</li>`).join("")}</ul>`,
    String(markdownToHtml(result.body)),
    `<p><a href="${result.url}">${escapeHtml(t("wire.read-here"))}</a></p>`,
  ].join("");
  return {
    "@context": objectContext,
    id: result.uri,
    type: "Note",
    attributedTo: result.organisationUri,
    ...audienceOf(result.organisationUri, process),
    content,
    contentMap: inOneLanguage(content, result.language),
    url: result.url,
    published: result.publishedAt.toISOString(),
    ...(isLater(result.updatedAt, result.publishedAt) ? { updated: result.updatedAt.toISOString() } : {}),
    ...countsOf(result),
    civic: {
      kind: "result",
      process: process.uri,
      title: result.title,
      body: String(markdownToHtml(result.body)),
      status: result.status,
      progress: result.progress,
      ...(result.costAmount === null ? {} : { cost: { amount: result.costAmount, currency: result.costCurrency } }),
      startsOn: result.startsOn,
      endsOn: result.endsOn,
      category: result.categoryName,
      district: result.district,
      proposals: links.proposals,
      meetings: links.meetings,
      // By the source's own count: no voice of this node is in it.
      source: result.source,
    },
  };
}

function standingOf(result: Result): string[] {
  const t = wordsIn(result.language);
  return [
    t("wire.result-standing", { status: t(`results.status.${result.status}`) }),
    ...(result.progress === null ? [] : [t("wire.result-progress", { percent: t.percent(result.progress / 100) })]),
    ...(result.costAmount === null
      ? []
      : [t("wire.cost", { amount: t.money(centsOf(result.costAmount), result.costCurrency ?? "EUR") })]),
  ];
}

/** A step: a Note in reply to the result's, by the same actor, so that Mastodon shows it to those who follow that one. */
export function milestoneToObject(milestone: Milestone, result: Result, process: Process): Json {
  const language = milestone.language ?? result.language;
  const t = wordsIn(language);
  const day = new Date(`${milestone.reachedOn}T12:00:00Z`);
  const content = [
    `<p><strong>${escapeHtml(milestone.title)}</strong> (${escapeHtml(t.date(day))})</p>`,
    String(markdownToHtml(milestone.body)),
    `<p>${escapeHtml(t("wire.result-title", { title: result.title }))}<br>${standingOf(result).map(escapeHtml).join(" · ")}<br><a href="${milestone.url}">${escapeHtml(t("wire.read-here"))}</a></p>`,
  ].join("");
  return {
    "@context": objectContext,
    id: milestone.uri,
    type: "Note",
    attributedTo: result.organisationUri,
    ...audienceOf(result.organisationUri, process),
    inReplyTo: result.uri,
    content,
    contentMap: inOneLanguage(content, language),
    url: milestone.url,
    published: milestone.publishedAt.toISOString(),
    ...(isLater(milestone.updatedAt, milestone.publishedAt) ? { updated: milestone.updatedAt.toISOString() } : {}),
    civic: {
      kind: "milestone",
      result: result.uri,
      title: milestone.title,
      body: String(markdownToHtml(milestone.body)),
      reachedOn: milestone.reachedOn,
    },
  };
}

const html = z
  .string()
  .max(contentLengthMax)
  .catch("")
  .transform((text) => String(cleanRemoteHtml(text)));
const line = (charsMax: number) =>
  z
    .string()
    .catch("")
    .transform((text) => lineOf(text, charsMax));
const day = z.string().refine((text) => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)));
const optionalDay = day.nullable().catch(null);

const civicResult = z
  .object({
    process: z.string().max(2_048),
    title: line(300),
    body: html,
    status: z.enum(resultStatuses),
    progress: z.number().int().min(0).max(100).nullable().catch(null),
    cost: z
      .object({ amount: z.string().regex(/^\d{1,14}(\.\d{1,2})?$/), currency: z.string().regex(/^[A-Z]{3}$/) })
      .nullable()
      .catch(null),
    startsOn: optionalDay,
    endsOn: optionalDay,
    category: line(200),
    district: line(200),
    proposals: addresses,
    meetings: addresses,
    source: civicSource,
  })
  .refine(({ startsOn, endsOn }) => startsOn === null || endsOn === null || startsOn <= endsOn);

/**
 * Keeps a result that another Koinon node published, as read from its own origin.
 * @throws Refused `unsupported-object` for what does not fit, `not-found` for one of a process we do not keep.
 */
export async function keepResult(tx: Tx, post: WirePost, now: Date): Promise<void> {
  const read = civicResult.safeParse(post.civic);
  refuseUnless(read.success && post.isPublic, "unsupported-object");
  const { process: processUri, cost, category, proposals, meetings, ...said } = read.data;
  const process = await findProcess(tx, processUri);
  refuseUnless(process !== null && process.origin === new URL(post.id).origin, "not-found");
  const author = await findActor(tx, post.authorUri);
  await keepRemoteResult(
    tx,
    {
      ...said,
      uri: post.id,
      url: post.url,
      processUri,
      organisationId: author?.id ?? null,
      organisationName: author?.name ?? "",
      title: said.title || plainText(post.html).slice(0, 100),
      language: post.language ?? process.languages[0] ?? "en",
      costAmount: cost?.amount ?? null,
      costCurrency: cost?.currency ?? null,
      categoryName: category,
      proposalUris: proposals,
      meetingUris: meetings,
      translations: translationsInCivic("result", post.civic),
      publishedAt: post.publishedAt ?? now,
      updatedAt: post.updatedAt ?? post.publishedAt ?? now,
    },
    now,
  );
}

const civicMilestone = z.object({ result: z.string().max(2_048), title: line(300), body: html, reachedOn: day });

/** Keeps a step of a result that another Koinon node published. */
export async function keepMilestone(tx: Tx, post: WirePost, now: Date): Promise<void> {
  const read = civicMilestone.safeParse(post.civic);
  refuseUnless(read.success && post.isPublic, "unsupported-object");
  const { result: resultUri, ...said } = read.data;
  const author = await findActor(tx, post.authorUri);
  await keepRemoteMilestone(
    tx,
    {
      ...said,
      resultUri,
      uri: post.id,
      url: post.url,
      language: post.language ?? "en",
      organisationId: author?.id ?? null,
      organisationName: author?.name ?? "",
      translations: translationsInCivic("milestone", post.civic),
      publishedAt: post.publishedAt ?? now,
      updatedAt: post.updatedAt ?? post.publishedAt ?? now,
    },
    now,
  );
}
