// Who works on a process, who was asked to, and what each role means in plain words.
import { type Account, type GrantableRole, grantableRoles } from "../accounts/account.ts";
import { roleName } from "../accounts/account-views.ts";
import type { TeamMember } from "../accounts/team-queries.ts";
import { html, type Markup, nothing, type Renderable } from "../platform/html.ts";
import { pickName, pickText } from "../platform/text.ts";
import { type Process, processPath } from "../processes/process.ts";
import { processCrumbs } from "../processes/views.ts";
import type { PageContext } from "../web/context.ts";
import { buttonForm, confirmForm, form, openFields } from "../web/fields.ts";
import type { FormState } from "../web/forms.ts";
import { page } from "../web/layout.ts";
import { emptyState, factList, section } from "../web/lists.ts";
import { languageNote, nameIn, statusPill, when } from "../web/marks.ts";
import { type OwnRoleInvitation, type RoleInvitation, roleInvitationsPath } from "./invitation.ts";

export interface TeamPageProps {
  readonly by: Account;
  readonly process: Process;
  readonly team: readonly TeamMember[];
  /** For those who may change the team. */
  readonly invitations: readonly RoleInvitation[];
  readonly mayChange: boolean;
  readonly state: FormState;
}

/** From the least to the most. */
const rolesInOrder: readonly GrantableRole[] = grantableRoles;

export function teamPage(ctx: PageContext, props: TeamPageProps): Markup {
  const { t } = ctx;
  const { process, team, mayChange } = props;
  return page({
    ctx,
    title: t("team.title"),
    lead: pickText(process.title, t.lang).text,
    section: "desk",
    isUnlisted: true,
    crumbs: processCrumbs(ctx, process),
    main: html`
      <div class="table-wrap"><table class="table">
        <thead><tr><th scope="col">${t("accounts.person")}</th><th scope="col">${t("accounts.roles")}</th></tr></thead>
        <tbody>${team.map((member) => memberRow(ctx, props, member))}</tbody>
      </table></div>
      ${mayChange ? html`${waiting(ctx, props)}${section(t("team.add"), invitePart(ctx, props))}` : nothing}
      ${section(t("team.roles"), factList(rolesInOrder.map((role) => [roleName(t, role), t(`team.means.${role}`)] as const)))}`,
  });
}

function memberRow(ctx: PageContext, { process, mayChange }: TeamPageProps, member: TeamMember): Markup {
  const { t } = ctx;
  return html`<tr><th scope="row"><bdi>${member.name}</bdi></th><td><ul class="plain-list">${member.grants.map(
    ({ role, processUri }) => {
      const name = roleName(t, role);
      if (processUri === null) return html`<li>${name} ${statusPill(t("team.everywhere"))}</li>`;
      if (!mayChange) return html`<li>${name}</li>`;
      return html`<li>${name} ${confirmForm(ctx, {
        action: `${processPath(process)}/team/roles/revocation`,
        label: t("team.revoke"),
        ask: t("team.revoke-ask", { role: name, name: member.name }),
        submit: t("team.revoke-confirm"),
        tone: "danger",
        body: html`<input type="hidden" name="role" value="${role}"><input type="hidden" name="account" value="${member.id}">`,
      })}</li>`;
    },
  )}</ul></td></tr>`;
}

/** The same line whether or not someone has an account with the address. */
function waiting(ctx: PageContext, { process, invitations }: TeamPageProps): Renderable {
  const { t } = ctx;
  if (invitations.length === 0) return nothing;
  return section(
    t("team.waiting"),
    html`<ul class="link-list">${invitations.map(
      ({ id, email, role, expiresAt }) => html`<li class="row"><bdi>${email}</bdi>
        <span class="hint">${roleName(t, role)} · ${t.rich("coauthors.until", { date: when(t, expiresAt) })}</span>
        ${buttonForm(ctx, { action: `${processPath(process)}/team/invitations/revocation`, label: t("team.revoke"), kind: "quiet", values: { invitation: id }, about: email })}</li>`,
    )}</ul>`,
  );
}

function invitePart(ctx: PageContext, { process, state }: TeamPageProps): Markup {
  const { t } = ctx;
  const fields = openFields(ctx, state);
  return form(ctx, {
    action: `${processPath(process)}/team/invitations`,
    submit: t("team.invite"),
    body: html`${fields.summary()}
      ${fields.text("email", { label: t("accounts.email"), hint: t("team.email-hint"), type: "email", autocomplete: "off", charsMax: 254 })}
      ${fields.radios("role", {
        label: t("accounts.role"),
        value: "evaluator",
        options: rolesInOrder.map((role) => ({ value: role, label: roleName(t, role), hint: t(`team.means.${role}`) })),
      })}`,
  });
}

/** What waits for the address of whoever looks. */
export function ownInvitationsPage(ctx: PageContext, invitations: readonly OwnRoleInvitation[]): Markup {
  const { t } = ctx;
  return page({
    ctx,
    title: t("team.own-title"),
    section: "account",
    isUnlisted: true,
    main:
      invitations.length === 0
        ? emptyState(t("team.own-none"), t("team.own-none-help"))
        : html`${invitations.map((one) => ownInvitation(ctx, one))}`,
  });
}

function ownInvitation(ctx: PageContext, one: OwnRoleInvitation): Markup {
  const { t } = ctx;
  const { id, role, processName, inviterName, expiresAt } = one;
  const about = `${roleName(t, role)}, ${pickName(processName, t.lang)?.text}`;
  return section(
    nameIn(t, processName),
    html`${languageNote(t, pickName(processName, t.lang)?.lang)}<div class="prose">
        <p>${t("team.own-asked", { name: inviterName, role: roleName(t, role) })} ${t(`team.means.${role}`)}</p>
        <p class="hint">${t.rich("coauthors.until", { date: when(t, expiresAt) })}</p>
      </div>
      <div class="form-actions">
        ${buttonForm(ctx, { action: `${roleInvitationsPath}/${id}/acceptance`, label: t("coauthors.accept"), about })}
        ${buttonForm(ctx, { action: `${roleInvitationsPath}/${id}/refusal`, label: t("coauthors.decline"), kind: "quiet", about })}
      </div>`,
  );
}
