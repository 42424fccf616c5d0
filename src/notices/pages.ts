// The routes of notices: one's own list and settings, following and no longer, and what the links in mails lead to.
import { type Context, Hono } from "hono";
import * as z from "zod";
import { readEmail } from "../accounts/sign-in.ts";
import { requireViewer } from "../accounts/viewer.ts";
import { href, html, type Renderable } from "../platform/html.ts";
import { readPageRequest } from "../platform/pagination.ts";
import { openRateLimit } from "../platform/ratelimit.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { hourMs } from "../platform/time.ts";
import type { House } from "../ports.ts";
import type { PageContext, PageEnv } from "../web/context.ts";
import { emptyForm, handleForm, readForm, setFlash } from "../web/forms.ts";
import { boundBody, clientAddress } from "../web/security.ts";
import { ownPath } from "../web/shell.ts";
import { markAllRead, markRead } from "./actions.ts";
import { changeNoticeSettings, endAllMail, follow, setRhythmOf, unfollow } from "./following-actions.ts";
import { findFollowable, getNoticeSettings, isFollowing, listFollowings } from "./following-queries.ts";
import { askToFollowByMail, confirmMailFollowing, endMailFollowing } from "./mail-following-actions.ts";
import { isMailRhythm, mailRhythms, pathOfNotice } from "./notice.ts";
import { pushRoutes, pushStateOf } from "./push-pages.ts";
import { getNotice, listNotices } from "./queries.ts";
import { confirmPath, type MailLink, readMailLink, unsubscribePath } from "./unsubscribe.ts";
import type { FollowWords } from "./views.ts";
import * as views from "./views.ts";
import { followedTitle } from "./wording.ts";

const noticesPerPage = 40;
const followingsPerPage = 30;
const uriLengthMax = 2_048;

export interface NoticeSecrets {
  /** Signs the links in mails. */
  readonly secret: string;
}

export interface NoticePageSettings extends NoticeSecrets {
  /** Proxies in front of the node whose `X-Forwarded-For` entries are believed. */
  readonly trustedProxyCount: number;
}

/** Addresses that can be asked from one place: nobody sends mails to strangers through this node. In memory only. */
export const asksPerHourMax = 20;

/** What the page of a thing shows of following it here: the button, or without an account how. */
export async function showFollow(
  { sql }: Pick<House, "sql">,
  ctx: PageContext,
  uri: string,
  words?: FollowWords,
): Promise<Renderable> {
  const follows = ctx.account !== null && (await isFollowing(sql, ctx.account.id, uri));
  return views.followPanel(ctx, uri, follows, words);
}

export function noticePages(house: House, settings: NoticePageSettings): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  settingsRoutes(pages, house, settings);
  pushRoutes(pages, house);
  listRoutes(pages, house);
  followRoutes(pages, house);
  byMailRoutes(pages, house, settings);
  unsubscribeRoutes(pages, house, settings);
  return pages;
}

function listRoutes(pages: Hono<PageEnv>, { sql, clock }: House): void {
  pages.get("/notices", async (c) => {
    const by = requireViewer(c);
    c.header("cache-control", "no-store");
    const request = readPageRequest(new URL(c.req.url).searchParams, noticesPerPage);
    return c.html(views.noticesPage(c.get("page"), await listNotices(sql, by.id, request)));
  });

  pages.post("/notices/reading", async (c) => {
    const by = requireViewer(c);
    const { until } = z.object({ until: z.uuid() }).parse(await readForm(c));
    await markAllRead(sql, by.id, until, clock.now());
    return c.redirect("/notices", 303);
  });

  // Opening one is reading it; what changes is a mark that only this reader sees.
  pages.get("/notices/:id", async (c) => {
    const by = requireViewer(c);
    const notice = await getNotice(sql, by.id, c.req.param("id"));
    await markRead(sql, by.id, notice.id, clock.now());
    c.header("cache-control", "no-store");
    return c.redirect(href(pathOfNotice(notice)), 303);
  });

  pages.post("/notices/:id/reading", async (c) => {
    const by = requireViewer(c);
    const { id } = await getNotice(sql, by.id, c.req.param("id"));
    await markRead(sql, by.id, id, clock.now());
    return c.redirect("/notices", 303);
  });
}

const settingsInput = z.object({
  mail: z.enum(mailRhythms),
  followsOwn: z
    .string()
    .optional()
    .transform((value) => value === "yes"),
});

function settingsRoutes(pages: Hono<PageEnv>, house: House, { secret }: NoticeSecrets): void {
  const { sql, clock } = house;
  const pushState = pushStateOf(house, secret);
  const show = async (c: Context<PageEnv>, state = emptyForm) => {
    const by = requireViewer(c);
    const request = readPageRequest(new URL(c.req.url).searchParams, followingsPerPage);
    const [settings, followings, push] = await Promise.all([
      getNoticeSettings(sql, by.id),
      listFollowings(sql, by.id, request),
      pushState(c),
    ]);
    return views.settingsPage(c.get("page"), { settings, followings, push, state });
  };
  pages.get("/notices/settings", async (c) => {
    c.header("cache-control", "no-store");
    return c.html(await show(c));
  });
  pages.post("/notices/settings", async (c) => {
    const by = requireViewer(c);
    return await handleForm(c, {
      schema: settingsInput,
      act: async (input) => {
        await changeNoticeSettings(sql, by.id, input, clock.now());
        return { to: "/notices/settings", said: c.get("page").t("notices.saved") };
      },
      again: (state) => show(c, state),
    });
  });
}

const followInput = z.object({
  uri: z.string().min(1).max(uriLengthMax),
  back: z.string().default("/notices/settings"),
});

function followRoutes(pages: Hono<PageEnv>, { sql, uris, clock }: House): void {
  const done = (c: Context<PageEnv>, back: string, text: string) => {
    setFlash(c, { tone: "good", text });
    return c.redirect(ownPath(back, uris.origin), 303);
  };
  pages.post("/followings", async (c) => {
    const by = requireViewer(c);
    const { uri, back } = followInput.parse(await readForm(c));
    await follow(sql, by, uri, clock.now());
    return done(c, back, c.get("page").t("notices.now-followed"));
  });
  pages.post("/followings/end", async (c) => {
    const by = requireViewer(c);
    const { uri, back } = followInput.parse(await readForm(c));
    await unfollow(sql, by.id, uri, clock.now());
    return done(c, back, c.get("page").t("notices.no-longer-followed"));
  });
  pages.post("/followings/rhythm", async (c) => {
    const by = requireViewer(c);
    const values = await readForm(c);
    const { uri, back } = followInput.parse(values);
    refuseUnless(values.mail === "" || isMailRhythm(values.mail), "invalid-input", { field: "mail" });
    await setRhythmOf(sql, by, uri, isMailRhythm(values.mail) ? values.mail : null);
    return done(c, back, c.get("page").t("notices.saved"));
  });
}

const byMailInput = z.object({
  uri: z.string().min(1).max(uriLengthMax),
  email: z.string().trim().min(1).transform(readEmail),
});

function byMailRoutes(pages: Hono<PageEnv>, { sql, clock }: House, settings: NoticePageSettings): void {
  const { secret, trustedProxyCount } = settings;
  const pace = openRateLimit({ limit: asksPerHourMax, windowMs: hourMs });
  pages.post("/follow-by-mail", async (c) => {
    const ctx = c.get("page");
    return await handleForm(c, {
      schema: byMailInput,
      act: async ({ uri, email }) => {
        const seconds = pace.take(clientAddress(c, trustedProxyCount), clock.now());
        refuseUnless(seconds === null, "too-many-requests", { seconds: seconds ?? 0 });
        await askToFollowByMail(sql, { email, subjectUri: uri, locale: ctx.t.lang }, clock.now());
        return { to: "/follow-by-mail" };
      },
      again: async (state) => {
        const thing = await findFollowable(sql, String(state.values.uri ?? ""));
        refuseUnless(thing !== null, "not-found");
        return views.byMailPage(ctx, thing, state);
      },
    });
  });
  pages.get("/follow-by-mail", (c) => c.html(views.askedPage(c.get("page"))));

  const linkOf = (c: Context<PageEnv>): MailLink => {
    asKey(c);
    const link = readMailLink(secret, c.req.param("token") ?? "");
    refuseUnless(link?.scope === "confirmation", "not-found");
    return link;
  };
  pages.get("/follow-by-mail/:token", (c) => {
    linkOf(c);
    const { t } = c.get("page");
    const action = confirmPath(c.req.param("token"));
    const words = { title: t("notices.confirm-title"), text: t("notices.confirm-text"), submit: t("notices.confirm") };
    return c.html(views.mailLinkPage(c.get("page"), { ...words, action }));
  });
  pages.post("/follow-by-mail/:token", async (c) => {
    const { id } = linkOf(c);
    const ctx = c.get("page");
    const confirmed = await confirmMailFollowing(sql, id, clock.now());
    refuseUnless(confirmed !== null, "link-expired");
    const thing = await findFollowable(sql, confirmed.subjectUri);
    const title = followedTitle(ctx.t, thing, ctx.city.name);
    const more = thing === null ? null : html`<p><a href="${href(views.pathOf(thing))}">${title}</a></p>`;
    return c.html(views.mailLinkDonePage(ctx, ctx.t("notices.confirmed-title"), ctx.t("notices.confirmed-text"), more));
  });
}

/** The address of the page is a key: it goes into no cache and to no other server. */
function asKey(c: Context): void {
  c.header("cache-control", "no-store");
  c.header("referrer-policy", "no-referrer");
}

async function unsubscribe({ sql, clock }: Pick<House, "sql" | "clock">, { scope, id }: MailLink): Promise<void> {
  if (scope === "following") await endMailFollowing(sql, id);
  else await endAllMail(sql, id, clock.now());
}

/** With a page in between for people; mail programs take {@link oneClickRoutes}. */
function unsubscribeRoutes(pages: Hono<PageEnv>, house: House, { secret }: NoticeSecrets): void {
  const linkOf = (c: Context<PageEnv>): MailLink => {
    asKey(c);
    const link = readMailLink(secret, c.req.param("token") ?? "");
    refuseUnless(link !== null && link.scope !== "confirmation", "not-found");
    return link;
  };
  pages.get("/unsubscribe/:token", (c) => {
    const { scope } = linkOf(c);
    const { t } = c.get("page");
    const text = t(scope === "account" ? "notices.unsubscribe-text" : "notices.unsubscribe-one-text");
    const action = `${unsubscribePath(c.req.param("token"))}/confirmation`;
    const words = { title: t("notices.unsubscribe-title"), text, submit: t("notices.unsubscribe") };
    return c.html(views.mailLinkPage(c.get("page"), { ...words, action }));
  });
  pages.post("/unsubscribe/:token/confirmation", async (c) => {
    const ctx = c.get("page");
    await unsubscribe(house, linkOf(c));
    const { t } = ctx;
    return c.html(views.mailLinkDonePage(ctx, t("notices.unsubscribed-title"), t("notices.unsubscribed-text")));
  });
}

const oneClickBytesMax = 4_096;

/**
 * RFC 8058: a mail program posts to the address in the header. Without cookies, form token or reader; what the token
 * names is all it can end, and only what is already in the hands of whoever holds the mail.
 */
export function oneClickRoutes(house: Pick<House, "sql" | "clock">, { secret }: NoticeSecrets): Hono {
  return new Hono().post("/unsubscribe/:token", async (c) => {
    asKey(c);
    const say = (text: string, status: 200 | 400 | 404 | 413) => c.text(`${text}\n`, status);
    if (!(Number(c.req.header("content-length") ?? 0) <= oneClickBytesMax)) return say("Too large", 413);
    const link = readMailLink(secret, c.req.param("token"));
    if (link === null || link.scope === "confirmation") return say("No such link", 404);
    boundBody(c, oneClickBytesMax);
    const body = await c.req.parseBody().catch(() => ({}) as Record<string, unknown>);
    if (body["List-Unsubscribe"] !== "One-Click") return say("Expected List-Unsubscribe=One-Click", 400);
    await unsubscribe(house, link);
    return say("Unsubscribed", 200);
  });
}
