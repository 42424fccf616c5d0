// How a city moderates: its settings, its rules as everyone reads them, and its lists.
import { html, type Markup } from "../platform/html.ts";
import { languages } from "../platform/i18n.ts";
import { markdownToHtml } from "../platform/rich-text.ts";
import type { LanguageMap } from "../platform/text.ts";
import type { PageContext } from "../web/context.ts";
import { buttonLink, form, openFields } from "../web/fields.ts";
import type { FormState } from "../web/forms.ts";
import { section } from "../web/lists.ts";
import { langAttrs } from "../web/marks.ts";
import { deskTabs } from "./desk-views.ts";
import type { ModerationSettings } from "./settings-queries.ts";
import { rules } from "./statement.ts";

export function settingsView(ctx: PageContext, settings: ModerationSettings, state: FormState): Markup {
  const { t } = ctx;
  const fields = openFields(ctx, state);
  return html`${deskTabs(ctx, "settings")}
    ${form(ctx, {
      action: "/moderation/settings",
      submit: t("moderation.settings-save"),
      more: buttonLink("/moderation/rules", t("rules.title"), "secondary"),
      body: html`${fields.summary()}
        ${fields.check("visitors", { label: t("moderation.settings-visitors"), hint: t("moderation.settings-visitors-hint"), isChecked: settings.areVisitorsHeard })}
        ${fields.check("firstServers", { label: t("moderation.settings-first-servers"), hint: t("peers.first-means"), isChecked: settings.areFirstOfServersHeld })}
        ${fields.check("firstAccounts", { label: t("moderation.settings-first-accounts"), hint: t("moderation.settings-first-accounts-hint"), isChecked: settings.areFirstOfAccountsHeld })}
        ${fields.perLanguage("rules", { label: t("rules.title"), hint: t("moderation.settings-rules-hint"), lines: "many", rows: 12, optional: true, values: settings.rules })}`,
    })}`;
}

/** The rules in the reader's language, else in the city's, else the usual ones. */
export function rulesView(ctx: PageContext, kept: LanguageMap): Markup {
  const { t } = ctx;
  const own = kept[t.lang]
    ? t.lang
    : kept[ctx.city.lang]
      ? ctx.city.lang
      : (languages.find((lang) => kept[lang]) ?? null);
  const text = own === null ? null : kept[own];
  return html`${text ? html`<div class="prose"${langAttrs(t, own)}>${markdownToHtml(text)}</div>` : html`<p>${t("rules.default-intro")}</p>`}
    ${section(
      t("rules.what"),
      html`<dl class="facts">${rules.map(
        (rule) =>
          html`<div id="${rule}"><dt>${t(`moderation.rule.${rule}`)}</dt><dd>${t(`rules.text.${rule}`)}</dd></div>`,
      )}</dl>`,
    )}
    ${section(
      t("rules.how"),
      html`<ul class="prose">
      <li>${t("rules.how-reason")}</li><li>${t("rules.how-appeal")}</li><li>${t("rules.how-held")}</li>
      <li>${t("rules.how-remote")}</li><li>${t("rules.how-deleted")}</li></ul>`,
    )}
    ${section(t("log.title"), html`<div class="stack"><p>${t("log.lead")}</p><p>${buttonLink("/moderation/log", t("log.title"), "secondary")}</p></div>`)}`;
}
