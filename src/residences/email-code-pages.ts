// `/desk/assist/:id/email`: an official types a person's e-mail address, and the code that was mailed to it.
import { type Context, Hono } from "hono";
import * as z from "zod";
import { getAccount } from "../accounts/queries.ts";
import { emailFrom } from "../accounts/sign-in.ts";
import { requireRole } from "../accounts/viewer.ts";
import { refuseUnless } from "../platform/refusal.ts";
import type { House } from "../ports.ts";
import type { PageEnv } from "../web/context.ts";
import { handleForm, setFlash } from "../web/forms.ts";
import { askEmailCode, askEmailCodeAgain, confirmEmailCode, giveUpEmailCode } from "./email-code-actions.ts";
import { findOpenEmailCode, takesEmailAtDesk } from "./email-code-queries.ts";
import { type EmailForms, emailAtDeskPage } from "./email-code-views.ts";

const emailForm = z.object({
  email: z
    .string()
    .trim()
    .min(1)
    .refine((text) => emailFrom(text) !== null, "field.not-an-email"),
});
const codeForm = z.object({ code: z.string().trim().min(1).max(40) });

export function emailCodePages(house: House, secret: string): Hono<PageEnv> {
  const { sql, clock } = house;
  const pages = new Hono<PageEnv>();
  const back = (accountId: string) => `/desk/assist/${accountId}/email`;

  pages.get("/desk/assist/:id/email", async (c) => c.html(await show(c, house)));

  pages.post("/desk/assist/:id/email", (c) => {
    const by = requireRole(c, "official");
    const accountId = c.req.param("id");
    return handleForm(c, {
      schema: emailForm,
      act: async ({ email }) => {
        await askEmailCode(sql, secret, by, { accountId, email }, clock.now());
        return { to: back(accountId) };
      },
      again: (email) => show(c, house, { email }),
    });
  });

  pages.post("/desk/assist/:id/email/again", (c) => {
    const by = requireRole(c, "official");
    const accountId = c.req.param("id");
    return handleForm(c, {
      schema: z.object({}),
      act: async () => {
        await askEmailCodeAgain(sql, secret, by, accountId, clock.now());
        return { to: back(accountId), said: c.get("page").t("assist.code-sent-again") };
      },
      again: (email) => show(c, house, { email }),
    });
  });

  pages.post("/desk/assist/:id/email/code", (c) => {
    const by = requireRole(c, "official");
    const accountId = c.req.param("id");
    return handleForm(c, {
      schema: codeForm,
      act: async ({ code }) => {
        await confirmEmailCode(sql, secret, by, { accountId, code }, clock.now());
        return { to: `/desk/assist/${accountId}`, said: c.get("page").t("assist.email-confirmed") };
      },
      again: (code) => show(c, house, { code }),
    });
  });

  pages.post("/desk/assist/:id/email/withdrawal", async (c) => {
    const by = requireRole(c, "official");
    const accountId = c.req.param("id");
    await giveUpEmailCode(sql, by, accountId, clock.now());
    setFlash(c, { tone: "good", text: c.get("page").t("assist.email-given-up") });
    return c.redirect(`/desk/assist/${accountId}`, 303);
  });
  return pages;
}

async function show(c: Context<PageEnv>, { sql, clock }: House, forms: EmailForms = {}) {
  const by = requireRole(c, "official");
  const person = await getAccount(sql, c.req.param("id") ?? "");
  refuseUnless(await takesEmailAtDesk(sql, by, person), "not-allowed");
  c.header("cache-control", "no-store");
  const open = await findOpenEmailCode(sql, person.id, clock.now());
  const { t } = c.get("page");
  // Said over the one of the two forms that is there: a code that is over leaves the form for another.
  if (open === null && forms.code !== undefined) {
    const errors = { email: forms.code.errors.email ?? t("refusal.email-code-over") };
    return emailAtDeskPage(c.get("page"), { person, open }, { email: { values: {}, errors } });
  }
  if (open !== null && forms.email !== undefined) {
    const errors = { "": Object.values(forms.email.errors)[0] ?? "" };
    return emailAtDeskPage(c.get("page"), { person, open }, { email: { values: {}, errors } });
  }
  return emailAtDeskPage(c.get("page"), { person, open }, forms);
}
