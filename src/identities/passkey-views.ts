// The buttons of passkeys. They need a script; without one, or where the browser has no passkeys, a sentence stands there.
import type { SignInWay } from "../accounts/sign-in-views.ts";
import { attrs, href, html, type Markup, nothing } from "../platform/html.ts";
import { assetUrl } from "../web/assets.ts";
import type { PageContext } from "../web/context.ts";
import { csrfField, openFields } from "../web/fields.ts";
import { emptyForm } from "../web/forms.ts";
import { labelLengthMax } from "./identity.ts";

export const passkeyWay: SignInWay = {
  scripts: ["passkeys.js"],
  show: (ctx, returnTo, device) => (ctx.account === null ? signInForm(ctx, returnTo) : addForm(ctx, device)),
};

const signInForm = (ctx: PageContext, returnTo: string): Markup =>
  passkeyForm(ctx, {
    does: "sign-in",
    action: "/sign-in/passkey",
    button: ctx.t("identities.passkey-sign-in"),
    body: html`<input type="hidden" name="back" value="${returnTo}">`,
  });

/** "Firefox on Linux"; "Passkey" where the browser does not say what it is. */
export function proposedLabel({ t }: PageContext, device: string): string {
  const [browser = "", system = ""] = device.split(", ");
  return system === "" ? browser || t("identities.kind-passkey") : t("identities.browser-on", { browser, system });
}

function addForm(ctx: PageContext, device: string): Markup {
  const { t } = ctx;
  const fields = openFields(ctx, emptyForm);
  return passkeyForm(ctx, {
    does: "add",
    action: "/account/sign-in/passkeys",
    button: t("identities.passkey-add"),
    body: html`<p>${t("identities.passkey-explained")}</p>
      ${fields.text("label", { label: t("identities.label"), hint: t("identities.label-hint"), value: proposedLabel(ctx, device), optional: true, charsMax: labelLengthMax, autocomplete: "off" })}`,
  });
}

function passkeyForm(
  ctx: PageContext,
  props: { does: "sign-in" | "add"; action: string; button: string; body: Markup },
): Markup {
  const { t } = ctx;
  return html`<div class="stack sign-in-way">${ctx.account === null ? nothing : html`<h3>${t("identities.kind-passkey")}</h3>`}<p class="hint">${t("identities.passkey-needs-script")}</p>
  <form hidden class="form" method="post" action="${href(props.action)}" novalidate${attrs({
    "data-passkey": props.does,
    "data-options-from": `${props.action}/options`,
    "data-library": assetUrl("simplewebauthn.js"),
    "data-cancelled": t("identities.passkey-cancelled"),
    "data-known": t("identities.passkey-known"),
    "data-failed": t("identities.passkey-failed"),
  })}>
    ${csrfField(ctx)}
    <input type="hidden" name="answer" value="">
    ${props.body}
    <p class="error" role="alert" data-said hidden></p>
    <div class="form-actions"><button type="submit" class="button button-secondary">${props.button}</button></div>
  </form></div>`;
}
