// The pages of changing one's e-mail address.
import { Hono } from "hono";
import * as z from "zod";
import { Refused } from "../platform/refusal.ts";
import type { House } from "../ports.ts";
import type { PageEnv } from "../web/context.ts";
import { emptyForm, handleForm } from "../web/forms.ts";
import { clientAddress } from "../web/security.ts";
import { confirmEmailChange, readEmailChange, requestEmailChange } from "./email-actions.ts";
import { confirmEmailPage, emailLinkPage, emailPage, emailSentPage } from "./email-views.ts";
import { emailFrom } from "./sign-in.ts";
import { keepPrivate, requireViewer } from "./viewer.ts";

const newEmail = z.object({
  email: z
    .string()
    .trim()
    .min(1)
    .refine((text) => emailFrom(text) !== null, "field.not-an-email"),
});
const confirmation = z.object({ token: z.string().max(100) });

export function emailPages(
  { sql, clock }: House,
  settings: { readonly secret: string; readonly hasMailbox: boolean; readonly trustedProxyCount: number },
): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();

  pages.get("/account/email", (c) => {
    const by = requireViewer(c);
    c.header("cache-control", "no-store");
    return c.html(emailPage(c.get("page"), by, emptyForm));
  });

  pages.post("/account/email", (c) => {
    const by = requireViewer(c);
    return handleForm(c, {
      schema: newEmail,
      act: async ({ email }) => {
        const address = clientAddress(c, settings.trustedProxyCount);
        const ip = address === "unknown" ? null : address;
        await requestEmailChange(sql, settings.secret, by, { email, ip }, clock.now());
        return { to: "/account/email/sent" };
      },
      again: (state) => emailPage(c.get("page"), by, state),
    });
  });

  pages.get("/account/email/sent", (c) => {
    requireViewer(c);
    return c.html(emailSentPage(c.get("page"), settings.hasMailbox));
  });

  pages.get("/account/email/:token{[A-Za-z0-9_-]{43}}", async (c) => {
    keepPrivate(c);
    const { account } = c.get("page");
    if (account === null) return c.html(emailLinkPage(c.get("page")), 401);
    const token = c.req.param("token");
    try {
      const email = await readEmailChange(sql, account, token, clock.now());
      return c.html(confirmEmailPage(c.get("page"), emptyForm, token, email));
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== "email-link-expired") throw error;
      return c.html(emailLinkPage(c.get("page")), error.status);
    }
  });

  pages.post("/account/email/confirmation", async (c) => {
    keepPrivate(c);
    const by = requireViewer(c);
    try {
      return await handleForm(c, {
        schema: confirmation,
        act: async ({ token }) => {
          await confirmEmailChange(sql, by, token, clock.now());
          return { to: "/account/sign-in", said: c.get("page").t("accounts.email-changed") };
        },
        again: async (state) => {
          const token = String(state.values.token ?? "");
          return confirmEmailPage(c.get("page"), state, token, await readEmailChange(sql, by, token, clock.now()));
        },
      });
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== "email-link-expired") throw error;
      return c.html(emailLinkPage(c.get("page")), error.status);
    }
  });

  return pages;
}
