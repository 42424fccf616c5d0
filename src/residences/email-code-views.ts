// What an official sees while a person at the desk gives an e-mail address: where it is typed, and where its code is.
import { type Account, emailLengthMax } from "../accounts/account.ts";
import { href, html, type Markup, nothing } from "../platform/html.ts";
import { minuteMs } from "../platform/time.ts";
import type { PageContext } from "../web/context.ts";
import { buttonForm, buttonLink, form, openFields } from "../web/fields.ts";
import { emptyForm, type FormState } from "../web/forms.ts";
import { page } from "../web/layout.ts";
import { section } from "../web/lists.ts";
import { when } from "../web/marks.ts";
import { emailCodeAttemptsMax, emailCodeLifetimeMs } from "./email-code.ts";
import type { OpenEmailCode } from "./email-code-queries.ts";

export interface EmailPageProps {
  readonly person: Account;
  readonly open: OpenEmailCode | null;
}

/** Which of its forms was posted and is shown again. */
export interface EmailForms {
  readonly email?: FormState;
  readonly code?: FormState;
}

const pathOf = (person: Account): string => `/desk/assist/${person.id}/email`;

export function emailAtDeskPage(ctx: PageContext, props: EmailPageProps, forms: EmailForms = {}): Markup {
  const { t } = ctx;
  const { person, open } = props;
  return page({
    ctx,
    title: t("assist.email-title", { name: person.name }),
    section: "desk",
    isUnlisted: true,
    crumbs: [
      { href: "/desk", label: t("desk.title") },
      { href: "/desk/assist", label: t("assist.title") },
      { href: `/desk/assist/${person.id}`, label: person.name },
    ],
    main:
      open === null
        ? html`<div class="stack"><div class="prose"><p>${t("assist.email-lead", { minutes: emailCodeLifetimeMs / minuteMs })}</p></div>
          ${emailForm(ctx, person, forms.email ?? emptyForm)}</div>`
        : html`<div class="stack">${waiting(ctx, person, open, forms)}</div>`,
  });
}

function emailForm(ctx: PageContext, person: Account, state: FormState): Markup {
  const { t } = ctx;
  const fields = openFields(ctx, state);
  return form(ctx, {
    action: pathOf(person),
    submit: t("assist.email-send"),
    body: html`${fields.summary()}${fields.text("email", {
      label: t("accounts.email"),
      hint: t("assist.email-hint"),
      type: "email",
      autocomplete: "off",
      charsMax: emailLengthMax,
    })}`,
    more: html`<a href="${href(`/desk/assist/${person.id}`)}">${t("assist.email-without")}</a>`,
  });
}

/** The same for an address that has an account already: only its mail says so. */
function waiting(ctx: PageContext, person: Account, open: OpenEmailCode, forms: EmailForms): Markup {
  const { t } = ctx;
  const fields = openFields(ctx, forms.code ?? emptyForm);
  return html`
    <div class="prose">
      <p>${t.rich("assist.email-sent", { email: html`<strong><bdi>${open.email}</bdi></strong>`, time: when(t, open.expiresAt, "time") })}</p>
      <p>${t("assist.email-sent-help")}</p>
    </div>
    ${form(ctx, {
      action: `${pathOf(person)}/code`,
      submit: t("assist.code-submit"),
      body: html`${fields.summary()}${fields.text("code", {
        label: t("assist.code"),
        hint: t("assist.code-hint", { count: emailCodeAttemptsMax - open.attempts }),
        autocomplete: "off",
        spellcheck: false,
        charsMax: 20,
      })}`,
    })}
    ${section(
      t("assist.code-none"),
      html`<div class="stack"><p>${t("assist.code-none-help")}</p>
      ${forms.email === undefined ? nothing : openFields(ctx, forms.email).summary()}
      <div class="form-actions">
        ${buttonForm(ctx, { action: `${pathOf(person)}/again`, label: t("assist.code-again"), kind: "secondary" })}
        ${buttonForm(ctx, { action: `${pathOf(person)}/withdrawal`, label: t("assist.code-give-up"), kind: "secondary" })}
      </div></div>`,
      undefined,
      "none",
    )}`;
}

/** On the page before acting for a person who has no address. */
export const emailPart = (ctx: PageContext, { person, open }: EmailPageProps): Markup =>
  section(
    ctx.t("accounts.email"),
    html`<div class="stack"><p>${ctx.t(open === null ? "assist.email-none" : "assist.email-waits")}</p>
    <p>${buttonLink(pathOf(person), ctx.t(open === null ? "assist.email-add" : "assist.email-code-type"), "secondary")}</p></div>`,
    undefined,
    "email",
  );
