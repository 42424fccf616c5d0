// Who works on a process, and what each role means in plain words.
import { type Account, type GrantableRole, grantableRoles } from "../accounts/account.ts";
import { roleName } from "../accounts/account-views.ts";
import type { TeamMember } from "../accounts/team-queries.ts";
import { html, type Markup, nothing } from "../platform/html.ts";
import { pickText } from "../platform/text.ts";
import { type Process, processPath } from "../processes/process.ts";
import { processCrumbs } from "../processes/views.ts";
import type { PageContext } from "../web/context.ts";
import { confirmForm, form, openFields } from "../web/fields.ts";
import type { FormState } from "../web/forms.ts";
import { page } from "../web/layout.ts";
import { factList, section } from "../web/lists.ts";
import { statusPill } from "../web/marks.ts";

export interface TeamPageProps {
  readonly by: Account;
  readonly process: Process;
  readonly team: readonly TeamMember[];
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
      ${mayChange ? section(t("team.add"), grantPart(ctx, props)) : nothing}
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

function grantPart(ctx: PageContext, { process, state }: TeamPageProps): Markup {
  const { t } = ctx;
  const fields = openFields(ctx, state);
  return form(ctx, {
    action: `${processPath(process)}/team/roles`,
    submit: t("accounts.role-grant"),
    body: html`${fields.summary()}
      ${fields.text("email", { label: t("accounts.email"), hint: t("team.email-hint"), type: "email", autocomplete: "off", charsMax: 254 })}
      ${fields.radios("role", {
        label: t("accounts.role"),
        value: "evaluator",
        options: rolesInOrder.map((role) => ({ value: role, label: roleName(t, role), hint: t(`team.means.${role}`) })),
      })}`,
  });
}
