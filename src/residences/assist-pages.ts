// `/desk/assist`: an official begins to act for a person who is there, and ends it.
import { type Context, Hono } from "hono";
import * as z from "zod";
import { holds, nameLengthMax } from "../accounts/account.ts";
import { getAccount, listPeople } from "../accounts/queries.ts";
import { emailFrom } from "../accounts/sign-in.ts";
import { requireRole, sessionCookie } from "../accounts/viewer.ts";
import { languages } from "../platform/i18n.ts";
import type { House } from "../ports.ts";
import { type AssistDoor, assistCookie } from "../web/assisting.ts";
import type { PageEnv } from "../web/context.ts";
import { emptyForm, type FormState, handleForm, setFlash } from "../web/forms.ts";
import { assistEndPath, assistMs, isClosedToAssist, isNotedAct } from "./assist.ts";
import { beginAct, endAssist, finishAct, openAccountAtDesk, startAssist } from "./assist-actions.ts";
import { findOpenAssist, listAssists } from "./assist-queries.ts";
import { assistFormPage, assistPage } from "./assist-views.ts";
import { emailCodePages } from "./email-code-pages.ts";
import { findOpenEmailCode, takesEmailAtDesk } from "./email-code-queries.ts";

const foundMax = 10;

/** What the shell asks on every request of an official who acts for someone. */
export const openAssistDoor = ({ sql, clock }: Pick<House, "sql" | "clock">): AssistDoor => ({
  endPath: assistEndPath,
  find: (tokens) => findOpenAssist(sql, tokens, clock.now()),
  isClosed: isClosedToAssist,
  isNoted: isNotedAct,
  begin: (assist, path) => beginAct(sql, assist.id, path, clock.now()),
  finish: ({ id, officerId, account }, actId) =>
    finishAct(sql, { id, officerId, accountId: account.id }, actId, clock.now()),
});

export function assistPages(house: House, secret: string): Hono<PageEnv> {
  const { sql, clock } = house;
  const pages = new Hono<PageEnv>();

  const show = async (c: Context<PageEnv>, { search = "", state = emptyForm as FormState } = {}) => {
    const by = requireRole(c, "official");
    const request = { after: null, before: null, sizeRows: foundMax };
    const [found, past] = await Promise.all([
      search.trim() === "" ? null : listPeople(sql, search, request),
      holds(by, "administrator") ? listAssists(sql, null) : [],
    ]);
    c.header("cache-control", "no-store");
    return assistPage(c.get("page"), { by, search, found: found?.rows ?? null, past }, state);
  };

  pages.get("/desk/assist", async (c) => c.html(await show(c)));
  pages.post("/desk/assist/search", async (c) => {
    const { q = "" } = await c.req.parseBody<Record<string, string>>();
    return c.html(await show(c, { search: q.slice(0, 200) }));
  });

  pages.post("/desk/assist/accounts", async (c) => {
    const by = requireRole(c, "official");
    return await handleForm(c, {
      schema: z.object({
        name: z.string().trim().min(1).max(nameLengthMax),
        email: z
          .string()
          .trim()
          .refine((text) => text === "" || emailFrom(text) !== null, "field.not-an-email")
          .default(""),
        locale: z.enum(languages),
      }),
      act: async (person) => {
        const { id } = await openAccountAtDesk(sql, secret, by, person, clock.now());
        const to = person.email === "" ? `/desk/assist/${id}` : `/desk/assist/${id}/email`;
        return { to, said: c.get("page").t("assist.account-opened") };
      },
      again: (state) => show(c, { state }),
    });
  });

  pages.post(assistEndPath, async (c) => {
    const { assist, t } = c.get("page");
    c.get("cookies").remove(assistCookie);
    if (assist) {
      await endAssist(sql, assist.id, clock.now());
      setFlash(c, { tone: "good", text: t("assist.ended", { name: assist.account.name }) });
    }
    return c.redirect("/desk/assist", 303);
  });

  const showForm = async (c: Context<PageEnv>, state: FormState) => {
    const by = requireRole(c, "official");
    const person = await getAccount(sql, c.req.param("id") ?? "");
    const takesEmail = await takesEmailAtDesk(sql, by, person);
    const open = takesEmail ? await findOpenEmailCode(sql, person.id, clock.now()) : null;
    c.header("cache-control", "no-store");
    return assistFormPage(c.get("page"), { person, email: takesEmail ? { open } : null }, state);
  };

  pages.get("/desk/assist/:id", async (c) => c.html(await showForm(c, emptyForm)));

  pages.post("/desk/assist/:id", async (c) => {
    const by = requireRole(c, "official");
    const accountId = c.req.param("id");
    return await handleForm(c, {
      schema: z.object({ reason: z.string().default(""), isThere: z.literal("yes", "field.required") }),
      act: async ({ reason }) => {
        const officerToken = c.get("cookies").readSigned(sessionCookie) ?? "";
        const { token } = await startAssist(sql, by, { accountId, reason, officerToken }, clock.now());
        c.get("cookies").setSigned(assistCookie, token, assistMs / 1000 + 3600);
        return { to: "/processes", said: c.get("page").t("assist.begun") };
      },
      again: (state) => showForm(c, state),
    });
  });
  pages.route("/", emailCodePages(house, secret));
  return pages;
}
