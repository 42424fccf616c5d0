// The texts of a process in two languages side by side, and how many are missing in each.

import { attrs, href, html, type Markup, nothing } from "../platform/html.ts";
import { directionOf } from "../platform/i18n.ts";
import type { PageContext } from "../web/context.ts";
import { buttonLink, type Fields, form, openFields } from "../web/fields.ts";
import type { FormState } from "../web/forms.ts";
import { page } from "../web/layout.ts";
import { langAttrs } from "../web/marks.ts";
import { callToActionCharsMax } from "./call-to-action.ts";
import {
  descriptionCharsMax,
  shortCharsMax,
  summaryCharsMax,
  textCharsMax,
  titleCharsMax,
} from "./form-reading-views.ts";
import { type Process, processPath } from "./process.ts";
import { languagesOf, missingTexts, siteLanguages, slotsOf, type TextSlot } from "./translation.ts";
import { processCrumbs } from "./views.ts";

export const charsMaxOf = ({ field }: TextSlot): number =>
  field === "title"
    ? titleCharsMax
    : field === "summary" || field === "phase-description"
      ? summaryCharsMax
      : field === "phase-title"
        ? shortCharsMax
        : field === "description"
          ? descriptionCharsMax
          : field === "callToAction"
            ? callToActionCharsMax
            : textCharsMax;

const labelOf = ({ t }: PageContext, { field, phase }: TextSlot): string => {
  const number = (phase ?? 0) + 1;
  if (field === "phase-title") return t("processes.form.phase-title", { number });
  if (field === "phase-description") return t("processes.form.phase-text", { number });
  return field === "title" || field === "summary" || field === "description" || field === "callToAction"
    ? t(`processes.form.${field}`)
    : t(`processes.${field}`);
};

export interface TextsProps {
  readonly process: Process;
  readonly from: string;
  readonly to: string;
  readonly state: FormState;
}

export function textsPage(ctx: PageContext, props: TextsProps): Markup {
  const { t } = ctx;
  const { process, from, to, state } = props;
  const fields = openFields(ctx, state);
  const path = `${processPath(process)}/texts`;
  return page({
    ctx,
    title: t("processes.texts"),
    lead: t("processes.texts-lead"),
    section: "processes",
    width: "wide",
    isUnlisted: true,
    crumbs: processCrumbs(ctx, process),
    main: html`${overview(ctx, props)}
      ${process.publishedAt === null ? nothing : html`<p><a href="${href(`${processPath(process)}/languages`)}">${t("translations.lacking")}</a></p>`}
      ${pair(ctx, props)}
      ${form(ctx, {
        action: `${path}?from=${encodeURIComponent(from)}&to=${encodeURIComponent(to)}`,
        submit: t(process.publishedAt ? "processes.save-public" : "processes.texts-save"),
        more: buttonLink(processPath(process), t("processes.cancel"), "quiet"),
        body: html`${fields.summary()}${slotsOf(process).map((slot) => beside(ctx, fields, slot, from, to))}`,
      })}`,
  });
}

/** Every language of the site, and of the process: how much of it is still to be written. */
function overview(ctx: PageContext, { process, from, to }: TextsProps): Markup {
  const { t } = ctx;
  const slots = slotsOf(process);
  const path = `${processPath(process)}/texts`;
  return html`<nav class="tabs" aria-label="${t("processes.texts-languages")}"><ul>${siteLanguages.map((lang) => {
    const count = missingTexts(slots, lang);
    const other = lang === from ? (process.languages.find((one) => one !== lang) ?? from) : from;
    return html`<li><a${attrs({ "aria-current": lang === to ? "page" : null })} href="${href(`${path}?from=${encodeURIComponent(other)}&to=${lang}`)}">${t.languageName(lang)} <span class="tab-count">${count === 0 ? t("processes.texts-complete") : t("processes.texts-missing", { count })}</span></a></li>`;
  })}</ul></nav>`;
}

/** Which language is read, and which is written. */
function pair(ctx: PageContext, { process, from, to }: TextsProps): Markup {
  const { t } = ctx;
  const fields = openFields(ctx, { values: {}, errors: {} });
  const options = (langs: readonly string[]) => langs.map((lang) => ({ value: lang, label: t.languageName(lang) }));
  return html`<form class="filters" method="get" action="${href(`${processPath(process)}/texts`)}">
    ${fields.select("from", { label: t("processes.texts-from"), value: from, options: options([...new Set([...languagesOf(process), ...siteLanguages])]) })}
    ${fields.select("to", { label: t("processes.texts-to"), value: to, options: options(siteLanguages) })}
    <button class="button button-secondary" type="submit">${t("processes.texts-show")}</button></form>`;
}

function beside(ctx: PageContext, fields: Fields, slot: TextSlot, from: string, to: string): Markup {
  const { t } = ctx;
  const { name, texts } = slot;
  const charsMax = charsMaxOf(slot);
  const label = labelOf(ctx, slot);
  const props = {
    label: `${label} (${t.languageName(to)})`,
    lang: to,
    value: texts[to] ?? "",
    charsMax,
    optional: true,
  };
  const isLine = slot.field === "title" || slot.field === "callToAction" || slot.field === "phase-title";
  const rows = charsMax > summaryCharsMax ? Math.min(16, 4 + Math.ceil((texts[from] ?? "").length / 90)) : 3;
  const ours = isLine ? fields.text(name, props) : fields.area(name, { ...props, rows });
  const source = texts[from] ?? "";
  return html`<div class="beside"><div class="theirs"><p class="theirs-label">${label} · ${t.languageName(from)}</p>${
    source === ""
      ? html`<p class="hint">${t("processes.texts-empty")}</p>`
      : html`<div class="text-lines"${langAttrs(t, from)}${attrs({ dir: directionOf(from) })}>${source}</div>`
  }</div>${ours}${nothing}</div>`;
}
