// Copies of other nodes' processes and news, kept in the same tables. The caller has read them from their origin.
import type { Tx } from "../platform/db.ts";
import { newId } from "../platform/ids.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { type LanguageMap, pickText } from "../platform/text.ts";
import { enterSubject, touchSubject } from "../subjects/actions.ts";
import { replaceTranslations } from "../translations/actions.ts";
import type { Translation } from "../translations/translation.ts";
import type { PhasePlan, Process } from "./process.ts";
import { findProcess } from "./queries.ts";

export type RemoteProcess = Pick<
  Process,
  | "uri"
  | "url"
  | "handle"
  | "languages"
  | "title"
  | "summary"
  | "description"
  | "promoter"
  | "audience"
  | "decides"
  | "goals"
  | "indicator"
  | "isPilot"
  | "pilotArea"
  | "pilotDecision"
  | "pilotReasons"
> & {
  readonly actorId: string;
  readonly organisationUri: string | null;
  readonly phases: readonly PhasePlan[];
  readonly publishedAt: Date;
  readonly updatedAt: Date;
  /** Absent or empty: it has no words of its own for taking part. */
  readonly callToAction?: LanguageMap;
  /** Its rules, where it says them. */
  readonly supportLimit?: number | null;
  readonly editWindowMinutes?: number;
};

/** Keeps another node's process, new or changed. An older state than the one kept is ignored. */
export async function keepRemoteProcess(tx: Tx, process: RemoteProcess, now: Date): Promise<void> {
  const { uri, title, languages } = process;
  const language = languages[0] ?? "en";
  const id = newId(now);
  const isNew = await enterSubject(tx, {
    uri,
    id,
    kind: "process",
    origin: new URL(uri).origin,
    url: process.url,
    authorId: process.actorId,
    authorName: "",
    processUri: uri,
    title: pickText(title, language).text,
    language,
    publishedAt: process.publishedAt,
  });
  const kept = isNew ? null : await findProcess(tx, uri);
  if (kept?.updatedAt && kept.updatedAt > process.updatedAt) return;
  const json = (value: unknown) => (value === null ? null : tx.json(value as never));
  const [organisation] = await tx<{ id: string }[]>`select id from actor where uri = ${process.organisationUri}`;
  const columns = {
    languages: languages as string[],
    title: json(title),
    summary: json(process.summary),
    description: json(process.description),
    promoter: json(process.promoter),
    audience: json(process.audience),
    decides: json(process.decides),
    goals: json(process.goals),
    callToAction: json(process.callToAction ?? {}),
    indicator: json(process.indicator),
    isPilot: process.isPilot,
    pilotArea: process.pilotArea,
    pilotDecision: process.pilotDecision,
    pilotReasons: process.pilotReasons,
    handle: process.handle,
    actorId: process.actorId,
    organisationId: organisation?.id ?? null,
    ...(process.supportLimit === undefined ? {} : { supportLimit: process.supportLimit }),
    ...(process.editWindowMinutes === undefined ? {} : { editWindowMinutes: process.editWindowMinutes }),
  } as never;
  if (isNew) await tx`insert into process ${tx({ uri, id, ...(columns as object) } as never)}`;
  else await tx`update process set ${tx(columns)} where uri = ${uri}`;
  await tx`update actor set process_uri = ${uri} where id = ${process.actorId}`;
  await tx`delete from phase where process_uri = ${uri}`;
  for (const phase of process.phases) {
    await tx`
      insert into phase (id, process_uri, title, description, starts_at, ends_at, permits, announced_at)
      values (${newId(now)}, ${uri}, ${json(phase.title)}, ${json(phase.description)}, ${phase.startsAt}, ${phase.endsAt},
        ${phase.permits as string[]}, ${now})`;
  }
  await touchSubject(tx, uri, { title: pickText(title, language).text, url: process.url }, process.updatedAt);
}

export interface RemoteNews {
  readonly uri: string;
  readonly url: string;
  readonly processUri: string;
  readonly authorId: string | null;
  readonly title: string;
  /** Cleaned HTML. */
  readonly body: string;
  readonly language: string;
  readonly translations?: readonly Translation[];
  readonly publishedAt: Date;
  readonly updatedAt: Date;
}

/** Keeps news of another node's process, new or changed. */
export async function keepRemoteNews(tx: Tx, news: RemoteNews, now: Date): Promise<void> {
  const process = await findProcess(tx, news.processUri);
  refuseUnless(process?.origin === new URL(news.uri).origin, "not-found");
  const { uri, title, body, language } = news;
  const isNew = await enterSubject(tx, {
    uri,
    id: newId(news.publishedAt < now ? news.publishedAt : now),
    kind: "news",
    origin: process.origin,
    url: news.url,
    authorId: news.authorId,
    authorName: "",
    processUri: process.uri,
    title,
    language,
    publishedAt: news.publishedAt,
  });
  if (isNew) await tx`insert into news (uri, process_uri, body) values (${uri}, ${process.uri}, ${body})`;
  else await tx`update news set body = ${body} where uri = ${uri}`;
  await touchSubject(tx, uri, { title, language }, news.updatedAt);
  await replaceTranslations(tx, [news], news.updatedAt);
}

/** Empties our copy of news whose own server says it is gone. */
export async function eraseNewsCopy(tx: Tx, uri: string): Promise<void> {
  await tx`
    update news set body = '' from subject
    where news.uri = ${uri} and subject.uri = news.uri and subject.origin is not null`;
}
