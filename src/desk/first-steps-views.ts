// "To decide first": on top of the desk of a node that nobody has opened yet, for its administrators.
import { href, html, type Markup } from "../platform/html.ts";
import type { PageContext } from "../web/context.ts";
import { buttonForm } from "../web/fields.ts";
import { section } from "../web/lists.ts";
import { statusPill } from "../web/marks.ts";
import { type FirstStep, firstSteps } from "./first-steps-queries.ts";

export const firstStepsPath = "/desk/first-steps";

const places: Readonly<Record<FirstStep, string>> = {
  contact: "/desk/settings/contact",
  languages: "/desk/settings/languages",
  residence: "/desk/residence/methods/desk",
  look: "/desk/settings/colours",
  terms: "/desk/settings/terms",
  privacy: "/desk/settings/privacy",
  process: "/processes/new",
};

export function firstStepsList(ctx: PageContext, steps: Readonly<Record<FirstStep, boolean>>): Markup {
  const { t } = ctx;
  return section(
    t("first-steps.title"),
    html`<p>${t("first-steps.lead")}</p>
      <ul class="setting-list">${firstSteps.map(
        (step) =>
          html`<li><span><a href="${href(places[step])}">${t(`first-steps.${step}`)}</a></span> ${steps[step] ? statusPill(t("first-steps.done"), "good") : statusPill(t("first-steps.open"), "waiting")}</li>`,
      )}</ul>
      ${buttonForm(ctx, { action: firstStepsPath, label: t("first-steps.away"), kind: "quiet" })}`,
    undefined,
    "first-steps",
  );
}
