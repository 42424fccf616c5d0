// What stands above a text that is in several languages: what it was translated from, whether it has aged, what else there is.
import { attrs, href, html, type Markup, nothing } from "../platform/html.ts";
import type { Translator } from "../platform/i18n.ts";
import type { PageContext } from "../web/context.ts";
import { icon } from "../web/icons.ts";
import { languageNote } from "../web/marks.ts";
import { fieldsOf, languageOfText, type Reading, type Texts, type TranslatableKind } from "./translation.ts";

/** The languages its texts are shown in, each once: of one that is translated in part, two. */
export const languagesShown = (kind: TranslatableKind, thing: Texts & { readonly reading: Reading }): string[] => [
  ...new Set(fieldsOf[kind].flatMap((field) => (thing[field] ? (languageOfText(thing, field) ?? []) : []))),
];

/** "in Catalan", for each that is not the page's, but for what stands beside them already. */
export const languageNotes = (
  t: Translator,
  kind: TranslatableKind,
  thing: Texts & { readonly reading: Reading },
  said: readonly (string | null)[] = [],
): Markup =>
  html`${languagesShown(kind, thing)
    .filter((lang) => !said.includes(lang))
    .map((lang) => languageNote(t, lang))}`;

/**
 * "Translated from Catalan · Read the original", and the other languages it stands in; nothing for a text in one language.
 * @param path of the page, with the place on it where there is one.
 */
export function readingNote({ t }: PageContext, reading: Reading, path: string): Markup {
  const { language, original, languages, isOlder } = reading;
  if (languages.length < 2) return nothing;
  const others = languages.filter((lang) => lang !== language && lang !== original);
  const [page = "", place] = path.split("#");
  const to = (lang: string) =>
    `${page}?lang=${encodeURIComponent(lang)}${place === undefined ? "" : `#${encodeURIComponent(place)}`}`;
  const link = (lang: string, label: string) =>
    html`<a${attrs({ hreflang: lang, rel: "alternate nofollow" })} href="${href(to(lang))}">${label}</a>`;
  const from =
    language === original || original === null
      ? nothing
      : html`${t("translations.from", { language: t.languageName(original) })} · ${link(original, t("translations.read-original"))}${isOlder ? html` · <strong>${t("translations.older")}</strong>` : nothing}`;
  const also =
    others.length === 0
      ? nothing
      : html`${from === nothing ? nothing : " · "}${t("processes.also-in")} ${others.map((lang, index) => html`${index > 0 ? " · " : nothing}${link(lang, t.languageName(lang))}`)}`;
  return html`<p class="hint translations">${icon("language")} ${from}${also}</p>`;
}
