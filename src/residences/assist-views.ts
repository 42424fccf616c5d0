// What an official sees before and after acting for a person at the desk.
import { type Account, emailLengthMax, nameLengthMax } from "../accounts/account.ts";
import type { Person } from "../accounts/queries.ts";
import { href, html, type Markup, nothing } from "../platform/html.ts";
import { languages, ownNames } from "../platform/i18n.ts";
import { minuteMs } from "../platform/time.ts";
import type { PageContext } from "../web/context.ts";
import { csrfField, form, openFields } from "../web/fields.ts";
import type { FormState } from "../web/forms.ts";
import { page } from "../web/layout.ts";
import { emptyState, section } from "../web/lists.ts";
import { assistMs, reasonLengthMax } from "./assist.ts";
import type { PastAssist } from "./assist-queries.ts";
import type { OpenEmailCode } from "./email-code-queries.ts";
import { emailPart } from "./email-code-views.ts";
import { assistCard } from "./views.ts";

export interface AssistPageProps {
  readonly by: Account;
  readonly search: string;
  /** Null: nothing was searched for. */
  readonly found: readonly Person[] | null;
  readonly past: readonly PastAssist[];
}

export function assistPage(ctx: PageContext, { by, search, found, past }: AssistPageProps, state: FormState): Markup {
  const { t } = ctx;
  return page({
    ctx,
    title: t("assist.title"),
    lead: t("assist.lead", { minutes: assistMs / minuteMs }),
    section: "desk",
    isUnlisted: true,
    crumbs: [
      { href: "/desk", label: t("desk.title") },
      { href: "/desk/residence", label: t("residences.desk-title") },
    ],
    main: html`
      <form class="filters" method="post" action="/desk/assist/search" role="search">${csrfField(ctx)}
        <div class="filter filter-search"><label for="assist-q">${t("accounts.people-search")}</label>
        <input id="assist-q" type="search" name="q" dir="auto" maxlength="200" autocomplete="off" value="${search}"></div>
        <button class="button" type="submit">${t("list.search")}</button>
      </form>
      ${found === null ? nothing : foundPeople(ctx, by, found)}
      ${section(t("assist.open-account"), openForm(ctx, state), undefined, "open")}
      ${
        past.length === 0
          ? nothing
          : section(
              t("assist.past"),
              html`<ul class="card-list">${past.map((assist) => html`<li>${assistCard(ctx, assist, pastTitle(ctx, assist))}</li>`)}</ul>`,
            )
      }`,
  });
}

const pastTitle = ({ t }: PageContext, assist: PastAssist): Markup =>
  t.rich("assist.by-for", {
    name: html`<bdi>${assist.officerName}</bdi>`,
    person: html`<a href="${href(`/admin/people/${assist.accountId}`)}"><bdi>${assist.personName}</bdi></a>`,
  });

function foundPeople(ctx: PageContext, by: Account, found: readonly Person[]): Markup {
  const { t } = ctx;
  const people = found.filter((person) => person.id !== by.id && person.grants.length === 0);
  if (people.length === 0) return emptyState(t("accounts.people-none"), t("assist.people-none-help"));
  return html`<ul class="plain-list">${people.map(
    (person) =>
      html`<li><a href="${href(`/desk/assist/${person.id}`)}"><bdi>${person.name}</bdi></a> ${person.email === null ? nothing : html`<bdi>${person.email}</bdi>`}</li>`,
  )}</ul>`;
}

function openForm(ctx: PageContext, state: FormState): Markup {
  const { t } = ctx;
  const fields = openFields(ctx, state);
  return form(ctx, {
    action: "/desk/assist/accounts",
    submit: t("assist.open-account"),
    body: html`${fields.summary()}
      ${fields.text("name", { label: t("accounts.name"), hint: t("accounts.name-hint"), autocomplete: "off", charsMax: nameLengthMax })}
      ${fields.text("email", { label: t("accounts.email"), hint: t("assist.email-hint"), type: "email", autocomplete: "off", optional: true, charsMax: emailLengthMax })}
      ${fields.select("locale", {
        label: t("accounts.language"),
        value: t.lang,
        options: languages.map((lang) => ({ value: lang, label: ownNames[lang] })),
      })}`,
  });
}

export interface AssistFormProps {
  readonly person: Account;
  /** For a person who may give an address here; null for whoever has one, or comes in another way. */
  readonly email: { readonly open: OpenEmailCode | null } | null;
}

export function assistFormPage(ctx: PageContext, { person, email }: AssistFormProps, state: FormState): Markup {
  const { t } = ctx;
  const fields = openFields(ctx, state);
  return page({
    ctx,
    title: t("assist.begin-for", { name: person.name }),
    section: "desk",
    isUnlisted: true,
    crumbs: [
      { href: "/desk", label: t("desk.title") },
      { href: "/desk/assist", label: t("assist.title") },
    ],
    main: html`<div class="stack"><div class="prose"><p>${t("assist.rules", { minutes: assistMs / minuteMs })}</p></div>
      ${form(ctx, {
        action: `/desk/assist/${person.id}`,
        submit: t("assist.begin"),
        body: html`${fields.summary()}
          ${fields.text("reason", { label: t("assist.reason"), hint: t("assist.reason-hint"), charsMax: reasonLengthMax })}
          ${fields.check("isThere", { label: t("assist.is-there") })}`,
        more: html`<a href="/desk/assist">${t("assist.not-now")}</a>`,
      })}</div>
      ${email === null ? nothing : emailPart(ctx, { person, ...email })}`,
  });
}
