// What people see of signing in at another server: where to, on the way, what failed, and the welcome when they are new.

import { nameLengthMax } from "../accounts/account.ts";
import type { SignInWay } from "../accounts/sign-in-views.ts";
import { attrs, href, html, type Markup, nothing } from "../platform/html.ts";
import { languages, ownNames } from "../platform/i18n.ts";
import { minuteMs } from "../platform/time.ts";
import type { PageContext } from "../web/context.ts";
import { buttonForm, form, openFields } from "../web/fields.ts";
import { emptyForm, type FormState } from "../web/forms.ts";
import { page } from "../web/layout.ts";
import { section } from "../web/lists.ts";
import type { Arrival } from "./arrival.ts";
import { addressLengthMax } from "./fediverse.ts";
import { arrivalLifetimeMs } from "./identity.ts";

export const fediversePath = "/sign-in/fediverse";
export const oidcPath = "/sign-in/oidc";
export const arrivalPath = "/sign-in/welcome";

/** The form on the sign-in page and among one's own ways. */
export const fediverseWay: SignInWay = {
  show: (ctx, returnTo) => {
    const { t } = ctx;
    return html`<div class="stack sign-in-way"><h3>${t(fediverseTitle(ctx))}</h3><p>${t("identities.fediverse-lead")}</p>
      ${fediverseForm(ctx, emptyForm, returnTo)}</div>`;
  },
};

const fediverseTitle = ({ account }: PageContext) =>
  account === null ? "identities.fediverse-title" : "identities.fediverse-link-title";

function fediverseForm(ctx: PageContext, state: FormState, returnTo: string): Markup {
  const { t } = ctx;
  const fields = openFields(ctx, state);
  return form(ctx, {
    action: fediversePath,
    submit: t("identities.fediverse-go"),
    body: html`${fields.summary()}
      ${fields.text("address", {
        label: t("identities.fediverse-address"),
        hint: t("identities.fediverse-address-hint"),
        autocomplete: "off",
        inputmode: "email",
        spellcheck: false,
        charsMax: addressLengthMax,
      })}
      ${fields.hidden("back", returnTo)}`,
  });
}

/** The same form on a page of its own: to begin with, and again when something went wrong on the way. */
export function fediversePage(ctx: PageContext, state: FormState, returnTo: string): Markup {
  const { t } = ctx;
  return page({
    ctx,
    title: t(fediverseTitle(ctx)),
    lead: t("identities.fediverse-lead"),
    isUnlisted: true,
    canonical: fediversePath,
    main: html`<div class="stack">${fediverseForm(ctx, state, returnTo)}${otherWays(ctx, returnTo)}</div>`,
  });
}

export interface ProviderName {
  /** As people know it. */
  readonly name: string;
  readonly issuer: string;
}

/** The button on the sign-in page and among one's own ways. */
export const oidcWay = (provider: ProviderName): SignInWay => ({
  show: (ctx, returnTo) =>
    html`<div class="stack sign-in-way"><h3>${oidcTitle(ctx, provider)}</h3>${oidcButton(ctx, provider, returnTo)}</div>`,
});

const oidcTitle = ({ t, account }: PageContext, { name }: ProviderName): string =>
  t(account === null ? "identities.oidc-title" : "identities.oidc-link-title", { name });

const oidcButton = (ctx: PageContext, { name, issuer }: ProviderName, returnTo: string): Markup => html`
  <p>${ctx.t("identities.oidc-lead", { host: new URL(issuer).host })}</p>
  ${buttonForm(ctx, { action: oidcPath, label: ctx.t("identities.oidc-go", { name }), values: { back: returnTo } })}`;

export function oidcPage(ctx: PageContext, provider: ProviderName, state: FormState, returnTo: string): Markup {
  const fields = openFields(ctx, state);
  return page({
    ctx,
    title: oidcTitle(ctx, provider),
    isUnlisted: true,
    canonical: oidcPath,
    main: html`<div class="stack">${fields.summary()}${oidcButton(ctx, provider, returnTo)}${otherWays(ctx, returnTo)}</div>`,
  });
}

const otherWays = ({ t, account }: PageContext, returnTo: string): Markup =>
  account === null
    ? html`<p><a href="${href(`/sign-in?back=${encodeURIComponent(returnTo)}`)}">${t("identities.other-ways")}</a></p>`
    : nothing;

/** The step between this page and another server's: it goes on by itself, and says where to. */
export function leavingPage(ctx: PageContext, url: string): Markup {
  const { t } = ctx;
  const { host } = new URL(url);
  return page({
    ctx,
    title: t("identities.leaving-title", { host }),
    isUnlisted: true,
    canonical: "/sign-in",
    main: html`<div class="prose"><p>${t("identities.leaving", { host })}</p>
      <p><a class="button" href="${href(url)}"${attrs({ rel: "noopener noreferrer", "data-focus": true })}>${t("fediverse.continue")}</a></p></div>`,
  });
}

/** How someone new would like to appear, what was read of them, and what was not. */
export function arrivalPage(ctx: PageContext, arrival: Arrival, state: FormState): Markup {
  const { t } = ctx;
  const fields = openFields(ctx, state);
  const { label, host, name, language, verifiedEmail } = arrival;
  const isFediverse = arrival.identity.kind === "fediverse";
  return page({
    ctx,
    title: t("identities.arrival-title"),
    lead: t.rich("identities.arrival-lead", { label: html`<strong><bdi>${label}</bdi></strong>` }),
    isUnlisted: true,
    canonical: "/sign-in",
    main: html`
      ${form(ctx, {
        action: arrivalPath,
        submit: t("accounts.open-account"),
        body: html`${fields.summary()}
          ${fields.text("name", {
            label: t("accounts.name"),
            hint: t("accounts.name-hint"),
            value: name,
            autocomplete: "name",
            charsMax: nameLengthMax,
          })}
          ${fields.select("locale", {
            label: t("accounts.language"),
            hint: t("accounts.language-hint"),
            value: language ?? t.lang,
            options: languages.map((value) => ({ value, label: ownNames[value] })),
          })}`,
      })}
      ${section(
        t("identities.arrival-read-title"),
        html`<div class="prose">
          <p>${t(isFediverse ? "identities.arrival-read-fediverse" : "identities.arrival-read-oidc", { host })}</p>
          <p>${
            verifiedEmail === null
              ? t("identities.arrival-no-email")
              : t.rich("identities.arrival-email", { email: html`<strong><bdi>${verifiedEmail}</bdi></strong>` })
          }</p>
          <p>${t("identities.arrival-known")} <a href="/sign-in">${t("identities.other-ways")}</a></p>
        </div>
        ${buttonForm(ctx, { action: `${arrivalPath}/refusal`, label: t("identities.arrival-not-me"), kind: "secondary" })}
        <p class="hint">${t("identities.arrival-minutes", { count: arrivalLifetimeMs / minuteMs })}</p>`,
        undefined,
        "read",
      )}`,
  });
}
