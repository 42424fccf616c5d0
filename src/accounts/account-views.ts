// A person's own pages: profile, public voice, sessions, closing.
import type { Actor } from "../actors/actor.ts";
import { addressOf, handleLengthMax } from "../actors/actor.ts";
import { href, html, type Markup, nothing } from "../platform/html.ts";
import { languages, type MessageKey, ownNames, type Translator } from "../platform/i18n.ts";
import type { PageContext } from "../web/context.ts";
import { buttonForm, buttonLink, confirmForm, form, openFields } from "../web/fields.ts";
import { emptyForm, type FormState } from "../web/forms.ts";
import { page } from "../web/layout.ts";
import { factList, section } from "../web/lists.ts";
import { ago, statusPill, when } from "../web/marks.ts";
import { type Account, isResident, knowHowLengthMax, nameLengthMax, type RoleGrant } from "./account.ts";
import type { AccountLink } from "./own-links.ts";
import type { KnowHow, MembershipRow, OpenSession, ProcessChoice } from "./queries.ts";

export interface AccountPageProps {
  readonly account: Account;
  readonly knowHow: KnowHow;
  readonly memberships: readonly MembershipRow[];
  readonly processes: readonly ProcessChoice[];
  /** The person's own actor, if they asked for one. */
  readonly voice: Actor | null;
  readonly host: string;
  /** What waits for this person, or was done for them, in rooms above: it stands first. */
  readonly more?: readonly AccountLink[];
}

/** Which of the forms on the page was posted and is shown again. */
export interface AccountForms {
  readonly profile?: FormState;
  readonly voice?: FormState;
}

export function accountPage(ctx: PageContext, props: AccountPageProps, forms: AccountForms = {}): Markup {
  const { t } = ctx;
  return page({
    ctx,
    title: t("accounts.account-title"),
    section: "account",
    isUnlisted: true,
    main: html`
      ${standing(ctx, props)}
      ${props.more?.map((link) => leadOn(t, link))}
      ${section(t("accounts.profile-title"), profileForm(ctx, props, forms.profile ?? emptyForm), undefined, "profile")}
      ${section(t("accounts.voice-title"), voice(ctx, props, forms.voice ?? emptyForm), undefined, "voice")}
      ${ownLinks.map((link) => leadOn(t, link))}`,
  });
}

/** What everybody has; in this order. */
const ownLinks: readonly AccountLink[] = [
  {
    id: "drafts",
    href: "/account/proposals",
    title: "accounts.drafts-title",
    lead: "accounts.drafts-lead",
    open: "accounts.drafts-open",
  },
  {
    id: "supports",
    href: "/account/supports",
    title: "supports.title",
    lead: "supports.account-lead",
    open: "supports.open",
  },
  {
    id: "notices",
    href: "/notices/settings",
    title: "accounts.notices-title",
    lead: "accounts.notices-lead",
    open: "accounts.notices-open",
  },
  {
    id: "statements",
    href: "/moderation/statements",
    title: "statements.mine-title",
    lead: "accounts.statements-lead",
    open: "accounts.statements-open",
  },
  {
    id: "sign-in",
    href: "/account/sign-in",
    title: "accounts.ways-title",
    lead: "accounts.ways-lead",
    open: "accounts.ways-open",
  },
  {
    id: "data",
    href: "/account/data",
    title: "accounts.data-title",
    lead: "accounts.data-lead",
    open: "accounts.data-open",
  },
  {
    id: "erasures",
    href: "/account/erasures",
    title: "accounts.erasures-title",
    lead: "accounts.erasures-lead",
    open: "accounts.erasures-open",
  },
  {
    id: "closing",
    href: "/account/closing",
    title: "accounts.closing-title",
    lead: "accounts.closing-lead",
    open: "accounts.closing-open",
  },
];

const leadOn = (t: Translator, { id, href: to, title, lead, open }: AccountLink): Markup =>
  section(
    t(title),
    html`<div class="stack"><p>${t(lead)}</p>${buttonLink(to, t(open), "secondary")}</div>`,
    undefined,
    id,
  );

/** What the node knows of the person, and what follows from it. */
function standing(ctx: PageContext, { account, memberships, processes }: AccountPageProps): Markup {
  const { t } = ctx;
  return html`${factList([
    [
      t("accounts.email"),
      account.email === null
        ? html`${t("accounts.no-email")} <a href="/account/email">${t("accounts.email-add")}</a>`
        : html`<bdi>${account.email}</bdi>`,
    ],
    [
      t("accounts.residence"),
      html`${
        isResident(account, ctx.now)
          ? html`${statusPill(t("accounts.resident"), "good")} ${t("accounts.resident-means")}`
          : html`${statusPill(t("accounts.guest"))} ${t("accounts.guest-means")}`
      } <a href="/account/residence">${t("accounts.residence-open")}</a>`,
    ],
    [
      t("accounts.roles"),
      account.grants.length === 0 ? null : t.list(account.grants.map((grant) => grantText(t, grant, processes))),
    ],
    [t("accounts.memberships"), memberships.length === 0 ? null : t.list(memberships.map((row) => row.name))],
  ])}`;
}

const roleNames = {
  administrator: "accounts.role-administrator",
  official: "accounts.role-official",
  evaluator: "accounts.role-evaluator",
  moderator: "accounts.role-moderator",
} as const satisfies Record<RoleGrant["role"], MessageKey>;

export const roleName = (t: Translator, role: RoleGrant["role"]): string => t(roleNames[role]);

/** "moderator of Velòdrom 2027", "official of the whole node" */
export function grantText(t: Translator, grant: RoleGrant, processes: readonly ProcessChoice[]): string {
  const role = roleName(t, grant.role);
  if (grant.processUri === null) return t("accounts.role-everywhere", { role });
  const process = processes.find(({ uri }) => uri === grant.processUri);
  return t("accounts.role-in-process", { role, process: process?.title || grant.processUri });
}

function profileForm(ctx: PageContext, { account, knowHow }: AccountPageProps, state: FormState): Markup {
  const { t } = ctx;
  const fields = openFields(ctx, state);
  return form(ctx, {
    action: "/account/profile",
    submit: t("accounts.save"),
    body: html`
      ${fields.summary()}
      ${fields.text("name", {
        label: t("accounts.name"),
        hint: t(account.actorId === null ? "accounts.name-hint" : "accounts.name-hint-voice"),
        value: account.name,
        autocomplete: "name",
        charsMax: nameLengthMax,
      })}
      ${fields.select("locale", {
        label: t("accounts.language"),
        hint: t("accounts.language-hint"),
        value: account.locale,
        options: languages.map((lang) => ({ value: lang, label: ownNames[lang] })),
      })}
      ${fields.area("knowHow", {
        label: t("accounts.know-how"),
        hint: t("accounts.know-how-hint"),
        value: knowHow.knowHow,
        optional: true,
        rows: 4,
        charsMax: knowHowLengthMax,
      })}
      ${fields.check("isKnowHowPublic", { label: t("accounts.know-how-public"), isChecked: knowHow.isKnowHowPublic })}`,
  });
}

function voice(ctx: PageContext, { account, voice: actor, host }: AccountPageProps, state: FormState): Markup {
  const { t } = ctx;
  const fields = openFields(ctx, state);
  const name = (value: string) =>
    fields.text("publicName", {
      label: t("accounts.public-name"),
      hint: t("accounts.public-name-hint"),
      value,
      charsMax: nameLengthMax,
    });
  if (actor === null) {
    return html`<div class="stack"><p>${t("accounts.voice-explained", { host })}</p>
    ${form(ctx, {
      action: "/account/voice",
      submit: t("accounts.voice-open"),
      body: html`
        ${fields.summary()}
        ${fields.text("handle", { label: t("accounts.handle"), hint: t("accounts.handle-hint", { host }), charsMax: handleLengthMax, spellcheck: false, autocomplete: "off" })}
        ${name(account.name)}`,
    })}</div>`;
  }
  return html`<div class="stack"><p>${t("accounts.voice-yours")} <a class="handle" dir="ltr" href="${href(actor.url ?? actor.uri)}">${addressOf(actor)}</a></p>
    ${form(ctx, { action: "/account/voice/name", submit: t("accounts.save"), body: html`${fields.summary()}${name(actor.name)}` })}
    ${confirmForm(ctx, {
      action: "/account/voice/closing",
      label: t("accounts.voice-close"),
      ask: t("accounts.voice-close-ask"),
      submit: t("accounts.voice-close"),
      tone: "danger",
      kind: "danger",
      body: nothing,
    })}</div>`;
}

/** Where the person is signed in, each to be ended. */
export function openSessions(ctx: PageContext, open: readonly OpenSession[]): Markup {
  const { t } = ctx;
  return html`<div class="stack"><ul class="card-list">${open.map((session) => {
    const device = session.device === "" ? t("accounts.unknown-device") : session.device;
    return html`<li class="card card-plain"><div class="card-body">
      <p><strong><bdi>${device}</bdi></strong> ${session.isThisOne ? statusPill(t("accounts.this-device"), "accent") : nothing}</p>
      <p>${t.rich("accounts.session-since", { since: ago(t, session.createdAt, ctx.now), until: when(t, session.expiresAt) })}</p>
      ${
        session.isThisOne
          ? nothing
          : buttonForm(ctx, {
              action: "/account/sessions/end",
              values: { session: session.id },
              label: t("accounts.session-end"),
              about: device,
              kind: "secondary",
            })
      }
    </div></li>`;
  })}</ul>
  ${buttonForm(ctx, { action: "/account/sessions/end-all", label: t("accounts.sign-out-everywhere"), kind: "secondary" })}</div>`;
}

/** @param own what of this person goes and what stays, in numbers; told by the rooms above. */
export function closingPage(ctx: PageContext, state: FormState, own: Markup = nothing): Markup {
  const { t } = ctx;
  const fields = openFields(ctx, state);
  return page({
    ctx,
    title: t("accounts.closing-title"),
    section: "account",
    isUnlisted: true,
    crumbs: [{ href: "/account", label: t("accounts.account-title") }],
    main: html`<div class="stack">
      <div class="prose"><p>${t("accounts.closing-what-happens")}</p>
      <ul>
        <li>${t("accounts.closing-erased")}</li>
        <li>${t("accounts.closing-texts")}</li>
        <li>${t("accounts.closing-counts")}</li>
        <li>${t("accounts.closing-elsewhere")}</li>
        <li>${t("accounts.closing-final")}</li>
      </ul>
      ${own}
      <p><a href="/account/data">${t("accounts.data-before-closing")}</a></p></div>
      ${form(ctx, {
        action: "/account/closing",
        submit: t("accounts.closing-confirm"),
        tone: "danger",
        body: html`${fields.summary()}${fields.check("isSure", { label: t("accounts.closing-sure") })}`,
        more: html`<a href="/account">${t("accounts.closing-keep")}</a>`,
      })}</div>`,
  });
}
