// node scripts/screenshots.ts [--port 8001] [--only NAME]… [--chromium PATH]: makes the pictures of docs/screenshots again, or those
// named, from the demo that runs there.
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Browser, chromium } from "playwright-core";
import sharp from "sharp";
import { type DemoNode, nodesAt } from "./demo/cast.ts";
import { firstPortAtFirst, rowFrom } from "./demo/ports.ts";

interface Picture {
  readonly name: string;
  readonly node: DemoNode["key"];
  readonly lang: string;
  readonly path: string;
  /** Links to follow from there, one after the other, by what they say. */
  readonly follow?: RegExp | readonly RegExp[];
  /** What is typed as the title, as a person would, and not sent. */
  readonly title?: string;
  /** What stands at the top of the picture; else the page does. */
  readonly from?: string;
  readonly isPhone?: boolean;
  readonly isDark?: boolean;
  /** As it is printed. */
  readonly isPaper?: boolean;
  /** Signed in; a visitor where none is named. */
  readonly as?: "administrator" | "resident";
  readonly heightPixels?: number;
}

const superilla = "/processes/superilla-riera";
const pictures: readonly Picture[] = [
  { name: "home", node: "montclar", lang: "ca", path: "/", heightPixels: 1300 },
  { name: "home-phone", node: "montclar", lang: "es", path: "/", isPhone: true },
  { name: "home-arabic", node: "medina", lang: "ar", path: "/", heightPixels: 1300 },
  { name: "home-dark", node: "commons", lang: "fr", path: "/", isDark: true },
  { name: "process", node: "montclar", lang: "ca", path: superilla, heightPixels: 1100 },
  { name: "process-arabic-phone", node: "medina", lang: "ar", path: "/processes/ma-wa-dhill", isPhone: true },
  { name: "proposal", node: "montclar", lang: "en", path: `${superilla}/proposals`, follow: /Carrer del Forn/ },
  {
    name: "proposal-phone",
    node: "montclar",
    lang: "ca",
    path: `${superilla}/proposals`,
    follow: /vuit tendals/,
    isPhone: true,
  },
  {
    name: "proposal-paper",
    node: "montclar",
    lang: "ca",
    path: `${superilla}/proposals`,
    follow: /Carrer del Forn/,
    isPaper: true,
  },
  { name: "numbers", node: "montclar", lang: "es", path: `${superilla}/numbers`, heightPixels: 1100 },
  { name: "result-arabic", node: "medina", lang: "ar", path: "/results", follow: /ستّ مظلّات/ },
  { name: "meetings", node: "montclar", lang: "en", path: "/meetings?when=past" },
  { name: "results", node: "montclar", lang: "en", path: "/results" },
  { name: "network", node: "commons", lang: "en", path: "/network", as: "administrator", heightPixels: 1100 },
  { name: "city", node: "montclar", lang: "fr", path: "/organisations/montclar" },
  { name: "search", node: "montclar", lang: "en", path: "/search?q=ombra" },
  {
    name: "writing",
    node: "montclar",
    lang: "ca",
    path: `${superilla}/proposals/new`,
    as: "resident",
    title: "Més ombra a la plaça",
  },
  {
    name: "discussion",
    node: "montclar",
    lang: "ca",
    path: `${superilla}/proposals`,
    follow: /vuit tendals/,
    from: "#comments",
    heightPixels: 1100,
  },
  {
    name: "answering",
    node: "montclar",
    lang: "en",
    path: `${superilla}/proposals`,
    follow: [/vint escocells/, /Give the official answer/],
    as: "administrator",
    heightPixels: 1100,
  },
  { name: "residence", node: "montclar", lang: "es", path: "/account/residence", as: "resident", isPhone: true },
  { name: "audit", node: "montclar", lang: "en", path: "/desk/audit", as: "administrator" },
  { name: "sign-in", node: "montclar", lang: "en", path: "/sign-in" },
  { name: "notices", node: "montclar", lang: "en", path: "/notices", as: "resident", isPhone: true },
  { name: "opening", node: "montclar", lang: "en", path: "/processes/new", as: "administrator" },
  { name: "account", node: "montclar", lang: "en", path: "/account", as: "administrator" },
  { name: "desk", node: "montclar", lang: "en", path: "/desk", as: "administrator" },
  { name: "moderation", node: "montclar", lang: "en", path: "/moderation", as: "administrator" },
  { name: "settings", node: "montclar", lang: "en", path: "/desk/settings", as: "administrator" },
  { name: "missing", node: "medina", lang: "ar", path: "/nowhere" },
];

const folder = join(import.meta.dirname, "../docs/screenshots");

const { values } = parseArgs({
  options: { port: { type: "string" }, only: { type: "string", multiple: true }, chromium: { type: "string" } },
});
const nodes = nodesAt(rowFrom(Number(values.port ?? firstPortAtFirst)));
const executablePath = values.chromium ?? "/usr/bin/chromium";
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
const people = new Map<string, Awaited<ReturnType<typeof signedIn>>>();
try {
  for (const picture of pictures.filter(({ name }) => values.only?.includes(name) ?? true)) {
    await take(browser, picture);
    console.log(picture.name);
  }
} finally {
  await browser.close();
}

async function take(from: Browser, picture: Picture): Promise<void> {
  const node = nodes.find(({ key }) => key === picture.node)!;
  const context = await from.newContext({
    locale: picture.lang,
    colorScheme: picture.isDark ? "dark" : "light",
    viewport: viewportOf(picture),
    deviceScaleFactor: picture.isPhone ? 2 : 1,
    ...(picture.as === undefined ? {} : { storageState: await personOf(from, node, picture.as) }),
  });
  const page = await context.newPage();
  if (picture.as !== undefined) {
    // An account has a language of its own, which goes before the browser's.
    await page.goto(`${node.origin}/about`);
    await page.locator(`.foot-languages button[value=${picture.lang}]`).click();
  }
  await page.goto(`${node.origin}${picture.path}`, { waitUntil: "networkidle" });
  for (const name of [picture.follow ?? []].flat()) {
    await page.locator("main").getByRole("link", { name }).first().click();
    await page.waitForLoadState("networkidle");
  }
  if (picture.title !== undefined) {
    await page.locator("input[name=title]").pressSequentially(picture.title);
    await page.locator("[data-similar] a").first().waitFor();
  }
  if (picture.from !== undefined) await page.locator(picture.from).evaluate((place) => place.scrollIntoView());
  if (picture.isPaper) await page.emulateMedia({ media: "print" });
  // Paper has margins, which a screen does not show.
  const edge = picture.isPaper ? 57 : 0;
  await sharp(await page.screenshot())
    .extend({ top: edge, bottom: edge, left: edge, right: edge, background: "#ffffff" })
    .webp({ quality: 82 })
    .toFile(join(folder, `${picture.name}.webp`));
  await context.close();
}

function viewportOf({ isPhone, isPaper, heightPixels }: Picture): { width: number; height: number } {
  if (isPhone) return { width: 390, height: 844 };
  // The printed part of a sheet of A4, at 96 pixels an inch.
  if (isPaper) return { width: 680, height: 994 };
  return { width: 1280, height: heightPixels ?? 860 };
}

async function personOf(from: Browser, node: DemoNode, as: "administrator" | "resident") {
  const { email } = node[as];
  const known = people.get(email) ?? (await signedIn(from, node, email));
  people.set(email, known);
  return known;
}

/** By a link in the mailbox of the demo, as everyone signs in there. */
async function signedIn(from: Browser, node: DemoNode, email: string) {
  const context = await from.newContext({ locale: "en" });
  const page = await context.newPage();
  const link = page.locator(".card", { hasText: email }).locator('a[href*="/sign-in/"]').first();
  const newest = async () => {
    await page.goto(`${node.origin}/mailbox`);
    return (await link.count()) === 0 ? null : link.getAttribute("href");
  };
  // An earlier link works no more.
  const before = await newest();
  await page.goto(`${node.origin}/sign-in`);
  await page.locator("input[name=email]").fill(email);
  await page.locator("form:has(input[name=email]) button").click();
  let found = before;
  for (let attempt = 0; attempt < 40 && found === before; attempt += 1) {
    await page.waitForTimeout(250);
    found = await newest();
  }
  if (found === before) throw new Error("No mail came: a node sends one address only a few links an hour");
  await link.click();
  await page.locator("main form button").first().click();
  await page.waitForURL((url) => !url.pathname.startsWith("/sign-in/"));
  const state = await context.storageState();
  await context.close();
  return state;
}
