// Which terms of use hold, as a version that people agree to; and what counts as taking part. Pure.
import { createHash } from "node:crypto";
import type { Organisation } from "../cities/city.ts";
import { languages, openTranslator } from "../platform/i18n.ts";
import { type LanguageMap, pickText } from "../platform/text.ts";
import type { OwnText } from "./setting.ts";
import { usualTerms } from "./text.ts";

/** What people can read under `/terms`: the city's words in the languages it has them in, else the usual ones in each. */
export function termsTexts(city: Organisation, own: OwnText): LanguageMap {
  if (Object.keys(own.texts).length > 0) return own.texts;
  const host = new URL(city.actorUri).host;
  return Object.fromEntries(
    languages.map((lang) => {
      const name = pickText(city.name, lang, ...city.languages).text;
      return [lang, usualTerms(openTranslator(lang, city.timeZone), { city: name, host })];
    }),
  );
}

/** The same texts have the same, in whatever order they are kept. */
export const termsDigest = (texts: LanguageMap): string =>
  createHash("sha256")
    .update(JSON.stringify(Object.entries(texts).toSorted(([a], [b]) => (a < b ? -1 : 1))))
    .digest("hex");

/** What stays open to everyone who does not agree: reading, being told, one's account, reporting, appealing; and work for the city. */
const openAreas =
  /^\/(sign-in|sign-out|preferences|notices|followings|follow-by-mail|unsubscribe|reports|moderation|desk|admin|settings|network|search|account(?!\/(voice|coauthorship)$))(\/|$)/;
/** Whoever takes something back takes part no more. */
const takingBack = /\/(deletion|withdrawal|erasure|discard|removal|revocation|cancellation)$|^\/proposals\/similar$/;
/** A draft that is kept or looked at is nobody else's business yet. Only the forms that write drafts know these. */
const draftWishes: ReadonlySet<unknown> = new Set(["draft", "preview", "similar", "next"]);

/** Whether what is posted there takes part in what the terms are about. */
export const isTakingPart = (path: string): boolean => !openAreas.test(path) && !takingBack.test(path);

/** @param wish the button that was pressed. */
export const isDraftWish = (wish: unknown): boolean => draftWishes.has(wish);

/** The forms in which drafts are written, a new one or one that is there; null for every other path. */
export function draftingForm(path: string): { readonly proposalId: string | null } | null {
  if (/^\/processes\/[^/]+\/proposals\/new$/.test(path)) return { proposalId: null };
  const proposalId = /^\/proposals\/([^/]+)\/edit$/.exec(path)?.[1];
  return proposalId === undefined ? null : { proposalId };
}
