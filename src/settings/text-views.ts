// The markup of the texts about this site, as everyone reads them.
import { html, type Markup, nothing } from "../platform/html.ts";
import { languages } from "../platform/i18n.ts";
import { pageMarkdownToHtml } from "../platform/rich-text.ts";
import type { PageContext } from "../web/context.ts";
import { page } from "../web/layout.ts";
import { langAttrs, languageNote, when } from "../web/marks.ts";
import type { OwnText, TextName } from "./setting.ts";
import { type TextFacts, usualText } from "./text.ts";

/** The city's words in the reader's language, else in the first it has; where it has none, the usual words. */
export function textBody(ctx: PageContext, name: TextName, own: OwnText, facts: TextFacts): Markup {
  const { t, city } = ctx;
  const lang = [t.lang, city.lang, ...languages].find((one) => own.texts[one]);
  const shown = (text: string) => pageMarkdownToHtml(withOwnLinks(text, city.origin));
  if (lang === undefined) return html`<div class="prose">${shown(usualText(t, name, facts))}</div>`;
  return html`${languageNote(t, lang)}<div class="prose"${langAttrs(t, lang)}>${shown(own.texts[lang] ?? "")}</div>`;
}

/** Of a person's text, links without a host are taken away: these are the city's own, and lead to its pages. */
const withOwnLinks = (text: string, origin: string): string => text.replaceAll("](/", `](${origin}/`);

export function textPage(ctx: PageContext, name: TextName, own: OwnText, facts: TextFacts): Markup {
  const { t } = ctx;
  return page({
    ctx,
    title: t(`texts.${name}`),
    lead: own.since === "" ? nothing : t.rich("texts.since", { date: when(t, new Date(own.since)) }),
    main: textBody(ctx, name, own, facts),
  });
}
