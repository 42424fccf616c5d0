// What stands at the address of something that moderators have hidden: the reason, and nothing of the thing itself.
import { html, type Markup, nothing } from "../platform/html.ts";
import type { PageContext } from "../web/context.ts";
import { buttonLink } from "../web/fields.ts";
import { icon } from "../web/icons.ts";
import { page } from "../web/layout.ts";

export interface HiddenThing {
  readonly kind: "proposal" | "meeting" | "result";
  readonly publishedAt: Date | null;
  readonly hiddenAt: Date | null;
  /** Empty for what waits for a moderator: nobody was ever told of it. */
  readonly hiddenReason: string;
}

/** Whether its reason stands in its place; what was never public, or waits to be looked at, has no place yet. */
export const hasReasonInPlace = ({ publishedAt, hiddenAt, hiddenReason }: Omit<HiddenThing, "kind">): boolean =>
  publishedAt !== null && hiddenAt !== null && hiddenReason !== "";

const titles = {
  proposal: "moderation.hidden-proposal",
  meeting: "moderation.hidden-meeting",
  result: "moderation.hidden-result",
} as const;

/** For everyone but who wrote it and who decides about it. Answered with 200, as a hidden comment's page is: the place is still there. */
export function hiddenPage(
  ctx: PageContext,
  {
    kind,
    hiddenReason,
    crumbs,
  }: Pick<HiddenThing, "kind" | "hiddenReason"> & {
    readonly crumbs: readonly { readonly href: string; readonly label: string }[];
  },
): Markup {
  const { t } = ctx;
  return page({
    ctx,
    title: t(titles[kind]),
    section: kind === "meeting" ? "meetings" : kind === "result" ? "results" : "processes",
    isUnlisted: true,
    crumbs,
    main: html`<div class="stack">
      <div class="note note-info" role="note"><p>${icon("warning")}<span>${t("moderation.hidden-why")} <q dir="auto">${hiddenReason}</q></span></p></div>
      <p>${t("moderation.hidden-means")}</p>
      ${kind === "proposal" && ctx.account !== null ? html`<p>${t("moderation.hidden-support")} <a href="/account/supports">${t("supports.title")}</a></p>` : nothing}
      <p>${buttonLink("/moderation/rules", t("rules.title"), "secondary")} ${buttonLink("/moderation/log", t("log.title"), "quiet")}</p>
    </div>`,
  });
}
