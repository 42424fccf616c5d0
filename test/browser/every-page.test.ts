// Every page of a whole node, as the person who may see it, in a real browser: nothing axe can see is wrong in light and
// in dark, left to right and right to left, and nothing sticks out of the narrowest phone, also with letters twice as big.
// The list of pages is the application's own: a route that is neither visited nor excused here fails the test.
import { createRequire } from "node:module";
import type { ChildNode, Document, Element } from "domhandler";
import { DomUtils, parseDocument } from "htmlparser2";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Account } from "../../src/accounts/account.ts";
import { emailChangeToken } from "../../src/accounts/email-actions.ts";
import { issueSignInLink } from "../../src/accounts/sign-in-actions.ts";
import { openGuardedFetch } from "../../src/platform/guarded-fetch.ts";
import { openSignInServers } from "../../src/platform/mastodon-api.ts";
import { openOpenIdProvider } from "../../src/platform/openid.ts";
import { openApp } from "../../src/web/app.ts";
import { openCookies } from "../../src/web/cookies.ts";
import { describeInBrowser, launchChromium } from "../support/chromium.ts";
import { aCityOfEverything, aKeptCopy, aSession } from "../support/every-kind.ts";
import { excused, isFilePath, type Person, type Visit, visitsOf } from "../support/every-visit.ts";
import { type ListeningCities, type ListeningCity, openListeningCities, secretOfTests } from "../support/listening.ts";

/** What the application answers a method with, middleware left out. */
function routesOf({ instance }: ListeningCity, method: "GET" | "POST"): string[] {
  const client = openGuardedFetch({ permittedOrigins: [], userAgent: "nobody" });
  const provider = { issuer: "https://id.example", clientId: "c", clientSecret: "s", name: "Id", scopes: "openid" };
  const app = openApp(instance.house, {
    ...{ ...instance.config, mailbox: instance.mailbox, version: "0", postsPerMinute: 60, forgetAuthor: [] },
    servers: openSignInServers({ client, permittedOrigins: [] }),
    provider: openOpenIdProvider(client, provider),
    health: { migrationsDir: "", doesJobs: false },
  });
  return [...new Set(app.routes.filter((route) => route.method === method).map(({ path }) => path))].sort();
}

interface Look {
  readonly name: string;
  readonly lang: "en" | "ar" | "fr";
  readonly scheme: "light" | "dark";
  readonly widthPixels: number;
  readonly isJudged: boolean;
}
const looks: readonly Look[] = [
  { name: "in English and light, on a desk", lang: "en", scheme: "light", widthPixels: 1280, isJudged: true },
  { name: "in Arabic and dark, on a phone", lang: "ar", scheme: "dark", widthPixels: 390, isJudged: true },
  {
    name: "in French on the narrowest phone, letters twice as big too",
    lang: "fr",
    scheme: "light",
    widthPixels: 320,
    isJudged: false,
  },
];

const axe = createRequire(createRequire(import.meta.url).resolve("@axe-core/playwright"))("axe-core") as {
  source: string;
};
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const pagesAtOnce = 2;

const noPage = "asked by a program: a script, a mail reader, another server";
const notHere = "its form comes with something that has not happened in this city";
/** What is posted to without a form on these pages. */
const formless: Readonly<Record<string, string>> = {
  "/account/sign-in/passkeys/options": noPage,
  "/sign-in/passkey/options": noPage,
  "/unsubscribe/:token": noPage,
  "/account/coauthorship": notHere,
  "/account/residence/census": notHere,
  "/account/residence/code": notHere,
  "/account/residence/letter/withdrawal": notHere,
  "/account/sessions/end": notHere,
  "/admin/people/:id/memberships/revocation": notHere,
  "/admin/people/:id/roles/revocation": notHere,
  "/adoptions/:id/acceptance": notHere,
  "/adoptions/:id/refusal": notHere,
  "/desk/alike": notHere,
  "/desk/assist/end": notHere,
  "/desk/deliveries/abandonments": notHere,
  "/desk/deliveries/retries": notHere,
  "/desk/erasures/:id/keeping": notHere,
  "/desk/residence/conflicts/:id": notHere,
  "/desk/settings/:group/undo": notHere,
  "/meetings/:id/publication": notHere,
  "/meetings/:id/removal": notHere,
  "/moderation/lists/hosts/import": notHere,
  "/moderation/lists/imports/:id/undoing": notHere,
  "/moderation/lists/words/import": notHere,
  "/moderation/lists/words/removal": notHere,
  "/moderation/statements/:id/appeal": notHere,
  "/network/following": notHere,
  "/network/unfollowing": notHere,
  "/processes/:segment/documents/:id/removal": notHere,
  "/processes/:segment/team/roles/revocation": notHere,
  "/proposals/:id/coauthors/removal": notHere,
  "/proposals/:id/coauthors/revocation": notHere,
  "/proposals/:id/like/withdrawal": notHere,
  "/proposals/:id/support": notHere,
  "/proposals/similar": noPage,
  "/sign-in/oidc": notHere,
  "/sign-in/welcome": notHere,
};

/** Where to leave pictures of the pages, for a person to look at. */
const picturesDir = process.env.PICTURES_DIR ?? null;

describeInBrowser("every page", () => {
  let net: ListeningCities<"Bilbao" | "Porto">;
  let city: ListeningCity;
  let browser: Browser;
  let visits: Record<string, readonly Visit[]>;
  let people: Record<"desk" | "ane", Account>;
  let seen: Map<string, Set<string>>;

  beforeAll(async () => {
    [net, browser] = await Promise.all([openListeningCities("Bilbao", "Porto"), launchChromium()]);
    city = net.cities.Bilbao;
    const has = await aCityOfEverything(city, secretOfTests);
    const copy = await aKeptCopy(city, net.cities.Porto);
    people = { desk: city.administrator, ane: has.ane };
    const link = { email: "new@example.org", locale: "en", returnTo: "/", lifetimeMs: 3_600_000 };
    const signIn = new URL(await issueSignInLink(city.sql, city.uris, secretOfTests, link, new Date())).pathname;
    visits = visitsOf(has, copy, { signIn, email: emailChangeToken(secretOfTests, has.emailChangeId) });
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await net?.[Symbol.asyncDispose]();
  });

  async function cookieOf(who: "desk" | "ane"): Promise<{ name: string; value: string }> {
    const { cookiePrefix: prefix } = city.instance.config;
    const cookies = openCookies({ prefix, isSecure: false, secret: secretOfTests }, null);
    cookies.setSigned("session", await aSession(city, people[who]), null);
    const [name, value] = cookies.changes[0]!.split(";")[0]!.split("=") as [string, string];
    return { name, value: decodeURIComponent(value) };
  }

  async function contextOf(who: Person, look: Look): Promise<BrowserContext> {
    const { lang, scheme, widthPixels } = look;
    const viewport = { width: widthPixels, height: 800 };
    const context = await browser.newContext({ viewport, colorScheme: scheme, locale: lang, reducedMotion: "reduce" });
    if (who === "visitor") return context;
    await city.sql`update account set locale = ${lang} where id = ${people[who].id}`;
    await context.addCookies([{ ...(await cookieOf(who)), url: city.origin }]);
    return context;
  }

  async function faultsOf(page: Page, path: string, look: Look): Promise<string[]> {
    const response = await page.goto(`${city.origin}${path}`);
    const expected = path === "/nowhere" ? 404 : path.includes("nonsense") ? 422 : 200;
    if (response?.status() !== expected) return [`status ${response?.status()}`];
    if (new URL(page.url()).pathname !== path.split("?")[0]) return [`led on to ${page.url()}`];
    const faults: string[] = [];
    if (picturesDir) {
      const file = `${look.lang}${path.replace(/[^a-z0-9-]+/gi, "_")}`.slice(0, 80);
      await page.screenshot({ path: `${picturesDir}/${file}.png`, fullPage: true });
    }
    faults.push(...(await sticksOut(page, "")));
    if (look.isJudged) return [...faults, ...(await judge(page))];
    await page.evaluate("document.documentElement.style.fontSize = '200%'");
    return [...faults, ...(await sticksOut(page, "with big letters "))];
  }

  test("has its place in the list below, or a reason not to", () => {
    const known = [...Object.keys(visits), ...Object.keys(excused)];
    const routes = routesOf(city, "GET").filter((path) => !isFilePath(path));
    const forgotten = routes.filter((path) => !known.includes(path));
    const gone = Object.keys(visits).filter((path) => path !== "/nowhere" && !routes.includes(path));
    expect({ forgotten, gone }).toEqual({ forgotten: [], gone: [] });
  });

  test("has only forms that can be sent without scripts, and each way to send something has a form", async () => {
    const posts = routesOf(city, "POST").map((route) => ({ route, pattern: patternOf(route) }));
    const reached = new Set<string>();
    const faults: string[] = [];
    const cookies = { visitor: null, ane: await cookieOf("ane"), desk: await cookieOf("desk") };
    for (const [who, path] of Object.values(visits).flat()) {
      const cookie = cookies[who];
      const headers = { accept: "text/html", ...(cookie ? { cookie: `${cookie.name}=${cookie.value}` } : {}) };
      const response = await city.instance.fetch(new Request(`${city.origin}${path}`, { headers }));
      for (const { action, fault } of formsOf(await response.text(), path)) {
        if (fault !== null) faults.push(`${who} ${path}: ${fault}`);
        const answering = posts.filter(({ pattern }) => pattern.test(action));
        for (const { route } of answering) reached.add(route);
        if (answering.length === 0) faults.push(`${who} ${path}: nothing answers ${action}`);
      }
    }
    expect([...new Set(faults)]).toEqual([]);
    expect(posts.map(({ route }) => route).filter((route) => !reached.has(route) && !(route in formless))).toEqual([]);
  });

  test.each(looks)("has no fault $name", { timeout: 300_000 }, async (look) => {
    seen = new Map();
    const found: string[] = [];
    for (const who of ["visitor", "ane", "desk"] as const) {
      const context = await contextOf(who, look);
      const paths = Object.values(visits)
        .flat()
        .filter(([by]) => by === who)
        .map(([, path]) => path);
      const walk = async (): Promise<void> => {
        const page = await context.newPage();
        for (let path = paths.shift(); path !== undefined; path = paths.shift()) {
          found.push(...(await faultsOf(page, path, look)).map((fault) => `${who} ${path}: ${fault}`));
          const title = await page.title();
          seen.set(title, (seen.get(title) ?? new Set()).add(path));
        }
      };
      await Promise.all(Array.from({ length: pagesAtOnce }, walk));
      await context.close();
    }
    if (look.lang === "en") {
      const shared = [...seen].filter(([, paths]) => paths.size > 1).map(([title, paths]) => `${title}: ${[...paths]}`);
      if (process.env.TITLES) console.log(shared.join("\n"));
    }
    expect(found).toEqual([]);
  });
});

const patternOf = (route: string): RegExp =>
  new RegExp(
    `^${route.replace(/:\w+(?:\{((?:[^{}]|\{[^{}]*\})*)\})?/g, (_, inner?: string) => (inner ? `(?:${inner})` : "[^/]+"))}$`,
  );

/** The forms of a page that post, where each of their buttons sends them, and what a browser without scripts would miss. */
function formsOf(source: string, path: string): { action: string; fault: string | null }[] {
  const document = parseDocument(source);
  const isNamed = (name: string) => (node: ChildNode) => node.type === "tag" && node.name === name;
  const all = (within: Document | Element, name: string) =>
    DomUtils.filter((node) => isNamed(name)(node as ChildNode), within) as Element[];
  const buttons = all(document, "button").filter(({ attribs }) => (attribs.type ?? "submit") === "submit");
  return all(document, "form")
    .filter(({ attribs }) => attribs.method?.toLowerCase() === "post")
    .flatMap((form) => {
      const inside = new Set(all(form, "button"));
      const own = buttons.filter(
        (one) => inside.has(one) || (one.attribs.form && one.attribs.form === form.attribs.id),
      );
      const hasToken = all(form, "input").some(({ attribs }) => attribs.name === "csrf" && attribs.value);
      const to = form.attribs.action || path;
      // Language and appearance are chosen on pages that set no cookie.
      const isGuarded = hasToken || to === "/preferences";
      const fault = own.length === 0 ? "no button" : isGuarded ? null : "no token";
      const actions = [to, ...own.flatMap(({ attribs }) => attribs.formaction ?? [])];
      return actions.map((action) => ({
        action: new URL(action, "http://node.test").pathname,
        fault: fault === null ? null : `${fault} in the form to ${to}`,
      }));
    });
}

/** By how much the page can be scrolled sideways, and what is to blame. */
const sticksOut = async (page: Page, when: string): Promise<string[]> => {
  const found = (await page.evaluate(`(() => {
    const wide = document.documentElement.scrollWidth - innerWidth;
    if (wide <= 0) return null;
    const isClipped = (one) => { for (let at = one.parentElement; at; at = at.parentElement) if (getComputedStyle(at).overflowX !== "visible") return true; return false; };
    const out = [...document.body.querySelectorAll("*")].filter((one) => { const { right, left, width } = one.getBoundingClientRect(); return width > 0 && (right > innerWidth + 1 || left < -1) && !isClipped(one); });
    return wide + " pixels: " + out.slice(0, 4).map((one) => one.cloneNode(false).outerHTML.slice(0, 120)).join(" ");
  })()`)) as string | null;
  return found === null ? [] : [`${when}sticks out by ${found}`];
};

async function judge(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const options = { runOnly: rules, resultTypes: ["violations"] };
  return (await page.evaluate(`axe.run(document, ${JSON.stringify(options)}).then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.map(({ html, any }) => id + ": " + html.slice(0, 200) + (any[0] && any[0].message ? " (" + any[0].message.slice(0, 160) + ")" : ""))))`)) as string[];
}
