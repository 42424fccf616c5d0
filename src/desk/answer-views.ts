// The lists of proposals that are being answered, and the page on which one is worked on.
import type { Account } from "../accounts/account.ts";
import type { ProcessChoice } from "../accounts/queries.ts";
import type { TeamMember } from "../accounts/team-queries.ts";
import { href, html, type Markup, nothing } from "../platform/html.ts";
import type { Page } from "../platform/pagination.ts";
import { type RefusalCode, refusalCodes } from "../platform/refusal.ts";
import { pickText } from "../platform/text.ts";
import { toLocal } from "../platform/time.ts";
import { type Process, processPath } from "../processes/process.ts";
import type { Category } from "../processes/queries.ts";
import { answerFields, noAnswer } from "../proposals/answer-views.ts";
import { type AnswerWork, noteLengthMax } from "../proposals/answer-work.ts";
import { answerQueues, type QueuedProposal, type QueueFilter } from "../proposals/answer-work-queries.ts";
import { bodyOf, stateStatus } from "../proposals/list-views.ts";
import { type Answer, type Proposal, proposalPath } from "../proposals/proposal.ts";
import type { Tried } from "../proposals/tried-queries.ts";
import { triedElsewhere } from "../proposals/tried-views.ts";
import { articleBody } from "../web/cards.ts";
import type { PageContext } from "../web/context.ts";
import { buttonForm, buttonLink, csrfField, form, openFields } from "../web/fields.ts";
import type { FormState } from "../web/forms.ts";
import { page } from "../web/layout.ts";
import { emptyState, factList, filterBar, pager, tabs, withQuery } from "../web/lists.ts";
import { ago, langAttrs, languageNote, nameIn, statusPill, when } from "../web/marks.ts";
import { keysHint, note, orNobody } from "./views.ts";

export interface QueuePageProps {
  readonly by: Account;
  readonly filter: QueueFilter;
  readonly rows: Page<QueuedProposal>;
  readonly processes: readonly ProcessChoice[];
  readonly categories: readonly Category[];
  /** Officials can answer several alike. */
  readonly mayChoose: boolean;
}

export function queuePage(ctx: PageContext, props: QueuePageProps): Markup {
  const { t } = ctx;
  const { filter, rows, mayChoose } = props;
  const choosing = mayChoose && filter.queue !== "planned";
  return page({
    ctx,
    title: t("desk.answers"),
    tab: `${t(`desk.answers-${filter.queue}`)} · ${t("desk.answers")}`,
    section: "desk",
    width: "wide",
    isUnlisted: true,
    crumbs: [{ href: "/desk", label: t("desk.title") }],
    scripts: ["desk-keys.js"],
    main: html`
      ${tabs(
        t,
        t("desk.answers"),
        answerQueues.map((queue) => ({
          href: withQuery(ctx.path, { queue }),
          label: t(`desk.answers-${queue}`),
          isCurrent: queue === filter.queue,
        })),
      )}
      ${filters(ctx, props)}
      ${
        rows.rows.length === 0
          ? emptyState(t("desk.unanswered-none"))
          : choosing
            ? html`<form method="get" action="/desk/alike">${queueRows(ctx, props, true)}
                <div class="form-actions"><button class="button button-secondary" type="submit">${t("desk.answer-alike")}</button></div></form>`
            : queueRows(ctx, props, false)
      }
      ${pager(ctx, rows)}${keysHint(ctx)}`,
  });
}

function filters(ctx: PageContext, { filter, processes, categories }: QueuePageProps): Markup {
  const { t } = ctx;
  return filterBar(ctx, {
    action: "/desk/answers",
    kept: { queue: filter.queue },
    filters: [
      {
        ...{ name: "process", label: t("desk.process"), value: filter.processUri ?? "", all: t("desk.all-processes") },
        options: processes.map(({ uri, title }) => ({ value: uri, label: title || uri })),
      },
      {
        ...{
          name: "category",
          label: t("desk.category"),
          value: filter.categoryId ?? "",
          all: t("desk.all-categories"),
        },
        options: categories.map(({ id, name }) => ({ value: id, label: pickText(name, t.lang).text })),
      },
      {
        ...{ name: "assigned", label: t("desk.assigned-to"), value: filter.assigned ?? "", all: t("desk.anyone") },
        options: [
          { value: "me", label: t("desk.me") },
          { value: "nobody", label: t("desk.unassigned") },
        ],
      },
      {
        ...{ name: "order", label: t("desk.order"), value: filter.order },
        options: [
          { value: "oldest", label: t("desk.oldest-first") },
          { value: "newest", label: t("desk.newest-first") },
        ],
      },
    ],
  });
}

function queueRows(ctx: PageContext, { rows, by }: QueuePageProps, choosing: boolean): Markup {
  const { t, now } = ctx;
  return html`<div class="table-wrap"><table class="table">
    <thead><tr>
      ${choosing ? html`<th scope="col"><span class="visually-hidden">${t("desk.choose")}</span></th>` : nothing}
      <th scope="col">${t("desk.proposal")}</th>
      <th scope="col">${t("desk.waits-since")}</th><th scope="col">${t("desk.assigned-to")}</th>
    </tr></thead>
    <tbody>${rows.rows.map(
      (row) => html`<tr data-key-row>
      ${choosing ? html`<td><input type="checkbox" name="id" value="${row.id}" aria-label="${t("desk.choose-one", { title: row.title })}"></td>` : nothing}
      <th scope="row"><a href="${href(`/desk/proposals/${row.id}`)}"${langAttrs(t, row.language)}>${row.title}</a>
        <p class="hint">${nameIn(t, row.processName)}</p>
        <div class="row">${statusPill(stateStatus(t, row.state).label, stateStatus(t, row.state).tone)}${
          row.publishAt === null
            ? nothing
            : statusPill(t("desk.planned-for", { date: t.date(row.publishAt, "dateTime") }), "accent")
        }${row.failure === "" ? nothing : statusPill(t("desk.plan-failed-short"), "bad")}</div></th>
      <td>${ago(t, row.publishedAt, now)}</td>
      <td>${row.assignedTo === null ? t("desk.unassigned") : row.assignedTo === by.id ? t("desk.me") : orNobody(ctx, row.assignedName)}</td>
    </tr>`,
    )}</tbody>
  </table></div>`;
}

export interface WorkPageProps {
  readonly by: Account;
  readonly proposal: Proposal;
  readonly process: Process;
  /** What is published already. */
  readonly answer: Answer | null;
  readonly tried: readonly Tried[];
  readonly work: AnswerWork;
  readonly assignable: readonly TeamMember[];
  readonly mayPublish: boolean;
  readonly states: Readonly<Record<"answer" | "note" | "assignment", FormState>>;
}

export function workPage(ctx: PageContext, props: WorkPageProps): Markup {
  const { t } = ctx;
  const { proposal, process, tried, work } = props;
  return page({
    ctx,
    title: proposal.title,
    titleLang: proposal.language,
    kicker: html`<span>${t("desk.work-on")}</span>${languageNote(t, proposal.language)}`,
    section: "desk",
    isUnlisted: true,
    crumbs: [
      { href: "/desk", label: t("desk.title") },
      { href: "/desk/answers", label: t("desk.answers") },
    ],
    main: html`<div class="stack">${draftPart(ctx, props)}${notesPart(ctx, props)}</div>`,
    aside: html`
      ${assignmentPart(ctx, props)}
      ${triedElsewhere(ctx, tried)}
      <section class="panel"><h2>${t("proposals.the-proposal")}</h2>
        ${factList([
          [
            t("desk.process"),
            html`<a href="${href(processPath(process))}">${pickText(process.title, t.lang).text}</a>`,
          ],
          [t("desk.waits-since"), proposal.publishedAt === null ? null : ago(t, proposal.publishedAt, ctx.now)],
          [t("desk.assigned-to"), work.assignedTo === null ? t("desk.unassigned") : orNobody(ctx, work.assignedName)],
        ])}
        ${articleBody(t, bodyOf(proposal), proposal.language)}
        <p><a href="${href(proposalPath(proposal))}">${t("desk.public-page")}</a></p></section>`,
  });
}

function draftPart(ctx: PageContext, { proposal, answer, work, mayPublish, states }: WorkPageProps): Markup {
  const { t, city } = ctx;
  const { draft } = work;
  const fields = openFields(ctx, states.answer);
  const given = draft ?? (answer === null ? noAnswer : { ...answer, language: answer.language ?? "" });
  const isPlanned = draft !== null && draft.publishAt !== null;
  const path = `/desk/proposals/${proposal.id}`;
  const intro = html`
    ${answer === null ? nothing : html`<p class="hint">${t.rich("proposals.answered-before", { date: when(t, answer.updatedAt) })}</p>`}
    ${draft === null ? nothing : html`<p class="hint">${t.rich("desk.draft-by", { who: orNobody(ctx, draft.savedByName), when: ago(t, draft.savedAt, ctx.now) })}</p>`}
    ${draft === null || draft.failure === "" ? nothing : note(t("desk.plan-failed", { reason: failureText(ctx, draft.failure) }))}
    ${
      isPlanned
        ? html`<div class="note note-good"><p><span>${t.rich("desk.planned-by", { who: orNobody(ctx, draft.plannedByName), date: when(t, draft.publishAt as Date, "dateTime") })}</span></p>${
            mayPublish
              ? buttonForm(ctx, {
                  action: `${path}/plan/cancellation`,
                  label: t("desk.plan-cancel"),
                  kind: "secondary",
                })
              : nothing
          }</div>`
        : nothing
    }`;
  if (isPlanned && !mayPublish) return html`<section class="section">${intro}</section>`;
  const planned = draft?.publishAt ? toLocal(draft.publishAt, city.timeZone) : null;
  return html`<section class="section"><div class="section-title"><h2>${t("desk.answer")}</h2></div>
    ${intro}
    ${form(ctx, {
      action: `${path}/draft`,
      submit: t("desk.draft-save"),
      draftKey: `desk ${proposal.id}`,
      more: mayPublish
        ? html`<button class="button button-secondary" type="submit" name="do" value="plan">${t("desk.plan")}</button>
          <button class="button button-secondary" type="submit" name="do" value="publish">${t("proposals.answer-publish")}</button>`
        : nothing,
      body: html`${fields.summary()}${fields.hidden("version", String(draft?.version ?? 0))}
        ${answerFields(ctx, fields, { ...given, language: given.language || proposal.language })}
        ${mayPublish ? fields.dateTime("publishAt", { label: t("desk.publish-at"), value: planned, optional: true }) : html`<p class="hint">${t("desk.only-officials-publish")}</p>`}`,
    })}</section>`;
}

const failureText = ({ t }: PageContext, code: string): string => {
  const known: RefusalCode | undefined = refusalCodes.find((one) => one === code);
  return known === undefined ? code : t(`refusal.${known}`, { limit: 0, max: 0 });
};

function notesPart(ctx: PageContext, { by, proposal, work, states }: WorkPageProps): Markup {
  const { t, now } = ctx;
  const fields = openFields(ctx, states.note);
  const path = `/desk/proposals/${proposal.id}/notes`;
  return html`<section class="section" id="notes"><div class="section-title"><h2>${t("desk.notes")}</h2></div>
    <p class="hint">${t("desk.notes-stay")}</p>
    ${
      work.notes.length === 0
        ? nothing
        : html`<ol class="timeline">${work.notes.map(
            (
              one,
            ) => html`<li class="moment"><p><strong>${orNobody(ctx, one.byName)}</strong> · ${ago(t, one.createdAt, now)}</p>
        ${one.body.split(/\n+/).map((line) => html`<p dir="auto">${line}</p>`)}
        ${one.accountId === by.id ? buttonForm(ctx, { action: `${path}/removal`, values: { id: one.id }, label: t("desk.note-remove"), kind: "quiet", about: one.body.slice(0, 60) }) : nothing}</li>`,
          )}</ol>`
    }
    ${form(ctx, {
      action: path,
      submit: t("desk.note-add"),
      body: html`${fields.summary()}${fields.area("note", { label: t("desk.note"), rows: 3, charsMax: noteLengthMax })}`,
    })}</section>`;
}

function assignmentPart(
  ctx: PageContext,
  { by, proposal, process, work, assignable, mayPublish, states }: WorkPageProps,
): Markup {
  const { t } = ctx;
  if (!mayPublish) return nothing;
  const action = `/desk/proposals/${proposal.id}/assignment`;
  const fields = openFields(ctx, states.assignment);
  const isMine = work.assignedTo === by.id;
  return html`<section class="panel"><h2>${t("desk.assignment")}</h2>
    ${isMine ? nothing : buttonForm(ctx, { action, values: { assignee: by.id }, label: t("desk.take"), kind: "secondary" })}
    <form class="form" method="post" action="${href(action)}">${csrfField(ctx)}
      ${fields.summary()}
      ${fields.select("assignee", {
        label: t("desk.colleague"),
        value: work.assignedTo,
        optional: true,
        none: t("desk.unassigned"),
        options: assignable.map(({ id, name }) => ({ value: id, label: name })),
      })}
      <div class="form-actions"><button class="button button-secondary" type="submit">${t("desk.assign")}</button></div>
    </form>
    <p>${buttonLink(`${processPath(process)}/team`, t("team.title"), "quiet")}</p></section>`;
}
