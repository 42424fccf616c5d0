// How far results are, as bars with a table: all of them, and category by category.
import { foldGroups } from "../platform/groups.ts";
import { html, type Markup, nothing } from "../platform/html.ts";
import { pickText } from "../platform/text.ts";
import { barChart, figure, figureTable } from "../web/chart.ts";
import type { PageContext } from "../web/context.ts";
import { section } from "../web/lists.ts";
import { inItsLanguage } from "../web/marks.ts";
import { type Progress, progressByCategory, type StatusCount, statusesInOrder, sumOf } from "./progress.ts";

/** More bars are no longer looked at one by one; the table has more of them. */
const barsMax = 12;

export const progressId = "progress";

/** Nothing where there are no results. @param languages those of the process, the first one its own. */
export function progressSection(
  { t }: PageContext,
  rows: readonly StatusCount[],
  languages: readonly string[],
): Markup {
  if (rows.length === 0) return nothing;
  const groups = progressByCategory(rows, ({ name, said }) =>
    name === null ? { text: said, lang: languages[0] ?? t.lang } : pickText(name, t.lang, ...languages),
  );
  const all = sumOf(groups);
  const statuses = statusesInOrder.map((status) => t(`results.status.${status}`));
  const textOf = ({ name }: Progress) => name?.text ?? t("results.no-category");
  const labelOf = (group: Progress) => (group.name === null ? textOf(group) : inItsLanguage(t, group.name));
  const hasCategories = groups.some(({ name }) => name !== null);
  const shown = groups.slice(0, barsMax);
  const left = groups.slice(barsMax);
  const listed = foldGroups(groups);
  const others = (some: readonly Progress[]) =>
    some.length === 0 ? [] : [{ ...sumOf(some), label: t("results.other-categories", { count: some.length }) }];
  const said = t("results.progress-said", {
    done: t.number(all.counts[0]!),
    total: t.number(all.total),
    share: t.percent(all.counts[0]! / all.total),
  });
  const largest = groups.reduce((most, group) => (group.total > most.total ? group : most));
  const title = t("results.progress");
  return section(
    title,
    figure({
      id: "results-progress",
      caption: t("results.progress-how"),
      drawing: html`${barChart(t, {
        ...{ id: "by-status", title: t("results.by-status"), said },
        rows: statuses.map((label, place) => ({ label, counts: [all.counts[place]!] })),
      })}${
        hasCategories
          ? barChart(t, {
              ...{ id: "by-category", title: t("results.by-category"), series: statuses },
              said: t("results.largest", { name: textOf(largest), count: t.number(largest.total) }),
              rows: [...shown.map((group) => ({ label: labelOf(group), counts: group.counts })), ...others(left)],
            })
          : nothing
      }`,
      table: figureTable(t, {
        title,
        head: [t("results.category"), ...statuses, t("results.sum")],
        rows: [
          ...(hasCategories
            ? [...listed.shown.map((group) => ({ ...group, label: labelOf(group) })), ...others(listed.left)]
            : []
          ).map(({ label, counts, total }) => [label, ...counts.map(t.number), t.number(total)] as const),
          [t("results.sum"), ...all.counts.map(t.number), t.number(all.total)],
        ],
      }),
    }),
    undefined,
    progressId,
  );
}
