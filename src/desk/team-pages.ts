// `/processes/:id/team`: who works on a process, for its administrators to change and for its team to see.
import type { Context, Hono } from "hono";
import * as z from "zod";
import { grantableRoles, holds } from "../accounts/account.ts";
import { revokeRole } from "../accounts/people-actions.ts";
import { emailFrom } from "../accounts/sign-in.ts";
import { listTeam } from "../accounts/team-queries.ts";
import { requireViewer } from "../accounts/viewer.ts";
import { Refused, refuseUnless } from "../platform/refusal.ts";
import type { House } from "../ports.ts";
import { processPath } from "../processes/process.ts";
import { findProcessByPath } from "../processes/queries.ts";
import type { PageEnv } from "../web/context.ts";
import { emptyForm, type FormState, handleForm, setFlash } from "../web/forms.ts";
import { roleInvitationsPath } from "./invitation.ts";
import {
  acceptRoleInvitation,
  declineRoleInvitation,
  inviteToTeam,
  revokeRoleInvitation,
} from "./invitation-actions.ts";
import { listOwnRoleInvitations, listRoleInvitations } from "./invitation-queries.ts";
import { ownInvitationsPage, teamPage } from "./team-views.ts";

const role = z.enum(grantableRoles);
const invitationForm = z.object({
  role,
  email: z
    .string()
    .trim()
    .min(1)
    .max(254)
    .refine((text) => emailFrom(text) !== null, "field.not-an-email"),
});
const takenBackForm = z.object({ invitation: z.uuid() });
const revocationForm = z.object({ role, account: z.uuid() });

export function teamPages(pages: Hono<PageEnv>, house: House): void {
  const { sql, clock } = house;

  const show = async (c: Context<PageEnv>, state: FormState) => {
    const { by, process } = await atTeam(c, house);
    const mayChange = holds(by, "administrator", process.uri);
    const [team, invitations] = await Promise.all([
      listTeam(sql, process.uri),
      mayChange ? listRoleInvitations(sql, process.uri, clock.now()) : [],
    ]);
    c.header("cache-control", "no-store");
    return teamPage(c.get("page"), { by, process, team, invitations, mayChange, state });
  };

  pages.get("/processes/:segment/team", async (c) => c.html(await show(c, emptyForm)));

  pages.post("/processes/:segment/team/invitations", async (c) => {
    const { by, process } = await atTeam(c, house);
    return await handleForm(c, {
      schema: invitationForm,
      act: async ({ role, email }) => {
        await inviteToTeam(sql, by, { role, email, processUri: process.uri }, clock.now());
        return { to: `${processPath(process)}/team`, said: c.get("page").t("team.invited") };
      },
      again: (state) => show(c, state),
    });
  });

  pages.post("/processes/:segment/team/invitations/revocation", async (c) => {
    const { by, process } = await atTeam(c, house);
    const { invitation } = takenBackForm.parse(await c.req.parseBody());
    await revokeRoleInvitation(sql, by, process.uri, invitation, clock.now());
    setFlash(c, { tone: "good", text: c.get("page").t("team.taken-back") });
    return c.redirect(`${processPath(process)}/team`, 303);
  });

  pages.post("/processes/:segment/team/roles/revocation", async (c) => {
    const { by, process } = await atTeam(c, house);
    const { role, account } = revocationForm.parse(await c.req.parseBody());
    await revokeRole(sql, by, account, { role, processUri: process.uri }, clock.now());
    setFlash(c, { tone: "good", text: c.get("page").t("accounts.saved") });
    return c.redirect(`${processPath(process)}/team`, 303);
  });

  answerRoutes(pages, house);
}

/** Where someone who was asked to join a team says yes or no: nothing but what waits for their own address. */
function answerRoutes(pages: Hono<PageEnv>, { sql, clock }: House): void {
  const own = async (c: Context<PageEnv>) => {
    const invitations = await listOwnRoleInvitations(sql, requireViewer(c), clock.now());
    c.header("cache-control", "no-store");
    return ownInvitationsPage(c.get("page"), invitations);
  };

  pages.get(roleInvitationsPath, async (c) => c.html(await own(c)));

  const answer = (noun: string, said: "team.accepted" | "team.declined", act: typeof acceptRoleInvitation) =>
    pages.post(`${roleInvitationsPath}/:id/${noun}`, async (c) => {
      const by = requireViewer(c);
      const { t } = c.get("page");
      try {
        await act(sql, by, c.req.param("id") ?? "", clock.now());
        setFlash(c, { tone: "good", text: t(said) });
      } catch (error) {
        if (!(error instanceof Refused) || error.code !== "link-expired") throw error;
        setFlash(c, { tone: "info", text: t("coauthors.over-title") });
      }
      return c.redirect(roleInvitationsPath, 303);
    });
  answer("acceptance", "team.accepted", acceptRoleInvitation);
  answer("refusal", "team.declined", declineRoleInvitation);
}

/**
 * A process of this node and someone who works on it. A draft has a team of those who were named for it, and a role for the
 * whole node that cannot open it does not show that there is one; what is hidden is no one's.
 * @throws Refused `not-found`, `sign-in-first`, `not-allowed`.
 */
async function atTeam(c: Context<PageEnv>, { sql }: House) {
  const by = requireViewer(c);
  const process = await findProcessByPath(sql, c.req.param("segment") ?? "");
  refuseUnless(process !== null && process.origin === null && process.hiddenAt === null, "not-found");
  const isNamed = by.grants.some(({ processUri }) => processUri === process.uri);
  refuseUnless(process.publishedAt !== null || isNamed || holds(by, "official", process.uri), "not-found");
  refuseUnless(holds(by, "evaluator", process.uri) || holds(by, "moderator", process.uri), "not-allowed");
  return { by, process };
}
