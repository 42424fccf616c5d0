// A person's own page of residence: what is verified and until when, how to renew it, the forms of each method.
import type { Account } from "../accounts/account.ts";
import { attrs, html, type Markup, nothing, type Renderable } from "../platform/html.ts";
import type { PageContext } from "../web/context.ts";
import { buttonForm, buttonLink, type Fields, form, openFields } from "../web/fields.ts";
import { emptyForm, type FormState } from "../web/forms.ts";
import { page } from "../web/layout.ts";
import { emptyState, factList, section } from "../web/lists.ts";
import { ago, statusPill, when } from "../web/marks.ts";
import type { CensusList, OwnLetter, OwnResidence, Suspension } from "./queries.ts";
import { addressLengthMax, codeAttemptsMax, type MethodRow, type ResidenceState, residenceState } from "./residence.ts";
import { methodExplained, methodName } from "./views.ts";

export interface OwnPageProps {
  readonly account: Account;
  readonly residence: OwnResidence | null;
  readonly methods: readonly MethodRow[];
  readonly census: CensusList | null;
  readonly letter: OwnLetter | null;
  readonly hasAssists: boolean;
  /** Of a residence that held until somebody else proved its number. */
  readonly suspension: Suspension | null;
  /** Whether supports count people here, or accounts. */
  readonly isPerPerson: boolean;
  /** Where the person came from to be verified; null where from nowhere. */
  readonly back: string | null;
}

/** Which form was posted and is shown again. */
export interface OwnForms {
  readonly census?: FormState;
  readonly letter?: FormState;
  readonly code?: FormState;
}

export function ownResidencePage(ctx: PageContext, props: OwnPageProps, forms: OwnForms = {}): Markup {
  const { t } = ctx;
  const { back } = props;
  const state = residenceState(props.account, ctx.now);
  const isVerified = state === "open" || state === "soon";
  return page({
    ctx,
    title: t("residences.title"),
    lead: t("residences.lead"),
    section: "account",
    isUnlisted: true,
    crumbs: [{ href: "/account", label: t("accounts.account-title") }],
    main: html`
      ${back !== null && isVerified ? html`<p>${buttonLink(back, t("residences.go-back"))}</p>` : nothing}
      ${props.suspension === null ? nothing : suspended(ctx, props.suspension)}
      ${ownStanding(ctx, props, state)}
      <p class="hint">${t(props.isPerPerson ? "residences.one-person" : "residences.one-account")}</p>
      ${state === "open" ? renewals(ctx, props, forms) : methodSections(ctx, props, forms)}
      ${props.hasAssists ? html`<p><a href="/account/assists">${t("assist.own-title")}</a></p>` : nothing}`,
  });
}

/** Why a residence that rested on a letter holds no longer, and what to do. */
function suspended({ t }: PageContext, { at, decided }: Suspension): Markup {
  const what = {
    undecided: "residences.suspended-help",
    moved: "residences.suspended-one-person",
    kept: "residences.suspended-two-people",
  } as const;
  return html`<div class="note note-bad"><p><span>${t.rich("residences.suspended", { date: when(t, at) })}</span></p></div>
    <div class="prose"><p>${t("residences.suspended-why")}</p><p>${t(what[decided ?? "undecided"])}</p></div>`;
}

function ownStanding(ctx: PageContext, props: OwnPageProps, state: ResidenceState): Markup {
  const { t } = ctx;
  const { residence, suspension } = props;
  if (residence === null || state === "none") {
    if (suspension !== null) return nothing;
    return html`<p>${statusPill(t("accounts.guest"))} ${t("residences.none")}</p>`;
  }
  const end = residence.expiresAt;
  return html`<div class="stack">${factList([
    [
      t("accounts.residence"),
      state === "over" ? statusPill(t("residences.state-over"), "bad") : statusPill(t("accounts.resident"), "good"),
    ],
    [t("residences.by"), methodName(ctx, residence.method)],
    [t("residences.since"), when(t, residence.verifiedAt)],
    [t("residences.until"), end === null ? t("residences.no-end") : when(t, end)],
  ])}
  ${state === "open" ? html`<p>${t(end === null ? "residences.nothing-to-do" : "residences.nothing-to-do-yet")}</p>` : nothing}
  ${state === "soon" ? html`<div class="note note-info"><p>${t("residences.soon-help")}</p></div>` : nothing}
  ${state === "over" ? html`<div class="note note-bad"><p>${t("residences.over-help")}</p></div>` : nothing}</div>`;
}

/** Nothing has to be done: how it could be renewed is there for who looks for it, and open where a form was just sent. */
const renewals = (ctx: PageContext, props: OwnPageProps, forms: OwnForms): Markup =>
  html`<details class="disclosure section"${attrs({ open: Object.keys(forms).length > 0 || props.letter !== null })}>
    <summary>${ctx.t("residences.renew-early")}</summary>${methodSections(ctx, props, forms)}</details>`;

/** The one that was used comes first: it is the one people know. */
function methodSections(ctx: PageContext, props: OwnPageProps, forms: OwnForms): Renderable {
  const { t } = ctx;
  const used = props.residence?.method;
  const offered = props.methods.filter(({ method }) => method !== "post" || props.suspension?.decided !== null);
  const inOrder = [...offered].sort((a, b) => Number(b.method === used) - Number(a.method === used));
  if (inOrder.length === 0) return emptyState(t("residences.no-method"));
  return inOrder.map((row) => {
    const name = methodName(ctx, row.method);
    const title = used === undefined ? name : t("residences.renew-by", { method: name });
    const body = html`<div class="stack">${methodExplained(ctx, row)}${methodForm(ctx, row, props, forms)}</div>`;
    return section(title, body, undefined, row.method);
  });
}

function methodForm(ctx: PageContext, row: MethodRow, props: OwnPageProps, forms: OwnForms): Markup {
  const { t } = ctx;
  switch (row.method) {
    case "desk":
      return nothing;
    case "claim":
      return buttonLink(waysPath(props.back), t("residences.claim-open"), "secondary");
    case "census":
      return censusForm(ctx, props, forms.census ?? emptyForm);
    case "post":
      return props.letter === null
        ? letterForm(ctx, row, props, forms.letter ?? emptyForm)
        : letterUnderWay(ctx, row, props, props.letter, forms);
    default:
      return row.method satisfies never;
  }
}

/** Where the city's identity provider is linked, and from where one comes back here, or further. */
const waysPath = (back: string | null): string =>
  `/account/sign-in?back=${encodeURIComponent(back ?? "/account/residence")}`;

/** What one was doing is not lost on the way. */
const backField = (back: string | null): Renderable =>
  back === null ? nothing : html`<input type="hidden" name="back" value="${back}">`;

const numberField = (ctx: PageContext, fields: Fields): Markup =>
  fields.text("number", {
    label: ctx.t("residences.number"),
    hint: ctx.t("residences.number-hint"),
    autocomplete: "off",
    spellcheck: false,
    charsMax: 40,
  });

function censusForm(ctx: PageContext, { census, back }: OwnPageProps, state: FormState): Markup {
  const { t } = ctx;
  const fields = openFields(ctx, state);
  if (census === null) return nothing;
  return form(ctx, {
    action: "/account/residence/census",
    submit: t("residences.census-check"),
    body: html`${fields.summary()}${backField(back)}
      ${numberField(ctx, fields)}
      ${census.asks.includes("birth-date") ? fields.date("birthDate", { label: t("residences.birth-date") }) : nothing}
      ${census.asks.includes("post-code") ? fields.text("postCode", { label: t("residences.post-code"), autocomplete: "postal-code", charsMax: 12 }) : nothing}`,
  });
}

function letterForm(ctx: PageContext, { settings }: MethodRow, { back }: OwnPageProps, state: FormState): Markup {
  const { t } = ctx;
  const fields = openFields(ctx, state);
  return form(ctx, {
    action: "/account/residence/letter",
    submit: t("residences.letter-ask"),
    body: html`${fields.summary()}${backField(back)}
      ${fields.area("address", { label: t("residences.address"), hint: t("residences.address-hint"), rows: 4, charsMax: addressLengthMax })}
      ${
        // The census form has a field of that name.
        settings.asksNumber === true
          ? fields.text("letterNumber", {
              label: t("residences.number-for-letter"),
              hint: t("residences.number-for-letter-hint"),
              autocomplete: "off",
              spellcheck: false,
              charsMax: 40,
            })
          : nothing
      }`,
  });
}

function letterUnderWay(
  ctx: PageContext,
  row: MethodRow,
  props: OwnPageProps,
  letter: OwnLetter,
  forms: OwnForms,
): Markup {
  const { t } = ctx;
  if (letter.sentAt === null || letter.expiresAt === null) {
    return html`<p>${t.rich("residences.letter-waiting", { when: ago(t, letter.askedAt, ctx.now) })}</p>
      ${buttonForm(ctx, { action: "/account/residence/letter/withdrawal", label: t("residences.letter-cancel"), kind: "secondary" })}`;
  }
  const fields = openFields(ctx, forms.code ?? emptyForm);
  const another = html`<details${forms.letter ? html` open` : nothing}><summary>${t("residences.letter-again")}</summary>${letterForm(ctx, row, props, forms.letter ?? emptyForm)}</details>`;
  if (letter.expiresAt <= ctx.now) return html`<p>${t("residences.letter-over")}</p>${another}`;
  return html`<p>${t.rich("residences.letter-sent", { sent: when(t, letter.sentAt), until: when(t, letter.expiresAt) })}</p>
    ${form(ctx, {
      action: "/account/residence/code",
      submit: t("residences.code-submit"),
      body: html`${fields.summary()}${backField(props.back)}${fields.text("code", {
        label: t("residences.code"),
        hint: t("residences.code-hint", { count: codeAttemptsMax - letter.attempts }),
        autocomplete: "one-time-code",
        spellcheck: false,
        charsMax: 20,
      })}`,
    })}
    ${another}`;
}
