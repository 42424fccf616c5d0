// How a process begins: from scratch, from a template file, from what worked elsewhere, from one of our own.
import type { Actor } from "../actors/actor.ts";
import { href, html, type Markup, nothing } from "../platform/html.ts";
import type { PageContext } from "../web/context.ts";
import { buttonLink, form, openFields } from "../web/fields.ts";
import type { FormState } from "../web/forms.ts";
import { page } from "../web/layout.ts";
import { cardGrid, emptyState, filterBar } from "../web/lists.ts";
import { inItsLanguage, languageNote } from "../web/marks.ts";
import { titleCharsMax } from "./form-reading-views.ts";
import { originOf, textOf } from "./list-views.ts";
import { type Process, processPath } from "./process.ts";
import { templateBytesMax } from "./template.ts";

const beginnings = ["scratch", "template", "adopt", "copy"] as const;

const crumbsOf = ({ t }: PageContext) => [{ href: "/processes", label: t("processes.title") }];
const crumbsBelow = (ctx: PageContext) => [...crumbsOf(ctx), { href: "/processes/new", label: ctx.t("processes.new") }];

/** Four ways to begin, in plain words. */
export function beginningPage(ctx: PageContext): Markup {
  const { t } = ctx;
  return page({
    ctx,
    title: t("processes.new"),
    lead: t("processes.begin-lead"),
    section: "processes",
    width: "wide",
    isUnlisted: true,
    crumbs: crumbsOf(ctx),
    main: html`${cardGrid(
      beginnings.map(
        (one) =>
          html`<div class="panel"><h2><a href="${href(`/processes/new/${one}`)}">${t(`processes.begin.${one}`)}</a></h2><p>${t(`processes.begin-hint.${one}`)}</p></div>`,
      ),
    )}
      <p class="hint">${t("processes.begin-one-page")} <a href="/processes/new/one-page">${t("processes.one-page")}</a></p>`,
  });
}

const dayAndOrganisation = (
  { t }: PageContext,
  fields: ReturnType<typeof openFields>,
  organisations: readonly Actor[],
): Markup =>
  html`${fields.date("startsOn", { label: t("processes.begins-on"), hint: t("processes.begins-on-hint") })}
    ${fields.select("organisation", {
      label: t("processes.organisation"),
      hint: t("processes.form.organisation-hint"),
      options: organisations.map((one) => ({ value: one.id, label: one.name })),
    })}`;

export function templateImportPage(
  ctx: PageContext,
  { organisations, state }: { readonly organisations: readonly Actor[]; readonly state: FormState },
): Markup {
  const { t } = ctx;
  const fields = openFields(ctx, state);
  return page({
    ctx,
    title: t("processes.begin.template"),
    lead: t("processes.template-lead"),
    section: "processes",
    isUnlisted: true,
    crumbs: crumbsBelow(ctx),
    main: form(ctx, {
      action: "/processes/new/template",
      submit: t("processes.begin-draft"),
      hasFiles: true,
      more: buttonLink("/processes/new", t("processes.cancel"), "quiet"),
      body: html`${fields.summary()}
        ${fields.file("file", { label: t("processes.template-file"), hint: t("processes.template-file-hint"), accept: ".json,application/json", bytesMax: templateBytesMax })}
        ${dayAndOrganisation(ctx, fields, organisations)}`,
    }),
  });
}

export function copyPage(
  ctx: PageContext,
  props: {
    readonly processes: readonly Process[];
    readonly organisations: readonly Actor[];
    readonly state: FormState;
  },
): Markup {
  const { t } = ctx;
  const fields = openFields(ctx, props.state);
  const options = props.processes.map((process) => ({
    value: process.id,
    label: textOf(t, process, process.title).text,
  }));
  return page({
    ctx,
    title: t("processes.begin.copy"),
    lead: t("processes.copy-lead"),
    section: "processes",
    isUnlisted: true,
    crumbs: crumbsBelow(ctx),
    main:
      options.length === 0
        ? emptyState(t("processes.none"), nothing, buttonLink("/processes/new/scratch", t("processes.begin.scratch")))
        : form(ctx, {
            action: "/processes/new/copy",
            submit: t("processes.begin-draft"),
            more: buttonLink("/processes/new", t("processes.cancel"), "quiet"),
            body: html`${fields.summary()}
              ${fields.select("process", { label: t("processes.copy-of"), options })}
              ${fields.text("title", { label: t("processes.copy-title"), hint: t("processes.copy-title-hint"), charsMax: titleCharsMax, optional: true })}
              ${dayAndOrganisation(ctx, fields, props.organisations)}`,
          }),
  });
}

/** What other cities did and this node keeps a copy of: each can be made one's own. */
export function adoptListPage(
  ctx: PageContext,
  { processes, search }: { readonly processes: readonly Process[]; readonly search: string },
): Markup {
  const { t } = ctx;
  const item = (process: Process): Markup => {
    const title = textOf(t, process, process.title);
    const summary = textOf(t, process, process.summary);
    return html`<article class="panel"><h2><a href="${href(processPath(process))}">${inItsLanguage(t, title)}</a></h2>
      <p class="hint"><bdi>${originOf(process)?.name ?? ""}</bdi> ${languageNote(t, title.lang)} · ${t("processes.phase-count", { count: process.phases.length })}</p>
      ${summary.text ? html`<p>${inItsLanguage(t, summary)}</p>` : nothing}
      <p>${buttonLink(`${processPath(process)}/adoption`, html`${t("processes.adopt-this")}<span class="visually-hidden">: ${title.text}</span>`)}</p></article>`;
  };
  return page({
    ctx,
    title: t("processes.begin.adopt"),
    lead: t("processes.adopt-lead"),
    section: "processes",
    width: "wide",
    isUnlisted: true,
    crumbs: crumbsBelow(ctx),
    main: html`${filterBar(ctx, { action: "/processes/new/adopt", search: { value: search } })}
      ${
        processes.length > 0
          ? cardGrid(processes.map(item))
          : emptyState(
              t("processes.adopt-none"),
              t("processes.adopt-none-hint"),
              buttonLink("/network", t("processes.look-elsewhere"), "secondary"),
            )
      }`,
  });
}
