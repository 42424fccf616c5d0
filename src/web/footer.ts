// What stands below every page: the city, its texts, the languages, what runs here.
import { attrs, href, html, type Markup, nothing } from "../platform/html.ts";
import { type Language, languages, type MessageKey, openTranslator } from "../platform/i18n.ts";
import type { PageContext } from "./context.ts";
import { csrfField } from "./fields.ts";
import { cityMark } from "./marks.ts";

/** What the city offers, and the language this page is in, however the reader came to it. */
export const offeredTo = ({ t, city }: PageContext): readonly Language[] => {
  const offered = city.offered ?? languages;
  return offered.includes(t.lang) ? offered : [...offered, t.lang];
};

const footLinks: readonly (readonly [string, MessageKey])[] = [
  ["/about", "shell.about"],
  ["/about#rules", "shell.rules"],
  ["/terms", "texts.terms"],
  ["/privacy", "texts.privacy"],
  ["/accessibility", "texts.accessibility"],
  ["/imprint", "texts.imprint"],
  ["/moderation/rules", "rules.title"],
  ["/moderation/log", "shell.moderation-log"],
];

export function footer(ctx: PageContext): Markup {
  const { t, city } = ctx;
  return html`<footer class="site-footer">
<div class="site-foot">
  <div>
    <p class="foot-name">${cityMark(city)}<span>${city.name}</span></p>
    <p>${t("shell.follow-city")}</p>
    <p><a class="handle" dir="ltr" href="${href(`/follow?uri=${encodeURIComponent(city.origin)}`)}">${city.handle}</a></p>
  </div>
  <nav aria-label="${t("shell.foot-navigation")}">
    <ul>
      ${footLinks.map(([to, label]) => html`<li><a href="${href(to)}">${t(label)}</a></li>`)}
      ${city.reportChannelUrl ? html`<li><a href="${href(city.reportChannelUrl)}">${t("shell.report-channel")}</a></li>` : nothing}
    </ul>
  </nav>
  <form class="foot-languages" method="post" action="/preferences" aria-label="${t("shell.language")}">
    ${ctx.account === null ? nothing : csrfField(ctx)}
    <input type="hidden" name="back" value="${ctx.path}">
    ${offeredTo(ctx).map((lang) => html`<button type="submit" name="language" value="${lang}" lang="${lang}"${attrs({ "aria-pressed": lang === t.lang ? "true" : null })}>${openTranslator(lang, t.timeZone)("shell.read-here")}</button>`)}
  </form>
  <p class="foot-small">${t.rich("shell.runs-koinon", {
    software:
      city.sourceUrl === null
        ? `Koinon ${city.version}`
        : html`<a href="${href(city.sourceUrl)}">Koinon ${city.version}</a>`,
  })}${city.sourceUrl === null ? nothing : html` <a href="${href(city.sourceUrl)}">${t("shell.source")}</a>`}</p>
</div>
</footer>`;
}
