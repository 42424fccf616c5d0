// The public log of moderation: its numbers, how they are made, and every decision.
import { href, html, type Markup, nothing } from "../platform/html.ts";
import type { Translator } from "../platform/i18n.ts";
import type { Page } from "../platform/pagination.ts";
import { pagePathOf } from "../subjects/subject.ts";
import type { PageContext } from "../web/context.ts";
import { emptyState, pager, section } from "../web/lists.ts";
import { nameIn, statusPill, type Tone, when } from "../web/marks.ts";
import type { countHidings, MonthInNumbers } from "./log-queries.ts";
import type { Decision, ReasonCount } from "./peer-queries.ts";
import { meanings, toneOf } from "./peer-views.ts";

export interface LogProps {
  readonly decisions: Page<Decision>;
  readonly months: readonly MonthInNumbers[];
  readonly hidings: Awaited<ReturnType<typeof countHidings>>;
  readonly reasons: readonly ReasonCount[];
}

export function logView(ctx: PageContext, { decisions, months, hidings, reasons }: LogProps): Markup {
  const { t } = ctx;
  const total = hidings.byRule.reduce((sum, [, count]) => sum + count, 0);
  return html`${months.length === 0 ? nothing : section(t("log.by-month"), monthTable(t, months))}
    ${
      total === 0
        ? nothing
        : html`${section(
            t("log.by-rule"),
            countTable(
              t,
              t("log.rule"),
              hidings.byRule.map(([rule, count]) => [t(`moderation.rule.${rule}`), count]),
            ),
          )}
          ${section(
            t("log.by-source"),
            countTable(
              t,
              t("log.source"),
              hidings.bySource.map(([source, count]) => [t(`log.source.${source}`), count]),
            ),
          )}`
    }
    ${section(t("log.method"), html`<p>${t("log.method-text")}</p><p><a href="/moderation/rules">${t("rules.title")}</a></p>`)}
    ${section(
      t("log.decisions"),
      decisions.rows.length === 0
        ? emptyState(t("log.none"))
        : html`<ul class="plain-list">${decisions.rows.map((decision) => decisionRow(ctx, decision))}</ul>${pager(ctx, decisions)}`,
    )}
    ${
      reasons.length === 0
        ? nothing
        : section(
            t("log.by-reason"),
            html`<ul class="plain-list">${reasons.map(({ reason, count }) => html`<li><span dir="auto">${reason}</span> · ${t.number(count)}</li>`)}</ul>`,
          )
    }
    ${section(t("peers.meaning"), meanings(t))}`;
}

function decisionRow({ t }: PageContext, decision: Decision): Markup {
  const { subject, reason, processName, at } = decision;
  const [label, tone] = decisionText(t, decision);
  return html`<li>
    <p class="card-marks">${statusPill(label, tone)} ${subjectText(t, decision)} ${when(t, at)}</p>
    ${processName === null || decision.kind === "process" ? nothing : html`<p class="hint">${t.rich("log.in", { title: nameIn(t, processName) })}</p>`}
    ${reason === "" ? nothing : html`<p dir="auto">${t("log.reason", { reason })}</p>`}
    ${subject === null ? nothing : html`<p><a href="${href(pagePathOf(subject))}">${t("log.read")}<span class="visually-hidden"> (${t(`moderation.kind.${subject.kind}`)})</span></a></p>`}
  </li>`;
}

export function decisionText(t: Translator, { act, policy, areHeld }: Decision): readonly [string, Tone] {
  switch (act) {
    case "subject-hidden":
      return [t("log.hidden"), "bad"];
    case "subject-reinstated":
      return [t("log.reinstated"), "good"];
    case "server-decided":
      return [t(`log.server-${policy ?? "limited"}`), toneOf[policy ?? "limited"]];
    case "first-comments-decided":
      return [t(areHeld ? "peers.first-on" : "peers.first-off"), "neutral"];
    case "copy-erased":
      return [t("log.copy-erased"), "bad"];
  }
  act satisfies never;
  return ["", "neutral"];
}

function subjectText(t: Translator, { kind, host }: Decision): Markup {
  if (host !== null) return html`<bdi dir="ltr">${host}</bdi>`;
  return kind === null ? nothing : html`${t(`moderation.kind.${kind}`)}`;
}

/** One row per month; on a phone it scrolls within its frame. */
function monthTable(t: Translator, months: readonly MonthInNumbers[]): Markup {
  const columns = ["reports", "held", "hidden", "reinstated", "appeals", "won", "servers", "median"] as const;
  return html`<section class="table-wrap" aria-label="${t("log.by-month")}" tabindex="0"><table class="table">
    <thead><tr><th scope="col">${t("log.month")}</th>${columns.map((column) => html`<th scope="col" class="number">${t(`log.column.${column}`)}</th>`)}</tr></thead>
    <tbody>${months.map(
      (one) => html`<tr><th scope="row">${when(t, one.month, "month")}</th>
        ${[one.reports, one.held, one.hidden, one.reinstated, one.appeals, one.appealsWon, one.servers].map((count) => html`<td class="number">${t.number(count)}</td>`)}
        <td class="number">${one.medianHours === null ? "–" : lasting(t, one.medianHours)}</td></tr>`,
    )}</tbody></table></section>`;
}

const hoursShownMax = 48;

/** Hours up to two days, then days. */
const lasting = (t: Translator, hours: number): string =>
  hours < hoursShownMax
    ? t("log.hours", { count: Math.max(1, Math.round(hours)) })
    : t("log.days", { count: Math.round(hours / 24) });

const countTable = (t: Translator, label: string, rows: readonly (readonly [string, number])[]): Markup =>
  html`<section class="table-wrap" aria-label="${label}" tabindex="0"><table class="table">
    <thead><tr><th scope="col">${label}</th><th scope="col" class="number">${t("log.hidden")}</th></tr></thead>
    <tbody>${rows.map(([name, count]) => html`<tr><th scope="row">${name}</th><td class="number">${t.number(count)}</td></tr>`)}</tbody></table></section>`;
