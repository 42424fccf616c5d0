// The pages around writing a proposal: why one cannot propose now, and the question before a withdrawal.
import { html, type Markup, nothing } from "../platform/html.ts";
import { type Process, processPath } from "../processes/process.ts";
import { processCrumbs } from "../processes/views.ts";
import type { PageContext } from "../web/context.ts";
import { buttonLink, form, openFields } from "../web/fields.ts";
import type { FormState } from "../web/forms.ts";
import { page } from "../web/layout.ts";
import { langAttrs } from "../web/marks.ts";
import { whyNot } from "./list-views.ts";
import { type Proposal, proposalPath } from "./proposal.ts";
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
