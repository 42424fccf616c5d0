// Who stands behind a proposal: supports, which count, with the reader's own; and apart from them likes and shares.
import { href, html, type Markup, nothing, type Renderable } from "../platform/html.ts";
import type { Translator } from "../platform/i18n.ts";
import { type Process, processPath } from "../processes/process.ts";
import { count } from "../web/cards.ts";
import type { PageContext } from "../web/context.ts";
import { buttonForm, buttonLink } from "../web/fields.ts";
import { icon } from "../web/icons.ts";
import { stat, when } from "../web/marks.ts";
import { type Proposal, proposalPath } from "./proposal.ts";
import type { SupportStanding } from "./standing.ts";

export interface StandingProps {
  readonly proposal: Proposal;
  readonly process: Process;
  readonly support: SupportStanding;
  /** Why the reader's residence is asked for and how to verify it, in the place of the button. */
  readonly residenceNeeded: Renderable;
  /** Whether the supports of this node count people, or accounts. */
  readonly isPerPerson: boolean;
  readonly isLiked: boolean;
}

/** On a phone the supports come after the text they are for: how many there are stands on top, and leads there. */
export const toSupports = (t: Translator, { publishedAt, hiddenAt, supportCount }: Proposal): Renderable =>
  publishedAt === null || hiddenAt !== null
    ? nothing
    : html`<a class="to-supports" href="#support-title">${t("proposals.supports-short", { count: supportCount })}</a>`;

/** The number that counts, and for this reader the button or the reason why there is none. */
export function supportPanel(ctx: PageContext, props: StandingProps): Markup {
  const { t } = ctx;
  const { proposal, process, support, residenceNeeded } = props;
  const method =
    proposal.origin === null
      ? t(props.isPerPerson ? "proposals.supports-method" : "proposals.supports-method-accounts")
      : countedElsewhere(t, proposal, new URL(proposal.origin).host);
  return html`<section class="panel support-panel" aria-labelledby="support-title">
    <h2 class="visually-hidden" id="support-title">${t("proposals.supports")}</h2>
    ${stat(t, proposal.supportCount, t("proposals.supports-label", { count: proposal.supportCount }), method)}
    ${support.kind === "unverified" ? residenceNeeded : supportAction(ctx, proposal, support)}
    ${supportsUsed(t, support)}
    <p class="hint"><a href="${href(`${processPath(process)}#phases`)}">${t("proposals.see-phases")}</a></p>
  </section>`;
}

/** What every Koinon node counts by, as its tallies say it. */
const knownMethod = "one per verified resident of this node";

/** A count of another city keeps its origin, its method and its time. */
function countedElsewhere(t: Translator, { countedAt, countMethod }: Proposal, host: string): string {
  if (countedAt === null) return t("proposals.supports-method-elsewhere", { host });
  const date = t.date(countedAt);
  if (countMethod === knownMethod) return t("proposals.supports-counted", { host, date });
  return t("proposals.supports-counted-by", { host, date, method: countMethod || "–" });
}

function supportAction(ctx: PageContext, proposal: Proposal, support: SupportStanding): Renderable {
  const { t } = ctx;
  const path = proposalPath(proposal);
  switch (support.kind) {
    case "open":
      return buttonForm(ctx, { action: `${path}/support`, label: html`${icon("support")}${t("proposals.support")}` });
    case "given":
      return html`<p class="good">${icon("check")} ${t("proposals.you-support")}</p>${
        support.isFinal
          ? nothing
          : buttonForm(ctx, {
              action: `${path}/support/withdrawal`,
              label: t("proposals.support-back"),
              kind: "secondary",
            })
      }`;
    case "limit":
      return html`<p class="hint">${t("proposals.support-limit", { count: support.limit ?? 0 })}</p>`;
    case "sign-in":
      return html`${buttonLink(`/sign-in?back=${encodeURIComponent(path)}`, t("proposals.support-sign-in"), "secondary")}<p class="hint">${t("proposals.support-sign-in-hint")}</p>`;
    case "unverified":
      return nothing;
    case "closed":
      return html`<p class="hint">${support.opensAt === null ? t("proposals.support-closed") : t.rich("proposals.support-later", { date: when(t, support.opensAt) })}</p>`;
    case "elsewhere":
      return html`<p class="hint">${t("proposals.support-elsewhere")}</p>`;
    case "over":
      return html`<p class="hint">${t("proposals.support-over")}</p>`;
    default:
      return support satisfies never;
  }
}

function supportsUsed(t: Translator, support: SupportStanding): Renderable {
  if (!("given" in support) || support.limit === null) return nothing;
  return html`<p class="hint">${t("proposals.supports-used", { given: support.given, limit: support.limit })}</p>`;
}

/** Likes and shares: goodwill of anyone, here and on other servers. Never added to the supports. */
export function goodwill(ctx: PageContext, { proposal, isLiked }: StandingProps): Markup {
  const { t, account } = ctx;
  const path = proposalPath(proposal);
  const button =
    account === null
      ? buttonLink(`/sign-in?back=${encodeURIComponent(path)}`, t("proposals.like-sign-in"), "secondary")
      : buttonForm(ctx, {
          action: isLiked ? `${path}/like/withdrawal` : `${path}/like`,
          label: html`${icon("heart")}${t(isLiked ? "proposals.unlike" : "proposals.like")}`,
          kind: "secondary",
          isPressed: isLiked,
        });
  return html`<section class="panel goodwill" aria-labelledby="goodwill-title">
    <h2 id="goodwill-title">${t("proposals.goodwill")}</h2>
    <p class="card-counts">${count(t, "heart", proposal.likeCount, t("card.likes-word"))}${count(t, "share", proposal.shareCount, t("proposals.shares-word"))}</p>
    ${button}
    <p class="hint">${t("proposals.goodwill-hint")}</p>
  </section>`;
}
