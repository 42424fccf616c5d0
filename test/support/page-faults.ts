// What can be wrong with a page that stands in a real browser, and what it weighs on the way there.
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

const axe = createRequire(createRequire(import.meta.url).resolve("@axe-core/playwright"))("axe-core") as {
  source: string;
};
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** By how much the page can be scrolled sideways, and what is to blame. */
export const sticksOut = async (page: Page, when: string): Promise<string[]> => {
  const found = (await page.evaluate(`(() => {
    const wide = document.documentElement.scrollWidth - innerWidth;
    if (wide <= 0) return null;
    const isClipped = (one) => { for (let at = one.parentElement; at; at = at.parentElement) if (getComputedStyle(at).overflowX !== "visible") return true; return false; };
    const isOut = (part) => { const { right, left, width } = part.getBoundingClientRect(); return width > 0 && (right > innerWidth + 1 || left < -1); };
    const wordsOf = (one) => { const range = document.createRange(); range.selectNodeContents(one); return range; };
    const out = [...document.body.querySelectorAll("*")].filter((one) => one.checkVisibility() && (isOut(one) || isOut(wordsOf(one))) && !isClipped(one)).reverse();
    return wide + " pixels: " + out.slice(0, 4).map((one) => one.cloneNode(false).outerHTML.slice(0, 120)).join(" ");
  })()`)) as string | null;
  return found === null ? [] : [`${when}sticks out by ${found}`];
};

/** Words that are wider than the box they stand in. */
export const cutOff = async (page: Page, when: string): Promise<string[]> =>
  (
    (await page.evaluate(`[...document.querySelectorAll("h1, h2, h3, .button, label")]
      .filter((part) => part.checkVisibility() && part.scrollWidth > part.clientWidth + 1 && getComputedStyle(part).display !== "inline")
      .filter((part) => !part.classList.contains("visually-hidden"))
      .map((part) => part.cloneNode(false).outerHTML.slice(0, 80) + part.textContent.trim().slice(0, 60))`)) as string[]
  ).map((what) => `${when}is cut off: ${what}`);

/** What axe finds, and in the other scheme the colours that cannot be told apart. */
export async function judge(page: Page, scheme: "light" | "dark"): Promise<string[]> {
  await page.evaluate(axe.source);
  const background = () => page.evaluate("getComputedStyle(document.body).backgroundColor");
  const [faults, before] = [await axeFinds(page, { type: "tag", values: rules }), await background()];
  const other = scheme === "light" ? "dark" : "light";
  await page.emulateMedia({ colorScheme: other });
  const inOther = await axeFinds(page, { type: "rule", values: ["color-contrast"] });
  const same = (await background()) === before ? [`looks the same in ${other}`] : [];
  await page.emulateMedia({ colorScheme: scheme });
  return [...faults, ...inOther.map((fault) => `in ${other} ${fault}`), ...same];
}

async function axeFinds(page: Page, runOnly: { type: "tag" | "rule"; values: readonly string[] }): Promise<string[]> {
  const options = { runOnly, resultTypes: ["violations"] };
  return (await page.evaluate(`axe.run(document, ${JSON.stringify(options)}).then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.map(({ html, any }) => id + ": " + html.slice(0, 200) + (any[0] && any[0].message ? " (" + any[0].message.slice(0, 160) + ")" : ""))))`)) as string[];
}

/**
 * Titles and texts in another language than the page's, without a word that says so: beside them in their card, line or
 * section, or in the opening of the page, for all that follows it.
 */
export const silentLanguages = async (page: Page): Promise<string[]> =>
  (await page.evaluate(`(() => {
    const main = document.querySelector("main");
    const pageLang = document.documentElement.lang;
    const names = new Intl.DisplayNames(pageLang, { type: "language" });
    const says = (place, lang) => place !== null && [...place.querySelectorAll(".language-note")].some((note) => note.textContent.includes(names.of(lang)));
    const opening = main.querySelector(".hero, .page-title");
    const texts = main.querySelectorAll(":is(p, h1, h2, h3, h4, .prose)[lang], :is(h2, h3, h4) > [lang]");
    return [...texts].filter(({ lang }) => lang !== pageLang)
      .filter((text) => !says(text.closest("article, li, section, tr, .beside, .hero, .page-title"), text.lang) && !says(opening, text.lang))
      .map((text) => "does not say that this is in " + text.lang + ": " + text.outerHTML.slice(0, 160));
  })()`)) as string[];

const weighed = new Set(["Document", "Stylesheet", "Script"]);

/** The addresses each visit of a page asked for, and how much came for each over the line. */
export interface Scales {
  readonly bytesOf: Map<string, number>;
  asked: Set<string>;
}

/**
 * Weighs documents, styles and scripts of a tab as they are sent. A later page finds styles in the browser's store: what an
 * address weighs is the most that ever came for it.
 */
export async function putOnScales(page: Page, bytesOf: Map<string, number>): Promise<Scales> {
  const scales: Scales = { bytesOf, asked: new Set() };
  const session = await page.context().newCDPSession(page);
  const urls = new Map<string, string>();
  session.on("Network.requestWillBeSent", ({ requestId, type, request }) => {
    if (!weighed.has(type ?? "")) return;
    urls.set(requestId, request.url);
    scales.asked.add(request.url);
  });
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    const url = urls.get(requestId);
    if (url !== undefined) bytesOf.set(url, Math.max(bytesOf.get(url) ?? 0, encodedDataLength));
  });
  await session.send("Network.enable");
  return scales;
}
