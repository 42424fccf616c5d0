// The desk's pages about people: the list, and one person with residence, roles and memberships.
import type { Actor } from "../actors/actor.ts";
import { href, html, type Markup, nothing } from "../platform/html.ts";
import type { MessageKey, Translator } from "../platform/i18n.ts";
import type { Page } from "../platform/pagination.ts";
import type { PageContext } from "../web/context.ts";
import { buttonForm, csrfField, form, openFields } from "../web/fields.ts";
import { emptyForm } from "../web/forms.ts";
import { page } from "../web/layout.ts";
import { emptyState, factList, section } from "../web/lists.ts";
import { ago, statusPill } from "../web/marks.ts";
import { type Account, grantableRoles, isResident, mayGrantRoles, type RoleGrant } from "./account.ts";
import { grantText, roleName } from "./account-views.ts";
import type { MembershipRow, Person, ProcessChoice, RecordedAct } from "./queries.ts";

export interface PeopleListProps {
  readonly people: Page<Person>;
  readonly search: string;
  readonly processes: readonly ProcessChoice[];
}

/** Searches are posted: what is searched for is often an e-mail address, which must not end up in an address bar or a log. */
export function peopleListPage(ctx: PageContext, { people, search, processes }: PeopleListProps): Markup {
  const { t } = ctx;
  const rows = people.rows.map((person) => personRow(ctx, person, processes));
  return page({
    ctx,
    title: t("accounts.people-title"),
    section: "desk",
    width: "wide",
    isUnlisted: true,
    main: html`
      <form class="filters" method="post" action="/admin/people/search" role="search">
        ${csrfField(ctx)}
        <div class="filter filter-search">
          <label for="people-q">${t("accounts.people-search")}</label>
          <input id="people-q" type="search" name="q" dir="auto" maxlength="200" autocomplete="off" value="${search}">
        </div>
        <button class="button" type="submit">${t("list.search")}</button>
      </form>
      ${
        rows.length === 0
          ? emptyState(t("accounts.people-none"), t("accounts.people-none-help"))
          : html`<div class="table-wrap"><table class="table">
        <thead><tr>
          <th scope="col">${t("accounts.person")}</th><th scope="col">${t("accounts.email")}</th>
          <th scope="col">${t("accounts.residence")}</th><th scope="col">${t("accounts.roles")}</th>
        </tr></thead>
        <tbody>${rows}</tbody>
      </table></div>`
      }
      ${neighbours(ctx, people, search)}`,
  });
}

/** Who signs in another way may have given no address. */
const emailOf = (t: Translator, { email }: Pick<Person, "email">): Markup =>
  email === null ? html`${t("accounts.no-email")}` : html`<bdi>${email}</bdi>`;

function personRow({ t, now }: PageContext, person: Person, processes: readonly ProcessChoice[]): Markup {
  return html`<tr>
    <th scope="row"><a href="${href(`/admin/people/${person.id}`)}"><bdi>${person.name}</bdi></a></th>
    <td>${emailOf(t, person)}</td>
    <td>${isResident(person, now) ? statusPill(t("accounts.resident"), "good") : statusPill(t("accounts.guest"))}</td>
    <td>${t.list(person.grants.map((grant) => grantText(t, grant, processes)))}</td>
  </tr>`;
}

/** The pages beside this one: plain links for the whole list, posted again for a search. */
function neighbours(ctx: PageContext, people: Page<Person>, search: string): Markup {
  const { t } = ctx;
  if (people.newer === null && people.older === null) return nothing;
  const step = (direction: "before" | "after", key: string, label: string): Markup =>
    search === ""
      ? html`<a class="button button-secondary" rel="${direction === "before" ? "prev" : "next"}" href="${href(`/admin/people?${direction}=${key}`)}">${label}</a>`
      : buttonForm(ctx, {
          action: "/admin/people/search",
          values: { q: search, [direction]: key },
          label,
          kind: "secondary",
        });
  return html`<nav class="pager" aria-label="${t("list.pages")}">
    ${people.newer === null ? nothing : step("before", people.newer, t("list.newer"))}
    ${people.older === null ? nothing : step("after", people.older, t("list.older"))}
  </nav>`;
}

export interface PersonPageProps {
  readonly person: Account;
  readonly memberships: readonly MembershipRow[];
  readonly organisations: readonly Actor[];
  readonly processes: readonly ProcessChoice[];
  readonly acts: readonly RecordedAct[];
  /** What the room of residences says and offers. */
  readonly residence: Markup;
}

/** @param by who looks at it: an official sees and marks residence, an administrator also gives roles. */
export function personPage(ctx: PageContext, by: Account, props: PersonPageProps): Markup {
  const { t } = ctx;
  const { person } = props;
  return page({
    ctx,
    title: person.name,
    section: "desk",
    isUnlisted: true,
    crumbs: [{ href: "/admin/people", label: t("accounts.people-title") }],
    main: html`
      ${factList([[t("accounts.email"), emailOf(t, person)]])}
      ${section(t("accounts.residence"), props.residence)}
      ${section(t("accounts.roles"), stack(rolesPart(ctx, by, props)))}
      ${section(t("accounts.memberships"), stack(membershipsPart(ctx, by, props)))}
      ${section(t("accounts.acts-title"), actsPart(ctx, props))}`,
  });
}

const stack = (parts: Markup): Markup => html`<div class="stack">${parts}</div>`;

function rolesPart(ctx: PageContext, by: Account, { person, processes }: PersonPageProps): Markup {
  const { t } = ctx;
  const mayChange = mayGrantRoles(by);
  const action = `/admin/people/${person.id}/roles`;
  const held = person.grants.map((grant) => {
    const label = grantText(t, grant, processes);
    return html`<li>${label} ${mayChange ? revokeButton(ctx, `${action}/revocation`, grant, label) : nothing}</li>`;
  });
  const fields = openFields(ctx, emptyForm);
  return html`
    ${held.length === 0 ? html`<p>${t("accounts.roles-none")}</p>` : html`<ul>${held}</ul>`}
    ${
      mayChange
        ? form(ctx, {
            action,
            submit: t("accounts.role-grant"),
            body: html`
              ${fields.select("role", {
                label: t("accounts.role"),
                hint: t("accounts.role-hint"),
                options: grantableRoles.map((role) => ({ value: role, label: roleName(t, role) })),
              })}
              ${fields.select("process", {
                label: t("accounts.role-scope"),
                none: t("accounts.role-scope-node"),
                optional: true,
                options: processes.map(({ uri, title }) => ({ value: uri, label: title || uri })),
              })}`,
          })
        : nothing
    }`;
}

const revokeButton = (ctx: PageContext, action: string, grant: RoleGrant, about: string): Markup =>
  buttonForm(ctx, {
    action,
    values: { role: grant.role, process: grant.processUri ?? "" },
    label: ctx.t("accounts.take-back"),
    about,
    kind: "quiet",
  });

function membershipsPart(
  ctx: PageContext,
  by: Account,
  { person, memberships, organisations }: PersonPageProps,
): Markup {
  const { t } = ctx;
  const mayChange = mayGrantRoles(by);
  const action = `/admin/people/${person.id}/memberships`;
  const others = organisations.filter(({ id }) => !memberships.some(({ actorId }) => actorId === id));
  const fields = openFields(ctx, emptyForm);
  return html`
    ${
      memberships.length === 0
        ? html`<p>${t("accounts.memberships-none")}</p>`
        : html`<ul>${memberships.map(
            ({ actorId, name }) =>
              html`<li><bdi>${name}</bdi> ${
                mayChange
                  ? buttonForm(ctx, {
                      action: `${action}/revocation`,
                      values: { organisation: actorId },
                      label: t("accounts.take-back"),
                      about: name,
                      kind: "quiet",
                    })
                  : nothing
              }</li>`,
          )}</ul>`
    }
    ${
      mayChange && others.length > 0
        ? form(ctx, {
            action,
            submit: t("accounts.membership-grant"),
            body: fields.select("organisation", {
              label: t("accounts.organisation"),
              hint: t("accounts.membership-hint"),
              options: others.map(({ id, name }) => ({ value: id, label: name })),
            }),
          })
        : nothing
    }`;
}

const actTexts: Readonly<Record<string, MessageKey>> = {
  ResidenceVerified: "accounts.act-residence-verified",
  ResidenceVerificationWithdrawn: "accounts.act-verification-withdrawn",
  RoleGranted: "accounts.act-role-granted",
  RoleRevoked: "accounts.act-role-revoked",
  RoleInvitationAccepted: "acts.RoleInvitationAccepted",
  MembershipGranted: "accounts.act-membership-granted",
  MembershipRevoked: "accounts.act-membership-revoked",
  ResidenceRenewed: "acts.ResidenceRenewed",
  ResidenceSuspended: "acts.ResidenceSuspended",
  ResidenceConflictResolved: "acts.ResidenceConflictResolved",
  AccountOpenedAtDesk: "acts.AccountOpenedAtDesk",
  EmailCodeSent: "acts.EmailCodeSent",
  EmailConfirmedAtDesk: "acts.EmailConfirmedAtDesk",
  AssistStarted: "acts.AssistStarted",
  AssistedAct: "acts.AssistedAct",
  AssistEnded: "acts.AssistEnded",
};

function actsPart(ctx: PageContext, { acts, processes, organisations }: PersonPageProps): Markup {
  const { t } = ctx;
  if (acts.length === 0) return html`<p>${t("accounts.acts-none")}</p>`;
  return html`<ol class="timeline">${acts.map(
    (act) =>
      html`<li class="moment">${actText(t, act, processes, organisations)} · <bdi>${act.byName || t("accounts.act-by-node")}</bdi> · ${ago(t, act.at, ctx.now)}</li>`,
  )}</ol>`;
}

function actText(
  t: Translator,
  act: RecordedAct,
  processes: readonly ProcessChoice[],
  organisations: readonly Actor[],
): string {
  const key = actTexts[act.act];
  if (key === undefined) return act.act;
  const { role, processUri, actorId } = act.detail;
  const what = role
    ? grantText(t, { role, processUri: processUri ?? null }, processes)
    : (organisations.find(({ id }) => id === actorId)?.name ?? "");
  return t(key, { what });
}
