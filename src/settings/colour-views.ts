// The form of the city's colours: how well people can see them, what they look like, and the nearest that work.
import { attrs, href, html, type Markup, nothing } from "../platform/html.ts";
import { checkColour, isAccent, sampleUrl } from "../web/accent.ts";
import type { PageContext } from "../web/context.ts";
import { form, openFields } from "../web/fields.ts";
import type { FormState } from "../web/forms.ts";
import { section } from "../web/lists.ts";
import { pattern } from "../web/marks.ts";
import type { GroupValues } from "./setting.ts";

const uses = { accent: "letters", second: "shapes" } as const;

export function colourForm(ctx: PageContext, values: GroupValues["colours"], state: FormState): Markup {
  const { t } = ctx;
  const fields = openFields(ctx, state);
  const typed = (name: keyof typeof uses): string => {
    const kept = state.values[name];
    return (typeof kept === "string" ? kept : (values[name] ?? "")).trim().toLowerCase();
  };
  const [accent, second] = [typed("accent"), typed("second")];
  const field = (name: keyof typeof uses, isOptional: boolean) => html`<div data-colour>
    ${fields.text(name, { label: t(`settings.colour-${name}`), hint: t(`settings.colour-${name}-hint`), value: values[name] ?? "", charsMax: 7, spellcheck: false, optional: isOptional, autocomplete: "off" })}
    ${nearestButton(ctx, name, typed(name))}</div>`;
  return html`${form(ctx, {
    action: "/desk/settings/colours",
    submit: t("settings.save"),
    more: html`<button class="button button-secondary" type="submit" name="do" value="look">${t("settings.colour-look")}</button>`,
    body: html`<button class="visually-hidden" type="submit" tabindex="-1" aria-hidden="true"></button>${fields.summary()}
      <div class="field-row field-row-top">${field("accent", false)}${field("second", true)}</div>`,
  })}
  ${isAccent(accent) ? sample(ctx, accent, isAccent(second) ? second : null) : nothing}`;
}

/** Offered where the colour itself is not enough. */
function nearestButton({ t }: PageContext, name: keyof typeof uses, colour: string): Markup {
  if (!isAccent(colour)) return nothing;
  const { isEnough, nearest } = checkColour(colour, uses[name]);
  if (isEnough) return nothing;
  return html`<p><button class="button button-secondary button-small" type="submit" name="${`nearest-${name}`}" value="${nearest}">${t("settings.colour-take", { colour: nearest })}</button></p>`;
}

function sample(ctx: PageContext, accent: string, second: string | null): Markup {
  const { t } = ctx;
  const ratio = (value: number) => t("settings.ratio", { ratio: (Math.floor(value * 10) / 10).toFixed(1) });
  const look = checkColour(accent, "letters");
  const other = second === null ? null : checkColour(second, "shapes");
  const panel = (mode: "light" | "dark") => html`<div class="${`colour-sample colour-sample-${mode}`}">
    <h3>${t(`shell.theme.${mode}`)}</h3>
    <p>${t("settings.sample-text")} <span class="sample-link">${t("settings.sample-link")}</span></p>
    <p><span class="button">${t("settings.sample-button")}</span></p>
    <div class="answer"><p>${t("settings.sample-answer")}</p></div>
    ${pattern("sample", 8, 2)}
  </div>`;
  return section(
    t("settings.sample"),
    html`<link rel="stylesheet" data-sample href="${href(sampleUrl(accent, second))}">
    <div class="colour-samples">${panel("light")}${panel("dark")}</div>
    <section class="table-wrap" aria-label="${t("settings.ratios")}" tabindex="0"><table class="table"><caption class="visually-hidden">${t("settings.ratios")}</caption>
      <thead><tr><th scope="col">${t("settings.ratio-of")}</th><th scope="col">${t("settings.ratio-is")}</th><th scope="col">${t("settings.ratio-needs")}</th></tr></thead>
      <tbody>
        ${ratioRow(t("settings.ratio-light"), ratio(look.onLight), ratio(4.5), look.onLight >= 4.5)}
        ${ratioRow(t("settings.ratio-button"), ratio(look.underWhite), ratio(4.5), look.underWhite >= 4.5)}
        ${ratioRow(t("settings.ratio-dark"), ratio(look.onDark), ratio(4.5), look.onDark >= 4.5)}
        ${other === null ? nothing : ratioRow(t("settings.ratio-second"), ratio(other.onLight), ratio(3), other.onLight >= 3)}
      </tbody></table></section>
    <p class="hint">${t("settings.ratios-hint")}</p>`,
  );
}

const ratioRow = (what: string, is: string, needs: string, isEnough: boolean): Markup =>
  html`<tr${attrs({ class: isEnough ? null : "ratio-low" })}><th scope="row">${what}</th><td><bdi dir="ltr">${is}</bdi> ${isEnough ? "✓" : "✗"}</td><td><bdi dir="ltr">${needs}</bdi></td></tr>`;
