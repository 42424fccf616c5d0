// Residence on a person's own page at the desk: where they stand, verify, renew, withdraw.
import { type Account, isResident, mayVerifyResidence } from "../accounts/account.ts";
import { href, html, type Markup, nothing } from "../platform/html.ts";
import type { PageContext } from "../web/context.ts";
import { confirmForm, form, openFields } from "../web/fields.ts";
import { emptyForm, type FormState } from "../web/forms.ts";
import { when } from "../web/marks.ts";
import type { Method, MethodRow } from "./residence.ts";
import { methodName } from "./views.ts";

/** Residence on a person's page at the desk. */
export function personResidence(
  ctx: PageContext,
  by: Account,
  person: Account,
  { desk, method }: { desk: MethodRow; method: Method | null },
  state: FormState = emptyForm,
): Markup {
  const { t } = ctx;
  const action = `/admin/people/${person.id}/verification`;
  const { residenceVerifiedAt: since, residenceExpiresAt: end } = person;
  const said =
    since === null
      ? html`<p>${t("accounts.not-verified")}</p>`
      : html`<p>${t.rich("accounts.verified-since", { date: when(t, since) })} ${method === null ? nothing : html`(${methodName(ctx, method)})`}</p>
        ${end === null ? nothing : html`<p>${t.rich(isResident(person, ctx.now) ? "residences.holds-until" : "residences.over", { date: when(t, end) })}</p>`}`;
  if (!mayVerifyResidence(by, person.id))
    return html`<div class="stack">${said}<p>${t("accounts.verify-own")}</p></div>`;
  const withdraw = confirmForm(ctx, {
    action: `${action}/withdrawal`,
    label: t("accounts.verify-undo"),
    ask: t("accounts.verify-undo-ask", { name: person.name }),
    submit: t("accounts.verify-undo-confirm"),
    tone: "danger",
    kind: "danger",
    body: nothing,
  });
  return html`<div class="stack">${said}
    ${desk.isOn ? verifyForm(ctx, person, { action, desk, state }) : html`<p>${t("residences.desk-off")}</p>`}
    ${since === null ? nothing : withdraw}
    <p><a href="${href(`/desk/assist/${person.id}`)}">${t("assist.begin-for", { name: person.name })}</a></p></div>`;
}

function verifyForm(
  ctx: PageContext,
  person: Account,
  { action, desk, state }: { action: string; desk: MethodRow; state: FormState },
): Markup {
  const { t } = ctx;
  const isNew = person.residenceVerifiedAt === null;
  const fields = openFields(ctx, state);
  const asks = desk.settings.asksNumber === true;
  const number = html`${fields.summary()}${fields.text("number", {
    label: t("residences.number"),
    hint: t("residences.number-desk-hint"),
    autocomplete: "off",
    spellcheck: false,
    charsMax: 40,
  })}`;
  const props = {
    action,
    ask: t(asks ? "residences.verify-ask-number" : "accounts.verify-ask", { name: person.name }),
    submit: t("accounts.verify-confirm"),
    body: asks ? number : nothing,
  };
  // What was typed wrong must not hide behind a closed fold.
  if (state !== emptyForm) return html`<p>${props.ask}</p>${form(ctx, props)}`;
  return confirmForm(ctx, { ...props, label: t(isNew ? "accounts.verify" : "residences.renew"), kind: "secondary" });
}
