// The texts a proposal has had, and what changed from one to the next, word by word.
import { diffWords } from "diff";
import { html, type Markup, nothing } from "../platform/html.ts";
import type { Translator } from "../platform/i18n.ts";
import type { Process } from "../processes/process.ts";
import { processPath } from "../processes/process.ts";
import { processCrumbs } from "../processes/views.ts";
import type { PageContext } from "../web/context.ts";
import { page } from "../web/layout.ts";
import { langAttrs, languageNote, when } from "../web/marks.ts";
import { type Proposal, proposalPath } from "./proposal.ts";
import type { ProposalVersion } from "./queries.ts";

/** Texts that share nothing take long to compare; after this they are shown one below the other. */
const diffTimeMsMax = 250;

/** What was taken out and what was put in, said in words as well as in colours. */
export function wordDiff(t: Translator, before: string, after: string, lang: string): Markup {
  const parts = diffWords(before, after, { timeout: diffTimeMsMax, ...segmenterOf(lang) }) ?? [
    { value: before, removed: true, added: false },
    { value: after, added: true, removed: false },
  ];
  return html`<div class="diff"${langAttrs(t, lang)}>${parts.map((part) => {
    if (part.added)
      return html`<ins><span class="visually-hidden">${t("proposals.diff-added")} </span>${part.value}<span class="visually-hidden"> ${t("proposals.diff-end")}</span></ins>`;
    if (part.removed)
      return html`<del><span class="visually-hidden">${t("proposals.diff-removed")} </span>${part.value}<span class="visually-hidden"> ${t("proposals.diff-end")}</span></del>`;
    return part.value;
  })}</div>`;
}

function segmenterOf(lang: string): { intlSegmenter?: Intl.Segmenter } {
  try {
    return { intlSegmenter: new Intl.Segmenter(lang, { granularity: "word" }) };
  } catch {
    return {};
  }
}

export function historyPage(
  ctx: PageContext,
  props: { readonly proposal: Proposal; readonly process: Process; readonly versions: readonly ProposalVersion[] },
): Markup {
  const { t } = ctx;
  const { proposal, process, versions } = props;
  return page({
    ctx,
    title: t("proposals.history"),
    lead: html`<span${langAttrs(t, proposal.language)}>${proposal.title}</span> ${languageNote(t, proposal.language)}`,
    section: "processes",
    isUnlisted: true,
    crumbs: [
      ...processCrumbs(ctx, process),
      { href: `${processPath(process)}/proposals`, label: t("proposals.title") },
      { href: proposalPath(proposal), label: proposal.title },
    ],
    main: html`<div class="stack"><p>${t("proposals.history-lead")}</p>
      <ol class="versions">${versions.map((version, at) => versionShown(t, proposal.language, version, versions[at + 1] ?? null))}</ol></div>`,
  });
}

function versionShown(t: Translator, lang: string, version: ProposalVersion, before: ProposalVersion | null): Markup {
  return html`<li class="panel"><h2>${t("proposals.version", { number: version.version })}</h2>
    <p class="hint">${when(t, version.editedAt, "dateTime")}${before === null ? html` · ${t("proposals.first-version")}` : nothing}</p>
    ${
      before === null
        ? html`<h3${langAttrs(t, lang)}>${version.title}</h3><div class="diff"${langAttrs(t, lang)}>${version.body}</div>`
        : html`<h3>${before.title === version.title ? html`<span${langAttrs(t, lang)}>${version.title}</span>` : wordDiff(t, before.title, version.title, lang)}</h3>
          ${wordDiff(t, before.body, version.body, lang)}`
    }</li>`;
}
