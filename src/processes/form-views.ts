// The form of a process, section by section. What was typed into it is read in form-reading-views.ts.
import type { Actor } from "../actors/actor.ts";
import { handleLengthMax } from "../actors/actor.ts";
import { attrs, href, html, type Markup, nothing, type Renderable } from "../platform/html.ts";
import { pickText } from "../platform/text.ts";
import { imageTypesAccepted } from "../platform/uploads.ts";
import type { PageContext } from "../web/context.ts";
import { buttonLink, type Fields, form, openFields } from "../web/fields.ts";
import type { FormState } from "../web/forms.ts";
import { page } from "../web/layout.ts";
import { callToActionCharsMax } from "./call-to-action.ts";
import { defaultButton, part } from "./form-parts-views.ts";
import {
  descriptionCharsMax,
  phaseCount,
  shortCharsMax,
  summaryCharsMax,
  textCharsMax,
  titleCharsMax,
} from "./form-reading-views.ts";
import { type Process, permissions, processPath } from "./process.ts";
import type { Category } from "./queries.ts";
import { processCrumbs } from "./views.ts";

/** Minutes an author may change a published proposal for. */
const editWindows = [
  [0, "processes.window-none"],
  [15, "processes.window-quarter"],
  [60, "processes.window-hour"],
  [1_440, "processes.window-day"],
  [4_320, "processes.window-days"],
  [10_080, "processes.window-week"],
] as const;

export interface ProcessFormProps {
  /** Null: a new one. */
  readonly process: Process | null;
  readonly organisations: readonly Actor[];
  readonly categories: readonly Category[];
  readonly state: FormState;
}

export function processFormPage(ctx: PageContext, props: ProcessFormProps): Markup {
  const { t } = ctx;
  const { process, state } = props;
  const fields = openFields(ctx, state);
  return page({
    ctx,
    title: t(process === null ? "processes.new" : "processes.edit"),
    ...(process === null ? { tab: `${t("processes.new")}: ${t("processes.one-page")}` } : {}),
    lead: process === null ? t("processes.new-lead") : nothing,
    section: "processes",
    isUnlisted: true,
    crumbs: process === null ? [{ href: "/processes", label: t("processes.title") }] : processCrumbs(ctx, process),
    main: form(ctx, {
      action: process === null ? "/processes/new/one-page" : `${processPath(process)}/edit`,
      submit: t(process?.publishedAt ? "processes.save-public" : "processes.save-draft"),
      hasFiles: true,
      more: process === null ? nothing : buttonLink(processPath(process), t("processes.cancel"), "quiet"),
      body: html`${defaultButton}${fields.summary()}
        ${words(ctx, fields)}
        ${standing(ctx, fields, props)}
        ${indicator(ctx, fields)}
        ${phases(ctx, fields, state)}
        ${process?.publishedAt ? reasonField(ctx, fields) : nothing}
        ${rules(ctx, fields, props)}
        ${pilot(ctx, fields, state)}
        ${picture(ctx, fields, state)}
        ${process === null ? address(ctx, fields, state) : nothing}`,
    }),
  });
}

export const titleFields = ({ t }: PageContext, fields: Fields): Markup =>
  html`${fields.perLanguage("title", { label: t("processes.form.title"), lines: "one", charsMax: titleCharsMax })}
    ${fields.perLanguage("summary", { label: t("processes.form.summary"), hint: t("processes.form.summary-hint"), lines: "many", rows: 3, charsMax: summaryCharsMax, optional: true })}`;

export const descriptionField = ({ t }: PageContext, fields: Fields): Markup =>
  fields.perLanguage("description", {
    label: t("processes.form.description"),
    hint: t("processes.form.markdown"),
    lines: "many",
    rows: 10,
    charsMax: descriptionCharsMax,
    optional: true,
  });

const words = (ctx: PageContext, fields: Fields): Markup =>
  part(
    ctx.t("processes.form.words"),
    ctx.t("processes.form.words-hint"),
    html`${titleFields(ctx, fields)}
      ${descriptionField(ctx, fields)}`,
  );

export const organisationField = ({ t }: PageContext, fields: Fields, organisations: readonly Actor[]): Markup =>
  fields.select("organisation", {
    label: t("processes.organisation"),
    hint: t("processes.form.organisation-hint"),
    options: organisations.map((one) => ({ value: one.id, label: one.name })),
  });

export const standingFields = ({ t }: PageContext, fields: Fields): Renderable =>
  (
    [
      ["decides", t("processes.decides"), t("processes.form.decides-hint")],
      ["promoter", t("processes.promoter"), t("processes.form.promoter-hint")],
      ["audience", t("processes.audience"), t("processes.form.audience-hint")],
      ["goals", t("processes.goals"), t("processes.form.goals-hint")],
    ] as const
  ).map(([name, label, hint]) =>
    fields.perLanguage(name, { label, hint, lines: "many", rows: 3, charsMax: textCharsMax, optional: true }),
  );

export const callField = ({ t }: PageContext, fields: Fields): Markup =>
  fields.perLanguage("callToAction", {
    label: t("processes.form.callToAction"),
    hint: t("processes.form.call-hint"),
    lines: "one",
    charsMax: callToActionCharsMax,
    optional: true,
  });

const standing = (ctx: PageContext, fields: Fields, { process, organisations }: ProcessFormProps): Markup =>
  part(
    ctx.t("processes.form.standing"),
    null,
    html`${process === null ? organisationField(ctx, fields, organisations) : nothing}
      ${standingFields(ctx, fields)}
      ${callField(ctx, fields)}`,
  );

export const indicator = ({ t }: PageContext, fields: Fields): Markup =>
  part(
    t("processes.indicator"),
    t("processes.form.indicator-hint"),
    html`${fields.text("indicatorName", { label: t("processes.form.indicator-name"), charsMax: shortCharsMax, optional: true })}
      <div class="field-row">
      ${fields.text("indicatorBaseline", { label: t("processes.baseline"), inputmode: "decimal", charsMax: 20, optional: true })}
      ${fields.text("indicatorTarget", { label: t("processes.target"), inputmode: "decimal", charsMax: 20, optional: true })}
      ${fields.text("indicatorUnit", { label: t("processes.form.indicator-unit"), charsMax: 40, optional: true })}
      ${fields.text("indicatorCode", { label: t("processes.form.indicator-code"), charsMax: 40, optional: true })}
      </div>`,
  );

export function phases(ctx: PageContext, fields: Fields, state: FormState): Markup {
  const { t } = ctx;
  const rows = Array.from({ length: phaseCount(state.values) }, (_, index) => phaseFields(ctx, fields, index));
  return part(
    t("processes.phases"),
    t("processes.form.phases-hint"),
    html`${fields.hidden("phaseCount", String(rows.length))}${rows}
      <p><button class="button button-secondary" type="submit" name="do" value="add-phase">${t("processes.form.add-phase")}</button></p>`,
  );
}

/** Why the phases of a public process move: asked for once their dates change. */
export const reasonField = ({ t }: PageContext, fields: Fields): Markup =>
  fields.area("reason", {
    label: t("processes.phase-reason"),
    hint: t("processes.phase-reason-hint"),
    rows: 2,
    charsMax: summaryCharsMax,
    optional: true,
  });

function phaseFields({ t }: PageContext, fields: Fields, index: number): Markup {
  const name = `phase-${index}`;
  const number = index + 1;
  return html`<fieldset class="panel phase-fields"><legend class="phase-legend">${t("processes.form.phase", { number })}</legend>
    ${fields.perLanguage(`${name}-title`, { label: t("processes.form.phase-title", { number }), lines: "one", charsMax: shortCharsMax })}
    ${fields.perLanguage(`${name}-description`, { label: t("processes.form.phase-text", { number }), lines: "many", rows: 2, charsMax: summaryCharsMax, optional: true })}
    <div class="field-row">
    ${fields.dateTime(`${name}-starts`, { label: t("processes.form.phase-starts", { number }) })}
    ${fields.dateTime(`${name}-ends`, { label: t("processes.form.phase-ends", { number }) })}
    </div>
    ${fields.checks(`${name}-permits`, {
      label: t("processes.form.phase-permits", { number }),
      optional: true,
      options: permissions.map((one) => ({ value: one, label: t(`processes.permits.${one}`) })),
    })}
    <button class="button button-quiet" type="submit" name="do" value="${`remove-${name}`}">${t("processes.form.remove-phase", { number })}</button>
  </fieldset>`;
}

const rules = (ctx: PageContext, fields: Fields, { process, categories }: ProcessFormProps): Markup =>
  part(
    ctx.t("processes.form.rules"),
    null,
    html`${supportFields(ctx, fields, process)}
      ${categoriesField(ctx, fields, categories)}`,
  );

export function supportFields({ t }: PageContext, fields: Fields, process: Process | null): Markup {
  const kept = process?.editWindowMinutes;
  const isOther = kept !== undefined && !editWindows.some(([minutes]) => minutes === kept);
  return html`${fields.text("supportLimit", { label: t("processes.support-limit"), hint: t("processes.form.support-limit-hint"), type: "number", min: 1, max: 1_000, inputmode: "numeric", optional: true })}
    ${fields.select("editWindow", {
      label: t("processes.form.edit-window"),
      hint: t("processes.form.edit-window-hint"),
      options: [
        ...editWindows.map(([minutes, label]) => ({ value: String(minutes), label: t(label) })),
        ...(isOther ? [{ value: String(kept), label: t("processes.window-minutes", { count: kept }) }] : []),
      ],
    })}`;
}

export const categoriesField = ({ t }: PageContext, fields: Fields, categories: readonly Category[]): Markup =>
  categories.length === 0
    ? html`<p class="hint">${t("processes.form.no-categories")} <a href="/admin/categories">${t("processes.categories")}</a></p>`
    : fields.checks("categories", {
        label: t("processes.categories"),
        hint: t("processes.form.categories-hint"),
        optional: true,
        options: categories.map((one) => ({ value: one.id, label: pickText(one.name, t.lang).text })),
      });

/** What few need: closed until something is in it, so that what everybody is asked comes first. Works without scripts. */
const folded = (title: string, { values, errors }: FormState, names: readonly string[], body: Renderable): Markup => {
  const isUsed = names.some((name) => errors[name] !== undefined || (values[name] ?? "") !== "");
  return html`<details class="disclosure section"${attrs({ open: isUsed })}><summary>${title}</summary>${body}</details>`;
};

export const pilot = ({ t }: PageContext, fields: Fields, state: FormState): Markup =>
  folded(
    t("processes.pilot"),
    state,
    ["isPilot", "pilotArea", "pilotGeojson"],
    html`${fields.check("isPilot", { label: t("processes.form.is-pilot"), hint: t("processes.form.is-pilot-hint") })}
      ${fields.text("pilotArea", { label: t("processes.pilot-area"), hint: t("processes.form.pilot-area-hint"), charsMax: shortCharsMax, optional: true })}
      ${fields.area("pilotGeojson", { label: t("processes.form.pilot-geojson"), hint: t("processes.form.pilot-geojson-hint"), rows: 3, optional: true })}`,
  );

export function picture({ t }: PageContext, fields: Fields, state: FormState): Markup {
  const kept = typeof state.values.imageName === "string" ? state.values.imageName : "";
  return part(
    t("processes.form.picture"),
    null,
    html`${fields.hidden("imageName", kept)}
      ${
        kept === ""
          ? nothing
          : html`<img class="kept-picture" src="${href(`/uploads/${kept}`)}" alt="">${fields.check("imageRemoved", { label: t("processes.form.picture-remove") })}`
      }
      ${fields.file("image", { label: t(kept === "" ? "processes.form.picture-file" : "processes.form.picture-other"), hint: t("processes.form.picture-hint"), accept: imageTypesAccepted, optional: true })}
      ${fields.text("imageAlt", { label: t("processes.form.picture-alt"), hint: t("processes.form.picture-alt-hint"), charsMax: 300, optional: true })}`,
  );
}

export const address = (ctx: PageContext, fields: Fields, state: FormState): Markup =>
  folded(
    ctx.t("processes.form.address"),
    state,
    ["handle"],
    fields.text("handle", {
      label: ctx.t("processes.form.handle"),
      hint: ctx.t("processes.form.handle-hint", { host: new URL(ctx.city.origin).host }),
      charsMax: handleLengthMax,
      spellcheck: false,
      autocomplete: "off",
      optional: true,
    }),
  );
