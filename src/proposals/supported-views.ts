// What a person supports, in one place and for them alone, so that a support can be found again and taken back.
import { href, html, type Markup, nothing } from "../platform/html.ts";
import { pickText } from "../platform/text.ts";
import type { PageContext } from "../web/context.ts";
import { buttonForm, buttonLink } from "../web/fields.ts";
import { page } from "../web/layout.ts";
import { cardList, emptyState, section } from "../web/lists.ts";
import { inItsLanguage, statusPill, when } from "../web/marks.ts";
import type { Supported } from "./queries.ts";

export const supportsPath = "/account/supports";

export function supportedPage(ctx: PageContext, supported: readonly Supported[]): Markup {
  const { t } = ctx;
  const byProcess = Map.groupBy(supported, ({ processUri }) => processUri);
  return page({
    ctx,
    title: t("supports.title"),
    lead: t("supports.lead"),
    section: "account",
    isUnlisted: true,
    crumbs: [{ href: "/account", label: t("accounts.account-title") }],
    main:
      supported.length === 0
        ? emptyState(
            t("supports.none"),
            t("supports.none-hint"),
            buttonLink("/processes", t("shell.processes"), "secondary"),
          )
        : html`${[...byProcess.values()].map((rows) => inProcess(ctx, rows))}`,
  });
}

function inProcess(ctx: PageContext, rows: readonly Supported[]): Markup {
  const { t } = ctx;
  const { processTitle, limit, given } = rows[0]!;
  return section(
    processTitle === null ? t("supports.hidden-process") : pickText(processTitle, t.lang).text,
    html`${limit === null ? nothing : html`<p class="hint">${t("proposals.supports-used", { given, limit })}</p>`}
      ${cardList(rows.map((row) => supportedRow(ctx, row)))}`,
  );
}

function supportedRow(ctx: PageContext, row: Supported): Markup {
  const { t, now } = ctx;
  const isOpen = row.phases.some(({ startsAt, endsAt }) => startsAt <= now && now < endsAt);
  const isHidden = row.hiddenAt !== null;
  const name = isHidden ? t("moderation.hidden-proposal") : inItsLanguage(t, { text: row.title, lang: row.language });
  // In a hidden process nothing has a page.
  const place = row.processTitle === null ? name : html`<a href="${href(`/proposals/${row.id}`)}">${name}</a>`;
  return html`<article class="card card-plain"><div class="card-body"><p>${place}
    ${isHidden ? statusPill(t("supports.hidden"), "waiting") : nothing}
    <span class="hint">${t.rich("supports.since", { date: when(t, row.supportedAt) })}</span></p>
    ${
      isOpen
        ? buttonForm(ctx, {
            action: `/proposals/${row.id}/support/withdrawal`,
            label: t("proposals.support-back"),
            kind: "secondary",
            values: { isFromList: "yes" },
            about: isHidden ? t("moderation.hidden-proposal") : row.title,
          })
        : html`<p class="hint">${t("supports.final")}</p>`
    }</div></article>`;
}
