// Letters with codes: the list at the desk, the sheets to print, and the same as a file.
import { html, type Markup } from "../platform/html.ts";
import { isLanguage, openTranslator } from "../platform/i18n.ts";
import type { PageContext } from "../web/context.ts";
import { buttonForm, buttonLink, csrfField } from "../web/fields.ts";
import { page } from "../web/layout.ts";
import { emptyState } from "../web/lists.ts";
import { ago } from "../web/marks.ts";
import { residenceCrumbs } from "./desk-views.ts";
import type { WaitingLetter } from "./queries.ts";
import { spelledCode } from "./residence.ts";

export function lettersPage(ctx: PageContext, letters: readonly WaitingLetter[]): Markup {
  const { t } = ctx;
  return page({
    ctx,
    title: t("residences.letters"),
    lead: t("residences.letters-lead"),
    section: "desk",
    isUnlisted: true,
    crumbs: residenceCrumbs(ctx),
    main:
      letters.length === 0
        ? emptyState(t("residences.letters-none"))
        : html`<div class="stack">
      <div class="form-actions">${buttonLink("/desk/residence/letters/sheets", t("residences.letters-print"))}
      ${buttonForm(ctx, { action: "/desk/residence/letters/file", label: t("residences.letters-file"), kind: "secondary" })}</div>
      <form class="form" method="post" action="/desk/residence/letters/sent">${csrfField(ctx)}
        <fieldset class="field"><legend>${t("residences.letters-mark")}</legend>
        <p class="hint">${t("residences.letters-mark-hint")}</p>
        ${letters.map(
          (
            letter,
          ) => html`<div class="choice"><input type="checkbox" id="l-${letter.id}" name="letters[]" value="${letter.id}" checked>
          <label for="l-${letter.id}"><bdi>${letter.name}</bdi><span class="hint"><bdi>${letter.address.split("\n").join(", ")}</bdi> · ${ago(t, letter.askedAt, ctx.now)}</span></label></div>`,
        )}</fieldset>
        <div class="form-actions"><button class="button" type="submit">${t("residences.letters-sent")}</button></div>
      </form></div>`,
  });
}

export interface PrintedLetter extends WaitingLetter {
  readonly code: string;
}

/** One sheet each, in the language of the person. The browser prints them. */
export function letterSheets(ctx: PageContext, letters: readonly PrintedLetter[]): Markup {
  const { t } = ctx;
  return page({
    ctx,
    title: t("residences.letters-print"),
    section: "desk",
    isUnlisted: true,
    crumbs: [...residenceCrumbs(ctx), { href: "/desk/residence/letters", label: t("residences.letters") }],
    main:
      letters.length === 0
        ? emptyState(t("residences.letters-none"))
        : html`<p class="letter-help">${t("residences.letters-print-help")}</p>${letters.map((letter) => sheet(ctx, letter))}`,
  });
}

function sheet(ctx: PageContext, letter: PrintedLetter): Markup {
  const { city } = ctx;
  const t = openTranslator(isLanguage(letter.locale) ? letter.locale : city.lang, city.timeZone);
  return html`<section class="letter-sheet" lang="${t.lang}" dir="${t.dir}">
    ${envelopeWindow(ctx, letter.address)}
    <h2>${t("residences.letter-heading", { city: city.name })}</h2>
    <p>${t("residences.letter-text", { address: `${city.origin}/account/residence` })}</p>
    <p class="letter-code"><bdi dir="ltr">${spelledCode(letter.code)}</bdi></p>
    <p>${t("residences.letter-limits")}</p>
  </section>`;
}

/**
 * What shows in the window of an envelope (DIN 5008 form B, DIN 680): above the address, small, who sends it. Envelopes have
 * their window on the left in every language.
 */
const envelopeWindow = (
  { city }: PageContext,
  address: string,
): Markup => html`<div dir="ltr"><div class="letter-window">
    <p class="letter-sender" dir="auto">${city.name} · <bdi>${new URL(city.origin).host}</bdi></p>
    <address dir="auto">${address.split("\n").map((line) => html`<bdi>${line}</bdi><br>`)}</address>
  </div></div>`;

/** RFC 4180, for a printing house. A cell that a spreadsheet would take for a formula begins with an apostrophe. */
export function lettersCsv(letters: readonly PrintedLetter[]): string {
  const cell = (text: string) => `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
  const line = (cells: readonly string[]) => `${cells.map(cell).join(",")}\r\n`;
  return [
    line(["name", "address", "language", "code"]),
    ...letters.map(({ name, address, locale, code }) => line([name, address, locale, spelledCode(code)])),
  ].join("");
}
