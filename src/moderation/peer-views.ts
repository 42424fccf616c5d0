// Other servers: what this node does with each, in plain words; and the public log of what was decided.
import type { PeerPolicy } from "../actors/actor.ts";
import { href, html, type Markup, nothing } from "../platform/html.ts";
import type { Translator } from "../platform/i18n.ts";
import type { Page } from "../platform/pagination.ts";
import { pagePathOf } from "../subjects/subject.ts";
import type { PageContext } from "../web/context.ts";
import { buttonForm, form, openFields } from "../web/fields.ts";
import { emptyForm, type FormState } from "../web/forms.ts";
import { emptyState, factList, pager, section } from "../web/lists.ts";
import { ago, statusPill, type Tone, when } from "../web/marks.ts";
import type { Decision, MonthlyDecisions, ReasonCount } from "./peer-queries.ts";
import { hidingReasonLengthMax } from "./report.ts";

export const policies = ["allowed", "limited", "blocked"] as const satisfies readonly PeerPolicy[];

const toneOf: Readonly<Record<PeerPolicy, Tone>> = { allowed: "good", limited: "waiting", blocked: "bad" };

export interface Peer {
  readonly host: string;
  readonly policy: PeerPolicy;
  readonly reason: string;
  readonly decidedAt: Date;
}

/** What each standing means for the people here and for the server. */
const meanings = (t: Translator): Markup =>
  factList(policies.map((policy) => [t(`peers.${policy}`), t(`peers.${policy}-means`)] as const));

const policyOptions = (t: Translator) => policies.map((value) => ({ value, label: t(`peers.${value}`) }));

export interface PeersProps {
  readonly peers: readonly Peer[];
  readonly areFirstCommentsHeld: boolean;
  readonly state: FormState;
}

export function peersView(ctx: PageContext, { peers, areFirstCommentsHeld, state }: PeersProps): Markup {
  const { t } = ctx;
  return html`${section(t("peers.meaning"), meanings(t))}
    ${section(
      t("peers.decided"),
      peers.length === 0
        ? emptyState(t("peers.none"))
        : html`<ul class="plain-list">${peers.map((peer) => peerRow(ctx, peer))}</ul>`,
      { href: "/moderation/log", label: t("peers.to-log") },
    )}
    ${section(t("peers.decide-title"), decisionForm(ctx, state))}
    ${section(t("peers.first-title"), firstComments(ctx, areFirstCommentsHeld))}`;
}

function peerRow(ctx: PageContext, { host, policy, reason, decidedAt }: Peer): Markup {
  const { t, now } = ctx;
  const undo =
    policy === "allowed"
      ? nothing
      : buttonForm(ctx, {
          action: "/network/peers",
          label: t("peers.undo"),
          kind: "secondary",
          values: { host, policy: "allowed" },
          about: host,
        });
  return html`<li><p class="card-marks"><strong><bdi dir="ltr">${host}</bdi></strong> ${statusPill(t(`peers.${policy}`), toneOf[policy])} ${ago(t, decidedAt, now)}</p>
    ${reason === "" ? nothing : html`<p dir="auto">${reason}</p>`}${undo}</li>`;
}

function decisionForm(ctx: PageContext, state: FormState): Markup {
  const { t } = ctx;
  const fields = openFields(ctx, "host" in state.values ? state : emptyForm);
  return form(ctx, {
    action: "/network/peers",
    submit: t("peers.decide"),
    body: html`${fields.summary()}
      ${fields.text("host", { label: t("peers.host"), hint: t("peers.host-hint"), charsMax: 253, spellcheck: false })}
      ${fields.radios("policy", { label: t("peers.policy"), options: policyOptions(t), value: "limited" })}
      ${fields.text("reason", { label: t("peers.reason"), hint: t("peers.reason-hint"), optional: true, charsMax: hidingReasonLengthMax })}`,
  });
}

const firstComments = (ctx: PageContext, areHeld: boolean): Markup => html`<p>${ctx.t("peers.first-means")}</p>
  <p><strong>${ctx.t(areHeld ? "peers.first-on" : "peers.first-off")}</strong></p>
  ${buttonForm(ctx, {
    action: "/network/first-comments",
    label: ctx.t(areHeld ? "peers.first-show" : "peers.first-hold"),
    kind: "secondary",
    values: { held: areHeld ? "no" : "yes" },
  })}`;

/** What is asked about the server of one thing, on its page at the desk. */
export function serverForm(
  ctx: PageContext,
  thing: { readonly id: string; readonly origin: string },
  state: FormState,
): Markup {
  const { t } = ctx;
  const { host } = new URL(thing.origin);
  const fields = openFields(ctx, state);
  return section(
    t("moderation.server-title", { host }),
    html`${meanings(t)}${form(ctx, {
      action: `/moderation/things/${thing.id}/server`,
      submit: t("moderation.server-decide"),
      body: html`${fields.radios("policy", { label: t("peers.policy"), options: policyOptions(t) })}
      ${fields.text("serverReason", { label: t("peers.reason"), hint: t("peers.reason-hint"), optional: true, charsMax: hidingReasonLengthMax })}`,
    })}`,
  );
}

export interface LogProps {
  readonly decisions: Page<Decision>;
  readonly months: readonly MonthlyDecisions[];
  readonly reasons: readonly ReasonCount[];
}

export function logView(ctx: PageContext, { decisions, months, reasons }: LogProps): Markup {
  const { t } = ctx;
  if (decisions.rows.length === 0) return html`${emptyState(t("log.none"))}${section(t("peers.meaning"), meanings(t))}`;
  return html`<ul class="plain-list">${decisions.rows.map((decision) => decisionRow(ctx, decision))}</ul>
    ${pager(ctx, decisions)}
    ${section(t("log.by-month"), monthTable(t, months))}
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
  const { subject, reason, processTitle, at } = decision;
  const [label, tone] = decisionText(t, decision);
  return html`<li>
    <p class="card-marks">${statusPill(label, tone)} ${subjectText(t, decision)} ${when(t, at)}</p>
    ${processTitle === null || decision.kind === "process" ? nothing : html`<p class="hint">${t("log.in", { title: processTitle })}</p>`}
    ${reason === "" ? nothing : html`<p dir="auto">${t("log.reason", { reason })}</p>`}
    ${subject === null ? nothing : html`<p><a href="${href(pagePathOf(subject))}">${t("log.read")}<span class="visually-hidden"> (${t(`moderation.kind.${subject.kind}`)})</span></a></p>`}
  </li>`;
}

function decisionText(t: Translator, { act, policy, areHeld }: Decision): readonly [string, Tone] {
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

const monthTable = (
  t: Translator,
  months: readonly MonthlyDecisions[],
): Markup => html`<div class="table-wrap"><table class="table">
  <thead><tr><th scope="col">${t("log.month")}</th><th scope="col" class="number">${t("log.hidden")}</th><th scope="col" class="number">${t("log.reinstated")}</th><th scope="col" class="number">${t("log.servers")}</th></tr></thead>
  <tbody>${months.map(
    ({ month, hidden, reinstated, servers }) => html`<tr><th scope="row">${when(t, month, "month")}</th>
      ${[hidden, reinstated, servers].map((count) => html`<td class="number">${t.number(count)}</td>`)}</tr>`,
  )}</tbody></table></div>`;
