// The desk's pages of residence: what waits, the conflicts, and the methods.
import { type Account, mayGrantRoles } from "../accounts/account.ts";
import { href, html, type Markup, nothing } from "../platform/html.ts";
import type { MessageKey } from "../platform/i18n.ts";
import type { PageContext } from "../web/context.ts";
import { buttonLink, confirmForm, form, openFields } from "../web/fields.ts";
import type { FormState } from "../web/forms.ts";
import { icon } from "../web/icons.ts";
import { page } from "../web/layout.ts";
import { emptyState, section } from "../web/lists.ts";
import { ago, statusPill, when } from "../web/marks.ts";
import type { CensusList, Conflict } from "./queries.ts";
import { type CensusFact, censusFacts, type MethodRow, validMonthsMax } from "./residence.ts";
import { methodName, whatItProves } from "./views.ts";

export interface DeskProps {
  readonly methods: readonly MethodRow[];
  readonly lettersWaiting: number;
  readonly conflicts: readonly Conflict[];
  readonly census: CensusList | null;
  readonly coming: CensusList | null;
  /** Whether supports count people, or accounts. */
  readonly isPerPerson: boolean;
}

export function deskPage(ctx: PageContext, by: Account, props: DeskProps): Markup {
  const { t } = ctx;
  return page({
    ctx,
    title: t("residences.desk-title"),
    lead: t("residences.desk-lead"),
    section: "desk",
    isUnlisted: true,
    crumbs: deskCrumbs(ctx),
    actions: buttonLink("/desk/assist", t("assist.title"), "secondary"),
    main: html`
      ${section(
        t("residences.letters"),
        html`<p>${t("residences.letters-waiting", { count: props.lettersWaiting })}</p>${buttonLink("/desk/residence/letters", t("residences.letters-open"), "secondary")}`,
        undefined,
        "letters",
      )}
      ${section(t("residences.conflicts"), conflictList(ctx, by, props.conflicts), undefined, "conflicts")}
      ${section(t("residences.methods"), html`${props.isPerPerson ? nothing : accountsNote(ctx)}${methodTable(ctx, by, props.methods)}`, undefined, "methods")}
      ${mayGrantRoles(by) ? section(t("residences.census"), censusSummary(ctx, props), undefined, "census") : nothing}`,
  });
}

const deskCrumbs = ({ t }: PageContext) => [{ href: "/desk", label: t("desk.title") }];
export const residenceCrumbs = (ctx: PageContext) => [
  ...deskCrumbs(ctx),
  { href: "/desk/residence", label: ctx.t("residences.desk-title") },
];

/** What the desk can decide: between who came and who has the number, or whether two accounts are one person's. */
const conflictWords = {
  number: {
    moved: {
      label: "residences.conflict-move",
      ask: "residences.conflict-move-ask",
      submit: "residences.conflict-move-confirm",
    },
    kept: {
      label: "residences.conflict-keep",
      ask: "residences.conflict-keep-ask",
      submit: "residences.conflict-keep-confirm",
    },
  },
  suspended: {
    moved: {
      label: "residences.suspension-one",
      ask: "residences.suspension-one-ask",
      submit: "residences.suspension-one-confirm",
    },
    kept: {
      label: "residences.suspension-two",
      ask: "residences.suspension-two-ask",
      submit: "residences.suspension-two-confirm",
    },
  },
} as const satisfies Record<Conflict["kind"], Record<"moved" | "kept", Record<string, MessageKey>>>;

function conflictList(ctx: PageContext, by: Account, conflicts: readonly Conflict[]): Markup {
  const { t } = ctx;
  if (conflicts.length === 0) return emptyState(t("residences.conflicts-none"));
  const person = (id: string, name: string) => html`<a href="${href(`/admin/people/${id}`)}"><bdi>${name}</bdi></a>`;
  const decide = (conflict: Conflict, resolution: "moved" | "kept") => {
    const words = conflictWords[conflict.kind][resolution];
    return confirmForm(ctx, {
      action: `/desk/residence/conflicts/${conflict.id}`,
      label: t(words.label),
      ask: t(words.ask, { name: conflict.name, other: conflict.otherName }),
      submit: t(words.submit),
      kind: "secondary",
      body: html`<input type="hidden" name="resolution" value="${resolution}">`,
    });
  };
  return html`<ul class="card-list">${conflicts.map((conflict) => {
    const isOwn = by.id === conflict.accountId || by.id === conflict.otherAccountId;
    return html`<li><article class="card card-plain"><div class="card-body">
      <p>${t.rich(conflict.kind === "number" ? "residences.conflict" : "residences.suspension", {
        name: person(conflict.accountId, conflict.name),
        other: person(conflict.otherAccountId, conflict.otherName),
      })}</p>
      <p>${methodName(ctx, conflict.method)} · ${ago(t, conflict.at, ctx.now)}</p>
      ${isOwn ? html`<p>${t("residences.conflict-own")}</p>` : html`<div class="stack">${decide(conflict, "moved")}${decide(conflict, "kept")}</div>`}
    </div></article></li>`;
  })}</ul>`;
}

/** Never silently: what follows for every count of the city. */
const accountsNote = ({ t }: PageContext): Markup =>
  html`<div class="note note-bad" role="note"><p>${icon("warning")}<span>${t("residences.counts-accounts")}</span></p></div>`;

function methodTable(ctx: PageContext, by: Account, rows: readonly MethodRow[]): Markup {
  const { t } = ctx;
  return html`<div class="table-wrap"><table class="table">
    <thead><tr><th scope="col">${t("residences.method")}</th><th scope="col">${t("residences.state")}</th><th scope="col">${t("residences.valid-for")}</th></tr></thead>
    <tbody>${rows.map((row) => {
      const name = methodName(ctx, row.method);
      return html`<tr>
        <th scope="row">${mayGrantRoles(by) ? html`<a href="${href(`/desk/residence/methods/${row.method}`)}">${name}</a>` : name}</th>
        <td>${row.isOn ? statusPill(t("residences.on"), "good") : statusPill(t("residences.off"))}</td>
        <td>${row.validMonths === null ? t("residences.no-end") : t("residences.months", { count: row.validMonths })}</td>
      </tr>`;
    })}</tbody></table></div>`;
}

function censusSummary(ctx: PageContext, { census, coming }: DeskProps): Markup {
  const { t } = ctx;
  return html`<div class="stack">
    <p>${
      census === null
        ? t("residences.census-none")
        : t.rich("residences.census-current", {
            people: t.number(census.personCount),
            date: when(t, census.confirmedAt ?? census.uploadedAt),
          })
    }</p>
    ${coming === null ? nothing : html`<p><a href="${href(`/desk/residence/census/${coming.id}`)}">${t("residences.census-coming")}</a></p>`}
    ${buttonLink("/desk/residence/census", t("residences.census-upload"), "secondary")}</div>`;
}

export function methodPage(ctx: PageContext, row: MethodRow, state: FormState): Markup {
  const { t } = ctx;
  const fields = openFields(ctx, state);
  return page({
    ctx,
    title: methodName(ctx, row.method),
    section: "desk",
    isUnlisted: true,
    crumbs: residenceCrumbs(ctx),
    lead: whatItProves(ctx, row),
    main: html`${asksNoNumber(row) ? html`<div class="note note-bad" role="note"><p>${icon("warning")}<span>${t("residences.asks-no-number")}</span></p></div>` : nothing}
    ${form(ctx, {
      action: `/desk/residence/methods/${row.method}`,
      submit: t("accounts.save"),
      body: html`${fields.summary()}
        ${fields.check("isOn", { label: t("residences.method-on"), isChecked: row.isOn })}
        ${fields.perLanguage("explanation", {
          label: t("residences.explanation"),
          hint: t("residences.explanation-hint"),
          values: row.explanation,
          lines: "many",
          optional: true,
          rows: 5,
        })}
        ${fields.text("validMonths", {
          label: t("residences.valid-months"),
          hint: t("residences.valid-months-hint"),
          type: "number",
          min: 1,
          max: validMonthsMax,
          optional: true,
          value: row.validMonths === null ? "" : String(row.validMonths),
        })}
        ${settingFields(ctx, row, fields)}`,
    })}`,
  });
}

const asksNoNumber = ({ method, settings }: MethodRow): boolean =>
  (method === "desk" || method === "post") && settings.asksNumber !== true;

const factNames = {
  "birth-date": "residences.birth-date",
  "post-code": "residences.post-code",
} as const satisfies Record<CensusFact, MessageKey>;

function settingFields(ctx: PageContext, row: MethodRow, fields: ReturnType<typeof openFields>): Markup {
  const { t } = ctx;
  const { settings } = row;
  switch (row.method) {
    case "desk":
    case "post":
      return fields.check("asksNumber", {
        label: t("residences.asks-number"),
        hint: t(row.method === "post" ? "residences.asks-number-post-hint" : "residences.asks-number-hint"),
        isChecked: settings.asksNumber === true,
      });
    case "census":
      return fields.checks("asks", {
        label: t("residences.asks"),
        hint: t("residences.asks-hint"),
        options: censusFacts.map((fact) => ({ value: fact, label: t(factNames[fact]) })),
        chosen: settings.asks ?? ["birth-date"],
      });
    case "claim":
      return html`
        ${fields.text("claim", { label: t("residences.claim-name"), hint: t("residences.claim-name-hint"), value: settings.claim ?? "", spellcheck: false, charsMax: 200 })}
        ${fields.area("values", { label: t("residences.claim-values"), hint: t("residences.claim-values-hint"), value: (settings.values ?? []).join("\n"), rows: 4 })}
        ${fields.text("numberClaim", { label: t("residences.claim-number"), hint: t("residences.claim-number-hint"), value: settings.numberClaim ?? "", optional: true, spellcheck: false, charsMax: 200 })}`;
    default:
      return row.method satisfies never;
  }
}
