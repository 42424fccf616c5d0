// Other servers: what this node does with each, in plain words.
import type { PeerPolicy } from "../actors/actor.ts";
import { html, type Markup, nothing } from "../platform/html.ts";
import type { Translator } from "../platform/i18n.ts";
import type { PageContext } from "../web/context.ts";
import { buttonForm, form, openFields } from "../web/fields.ts";
import { emptyForm, type FormState } from "../web/forms.ts";
import { emptyState, factList, section } from "../web/lists.ts";
import { ago, statusPill, type Tone } from "../web/marks.ts";
import { hidingReasonLengthMax } from "./report.ts";

export const policies = ["allowed", "limited", "blocked"] as const satisfies readonly PeerPolicy[];

export const toneOf: Readonly<Record<PeerPolicy, Tone>> = { allowed: "good", limited: "waiting", blocked: "bad" };

export interface Peer {
  readonly host: string;
  readonly policy: PeerPolicy;
  readonly reason: string;
  readonly decidedAt: Date;
}

/** What each standing means for the people here and for the server. */
export const meanings = (t: Translator): Markup =>
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
