// "Tried in so many places": under the title of a proposal that is being written, and beside one that is being answered.
import { href, html, type Markup, nothing } from "../platform/html.ts";
import type { PageContext } from "../web/context.ts";
import { langAttrs, statusPill } from "../web/marks.ts";
import { stateStatus } from "./list-views.ts";
import { moneyOf } from "./money.ts";
import { proposalPath } from "./proposal.ts";
import type { Tried } from "./tried-queries.ts";

const shownMax = 5;

/** Folded away: it offers, and does not stand in the way. Nothing where nobody has tried. */
export function triedElsewhere({ t }: PageContext, tried: readonly Tried[]): Markup {
  if (tried.length === 0) return nothing;
  const places = new Set(tried.map(({ origin }) => origin)).size;
  return html`<details class="panel tried"><summary>${t("proposals.tried", { count: places })}</summary>
    <ul class="link-list">${tried.slice(0, shownMax).map((one) => {
      const status = stateStatus(t, one.state);
      const isAnswered = one.state !== "published";
      const facts = [
        ...(one.costAmount === null || one.costCurrency === null ? [] : [moneyOf(t, one.costAmount, one.costCurrency)]),
        ...(one.term === "" ? [] : [one.term]),
        ...new Set(one.results.map((result) => t(`results.status.${result as "done"}`))),
      ];
      return html`<li><a href="${href(proposalPath(one))}"${langAttrs(t, one.language)}>${one.title}</a>
        <span class="hint">${one.cityName === "" ? nothing : html`<bdi>${one.cityName}</bdi> · `}<bdi>${new URL(one.origin ?? one.uri).host}</bdi> ${isAnswered ? statusPill(status.label, status.tone) : t("proposals.tried-unanswered")}${facts.map((fact) => html` · <bdi>${fact}</bdi>`)}</span></li>`;
    })}</ul></details>`;
}
