// What moderators see: reports, what they are about, and what can be done.
import { holds } from "../accounts/account.ts";
import { href, html, type Markup, nothing, type Renderable } from "../platform/html.ts";
import type { Translator } from "../platform/i18n.ts";
import type { Page } from "../platform/pagination.ts";
import { cleanRemoteHtml, markdownToHtml } from "../platform/rich-text.ts";
import { pagePathOf, type SubjectKind } from "../subjects/subject.ts";
import type { PageContext } from "../web/context.ts";
import { buttonForm, buttonLink, form, openFields } from "../web/fields.ts";
import type { FormState } from "../web/forms.ts";
import { cardList, emptyState, filterBar, pager, section } from "../web/lists.ts";
import { ago, badge, langAttrs, languageNote, statusPill } from "../web/marks.ts";
import { deskTabs } from "./desk-views.ts";
import { serverForm } from "./peer-views.ts";
import type { Case, HiddenThing, ReportFilter, ReportRow } from "./queries.ts";
import { type HeldBecause, hidingReasonLengthMax, type Report, type ReportedThing } from "./report.ts";
import { type Rule, rules } from "./statement.ts";
import type { Texts } from "./text-queries.ts";

type Thing = Case["thing"];

const kinds: readonly SubjectKind[] = ["comment", "proposal", "news", "meeting", "result", "answer", "process"];

export interface ReportListProps {
  readonly reports: Page<Report>;
  readonly filter: ReportFilter;
  readonly processes: readonly { readonly uri: string; readonly title: string }[];
  readonly texts: Texts;
}

export function reportList(ctx: PageContext, { reports, filter, processes, texts }: ReportListProps): Markup {
  const { t } = ctx;
  const all = t("moderation.all");
  const states = ["open", "closed"] as const;
  const origins = ["here", "elsewhere"] as const;
  return html`${deskTabs(ctx, "reports")}
    ${filterBar(ctx, {
      action: "/moderation",
      filters: [
        {
          name: "state",
          label: t("moderation.filter-state"),
          all,
          value: filter.state ?? "",
          options: states.map((value) => ({ value, label: t(`moderation.state.${value}`) })),
        },
        {
          name: "kind",
          label: t("moderation.filter-kind"),
          all,
          value: filter.kind ?? "",
          options: kinds.map((value) => ({ value, label: t(`moderation.kind.${value}`) })),
        },
        {
          name: "from",
          label: t("moderation.filter-from"),
          all,
          value: filter.from ?? "",
          options: origins.map((value) => ({ value, label: t(`moderation.from.${value}`) })),
        },
        {
          name: "process",
          label: t("moderation.filter-process"),
          all,
          value: filter.processUri ?? "",
          options: processes.map(({ uri, title }) => ({ value: uri, label: title })),
        },
      ],
    })}
    ${
      reports.rows.length === 0
        ? emptyState(t("moderation.no-reports"), t("moderation.no-reports-hint"))
        : cardList(reports.rows.map((report) => reportCard(ctx, report, texts)))
    }
    ${pager(ctx, reports)}`;
}

const card = (body: Renderable): Markup =>
  html`<article class="card card-plain"><div class="card-body">${body}</div></article>`;

function reportCard(ctx: PageContext, report: Report, texts: Texts): Markup {
  const { t } = ctx;
  const mayDismiss = report.state === "open" && report.category !== "held";
  const dismissal = { action: `/moderation/reports/${report.id}/dismissal`, label: t("moderation.dismiss") };
  return card(html`${reportHead(ctx, report)}
    ${report.things.map((thing) => reportedThing(ctx, thing, texts))}
    ${mayDismiss ? html`<div class="card-foot">${buttonForm(ctx, { ...dismissal, kind: "quiet" })}</div>` : nothing}`);
}

/** Who says what, when, and what was decided. */
function reportHead(ctx: PageContext, report: ReportRow): Markup {
  const { t, now } = ctx;
  return html`<p class="card-kicker">
      ${statusPill(t(`moderation.state.${report.state}`), report.state === "open" ? "waiting" : "neutral")}
      ${report.outcome === null ? nothing : statusPill(t(`moderation.outcome.${report.outcome}`))}
      <strong>${t(report.category === "held" ? `moderation.held.${heldBecause(report)}` : `moderation.category.${report.category}`)}</strong>
      ${report.category === "held" ? nothing : html`<span><bdi>${reporterOf(t, report)}</bdi></span>`}
      ${ago(t, report.createdAt, now)}
      ${report.decidedBy === null ? nothing : html`<span>${t("moderation.decided-by", { name: report.decidedBy })}</span>`}</p>
    ${report.reason === "" ? nothing : html`<p class="report-reason" dir="auto">${report.reason}</p>`}`;
}

const heldBecause = ({ source }: ReportRow): HeldBecause =>
  source === "words" || source === "first-server" || source === "first-account" ? source : "limited";

function reporterOf(t: Translator, report: ReportRow): string {
  if (report.source === "visitor") return t("moderation.reported-visitor");
  const name = report.reporterAddress ?? (report.reporterName || t("moderation.reported-closed-account"));
  return t("moderation.reported-by", { name });
}

function reportedThing(ctx: PageContext, thing: ReportedThing, texts: Texts): Markup {
  const { t } = ctx;
  return html`<div class="reported">
    ${thingHead(ctx, thing)}
    ${thingText(ctx, thing, texts)}
    <p class="card-foot">${decideLink(ctx, thing)}
      ${thing.otherReports > 0 ? html`<span>${t("moderation.others", { count: t.number(thing.otherReports) })}</span>` : nothing}
      ${thing.outcome === null ? nothing : statusPill(t(`moderation.outcome.${thing.outcome}`))}</p>
  </div>`;
}

const decideLink = ({ t }: PageContext, thing: Thing): Markup =>
  buttonLink(
    `/moderation/things/${thing.id}`,
    html`${t("moderation.decide")}<span class="visually-hidden"> (${titleOf(t, thing)})</span>`,
    "secondary",
  );

const titleOf = (t: Translator, thing: Pick<Thing, "title" | "kind" | "authorName">): string =>
  thing.title || t("moderation.by-author", { kind: t(`moderation.kind.${thing.kind}`), name: thing.authorName });

function thingHead(ctx: PageContext, thing: Thing): Markup {
  const { t, now } = ctx;
  const host = thing.origin === null ? nothing : html`<span class="origin">${new URL(thing.origin).host}</span>`;
  const by = thing.title === "" ? nothing : html`<bdi>${thing.authorName}</bdi>`;
  return html`<p><a href="${href(pagePathOf(thing))}"><bdi>${titleOf(t, thing)}</bdi></a></p>
    <p class="card-kicker">${thing.title === "" ? nothing : badge(t(`moderation.kind.${thing.kind}`))}${by}${host}${thing.publishedAt === null ? nothing : ago(t, thing.publishedAt, now)}${languageNote(t, thing.language)}</p>
    ${thing.deletedAt === null ? nothing : html`<p>${t("moderation.deleted")}</p>`}
    ${thing.hiddenAt === null || thing.hiddenReason === "" ? nothing : html`<p><strong>${t("moderation.hidden-because", { reason: thing.hiddenReason })}</strong></p>`}`;
}

function thingText({ t }: PageContext, thing: Thing, texts: Texts): Markup {
  const text = texts.get(thing.uri);
  if (thing.deletedAt !== null) return nothing;
  if (!text) return html`<p class="hint">${t("moderation.no-text")}</p>`;
  const body = thing.origin === null ? markdownToHtml(text) : cleanRemoteHtml(text);
  return html`<div class="prose"${langAttrs(t, thing.language)}>${body}</div>`;
}

export const hiddenList = (ctx: PageContext, things: Page<HiddenThing>): Markup => html`${deskTabs(ctx, "hidden")}
  ${
    things.rows.length === 0
      ? emptyState(ctx.t("moderation.nothing-hidden"))
      : cardList(things.rows.map((thing) => hiddenCard(ctx, thing)))
  }
  ${pager(ctx, things)}`;

const hiddenCard = (ctx: PageContext, thing: HiddenThing): Markup =>
  card(html`${thingHead(ctx, thing)}
    ${thing.hiddenBy === "" ? nothing : html`<p class="card-kicker">${ctx.t("moderation.hidden-by", { name: thing.hiddenBy })} ${ago(ctx.t, thing.hiddenAt, ctx.now)}</p>`}
    <div class="card-foot">${buttonForm(ctx, {
      action: `/moderation/things/${thing.id}/reinstatement`,
      label: ctx.t("moderation.reinstate"),
      kind: "secondary",
      about: `(${titleOf(ctx.t, thing)})`,
    })}${decideLink(ctx, thing)}</div>`);

/** One thing, everything said against it, and what can be done. */
export function caseView(ctx: PageContext, { thing, reports, acts }: Case, texts: Texts, state: FormState): Markup {
  const { t, account } = ctx;
  return html`${card(html`${thingHead(ctx, thing)}${thingText(ctx, thing, texts)}`)}
    ${thing.deletedAt === null ? decisions(ctx, thing, state, ruleOf(reports)) : nothing}
    ${reports.length === 0 ? nothing : section(t("moderation.tab.reports"), cardList(reports.map((report) => caseReport(ctx, report))))}
    ${
      acts.length === 0
        ? nothing
        : section(
            t("moderation.history"),
            html`<ul>${acts.map((act) => html`<li>${actText(t, act)} · ${ago(t, act.at, ctx.now)}</li>`)}</ul>`,
          )
    }
    ${thing.origin !== null && holds(account, "administrator") ? serverForm(ctx, { id: thing.id, origin: thing.origin }, state) : nothing}`;
}

function actText(t: Translator, { act, byName, reason }: Case["acts"][number]): string {
  switch (act) {
    case "subject-hidden":
      return t("moderation.act.hidden", { name: byName, reason });
    case "subject-reinstated":
      return t("moderation.act.reinstated", { name: byName });
    case "report-dismissed":
      return t("moderation.act.dismissed", { name: byName });
  }
  act satisfies never;
  return "";
}

const caseReport = (ctx: PageContext, report: ReportRow): Markup => card(reportHead(ctx, report));

/** What most of the latest report is about, where it names a rule. */
const ruleOf = (reports: readonly ReportRow[]): Rule =>
  rules.find((rule) => reports.some(({ category }) => category === rule)) ?? "other";

function decisions(ctx: PageContext, thing: Thing, state: FormState, rule: Rule): Markup {
  const { t } = ctx;
  const fields = openFields(ctx, state);
  const reinstate =
    thing.hiddenAt === null
      ? nothing
      : buttonForm(ctx, {
          action: `/moderation/things/${thing.id}/reinstatement`,
          label: t("moderation.reinstate"),
          kind: "secondary",
        });
  return html`${reinstate}${section(
    t("moderation.hide-title"),
    form(ctx, {
      action: `/moderation/things/${thing.id}/hiding`,
      submit: t(thing.hiddenReason === "" ? "moderation.hide" : "moderation.hide-again"),
      tone: "danger",
      body: html`${fields.summary()}${fields.select("rule", {
        label: t("moderation.which-rule"),
        hint: t("moderation.which-rule-hint"),
        value: rule,
        options: rules.map((value) => ({ value, label: t(`moderation.rule.${value}`) })),
      })}${fields.area("reason", {
        label: t("moderation.reason"),
        hint: t("moderation.reason-hint"),
        value: thing.hiddenReason,
        rows: 2,
        charsMax: hidingReasonLengthMax,
      })}`,
    }),
  )}`;
}
