// One labelled control each: its label, hint and error tied together for eyes, keyboards and screen readers. For `fields.ts`.
import { attrs, classes, html, type Markup, nothing, type Renderable } from "../platform/html.ts";
import { directionOf, type Translator } from "../platform/i18n.ts";
import { fieldId } from "./field-summary.ts";
import type { FormState } from "./forms.ts";

export interface FieldProps {
  readonly label: string;
  readonly hint?: string;
  /** Shown when nothing was posted yet. */
  readonly value?: string | null;
  /** Fields are required unless said otherwise: the optional ones are marked. */
  readonly optional?: boolean;
  /** The language of what is typed, when it is known and not the page's. */
  readonly lang?: string;
}

export interface TextProps extends FieldProps {
  readonly type?: "text" | "email" | "url" | "search" | "tel" | "number" | "password";
  readonly autocomplete?: string;
  readonly inputmode?: "text" | "email" | "url" | "numeric" | "decimal" | "search";
  readonly charsMax?: number;
  readonly min?: number;
  readonly max?: number;
  readonly step?: number | "any";
  readonly placeholder?: string;
  readonly spellcheck?: boolean;
  /** What browsers offer while something is typed; anything else can be typed all the same. */
  readonly suggestions?: readonly string[];
}

export interface AreaProps extends FieldProps {
  readonly rows?: number;
  /** Shows how many characters are left. */
  readonly charsMax?: number;
}

export interface Option {
  readonly value: string;
  readonly label: string;
  readonly hint?: string;
}

export interface ChoiceProps extends FieldProps {
  readonly options: readonly Option[];
  /** Text of the empty first option of a select. */
  readonly none?: string;
}

export interface CheckProps {
  readonly label: Renderable;
  readonly hint?: string;
  readonly isChecked?: boolean;
}

/** Attributes every control of a field shares. */
export type Control = Readonly<Record<string, string | number | boolean | null>>;

export function labelled(
  t: Translator,
  name: string,
  props: FieldProps,
  error: string | undefined,
  control: (described: Control) => Markup,
): Markup {
  const id = fieldId(name);
  const described = [props.hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return html`<div class="${classes("field", error !== undefined && "field-wrong")}">
    <label for="${id}">${props.label}${optionalMark(t, props.optional)}</label>
    ${hintAndError(t, id, props.hint, error)}
    ${control({
      id,
      name,
      required: props.optional !== true,
      "aria-describedby": described || null,
      "aria-invalid": error === undefined ? null : "true",
      lang: props.lang ?? null,
      dir: props.lang ? directionOf(props.lang) : "auto",
    })}
  </div>`;
}

const optionalMark = (t: Translator, optional: boolean | undefined): Markup =>
  optional ? html` <span class="optional">${t("field.optional")}</span>` : nothing;

const hintAndError = (t: Translator, id: string, hint: string | undefined, error: string | undefined): Markup => html`
  ${hint ? html`<p class="hint" id="${id}-hint">${hint}</p>` : nothing}
  ${error ? html`<p class="error" id="${id}-error"><span class="visually-hidden">${t("field.error-mark")} </span>${error}</p>` : nothing}`;

export const suggestionList = (id: string, suggestions: readonly string[] | undefined): Markup =>
  suggestions === undefined
    ? nothing
    : html`<datalist id="${id}">${suggestions.map((value) => html`<option value="${value}"></option>`)}</datalist>`;

export const textAttributes = (props: TextProps) => ({
  type: props.type ?? "text",
  autocomplete: props.autocomplete,
  inputmode: props.inputmode,
  maxlength: props.charsMax,
  min: props.min,
  max: props.max,
  step: props.step,
  placeholder: props.placeholder,
  spellcheck: props.spellcheck === undefined ? null : String(props.spellcheck),
  ...(props.type === "email" || props.type === "url" ? { dir: "ltr" } : {}),
});

// The line end after <textarea> is dropped by the parser; without it a value's own first empty line would be.
export const area = (t: Translator, control: Control, props: AreaProps, value: string): Markup => html`<textarea${attrs(
  {
    ...control,
    rows: props.rows ?? 6,
    "data-count": props.charsMax,
    "data-count-text": props.charsMax === undefined ? null : t("field.characters-left", { count: "{count}" }),
  },
)}>
${value}</textarea>`;

export const selectBox = (
  control: Control,
  props: ChoiceProps,
  value: string,
): Markup => html`<select${attrs({ ...control, dir: null })}>
  ${props.none === undefined ? nothing : html`<option value="">${props.none}</option>`}
  ${props.options.map(
    (option) =>
      html`<option${attrs({ value: option.value, selected: option.value === value })}>${option.label}</option>`,
  )}
</select>`;

export function group(
  t: Translator,
  type: "radio" | "checkbox",
  name: string,
  postedName: string,
  props: Pick<ChoiceProps, "label" | "hint" | "optional" | "options">,
  error: string | undefined,
  chosen: ReadonlySet<string>,
): Markup {
  const id = fieldId(name);
  const described = [props.hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return html`<fieldset class="${classes("field", error !== undefined && "field-wrong")}"${attrs({ "aria-describedby": described || null })}>
    <legend>${props.label}${optionalMark(t, props.optional)}</legend>
    ${hintAndError(t, id, props.hint, error)}
    ${props.options.map((option, index) => {
      // The error summary leads to the first box.
      const optionId = index === 0 ? id : `${id}-${index}`;
      return html`<div class="choice">
        <input${attrs({ type, id: optionId, name: postedName, value: option.value, checked: chosen.has(option.value) })}>
        <label for="${optionId}">${option.label}${option.hint ? html`<span class="hint">${option.hint}</span>` : nothing}</label>
      </div>`;
    })}
  </fieldset>`;
}

export function checkBox(name: string, props: CheckProps, state: FormState, error: string | undefined): Markup {
  const id = fieldId(name);
  const wasPosted = Object.keys(state.values).length > 0;
  const isChecked = wasPosted ? state.values[name] === "yes" : props.isChecked === true;
  return html`<div class="${classes("field", error !== undefined && "field-wrong")}">
    ${error ? html`<p class="error" id="${id}-error">${error}</p>` : nothing}
    <div class="choice">
      <input${attrs({ type: "checkbox", id, name, value: "yes", checked: isChecked, "aria-describedby": error ? `${id}-error` : null })}>
      <label for="${id}">${props.label}${props.hint ? html`<span class="hint">${props.hint}</span>` : nothing}</label>
    </div>
  </div>`;
}
