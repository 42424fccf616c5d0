// The line about its record on the page of a thing: what stands behind the words there, in plain ones.
import { href, html, type Markup, nothing, type Renderable } from "../platform/html.ts";
import type { PageContext } from "../web/context.ts";
import { icon } from "../web/icons.ts";
import { statusPill, type Tone, when } from "../web/marks.ts";
import type { KeptRecord } from "./queries.ts";

export const historyPath = (subjectId: string): string => `/records/of/${subjectId}`;

/** How far a copy, or our own word, is trusted: its mark, and the sentence that explains it. */
export function trustMark({ t }: PageContext, record: KeptRecord): { label: string; tone: Tone; text: Renderable } {
  const host = html`<bdi>${new URL(record.publisherUri).host}</bdi>`;
  if (record.trust === "vouched") {
    const by = html`<bdi>${hostOf(record.vouchedBy ?? "")}</bdi>`;
    return { label: t("record.vouched"), tone: "waiting", text: t.rich("record.vouched-means", { host, by }) };
  }
  return record.trust === "own"
    ? { label: t("record.signed"), tone: "good", text: t.rich("record.signed-means", { host }) }
    : { label: t("record.verified"), tone: "good", text: t.rich("record.verified-means", { host }) };
}

const hostOf = (address: string): string => (URL.canParse(address) ? new URL(address).host : address);

/** Calm, at the end of a page: version, mark, and the way to all there is. Nothing where a thing has no record. */
export function recordPanel(ctx: PageContext, record: KeptRecord | null, subjectId: string): Markup {
  if (record === null || record.standing !== "shown") return nothing;
  const { t } = ctx;
  const { label, tone, text } = trustMark(ctx, record);
  return html`<section class="panel record-panel" aria-labelledby="record-title">
    <h2 id="record-title">${t("record.title")}</h2>
    <p>${statusPill(label, tone)} <span class="hint">${t("record.version", { number: record.version })} · ${when(t, record.recordedAt)}</span></p>
    <details><summary>${t("record.what-it-means")}</summary><p class="hint">${text} ${t("record.anyone-can-check")}</p></details>
    <p><a href="${href(historyPath(subjectId))}">${icon("clock")} ${t("record.history")}</a></p>
  </section>`;
}
