// The form of the official answer.
import { href, html, type Markup, nothing } from "../platform/html.ts";
import { isLanguage, languages } from "../platform/i18n.ts";
import { type Process, processPath } from "../processes/process.ts";
import { processCrumbs } from "../processes/views.ts";
import { articleBody } from "../web/cards.ts";
import type { PageContext } from "../web/context.ts";
import { buttonLink, type Fields, form, openFields } from "../web/fields.ts";
import type { FormState } from "../web/forms.ts";
import { page } from "../web/layout.ts";
import { langAttrs, languageNote, when } from "../web/marks.ts";
import type { DraftInput } from "./answer-work.ts";
import { bodyOf } from "./list-views.ts";
import { type Answer, type Proposal, proposalPath } from "./proposal.ts";
import type { Tried } from "./tried-queries.ts";
import { triedElsewhere } from "./tried-views.ts";

export const reasonsCharsMax = 20_000;
export const termCharsMax = 120;
const currencyDefault = "EUR";

type AnswerGiven = Omit<DraftInput, "language"> & { readonly language: string | null };

export interface AnswerPageProps {
  readonly proposal: Proposal;
  readonly process: Process;
  readonly answer: Answer | null;
  /** What other cities made of proposals like it. */
  readonly tried: readonly Tried[];
  readonly state: FormState;
}

export function answerPage(ctx: PageContext, { proposal, process, answer, tried, state }: AnswerPageProps): Markup {
  const { t } = ctx;
  const fields = openFields(ctx, state);
  const written = answer?.language ?? proposal.language;
  const given = answer ?? noAnswer;
  return page({
    ctx,
    title: t(answer === null ? "proposals.answer" : "proposals.answer-again"),
    lead: html`<span${langAttrs(t, proposal.language)}>${proposal.title}</span>`,
    section: "processes",
    isUnlisted: true,
    crumbs: [
      ...processCrumbs(ctx, process),
      { href: `${processPath(process)}/proposals`, label: t("proposals.title") },
      { href: proposalPath(proposal), label: proposal.title },
    ],
    main: html`<div class="stack">
      ${answer === null ? nothing : html`<p class="hint">${t.rich("proposals.answered-before", { date: when(t, answer.updatedAt) })}</p>`}
      <p><a href="${href(`/desk/proposals/${proposal.id}`)}">${t("desk.to-work")}</a></p>
      ${form(ctx, {
        action: `${proposalPath(proposal)}/answer`,
        submit: t("proposals.answer-publish"),
        draftKey: `answer ${proposal.id}`,
        more: buttonLink(proposalPath(proposal), t("proposals.cancel"), "quiet"),
        body: html`${fields.summary()}
          ${answerFields(ctx, fields, { ...given, language: written })}`,
      })}</div>`,
    aside: html`${triedElsewhere(ctx, tried)}<section class="panel"><h2>${t("proposals.the-proposal")}</h2>${languageNote(t, proposal.language)}${articleBody(t, bodyOf(proposal), proposal.language)}</section>`,
  });
}

/** What stands in the fields before anyone has typed. */
export const noAnswer: DraftInput = {
  ...{ outcome: null, reasons: "", costAmount: null, costCurrency: null, term: "", language: "" },
};

/** The fields of an answer, for every form that has them. */
export function answerFields(ctx: PageContext, fields: Fields, given: AnswerGiven): Markup {
  const { t, city } = ctx;
  return html`${fields.radios("outcome", {
    label: t("proposals.outcome"),
    value: given.outcome,
    options: (["evaluating", "accepted", "rejected"] as const).map((one) => ({
      value: one,
      label: t(`proposals.state.${one}`),
      hint: t(`proposals.outcome-means.${one}`),
    })),
  })}
          ${fields.area("reasons", { label: t("proposals.reasons"), hint: t("proposals.reasons-hint"), value: given.reasons, rows: 8, charsMax: reasonsCharsMax })}
          <div class="field-row">
          ${fields.text("costAmount", { label: t("proposals.cost"), hint: t("proposals.cost-hint"), value: given.costAmount, inputmode: "decimal", charsMax: 20, optional: true })}
          ${fields.text("costCurrency", { label: t("proposals.currency"), hint: t("proposals.currency-hint"), value: given.costCurrency ?? currencyDefault, charsMax: 3, optional: true })}
          </div>
          ${fields.text("term", { label: t("proposals.term"), hint: t("proposals.term-hint"), value: given.term, charsMax: termCharsMax, optional: true })}
          ${fields.select("language", { label: t("proposals.answer-language"), value: isLanguage(given.language) ? given.language : city.lang, options: languages.map((tag) => ({ value: tag, label: t.languageName(tag) })) })}`;
}
