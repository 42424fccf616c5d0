// What a person writes, in one place: drafts, alone or with others, and what they are named in beside its author.
import { href, html, type Markup, nothing } from "../platform/html.ts";
import type { PageContext } from "../web/context.ts";
import { buttonLink, confirmForm } from "../web/fields.ts";
import { page } from "../web/layout.ts";
import { cardList, emptyState, section } from "../web/lists.ts";
import { ago, langAttrs } from "../web/marks.ts";
import { proposalCardOf } from "./list-views.ts";
import { draftsMax, type Proposal, proposalPath } from "./proposal.ts";

export function ownProposalsPage(
  ctx: PageContext,
  { drafts, along, accountId }: { drafts: readonly Proposal[]; along: readonly Proposal[]; accountId: string },
): Markup {
  const { t } = ctx;
  return page({
    ctx,
    title: t("proposals.my-drafts"),
    section: "account",
    isUnlisted: true,
    crumbs: [{ href: "/account", label: t("accounts.account-title") }],
    main: html`<div class="prose"><p>${t("proposals.my-drafts-lead", { limit: draftsMax })}</p></div>
      ${
        drafts.length === 0
          ? emptyState(
              t("proposals.no-drafts"),
              t("proposals.no-drafts-hint"),
              buttonLink("/processes", t("shell.processes"), "secondary"),
            )
          : cardList(drafts.map((draft) => draftCard(ctx, draft, accountId)))
      }
      ${along.length === 0 ? nothing : section(t("proposals.written-along"), cardList(along.map((one) => proposalCardOf(ctx, one))))}`,
  });
}

function draftCard(ctx: PageContext, draft: Proposal, accountId: string): Markup {
  const { t, now } = ctx;
  const title = draft.title || t("proposals.untitled");
  return html`<div class="row"><p><a href="${href(`${proposalPath(draft)}/edit`)}"${langAttrs(t, draft.language)}>${title}</a>
    <span class="hint">${draft.editedAt ? t.rich("proposals.saved-ago", { ago: ago(t, draft.editedAt, now) }) : nothing}${draft.coauthors.length > 0 ? html` · ${t("coauthors.with", { names: t.list(draft.coauthors) })}` : nothing}</span></p>
    ${
      draft.accountId !== accountId
        ? nothing
        : confirmForm(ctx, {
            action: `${proposalPath(draft)}/discard`,
            label: t("proposals.discard"),
            ask: html`<span${langAttrs(t, draft.language)}>${title}</span>: ${t("proposals.discard-ask")}`,
            submit: t("proposals.discard-confirm"),
            body: nothing,
            tone: "danger",
          })
    }</div>`;
}
