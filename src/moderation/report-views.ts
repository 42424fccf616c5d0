// The form that people report something with, and what they read afterwards.
import { html, type Markup, nothing } from "../platform/html.ts";
import { pagePathOf, type Subject } from "../subjects/subject.ts";
import type { PageContext } from "../web/context.ts";
import { buttonLink, form, openFields } from "../web/fields.ts";
import type { FormState } from "../web/forms.ts";
import { reportCategories, reportReasonLengthMax } from "./report.ts";

export function reportForm(ctx: PageContext, subject: Subject, state: FormState): Markup {
  const { t } = ctx;
  const fields = openFields(ctx, state);
  return form(ctx, {
    action: "/reports",
    submit: t("moderation.report-send"),
    body: html`${fields.summary()}
      ${fields.hidden("about", subject.uri)}
      ${fields.radios("category", {
        label: t("moderation.report-category"),
        options: reportCategories.map((value) => ({ value, label: t(`moderation.category.${value}`) })),
      })}
      ${fields.area("reason", { label: t("moderation.report-reason"), rows: 4, charsMax: reportReasonLengthMax })}
      ${subject.origin === null ? nothing : fields.check("forward", { label: t("moderation.report-forward", { host: new URL(subject.origin).host }) })}`,
  });
}

/** What happens next, step by step. */
export function thanksView(ctx: PageContext, subject: Subject): Markup {
  const { t, account } = ctx;
  return html`<div class="stack"><div class="prose"><p>${t("moderation.thanks-text")}</p>
    <ol>
      <li>${t("moderation.thanks-read")}</li>
      <li>${t("moderation.thanks-decide")}</li>
      <li>${account === null ? t("moderation.thanks-outcome-visitor") : t.rich("moderation.thanks-outcome", { page: html`<a href="/moderation/statements">${t("statements.mine-title")}</a>` })}</li>
    </ol>
    <p>${t("moderation.thanks-private")}</p></div>
    <p>${buttonLink(pagePathOf(subject), t("moderation.thanks-back"))} ${buttonLink("/moderation/rules", t("rules.title"), "secondary")}</p></div>`;
}
