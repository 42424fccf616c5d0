// The forms of the settings: each says what it changes for whom.
import { href, html, type Markup, nothing, type Renderable } from "../platform/html.ts";
import { type Language, languages, openTranslator } from "../platform/i18n.ts";
import { imageTypesAccepted } from "../platform/uploads.ts";
import { retentionLimits } from "../subjects/retention.ts";
import type { PageContext } from "../web/context.ts";
import { form, openFields } from "../web/fields.ts";
import type { FormState } from "../web/forms.ts";
import { factList, section } from "../web/lists.ts";
import { colourForm } from "./colour-views.ts";
import { type Group, type GroupValues, type TextName, textCharsMax, zoomLimit } from "./setting.ts";
import { keptTimes, type TextFacts, usualText } from "./text.ts";
import { textBody } from "./text-views.ts";

export interface GroupFormProps {
  /** What holds now: {@link GroupValues} of the group. */
  readonly values: GroupValues[Group];
  readonly offered: readonly Language[];
  readonly state: FormState;
  readonly facts: TextFacts;
  /** A text is begun with the usual words. */
  readonly beginsUsual: boolean;
}

/** The names under which the parts of a form are posted are those of the values. */
export function groupForm(ctx: PageContext, group: Group, props: GroupFormProps): Markup {
  if (group === "identity") return identityForm(ctx, props);
  if (group === "colours") return colourForm(ctx, props.values as GroupValues["colours"], props.state);
  if (group === "languages") return languagesForm(ctx, props);
  if (group === "contact") return contactForm(ctx, props);
  if (group === "retention") return retentionForm(ctx, props);
  if (group === "map") return mapForm(ctx, props);
  return textForm(ctx, group, props);
}

const groupFormOf = (ctx: PageContext, group: Group, body: Renderable, more: { hasFiles?: boolean } = {}): Markup =>
  form(ctx, { action: `/desk/settings/${group}`, submit: ctx.t("settings.save"), body, ...more });

/** One column per language, side by side where there is room. */
const inLanguages = (offered: readonly Language[], field: (lang: Language, isFirst: boolean) => Markup): Markup =>
  html`<div class="language-columns">${offered.map((lang, index) => field(lang, index === 0))}</div>`;

function identityForm(ctx: PageContext, { values, offered, state }: GroupFormProps): Markup {
  const { t } = ctx;
  const fields = openFields(ctx, state);
  const { name, tagline, description, logo } = values as GroupValues["identity"];
  const part = (title: string, hint: string, body: Markup) =>
    html`<fieldset class="form-part"><legend><h2>${title}</h2></legend><p class="hint">${hint}</p>${body}</fieldset>`;
  const inLang = (label: string, lang: Language) => `${label} (${t.languageName(lang)})`;
  return groupFormOf(
    ctx,
    "identity",
    html`${fields.summary()}
      ${part(
        t("organisations.name"),
        t("settings.name-hint"),
        inLanguages(offered, (lang, isFirst) =>
          fields.text(`name.${lang}`, {
            label: inLang(t("organisations.name"), lang),
            value: name[lang] ?? "",
            lang,
            charsMax: 100,
            optional: !isFirst,
          }),
        ),
      )}
      ${part(
        t("organisations.tagline"),
        t("settings.tagline-hint"),
        inLanguages(offered, (lang) =>
          fields.area(`tagline.${lang}`, {
            label: inLang(t("organisations.tagline"), lang),
            value: tagline[lang] ?? "",
            lang,
            rows: 2,
            charsMax: 200,
            optional: true,
          }),
        ),
      )}
      ${part(
        t("organisations.description"),
        t("settings.description-hint"),
        inLanguages(offered, (lang) =>
          fields.area(`description.${lang}`, {
            label: inLang(t("organisations.description"), lang),
            value: description[lang] ?? "",
            lang,
            rows: 6,
            charsMax: 5000,
            optional: true,
          }),
        ),
      )}
      ${part(
        t("organisations.logo"),
        t("settings.logo-hint"),
        html`${logo === null ? nothing : html`<img class="kept-logo" src="${href(logo)}" alt="${t("settings.logo-now")}">${fields.check("removeLogo", { label: t("settings.logo-remove") })}`}
        ${fields.file("logo", { label: t("settings.logo-file"), optional: true, accept: imageTypesAccepted })}`,
      )}`,
    { hasFiles: true },
  );
}

function languagesForm(ctx: PageContext, { values, state }: GroupFormProps): Markup {
  const { t } = ctx;
  const fields = openFields(ctx, state);
  const { offered, timeZone } = values as GroupValues["languages"];
  const options = languages.map((lang) => ({ value: lang, label: t.languageName(lang) }));
  return groupFormOf(
    ctx,
    "languages",
    html`${fields.summary()}
      ${fields.checks("offered", { label: t("settings.offered"), hint: t("settings.offered-hint"), options, chosen: offered })}
      ${fields.select("first", { label: t("settings.first"), hint: t("settings.first-hint"), options, value: offered[0] ?? "en" })}
      ${fields.text("timeZone", { label: t("settings.time-zone"), hint: t("settings.time-zone-hint"), value: timeZone, suggestions: Intl.supportedValuesOf("timeZone"), charsMax: 60, spellcheck: false, autocomplete: "off" })}`,
  );
}

function contactForm(ctx: PageContext, { values, state }: GroupFormProps): Markup {
  const { t } = ctx;
  const fields = openFields(ctx, state);
  const { responsible, address, email, phone } = values as GroupValues["contact"];
  return groupFormOf(
    ctx,
    "contact",
    html`${fields.summary()}
      ${fields.text("responsible", { label: t("settings.responsible"), hint: t("settings.responsible-hint"), value: responsible, charsMax: 200 })}
      ${fields.text("email", { label: t("settings.contact-email"), hint: t("settings.contact-email-hint"), type: "email", value: email, charsMax: 200 })}
      ${fields.area("address", { label: t("settings.address"), hint: t("settings.address-hint"), value: address, rows: 4, charsMax: 500, optional: true })}
      ${fields.text("phone", { label: t("settings.phone"), hint: t("settings.phone-hint"), type: "tel", value: phone, charsMax: 40, optional: true })}`,
  );
}

function textForm(ctx: PageContext, name: TextName & Group, props: GroupFormProps): Markup {
  const { t, city } = ctx;
  const { offered, state, facts, beginsUsual } = props;
  const own = props.values as GroupValues["terms"];
  const fields = openFields(ctx, state);
  const valueIn = (lang: Language) =>
    beginsUsual ? usualText(openTranslator(lang, city.timeZone), name, facts) : (own.texts[lang] ?? "");
  return html`${groupFormOf(
    ctx,
    name,
    html`${fields.summary()}
      ${offered.map((lang) =>
        fields.area(`texts.${lang}`, {
          label: t("settings.text-in", { language: t.languageName(lang) }),
          ...(lang === offered[0] ? { hint: t("settings.text-hint") } : {}),
          value: valueIn(lang),
          ...{ lang, rows: 12, charsMax: textCharsMax, optional: true },
        }),
      )}
      ${name === "terms" ? fields.check("asksAgain", { label: t("settings.asks-again"), hint: own.asked === "" ? t("settings.asks-again-hint") : t("settings.asks-again-since", { date: t.date(new Date(own.asked)) }) }) : nothing}
      <p><a href="${href(`/desk/settings/${name}?begin=usual`)}">${t("settings.begin-usual")}</a></p>`,
  )}
  ${section(t("settings.text-now"), textBody(ctx, name, own, facts))}`;
}

function retentionForm(ctx: PageContext, { values, state, facts }: GroupFormProps): Markup {
  const { t } = ctx;
  const fields = openFields(ctx, state);
  const now = values as GroupValues["retention"];
  return html`${groupFormOf(
    ctx,
    "retention",
    html`${fields.summary()}
      ${(["noticeDays", "receivedDays"] as const).map((name) =>
        fields.text(name, {
          label: t(`settings.${name}`),
          hint: t(`settings.${name}-hint`, retentionLimits[name]),
          type: "number",
          inputmode: "numeric",
          min: retentionLimits[name].min,
          max: retentionLimits[name].max,
          value: String(now[name]),
        }),
      )}`,
  )}
  ${section(t("settings.all-times"), html`<p class="hint">${t("settings.all-times-hint")}</p>${factList(keptTimes(t, { ...facts, retention: now }))}`)}`;
}

function mapForm(ctx: PageContext, { values, state }: GroupFormProps): Markup {
  const { t } = ctx;
  const fields = openFields(ctx, state);
  const { template, attribution, zoomMax } = values as GroupValues["map"];
  return groupFormOf(
    ctx,
    "map",
    html`${fields.summary()}
      <div class="prose"><p>${t("settings.map-privacy")}</p></div>
      ${fields.text("template", { label: t("settings.map-template"), hint: t("settings.map-template-hint", { example: "https://tile.openstreetmap.org/{z}/{x}/{y}.png" }), type: "url", value: template, charsMax: 300, optional: true, spellcheck: false })}
      ${fields.text("attribution", { label: t("settings.map-attribution"), hint: t("settings.map-attribution-hint"), value: attribution, charsMax: 200, optional: true })}
      ${fields.text("zoomMax", { label: t("settings.map-zoom"), hint: t("settings.map-zoom-hint"), type: "number", inputmode: "numeric", ...zoomLimit, value: String(zoomMax) })}`,
  );
}
