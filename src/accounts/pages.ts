// The pages of signing in and of one's own account. The desk's pages about people are in people-pages.ts.
import { type Context, Hono } from "hono";
import * as z from "zod";
import { findActorById } from "../actors/queries.ts";
import type { Markup } from "../platform/html.ts";
import { languages, openTranslator } from "../platform/i18n.ts";
import type { Mailbox } from "../platform/mail.ts";
import { Refused } from "../platform/refusal.ts";
import type { House } from "../ports.ts";
import type { PageContext, PageEnv } from "../web/context.ts";
import { emptyForm, type FormState, handleForm, setFlash } from "../web/forms.ts";
import { clientAddress } from "../web/security.ts";
import type { Account } from "./account.ts";
import { type AccountForms, accountPage, closingPage } from "./account-views.ts";
import {
  changeProfile,
  closeAccount,
  closePublicVoice,
  type ForgetAuthor,
  type NoteClosedVoice,
  openPublicVoice,
  renamePublicVoice,
} from "./actions.ts";
import { emailPages } from "./email-pages.ts";
import type { ListOwnLinks } from "./own-links.ts";
import { peoplePages, type ShowResidence } from "./people-pages.ts";
import { getKnowHow, listMemberships, listProcessChoices } from "./queries.ts";
import { deviceOf, emailFrom, safeReturnPath } from "./sign-in.ts";
import { endSession, readSignInLink, requestSignIn, signIn, signOut, signOutEverywhere } from "./sign-in-actions.ts";
import {
  confirmSignInPage,
  expiredLinkPage,
  linkSentPage,
  mailboxPage,
  type SignInWay,
  signInPage,
} from "./sign-in-views.ts";
import { enterSession, keepPrivate, leaveSession, requireViewer, sessionCookie } from "./viewer.ts";

/** What of a person goes and what stays when their account is closed, before they decide; from the rooms above. */
export type ShowLeftBehind = (ctx: PageContext, by: Account) => Promise<Markup>;

export interface AccountSettings {
  /** The node's secret, from its configuration. */
  readonly secret: string;
  /** Shown to anyone who asks, and whoever reads it can sign in: null wherever others can reach the node. */
  readonly mailbox: Mailbox | null;
  readonly forgetAuthor: readonly ForgetAuthor[];
  readonly noteClosedVoice?: NoteClosedVoice;
  readonly showResidence?: ShowResidence;
  readonly showLeftBehind?: ShowLeftBehind;
  readonly listOwnLinks?: ListOwnLinks;
  /** Proxies in front of the node whose `X-Forwarded-For` entries are believed. */
  readonly trustedProxyCount: number;
}

/** @param ways to sign in besides a link by e-mail, from the rooms above. */
export function accountPages(house: House, settings: AccountSettings, ways: readonly SignInWay[] = []): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  signInRoutes(pages, house, settings, ways);
  profileRoutes(pages, house, settings);
  sessionRoutes(pages, house);
  pages.route("/", emailPages(house, { ...settings, hasMailbox: settings.mailbox !== null }));
  pages.route("/", peoplePages(house, settings.showResidence));
  return pages;
}

const emailForm = z.object({
  email: z
    .string()
    .trim()
    .min(1)
    .refine((text) => emailFrom(text) !== null, "field.not-an-email"),
  back: z.string().default("/"),
});
const confirmation = z.object({ token: z.string().max(100), name: z.string().default("") });

function signInRoutes(
  pages: Hono<PageEnv>,
  { sql, clock }: House,
  settings: AccountSettings,
  ways: readonly SignInWay[],
): void {
  const { secret, mailbox, trustedProxyCount } = settings;
  pages.get("/sign-in", (c) => {
    const returnTo = safeReturnPath(c.req.query("back"));
    if (c.get("page").account !== null) return c.redirect(returnTo, 303);
    return c.html(signInPage(c.get("page"), emptyForm, returnTo, ways));
  });

  pages.post("/sign-in", (c) =>
    handleForm(c, {
      schema: emailForm,
      act: async ({ email, back }) => {
        const locale = c.get("page").t.lang;
        const ip = clientAddress(c, trustedProxyCount);
        await requestSignIn(
          sql,
          secret,
          { email, locale, returnTo: back, ip: ip === "unknown" ? null : ip },
          clock.now(),
        );
        return { to: "/sign-in/sent" };
      },
      again: (state) => signInPage(c.get("page"), state, safeReturnPath(String(state.values.back ?? "/")), ways),
    }),
  );

  pages.get("/sign-in/sent", (c) => c.html(linkSentPage(c.get("page"), mailbox !== null)));

  pages.get("/sign-in/:token{[A-Za-z0-9_-]{43}}", async (c) => {
    keepPrivate(c);
    const token = c.req.param("token");
    try {
      return c.html(confirmSignInPage(c.get("page"), emptyForm, token, await readSignInLink(sql, token, clock.now())));
    } catch (error) {
      return answerExpired(c, error);
    }
  });

  pages.post("/sign-in/confirmation", async (c) => {
    keepPrivate(c);
    const cookies = c.get("cookies");
    try {
      return await handleForm(c, {
        schema: confirmation,
        act: async ({ token, name }) => {
          const device = deviceOf(c.req.header("user-agent"));
          const entry = { token, name, device, previousSessionToken: cookies.readSigned(sessionCookie) };
          const { sessionToken, returnTo } = await signIn(sql, entry, clock.now());
          enterSession(c, sessionToken);
          return { to: returnTo };
        },
        again: async (state) => {
          const token = String(state.values.token ?? "");
          return confirmSignInPage(c.get("page"), state, token, await readSignInLink(sql, token, clock.now()));
        },
      });
    } catch (error) {
      return answerExpired(c, error);
    }
  });

  if (mailbox !== null) {
    pages.get("/mailbox", (c) => {
      keepPrivate(c);
      return c.html(mailboxPage(c.get("page"), mailbox.mails));
    });
  }
}

function answerExpired(c: Context<PageEnv>, error: unknown): Response | Promise<Response> {
  if (!(error instanceof Refused) || error.code !== "link-expired") throw error;
  return c.html(expiredLinkPage(c.get("page")), error.status);
}

const profile = z.object({
  name: z.string().trim().min(1),
  locale: z.enum(languages),
  knowHow: z.string().default(""),
  isKnowHowPublic: z.literal("yes").optional(),
});
const newVoice = z.object({ handle: z.string().trim().min(1), publicName: z.string().trim().min(1) });
const voiceName = newVoice.pick({ publicName: true });

function profileRoutes(pages: Hono<PageEnv>, house: House, settings: AccountSettings): void {
  const { forgetAuthor, noteClosedVoice, listOwnLinks } = settings;
  const own = (c: Context<PageEnv>, forms?: AccountForms) => ownPage(c, house, listOwnLinks, forms);
  const { sql, uris, clock } = house;

  pages.get("/account", async (c) => c.html(await own(c)));

  pages.post("/account/profile", async (c) => {
    const by = requireViewer(c);
    return await handleForm(c, {
      schema: profile,
      act: async ({ isKnowHowPublic, ...rest }) => {
        await changeProfile(sql, by, { ...rest, isKnowHowPublic: isKnowHowPublic === "yes" }, clock.now());
        const { assist, t } = c.get("page");
        // What was chosen here wins over what this device was set to before; at the desk the device is somebody else's.
        if (!assist) c.get("cookies").remove("language");
        const said = assist ? t : openTranslator(rest.locale, "UTC");
        return { to: "/account#profile", said: said("accounts.saved") };
      },
      again: (state) => own(c, { profile: state }),
    });
  });

  pages.post("/account/voice", async (c) => {
    const by = requireViewer(c);
    return await handleForm(c, {
      schema: newVoice,
      act: async ({ handle, publicName }) => {
        await openPublicVoice(sql, uris, by, { handle, name: publicName }, clock.now());
        return { to: "/account#voice", said: c.get("page").t("accounts.voice-opened") };
      },
      again: (state) => own(c, { voice: state }),
    });
  });

  pages.post("/account/voice/name", async (c) => {
    const by = requireViewer(c);
    return await handleForm(c, {
      schema: voiceName,
      act: async ({ publicName }) => {
        await renamePublicVoice(sql, by, publicName, clock.now());
        return { to: "/account#voice", said: c.get("page").t("accounts.saved") };
      },
      again: (state) => own(c, { voice: state }),
    });
  });

  pages.post("/account/voice/closing", async (c) => {
    await closePublicVoice(sql, requireViewer(c), clock.now(), noteClosedVoice);
    setFlash(c, { tone: "good", text: c.get("page").t("accounts.voice-closed") });
    return c.redirect("/account#voice", 303);
  });

  const closing = async (c: Context<PageEnv>, state: FormState) => {
    const [ctx, by] = [c.get("page"), requireViewer(c)];
    c.header("cache-control", "no-store");
    return closingPage(ctx, state, await settings.showLeftBehind?.(ctx, by));
  };

  pages.get("/account/closing", async (c) => c.html(await closing(c, emptyForm)));

  pages.post("/account/closing", async (c) => {
    const by = requireViewer(c);
    return await handleForm(c, {
      schema: z.object({ isSure: z.literal("yes", "field.required") }),
      act: async () => {
        await closeAccount(sql, by, forgetAuthor, clock.now());
        leaveSession(c);
        return { to: "/", said: c.get("page").t("accounts.closed") };
      },
      again: (state) => closing(c, state),
    });
  });
}

async function ownPage(
  c: Context<PageEnv>,
  { sql, uris, clock }: House,
  listOwnLinks: ListOwnLinks = async () => [],
  forms: AccountForms = {},
) {
  const account = requireViewer(c);
  c.header("cache-control", "no-store");
  const [knowHow, memberships, processes, voice, more] = await Promise.all([
    getKnowHow(sql, account.id),
    listMemberships(sql, account.id),
    account.grants.some((grant) => grant.processUri !== null) ? listProcessChoices(sql) : [],
    account.actorId === null ? null : findActorById(sql, account.actorId),
    listOwnLinks(account, clock.now()),
  ]);
  return accountPage(c.get("page"), { account, knowHow, memberships, processes, voice, more, host: uris.host }, forms);
}

const endedSession = z.object({ session: z.uuid() });

function sessionRoutes(pages: Hono<PageEnv>, { sql, clock }: House): void {
  pages.post("/sign-out", async (c) => {
    const token = c.get("cookies").readSigned(sessionCookie);
    if (token !== null) await signOut(sql, token);
    leaveSession(c);
    return c.redirect("/", 303);
  });

  pages.post("/account/sessions/end", async (c) => {
    const { session } = endedSession.parse(await c.req.parseBody());
    await endSession(sql, requireViewer(c), session);
    return c.redirect("/account/sign-in#sessions", 303);
  });

  pages.post("/account/sessions/end-all", async (c) => {
    await signOutEverywhere(sql, requireViewer(c), clock.now());
    leaveSession(c);
    setFlash(c, { tone: "good", text: c.get("page").t("accounts.signed-out-everywhere") });
    return c.redirect("/", 303);
  });
}
