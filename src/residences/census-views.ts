// The desk's pages of the census list: a file to read, and a list on its way into use.
import { href, html, type Markup } from "../platform/html.ts";
import type { MessageKey, MessageParams } from "../platform/i18n.ts";
import type { PageContext } from "../web/context.ts";
import { buttonForm, buttonLink, form, openFields } from "../web/fields.ts";
import type { FormState } from "../web/forms.ts";
import { page } from "../web/layout.ts";
import { factList } from "../web/lists.ts";
import { stat, stats, when } from "../web/marks.ts";
import { censusBytesMax, censusLinesMax, columnsFor } from "./census.ts";
import { residenceCrumbs } from "./desk-views.ts";
import type { CensusList } from "./queries.ts";
import type { CensusFact } from "./residence.ts";

export function censusUploadPage(ctx: PageContext, asks: readonly CensusFact[], state: FormState): Markup {
  const { t } = ctx;
  const fields = openFields(ctx, state);
  const columns = columnsFor(asks);
  const example = ["12345678Z", ...asks.map((fact) => (fact === "birth-date" ? "1980-05-31" : "48001"))];
  const upload = form(ctx, {
    action: "/desk/residence/census",
    submit: t("residences.census-read"),
    hasFiles: true,
    body: html`${fields.summary()}
      ${fields.file("list", {
        label: t("residences.census-file"),
        hint: t("residences.census-file-hint", {
          lines: t.number(censusLinesMax),
          megabytes: t.number(censusBytesMax / 1_000_000),
        }),
        accept: ".csv,text/csv,text/plain",
        bytesMax: censusBytesMax,
      })}`,
  });
  return page({
    ctx,
    title: t("residences.census-upload"),
    section: "desk",
    isUnlisted: true,
    crumbs: residenceCrumbs(ctx),
    main: html`<div class="stack"><div class="prose"><p>${t("residences.census-kept")}</p>
      <p>${t("residences.census-columns", { columns: columns.join(", ") })}</p></div>
      <pre dir="ltr"><code>${columns.join(",")}\n${example.join(",")}</code></pre>
      <p><a href="/desk/residence/methods/census">${t("residences.census-settings")}</a></p>${upload}</div>`,
  });
}

/** A list on its way: how far it is, what it would change, or why it was not taken. */
export function censusListPage(ctx: PageContext, list: CensusList): Markup {
  const { t } = ctx;
  return page({
    ctx,
    title: t("residences.census-list"),
    tab: `${t("residences.census-list")}, ${t.date(list.uploadedAt, "dateTime")}`,
    section: "desk",
    isUnlisted: true,
    crumbs: residenceCrumbs(ctx),
    main: html`<div class="stack">${censusListState(ctx, list)}</div>`,
  });
}

function censusListState(ctx: PageContext, list: CensusList): Markup {
  const { t } = ctx;
  const action = `/desk/residence/census/${list.id}`;
  switch (list.state) {
    case "reading":
      return html`<p role="status">${t("residences.census-reading", {
        people: t.number(list.personCount),
        share: t.percent(list.sizeBytes === 0 ? 0 : list.bytesRead / list.sizeBytes),
      })}</p>
      <div class="progress"><progress max="${String(list.sizeBytes)}" value="${String(list.bytesRead)}" aria-label="${t("residences.census-list")}"></progress></div>
      <p><a href="${href(action)}">${t("residences.census-look-again")}</a></p>`;
    case "waiting":
      return html`${stats([
        stat(t, list.addedCount ?? 0, t("residences.census-added")),
        stat(t, list.goneCount ?? 0, t("residences.census-gone")),
        stat(t, list.keptCount ?? 0, t("residences.census-kept-count")),
      ])}
      <p>${t("residences.census-replace-help", { people: t.number(list.personCount) })}</p>
      ${buttonForm(ctx, { action, label: t("residences.census-replace") })}
      ${buttonForm(ctx, { action: `${action}/withdrawal`, label: t("residences.census-discard"), kind: "secondary" })}`;
    case "refused":
      return html`<div class="note note-bad"><p>${t(`refusal.${list.refusal ?? "census-interrupted"}` as MessageKey, list.refusalParams as MessageParams)}</p></div>
      <p>${t("residences.census-nothing-taken")}</p>
      ${buttonLink("/desk/residence/census", t("residences.census-upload"), "secondary")}`;
    case "current":
      return factList([
        [t("residences.census-people"), t.number(list.personCount)],
        [t("residences.since"), when(t, list.confirmedAt ?? list.uploadedAt)],
      ]);
    default:
      return list.state satisfies never;
  }
}
