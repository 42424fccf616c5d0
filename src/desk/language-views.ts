// An official text beside one of its translations, with what is missing and what has aged; and the list of what a process lacks.
import { attrs, href, html, type Markup, nothing } from "../platform/html.ts";
import { directionOf } from "../platform/i18n.ts";
import type { Page } from "../platform/pagination.ts";
import { type Process, processPath } from "../processes/process.ts";
import { siteLanguages } from "../processes/translation.ts";
import { processCrumbs } from "../processes/views.ts";
import { subjectRoomOf } from "../subjects/subject.ts";
import {
  charsMaxOf,
  fieldsOf,
  isLine,
  missingFields,
  type TextField,
  type Texts,
  type TranslatableKind,
  type Translation,
} from "../translations/translation.ts";
import type { PageContext } from "../web/context.ts";
import { buttonLink, type Fields, form, openFields } from "../web/fields.ts";
import type { FormState } from "../web/forms.ts";
import { page } from "../web/layout.ts";
import { emptyState, pager } from "../web/lists.ts";
import { badge, inItsLanguage, langAttrs, languageNote, statusPill } from "../web/marks.ts";
import type { LackingText } from "./language-queries.ts";

export interface LanguagesProps {
  readonly kind: TranslatableKind;
  readonly uri: string;
  /** Of this page. */
  readonly path: string;
  readonly original: Texts;
  /** What the form tells of the original it was typed beside. */
  readonly seen: string;
  /** Of the original. */
  readonly language: string;
  readonly isPublished: boolean;
  /** The languages its process is written in. */
  readonly wanted: readonly string[];
  readonly translations: readonly Translation[];
  readonly process: Process | null;
  /** Where it is read, and under which title. */
  readonly about: { readonly title: string; readonly lang: string | null; readonly path: string };
  /** The language that is written. */
  readonly to: string;
  readonly state: FormState;
}

export function languagesPage(ctx: PageContext, props: LanguagesProps): Markup {
  const { t } = ctx;
  const { process, about, path, to, state, seen, isPublished, translations } = props;
  const fields = openFields(ctx, state);
  const translation = translations.find(({ language }) => language === to);
  return page({
    ctx,
    title: t("translations.title"),
    lead: html`<span${langAttrs(t, about.lang)}>${about.title}</span>`,
    kicker: badge(t(`notices.kind.${props.kind}`)),
    section: process === null ? "meetings" : "processes",
    width: "wide",
    isUnlisted: true,
    crumbs: [
      ...(process === null ? [{ href: "/meetings", label: t("meetings.title") }] : processCrumbs(ctx, process)),
      { href: about.path, label: about.title, ...(about.lang === null ? {} : { lang: about.lang }) },
    ],
    main: html`${languageTabs(ctx, props)}
      <p class="hint">${t("translations.take-away-hint")}</p>
      <div class="section-small">${form(ctx, {
        action: `${path}?to=${encodeURIComponent(to)}`,
        submit: t(isPublished ? "processes.save-public" : "processes.texts-save"),
        draftKey: `languages ${props.uri} ${to}`,
        more: buttonLink(about.path, t("processes.cancel"), "quiet"),
        body: html`${fields.summary()}${fields.hidden("seen", seen)}${fieldsOf[props.kind]
          .filter((field) => props.original[field])
          .map((field) => beside(ctx, fields, props, field, translation))}`,
      })}</div>`,
  });
}

/** Every language it could stand in: how much is missing, and whether its original has changed since. */
function languageTabs({ t }: PageContext, props: LanguagesProps): Markup {
  const { kind, original, translations, language, path, to } = props;
  const others = siteLanguages.filter((lang) => lang !== language);
  return html`<nav class="tabs" aria-label="${t("processes.texts-languages")}"><ul>${others.map((lang) => {
    const found = translations.find((one) => one.language === lang);
    const count = missingFields(kind, original, found).length;
    const standing =
      count > 0
        ? t("processes.texts-missing", { count })
        : t((found?.older.length ?? 0) > 0 ? "translations.aged" : "processes.texts-complete");
    return html`<li><a${attrs({ "aria-current": lang === to ? "page" : null })} href="${href(`${path}?to=${lang}`)}">${t.languageName(lang)} <span class="tab-count">${standing}</span></a></li>`;
  })}</ul></nav>`;
}

function beside(
  { t }: PageContext,
  fields: Fields,
  { original, language, to }: LanguagesProps,
  field: TextField,
  translation: Translation | undefined,
): Markup {
  const source = original[field] ?? "";
  const label = t(`translations.field.${field}`);
  const isOlder = translation?.older.includes(field) === true;
  const isMissing = !translation?.texts[field];
  const props = {
    label: `${label} (${t.languageName(to)})`,
    lang: to,
    value: translation?.texts[field] ?? "",
    charsMax: charsMaxOf(field),
    optional: true,
    ...(isOlder ? { hint: t("translations.older") } : isMissing ? { hint: t("translations.missing") } : {}),
  };
  const ours = isLine(field)
    ? fields.text(field, props)
    : fields.area(field, { ...props, rows: Math.min(16, 4 + Math.ceil(source.length / 90)) });
  const lang = langAttrs(t, language);
  return html`<div class="beside"><div class="theirs"><p class="theirs-label">${label} · ${t.languageName(language)}</p><div class="text-lines"${lang}${lang === nothing ? attrs({ dir: directionOf(language) }) : nothing}>${source}</div></div>${ours}</div>`;
}

export interface LackingProps {
  readonly process: Process;
  /** Those its texts should stand in. */
  readonly languages: readonly string[];
  readonly texts: Page<LackingText>;
}

export function lackingPage(ctx: PageContext, { process, languages, texts }: LackingProps): Markup {
  const { t } = ctx;
  return page({
    ctx,
    title: t("translations.lacking"),
    lead: t("translations.lacking-lead", { languages: t.list(languages.map((lang) => t.languageName(lang))) }),
    section: "processes",
    isUnlisted: true,
    crumbs: [...processCrumbs(ctx, process), { href: `${processPath(process)}/texts`, label: t("processes.texts") }],
    main: html`${
      texts.rows.length === 0
        ? emptyState(t("translations.nothing-lacking"))
        : html`<ul class="plain-list lines">${texts.rows.map((text) => lackingLine(ctx, text))}</ul>`
    }${pager(ctx, texts)}`,
  });
}

function lackingLine({ t }: PageContext, text: LackingText): Markup {
  const path = `/${subjectRoomOf(text.kind)}/${text.id}/languages`;
  const pill = (lang: string, label: string) =>
    html`<a href="${href(`${path}?to=${encodeURIComponent(lang)}`)}">${statusPill(`${t.languageName(lang)}: ${label}`, "waiting")}</a> `;
  const title = { text: text.title || t("meetings.untitled"), lang: text.titleLanguage ?? t.lang };
  return html`<li><p>${badge(t(`notices.kind.${text.kind}`))} <a href="${href(path)}">${inItsLanguage(t, title)}</a> ${languageNote(t, text.language)}${text.isDraft ? html` ${badge(t("meetings.state.draft"))}` : nothing}</p>
    <p>${text.missing.map((lang) => pill(lang, t("translations.lacks")))}${text.older.filter((lang) => !text.missing.includes(lang)).map((lang) => pill(lang, t("translations.aged")))}</p></li>`;
}
