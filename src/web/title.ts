// What a tab is called, and a bookmark, and what a screen reader says first: no two pages of a node the same. Pure.
import type { Translator } from "../platform/i18n.ts";
import { clip } from "../platform/text.ts";

interface TitleParts {
  readonly title: string;
  readonly tab?: string | undefined;
  /** From the shelf on top down to what the page belongs to. */
  readonly crumbs?: readonly { readonly label: string }[] | undefined;
  readonly path: string;
  readonly isWrong: boolean;
}

/** Of a text without a title, as a tab quotes it. */
export const tabWordsCharsMax = 40;
const parentCharsMax = 60;
const pageNumberMax = 9_999;

/** Which page of a list an address names; the first one says nothing. For people only: what is read is named by its key. */
export function pageNumberOf(path: string): number {
  const said = new URL(path, "http://page.invalid").searchParams.get("page") ?? "";
  return /^\d{1,4}$/.test(said) ? Math.min(Math.max(Number(said), 1), pageNumberMax) : 1;
}

/** "Error: Meetings, page 2 · Green squares · Bilbao": what is wrong first, then from the smallest to the largest. */
export function titleOf(t: Translator, cityName: string, parts: TitleParts): string {
  const number = pageNumberOf(parts.path);
  const own = parts.tab ?? parts.title;
  const shelves = parts.crumbs?.map(({ label }) => clip(label, parentCharsMax)) ?? [];
  // The shelf on top is named only where nothing stands between it and the page: "Green squares · Processes · Bilbao".
  const parents = shelves.length > 1 ? shelves.slice(1).slice(-2).reverse() : shelves;
  const first = number === 1 ? own : t("list.page-of", { title: own, number });
  const title = [first, ...parents, cityName]
    .filter((part, at, all) => part !== "" && part !== all[at - 1])
    .join(" · ");
  return parts.isWrong ? `${t("field.error-mark")} ${title}` : title;
}
