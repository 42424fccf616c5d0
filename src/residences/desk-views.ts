// The desk's pages of residence: what waits, the methods, the census list, and the part on a person's own page at the desk.
import { type Account, isResident, mayGrantRoles, mayVerifyResidence } from "../accounts/account.ts";
import { href, html, type Markup, nothing } from "../platform/html.ts";
import type { MessageKey, MessageParams } from "../platform/i18n.ts";
import type { PageContext } from "../web/context.ts";
import { buttonForm, buttonLink, confirmForm, form, openFields } from "../web/fields.ts";
import { emptyForm, type FormState } from "../web/forms.ts";
import { page } from "../web/layout.ts";
import { emptyState, factList, section } from "../web/lists.ts";
import { ago, stat, stats, statusPill, when } from "../web/marks.ts";
import { censusBytesMax, censusLinesMax, columnsFor } from "./census.ts";
import type { CensusList, Conflict } from "./queries.ts";
import { type CensusFact, censusFacts, type Method, type MethodRow, validMonthsMax } from "./residence.ts";
import { methodName, whatItProves } from "./views.ts";

export interface DeskProps {
  readonly methods: readonly MethodRow[];
  readonly lettersWaiting: number;
  readonly conflicts: readonly Conflict[];
  readonly census: CensusList | null;
  readonly coming: CensusList | null;
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
      ${section(t("residences.methods"), methodTable(ctx, by, props.methods), undefined, "methods")}
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
    main: form(ctx, {
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
    }),
  });
}

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

export function censusUploadPage(ctx: PageContext, asks: readonly CensusFact[], state: FormState): Markup {
  const { t } = ctx;
  const fields = openFields(ctx, state);
  const columns = columnsFor(asks);
  const example = ["12345678Z", ...asks.map((fact) => (fact === "birth-date" ? "1980-05-31" : "48001"))];
  const upload = form(ctx, {
    action: "/desk/residence/census",
    submit: t("residences.census-read"),
    hasFiles: true,
    body: html`${fields.summary()}
      ${fields.file("list", {
        label: t("residences.census-file"),
        hint: t("residences.census-file-hint", {
          lines: t.number(censusLinesMax),
          megabytes: t.number(censusBytesMax / 1_000_000),
        }),
        accept: ".csv,text/csv,text/plain",
        bytesMax: censusBytesMax,
      })}`,
  });
  return page({
    ctx,
    title: t("residences.census-upload"),
    section: "desk",
    isUnlisted: true,
    crumbs: residenceCrumbs(ctx),
    main: html`<div class="stack"><div class="prose"><p>${t("residences.census-kept")}</p>
      <p>${t("residences.census-columns", { columns: columns.join(", ") })}</p></div>
      <pre dir="ltr"><code>${columns.join(",")}\n${example.join(",")}</code></pre>
      <p><a href="/desk/residence/methods/census">${t("residences.census-settings")}</a></p>${upload}</div>`,
  });
}

/** A list on its way: how far it is, what it would change, or why it was not taken. */
export function censusListPage(ctx: PageContext, list: CensusList): Markup {
  const { t } = ctx;
  return page({
    ctx,
    title: t("residences.census-list"),
    tab: `${t("residences.census-list")}, ${t.date(list.uploadedAt, "dateTime")}`,
    section: "desk",
    isUnlisted: true,
    crumbs: residenceCrumbs(ctx),
    main: html`<div class="stack">${censusListState(ctx, list)}</div>`,
  });
}

function censusListState(ctx: PageContext, list: CensusList): Markup {
  const { t } = ctx;
  const action = `/desk/residence/census/${list.id}`;
  switch (list.state) {
    case "reading":
      return html`<p role="status">${t("residences.census-reading", {
        people: t.number(list.personCount),
        share: t.percent(list.sizeBytes === 0 ? 0 : list.bytesRead / list.sizeBytes),
      })}</p>
      <div class="progress"><progress max="${String(list.sizeBytes)}" value="${String(list.bytesRead)}" aria-label="${t("residences.census-list")}"></progress></div>
      <p><a href="${href(action)}">${t("residences.census-look-again")}</a></p>`;
    case "waiting":
      return html`${stats([
        stat(t, list.addedCount ?? 0, t("residences.census-added")),
        stat(t, list.goneCount ?? 0, t("residences.census-gone")),
        stat(t, list.keptCount ?? 0, t("residences.census-kept-count")),
      ])}
      <p>${t("residences.census-replace-help", { people: t.number(list.personCount) })}</p>
      ${buttonForm(ctx, { action, label: t("residences.census-replace") })}
      ${buttonForm(ctx, { action: `${action}/withdrawal`, label: t("residences.census-discard"), kind: "secondary" })}`;
    case "refused":
      return html`<div class="note note-bad"><p>${t(`refusal.${list.refusal ?? "census-interrupted"}` as MessageKey, list.refusalParams as MessageParams)}</p></div>
      <p>${t("residences.census-nothing-taken")}</p>
      ${buttonLink("/desk/residence/census", t("residences.census-upload"), "secondary")}`;
    case "current":
      return factList([
        [t("residences.census-people"), t.number(list.personCount)],
        [t("residences.since"), when(t, list.confirmedAt ?? list.uploadedAt)],
      ]);
    default:
      return list.state satisfies never;
  }
}

/** Residence on a person's page at the desk. */
export function personResidence(
  ctx: PageContext,
  by: Account,
  person: Account,
  { desk, method }: { desk: MethodRow; method: Method | null },
  state: FormState = emptyForm,
): Markup {
  const { t } = ctx;
  const action = `/admin/people/${person.id}/verification`;
  const { residenceVerifiedAt: since, residenceExpiresAt: end } = person;
  const said =
    since === null
      ? html`<p>${t("accounts.not-verified")}</p>`
      : html`<p>${t.rich("accounts.verified-since", { date: when(t, since) })} ${method === null ? nothing : html`(${methodName(ctx, method)})`}</p>
        ${end === null ? nothing : html`<p>${t.rich(isResident(person, ctx.now) ? "residences.holds-until" : "residences.over", { date: when(t, end) })}</p>`}`;
  if (!mayVerifyResidence(by, person.id))
    return html`<div class="stack">${said}<p>${t("accounts.verify-own")}</p></div>`;
  const withdraw = confirmForm(ctx, {
    action: `${action}/withdrawal`,
    label: t("accounts.verify-undo"),
    ask: t("accounts.verify-undo-ask", { name: person.name }),
    submit: t("accounts.verify-undo-confirm"),
    tone: "danger",
    kind: "danger",
    body: nothing,
  });
  return html`<div class="stack">${said}
    ${desk.isOn ? verifyForm(ctx, person, { action, desk, state }) : html`<p>${t("residences.desk-off")}</p>`}
    ${since === null ? nothing : withdraw}
    <p><a href="${href(`/desk/assist/${person.id}`)}">${t("assist.begin-for", { name: person.name })}</a></p></div>`;
}

function verifyForm(
  ctx: PageContext,
  person: Account,
  { action, desk, state }: { action: string; desk: MethodRow; state: FormState },
): Markup {
  const { t } = ctx;
  const isNew = person.residenceVerifiedAt === null;
  const fields = openFields(ctx, state);
  const asks = desk.settings.asksNumber === true;
  const number = html`${fields.summary()}${fields.text("number", {
    label: t("residences.number"),
    hint: t("residences.number-desk-hint"),
    autocomplete: "off",
    spellcheck: false,
    charsMax: 40,
  })}`;
  const props = {
    action,
    ask: t("accounts.verify-ask", { name: person.name }),
    submit: t("accounts.verify-confirm"),
    body: asks ? number : nothing,
  };
  // What was typed wrong must not hide behind a closed fold.
  if (state !== emptyForm) return html`<p>${props.ask}</p>${form(ctx, props)}`;
  return confirmForm(ctx, { ...props, label: t(isNew ? "accounts.verify" : "residences.renew"), kind: "secondary" });
}
