// Where erasures are shown: to the person who asked, and at the operator's desk.
import { href, html, type Markup, nothing, type Renderable } from "../platform/html.ts";
import type { Page } from "../platform/pagination.ts";
import type { PageContext } from "../web/context.ts";
import { buttonForm, buttonLink, form, openFields } from "../web/fields.ts";
import type { FormState } from "../web/forms.ts";
import { page } from "../web/layout.ts";
import { cardList, emptyState, factList, pager, section, tabs } from "../web/lists.ts";
import { ago, statusPill, type Tone } from "../web/marks.ts";
import { type Doubt, type Erasure, progressOf, reasonLengthMax } from "./erasure.ts";
import type { ErasureWithNodes } from "./queries.ts";

const card = (body: Renderable): Markup =>
  html`<article class="card card-plain"><div class="card-body">${body}</div></article>`;

const tones = { done: "good", waiting: "waiting", unconfirmed: "bad" } as const satisfies Record<string, Tone>;

/** How far it has come, in numbers: nobody is told more than is known. */
function numbers({ t, now }: PageContext, erasure: Erasure): Markup {
  const { askedCount, nodeCount, confirmedCount, toldAt } = erasure;
  if (toldAt !== null && askedCount === 0) return html`<p>${t("erasures.nobody")}</p>`;
  return html`<div class="facts-across">${factList([
    [t("erasures.at"), ago(t, erasure.at, now)],
    [t("erasures.asked"), t.number(askedCount)],
    [
      t("erasures.confirmed"),
      t("erasures.confirmed-of", { confirmed: t.number(confirmedCount), nodes: t.number(nodeCount) }),
    ],
    [t("erasures.others"), t.number(askedCount - nodeCount)],
  ])}</div>`;
}

function head({ t, now }: PageContext, erasure: Erasure): Markup {
  const progress = progressOf(erasure, now);
  return html`<p class="card-kicker"><strong>${t(`erasures.kind.${erasure.kind}`)}</strong> ${statusPill(
    t(`erasures.progress.${progress}`),
    tones[progress],
  )}</p>`;
}

/** The person's own page: what they had erased, and what is known of it elsewhere. */
export function ownErasuresPage(ctx: PageContext, erasures: readonly Erasure[]): Markup {
  const { t } = ctx;
  return page({
    ctx,
    title: t("erasures.title"),
    section: "account",
    isUnlisted: true,
    crumbs: [{ href: "/account", label: t("accounts.account-title") }],
    lead: t("erasures.lead"),
    main:
      erasures.length === 0
        ? emptyState(t("erasures.none"))
        : cardList(erasures.map((erasure) => card(html`${head(ctx, erasure)}${numbers(ctx, erasure)}`))),
  });
}

export interface DeskProps {
  readonly erasures: Page<ErasureWithNodes>;
  readonly isUnconfirmed: boolean;
  readonly doubts: readonly Doubt[];
  /** Of the form that erases a copy. */
  readonly state: FormState;
}

/** The operator's desk: who has not confirmed, what waits for a decision, what to erase here. */
export function deskErasuresPage(ctx: PageContext, { erasures, isUnconfirmed, doubts, state }: DeskProps): Markup {
  const { t } = ctx;
  return page({
    ctx,
    title: t("erasures.desk-title"),
    tab: `${t(isUnconfirmed ? "erasures.show-unconfirmed" : "erasures.show-all")} · ${t("erasures.desk-title")}`,
    section: "desk",
    width: "wide",
    isUnlisted: true,
    crumbs: [{ href: "/desk", label: t("desk.title") }],
    main: html`
      ${section(t("erasures.doubts-title"), doubtList(ctx, doubts), undefined, "doubts")}
      ${section(t("erasures.desk-ours"), ourList(ctx, erasures, isUnconfirmed), undefined, "ours")}
      ${section(t("erasures.erase-title"), eraseForm(ctx, state), undefined, "erase")}`,
  });
}

function ourList(ctx: PageContext, erasures: Page<ErasureWithNodes>, isUnconfirmed: boolean): Markup {
  const { t } = ctx;
  return html`<div class="stack"><p class="prose">${t("erasures.desk-lead")}</p>
    ${tabs(t, t("erasures.show"), [
      { href: "/desk/erasures", label: t("erasures.show-unconfirmed"), isCurrent: isUnconfirmed },
      { href: "/desk/erasures?show=all", label: t("erasures.show-all"), isCurrent: !isUnconfirmed },
    ])}
    ${
      erasures.rows.length === 0
        ? emptyState(t(isUnconfirmed ? "erasures.desk-none-waiting" : "erasures.desk-none"))
        : cardList(
            erasures.rows.map((erasure) =>
              card(html`${head(ctx, erasure)}
                <p><code><bdi dir="ltr">${erasure.subjectUri}</bdi></code></p>
                ${numbers(ctx, erasure)}${nodeList(ctx, erasure)}`),
            ),
          )
    }
    ${pager(ctx, erasures)}</div>`;
}

function nodeList({ t, now }: PageContext, { nodes }: ErasureWithNodes): Renderable {
  if (nodes.length === 0) return nothing;
  return html`<ul class="plain-list">${nodes.map(
    ({ host, confirmedAt, lastAskedAt }) =>
      html`<li><bdi dir="ltr">${host}</bdi> ${
        confirmedAt === null
          ? html`${statusPill(t("erasures.node-waiting"), "waiting")} ${ago(t, lastAskedAt, now)}`
          : html`${statusPill(t("erasures.node-confirmed"), "good")} ${ago(t, confirmedAt, now)}`
      }</li>`,
  )}</ul>`;
}

function doubtList(ctx: PageContext, doubts: readonly Doubt[]): Markup {
  const { t } = ctx;
  return html`<div class="stack"><p class="prose">${t("erasures.doubts-lead")}</p>
    ${
      doubts.length === 0
        ? emptyState(t("erasures.doubts-none"))
        : cardList(doubts.map((doubt) => doubtCard(ctx, doubt)))
    }</div>`;
}

function doubtCard(ctx: PageContext, doubt: Doubt): Markup {
  const { t, now } = ctx;
  const isConfirmed = doubt.standing === "confirmed";
  return card(html`<p class="card-kicker">${
    doubt.reason === "gone"
      ? statusPill(t(isConfirmed ? "erasures.doubt-confirmed" : "erasures.doubt-open"), isConfirmed ? "bad" : "waiting")
      : nothing
  } ${ago(t, doubt.firstAt, now)}</p>
    <p><a href="${href(doubt.uri)}" rel="noopener nofollow"><code><bdi dir="ltr">${doubt.uri}</bdi></code></a></p>
    <p>${t(`erasures.reason.${doubt.reason}`)}</p>
    <div class="card-foot">
      ${buttonForm(ctx, { action: `/desk/erasures/${doubt.id}/keeping`, label: t("erasures.keep"), kind: "secondary", about: doubt.uri })}
      ${buttonLink(`/desk/erasures?erase=${encodeURIComponent(doubt.uri)}#erase`, html`${t("erasures.erase-here")}<span class="visually-hidden"> ${doubt.uri}</span>`, "secondary")}
    </div>`);
}

function eraseForm(ctx: PageContext, state: FormState): Markup {
  const { t } = ctx;
  const fields = openFields(ctx, state);
  return html`<div class="stack"><p class="prose">${t("erasures.erase-lead")} ${t("erasures.erase-ask")}</p>
    ${form(ctx, {
      action: "/desk/erasures/copies",
      submit: t("erasures.erase-here"),
      tone: "danger",
      body: html`${fields.summary()}
        ${fields.text("uri", { label: t("erasures.address"), charsMax: 2_048 })}
        ${fields.text("reason", { label: t("erasures.reason"), charsMax: reasonLengthMax })}`,
    })}</div>`;
}
