// The form that makes a draft process of another city's: its texts beside ours, its plan as days after a first day, its rules.
import type { Actor } from "../actors/actor.ts";
import { handleLengthMax } from "../actors/actor.ts";
import { href, html, type Markup, nothing, type Renderable } from "../platform/html.ts";
import { pickText } from "../platform/text.ts";
import { defaultButton, part } from "../processes/form-parts-views.ts";
import { indicatorValues } from "../processes/form-reading-views.ts";
import { type Process, permissions, processPath } from "../processes/process.ts";
import type { Category } from "../processes/queries.ts";
import { processCrumbs } from "../processes/views.ts";
import type { Subject } from "../subjects/subject.ts";
import type { PageContext } from "../web/context.ts";
import { buttonLink, type Fields, form, openFields } from "../web/fields.ts";
import type { FormState } from "../web/forms.ts";
import { page } from "../web/layout.ts";
import { phaseLine } from "../web/phases.ts";
import { sideBySide, sourceNote } from "./form-views.ts";
import { fieldsOfText, limits, planKey, planOf, type Typed } from "./process-reading-views.ts";
import type { RecordedProcess } from "./queries.ts";

export interface ProcessAdoptionProps {
  readonly source: Subject;
  readonly process: Process;
  readonly recorded: RecordedProcess;
  readonly digest: string | null;
  readonly foreignCategories: readonly string[];
  readonly organisations: readonly Actor[];
  readonly categories: readonly Category[];
  readonly state: FormState;
}

export function processAdoptionPage(ctx: PageContext, props: ProcessAdoptionProps): Markup {
  const { t } = ctx;
  const { process, state } = props;
  const fields = openFields(ctx, state);
  const action = `${processPath(process)}/adoption`;
  return page({
    ctx,
    title: t("adoptions.adopt-process"),
    lead: t("adoptions.adopt-lead"),
    section: "processes",
    width: "wide",
    isUnlisted: true,
    crumbs: processCrumbs(ctx, process),
    main: html`${sourceNote(ctx, props.source, props.digest)}
      ${form(ctx, {
        action,
        submit: t("adoptions.save-draft"),
        more: buttonLink(processPath(process), t("processes.cancel"), "quiet"),
        body: html`${defaultButton}${fields.summary()}
          ${plan(ctx, fields, props)}
          ${words(ctx, fields, props)}
          ${phases(ctx, fields, props)}
          ${goals(ctx, fields, props)}
          ${rules(ctx, fields)}
          ${place(ctx, fields, process)}
          ${categories(ctx, fields, props)}
          ${picture(ctx, fields, props)}
          ${standing(ctx, fields, props)}`,
      })}`,
  });
}

/** The first day is typed; every other date follows from it. The dates are shown before anything is saved. */
function plan(ctx: PageContext, fields: Fields, { process, state }: ProcessAdoptionProps): Markup {
  const { t } = ctx;
  const dated = planOf(ctx, process, state.values);
  return part(
    t("adoptions.plan"),
    t("adoptions.plan-hint"),
    html`${fields.date("startsOn", { label: t("adoptions.starts-on") })}
      ${fields.hidden("planned", dated === null ? "" : planKey(process, state.values))}
      <p><button class="button button-secondary" type="submit" name="do" value="plan">${t("adoptions.show-plan")}</button></p>
      ${
        dated === null
          ? nothing
          : html`<section aria-labelledby="plan-dates" class="panel"><h3 id="plan-dates">${t("adoptions.plan-dates")}</h3>${phaseLine(t, dated, ctx.now)}</section>`
      }`,
  );
}

function words(ctx: PageContext, fields: Fields, { process }: ProcessAdoptionProps): Markup {
  const { t } = ctx;
  return part(
    t("processes.form.words"),
    t("adoptions.words-hint", { language: t.languageName(ctx.city.lang) }),
    html`${fieldsOfText.map(({ name, label, charsMax, ...more }) =>
      sideBySide(ctx, fields, {
        name,
        label: t(label),
        theirs: process[name],
        wished: process.languages,
        charsMax,
        ...more,
      }),
    )}
      ${fields.check("keepTheirs", { label: t("adoptions.keep-theirs"), hint: t("adoptions.keep-theirs-hint") })}`,
  );
}

function phases(ctx: PageContext, fields: Fields, { process }: ProcessAdoptionProps): Markup {
  const { t } = ctx;
  return part(
    t("processes.phases"),
    t("adoptions.phases-hint"),
    html`${process.phases.map((phase, index) => {
      const name = `phase-${index}`;
      const number = index + 1;
      return html`<fieldset class="panel phase-fields"><legend class="phase-legend">${t("processes.form.phase", { number })}</legend>
        ${fields.check(`${name}-kept`, { label: t("adoptions.phase-kept", { number }) })}
        ${sideBySide(ctx, fields, { name: `${name}-title`, label: t("processes.form.phase-title", { number }), theirs: phase.title, wished: process.languages, charsMax: limits.short })}
        ${sideBySide(ctx, fields, { name: `${name}-description`, label: t("processes.form.phase-text", { number }), theirs: phase.description, wished: process.languages, charsMax: limits.summary, rows: 2 })}
        <div class="field-row">
        ${fields.text(`${name}-after`, { label: t("adoptions.phase-after", { number }), type: "number", min: 0, max: limits.days, inputmode: "numeric" })}
        ${fields.text(`${name}-lasts`, { label: t("adoptions.phase-lasts", { number }), type: "number", min: 1, max: limits.days, inputmode: "numeric" })}
        </div>
        ${fields.checks(`${name}-permits`, {
          label: t("processes.form.phase-permits", { number }),
          optional: true,
          options: permissions.map((one) => ({ value: one, label: t(`processes.permits.${one}`) })),
        })}</fieldset>`;
    })}`,
  );
}

function goals(ctx: PageContext, fields: Fields, { process }: ProcessAdoptionProps): Markup {
  const { t } = ctx;
  return part(
    t("processes.indicator"),
    t("adoptions.indicator-hint"),
    html`${sideBySide(ctx, fields, {
      name: "indicatorName",
      label: t("processes.form.indicator-name"),
      theirs: process.indicator === null ? {} : { [process.languages[0] ?? "und"]: process.indicator.name },
      wished: process.languages,
      charsMax: limits.short,
    })}
      <div class="field-row">
      ${fields.text("indicatorBaseline", { label: t("processes.baseline"), inputmode: "decimal", charsMax: 20, optional: true })}
      ${fields.text("indicatorTarget", { label: t("processes.target"), inputmode: "decimal", charsMax: 20, optional: true })}
      ${fields.text("indicatorUnit", { label: t("processes.form.indicator-unit"), charsMax: 40, optional: true })}
      ${fields.text("indicatorCode", { label: t("processes.form.indicator-code"), charsMax: 40, optional: true })}
      </div>`,
  );
}

const rules = ({ t }: PageContext, fields: Fields): Markup =>
  part(
    t("processes.form.rules"),
    t("adoptions.rules-hint"),
    html`<div class="field-row">
      ${fields.text("supportLimit", { label: t("processes.support-limit"), hint: t("processes.form.support-limit-hint"), type: "number", min: 1, max: 1_000, inputmode: "numeric", optional: true })}
      ${fields.text("editWindow", { label: t("adoptions.edit-window"), hint: t("processes.form.edit-window-hint"), type: "number", min: 0, max: 525_600, inputmode: "numeric" })}
      </div>`,
  );

/** Their area is theirs: it is shown, and ours is drawn anew. */
function place(ctx: PageContext, fields: Fields, process: Process): Markup {
  const { t } = ctx;
  return part(
    t("processes.pilot"),
    t("adoptions.pilot-hint"),
    html`${fields.check("isPilot", { label: t("processes.form.is-pilot"), hint: t("processes.form.is-pilot-hint") })}
      ${sideBySide(ctx, fields, { name: "pilotArea", label: t("processes.pilot-area"), theirs: process.pilotArea ? { [process.languages[0] ?? "und"]: process.pilotArea } : {}, wished: process.languages, charsMax: limits.short })}
      ${fields.area("pilotGeojson", { label: t("processes.form.pilot-geojson"), hint: t("processes.form.pilot-geojson-hint"), rows: 3, optional: true })}`,
  );
}

function categories(
  ctx: PageContext,
  fields: Fields,
  { foreignCategories, categories }: ProcessAdoptionProps,
): Renderable {
  const { t } = ctx;
  if (foreignCategories.length === 0) return nothing;
  const options = categories.map((one) => ({ value: one.id, label: pickText(one.name, t.lang).text }));
  return part(
    t("processes.categories"),
    t("adoptions.categories-hint"),
    html`<div class="field-row">${foreignCategories.map((name, index) =>
      fields.select(`category-${index}`, {
        label: t("adoptions.category-theirs", { name }),
        none: t("adoptions.category-none"),
        optional: true,
        options,
      }),
    )}</div>`,
  );
}

/** Linked, not loaded: another server would learn who reads here. Taken along, it is kept here and its source is named. */
function picture({ t }: PageContext, fields: Fields, { recorded, process }: ProcessAdoptionProps): Renderable {
  if (recorded.image === null) return nothing;
  const { host } = new URL(process.uri);
  return part(
    t("processes.form.picture"),
    t("adoptions.pictures-hint"),
    fields.check("takePicture", {
      label: html`<a href="${href(recorded.image.url)}" rel="noopener nofollow">${t("adoptions.picture-of", { alt: recorded.image.alt || "–", host })}</a>`,
    }),
  );
}

function standing(ctx: PageContext, fields: Fields, { organisations }: ProcessAdoptionProps): Markup {
  const { t, city } = ctx;
  return part(
    t("processes.form.address"),
    null,
    html`${fields.select("organisation", {
      label: t("processes.organisation"),
      hint: t("processes.form.organisation-hint"),
      options: organisations.map((one) => ({ value: one.id, label: one.name })),
    })}
      ${fields.text("handle", {
        label: t("processes.form.handle"),
        hint: t("processes.form.handle-hint", { host: new URL(city.origin).host }),
        charsMax: handleLengthMax,
        spellcheck: false,
        autocomplete: "off",
        optional: true,
      })}`,
  );
}

/** The values a form begins with: theirs, as far as they can be ours. */
export function valuesOf(ctx: PageContext, process: Process, relative: readonly Typed[]): FormState["values"] {
  const lang = ctx.city.lang;
  const values: Record<string, string | readonly string[]> = { keepTheirs: "yes", startsOn: "" };
  for (const { name } of fieldsOfText) values[name] = process[name][lang] ?? "";
  for (const [index, phase] of process.phases.entries()) {
    const name = `phase-${index}`;
    values[`${name}-kept`] = "yes";
    values[`${name}-title`] = phase.title[lang] ?? "";
    values[`${name}-description`] = phase.description[lang] ?? "";
    values[`${name}-after`] = String(relative[index]?.afterDays ?? 0);
    values[`${name}-lasts`] = String(relative[index]?.lastsDays ?? 1);
    values[`${name}-permits`] = phase.permits;
  }
  const { indicator } = process;
  const isOurs = process.languages[0] === lang;
  return {
    ...values,
    ...indicatorValues(indicator),
    indicatorName: isOurs ? (indicator?.name ?? "") : "",
    supportLimit: process.supportLimit === null ? "" : String(process.supportLimit),
    editWindow: String(process.editWindowMinutes),
    ...(process.isPilot ? { isPilot: "yes" } : {}),
  };
}
