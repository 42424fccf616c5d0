// Categories: what the city's processes and proposals are about, and the address of one within a process. Pure.

import type { Translator } from "../platform/i18n.ts";
import { type LanguageMap, pickText } from "../platform/text.ts";

export interface Category {
  readonly id: string;
  readonly parentId: string | null;
  readonly name: LanguageMap;
}

/** As the desk sees it. */
export interface DeskCategory extends Category {
  /** Since when it is offered to nobody any more. */
  readonly retiredAt: Date | null;
  /** Among those beside it. */
  readonly position: number;
}

export const categoryNameCharsMax = 80;

/** Those beside each other with one of them a place further up or down, past those that are not offered. */
export function moved<C extends Pick<DeskCategory, "id" | "retiredAt">>(
  beside: readonly C[],
  id: string,
  direction: "up" | "down",
): readonly C[] {
  const [offered, retired] = [
    beside.filter((one) => one.retiredAt === null),
    beside.filter((one) => one.retiredAt !== null),
  ];
  const at = offered.findIndex((one) => one.id === id);
  const to = direction === "up" ? at - 1 : at + 1;
  const [one, other] = [offered[at], offered[to]];
  if (one === undefined || other === undefined) return [...offered, ...retired];
  return [...offered.with(at, other).with(to, one), ...retired];
}

/** What is followed, and the address of its page: one category, within one process of this node. */
export const categoryUri = (processUri: string, categoryId: string): string => `${processUri}/categories/${categoryId}`;

export const categoryText = (t: Translator, { name }: Pick<Category, "name">): string => pickText(name, t.lang).text;
