// The question before a proposal, or what names its author in it, is erased.
import { html, type Markup } from "../platform/html.ts";
import { type Process, processPath } from "../processes/process.ts";
import { processCrumbs } from "../processes/views.ts";
import type { PageContext } from "../web/context.ts";
import { buttonLink, form, openFields } from "../web/fields.ts";
import type { FormState } from "../web/forms.ts";
import { page } from "../web/layout.ts";
import { section } from "../web/lists.ts";
import { langAttrs } from "../web/marks.ts";
import { type Proposal, proposalPath } from "./proposal.ts";

export interface ErasingProps {
  readonly proposal: Proposal;
  readonly process: Process;
  /** Whether all of it can go: nobody else has built on it. */
  readonly isErasable: boolean;
  /** Other servers it was sent to. */
  readonly serverCount: number;
  readonly state: FormState;
}

export function erasingPage(
  ctx: PageContext,
  { proposal, process, isErasable, serverCount, state }: ErasingProps,
): Markup {
  const { t } = ctx;
  const ask = (what: "name" | "all", submit: string): Markup =>
    form(ctx, {
      action: `${proposalPath(proposal)}/erasure`,
      submit,
      tone: "danger",
      body: html`<input type="hidden" name="what" value="${what}">`,
    });
  return page({
    ctx,
    title: t("proposals.erase"),
    lead: html`<span${langAttrs(t, proposal.language)}>${proposal.title}</span>`,
    section: "processes",
    isUnlisted: true,
    crumbs: [
      ...processCrumbs(ctx, process),
      { href: `${processPath(process)}/proposals`, label: t("proposals.title") },
      { href: proposalPath(proposal), label: proposal.title },
    ],
    main: html`${openFields(ctx, state).summary()}
      <div class="prose"><p>${
        serverCount === 0
          ? t("proposals.erase-nowhere")
          : t("proposals.erase-elsewhere", { servers: t.number(serverCount) })
      }</p></div>
      ${section(
        t("proposals.erase-name-title"),
        html`<div class="stack"><p class="prose">${t("proposals.erase-name-means")}</p>${ask("name", t("proposals.erase-name-confirm"))}</div>`,
      )}
      ${section(
        t("proposals.erase-all-title"),
        isErasable
          ? html`<div class="stack"><p class="prose">${t("proposals.erase-all-means")}</p>${ask("all", t("proposals.erase-all-confirm"))}</div>`
          : html`<div class="prose"><p>${t("proposals.erase-all-not")}</p></div>`,
      )}
      <p class="section">${buttonLink(proposalPath(proposal), t("proposals.erase-keep"), "secondary")}</p>`,
  });
}
