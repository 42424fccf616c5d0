// The processes room's third door: a process is a Group that people follow; its news are Notes in its own voice.
import { z } from "zod";
import { findActor } from "../src/actors/queries.ts";
import type { Tx } from "../src/platform/db.ts";
import { escapeHtml } from "../src/platform/html.ts";
import { refuseUnless } from "../src/platform/refusal.ts";
import { cleanRemoteHtml, markdownToHtml } from "../src/platform/rich-text.ts";
import { pickText } from "../src/platform/text.ts";
import { lastMomentBefore } from "../src/platform/time.ts";
import { originOf } from "../src/platform/uris.ts";
import { callsIn } from "../src/processes/call-to-action.ts";
import { activePhase, checkPhases, nextPhase, type Process, permissions } from "../src/processes/process.ts";
import type { News } from "../src/processes/queries.ts";
import { findProcess } from "../src/processes/queries.ts";
import { keepRemoteNews, keepRemoteProcess } from "../src/processes/remote.ts";
import { noteLineageOf } from "./lineage-civic.ts";
import { audienceOf, isLater } from "./proposals.ts";
import { contentLengthMax, lineOf, textOf, type WirePost } from "./reading.ts";
import type { WireActor } from "./reading-actors.ts";
import { translationsInCivic } from "./translations.ts";
import { inOneLanguage, type Json, objectContext } from "./vocabulary.ts";
import { wordsIn } from "./wording.ts";

/**
 * Phase and dates as profile fields; two or more, since Mastodon reads them only from a list.
 * @param timeZone the node's, whose days the phases begin and end on.
 */
export function processFields(process: Process, timeZone: string, now: Date): { name: string; value: string }[] {
  const language = process.languages[0] ?? "en";
  const t = wordsIn(language, timeZone);
  const [active, next] = [activePhase(process.phases, now), nextPhase(process.phases, now)];
  const shown = (title: Process["title"]) => escapeHtml(pickText(title, language).text);
  return [
    {
      name: t("wire.phase"),
      value:
        active === null
          ? t("wire.no-phase")
          : `${shown(active.title)} (${t("wire.until", { date: t.date(lastMomentBefore(active.endsAt)) })})`,
    },
    ...(next === null
      ? []
      : [
          {
            name: t("wire.next-phase"),
            value: `${shown(next.title)} (${t("wire.from", { date: t.date(next.startsAt) })})`,
          },
        ]),
    { name: t("wire.page"), value: `<a href="${process.url}" rel="me">${escapeHtml(new URL(process.url).host)}</a>` },
  ];
}

/** What another Koinon node reads from the actor's document; everyone else sees an ordinary Group. */
export const processToCivic = (process: Process): Json => ({
  kind: "process",
  process: process.uri,
  organisation: process.organisationUri,
  languages: process.languages,
  title: process.title,
  summary: process.summary,
  description: process.description,
  promoter: process.promoter,
  audience: process.audience,
  decides: process.decides,
  goals: process.goals,
  ...(Object.keys(process.callToAction).length === 0 ? {} : { callToAction: process.callToAction }),
  indicator: process.indicator,
  rules: { supportLimit: process.supportLimit, editWindowMinutes: process.editWindowMinutes },
  pilot: process.isPilot
    ? { area: process.pilotArea, decision: process.pilotDecision, reasons: process.pilotReasons }
    : null,
  phases: process.phases.map(({ title, description, startsAt, endsAt, permits }) => ({
    title,
    description,
    startsAt: startsAt.toISOString(),
    endsAt: endsAt.toISOString(),
    permits,
  })),
  publishedAt: process.publishedAt?.toISOString(),
  updatedAt: process.updatedAt?.toISOString(),
});

/** A Note by the process, top level, so that each follower sees it in full. */
export function newsToObject(news: News, process: Process): Json {
  const t = wordsIn(news.language);
  const content = [
    `<p><strong>${escapeHtml(news.title)}</strong></p>`,
    String(markdownToHtml(news.body)),
    `<p><a href="${news.url}">${escapeHtml(t("wire.read-here"))}</a></p>`,
  ].join("");
  return {
    "@context": objectContext,
    id: news.uri,
    type: "Note",
    attributedTo: process.actorUri,
    ...audienceOf(process.actorUri, process),
    content,
    contentMap: inOneLanguage(content, news.language),
    url: news.url,
    published: news.publishedAt.toISOString(),
    ...(isLater(news.updatedAt, news.publishedAt) ? { updated: news.updatedAt.toISOString() } : {}),
    replies: `${news.uri}/replies`,
    civic: {
      kind: news.kind === "digest" ? "digest" : "news",
      process: process.uri,
      title: news.title,
      body: String(markdownToHtml(news.body)),
    },
  };
}

const textMap = z.record(z.string().max(35), z.string().max(contentLengthMax)).catch({});
const moment = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const amount = z.string().max(40);

const civicProcess = z.object({
  process: z.url(),
  organisation: z.url().nullable().catch(null),
  languages: z.array(z.string().max(35)).min(1).max(20),
  title: textMap,
  summary: textMap,
  description: textMap,
  promoter: textMap,
  audience: textMap,
  decides: textMap,
  goals: textMap,
  callToAction: textMap.transform(callsIn),
  indicator: z
    .object({ code: amount, name: z.string().max(300), unit: amount, baseline: amount, target: amount })
    .nullable()
    .catch(null),
  rules: z
    .object({
      supportLimit: z.number().int().min(1).max(1_000_000).nullable(),
      editWindowMinutes: z.number().int().min(0).max(525_600),
    })
    .optional()
    .catch(undefined),
  pilot: z
    .object({
      area: z.string().max(2_000),
      decision: z.enum(["stop", "adjust", "scale"]).nullable(),
      reasons: z.string().max(contentLengthMax),
    })
    .nullable()
    .catch(null),
  phases: z
    .array(
      z.object({
        title: textMap,
        description: textMap,
        startsAt: moment,
        endsAt: moment,
        permits: z.array(z.enum(permissions)),
      }),
    )
    .max(50),
  publishedAt: moment,
  updatedAt: moment,
});

/** What an actor's document says of the process it speaks for; null where it says nothing that can be read. */
export const readCivicProcess = (civic: Json | null) => civicProcess.safeParse(civic).data ?? null;

/**
 * Keeps a process of another Koinon node, from the document of its actor, as read from its own origin.
 * @throws Refused `unsupported-object` where it does not fit, `forged` where it names things of another origin.
 */
export async function keepProcess(tx: Tx, actor: WireActor, now: Date): Promise<void> {
  const read = civicProcess.safeParse(actor.civic);
  refuseUnless(read.success, "unsupported-object");
  const { process: uri, organisation, pilot, phases, rules, ...texts } = read.data;
  refuseUnless(new URL(uri).origin === new URL(actor.uri).origin, "forged");
  const kept = await findActor(tx, actor.uri);
  refuseUnless(kept !== null, "not-found");
  await keepRemoteProcess(
    tx,
    {
      ...texts,
      uri,
      // Where people take part is at its own city, whatever is said.
      url: actor.url !== null && originOf(actor.url) === originOf(uri) ? actor.url : uri,
      handle: actor.handle,
      actorId: kept.id,
      organisationUri: organisation,
      phases: checkPhases(phases),
      isPilot: pilot !== null,
      pilotArea: pilot?.area ?? "",
      pilotDecision: pilot?.decision ?? null,
      pilotReasons: pilot?.reasons ?? "",
      ...rules,
    },
    now,
  );
  await noteLineageOf(tx, uri, actor.civic, now);
}

/** Keeps news that another Koinon node published about one of its processes. */
export async function keepNews(tx: Tx, post: WirePost, now: Date): Promise<void> {
  const civic = post.civic ?? {};
  const process = await findProcess(tx, textOf(civic.process, 2_048));
  refuseUnless(process !== null && post.isPublic, "not-found");
  const author = await findActor(tx, post.authorUri);
  await keepRemoteNews(
    tx,
    {
      uri: post.id,
      url: post.url,
      processUri: process.uri,
      authorId: author?.id ?? null,
      title: lineOf(civic.title, 300),
      body: String(cleanRemoteHtml(textOf(civic.body, contentLengthMax))) || post.html,
      language: post.language ?? process.languages[0] ?? "en",
      translations: translationsInCivic("news", post.civic),
      publishedAt: post.publishedAt ?? now,
      updatedAt: post.updatedAt ?? post.publishedAt ?? now,
    },
    now,
  );
}
