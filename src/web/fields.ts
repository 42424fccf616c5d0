// The fields of a form, once, with what was typed and what was wrong with it; forms and buttons that carry their token.
import { attrs, classes, href, html, type Markup, nothing, type Renderable } from "../platform/html.ts";
import { languages, type Translator } from "../platform/i18n.ts";
import type { LanguageMap } from "../platform/text.ts";
import { fileBytesMax } from "../platform/uploads.ts";
import type { PageContext } from "./context.ts";
import {
  type AreaProps,
  area,
  type CheckProps,
  type ChoiceProps,
  type Control,
  checkBox,
  type FieldProps,
  group,
  labelled,
  selectBox,
  suggestionList,
  type TextProps,
  textAttributes,
} from "./field-controls.ts";
import { errorSummary } from "./field-summary.ts";
import type { FormState, FormValue } from "./forms.ts";

export interface FileProps extends FieldProps {
  /** `image/png,image/jpeg` */
  readonly accept?: string;
  /** How much is taken; what a picture may have where it is not said. */
  readonly bytesMax?: number;
}

/** The fields of one form, bound to what was posted and what was wrong with it. */
export interface Fields {
  text(name: string, props: TextProps): Markup;
  area(name: string, props: AreaProps): Markup;
  select(name: string, props: ChoiceProps): Markup;
  radios(name: string, props: ChoiceProps): Markup;
  /** One box: posts `yes` or nothing. */
  check(name: string, props: CheckProps): Markup;
  /** Several boxes of one question; read it as the list `name`. */
  checks(name: string, props: Omit<ChoiceProps, "value" | "none"> & { readonly chosen?: readonly string[] }): Markup;
  /** Local time of the city: read it with `fromLocal(value, city.timeZone)`. */
  dateTime(name: string, props: FieldProps): Markup;
  date(name: string, props: FieldProps): Markup;
  file(name: string, props: FileProps): Markup;
  /** One input per language, named `name.<lang>`; the city's own language first and required, the others folded away. */
  perLanguage(
    name: string,
    props: Omit<AreaProps, "value"> & { readonly values?: LanguageMap; readonly lines?: "one" | "many" },
  ): Markup;
  hidden(name: string, value: string): Markup;
  /** "There is a problem": what is wrong, linked to the fields. Put it first, in the template that holds the fields. */
  summary(): Markup;
}

export function openFields(ctx: PageContext, state: FormState): Fields {
  const { t } = ctx;
  if (Object.keys(state.errors).length > 0) ctx.isWrong = true;
  const kept = (name: string, value: string | null | undefined): string => asText(state.values[name]) ?? value ?? "";
  const labels = new Map<string, string>();
  const firstOf = new Map<string, string>();
  const named = <Props extends { readonly label: Renderable }>(name: string, props: Props): Props => {
    if (typeof props.label === "string") labels.set(name, props.label);
    return props;
  };
  const wrap = (name: string, props: FieldProps, control: (described: Control) => Markup) =>
    labelled(t, name, named(name, props), state.errors[name], control);

  return {
    text: (name, props) =>
      wrap(
        name,
        props,
        (control) =>
          html`<input${attrs({ ...control, ...textAttributes(props), list: props.suggestions ? `${control.id}-list` : null })} value="${kept(name, props.value)}">${suggestionList(`${control.id}-list`, props.suggestions)}`,
      ),
    area: (name, props) => wrap(name, props, (control) => area(t, control, props, kept(name, props.value))),
    select: (name, props) => wrap(name, props, (control) => selectBox(control, props, kept(name, props.value))),
    radios: (name, props) =>
      group(t, "radio", name, name, named(name, props), state.errors[name], new Set([kept(name, props.value)])),
    checks: (name, props) =>
      group(
        t,
        "checkbox",
        name,
        `${name}[]`,
        named(name, props),
        state.errors[name],
        new Set(asList(state.values[name]) ?? props.chosen ?? []),
      ),
    check: (name, props) => checkBox(name, named(name, props), state, state.errors[name]),
    dateTime: (name, props) =>
      wrap(
        name,
        { ...props, hint: props.hint ?? t("field.in-city-time", { zone: ctx.city.timeZone }) },
        (control) => html`<input${attrs({ ...control, type: "datetime-local" })} value="${kept(name, props.value)}">`,
      ),
    date: (name, props) =>
      wrap(
        name,
        props,
        (control) => html`<input${attrs({ ...control, type: "date" })} value="${kept(name, props.value)}">`,
      ),
    file: (name, props) =>
      wrap(name, props, (control) => {
        const { accept, bytesMax = fileBytesMax } = props;
        const tooLarge = t("field.file-too-large", { megabytes: bytesMax / 1_000_000 });
        return html`<input${attrs({ ...control, type: "file", accept, "data-bytes-max": bytesMax, "data-too-large": tooLarge })}>`;
      }),
    perLanguage(name, props) {
      for (const lang of languages) named(`${name}.${lang}`, { label: labelIn(t, props.label, lang) });
      // What is wrong with all of them together is mended in the first.
      firstOf.set(name, `${name}.${ctx.city.lang}`);
      return perLanguage(ctx, state, name, named(name, props));
    },
    hidden: (name, value) => html`<input type="hidden" name="${name}" value="${value}">`,
    summary: () => errorSummary(t, state, labels, firstOf),
  };
}

export interface FormProps {
  readonly action: string;
  /** Text of the main button. */
  readonly submit: string;
  readonly body: Renderable;
  /** More buttons or links beside the main one. */
  readonly more?: Renderable;
  readonly hasFiles?: boolean;
  readonly tone?: "plain" | "danger";
  /** Keeps what is typed in this tab until it is sent; a name unlike any other form's. */
  readonly draftKey?: string;
  /** For scripts: names begin with `data-`. */
  readonly data?: Readonly<Record<`data-${string}`, string>>;
}

/** A form that changes something: posts, carries the form token, and is checked by the server alone. */
export function form(ctx: PageContext, props: FormProps): Markup {
  return html`<form class="form" method="post" action="${href(props.action)}" novalidate${attrs({
    enctype: props.hasFiles ? "multipart/form-data" : null,
    "data-draft": props.draftKey,
    ...props.data,
  })}>
    ${csrfField(ctx)}
    ${props.body}
    ${props.draftKey ? html`<p class="draft-note">${ctx.t("field.draft-kept")}</p>` : nothing}
    <div class="form-actions">
      <button type="submit" class="${classes("button", props.tone === "danger" && "button-danger")}">${props.submit}</button>
      ${props.more}
    </div>
  </form>`;
}

export const csrfField = (ctx: Pick<PageContext, "csrf">): Markup =>
  html`<input type="hidden" name="csrf" value="${ctx.csrf}">`;

/** A form that is only a button: support, follow, hide. `values` travel as hidden fields. */
export function buttonForm(
  ctx: PageContext,
  props: {
    readonly action: string;
    readonly label: Renderable;
    readonly values?: Readonly<Record<string, string>>;
    readonly kind?: "primary" | "secondary" | "quiet" | "danger";
    /** Said to screen readers where the label alone is ambiguous in a list. */
    readonly about?: string;
    readonly isPressed?: boolean;
  },
): Markup {
  const values = Object.entries(props.values ?? {});
  return html`<form class="button-form" method="post" action="${href(props.action)}">
    ${csrfField(ctx)}
    ${values.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
    <button type="submit" class="${buttonClass(props.kind ?? "primary")}"${attrs({
      "aria-pressed": props.isPressed === undefined ? null : String(props.isPressed),
    })}>${props.label}${props.about ? html`<span class="visually-hidden"> ${props.about}</span>` : nothing}</button>
  </form>`;
}

/** The same question asked twice, without a script: opens in place, and only its inner form acts. */
export function confirmForm(
  ctx: PageContext,
  props: FormProps & {
    readonly ask: Renderable;
    readonly label: string;
    readonly kind?: "secondary" | "quiet" | "danger";
  },
): Markup {
  return html`<details class="confirm">
    <summary class="${buttonClass(props.kind ?? "quiet")}">${props.label}</summary>
    <div class="confirm-box"><p>${props.ask}</p>${form(ctx, props)}</div>
  </details>`;
}

export const buttonClass = (kind: "primary" | "secondary" | "quiet" | "danger"): string =>
  classes("button", kind !== "primary" && `button-${kind}`);

export const buttonLink = (
  to: string,
  label: Renderable,
  kind: "primary" | "secondary" | "quiet" = "primary",
): Markup => html`<a class="${buttonClass(kind)}" href="${href(to)}">${label}</a>`;

const labelIn = (t: Translator, label: string, lang: string): string => `${label} (${t.languageName(lang)})`;

function perLanguage(
  ctx: PageContext,
  state: FormState,
  name: string,
  props: Omit<AreaProps, "value"> & { readonly values?: LanguageMap; readonly lines?: "one" | "many" },
): Markup {
  const { t, city } = ctx;
  const input = (lang: string, isFirst: boolean): Markup => {
    const fieldName = `${name}.${lang}`;
    const value = asText(state.values[fieldName]) ?? props.values?.[lang] ?? "";
    const label = labelIn(t, props.label, lang);
    const { hint, ...rest } = props;
    const field: FieldProps = {
      ...(isFirst && hint ? { hint } : {}),
      label,
      lang,
      optional: !isFirst || props.optional === true,
    };
    const error = state.errors[fieldName] ?? (isFirst ? state.errors[name] : undefined);
    return labelled(t, fieldName, field, error, (control) =>
      props.lines === "many"
        ? area(t, control, { ...rest, label }, value)
        : html`<input${attrs({ ...control, type: "text", maxlength: props.charsMax })} value="${value}">`,
    );
  };
  const others = languages.filter((lang) => lang !== city.lang);
  const isOpen = others.some(
    (lang) => props.values?.[lang] || state.values[`${name}.${lang}`] || state.errors[`${name}.${lang}`],
  );
  return html`<div class="per-language">
    ${input(city.lang, true)}
    <details${attrs({ open: isOpen })}>
      <summary>${t("field.other-languages")}</summary>
      ${others.map((lang) => input(lang, false))}
    </details>
  </div>`;
}

/** The texts that were typed into a {@link Fields.perLanguage} field; empty ones are left out. */
export function readPerLanguage(values: FormState["values"], name: string): LanguageMap {
  const texts: Record<string, string> = {};
  for (const lang of languages) {
    const text = asText(values[`${name}.${lang}`])?.trim();
    if (text) texts[lang] = text;
  }
  return texts;
}

const asText = (value: FormValue | undefined): string | undefined => (typeof value === "string" ? value : undefined);
const asList = (value: FormValue | undefined): readonly string[] | undefined =>
  Array.isArray(value) ? value : typeof value === "string" ? [value] : undefined;
