// What a person sees of residence: why something needs it and how to get there, their own standing, and the forms of each method.
import type { Account } from "../accounts/account.ts";
import { html, type Markup, nothing } from "../platform/html.ts";
import type { MessageKey } from "../platform/i18n.ts";
import { markdownToHtml } from "../platform/rich-text.ts";
import { pickText } from "../platform/text.ts";
import type { PageContext } from "../web/context.ts";
import { buttonForm, buttonLink, type Fields, form, openFields } from "../web/fields.ts";
import { emptyForm, type FormState } from "../web/forms.ts";
import { page } from "../web/layout.ts";
import { emptyState, factList, section } from "../web/lists.ts";
import { ago, langAttrs, statusPill, when } from "../web/marks.ts";
import { type ActKind, actKindOf } from "./assist.ts";
import type { PastAssist } from "./assist-queries.ts";
import type { CensusList, OwnLetter, OwnResidence } from "./queries.ts";
import { addressLengthMax, codeAttemptsMax, type Method, type MethodRow, residenceState } from "./residence.ts";

const methodNames = {
  desk: "residences.desk",
  census: "residences.census",
  claim: "residences.claim",
  post: "residences.post",
} as const satisfies Record<Method, MessageKey>;

export const methodName = ({ t }: PageContext, method: Method): string => t(methodNames[method]);

const usualExplanations = {
  desk: "residences.desk-explained",
  census: "residences.census-explained",
  claim: "residences.claim-explained",
  post: "residences.post-explained",
} as const satisfies Record<Method, MessageKey>;

/**
 * Why something cannot be done yet, and how it can: for whoever needs a resident. Names the methods of this city and leads
 * to the page where they are. Shown in the place of the button.
 *
 * @param why what residents alone can do here, in one sentence.
 */
export function residenceNeeded(
  ctx: PageContext,
  { why, methods, account }: { why: string; methods: readonly MethodRow[]; account: Account },
): Markup {
  const { t } = ctx;
  const isOver = residenceState(account, ctx.now) === "over";
  return html`<div class="stack residence-needed">
    <p class="hint">${why}</p>
    ${isOver ? html`<p class="hint">${t.rich("residences.over", { date: when(t, account.residenceExpiresAt!) })}</p>` : nothing}
    ${
      methods.length === 0
        ? html`<p class="hint">${t("residences.no-method")}</p>`
        : html`<p class="hint">${t("residences.ways", { ways: t.list(methods.map(({ method }) => methodName(ctx, method))) })}</p>
    ${buttonLink("/account/residence", t(isOver ? "residences.renew" : "residences.verify"), "secondary")}`
    }
  </div>`;
}

export interface OwnPageProps {
  readonly account: Account;
  readonly residence: OwnResidence | null;
  readonly methods: readonly MethodRow[];
  readonly census: CensusList | null;
  readonly letter: OwnLetter | null;
  readonly hasAssists: boolean;
}

/** Which form was posted and is shown again. */
export interface OwnForms {
  readonly census?: FormState;
  readonly letter?: FormState;
  readonly code?: FormState;
}

export function ownResidencePage(ctx: PageContext, props: OwnPageProps, forms: OwnForms = {}): Markup {
  const { t } = ctx;
  return page({
    ctx,
    title: t("residences.title"),
    lead: t("residences.lead"),
    section: "account",
    isUnlisted: true,
    crumbs: [{ href: "/account", label: t("accounts.account-title") }],
    main: html`
      ${ownStanding(ctx, props)}
      ${props.methods.length === 0 ? emptyState(t("residences.no-method")) : nothing}
      ${props.methods.map((method) =>
        section(
          methodName(ctx, method.method),
          html`<div class="stack">${explanation(ctx, method)}${methodForm(ctx, method, props, forms)}</div>`,
          undefined,
          method.method,
        ),
      )}
      ${props.hasAssists ? html`<p><a href="/account/assists">${t("assist.own-title")}</a></p>` : nothing}`,
  });
}

function ownStanding(ctx: PageContext, { account, residence }: OwnPageProps): Markup {
  const { t } = ctx;
  const state = residenceState(account, ctx.now);
  if (residence === null || state === "none") {
    return html`<p>${statusPill(t("accounts.guest"))} ${t("residences.none")}</p>`;
  }
  const end = residence.expiresAt;
  return html`${factList([
    [
      t("accounts.residence"),
      state === "over" ? statusPill(t("residences.state-over"), "bad") : statusPill(t("accounts.resident"), "good"),
    ],
    [t("residences.by"), methodName(ctx, residence.method)],
    [t("residences.since"), when(t, residence.verifiedAt)],
    [t("residences.until"), end === null ? t("residences.no-end") : when(t, end)],
  ])}
  ${state === "soon" ? html`<div class="note note-info"><p>${t("residences.soon-help")}</p></div>` : nothing}
  ${state === "over" ? html`<div class="note note-bad"><p>${t("residences.over-help")}</p></div>` : nothing}`;
}

/** In the city's words, where it has found some. */
function explanation(ctx: PageContext, { method, explanation: texts, validMonths }: MethodRow): Markup {
  const { t, city } = ctx;
  const said = pickText(texts, t.lang, city.lang);
  return html`
    ${said.text === "" ? html`<p>${t(usualExplanations[method])}</p>` : html`<div class="prose"${langAttrs(t, said.lang)}>${markdownToHtml(said.text)}</div>`}
    ${validMonths === null ? nothing : html`<p class="hint">${t("residences.valid", { count: validMonths })}</p>`}`;
}

function methodForm(ctx: PageContext, row: MethodRow, props: OwnPageProps, forms: OwnForms): Markup {
  const { t } = ctx;
  switch (row.method) {
    case "desk":
      return nothing;
    case "claim":
      return buttonLink("/account", t("residences.claim-open"), "secondary");
    case "census":
      return censusForm(ctx, props.census, forms.census ?? emptyForm);
    case "post":
      return props.letter === null
        ? letterForm(ctx, row, forms.letter ?? emptyForm)
        : letterUnderWay(ctx, row, props.letter, forms);
    default:
      return row.method satisfies never;
  }
}

const numberField = (ctx: PageContext, fields: Fields): Markup =>
  fields.text("number", {
    label: ctx.t("residences.number"),
    hint: ctx.t("residences.number-hint"),
    autocomplete: "off",
    spellcheck: false,
    charsMax: 40,
  });

function censusForm(ctx: PageContext, census: CensusList | null, state: FormState): Markup {
  const { t } = ctx;
  const fields = openFields(ctx, state);
  if (census === null) return nothing;
  return form(ctx, {
    action: "/account/residence/census",
    submit: t("residences.census-check"),
    body: html`${fields.summary()}
      ${numberField(ctx, fields)}
      ${census.asks.includes("birth-date") ? fields.date("birthDate", { label: t("residences.birth-date") }) : nothing}
      ${census.asks.includes("post-code") ? fields.text("postCode", { label: t("residences.post-code"), autocomplete: "postal-code", charsMax: 12 }) : nothing}`,
  });
}

function letterForm(ctx: PageContext, { settings }: MethodRow, state: FormState): Markup {
  const { t } = ctx;
  const fields = openFields(ctx, state);
  return form(ctx, {
    action: "/account/residence/letter",
    submit: t("residences.letter-ask"),
    body: html`${fields.summary()}
      ${fields.area("address", { label: t("residences.address"), hint: t("residences.address-hint"), rows: 4, charsMax: addressLengthMax })}
      ${
        // The census form has a field of that name.
        settings.asksNumber === true
          ? fields.text("letterNumber", {
              label: t("residences.number-for-letter"),
              hint: t("residences.number-hint"),
              autocomplete: "off",
              spellcheck: false,
              charsMax: 40,
            })
          : nothing
      }`,
  });
}

function letterUnderWay(ctx: PageContext, row: MethodRow, letter: OwnLetter, forms: OwnForms): Markup {
  const { t } = ctx;
  if (letter.sentAt === null || letter.expiresAt === null) {
    return html`<p>${t.rich("residences.letter-waiting", { when: ago(t, letter.askedAt, ctx.now) })}</p>
      ${buttonForm(ctx, { action: "/account/residence/letter/withdrawal", label: t("residences.letter-cancel"), kind: "secondary" })}`;
  }
  const fields = openFields(ctx, forms.code ?? emptyForm);
  const another = html`<details${forms.letter ? html` open` : nothing}><summary>${t("residences.letter-again")}</summary>${letterForm(ctx, row, forms.letter ?? emptyForm)}</details>`;
  if (letter.expiresAt <= ctx.now) return html`<p>${t("residences.letter-over")}</p>${another}`;
  return html`<p>${t.rich("residences.letter-sent", { sent: when(t, letter.sentAt), until: when(t, letter.expiresAt) })}</p>
    ${form(ctx, {
      action: "/account/residence/code",
      submit: t("residences.code-submit"),
      body: html`${fields.summary()}${fields.text("code", {
        label: t("residences.code"),
        hint: t("residences.code-hint", { count: codeAttemptsMax - letter.attempts }),
        autocomplete: "one-time-code",
        spellcheck: false,
        charsMax: 20,
      })}`,
    })}
    ${another}`;
}

const actKindNames = {
  support: "assist.act-support",
  proposal: "assist.act-proposal",
  comment: "assist.act-comment",
  like: "assist.act-like",
  residence: "assist.act-residence",
  profile: "assist.act-profile",
  follow: "assist.act-follow",
  other: "assist.act-other",
} as const satisfies Record<ActKind, MessageKey>;

/** What was done in one session, for the person and for administrators. */
export function assistCard(ctx: PageContext, assist: PastAssist, title: Markup): Markup {
  const { t } = ctx;
  return html`<article class="card card-plain"><div class="card-body">
    <h3 class="card-title">${title}</h3>
    <p>${when(t, assist.startedAt, "dateTime")}${assist.endedAt === null ? html` ${statusPill(t("assist.running"), "waiting")}` : nothing}</p>
    <p>${t("assist.reason")}: <bdi>${assist.reason}</bdi></p>
    ${
      assist.acts.length === 0
        ? html`<p>${t("assist.no-acts")}</p>`
        : html`<ul>${assist.acts.map((act) => html`<li>${t(actKindNames[actKindOf(act.path)])} · ${t.date(new Date(act.at), "time")}</li>`)}</ul>`
    }
  </div></article>`;
}

/** The person's own page about what was done for them. */
export function ownAssistsPage(ctx: PageContext, assists: readonly PastAssist[]): Markup {
  const { t } = ctx;
  const card = (assist: PastAssist) =>
    assistCard(ctx, assist, html`${t.rich("assist.by", { name: html`<bdi>${assist.officerName}</bdi>` })}`);
  return page({
    ctx,
    title: t("assist.own-title"),
    lead: t("assist.own-lead"),
    section: "account",
    isUnlisted: true,
    crumbs: [
      { href: "/account", label: t("accounts.account-title") },
      { href: "/account/residence", label: t("residences.title") },
    ],
    main:
      assists.length === 0
        ? emptyState(t("assist.own-none"))
        : html`<h2 class="visually-hidden">${t("assist.own-title")}</h2><ul class="card-list">${assists.map((assist) => html`<li>${card(assist)}</li>`)}</ul>`,
  });
}
