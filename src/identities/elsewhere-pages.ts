// The pages of signing in at another server: a fediverse account at its own, or the city's identity provider.
import { type Context, Hono } from "hono";
import * as z from "zod";
import { deviceOf, safeReturnPath } from "../accounts/sign-in.ts";
import type { NewSession } from "../accounts/sign-in-actions.ts";
import type { SignInWay } from "../accounts/sign-in-views.ts";
import { enterSession, keepPrivate, sessionCookie } from "../accounts/viewer.ts";
import { languages, type MessageKey, openTranslator, type Translator } from "../platform/i18n.ts";
import type { SignInServers } from "../platform/mastodon-api.ts";
import type { OpenIdProvider } from "../platform/openid.ts";
import { Refused } from "../platform/refusal.ts";
import type { House } from "../ports.ts";
import type { Flash, PageEnv } from "../web/context.ts";
import { emptyForm, type FormErrors, formErrors, handleForm, readForm, setFlash } from "../web/forms.ts";
import { clientAddress, visitorOf } from "../web/security.ts";
import { isName } from "./arrival.ts";
import { admitArrival, type ClaimsSaid, type Entered, endArrival, type OnClaims } from "./arrival-actions.ts";
import { findArrival } from "./arrival-queries.ts";
import {
  arrivalPage,
  arrivalPath,
  fediversePage,
  fediversePath,
  fediverseWay,
  leavingPage,
  oidcPage,
  oidcPath,
  oidcWay,
} from "./elsewhere-views.ts";
import { addressLengthMax, readAddress } from "./fediverse.ts";
import { beginFediverse, finishFediverse, type Leaving } from "./fediverse-actions.ts";
import { beginOidc, finishOidc } from "./oidc-actions.ts";
import { waysPath } from "./views.ts";

export interface ElsewhereSettings {
  /** The node's secret, from its configuration. */
  readonly secret: string;
  readonly trustedProxyCount: number;
  readonly servers: SignInServers;
  /** Null where the city has configured none. */
  readonly provider: OpenIdProvider | null;
  /** Told of what the identity provider said of someone who signed in there or linked it. */
  readonly onClaims?: OnClaims;
}

/** The ways that this file has pages for. */
export const elsewhereWays = ({ provider }: Pick<ElsewhereSettings, "provider">): SignInWay[] =>
  provider === null ? [fediverseWay] : [oidcWay(provider), fediverseWay];

export function elsewherePages(house: House, settings: ElsewhereSettings): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  fediverseRoutes(pages, house, settings);
  if (settings.provider !== null) oidcRoutes(pages, house, settings, settings.provider);
  arrivalRoutes(pages, house, settings);
  return pages;
}

const addressForm = z.object({
  address: z
    .string()
    .trim()
    .min(1)
    .max(addressLengthMax)
    .refine((text) => readAddress(text) !== null, "field.not-a-fediverse-address"),
});

function fediverseRoutes(pages: Hono<PageEnv>, { sql, clock, uris }: House, settings: ElsewhereSettings): void {
  const door = { ...settings, sql, origin: uris.origin };

  pages.get(fediversePath, (c) => c.html(fediversePage(c.get("page"), emptyForm, safeReturnPath(c.req.query("back")))));

  pages.post(fediversePath, async (c) => {
    const values = await readForm(c);
    const back = safeReturnPath(String(values.back ?? "/"));
    try {
      const { address } = addressForm.parse(values);
      const request = { ...askerOf(c, settings, back), address, appName: c.get("page").city.name };
      const leaving = await beginFediverse(door, request, clock.now());
      return leave(c, "fediverse", leaving, { address, back });
    } catch (error) {
      const { errors, status } = problemsOf(c, error);
      return c.html(fediversePage(c.get("page"), { values, errors }, back), status);
    }
  });

  pages.get(`${fediversePath}/return/:host`, async (c) => {
    const { address, back, state } = comeBack(c, "fediverse");
    try {
      const [code, error, issuer] = ["code", "error", "iss"].map((name) => c.req.query(name) ?? null);
      // Hollo 0.6 leaves the state out where a person says no. A no lets nobody in, so the browser's word is enough for it.
      const isBareNo = error !== null && code === null && c.req.query("state") === undefined;
      const answer = { state: isBareNo ? state : sameState(c, state), code: code!, error: error!, issuer: issuer! };
      const entry = { host: c.req.param("host"), answer, by: c.get("page").account, session: sessionOf(c) };
      return enter(c, await finishFediverse(door, entry, clock.now()), settings);
    } catch (error) {
      const { errors, status } = problemsOf(c, error);
      return c.html(fediversePage(c.get("page"), { values: { address }, errors }, back), status);
    }
  });
}

function oidcRoutes(
  pages: Hono<PageEnv>,
  { sql, clock, uris }: House,
  settings: ElsewhereSettings,
  provider: OpenIdProvider,
): void {
  const door = { ...settings, provider, sql, origin: uris.origin };
  const again = (c: Context<PageEnv>, error: unknown, back: string) => {
    const { errors, status } = problemsOf(c, error);
    return c.html(oidcPage(c.get("page"), provider, { values: {}, errors }, back), status);
  };

  pages.get(oidcPath, (c) => c.html(oidcPage(c.get("page"), provider, emptyForm, safeReturnPath(c.req.query("back")))));

  pages.post(oidcPath, async (c) => {
    const values = await readForm(c);
    const back = safeReturnPath(String(values.back ?? "/"));
    try {
      const leaving = await beginOidc(door, askerOf(c, settings, back), clock.now());
      return leave(c, "oidc", leaving, { address: "", back });
    } catch (error) {
      return again(c, error, back);
    }
  });

  pages.get(`${oidcPath}/return`, async (c) => {
    const { back, state } = comeBack(c, "oidc");
    try {
      const { search } = new URL(c.req.url);
      const entry = { state: sameState(c, state), query: search, by: c.get("page").account, session: sessionOf(c) };
      return enter(c, await finishOidc(door, entry, clock.now()), settings);
    } catch (error) {
      return again(c, error, back);
    }
  });
}

const chosen = z.object({
  name: z.string().trim().min(1).refine(isName, "field.invalid"),
  locale: z.enum(languages),
});
const arrivalCookie = "arrival";

function arrivalRoutes(pages: Hono<PageEnv>, { sql, clock }: House, settings: ElsewhereSettings): void {
  const { secret, onClaims } = settings;
  /** Only in the browser they came back in, while nobody has signed in or out there since. */
  const stateOf = (c: Context<PageEnv>): string => {
    const cookies = c.get("cookies");
    const [state = "", visitor] = (cookies.readSigned(arrivalCookie) ?? "").split(" ");
    return visitor === visitorOf(cookies) ? state : "";
  };
  const waiting = async (c: Context<PageEnv>) => {
    const state = stateOf(c);
    const arrival = await findArrival(sql, secret, state, clock.now());
    if (arrival === null) throw new Refused("attempt-expired");
    return { state, arrival };
  };

  pages.get(arrivalPath, async (c) => {
    keepPrivate(c);
    if (c.get("page").account !== null) {
      c.get("cookies").remove(arrivalCookie);
      return c.redirect("/account", 303);
    }
    return c.html(arrivalPage(c.get("page"), (await waiting(c)).arrival, emptyForm));
  });

  // Whoever leaves, or finds somebody else's arrival in a shared browser, ends it.
  pages.post(`${arrivalPath}/refusal`, async (c) => {
    keepPrivate(c);
    await endArrival(sql, stateOf(c), clock.now());
    c.get("cookies").remove(arrivalCookie);
    setFlash(c, { tone: "good", text: c.get("page").t("identities.arrival-ended") });
    return c.redirect("/sign-in", 303);
  });

  pages.post(arrivalPath, async (c) => {
    keepPrivate(c);
    if (c.get("page").account !== null) throw new Refused("attempt-elsewhere");
    const { state, arrival } = await waiting(c);
    return await handleForm(c, {
      schema: chosen,
      act: async ({ name, locale }) => {
        const entry = { state, name, locale };
        const admitted = await admitArrival({ sql, secret, onClaims }, entry, sessionOf(c), clock.now());
        const cookies = c.get("cookies");
        enterSession(c, admitted.sessionToken);
        cookies.remove(arrivalCookie);
        // What was chosen here wins over what this device was set to before.
        cookies.remove("language");
        // In the language they have just chosen.
        const t = openTranslator(locale, "UTC");
        const said = saidOf(t, "identities.arrival-welcome", admitted.said, settings);
        setFlash(c, arrival.identity.kind === "fediverse" ? withOnlyWay(t, said, arrival.host) : said);
        return { to: admitted.returnTo };
      },
      again: (form) => arrivalPage(c.get("page"), arrival, form),
    });
  });
}

const askerOf = (c: Context<PageEnv>, { trustedProxyCount }: ElsewhereSettings, returnTo: string) => {
  const address = clientAddress(c, trustedProxyCount);
  const { t, account } = c.get("page");
  return { returnTo, locale: t.lang, ip: address === "unknown" ? null : address, by: account };
};

const sessionOf = (c: Context<PageEnv>): NewSession => ({
  device: deviceOf(c.req.header("user-agent")),
  previousSessionToken: c.get("cookies").readSigned(sessionCookie),
});

/** What the browser keeps while its person is away: whose attempt it is, and what was typed, should something fail. */
const kept = z.object({ state: z.string(), address: z.string(), back: z.string() });
type Kept = z.infer<typeof kept>;
const keptSeconds = 3600;

function leave(
  c: Context<PageEnv>,
  kind: "fediverse" | "oidc",
  { url, state }: Leaving,
  typed: Omit<Kept, "state">,
): Response | Promise<Response> {
  const value = Buffer.from(JSON.stringify({ ...typed, state })).toString("base64url");
  c.get("cookies").setSigned(`elsewhere-${kind}`, value, keptSeconds);
  keepPrivate(c);
  // Not a redirect: the content policy holds a form's whole journey to this node.
  c.header("refresh", `1;url=${url}`);
  return c.html(leavingPage(c.get("page"), url));
}

function comeBack(c: Context<PageEnv>, kind: "fediverse" | "oidc"): Kept {
  keepPrivate(c);
  const cookies = c.get("cookies");
  const value = cookies.readSigned(`elsewhere-${kind}`);
  if (value === null) return { state: "", address: "", back: "/" };
  cookies.remove(`elsewhere-${kind}`);
  const read = kept.parse(JSON.parse(Buffer.from(value, "base64url").toString()));
  return { ...read, back: safeReturnPath(read.back) };
}

/** What was begun in one browser is not finished in another. @throws Refused `attempt-expired`. */
function sameState(c: Context<PageEnv>, state: string): string {
  if (state === "" || c.req.query("state") !== state) throw new Refused("attempt-expired");
  return state;
}

/** What has happened, and what came of the identity provider's word. */
function saidOf(
  t: Translator,
  key: MessageKey,
  said: ClaimsSaid,
  { provider }: Pick<ElsewhereSettings, "provider">,
): Flash {
  if (said === null) return { tone: "good", text: t(key) };
  return { tone: said.tone, text: `${t(key)} ${t(said.key, { name: provider?.name ?? "" })}` };
}

/** Said once: a fediverse account brings no e-mail address, so it is all there is to come back by. */
const withOnlyWay = (t: Translator, said: Flash, host: string): Flash => ({
  ...said,
  text: `${said.text} ${t("identities.arrival-only-way", { host })}`,
  link: { href: waysPath, label: t("identities.arrival-add-way") },
});

function enter(c: Context<PageEnv>, entered: Entered, settings: ElsewhereSettings): Response {
  const cookies = c.get("cookies");
  switch (entered.way) {
    case "in":
      enterSession(c, entered.sessionToken);
      return c.redirect(entered.returnTo, 303);
    case "linked":
      setFlash(c, saidOf(c.get("page").t, "identities.linked", entered.said, settings));
      return c.redirect(entered.returnTo, 303);
    case "new":
      cookies.setSigned(arrivalCookie, `${entered.state} ${visitorOf(cookies)}`, null);
      return c.redirect(arrivalPath, 303);
    default:
      throw new Error(entered satisfies never);
  }
}

/** What went wrong, for the form that is shown again. Faults pass through. */
function problemsOf(c: Context<PageEnv>, error: unknown): { errors: FormErrors; status: 422 | Refused["status"] } {
  const errors = formErrors(c.get("page").t, error);
  if (errors === null) throw error;
  return { errors, status: error instanceof Refused ? error.status : 422 };
}
