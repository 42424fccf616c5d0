// What people see when they sign in, and the local mailbox of a node that is tried out.
import { href, html, type Markup, nothing } from "../platform/html.ts";
import type { KeptMail } from "../platform/mail.ts";
import type { AssetName } from "../web/assets.ts";
import type { PageContext } from "../web/context.ts";
import { form, openFields } from "../web/fields.ts";
import type { FormState } from "../web/forms.ts";
import { page } from "../web/layout.ts";
import { emptyState, section } from "../web/lists.ts";
import { ago } from "../web/marks.ts";
import { emailLengthMax, nameLengthMax } from "./account.ts";
import type { OpenLink } from "./sign-in-actions.ts";

/** A way to sign in besides a link by e-mail. Its room gives it, the application collects them. */
export interface SignInWay {
  /**
   * A form or a button. Where the reader is signed in, what it begins adds the way to their account.
   * @param device as {@link deviceOf} names it: "Firefox, Linux".
   */
  readonly show: (ctx: PageContext, returnTo: string, device: string) => Markup;
  readonly scripts?: readonly AssetName[];
}

export function signInPage(
  ctx: PageContext,
  state: FormState,
  returnTo: string,
  ways: readonly SignInWay[] = [],
): Markup {
  const { t } = ctx;
  const fields = openFields(ctx, state);
  const body = html`
    ${fields.summary()}
    ${fields.text("email", {
      label: t("accounts.email"),
      hint: t("accounts.email-hint"),
      type: "email",
      autocomplete: "email",
      charsMax: emailLengthMax,
    })}
    ${fields.hidden("back", returnTo)}`;
  return page({
    ctx,
    title: t("accounts.sign-in-title"),
    lead: t("accounts.sign-in-lead"),
    isUnlisted: true,
    canonical: "/sign-in",
    scripts: scriptsOf(ways),
    main: html`<div class="stack">${form(ctx, { action: "/sign-in", submit: t("accounts.send-link"), body })}
      ${agreement(ctx)}</div>
      ${ways.length === 0 ? nothing : section(t("accounts.other-ways"), waysToSignIn(ctx, returnTo, ways), undefined, "other-ways")}`,
  });
}

/** Said wherever an account can begin. */
const agreement = ({ t }: PageContext): Markup =>
  html`<p class="hint">${t.rich("texts.agree", {
    terms: html`<a href="/terms">${t("texts.terms")}</a>`,
    privacy: html`<a href="/privacy">${t("texts.privacy")}</a>`,
  })}</p>`;

/** All ways, one below the other. */
export const waysToSignIn = (ctx: PageContext, returnTo: string, ways: readonly SignInWay[], device = ""): Markup =>
  html`<div class="stack sign-in-ways">${ways.map((way) => way.show(ctx, returnTo, device))}</div>`;

export const scriptsOf = (ways: readonly SignInWay[]): AssetName[] => [
  ...new Set(ways.flatMap((way) => way.scripts ?? [])),
];

/** The same for an address that is known and one that is not. */
export function linkSentPage(ctx: PageContext, hasMailbox: boolean): Markup {
  const { t } = ctx;
  return page({
    ctx,
    title: t("accounts.link-sent-title"),
    isUnlisted: true,
    main: html`<div class="prose">
      <p>${t("accounts.link-sent")}</p>
      <p>${t("accounts.link-sent-help")}</p>
      ${hasMailbox ? html`<p>${t.rich("accounts.link-sent-mailbox", { mailbox: html`<a href="/mailbox">${t("accounts.mailbox-title")}</a>` })}</p>` : nothing}
      <p><a href="/sign-in">${t("accounts.link-again")}</a></p>
    </div>`,
  });
}

/** A button rather than an open door: mail scanners open every link they see, and would use it up. */
export function confirmSignInPage(ctx: PageContext, state: FormState, token: string, link: OpenLink): Markup {
  const { t } = ctx;
  const fields = openFields(ctx, state);
  const body = html`
    ${fields.summary()}
    ${fields.hidden("token", token)}
    ${
      link.isNew
        ? fields.text("name", {
            label: t("accounts.name"),
            hint: t("accounts.name-hint"),
            autocomplete: "name",
            charsMax: nameLengthMax,
          })
        : nothing
    }`;
  return page({
    ctx,
    title: link.isNew ? t("accounts.welcome-title") : t("accounts.confirm-title"),
    lead: t.rich(link.isNew ? "accounts.welcome-lead" : "accounts.confirm-lead", {
      email: html`<strong><bdi>${link.email}</bdi></strong>`,
    }),
    isUnlisted: true,
    // The address of this page signs in: it must not be copied into the page's own metadata.
    canonical: "/sign-in",
    main: form(ctx, {
      action: "/sign-in/confirmation",
      submit: link.isNew ? t("accounts.open-account") : t("accounts.sign-in-now"),
      body,
    }),
  });
}

export function expiredLinkPage(ctx: PageContext): Markup {
  const { t } = ctx;
  return page({
    ctx,
    title: t("accounts.link-expired-title"),
    isUnlisted: true,
    canonical: "/sign-in",
    main: html`<div class="prose"><p>${t("refusal.link-expired")}</p><p><a class="button" href="/sign-in">${t("accounts.link-again")}</a></p></div>`,
  });
}

export function mailboxPage(ctx: PageContext, mails: readonly KeptMail[]): Markup {
  const { t } = ctx;
  return page({
    ctx,
    title: t("accounts.mailbox-title"),
    lead: t("accounts.mailbox-lead"),
    isUnlisted: true,
    main:
      mails.length === 0
        ? emptyState(t("accounts.mailbox-empty"))
        : html`<ol class="card-list">${mails.map((mail) => html`<li>${mailCard(ctx, mail)}</li>`)}</ol>`,
  });
}

const mailCard = (
  ctx: PageContext,
  mail: KeptMail,
): Markup => html`<article class="card card-plain"><div class="card-body">
  <h2 class="card-title" dir="auto">${mail.subject}</h2>
  <p>${ctx.t("accounts.mailbox-to")} <bdi>${mail.to}</bdi> · ${ago(ctx.t, mail.at, ctx.now)}</p>
  ${mail.text.split(/\n{2,}/).map((paragraph) => html`<p dir="auto">${linked(paragraph)}</p>`)}
</div></article>`;

/** A paragraph that is an address becomes a link; mails here are written so that one stands alone. */
const linked = (paragraph: string): Markup => {
  const text = paragraph.trim();
  return /^https?:\/\/\S+$/.test(text)
    ? html`<a class="handle" href="${href(text)}" dir="ltr">${text}</a>`
    : html`${text}`;
};
