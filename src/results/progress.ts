// How far the results of a process or of a node are, category by category. Pure: no SQL, no request, no clock.
import type { LanguageMap } from "../platform/text.ts";
import type { ResultStatus } from "./result.ts";

/** How many public results of a category stand where. */
export interface StatusCount {
  readonly status: ResultStatus;
  /** Of the upper category; null where there is none, or it is another city's. */
  readonly name: LanguageMap | null;
  /** Of a copy: as its own city calls it. */
  readonly said: string;
  readonly count: number;
}

/** What is done stands at the foot of a bar. */
export const statusesInOrder = ["done", "in-progress", "planned", "dropped"] as const satisfies readonly ResultStatus[];

export interface Progress {
  /** Null: those without a category. */
  readonly name: { readonly text: string; readonly lang: string } | null;
  /** In the order of {@link statusesInOrder}. */
  readonly counts: readonly number[];
  readonly total: number;
}

/** Categories of one name together, the largest first, those without a category last. */
export function progressByCategory(
  rows: readonly StatusCount[],
  nameOf: (row: StatusCount) => { readonly text: string; readonly lang: string },
): Progress[] {
  const groups = new Map<string, { name: Progress["name"]; counts: number[]; total: number }>();
  for (const row of rows) {
    const name = nameOf(row);
    const group = groups.get(name.text) ?? {
      name: name.text === "" ? null : name,
      counts: statusesInOrder.map(() => 0),
      total: 0,
    };
    group.counts[statusesInOrder.indexOf(row.status)]! += row.count;
    group.total += row.count;
    groups.set(name.text, group);
  }
  const isLast = ({ name }: Progress) => (name === null ? 1 : 0);
  return [...groups.values()].sort((a, b) => isLast(a) - isLast(b) || b.total - a.total);
}

export const sumOf = (groups: readonly Progress[]): Progress => ({
  name: null,
  counts: statusesInOrder.map((_, place) => groups.reduce((sum, { counts }) => sum + counts[place]!, 0)),
  total: groups.reduce((sum, { total }) => sum + total, 0),
});
