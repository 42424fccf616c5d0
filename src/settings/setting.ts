// What the administrators of a node decide about it, in groups: which there are, what is in each, and what holds unless they say otherwise. Pure.
import { type Language, languages } from "../platform/i18n.ts";
import type { LanguageMap } from "../platform/text.ts";
import type { Retention } from "../subjects/retention.ts";

export const textNames = ["terms", "privacy", "accessibility", "imprint"] as const;
/** What everyone can read of how this site is run; also the last part of its address. */
export type TextName = (typeof textNames)[number];

export const groups = ["identity", "colours", "languages", "contact", ...textNames, "retention", "map"] as const;
export type Group = (typeof groups)[number];
export const isGroup = (text: string): text is Group => (groups as readonly string[]).includes(text);
export const isTextName = (text: string): text is TextName => (textNames as readonly string[]).includes(text);

/** Who answers for this site, and where they are reached; empty where nobody said. */
export interface Contact {
  readonly responsible: string;
  readonly address: string;
  readonly email: string;
  readonly phone: string;
}

/** A text in the city's own words, Markdown per language; empty: the usual one. */
export interface OwnText {
  readonly texts: LanguageMap;
  /** The day since which these words hold, ISO 8601; empty for the usual ones. */
  readonly since: string;
  /** Of the terms: the moment since which everyone is asked to agree again; empty where nobody is. */
  readonly asked: string;
}

/** Where pictures of maps come from; an empty template: from nowhere, maps are drawn here. */
export interface MapSource {
  readonly template: string;
  readonly attribution: string;
  readonly zoomMax: number;
}

/** What each group holds. */
export interface GroupValues {
  readonly identity: {
    readonly name: LanguageMap;
    readonly tagline: LanguageMap;
    readonly description: LanguageMap;
    readonly logo: string | null;
  };
  /** `second` is null where one colour is enough. */
  readonly colours: { readonly accent: string; readonly second: string | null };
  readonly languages: { readonly offered: readonly Language[]; readonly timeZone: string };
  readonly contact: Contact;
  readonly terms: OwnText;
  readonly privacy: OwnText;
  readonly accessibility: OwnText;
  readonly imprint: OwnText;
  readonly retention: Retention;
  readonly map: MapSource;
}

/** The key of what a group keeps of its own; name, colour, languages and time zone are the organisation's. */
export const keyOf: Readonly<Record<Exclude<Group, "identity">, string>> = {
  colours: "second-colour",
  languages: "languages-offered",
  contact: "contact",
  terms: "text-terms",
  privacy: "text-privacy",
  accessibility: "text-accessibility",
  imprint: "text-imprint",
  retention: "retention",
  map: "map",
};

/** The key under which a group keeps what it was before its last change. */
export const earlierKeyOf = (group: Group): string => `earlier ${group}`;

export const noContact: Contact = { responsible: "", address: "", email: "", phone: "" };
export const noText: OwnText = { texts: {}, since: "", asked: "" };
export const noMap: MapSource = { template: "", attribution: "", zoomMax: 19 };

export const zoomLimit = { min: 5, max: 22 } as const;
export const textCharsMax = 40_000;

/** Those of the interface's languages that are kept, in their order; all of them where nobody chose. */
export const offeredFrom = (kept: unknown): readonly Language[] | null => {
  const chosen = Array.isArray(kept) ? languages.filter((lang) => kept.includes(lang)) : [];
  return chosen.length === 0
    ? null
    : chosen.toSorted((a, b) => (kept as string[]).indexOf(a) - (kept as string[]).indexOf(b));
};

/**
 * Whether this is the address of tiles: https, with its three places, and nothing else to be filled in. Its host becomes part
 * of a header, so it has only what hosts are made of.
 */
export function isTileTemplate(template: string): boolean {
  const places = template.match(/\{[^}]*\}/g) ?? [];
  const isComplete = ["{z}", "{x}", "{y}"].every((place) => places.filter((one) => one === place).length === 1);
  const filled = template.replace(/\{[^}]*\}/g, "1");
  return isComplete && places.length === 3 && /^https:\/\/[a-z0-9.-]+(:\d+)?\//i.test(template) && URL.canParse(filled);
}
