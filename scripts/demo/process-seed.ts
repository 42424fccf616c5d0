// A process as the demo writes it down, and how it comes to stand in a place: phases by day, categories by name.

import type { Account } from "../../src/accounts/account.ts";
import type { LanguageMap } from "../../src/platform/text.ts";
import { addCategory, draftProcess, publishProcess } from "../../src/processes/actions.ts";
import { addDocument } from "../../src/processes/document-actions.ts";
import { publishNews } from "../../src/processes/news-actions.ts";
import { announcePhase } from "../../src/processes/phase-actions.ts";
import type { Indicator, Permission, Process } from "../../src/processes/process.ts";
import { getProcess, listCategories } from "../../src/processes/queries.ts";
import { keepPicture, type PictureName } from "./pictures.ts";
import { ago, onDay, type Place } from "./place.ts";

export interface PhaseSeed {
  readonly title: LanguageMap;
  readonly description: LanguageMap;
  /** Days from today, at midnight there; negative before it. */
  readonly from: number;
  readonly to: number;
  readonly permits: readonly Permission[];
}

export interface ProcessSeed {
  readonly handle: string;
  readonly languages: readonly string[];
  readonly title: LanguageMap;
  readonly summary: LanguageMap;
  readonly description: LanguageMap;
  readonly promoter: LanguageMap;
  readonly audience: LanguageMap;
  readonly decides: LanguageMap;
  readonly goals: LanguageMap;
  readonly indicator?: Indicator;
  readonly pilot?: { readonly area: string; readonly geojson: unknown };
  readonly supportLimit?: number;
  readonly picture?: { readonly name: PictureName; readonly alt: string };
  /** In the first language of the process. */
  readonly categories: readonly string[];
  readonly phases: readonly PhaseSeed[];
  readonly documents?: readonly { readonly title: string; readonly url: string }[];
  readonly news?: readonly { readonly days: number; readonly title: string; readonly body: string }[];
}

const editWindowMinutes = 60;

/** Adds categories to the taxonomy of the place, each named in all its languages. */
export async function plantCategories(place: Place, by: Account, names: readonly LanguageMap[]): Promise<void> {
  for (const name of names) await addCategory(place.tx, by, { name, parentId: null }, ago(place, 470));
}

/** The id of a category by its name in any language. */
export async function categoryIdOf(place: Place, name: string): Promise<string> {
  const category = (await listCategories(place.tx)).find((known) => Object.values(known.name).includes(name));
  if (category === undefined) throw new Error(`the demo has no category ${name}`);
  return category.id;
}

/** Drafts the process. What is open in it afterwards follows from the day. */
export async function plantDraft(place: Place, by: Account, seed: ProcessSeed, days: number): Promise<Process> {
  const { tx, uris } = place;
  const image = seed.picture === undefined ? null : await keepPicture(place, seed.picture.name, seed.picture.alt);
  const categoryIds = await Promise.all(seed.categories.map((name) => categoryIdOf(place, name)));
  const {
    pilot,
    indicator,
    supportLimit,
    categories: _c,
    phases,
    documents: _d,
    news: _n,
    picture: _p,
    ...texts
  } = seed;
  return await draftProcess(
    tx,
    uris,
    by,
    {
      ...texts,
      organisationId: place.city.actorId,
      indicator: indicator ?? null,
      isPilot: pilot !== undefined,
      pilotArea: pilot?.area ?? "",
      pilotGeojson: pilot?.geojson ?? null,
      supportLimit: supportLimit ?? null,
      editWindowMinutes,
      image: image?.url ?? null,
      imageAlt: image?.alt ?? "",
      categoryIds,
      phases: phases.map(({ from, to, ...phase }) => ({
        ...phase,
        startsAt: onDay(place, from),
        endsAt: onDay(place, to),
      })),
    },
    ago(place, days),
  );
}

/** Publishes the process so many days ago, with all that was news since. */
export async function plantProcess(place: Place, by: Account, seed: ProcessSeed, days: number): Promise<Process> {
  const { tx, uris } = place;
  const { uri } = await plantDraft(place, by, seed, days + 3);
  const language = seed.languages[0] ?? "en";
  const process = await publishProcess(tx, uris, by, uri, ago(place, days));
  for (const { title, url } of seed.documents ?? []) {
    const document = { processUri: uri, title, language, url, mediaType: "text/html", sizeBytes: null };
    await addDocument(tx, by, document, ago(place, days));
  }
  const began = process.phases.filter(({ startsAt }) => startsAt <= place.today);
  // A phase that has gone by is announced within its time, as it would have been.
  for (const phase of began) await announcePhase(tx, uris, phase.id, phase.startsAt);
  for (const { days: when, title, body } of seed.news ?? []) {
    await publishNews(tx, uris, by, { processUri: uri, title, body, language }, ago(place, when));
  }
  return await getProcess(tx, uri);
}
