// The keyboard as a person uses it in a real browser: the tabulator until something has the focus, and the focus is seen.
import type { Locator, Page } from "playwright-core";
import { expect } from "vitest";

const tabsMax = 120;

export const hasFocus = (thing: Locator): Promise<boolean> =>
  thing.evaluate((node) => {
    const element = node as unknown as { ownerDocument: { activeElement: unknown } };
    return element.ownerDocument.activeElement === element;
  });

/** How what has the focus is marked, and whether anything lies over it. */
export interface Focus {
  /** For people who read what went wrong: `a "Processes"`. */
  readonly what: string;
  readonly isMarked: boolean;
  readonly isCovered: boolean;
  /** Its place among all elements of the page; -1 where nothing has the focus. */
  readonly at: number;
}

const readFocus = `(() => {
  const thing = document.activeElement;
  if (thing === null || thing === document.body || thing === document.documentElement) return { what: "", isMarked: true, isCovered: false, at: -1 };
  // A checkbox or a fold may be marked by the part it is drawn as.
  const marked = [thing, thing.nextElementSibling, thing.closest("label")].filter(Boolean);
  // The link of a card is marked around the whole card, by what lies over it.
  const drawn = marked.flatMap((one) => [getComputedStyle(one), getComputedStyle(one, "::after")]);
  const isMarked = drawn.some(({ outlineStyle, outlineWidth, boxShadow }) => {
    return (outlineStyle !== "none" && parseFloat(outlineWidth) > 0) || boxShadow !== "none";
  });
  const box = [...thing.getClientRects()][0] ?? thing.getBoundingClientRect();
  // Of something taller than the window, the part that is in sight.
  const middle = (from, to, end) => (Math.max(from, 0) + Math.min(to, end)) / 2;
  const [x, y] = [middle(box.left, box.right, innerWidth), middle(box.top, box.bottom, innerHeight)];
  const top = document.elementFromPoint(x, y);
  const isIn = box.right > 0 && box.bottom > 0 && box.left < innerWidth && box.top < innerHeight;
  const isCovered = !isIn || top === null || !(thing.contains(top) || top.contains(thing) || top.closest("label")?.contains(thing));
  const words = (thing.getAttribute("aria-label") ?? thing.textContent ?? "").trim().replace(/\\s+/g, " ").slice(0, 50);
  return { what: thing.localName + " " + JSON.stringify(words || thing.name || thing.id), isMarked, isCovered, at: [...document.querySelectorAll("*")].indexOf(thing) };
})()`;

export const focusOf = (page: Page): Promise<Focus> => page.evaluate<Focus>(readFocus);

/** Goes there with the tabulator key, as far as a person would, and finds it marked and in sight. */
export async function tabTo(thing: Locator): Promise<void> {
  const page = thing.page();
  for (let n = 0; n < tabsMax; n++) {
    await page.keyboard.press("Tab");
    if (!(await hasFocus(thing.first()))) continue;
    expect(await focusOf(page)).toMatchObject({ isMarked: true, isCovered: false });
    return;
  }
  throw new Error(`not reached with ${tabsMax} tabs: ${thing}`);
}

/** Goes there and presses it. */
export async function enter(thing: Locator): Promise<void> {
  await tabTo(thing);
  await pressThrough(thing.page(), "Enter");
}

/** Presses a key on what has the focus and waits for the page it may bring, which `keyboard.press` does not. */
export async function pressThrough(page: Page, key: string): Promise<void> {
  await page.locator(":focus").press(key);
  await page.waitForLoadState();
}

/** Chooses one of a group of radio buttons with the arrows. */
export async function chooseRadio(group: Locator, wanted: Locator): Promise<void> {
  const page = group.page();
  const checked = group.and(page.locator(":checked"));
  await tabTo((await checked.count()) > 0 ? checked : group.first());
  await page.keyboard.press("Space");
  for (let n = await group.count(); n > 0 && !(await wanted.isChecked()); n--) await page.keyboard.press("ArrowDown");
  expect(await wanted.isChecked()).toBe(true);
}
