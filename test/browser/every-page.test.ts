// Every page of a whole node, as the person who may see it, in a real browser: nothing axe can see is wrong in light and
// in dark, left to right and right to left, nothing sticks out of the narrowest phone, also with letters twice as big, a text
// in another language says which, a first visit is light, and no two pages are called the same.
// The list of pages is the application's own: a route that is neither visited nor excused here fails the test.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ChildNode, Document, Element } from "domhandler";
import { DomUtils, parseDocument } from "htmlparser2";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Account } from "../../src/accounts/account.ts";
import { emailChangeToken } from "../../src/accounts/email-actions.ts";
import { issueSignInLink } from "../../src/accounts/sign-in-actions.ts";
import { openCookies } from "../../src/web/cookies.ts";
import { describeInBrowser, launchChromium } from "../support/chromium.ts";
import { aCityOfEverything, aKeptCopy, aSession } from "../support/every-kind.ts";
import { excused, isFilePath, type Person, type Visit, visitsOf } from "../support/every-visit.ts";
import { type ListeningCities, type ListeningCity, openListeningCities, secretOfTests } from "../support/listening.ts";
import { cutOff, judge, putOnScales, silentLanguages, sticksOut } from "../support/page-faults.ts";
import { patternOf, pressedIn } from "../support/pressed.ts";
import { routesOf } from "../support/routes.ts";

type Lang = "en" | "ar" | "fr";

interface Look {
  readonly name: string;
  /** With several, one page is in the first, the next in the second. */
  readonly langs: readonly Lang[];
  readonly scheme: "light" | "dark";
  readonly widthPixels: number;
  readonly isJudged: boolean;
}
const looks: readonly Look[] = [
  { name: "in English and light, on a desk", langs: ["en"], scheme: "light", widthPixels: 1280, isJudged: true },
  { name: "in Arabic and dark, on a phone", langs: ["ar"], scheme: "dark", widthPixels: 390, isJudged: true },
  {
    name: "in French and Arabic, large on 320 px",
    langs: ["fr", "ar"],
    scheme: "light",
    widthPixels: 320,
    isJudged: false,
  },
];

/** Of a page with its styles and scripts, as they are sent; letters and pictures come on top. */
const firstLoadBytesMax = 60_000;
const pagesAtOnce = 2;
const projectDir = join(import.meta.dirname, "..", "..");

const noPage = "asked by a program: a script, a mail reader, another server";
/** What is posted to without a form on any page. */
const formless: Readonly<Record<string, string>> = {
  "/account/sign-in/passkeys/options": noPage,
  "/sign-in/passkey/options": noPage,
  "/unsubscribe/:token": noPage,
  "/proposals/similar": noPage,
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
  });
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

  async function contextOf(who: Person, lang: Lang, look: Look): Promise<BrowserContext> {
    const { scheme, widthPixels } = look;
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
    if (picturesDir) {
      const file = `${await page.getAttribute("html", "lang")}${path.replace(/[^a-z0-9-]+/gi, "_")}`.slice(0, 80);
      await page.screenshot({ path: `${picturesDir}/${file}.png`, fullPage: true });
    }
    const faults = [...(await sticksOut(page, "")), ...(await silentLanguages(page))];
    if (look.isJudged) return [...faults, ...(await judge(page, look.scheme))];
    await page.evaluate("document.documentElement.style.fontSize = '200%'");
    const when = "with big letters ";
    return [...faults, ...(await sticksOut(page, when)), ...(await cutOff(page, when))];
  }

  test("has its place in the list below, or a reason not to", () => {
    const known = [...Object.keys(visits), ...Object.keys(excused)];
    const routes = routesOf(city, "GET").filter((path) => !isFilePath(path));
    const forgotten = routes.filter((path) => !known.includes(path));
    const gone = Object.keys(visits).filter((path) => path !== "/nowhere" && !routes.includes(path));
    expect({ forgotten, gone }).toEqual({ forgotten: [], gone: [] });
  });

  test("has only forms that can be sent without scripts, and each way to send something has a form", async () => {
    const known = [...Object.keys(formless), ...Object.keys(pressedIn)];
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
    expect(posts.map(({ route }) => route).filter((route) => !reached.has(route) && !known.includes(route))).toEqual(
      [],
    );
  });

  test("has its own journey for each form that comes with something which has not happened in this city", () => {
    const posts = routesOf(city, "POST");
    expect(Object.keys(pressedIn).filter((route) => !posts.includes(route))).toEqual([]);
    const journeys = [...new Set(Object.values(pressedIn))];
    const saysSo = (path: string) =>
      readFileSync(join(projectDir, path), "utf8").includes("expectPresses(import.meta.url)");
    expect(journeys.filter((path) => !saysSo(path))).toEqual([]);
  });

  test.each(looks)("has no fault $name", { timeout: 1_800_000 }, async (look) => {
    seen = new Map();
    const found: string[] = [];
    const bytesOf = new Map<string, number>();
    const askedBy = new Map<string, ReadonlySet<string>>();
    const ways = (["visitor", "ane", "desk"] as const).flatMap((who) =>
      look.langs.map((lang, turn) => ({ who, lang, turn })),
    );
    for (const { who, lang, turn } of ways) {
      const context = await contextOf(who, lang, look);
      const paths = Object.values(visits)
        .flat()
        .filter(([by]) => by === who)
        .map(([, path]) => path)
        .filter((_, index) => index % look.langs.length === turn);
      const walk = async (): Promise<void> => {
        const page = await context.newPage();
        const scales = await putOnScales(page, bytesOf);
        for (let path = paths.shift(); path !== undefined; path = paths.shift()) {
          scales.asked = new Set();
          found.push(...(await faultsOf(page, path, look)).map((fault) => `${who} ${path}: ${fault}`));
          askedBy.set(`${who} ${path}`, scales.asked);
          const title = await page.title();
          // A text asked for in a language has the title of the same text read by whoever reads in that language.
          seen.set(title, (seen.get(title) ?? new Set()).add(path.replace(/\?lang=[a-z]+$/, "")));
        }
      };
      await Promise.all(Array.from({ length: pagesAtOnce }, walk));
      await context.close();
    }
    const weights = [...askedBy].map(([path, asked]) => ({
      path,
      bytes: [...asked].reduce((sum, url) => sum + (bytesOf.get(url) ?? Number.NaN), 0),
    }));
    const heavy = weights.filter(({ bytes }) => !(bytes > 0 && bytes <= firstLoadBytesMax));
    const shared = [...seen].filter(([, paths]) => paths.size > 1).map(([title, paths]) => `${title}: ${[...paths]}`);
    expect({ found, shared, heavy }).toEqual({ found: [], shared: [], heavy: [] });
  });
});

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
      // Language and appearance are chosen on pages that set no cookie, as long as nobody is signed in.
      const isGuarded = hasToken || to === "/preferences";
      const fault = own.length === 0 ? "no button" : isGuarded ? null : "no token";
      const actions = [to, ...own.flatMap(({ attribs }) => attribs.formaction ?? [])];
      return actions.map((action) => ({
        action: new URL(action, "http://node.test").pathname,
        fault: fault === null ? null : `${fault} in the form to ${to}`,
      }));
    });
}
