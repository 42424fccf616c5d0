// Their rows → what our rooms take. Pure: no database, no clock.
import type { ImportedMeeting } from "../../meetings/import-actions.ts";
import { htmlToMarkdown } from "../../platform/html-to-markdown.ts";
import { plainText } from "../../platform/rich-text.ts";
import { tidyLine } from "../../platform/text.ts";
import { fromLocal } from "../../platform/time.ts";
import type { NewProcess } from "../../processes/actions.ts";
import type { ImportedResult } from "../../results/import-actions.ts";
import type { MeasureRow, MeetingRow } from "./read.ts";

/** What the original ids and counts are counted by. */
export const sourceName = "decidim.barcelona";
const language = "ca";
const timeZone = "Europe/Madrid";

export const processHandle = "pla-municipal-2016";
const sourceUrl = "https://decidim.barcelona";

const phase = (title: { ca: string; es: string; en: string }, from: string, until: string) => ({
  title,
  description: {},
  startsAt: fromLocal(from, timeZone)!,
  endsAt: fromLocal(until, timeZone)!,
  permits: [],
});

/** The process the two files tell of, over since April 2016: nothing is open in it. */
export const processOf = (organisationId: string, categoryIds: readonly string[]): NewProcess => ({
  handle: processHandle,
  organisationId,
  languages: ["ca", "es", "en"],
  title: {
    ca: "Pla Municipal 2016–2019 (PAM-PAD)",
    es: "Plan Municipal 2016–2019 (PAM-PAD)",
    en: "Municipal Plan 2016–2019 (PAM-PAD)",
  },
  summary: {
    ca: "El procés participatiu amb què Barcelona va elaborar el Pla d’Actuació Municipal i els plans dels deu districtes: les mesures que en van sortir, amb les propostes i els suports que hi ha darrere, i les trobades on se’n va parlar.",
    es: "El proceso participativo con el que Barcelona elaboró el Plan de Actuación Municipal y los planes de los diez distritos: las medidas que salieron de él, con las propuestas y los apoyos que hay detrás, y los encuentros en que se habló de ellas.",
    en: "The participatory process by which Barcelona made its municipal action plan and the plans of its ten districts: the measures that came of it, with the proposals and supports behind them, and the meetings in which they were discussed.",
  },
  description: {
    ca: "Dades publicades per l’Ajuntament de Barcelona a decidim.barcelona. Els recomptes de propostes, suports, comentaris i participants són els de la font.",
    es: "Datos publicados por el Ayuntamiento de Barcelona en decidim.barcelona. Los recuentos de propuestas, apoyos, comentarios y participantes son los de la fuente.",
    en: "Data published by Barcelona City Council on decidim.barcelona. The counts of proposals, supports, comments and participants are those of the source.",
  },
  promoter: { ca: "Ajuntament de Barcelona", es: "Ayuntamiento de Barcelona", en: "Barcelona City Council" },
  audience: { ca: "Tota la ciutadania", es: "Toda la ciudadanía", en: "All residents" },
  decides: {},
  goals: {},
  indicator: null,
  isPilot: false,
  pilotArea: "",
  pilotGeojson: null,
  supportLimit: null,
  editWindowMinutes: 1_440,
  image: null,
  imageAlt: "",
  phases: [
    phase(
      { ca: "Propostes i trobades", es: "Propuestas y encuentros", en: "Proposals and meetings" },
      "2016-01-28",
      "2016-04-12",
    ),
    phase(
      { ca: "Estudi de les propostes", es: "Estudio de las propuestas", en: "Study of the proposals" },
      "2016-04-12",
      "2016-07-01",
    ),
  ],
  categoryIds,
  source: { name: sourceName, url: sourceUrl },
});

/** A category under the one it belongs to; null above the first. */
export interface CategoryPath {
  readonly name: string;
  readonly parent: string | null;
}

/** The categories that rows use, each once, the upper ones first. */
export function categoriesOf(
  rows: readonly { readonly category: string; readonly subcategory: string }[],
): CategoryPath[] {
  const upper = [...new Set(rows.map((row) => tidyLine(row.category)))].sort();
  const lower = new Map(
    rows.map((row) => [categoryKey(row), { name: tidyLine(row.subcategory), parent: tidyLine(row.category) }]),
  );
  const sorted = [...lower.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return [...upper.map((name) => ({ name, parent: null })), ...sorted];
}

export const categoryKey = (row: { readonly category: string; readonly subcategory: string }): string =>
  keyOf({ name: row.subcategory, parent: row.category });

export const keyOf = ({ name, parent }: CategoryPath): string =>
  JSON.stringify([parent === null ? null : tidyLine(parent), tidyLine(name)]);

/** A measure of the plan: planned, since the file does not say what became of it later. */
export const measureToResult = (row: MeasureRow, categoryId: string | null): ImportedResult => ({
  title: tidyLine(plainText(row.title)),
  body: htmlToMarkdown(row.description),
  language,
  status: "planned",
  progress: null,
  costAmount: null,
  costCurrency: null,
  startsOn: null,
  endsOn: null,
  categoryId,
  district: tidyLine(row.district),
  source: {
    name: sourceName,
    id: String(row.id),
    url: row.url,
    counts: {
      proposals: row.proposals,
      supports: row.supports,
      comments: row.comments,
      participants: row.participants,
      interventions: row.interventions,
    },
  },
});

/** A meeting of which the file knows the day, not the hour. */
export const rowToMeeting = (row: MeetingRow, categoryId: string | null): ImportedMeeting => ({
  title: tidyLine(plainText(row.title)),
  body: htmlToMarkdown(row.description.replaceAll("\n", "<br>")),
  language,
  startsAt: fromLocal(row.date, timeZone)!,
  endsAt: null,
  isDayOnly: true,
  timeZone,
  kind: "in-person",
  address: tidyLine(row.address),
  latitude: null,
  longitude: null,
  link: "",
  agenda: "",
  audience: "",
  categoryId,
  district: tidyLine(row.district),
  attendeeCount: row.attendees,
  source: {
    name: sourceName,
    id: String(row.id),
    url: row.url,
    counts: {
      ...(row.proposals === null ? {} : { proposals: row.proposals }),
      ...(row.interventions === null ? {} : { interventions: row.interventions }),
    },
  },
});
