// The pages around writing a proposal: its title first, why one cannot propose now, the questions before it ends.
import type { Account } from "../accounts/account.ts";
import { html, type Markup, nothing } from "../platform/html.ts";
import { type Process, processPath } from "../processes/process.ts";
import { processCrumbs } from "../processes/views.ts";
import type { PageContext } from "../web/context.ts";
import { buttonLink, form, openFields } from "../web/fields.ts";
import type { FormState } from "../web/forms.ts";
import { page } from "../web/layout.ts";
import { langAttrs } from "../web/marks.ts";
import { asText } from "./form-reading-views.ts";
import { whyNot } from "./list-views.ts";
import { type Proposal, proposalPath, titleLengthMax } from "./proposal.ts";
import { type Alike, similarBox } from "./similar-views.ts";
import type { ProposeStanding } from "./standing.ts";

const crumbs = (ctx: PageContext, process: Process) => [
  ...processCrumbs(ctx, process),
  { href: `${processPath(process)}/proposals`, label: ctx.t("proposals.title") },
];

export const noProposingPage = (ctx: PageContext, process: Process, standing: ProposeStanding): Markup =>
  page({
    ctx,
    title: ctx.t("proposals.new"),
    section: "processes",
    isUnlisted: true,
    crumbs: crumbs(ctx, process),
    main: html`${whyNot(ctx, process, standing)}
      <p>${buttonLink(`${processPath(process)}#phases`, ctx.t("proposals.see-phases"), "secondary")}</p>`,
  });

export function withdrawalPage(
  ctx: PageContext,
  { proposal, process, state }: { proposal: Proposal; process: Process; state: FormState },
): Markup {
  const { t } = ctx;
  return page({
    ctx,
    title: t("proposals.withdraw"),
    lead: html`<span${langAttrs(t, proposal.language)}>${proposal.title}</span>`,
    section: "processes",
    isUnlisted: true,
    crumbs: [...crumbs(ctx, process), { href: proposalPath(proposal), label: proposal.title }],
    main: html`<div class="prose"><p>${t("proposals.withdraw-means")}</p></div>
      ${form(ctx, {
        action: `${proposalPath(proposal)}/withdrawal`,
        submit: t("proposals.withdraw-confirm"),
        tone: "danger",
        body: openFields(ctx, state).summary() ?? nothing,
        more: buttonLink(proposalPath(proposal), t("proposals.withdraw-keep"), "quiet"),
      })}`,
  });
}

export interface TitleStepProps {
  readonly process: Process;
  readonly account: Account;
  readonly alike: Alike;
  readonly state: FormState;
}

/** The first step: one line, and what there is already. */
export function titleStepPage(ctx: PageContext, { process, alike, state }: TitleStepProps): Markup {
  const { t } = ctx;
  const fields = openFields(ctx, state);
  const title = asText(state.values, "title");
  const kept = ["once", "language"].map((name) => fields.hidden(name, asText(state.values, name)));
  return page({
    ctx,
    title: t("proposals.new"),
    lead: t("proposals.title-step"),
    section: "processes",
    isUnlisted: true,
    crumbs: crumbs(ctx, process),
    scripts: ["writing.js"],
    main: form(ctx, {
      action: `${processPath(process)}/proposals/new`,
      submit: t("proposals.go-on"),
      body: html`<button class="visually-hidden" type="submit" tabindex="-1" aria-hidden="true"></button>
        ${fields.summary()}${kept}${fields.hidden("do", "next")}${fields.hidden("step", "title")}${fields.hidden("body", "")}
        ${fields.text("title", { label: t("proposals.form.title"), hint: t("proposals.form.title-hint"), charsMax: titleLengthMax })}
        ${similarBox(ctx, alike, { title, process, proposal: null, mayKeep: true })}`,
      more: html`<button class="button button-secondary" type="submit" name="do" value="similar">${t("proposals.look-similar")}</button>
        <button class="button button-quiet" type="submit" name="do" value="draft">${t("proposals.save-draft")}</button>`,
    }),
  });
}

/** Asked once more where throwing a draft away did not work. */
export function discardingPage(
  ctx: PageContext,
  { proposal, process, state }: { proposal: Proposal; process: Process; state: FormState },
): Markup {
  const { t } = ctx;
  return page({
    ctx,
    title: t("proposals.discard"),
    lead: html`<span${langAttrs(t, proposal.language)}>${proposal.title || t("proposals.untitled")}</span>`,
    section: "processes",
    isUnlisted: true,
    crumbs: crumbs(ctx, process),
    main: form(ctx, {
      action: `${proposalPath(proposal)}/discard`,
      submit: t("proposals.discard-confirm"),
      tone: "danger",
      body: html`${openFields(ctx, state).summary()}<p>${t("proposals.discard-ask")}</p>`,
      more: buttonLink(`${proposalPath(proposal)}/edit`, t("proposals.cancel"), "quiet"),
    }),
  });
}
