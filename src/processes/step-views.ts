// The guide through which a process is opened: its steps with what is done and what is missing, and the form of each.
import { attrs, href, html, type Markup, nothing, type Renderable } from "../platform/html.ts";
import { assetUrl } from "../web/assets.ts";
import type { PageContext } from "../web/context.ts";
import { buttonLink, type Fields, form, openFields } from "../web/fields.ts";
import type { FormState } from "../web/forms.ts";
import { icon } from "../web/icons.ts";
import { page } from "../web/layout.ts";
import { defaultButton, part } from "./form-parts-views.ts";
import {
  address,
  callField,
  categoriesField,
  descriptionField,
  indicator,
  organisationField,
  type ProcessFormProps,
  phases,
  picture,
  pilot,
  reasonField,
  standingFields,
  supportFields,
  titleFields,
} from "./form-views.ts";
import { type Process, processPath } from "./process.ts";
import { type FormStep, type Missing, missingIn, type Step, steps } from "./readiness.ts";
import { processCrumbs } from "./views.ts";

export const stepPath = (process: Process, step: Step): string =>
  step === "publish" ? `${processPath(process)}/publication` : `${processPath(process)}/steps/${step}`;

/** Where a missing thing is filled in. */
export const missingPath = ({ city }: PageContext, process: Process, { step, field }: Missing): string =>
  `${stepPath(process, step)}#${field === "phases" ? "phase-plan" : `f-${field}-${city.lang}`}`;

export const missingLink = (ctx: PageContext, process: Process, missing: Missing): Markup =>
  html`<a href="${href(missingPath(ctx, process, missing))}">${ctx.t(`processes.lack.${missing.what}`)}</a>`;

/** All steps: which is open, which are done, and what is missing in the others, each as a link to its field. */
export function stepList(ctx: PageContext, process: Process | null, current: Step): Markup {
  const { t } = ctx;
  const missing = process === null ? [] : missingIn(process, ctx.now);
  const item = (step: Step): Markup => {
    const own = missing.filter((one) => one.step === step);
    const needed = own.filter(({ isNeeded }) => isNeeded).length;
    const isDone = process !== null && step !== "publish" && own.length === 0;
    const label = t(`processes.step.${step}`);
    const state =
      process === null || step === "publish"
        ? nothing
        : html`<span class="hint">${isDone ? t("processes.step-done") : needed > 0 ? t("processes.step-missing", { count: needed }) : t("processes.step-could", { count: own.length })}</span>`;
    return html`<li${attrs({ "aria-current": step === current ? "step" : null })}>
      <p>${isDone ? icon("check") : nothing}${process === null ? html`<span>${label}</span>` : html`<a href="${href(stepPath(process, step))}">${label}</a>`} ${state}</p>
      ${process !== null && own.length > 0 ? html`<ul>${own.map((one) => html`<li>${missingLink(ctx, process, one)}</li>`)}</ul>` : nothing}
    </li>`;
  };
  return html`<nav class="panel step-list" aria-labelledby="steps-title"><h2 id="steps-title">${t("processes.steps")}</h2><ol>${steps.map(item)}</ol>
    ${
      process === null || process.publishedAt !== null
        ? nothing
        : html`<p class="hint">${t("processes.steps-kept")}</p><p>${buttonLink(`${processPath(process)}/preview`, t("processes.preview"), "secondary")}</p>`
    }</nav>`;
}

export interface StepPageProps extends ProcessFormProps {
  readonly step: FormStep;
  /** Whose plans a moved phase changes; only for a public process. */
  readonly warning?: Renderable;
}

export function stepPage(ctx: PageContext, props: StepPageProps): Markup {
  const { t } = ctx;
  const { process, step, state } = props;
  const fields = openFields(ctx, state);
  const isPublic = process?.publishedAt != null;
  return page({
    ctx,
    title: t(`processes.step.${step}`),
    lead: t(`processes.step-lead.${step}`),
    section: "processes",
    isUnlisted: true,
    crumbs:
      process === null
        ? [
            { href: "/processes", label: t("processes.title") },
            { href: "/processes/new", label: t("processes.new") },
          ]
        : processCrumbs(ctx, process),
    main: form(ctx, {
      action: process === null ? "/processes/new/scratch" : stepPath(process, step),
      submit: t(isPublic ? "processes.save-public" : "processes.save-and-on"),
      hasFiles: step === "texts",
      more:
        process === null || isPublic
          ? nothing
          : html`<button class="button button-secondary" type="submit" name="then" value="later">${t("processes.save-and-stop")}</button>`,
      body: html`${defaultButton}${fields.summary()}${props.warning ?? nothing}${stepFields(ctx, fields, props)}`,
    }),
    aside: stepList(ctx, process, step),
  });
}

function stepFields(ctx: PageContext, fields: Fields, props: StepPageProps): Renderable {
  const { t } = ctx;
  const { process, state } = props;
  switch (props.step) {
    case "about":
      return html`${titleFields(ctx, fields)}
        ${process === null ? organisationField(ctx, fields, props.organisations) : nothing}
        ${categoriesField(ctx, fields, props.categories)}
        ${pilot(ctx, fields, state)}
        ${process === null ? address(ctx, fields, state) : nothing}`;
    case "texts":
      return html`${descriptionField(ctx, fields)}
        ${callField(ctx, fields)}
        ${picture(ctx, fields, state)}
        ${process === null ? nothing : html`<p>${buttonLink(`${processPath(process)}/texts`, t("processes.texts"), "secondary")}</p>`}`;
    case "phases":
      return html`<div id="phase-plan">${phaseDrag(ctx)}${phases(ctx, fields, state)}</div>
        ${process !== null && process.phases.length > 1 ? fields.check("moveLater", { label: t("processes.move-later"), hint: t("processes.move-later-hint") }) : nothing}
        ${process?.publishedAt ? reasonField(ctx, fields) : nothing}`;
    case "rules":
      return html`${part(t("processes.form.standing"), null, standingFields(ctx, fields))}
        ${part(t("processes.form.rules"), null, supportFields(ctx, fields, process))}
        ${indicator(ctx, fields)}`;
    default:
      return props.step satisfies never;
  }
}

/** Where the script draws the phases as bars that can be dragged. Without it the dates below are all there is. */
const phaseDrag = ({ t }: PageContext): Markup =>
  html`<div class="phase-drag" data-phase-drag hidden data-label="${t("processes.drag-label")}" data-hint="${t("processes.drag-hint")}" data-whole="${t("processes.drag-whole", { phase: "{phase}" })}" data-start="${t("processes.drag-start", { phase: "{phase}" })}" data-end="${t("processes.drag-end", { phase: "{phase}" })}" data-untitled="${t("processes.form.phase", { number: "{number}" })}"></div>
  <script type="module" src="${href(assetUrl("phase-drag.js"))}"></script>`;

/** Whose plans a move of phases changes: said before it is done, never after. */
export function moveWarning({ t }: PageContext, process: Process): Markup {
  const whose = [
    t("processes.moves-followers", { count: process.followersCount }),
    t("processes.moves-proposals", { count: process.proposalCount }),
    ...(process.meetingCount > 0 ? [t("processes.moves-meetings", { count: process.meetingCount })] : []),
  ];
  return html`<div class="note note-bad" role="note"><p>${icon("clock")}<span>${t("processes.moves-plans", { whose: t.list(whose) })}</span></p></div>`;
}

/** Everything that is missing, in one place: first what is needed, then what would help. */
export function missingNote(ctx: PageContext, process: Process): Renderable {
  const { t } = ctx;
  const missing = missingIn(process, ctx.now);
  const list = (isNeeded: boolean, title: string) => {
    const some = missing.filter((one) => one.isNeeded === isNeeded);
    return some.length === 0
      ? nothing
      : html`<section class="panel"><h2>${title}</h2><ul>${some.map((one) => html`<li>${missingLink(ctx, process, one)}</li>`)}</ul></section>`;
  };
  return html`${list(true, t("processes.missing-needed"))}${list(false, t("processes.missing-could"))}`;
}

/** Asks before a draft is thrown away: that cannot be undone. */
export function deletionPage(ctx: PageContext, process: Process, state: FormState): Markup {
  const { t } = ctx;
  const fields = openFields(ctx, state);
  return page({
    ctx,
    title: t("processes.delete-draft"),
    section: "processes",
    isUnlisted: true,
    crumbs: processCrumbs(ctx, process),
    main: form(ctx, {
      action: `${processPath(process)}/deletion`,
      submit: t("processes.delete-confirm"),
      tone: "danger",
      body: html`${fields.summary()}<p>${t("processes.delete-means")}</p>`,
      more: buttonLink(processPath(process), t("processes.cancel"), "quiet"),
    }),
  });
}
