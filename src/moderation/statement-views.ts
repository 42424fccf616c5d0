// What the author of something hidden reads, and the queue of appeals as those who decide see it.
import { href, html, type Markup, nothing } from "../platform/html.ts";
import type { Translator } from "../platform/i18n.ts";
import type { Page } from "../platform/pagination.ts";
import { cleanRemoteHtml, markdownToHtml } from "../platform/rich-text.ts";
import { pagePathOf, type Subject } from "../subjects/subject.ts";
import type { PageContext } from "../web/context.ts";
import { buttonLink, form, openFields } from "../web/fields.ts";
import type { FormState } from "../web/forms.ts";
import { cardList, emptyState, factList, pager, section } from "../web/lists.ts";
import { ago, langAttrs, languageNote, nameIn, statusPill, when } from "../web/marks.ts";
import { deskTabs } from "./desk-views.ts";
import type { OwnReport } from "./queries.ts";
import {
  type Appeal,
  type AppealOutcome,
  appealLengthMax,
  appealReasonLengthMax,
  appealUntil,
  isAppealable,
  type Statement,
} from "./statement.ts";
import type { WaitingAppeal } from "./statement-queries.ts";

const outcomes: readonly AppealOutcome[] = ["reinstated", "upheld"];

const card = (body: Markup): Markup =>
  html`<article class="card card-plain"><div class="card-body">${body}</div></article>`;

const whatOf = (t: Translator, { title, kind }: Pick<Statement, "title" | "kind">): string =>
  title || t(`moderation.kind.${kind}`);

export interface StatementProps {
  readonly statement: Statement;
  readonly subject: Subject;
  /** As its room stores it. */
  readonly text: string | undefined;
  /** Whether anyone here could decide about an appeal. */
  readonly hasJudge: boolean;
  readonly state: FormState;
}

/** The whole decision in one page: what, which rule, whose words, what it means, what can be done. */
export function statementView(ctx: PageContext, { statement, subject, text, hasJudge, state }: StatementProps): Markup {
  const { t, city } = ctx;
  const host = statement.origin === null ? city.name : new URL(statement.origin).host;
  return html`<div class="stack"><p class="card-marks">${standingPill(t, statement)} ${when(t, statement.decidedAt)}</p>
    ${factList([
      [
        t("statements.what"),
        html`${t(`moderation.kind.${statement.kind}`)}${statement.title === "" ? nothing : html`: <bdi>${statement.title}</bdi>`}`,
      ],
      [
        t("statements.rule"),
        html`<a href="${href(`/moderation/rules#${statement.rule}`)}">${t(`moderation.rule.${statement.rule}`)}</a>`,
      ],
      [t("statements.reason"), html`<q dir="auto">${statement.reason}</q>`],
      [t("statements.how-noticed"), t(`statements.source.${statement.source}`)],
      [t("statements.who"), t("statements.who-text", { city: host })],
    ])}</div>
    ${section(t("statements.means"), html`<p>${t("statements.means-text", { city: host })}</p><p>${t("statements.means-yours")}</p>`)}
    ${text === undefined || text === "" ? nothing : section(t("statements.your-words"), html`${languageNote(t, subject.language)}<div class="prose"${langAttrs(t, subject.language)}>${subject.origin === null ? markdownToHtml(text) : cleanRemoteHtml(text)}</div>`)}
    ${appealSection(ctx, statement, hasJudge, state)}
    ${section(t("statements.other-ways"), html`<div class="stack"><p>${t("statements.other-ways-text")}</p><p>${buttonLink(pagePathOf(subject), t("statements.to-page"), "secondary")}</p></div>`)}`;
}

function standingPill(t: Translator, { endedAt, appeal }: Statement): Markup {
  if (endedAt !== null) return statusPill(t("statements.standing.shown"), "good");
  if (appeal === null) return statusPill(t("statements.standing.hidden"), "bad");
  return appeal.outcome === null
    ? statusPill(t("statements.standing.appealed"), "waiting")
    : statusPill(t("statements.standing.upheld"), "bad");
}

function appealSection(ctx: PageContext, statement: Statement, hasJudge: boolean, state: FormState): Markup {
  const { t } = ctx;
  if (statement.appeal !== null)
    return section(t("statements.your-appeal"), appealText(ctx, statement.appeal, hasJudge));
  if (statement.endedAt !== null) return nothing;
  if (!isAppealable(statement, ctx.now))
    return section(t("statements.appeal"), html`<p>${t("statements.too-late")}</p>`);
  const fields = openFields(ctx, state);
  return section(
    t("statements.appeal"),
    html`<p>${t("statements.appeal-how", { date: t.date(appealUntil(statement.decidedAt), "date") })}</p>
      ${statement.origin === null && !hasJudge ? html`<p><strong>${t("statements.no-judge")}</strong></p>` : nothing}
      ${form(ctx, {
        action: `/moderation/statements/${statement.id}/appeal`,
        submit: t("statements.appeal-send"),
        draftKey: `appeal-${statement.id}`,
        body: html`${fields.summary()}${fields.area("words", {
          label: t("statements.appeal-words"),
          hint: t("statements.appeal-hint"),
          rows: 6,
          charsMax: appealLengthMax,
        })}`,
      })}`,
    undefined,
    "appeal",
  );
}

function appealText({ t }: PageContext, appeal: Appeal, hasJudge: boolean): Markup {
  const outcome =
    appeal.outcome === null
      ? html`<p>${t(hasJudge ? "statements.waits" : "statements.no-judge")}</p>`
      : html`<p><strong>${t(`statements.outcome.${appeal.outcome}`)}</strong> ${appeal.decidedAt === null ? nothing : when(t, appeal.decidedAt)}</p>
        ${appeal.reason === "" ? nothing : html`<p><q dir="auto">${appeal.reason}</q></p>`}`;
  return html`<p class="hint">${when(t, appeal.createdAt)}</p><p dir="auto"><q>${appeal.words}</q></p>${outcome}`;
}

/** What was decided about a person's own words, and what became of what they reported. */
export function mineView(
  ctx: PageContext,
  { statements, reports }: { readonly statements: readonly Statement[]; readonly reports: readonly OwnReport[] },
): Markup {
  const { t } = ctx;
  return html`${section(
    t("statements.mine"),
    statements.length === 0
      ? emptyState(t("statements.none"))
      : html`<ul class="plain-list">${statements.map(
          (statement) =>
            html`<li><p class="card-marks">${standingPill(t, statement)} <a href="${href(`/moderation/statements/${statement.id}`)}"><bdi>${whatOf(t, statement)}</bdi></a> ${when(t, statement.decidedAt)}</p></li>`,
        )}</ul>`,
  )}
  ${section(
    t("statements.my-reports"),
    reports.length === 0
      ? emptyState(t("statements.no-reports"))
      : html`<ul class="plain-list">${reports.map(
          (report) =>
            html`<li><p class="card-marks">${report.outcome === null ? statusPill(t("moderation.state.open"), "waiting") : statusPill(t(`moderation.outcome.${report.outcome}`))} ${t(`moderation.category.${report.category}`)} · ${t(`moderation.kind.${report.kind}`)} ${when(t, report.createdAt)}</p></li>`,
        )}</ul>`,
  )}`;
}

export interface AppealQueueProps {
  readonly appeals: Page<WaitingAppeal>;
  readonly count: number;
  readonly oldest: Date | null;
  readonly texts: ReadonlyMap<string, string>;
  /** Those this reader may decide; the others they hid, or wrote, themselves. */
  readonly mine: ReadonlySet<string>;
  readonly noJudge: ReadonlySet<string>;
  /** What was wrong with the decision about one of them. */
  readonly again: { readonly id: string; readonly state: FormState } | null;
  readonly blank: FormState;
}

export function appealQueue(ctx: PageContext, props: AppealQueueProps): Markup {
  const { t, now } = ctx;
  const { appeals, count, oldest } = props;
  return html`${deskTabs(ctx, "appeals")}
    <p>${t("appeals.count", { count })}${oldest === null ? nothing : html` · ${t("appeals.oldest")} ${ago(t, oldest, now)}`}</p>
    ${appeals.rows.length === 0 ? emptyState(t("appeals.none"), t("appeals.none-hint")) : cardList(appeals.rows.map((appeal) => appealCard(ctx, appeal, props)))}
    ${pager(ctx, appeals)}`;
}

function appealCard(ctx: PageContext, appeal: WaitingAppeal, props: AppealQueueProps): Markup {
  const { t, now } = ctx;
  const text = props.texts.get(appeal.subjectUri);
  const body = appeal.isFromElsewhere ? cleanRemoteHtml : markdownToHtml;
  return card(html`<div class="stack"><p class="card-kicker">${statusPill(t("appeals.waits"), "waiting")} ${ago(t, appeal.createdAt, now)} ${t(`moderation.kind.${appeal.kind}`)}${appeal.processName === null ? nothing : html` ${nameIn(t, appeal.processName)}`} ${languageNote(t, appeal.language)}</p>
    ${appeal.title === "" ? nothing : html`<p><strong><bdi>${appeal.title}</bdi></strong></p>`}
    ${text ? html`<div class="prose"${langAttrs(t, appeal.language)}>${body(text)}</div>` : html`<p class="hint">${t("moderation.no-text")}</p>`}
    ${factList([
      [t("statements.rule"), t(`moderation.rule.${appeal.rule}`)],
      [t("statements.reason"), html`<q dir="auto">${appeal.reason}</q>`],
      [t("appeals.words"), html`<q dir="auto">${appeal.words}</q>`],
    ])}
    ${props.mine.has(appeal.id) ? decisionForm(ctx, appeal, props) : html`<p class="hint">${t(props.noJudge.has(appeal.id) ? "appeals.no-judge" : "appeals.not-yours")}</p>`}</div>`);
}

function decisionForm(ctx: PageContext, { id }: WaitingAppeal, { again, blank }: AppealQueueProps): Markup {
  const { t } = ctx;
  const fields = openFields(ctx, again?.id === id ? again.state : blank);
  return html`<details${again?.id === id ? html` open` : nothing}><summary>${t("appeals.decide")}</summary>${form(ctx, {
    action: `/moderation/appeals/${id}/decision`,
    submit: t("appeals.decide-send"),
    body: html`${fields.summary()}
      ${fields.radios(`outcome-${id}`, {
        label: t("appeals.outcome"),
        options: outcomes.map((value) => ({ value, label: t(`appeals.outcome-${value}`) })),
      })}
      ${fields.area(`reason-${id}`, { label: t("appeals.reason"), hint: t("appeals.reason-hint"), rows: 3, charsMax: appealReasonLengthMax })}`,
  })}</details>`;
}
