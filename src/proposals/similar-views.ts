// Proposals like the one that is being written: under its title, as it is typed or when it is asked for.
import { attrs, href, html, type Markup, nothing } from "../platform/html.ts";
import type { Translator } from "../platform/i18n.ts";
import type { Process } from "../processes/process.ts";
import type { PageContext } from "../web/context.ts";
import { langAttrs, statusPill } from "../web/marks.ts";
import { stateStatus } from "./list-views.ts";
import { type Proposal, proposalPath } from "./proposal.ts";
import type { Tried } from "./tried-queries.ts";
import { triedElsewhere } from "./tried-views.ts";

export interface Alike {
  /** Of this node. */
  readonly here: readonly Tried[];
  /** Copies of other cities' proposals. */
  readonly elsewhere: readonly Tried[];
}

export interface AlikeProps {
  readonly title: string;
  readonly process: Pick<Process, "uri">;
  readonly proposal: Pick<Proposal, "id"> | null;
  /** It stands in a form whose buttons keep the draft before they lead away. */
  readonly mayKeep: boolean;
}

/** What a script fills while the title is typed; it is read out when it changes, and never moves the focus. */
export const similarBox = (ctx: PageContext, alike: Alike, props: AlikeProps): Markup =>
  html`<div id="similar" aria-live="polite"${attrs({
    "data-similar": "/proposals/similar",
    "data-process": props.process.uri,
    "data-except": props.proposal?.id ?? "",
  })}>${similarList(ctx, alike, props)}</div>`;

/** The fragment inside of it. */
export function similarList(ctx: PageContext, alike: Alike, props: AlikeProps): Markup {
  const { t } = ctx;
  if (props.title.trim() === "") return html``;
  if (alike.here.length === 0 && alike.elsewhere.length === 0)
    return html`<p class="hint">${t("proposals.similar-none")}</p>`;
  return html`${
    alike.here.length === 0
      ? nothing
      : html`<section class="panel" aria-labelledby="similar-title"><h2 id="similar-title">${t("proposals.similar")}</h2>
    <p class="hint">${t("proposals.similar-hint")}</p>
    <ul class="link-list">${alike.here.map((one) => similarLine(t, one, props))}</ul></section>`
  }${triedElsewhere(ctx, alike.elsewhere)}`;
}

function similarLine(t: Translator, one: Tried, { process, mayKeep }: AlikeProps): Markup {
  const status = stateStatus(t, one.state);
  const isElsewhere = one.processUri !== process.uri;
  const isOpen = one.state === "published" || one.state === "evaluating";
  return html`<li><a href="${href(proposalPath(one))}"${langAttrs(t, one.language)}>${one.title}</a>
    <p class="hint">${one.cityName === "" ? nothing : html`<bdi>${one.cityName}</bdi> · `}${isElsewhere && one.processTitle ? html`<bdi>${one.processTitle}</bdi> · ` : nothing}${
      one.state === "published" ? t("proposals.tried-unanswered") : statusPill(status.label, status.tone)
    } · ${t("proposals.supports-short", { count: one.supportCount })}</p>
    ${
      mayKeep && isOpen
        ? html`<button class="button button-quiet button-small" type="submit" name="do" value="${`instead ${one.id}`}">${t("proposals.similar-instead")}<span class="visually-hidden"> ${one.title}</span></button>`
        : nothing
    }</li>`;
}
