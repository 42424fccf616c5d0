// What is wrong in a form, said on top of it and linked to the fields.
import { href, html, type Markup, nothing, raw } from "../platform/html.ts";
import type { Translator } from "../platform/i18n.ts";
import type { FormState } from "./forms.ts";

/** The id of a field by the name it is posted under. */
export const fieldId = (name: string): string => `f-${name.replace(/[^A-Za-z0-9_-]/g, "-")}`;

/**
 * Says field by field what is wrong, under the labels readers know. The summary stands above the fields, so its text is
 * made only when the template around them is: by then each field has told its label.
 * @param firstOf the field to go to for a name that several fields share.
 */
export function errorSummary(
  t: Translator,
  state: FormState,
  labels: ReadonlyMap<string, string>,
  firstOf: ReadonlyMap<string, string>,
): Markup {
  const errors = Object.entries(state.errors);
  if (errors.length === 0) return nothing;
  const line = (name: string, error: string): Markup => {
    const label = labels.get(name);
    if (name === "") return html`${error}`;
    const text = label === undefined ? error : t("field.error-of", { label, error });
    return html`<a href="${href(`#${fieldId(firstOf.get(name) ?? name)}`)}">${text}</a>`;
  };
  const late = raw("");
  late.toString = () =>
    html`<div class="error-summary" role="alert" tabindex="-1" data-focus>
    <h2>${t("field.problem-title")}</h2>
    <ul>${errors.map(([name, error]) => html`<li>${line(name, error)}</li>`)}</ul>
  </div>`.toString();
  return late;
}
