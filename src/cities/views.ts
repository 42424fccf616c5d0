// What pages show of organisations: the identity in the header, the home page, the profile.
import { isLanguage } from "../platform/i18n.ts";
import { pickText } from "../platform/text.ts";
import type { CityIdentity } from "../web/context.ts";
import type { Organisation } from "./city.ts";

/**
 * The face of the node in a reader's language. Before set-up there is no city: the host stands for it.
 * @param chosen what is a setting of the node rather than of the organisation.
 */
export function identityOf(
  organisation: Organisation | null,
  node: { origin: string; version: string; sourceUrl: string | null; isTrial: boolean },
  lang: string | null = null,
  chosen: Pick<CityIdentity, "second" | "offered" | "tiles"> = {},
): CityIdentity {
  const { host } = new URL(node.origin);
  if (organisation === null) {
    const empty = {
      tagline: "",
      logoUrl: null,
      accent: "#2f5f8f",
      timeZone: "UTC",
      lang: "en",
      reportChannelUrl: null,
    } as const;
    return { ...node, ...empty, name: host, handle: `@${host}@${host}` };
  }
  const { languages, name, tagline, accent, timeZone, logo, reportChannelUrl } = organisation;
  const first = languages.find(isLanguage) ?? "en";
  const wished = lang === null ? languages : [lang, ...languages];
  return {
    ...{ ...node, ...chosen },
    name: pickText(name, ...wished).text,
    tagline: pickText(tagline, ...wished).text,
    handle: `@${organisation.handle}@${host}`,
    logoUrl: logo,
    accent,
    timeZone,
    lang: first,
    reportChannelUrl: reportChannelUrl || null,
  };
}
