// Parts of the forms that make a draft of what another city did: their text beside a field for ours, and where they say it.
import { href, html, type Markup } from "../platform/html.ts";
import { isLanguage } from "../platform/i18n.ts";
import { type LanguageMap, pickText } from "../platform/text.ts";
import type { Subject } from "../subjects/subject.ts";
import type { PageContext } from "../web/context.ts";
import type { Fields } from "../web/fields.ts";
import { icon } from "../web/icons.ts";
import { langAttrs, languageNote } from "../web/marks.ts";

/** Their text in its language, and beside it the field for ours. Where they say nothing there is only the field. */
export function sideBySide(
  { t, city }: PageContext,
  fields: Fields,
  props: {
    readonly name: string;
    readonly label: string;
    /** Of their text, where the label of ours says whose it is. */
    readonly theirLabel?: string;
    readonly theirs: LanguageMap;
    readonly wished: readonly string[];
    readonly charsMax: number;
    /** One line where absent. */
    readonly rows?: number;
    readonly isNeeded?: boolean;
    readonly lang?: string;
  },
): Markup {
  const { name, charsMax, rows, isNeeded = false } = props;
  const original = pickText(props.theirs, ...props.wished.filter((lang) => lang !== city.lang), city.lang);
  const lang = props.lang ?? city.lang;
  const field = { label: `${props.label} (${t.languageName(lang)})`, charsMax, optional: !isNeeded, lang };
  const ours = rows === undefined ? fields.text(name, field) : fields.area(name, { ...field, rows });
  if (original.text === "") return html`<div class="beside"><div></div>${ours}</div>`;
  return html`<div class="beside"><div class="theirs"><p class="theirs-label">${t("adoptions.theirs", { label: props.theirLabel ?? props.label })} ${languageNote(t, original.lang)}</p><div class="text-lines"${langAttrs(t, original.lang)}>${original.text}</div></div>${ours}</div>`;
}

/** The texts in our languages: theirs where they are to be kept, and what was typed in the city's. */
export const merged = (theirs: LanguageMap, typed: string, lang: string, isKept: boolean): LanguageMap => ({
  ...(isKept ? Object.fromEntries(Object.entries(theirs).filter(([tag, text]) => isLanguage(tag) && text)) : {}),
  ...(typed.trim() === "" ? {} : { [lang]: typed.trim() }),
});

/** The words for a picture that was taken along, with whose it is. */
export const namedSource = (alt: string, host: string): string => `${alt} (© ${host})`.trim();

/** What is adopted, whose it is, and which record of it is named: or that none is known. */
export function sourceNote({ t }: PageContext, source: Subject, digest: string | null): Markup {
  const record =
    digest === null
      ? t("adoptions.no-record")
      : t.rich("adoptions.record", { digest: html`<code class="digest">${digest}</code>` });
  return html`<div class="note note-info" role="note"><p>${icon("network")}<span>${t.rich("adoptions.source", {
    title: html`<a href="${href(source.url)}"${langAttrs(t, source.language)}>${source.title}</a>`,
    host: html`<bdi>${new URL(source.uri).host}</bdi>`,
  })} ${record}</span></p></div>`;
}
