// What was given up on its way: which server, what, since when, and what to do about it.
import { href, html, type Markup, nothing } from "../platform/html.ts";
import type { Page } from "../platform/pagination.ts";
import type { PageContext } from "../web/context.ts";
import { buttonForm, confirmForm } from "../web/fields.ts";
import { page } from "../web/layout.ts";
import { emptyState, factList, pager } from "../web/lists.ts";
import { ago } from "../web/marks.ts";
import type { FailedDelivery } from "./delivery-queries.ts";

export function failuresPage(ctx: PageContext, failures: Page<FailedDelivery>): Markup {
  const { t, now } = ctx;
  const { rows } = failures;
  return page({
    ctx,
    title: t("desk.queue.deliveries"),
    lead: t("desk.failures-lead"),
    section: "desk",
    width: "wide",
    isUnlisted: true,
    crumbs: [{ href: "/desk", label: t("desk.title") }],
    actions:
      rows.length === 0
        ? nothing
        : buttonForm(ctx, { action: "/desk/deliveries/retries", label: t("desk.retry-all"), kind: "secondary" }),
    main:
      rows.length === 0
        ? emptyState(t("desk.failures-none"))
        : html`<ul class="card-list">${rows.map(
            (one) => html`<li><article class="panel stack">
        <h2>${one.host === null ? t("desk.this-node") : html`<bdi dir="ltr">${one.host}</bdi>`}</h2>
        ${factList([
          [t("desk.what"), whatOf(ctx, one)],
          [t("desk.since"), html`${ago(t, one.since, now)} · ${t("desk.tries", { count: one.attempts })}`],
          [t("desk.why"), html`<bdi dir="ltr">${one.lastError.slice(0, 300)}</bdi>`],
        ])}
        <div class="row">${buttonForm(ctx, { action: "/desk/deliveries/retries", label: t("desk.retry"), values: { id: one.id }, kind: "secondary", about: one.host ?? one.kind })}
          ${confirmForm(ctx, {
            action: "/desk/deliveries/abandonments",
            label: t("desk.give-up"),
            ask: t("desk.give-up-ask", { server: one.host ?? t("desk.this-node") }),
            submit: t("desk.give-up-confirm"),
            tone: "danger",
            kind: "danger",
            body: html`<input type="hidden" name="id" value="${one.id}">`,
          })}</div></article></li>`,
          )}</ul>${pager(ctx, failures)}`,
  });
}

const activities = ["Create", "Update", "Delete", "Announce", "Follow", "Accept", "Undo", "Flag"] as const;

/** What it was, in words; the name it has in the program where there are none. */
function whatOf({ t }: PageContext, one: FailedDelivery): Markup {
  const known = activities.find((type) => type === one.activity);
  const name = known ? t(`desk.activity.${known}`) : one.kind === "mail" ? t("desk.mail") : (one.activity ?? one.kind);
  if (one.title === null || one.path === null) return html`${name}`;
  return html`${name}: <a href="${href(one.path)}">${one.title}</a>`;
}
