// `/processes/:id/team`: who works on a process, for its administrators to change and for its team to see.
import type { Context, Hono } from "hono";
import * as z from "zod";
import { grantableRoles, holds } from "../accounts/account.ts";
import { grantRole, revokeRole } from "../accounts/people-actions.ts";
import { findAccountByEmail } from "../accounts/queries.ts";
import { readEmail } from "../accounts/sign-in.ts";
import { listTeam } from "../accounts/team-queries.ts";
import { requireViewer } from "../accounts/viewer.ts";
import { refuseUnless } from "../platform/refusal.ts";
import type { House } from "../ports.ts";
import { processPath } from "../processes/process.ts";
import { findProcessByPath } from "../processes/queries.ts";
import type { PageEnv } from "../web/context.ts";
import { emptyForm, type FormState, handleForm, setFlash } from "../web/forms.ts";
import { teamPage } from "./team-views.ts";

const role = z.enum(grantableRoles);
const grantForm = z.object({ role, email: z.string().trim().min(1).max(254) });
const revocationForm = z.object({ role, account: z.uuid() });

export function teamPages(pages: Hono<PageEnv>, house: House): void {
  const { sql, clock } = house;

  const show = async (c: Context<PageEnv>, state: FormState) => {
    const { by, process } = await atTeam(c, house);
    const mayChange = holds(by, "administrator", process.uri);
    c.header("cache-control", "no-store");
    return teamPage(c.get("page"), { by, process, team: await listTeam(sql, process.uri), mayChange, state });
  };

  pages.get("/processes/:segment/team", async (c) => c.html(await show(c, emptyForm)));

  pages.post("/processes/:segment/team/roles", async (c) => {
    const { by, process } = await atTeam(c, house);
    // Before anything is looked up: who has an account is not for everyone to try.
    refuseUnless(holds(by, "administrator", process.uri), "not-allowed");
    return await handleForm(c, {
      schema: grantForm,
      act: async ({ role, email }) => {
        const account = await findAccountByEmail(sql, readEmail(email));
        refuseUnless(account !== null, "no-such-account", { field: "email" });
        await grantRole(sql, by, account.id, { role, processUri: process.uri }, clock.now());
        return { to: `${processPath(process)}/team`, said: c.get("page").t("accounts.saved") };
      },
      again: (state) => show(c, state),
    });
  });

  pages.post("/processes/:segment/team/roles/revocation", async (c) => {
    const { by, process } = await atTeam(c, house);
    const { role, account } = revocationForm.parse(await c.req.parseBody());
    await revokeRole(sql, by, account, { role, processUri: process.uri }, clock.now());
    setFlash(c, { tone: "good", text: c.get("page").t("accounts.saved") });
    return c.redirect(`${processPath(process)}/team`, 303);
  });
}

/** A process of this node and someone who works on it. @throws Refused `not-found`, `sign-in-first`, `not-allowed`. */
async function atTeam(c: Context<PageEnv>, { sql }: House) {
  const by = requireViewer(c);
  const process = await findProcessByPath(sql, c.req.param("segment") ?? "");
  refuseUnless(process !== null && process.origin === null, "not-found");
  refuseUnless(holds(by, "evaluator", process.uri) || holds(by, "moderator", process.uri), "not-allowed");
  return { by, process };
}
