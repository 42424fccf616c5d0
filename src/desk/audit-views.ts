// The audit log in sentences: who did what to what, and what it changed.

import { grantableRoles } from "../accounts/account.ts";
import { roleName } from "../accounts/account-views.ts";
import type { ProcessChoice } from "../accounts/queries.ts";
import { actName, knownActs } from "../cities/acts.ts";
import { href, html, type Markup, nothing } from "../platform/html.ts";
import { isLanguage, type MessageKey } from "../platform/i18n.ts";
import { isId } from "../platform/ids.ts";
import type { Page } from "../platform/pagination.ts";
import { clip, pickName } from "../platform/text.ts";
import { pagePathOf } from "../subjects/subject.ts";
import type { PageContext } from "../web/context.ts";
import { buttonLink } from "../web/fields.ts";
import { page } from "../web/layout.ts";
import { emptyState, pager } from "../web/lists.ts";
import { nameIn, when } from "../web/marks.ts";
import { type ActValues, changeLines, type ExportedAct, mayNamePerson } from "./audit.ts";
import type { AuditedAct } from "./audit-queries.ts";

export interface AuditPageProps {
  readonly acts: Page<AuditedAct>;
  readonly people: readonly { readonly id: string; readonly name: string }[];
  readonly processes: readonly ProcessChoice[];
  readonly query: URLSearchParams;
  readonly names: ReadonlyMap<string, string>;
}

export function auditPage(ctx: PageContext, props: AuditPageProps): Markup {
  const { t } = ctx;
  const { acts, query, names } = props;
  const chosen = new URLSearchParams([...query].filter(([name]) => name !== "after" && name !== "before"));
  const download = (ending: string) => `/desk/audit.${ending}${chosen.size > 0 ? `?${chosen}` : ""}`;
  return page({
    ctx,
    title: t("audit.title"),
    lead: t("audit.lead"),
    section: "desk",
    width: "wide",
    isUnlisted: true,
    crumbs: [{ href: "/desk", label: t("desk.title") }],
    actions: html`${buttonLink(download("csv"), "CSV", "secondary")}${buttonLink(download("ndjson"), "NDJSON", "secondary")}`,
    main: html`${filters(ctx, props)}${
      acts.rows.length === 0
        ? emptyState(t("settings.audit-none"))
        : html`<ol class="plain-list">${acts.rows.map((act) => actLine(ctx, act, names))}</ol>`
    }${pager(ctx, acts)}`,
  });
}

function filters(ctx: PageContext, { people, processes, query }: AuditPageProps): Markup {
  const { t } = ctx;
  const select = (name: string, label: string, all: string, options: readonly { value: string; label: string }[]) =>
    html`<div class="filter"><label for="${`filter-${name}`}">${label}</label><select id="${`filter-${name}`}" name="${name}">
      <option value="">${all}</option>${options.map((option) =>
        option.value === query.get(name)
          ? html`<option value="${option.value}" selected>${option.label}</option>`
          : html`<option value="${option.value}">${option.label}</option>`,
      )}</select></div>`;
  const day = (name: string, label: string) =>
    html`<div class="filter"><label for="${`filter-${name}`}">${label}</label><input type="date" id="${`filter-${name}`}" name="${name}" value="${query.get(name) ?? ""}"></div>`;
  return html`<form class="filters" method="get" action="/desk/audit" role="search">
    ${select(
      "person",
      t("audit.person"),
      t("audit.anyone"),
      people.map(({ id, name }) => ({ value: id, label: name })),
    )}
    ${select(
      "process",
      t("desk.process"),
      t("desk.all-processes"),
      processes.map(({ uri, title }) => ({ value: uri, label: title || uri })),
    )}
    ${select(
      "act",
      t("audit.act"),
      t("audit.any-act"),
      knownActs.map((act) => ({ value: act, label: actName(t, act) })),
    )}
    ${day("from", t("audit.from"))}${day("until", t("audit.until"))}
    <button class="button button-secondary" type="submit">${t("list.apply")}</button>
  </form>`;
}

function actLine(ctx: PageContext, act: AuditedAct, names: AuditPageProps["names"]): Markup {
  const { t } = ctx;
  const lines = changeLines(act.before, act.after);
  const what = whatOf(ctx, act);
  const params = { who: html`<strong><bdi>${doerOf(ctx, act)}</bdi></strong>`, act: actName(t, act.act) };
  return html`<li class="section"><p>${what === null ? t.rich("audit.sentence-alone", params) : t.rich("audit.sentence", { ...params, what })}
    <small>${when(t, act.at, "dateTime")}${act.processName === null || act.subject?.kind === "process" ? nothing : html` · ${nameIn(t, act.processName)}`}</small></p>
    ${lines.length === 0 ? nothing : changeTable(ctx, lines, names)}</li>`;
}

const changeTable = (
  ctx: PageContext,
  lines: ReturnType<typeof changeLines>,
  names: AuditPageProps["names"],
): Markup => html`<details><summary>${ctx.t("audit.change")}</summary><section class="table-wrap" aria-label="${ctx.t("audit.change")}" tabindex="0"><table class="table">
  <thead><tr><th scope="col">${ctx.t("audit.field")}</th><th scope="col">${ctx.t("audit.before")}</th><th scope="col">${ctx.t("audit.after")}</th></tr></thead>
  <tbody>${lines.map(
    ({ field, before, after }) => html`<tr><th scope="row">${fieldName(ctx, field)}</th>
    <td dir="auto">${valueText(ctx, field, before, names)}</td><td dir="auto">${valueText(ctx, field, after, names)}</td></tr>`,
  )}</tbody></table></section></details>`;

function doerOf({ t }: PageContext, { accountId, byName }: AuditedAct): string {
  return accountId === null ? t("audit.node") : byName || t("audit.left");
}

/** The thing by its title, a person or an institution by their name, a server by its host. Null where there is nothing to name. */
function whatOf(ctx: PageContext, act: AuditedAct): Markup | null {
  const { subject, aboutName } = act;
  const title = titleOf(ctx, act);
  if (title === "") return null;
  if (subject === null || aboutName !== "") return html`<bdi>${title}</bdi>`;
  return html`<a href="${href(pagePathOf(subject))}"><bdi>${title}</bdi></a>`;
}

function titleOf({ t }: PageContext, { subject, aboutName, subjectUri }: AuditedAct): string {
  if (aboutName !== "") return aboutName;
  if (subject !== null) return subject.title || t(`audit.kind.${subject.kind}`);
  return subjectUri?.startsWith("http") ? new URL(subjectUri).host : "";
}

const fieldNames: Readonly<Record<string, MessageKey>> = {
  title: "audit.field.title",
  name: "audit.field.title",
  summary: "audit.field.summary",
  description: "audit.field.description",
  state: "audit.field.state",
  status: "audit.field.state",
  outcome: "proposals.outcome",
  reasons: "proposals.reasons",
  reason: "proposals.reasons",
  costAmount: "proposals.cost",
  costCurrency: "proposals.currency",
  term: "proposals.term",
  phases: "audit.field.phases",
  permits: "processes.permits",
  startsAt: "audit.field.starts",
  endsAt: "audit.field.ends",
  startsOn: "audit.field.starts",
  endsOn: "audit.field.ends",
  address: "audit.field.place",
  role: "accounts.role",
  assignedTo: "desk.assigned-to",
  publishAt: "desk.publish-at",
  policy: "audit.field.policy",
  hidden: "audit.field.hidden",
  isVerified: "accounts.residence",
  hasEmail: "accounts.email",
  progress: "audit.field.progress",
  count: "audit.field.count",
  handle: "organisations.handle",
  body: "record.field.text",
  agenda: "record.field.agenda",
  link: "record.field.link",
  url: "record.field.url",
  kind: "organisations.kind",
  promoter: "record.field.promoter",
  audience: "record.field.audience",
  decides: "record.field.decides",
  goals: "record.field.goals",
  indicator: "record.field.indicator",
  languages: "record.field.languages",
  timeZone: "record.field.timeZone",
  isPilot: "record.field.pilot",
  pilotArea: "processes.pilot-area",
  supportLimit: "processes.support-limit",
  editWindowMinutes: "processes.form.edit-window",
  tagline: "organisations.tagline",
  accent: "organisations.accent",
  logo: "organisations.logo",
  website: "organisations.website",
  territoryName: "organisations.territory",
  reportChannelUrl: "organisations.report-channel",
  asked: "settings.asks-again",
  order: "proposals.order",
  processes: "shell.processes",
  proposals: "proposals.title",
  meetings: "shell.meetings",
  results: "shell.results",
};

/** The closed sets of the rooms, in words. What two rooms name alike means the same. */
const valueNames: Readonly<Record<string, MessageKey>> = {
  draft: "proposals.state.draft",
  published: "proposals.state.published",
  evaluating: "proposals.state.evaluating",
  accepted: "proposals.state.accepted",
  rejected: "proposals.state.rejected",
  withdrawn: "proposals.state.withdrawn",
  open: "processes.state.open",
  scheduled: "meetings.state.scheduled",
  closed: "meetings.state.closed",
  cancelled: "meetings.state.cancelled",
  planned: "results.status.planned",
  "in-progress": "results.status.in-progress",
  done: "results.status.done",
  dropped: "results.status.dropped",
  allowed: "peers.allowed",
  limited: "peers.limited",
  blocked: "peers.blocked",
  "in-person": "meetings.kind.in-person",
  online: "meetings.kind.online",
  hybrid: "meetings.kind.hybrid",
  city: "organisations.kind-city",
  district: "organisations.kind-district",
  association: "organisations.kind-association",
  propose: "processes.permits.propose",
  support: "processes.permits.support",
  comment: "processes.permits.comment",
  answer: "processes.permits.answer",
};
const fieldsOfNames = new Set(["state", "status", "outcome", "policy", "kind", "permits"]);

const fieldName = ({ t }: PageContext, field: string): string => {
  const key = Object.hasOwn(fieldNames, field) ? fieldNames[field] : undefined;
  if (key !== undefined) return t(key);
  // A part of a text in several languages is named by its language.
  return isLanguage(field) ? t.languageName(field) : field;
};

const shownCharsMax = 600;

function valueText(ctx: PageContext, field: string, value: unknown, names: ReadonlyMap<string, string>): string {
  const { t } = ctx;
  if (value === null || value === undefined || value === "") return "–";
  if (typeof value === "boolean") return t(value ? "audit.yes" : "audit.no");
  if (typeof value === "number") return t.number(value);
  if (Array.isArray(value)) return clip(t.list(value.map((one) => valueText(ctx, field, one, names))), shownCharsMax);
  if (typeof value === "object") {
    const parts = Object.entries(value).map(
      ([key, part]) => `${fieldName(ctx, key)}: ${valueText(ctx, key, part, names)}`,
    );
    return clip(parts.join(" · "), shownCharsMax);
  }
  const text = String(value);
  if (field === "assignedTo") return names.get(text) || t("audit.left");
  const role = grantableRoles.find((one) => field === "role" && one === text);
  if (role !== undefined) return roleName(t, role);
  const name = fieldsOfNames.has(field) && Object.hasOwn(valueNames, text) ? valueNames[text] : undefined;
  if (name !== undefined) return t(name);
  if (field === "languages") return t.languageName(text);
  if (/^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/.test(text)) return t.date(new Date(text), "dateTime");
  return clip(text, shownCharsMax);
}

/** One line of an export. Residents are not in it: neither their names nor the titles of what is hidden. */
export function exportedAct(ctx: PageContext, act: AuditedAct, names: ReadonlyMap<string, string>): ExportedAct {
  const isPerson = act.subjectUri?.startsWith("urn:uuid:") ?? false;
  const mayName = isPerson ? mayNamePerson(act.act) : act.subject?.isHidden !== true;
  const named = (values: ActValues | null): ActValues | null => {
    if (values === null || (isPerson && !mayName)) return null;
    const kept = Object.entries(values).flatMap(([field, value]) => {
      if (field === "assignedTo" && typeof value === "string") return [[field, names.get(value) ?? ""]];
      // Ids name rows of this node, some of them people, and say nothing to anyone else.
      return typeof value === "string" && isId(value) ? [] : [[field, value]];
    });
    return Object.fromEntries(kept);
  };
  return {
    at: act.at.toISOString(),
    by: doerOf(ctx, act),
    act: act.act,
    said: actName(ctx.t, act.act),
    about: mayName ? titleOf(ctx, act) : "",
    uri: isPerson ? "" : (act.subjectUri ?? ""),
    process: pickName(act.processName, ctx.t.lang)?.text ?? "",
    before: named(act.before),
    after: named(act.after),
  };
}
