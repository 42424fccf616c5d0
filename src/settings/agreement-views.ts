// The page before one takes part again: what has changed in the terms, and the two ways on.
import { diffArrays } from "diff";
import { href, html, type Markup, nothing } from "../platform/html.ts";
import { languages, type Translator } from "../platform/i18n.ts";
import { pageMarkdownToHtml } from "../platform/rich-text.ts";
import { wordDiff } from "../proposals/history-views.ts";
import type { HeldAct } from "../web/agreeing.ts";
import type { PageContext } from "../web/context.ts";
import { page } from "../web/layout.ts";
import { section } from "../web/lists.ts";
import { langAttrs, languageNote, when } from "../web/marks.ts";
import { whatWasTyped } from "../web/problem.ts";
import type { TermsAsked } from "./agreement-queries.ts";

export function agreementPage(ctx: PageContext, asked: TermsAsked, act: HeldAct): Markup {
  const { t, city } = ctx;
  const lang = [t.lang, city.lang, ...languages].find((one) => asked.texts[one]) ?? t.lang;
  const now = asked.texts[lang] ?? "";
  const before = asked.before?.texts[lang];
  const hasFiles = Object.values(act.values).some((value) => value instanceof File);
  const values = { ...act.values, agreedTerms: asked.digest };
  return page({
    ctx,
    title: t("agreement.title"),
    lead: t("agreement.lead", { city: city.name }),
    isUnlisted: true,
    main: html`
      ${section(
        t(before === undefined ? "agreement.text" : "agreement.changed"),
        html`<div class="stack">
          ${asked.before === null ? nothing : html`<p class="hint">${t.rich("agreement.before", { date: when(t, asked.before.agreedAt) })}</p>`}
          ${languageNote(t, lang)}
          ${before === undefined ? whole(t, now, lang) : changes(t, before, now, lang)}
          <p><a href="/terms" target="_blank" rel="noopener">${t("agreement.whole")}</a></p></div>`,
      )}
      ${section(
        t("agreement.choose"),
        html`<div class="stack"><p>${t("agreement.choose-text")}</p>
          ${hasFiles ? html`<p class="hint">${t("agreement.files")}</p>` : nothing}
          ${whatWasTyped(ctx, { ...act, values, isOwnForm: true }, t("agreement.agree"))}
          <p><a href="${href(ctx.path)}">${t("agreement.read-on")}</a></p></div>`,
      )}`,
  });
}

const whole = (t: Translator, text: string, lang: string): Markup =>
  html`<div class="prose"${langAttrs(t, lang)}>${pageMarkdownToHtml(text)}</div>`;

/** Paragraph by paragraph, word by word within those that differ; the others are left out. A text that is new is read as such. */
function changes(t: Translator, before: string, now: string, lang: string): Markup {
  const parts = diffArrays(paragraphs(before), paragraphs(now));
  const isKept = (part: (typeof parts)[number]) => !part.added && !part.removed;
  if (parts.every(isKept)) return html`<p>${t("agreement.same")}</p>`;
  if (!parts.some(isKept) && paragraphs(before).length > 1)
    return html`<p class="hint">${t("agreement.all-new")}</p>${whole(t, now, lang)}`;
  const shown: Markup[] = [];
  for (let at = 0; at < parts.length; at += 1) {
    const part = parts[at]!;
    const next = parts[at + 1];
    if (part.removed && next?.added) {
      shown.push(wordDiff(t, joined(part.value), joined(next.value), lang));
      at += 1;
    } else if (part.removed) shown.push(wordDiff(t, joined(part.value), "", lang));
    else if (part.added) shown.push(wordDiff(t, "", joined(part.value), lang));
  }
  return html`<div class="stack">${shown}</div>`;
}

/** Headings without their marks: they are read as words here. */
const paragraphs = (text: string): string[] => text.split(/\n{2,}/).map((part) => part.replace(/^#+\s+/, "").trim());
const joined = (parts: readonly string[]): string => parts.join("\n\n");
