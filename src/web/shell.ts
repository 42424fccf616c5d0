// What stands around every room's pages: who reads, in which language, guards in front, error pages behind.
import { type Context, Hono, type MiddlewareHandler } from "hono";
import { compress } from "hono/compress";
import { HTTPException } from "hono/http-exception";
import type { Account } from "../accounts/account.ts";
import { isDatabaseAway } from "../platform/db.ts";
import { html, type Markup } from "../platform/html.ts";
import { chooseLanguage, isLanguage, type Language, openTranslator } from "../platform/i18n.ts";
import { newId } from "../platform/ids.ts";
import { Refused } from "../platform/refusal.ts";
import type { Clock } from "../ports.ts";
import { aboutPages } from "./about.ts";
import { accentRoutes } from "./accent.ts";
import { guardTerms, type TermsDoor } from "./agreeing.ts";
import { assetRoutes } from "./assets.ts";
import { type AssistDoor, assistCookie, guardAssists } from "./assisting.ts";
import type { CityIdentity, PageContext, PageEnv, Theme } from "./context.ts";
import { type CookieSettings, type Cookies, openCookies } from "./cookies.ts";
import { followBox, interactionUrl, leavingNotice } from "./fediverse.ts";
import { formErrors, readForm, takeFlash } from "./forms.ts";
import { page } from "./layout.ts";
import { bareFaultPage, expiredPage, faultPage, oversizePage, refusalPage, signedOutPage } from "./problem.ts";
import { guardForms, isOwnForm, type LargeUpload, openFormTokens, securityHeaders } from "./security.ts";

export interface ShellOptions {
  readonly cookies: CookieSettings;
  /** The public address of the node. */
  readonly origin: string;
  readonly clock: Clock;
  readonly postsPerMinute: number;
  /** Proxies in front of the node whose `X-Forwarded-For` entries are believed. */
  readonly trustedProxyCount: number;
  /** Who the city is: in its own first language, or where it has it, in the reader's. */
  readonly findCity: (lang?: Language) => Promise<CityIdentity>;
  /** The account of a session token, as the signed cookie `session` carries it; null when it is over. */
  readonly findAccount: (sessionToken: string) => Promise<Account | null>;
  readonly largeUploads?: readonly LargeUpload[];
  /** Officials who act for people at the desk; absent where nobody does. */
  readonly assists?: AssistDoor;
  /** The terms of use; absent where nobody is asked to agree to any. */
  readonly terms?: TermsDoor;
  readonly countUnread: (account: Account) => Promise<number>;
  readonly rememberLanguage: (account: Pick<Account, "id">, language: Language) => Promise<void>;
  /** Routes that know no reader, such as health and uploads: they answer without the database being asked who reads. */
  readonly beforeReaders?: readonly Hono[];
  /** A fault nobody expected; the request id is on the page too. */
  readonly reportFault: (error: unknown, requestId: string, path: string) => void;
}

/**
 * The shell as an app of its own: rooms are mounted on it with `shell.route("/", roomPages(house))`.
 * It answers `/preferences`, `/follow` and `/assets/…` itself.
 */
export function openShell(options: ShellOptions): Hono<PageEnv> {
  const shell = new Hono<PageEnv>();
  const tokens = openFormTokens(options.cookies.secret);
  // Form tokens are made anew for each page, so a squeezed page gives nothing away by its length.
  shell.use(compress({ contentTypeFilter: /^(text\/html|text\/calendar|application\/atom\+xml)/ }));
  shell.use(securityHeaders({ isSecure: options.cookies.isSecure }));
  shell.route("/", assetRoutes);
  shell.route("/", accentRoutes);
  for (const routes of options.beforeReaders ?? []) shell.route("/", routes);
  shell.use(withPage(options, (cookies, now) => tokens.issue(cookies, now)));
  shell.use(guardForms({ tokens, ...options }));
  if (options.assists) shell.use(guardAssists(options.assists));
  if (options.terms) shell.use(guardTerms(options.terms));
  shell.onError((error, c) => answerError(options, error, c));
  shell.notFound((c) => answerError(options, new Refused("not-found"), c));
  shell.route("/", preferenceRoutes(options));
  shell.route("/", followRoutes());
  shell.route("/", aboutPages);
  return shell;
}

function withPage(
  options: ShellOptions,
  issue: (cookies: PageEnv["Variables"]["cookies"], now: Date) => string,
): MiddlewareHandler<PageEnv> {
  return async (c, next) => {
    const now = options.clock.now();
    const cookies = openCookies(options.cookies, c.req.header("cookie") ?? null);
    c.set("cookies", cookies);
    c.set("requestId", newId(now));
    const [city, reader] = await Promise.all([options.findCity(), findReader(options, cookies)]);
    const { account, assist } = reader;
    const locale = assist?.officerLocale ?? account?.locale ?? null;
    const wishes = { account: locale, cookie: cookies.read("language"), city: city.lang };
    const lang = chooseLanguage({ ...wishes, header: c.req.header("accept-language") ?? null, offered: city.offered });
    let csrf: string | null = null;
    const context: PageContext = {
      t: openTranslator(lang, city.timeZone),
      city: lang === city.lang ? city : await options.findCity(lang),
      ...reader,
      unreadCount: account ? await options.countUnread(account) : 0,
      path: pagePath(c, options.origin),
      // Made when a form asks for it: a page without forms leaves no cookie behind.
      get csrf() {
        csrf ??= issue(cookies, now);
        return csrf;
      },
      flash: c.req.method === "GET" ? takeFlash(c) : null,
      theme: themeOf(cookies.read("theme")),
      wantsTiles: cookies.read("tiles") === "yes",
      now,
    };
    c.set("page", context);
    // Kept until a page is read, so that a form that comes too late is still known for what it is.
    if (context.isAssistOver && c.req.method === "GET") cookies.remove(assistCookie);
    await next();
    finish(c, cookies.changes);
  };
}

/** Behind a proxy the request names another host, so only its path counts. */
function pagePath(c: Context, origin: string): string {
  if (c.req.method !== "GET" && c.req.method !== "HEAD") return ownPath(c.req.header("referer"), origin);
  const { pathname, search } = new URL(c.req.url);
  return `${pathname}${search}`;
}

/** The account behind the session; while an official acts for somebody, that person's. */
async function findReader(
  options: ShellOptions,
  cookies: Cookies,
): Promise<Pick<PageContext, "account" | "assist" | "isAssistOver">> {
  const token = cookies.readSigned("session");
  if (token === null) return { account: null };
  const assistToken = options.assists ? cookies.readSigned(assistCookie) : null;
  if (assistToken === null) return { account: await options.findAccount(token) };
  const assist = (await options.assists?.find({ assist: assistToken, officer: token })) ?? null;
  if (assist !== null) return { account: assist.account, assist };
  return { account: await options.findAccount(token), isAssistOver: true };
}

const themeOf = (text: string | null): Theme => (text === "light" || text === "dark" ? text : "auto");

/** Pages are for one reader and one language; caches between are told so. */
function finish(c: Context<PageEnv>, setCookies: readonly string[]): void {
  for (const cookie of setCookies) c.res.headers.append("set-cookie", cookie);
  if (!(c.res.headers.get("content-type") ?? "").startsWith("text/html")) return;
  c.res.headers.append("vary", "Accept, Accept-Language, Cookie");
  // What moderators read about people stays in no browser that others use after them.
  const kept = /^\/moderation(?!\/log)/.test(c.req.path) ? "no-store" : "private, no-cache";
  if (!c.res.headers.has("cache-control")) c.res.headers.set("cache-control", kept);
}

/** A database that restarts is back by then. */
const retryAfterSeconds = "10";

async function answerError(options: ShellOptions, error: unknown, c: Context<PageEnv>): Promise<Response> {
  const ctx = c.get("page") as PageContext | undefined;
  const requestId = (c.get("requestId") as string | undefined) ?? newId();
  // Routes that know no reader, such as uploads: nobody reads them as a page.
  if (ctx === undefined && error instanceof Refused) return c.body(null, error.status);
  if (ctx === undefined) {
    options.reportFault(error, requestId, c.req.path);
    const header = c.req.header("accept-language") ?? null;
    const lang = chooseLanguage({ account: null, cookie: null, header, city: "en" });
    return c.html(bareFaultPage(openTranslator(lang, "UTC"), requestId), 503, { "retry-after": retryAfterSeconds });
  }
  if (error instanceof Refused) return await answerRefusal(options, error, c, ctx);
  if (error instanceof HTTPException) return error.getResponse();
  const errors = formErrors(ctx.t, error);
  if (errors !== null) return c.html(refusalPage(ctx, new Refused("invalid-input")), 422);
  options.reportFault(error, requestId, c.req.path);
  if (!isDatabaseAway(error)) return c.html(faultPage(ctx, requestId, 500), 500);
  return c.html(faultPage(ctx, requestId, 503), 503, { "retry-after": retryAfterSeconds });
}

/** Characters: who has typed so much does not want to type it again. */
const textWorthKeeping = 200;

async function answerRefusal(
  options: ShellOptions,
  refused: Refused,
  c: Context<PageEnv>,
  ctx: PageContext,
): Promise<Response> {
  if (refused.code === "sign-in-first") {
    const values = c.req.method === "POST" ? await readForm(c) : {};
    const isLong = Object.values(values).some((value) => typeof value === "string" && value.length > textWorthKeeping);
    if (isLong && isOwnForm(c, options.origin)) {
      return c.html(signedOutPage(ctx, { values, action: c.req.path, isOwnForm: true }), refused.status);
    }
    return c.redirect(`/sign-in?back=${encodeURIComponent(ctx.path)}`, 303);
  }
  if (refused.code === "form-expired") {
    const values = await readForm(c);
    const isOurs = isOwnForm(c, options.origin);
    return c.html(expiredPage(ctx, { values, action: c.req.path, isOwnForm: isOurs }), refused.status);
  }
  const { csrf, ...typed } = c.get("typedBefore") ?? {};
  if (refused.code === "too-large" && Object.keys(typed).length > 0) {
    // The rest of the body is not waited for.
    c.header("connection", "close");
    const isOurs = isOwnForm(c, options.origin) && csrf !== undefined;
    return c.html(oversizePage(ctx, refused, { values: typed, action: c.req.path, isOwnForm: isOurs }), refused.status);
  }
  if (refused.code === "too-many-requests") c.header("retry-after", String(refused.params.seconds ?? 60));
  return c.html(refusalPage(ctx, refused), refused.status);
}

/** The path of an address on this node; `/` for anything else, so that no link leads a reader astray. */
export function ownPath(address: string | undefined | null, origin: string): string {
  if (!address || !URL.canParse(address, origin)) return "/";
  const url = new URL(address, origin);
  // `/.//elsewhere.example` is a path of this node, and as a place to go to another server.
  return url.origin === origin && !url.pathname.startsWith("//") ? `${url.pathname}${url.search}` : "/";
}

const yearSeconds = 365 * 24 * 3600;

/** `POST /preferences`: language, appearance and whether maps may be fetched, kept on this device and, for the language, in the account. */
function preferenceRoutes(options: ShellOptions): Hono<PageEnv> {
  return new Hono<PageEnv>().post("/preferences", async (c) => {
    const { language, theme, tiles, back } = await readForm(c);
    const cookies = c.get("cookies");
    const { account, assist } = c.get("page");
    // At the desk it is the official's pages that change, and not the language in which the person is written to.
    const reader = assist ? { id: assist.officerId } : account;
    if (isLanguage(language)) {
      cookies.set("language", language, yearSeconds);
      if (reader) await options.rememberLanguage(reader, language);
    }
    if (tiles === "yes") cookies.set("tiles", "yes", yearSeconds);
    if (tiles === "no") cookies.remove("tiles");
    if (typeof theme === "string") cookies.set("theme", themeOf(theme), yearSeconds);
    return c.redirect(ownPath(typeof back === "string" ? back : null, options.origin), 303);
  });
}

/** `GET /follow?uri=…&account=…`: sends a reader to their own server to follow, or asks for the account. */
function followRoutes(): Hono<PageEnv> {
  return new Hono<PageEnv>().get("/follow", (c) => {
    const ctx = c.get("page");
    const { t, city } = ctx;
    const uri = c.req.query("uri") ?? city.origin;
    const account = c.req.query("account");
    const target = account ? interactionUrl(account, uri, city.isTrial) : null;
    const show = (main: Markup) => page({ ctx, title: t("fediverse.follow-title"), main, isUnlisted: true });
    if (target !== null) {
      // Not a redirect: the content policy holds a form's whole journey to this node.
      c.header("refresh", `1;url=${target}`);
      return c.html(show(leavingNotice(ctx, target)));
    }
    const wrong = account ? html`<p class="error" role="alert">${t("fediverse.not-an-account")}</p>` : null;
    ctx.isWrong = wrong !== null;
    const handle = uri === city.origin ? city.handle : uri;
    return c.html(
      show(html`${wrong}${followBox(ctx, { handle, uri, title: t("fediverse.follow-title") })}`),
      wrong ? 422 : 200,
    );
  });
}
