// What is vouched for of a process with its plan, and of its news. Pure: no SQL, no request, no clock.

import type { LanguageMap } from "../platform/text.ts";
import { timeOf } from "../records/draft.ts";
import type { RecordDraft } from "../records/record.ts";
import type { DerivedFrom } from "../subjects/derivation.ts";
import { translationsInPart } from "../translations/record.ts";
import type { Translation } from "../translations/translation.ts";
import type { Phase, Process } from "./process.ts";

export interface ProcessToRecord {
  readonly process: Process;
  /** The process of another city it was made from. */
  readonly derivedFrom?: DerivedFrom | null;
  /** Those it names as its own. */
  readonly categories: readonly { readonly name: LanguageMap }[];
  readonly documents: readonly {
    readonly title: string;
    readonly language: string;
    readonly url: string;
    readonly mediaType: string;
    readonly sizeBytes: string | null;
  }[];
}

export interface NewsToRecord {
  readonly uri: string;
  readonly url: string;
  readonly processUri: string;
  readonly kind: string;
  readonly title: string;
  /** Markdown. */
  readonly body: string;
  readonly language: string;
  readonly publishedAt: Date;
  readonly updatedAt: Date;
}

/** All of it is the institution's: texts are language maps, those without a map are in the first of `languages`. */
export function processDraft(
  { process, categories, documents, derivedFrom = null }: ProcessToRecord,
  publisher: string,
): RecordDraft {
  return {
    kind: "process",
    subject: process.uri,
    process: process.uri,
    publisher,
    data: {
      url: process.url,
      handle: process.handle,
      actor: process.actorUri,
      organisation: process.organisationUri,
      organisationName: process.organisationName,
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
      pilot: pilotOf(process),
      rules: { supportLimit: process.supportLimit, editWindowMinutes: process.editWindowMinutes },
      phases: process.phases.map(phaseOf),
      categories: categories.map(({ name }) => name),
      documents: documents.map(({ title, language, url, mediaType, sizeBytes }) => ({
        title,
        language,
        url,
        mediaType,
        sizeBytes: sizeBytes === null ? null : Number(sizeBytes),
      })),
      image: process.image === null ? null : { url: process.image, alt: process.imageAlt },
      source: process.source,
      ...(derivedFrom === null ? {} : { derivedFrom }),
      published: timeOf(process.publishedAt),
      updated: timeOf(process.updatedAt),
    },
    part: null,
  };
}

const phaseOf = ({ id, title, description, startsAt, endsAt, permits }: Phase) => ({
  id,
  title,
  description,
  startsAt: timeOf(startsAt),
  endsAt: timeOf(endsAt),
  permits,
});

/** Null for what is no experiment. `geometry` is the GeoJSON of the area, as it was drawn. */
const pilotOf = (process: Process) =>
  process.isPilot
    ? {
        area: process.pilotArea,
        geometry: process.pilotGeojson ?? null,
        decision: process.pilotDecision,
        reasons: process.pilotReasons,
        decided: timeOf(process.pilotDecidedAt),
      }
    : null;

/** News are written by officials, who may name persons in them: their words can be taken away. */
export function newsDraft(
  news: NewsToRecord,
  publisher: string,
  translations: readonly Translation[] = [],
): RecordDraft {
  return {
    kind: "news",
    subject: news.uri,
    process: news.processUri,
    publisher,
    data: {
      url: news.url,
      kind: news.kind,
      language: news.language,
      published: timeOf(news.publishedAt),
      updated: timeOf(news.updatedAt),
    },
    part: {
      title: news.title,
      text: news.body,
      author: { uri: publisher },
      ...translationsInPart("news", translations),
    },
  };
}
