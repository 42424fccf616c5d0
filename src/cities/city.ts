// Organisations of this node: the city itself, its districts, associations that live here. Pure.
import { Refused, refuseUnless } from "../platform/refusal.ts";
import type { LanguageMap } from "../platform/text.ts";

export type OrganisationKind = "city" | "district" | "association";

export interface OrganisationProfile {
  readonly name: LanguageMap;
  readonly tagline: LanguageMap;
  readonly description: LanguageMap;
  /** BCP 47; the first is the one its pages open in. */
  readonly languages: readonly string[];
  /** IANA name. */
  readonly timeZone: string;
  /** `#rrggbb` */
  readonly accent: string;
  readonly logo: string | null;
  readonly website: string;
  readonly territoryName: string;
  /** Identifiers by scheme: `lau`, `nuts`, `iso3166`, `osm`, `wikidata`. */
  readonly territoryIds: Readonly<Record<string, string>>;
  readonly territoryGeojson: unknown;
  /** Where a person reports wrongdoing in confidence; empty where there is none. */
  readonly reportChannelUrl: string;
}

export interface Organisation extends OrganisationProfile {
  readonly actorId: string;
  readonly actorUri: string;
  readonly handle: string;
  readonly kind: OrganisationKind;
  readonly parentId: string | null;
  readonly isMain: boolean;
  readonly followersCount: number;
}

/** @throws Refused `invalid-input` naming the field. */
export function checkProfile(profile: OrganisationProfile): void {
  const language = profile.languages[0];
  refuseUnless(language !== undefined && profile.name[language]?.trim(), "invalid-input", { field: "name" });
  refuseUnless(/^#[0-9a-f]{6}$/.test(profile.accent), "invalid-input", { field: "accent" });
  for (const [field, address] of [
    ["website", profile.website],
    ["reportChannelUrl", profile.reportChannelUrl],
  ] as const) {
    refuseUnless(address === "" || /^https?:\/\//.test(address), "invalid-input", { field });
  }
  try {
    new Intl.DateTimeFormat("en", { timeZone: profile.timeZone });
  } catch (cause) {
    throw new Refused("invalid-input", { field: "timeZone" }, { cause });
  }
}
