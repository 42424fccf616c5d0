// The start page of the desk: one table of queues. And the line that says which keys work in its lists.
import { type Account, holds, holdsSomewhere } from "../accounts/account.ts";
import type { ProcessChoice } from "../accounts/queries.ts";
import { attrs, href, html, type Markup, nothing } from "../platform/html.ts";
import type { QueueDepth } from "../proposals/answer-work-queries.ts";
import type { PageContext } from "../web/context.ts";
import { emptyState, section } from "../web/lists.ts";
import { ago } from "../web/marks.ts";

export const queueNames = [
  ...(["answers-mine", "answers", "answer-drafts", "answers-planned", "reports", "appeals"] as const),
  ...(["verifications", "peers", "deliveries", "erasures"] as const),
] as const;

export interface QueueLine extends QueueDepth {
  readonly name: (typeof queueNames)[number];
  readonly path: string;
}

/** What waits, as a table; the queues in which nothing does are one line below it. */
export function queueTable(ctx: PageContext, lines: readonly QueueLine[]): Markup {
  const empty = lines.filter(({ count }) => count === 0);
  const waiting = lines.filter(({ count }) => count > 0);
  return html`${waiting.length === 0 ? emptyState(ctx.t("desk.all-done"), nothing) : waitingTable(ctx, waiting)}
    ${empty.length === 0 ? nothing : emptyQueues(ctx, empty)}`;
}

const emptyQueues = ({ t }: PageContext, lines: readonly QueueLine[]): Markup =>
  html`<p class="hint section-small">${t("desk.nothing-waits-in")}: ${lines.map(
    ({ name, path }, at) => html`${at === 0 ? "" : " · "}<a href="${href(path)}">${t(`desk.queue.${name}`)}</a>`,
  )}</p>`;

function waitingTable(ctx: PageContext, lines: readonly QueueLine[]): Markup {
  const { t, now } = ctx;
  return html`<div class="table-wrap"><table class="table">
    <caption class="visually-hidden">${t("desk.queues")}</caption>
    <thead><tr><th scope="col">${t("desk.queue")}</th><th scope="col">${t("desk.count")}</th><th scope="col">${t("desk.oldest")}</th></tr></thead>
    <tbody>${lines.map(
      ({ name, path, count, oldest }) => html`<tr data-key-row>
      <th scope="row"><a href="${href(path)}">${t(`desk.queue.${name}`)}</a></th>
      <td><strong>${t.number(count)}</strong></td>
      <td>${oldest === null ? nothing : ago(t, oldest, now)}</td>
    </tr>`,
    )}</tbody>
  </table></div>${keysHint(ctx)}`;
}

/** Where things are done besides the queues, by what the reader may do. */
export function deskPlaces({ t }: PageContext, by: Account): Markup {
  const isOfficial = holds(by, "official");
  const isAdministrator = holds(by, "administrator");
  const places: readonly (readonly [may: boolean, path: string, label: string])[] = [
    [isOfficial, "/desk/assist", t("assist.title")],
    [isOfficial, "/desk/residence", t("residences.desk-title")],
    [isOfficial, "/admin/people", t("accounts.people-title")],
    [isOfficial, "/network/copies", t("mirrors.title")],
    [holdsSomewhere(by, "moderator"), "/moderation", t("moderation.title")],
    [isAdministrator, "/moderation/lists", t("desk.place-lists")],
    [isAdministrator, "/desk/settings", t("settings.title")],
    [holdsSomewhere(by, "administrator"), "/desk/audit", t("audit.title")],
  ];
  const links = places.filter(([may]) => may);
  return links.length === 0
    ? html``
    : section(
        t("desk.places"),
        html`<ul class="link-list">${links.map(([, path, label]) => html`<li><a href="${href(path)}">${label}</a></li>`)}</ul>`,
      );
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
