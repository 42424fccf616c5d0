// A person who walks through the pages of a node in a real browser, on a phone and in a language of theirs. Whatever is wrong with
// a page they pass is kept, and said at the end of the walk: `await walk.see()` on each page, `walk.faults` at the end.
import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, Locator, Page } from "playwright-core";
import { expect } from "vitest";
import type { ReachableAccount } from "../../src/accounts/account.ts";
import { issueSignInLink } from "../../src/accounts/sign-in-actions.ts";
import { type Language, openTranslator, type Translator } from "../../src/platform/i18n.ts";
import { type ListeningCity, secretOfTests } from "./listening.ts";
import { recordPresses } from "./pressed.ts";

/** Mail and what other servers tell arrive while the page is loaded again. */
const patience = { timeout: 60_000, interval: 250 };

const phonePixels = 390;

export interface Walk extends AsyncDisposable {
  readonly page: Page;
  readonly t: Translator;
  /** What was wrong with the pages that were seen: what axe finds, what sticks out, another language than asked for. */
  readonly faults: readonly string[];
  open(path: string): Promise<void>;
  /** Looks at the page as it is. Axe needs a script, so it judges nothing where scripts are off. */
  see(): Promise<void>;
  follow(link: string | RegExp): Promise<void>;
  press(button: string): Promise<void>;
  /** Presses the button that sends a form there, unfolding what it is folded into; the first of those in `within`. */
  send(path: string | RegExp, within?: Locator): Promise<void>;
  /** Opens a fold by its summary, which is no button where scripts are off. */
  unfold(summary: string): Promise<void>;
  says(text: string): Promise<void>;
  /** Reads the page again until it says this. */
  hears(text: string): Promise<void>;
  text(): Promise<string>;
  main: Locator;
}

export interface WalkOptions {
  readonly lang: Language;
  readonly hasScripts?: boolean;
  readonly widthPixels?: number;
}

/** Opens a browser of one's own for a person at a city. */
export async function openWalk(
  browser: Browser,
  city: ListeningCity,
  { lang, hasScripts = true, widthPixels = phonePixels }: WalkOptions,
): Promise<Walk> {
  const viewport = { width: widthPixels, height: 844 };
  const context = await browser.newContext({ locale: lang, javaScriptEnabled: hasScripts, viewport });
  context.setDefaultTimeout(60_000);
  recordPresses(context);
  const page = await context.newPage();
  const faults: string[] = [];
  const main = page.locator("main");
  const text = () => textOf(main);
  page.on("console", (message) => {
    if (message.type() === "error" && message.text().includes("Content Security")) faults.push(message.text());
  });
  const walk: Walk = {
    page,
    t: openTranslator(lang, "Europe/Madrid"),
    faults,
    main,
    text,
    open: async (path) => void (await page.goto(new URL(path, city.origin).href)),
    see: async () => void faults.push(...(await faultsOf(page, lang, hasScripts))),
    follow: (link) => clickThrough(main.getByRole("link", { name: link }).first()),
    press: (button) => clickThrough(main.getByRole("button", { name: button, exact: true }).first()),
    send: (path, within = page.locator("body")) => send(within, path),
    unfold: (summary) => main.locator("summary", { hasText: summary }).first().click(),
    says: (words) => main.getByText(words).first().waitFor(),
    hears: (words) =>
      expect
        .poll(async () => {
          await page.reload();
          return await text();
        }, patience)
        .toContain(words),
    [Symbol.asyncDispose]: () => context.close(),
  };
  return walk;
}

async function send(within: Locator, path: string | RegExp): Promise<void> {
  const isMeant = (action: string) => (typeof path === "string" ? action === path : path.test(action));
  const forms = within.locator("form[method=post]");
  const read = () =>
    forms.evaluateAll((all) =>
      all.map(
        (form) => (form as unknown as { getAttribute(name: string): string | null }).getAttribute("action") ?? "",
      ),
    );
  // The page may still be on its way.
  let at = -1;
  for (const until = Date.now() + patience.timeout; at === -1; ) {
    await within.page().waitForLoadState();
    const actions = await read();
    at = actions.findIndex((action) => isMeant(new URL(action, within.page().url()).pathname));
    if (at !== -1) break;
    if (Date.now() > until)
      throw new Error(`no form to ${path} on ${within.page().url()}, only ${[...new Set(actions)]}`);
    await within.page().waitForTimeout(patience.interval);
  }
  const form = forms.nth(at);
  for (const fold of await form.locator("xpath=ancestor::details[not(@open)]").all()) {
    await fold.locator("summary").first().click();
  }
  const submit = "button[type=submit]:not([aria-hidden])";
  const last = form.locator(".form-actions").last().locator(submit);
  await clickThrough(((await last.count()) > 0 ? last : form.locator(submit)).first());
}

/** A click waits until an answer begins to come; here for all of the page it brings. */
export async function clickThrough(thing: Locator): Promise<void> {
  await thing.click();
  await thing.page().waitForLoadState();
}

/** As it is seen: what is folded away is not in it. */
export async function textOf(thing: Locator): Promise<string> {
  await thing.page().waitForLoadState();
  return (await thing.allInnerTexts()).join("\n");
}

async function faultsOf(page: Page, lang: Language, hasScripts: boolean): Promise<string[]> {
  await page.waitForLoadState();
  const at = new URL(page.url()).pathname;
  const found: string[] = [];
  const shell = page.locator("html");
  const dir = lang === "ar" ? "rtl" : "ltr";
  if ((await shell.getAttribute("lang")) !== lang) found.push(`${at}: is not in ${lang}`);
  if ((await shell.getAttribute("dir")) !== dir) found.push(`${at}: does not run ${dir}`);
  const viewport = page.viewportSize()!;
  if (viewport.width !== phonePixels) await page.setViewportSize({ ...viewport, width: phonePixels });
  const sticksOut = Number(await page.evaluate("document.documentElement.scrollWidth - innerWidth"));
  if (viewport.width !== phonePixels) await page.setViewportSize(viewport);
  if (sticksOut > 0) found.push(`${at}: sticks out by ${sticksOut} pixels`);
  if (!hasScripts) return found;
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
  for (const { id, nodes } of violations) {
    for (const { html } of nodes) found.push(`${at}: ${id}: ${html.slice(0, 200)}`);
  }
  return found;
}

/** By the link in the mail, as everyone does, from wherever the page leads to sign-in. A name opens an account. */
export async function signInByMail(walk: Walk, email: string, name: string | null = null): Promise<void> {
  const { page, t } = walk;
  await page.getByLabel(t("accounts.email"), { exact: true }).fill(email);
  await walk.press(t("accounts.send-link"));
  await walk.see();
  await walk.follow(t("accounts.mailbox-title"));
  const link = page.locator(".card", { hasText: email }).locator('a[href*="/sign-in/"]').first();
  await expect
    .poll(async () => {
      await page.reload();
      return await link.count();
    }, patience)
    .toBe(1);
  await clickThrough(link);
  await walk.see();
  if (name !== null) await page.getByLabel(t("accounts.name")).fill(name);
  await walk.press(t(name === null ? "accounts.sign-in-now" : "accounts.open-account"));
}

/** Someone who is signed in already, in the language of the walk. */
export async function signedIn(
  browser: Browser,
  city: ListeningCity,
  account: ReachableAccount,
  options: WalkOptions & { readonly at?: string },
): Promise<Walk> {
  const { lang, at = "/" } = options;
  await city.sql`update account set locale = ${lang} where id = ${account.id}`;
  const walk = await openWalk(browser, city, options);
  const link = { email: account.email, locale: lang, returnTo: at, lifetimeMs: 3_600_000 };
  await walk.page.goto(
    await issueSignInLink(city.sql, city.uris, secretOfTests, link, city.instance.house.clock.now()),
  );
  await walk.press(walk.t("accounts.sign-in-now"));
  return walk;
}
