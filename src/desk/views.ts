// The start page of the desk: one table of queues. And the line that says which keys work in its lists.
import type { ProcessChoice } from "../accounts/queries.ts";
import { attrs, href, html, type Markup, nothing } from "../platform/html.ts";
import type { QueueDepth } from "../proposals/answer-work-queries.ts";
import type { PageContext } from "../web/context.ts";
import { ago } from "../web/marks.ts";

export const queueNames = [
  ...(["answers", "answer-drafts", "answers-planned", "reports", "appeals"] as const),
  ...(["verifications", "peers", "deliveries", "erasures"] as const),
] as const;

export interface QueueLine extends QueueDepth {
  readonly name: (typeof queueNames)[number];
  readonly path: string;
}

export function queueTable(ctx: PageContext, lines: readonly QueueLine[]): Markup {
  const { t, now } = ctx;
  return html`<div class="table-wrap"><table class="table">
    <caption class="visually-hidden">${t("desk.queues")}</caption>
    <thead><tr><th scope="col">${t("desk.queue")}</th><th scope="col">${t("desk.count")}</th><th scope="col">${t("desk.oldest")}</th></tr></thead>
    <tbody>${lines.map(
      ({ name, path, count, oldest }) => html`<tr data-key-row>
      <th scope="row"><a href="${href(path)}">${t(`desk.queue.${name}`)}</a></th>
      <td>${t.number(count)}</td>
      <td>${oldest === null ? t("desk.nothing-waits") : ago(t, oldest, now)}</td>
    </tr>`,
    )}</tbody>
  </table></div>${keysHint(ctx)}`;
}

/** Said where a script lets the keys work, and nowhere else. */
export const keysHint = ({ t }: PageContext): Markup =>
  html`<p class="hint"${attrs({ hidden: true })} data-key-help>${t.rich("desk.keys", {
    next: html`<kbd>j</kbd>`,
    previous: html`<kbd>k</kbd>`,
    open: html`<kbd>Enter</kbd>`,
  })}</p>`;

export const orNobody = (ctx: PageContext, name: string): Markup =>
  name === "" ? html`${ctx.t("settings.nobody")}` : html`<bdi>${name}</bdi>`;

export const note = (text: string, tone: "bad" | "good" = "bad"): Markup =>
  text === "" ? nothing : html`<div class="${`note note-${tone}`}"><p><span>${text}</span></p></div>`;

/** Where it is said who works on each process. */
export const teamLinks = (processes: readonly ProcessChoice[]): Markup =>
  html`<ul class="plain-list">${processes.map(
    ({ uri, title }) =>
      html`<li><a href="${href(`${new URL(uri).pathname}/team`)}"><bdi>${title || uri}</bdi></a></li>`,
  )}</ul>`;
