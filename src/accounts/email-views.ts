// What people see when they change their e-mail address, or give a first one.
import { html, type Markup } from "../platform/html.ts";
import type { PageContext } from "../web/context.ts";
import { form, openFields } from "../web/fields.ts";
import type { FormState } from "../web/forms.ts";
import { page } from "../web/layout.ts";
import { type Account, emailLengthMax } from "./account.ts";

const crumbs = ({ t }: PageContext) => [
  { href: "/account", label: t("accounts.account-title") },
  { href: "/account/sign-in", label: t("accounts.ways-title") },
];

export function emailPage(ctx: PageContext, account: Account, state: FormState): Markup {
  const { t } = ctx;
  const fields = openFields(ctx, state);
  return page({
    ctx,
    title: account.email === null ? t("accounts.email-add-title") : t("accounts.email-change-title"),
    lead:
      account.email === null
        ? t("accounts.email-add-lead")
        : t.rich("accounts.email-change-lead", { email: html`<strong><bdi>${account.email}</bdi></strong>` }),
    section: "account",
    isUnlisted: true,
    crumbs: crumbs(ctx),
    main: form(ctx, {
      action: "/account/email",
      submit: t("accounts.email-send"),
      body: html`${fields.summary()}
      ${fields.text("email", {
        label: t("accounts.email-new"),
        hint: t("accounts.email-new-hint"),
        type: "email",
        autocomplete: "email",
        charsMax: emailLengthMax,
      })}`,
      more: html`<a href="/account/sign-in">${t("accounts.back-to-ways")}</a>`,
    }),
  });
}

/** The same for an address that another account has and one that none has. */
export function emailSentPage(ctx: PageContext, hasMailbox: boolean): Markup {
  const { t } = ctx;
  return page({
    ctx,
    title: t("accounts.link-sent-title"),
    section: "account",
    isUnlisted: true,
    crumbs: crumbs(ctx),
    main: html`<div class="prose">
      <p>${t("accounts.email-sent")}</p>
      <p>${t("accounts.email-sent-help")}</p>
      ${hasMailbox ? html`<p>${t.rich("accounts.link-sent-mailbox", { mailbox: html`<a href="/mailbox">${t("accounts.mailbox-title")}</a>` })}</p>` : ""}
      <p><a href="/account/sign-in">${t("accounts.back-to-ways")}</a></p>
    </div>`,
  });
}

export function confirmEmailPage(ctx: PageContext, state: FormState, token: string, email: string): Markup {
  const { t } = ctx;
  const fields = openFields(ctx, state);
  return page({
    ctx,
    title: t("accounts.email-confirm-title"),
    lead: t.rich("accounts.email-confirm-lead", { email: html`<strong><bdi>${email}</bdi></strong>` }),
    section: "account",
    isUnlisted: true,
    // The address of this page is a key: it must not be copied into the page's own metadata.
    canonical: "/account/email",
    main: form(ctx, {
      action: "/account/email/confirmation",
      submit: t("accounts.email-confirm"),
      body: html`${fields.summary()}${fields.hidden("token", token)}`,
      more: html`<a href="/account/sign-in">${t("accounts.back-to-ways")}</a>`,
    }),
  });
}

/** For a link that no longer works, and for one opened where its owner is not signed in. */
export function emailLinkPage(ctx: PageContext): Markup {
  const { t } = ctx;
  const isSignedIn = ctx.account !== null;
  return page({
    ctx,
    title: isSignedIn ? t("accounts.link-expired-title") : t("accounts.email-sign-in-title"),
    isUnlisted: true,
    canonical: "/account/email",
    main: html`<div class="prose">
      <p>${isSignedIn ? t("refusal.email-link-expired") : t("accounts.email-sign-in-first")}</p>
      <p>${
        isSignedIn
          ? html`<a class="button" href="/account/email">${t("accounts.link-again")}</a>`
          : html`<a class="button" href="/sign-in">${t("shell.sign-in")}</a>`
      }</p>
    </div>`,
  });
}
