// The form of one answer for several proposals, and the page that says what it will do before it is done.
import { attrs, classes, href, html, type Markup, nothing } from "../platform/html.ts";
import { markdownToHtml } from "../platform/rich-text.ts";
import { answerFields, noAnswer } from "../proposals/answer-views.ts";
import type { AnswerInput } from "../proposals/answer-work.ts";
import type { QueuedProposal } from "../proposals/answer-work-queries.ts";
import { stateStatus } from "../proposals/list-views.ts";
import { moneyOf } from "../proposals/money.ts";
import { articleBody } from "../web/cards.ts";
import type { PageContext } from "../web/context.ts";
import { fieldId } from "../web/field-summary.ts";
import { buttonLink, form, openFields } from "../web/fields.ts";
import type { FormState, FormValues } from "../web/forms.ts";
import { page } from "../web/layout.ts";
import { emptyState, factList, section } from "../web/lists.ts";
import { langAttrs, statusPill } from "../web/marks.ts";

export interface Chosen extends QueuedProposal {
  /** Why it cannot be answered now; null where it can. */
  readonly obstacle: "not-allowed" | "not-in-this-state" | "phase-closed" | null;
}

const frame = (ctx: PageContext, title: string, main: Markup): Markup =>
  page({
    ...{ ctx, title, main, section: "desk", isUnlisted: true },
    crumbs: [
      { href: "/desk", label: ctx.t("desk.title") },
      { href: "/desk/answers", label: ctx.t("desk.answers") },
    ],
  });

export function alikeFormPage(
  ctx: PageContext,
  { chosen, state }: { chosen: readonly Chosen[]; state: FormState },
): Markup {
  const { t } = ctx;
  if (chosen.length === 0) {
    const back = buttonLink("/desk/answers", t("desk.back-to-list"));
    return frame(ctx, t("desk.alike-title"), emptyState(t("desk.alike-none"), t("desk.alike-none-help"), back));
  }
  const fields = openFields(ctx, state);
  return frame(
    ctx,
    t("desk.alike-title"),
    html`<div class="stack"><p>${t("desk.alike-lead")}</p>
    ${form(ctx, {
      action: "/desk/alike/preview",
      submit: t("desk.alike-preview"),
      more: buttonLink("/desk/answers", t("proposals.cancel"), "quiet"),
      body: html`${fields.summary()}
        ${choiceOf(ctx, chosen, state)}
        ${answerFields(ctx, fields, { ...noAnswer, language: chosen[0]?.language ?? null })}`,
    })}</div>`,
  );
}

/** The proposals to tick; ticked at first, and as it was sent when the form comes back. */
function choiceOf({ t }: PageContext, chosen: readonly Chosen[], { values, errors }: FormState): Markup {
  const id = fieldId("id");
  const wasPosted = values.id !== undefined || values.offered !== undefined;
  const ticked = new Set([values.id ?? []].flat());
  const first = chosen.find(({ obstacle }) => obstacle === null);
  const isWrong = errors.id !== undefined;
  return html`<fieldset class="${classes("field", isWrong && "field-wrong")}"${attrs({ "aria-describedby": isWrong ? `${id}-error` : null })}>
    <legend>${t("desk.alike-which")}</legend>
    ${isWrong ? html`<p class="error" id="${id}-error"><span class="visually-hidden">${t("field.error-mark")} </span>${errors.id}</p>` : nothing}
    ${chosen.map((one) => {
      const isOpen = one.obstacle === null;
      // The error summary leads to the first box that can be ticked.
      const boxId = one === first ? id : `id-${one.id}`;
      return html`<div class="choice"><input type="hidden" name="offered[]" value="${one.id}"><input type="checkbox" id="${boxId}" name="id[]" value="${one.id}"${attrs({ checked: isOpen && (!wasPosted || ticked.has(one.id)), disabled: !isOpen })}>
        <label for="${boxId}"><span${langAttrs(t, one.language)}>${one.title}</span>${
          one.obstacle === null ? nothing : html`<span class="hint">${t(`refusal.${one.obstacle}`)}</span>`
        }</label></div>`;
    })}</fieldset>`;
}

export function alikePreviewPage(
  ctx: PageContext,
  { chosen, answer, values }: { chosen: readonly Chosen[]; answer: AnswerInput; values: FormValues },
): Markup {
  const { t } = ctx;
  const open = chosen.filter(({ obstacle }) => obstacle === null);
  const outcome = stateStatus(t, answer.outcome);
  const kept = Object.entries(values).filter(([name, value]) => name !== "id" && typeof value === "string");
  return frame(
    ctx,
    t("desk.alike-check"),
    html`<div class="stack"><p>${t("desk.alike-will", { count: open.length })}</p>
    ${section(
      t("desk.alike-which"),
      html`<ul class="plain-list">${chosen.map(
        (one) =>
          html`<li><a href="${href(`/proposals/${one.id}`)}"${langAttrs(t, one.language)}>${one.title}</a> ${
            one.obstacle === null
              ? html`${statusPill(stateStatus(t, one.state).label, stateStatus(t, one.state).tone)} <span aria-hidden="true">${t.dir === "rtl" ? "←" : "→"}</span> ${statusPill(outcome.label, outcome.tone)}`
              : statusPill(t(`refusal.${one.obstacle}`), "bad")
          }</li>`,
      )}</ul>`,
    )}
    ${section(
      t("desk.answer"),
      html`${factList([
        [t("proposals.outcome"), outcome.label],
        [
          t("proposals.cost"),
          answer.costAmount === null || answer.costCurrency === null
            ? null
            : moneyOf(t, answer.costAmount, answer.costCurrency),
        ],
        [t("proposals.term"), answer.term || null],
      ])}${articleBody(t, markdownToHtml(answer.reasons), answer.language)}`,
    )}
    ${form(ctx, {
      action: "/desk/alike",
      submit: t("desk.alike-publish", { count: open.length }),
      more: buttonLink(`/desk/alike?${open.map(({ id }) => `id=${id}`).join("&")}`, t("desk.alike-back"), "quiet"),
      body: html`${open.map(({ id }) => html`<input type="hidden" name="id[]" value="${id}">`)}${kept.map(
        ([name, value]) => html`<input type="hidden" name="${name}" value="${value as string}">`,
      )}`,
    })}</div>`,
  );
}
