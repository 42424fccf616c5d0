// A process as others will see it: who looks, and the note that says that this is only a preview.
import { attrs, href, html, type Markup } from "../platform/html.ts";
import type { PageContext } from "../web/context.ts";
import { icon } from "../web/icons.ts";
import { type Process, processPath } from "./process.ts";

export const lookers = ["guest", "resident"] as const;
export type Looker = (typeof lookers)[number];

export const readAs = (text: string | undefined): Looker => (text === "resident" ? "resident" : "guest");

/** The page as a reader without an account, or a verified resident without any role, has it. */
export const previewContext = (ctx: PageContext, as: Looker): PageContext => ({
  ...ctx,
  account:
    as === "guest" || ctx.account === null
      ? null
      : { ...ctx.account, grants: [], memberOf: [], residenceVerifiedAt: ctx.account.residenceVerifiedAt ?? ctx.now },
});

/** As if it were published at this moment. */
export const previewProcess = (process: Process, now: Date): Process => ({
  ...process,
  publishedAt: process.publishedAt ?? now,
});

export function previewNote({ t }: PageContext, process: Process, as: Looker): Markup {
  const path = processPath(process);
  return html`<div class="note note-info" role="note"><p>${icon("eye")}<span><strong>${t("processes.preview-note")}</strong>
    ${lookers.map((one) => html`<a href="${href(`${path}/preview?as=${one}`)}"${attrs({ "aria-current": one === as ? "true" : null })}>${t(`processes.preview-as.${one}`)}</a> · `)}<a href="${href(`${path}/steps`)}">${t("processes.preview-back")}</a></span></p></div>`;
}
