// node scripts/screenshots.ts [--port 8001] [--chromium PATH]: makes the pictures of docs/screenshots again, from the demo that runs there.
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
  /** A path, or the text of a link to follow from there. */
  readonly path: string;
  readonly follow?: string | RegExp;
  readonly isPhone?: boolean;
  readonly isDark?: boolean;
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
  { name: "meetings", node: "montclar", lang: "en", path: "/meetings?when=past" },
  { name: "results", node: "montclar", lang: "en", path: "/results" },
  { name: "network", node: "montclar", lang: "en", path: "/network", as: "administrator" },
  { name: "city", node: "montclar", lang: "fr", path: "/organisations/montclar" },
  { name: "search", node: "montclar", lang: "en", path: "/search?q=ombra" },
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
  options: { port: { type: "string" }, only: { type: "string" }, chromium: { type: "string" } },
});
const nodes = nodesAt(rowFrom(Number(values.port ?? firstPortAtFirst)));
const executablePath = values.chromium ?? "/usr/bin/chromium";
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
const people = new Map<string, Awaited<ReturnType<typeof signedIn>>>();
try {
  for (const picture of pictures.filter(({ name }) => values.only === undefined || name === values.only)) {
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
    viewport: picture.isPhone ? { width: 390, height: 844 } : { width: 1280, height: picture.heightPixels ?? 860 },
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
  if (picture.follow !== undefined) {
    await page.locator("main").getByRole("link", { name: picture.follow }).first().click();
    await page.waitForLoadState("networkidle");
  }
  await sharp(await page.screenshot())
    .webp({ quality: 82 })
    .toFile(join(folder, `${picture.name}.webp`));
  await context.close();
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
  await page.goto(`${node.origin}/sign-in`);
  await page.locator("input[name=email]").fill(email);
  await page.locator("form:has(input[name=email]) button").click();
  const link = page.locator(".card", { hasText: email }).locator('a[href*="/sign-in/"]').first();
  for (let attempt = 0; attempt < 20; attempt += 1) {
    await page.goto(`${node.origin}/mailbox`);
    if ((await link.count()) > 0) break;
    await page.waitForTimeout(250);
  }
  if ((await link.count()) === 0) throw new Error("No mail came: a node sends one address only a few links an hour");
  await link.click();
  await page.locator("main form button").first().click();
  await page.waitForURL((url) => !url.pathname.startsWith("/sign-in/"));
  const state = await context.storageState();
  await context.close();
  return state;
}
